//! Does any hint hide what its shape matches?

use super::super::shapes::{ADDRESSES, BOUND_MARK, Row, SECRETS};
use super::super::{BOUND, secret};
use super::{Hints, Places};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use regex::Regex;

/// Of every rule.
const ALL: Places = !0;

/// Texts made of each shape.
const MADE: usize = 600;

/// Of these, how many the shape must match for the test to say anything.
const MATCHED: usize = 10;

const LEADS: [&str; 12] = ["", " ", "x ", "\"", "=", "?", "&", "x\\n", "/", "_", "ü", "key: "];
const TAILS: [&str; 8] = ["", " ", "\"", ",", "\n", ")", "ü", " x"];

/// What addresses and check digits hold, random letters seldom are.
const HELD: [&str; 10] = [
    "2001:db8::7",
    "::1",
    "fe80::",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7.8.9.1",
    "::ffff:10.0.0.1",
    "4111 1111 1111 1111",
    "371449635398431",
    "DE02 1203 0000 0000 2020 51",
    "GB33BUKB20201555555555",
];

/// Whether the wall removes something of a text by this rule, were it asked.
fn holds(row: &Row, text: &str) -> bool {
    let written = row.1.replace(BOUND_MARK, BOUND);
    let rough = regex::bytes::RegexBuilder::new(&written).unicode(false).build().unwrap();
    let shape = Regex::new(&written).unwrap();
    rough.is_match(text.as_bytes()) && shape.captures_iter(text).any(|found| row.2(secret(&found).1))
}

/// The shape without what stands before and behind, and without what a maker of texts does not know.
fn body(shape: &str) -> String {
    let shape = Regex::new(r"^(\(\?i\))?\(\?:\^\|\[[^\]]*\](?:\|\\\\\[nrt\])?\)")
        .unwrap()
        .replace(shape, "");
    let shape = Regex::new(r"\(\?P<end>.*\)$").unwrap().replace(&shape, "");
    let shape = shape.replace(BOUND_MARK, "").replace("(?i)", "").replace("(?P<s>", "(?:");
    shape.replace(r"\b", "").replace(r"\d", "[0-9]")
}

fn other_case(text: &str, way: usize) -> String {
    let turned = |(at, letter): (usize, char)| match (way, at % 2) {
        (1, _) | (3, 0) => letter.to_ascii_uppercase(),
        (2, _) | (3, _) => letter.to_ascii_lowercase(),
        _ => letter,
    };
    text.chars().enumerate().map(turned).collect()
}

#[test]
fn no_hint_hides_what_its_shape_matches() {
    let mut runner = TestRunner::deterministic();
    for rows in [SECRETS, ADDRESSES] {
        let hints = Hints::of(rows.iter().map(|(.., hint)| *hint));
        for (place, row) in rows.iter().enumerate() {
            let maker = proptest::string::string_regex(&body(row.1)).unwrap();
            let mut matched = 0;
            for round in 0..MADE {
                let made = if round % 10 > 0 {
                    maker.new_tree(&mut runner).unwrap().current()
                } else {
                    HELD[round / 10 % HELD.len()].to_owned()
                };
                let text = other_case(&made, if round % 3 == 0 { round % 4 } else { 0 });
                let text = format!("{}{text}{}", LEADS[round % LEADS.len()], TAILS[round / 7 % TAILS.len()]);
                if holds(row, &text) {
                    matched += 1;
                    assert!(hints.of_text(text.as_bytes(), ALL) >> place & 1 == 1, "{} in {text:?}", row.1);
                }
            }
            assert!(matched >= MATCHED, "{matched} of {}", row.1);
        }
    }
}

proptest! {
    #[test]
    fn no_hint_hides_what_any_text_holds(text in "([ -~]|[0-9a-f:. -]{2,9}|key|token|secret|cookie|Bearer |\\$KEY|: |@|%40|://|\\+49 |\\(030\\) |sk-|=|\"){0,40}") {
        for rows in [SECRETS, ADDRESSES] {
            let places = Hints::of(rows.iter().map(|(.., hint)| *hint)).of_text(text.as_bytes(), ALL);
            for (place, row) in rows.iter().enumerate().filter(|(place, _)| places >> place & 1 == 0) {
                prop_assert!(!holds(row, &text), "{} at {}", row.1, place);
            }
        }
    }
}

#[test]
fn a_clean_reports_words_are_no_hints() {
    let hints = Hints::of(SECRETS.iter().chain(ADDRESSES).map(|(.., hint)| *hint));
    let clean = r#"{"start":"2026-03-02T03:00:05.250Z","input_tokens":12,"url":"https://api.openai.com/v1/responses","share":0.25,
        "id":"req_0123456789abcdef0123456789abcdef","client":"6f1f9a52-3c3e-4b5e-9d5c-0d0f1a2b3c4d","task-force":"disk-full"}"#;
    assert_eq!(hints.of_text(clean.as_bytes(), ALL), 0);
}
