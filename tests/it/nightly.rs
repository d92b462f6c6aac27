//! Does the sum of the nights equal one run over everything, and does a night without news say nothing?

use crate::month::{Month, Trouble};
use rusqlite::Connection;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Seconds of 2026-03-02T02:10:00Z, the first night's run.
const FIRST_NIGHT: u64 = 1_772_417_400;

const DAY: u64 = 86_400;

/// A night's run in a folder that holds the logs, the state and the reports.
pub(crate) fn nightly(folder: &Path, night: usize, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faultscope"));
    command
        .current_dir(folder)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", (FIRST_NIGHT + DAY * night as u64).to_string())
        .args([
            "nightly",
            "logs",
            "--state",
            "state",
            "--out",
            "out",
            "--report",
            "json",
            "--internal",
        ])
        .args(more);
    command
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The report of one run over everything.
pub(crate) fn everything(folder: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .args(["analyze", "-q", "--report", "json", "--internal", "logs"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn state(folder: &Path) -> Connection {
    Connection::open(folder.join("state/state.sqlite")).unwrap()
}

fn sum(state: &Connection, sql: &str) -> u64 {
    state.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
}

/// Windows as a set of what identifies them: class, model, start and end.
fn windows(report: &Value) -> BTreeSet<String> {
    let windows = report["windows"].as_array().unwrap().iter();
    windows
        .map(|window| {
            format!(
                "{} {} {} {} {}",
                window["class"], window["scope"]["model"], window["start"], window["end"], window["failures"]
            )
        })
        .collect()
}

fn reports(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder.join("out"))
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join("report-internal.json"))
        .collect();
    found.sort();
    found
}

/// Two windows in a day's middle, and one that the night's run comes into.
const TROUBLES: [Trouble; 3] = [
    Trouble {
        day: 4,
        minutes: (600, 700),
        model: "gpt-4o-mini",
    },
    Trouble {
        day: 11,
        minutes: (90, 190),
        model: "gpt-4o-mini",
    },
    Trouble {
        day: 20,
        minutes: (900, 1000),
        model: "gpt-4o-mini",
    },
];

#[test]
fn thirty_nights_are_one_run_over_everything() {
    let folder = tempfile::tempdir().unwrap();
    let month = Month::new(30, &TROUBLES);
    let mut spoke = Vec::new();
    for night in 0..month.nights() {
        month.write_until(&folder.path().join("logs"), night);
        let output = nightly(folder.path(), night, &[]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "night {night}");
        if !output.stdout.is_empty() {
            assert!(said(&output).starts_with("faultscope: 1 "), "{}", said(&output));
            spoke.push(night);
        }
        if !night.is_multiple_of(5) {
            continue;
        }
        let again = nightly(folder.path(), night, &[]).output().unwrap();
        assert_eq!(
            (again.status.code(), said(&again)),
            (Some(0), String::new()),
            "night {night} again"
        );
    }
    // By the last window there is history enough to say what is usual.
    let usual = |night: usize| {
        fs::read_to_string(&reports(folder.path())[night])
            .unwrap()
            .contains(": that is usual here.")
    };
    assert_eq!([usual(0), usual(3)], [false, true]);
    // The second window is found open, and told again when it is over.
    assert_eq!(spoke, [5, 11, 12, 21]);
    assert_eq!(reports(folder.path()).len(), 4);
    let whole = everything(folder.path());
    let state = state(folder.path());
    let coverage = &whole["coverage"];
    for count in ["bytes", "records", "other_records", "unread_records"] {
        let nights = sum(&state, &format!("SELECT sum({count}) FROM night"));
        assert_eq!(nights, coverage[count].as_u64().unwrap(), "{count}");
    }
    for count in ["attempts", "failures", "calls", "calls_lost"] {
        let hours = sum(&state, &format!("SELECT sum({count}) FROM hour"));
        assert_eq!(hours, whole["counts"][count].as_u64().unwrap(), "{count}");
    }
    let told: BTreeSet<String> = reports(folder.path())
        .iter()
        .flat_map(|report| windows(&serde_json::from_slice(&fs::read(report).unwrap()).unwrap()))
        .collect();
    let whole = windows(&whole);
    assert!(whole.is_subset(&told) && whole.len() == 3, "{whole:#?} of {told:#?}");
    assert_eq!(sum(&state, "SELECT count(*) FROM window WHERE standing"), 3);
}

fn history(folder: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "0")
        .args(["history", "--state", "state"])
        .args(args)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    said(&output)
}

#[test]
fn the_history_tells_what_recurs_what_was_promised_and_two_days_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let trouble = |day, from| Trouble {
        day,
        minutes: (from, from + 90),
        model: "gpt-4o-mini",
    };
    let month = Month::new(8, &[trouble(1, 600), trouble(3, 700), trouble(6, 900)]);
    month.write_until(&folder.path().join("logs"), 0);
    for night in 1..month.nights() {
        month.write_until(&folder.path().join("logs"), night);
        let output = nightly(folder.path(), night, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let third = said(&output).contains("third model-specific window for");
        assert_eq!(third, night == 7, "{}", said(&output));
    }
    let text = history(folder.path(), &["--sla", "99.9", "--compare", "2026-03-02", "2026-03-03"]);
    for told in [
        "FAILURE WINDOWS (3)",
        "the third in 14 days",
        "2026-W10",
        "missed by",
        "2026-03-02 COMPARED WITH 2026-03-03",
        "█",
    ] {
        assert!(text.contains(told), "{told} is not in\n{text}");
    }
    let json: Value = serde_json::from_str(&history(folder.path(), &["--report", "json"])).unwrap();
    assert_eq!(json["windows"].as_array().unwrap().len(), 3);
    assert_eq!(json["recurring"][0]["in_14_days"], 3);
    assert_eq!(json["counts"]["attempts"], everything(folder.path())["counts"]["attempts"]);
    let csv = history(folder.path(), &["--report", "csv"]);
    assert_eq!(csv.lines().filter(|line| line.starts_with("window,")).count(), 3);
    assert!(history(folder.path(), &["--report", "html"]).contains("<svg"));
}

#[test]
fn the_history_tells_no_share_of_a_window_of_which_only_failures_were_logged() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    let failed = |minute: u32| {
        format!(
            "2026-03-01T12:{minute:02}:00Z ERROR app.llm: call to gpt-4.1 failed: Error code: 503 - \
             {{'error': {{'message': 'The server is currently overloaded', 'type': 'server_error'}}}}\n"
        )
    };
    fs::write(folder.path().join("logs/app.log"), (10..40).map(failed).collect::<String>()).unwrap();
    nightly(folder.path(), 0, &[]).output().unwrap();
    let json: Value = serde_json::from_str(&history(folder.path(), &["--report", "json"])).unwrap();
    let window = &json["windows"][0];
    assert_eq!(
        (&window["failures"], &window["failing_percentage"]),
        (&Value::from(30), &Value::Null)
    );
    let text = history(folder.path(), &[]);
    let row = text.lines().find(|line| line.contains("outage")).unwrap();
    assert!(!row.contains('%'), "{row}");
}
