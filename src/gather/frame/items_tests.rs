//! One question a test: which items does a document give, however its bytes come in?

use super::tests::Steps;
use super::{Items, RECORD_LIMIT, STRING_LIMIT, Sink, Window, items};
use proptest::prelude::*;

const ENTRIES: Items = Items {
    array: Some(&["log", "entries"]),
    left_out: &["cookies", "text"],
};

const ROOT: Items = Items {
    array: Some(&[]),
    left_out: &[],
};

const EACH: Items = Items {
    array: None,
    left_out: &[],
};

#[derive(Debug, Default, PartialEq)]
struct Seen {
    records: Vec<(u64, String)>,
    too_long: Vec<u64>,
    unfinished: Vec<(u64, String)>,
    newlines: u64,
    broken: Option<String>,
}

impl Seen {
    fn texts(&self) -> Vec<&str> {
        self.records.iter().map(|(_, text)| text.as_str()).collect()
    }
}

impl Sink for Seen {
    fn warm(&mut self, _: &[u8]) {
        unreachable!("a document has one reader");
    }
    fn record(&mut self, line: u64, record: &[u8]) {
        self.records.push((line, String::from_utf8_lossy(record).into_owned()));
    }
    fn too_long(&mut self, line: u64) {
        self.too_long.push(line);
    }
    fn unfinished(&mut self, line: u64, record: &[u8]) {
        self.unfinished.push((line, String::from_utf8_lossy(record).into_owned()));
    }
}

fn read(text: &str, of: Items, step: usize) -> Seen {
    let mut seen = Seen::default();
    let mut steps = Steps {
        rest: text.as_bytes(),
        step,
    };
    let ended = items(&mut Window::default(), &mut steps, of, &mut seen);
    seen.newlines = ended.newlines;
    seen.broken = ended.broken.map(|error| error.to_string());
    seen
}

/// Read in one go, after it was read in every other way with the same end.
fn whole(text: &str, of: Items) -> Seen {
    let seen = read(text, of, usize::MAX);
    for step in [1, 2, 3, 7, 1000] {
        assert_eq!(read(text, of, step), seen, "in steps of {step}");
    }
    seen
}

const HAR: &str = r#"
{ "log": {
    "version": "1.2", "pages": [ { "id": "p1", "entries": [ { "no": 1 } ] } ],
    "entries": [
      { "n" : 1, "text": "a \"body\" {[", "request": { "cookies": [ { "value": "s" }, "]" ], "url": "u\\\"}" } },
      { "n" : 2, "cookies": null, "entries": [ {} ] }, 3, "four", [ {"five": 5} ],
      {}
    ], "comment": "end"
} }
"#;

#[test]
fn the_items_of_the_named_array_are_given_without_what_is_left_out() {
    let seen = whole(HAR, ENTRIES);
    let expected = [
        (
            5,
            r#"{"n": 1, "text": null, "request": {"cookies": null, "url": "u\\\"}"}}"#.to_owned(),
        ),
        (6, r#"{"n": 2, "cookies": null, "entries": [{}]}"#.to_owned()),
        (7, "{}".to_owned()),
    ];
    assert_eq!(seen.records, expected);
    assert_eq!((seen.newlines, seen.broken), (9, None));
}

#[test]
fn a_document_may_be_the_array_itself() {
    assert_eq!(
        whole("\u{feff}[{\"a\":1},\n{\"b\":[2]}]", ROOT).texts(),
        [r#"{"a":1}"#, r#"{"b":[2]}"#]
    );
    assert!(whole(r#"{"a":[{"b":1}]}"#, ROOT).records.is_empty());
}

#[test]
fn documents_that_follow_each_other_are_items_where_there_is_no_array() {
    let seen = whole("{\n  \"a\": 1\n}\n\u{1e}{\n  \"b\": {}\n}\n", EACH);
    assert_eq!(seen.records, [(1, r#"{"a": 1}"#.to_owned()), (4, r#"{"b": {}}"#.to_owned())]);
    assert_eq!(seen.broken, None);
}

#[test]
fn several_documents_in_one_source_are_read_to_the_last() {
    let two = r#"{"log":{"entries":[{"a":1}]}}
{"log":{"entries":[{"b":2}]}}"#;
    assert_eq!(whole(two, ENTRIES).texts(), [r#"{"a":1}"#, r#"{"b":2}"#]);
}

#[test]
fn a_document_that_breaks_off_gives_what_came_before_and_says_so() {
    for end in 0..HAR.trim_end().len() {
        let seen = whole(HAR.get(..end).unwrap(), ENTRIES);
        assert!(end < HAR.find('{').unwrap() + 1 || seen.broken.is_some(), "cut at {end}");
        assert!(seen.records.len() + seen.unfinished.len() <= 3);
    }
    let cut = whole(HAR.split_once("\"u").unwrap().0, ENTRIES);
    assert_eq!((cut.records.len(), cut.unfinished.len()), (0, 1));
}

#[test]
fn what_is_no_json_ends_the_reading_where_it_stands() {
    for wrong in ["]", "{\"x\":]", "$ prompt", "\"word\""] {
        let seen = whole(&format!("[{{\"a\":1}}]{wrong}[{{\"b\":2}}]"), ROOT);
        assert_eq!(seen.texts(), [r#"{"a":1}"#]);
        assert!(seen.broken.is_some(), "{wrong}");
    }
}

#[test]
fn a_string_is_cut_at_its_limit_and_an_item_beyond_the_limit_is_counted() {
    let long = "x".repeat(STRING_LIMIT - 1);
    let text = format!(r#"[{{"a":"{long}\"{long}","b":1}}]"#);
    let seen = read(&text, ROOT, 1000);
    assert_eq!(seen.texts(), [format!(r#"{{"a":"{long}","b":1}}"#)]);
    let many = "1,".repeat(RECORD_LIMIT);
    let seen = read(&format!("[\n{{\"a\":[{many}1]}},{{\"b\":1}}]"), ROOT, 1000);
    assert_eq!((seen.too_long.as_slice(), seen.texts()), (&[2][..], vec![r#"{"b":1}"#]));
}

proptest! {
    #[test]
    fn no_bytes_panic_and_steps_make_no_difference(text in r#"[\[\]{}:,"\\ab\n]{0,60}"#, step in 1_usize..9) {
        for of in [ENTRIES, ROOT, EACH] {
            prop_assert_eq!(read(&text, of, step), read(&text, of, usize::MAX));
        }
    }
}

#[test]
fn depth_is_bounded() {
    let seen = read(&"[".repeat(1_000_000), ROOT, 4096);
    assert!(seen.broken.is_some() && seen.records.is_empty());
    let deep = "{\"a\":".repeat(1_000_000);
    assert!(read(&deep, EACH, 4096).records.is_empty());
}
