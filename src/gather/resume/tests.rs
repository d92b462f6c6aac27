//! One question a test: where does the reading of this log go on?

use super::{Onward, PATIENCE_MS};
use crate::gather::discover::found;
use crate::model::{KnownLog, Time};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// A directory of logs, and what is known of them.
struct Nights {
    folder: tempfile::TempDir,
    known: Vec<KnownLog>,
    now: Time,
}

impl Nights {
    fn new() -> Self {
        let written = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
        Self {
            folder: tempfile::tempdir().unwrap(),
            known: Vec::new(),
            now: Time(i64::try_from(written).unwrap()),
        }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn append(&self, name: &str, text: &str) {
        let mut file = OpenOptions::new().create(true).append(true).open(self.path(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// What is read tonight: the name of each source, and from which byte to which.
    fn night(&mut self) -> Vec<(String, u64, u64)> {
        let found = found(&[self.folder.path().to_path_buf()], false).unwrap();
        let known = self.known.clone();
        let mut onward = Onward::from(&known, self.now);
        let sources = onward.choose(found.sources);
        let Onward { logs, skipped, .. } = onward;
        assert!(skipped.is_empty());
        for (_, mut log) in logs {
            if log.number == 0 {
                log.number = self.known.len() as u64 + 1;
                self.known.push(log);
            } else if let Some(known) = self.known.iter_mut().find(|known| known.number == log.number) {
                *known = log;
            }
        }
        sources
            .into_iter()
            .map(|source| (source.name.to_string(), source.resume().from, source.resume().until))
            .collect()
    }
}

fn lines(what: &str, count: usize) -> String {
    (0..count).map(|line| format!("{what} line {line} of this log\n")).collect()
}

fn pack(path: &Path) {
    let mut encoder = GzEncoder::new(File::create(path.with_extension("log.1.gz")).unwrap(), Compression::fast());
    encoder.write_all(&fs::read(path).unwrap()).unwrap();
    encoder.finish().unwrap();
    fs::remove_file(path).unwrap();
}

#[test]
fn a_log_that_grows_goes_on_where_it_was_left_and_an_untouched_one_is_left_alone() {
    let mut nights = Nights::new();
    let text = lines("first", 300);
    let size = text.len() as u64;
    nights.append("x.log", &text);
    assert_eq!(nights.night(), [("x.log".to_owned(), 0, size)]);
    assert_eq!(nights.night(), []);
    nights.append("x.log", "one more\n");
    assert_eq!(nights.night(), [("x.log".to_owned(), size, size + 9)]);
}

#[test]
fn a_renamed_log_goes_on_under_its_new_name_and_the_one_in_its_place_is_new() {
    let mut nights = Nights::new();
    let text = lines("first", 300);
    let size = text.len() as u64;
    nights.append("x.log", &text);
    nights.night();
    nights.append("x.log", "late\n");
    fs::rename(nights.path("x.log"), nights.path("x.log.1")).unwrap();
    nights.append("x.log", "today\n");
    let read = nights.night();
    assert_eq!(read, [("x.log.1".to_owned(), size, size + 5), ("x.log".to_owned(), 0, 6)]);
    assert_eq!(nights.known.len(), 2);
}

#[test]
fn a_copied_and_truncated_log_goes_on_in_its_copy() {
    let mut nights = Nights::new();
    let text = lines("first", 300);
    let size = text.len() as u64;
    nights.append("x.log", &text);
    nights.night();
    nights.append("x.log", "late\n");
    fs::copy(nights.path("x.log"), nights.path("x.log.1")).unwrap();
    OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(nights.path("x.log"))
        .unwrap();
    assert_eq!(nights.night(), [("x.log.1".to_owned(), size, size + 5)]);
    nights.append("x.log", &lines("second", 900));
    let read = nights.night();
    assert_eq!((read.len(), read[0].0.as_str(), read[0].1), (1, "x.log", 0));
}

#[test]
fn a_log_that_was_packed_since_is_known_by_what_it_unpacks_to() {
    let mut nights = Nights::new();
    let text = lines("first", 3000);
    let size = text.len() as u64;
    nights.append("x.log", &text);
    nights.night();
    nights.append("x.log", "late\n");
    pack(&nights.path("x.log"));
    assert_eq!(nights.night(), [("x.log.1.gz".to_owned(), size, u64::MAX)]);
    assert_eq!(nights.night(), [], "an untouched packed log is not unpacked again");
    assert_eq!(nights.known.len(), 1);
}

#[test]
fn logs_with_the_same_head_are_told_apart_by_where_the_reading_stopped() {
    let mut nights = Nights::new();
    let banner = lines("the same banner", 300);
    nights.append("x.log", &(banner.clone() + &lines("monday", 100)));
    nights.night();
    fs::remove_file(nights.path("x.log")).unwrap();
    nights.append("x.log", &(banner + &lines("tuesday", 200)));
    let read = nights.night();
    assert_eq!((read.len(), read[0].1), (1, 0));
}

#[test]
fn half_a_line_waits_until_its_rest_comes_or_none_will() {
    let mut nights = Nights::new();
    nights.append("x.log", "whole\nhal");
    assert_eq!(nights.night(), [("x.log".to_owned(), 0, 6)]);
    assert_eq!(nights.night(), []);
    nights.append("x.log", "f\nnex");
    assert_eq!(nights.night(), [("x.log".to_owned(), 6, 11)]);
    nights.now = nights.now.plus_ms(-3 * PATIENCE_MS);
    assert_eq!(nights.night(), [], "a clock that went back makes nothing old");
    nights.now = nights.now.plus_ms(5 * PATIENCE_MS);
    assert_eq!(nights.night(), [("x.log".to_owned(), 11, 14)]);
    assert_eq!(nights.night(), []);
}

#[test]
fn an_empty_log_is_no_other_logs_continuation() {
    let mut nights = Nights::new();
    nights.append("x.log", "");
    nights.append("y.log", "");
    assert_eq!(nights.night(), []);
    nights.append("y.log", "text\n");
    assert_eq!(nights.night(), [("y.log".to_owned(), 0, 5)]);
    assert_eq!(nights.night(), []);
    assert_eq!(nights.known.len(), 2);
}
