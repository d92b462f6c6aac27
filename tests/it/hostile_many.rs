//! Do a great many of anything cost no more than they must?

use crate::watched::{GOOD, Tree, good_log, record};
use std::fmt::Write as _;
use std::fs;

/// Reads so many tiny logs of a hundred hosts.
fn reads_tiny_logs(files: u64) {
    let tree = Tree::new();
    for folder in 0..100 {
        let folder = tree.logs().join(format!("host-{folder}"));
        fs::create_dir(&folder).unwrap();
        for file in 0..files / 100 {
            let status = if file % 10 == 3 { 503 } else { 200 };
            fs::write(folder.join(format!("app-{file}.log")), record(file, status, "gpt-4o") + "\n").unwrap();
        }
    }
    let run = tree.read();
    let report = run.reads_the_good_log().report();
    assert_eq!(report["coverage"]["records"], files + GOOD, "{}", run.told());
    assert_eq!(run.code(), Some(0), "{}", run.told());
}

#[test]
fn many_files() {
    reads_tiny_logs(10_000);
}

#[test]
#[ignore = "takes a program without optimisation more than the 20 s it may take: .ci/run asks it of a release build"]
fn a_hundred_thousand_files() {
    reads_tiny_logs(100_000);
}

#[test]
fn many_bad_files() {
    let tree = Tree::new();
    for file in 0..2000 {
        fs::write(
            tree.logs().join(format!("{file}.log")),
            [0x7f, b'E', b'L', b'F', 0, 1, 2, 0, 0],
        )
        .unwrap();
    }
    let run = tree.read();
    run.reads_the_good_log().names("1999.log", "no text");
    assert_eq!(run.report()["coverage"]["skipped"].as_array().unwrap().len(), 2000);
}

#[test]
fn of_many_logs_a_report_for_people_lists_those_with_trouble_and_counts_the_others() {
    let mut tree = Tree::new().with("zz-odd.log", good_log() + "what is this\n");
    for file in 0..2000 {
        tree = tree.with(&format!("app-{file}.log"), record(file, 200, "gpt-4o") + "\n");
        tree = tree.with(&format!("core-{file}"), [0x7f, b'E', b'L', b'F', 0, 1, 2, 0, 0]);
    }
    for form in ["text", "markdown", "html"] {
        let mut command = tree.command(&[]);
        command.args(["--internal", "--report", form, "logs"]);
        let run = crate::watched::Run::of(command);
        let told = String::from_utf8_lossy(&run.stdout).into_owned();
        assert_eq!(told.matches("and 1,9").count(), 2, "{form}: {told}");
        assert!(told.contains("zz-odd.log"), "{form}: {told}");
        assert!(told.len() < 200_000, "{form}: {} bytes", told.len());
    }
}

#[test]
fn high_cardinality() {
    let mut log = String::new();
    for number in 0..100_000_u64 {
        let status = if number % 50 == 3 { 503 } else { 200 };
        let line = record(number, status, &format!("ft:gpt-4o:acme::{number:x}"));
        let host = format!("{{\"host\":\"pod-{number}\",\"project\":\"proj_{number}\",");
        writeln!(log, "{}", line.replacen('{', &host, 1)).unwrap();
    }
    let run = Tree::new().with("app.log", log).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 100_000, "{}", run.told());
}

#[test]
fn deep_tree() {
    let name = "d".repeat(9) + "/";
    let run = Tree::new().with(&format!("{}app.log", name.repeat(380)), good_log()).read();
    assert_eq!(
        run.reads_the_good_log().report()["coverage"]["records"],
        2 * GOOD,
        "{}",
        run.told()
    );
}

/// A site may write one id into every line of both logs: each failure was held against every other, with ten gigabytes for
/// fifty thousand.
#[test]
fn one_id_in_every_line_of_two_logs() {
    const FAILURES: u64 = 20_000;
    let ids = [
        ["req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa", "-"],
        ["-", "d5664048-40a2-4b9d-a828-674bfece098c"],
    ];
    for [provider, caller] in ids {
        let (mut application, mut proxy) = (String::new(), String::new());
        for number in 0..FAILURES {
            let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
            let clock = format!("{hour:02}:{minute:02}:{second:02}");
            writeln!(
                application,
                r#"{{"timestamp": "2026-03-02T{clock}Z", "status": 503, "url": "https://api.openai.com/v1/responses", "x_request_id": "{provider}", "x_client_request_id": "{caller}", "duration_ms": 1000}}"#
            )
            .unwrap();
            writeln!(
                proxy,
                r#"10.0.3.5 - - [02/Mar/2026:{clock} +0000] "POST /v1/responses HTTP/1.1" 503 1500 "-" "OpenAI/Python 1.30.1" rt=1.000 rid="{provider}" crid="{caller}""#
            )
            .unwrap();
        }
        let run = Tree::new().with("app.log", application).with("nginx.log", proxy).read();
        let report = run.reads_the_good_log().report();
        // One in ten of the good log failed.
        let failures = FAILURES + GOOD / 10;
        assert_eq!(report["counts"]["failures"], failures, "{}", run.told());
    }
}

#[test]
fn many_failures_of_one_minute() {
    let mut log = String::new();
    for number in 0..60_000_u64 {
        writeln!(log, "{}", record(number, 503, "gpt-4o")).unwrap();
    }
    let run = Tree::new().with("app.log", log).read();
    assert_eq!(run.reads_the_good_log().records("app.log"), 60_000, "{}", run.told());
}
