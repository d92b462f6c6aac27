//! Does a log that changes while it is read give each of its records at most once, and harm no other?
//!
//! What changes the log goes on until the run ends, so that every step of the run meets it now and then; what has to hold
//! holds wherever they meet.

use crate::watched::{GOOD, Run, Tree, good_log, long_log, record};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Lines of the log that changes: a few pieces of those in which it is read.
const LINES: u64 = 20_000;

/// Reads the logs while `change` is done again and again.
fn read_while(tree: &Tree, change: impl FnMut(&Path) + Send) -> Run {
    let mut change = change;
    let is_over = AtomicBool::new(false);
    let logs = tree.logs();
    let run = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                change(&logs);
            }
        });
        let mut command = tree.command(&[]);
        command.args(["--report", "json", "--internal", "logs"]);
        let run = Run::of(command);
        is_over.store(true, Ordering::Relaxed);
        run
    });
    run.is_as_promised().reads_the_good_log();
    run
}

/// Whether a log was read to its end, or the run says that it was not.
fn is_whole_or_named(run: &Run, path: &str) {
    let report = run.report();
    let is_it = |source: &&serde_json::Value| source["path"].as_str().is_some_and(|told| told == path);
    let sources = report["coverage"]["sources"].as_array().unwrap();
    let records = sources
        .iter()
        .find(is_it)
        .map_or(0, |source| source["records"].as_u64().unwrap());
    assert!(records <= LINES, "{}", run.told());
    let is_named = report["coverage"]["skipped"]
        .as_array()
        .unwrap()
        .iter()
        .any(|skipped| is_it(&skipped));
    // It may not have been there when the directory was listed.
    assert!(records == LINES || is_named || records == 0, "{records}: {}", run.told());
}

/// The records that a run read.
fn records(run: &Run) -> u64 {
    run.report()["coverage"]["records"].as_u64().unwrap()
}

#[test]
fn grows_while_read() {
    let tree = Tree::new().with("app.log", long_log(LINES));
    let line = record(1, 200, "gpt-4o") + "\n";
    let mut file = OpenOptions::new().append(true).open(tree.logs().join("app.log")).unwrap();
    let mut written = 0;
    let run = read_while(&tree, |_| {
        file.write_all(line.as_bytes()).unwrap();
        written += 1;
        thread::yield_now();
    });
    let records = run.records("app.log");
    assert!((LINES..=LINES + written).contains(&records), "{records}: {}", run.told());
    assert_eq!(run.source("app.log")["unread_records"], 0, "{}", run.told());
}

#[test]
fn truncated_while_read() {
    let (tree, text) = (Tree::new().with("app.log", long_log(LINES)), long_log(LINES));
    let run = read_while(&tree, |logs| {
        let file = OpenOptions::new().write(true).open(logs.join("app.log")).unwrap();
        file.set_len(text.len() as u64 / 3).unwrap();
        drop(file);
        fs::write(logs.join("app.log"), &text).unwrap();
    });
    assert!(records(&run) <= LINES + GOOD, "{}", run.told());
}

#[test]
fn rotated_while_read() {
    let tree = Tree::new().with("app.log", long_log(LINES));
    let run = read_while(&tree, |logs| {
        fs::rename(logs.join("app.log"), logs.join("app.log.1")).unwrap();
        fs::write(logs.join("app.log"), "").unwrap();
        thread::yield_now();
        fs::remove_file(logs.join("app.log")).unwrap();
        fs::rename(logs.join("app.log.1"), logs.join("app.log")).unwrap();
    });
    assert!(records(&run) <= LINES + GOOD, "{}", run.told());
}

#[test]
fn vanishes_while_read() {
    let (tree, text) = (Tree::new().with("app.log", long_log(LINES)), long_log(LINES));
    let run = read_while(&tree, |logs| {
        let _ = fs::remove_file(logs.join("app.log"));
        thread::yield_now();
        fs::write(logs.join("next"), &text).unwrap();
        fs::rename(logs.join("next"), logs.join("app.log")).unwrap();
    });
    is_whole_or_named(&run, "app.log");
}

#[test]
fn dirs_swap_while_read() {
    let tree = Tree::new().with("host/app.log", long_log(LINES));
    fs::create_dir(tree.beside().join("elsewhere")).unwrap();
    fs::write(tree.beside().join("elsewhere/app.log"), good_log()).unwrap();
    let run = read_while(&tree, |logs| {
        fs::rename(logs.join("host"), logs.join("gone")).unwrap();
        symlink("../elsewhere", logs.join("host")).unwrap();
        thread::yield_now();
        fs::remove_file(logs.join("host")).unwrap();
        fs::rename(logs.join("gone"), logs.join("host")).unwrap();
    });
    // What lies elsewhere was never asked for.
    assert!(
        [GOOD, LINES + GOOD].contains(&records(&run)) || run.code() == Some(3),
        "{}",
        run.told()
    );
}

#[test]
fn a_pipe_in_the_place_of_a_log_stops_nobody() {
    let (tree, text) = (Tree::new().with("app.log", long_log(LINES)), long_log(LINES));
    let run = read_while(&tree, |logs| {
        let pipe = logs.join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR, 0).unwrap();
        fs::rename(&pipe, logs.join("app.log")).unwrap();
        thread::yield_now();
        let mut file = File::create(logs.join("next")).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        fs::rename(logs.join("next"), logs.join("app.log")).unwrap();
    });
    assert!(records(&run) <= 2 * LINES + GOOD, "{}", run.told());
}
