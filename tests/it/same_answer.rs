//! Is the answer the same for every number of threads, every cut, and every packing?

use crate::pack::{bz2, gz, lz4, xz};
use faultscope::gather::formats::{Fit, Format, Unread};
use faultscope::gather::frame::Framing;
use faultscope::gather::{Plan, gather};
use faultscope::model::{Fields, Rollup, Vantage, Wanted, id_hash};
use std::fs;
use std::path::Path;

/// A line `line <stamp> <status> …`.
struct Lines;

/// A line `dump <stamp> <status> …` and the indented ones after it, of which the last must be `  end`.
struct Dumps;

fn read(record: &str, word: &str, emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
    let mut words = record
        .strip_prefix(word)
        .ok_or(Unread::NotThisFormat)?
        .split_ascii_whitespace();
    let (Some(timestamp), Some(status)) = (words.next(), words.next().and_then(|status| status.parse().ok())) else {
        return Err(Unread::NotThisFormat);
    };
    emit(&Fields {
        timestamp: Some(timestamp),
        status: Some(status),
        method: Some("POST"),
        url: Some("https://api.openai.com/v1/responses"),
        // Only parts with a caller's id are worth a second look.
        x_client_request_id: Some(timestamp),
        ..Fields::default()
    });
    Ok(())
}

impl Format for Lines {
    fn name(&self) -> &'static str {
        "toy-lines"
    }
    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }
    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"line ") { Fit::Yes } else { Fit::No }
    }
    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        read(&String::from_utf8_lossy(record), "line ", emit)
    }
    fn samples(&self) -> &'static [&'static str] {
        &["line 2026-03-01T00:00:00Z 200"]
    }
    fn source(&self) -> &'static str {
        "this test"
    }
}

impl Format for Dumps {
    fn name(&self) -> &'static str {
        "toy-dumps"
    }
    fn vantage(&self) -> Vantage {
        Vantage::Application
    }
    fn framing(&self) -> Framing {
        Framing::Continued
    }
    fn starts_record(&self, line: &[u8]) -> bool {
        line.starts_with(b"dump ")
    }
    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"dump ") { Fit::Yes } else { Fit::No }
    }
    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = String::from_utf8_lossy(record);
        if !text.ends_with("\n  end") {
            return Err(Unread::CutShort);
        }
        read(&text, "dump ", emit)
    }
    fn samples(&self) -> &'static [&'static str] {
        &["dump 2026-03-01T00:00:00Z 200\n  end"]
    }
    fn source(&self) -> &'static str {
        "this test"
    }
}

static TOYS: &[&dyn Format] = &[&Lines, &Dumps];

const RECORDS: u32 = 9_000;

fn stamp(record: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:{:02}Z", record / 3600, record / 60 % 60, record % 60)
}

fn status(record: u32) -> u32 {
    if record % 50 == 7 { 503 } else { 200 }
}

/// Every record has a length of its own; one line in 300 is in no format.
fn lines() -> String {
    let line = |record: u32| {
        let odd = if record.is_multiple_of(300) { "what is this?\n" } else { "" };
        let filling = "x".repeat((record * 37 % 113) as usize);
        format!("line {} {} {filling}\n{odd}", stamp(record), status(record))
    };
    (0..RECORDS).map(line).collect()
}

fn dumps() -> String {
    let dump = |record: u32| {
        let inner: String = (0..record * 13 % 17).map(|line| format!("  at frame {line}\r\n")).collect();
        format!("dump {} {}\n{inner}  end\n", stamp(record), status(record))
    };
    (0..RECORDS).map(dump).collect()
}

/// Lines of both, and a last record that is cut in two.
fn mixed() -> String {
    let lines = lines();
    let lines = lines.lines().filter(|line| line.starts_with("line"));
    let both = lines
        .zip(dumps().split_inclusive("  end\n"))
        .map(|(line, dump)| format!("{line}\n{dump}"))
        .collect::<String>();
    both + "dump 2026-03-01T23:00:00Z 503\n  at fra"
}

fn plan(folder: &Path, threads: usize, piece: u64) -> Plan {
    let mut plan = Plan::of(vec![folder.to_path_buf()]);
    plan.known = TOYS;
    plan.threads = threads;
    plan.piece = piece;
    plan
}

/// Everything but the pieces, which are the cut itself.
fn told(mut rollup: Rollup) -> String {
    for source in rollup.sources.values_mut() {
        source.chunks.clear();
    }
    let sources = rollup.sources.into_iter().map(|(name, mut source)| {
        let cells = std::mem::take(&mut source.cells);
        let cells = (
            cells.in_order().collect::<Vec<_>>(),
            cells.in_order_if_start().collect::<Vec<_>>(),
        );
        format!("{name} {source:?} {cells:?}\n")
    });
    sources.collect::<String>() + &format!("{:?}", rollup.skipped)
}

#[test]
fn every_cut_and_every_number_of_threads_gives_the_same_rollup() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("lines.log", lines()), ("dumps.log", dumps()), ("mixed.log", mixed())] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let whole = gather(&plan(folder.path(), 1, 8 << 20), &()).unwrap().rollup;
    let told_by_whole = told(whole);
    for piece in [1 << 10, 5_000, 4 << 10, 64 << 10, 256 << 10, 1 << 20] {
        for threads in [1, 2, 8] {
            let cut = gather(&plan(folder.path(), threads, piece), &()).unwrap().rollup;
            assert!(told(cut) == told_by_whole, "pieces of {piece} bytes, {threads} threads");
        }
    }
}

#[test]
fn the_count_is_exact_and_every_number_is_a_line_from_one() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("lines.log", lines()), ("dumps.log", dumps()), ("mixed.log", mixed())] {
        fs::write(folder.path().join(name), &text).unwrap();
        let rollup = gather(&plan(folder.path(), 2, 16 << 10), &()).unwrap().rollup;
        let source = &rollup.sources[name];
        let starts = |word: &str| text.lines().filter(|line| line.starts_with(word)).count() as u64;
        let complete = starts("line ") + starts("dump ") - u64::from(name == "mixed.log");
        assert_eq!(source.records, complete, "{name}");
        let failing = |line: &str| line.split(' ').nth(2) == Some("503");
        let expected: Vec<u64> = (1..)
            .zip(text.lines())
            .filter(|(_, line)| failing(line))
            .map(|(number, _)| number)
            .collect();
        let found: Vec<u64> = source.observations.iter().map(|seen| seen.line).collect();
        let whole = expected.len() - usize::from(name == "mixed.log");
        assert_eq!(found, expected[..whole], "{name}");
        if name == "lines.log" {
            let odd: Vec<u64> = (1..)
                .zip(text.lines())
                .filter(|(_, line)| line.ends_with('?'))
                .map(|(number, _)| number)
                .take(5)
                .collect();
            assert_eq!(source.rare.unread_lines.iter().copied().collect::<Vec<_>>(), odd);
            assert_eq!(source.unread_records, u64::from(RECORDS / 300));
        }
    }
}

#[test]
fn packed_logs_are_read_as_the_plain_one() {
    for text in [lines(), dumps(), mixed()] {
        let read = |bytes: &[u8]| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("x.log"), bytes).unwrap();
            told(gather(&plan(folder.path(), 2, 64 << 10), &()).unwrap().rollup)
        };
        let plain = read(text.as_bytes());
        for pack in [gz, bz2, xz, lz4] {
            assert!(read(&pack(text.as_bytes())) == plain);
        }
        assert!(read(&zstd::encode_all(text.as_bytes(), 1).unwrap()) == plain);
    }
}

#[test]
fn the_second_look_reads_the_pieces_that_are_wanted_and_knows_their_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = lines();
    fs::write(folder.path().join("x.log"), &text).unwrap();
    fs::write(folder.path().join("y.log"), gz(dumps().as_bytes())).unwrap();
    let plan = plan(folder.path(), 2, 16 << 10);
    let gathered = gather(&plan, &()).unwrap();
    let nothing = gathered.look_again(&plan, &Wanted::default(), &());
    assert!(nothing.sources.is_empty() && nothing.skipped.is_empty());
    let x = &gathered.rollup.sources["x.log"];
    let middle = x.chunks[x.chunks.len() / 2];
    let mut wanted = Wanted::default();
    wanted.spans.insert("x.log".into(), vec![(middle.first, middle.first)]);
    let nobody_asks = gathered.look_again(&plan, &wanted, &());
    assert!(nobody_asks.sources.is_empty());
    let asked = middle.first.to_string().replace(".000Z", "Z");
    wanted.client_ids.insert(id_hash(&asked));
    let extra = gathered.look_again(&plan, &wanted, &());
    assert!(extra.skipped.is_empty() && !extra.sources.contains_key("y.log"));
    let lines: Vec<&str> = text.lines().collect();
    let found = &extra.sources["x.log"];
    assert_eq!(found.records, 0);
    assert!(!found.observations.is_empty());
    for seen in &found.observations {
        let line = lines[usize::try_from(seen.line).unwrap() - 1];
        assert!(
            line.starts_with(&format!("line {}", seen.time.to_string().replace(".000Z", "Z"))),
            "{line}"
        );
    }
}
