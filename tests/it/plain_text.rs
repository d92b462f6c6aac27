//! Is text that a program prints without a time read where an envelope tells the time, and as if it had one itself?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::{Dimension, Findings};

/// Wraps a line that was printed at `08:minute:second.fraction`.
type Wrap = fn(clock: &str, line: &str) -> String;

fn docker(clock: &str, line: &str) -> String {
    let line = line.replace('"', "\\\"");
    format!("{{\"log\":\"{line}\\n\",\"stream\":\"stdout\",\"time\":\"2026-09-14T{clock}456789Z\"}}\n")
}

fn cri(clock: &str, line: &str) -> String {
    format!("2026-09-14T{clock}456789Z stdout F {line}\n")
}

const WRAPS: [(&str, Wrap); 9] = [
    ("docker", docker),
    ("cri", cri),
    ("compose", |clock, line| {
        format!("web-1  | 2026-09-14T{clock}456789Z {line}\n")
    }),
    ("kubectl", |clock, line| {
        format!("[pod/web-7d9f8c6b5-x2x4z/web] 2026-09-14T{clock}456789Z {line}\n")
    }),
    ("heroku", |clock, line| {
        format!("2026-09-14T{clock}456+00:00 app[web.1]: {line}\n")
    }),
    ("pm2", |clock, line| {
        format!("2026-09-14T{}: {line}\n", clock.split('.').next().unwrap())
    }),
    ("journalctl", |clock, line| {
        format!(
            "2026-09-14T{}+0000 node1 chat[4711]: {line}\n",
            clock.split('.').next().unwrap()
        )
    }),
    ("syslog", |clock, line| {
        format!("Sep 14 {} node1 chat[4711]: {line}\n", clock.split('.').next().unwrap())
    }),
    ("journald", |clock, line| {
        let seconds: u64 = clock.get(3..5).unwrap().parse::<u64>().unwrap() * 60;
        let micros = (1_789_372_800 + seconds) * 1_000_000;
        format!("{{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"{micros}\",\"_PID\":\"42\",\"MESSAGE\":\"{line}\"}}\n")
    }),
];

const DUMP: [&str; 7] = [
    "chat with gpt-4.1 failed InternalServerError: 503 The server is overloaded or not ready yet.",
    "    at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:62:20) {",
    "  status: 503,",
    "  requestID: 'req_170c2a0d8af7d75f61d5c9af61949700',",
    "  error: { message: 'The server is overloaded or not ready yet.', type: 'server_error', param: null, code: null },",
    "  type: 'server_error'",
    "}",
];

fn found(log: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

fn counted(log: &str) -> (u64, u64) {
    let found = found(log);
    (found.counts.attempts, found.counts.failures)
}

/// Every minute the lines that `lines` gives, each wrapped.
fn by_minute(wrap: Wrap, lines: impl Fn(u32) -> Vec<String>) -> String {
    let wrapped = |minute: u32| {
        let lines = lines(minute).into_iter();
        lines
            .map(move |line| wrap(&format!("08:{minute}:00.123"), &line))
            .collect::<String>()
    };
    (10..20).map(wrapped).collect()
}

/// A success and a failure's dump.
fn calls(minute: u32) -> Vec<String> {
    let dump = DUMP.iter().map(|line| line.replace("949700", &format!("9497{minute}")));
    std::iter::once("chat with gpt-4o took 1203 ms".to_owned())
        .chain(dump)
        .collect()
}

#[test]
fn a_dump_split_over_the_records_of_an_envelope_is_one_failure_with_its_status_and_model() {
    for (name, wrap) in WRAPS {
        let found = found(&by_minute(wrap, calls));
        assert_eq!((found.counts.attempts, found.counts.failures), (20, 10), "{name}");
        let window = found.windows.first().unwrap_or_else(|| panic!("{name}"));
        for request in &window.requests {
            let model = request.attributes.get(Dimension::Model).map(|model| &**model);
            assert_eq!((request.outcome.status(), model), (Some(503), Some("gpt-4.1")), "{name}");
        }
    }
}

#[test]
fn a_level_before_the_text_says_that_it_failed() {
    for (name, wrap) in WRAPS {
        let log = by_minute(wrap, |minute| {
            vec![
                "chat with gpt-4o took 1203 ms".to_owned(),
                format!("[ERROR] chat with gpt-4.1 failed: InternalServerError: 503 Overloaded (request_id: req_9497{minute}ab)"),
            ]
        });
        assert_eq!(counted(&log), (20, 10), "{name}");
    }
}

#[test]
fn a_log_of_dumps_alone_is_known() {
    for (name, wrap) in WRAPS {
        assert_eq!(
            counted(&by_minute(wrap, |minute| calls(minute).split_off(1))),
            (10, 10),
            "{name}"
        );
    }
}

#[test]
fn text_that_is_not_about_a_call_counts_nowhere() {
    for (name, wrap) in WRAPS {
        let log = by_minute(wrap, |_| {
            [
                "worker 3 took 1203 ms",
                "job failed Error: 503 the queue is full",
                "    at Queue.push (/srv/app/queue.js:12:3) {",
                "  status: 503,",
                "  error: { message: 'full', type: 'server_error' }",
                "}",
            ]
            .map(str::to_owned)
            .to_vec()
        });
        assert_eq!(counted(&log), (0, 0), "{name}");
    }
}

#[test]
fn text_is_not_read_where_nobody_tells_its_time() {
    let log = by_minute(|_, line| format!("web-1  | {line}\n"), calls);
    assert_eq!(counted(&log), (0, 0));
}

#[test]
fn the_line_tag_of_a_container_runtime_is_no_level() {
    // No call is told, so nothing vouches for what lies inside.
    let log = by_minute(cri, |_| {
        vec![
            "no answer: Connection error.".to_owned(),
            "chat: Request timed out.".to_owned(),
        ]
    });
    assert_eq!(counted(&log), (0, 0));
}

#[test]
fn a_log_of_stamped_lines_lies_open() {
    let log: String = (10..20)
        .map(|minute| {
            let [first, rest @ ..] = &calls(minute)[1..] else {
                unreachable!()
            };
            format!(
                "2026-09-14T08:{minute}:00.123Z chat with gpt-4o took 1203 ms\n2026-09-14T08:{minute}:01.123Z {first}\n{}\n",
                rest.join("\n")
            )
        })
        .collect();
    let found = found(&log);
    assert_eq!((found.counts.attempts, found.counts.failures), (20, 10));
    let formats: Vec<_> = found.coverage.sources.iter().map(|source| source.format).collect();
    assert_eq!(formats, [Some("text-logging")]);
}
