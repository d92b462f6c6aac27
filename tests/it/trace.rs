//! Does `trace` tell the life of a call from any id of it, and say so where no log has one?

use crate::run::corpus;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn trace(corpus_name: &str, id: &str, args: &[&str]) -> Output {
    let state = tempfile::tempdir().unwrap();
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(corpus(corpus_name))
        .env_clear()
        .env("XDG_STATE_HOME", state.path())
        .env("SOURCE_DATE_EPOCH", "0")
        .args(["trace", id, "logs"])
        .args(args)
        .output()
        .unwrap()
}

fn told(corpus_name: &str, id: &str) -> Value {
    let output = trace(corpus_name, id, &["--report", "json", "--internal"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The only call, as number, end and the places of each attempt.
fn attempts(told: &Value) -> Vec<(u64, String, Vec<String>)> {
    let calls = told["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1);
    let place = |record: &Value| format!("{}:{}", record["path"].as_str().unwrap(), record["line"]);
    let attempts = calls[0]["attempts"].as_array().unwrap().iter().map(|attempt| {
        (
            attempt["attempt"].as_u64().unwrap(),
            attempt["ended"].as_str().unwrap().to_owned(),
            attempt["records"].as_array().unwrap().iter().map(place).collect(),
        )
    });
    attempts.collect()
}

#[test]
fn one_failures_id_leads_to_all_attempts_of_its_call_on_both_sides() {
    let told = told("model-down", "req_e87e8e59c123181d00815e2172823f9f");
    assert_eq!(told["calls"][0]["call_outcome"], "lost");
    let attempts = attempts(&told);
    assert_eq!(attempts.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [1, 2, 3]);
    for (number, ended, places) in attempts {
        assert_eq!(ended, "failure");
        for side in ["edge-a/llm_access.log", "worker-1/app.log"] {
            assert!(
                places.iter().any(|place| place.starts_with(side)),
                "attempt {number}: {places:?}"
            );
        }
    }
    assert!(told["calls"][0]["attempts"][2]["window"]["id"].as_str().is_some());
}

#[test]
fn any_id_of_a_call_tells_the_same_call() {
    let by_request = told("model-down", "req_e87e8e59c123181d00815e2172823f9f");
    let by_caller = told("model-down", "91a2cd50-6079-4a30-9418-955853a069cc");
    assert_eq!(attempts(&by_request), attempts(&by_caller));
}

#[test]
fn the_retry_that_saved_a_call_is_its_last_attempt() {
    let told = told("model-down", "187c7549-cbd2-4e15-bd6d-368d0a757f70");
    assert_eq!(told["calls"][0]["call_outcome"], "recovered");
    let attempts = attempts(&told);
    let ends: Vec<(u64, &str)> = attempts.iter().map(|(number, ended, _)| (*number, &**ended)).collect();
    assert_eq!(ends, [(1, "failure"), (2, "success")]);
    assert_eq!(attempts[1].2, ["edge-a/llm_access.log:395", "worker-3/app.log:145"]);
}

#[test]
fn a_call_that_went_well_is_found_too() {
    let told = told("model-down", "be074589-a207-4c79-9c5d-a1961a993ca4");
    assert_eq!(told["calls"][0]["call_outcome"], "succeeded");
    assert_eq!(
        attempts(&told),
        [(
            1,
            "success".to_owned(),
            vec!["worker-2/app.log:273".to_owned(), "edge-b/access.json.log:327".to_owned()]
        )]
    );
}

#[test]
fn a_packed_log_is_looked_through_and_a_clock_that_is_wrong_is_set_right() {
    let told = told("outage-full", "cc77a77f-78bb-4235-9aa9-d838d0843fe7");
    assert!(
        attempts(&told)
            .iter()
            .all(|(.., places)| places.iter().any(|place| place.starts_with("lb-01/haproxy.log.1.gz:")))
    );
    let shifted = self::told("outage-full", "cc26eb99-9939-40d7-9bcc-45e8a967545b");
    let records = shifted["calls"][0]["attempts"][0]["records"].as_array().unwrap();
    let mut offsets = records.iter().filter_map(|record| record["clock_offset_seconds"].as_f64());
    assert!(offsets.any(|offset| offset < -7000.0));
}

#[test]
fn one_exchange_of_a_page_is_told_apart_from_the_others_of_its_document() {
    let told = told("web-down-api-ok", "cdd1d40de4e34011-FRA");
    assert!(attempts(&told).iter().all(|(.., places)| places.len() == 1));
}

#[test]
fn an_id_in_no_log_is_code_2_and_says_what_was_looked_through_and_what_is_like_it() {
    let output = trace("model-down", "REQ_e87e8e59c1231", &["-q"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(said.contains("stands in none of 9 logs"), "{said}");
    assert!(said.contains("did you mean req_e87e8e59c123181d00815e2172823f9f?"), "{said}");
    let json = trace("model-down", "no-such-id-anywhere", &["-q", "--report", "json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&json["found"], &json["calls"]),
        (&Value::Bool(false), &Value::Array(Vec::new()))
    );
}

#[test]
fn what_may_be_forwarded_holds_no_own_name() {
    let id = "req_e87e8e59c123181d00815e2172823f9f";
    let json = String::from_utf8(trace("model-down", id, &["--report", "json"]).stdout).unwrap();
    for own in ["edge-a", "worker-1", "10.22.1.31"] {
        assert!(!json.contains(own), "{own}");
    }
    let text = String::from_utf8(trace("model-down", id, &[]).stdout).unwrap();
    assert!(text.contains("edge-a/llm_access.log:129") && text.contains("in window w"));
}

#[test]
fn a_trace_is_text_or_json() {
    let output = trace("model-down", "req_e87e8e59c123181d00815e2172823f9f", &["--report", "html"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_record_over_the_border_of_two_pieces_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    let line = |number: usize| format!("2026-03-01T10:00:00Z level=info msg=\"nothing about a call, number {number:06}\"\n");
    while text.len() < 256 * 1024 - 60 {
        text += &line(text.len());
    }
    text += "{\"timestamp\":\"2026-03-01T10:00:01Z\",\"level\":\"error\",\"status\":500,\"url\":\"https://api.openai.com/v1/responses\",\"x_request_id\":\"req_0123456789abcdef0123456789abcdef\"}\n";
    text += &line(1);
    fs::write(folder.path().join("app.log"), text).unwrap();
    let output = run(folder.path(), &["trace", "req_0123456789abcdef0123456789abcdef", "-q"]);
    assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .args(args)
        .output()
        .unwrap()
}
