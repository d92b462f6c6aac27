//! Do the formats say of every case in `fixtures/formats` what stands beside it, and has every case a format?

use super::{ALL, Format};
use crate::gather::frame::Framing;
use crate::model::{Fields, Instant};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// The present fields under their own names.
fn present(fields: &Fields<'_>) -> Value {
    let mut map = Map::new();
    macro_rules! add {
        ($($name:ident)*) => {$(
            if let Some(value) = fields.$name {
                map.insert(stringify!($name).to_owned(), json!(value));
            }
        )*};
    }
    add!(timestamp http_date duration_ms status ok method url server_address model provider service_tier organization);
    add!(project proxy client host thread x_request_id request_id x_client_request_id gateway_request_id cf_ray sdk_id);
    add!(sdk_retry_of error_type error_code error_message text attempt retry_in_ms retries_left stream upstream_address);
    add!(upstream_status upstream_connect_ms upstream_header_ms proxy_flag proxy_detail input_tokens output_tokens);
    map.insert("grain".to_owned(), json!(format!("{:?}", fields.grain).to_lowercase()));
    if fields.instant != Instant::Unknown {
        map.insert("instant".to_owned(), json!(format!("{:?}", fields.instant).to_lowercase()));
    }
    Value::Object(map)
}

/// Numbers as floats, so that `812` and `812.0` are one.
fn levelled(value: &mut Value) {
    for member in value.as_object_mut().into_iter().flatten().map(|(_, member)| member) {
        if let Some(number) = member.as_f64() {
            *member = json!(number);
        }
    }
}

/// The records of a case, as the format tells them apart.
fn records(format: &dyn Format, log: &str) -> Vec<String> {
    let mut records: Vec<String> = Vec::new();
    for line in log.lines() {
        match records.last_mut() {
            Some(last) if format.framing() == Framing::Continued && !format.starts_record(line.as_bytes()) => {
                last.push('\n');
                last.push_str(line);
            }
            _ => records.push(line.to_owned()),
        }
    }
    records.retain(|record| !record.trim().is_empty());
    records
}

fn said(format: &dyn Format, log: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for record in records(format, log) {
        let read = format.parse(record.as_bytes(), &mut |fields| all.push(present(fields)));
        assert_eq!(read, Ok(()), "{}: {record}", format.name());
    }
    all
}

/// The logs of a case's directory.
fn logs(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "log"))
        .collect();
    logs.sort();
    logs
}

fn holds(format: &dyn Format, log: &Path) {
    let mut said = said(format, &fs::read_to_string(log).unwrap());
    let expected = log.with_extension("jsonl");
    let text = fs::read_to_string(&expected).unwrap();
    let mut expected: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    said.iter_mut().chain(&mut expected).for_each(levelled);
    assert_eq!(said.len(), expected.len(), "{}", log.display());
    for (said, expected) in said.iter().zip(&expected) {
        assert_eq!(said, expected, "{}", log.display());
    }
}

#[test]
fn every_case_is_read_as_it_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    for entry in fs::read_dir(root).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_str().unwrap();
        let format = ALL.iter().find(|format| format.name() == name);
        let format = *format.unwrap_or_else(|| panic!("no format is called {name}"));
        let logs = logs(&directory);
        assert!(!logs.is_empty(), "{name} has no case");
        logs.iter().for_each(|log| holds(format, log));
    }
}

#[test]
fn samples_cut_or_damaged_anywhere_do_not_panic() {
    for format in ALL {
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
