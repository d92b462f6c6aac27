//! Is every call counted once, and every failure that a log tells in its own words?

use crate::run::{findings, plan};
use faultscope::gather::Plan;
use faultscope::model::{Findings, Millis};
use serde_json::{Value, json};

/// What is found in one application's log of JSON lines, one second apart.
fn found(lines: impl IntoIterator<Item = Value>) -> Findings {
    let mut log = String::new();
    for (second, mut line) in lines.into_iter().enumerate() {
        let stamp = format!(
            "2026-09-14T{:02}:{:02}:{:02}Z",
            9 + second / 3600,
            second / 60 % 60,
            second % 60
        );
        line["timestamp"] = stamp.into();
        log += &format!("{line}\n");
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn attempt(number: u64, status: u64) -> Value {
    json!({"level": "info", "model": "gpt-4o", "url": "/v1/responses", "method": "POST", "attempt": number, "status": status})
}

#[test]
fn numbered_attempts_without_ids_are_as_many_calls_as_first_ones() {
    let calls = [[(1, 429), (2, 429), (3, 200)], [(1, 503), (2, 503), (3, 429)]];
    let lines = (0..40).flat_map(|call| calls[call % 2].map(|(number, status)| attempt(number, status)));
    assert_eq!(found(lines).counts.calls, 40);
}

#[test]
fn calls_that_share_an_id_stay_as_many_as_their_first_attempts() {
    let with_id = |mut line: Value| {
        line["x_client_request_id"] = "c0ffee00-1111-4222-8333-444455556666".into();
        line
    };
    let calls = [(1, 503), (1, 200), (1, 500), (2, 200), (1, 200), (1, 200)];
    let lines = (0..40).flat_map(|_| calls.map(|(number, status)| with_id(attempt(number, status))));
    assert_eq!(found(lines).counts.calls, 40 * 5);
}

/// Successes, and for five minutes failures that end as `failed` says.
fn an_error_named(failed: &Value) -> Findings {
    let ok = json!({"level": "info", "event": "llm.call", "model": "gpt-4o", "duration_ms": 800, "status": 200});
    found((0..3000).map(|second| {
        if (1200..1500).contains(&second) {
            failed.clone()
        } else {
            ok.clone()
        }
    }))
}

#[test]
fn a_failed_call_that_names_only_its_error_is_a_failure() {
    for error in [
        "InternalServerError",
        "openai.InternalServerError",
        "overloaded_error",
        "APIConnectionError",
    ] {
        for more in [
            json!({}),
            json!({"duration_ms": 900}),
            json!({"error": "the answer did not come"}),
        ] {
            let mut failed = json!({"level": "error", "event": "llm.call", "model": "gpt-4o", "error_type": error});
            failed.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let found = an_error_named(&failed);
            assert_eq!((found.counts.failures, found.windows.len()), (300, 1), "{failed}");
        }
    }
}

#[test]
fn an_error_of_the_callers_own_is_told_by_its_name() {
    let found =
        an_error_named(&json!({"level": "error", "event": "llm.call", "model": "gpt-4o", "error_type": "RateLimitError"}));
    assert_eq!((found.counts.failures, found.caller_side[0].count), (0, 300));
}

#[test]
fn a_failed_call_whose_error_says_nothing_is_remarked_on() {
    let failed = json!({"level": "error", "event": "llm.call", "model": "gpt-4o", "duration_ms": 9, "error_type": "ValueError"});
    let found = an_error_named(&failed);
    assert_eq!(found.counts.failures, 0);
    assert!(found.findings.iter().any(|finding| finding.about == "unsaid-failures"));
}

#[test]
fn an_answer_and_the_line_that_names_its_error_are_one_failure() {
    let answer = json!({"level": "info", "logger": "httpx", "message": "HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 503 Service Unavailable\""});
    let line = json!({"level": "error", "event": "llm.call", "model": "gpt-4o", "error_type": "InternalServerError"});
    let ok = json!({"level": "info", "logger": "httpx", "message": "HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 200 OK\""});
    let found = found((0..400).flat_map(|call| {
        if call % 4 == 0 {
            vec![answer.clone(), line.clone()]
        } else {
            vec![ok.clone()]
        }
    }));
    assert_eq!(found.counts.failures, 100);
}

#[test]
fn what_failed_in_another_window_is_not_usual() {
    let status = |second: i32| if matches!(second % 6000, 1200..1800) { 503 } else { 200 };
    let found = found((0..12_000).map(|second| json!({"model": "gpt-4o", "duration_ms": 800, "status": status(second)})));
    let usual: Vec<Option<f64>> = found.windows.iter().map(|window| window.baseline).collect();
    assert_eq!(usual, [Some(0.0), Some(0.0)]);
}

#[test]
fn an_attempt_lasted_as_long_as_its_proxy_saw_it_and_not_as_its_call() {
    let found = findings(&plan("egress-b-broken"));
    let longest = found.windows[0]
        .requests
        .iter()
        .filter_map(|attempt| attempt.duration_ms)
        .max();
    assert!(longest < Some(Millis::from(1000)), "{longest:?}");
}

#[test]
fn a_numbered_success_saves_the_call_that_waited_for_it() {
    let lines = (0..40).flat_map(|_| {
        [
            attempt(1, 503),
            attempt(2, 200),
            attempt(1, 200),
            attempt(1, 503),
            attempt(2, 503),
        ]
    });
    let counts = found(lines).counts;
    assert_eq!((counts.calls, counts.calls_recovered, counts.calls_lost), (120, 40, 40));
}
