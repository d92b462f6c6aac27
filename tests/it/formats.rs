//! Does each format read its own samples and nobody else's, and survive any bytes?

use faultscope::gather::formats::{ALL, Fit};
use proptest::prelude::*;

#[test]
fn every_format_reads_its_samples() {
    for format in ALL {
        assert!(!format.samples().is_empty(), "{} has no sample", format.name());
        for sample in format.samples() {
            let first = sample.lines().next().unwrap();
            assert_ne!(format.fit(first.as_bytes()), Fit::No, "{}: {sample}", format.name());
            assert!(
                format.parse(sample.as_bytes(), &mut |_| {}).is_ok(),
                "{}: {sample}",
                format.name()
            );
        }
    }
}

#[test]
fn no_format_claims_another_ones_sample() {
    for format in ALL {
        for other in ALL.iter().filter(|other| other.name() != format.name()) {
            for sample in other.samples() {
                let first = sample.lines().next().unwrap();
                assert_ne!(
                    format.fit(first.as_bytes()),
                    Fit::Yes,
                    "{} claims a sample of {}: {sample}",
                    format.name(),
                    other.name()
                );
            }
        }
    }
}

#[test]
fn long_runs_of_one_byte_are_read_in_no_time() {
    for format in ALL {
        for byte in *b"a\"{[= \\,:0" {
            let record = vec![byte; 1 << 20];
            let _ = format.fit(&record);
            let _ = format.parse(&record, &mut |_| {});
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for format in ALL {
            let _ = (format.fit(&bytes), format.starts_record(&bytes));
            let _ = format.parse(&bytes, &mut |_| {});
        }
    }

    #[test]
    fn no_damaged_sample_panics(cut in 0_usize..400, at in 0_usize..400, byte in any::<u8>()) {
        for format in ALL {
            for sample in format.samples() {
                let mut bytes = sample.as_bytes().to_vec();
                if let Some(place) = bytes.get_mut(at) { *place = byte; }
                bytes.truncate(bytes.len().saturating_sub(cut).max(1));
                let _ = (format.fit(&bytes), format.starts_record(&bytes));
                let _ = format.parse(&bytes, &mut |_| {});
            }
        }
    }
}
