//! What does the report say where somebody writes the logs so that it should say something else?

use crate::run::{findings, report};
use chrono::DateTime;
use faultscope::gather::Plan;
use faultscope::redact::Audience;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;

/// 2026-03-01T10:00:00Z, when each of these hours begins.
const BEGIN: i64 = 1_772_359_200;

/// The report on some logs.
fn told(logs: &[(&str, String)]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in logs {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let findings = findings(&Plan::of(vec![folder.path().to_path_buf()]));
    serde_json::from_str(&report(&findings, "json", Audience::Internal, b"key")).unwrap()
}

/// One line of an nginx that writes what its upstream answered, and both ids.
fn nginx(second: i64, client: &str, status: u16, provider_id: &str, client_id: &str) -> String {
    let time = DateTime::from_timestamp(BEGIN + second, 0)
        .unwrap()
        .format("%d/%b/%Y:%H:%M:%S +0000");
    format!(
        r#"{client} - - [{time}] "POST /v1/chat/completions HTTP/1.1" {status} 297 "-" "OpenAI/Python 1.66.0" rt=0.861 uct="0.011" uht="0.860" urt="0.861" us="{status}" ua="104.18.7.192:443" rid="{provider_id}" crid="{client_id}""#
    ) + "\n"
}

/// One line of an application.
fn app(second: i64, status: u16, client_id: &str, more: &str) -> String {
    let time = DateTime::from_timestamp(BEGIN + second, 0)
        .unwrap()
        .format("%Y-%m-%dT%H:%M:%SZ");
    format!(
        r#"{{"timestamp":"{time}","status":{status},"model":"gpt-4o","url":"https://api.openai.com/v1/chat/completions","x_client_request_id":"{client_id}"{more}}}"#
    ) + "\n"
}

fn id(number: i64) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn provider_id(number: i64) -> String {
    format!("req_{:032x}", i128::from(number) * 0x1234_5678_9abc_def1 + 7)
}

fn because(window: &Value) -> String {
    window["because"].to_string()
}

/// An hour of twenty clients that all do well.
fn healthy_hour() -> String {
    (0..3600)
        .filter(|second| second % 2 == 0)
        .map(|second| nginx(second, &format!("10.0.1.{}", second / 2 % 20), 200, &provider_id(second), "-"))
        .collect()
}

#[test]
fn one_client_that_floods_errors_is_said_to_be_one() {
    let mut log = healthy_hour();
    for number in 0..3000 {
        log += &nginx(1200 + number / 3, "10.0.9.9", 500, &provider_id(100_000 + number), "-");
    }
    let report = told(&[("edge/access.log", log.clone())]);
    let window = &report["windows"][0];
    assert!(
        because(window).contains("3,000 of 3,000 failures (100 %) came from one client or host"),
        "{window:#}"
    );
    assert!(because(window).contains("0 of 500 failed"), "{window:#}");
    assert!(window["confidence"].as_f64().unwrap() <= 0.5, "{window:#}");
}

#[test]
fn an_outage_of_many_clients_is_not_taken_for_one_clients_flood() {
    let mut log = healthy_hour();
    for number in 0..1500 {
        let client = format!("10.0.1.{}", number % 20);
        log += &nginx(1200 + number, &client, 500, &provider_id(100_000 + number), "-");
    }
    let report = told(&[("edge/access.log", log)]);
    let window = &report["windows"][0];
    assert!(!because(window).contains("one client"), "{window:#}");
    assert!(window["confidence"].as_f64().unwrap() > 0.5, "{window:#}");
}

#[test]
fn a_newline_within_a_field_makes_no_record() {
    let forged = r#"{\"timestamp\":\"2026-03-01T10:20:00Z\",\"status\":503,\"model\":\"gpt-4o\"}"#;
    let mut app_log = String::new();
    let mut access = healthy_hour();
    for number in 0..200 {
        let words = format!(r#","user_agent":"x\n{forged}\n","message":"done\r\n{forged}\r\n""#);
        app_log += &app(number * 10, 200, &id(number), &words);
        // nginx writes a newline of a header as \x0A (log_format, escape=default).
        access += &nginx(number, "10.0.9.9", 200, "-", "-").replace(
            "OpenAI/Python 1.66.0",
            r#"x\x0A10.0.9.9 - - [01/Mar/2026:10:20:00 +0000] \x22POST /v1/chat/completions HTTP/1.1\x22 503 0"#,
        );
    }
    let report = told(&[("app/app.log", app_log), ("edge/access.log", access)]);
    assert_eq!(report["counts"]["failures"], 0, "{report:#}");
    assert_eq!(report["windows"].as_array().unwrap().len(), 0);
    assert_eq!(report["coverage"]["unread_records"], 0);
}

#[test]
fn a_gateways_own_id_is_never_given_for_the_providers() {
    let mut log = String::new();
    for second in 0..900 {
        let status = if (300..600).contains(&second) { 503 } else { 200 };
        let said = format!(r#","x_request_id":"{}","server":"envoy""#, id(second));
        log += &app(second, status, &id(second), &said);
    }
    let report = told(&[("app/app.log", log)]);
    for request in report["windows"][0]["requests"].as_array().unwrap() {
        assert_eq!(request["x_request_id"], Value::Null, "{request:#}");
        assert!(request["gateway_request_id"].is_string(), "{request:#}");
    }
}

#[test]
fn a_fake_id_of_the_providers_shape_does_not_prove_that_it_was_reached() {
    let mut log = String::new();
    for second in 0..1800 {
        let failed = (600..1200).contains(&second);
        let time = DateTime::from_timestamp(BEGIN + second, 0)
            .unwrap()
            .format("%Y-%m-%dT%H:%M:%S.000Z");
        let (status, flags, details, upstream) = if failed {
            (
                503,
                "UF",
                "upstream_reset_before_response_started{connection_failure}",
                "null",
            )
        } else {
            (200, "-", "via_upstream", "\"162.159.140.245:443\"")
        };
        writeln!(
            log,
            r#"{{"authority":"api.openai.com","bytes_received":135,"bytes_sent":414,"client_request_id":"{}","duration":130,"method":"POST","openai_request_id":"{}","path":"/v1/chat/completions","protocol":"HTTP/1.1","request_id":"{}","response_code":{status},"response_code_details":"{details}","response_flags":"{flags}","start_time":"{time}","upstream_host":{upstream},"upstream_service_time":"100","user_agent":"OpenAI/Python 1.55.3"}}"#,
            id(second),
            provider_id(second),
            id(90_000 + second),
        )
        .unwrap();
    }
    let report = told(&[("edge/envoy.log", log)]);
    let window = &report["windows"][0];
    assert_eq!(window["class"], "network-side", "{window:#}");
    assert_eq!(window["reached_provider"]["yes"], 0, "{window:#}");
}

#[test]
fn a_clock_that_is_hours_ahead_moves_no_window() {
    let (mut access, mut right, mut ahead) = (String::new(), String::new(), String::new());
    for second in 0..3600 {
        let status = if (1200..1800).contains(&second) { 503 } else { 200 };
        access += &nginx(second, "10.0.1.1", status, &provider_id(second), &id(second));
        right += &app(second, status, &id(second), "");
        ahead += &app(second + 3 * 3600, status, &id(second), "");
    }
    // Every third call is one application's; the clocks of the others and of the proxy stand against its own.
    let share = |log: &str, of: usize| -> String { log.split_inclusive('\n').skip(of).step_by(3).collect() };
    let logs = |last: &str| {
        let others = ["a", "b"]
            .iter()
            .enumerate()
            .map(|(of, name)| (format!("{name}/app.log"), share(&right, of)));
        let all = others.chain([
            ("c/app.log".to_owned(), share(last, 2)),
            ("edge/access.log".to_owned(), access.clone()),
        ]);
        all.collect::<Vec<_>>()
    };
    let told_of = |logs: Vec<(String, String)>| {
        told(
            &logs
                .iter()
                .map(|(path, text)| (path.as_str(), text.clone()))
                .collect::<Vec<_>>(),
        )
    };
    let (expected, shifted) = (told_of(logs(&right)), told_of(logs(&ahead)));
    assert_eq!(shifted["counts"], expected["counts"]);
    for end in ["start", "end"] {
        let time = |report: &Value| report["windows"][0][end].as_str().unwrap()[..16].to_owned();
        assert_eq!(time(&shifted), time(&expected));
    }
    assert_eq!(shifted["windows"].as_array().unwrap().len(), 1);
    let said = shifted["findings"].to_string();
    assert!(said.contains("The clock was"), "{said}");
}
