//! One question a test: is what lies in an envelope read as if it lay open?

mod cases;
mod cuts;

use super::chain::Clock;
use super::find::{Judged, find};
use super::read::{Wrapped, read};
use super::reader::Reader;
use super::{ALL, Opening, Outer};
use crate::gather::formats::{self, Fit};
use crate::gather::frame::{Framing, Owned, Refill, Window};
use crate::gather::recognise::Order;
use crate::text::timestamp::{Reference, Zone};
use chrono::NaiveDate;
use std::io;

#[derive(Default)]
struct Seen {
    candidates: Vec<&'static dyn formats::Format>,
    met: Vec<(Option<u64>, usize)>,
    records: Vec<(u64, String)>,
    outer: Vec<Outer>,
    too_long: Vec<u64>,
    unfinished: Vec<(u64, String)>,
}

impl Reader for Seen {
    fn meet(&mut self, outer: &Outer, lines: &[&[u8]]) {
        self.met.push((outer.origin, lines.len()));
    }
    fn warm(&mut self, _: &Outer, _: &[u8]) {}
    fn goes_on(&self, _: Option<u64>) -> bool {
        let is_line = |format: &&'static dyn formats::Format| format.framing() == Framing::Line;
        self.candidates.is_empty() || !self.candidates.iter().all(is_line)
    }
    fn starts(&self, _: Option<u64>, line: &[u8]) -> bool {
        match &self.candidates[..] {
            // Every line that is not indented starts a record.
            [] => !line.starts_with(b" "),
            candidates => candidates.iter().any(|format| match format.framing() {
                Framing::Line => format.fit(line) != Fit::No,
                Framing::Continued => format.starts_record(line),
                Framing::Items(_) => false,
            }),
        }
    }
    fn record(&mut self, line: u64, outer: &Outer, record: &[u8]) {
        self.records.push((line, String::from_utf8_lossy(record).into_owned()));
        self.outer.push(outer.clone());
    }
    fn too_long(&mut self, line: u64) {
        self.too_long.push(line);
    }
    fn unfinished(&mut self, line: u64, _: &Outer, record: &[u8]) {
        self.unfinished.push((line, String::from_utf8_lossy(record).into_owned()));
    }
}

struct Steps<'a>(&'a [u8], usize);

impl Refill for Steps<'_> {
    fn more(&mut self, window: &mut Window) -> io::Result<usize> {
        let (now, later) = self.0.split_at(self.1.min(self.0.len()));
        self.0 = later;
        window.fill(now.len().max(1), |space| {
            space[..now.len()].copy_from_slice(now);
            Ok(now.len())
        })
    }
}

fn opening(head: &[u8]) -> Opening {
    let lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    // Lines that begin with a small letter are known.
    let known = |line: &&&[u8]| line.trim_ascii_start().first().is_some_and(u8::is_ascii_lowercase);
    find(head, &lines, &|lines, _| {
        let count = lines.iter().filter(known).count();
        Judged {
            known: (count > 0).then_some(()),
            share: count * 1000 / lines.len().max(1),
        }
    })
    .0
}

fn wrapped(opening: &Opening) -> Wrapped<'_> {
    let date = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    Wrapped {
        opening,
        clock: Clock {
            zone: Zone::Utc,
            reference: Reference::on(date),
        },
    }
}

fn read_with(text: &[u8], opening: &Opening, step: usize) -> Seen {
    let wrapped = wrapped(opening);
    let mut seen = Seen::default();
    read(
        &mut Window::default(),
        &mut Steps(text, step),
        &wrapped,
        &Owned::WHOLE,
        &mut seen,
    );
    seen
}

fn seen(text: &str) -> Seen {
    read_with(text.as_bytes(), &opening(text.as_bytes()), usize::MAX)
}

fn records(text: &str) -> Vec<(u64, String)> {
    seen(text).records
}

fn pairs(expected: &[(u64, &str)]) -> Vec<(u64, String)> {
    expected.iter().map(|(line, text)| (*line, (*text).to_owned())).collect()
}

#[test]
fn every_sample_holds_what_it_is_said_to_hold_and_fits() {
    for envelope in ALL {
        assert!(!envelope.samples().is_empty() && !envelope.source().is_empty());
        for (sample, inside) in envelope.samples() {
            let mut given = Vec::new();
            let fits = envelope.fit(sample.as_bytes()) != Fit::No;
            assert!(fits, "{}: {sample}", envelope.name());
            let mut give = |letter: &super::Letter<'_>| given.push(String::from_utf8(letter.text.to_vec()).unwrap());
            assert!(envelope.peel(sample.as_bytes(), &mut String::new(), &mut give));
            assert_eq!(given, [*inside], "{}", envelope.name());
        }
    }
}

#[test]
fn no_envelope_is_certain_of_a_formats_own_line() {
    for format in Order::of(formats::ALL).iter() {
        for sample in format.samples() {
            let line = sample.lines().next().unwrap_or_default();
            let certain = ALL.iter().find(|envelope| envelope.fit(line.as_bytes()) == Fit::Yes);
            assert!(certain.is_none(), "{}: {line}", certain.unwrap().name());
        }
    }
}

#[test]
fn a_traceback_whose_every_line_has_an_envelope_is_one_record() {
    let log = r#"{"log":"failed\n","stream":"stderr","time":"2026-03-01T14:00:00Z"}
{"log":"  at one\n","stream":"stderr","time":"2026-03-01T14:00:00Z"}
{"log":"ok\n","stream":"stderr","time":"2026-03-01T14:00:01Z"}
"#;
    assert_eq!(records(log), pairs(&[(1, "failed\n  at one"), (3, "ok")]));
}

#[test]
fn streams_that_write_between_each_other_are_told_apart() {
    let log = "2026-03-01T14:00:00Z stderr F failed
2026-03-01T14:00:00Z stdout F access
2026-03-01T14:00:00Z stderr P   at
2026-03-01T14:00:00Z stdout F again
2026-03-01T14:00:00Z stderr F  one
2026-03-01T14:00:01Z stderr F ok
";
    let expected = pairs(&[(2, "access"), (1, "failed\n  at one"), (4, "again"), (6, "ok")]);
    assert_eq!(records(log), expected);
}

#[test]
fn parts_are_joined_and_have_the_first_ones_line() {
    let log = r#"{"log":"one ","stream":"stdout","time":"2026-03-01T14:00:00Z"}
{"log":"and two\n","stream":"stdout","time":"2026-03-01T14:00:01Z"}
{"log":"three\n","stream":"stdout","time":"2026-03-01T14:00:02Z"}
{"log":"four\n","stream":"stdout","time":"2026-03-01T14:00:02Z"}
"#;
    assert_eq!(records(log), pairs(&[(1, "one and two"), (3, "three"), (4, "four")]));
}

#[test]
fn what_the_envelope_knows_goes_with_the_record() {
    let log = "2026-03-01T14:00:00.5+01:00 web-1 svc[42]: text\n2026-03-01T14:00:00.5+01:00 web-2 svc[43]: text\n";
    let seen = seen(log);
    let stamp = seen.outer[0].stamp.unwrap();
    assert_eq!(stamp.time.to_string(), "2026-03-01T13:00:00.500Z");
    let hosts: Vec<_> = seen.outer.iter().map(|outer| outer.host.as_deref()).collect();
    assert_eq!(hosts, [Some("web-1"), Some("web-2")]);
    assert!(seen.outer[0].program != seen.outer[1].program);
}

#[test]
fn a_year_is_taken_from_the_file_and_new_year_parts_it() {
    let seen = seen("Dec 31 23:59:59 web svc[42]: old\nJan  1 00:00:01 web svc[42]: new\n");
    let times: Vec<_> = seen.outer.iter().map(|outer| outer.stamp.unwrap().time.to_string()).collect();
    assert_eq!(times, ["2025-12-31T23:59:59.000Z", "2026-01-01T00:00:01.000Z"]);
}

#[test]
fn lines_without_envelope_go_on_with_the_one_above() {
    let log =
        "2026-03-01T14:00:00.000Z {\"a\":1}\n2026-03-01T14:00:00.000Z failed\n  at one\n2026-03-01T14:00:01.000Z {\"a\":2}\n";
    assert_eq!(
        records(log),
        pairs(&[(1, "{\"a\":1}"), (2, "failed\n  at one"), (4, "{\"a\":2}")])
    );
}

#[test]
fn events_in_a_document_are_read_in_any_layout() {
    let event = |time: u32, text: &str| {
        format!(r#"{{"timestamp": 174126973100{time}, "message": "{text}", "ingestionTime": 1741269731999}}"#)
    };
    let events = [event(1, "one\\n  more"), event(2, "two {")].join(",\n");
    for log in [
        format!("{{\n \"events\": [\n{events}\n ],\n \"nextForwardToken\": \"f/1\"\n}}\n"),
        format!("[\n{events}\n]\n"),
        format!(
            "{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{events}]}}{{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[]}}"
        ),
    ] {
        let texts: Vec<_> = records(&log).into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["one\n  more", "two {"], "{log}");
    }
}

#[test]
fn an_entry_of_a_journal_may_hold_several_lines() {
    let log = "__CURSOR=1\n__REALTIME_TIMESTAMP=1741269731123456\nMESSAGE\n\u{8}\0\0\0\0\0\0\0one\n two\n_PID=1\n\n__CURSOR=2\n_PID=1\nMESSAGE=three\n\n__CURSOR=3\n_PID=1\nMESSAGE=four\n";
    let seen = seen(log);
    assert_eq!(seen.records, pairs(&[(1, "one\n two"), (8, "three")]));
    assert_eq!(seen.unfinished, pairs(&[(12, "four")]));
}

#[test]
fn what_is_too_long_is_told_and_the_rest_read() {
    let long = "x".repeat(9 << 20);
    let opening = opening(b"2026-03-01T14:00:00Z stderr F text\n");
    let log = format!("2026-03-01T14:00:00Z stderr F {long}\n2026-03-01T14:00:00Z stderr F text\n");
    let seen = read_with(log.as_bytes(), &opening, 1 << 18);
    assert_eq!((seen.too_long, seen.records), (vec![1], pairs(&[(2, "text")])));
}
