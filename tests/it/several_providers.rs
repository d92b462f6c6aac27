//! Are the incidents of two providers told apart where they overlap in time, each with its own traffic?

use crate::run::{found, report, told};
use faultscope::model::Dimension;
use faultscope::redact::Audience;
use std::fmt::Write as _;

/// One provider's host, models and the minutes in which the calls fail of which `fails` says so.
struct Provider {
    host: &'static str,
    models: [&'static str; 2],
    down: std::ops::Range<u32>,
    fails: fn(u32) -> bool,
}

const OPENAI: Provider = Provider {
    host: "api.openai.com/v1/chat/completions",
    models: ["gpt-4o", "gpt-4.1"],
    down: 20..40,
    fails: |number| number != 3,
};

const ANTHROPIC: Provider = Provider {
    host: "api.anthropic.com/v1/messages",
    models: ["claude-sonnet-4-5", "claude-haiku-4-5"],
    down: 0..0,
    fails: |number| number != 3,
};

/// An hour of eight calls a minute to each.
fn log(providers: &[Provider]) -> String {
    let mut log = String::new();
    for minute in 0..60_u32 {
        for number in 0..8 {
            for (
                at,
                Provider {
                    host,
                    models,
                    down,
                    fails,
                },
            ) in (0_u32..).zip(providers)
            {
                let status = if down.contains(&minute) && fails(number) { 503 } else { 200 };
                let (second, model) = (number * 7 + at, models[number as usize % 2]);
                let time = format!("2026-03-02T09:{minute:02}:{second:02}Z");
                writeln!(
                    log,
                    r#"{{"timestamp":"{time}","url":"https://{host}","model":"{model}","status":{status}}}"#
                )
                .unwrap();
            }
        }
    }
    log
}

fn of(scope: &str, failures: u64, attempts: u64, span: &str) -> (String, u64, u64, String) {
    (scope.to_owned(), failures, attempts, span.to_owned())
}

#[test]
fn a_blip_of_one_provider_within_anothers_outage_is_a_window_of_its_own() {
    let blip = Provider {
        down: 29..32,
        ..ANTHROPIC
    };
    let found = found(&log(&[OPENAI, blip]));
    let expected = [
        of("server_address api.openai.com", 140, 160, "20-39"),
        of("server_address api.anthropic.com", 21, 24, "29-31"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn one_providers_model_and_all_of_another_provider_are_two_windows() {
    let model_down = Provider {
        down: 22..41,
        fails: |number| number % 2 == 0,
        ..ANTHROPIC
    };
    let found = found(&log(&[OPENAI, model_down]));
    let expected = [
        of("server_address api.openai.com", 140, 160, "20-39"),
        of("model claude-sonnet-4-5", 76, 76, "22-40"),
    ];
    assert_eq!(told(&found), expected);
}

#[test]
fn failures_of_two_providers_that_nothing_tells_apart_are_one_window() {
    let both = Provider {
        down: 21..40,
        ..ANTHROPIC
    };
    let found = found(&log(&[OPENAI, both]));
    assert_eq!(told(&found), [of("", 273, 320, "20-39")]);
}

#[test]
fn two_providers_that_fail_at_once_are_said_to_and_one_alone_is_not() {
    let both = Provider {
        down: 20..40,
        ..ANTHROPIC
    };
    let says = |providers: &[Provider]| {
        let found = found(&log(providers));
        let because = &found.windows[0].verdict.because;
        because
            .iter()
            .any(|reason| reason.starts_with("2 providers failed at the same time (Anthropic and OpenAI)"))
    };
    assert!(says(&[OPENAI, both]));
    assert!(!says(&[OPENAI, ANTHROPIC]));
}

#[test]
fn two_providers_behind_one_gateway_fail_with_it_in_one_window() {
    let gateway = "llm-gateway.example.com/v1/chat/completions";
    let both = [
        Provider { host: gateway, ..OPENAI },
        Provider {
            host: gateway,
            down: 20..40,
            ..ANTHROPIC
        },
    ];
    assert_eq!(told(&found(&log(&both))), [of("", 280, 320, "20-39")]);
}

#[test]
fn a_stray_failure_of_another_provider_does_not_make_two_windows() {
    let stray = Provider {
        down: 30..31,
        fails: |number| number == 1,
        ..ANTHROPIC
    };
    let found = found(&log(&[OPENAI, stray]));
    assert_eq!(told(&found), [of("server_address api.openai.com", 140, 160, "20-39")]);
}

#[test]
fn the_models_of_another_provider_are_no_control_group() {
    let model_down = Provider {
        fails: |number| number % 2 == 0,
        ..OPENAI
    };
    let found = found(&log(&[model_down, ANTHROPIC]));
    let groups = &found.windows[0].case.groups;
    let models: Vec<&str> = groups
        .iter()
        .filter(|group| group.dimension == Dimension::Model)
        .map(|group| &*group.value)
        .collect();
    assert_eq!(models, ["gpt-4o", "gpt-4.1"]);
}

#[test]
fn a_report_on_two_providers_names_each_ones_calls_alone() {
    let blip = Provider {
        down: 29..32,
        ..ANTHROPIC
    };
    let text = report(&found(&log(&[OPENAI, blip])), "text", Audience::Internal, b"key");
    assert!(!text.contains("all models and endpoints"), "{text}");
    assert!(!text.contains("Only one model was called"), "{text}");
}
