//! What does the reader get? Snapshots of whole reports; each was read from top to bottom when it was accepted.

use crate::run::{context, findings, found, plan, report};
use faultscope::deliver::{self, Addressee};
use faultscope::model::{Dimension, Findings, Name, StatusNote};
use faultscope::redact::{Audience, Policy, seal};

const NAMES: [&str; 3] = ["model-down", "outage-full", "quiet-day"];

fn assert_snapshot(form: &str, audience: Audience) {
    assert_snapshots(form, audience, &NAMES);
}

fn assert_snapshots(form: &str, audience: Audience, names: &[&str]) {
    for &name in names {
        let text = report(&findings(&plan(name)), form, audience, b"key");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(format!("../../fixtures/reports/{form}"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name, text));
    }
}

#[test]
fn text() {
    assert_snapshot("text", Audience::Terminal);
}

#[test]
fn markdown() {
    assert_snapshot("markdown", Audience::Forwardable);
}

#[test]
fn ticket() {
    assert_snapshots(
        "ticket",
        Audience::Forwardable,
        &[
            "model-down",
            "azure-deployment-down",
            "egress-b-broken",
            "web-down-api-ok",
            "quiet-day",
        ],
    );
}

#[test]
fn csv() {
    assert_snapshots("csv", Audience::Forwardable, &["blip", "quiet-day"]);
}

/// An hour of one application in which one model failed for five minutes.
fn small() -> Findings {
    let line = |minute: u32, status: u16| {
        format!(
            "{{\"time\":\"2026-08-01T10:{minute:02}:07.000Z\",\"msg\":\"llm call\",\"provider\":\"openai\",\"model\":\"gpt-4o\",\
             \"endpoint\":\"/v1/chat/completions\",\"status\":{status},\"duration_ms\":900,\"x_request_id\":\"req_{minute:032x}\"}}\n"
        )
    };
    let status = |minute: u32| if (30..40).contains(&minute) { 500 } else { 200 };
    let log: String = (0..60).map(|minute| line(minute, status(minute))).collect();
    found(&log)
}

fn assert_small(form: &str) {
    let text = report(&small(), form, Audience::Forwardable, b"key");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../../fixtures/reports/{form}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("one-model", text));
}

#[test]
fn json() {
    assert_small("json");
    assert_snapshots("json", Audience::Forwardable, &["quiet-day"]);
}

#[test]
fn ndjson() {
    assert_small("ndjson");
}

#[test]
fn one_ticket_holds_at_most_ten_ids_one_model_and_no_second_addressee() {
    for name in ["model-down", "outage-full", "egress-b-broken", "azure-deployment-down"] {
        let text = report(&findings(&plan(name)), "ticket", Audience::Forwardable, b"key");
        let tickets: Vec<&str> = text.split("\nTICKET ").skip(1).collect();
        let tickets = if tickets.is_empty() { vec![text.as_str()] } else { tickets };
        for ticket in tickets {
            let samples = ticket.split("\nSample requests").nth(1).unwrap();
            let rows = samples.lines().skip(1).take_while(|line| line.starts_with("- ")).count();
            assert!(rows <= 10, "{name}: {rows}");
            let to_network = ticket.contains("Send it to: your network team");
            assert_eq!(to_network, ticket.contains("To be allowed"), "{name}");
            assert_eq!(
                to_network,
                !ticket.contains("\nModel: ") && !ticket.contains("\nDeployment: "),
                "{name}"
            );
            assert!(
                ticket.lines().filter(|line| line.starts_with("Model: ")).count() <= 1,
                "{name}"
            );
        }
    }
}

#[test]
fn a_ticket_says_which_windows_it_leaves_out() {
    let findings = findings(&plan("egress-b-broken"));
    let sealed = seal(
        findings,
        &Policy {
            audience: Audience::Forwardable,
            key: b"key".to_vec(),
        },
    );
    let (bytes, _) = deliver::deliver(&sealed, deliver::ticket(Some(Addressee::Provider)), &context(false)).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.contains("Window w1 (network-side") && text.contains("is left out"),
        "{text}"
    );
    assert!(
        text.contains("--audience network") && !text.contains("paste from here"),
        "{text}"
    );
}

#[test]
fn no_gateways_id_stands_in_a_ticket_for_the_provider() {
    for name in ["model-down", "outage-full", "azure-deployment-down"] {
        let findings = findings(&plan(name));
        let text = report(&findings, "ticket", Audience::Forwardable, b"key");
        for attempt in findings.windows.iter().flat_map(|window| &window.requests) {
            if let Some(id) = attempt.ids.gateway_request_id() {
                assert!(!text.contains(id), "{name}: {id}");
            }
        }
    }
}

#[test]
fn every_line_of_ndjson_is_an_object_and_they_add_up_to_all_attempts() {
    let findings = findings(&plan("model-down"));
    let text = report(&findings, "ndjson", Audience::Forwardable, b"key");
    let records: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |kind: &str| {
        records
            .iter()
            .filter(|record| record["record"] == kind)
            .cloned()
            .collect::<Vec<_>>()
    };
    let counted: u64 = of("successes")
        .iter()
        .map(|record| record["faultscope.count"].as_u64().unwrap())
        .sum();
    assert_eq!(of("report").len(), 1);
    assert_eq!(of("window").len(), findings.windows.len());
    assert_eq!(of("attempt").len() as u64 + counted, findings.counts.attempts);
    assert!(
        of("attempt")
            .iter()
            .any(|record| record["http.response.header.x-request-id"][0].is_string())
    );
}

#[test]
fn html() {
    assert_snapshot("html", Audience::Forwardable);
}

#[test]
fn the_text_report_fits_eighty_columns() {
    for name in NAMES {
        let text = report(&findings(&plan(name)), "text", Audience::Terminal, b"key");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
    }
}

#[test]
fn a_ticket_tells_what_the_status_page_said_as_the_other_reports_do() {
    for name in ["model-down", "egress-b-broken"] {
        let mut found = findings(&plan(name));
        found.windows[0].status_page = vec![StatusNote {
            component: Some("Responses".to_owned()),
            incident: Some("Elevated errors".to_owned()),
            is_known: true,
            agrees: false,
            says: "the page tells of an incident".to_owned(),
        }];
        for form in ["ticket", "text", "markdown", "html"] {
            let told = report(&found, form, Audience::Forwardable, b"key");
            let note = "does not agree: Responses, Elevated errors: the page tells of an incident";
            assert!(told.replace("\n      ", " ").contains(note), "{name} {form}");
        }
    }
}

#[test]
fn several_models_are_not_told_as_one() {
    let mut found = findings(&plan("model-down"));
    let models = ["gpt-4.1", "o3"].map(Name::from).to_vec();
    found.windows[0].scope.values.insert(Dimension::Model, models);
    for form in ["text", "markdown", "html"] {
        let told = report(&found, form, Audience::Forwardable, b"key").replace('\n', " ");
        assert!(told.contains("2 models only: models gpt-4.1 and o3"), "{form}");
    }
}

#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let shown = readme
        .split("```text\nThe provider")
        .nth(1)
        .unwrap()
        .split("\n```")
        .next()
        .unwrap();
    let printed = report(&findings(&plan("model-down")), "text", Audience::Terminal, b"key");
    for part in format!("The provider{shown}").split("\n  ...\n") {
        assert!(printed.contains(part), "{part}");
    }
}
