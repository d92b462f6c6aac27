//! What both application text formats must hold.

use super::{Fit, Format, OpenAiNode, PythonLogging, is_sdk_handler_line};

const BOTH: [&dyn Format; 2] = [&OpenAiNode, &PythonLogging];

#[test]
fn every_sample_starts_a_record_of_its_own_format_and_fits_no_other() {
    for format in BOTH {
        for sample in format.samples() {
            for other in BOTH {
                let own = other.name() == format.name();
                assert_eq!(other.fit(sample.as_bytes()) == Fit::Yes, own, "{} on {sample}", other.name());
            }
            assert!(format.starts_record(sample.as_bytes()), "{sample}");
            assert_eq!(format.parse(sample.as_bytes(), &mut |_| {}), Ok(()), "{sample}");
        }
    }
}

#[test]
fn samples_cut_or_damaged_anywhere_do_not_panic() {
    for format in BOTH {
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

#[test]
fn the_sdks_own_handler_is_told_from_the_programs() {
    assert!(is_sdk_handler_line(
        b"[2026-09-30 10:00:26 - httpx2:1079 - INFO] HTTP Request: POST x"
    ));
    assert!(!is_sdk_handler_line(
        b"2026-09-30 10:00:25,959 INFO     [worker_0] httpx2: HTTP Request: POST x"
    ));
}

#[test]
fn tracebacks_and_objects_belong_to_the_record_above() {
    for line in [
        "Traceback (most recent call last):",
        "  File \"x.py\", line 1",
        "openai.APIError: x",
        "",
        "<html>",
    ] {
        assert!(!PythonLogging.starts_record(line.as_bytes()), "{line}");
    }
    for line in ["  model: 'gpt-4o',", "}", "    at main (/srv/app.js:1:2)", "<html>"] {
        assert!(!OpenAiNode.starts_record(line.as_bytes()), "{line}");
    }
}
