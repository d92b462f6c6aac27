//! Is a stream that died behind a 200 told from what a program made of a good answer, and from a caller that hung up?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Findings, TransportError};

/// What is found in one line of a program that logs a call with a status of 200 as an error.
fn logged(error: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    let line = format!(
        r#"{{"timestamp":"2026-03-02T09:00:00Z","level":"error","model":"claude-sonnet-4","url":"https://api.anthropic.com/v1/messages","status":200,{error}}}"#
    );
    std::fs::write(folder.path().join("app.log"), line).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn assert_died(error: &str) {
    let counts = logged(error).counts;
    let died = counts.by_transport_error.get(&TransportError::StreamAbort);
    assert_eq!((counts.attempts, counts.failures, died), (1, 1, Some(&1)), "{error}");
}

#[test]
fn a_stream_without_its_last_event_died() {
    assert_died(r#""msg":"stream ended before message_stop""#);
    assert_died(r#""msg":"call failed","error":"SSE stream closed before [DONE]""#);
}

#[test]
fn an_error_event_is_the_providers_failure() {
    assert_died(
        r#""msg":"call failed","error":"{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}""#,
    );
    assert_died(r#""msg":"call failed","error":{"type":"api_error","message":"Internal server error"}"#);
}

#[test]
fn a_rate_limit_event_is_the_callers_side() {
    let found = logged(
        r#""msg":"call failed","error":{"type":"rate_limit_error","message":"Number of tokens has exceeded your rate limit"}"#,
    );
    assert_eq!((found.counts.attempts, found.counts.failures), (1, 0));
    assert_eq!(found.caller_side.len(), 1);
}

#[test]
fn what_a_program_makes_of_a_good_answer_is_no_failure() {
    let counts = logged(r#""msg":"answer is no valid JSON","error":"Expecting value: line 1 column 1 (char 0)""#).counts;
    assert_eq!((counts.attempts, counts.failures), (1, 0));
}

#[test]
fn a_caller_that_hung_up_is_no_failure() {
    let found = logged(r#""msg":"call failed","error":"client disconnected during stream""#);
    assert_eq!((found.counts.attempts, found.counts.failures), (1, 0));
}
