//! Which spans and records of a document are calls, and what do they say?

use super::super::Format;
use super::Otlp;
use crate::model::{Fields, Grain, Instant};

/// One value of each fact, so that it can be kept.
#[derive(Debug, Default, PartialEq)]
struct Kept {
    grain: Grain,
    status: Option<u16>,
    ok: Option<bool>,
    model: Option<String>,
    sdk_id: Option<String>,
    error_type: Option<String>,
}

fn kept(fields: &Fields<'_>) -> Kept {
    let own = |text: Option<&str>| text.map(str::to_owned);
    Kept {
        grain: fields.grain,
        status: fields.status,
        ok: fields.ok,
        model: own(fields.model),
        sdk_id: own(fields.sdk_id),
        error_type: own(fields.error_type),
    }
}

fn read(line: &str) -> Vec<Kept> {
    let mut all = Vec::new();
    Otlp.parse(line.as_bytes(), &mut |fields| all.push(kept(fields))).unwrap();
    all
}

/// A span by its id, its parent's, its kind, its attributes and its end.
type Given<'a> = (&'a str, &'a str, u8, &'a [(&'a str, &'a str)], &'a str);

/// A document of spans.
fn spans(spans: &[Given<'_>]) -> String {
    let spans: Vec<String> = spans
        .iter()
        .map(|(id, parent, kind, attributes, rest)| {
            let attributes: Vec<String> = attributes
                .iter()
                .map(|(key, value)| format!(r#"{{"key":"{key}","value":{{{value}}}}}"#))
                .collect();
            format!(
                r#"{{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"{id}","parentSpanId":"{parent}","name":"x","kind":{kind},"startTimeUnixNano":"1741269765000000000","endTimeUnixNano":"1741269766204000000","attributes":[{}]{rest}}}"#,
                attributes.join(",")
            )
        })
        .collect();
    format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
}

const CHAT: &[(&str, &str)] = &[
    ("gen_ai.operation.name", r#""stringValue":"chat""#),
    ("gen_ai.provider.name", r#""stringValue":"openai""#),
    ("gen_ai.request.model", r#""stringValue":"gpt-4o""#),
];

const POST_503: &[(&str, &str)] = &[
    ("http.request.method", r#""stringValue":"POST""#),
    ("url.full", r#""stringValue":"https://api.openai.com/v1/chat/completions""#),
    ("http.response.status_code", r#""intValue":"503""#),
    (
        "http.response.header.x-request-id",
        r#""arrayValue":{"values":[{"stringValue":"req_5d2c9e0b7f3a41c8"}]}"#,
    ),
];

#[test]
fn a_model_call_and_the_exchanges_below_it_share_an_id() {
    let found = read(&spans(&[
        ("b1", "a1", 3, POST_503, r#","status":{"code":2}"#),
        ("a1", "", 3, CHAT, ""),
    ]));
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].grain, found[0].status), (Grain::Attempt, Some(503)));
    assert_eq!((found[1].grain, found[1].ok), (Grain::Call, Some(true)));
    assert_eq!(found[0].sdk_id, found[1].sdk_id);
}

#[test]
fn a_model_call_whose_exchange_ended_alike_is_told_by_it() {
    let found = read(&spans(&[
        ("b1", "a1", 3, POST_503, r#","status":{"code":2}"#),
        ("a1", "", 3, CHAT, r#","status":{"code":2}"#),
    ]));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].grain, found[0].model.as_deref()), (Grain::Attempt, Some("gpt-4o")));
}

#[test]
fn a_class_alone_means_a_status_where_no_exchange_is_seen() {
    let failed = |class: &str| {
        let value = format!(r#""stringValue":"{class}""#);
        let attributes = [CHAT, &[("error.type", value.as_str())]].concat();
        read(&spans(&[("a1", "", 3, &attributes, "")]))[0].status
    };
    assert_eq!(failed("RateLimitError"), Some(429));
    assert_eq!(failed("openai.InternalServerError"), Some(500));
    assert_eq!(failed("APITimeoutError"), None);
}

#[test]
fn an_exchange_below_no_model_call_has_no_id_of_a_call() {
    let found = read(&spans(&[("b1", "a1", 3, POST_503, "")]));
    assert_eq!((found.len(), found[0].sdk_id.as_deref()), (1, None));
}

#[test]
fn requests_that_the_program_serves_and_other_hosts_are_no_calls() {
    let served = &[
        ("http.request.method", r#""stringValue":"POST""#),
        ("url.path", r#""stringValue":"/v1/chat/completions""#),
    ];
    let elsewhere = &[
        ("http.request.method", r#""stringValue":"GET""#),
        ("url.full", r#""stringValue":"https://shop.example.net/cart""#),
    ];
    assert!(read(&spans(&[("b1", "", 2, served, ""), ("b2", "", 3, elsewhere, "")])).is_empty());
}

#[test]
fn a_frameworks_span_around_the_clients_is_no_second_call() {
    let found = read(&spans(&[("a1", "", 1, CHAT, ""), ("a2", "a1", 3, CHAT, "")]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].sdk_id.as_deref(), Some("a2"));
}

#[test]
fn an_agents_span_is_no_call_of_a_model() {
    let agent = &[
        ("gen_ai.operation.name", r#""stringValue":"invoke_agent""#),
        ("gen_ai.provider.name", r#""stringValue":"openai""#),
        ("gen_ai.request.model", r#""stringValue":"gpt-4o""#),
    ];
    assert!(read(&spans(&[("a1", "", 1, agent, "")])).is_empty());
}

#[test]
fn an_exception_tells_status_and_type() {
    let event = r#","events":[{"name":"exception","attributes":[{"key":"exception.type","value":{"stringValue":"openai.InternalServerError"}},{"key":"exception.message","value":{"stringValue":"Error code: 500 - {'error': {'message': 'The server had an error', 'type': 'server_error', 'code': None}}"}}]}],"status":{"code":"STATUS_CODE_ERROR"}"#;
    let found = read(&spans(&[("a1", "", 3, CHAT, event)]));
    assert_eq!((found[0].status, found[0].ok), (Some(500), Some(false)));
    assert_eq!(found[0].error_type.as_deref(), Some("server_error"));
}

#[test]
fn an_error_type_may_be_a_status() {
    let numbered = [CHAT, &[("error.type", r#""stringValue":"429""#)]].concat();
    let found = read(&spans(&[("a1", "", 3, &numbered, "")]));
    assert_eq!(
        (found[0].status, found[0].ok, found[0].error_type.as_deref()),
        (Some(429), Some(false), None)
    );
}

#[test]
fn a_log_record_is_read_as_the_line_that_it_carries() {
    let line = r#"{"resourceLogs":[{"scopeLogs":[{"scope":{"name":"httpx"},"logRecords":[{"timeUnixNano":"0","observedTimeUnixNano":"1741269766300000000","severityNumber":9,"body":{"stringValue":"HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 500 Internal Server Error\""},"attributes":[]},{"timeUnixNano":"1741269766300000000","body":{"stringValue":"listening"}}]}]}]}"#;
    let mut stamps = Vec::new();
    Otlp.parse(line.as_bytes(), &mut |fields| {
        stamps.push((fields.status, fields.timestamp.map(str::to_owned)));
    })
    .unwrap();
    assert_eq!(stamps, [(Some(500), Some("1741269766300000000".to_owned()))]);
}

#[test]
fn a_span_ends_when_it_says() {
    let line = spans(&[("a1", "", 3, CHAT, "")]);
    let mut seen = None;
    Otlp.parse(line.as_bytes(), &mut |fields| {
        seen = Some((fields.instant, fields.duration_ms, fields.url.map(str::to_owned)));
    })
    .unwrap();
    assert_eq!(seen, Some((Instant::End, Some(1204.0), Some("chat".to_owned()))));
}
