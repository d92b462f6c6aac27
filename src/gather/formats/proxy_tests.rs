//! What every format must hold, asked of those that proxies write.

use super::{ALL, Fit, Format};
use crate::model::Vantage;

fn proxies() -> impl Iterator<Item = &'static &'static dyn Format> {
    ALL.iter().filter(|format| format.vantage() == Vantage::Proxy)
}

#[test]
fn every_sample_is_its_own_formats_and_no_others() {
    for format in proxies() {
        for sample in format.samples() {
            for other in ALL {
                let own = other.name() == format.name();
                assert_eq!(other.fit(sample.as_bytes()) == Fit::Yes, own, "{} on {sample}", other.name());
            }
            assert_eq!(format.parse(sample.as_bytes(), &mut |_| {}), Ok(()), "{sample}");
        }
    }
}

#[test]
fn no_proxy_format_takes_what_an_application_writes() {
    for application in ALL.iter().filter(|format| format.vantage() == Vantage::Application) {
        for sample in application.samples() {
            for format in proxies() {
                assert_ne!(format.fit(sample.as_bytes()), Fit::Yes, "{} on {sample}", format.name());
            }
        }
    }
}

#[test]
fn samples_cut_or_damaged_anywhere_do_not_panic() {
    for format in proxies() {
        for sample in format.samples() {
            for at in 0..sample.len() {
                let mut bytes = sample.as_bytes().to_vec();
                bytes[at] = 0xff;
                for record in [&bytes[..], &bytes[..at], &bytes[at..], &sample.as_bytes()[..at]] {
                    let _ = format.parse(record, &mut |_| {});
                    let _ = (format.fit(record), format.starts_record(record));
                }
            }
        }
    }
}
