//! Is an attempt counted once where several lines tell of it, and each of several that stand near each other?

use crate::run::counted;

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

/// A call that was tried three times, each time answered so, and whose own line holds the body of the last answer.
fn given_up(minute: u32, status: &str, error: &str) -> String {
    let url = "http://llm-gw.corp.example/v1/chat/completions";
    let mut log = String::new();
    for second in 0..3 {
        log += &format!("2026-09-14 09:{minute}:0{second},000 INFO [httpx] HTTP Request: POST {url} \"HTTP/1.1 {status}\"\n");
        if second < 2 {
            log += &format!(
                "2026-09-14 09:{minute}:0{second},020 INFO [openai._base_client] Retrying request to /chat/completions in 0.47 seconds\n"
            );
        }
    }
    log + &format!(
        "2026-09-14 09:{minute}:02,030 ERROR [app.llm] completion failed model=gpt-5 request_id=None \
         client_request_id=fd22c6f2-3fe0-43bc-b628-8546e410202{minute} took=2.056s {error}\n"
    )
}

#[test]
fn the_page_that_a_proxy_answered_with_tells_of_no_connection_of_the_callers() {
    for (status, page) in [
        (
            "503 Service Unavailable",
            "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection \
             failure, transport failure reason: delayed connect error: Connection refused",
        ),
        (
            "500 Proxy Error",
            "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>500 Proxy Error</title>\n</head><body>\n\
             <h1>Proxy Error</h1>\n<p>The proxy server could not handle the request<p>Reason: <strong>Error during SSL Handshake \
             with remote server</strong></p></p>\n</body></html>",
        ),
        (
            "503 Service Unavailable",
            "<!DOCTYPE html>\n<html><head>\n<title>ERROR: The requested URL could not be retrieved</title>\n</head>\
             <body id=\"ERR_CONNECT_FAIL\">\n<p id=\"sysmsg\">The system returned: <i>(111) Connection refused</i></p>\n</body></html>",
        ),
        (
            "503 Backend fetch failed",
            "<!DOCTYPE html>\n<html>\n  <head>\n    <title>503 Backend fetch failed</title>\n  </head>\n  <body>\n    <h1>Error \
             503 Backend fetch failed</h1>\n    <h3>Guru Meditation:</h3>\n    <p>XID: 32770</p>\n  </body>\n</html>",
        ),
    ] {
        let log: String = (10..20)
            .map(|minute| given_up(minute, status, &format!("InternalServerError: {page}")))
            .collect();
        assert_eq!(counted(&log), (30, 30), "{page}");
    }
}

#[test]
fn a_connection_that_an_sdk_could_not_make_is_an_attempt_though_it_names_no_status() {
    let refused = |minute| {
        format!(
            "2026-09-14 09:{minute}:02,030 ERROR [app.llm] completion failed model=gpt-5 took=2.056s APIConnectionError: [Errno 111] \
             Connection refused\n"
        )
    };
    let log: String = (10..20).map(refused).collect();
    assert_eq!(counted(&log), (10, 10));
}
