//! What has to hold of any bytes: the body of each fuzz target, and of its twin among the tests.

mod kept;

use faultscope::gather::envelopes::{self, Judged};
use faultscope::gather::formats::{ALL, Dialect, Fit, Format as _};
use faultscope::gather::{Plan, frame, gather, messages, open};
use faultscope::judge::corroborate::by_page;
use faultscope::model::{Fields, Rollup, Time};
use faultscope::providers::{endpoint, id_in_text, split_url};
use faultscope::redact::{scrub, wall};
use faultscope::text::timestamp::{Reference, StampCache, Zone, http_date, parse};
use faultscope::text::{json, logfmt};
use std::io::{Cursor, Read};
use std::path::Path;

pub(crate) use kept::{parts, state};

/// Pieces so small that most records are cut, and some that lie in none of their own.
const SMALL_PIECE: u64 = 200;

/// Bytes that are taken out of anything packed.
const UNPACKED: u64 = 4 << 20;

/// Every format reads any record.
pub(crate) fn formats(bytes: &[u8]) {
    for format in ALL {
        let _ = (format.fit(bytes), format.starts_record(bytes));
        let _ = format.parse(bytes, &mut |_| {});
    }
}

/// A log of any bytes is read to its end, and the cut into pieces makes no difference to what is counted.
pub(crate) fn log(bytes: &[u8], folder: &Path) {
    let path = folder.join("app.log");
    std::fs::write(&path, bytes).unwrap();
    let read = |piece: u64| {
        let plan = Plan {
            piece,
            ..Plan::of(vec![path.clone()])
        };
        gather(&plan, &()).map(|gathered| told(&gathered.rollup)).ok()
    };
    assert_eq!(read(Plan::of(Vec::new()).piece), read(SMALL_PIECE));
}

/// What a rollup says that a cut could change.
fn told(rollup: &Rollup) -> String {
    for skipped in &rollup.skipped {
        assert!(!skipped.reason.contains("internal error"), "{}", skipped.reason);
    }
    let sources = rollup.sources.iter();
    sources
        .map(|(name, source)| {
            let counts = (
                source.records,
                source.other_records,
                source.unread_records,
                source.rare.undated_records,
            );
            let lines: Vec<_> = source
                .observations
                .iter()
                .map(|seen| (seen.line, seen.time, seen.outcome))
                .collect();
            format!(
                "{name} {:?} {counts:?} {:?} {lines:?} {:?}\n",
                source.format,
                source.span,
                source.cells.in_order().collect::<Vec<_>>()
            )
        })
        .collect()
}

/// Whatever is packed or archived is unpacked without a panic, and one look at it is enough.
pub(crate) fn packed(bytes: &[u8]) {
    if let Ok(opened) = open::begin(Box::new(Cursor::new(bytes.to_vec())), open::Limit::default()) {
        let mut out = Vec::new();
        let _ = opened.into_stream().take(UNPACKED).read_to_end(&mut out);
    }
    let _ = frame::document(bytes, 200);
}

/// Archives of any bytes, as files: what they hold is listed and read, and nothing panics.
pub(crate) fn archives(bytes: &[u8], folder: &Path) {
    let path = folder.join("logs.bundle");
    std::fs::write(&path, bytes).unwrap();
    let _ = gather(&Plan::of(vec![path]), &()).map(|gathered| told(&gathered.rollup));
}

/// A stamp is read the same with and without a cache, and lies within the calendar.
pub(crate) fn times(text: &str) {
    let reference = Reference::on(chrono_date());
    for zone in ["UTC", "Europe/Berlin", "+05:45", "America/St_Johns"].map(|zone| zone.parse::<Zone>()) {
        let zone = zone.unwrap();
        let plain = parse(text, &zone, &reference);
        let mut cache = StampCache::default();
        for _ in 0..2 {
            let cached = cache.parse(text, &zone, &reference);
            assert_eq!(cached.map(|stamp| stamp.time), plain.map(|stamp| stamp.time), "{text}");
        }
        let _ = plain.map(|stamp| stamp.time.to_string());
    }
    let _ = http_date(text).map(Time::to_utc);
    let _ = text.parse::<Zone>();
}

fn chrono_date() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 3, 29).unwrap_or_default()
}

/// A secret among any text goes, the rest of the text may stay, and a second pass finds nothing more.
pub(crate) fn redactor(text: &str) {
    const SECRET: &str = "sk-proj-FAKElabL2m69I7wDdQGnMo6sFSYnvCeqmkfCXIxmEYupOYzFAKE";
    for glue in [" ", "\"", "=", "&", ")", "\n", "\u{a0}"] {
        let (once, _) = wall(format!("{text}{glue}{SECRET}{glue}{text}"));
        assert!(!once.contains(SECRET), "{once}");
        let (twice, removed) = wall(once.clone());
        assert!(once == twice && removed.is_empty(), "{removed:?}: {once}");
    }
    for shown in [scrub::id(text), scrub::model(text), scrub::word(text), scrub::host(text)]
        .into_iter()
        .flatten()
    {
        assert!(!shown.contains(SECRET) && !shown.chars().any(char::is_control), "{shown}");
    }
}

/// The compilers of format strings take any string, and what they make reads any line.
pub(crate) fn compilers(format: &str, line: &str) {
    for compiled in Dialect::ALL.into_iter().filter_map(|dialect| dialect.compile(format).ok()) {
        let _ = compiled.parse(line.as_bytes(), &mut |_| {});
    }
}

/// The scanners of texts within records take any text.
pub(crate) fn texts(text: &str) {
    let mut fields = Fields::default();
    let _ = messages::read(text, &mut fields);
    let _ = messages::exception(text);
    let _ = (id_in_text(text), logfmt::pairs(text).count(), json::items(text).count());
    let mut out = String::new();
    json::unescape(text, &mut out);
    let url = split_url(text);
    let _ = endpoint(url.path);
}

/// Envelopes of any bytes are peeled, one within the other, and found.
pub(crate) fn envelopes(bytes: &[u8]) {
    let mut scratch = String::new();
    let mut opened = vec![bytes.to_vec()];
    for _ in 0..3 {
        let mut inner: Vec<Vec<u8>> = Vec::new();
        for line in &opened {
            for envelope in envelopes::ALL {
                let _ = envelope.fit(line);
                envelope.peel(line, &mut scratch, &mut |letter| {
                    if inner.len() < 50 {
                        inner.push(letter.text.to_vec());
                    }
                });
            }
            let _ = envelopes::strip_colours(line, &mut Vec::new());
        }
        opened = inner;
    }
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(200).collect();
    let _ = envelopes::find(bytes, &lines, &|lines, _| {
        let known = lines
            .iter()
            .filter(|line| ALL.iter().any(|format| format.fit(line) != Fit::No))
            .count();
        Judged {
            known: (known > 0).then_some(()),
            share: known * 1000 / lines.len().max(1),
        }
    });
}

/// A status page of any bytes is understood or refused.
pub(crate) fn pages(bytes: &[u8]) {
    let _ = by_page(&[bytes.to_vec()]);
}
