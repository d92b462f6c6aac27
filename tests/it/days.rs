//! Has each day the windows that it has alone, where logs of several days lie together?

use crate::run::{corpus, findings, found};
use faultscope::gather::Plan;
use faultscope::model::{Findings, Time};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

const DAY_MS: i64 = 86_400_000;

/// Start, end, scope, failures and lost calls of every window.
fn windows(findings: &Findings) -> Vec<(String, String, String, u64, u64)> {
    let windows = findings.windows.iter();
    let told = windows.map(|window| {
        let scope = format!("{:?}", window.scope);
        let (start, end) = (window.start.to_string(), window.end.to_string());
        (start, end, scope, window.failures, window.calls_lost)
    });
    told.collect()
}

/// The logs of a corpus, with those in `others` beside them.
fn with(name: &str, others: &Path) -> Findings {
    findings(&Plan::of(vec![corpus(name).join("logs"), others.to_path_buf()]))
}

fn alone(name: &str) -> Findings {
    findings(&Plan::of(vec![corpus(name).join("logs")]))
}

/// A log of a corpus, as it would be had it been written on another day.
fn on_another_day(name: &str, log: &str, [day, other]: [&str; 2], into: &Path) {
    let text = fs::read_to_string(corpus(name).join("logs").join(log)).unwrap();
    let path = into.join(log);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text.replace(day, other)).unwrap();
}

#[test]
fn a_healthy_log_of_the_day_before_changes_no_window_of_proxies_without_ids() {
    let folder = tempfile::tempdir().unwrap();
    on_another_day(
        "egress-b-broken",
        "crm-01/app.log",
        ["2026-10-21", "2026-10-20"],
        folder.path(),
    );
    let both = with("egress-b-broken", folder.path());
    assert_eq!(windows(&both), windows(&alone("egress-b-broken")));
}

#[test]
fn a_failing_log_of_the_day_before_has_a_window_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    on_another_day(
        "egress-b-broken",
        "crm-02/app.log",
        ["2026-10-21", "2026-10-20"],
        folder.path(),
    );
    let both = windows(&with("egress-b-broken", folder.path()));
    assert_eq!(both.len(), 2);
    assert_eq!((both[0].3, both[0].4), (56, 56));
    assert_eq!(both[1..], windows(&alone("egress-b-broken")));
}

#[test]
fn an_old_log_moves_no_other_to_another_zone() {
    let folder = tempfile::tempdir().unwrap();
    let old = fs::read_to_string(corpus("blip").join("logs/shop-02/app.log")).unwrap();
    let old: Vec<&str> = old.lines().take(20).collect();
    fs::write(folder.path().join("shop.log"), old.join("\n")).unwrap();
    let both = with("model-down", folder.path());
    assert_eq!(windows(&both), windows(&alone("model-down")));
    let of_worker = both
        .coverage
        .sources
        .iter()
        .find(|source| source.path.ends_with("worker-4/app.log"));
    assert_eq!(
        of_worker.unwrap().time_zone.as_deref(),
        Some("UTC-04:00, as the other logs tell")
    );
}

/// Calls of an application, each with its second and its status.
fn calls(calls: impl Iterator<Item = (i64, u16)>) -> String {
    calls.fold(String::new(), |mut log, (second, status)| {
        let time = Time(1_772_614_800_000 + second * 1000);
        writeln!(
            log,
            r#"{{"time":"{time}","msg":"llm call","provider":"openai","model":"gpt-4o","endpoint":"/v1/responses","status":{status}}}"#
        )
        .unwrap();
        log
    })
}

/// An hour that ends with six minutes of failures, and one that begins with as many, so long after the first began.
fn two_hours(apart: i64) -> usize {
    let first = (0..180).map(|call| (call * 20, if call >= 162 { 500 } else { 200 }));
    let second = (0..180).map(|call| (apart + call * 20, if call < 18 { 500 } else { 200 }));
    found(&calls(first.chain(second))).windows.len()
}

#[test]
fn weeks_without_traffic_are_no_part_of_a_window() {
    assert_eq!(two_hours(50 * 86_400), 2);
    assert_eq!(two_hours(15 * 3600), 2);
    assert_eq!(two_hours(3 * 3600), 1);
}

#[test]
fn a_log_without_dates_is_of_the_day_of_the_others_though_they_are_cut_off() {
    let mut plan = Plan::of(vec![corpus("model-down").join("logs")]);
    let day = DAY_MS * 20_733;
    assert_eq!(Time(day).to_string(), "2026-10-07T00:00:00.000Z");
    plan.since = Some(Time(day));
    assert_eq!(findings(&plan).counts.attempts, 0);
    (plan.since, plan.until) = (Some(Time(day - DAY_MS)), Some(Time(day)));
    assert_eq!(windows(&findings(&plan)), windows(&alone("model-down")));
}
