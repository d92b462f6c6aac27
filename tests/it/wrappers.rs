//! Is every attempt counted that a retry wrapper around an SDK tells of, and each of them once?

use crate::run::{counted, found};

/// One log of what `lines` writes for every minute, each behind its second.
fn by_minute(lines: &[(u32, &str)]) -> String {
    (10..30)
        .flat_map(|minute| lines.iter().map(move |(second, line)| (minute, *second, *line)))
        .map(|(minute, second, line)| format!("2026-09-14 09:{minute}:{second:02},100 {line}\n"))
        .collect()
}

const ANSWERED: (u32, &str) = (40, "INFO app: llm call ok model=gpt-4o latency_ms=812");

const TRACEBACK: &str = "ERROR app: llm call gave up model=gpt-4o
Traceback (most recent call last):
  File \"/srv/app/main.py\", line 73, in call
openai.InternalServerError: Error code: 503 - {'error': {'message': 'overloaded', 'type': 'server_error'}}";

#[test]
fn a_traceback_behind_numbered_attempts_is_the_last_one() {
    let retry = |number: u32| {
        format!("WARNING app: llm retry attempt={number} model=gpt-4o error=InternalServerError status=503 wait=0.5")
    };
    let (first, second) = (retry(1), retry(2));
    let log = by_minute(&[(3, &first), (6, &second), (9, TRACEBACK), ANSWERED]);
    let counts = found(&log).counts;
    assert_eq!((counts.attempts, counts.failures), (80, 60));
    assert_eq!((counts.calls, counts.calls_lost), (40, 20));
}

#[test]
fn a_traceback_behind_the_attempt_that_raised_it_is_no_further_one() {
    let failed = "WARNING app: llm call failed attempt=3 model=gpt-4o error=InternalServerError status=503 wait=0.5";
    assert_eq!(counted(&by_minute(&[(3, failed), (4, TRACEBACK), ANSWERED])), (40, 20));
}

#[test]
fn staminas_scheduled_retries_tell_of_attempts() {
    let line =
        |minute: u32, second: u32, rest: &str| format!("timestamp=2026-09-14T09:{minute}:{second:02}.100253Z level={rest}\n");
    let cause = "caused_by=\"InternalServerError('Error code: 503 - The server is overloaded')\"";
    let log: String = (10..30)
        .map(|minute| {
            let retry = |second, number| {
                let rest = format!(
                    "warning event=stamina.retry_scheduled callable=\"<context block>\" args=() kwargs={{}} retry_num={number} \
                     {cause} wait_for=1.95 waited_so_far=0.0"
                );
                line(minute, second, &rest)
            };
            let failed = "error event=unanswered ticket=2 model=gpt-4o err=\"Error code: 503 - The server is overloaded\"";
            retry(3, 1)
                + &retry(6, 2)
                + &line(minute, 9, failed)
                + &line(minute, 40, "info event=answered model=gpt-4o status=200")
        })
        .collect();
    assert_eq!(counted(&log), (80, 60));
    let others = log.replace(
        "InternalServerError('Error code: 503 - The server is overloaded')",
        "ConnectionError('redis:6379 refused')",
    );
    assert_eq!(counted(&others), (40, 20));
}

#[test]
fn googles_classes_behind_langchains_retries_have_their_status() {
    let retry = |raised: &str| {
        format!(
            "WARNING langchain_google_genai.chat_models: Retrying \
             langchain_google_genai.chat_models._chat_with_retry.<locals>._chat_with_retry in 2.0 seconds as it raised {raised}"
        )
    };
    let (busy, late) = (
        retry("ServiceUnavailable: 503 The model is overloaded. Please try again later.."),
        retry("DeadlineExceeded: 504 Deadline Exceeded."),
    );
    let quota = retry("ResourceExhausted: 429 You exceeded your current quota, please check your plan and billing details..");
    let ok = (50, "INFO app: llm call ok model=gemini-2.5-pro latency_ms=812");
    let counts = found(&by_minute(&[(3, &busy), (8, &late), (13, &quota), ok])).counts;
    assert_eq!((counts.attempts, counts.failures), (80, 40));
    assert_eq!(
        (counts.by_status.get(&503), counts.by_status.get(&504)),
        (Some(&20), Some(&20))
    );
    assert!(counts.by_transport_error.is_empty());
}

#[test]
fn litellms_class_for_a_page_of_a_gateway_is_a_502() {
    let page = "WARNING pipeline: primary gpt-4o failed: litellm.BadGatewayError: BadGatewayError: OpenAIException - <html>
<head><title>502 Bad Gateway</title></head>
</html>; falling back to gpt-4o-mini";
    let bare = "ERROR pipeline: call to gpt-4o failed: litellm.BadGatewayError: BadGatewayError: OpenAIException - Bad gateway";
    let counts = found(&by_minute(&[(3, page), (9, bare), ANSWERED])).counts;
    assert_eq!((counts.attempts, counts.failures), (60, 40));
    assert_eq!(counts.by_status.get(&502), Some(&40));
    let other = "ERROR pipeline: BadGatewayError: shop.example.com";
    assert_eq!(counted(&by_minute(&[(3, other), ANSWERED])), (20, 0));
}

/// A log of JSON lines of what `lines` writes for every minute, each behind its second.
fn json_by_minute(lines: &[(u32, &str)]) -> String {
    let line = |minute, second, rest| format!("{{\"ts\":\"2026-09-14T08:{minute}:{second:02}.580Z\",{rest}}}\n");
    let of_minute = |minute| lines.iter().map(move |(second, rest)| line(minute, *second, *rest));
    (10..30).flat_map(of_minute).collect()
}

const WELL: (u32, &str) = (50, r#""level":"info","msg":"llm ok","model":"gpt-4o","ms":940"#);

#[test]
fn the_line_of_a_call_behind_its_attempts_is_no_further_one() {
    let attempt = r#""level":"warn","msg":"attempt failed","model":"gpt-4o","status":503,"error":"503 The server is overloaded""#;
    let call = r#""level":"error","msg":"chain failed","model":"gpt-4o","error":"503 The server is overloaded","status":503"#;
    let log = json_by_minute(&[(3, attempt), (5, attempt), (8, attempt), (8, call), WELL]);
    assert_eq!(counted(&log), (80, 60));
    // What an SDK's own lines tell is not told anew.
    let sdks = r#""level":"info","logger":"httpx","msg":"HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 503 Service Unavailable\"""#;
    let answered = sdks.replace("503 Service Unavailable", "200 OK");
    let log = json_by_minute(&[(3, sdks), (3, attempt), (6, sdks), (6, attempt), (6, call), (50, &answered)]);
    assert_eq!(counted(&log), (60, 40));
    // Without attempts of their own, calls count as they did.
    assert_eq!(counted(&json_by_minute(&[(3, call), (8, call), WELL])), (60, 40));
}

#[test]
fn a_retry_of_an_llms_route_tells_of_an_attempt_that_broke() {
    let retry = |number: u32, url: &str| {
        format!(r#""code":"ECONNRESET","error":"read ECONNRESET","level":"warn","message":"retry {number} of {url}""#)
    };
    let call = r#""code":"ECONNRESET","error":"read ECONNRESET","level":"error","message":"llm failed","model":"gpt-4o","ms":4020,"url":"/chat/completions""#;
    let (first, second) = (retry(1, "/chat/completions"), retry(2, "/chat/completions"));
    let log = json_by_minute(&[(3, &first), (5, &second), (7, call), WELL]);
    assert_eq!(counted(&log), (80, 60));
    let (first, second) = (retry(1, "/v1/orders"), retry(2, "/cart"));
    assert_eq!(
        counted(&json_by_minute(&[(3, &first), (5, &second), (7, call), WELL])),
        (40, 20)
    );
}

#[test]
fn attempts_numbered_in_prose_are_those_of_one_call() {
    let failed = |number: u32| {
        format!("WARNING app: attempt {number}/3 for gpt-4o failed: Error code: 503 - {{'error': {{'message': 'overloaded'}}}}")
    };
    let lines = [failed(1), failed(2), failed(3)];
    let gave_up = "ERROR app: giving up on gpt-4o after 3 attempts: Error code: 503 - {'error': {'message': 'overloaded'}}";
    let counts = found(&by_minute(&[
        (3, &lines[0]),
        (6, &lines[1]),
        (12, &lines[2]),
        (12, gave_up),
        ANSWERED,
    ]))
    .counts;
    assert_eq!((counts.attempts, counts.failures), (80, 60));
    assert_eq!(counts.calls, 40);
}

#[test]
fn an_sdks_class_as_a_word_tells_of_a_failure_where_a_call_is_named() {
    let failed = |class: &str, end: &str| format!("WARNING app: OpenAI error {class} on gpt-4o, {end}");
    let (first, last) = (
        failed("InternalServerError", "retrying (1/3)"),
        failed("InternalServerError", "giving up"),
    );
    assert_eq!(counted(&by_minute(&[(3, &first), (6, &last), ANSWERED])), (60, 40));
    let numbered = "WARNING app: Attempt 2 of 3 failed (APITimeoutError), retrying in 4s";
    assert_eq!(counted(&by_minute(&[(3, numbered), ANSWERED])), (40, 20));
    for other in [
        "WARNING app: job failed (InternalServerError), retrying in 4s",
        "WARNING app: shop error NotFoundError on cart, giving up",
        "INFO app: retry policy for gpt-4o: on InternalServerError after failure",
        "WARNING app: Attempt 2 of 3 failed (QueryError), retrying in 4s",
    ] {
        assert_eq!(counted(&by_minute(&[(3, other), ANSWERED])), (20, 0), "{other}");
    }
}

#[test]
fn googles_exception_under_a_line_that_names_a_model_is_a_calls() {
    let trace = |head: &str| {
        format!(
            "ERROR app: {head}\nTraceback (most recent call last):\n  File \"/srv/app/main.py\", line 73, in call\n\
             google.api_core.exceptions.ServiceUnavailable: 503 The model is overloaded."
        )
    };
    assert_eq!(
        counted(&by_minute(&[(3, &trace("gemini-2.5-pro failed")), ANSWERED])),
        (40, 20)
    );
    assert_eq!(
        counted(&by_minute(&[(3, &trace("upload to bucket failed")), ANSWERED])),
        (20, 0)
    );
}

#[test]
fn urllib3s_retries_are_of_one_call() {
    let broken = "NewConnectionError(\"HTTPSConnection(host='api.openai.com', port=443): Failed to establish a new connection: \
                  [Errno 111] Connection refused\")";
    let retry = |left: u32| {
        format!(
            "WARNING urllib3.connectionpool: Retrying (Retry(total={left}, connect=None, read=None, redirect=None, status=None)) \
             after connection broken by '{broken}': /v1/chat/completions"
        )
    };
    let raised = format!(
        "ERROR invoices: invoice 153: HTTPSConnectionPool(host='api.openai.com', port=443): Max retries exceeded with url: \
         /v1/chat/completions (Caused by {broken})"
    );
    let (first, last) = (retry(1), retry(0));
    let counts = found(&by_minute(&[(3, &first), (5, &last), (8, &raised), ANSWERED])).counts;
    assert_eq!((counts.attempts, counts.failures, counts.calls), (80, 60, 40));
    let shops = |line: &str| {
        line.replace("api.openai.com", "shop.example.com")
            .replace("/v1/chat/completions", "/cart")
    };
    let (first, last, raised) = (shops(&first), shops(&last), shops(&raised));
    assert_eq!(
        counted(&by_minute(&[(3, &first), (5, &last), (5, &raised), ANSWERED])),
        (20, 0)
    );
}
