//! Is nothing written over that somebody may need?

use crate::run::corpus;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("SOURCE_DATE_EPOCH", "0")
        .args(args)
        .output()
        .unwrap()
}

fn refused(folder: &Path, args: &[&str]) -> String {
    let output = run(folder, args);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    said
}

/// A folder with a log in `logs/app.log`, and what that holds.
fn folder() -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let log = fs::read(corpus("model-down").join("logs/worker-1/app.log")).unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/app.log"), &log).unwrap();
    (folder, log)
}

#[test]
fn an_archive_that_is_no_bundle_stays() {
    let (folder, _) = folder();
    fs::write(folder.path().join("backup.tar.gz"), "important").unwrap();
    let said = refused(folder.path(), &["no-such-logs", "--bundle", "backup.tar.gz"]);
    assert!(said.contains("no earlier bundle"), "{said}");
    assert_eq!(fs::read(folder.path().join("backup.tar.gz")).unwrap(), b"important");
    for _ in 0..2 {
        let output = run(folder.path(), &["logs", "-q", "--bundle", "case.tgz"]);
        assert_eq!(output.status.code(), Some(0), "a bundle replaces an earlier one");
    }
}

#[test]
fn a_log_that_is_read_stays() {
    let (folder, log) = folder();
    let hopeless: [&[&str]; 5] = [
        &["logs/app.log", "-o", "logs/app.log"],
        &["logs", "--report", "csv=logs/app.log"],
        &["logs", "--report", "json", "-o", "logs/../logs/app.log"],
        &["trace", "req_1", "logs", "-o", "logs/app.log"],
        &["scan", "logs", "-o", "logs/app.log"],
    ];
    for args in hopeless {
        let said = refused(folder.path(), args);
        assert!(said.contains("name another file"), "{args:?}: {said}");
        assert_eq!(fs::read(folder.path().join("logs/app.log")).unwrap(), log, "{args:?}");
    }
}

#[test]
fn a_part_that_is_merged_stays() {
    let (folder, _) = folder();
    run(folder.path(), &["scan", "logs", "-q", "-o", "1.part"]);
    let part = fs::read(folder.path().join("1.part")).unwrap();
    for args in [
        &["merge", "1.part", "-o", "1.part"],
        &["merge", "1.part", "--wanted", "1.part"],
    ] {
        assert!(refused(folder.path(), args).contains("name another file"), "{args:?}");
    }
    assert_eq!(fs::read(folder.path().join("1.part")).unwrap(), part);
}

#[test]
fn an_earlier_report_among_the_logs_is_replaced() {
    let (folder, _) = folder();
    for _ in 0..2 {
        let output = run(folder.path(), &["logs", "-q", "--report", "html=logs/report.html"]);
        assert!(matches!(output.status.code(), Some(0 | 3)));
    }
    assert!(
        fs::read_to_string(folder.path().join("logs/report.html"))
            .unwrap()
            .contains("<html")
    );
}

#[test]
fn a_place_in_no_directory_is_told_before_anything_is_read() {
    let (folder, _) = folder();
    let hopeless: [&[&str]; 5] = [
        &["logs", "-o", "none/report"],
        &["logs", "--report", "json=none/report"],
        &["logs", "--bundle", "none/case"],
        &["logs", "--bundle", "none/case.tar.gz"],
        &["scan", "logs", "-o", "none/1.part"],
    ];
    for args in hopeless {
        let said = refused(folder.path(), args);
        assert!(said.contains("there is no directory none"), "{args:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{args:?}: {said}");
    }
}
