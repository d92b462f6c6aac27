//! Is an attempt counted once where several lines tell of it, and each of several that stand near each other?

use crate::run::findings;
use faultscope::gather::Plan;

/// Attempts and failures of a log.
fn counted(log: &str) -> (u64, u64) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    (found.counts.attempts, found.counts.failures)
}

const ANSWERED: &str = "httpx: HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 200 OK\"";

#[test]
fn a_stream_that_broke_behind_its_200_is_one_attempt() {
    let mut log = String::new();
    for minute in 10..20 {
        log += &format!("2026-09-14 09:{minute}:01,100 INFO {ANSWERED}\n");
        log += &format!("2026-09-14 09:{minute}:02,100 INFO app: llm call ok endpoint=chat model=gpt-4o latency_ms=812\n");
        log += &format!("2026-09-14 09:{minute}:31,100 INFO {ANSWERED}\n");
        log += &format!(
            "2026-09-14 09:{minute}:33,100 ERROR app: llm call failed endpoint=chat model=gpt-4o latency_ms=2812\n\
             Traceback (most recent call last):\n  File \"llm.py\", line 88, in ask\n\
             openai.APIError: The server had an error while processing your request. Sorry about that!\n"
        );
    }
    assert_eq!(counted(&log), (20, 10));
}

#[test]
fn a_retry_line_behind_the_line_of_a_failed_call_is_another_calls() {
    let mut log = String::new();
    for minute in 10..20 {
        let line = |second: u32, text: &str| format!("2026-09-14 09:{minute}:{second:02} INFO {text}\n");
        let retry = "openai._base_client: Retrying request to /chat/completions in 0.430000 seconds";
        log += &line(1, retry);
        log += &line(
            2,
            "app: llm call failed endpoint=chat model=gpt-4o error='Connection error.' latency_ms=900",
        );
        log += &line(3, retry);
        log += &line(
            4,
            "app: llm call failed endpoint=chat model=gpt-4o error='Connection error.' latency_ms=900",
        );
    }
    assert_eq!(counted(&log), (40, 40));
}

/// A log of one failing line a second, in whole seconds.
fn each_second(error: &str) -> String {
    let line = |second: u32| format!("[2026-09-14T09:10:{second:02}Z ERROR rag::llm] gpt-4.1 failed: {error}\n");
    (10..40).map(line).collect()
}

#[test]
fn equal_texts_of_an_http_client_a_second_apart_are_as_many_calls() {
    let url = "https://api.openai.com/v1/chat/completions";
    for error in [
        format!("HTTP status server error (503 Service Unavailable) for url ({url})"),
        format!("Server error: `POST {url}` resulted in a `503 Service Unavailable` response"),
        format!("AxiosError: Request failed with status code 503 POST {url}"),
        format!("POST \"{url}\": 503 Service Unavailable {{}}"),
        format!("503 Service Unavailable from POST {url}"),
    ] {
        assert_eq!(counted(&each_second(&error)), (30, 30), "{error}");
    }
}

#[test]
fn a_clients_error_that_a_framework_logs_again_at_once_is_one() {
    let mut log = String::new();
    for minute in 10..20 {
        let error = "HTTP status server error (503 Service Unavailable) for url (https://api.openai.com/v1/chat/completions)";
        log += &format!("2026-09-14T09:{minute}:01.100123Z ERROR rag::llm: gpt-4.1 failed: {error}\n");
        log += &format!("2026-09-14T09:{minute}:01.101456Z ERROR rag::web: request failed: {error}\n");
    }
    assert_eq!(counted(&log), (10, 10));
}
