//! Is every case in `fixtures/envelopes` read as it says?

use super::{Seen, Steps};
use crate::gather::envelopes::{ALL, Clock, Wrapped, read};
use crate::gather::formats;
use crate::gather::frame::{Owned, Window};
use crate::gather::recognise::{Order, recognise};
use crate::text::timestamp::{Reference, Zone};
use chrono::NaiveDate;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// What a case's records are, as its `.jsonl` says it.
fn case(log: &[u8]) -> String {
    let known = recognise(log, true, &Order::of(formats::ALL)).unwrap();
    let wrapped = Wrapped {
        opening: &known.opening,
        clock: Clock {
            zone: Zone::Utc,
            reference: Reference::on(NaiveDate::from_ymd_opt(2026, 3, 7).unwrap()),
        },
    };
    let mut seen = Seen {
        candidates: known.candidates.clone(),
        ..Seen::default()
    };
    read(
        &mut Window::default(),
        &mut Steps(log, 100),
        &wrapped,
        &Owned::WHOLE,
        &mut seen,
    );
    let mut told = format!("{}\n", json!({"format": known.name, "said": known.opening.said()}));
    let mut records: Vec<_> = seen.records.iter().zip(&seen.outer).collect();
    records.sort_by_key(|((line, _), _)| *line);
    for ((line, record), outer) in records {
        let time = outer.stamp.map(|stamp| stamp.time.to_string());
        told += &format!(
            "{}\n",
            json!({"line": line, "time": time, "host": outer.host, "record": record})
        );
    }
    told
}

#[test]
fn every_case_is_read_as_it_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/envelopes");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "log") {
            continue;
        }
        cases += 1;
        let told = case(&fs::read(&path).unwrap());
        assert_eq!(
            told,
            fs::read_to_string(path.with_extension("jsonl")).unwrap(),
            "{}",
            path.display()
        );
    }
    assert!(cases >= ALL.len(), "an envelope has no case");
}
