//! Tests of the table of layouts as a whole.

use super::TextLogging;
use crate::gather::formats::{ALL, Fit, Format};
use crate::gather::recognise::Order;

fn starts(line: &str) -> bool {
    TextLogging.starts_record(line.as_bytes())
}

#[test]
fn every_sample_starts_a_record_and_is_read() {
    for sample in TextLogging.samples() {
        assert!(starts(sample.lines().next().unwrap()), "{sample}");
        assert_eq!(TextLogging.parse(sample.as_bytes(), &mut |_| {}), Ok(()), "{sample}");
    }
}

#[test]
fn stacks_and_continued_messages_belong_to_the_record_above() {
    for line in [
        "\tat c.a.Svc.ask(Svc.java:10)",
        "Caused by: java.net.SocketTimeoutException: Read timed out",
        "com.openai.errors.InternalServerException: 500: The server had an error",
        "\t... 12 common frames omitted",
        "goroutine 1 [running]:",
        "main.ask(0x1, 0x2)",
        "      call failed",
        "    at svc::llm (src/llm.rs:10)",
        "{\"error\":{}}",
        "X-Request-Id: req_1",
        "",
    ] {
        assert!(!starts(line), "{line}");
    }
}

#[test]
fn the_table_is_asked_before_the_readers_that_its_lines_could_mislead() {
    let order: Vec<&str> = Order::of(ALL).iter().map(Format::name).collect();
    let place = |name: &str| order.iter().position(|other| *other == name);
    assert!(place("text-logging") < place("openai-node"));
    assert!(place("text-logging") < place("python-logging"));
}

#[test]
fn a_layout_of_pythons_is_left_to_its_reader() {
    let line = b"2025-03-06 14:02:11,714 ERROR myapp.llm: call failed";
    assert_eq!(TextLogging.fit(line), Fit::No);
}

#[test]
fn a_terminals_colours_do_not_hide_a_head() {
    let line = "\u{1b}[2m2025-03-06T14:02:26.854993Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m \u{1b}[1mllm_call\u{1b}[0m\u{1b}[1m{\u{1b}[0m\u{1b}[3mmodel\u{1b}[0m\u{1b}[2m=\u{1b}[0m\"gpt-4o\"\u{1b}[1m}\u{1b}[0m\u{1b}[2m:\u{1b}[0m \u{1b}[2msvc\u{1b}[0m\u{1b}[2m:\u{1b}[0m failed \u{1b}[3mstatus\u{1b}[0m\u{1b}[2m=\u{1b}[0m500";
    let mut told = None;
    let read = TextLogging.parse(line.as_bytes(), &mut |fields| {
        told = Some((fields.status, fields.model.map(str::to_owned)))
    });
    assert_eq!((read, told), (Ok(()), Some((Some(500), Some("gpt-4o".to_owned())))));
}
