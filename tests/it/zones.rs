//! Is the zone of stamps that carry none told by the logs themselves?

use crate::run::{corpus, findings, plan};
use faultscope::gather::Plan;
use faultscope::model::Findings;

fn seen(findings: &Findings) -> (u64, u64, Vec<(String, String)>) {
    let windows = findings.windows.iter();
    (
        findings.counts.attempts,
        findings.counts.failures,
        windows
            .map(|window| (window.start.to_string(), window.end.to_string()))
            .collect(),
    )
}

/// Nobody named a zone, and the findings are those of the right zones.
fn assert_told_by_the_logs(name: &str) {
    let untold = findings(&Plan::of(vec![corpus(name).join("logs")]));
    assert_eq!(seen(&untold), seen(&findings(&plan(name))), "{name}");
}

#[test]
fn shared_ids_tell_the_zone_of_an_application() {
    assert_told_by_the_logs("outage-full");
}

#[test]
fn an_error_log_is_written_in_the_zone_in_which_its_errors_are_at_failures() {
    assert_told_by_the_logs("model-down");
}

#[test]
fn arrivals_tell_the_zone_of_an_application_without_ids() {
    assert_told_by_the_logs("quiet-day");
    let logs = findings(&Plan::of(vec![corpus("quiet-day").join("logs")])).coverage.sources;
    let berlin = logs.iter().find(|source| &*source.path == "app-01/app.log").unwrap();
    assert_eq!(berlin.time_zone.as_deref(), Some("UTC+02:00, as the other logs tell"));
}

#[test]
fn a_second_log_of_one_proxy_is_known_in_another_zone() {
    assert_told_by_the_logs("web-down-api-ok");
}

#[test]
fn the_answers_date_header_tells_the_zone() {
    let folder = tempfile::tempdir().unwrap();
    let line = |second: u32, status: u16| {
        format!(
            r#"{{"timestamp":"2026-03-02 09:00:{second:02}","message":"call","http.response.status_code":{status},"url":"https://api.openai.com/v1/responses","response_headers":{{"date":"Mon, 02 Mar 2026 14:00:{second:02} GMT"}}}}"#
        )
    };
    let log: Vec<String> = (10..50)
        .map(|second| line(second, if second % 9 == 0 { 500 } else { 200 }))
        .collect();
    std::fs::write(folder.path().join("app.log"), log.join("\n")).unwrap();
    let told = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    let source = told.coverage.sources.first().unwrap();
    assert_eq!(
        source.time_zone.as_deref(),
        Some("UTC-05:00, as the date headers in it tell"),
        "{source:?}"
    );
}
