//! Do the formats say of every case in `fixtures/formats` what stands beside it, and has every case a format?

use super::{ALL, Dialect, Format};
use crate::gather::frame::{Framing, Owned, Refill, Sink, Window, cut, items};
use crate::model::{Fields, Instant};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

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
    add!(project proxy client host thread route x_request_id request_id x_client_request_id gateway_request_id cf_ray sdk_id);
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

struct Case<'a>(&'a [u8]);

impl Refill for Case<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let bytes = std::mem::take(&mut self.0);
        window.fill(bytes.len(), |space| {
            space.copy_from_slice(bytes);
            Ok(bytes.len())
        })
    }
}

/// What a format says of every record.
struct Said<'a> {
    format: &'a dyn Format,
    all: Vec<Value>,
}

impl Sink for Said<'_> {
    fn warm(&mut self, _: &[u8]) {}
    fn record(&mut self, _: u64, record: &[u8]) {
        if record.trim_ascii().is_empty() {
            return;
        }
        let read = self.format.parse(record, &mut |fields| self.all.push(present(fields)));
        let text = String::from_utf8_lossy(record);
        assert_eq!(read, Ok(()), "{}: {text}", self.format.name());
    }
    fn too_long(&mut self, line: u64) {
        panic!("line {line} is too long");
    }
    fn unfinished(&mut self, line: u64, record: &[u8]) {
        self.record(line, record);
    }
}

fn said(format: &dyn Format, log: &str) -> Vec<Value> {
    let mut said = Said { format, all: Vec::new() };
    let (mut window, mut case) = (Window::default(), Case(log.as_bytes()));
    let starts = |line: &[u8]| format.starts_record(line);
    match format.framing() {
        Framing::Items(of) => items(&mut window, &mut case, of, &mut said),
        Framing::Line => cut(&mut window, &mut case, &Owned::WHOLE, None, &mut said),
        Framing::Continued => cut(&mut window, &mut case, &Owned::WHOLE, Some(&starts), &mut said),
    };
    said.all
}

/// The files of a format's directory: logs, whatever they end in, each with what stands beside it.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

fn is_expected(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "jsonl")
}

fn holds(format: &dyn Format, log: &Path) {
    let text = fs::read_to_string(log).unwrap();
    let declared = format.declared(text.as_bytes()).unwrap_or(format);
    let lines: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
    let mut said = said(declared.measured(&lines).unwrap_or(declared), &text);
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
    let mut held = BTreeSet::new();
    for directory in files(&root) {
        let name = directory.file_name().unwrap().to_str().unwrap();
        let format = ALL.iter().find(|format| format.name() == name);
        let format = *format.unwrap_or_else(|| panic!("no format is called {name}"));
        let (expected, logs): (Vec<_>, Vec<_>) = files(&directory).into_iter().partition(|path| is_expected(path));
        assert_eq!(expected.len(), logs.len(), "{name}: a log for each expectation");
        logs.iter().for_each(|log| holds(format, log));
        held.insert(format.name());
    }
    let formats: BTreeSet<&str> = ALL.iter().map(|format| format.name()).collect();
    assert_eq!(held, formats);
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

#[test]
fn every_case_of_a_written_format_is_read_as_it_says() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/written_formats");
    for dialect in Dialect::ALL {
        let files = files(&root.join(dialect.word()));
        let logs: Vec<&PathBuf> = files.iter().filter(|path| path.extension().unwrap() == "log").collect();
        assert!(!logs.is_empty(), "{dialect:?} has no case");
        for log in logs {
            let written = fs::read_to_string(log.with_extension("format")).unwrap();
            let format = dialect.compile(written.trim_end()).unwrap();
            holds(&format, log);
        }
    }
}
