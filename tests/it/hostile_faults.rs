//! Does one step of the system that fails, or the end of the process between two steps, leave a whole report and a true
//! exit code? strace lets the steps of the whole program fail, by number; where it is missing these tests say so.

use crate::watched::{GOOD, Run, Tree, good_log, has_strace, record, skipped};
use serde_json::Value;
use std::fs;

/// The most steps that any of the runs takes.
const MOST: usize = 60;

/// Runs the program with the `number`-th call of `calls` spoilt; `None` where it has fewer of them, or nobody can spoil.
fn spoilt(tree: &Tree, calls: &str, how: &str, number: usize, only: &[&str], words: &[&str]) -> Option<Run> {
    let trace = tree.beside().join("trace");
    let (traced, inject) = (format!("trace={calls}"), format!("inject={calls}:{how}:when={number}"));
    let mut wrapper = vec!["strace", "-f", "-qq", "-o", trace.to_str()?, "-e", &traced, "-e", &inject];
    for path in only {
        wrapper.extend(["-P", path]);
    }
    let mut command = tree.command(&wrapper);
    command.args(words).arg("logs");
    let run = Run::of(command);
    let told = fs::read_to_string(&trace).unwrap_or_default();
    let _ = fs::remove_file(&trace);
    let was_spoilt = told.contains("INJECTED") || told.contains("killed by");
    if run.stderr.contains("strace:") {
        skipped("strace may not trace here");
        return None;
    }
    was_spoilt.then_some(run)
}

/// The records of the report that stands, `None` for the old one that was no report.
fn standing(tree: &Tree) -> Option<Value> {
    let text = fs::read_to_string(tree.beside().join("report-internal.json")).unwrap();
    if text == "old" {
        return None;
    }
    Some(serde_json::from_str::<Value>(&text).unwrap()["coverage"]["records"].clone())
}

fn strays(tree: &Tree) -> usize {
    let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
    let entries = fs::read_dir(tree.beside()).unwrap().flatten().map(name);
    entries.filter(|name| name.contains("faultscope-tmp")).count()
}

const REPORT: [&str; 6] = ["-q", "--report", "json", "--internal", "-o", "report.json"];

#[test]
fn whatever_step_of_writing_fails_the_report_is_the_old_or_the_new_one() {
    if !has_strace() {
        return;
    }
    for calls in ["fsync", "rename", "write", "linkat", "flock"] {
        for number in 1..=MOST {
            let tree = Tree::new();
            fs::write(tree.beside().join("report-internal.json"), "old").unwrap();
            let Some(run) = spoilt(&tree, calls, "error=ENOSPC", number, &[], &REPORT) else {
                break;
            };
            let told = format!("{calls} {number}: {}", run.told());
            match run.code() {
                Some(0 | 3) => assert_eq!(standing(&tree), Some(GOOD.into()), "{told}"),
                Some(2) => assert!(standing(&tree).is_none() && run.stderr.contains("cannot"), "{told}"),
                _ => panic!("{told}"),
            }
            assert_eq!(strays(&tree), 0, "{told}");
        }
    }
}

#[test]
fn whatever_read_fails_the_log_is_named_and_the_others_count() {
    if !has_strace() {
        return;
    }
    for calls in ["openat", "pread64,read", "fstat,statx", "lseek"] {
        for number in 1..=MOST {
            let tree = Tree::new()
                .with("app.log", good_log())
                .with("packed.log.gz", crate::pack::gz(good_log().as_bytes()));
            let logs = [tree.logs().join("app.log"), tree.logs().join("packed.log.gz")];
            let only: Vec<&str> = logs.iter().map(|log| log.to_str().unwrap()).collect();
            let words = ["--report", "json", "--internal"];
            let Some(run) = spoilt(&tree, calls, "error=EIO", number, &only, &words) else {
                break;
            };
            run.reads_the_good_log();
            let report = run.report();
            let records = report["coverage"]["records"].as_u64().unwrap();
            let is_named = ["app.log", "packed.log.gz"].iter().any(|name| run.stderr.contains(name));
            match run.code() {
                Some(0) => assert_eq!(records, 3 * GOOD, "{calls} {number}: {}", run.told()),
                Some(3) => assert!(is_named, "{calls} {number}: {}", run.told()),
                _ => panic!("{calls} {number}: {}", run.told()),
            }
        }
    }
}

#[test]
fn kill_9_then_again() {
    if !has_strace() {
        return;
    }
    for (calls, number) in [("fsync", 1), ("rename", 1), ("fsync", 2), ("flock", 1), ("write", 1)] {
        let tree = Tree::new();
        fs::write(tree.beside().join("report-internal.json"), "old").unwrap();
        let Some(run) = spoilt(&tree, calls, "signal=KILL", number, &[], &REPORT) else {
            return;
        };
        assert_eq!(run.code(), None, "{}", run.told());
        assert!(matches!(standing(&tree), None | Some(Value::Number(_))));
        let mut command = tree.command(&[]);
        command.args(REPORT).arg("logs");
        assert_eq!(Run::of(command).code(), Some(0));
        assert_eq!((standing(&tree), strays(&tree)), (Some(GOOD.into()), 0), "{calls} {number}");
    }
}

#[test]
fn a_signal_while_the_report_is_written_leaves_none_half_written() {
    if !has_strace() {
        return;
    }
    // Between the last two steps it has a name of its own for a moment, which the next run removes.
    for (calls, number, left) in [("fsync", 1, 0), ("linkat", 1, 1), ("rename", 1, 1)] {
        for signal in ["signal=INT", "signal=TERM"] {
            let tree = Tree::new();
            fs::write(tree.beside().join("report-internal.json"), "old").unwrap();
            if spoilt(&tree, calls, signal, number, &[], &REPORT).is_none() {
                return;
            }
            assert!(matches!(standing(&tree), None | Some(Value::Number(_))));
            assert!(strays(&tree) <= left, "{calls} {signal}");
        }
    }
}

/// The most steps of one kind that are let fail in a night: the first ones make the state, the last ones the reports.
const MOST_OF_A_NIGHT: usize = 24;

/// The windows' failures in every report below `out`, and the folders that are unfinished.
fn nights_told(tree: &Tree) -> (Vec<Value>, usize) {
    let folders = fs::read_dir(tree.beside().join("out")).into_iter().flatten().flatten();
    let (mut told, mut unfinished) = (Vec::new(), 0);
    for folder in folders.map(|entry| entry.path()) {
        match fs::read(folder.join("report-internal.json")) {
            Ok(report) => {
                let report: Value = serde_json::from_slice(&report).unwrap();
                told.push(report["windows"][0]["failures"].clone());
            }
            Err(_) => unfinished += 1,
        }
    }
    (told, unfinished)
}

#[test]
fn whatever_step_of_a_night_fails_the_next_one_makes_it_good() {
    if !has_strace() {
        return;
    }
    let log: String = (0..300_u64)
        .map(|second| {
            let status = if (60..120).contains(&second) { 503 } else { 200 };
            record(second, status, "gpt-4o").replace("T10:00", &format!("T10:{:02}", second / 60)) + "\n"
        })
        .collect();
    let words = [
        "nightly",
        "--state",
        "state",
        "--out",
        "out",
        "--report",
        "json",
        "--internal",
    ];
    for calls in ["pwrite64", "fsync,fdatasync", "write", "rename,renameat2,mkdir"] {
        for number in 1..=MOST_OF_A_NIGHT {
            let tree = Tree::new().with("good.log", &log);
            let Some(run) = spoilt(&tree, calls, "error=ENOSPC", number, &[], &words) else {
                break;
            };
            let told = format!("{calls} {number}: {}", run.told());
            assert!(matches!(run.code(), Some(0 | 2 | 3)), "{told}");
            assert!(nights_told(&tree).0.len() <= 1, "{told}");
            let again = || {
                let mut command = tree.command(&[]);
                command.args(words).arg("logs");
                Run::of(command)
            };
            assert_eq!(again().code(), Some(0), "{told}");
            assert_eq!(nights_told(&tree), (vec![60.into()], 0), "{told}");
            let third = again();
            assert!(third.stdout.is_empty() && third.code() == Some(0), "{told}: {}", third.told());
        }
    }
}
