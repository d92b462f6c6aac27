//! Is every attempt counted once where the clocks of its two logs are apart, and no id says which lines are of one?

use crate::run::findings;
use chrono::DateTime;
use faultscope::gather::Plan;
use faultscope::model::Findings;
use std::fmt::Write as _;
use std::fs;

/// 2026-03-04T09:00:00Z, when each of these hours begins.
const BEGIN_MS: i64 = 1_772_614_800_000;

/// One exchange.
struct Exchange {
    end_ms: i64,
    took_ms: i64,
    status: u16,
}

/// Numbers that look like chance and are always the same.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % limit).unwrap()
    }
}

/// An hour of exchanges, of which every other one fails from its twentieth minute to its thirtieth.
fn hour(seed: u64) -> Vec<Exchange> {
    let mut chance = Chance(seed);
    let mut exchanges = Vec::new();
    let mut end_ms = 0;
    while end_ms < 3_600_000 {
        end_ms += 40 + chance.below(7_000);
        let fails = (1_200_000..1_800_000).contains(&end_ms) && chance.below(2) == 0;
        exchanges.push(Exchange {
            end_ms,
            took_ms: 400 + chance.below(2_000),
            status: if fails {
                500 + u16::try_from(chance.below(2)).unwrap() * 3
            } else {
                200
            },
        });
    }
    exchanges
}

/// The same as an application's log, whose stamps have a zone or none.
fn application(exchanges: &[Exchange], zone: &str) -> String {
    exchanges.iter().fold(String::new(), |mut log, one| {
        let time = DateTime::from_timestamp_millis(BEGIN_MS + one.end_ms).unwrap();
        let time = time.format("%Y-%m-%dT%H:%M:%S%.3f");
        let Exchange { took_ms, status, .. } = one;
        writeln!(
            log,
            r#"{{"ts":"{time}{zone}","url":"https://llm-gw.corp.example/v1/chat/completions","model":"gpt-4.1","duration_ms":{took_ms},"status":{status}}}"#
        )
        .unwrap();
        log
    })
}

/// The same as the log of an nginx, whose clock is so far ahead.
fn nginx(exchanges: &[Exchange], ahead_ms: i64) -> String {
    exchanges.iter().fold(String::new(), |mut log, one| {
        let time = DateTime::from_timestamp_millis(BEGIN_MS + one.end_ms + ahead_ms).unwrap();
        let time = time.format("%d/%b/%Y:%H:%M:%S +0000");
        let status = one.status;
        writeln!(
            log,
            r#"10.0.3.7 - - [{time}] "POST /v1/chat/completions HTTP/1.1" {status} 300 "-" "OpenAI/Python 2.54.0""#
        )
        .unwrap();
        log
    })
}

/// The same as the log of a load balancer with a layout of its own, which stamps when a request came.
fn balancer(exchanges: &[Exchange], stamps_start: bool) -> String {
    let lines = exchanges.iter().enumerate().map(|(number, one)| {
        let Exchange { end_ms, took_ms, status } = one;
        let stamp_ms = end_ms - if stamps_start { *took_ms } else { 0 };
        let time = DateTime::from_timestamp_millis(BEGIN_MS + stamp_ms).unwrap().format("%d/%b/%Y:%H:%M:%S%.3f");
        let line = format!(
            r#"{{"ts": "{time}", "client": "10.0.3.7:50198", "frontend": "fe_llm", "backend": "be_openai", "server": "o2", "tq": 0, "tw": 0, "tc": 2, "tr": {took_ms}, "ta": {took_ms}, "status": {status}, "bytes": 489, "term": "----", "retries": "0", "method": "POST", "path": "/v1/chat/completions", "client_request_id": "{}"}}"#,
            id(number)
        );
        (stamp_ms, line)
    });
    let mut lines: Vec<(i64, String)> = lines.collect();
    lines.sort();
    lines.into_iter().map(|(_, line)| line + "\n").collect()
}

/// An application's log with its callers' ids.
fn application_with_ids(exchanges: &[Exchange]) -> String {
    let log = application(exchanges, "Z");
    let lines = log.lines().enumerate();
    let with_id = |(number, line): (usize, &str)| {
        line.replace(r#""model""#, &format!(r#""client_request_id":"{}","model""#, id(number))) + "\n"
    };
    lines.map(with_id).collect()
}

fn id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn found(logs: &[(&str, String)]) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in logs {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn counted(found: &Findings) -> (u64, u64) {
    (found.counts.attempts, found.counts.failures)
}

fn truth(exchanges: &[Exchange]) -> (u64, u64) {
    let failures = exchanges.iter().filter(|one| one.status >= 500).count();
    (exchanges.len() as u64, failures as u64)
}

/// How far a log's clock was found to be from the others, in seconds.
fn offset(found: &Findings, path: &str) -> f64 {
    let source = found.coverage.sources.iter().find(|source| &*source.path == path);
    source.unwrap().clock_offset_seconds
}

#[test]
fn a_proxy_that_is_seconds_ahead_tells_no_attempt_twice() {
    let hour = hour(1);
    for ahead_ms in [0, 1_400, 2_500, 3_000, 4_000, 7_500, 47_000, -33_000] {
        let found = found(&[
            ("app/app.log", application(&hour, "Z")),
            ("gw/access.log", nginx(&hour, ahead_ms)),
        ]);
        assert_eq!(counted(&found), truth(&hour), "{ahead_ms}");
    }
}

#[test]
fn an_application_without_a_zone_may_be_seconds_off_beside_it() {
    let hour = hour(2);
    for ahead_ms in [0, 2_500, 10_000, -33_000, 3_603_000] {
        let found = found(&[
            ("app/app.log", application(&hour, "")),
            ("gw/access.log", nginx(&hour, ahead_ms)),
        ]);
        assert_eq!(counted(&found), truth(&hour), "{ahead_ms}");
    }
}

#[test]
fn each_of_many_applications_without_a_zone_is_found_in_its_proxy() {
    let hours: Vec<Vec<Exchange>> = (10..16).map(hour).collect();
    let mut of_all: Vec<&Exchange> = hours.iter().flatten().collect();
    of_all.sort_by_key(|one| one.end_ms);
    let of_all: Vec<Exchange> = of_all.into_iter().map(|one| Exchange { ..*one }).collect();
    let names: Vec<String> = (0..hours.len()).map(|number| format!("app-{number}/app.log")).collect();
    let mut logs: Vec<(&str, String)> = names
        .iter()
        .map(String::as_str)
        .zip(hours.iter().map(|hour| application(hour, "")))
        .collect();
    logs.push(("gw/access.log", nginx(&of_all, 10_000)));
    assert_eq!(counted(&found(&logs)), truth(&of_all));
}

#[test]
fn clocks_of_strangers_stay_as_they_are() {
    for zone in ["Z", ""] {
        let (ours, theirs) = (hour(3), hour(4));
        let found = found(&[
            ("app/app.log", application(&ours, zone)),
            ("gw/access.log", nginx(&theirs, 0)),
        ]);
        let offsets = [offset(&found, "app/app.log"), offset(&found, "gw/access.log")];
        assert_eq!(offsets, [0.0, 0.0], "{zone}");
    }
}

#[test]
fn of_a_day_without_an_applications_log_its_proxy_tells_all() {
    const DAYS_MS: i64 = -3 * 86_400_000;
    let (today, before) = (hour(6), hour(7));
    for zone in ["Z", ""] {
        let found = found(&[
            ("app/app.log", application(&today, zone)),
            ("gw/access.log", nginx(&today, 0)),
            ("gw/access.log.1", nginx(&before, DAYS_MS)),
        ]);
        let (one, other) = (truth(&today), truth(&before));
        assert_eq!(counted(&found), (one.0 + other.0, one.1 + other.1), "{zone}");
        assert_eq!(found.windows.len(), 2, "{zone}");
    }
}

#[test]
fn ids_that_repeat_every_day_put_no_clock_forward_by_one() {
    let hour = hour(8);
    let today = application_with_ids(&hour);
    let before = today.replace("2026-03-04", "2026-03-03");
    let found = found(&[
        ("app/app.log", today),
        ("app/app.log.1", before),
        ("lb/lb.log", balancer(&hour, false)),
    ]);
    assert_eq!([offset(&found, "app/app.log"), offset(&found, "lb/lb.log")], [0.0, 0.0]);
    let (attempts, failures) = truth(&hour);
    assert_eq!(counted(&found), (2 * attempts, 2 * failures));
}

#[test]
fn a_load_balancers_stamps_are_what_its_pairs_show() {
    let mut hour = hour(5);
    for one in hour.iter_mut().filter(|one| one.status == 503) {
        (one.status, one.took_ms) = (504, 15_000);
    }
    for stamps_start in [true, false] {
        let logs = [
            ("app/app.log", application_with_ids(&hour)),
            ("lb/haproxy.log", balancer(&hour, stamps_start)),
        ];
        let found = found(&logs);
        assert_eq!(counted(&found), truth(&hour), "{stamps_start}");
        assert!(offset(&found, "lb/haproxy.log").abs() < 0.001, "{stamps_start}");
    }
}

/// An nginx whose provider fails for some minutes and breaks streams off in others, which only its error.log tells.
fn streams_broken() -> [(&'static str, String); 2] {
    let (mut access, mut errors) = (String::new(), String::new());
    let time = |second: i64| DateTime::from_timestamp_millis(BEGIN_MS + second * 1000).unwrap();
    for second in 0..3600 {
        let status = if (600..1200).contains(&second) && second % 2 == 0 {
            500
        } else {
            200
        };
        writeln!(
            access,
            r#"10.0.3.7 - - [{}] "POST /v1/chat/completions HTTP/1.1" {status} 312 "-" "OpenAI/Python 2.54.0" rt=0.800 uct="0.004" uht="0.800" urt="0.800" us="{status}" ua="104.18.7.192:443" rid="req_{second:032x}""#,
            time(second).format("%d/%b/%Y:%H:%M:%S +0000")
        )
        .unwrap();
        if (1500..2100).contains(&second) && second % 2 == 0 {
            writeln!(
                errors,
                r#"{} [error] 29853#29853: *{second} readv() failed (104: Connection reset by peer) while reading upstream, client: 10.0.3.7, server: , request: "POST /v1/chat/completions HTTP/1.1", upstream: "https://104.18.7.192:443/v1/chat/completions", host: "llm-gw.corp.example""#,
                time(second).format("%Y/%m/%d %H:%M:%S")
            )
            .unwrap();
        }
    }
    [("gw/access.log", access), ("gw/error.log", errors)]
}

#[test]
fn an_error_log_is_in_no_zone_that_does_not_exist_and_is_not_moved_to_another_outage() {
    let found = found(&streams_broken());
    assert_eq!(counted(&found), (3600, 600));
    assert!(offset(&found, "gw/error.log").abs() < 0.001);
    let last = found.windows.last().unwrap();
    assert_eq!(last.end.0, BEGIN_MS + 2_098_000);
}
