//! The checks of the fuzz targets, on bytes that proptest makes out of the formats' own samples.

#[path = "../../fuzz/checks/mod.rs"]
mod checks;

use faultscope::gather::formats::ALL;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Pieces that formats, numbers and encodings trip over.
const NASTY: [&[u8]; 24] = [
    b"\0",
    b"\xff\xfe",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\"",
    b"\\",
    b"\\u",
    b"\\ud800",
    b"\n",
    b"\r",
    b"{",
    b"}",
    b"[",
    b"]",
    b"-",
    b"1e999",
    b"99999999999999999999",
    b"%",
    b"$",
    b"\x1b[31m",
    b"\xe2\x80\xae",
    b"::ffff:",
    b"https://",
    b"\xef\xbb\xbf",
];

/// A check on bytes, with a folder for what it writes.
type Check = fn(&[u8], &Path);

/// Every fuzz target, and what it checks.
const TARGETS: [(&str, Check); 12] = [
    ("archives", checks::archives),
    ("compilers", |bytes, _| {
        let text = String::from_utf8_lossy(bytes);
        let (format, line) = text.split_once('\n').unwrap_or((&text, &text));
        checks::compilers(format, line);
    }),
    ("envelopes", |bytes, _| checks::envelopes(bytes)),
    ("formats", |bytes, _| checks::formats(bytes)),
    ("log", checks::log),
    ("packed", |bytes, _| checks::packed(bytes)),
    ("pages", |bytes, _| checks::pages(bytes)),
    ("parts", |bytes, _| checks::parts(bytes)),
    ("redactor", |bytes, _| checks::redactor(&String::from_utf8_lossy(bytes))),
    ("state", checks::state),
    ("texts", |bytes, _| checks::texts(&String::from_utf8_lossy(bytes))),
    ("times", |bytes, _| checks::times(&String::from_utf8_lossy(bytes))),
];

/// The inputs of a target that fuzzing kept, because each goes another way through the program, or once broke it.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/fuzz").join(target);
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// One of a target's kept inputs, of which some bytes are others.
fn mutated_kept(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let changes = proptest::collection::vec((any::<Index>(), any::<u8>()), 0..8);
    (select(kept(target)), changes).prop_map(|(mut bytes, changes)| {
        for (place, byte) in changes {
            if !bytes.is_empty() {
                let at = place.index(bytes.len());
                bytes[at] = byte;
            }
        }
        bytes
    })
}

fn sample() -> impl Strategy<Value = Vec<u8>> {
    let samples: Vec<&'static str> = ALL.iter().flat_map(|format| format.samples()).copied().collect();
    select(samples).prop_map(|sample| sample.as_bytes().to_vec())
}

/// A sample into which pieces of others and of nasty bytes were put, and out of which some were taken.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        select(NASTY.to_vec()).prop_map(<[u8]>::to_vec),
        proptest::collection::vec(any::<u8>(), 0..6),
        sample(),
    ];
    let change = (any::<Index>(), 0_usize..12, piece);
    (sample(), proptest::collection::vec(change, 0..6)).prop_map(|(mut bytes, changes)| {
        for (place, taken, piece) in changes {
            let from = place.index(bytes.len() + 1);
            let to = (from + taken).min(bytes.len());
            bytes.splice(from..to, piece);
        }
        bytes
    })
}

fn text() -> impl Strategy<Value = String> {
    mutated().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// A log of several samples, mutated and not, in any order.
fn log() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![3 => sample(), 1 => mutated()];
    proptest::collection::vec(line, 1..40).prop_map(|lines| lines.join(&b'\n'))
}

#[test]
fn what_fuzzing_kept_or_found_breaks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (target, check) in TARGETS {
        let kept = kept(target);
        assert!(!kept.is_empty(), "nothing is kept of {target}");
        for bytes in kept {
            check(&bytes, folder.path());
        }
    }
}

#[test]
fn a_sample_without_end_takes_time_in_line_with_its_length() {
    // 256 KiB of one sample after the other, or of one nasty piece after the other, on one line.
    const LENGTH: usize = 256 << 10;
    const LIMIT: Duration = Duration::from_secs(2);
    let samples: Vec<&str> = ALL.iter().filter_map(|format| format.samples().first()).copied().collect();
    let pieces = samples.iter().map(|sample| sample.as_bytes()).chain(NASTY);
    for piece in pieces {
        let bytes: Vec<u8> = piece
            .iter()
            .copied()
            .filter(|byte| *byte != b'\n')
            .cycle()
            .take(LENGTH)
            .collect();
        for format in ALL {
            let measured = || {
                #[expect(clippy::disallowed_methods, reason = "a test measures how long a record takes")]
                let started = Instant::now();
                let _ = (format.fit(&bytes), format.parse(&bytes, &mut |_| {}));
                started.elapsed()
            };
            // Other tests run beside this one: what is slow by itself is slow every time.
            let took = (0..3).map(|_| measured()).find(|took| *took < LIMIT).unwrap_or_else(measured);
            let told = String::from_utf8_lossy(&piece[..piece.len().min(60)]).into_owned();
            assert!(took < LIMIT, "{} takes {took:?} of {told:?}", format.name());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn formats(bytes in mutated()) {
        checks::formats(&bytes);
    }

    #[test]
    fn times(text in prop_oneof![
        text(),
        "[0-9TZ:./ +-]{0,40}",
        "[0-9]{1,4}[-/][0-9]{1,2}[-/][0-9]{1,4}[T ][0-9]{1,2}:[0-9]{2}:[0-9]{2}[.,][0-9]{0,9}( ?[+-][0-9]{2}:?[0-9]{2}| ?[AP]M)?",
    ]) {
        checks::times(&text);
    }

    #[test]
    fn texts(text in text()) {
        checks::texts(&text);
    }

    #[test]
    fn redactor(text in prop_oneof![text(), "\\PC{0,200}"]) {
        checks::redactor(&text);
    }

    #[test]
    fn compilers(
        format in prop_oneof![text(), "([%$][{(]?[a-z_>!0-9,]{0,12}[})]?[a-zA-Z\" \\[\\]-]{0,3}){0,8}"],
        line in text(),
    ) {
        checks::compilers(&format, &line);
    }

    #[test]
    fn envelopes(bytes in prop_oneof![mutated(), mutated_kept("envelopes")]) {
        checks::envelopes(&bytes);
    }

    #[test]
    fn pages(bytes in mutated_kept("pages")) {
        checks::pages(&bytes);
    }

    #[test]
    fn parts(bytes in mutated_kept("parts")) {
        checks::parts(&bytes);
    }

    #[test]
    fn packed(bytes in mutated(), magic in select(vec![
        &b"\x1f\x8b\x08\0"[..], b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\0", b"\x04\x22\x4d\x18", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", b"[{", b"",
    ])) {
        checks::packed(&[magic, &bytes].concat());
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn archives(bytes in mutated_kept("archives")) {
        let folder = tempfile::tempdir().unwrap();
        checks::archives(&bytes, folder.path());
    }

    #[test]
    fn state(changes in proptest::collection::vec(any::<u8>(), 0..60)) {
        let folder = tempfile::tempdir().unwrap();
        checks::state(&changes, folder.path());
    }

    #[test]
    fn log_is_read_the_same_in_any_pieces(bytes in log()) {
        let folder = tempfile::tempdir().unwrap();
        checks::log(&bytes, folder.path());
    }
}
