//! Does each format read its own samples and nobody else's, and survive any bytes?

use faultscope::gather::formats::{ALL, Fit, Format};
use faultscope::gather::frame::{Refill, Sink, Window, items};
use faultscope::gather::recognise::{Order, recognise};
use proptest::prelude::*;

struct Sample<'a>(&'a [u8]);

impl Refill for Sample<'_> {
    fn more(&mut self, window: &mut Window) -> std::io::Result<usize> {
        let bytes = std::mem::take(&mut self.0);
        window.fill(bytes.len(), |space| {
            space.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}

struct Records(Vec<Vec<u8>>);

impl Sink for Records {
    fn warm(&mut self, _: &[u8]) {}
    fn record(&mut self, _: u64, record: &[u8]) {
        self.0.push(record.to_vec());
    }
    fn too_long(&mut self, _: u64) {}
    fn unfinished(&mut self, _: u64, _: &[u8]) {}
}

/// The records of a sample: of a document, its items.
fn records(format: &dyn Format, sample: &str) -> Vec<Vec<u8>> {
    let Some(of) = format.framing().items() else {
        return vec![sample.as_bytes().to_vec()];
    };
    let mut records = Records(Vec::new());
    items(&mut Window::default(), &mut Sample(sample.as_bytes()), of, &mut records);
    assert!(!records.0.is_empty(), "{}: {sample}", format.name());
    records.0
}

#[test]
fn every_format_reads_its_samples() {
    for format in ALL {
        assert!(!format.samples().is_empty(), "{} has no sample", format.name());
        for sample in format.samples() {
            let first = sample.lines().next().unwrap();
            assert_ne!(format.fit(first.as_bytes()), Fit::No, "{}: {sample}", format.name());
            for record in records(*format, sample) {
                assert!(format.parse(&record, &mut |_| {}).is_ok(), "{}: {sample}", format.name());
            }
        }
    }
}

#[test]
fn records_in_an_array_are_of_the_format_of_records_on_lines() {
    let order = Order::of(ALL);
    let recognised = |text: &str| recognise(text.as_bytes(), true, &order).map(|found| found.name);
    for format in ALL {
        let of_one_line = |sample: &&&str| sample.starts_with('{') && sample.lines().count() == 1;
        for sample in format.samples().iter().filter(of_one_line) {
            let array = format!("[{sample},\n{sample}]");
            assert_eq!(recognised(&array), recognised(sample), "{array}");
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
                let mut bytes = records(*format, sample).swap_remove(0);
                if let Some(place) = bytes.get_mut(at) { *place = byte; }
                bytes.truncate(bytes.len().saturating_sub(cut).max(1));
                let _ = (format.fit(&bytes), format.starts_record(&bytes));
                let _ = format.parse(&bytes, &mut |_| {});
            }
        }
    }
}
