//! Do exceptions that a log names stand for attempts where no other line tells of them, and only there?

use crate::run::findings;
use faultscope::gather::Plan;
use std::fmt::Write;

/// An hour with a call a second, of which those of twenty minutes fail; `line` writes what the log has of one.
fn failures(line: impl Fn(&str, bool) -> String) -> (u64, usize) {
    let mut log = String::new();
    for second in 0..3600 {
        let stamp = format!("2026-09-14 09:{:02}:{:02},{:03}", second / 60, second % 60, second % 7 + 1);
        let failed = (1200..2400).contains(&second);
        let _ = writeln!(log, "{}", line(&stamp, failed).trim_end());
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    (found.counts.failures, found.windows.len())
}

const RAISED: &str = "Traceback (most recent call last):\n  File \"llm.py\", line 88, in ask\n\
    openai.InternalServerError: Error code: 500 - {'error': {'message': 'x', 'type': 'server_error', 'param': None, 'code': None}}";

const SENT: &str = "httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions";

#[test]
fn tracebacks_are_the_failures_of_a_log_whose_sdk_is_silent() {
    let (failures, windows) = failures(|stamp, failed| {
        if failed {
            format!("{stamp} ERROR app: answer failed\n{RAISED}")
        } else {
            format!("{stamp} INFO app: llm call ok model=gpt-4o latency_ms=812")
        }
    });
    assert_eq!((failures, windows), (1200, 1));
}

#[test]
fn tracebacks_are_the_failures_of_a_log_whose_sdk_logs_successes_only() {
    let (failures, windows) = failures(|stamp, failed| {
        if failed {
            format!("{stamp} ERROR app: answer failed\n{RAISED}")
        } else {
            format!("{stamp} INFO {SENT} \"HTTP/1.1 200 OK\"")
        }
    });
    assert_eq!((failures, windows), (1200, 1));
}

#[test]
fn an_answer_and_its_traceback_are_one_failure() {
    let (failures, windows) = failures(|stamp, failed| {
        if failed {
            format!(
                "{stamp} INFO {SENT} \"HTTP/1.1 500 Internal Server Error\"\n{stamp} ERROR app: answer failed\n{RAISED}\n\
                 {stamp} ERROR web: request failed\n{RAISED}"
            )
        } else {
            format!("{stamp} INFO {SENT} \"HTTP/1.1 200 OK\"")
        }
    });
    assert_eq!((failures, windows), (1200, 1));
}

#[test]
fn an_exception_that_two_handlers_log_at_once_is_one_failure() {
    let (failures, windows) = failures(|stamp, failed| {
        if failed {
            format!("{stamp} ERROR app: answer failed\n{RAISED}\n{stamp} ERROR web: request failed\n{RAISED}")
        } else {
            format!("{stamp} INFO app: llm call ok model=gpt-4o latency_ms=812")
        }
    });
    assert_eq!((failures, windows), (1200, 1));
}

#[test]
fn a_wrappers_retry_lines_are_the_failures_of_a_log_that_has_no_others() {
    let (failures, _) = failures(|stamp, failed| {
        if failed {
            format!(
                "{stamp} WARNING tenacity: Retrying <unknown> in 1.0 seconds as it raised InternalServerError: Error code: 500 - {{}}."
            )
        } else {
            format!("{stamp} INFO app: llm call ok model=gpt-4o latency_ms=812")
        }
    });
    assert_eq!(failures, 1200);
}

#[test]
fn an_exception_behind_an_announced_retry_is_the_retrys() {
    let (failures, windows) = failures(|stamp, failed| {
        if failed {
            format!(
                "{stamp} INFO openai._base_client: Retrying request to /chat/completions in 0.470234 seconds\n\
                 {stamp} ERROR app: llm call failed: Connection error."
            )
        } else {
            format!("{stamp} INFO {SENT} \"HTTP/1.1 200 OK\"")
        }
    });
    assert_eq!((failures, windows), (2400, 1));
}

#[test]
fn a_transports_headers_give_their_id_to_the_answer_behind_them() {
    let mut log = String::new();
    for second in 0..1200_u32 {
        let stamp = format!("2026-09-14 09:{:02}:{:02},003", second / 60, second % 60);
        let _ = writeln!(
            log,
            "{stamp} DEBUG httpcore.http11: receive_response_headers.complete return_value=(b'HTTP/1.1', 500, b'Internal Server Error', \
             [(b'x-request-id', b'req_{second:032x}')])\n{stamp} INFO {SENT} \"HTTP/1.1 500 Internal Server Error\"\n\
             {stamp} DEBUG httpcore.http11: receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b'OK', \
             [(b'x-request-id', b'req_ff{second:030x}')])\n{stamp} INFO {SENT} \"HTTP/1.1 200 OK\""
        );
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    let ids = found.windows.iter().flat_map(|window| &window.requests);
    let wrong = ids
        .filter(|one| one.ids.x_request_id().is_none_or(|id| id.starts_with("req_ff")))
        .count();
    assert_eq!((found.counts.failures, wrong), (1200, 0));
}
