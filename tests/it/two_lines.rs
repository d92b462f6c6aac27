//! Where each call has the SDK's line on the answer and the application's own with the model: does each get what the other says?

use crate::run::{found, told};
use faultscope::model::{Attributes, Dimension, Name};
use std::fmt::Write as _;

/// An hour in which each call has the SDK's line on the answer and the application's own with the model; one model fails.
fn two_lines(failed: impl Fn(u32) -> String) -> String {
    let mut log = String::new();
    for minute in 0..60_u32 {
        for (number, model) in (0..).zip(["gpt-4o", "gpt-4.1", "gpt-4o-mini"]) {
            let time = format!("2026-03-02 09:{minute:02}:{:02}", number * 19);
            let sent = format!("{time},100 - httpx - INFO - HTTP Request: POST https://api.openai.com/v1/chat/completions");
            if number == 1 && (20..40).contains(&minute) {
                writeln!(
                    log,
                    "{sent} \"HTTP/1.1 503 Service Unavailable\"\n{time},200 - svc - {}",
                    failed(minute)
                )
                .unwrap();
            } else {
                writeln!(
                    log,
                    "{sent} \"HTTP/1.1 200 OK\"\n{time},200 - svc - INFO - llm call ok model={model} latency_ms=812"
                )
                .unwrap();
            }
        }
    }
    log
}

const NAMED: &str = "ERROR - llm call failed model=gpt-4.1: Error code: 503";

#[test]
fn a_calls_own_line_on_a_success_has_the_endpoint_of_the_sdks_line_on_its_answer() {
    let log = two_lines(|_| NAMED.to_owned());
    let found = found(&log);
    let traffic = found.traffic.as_deref().unwrap();
    let endpoint = Some(Name::from("/v1/chat/completions"));
    let has_endpoint = |attributes: &Attributes| attributes.get(Dimension::Endpoint) == endpoint.as_ref();
    assert!(traffic.cells.iter().all(|cell| has_endpoint(&cell.attributes)));
}

#[test]
fn failures_without_a_model_are_of_the_one_that_fails_and_make_no_second_window() {
    let log = two_lines(|minute| {
        if minute % 2 == 0 {
            NAMED.to_owned()
        } else {
            "INFO - next job".to_owned()
        }
    });
    let scopes: Vec<String> = told(&found(&log)).into_iter().map(|(scope, ..)| scope).collect();
    assert_eq!(scopes, ["model gpt-4.1"]);
}

#[test]
fn where_answers_came_from_two_endpoints_no_calls_own_line_has_one() {
    let log = two_lines(|_| NAMED.to_owned())
        .replace("09:1", "08:1")
        .lines()
        .fold(String::new(), |mut log, line| {
            let is_other = line.contains("08:1") && line.contains("httpx");
            log += &if is_other {
                line.replace("chat/completions", "embeddings")
            } else {
                line.to_owned()
            };
            log + "\n"
        });
    let found = found(&log);
    let cells = &found.traffic.as_deref().unwrap().cells;
    assert!(cells.iter().all(|cell| cell.attributes.get(Dimension::Endpoint).is_none()));
}
