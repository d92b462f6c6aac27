//! Does every report say what it was narrowed to?

use crate::run::corpus;
use serde_json::{Value, json};
use std::process::{Command, Output};

/// The report of a corpus with one model that is down.
fn run(args: &[&str]) -> Output {
    let state = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .env_clear()
        .env("XDG_STATE_HOME", state.path())
        .env("SOURCE_DATE_EPOCH", "0")
        .arg("analyze")
        .arg(corpus("model-down").join("logs"))
        .arg("-q")
        .args(args)
        .output()
        .unwrap()
}

fn report(args: &[&str]) -> String {
    let output = run(args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_form_names_the_filters_it_was_made_under() {
    for (form, says) in [
        ("text", "! Filtered: only calls of model gpt-4.1."),
        ("markdown", "**Filtered**: only calls of model"),
        ("html", "Filtered: </strong>only calls of model"),
        ("ticket", "\nFiltered: only calls of model gpt-4.1."),
        ("csv", ",filters\r\n"),
        ("ndjson", "\"model\":[\"gpt-4.1\"]"),
        ("json", "\"attempts_left_out\""),
    ] {
        let narrowed = report(&["--report", form, "--model", "gpt-4.1"]);
        assert!(narrowed.contains(says), "{form}: {narrowed}");
        let whole = report(&["--report", form]);
        assert!(!whole.contains(says), "{form}");
    }
    let explained = report(&["--model", "gpt-4.1", "--explain", "w1"]);
    assert!(explained.contains("Filtered: only calls of model gpt-4.1."), "{explained}");
}

#[test]
fn what_is_pasted_into_a_ticket_names_them_too() {
    let ticket = report(&["--report", "ticket", "--status", "500"]);
    let pasted = ticket.split("paste from here").nth(1).unwrap();
    let says = "of the attempts that did not end well only those with status 500";
    assert!(pasted.contains(says), "{pasted}");
}

#[test]
fn the_json_report_tells_each_filter_under_its_name() {
    let args = [
        "--report",
        "json",
        "--model",
        "gpt-4.1",
        "--status",
        "500,503",
        "--since",
        "2026-10-06",
    ];
    let told: Value = serde_json::from_str(&report(&args)).unwrap();
    let filters = &told["filters"];
    assert_eq!(filters["model"], json!(["gpt-4.1"]));
    assert_eq!(
        (&filters["status"], &filters["since"]),
        (&json!([500, 503]), &json!("2026-10-06T00:00:00.000Z"))
    );
    let whole: Value = serde_json::from_str(&report(&["--report", "json", "--since", "2026-10-06"])).unwrap();
    let attempts = |report: &Value| report["counts"]["attempts"].as_u64().unwrap();
    assert_eq!(
        filters["attempts_left_out"].as_u64(),
        Some(attempts(&whole) - attempts(&told))
    );
}

#[test]
fn an_own_name_that_was_asked_for_is_no_plainer_than_in_the_logs() {
    for form in ["markdown", "html", "ticket", "csv", "json", "ndjson"] {
        let told = report(&["--report", form, "--host", "worker-1"]);
        assert!(!told.contains("worker-1") && told.contains("host"), "{form}: {told}");
    }
}

#[test]
fn filters_that_nothing_passes_are_told_apart_from_logs_without_calls() {
    let args: [&[&str]; 3] = [&["--model", "nosuch"], &["--provider", "nosuch"], &["--surface", "web"]];
    for args in args {
        let told = report(args);
        assert!(told.starts_with("Nothing passes the filters"), "{args:?}: {told}");
        assert!(!told.contains("No call to an LLM API"), "{told}");
    }
    assert!(report(&["--model", "nosuch"]).contains("model gpt-4.1, gpt-4o"));
}

#[test]
fn a_surface_is_api_or_web_and_a_filter_is_a_word() {
    for args in [["--surface", "foo"], ["--model", ""], ["--status", "99"]] {
        assert_eq!(run(&args).status.code(), Some(2), "{args:?}");
    }
}

#[test]
fn a_time_without_calls_is_told_apart_from_logs_without_calls() {
    let log = corpus("model-down").join("logs/worker-1/app.log");
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .env_clear()
        .arg(log)
        .args(["-q", "--since", "2027-01-01"])
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.starts_with("No call lies in the time that was asked for (nothing before 2027-01-01"),
        "{told}"
    );
}

#[test]
fn a_variable_that_is_set_and_empty_asks_for_nothing() {
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .env_clear()
        .env("FAULTSCOPE_MODEL", "")
        .env("FAULTSCOPE_TZ", "")
        .arg(corpus("model-down").join("logs/worker-1"))
        .arg("-q")
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(!told.contains("Filtered") && !told.contains("Nothing passes"), "{told}");
}
