//! Does every cut of a source, and every cut of its bytes, give the same?

use super::{Seen, Steps, opening, read_with, wrapped};
use crate::gather::envelopes::answers::Named;
use crate::gather::envelopes::{ALL, Opening, Split, read};
use crate::gather::frame::{Owned, Window};
use proptest::prelude::*;

/// Two streams, dumps of both between each other's lines, and lines in parts.
fn a_busy_log() -> String {
    let mut log = String::new();
    for number in 0..200_u32 {
        for stream in ["stdout", "stderr"] {
            let filling = "x".repeat((number * 7 % 50) as usize);
            let begin = if number % 5 == 0 { "P" } else { "F" };
            log += &format!("2026-03-01T14:00:00Z {stream} {begin} record {number}{filling}\n");
        }
        for stream in ["stderr", "stdout"].into_iter().filter(|_| number % 5 == 0) {
            log += &format!("2026-03-01T14:00:00Z {stream} F the rest\n");
        }
        for line in 0..number % 4 {
            let stream = if line % 2 == 0 { "stdout" } else { "stderr" };
            log += &format!("2026-03-01T14:00:00Z {stream} F   at {line}\n");
        }
    }
    log
}

#[test]
fn every_cut_gives_the_records_of_the_whole() {
    let log = a_busy_log();
    let opening = opening(log.as_bytes());
    assert!(opening.can_be_cut());
    let mut whole = read_with(log.as_bytes(), &opening, usize::MAX).records;
    whole.sort();
    assert!(whole.len() == 400);
    for piece in [1, 60, 200, 1000] {
        let mut all = Vec::new();
        let mut lines = 0;
        for start in (0..log.len()).step_by(piece) {
            let from = start.saturating_sub(1500);
            let owned = Owned {
                from: from as u64,
                begins: from == 0,
                bytes: start as u64..(start + piece).min(log.len()) as u64,
            };
            let mut seen = Seen::default();
            let mut steps = Steps(&log.as_bytes()[from..], 64);
            let ended = read(&mut Window::default(), &mut steps, &wrapped(&opening), &owned, &mut seen);
            all.extend(seen.records.into_iter().map(|(line, text)| (line + lines, text)));
            lines += ended.newlines;
        }
        all.sort();
        assert_eq!(all, whole, "in pieces of {piece}");
    }
}

/// Something of every envelope, cut and mixed.
fn a_log() -> impl Strategy<Value = Vec<u8>> {
    let samples: Vec<&'static str> = ALL
        .iter()
        .flat_map(|envelope| envelope.samples())
        .map(|(sample, _)| *sample)
        .collect();
    let sample = proptest::sample::select(samples).prop_map(|sample| format!("{sample}\n").into_bytes());
    let noise = proptest::collection::vec(any::<u8>(), 0..40);
    let cut = (sample.clone(), 0..80_usize).prop_map(|(sample, at)| sample[..at.min(sample.len())].to_vec());
    proptest::collection::vec(prop_oneof![3 => sample, 1 => noise, 1 => cut], 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_bytes_panic_and_every_step_gives_the_same(log in a_log(), step in 1..50_usize, depth in 1..3_u8) {
        let found = opening(&log);
        for split in [Split::Lines, Split::Objects { depth }, Split::Lists { depth, named: Named::OneByOne }, Split::Documents, Split::Entries, Split::of(b"@timestamp,@message\n")] {
            for layers in [found.layers.clone(), ALL.to_vec()] {
                let opening = Opening { split, layers, ..found.clone() };
                let whole = read_with(&log, &opening, usize::MAX);
                let stepped = read_with(&log, &opening, step);
                prop_assert_eq!(&whole.records, &stepped.records);
                prop_assert_eq!(&whole.unfinished, &stepped.unfinished);
            }
        }
    }
}
