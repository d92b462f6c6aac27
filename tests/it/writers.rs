//! Do logs of one directory that only a number tells apart name the proxies and hosts that wrote them?

use crate::run::{findings, told};
use faultscope::gather::Plan;
use faultscope::model::Findings;
use std::fmt::Write as _;

fn of(scope: &str, failures: u64, attempts: u64, span: &str) -> (String, u64, u64, String) {
    (scope.to_owned(), failures, attempts, span.to_owned())
}

/// What is found in the logs of one directory.
fn found_in(logs: &[(&str, String)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (name, log) in logs {
        std::fs::write(folder.path().join(name), log).unwrap();
    }
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

/// Two hours of a proxy's log: five requests a minute, of which those of twenty minutes never got a connection where it is broken.
fn proxy_log(at: u32, is_broken: bool) -> String {
    let mut log = String::new();
    for minute in 0..120_u32 {
        for number in 0..5 {
            let (hour, minute, second) = (9 + minute / 60, minute % 60, number * 12 + at);
            let down = is_broken && hour == 9 && (20..40).contains(&minute);
            let end = if down {
                r#"502 157 "-" "OpenAI/Python 2.8.0" rt=0.003 uct="-" uht="-" us="502""#
            } else {
                r#"200 157 "-" "OpenAI/Python 2.8.0" rt=1.1 uct="0.012" uht="1.0" us="200""#
            };
            writeln!(
                log,
                r#"10.0.0.5 - - [04/May/2026:{hour:02}:{minute:02}:{second:02} +0000] "POST /v1/chat/completions HTTP/1.1" {end}"#
            )
            .unwrap();
        }
    }
    log
}

#[test]
fn the_one_broken_proxy_of_three_logs_in_one_directory_is_named_by_its_log() {
    let logs = [1, 2, 3].map(|at| proxy_log(at, at == 2));
    let [one, two, three] = logs;
    let found = found_in(&[("egress-1.log", one), ("egress-2.log", two), ("egress-3.log", three)]);
    assert_eq!(told(&found), [of("proxy egress-2", 100, 100, "20-39")]);
}

#[test]
fn two_parts_of_one_proxys_log_are_no_two_proxies() {
    let (first, second): (Vec<_>, Vec<_>) = {
        let log = proxy_log(1, true);
        let lines: Vec<String> = log.lines().map(|line| format!("{line}\n")).collect();
        lines.into_iter().partition(|line| line.contains(":09:"))
    };
    let found = found_in(&[("egress-1.log", first.concat()), ("egress-2.log", second.concat())]);
    assert_eq!(told(&found), [of("", 100, 100, "20-39")]);
}

/// Two hours of an application's log: two calls a minute, of which those of twenty minutes find no host by its name where that is broken.
fn app_log(is_broken: bool) -> String {
    let mut log = String::new();
    for minute in 0..120_u32 {
        for number in 0..2 {
            let (hour, minute, second) = (9 + minute / 60, minute % 60, number * 30);
            let down = is_broken && hour == 9 && (20..40).contains(&minute);
            let end = if down {
                "level=error err=\"dial tcp: lookup api.openai.com: no such host\""
            } else {
                "level=info status=200"
            };
            writeln!(
                log,
                "ts=2026-05-09T{hour:02}:{minute:02}:{second:02}Z msg=\"llm call\" model=gpt-4o endpoint=/v1/responses \
                 server=api.openai.com duration=1.1s {end}"
            )
            .unwrap();
        }
    }
    log
}

#[test]
fn the_one_broken_host_of_two_is_named_by_its_log() {
    let found = found_in(&[("app-1.log", app_log(false)), ("app-2.log", app_log(true))]);
    assert_eq!(told(&found), [of("host app-2", 40, 40, "20-39")]);
}

#[test]
fn an_error_log_beside_its_programs_other_log_is_no_host() {
    let (errors, rest): (Vec<_>, Vec<_>) = {
        let log = app_log(true);
        let lines: Vec<String> = log.lines().map(|line| format!("{line}\n")).collect();
        lines.into_iter().partition(|line| line.contains("level=error"))
    };
    let found = found_in(&[("app-1.log", rest.concat()), ("app-2.log", errors.concat())]);
    let scopes: Vec<String> = told(&found).into_iter().map(|(scope, ..)| scope).collect();
    assert_eq!(scopes, [""]);
}
