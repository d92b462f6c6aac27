//! Are calls counted that went well in an application's own words, without a status or a time, and each of them once?

use crate::run::{counted, found};
use faultscope::model::Class;

/// A log of what `well` writes in each of twenty minutes but two, in which a call fails.
fn text_of(well: &str) -> String {
    let line = |minute: u32| match minute {
        5 | 9 => format!(
            "2026-10-06 12:{minute:02}:10,251 ERROR app.llm call to gpt-4o failed: Error code: 503 - {{'error': {{'message': \
             'overloaded', 'type': 'server_error', 'param': None, 'code': None}}}}\n"
        ),
        _ => format!("2026-10-06 12:{minute:02}:10,251 INFO app.svc {well}\n"),
    };
    (1..21).map(line).collect()
}

/// The same as JSON lines, with what `well` adds to the time and the level.
fn json_of(well: &str) -> String {
    let line = |minute: u32| match minute {
        5 | 9 => format!(
            "{{\"timestamp\":\"2026-10-06T12:{minute:02}:10.251Z\",\"level\":\"error\",\"event\":\"llm_failed\",\"model\":\"gpt-4o\",\
             \"error\":\"Error code: 503 - {{'error': {{'message': 'overloaded', 'type': 'server_error'}}}}\"}}\n"
        ),
        _ => format!("{{\"timestamp\":\"2026-10-06T12:{minute:02}:10.251Z\",\"level\":\"info\",{well}}}\n"),
    };
    (1..21).map(line).collect()
}

#[test]
fn a_line_of_text_tells_that_a_call_went_well() {
    for well in [
        "llm call ok model=gpt-4o tokens=16",
        "call to gpt-4o succeeded",
        "llm_done model=gpt-4o req=req_77e2717e15524d5eac798cb366b91be9",
        "summary model=gpt-4o request_id=req_77e2717e15524d5eac798cb366b91be9",
        "job 3 on gpt-4o ok",
        "LLM call took 1.2s (gpt-4o)",
    ] {
        assert_eq!(counted(&text_of(well)), (20, 2), "{well}");
    }
}

#[test]
fn a_line_of_text_that_names_a_model_and_no_calls_end_is_not_counted() {
    for other in [
        "sending chat request model=gpt-4o",
        "default model=gpt-4o loaded ok",
        "cache hit, llm call to gpt-4o done",
        "batch done: 40 calls to gpt-4o ok",
        "retrying llm call to gpt-4o, attempt 1 done",
        "usage: model=gpt-4o prompt_tokens=12 completion_tokens=4",
        "documents retrieved model=gpt-4o request_id=0f8fad5b-d9cb-469f-a165-70867728950e",
    ] {
        assert_eq!(counted(&text_of(other)), (2, 2), "{other}");
    }
}

#[test]
fn a_json_line_tells_that_a_call_went_well() {
    for well in [
        r#""event":"llm_done","model":"gpt-4o","usage":{"prompt_tokens":1,"completion_tokens":2}"#,
        r#""event":"summary_done","model":"gpt-4o","request_id":"req_77e2717e15524d5eac798cb366b91be9","tokens":16"#,
        r#""event":"llm_call","model":"gpt-4o","status":"success""#,
        r#""event":"llm_call","model":"gpt-4o","success":true"#,
        r#""event":"llm_call","model":"gpt-4o","finish_reason":"stop""#,
        r#""event":"message created","model":"gpt-4o","ms":8460"#,
        r#""event":"claim assessed","gen_ai.request.model":"gpt-4o","event.duration":1200000000"#,
    ] {
        assert_eq!(counted(&json_of(well)), (20, 2), "{well}");
    }
}

#[test]
fn a_json_line_that_names_a_model_and_no_calls_end_is_not_counted() {
    for other in [
        r#""event":"calling llm","model":"gpt-4o","request_id":"0f8fad5b-d9cb-469f-a165-70867728950e""#,
        r#""event":"default model loaded","model":"gpt-4o","success":true"#,
        r#""event":"llm call done","model":"gpt-4o","cached":true"#,
        r#""event":"prompt built","model":"gpt-4o","prompt_tokens":1200"#,
        r#""event":"page rendered","ms":12"#,
    ] {
        assert_eq!(counted(&json_of(other)), (2, 2), "{other}");
    }
}

#[test]
fn a_success_that_the_sdk_told_first_counts_once_and_has_the_applications_model() {
    let models = ["gpt-4o", "gpt-4o-mini", "gpt-4.1"];
    let call = |number: u32| {
        let (minute, second) = (number / 3, number % 3 * 20 + 2);
        let model = models[number as usize % 3];
        let at = format!("2026-10-06 12:{minute:02}:{second:02}");
        let sent = format!("{at},100 - httpx - INFO - HTTP Request: POST https://api.openai.com/v1/chat/completions");
        if model == "gpt-4.1" && (18..38).contains(&minute) {
            format!(
                "{sent} \"HTTP/1.1 503 Service Unavailable\"\n{at},104 - svc - ERROR - job {number} on {model} failed: Error code: \
                 503 - {{'error': {{'message': 'overloaded', 'type': 'server_error', 'param': None, 'code': None}}}}\n"
            )
        } else {
            format!("{sent} \"HTTP/1.1 200 OK\"\n{at},117 - svc - INFO - job {number} on {model} ok\n")
        }
    };
    let found = found(&(0..180).map(call).collect::<String>());
    assert_eq!((found.counts.attempts, found.counts.failures), (180, 20));
    let classes: Vec<_> = found.windows.iter().map(|window| window.verdict.class).collect();
    assert_eq!(classes, [Class::ModelSpecific]);
}

#[test]
fn a_json_line_about_an_exchange_that_broke_is_a_failure_without_a_time() {
    let line = |error: &str| {
        format!(
            "{{\"level\":\"error\",\"message\":\"llm failed\",\"model\":\"gpt-4o-mini\",\"error\":\"{error}\",\
             \"timestamp\":\"2026-09-14T08:29:58.860Z\"}}\n"
        )
    };
    for error in ["fetch failed", "read ECONNRESET"] {
        assert_eq!(counted(&line(error)), (1, 1), "{error}");
    }
    assert_eq!(counted(&line("template has no name")), (0, 0));
}
