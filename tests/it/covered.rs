//! Does an application's log hide nothing of what its proxy saw while it was not written, or of what it never tells of?

use crate::run::findings;
use faultscope::gather::Plan;
use std::cmp::Reverse;

/// An application's line on an answer, at a second of a day.
fn told(date: &str, second: u32, (host, path): (&str, &str), status: u16) -> String {
    let (hour, minute, second) = (9 + second / 3600, second / 60 % 60, second % 60);
    format!(
        "{date} {hour:02}:{minute:02}:{second:02},100 INFO [httpx] HTTP Request: POST https://{host}{path} \"HTTP/1.1 {status} X\"\n"
    )
}

/// A gateway's line on the same.
fn answered(second: u32, path: &str, status: u16) -> String {
    answered_to("10.0.3.7", second, path, status)
}

fn answered_to(client: &str, second: u32, path: &str, status: u16) -> String {
    let (hour, minute, second) = (9 + second / 3600, second / 60 % 60, second % 60);
    format!(
        "{client} - - [04/Mar/2026:{hour:02}:{minute:02}:{second:02} +0000] \"POST {path} HTTP/1.1\" {status} 312 \"-\" \
         \"OpenAI/Python 2.54.0\"\n"
    )
}

const CHAT: (&str, &str) = ("api.openai.com", "/v1/chat/completions");
const MESSAGES: (&str, &str) = ("api.anthropic.com", "/v1/messages");

/// The calls of an hour, one in twenty seconds: all of some minutes fail.
fn calls(failing: &[(u32, u32)]) -> Vec<(u32, u16)> {
    let fails = |minute: u32| failing.iter().any(|(from, to)| (*from..*to).contains(&minute));
    let seconds = (0..180).map(|call| call * 20 + call % 7);
    seconds
        .map(|second| (second, if fails(second / 60) { 503 } else { 200 }))
        .collect()
}

/// Attempts and failures of an application's log and a gateway's, and how many windows.
fn counted(app: String, gateway: String) -> (u64, u64, usize) {
    counted_of(&[("app/app.log", app), ("gw/access.log", gateway)])
}

/// The same of some logs.
fn counted_of(logs: &[(&str, String)]) -> (u64, u64, usize) {
    let folder = tempfile::tempdir().unwrap();
    for (path, log) in logs {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, log).unwrap();
    }
    let found = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    (found.counts.attempts, found.counts.failures, found.windows.len())
}

const DAY: &str = "2026-03-04";

/// The same where the application's log holds some minutes only.
fn counted_with_log_of(minutes: &[(u32, u32)]) -> (u64, u64, usize) {
    let calls = calls(&[(10, 16), (26, 32), (46, 52)]);
    let is_held = |second: u32| minutes.iter().any(|(from, to)| (*from..*to).contains(&(second / 60)));
    let held = calls.iter().filter(|(second, _)| is_held(*second));
    let app = held.map(|(second, status)| told(DAY, *second, CHAT, *status)).collect();
    let gateway = calls.iter().map(|(second, status)| answered(*second, CHAT.1, *status));
    counted(app, gateway.collect())
}

#[test]
fn a_whole_log_covers_its_proxy() {
    assert_eq!(counted_with_log_of(&[(0, 60)]), (180, 54, 3));
}

#[test]
fn what_failed_before_an_applications_log_begins_counts() {
    let (attempts, failures, windows) = counted_with_log_of(&[(40, 60)]);
    assert_eq!((failures, windows), (54, 3));
    // What went well within a minute of the log may be the application's.
    assert!((176..=180).contains(&attempts), "{attempts}");
}

#[test]
fn what_failed_in_a_hole_of_an_applications_log_counts() {
    let (attempts, failures, windows) = counted_with_log_of(&[(0, 20), (40, 60)]);
    assert_eq!((failures, windows), (54, 3));
    assert!((172..=180).contains(&attempts), "{attempts}");
}

#[test]
fn what_failed_of_endpoints_that_an_application_never_calls_counts() {
    let (chat, messages) = (calls(&[(10, 16)]), calls(&[(26, 32)]));
    let app = messages.iter().map(|(second, status)| told(DAY, *second, MESSAGES, *status));
    let gateway = chat
        .iter()
        .zip(&messages)
        .map(|(chat, messages)| answered(chat.0, CHAT.1, chat.1) + &answered(messages.0, MESSAGES.1, messages.1));
    assert_eq!(counted(app.collect(), gateway.collect()), (360, 36, 2));
}

#[test]
fn a_log_of_another_day_covers_nothing() {
    let app = calls(&[])
        .iter()
        .map(|(second, status)| told("2026-03-03", *second, CHAT, *status))
        .collect();
    let gateway = calls(&[(10, 16)])
        .iter()
        .map(|(second, status)| answered(*second, CHAT.1, *status))
        .collect();
    assert_eq!(counted(app, gateway), (360, 18, 1));
}

#[test]
fn a_quiet_hour_of_both_logs_is_no_hole() {
    let calls: Vec<_> = calls(&[(10, 16)])
        .into_iter()
        .filter(|(second, _)| !(1200..2400).contains(second))
        .collect();
    let app = calls
        .iter()
        .map(|(second, status)| told(DAY, *second, CHAT, *status))
        .collect();
    let gateway = calls
        .iter()
        .map(|(second, status)| answered(*second, CHAT.1, *status))
        .collect();
    assert_eq!(counted(app, gateway), (120, 18, 1));
}

/// The line of a program that tells of a call when its retries are over.
fn told_at_last(second: u32, status: u16) -> String {
    let (hour, minute, second) = (9 + second / 3600, second / 60 % 60, second % 60);
    let stamp = format!("{DAY}T{hour:02}:{minute:02}:{second:02}.100Z");
    if status == 200 {
        format!(
            "{{\"time\":\"{stamp}\",\"level\":30,\"endpoint\":\"chat\",\"model\":\"gpt-4o\",\"msg\":\"llm request completed\"}}\n"
        )
    } else {
        format!(
            "{{\"time\":\"{stamp}\",\"level\":50,\"endpoint\":\"chat\",\"model\":\"gpt-4o\",\"err\":{{\"name\":\"Error\",\"message\":\"{status} Overloaded.\"}},\"msg\":\"llm request failed\"}}\n"
        )
    }
}

#[test]
fn failures_in_the_same_seconds_hide_no_retries_of_another_client() {
    let calls = calls(&[(10, 40)]);
    let (first, other) = ("10.0.3.7", "10.0.3.8");
    // The other application is at another address and makes three attempts of each call that fails, a few of them in the very
    // second of the first's.
    let tries = |&(second, status): &(u32, u16)| {
        let earlier: &[u32] = match (status, second / 20 % 10) {
            (503, 0) => &[9, 3],
            (503, _) => &[9, 4],
            _ => &[],
        };
        let tries = earlier.iter().map(move |earlier| second + 3 - earlier).chain([second + 3]);
        tries.map(move |second| (second, other, status)).collect::<Vec<_>>()
    };
    let of_first = calls.iter().map(|&(second, status)| (second, first, status));
    let mut seen: Vec<(u32, &str, u16)> = of_first.chain(calls.iter().flat_map(tries)).collect();
    seen.sort_unstable_by_key(|(second, client, _)| (*second, Reverse(*client)));
    let gateway = seen
        .iter()
        .map(|(second, client, status)| answered_to(client, *second, CHAT.1, *status));
    let logs = [
        (
            "one/app.log",
            calls
                .iter()
                .map(|(second, status)| told(DAY, *second, CHAT, *status))
                .collect(),
        ),
        (
            "other/app.log",
            calls
                .iter()
                .map(|(second, status)| told_at_last(second + 3, *status))
                .collect(),
        ),
        ("gw/access.log", gateway.collect()),
    ];
    assert_eq!(counted_of(&logs), (540, 360, 1));
}

#[test]
fn streams_that_broke_behind_a_proxys_200_are_no_other_traffic() {
    let calls = calls(&[(20, 40)]);
    let app = calls.iter().map(|(second, status)| told_at_last(*second, *status));
    let gateway = calls.iter().map(|(second, _)| answered(*second, CHAT.1, 200));
    assert_eq!(counted(app.collect(), gateway.collect()), (180, 60, 1));
}
