//! What is said where nothing but failures was logged: no share, no call that was lost, and no window of a few that lie apart?

use crate::run::{findings, report};
use faultscope::gather::Plan;
use faultscope::model::{Findings, Window};
use faultscope::redact::Audience;

/// A failed call's line, so many seconds after the day began.
fn failed(second: u32, model: &str) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "2026-10-06 {hour:02}:{minute:02}:{second:02},251 ERROR app.llm: call to {model} failed: Error code: 503 - {{'error': {{'message': \
         'The server is currently overloaded', 'type': 'server_error', 'param': None, 'code': None}}}}\n"
    )
}

/// An answer's line.
fn answered(second: u32) -> String {
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!(
        "2026-10-06 {hour:02}:{minute:02}:{second:02},100 INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \
         \"HTTP/1.1 200 OK\"\n"
    )
}

/// What is found in these logs.
fn found(logs: &[(&str, String)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (name, log) in logs {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, log).unwrap();
    }
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn of(seconds: impl Iterator<Item = u32>) -> String {
    seconds.map(|second| failed(second, "gpt-4.1")).collect()
}

fn spans(findings: &Findings) -> Vec<(String, String)> {
    let time = |time: faultscope::model::Time| time.to_utc().format("%H:%M:%S").to_string();
    let span = |window: &Window| (time(window.start), time(window.end));
    findings.windows.iter().map(span).collect()
}

fn incident() -> Findings {
    let dense = of((43_210..44_110).step_by(30));
    found(&[(
        "app.log",
        of([1_000, 20_000].into_iter()) + &dense + &failed(50_000, "gpt-4o"),
    )])
}

#[test]
fn a_few_that_lie_hours_apart_are_no_window() {
    let found = found(&[("app.log", of((4_000..80_000).step_by(9_000)))]);
    assert_eq!((found.windows.len(), found.isolated_count), (0, 9));
    let text = report(&found, "text", Audience::Internal, b"key");
    assert!(text.contains("Only failures were"), "{text}");
}

#[test]
fn those_that_come_close_together_are_one_and_the_stray_ones_are_not_in_it() {
    assert_eq!(spans(&incident()), [("12:00:10".to_owned(), "12:14:40".to_owned())]);
}

#[test]
fn what_goes_on_evenly_all_day_is_usual_and_what_stands_out_of_it_is_a_window() {
    let steady = |second: &u32| second.is_multiple_of(60);
    let even: String = of((0..36_000).filter(steady));
    assert_eq!(spans(&found(&[("app.log", even)])), []);
    let dense = |second: &u32| steady(second) || ((18_000..19_200).contains(second) && second.is_multiple_of(4));
    let burst: String = of((0..36_000).filter(dense));
    assert_eq!(
        spans(&found(&[("app.log", burst)])),
        [("05:00:00".to_owned(), "05:20:00".to_owned())]
    );
}

#[test]
fn no_report_gives_a_share_or_says_that_calls_were_lost() {
    let found = incident();
    for name in ["text", "markdown", "html", "ticket"] {
        let said = report(&found, name, Audience::Internal, b"key");
        assert!(
            said.contains("only failures were logged") || said.contains("hold failures only"),
            "{name}: {said}"
        );
        for word in [
            "100.0 %",
            "0.3 %",
            " lost after",
            "models failed",
            "No other model",
            "The rest worked",
        ] {
            let told: Vec<&str> = said.lines().filter(|line| line.contains(word)).collect();
            assert!(told.iter().all(|line| line.contains("unknown")), "{name}, {word}: {told:?}");
        }
    }
}

#[test]
fn the_verdict_is_less_sure_and_no_call_is_called_lost() {
    let found = incident();
    let window = &found.windows[0];
    assert!(window.only_failures && window.verdict.confidence <= 0.5);
    assert_eq!((window.baseline, window.calls_lost, found.counts.calls_lost), (None, 0, 0));
}

#[test]
fn the_json_report_marks_what_it_could_not_measure() {
    let json: serde_json::Value = serde_json::from_str(&report(&incident(), "json", Audience::Internal, b"key")).unwrap();
    let window = &json["windows"][0];
    assert_eq!(
        (&window["only_failures_logged"], &window["baseline_measured"]),
        (&true.into(), &false.into())
    );
}

#[test]
fn an_error_log_beside_the_log_of_what_went_well_has_a_share() {
    let dense = of((43_210..44_110).step_by(30));
    let well: String = (40_000..46_000).step_by(10).map(answered).collect();
    let found = found(&[("app/error.log", dense), ("app/app.log", well)]);
    let shares: Vec<(bool, bool)> = found
        .windows
        .iter()
        .map(|window| (window.only_failures, window.attempts > window.failures))
        .collect();
    assert_eq!(shares, [(false, true)]);
}

#[test]
fn another_program_that_logs_successes_gives_failures_no_share() {
    let dense = of((43_210..44_110).step_by(30));
    let well: String = (40_000..46_000).step_by(10).map(answered).collect();
    let found = found(&[("worker/errors.log", dense), ("web/app.log", well)]);
    let told: Vec<(bool, u64)> = found
        .windows
        .iter()
        .map(|window| (window.only_failures, window.attempts))
        .collect();
    assert_eq!(told, [(true, 30)]);
}

#[test]
fn two_models_in_a_log_of_failures_are_not_said_to_fail_together() {
    let dense: String = (43_210..46_000)
        .step_by(30)
        .map(|second| failed(second, if second % 60 == 10 { "gpt-4.1" } else { "gpt-4o" }))
        .collect();
    let text = report(&found(&[("app.log", dense)]), "text", Audience::Internal, b"key");
    assert!(!text.contains("models failed at the same"), "{text}");
}

/// Whoever reads it would look for other models in vain: the lines on what went well name none.
#[test]
fn no_other_model_was_in_use_is_not_said_where_successes_name_none() {
    let log: String = (40_000..46_000)
        .step_by(10)
        .map(|second| {
            if (43_000..44_000).contains(&second) && second % 20 == 0 {
                failed(second, "gpt-4.1")
            } else {
                answered(second)
            }
        })
        .collect();
    let text = report(&found(&[("app.log", log)]), "text", Audience::Internal, b"key");
    assert!(text.contains("Window 1") && !text.contains("No other model"), "{text}");
}

#[test]
fn nobody_is_told_that_requests_never_arrived_where_no_log_can_tell() {
    let log: String = (40_000..46_000)
        .step_by(10)
        .map(|second| {
            if (43_000..44_000).contains(&second) {
                let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
                format!("2026-10-06 {hour:02}:{minute:02}:{second:02},100 ERROR app.llm: call to gpt-4o failed: openai.APITimeoutError: Request timed out.\n")
            } else {
                answered(second)
            }
        })
        .collect();
    let text = report(&found(&[("app.log", log)]), "text", Audience::Internal, b"key");
    assert!(
        text.contains("network-side") && text.contains("no log tells whether"),
        "{text}"
    );
    assert!(
        !text.contains("not the provider") && !text.contains("failures never reached"),
        "{text}"
    );
}
