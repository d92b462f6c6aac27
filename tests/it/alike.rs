//! Is what failed compared with what went well by nothing that only a proxy's line on the failure tells?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Attempt, Dimension, Findings};

fn found(app: &str, proxy: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app-1.log"), app).unwrap();
    std::fs::write(folder.path().join("proxy-1.log"), proxy).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn failures(found: &Findings) -> Vec<&Attempt> {
    let windowed = found.windows.iter().flat_map(|window| &window.requests);
    windowed.chain(&found.isolated).collect()
}

fn clock(second: u32) -> String {
    format!("{:02}:{:02}:{:02}", 9 + second / 3600, second / 60 % 60, second % 60)
}

/// An application's line, which names nothing but the model, and an nginx line, which names a deployment.
fn of_deployment(second: u32, model: &str, failed: bool) -> (String, String) {
    let (time, status) = (clock(second), if failed { 500 } else { 200 });
    let told = if failed {
        format!(
            "ERROR    [worker_1] answers.llm: llm call failed endpoint=/v1/chat/completions model={model} latency_ms=900 status=500 \
             error=Error code: 500 - {{'error': {{'message': 'The server had an error while processing your request. Sorry about \
             that!', 'type': 'server_error', 'param': None, 'code': None}}}}"
        )
    } else {
        format!("INFO     [worker_1] answers.llm: llm call ok endpoint=/v1/chat/completions model={model} latency_ms=1200")
    };
    (
        format!("2026-05-04 {time},000 {told}\n"),
        format!(
            "10.0.0.5 - - [04/May/2026:{time} +0000] \"POST /openai/deployments/{model}/chat/completions?api-version=2024-10-21 \
             HTTP/1.1\" {status} 157 \"-\" \"OpenAI/Python 2.8.0\"\n"
        ),
    )
}

#[test]
fn a_provider_that_only_the_proxys_lines_on_failures_name_makes_no_window() {
    let models = ["chat-prod", "chat-mini", "gpt41-batch"];
    let call = |at: u32| {
        let failed = [500, 600, 700].contains(&at);
        of_deployment(6 * at, if failed { models[0] } else { models[at as usize % 3] }, failed)
    };
    let (app, proxy): (String, String) = (0..1200).map(call).unzip();
    let found = found(&app, &proxy);
    assert_eq!((found.counts.failures, found.windows.len()), (3, 0));
}

#[test]
fn the_one_provider_that_a_clients_lines_name_is_told_of_all() {
    let call = |at: u32| of_deployment(6 * at, "chat-prod", at % 400 == 100);
    let (app, proxy): (String, String) = (0..1200).map(call).unzip();
    let found = found(&app, &proxy);
    let provider = |one: &Attempt| one.attributes.get(Dimension::Provider).map(ToString::to_string);
    let providers: Vec<_> = failures(&found).iter().map(|one| provider(one)).collect();
    assert_eq!(providers, vec![Some("azure.ai.openai".to_owned()); 3]);
}

/// An attempt in both logs: its second, number, status, and the model and host that it went to.
fn sent((second, number, status): (u32, u32, u16), model: &str, host: &str) -> (String, String) {
    let (time, id) = (clock(second), format!("req_{second:032x}"));
    (
        format!(
            "{{\"ts\": \"2026-05-04T{time}.000Z\", \"event\": \"llmCall\", \"modelName\": \"{model}\", \"path\": \
             \"/v1/chat/completions\", \"retryCount\": {number}, \"httpStatus\": {status}, \"durationMs\": 900, \"requestId\": \"{id}\"}}\n"
        ),
        format!(
            "time=2026-05-04T{time}.000+00:00 proxy=egress-1 remote=10.0.0.5 request=\"POST /v1/chat/completions HTTP/1.1\" host={host} \
             status={status} upstream_addr=20.40.60.11:443 upstream_status={status} rt=0.900 uct=0.012 uht=0.880 bytes=1500 \
             x_request_id={id}\n"
        ),
    )
}

#[test]
fn a_retry_saves_its_call_though_only_the_failure_before_it_is_joined_with_its_proxy() {
    let call = |at: u32| {
        let attempts = if at % 40 == 39 {
            &[(0, 500), (3, 200)][..]
        } else {
            &[(0, 200)]
        };
        let told =
            |(number, (later, status)): (u32, &(u32, u16))| sent((20 * at + later, number, *status), "gpt-4o", "api.openai.com");
        let (app, proxy): (String, String) = (0..).zip(attempts).map(told).unzip();
        (app, proxy)
    };
    let (app, proxy): (String, String) = (0..600).map(call).unzip();
    let counts = found(&app, &proxy).counts;
    assert_eq!((counts.calls, counts.calls_recovered, counts.calls_lost), (600, 15, 0));
}

#[test]
fn an_address_that_failures_of_one_provider_name_is_told_of_what_went_well_there() {
    let call = |at: u32| {
        let failed = (200..300).contains(&at) && at.is_multiple_of(4);
        let status = if failed { 529 } else { 200 };
        let (model, host) = if at.is_multiple_of(2) {
            ("claude-sonnet-4-5", "api.anthropic.com")
        } else {
            ("gpt-4o", "api.openai.com")
        };
        sent((10 * at, 0, status), model, host)
    };
    let (app, proxy): (String, String) = (0..600).map(call).unzip();
    let found = found(&app, &proxy);
    let windows: Vec<_> = found
        .windows
        .iter()
        .map(|window| (window.failures, window.attempts))
        .collect();
    assert_eq!(windows, [(25, 49)]);
}
