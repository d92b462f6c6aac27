//! Do the formats of proxies say of every case in `fixtures/formats` what stands beside it?

use super::{ALL, Format};
use crate::gather::frame::Framing;
use crate::model::{Fields, Instant, Vantage};
use serde_json::{Map, Value, json};
use std::fs;
use std::path::PathBuf;

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

fn said(format: &dyn Format, log: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for record in records(format, log) {
        let read = format.parse(record.as_bytes(), &mut |fields| all.push(present(fields)));
        assert_eq!(read, Ok(()), "{}: {record}", format.name());
    }
    all
}

/// The records, as [`crate::gather::frame`] would cut them.
fn records(format: &dyn Format, log: &str) -> Vec<String> {
    let mut records: Vec<String> = Vec::new();
    for line in log.lines().filter(|line| !line.is_empty()) {
        match records.last_mut() {
            Some(above) if format.framing() == Framing::Continued && !format.starts_record(line.as_bytes()) => {
                above.push('\n');
                above.push_str(line);
            }
            _ => records.push(line.to_owned()),
        }
    }
    records
}

#[test]
fn every_case_is_read_as_it_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    let has_cases = |format: &&&dyn Format| format.vantage() == Vantage::Proxy || format.name() == "otlp";
    for format in ALL.iter().filter(has_cases) {
        let mut cases = 0;
        for entry in fs::read_dir(root.join(format.name())).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "log") {
                continue;
            }
            cases += 1;
            let mut said = said(*format, &fs::read_to_string(&path).unwrap());
            let expected = fs::read_to_string(path.with_extension("jsonl")).unwrap();
            let mut expected: Vec<Value> = expected.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            said.iter_mut().chain(&mut expected).for_each(levelled);
            assert_eq!(said, expected, "{}", path.display());
        }
        assert!(cases > 0, "{} has no case", format.name());
    }
}
