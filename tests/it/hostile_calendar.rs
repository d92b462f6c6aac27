//! Are the hours that a calendar takes away, gives twice, or leaves out of a stamp read as what they were?

use crate::watched::{GOOD, Tree, good_log};
use std::fs::File;
use std::time::{Duration, SystemTime};

/// 2026-03-29T12:00:00Z.
const DAY_OF_SUMMER_TIME: u64 = 1_774_785_600;

/// 2026-01-01T06:00:00Z.
const NEW_YEAR: u64 = 1_767_247_200;

fn line(stamp: &str, status: u16) -> String {
    format!("{stamp} INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 {status} X\"\n")
}

/// A folder with this log, last written at that second.
fn tree(log: &str, written: u64) -> Tree {
    let tree = Tree::new().with("app.log", log);
    let written = SystemTime::UNIX_EPOCH + Duration::from_secs(written);
    let file = File::options().append(true).open(tree.logs().join("app.log")).unwrap();
    file.set_modified(written).unwrap();
    std::fs::remove_file(tree.logs().join("good.log")).unwrap();
    tree
}

#[test]
fn dst() {
    // Berlin puts its clocks forward at 02:00 on 2026-03-29: 02:30 is no time, and read all the same.
    let log: String = ["01:59:58", "01:59:59", "02:30:00", "03:00:00", "03:00:01"]
        .map(|clock| line(&format!("2026-03-29 {clock},000"), 200))
        .concat();
    let run = tree(&log, DAY_OF_SUMMER_TIME).read_with(&["--tz", "Europe/Berlin"]);
    let source = run.source("app.log");
    assert_eq!((&source["records"], run.code()), (&5.into(), Some(0)), "{}", run.told());
    assert!(
        source["first"].as_str().unwrap().starts_with("2026-03-29T00:59:58"),
        "{source:#}"
    );
    let last = source["last"].as_str().unwrap();
    assert!(last.starts_with("2026-03-29T01:"), "{source:#}");
}

#[test]
fn dst_fold() {
    // 02:00 to 03:00 comes twice on 2026-10-25: a stamp in it is one of both, and no record is lost.
    let log: String = ["01:59:59", "02:30:00", "02:59:59", "02:00:00", "02:30:00", "03:00:00"]
        .map(|clock| line(&format!("2026-10-25 {clock},000"), 200))
        .concat();
    let run = tree(&log, DAY_OF_SUMMER_TIME + 210 * 86_400).read_with(&["--tz", "Europe/Berlin"]);
    let source = run.source("app.log");
    assert_eq!((&source["records"], run.code()), (&6.into(), Some(0)), "{}", run.told());
    assert!(
        source["first"].as_str().unwrap().starts_with("2026-10-24T23:59:59"),
        "{source:#}"
    );
    assert!(
        source["last"].as_str().unwrap().starts_with("2026-10-25T02:00:00"),
        "{source:#}"
    );
}

#[test]
fn syslog_new_year() {
    // Stamps without a year; the file was last written on New Year's morning.
    let log: String = ["Dec 31 23:59:58", "Dec 31 23:59:59", "Jan  1 00:00:00", "Jan  1 00:00:01"]
        .map(|stamp| {
            format!(
                "{stamp} web-1 app[7]: INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 200 OK\"\n"
            )
        })
        .concat();
    let run = tree(&log, NEW_YEAR).read();
    let source = run.source("app.log");
    assert_eq!(source["records"], 4, "{source:#}: {}", run.told());
    assert!(
        source["first"].as_str().unwrap().starts_with("2025-12-31T23:59:58"),
        "{source:#}"
    );
    assert!(
        source["last"].as_str().unwrap().starts_with("2026-01-01T00:00:01"),
        "{source:#}"
    );
}

#[test]
fn clock_back() {
    let good = good_log();
    let (first, second) = good.split_at(good.len() / 2);
    let at = second.find('\n').unwrap() + 1;
    // The clock was set back by an hour in the middle: each record counts once, at the time that was written.
    let log = format!("{first}{}{}", &second[..at], second[at..].replace("T10:", "T09:"));
    let run = Tree::new().with("app.log", log).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), GOOD, "{}", run.told());
    assert!(run.source("app.log")["first"].as_str().unwrap().starts_with("2026-03-01T09:"));
}
