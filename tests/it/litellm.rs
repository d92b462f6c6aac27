//! Is the log of a LiteLLM gateway counted once, at its times and by its models, at whatever level it is written?

use crate::run::{counted, found, told};

const OK: &str = "INFO:     10.0.3.7:55130 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK\n";

/// What a gateway writes of a failure: its own words, the wrapper's, and uvicorn's.
fn failed(minute: u32, second: u32, model: &str) -> String {
    let error = "litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - The engine is currently overloaded, please try again later";
    format!(
        "\u{1b}[92m09:{minute}:{second:02} - LiteLLM Proxy:ERROR\u{1b}[0m: proxy_server.py:3695 - litellm.proxy.proxy_server.chat_completion(): Exception occured - {error}\nReceived Model Group={model}\nAvailable Model Group Fallbacks=None\nTraceback (most recent call last):\n  File \"a.py\", line 1, in b\n\u{1b}[92m09:{minute}:{second:02} - LiteLLM Proxy:ERROR\u{1b}[0m: _common.py:120 - Giving up chat_completion(...) after 1 tries (litellm.proxy._types.ProxyException)\nINFO:     10.0.3.7:55130 - \"POST /v1/chat/completions HTTP/1.1\" 503 Service Unavailable\n"
    )
}

/// Ten minutes in which every second call fails, five a minute.
fn incident() -> String {
    let calls = (20..30).flat_map(|minute| (0..5).map(move |call| (minute, 1 + 12 * call)));
    calls.map(|(minute, second)| failed(minute, second, "gpt-4.1") + OK).collect()
}

#[test]
fn an_incident_does_not_vanish_among_the_answers_of_the_hours_after_it() {
    let found = found(&(incident() + &OK.repeat(20_000)));
    let told = told(&found);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((found.counts.attempts, found.counts.failures), (99, 50));
}

#[test]
fn answers_without_a_time_lie_between_the_stamps_around_them() {
    // Two hours of answers between two stamps: none of the failures around them shares its minute with many.
    let found = found(&(failed(10, 0, "gpt-4o") + &OK.repeat(1_000) + &failed(50, 0, "gpt-4o")));
    assert_eq!((found.counts.attempts, found.counts.failures), (1_002, 2));
    assert!(told(&found).is_empty());
}

#[test]
fn a_router_that_logs_tells_the_models_of_what_went_well() {
    let answered = |minute: u32, second: u32, model: &str| {
        format!(
            "09:{minute}:{second:02} - LiteLLM Router:INFO: router.py:955 - litellm.acompletion(model=openai/{model})\u{1b}[32m 200 OK\u{1b}[0m\n{OK}"
        )
    };
    let log: String = (10..50)
        .flat_map(|minute| (0..5).map(move |call| (minute, 1 + 12 * call)))
        .map(|(minute, second)| {
            let own = if (20..30).contains(&minute) {
                failed(minute, second, "gpt-4.1")
            } else {
                answered(minute, second, "gpt-4.1")
            };
            own + &answered(minute, second + 1, "gpt-4o-mini")
        })
        .collect();
    let told = told(&found(&log));
    let scopes: Vec<&str> = told.iter().map(|(scope, ..)| scope.as_str()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        scopes[0].contains("gpt-4.1") && !scopes[0].contains("gpt-4o-mini"),
        "{told:?}"
    );
}

#[test]
fn what_set_verbose_prints_below_an_answer_hides_it_not() {
    let printed = "RAW RESPONSE:\n{\"id\": \"chatcmpl-1\", \"choices\": []}\n\n\nAsync Wrapper: Completed Call, calling async_success_handler\n";
    let warned = "\u{1b}[92m09:10:00 - LiteLLM:WARNING\u{1b}[0m: utils.py:428 - `litellm.set_verbose` is deprecated.\n";
    let log = format!(
        "{warned}{OK}{printed}{warned}{OK}{printed}{}{printed}{warned}",
        failed(10, 2, "gpt-4o")
    );
    assert_eq!(counted(&log), (3, 1));
}
