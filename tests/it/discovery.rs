//! Is everything that was found either read or named?

use faultscope::gather::formats::{Fit, Format, Unread};
use faultscope::gather::{Plan, gather};
use faultscope::model::{Fields, Rollup, Vantage};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Reads lines that begin with `ok`, and panics at `panic`.
struct Fragile;

impl Format for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }
    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }
    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"ok") { Fit::Yes } else { Fit::No }
    }
    fn parse(&self, record: &[u8], _: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        assert!(!record.starts_with(b"panic"), "a format must not");
        if record.starts_with(b"ok") {
            Ok(())
        } else {
            Err(Unread::NotThisFormat)
        }
    }
    fn samples(&self) -> &'static [&'static str] {
        &["ok"]
    }
    fn source(&self) -> &'static str {
        "this test"
    }
}

static KNOWN: &[&dyn Format] = &[&Fragile];

fn read(folder: &Path) -> Rollup {
    let mut plan = Plan::of(vec![folder.to_path_buf()]);
    plan.known = KNOWN;
    plan.threads = 2;
    gather(&plan, &()).unwrap().rollup
}

fn reasons(rollup: &Rollup) -> Vec<(&str, &str)> {
    rollup
        .skipped
        .iter()
        .map(|skipped| (&*skipped.path, skipped.reason.as_str()))
        .collect()
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_counts() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
    put("a.log", b"ok 1\nok 2\n");
    put("b.bin", b"\x7fELF\x02\x01\x01\0\0\0\0\x03\0>\0\x01");
    put("c.xz", b"\xfd7zXZ\0\0");
    put("d.gz", &gz(&b"ok\n".repeat(1000))[..2000]);
    let rollup = read(folder.path());
    assert_eq!(rollup.sources["a.log"].other_records, 2);
    assert!(rollup.sources["d.gz"].other_records > 500 && rollup.sources["d.gz"].unread_records == 0);
    let reasons = reasons(&rollup);
    let named: Vec<_> = reasons.iter().map(|(path, _)| *path).collect();
    assert_eq!(named, ["b.bin", "c.xz", "d.gz"]);
    assert!(reasons[2].1.ends_with("what comes before was read"), "{reasons:?}");
}

#[test]
fn a_panic_in_one_source_names_it_and_the_rest_counts() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), "ok\npanic\nok\n").unwrap();
    fs::write(folder.path().join("b.log"), "ok\nok\n").unwrap();
    let rollup = read(folder.path());
    assert_eq!(reasons(&rollup), [("a.log", "stopped reading: internal error")]);
    assert_eq!(rollup.sources["b.log"].other_records, 2);
}

#[test]
fn a_source_that_no_format_knows_counts_as_unread() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.txt"), "what\n\nis this\nfor\n").unwrap();
    let rollup = read(folder.path());
    let source = &rollup.sources["a.txt"];
    assert_eq!((source.format, source.unread_records), (None, 3));
    assert_eq!(source.rare.unread_lines.iter().copied().collect::<Vec<_>>(), [1, 3, 4]);
    assert!(source.notes.contains("no format recognised it"));
}

#[test]
fn empty_and_blank_sources_are_no_complaint() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), "").unwrap();
    fs::write(folder.path().join("b.log"), "\n \r\n\n").unwrap();
    fs::write(folder.path().join("c.log"), gz(b"")).unwrap();
    fs::write(folder.path().join("d.log"), b"\xef\xbb\xbf").unwrap();
    let rollup = read(folder.path());
    assert!(rollup.skipped.is_empty());
    assert!(
        rollup
            .sources
            .values()
            .all(|source| source.format == Some("empty") && source.notes.is_empty()),
        "{rollup:?}"
    );
}

#[test]
fn an_unreadable_directory_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.log"), "ok\n").unwrap();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // The superuser reads everything, and there is nothing to ask.
    let is_shut = fs::read_dir(&closed).is_err();
    let rollup = read(folder.path());
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(reasons(&rollup).len(), usize::from(is_shut));
}

#[test]
fn text_after_a_long_hole_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = fs::File::create(folder.path().join("a.log")).unwrap();
    for (at, text) in [(0, "ok\nok\n"), (1 << 33, "ok\nok\n"), (1 << 40, "ok")] {
        std::os::unix::fs::FileExt::write_at(&file, text.as_bytes(), at).unwrap();
    }
    file.set_len(1 << 42).unwrap();
    let rollup = read(folder.path());
    assert_eq!(
        (rollup.sources["a.log"].other_records, rollup.sources["a.log"].unread_records),
        (5, 0)
    );
}
