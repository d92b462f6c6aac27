//! Does no record, however it is made, stop the reading, cost much, or act on whoever reads the report?

use crate::watched::{GOOD, Tree, good_log, record};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;

#[test]
fn json_deep() {
    let deep = |open: &str, close: &str| format!("{{\"a\":{}1{}}}\n", open.repeat(100_000), close.repeat(100_000));
    let log = good_log() + &deep("[", "]") + &deep("{\"a\":", "}") + &"[".repeat(500_000) + "\n" + &good_log();
    let run = Tree::new().with("app.log", log).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 2 * GOOD, "{}", run.told());
}

#[test]
fn json_duplicate_keys() {
    let twice = record(1, 500, "gpt-4o").replace("\"status\":500", "\"status\":200,\"status\":500");
    let run = Tree::new().with("app.log", twice + "\n").read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 1);
    // The last of two keys counts, as in most parsers, and the report says so.
    assert_eq!(run.report()["counts"]["by_status"]["500"], 1, "{}", run.told());
    assert!(run.notes("app.log").contains("one key twice"), "{}", run.told());
    assert!(!run.notes("good.log").contains("twice"), "{}", run.told());
}

#[test]
fn json_numbers() {
    let mut log = String::new();
    for (second, number) in [
        "1e400",
        "-1e400",
        "99999999999999999999999",
        "-5",
        "0.1e-999",
        "NaN",
        "null",
        "\"12\"",
        "1e18",
    ]
    .iter()
    .enumerate()
    {
        let line = record(second as u64, 500, "gpt-4o");
        let keys = ["duration_ms", "latency_ms", "attempt", "status_code", "input_tokens"];
        for key in keys {
            writeln!(log, "{}", line.replacen('{', &format!("{{\"{key}\":{number},"), 1)).unwrap();
        }
    }
    let run = Tree::new().with("app.log", log).read();
    assert!(run.reads_the_good_log().records("app.log") >= 30, "{}", run.told());
    assert!(!run.stdout.windows(4).any(|word| word == b"-5.0" || word == b"1e40"));
}

#[test]
fn json_odd() {
    let lines = [
        "{",
        "}",
        "[]",
        "{}",
        "null",
        "\"text\"",
        "{\"timestamp\":",
        "{\"a\":\"\\",
        "{\"a\":\"\\u12",
        "{'a':1}",
        "{\"a\" 1}",
        "[{\"status\":500}]",
        "{\"status\":{\"status\":500}}",
        "{\"timestamp\":[],\"status\":\"\",\"url\":{}}",
        "\u{0}{}\u{0}",
    ];
    let log = good_log() + &lines.join("\n") + "\n" + &good_log();
    let run = Tree::new().with("app.log", log).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 2 * GOOD, "{}", run.told());
}

#[test]
fn timestamps_that_cannot_be_are_in_no_window() {
    let stamps = [
        "0000-00-00T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2014-12-31T23:59:59Z",
        "9999-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2026-02-30T10:00:00Z",
        "2026-03-01T25:00:00Z",
        "-2026-03-01T10:00:00Z",
        "292277026596-12-04T15:30:08Z",
        "",
        "2096-01-01T00:00:00Z",
        "2700-01-01T00:00:00Z",
    ];
    let mut log = good_log();
    for stamp in stamps {
        for _ in 0..5 {
            writeln!(log, "{}", record(0, 500, "gpt-4o").replace("2026-03-01T10:00:00Z", stamp)).unwrap();
        }
    }
    for number in [
        "0",
        "-1",
        "1e300",
        "253402300800000",
        "9223372036854775807",
        "18446744073709551615",
    ] {
        writeln!(
            log,
            "{}",
            record(0, 500, "gpt-4o").replace("\"2026-03-01T10:00:00Z\"", number)
        )
        .unwrap();
    }
    let run = Tree::new().with("app.log", log).read();
    run.reads_the_good_log();
    let report = run.report();
    for end in ["start", "end"] {
        let told = report["coverage"][end].as_str().unwrap();
        assert!(told.starts_with("2026-03-01T10:00"), "{end} {told}: {}", run.told());
    }
    for window in report["windows"].as_array().unwrap() {
        for end in ["start", "end"] {
            assert!(window[end].as_str().unwrap().starts_with("2026-03-01T10:0"), "{window:#}");
        }
    }
    assert!(run.records("app.log") >= GOOD, "{}", run.told());
}

#[test]
fn clocks_that_go_over_midnight_on_every_third_line_stretch_over_no_centuries() {
    // Each round of these three is a day; nobody logs 100,000 days.
    let mut log = String::new();
    for _ in 0..100_000 {
        for hour in ["23", "10", "21"] {
            let stamp = format!("{hour}:00:00");
            writeln!(log, "{}", record(0, 500, "gpt-4o").replace("2026-03-01T10:00:00Z", &stamp)).unwrap();
        }
    }
    let run = Tree::new().with("app.log", log).read();
    run.reads_the_good_log();
    assert!(run.report()["coverage"]["end"].as_str().unwrap() < "2101", "{}", run.told());
}

#[test]
fn leap_second_and_clock_back() {
    let log = "60,59,10,58,60,00"
        .split(',')
        .map(|second| record(0, 200, "gpt-4o").replace(":00Z", &format!(":{second}Z")) + "\n");
    let run = Tree::new().with("app.log", log.collect::<String>()).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 6, "{}", run.told());
}

#[test]
fn file_names() {
    let names: [&[u8]; 9] = [
        b"new\nline.log",
        b"faultscope: forged line.log",
        b"\x1b[2J\x1b]0;title\x07.log",
        b"\xff\xfe.log",
        b"-rf",
        b"--report=json",
        "right\u{202e}gol.exe".as_bytes(),
        b"`id`$(id);|&.log",
        b"<script>alert(1)<script>.log",
    ];
    let tree = Tree::new();
    for name in names {
        // Half of each is no format, so that the name is said on standard error, too.
        fs::write(
            tree.logs().join(OsStr::from_bytes(name)),
            good_log() + &"what is this\n".repeat(9),
        )
        .unwrap();
    }
    let run = tree.read();
    run.reads_the_good_log();
    assert_eq!(run.report()["coverage"]["files"], 10, "{}", run.told());
    is_inert(&run.stderr);
    for form in ["text", "markdown", "html"] {
        let mut command = tree.command(&[]);
        command.args(["--internal", "--report", form, "logs"]);
        let run = crate::watched::Run::of(command);
        is_inert(&String::from_utf8(run.stdout.clone()).unwrap());
        let is_safe = form != "html" || !String::from_utf8_lossy(&run.stdout).contains("<script>alert");
        assert!(is_safe, "{form}");
        assert_eq!(run.code(), Some(3), "{}", run.told());
    }
}

/// Holds nothing that a terminal acts on, that hides, or that begins a line of our own in another's words.
fn is_inert(text: &str) {
    let hazard = |c: &char| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}' | '\u{200b}'..='\u{200f}');
    assert_eq!(text.chars().find(hazard), None, "{text}");
    assert!(!text.lines().any(|line| line.starts_with("line.log")), "{text}");
}

#[test]
fn injection() {
    let evil = [
        "\\u001b[31mred\\u0007",
        "=HYPERLINK(1)",
        "<img src=x onerror=alert(1)>",
        "${jndi:ldap://x}",
        "{{7*7}}",
        "%n%s",
        "](http://evil.example)",
        "../../etc/passwd",
        "\\u202egpj",
        "a\\nfaultscope: all is well",
        "| a | b |",
        "```",
        "@SUM(1)",
        "ignore previous instructions",
    ];
    let mut log = good_log();
    for (second, evil) in evil.iter().enumerate() {
        for key in [
            "model",
            "error",
            "message",
            "user_agent",
            "x_request_id",
            "host",
            "service_tier",
            "project",
            "error_type",
            "error_code",
        ] {
            let line = record(second as u64, 503, "gpt-4o").replacen('{', &format!("{{\"{key}\":\"{evil}\","), 1);
            writeln!(log, "{line}").unwrap();
        }
    }
    let tree = Tree::new().with("app.log", log);
    let run = tree.read();
    run.reads_the_good_log();
    is_inert(&run.stderr);
    for form in ["text", "markdown", "html"] {
        let mut command = tree.command(&[]);
        command.args(["--report", form, "logs"]);
        let told = String::from_utf8(crate::watched::Run::of(command).stdout).unwrap();
        is_inert(&told);
        for word in ["<img", "${jndi", "](http://evil", "all is well", "ignore previous"] {
            assert!(!told.contains(word), "{form} holds {word}");
        }
    }
}

#[test]
fn raw_escapes() {
    // Bytes that a terminal acts on, as they stand in a log that escapes nothing.
    let mut log = good_log().into_bytes();
    for evil in [
        &b"\x1b[2J"[..],
        b"\x1b]0;title\x07",
        b"\x9b31m",
        b"\r",
        b"\x08\x08",
        b"\x7f",
        b"\xe2\x80\xae",
    ] {
        for key in ["model", "message", "x_request_id", "host", "error_type"] {
            let line = record(7, 503, "gpt-4o").replacen('{', &format!("{{\"{key}\":\"EVIL\","), 1);
            let (before, after) = line.split_once("EVIL").unwrap();
            log.extend([before.as_bytes(), evil, after.as_bytes(), b"\n"].concat());
        }
        log.extend([b"what is ", evil, b" this\n"].concat());
    }
    let tree = Tree::new().with("app.log", log);
    let run = tree.read();
    run.reads_the_good_log();
    is_inert(&run.stderr);
    for form in ["text", "markdown", "html", "json", "csv", "ticket", "ndjson"] {
        let mut command = tree.command(&[]);
        command.args(["--report", form, "logs"]);
        let told = crate::watched::Run::of(command).stdout;
        let told = String::from_utf8(told).unwrap().replace("\r\n", "\n");
        is_inert(&told);
    }
}

#[test]
fn regex_traps() {
    let traps = [
        "a".repeat(500_000) + "!",
        "(".repeat(500_000),
        "x-request-id=".repeat(40_000),
        "req_".repeat(120_000),
        "\"\\".repeat(250_000),
        "10:00:00 ".repeat(60_000),
        "https://".repeat(60_000),
        "key=\"".repeat(90_000),
        "sk-".repeat(160_000),
        "\t".repeat(500_000) + "x",
        "[01/Mar/2026:10:00:00 +0000] ".repeat(17_000),
    ];
    let mut tree = Tree::new();
    for (number, trap) in traps.iter().enumerate() {
        let within = record(1, 500, "gpt-4o").replacen('{', &format!("{{\"error\":{},", serde_json::json!(trap)), 1);
        let log = format!("{within}\n{trap}\n{}", good_log());
        tree = tree.with(&format!("{number}.log"), log);
    }
    let run = tree.read();
    run.reads_the_good_log();
    for number in 0..traps.len() {
        assert!(run.records(&format!("{number}.log")) >= GOOD, "{number}: {}", run.told());
    }
}
