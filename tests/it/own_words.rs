//! Is what programs log of their calls in words of their own counted once, whatever the level, and nothing else?

use crate::run;

/// Attempts and failures of a log with one line a minute, `lines` in turn, and answers between.
fn counted(lines: &[&str]) -> (u64, u64) {
    let mut log = String::new();
    for (minute, line) in (10..).zip(lines) {
        log += &format!(
            "2026-09-14T08:{minute}:00.123Z {line}\n2026-09-14T08:{minute}:30.456Z INFO chat with gpt-4o took 1203 ms\n"
        );
    }
    run::counted(&log)
}

#[test]
fn the_level_does_not_decide_what_an_sdks_class_says() {
    let told = "chat with gpt-4o failed: InternalServerError: 503 The server is overloaded or not ready yet.";
    let lines = ["ERROR ", "WARN ", "warn: ", "[warn] ", "INFO ", ""].map(|level| format!("{level}{told}"));
    assert_eq!(counted(&lines.each_ref().map(String::as_str)), (12, 6));
}

#[test]
fn what_broke_a_named_call_is_a_failure_in_every_runtimes_words() {
    let lines = [
        "ERROR openai chat with gpt-4o failed: read ECONNRESET",
        "ERROR openai chat with gpt-4o failed: socket hang up",
        "ERROR openai chat with gpt-4o failed: timeout of 60000ms exceeded",
        "ERROR openai chat with gpt-4o failed: FetchError: request to https://api.openai.com/v1/chat/completions failed, reason: connect ECONNREFUSED 104.18.7.192:443",
        "ERROR openai chat with gpt-4o failed: self-signed certificate in certificate chain",
        "ERROR openai chat with gpt-4o failed: context deadline exceeded",
        "ERROR openai chat with gpt-4o failed: HTTPError: Response code 503 (Service Unavailable)",
        "ERROR openai chat with gpt-4o failed: AI_RetryError: Failed after 3 attempts. Last error: Service Unavailable",
        "ERROR openai chat with gpt-4o failed: Faraday::TimeoutError: Net::ReadTimeout with #<TCPSocket:(closed)>",
        "WARN attempt 1 failed: fetch failed (getaddrinfo ENOTFOUND api.openai.com), 2 left",
        "WARN OpenAI call failed: Request failed with status code 503 model=gpt-4o attempt=1/3 id=none",
        "error: cohere chat command-a-03-2025 failed after 1560 ms: ServiceUnavailableError 503 ServiceUnavailableError",
    ];
    assert_eq!(counted(&lines), (24, 12));
}

#[test]
fn what_else_a_program_that_calls_an_llm_fails_at_is_none() {
    let lines = [
        "ERROR failed to save chat with gpt-4o: connect ECONNREFUSED 10.0.0.5:5432",
        "ERROR tool get_weather of gpt-4o failed: socket hang up",
        "ERROR job 7 lost: fetch failed",
        "ERROR lookup failed: HTTP 503 from https://shop.example.com/cart",
        "WARN request failed: InternalServerError: no such table",
        "WARN OpenAI configuration: retry on ECONNRESET, timeout after 60 s",
        "INFO gpt-4o recovered after failure: ECONNRESET",
        "INFO OpenAI returned 512 tokens",
    ];
    assert_eq!(counted(&lines), (8, 0));
}

#[test]
fn the_last_word_on_a_call_is_no_further_attempt() {
    let warned = "WARN attempt 3 failed: InternalServerError: 503 The server is overloaded or not ready yet.";
    let given_up =
        "2026-09-14T08:10:00.125Z ERROR giving up: InternalServerError: 503 The server is overloaded or not ready yet.";
    assert_eq!(counted(&[&format!("{warned}\n{given_up}")]), (2, 1));
}

#[test]
fn nodes_stack_under_a_line_has_its_status() {
    let line = "ERROR chat failed model=gpt-4o\nError: 503 The server is overloaded or not ready yet.\n    \
        at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:44:20)";
    assert_eq!(counted(&[line]), (2, 1));
}
