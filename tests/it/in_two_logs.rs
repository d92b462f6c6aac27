//! Does a record count once that two logs hold: a copy, exports that overlap, an error log beside the log of everything?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::Findings;

/// A call in so many milliseconds from the start: every fifth fails.
fn line(at: u64, id: u64) -> String {
    let (level, status) = if at.is_multiple_of(5) { ("error", 503) } else { ("info", 200) };
    let (minute, second, milli) = (at * 7919 / 60_000, at * 7919 / 1000 % 60, at * 7919 % 1000);
    format!(
        r#"{{"timestamp":"2026-03-02T09:{minute:02}:{second:02}.{milli:03}Z","level":"{level}","url":"https://api.openai.com/v1/responses","gen_ai.request.model":"gpt-4o","duration_ms":{},"http.response.status_code":{status},"x_request_id":"req_{id:032x}"}}"#,
        400 + at * 37 % 900,
    )
}

fn lines(calls: impl Iterator<Item = u64>) -> Vec<String> {
    calls.map(|at| line(at, at)).collect()
}

fn read(logs: &[(&str, Vec<String>)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in logs {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, lines.join("\n") + "\n").unwrap();
    }
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

/// Attempts and failures.
fn counted(logs: &[(&str, Vec<String>)]) -> (u64, u64) {
    let found = read(logs);
    (found.counts.attempts, found.counts.failures)
}

#[test]
fn a_copy_in_another_directory_counts_once() {
    let logs = [("a/app.log", lines(0..100)), ("backup/service.log", lines(0..100))];
    assert_eq!(counted(&logs), (100, 20));
}

#[test]
fn an_older_copy_of_a_log_that_went_on_counts_once() {
    assert_eq!(
        counted(&[("app.log", lines(0..100)), ("old/app.txt", lines(0..60))]),
        (100, 20)
    );
}

#[test]
fn two_exports_that_overlap_count_once_what_both_hold() {
    assert_eq!(counted(&[("one.log", lines(0..60)), ("two.log", lines(30..100))]), (100, 20));
}

#[test]
fn an_error_log_beside_the_log_of_everything_counts_once() {
    let errors = lines((0..100).step_by(5));
    assert_eq!(counted(&[("combined.log", lines(0..100)), ("error.log", errors)]), (100, 20));
}

#[test]
fn an_error_log_that_reaches_back_further_counts_what_only_it_holds() {
    let errors = lines((0..100).step_by(5));
    assert_eq!(counted(&[("combined.log", lines(50..100)), ("error.log", errors)]), (60, 20));
}

#[test]
fn what_the_other_log_holds_is_said_of_the_log() {
    let found = read(&[("app.log", lines(0..100)), ("copy.log", lines(0..100))]);
    let told: Vec<&str> = (found.coverage.sources.iter())
        .flat_map(|source| source.notes.iter().map(String::as_str))
        .collect();
    assert_eq!(told, ["what another log holds, too, counts there"]);
}

#[test]
fn two_programs_that_call_at_the_same_moments_count_both() {
    let others = (0..100).map(|at| line(at, 1000 + at)).collect();
    assert_eq!(counted(&[("one.log", lines(0..100)), ("two.log", others)]), (200, 40));
}

#[test]
fn one_request_that_two_programs_logged_makes_no_copy() {
    let mut others: Vec<String> = (1..100).map(|at| line(at + 200, 1000 + at)).collect();
    others.insert(0, line(0, 0));
    assert_eq!(counted(&[("one.log", lines(0..100)), ("two.log", others)]).0, 200);
}

#[test]
fn of_many_records_of_one_moment_each_counts_once() {
    let at_once: Vec<String> = (0..300).map(|id| line(5, id)).collect();
    let logs = [("a.log", at_once.clone()), ("b.log", at_once)];
    assert_eq!(counted(&logs), (300, 300));
}
