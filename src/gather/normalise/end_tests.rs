//! Tests of how a record's attempt ended.

use super::end;
use crate::model::{Fact, Fields, Outcome, TransportError, Vantage};

/// How HAProxy's line with these numbers ended.
fn haproxy(status: u16, header_ms: Option<f64>) -> (Outcome, Option<Fact>) {
    let fields = Fields {
        status: Some(status),
        proxy_flag: Some("SD--"),
        upstream_connect_ms: Some(Some(0.0)),
        upstream_header_ms: Some(header_ms),
        ..Fields::default()
    };
    let end = end(&fields, Vantage::Proxy, "haproxy");
    (end.outcome, end.fact)
}

#[test]
fn of_an_answer_that_never_began_none_broke_off() {
    let reset = (Outcome::Transport(TransportError::Reset), Some(Fact::SentUnanswered));
    assert_eq!(haproxy(0, None), reset);
    let cut = (Outcome::Transport(TransportError::StreamAbort), Some(Fact::AnswerBegun));
    assert_eq!(haproxy(200, Some(812.0)), cut);
}

/// How an application's line on a failed call ended that tells nothing but a class.
fn of_class(class: &'static str) -> Outcome {
    let fields = Fields {
        ok: Some(false),
        error_type: Some(class),
        ..Fields::default()
    };
    end(&fields, Vantage::Application, "python-logging").outcome
}

#[test]
fn the_class_above_all_others_is_an_error_within_a_stream() {
    let cut = Outcome::Transport(TransportError::StreamAbort);
    assert_eq!(of_class("APIError"), cut);
    assert_eq!(of_class("openai.APIError"), cut);
    assert_ne!(of_class("_DeadlockError"), cut);
}

/// How an application's line on a failed call ended that tells a class, a text and perhaps a status.
fn told(class: &'static str, text: Option<&'static str>, status: Option<u16>) -> (Outcome, Option<Fact>) {
    let fields = Fields {
        ok: Some(false),
        error_type: Some(class),
        error_message: text,
        status,
        ..Fields::default()
    };
    let end = end(&fields, Vantage::Application, "python-logging");
    (end.outcome, end.fact)
}

#[test]
fn a_failed_call_with_the_status_200_broke_in_its_stream() {
    let cut = (Outcome::Transport(TransportError::StreamAbort), Some(Fact::AnswerBegun));
    assert_eq!(told("APIStatusError", None, Some(200)), cut);
    assert_eq!(told("anthropic.APIStatusError", None, Some(200)), cut);
    assert_eq!(told("ValidationError", None, Some(200)).0, Outcome::Success);
}

#[test]
fn a_text_that_sums_up_attempts_tells_of_no_stream() {
    const FAULT: &str =
        "Failed after 3 attempts. Last error: The server had an error while processing your request. Sorry about that!";
    let failed = (Outcome::Transport(TransportError::Other), Some(Fact::ProviderBody));
    assert_eq!(told("AI_RetryError", Some(FAULT), None), failed);
}

#[test]
fn a_bare_connection_error_broke_as_its_code_says() {
    let of = |code| {
        let fields = Fields {
            ok: Some(false),
            error_type: Some("APIConnectionError"),
            error_message: Some("Connection error."),
            error_code: code,
            ..Fields::default()
        };
        end(&fields, Vantage::Application, "json-lines")
    };
    let refused = of(Some("ECONNREFUSED"));
    assert_eq!(refused.outcome, Outcome::Transport(TransportError::Connect));
    assert_eq!(refused.fact, Some(Fact::TransportKind));
    assert_eq!(of(Some("ENOTFOUND")).outcome, Outcome::Transport(TransportError::Dns));
    assert_eq!(of(Some("ECONNRESET")).outcome, Outcome::Transport(TransportError::Reset));
    assert_eq!(of(Some("my_own_code")), of(None));
    assert_eq!(of(None).outcome, Outcome::Transport(TransportError::Other));
}
