//! Tests of the message layer as a whole.

use super::{Said, read};
use crate::model::{Fields, Grain};

fn said(message: &str, check: impl Fn(&Fields<'_>) -> bool) -> bool {
    let mut fields = Fields::default();
    read(message, &mut fields) == Said::AboutACall && check(&fields)
}

#[test]
fn an_sdk_line_behind_an_unknown_prefix_is_read() {
    let line = "svc/7 (main) => httpx: HTTP Request: POST http://gw/v1/responses \"HTTP/1.1 503 \"";
    assert!(said(line, |fields| fields.status == Some(503) && fields.grain == Grain::Attempt));
}

#[test]
fn a_request_line_quoted_in_prose_is_not() {
    let line = "user asked why HTTP Request: POST http://gw/v1/responses \"HTTP/1.1 503 \" is logged";
    assert!(!said(line, |_| true));
}

#[test]
fn a_web_servers_own_access_line_is_not_a_call() {
    assert!(!said("request done method=GET path=/cart status=500 duration_ms=12", |_| {
        true
    }));
}

#[test]
fn a_line_before_the_call_is_its_start() {
    let line = "calling model model=gpt-4o endpoint=chat client_request_id=0f8fad5b-d9cb-469f-a165-70867728950e";
    assert!(said(line, |fields| fields.grain == Grain::Start));
}

#[test]
fn a_local_failure_is_a_failed_call_without_a_status() {
    let line = "llm call failed endpoint=chat model=gpt-4o error=_DeadlockError latency_ms=3";
    assert!(said(line, |fields| fields.ok == Some(false)
        && fields.error_type == Some("_DeadlockError")
        && fields.status.is_none()));
}

#[test]
fn a_retry_wrapper_around_something_else_is_left_alone() {
    assert!(!said(
        "Retrying app.db.connect in 1.0 seconds as it raised OperationalError: refused.",
        |_| true
    ));
}

#[test]
fn a_dictionary_behind_the_words_is_a_summary_too() {
    let line = "LLM call failed {'model': 'gpt-4o', 'status': 503, 'latency_ms': 12, 'request_id': 'req_1'}";
    assert!(said(line, |fields| fields.status == Some(503)
        && fields.request_id == Some("req_1")));
}

#[test]
fn hostile_repetitions_take_linear_time() {
    for piece in [
        "a=( ",
        "a='",
        "x: ",
        "Error: ",
        "{",
        "[a]:",
        "Headers(('",
        "log_",
        "APIError: {'",
        "1m",
        " | ",
        "Error code: ",
        "Server error: ",
        "openai.APIError: ",
        "openai.APIError('",
        "error, status code: ",
        "POST \"https://api.openai.com/v1/x\": ",
        "\": ",
        "://",
        "500 x for url: https://x ",
        "model: x, ",
        "request id ",
        "status=500 in x{a=1}: ",
        "} 500 ",
        "Request timed out. ",
        "x.y\n",
        "openai.APIError: x\n",
        "a::b::",
        "a.b ",
    ] {
        let text = format!("llm call failed model=x status=500 {}", piece.repeat(100_000));
        let _ = said(&text, |_| true);
        let _ = said(&piece.repeat(100_000), |_| true);
        for ok in [None, Some(false)] {
            let texts = [
                piece.repeat(20_000),
                format!("openai.APIError: {}", piece.repeat(20_000)),
                format!("failed\n{}", piece.repeat(20_000)),
                format!("Retry error. Retry count:1\n{}", piece.repeat(20_000)),
            ];
            for text in &texts {
                let mut fields = Fields { ok, ..Fields::default() };
                let _ = read(text, &mut fields);
            }
        }
        let _ = said(&format!("x\n    at y {{\n{}", piece.repeat(100_000)), |_| true);
    }
}

#[test]
fn an_object_on_the_line_tells_the_end_and_not_the_word_before_it() {
    let line = "LLM API answered 503, retry 1 { status: 503, model: 'gpt-4o-mini', requestId: null }";
    assert!(said(line, |fields| fields.status == Some(503)));
}
