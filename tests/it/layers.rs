//! Is an attempt counted once where a client, a framework, a retry's wrapper and the program tell of it, each attempt where
//! several fail at once, and nothing that the program asks of others?

use crate::run::{counted, found};
use faultscope::model::{Attempt, Dimension};
use std::fmt::Write as _;

const URL: &str = "https://api.openai.com/v1/chat/completions";

const BODY: &str = "{'error': {'message': 'The engine is currently overloaded, please try again later', 'type': 'server_error', \
                    'param': None, 'code': None}}";

/// One log of what `lines` writes for every minute, each behind its second and millisecond.
fn by_minute(lines: &[(&str, &str)]) -> String {
    let mut log = String::new();
    for minute in 10..30 {
        for (second, line) in lines {
            writeln!(log, "2026-11-20 09:{minute}:{second} {line}").unwrap();
        }
    }
    log
}

#[test]
fn what_four_layers_tell_of_an_attempt_is_one_attempt() {
    let answer = format!("INFO httpx2: HTTP Request: POST {URL} \"HTTP/1.1 503 Service Unavailable\"");
    let framework =
        |number: u32| format!("ERROR instructor.v2.retry: API call failed on attempt {number}: Error code: 503 - {BODY}");
    let wrapper = format!(
        "WARNING app.instr: Retrying <unknown> in 0.2 seconds as it raised InternalServerError: Error code: 503 - {BODY}."
    );
    let future = "RetryError[<Future at 0x7f649f7de810 state=finished raised InternalServerError>]";
    let given_up = format!("ERROR instructor.v2.retry: Max retries exceeded. Total attempts: 2, Last error: {future}");
    let programs = format!("ERROR app.instr: extraction failed: {future}");
    let well = format!("INFO httpx2: HTTP Request: POST {URL} \"HTTP/1.1 200 OK\"");
    let (first, second) = (framework(1), framework(2));
    let told = [&answer, &first, &wrapper, &answer, &second, &given_up, &programs, &well];
    let exact = ["18,000", "18,003", "18,004", "18,230", "18,233", "18,234", "18,236", "40,000"];
    let in_seconds = ["18", "18", "18", "18", "18", "18", "18", "40"];
    for stamps in [exact, in_seconds] {
        let lines: Vec<(&str, &str)> = stamps.into_iter().zip(told.map(String::as_str)).collect();
        assert_eq!(counted(&by_minute(&lines)), (60, 40), "{stamps:?}");
    }
}

#[test]
fn each_answer_that_urllib3_logs_is_an_attempt() {
    let line = |status: u16| {
        format!(
            "DEBUG urllib3.connectionpool (pool-0_1): https://api.openai.com:443 \"POST /v1/chat/completions HTTP/1.1\" {status} 161"
        )
    };
    let (busy, broken, well) = (line(503), line(500), line(200));
    let lines = [("18,000", &busy), ("18,150", &busy), ("18,420", &broken), ("40,000", &well)];
    assert_eq!(counted(&by_minute(&lines.map(|(at, line)| (at, line.as_str())))), (80, 60));
}

#[test]
fn retries_that_urllib3_gave_up_on_answers_are_the_providers() {
    let line = "ERROR svc: job 25 failed: RetryError: HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded \
                with url: /v1/chat/completions (Caused by ResponseError('too many 502 error responses'))";
    let counts = found(&by_minute(&[("18,000", line)])).counts;
    assert_eq!(counts.by_status.get(&502), Some(&20));
    assert!(counts.by_transport_error.is_empty());
}

#[test]
fn another_services_errors_are_no_calls() {
    let lines = [
        "WARNING svc: users lookup failed: 500 Server Error: Internal Server Error for url: http://users.internal:8080/users/1",
        "ERROR svc: user lookup failed: 500, message='Internal Server Error', url='http://users.internal:8080/users/3'",
        "ERROR svc: ClientResponseError(RequestInfo(url=URL('http://users.internal:8080/users/3'), method='GET'), (), status=500)",
        "WARNING svc: users: HTTP 503: upstream down",
        "INFO app http_request job=9 model=gpt-4.1 method=GET path=/orders/9 status=500 duration_ms=12",
    ];
    let well = format!("INFO httpx: HTTP Request: POST {URL} \"HTTP/1.1 200 OK\"");
    for line in lines {
        assert_eq!(counted(&by_minute(&[("18,000", line), ("40,000", &well)])), (20, 0), "{line}");
    }
}

#[test]
fn attempts_of_several_calls_that_break_at_once_are_as_many() {
    let failed =
        |number: u32| format!("WARNING client: attempt {number}/3 failed: 503, message='Service Unavailable', url='{URL}'");
    let (first, last) = (failed(1), failed(3));
    let well = "INFO client: openai gpt-4o-mini ok in 0.05s";
    let lines = [("18,000", first.as_str()), ("18,010", &last), ("40,000", well)];
    assert_eq!(counted(&by_minute(&lines)), (60, 40));
    // An SDK's retry is not of the call whose exception stands before it, for that one tries no more.
    let retry = "INFO openai._base_client: Retrying request to /chat/completions in 0.409871 seconds";
    let raised = "ERROR app: job failed: openai.APIConnectionError: Connection error.";
    let well = format!("INFO httpx: HTTP Request: POST {URL} \"HTTP/1.1 200 OK\"");
    let lines = [("18,000", retry), ("19,000", raised), ("19,100", retry), ("40,000", &well)];
    assert_eq!(counted(&by_minute(&lines)), (80, 60));
}

#[test]
fn retries_that_follow_fast_are_attempts_each() {
    let broke = "DEBUG openai._base_client: Encountered exception: ReadError";
    let wrapper = "WARNING svc: Retrying __main__.ask_llm in 0.1 seconds as it raised APIConnectionError: Connection error..";
    let well = format!("INFO httpx: HTTP Request: POST {URL} \"HTTP/1.1 200 OK\"");
    let lines = [
        ("18,000", broke),
        ("18,002", wrapper),
        ("18,120", broke),
        ("18,123", wrapper),
        ("18,240", broke),
        ("40,000", &well),
    ];
    assert_eq!(counted(&by_minute(&lines)), (80, 60));
}

#[test]
fn an_answer_that_the_sdk_and_its_transport_log_is_one() {
    let transport = "DEBUG httpcore.http11: receive_response_headers.complete return_value=(b'HTTP/1.1', 200, b'OK', \
                     [(b'Content-Type', b'application/json'), (b'x-request-id', b'req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa')])";
    let sdk = format!(
        "DEBUG openai._base_client: HTTP Response: POST {URL} \"200 OK\" Headers({{'content-type': 'application/json', \
         'x-request-id': 'req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa'}})"
    );
    assert_eq!(counted(&by_minute(&[("18,000", transport), ("18,002", &sdk)])), (20, 0));
}

#[test]
fn bedrocks_errors_of_two_kinds_in_turn_are_as_many_calls() {
    let line = |error: &str| {
        format!(
            "ERROR shop item 61: An error occurred ({error}) when calling the Converse operation (reached max retries: 3): oh"
        )
    };
    let (busy, broken) = (line("ServiceUnavailableException"), line("InternalServerException"));
    let lines = [
        ("18,000", busy.as_str()),
        ("18,400", &broken),
        ("18,900", &busy),
        ("19,500", &broken),
    ];
    let found = found(&by_minute(&lines));
    assert_eq!((found.counts.attempts, found.counts.failures), (80, 80));
    assert_eq!(found.counts.by_status.get(&500), Some(&40));
}

#[test]
fn lines_behind_a_progress_bar_are_read() {
    let answer = |status: &str| format!("INFO httpx HTTP Request: POST {URL} \"HTTP/1.1 {status}\"");
    let (failed, well) = (answer("503 Service Unavailable"), answer("200 OK"));
    let bar = |minute: u32| format!("\r  {minute}%|▎         | {minute}/200 [00:06<20:32,  6.19s/it]");
    let log: String = (10..30)
        .map(|minute| {
            let bar = bar(minute);
            format!("{bar}2026-11-20 09:{minute}:18,000 {failed}\n{bar}2026-11-20 09:{minute}:19,000 {well}\n")
        })
        .collect();
    assert_eq!(counted(&log), (40, 20));
}

#[test]
fn spans_and_records_on_opentelemetrys_console_count_alike() {
    let span = |minute: u32, status: u16, set: &str| {
        format!(
            "{{\n    \"name\": \"POST\",\n    \"kind\": \"SpanKind.CLIENT\",\n    \"start_time\": \"2026-11-20T09:{minute}:12.852211Z\",\n    \
             \"end_time\": \"2026-11-20T09:{minute}:12.903408Z\",\n    \"status\": {{\n        \"status_code\": \"{set}\"\n    }},\n    \
             \"attributes\": {{\n        \"http.method\": \"POST\",\n        \"http.url\": \"{URL}\",\n        \
             \"http.status_code\": {status}\n    }},\n    \"events\": []\n}}\n"
        )
    };
    let log: String = (10..30)
        .map(|minute| span(minute, 200, "UNSET") + &span(minute, 503, "ERROR"))
        .collect();
    assert_eq!(counted(&log), (40, 20));
    let record = |minute: u32, status: &str| {
        format!(
            "{{\n    \"body\": \"INFO:httpx2:HTTP Request: POST {URL} \\\"HTTP/1.1 {status}\\\"\",\n    \"severity_text\": \"INFO\",\n    \
             \"timestamp\": \"2026-11-20T09:{minute}:13.720848Z\",\n    \"trace_id\": \"0x00000000000000000000000000000000\"\n}}\n"
        )
    };
    let log: String = (10..30)
        .map(|minute| record(minute, "200 OK") + &record(minute, "503 Service Unavailable"))
        .collect();
    assert_eq!(counted(&log), (40, 20));
}

#[test]
fn what_print_writes_behind_a_bracketed_time_is_read() {
    for stamp in ["09:", "2026-11-20 09:"] {
        let log: String = (10..30)
            .map(|minute| format!("[{stamp}{minute}:26] 1 gpt-4.1 FAILED InternalServerError: Error code: 503 - {BODY}\n"))
            .collect();
        assert_eq!(found(&log).counts.by_status.get(&503), Some(&20), "{stamp}");
    }
}

#[test]
fn pydantic_ais_exception_names_the_model() {
    let line =
        "ERROR app: agent failed: status_code: 503, model_name: gpt-4.1, body: {'message': 'overloaded', 'type': 'server_error'}";
    let found = found(&by_minute(&[("18,000", line)]));
    assert_eq!(found.counts.by_status.get(&503), Some(&20));
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    let model = |attempt: &Attempt| attempt.attributes.get(Dimension::Model).map(ToString::to_string);
    let mut all = windowed.chain(&found.isolated);
    assert!(all.all(|attempt| model(attempt).as_deref() == Some("gpt-4.1")));
}

#[test]
fn a_sites_own_chat_is_no_llms() {
    let line = |minute: u32, path: &str, status: u16| {
        format!(
            "127.0.0.1 - - [20/Nov/2026:09:{minute}:24 +0000] \"POST {path} HTTP/1.1\" {status} 48 \"-\" \"python-httpx/0.28.1\"\n"
        )
    };
    let log: String = (10..30)
        .map(|minute| line(minute, "/chat", 500) + &line(minute, "/messages", 200) + &line(minute, "/v1/chat/completions", 200))
        .collect();
    assert_eq!(counted(&log), (20, 0));
}

#[test]
fn what_a_server_was_asked_is_no_call_whatever_model_it_names() {
    let line = "INFO: 127.0.0.1:37096 - \"POST /ask?m=gpt-4o-mini HTTP/1.1\" 200 OK";
    assert_eq!(counted(&by_minute(&[("18,000", line)])), (0, 0));
}
