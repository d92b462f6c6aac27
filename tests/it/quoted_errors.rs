//! Is an error's status read where a program quotes the error's text in a line of its own, and nothing else taken for one?

use crate::run::found;
use faultscope::model::Findings;
use std::collections::BTreeMap;

/// What is found where every minute has one line `rest` behind a stamp and a level.
fn each_minute(rest: &str) -> Findings {
    let line = |minute: u32| format!("2026-09-14 09:{minute}:01,100 {rest}\n");
    found(&(10..20).map(line).collect::<String>())
}

/// The statuses of such a log.
fn statuses(rest: &str) -> BTreeMap<u16, u64> {
    each_minute(rest).counts.by_status.into_iter().collect()
}

const URL: &str = "https://api.openai.com/v1/chat/completions";

#[test]
fn a_model_before_a_colon_is_the_model() {
    for line in [
        "ERROR call failed model=gpt-4.1: InternalServerError: 503 The server is overloaded or not ready yet.",
        "ERROR call failed (model=gpt-4.1): Request timed out.",
    ] {
        let found = each_minute(line);
        let windowed = found.windows.iter().flat_map(|window| &window.requests);
        let mut models: Vec<_> = windowed
            .chain(&found.isolated)
            .map(|attempt| format!("{:?}", attempt.attributes.get(faultscope::model::Dimension::Model)))
            .collect();
        models.dedup();
        assert_eq!(models, ["Some(\"gpt-4.1\")"], "{line}");
    }
}

#[test]
fn the_status_in_a_quoted_error_is_the_calls() {
    for status in [500, 503, 401] {
        let line = format!(
            "ERROR llm call failed error=\"POST \\\"{URL}\\\": {status} Oh {{\\\"message\\\":\\\"The server had an error while processing \
             your request. Sorry about that!\\\"}}\" elapsed=1203.441 model=gpt-4.1"
        );
        assert_eq!(statuses(&line), BTreeMap::from([(status, 10)]));
    }
}

#[test]
fn the_status_that_an_error_without_quotes_begins_with_is_the_calls() {
    for error in [
        "503 Service Unavailable server_error: The server is overloaded or not ready yet.",
        "Error: 503 oh",
    ] {
        for line in [
            format!("ERROR completion failed model=\"gpt-4.1\" error={error}"),
            format!("ERROR completion failed error={error} model=\"gpt-4.1\" elapsed_ms=12"),
        ] {
            assert_eq!(statuses(&line), BTreeMap::from([(503, 10)]), "{line}");
        }
    }
    let refused =
        "ERROR completion failed model=\"gpt-4.1\" error=401 Unauthorized invalid_request_error: Incorrect API key provided";
    assert_eq!(statuses(refused), BTreeMap::from([(401, 10)]));
}

#[test]
fn a_faults_status_before_its_sentence_is_no_broken_stream() {
    for text in [
        "Error: 503 The server is overloaded or not ready yet.",
        "Error: 503 The server had an error while processing your request. Sorry about that!",
        "upstream said (503): The server had an error while processing your request. Sorry about that!",
    ] {
        assert_eq!(
            statuses(&format!("ERROR llm call failed: {text}")),
            BTreeMap::from([(503, 10)]),
            "{text}"
        );
    }
}

#[test]
fn a_fault_without_a_status_broke_a_stream() {
    let found = each_minute(
        "ERROR llm call failed after 512 ms: The server had an error while processing your request. Sorry about that!",
    );
    assert_eq!((found.counts.failures, found.counts.by_status.len()), (10, 0));
}

#[test]
fn a_number_before_an_error_that_is_about_no_call_is_no_failure() {
    for line in [
        "ERROR import failed error=503 rows were left table=orders elapsed_ms=12",
        "ERROR import failed: Error: 503 rows were left",
        "ERROR sync failed error=\"POST \\\"https://shop.example.com/orders\\\": 503 Service Unavailable\" elapsed=12",
    ] {
        assert_eq!(each_minute(line).counts.attempts, 0, "{line}");
    }
}
