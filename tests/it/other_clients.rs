//! Are the clients of .NET and of Mistral read, whose lines and exceptions look unlike the others', and no other service's?

use crate::run::{counted, found};
use faultscope::model::TransportError;

/// One log of what `lines` writes for every minute.
fn by_minute(lines: impl Fn(u32) -> String) -> String {
    (10..20).map(lines).collect()
}

/// A line of .NET's console and the one under it.
fn console(minute: u32, second: u32, head: &str, text: &str) -> String {
    format!("2026-09-14 09:{minute}:{second:02} info: {head}\n      {text}\n")
}

/// Two requests of a client that overlap, and one after them.
fn overlapping(client: &str, url: &str) -> String {
    by_minute(|minute| {
        let handler = |event: u32| format!("System.Net.Http.HttpClient.{client}.ClientHandler[{event}]");
        let sent = |second| console(minute, second, &handler(100), &format!("Sending HTTP request POST {url}"));
        let answered = |second, status: u16| {
            let text = format!("Received HTTP response headers after 1123.4412ms - {status}");
            console(minute, second, &handler(101), &text)
        };
        let handled = console(
            minute,
            2,
            "Polly[3]",
            "Execution attempt. Source: 'x-standard//Standard-Retry', Result: '503'",
        );
        sent(0) + &sent(1) + &answered(2, 503) + &handled + &answered(3, 500) + &sent(10) + &answered(11, 200)
    })
}

#[test]
fn answers_to_requests_that_overlap_are_each_one() {
    let log = overlapping("openai", "https://api.openai.com/v1/chat/completions");
    assert_eq!(counted(&log), (30, 20));
}

#[test]
fn answers_to_another_services_requests_are_none() {
    assert_eq!(counted(&overlapping("orders", "https://shop.example.com/orders")), (0, 0));
}

#[test]
fn an_attempt_that_pollys_time_limit_ended_is_a_timeout() {
    let log = by_minute(|minute| {
        let attempt = |second, source: &str| {
            let text = format!(
                "Execution attempt. Source: '{source}-standard//Standard-Retry', Operation Key: '', Result: 'The operation was canceled.', \
                 Handled: 'True', Attempt: '0', Execution Time: '10003.1'\n      System.Threading.Tasks.TaskCanceledException: The operation was \
                 canceled.\n       ---> System.TimeoutException: The operation didn't complete within the allowed timeout of '00:00:10'."
            );
            console(minute, second, "Polly[3]", &text)
        };
        let answered = console(
            minute,
            2,
            "System.Net.Http.HttpClient.openai.ClientHandler[101]",
            "Received HTTP response headers after 812.4412ms - 200",
        );
        attempt(1, "openai") + &answered + &attempt(31, "orders")
    });
    let found = found(&log);
    assert_eq!((found.counts.attempts, found.counts.failures), (20, 10));
    assert_eq!(found.counts.by_transport_error.get(&TransportError::Timeout), Some(&10));
}

/// A log of failures alone, `exception` under each.
fn serilog(message: &str, exception: &str) -> String {
    by_minute(|minute| {
        format!("2026-09-14 09:{minute}:04.123 +00:00 [ERR] {message}\n{exception}\n   at A.B.C()\n   at A.B.D()\n")
    })
}

#[test]
fn exceptions_of_dotnets_client_under_a_line_on_an_llm_are_failures() {
    for exception in [
        "System.Net.Http.HttpRequestException: Connection refused (api.openai.com:443)\n ---> System.Net.Sockets.SocketException (111): Connection refused",
        "System.Net.Http.HttpRequestException: Name or service not known (api.openai.com:443)",
        "System.Threading.Tasks.TaskCanceledException: The request was canceled due to the configured HttpClient.Timeout of 60 seconds elapsing.",
        "System.Net.Http.HttpRequestException: The SSL connection could not be established, see inner exception.",
        "System.AggregateException: Retry failed after 4 tries. Retry settings can be adjusted in ClientOptions.Retry. (Connection refused (api.openai.com:443))",
        "System.ClientModel.ClientResultException: HTTP 503 (server_error: )\n\nThe server is overloaded or not ready yet.",
    ] {
        assert_eq!(
            counted(&serilog("LLM call to gpt-4.1 failed after 91.1 ms", exception)),
            (10, 10),
            "{exception}"
        );
    }
}

#[test]
fn exceptions_of_other_services_are_none() {
    let refused = "System.Net.Http.HttpRequestException: Connection refused (shop.example.com:443)";
    let database = "Npgsql.NpgsqlException (0x80004005): Failed to connect to 10.0.0.7:5432";
    for (message, exception) in [
        ("Order import failed after 91.1 ms", refused),
        ("Storing the cost of gpt-4.1 failed after 91.1 ms", database),
    ] {
        assert_eq!(counted(&serilog(message, exception)), (0, 0), "{message}");
    }
}

/// A dump of Mistral's SDK for Node, or of another that the same generator made.
fn dumped(package: &str, host: &str) -> String {
    by_minute(|minute| {
        format!(
            "2026-09-14T09:{minute}:00.440Z ERROR request failed SDKError: API error occurred: Status 503\n\
             Body: {{\"object\":\"error\",\"message\":\"Service unavailable.\",\"type\":\"service_error\",\"param\":null,\"code\":\"3505\"}}\n    \
             at matchFunc (file:///srv/node_modules/{package}/esm/lib/matchers.js:130:28) {{\n  statusCode: 503,\n  headers: Headers {{\n    \
             'content-type': 'application/json'\n  }},\n  rawResponse: Response {{\n    status: 503,\n    url: 'https://{host}/chat/completions'\n  }}\n}}\n"
        )
    })
}

#[test]
fn a_dump_of_mistrals_error_is_a_failure_with_its_status() {
    let found = found(&dumped("@mistralai/mistralai", "api.mistral.ai/v1"));
    assert_eq!((found.counts.failures, found.counts.by_status.get(&503)), (10, Some(&10)));
}

#[test]
fn another_sdk_of_mistrals_generator_is_about_no_call() {
    assert_eq!(counted(&dumped("@acme/shop", "shop.example.com/v1")), (0, 0));
}

#[test]
fn mistrals_client_that_waited_no_longer_timed_out() {
    let log = by_minute(|minute| {
        format!(
            "2026-09-14T09:{minute}:54.720Z ERROR mistral failed mistral-small-latest RequestTimeoutError: Request timed out: TimeoutError: The \
             operation was aborted due to timeout\n"
        )
    });
    let found = found(&log);
    assert_eq!(found.counts.by_transport_error.get(&TransportError::Timeout), Some(&10));
}

#[test]
fn the_stamp_in_winstons_object_is_the_lines() {
    let log = by_minute(|minute| {
        format!(
            "info: summary generated {{\"durationMs\":1200,\"model\":\"gpt-4o\",\"timestamp\":\"2026-09-14T09:{minute}:12.420Z\"}}\n\
             error: summary failed {{\"model\":\"gpt-4.1\",\"status\":503,\"timestamp\":\"2026-09-14T09:{minute}:42.420Z\"}}\n"
        )
    });
    assert_eq!(counted(&log), (20, 10));
}
