//! Are the clients of .NET and of Mistral read, whose lines and exceptions look unlike the others', and no other service's?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Findings, TransportError};

/// What is found in one application's log.
fn found(log: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

/// Attempts and failures.
fn counted(log: &str) -> (u64, u64) {
    let found = found(log);
    (found.counts.attempts, found.counts.failures)
}

/// One log of what `lines` writes for every minute.
fn by_minute(lines: impl Fn(u32) -> String) -> String {
    (10..20).map(lines).collect()
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
