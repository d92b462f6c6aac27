//! Is the model known that an SDK at DEBUG names only where it sends a request?

use crate::run::findings;
use faultscope::gather::{Plan, gather};
use faultscope::model::{Dimension, Findings};
use std::fs;

/// Seconds between two calls.
const EVERY: u32 = 15;

fn clock(second: u32) -> String {
    format!("{:02}:{:02}:{:02}", 8 + second / 3600, second / 60 % 60, second % 60)
}

/// A log of an hour in which one model of three fails for twenty minutes: what one call writes, by its number, its model and
/// whether it fails.
fn log(call: impl Fn(u32, &str, bool) -> String) -> String {
    let calls = 0..3600 / EVERY;
    calls
        .map(|number| {
            let model = ["gpt-4o", "gpt-4o-mini", "gpt-4.1"][number as usize % 3];
            let minute = number * EVERY / 60;
            call(number, model, model == "gpt-4.1" && (20..40).contains(&minute))
        })
        .collect()
}

fn plan(folder: &tempfile::TempDir, log: &str) -> Plan {
    fs::write(folder.path().join("app.log"), log).unwrap();
    Plan::of(vec![folder.path().to_path_buf()])
}

fn found(log: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    findings(&plan(&folder, log))
}

/// The models of each window's scope.
fn models(found: &Findings) -> Vec<Vec<&str>> {
    let models = found.windows.iter().map(|window| {
        let models = window.scope.values.get(&Dimension::Model);
        models.into_iter().flatten().map(|model| &**model).collect()
    });
    models.collect()
}

fn python(number: u32, model: &str, fails: bool) -> String {
    let (sent, ended) = (clock(number * EVERY), clock(number * EVERY + 2));
    let status = if fails { "503 Service Unavailable" } else { "200 OK" };
    format!(
        "2026-10-06 {sent} - openai._base_client - DEBUG - Request options: {{'method': 'post', 'url': '/chat/completions', \
         'files': None, 'json_data': {{'messages': [{{'role': 'user', 'content': 'hi'}}], 'model': '{model}'}}}}\n\
         2026-10-06 {sent} - openai._base_client - DEBUG - Sending HTTP Request: POST https://api.openai.com/v1/chat/completions\n\
         2026-10-06 {ended} - httpx - INFO - HTTP Request: POST https://api.openai.com/v1/chat/completions \"HTTP/1.1 {status}\"\n"
    )
}

#[test]
fn openai_python_sequential() {
    assert_eq!(models(&found(&log(python))), [["gpt-4.1"]]);
}

#[test]
fn openai_node_by_the_number_of_the_request() {
    // The lines of a call stand behind the start of the next one.
    let node = |number: u32, model: &str, fails: bool| {
        let (sent, ended) = (clock(number * EVERY), clock(number * EVERY + EVERY + 2));
        let said = if fails {
            "failed with status 503"
        } else {
            "succeeded with status 200"
        };
        let line = |at: &str, text: String| (at.to_owned(), format!("2026-09-14T{at}.100Z [log_{number:06x}] {text}\n"));
        let body = format!(
            "sending request {{\n  method: 'post',\n  options: {{\n    body: {{ model: '{model}', messages: [Array] }},\n  }},\n}}"
        );
        [
            line(&sent, body),
            line(
                &ended,
                format!("post https://api.openai.com/v1/chat/completions {said} in 17000ms"),
            ),
        ]
    };
    let records = std::cell::RefCell::new(Vec::new());
    log(|number, model, fails| {
        records.borrow_mut().extend(node(number, model, fails));
        String::new()
    });
    let mut records = records.into_inner();
    records.sort();
    let text: String = records.into_iter().map(|(_, text)| text).collect();
    assert_eq!(models(&found(&text)), [["gpt-4.1"]]);
}

#[test]
fn the_cut_makes_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let mut plan = plan(&folder, &log(python));
    let told = |plan: &Plan| {
        let rollup = gather(plan, &()).unwrap().rollup;
        let source = &rollup.sources["app.log"];
        let cells: Vec<_> = source.cells.in_order().map(|cell| format!("{cell:?}")).collect();
        let seen: Vec<_> = source.observations.iter().map(|seen| format!("{seen:?}")).collect();
        (cells, seen)
    };
    let whole = told(&plan);
    plan.piece = 4096;
    plan.threads = 4;
    assert!(told(&plan) == whole);
}
