//! Does a secret that got past the first gate reach any output? Findings are made by hand, with it in every place that
//! can hold a value, as if the readers had let it in.

use crate::planted::SECRETS;
use crate::run::report;
use faultscope::deliver;
use faultscope::model::{
    Attempt, Attributes, ByError, CallOutcome, CallerKind, CallerSideCount, Case, Class, ControlGroup, Counter, Coverage,
    Dimension, Ending, ErrorSaid, Fact, Finding, Findings, Ids, Name, Outcome, Part, ProxyLog, Reached, Scope, Seen, Severity,
    Share, Side, Skipped, SourceCoverage, Stretch, Tally, Time, Traffic, TrafficCell, TransportError, Vantage, Verdict, Window,
};
use faultscope::redact::Audience;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

const NOON: Time = Time(1_772_791_200_000);

fn attributes(text: &str) -> Arc<Attributes> {
    Arc::new(
        Dimension::ALL
            .into_iter()
            .fold(Attributes::default(), |all, dimension| all.with(dimension, text)),
    )
}

fn attempt(text: &str) -> Attempt {
    let name = || Some(Name::from(text));
    Attempt {
        time: NOON,
        duration_ms: Some(1200),
        outcome: Outcome::Status(503),
        attributes: attributes(text),
        ids: Ids {
            x_request_id: name(),
            x_client_request_id: name(),
            gateway_request_id: name(),
            cf_ray: name(),
            sdk: name(),
            thread: name(),
            organization: name(),
        },
        method: name(),
        error: Some(Box::new(ErrorSaid {
            error_type: name(),
            error_code: name(),
            template: None,
            html: false,
        })),
        number: 1,
        call: 0,
        call_outcome: CallOutcome::Lost,
        reached: Reached::Yes,
        fact: Fact::ProviderId,
        side: Some(Side::Provider),
        side_by_vote: false,
        retry_in_ms: None,
        upstream: name(),
        joined: None,
        seen_by: vec![Seen {
            vantage: Vantage::Application,
            path: Name::from(text),
            line: 1,
        }],
    }
}

fn tally(text: &str) -> Tally {
    Tally {
        named: vec![(Name::from(text), 3)],
        more: 1,
        unsaid: 1,
    }
}

fn part(text: &str) -> Part {
    let stretch = Stretch {
        from: NOON,
        to: NOON.plus_ms(60_000),
        share: Share { failed: 1, attempts: 9 },
    };
    Part {
        provider: Some(Name::from(text)),
        surface: Some(Name::from(text)),
        model: Some(Name::from(text)),
        start: NOON,
        end: NOON.plus_ms(600_000),
        share: Share { failed: 4, attempts: 9 },
        calls: 5,
        calls_lost: 3,
        calls_recovered: 1,
        first_attempts: 2,
        before: Some(stretch),
        after: Some(stretch),
        endings: vec![Ending {
            outcome: Outcome::Transport(TransportError::Tls),
            count: 4,
            first: NOON,
            last: NOON,
            durations: None,
        }],
        by_error: by_error(text),
        messages: Vec::new(),
        reached: (4, 0, 0),
        values: Dimension::ALL.map(|dimension| (dimension, tally(text))).to_vec(),
        methods: tally(text),
        organizations: tally(text),
        edge_sites: tally(text),
        upstreams: tally(text),
        durations: None,
        ids: faultscope::model::IdCounts {
            provider: 4,
            edge: 4,
            client: 4,
            gateway: 4,
            none: 0,
        },
        samples: vec![attempt(text)],
        course: vec![stretch],
    }
}

fn by_error(text: &str) -> Vec<ByError> {
    vec![ByError {
        error_type: Some(Name::from(text)),
        code: Some(Name::from(text)),
        count: 4,
    }]
}

fn case(text: &str) -> Case {
    let share = Share { failed: 4, attempts: 9 };
    Case {
        whole: Some(part(text)),
        parts: vec![part(text)],
        groups: Dimension::ALL
            .into_iter()
            .flat_map(|dimension| [text, "other"].map(|value| (dimension, value)))
            .map(|(dimension, value)| ControlGroup {
                dimension,
                value: Name::from(value),
                affected: true,
                wider: false,
                share,
            })
            .collect(),
        proxies: vec![ProxyLog {
            proxy: Name::from(text),
            share,
            servers: tally(text),
            clients: tally(text),
            upstreams: tally(text),
        }],
        caller_side: vec![(CallerKind::Quota, 3)],
    }
}

fn window(text: &str, side: Side) -> Window {
    let class = if side == Side::Network {
        Class::NetworkSide
    } else {
        Class::Outage
    };
    Window {
        start: NOON,
        end: NOON.plus_ms(600_000),
        start_not_before: Some(NOON),
        end_not_after: Some(NOON),
        side,
        scope: Scope {
            values: Dimension::ALL
                .into_iter()
                .map(|dimension| (dimension, vec![Name::from(text)]))
                .collect(),
        },
        severity: Severity::Partial,
        flags: Vec::new(),
        ongoing: false,
        attempts: 9,
        failures: 4,
        calls: 5,
        calls_lost: 3,
        baseline: 0.0,
        by_status: BTreeMap::from([(503, 4)]),
        by_transport_error: BTreeMap::new(),
        by_error: by_error(text),
        reached_yes: 4,
        reached_no: 0,
        reached_unknown: 0,
        verdict: Verdict {
            class,
            confidence: 0.9,
            because: vec![format!("Of first attempts, 4 with model {text} failed.")],
            against: vec![Counter {
                class: Class::Transient,
                says: format!("{text} failed too."),
            }],
            next_step: format!("Fall back from {text}."),
        },
        requests: vec![attempt(text)],
        requests_omitted: 0,
        case: case(text),
    }
}

/// Findings with the text in every place.
fn hostile(text: &str) -> Findings {
    let name = || Name::from(text);
    Findings {
        coverage: Coverage {
            start: Some(NOON),
            end: Some(NOON),
            bytes: 1,
            sources: vec![SourceCoverage {
                path: name(),
                format: Some("json-lines"),
                vantage: Some(Vantage::Application),
                host: Some(name()),
                records: 9,
                other_records: 0,
                unread_records: 3,
                unread_lines: vec![1],
                first: Some(NOON),
                last: Some(NOON),
                time_zone: Some(format!("{text} by --tz")),
                clock_offset_seconds: 3.0,
                share_with_provider_id: None,
                notes: vec![format!("{text} was cut short")],
            }],
            skipped: vec![Skipped {
                path: name(),
                reason: format!("{text}: no such format"),
            }],
        },
        windows: vec![window(text, Side::Provider), window(text, Side::Network)],
        isolated: vec![attempt(text)],
        isolated_count: 1,
        caller_side: vec![CallerSideCount {
            kind: CallerKind::Quota,
            count: 30,
            by_status: BTreeMap::from([(429, 30)]),
            first: NOON,
            last: NOON,
            models: vec![name()],
            advice: "Stop.".to_owned(),
        }],
        findings: vec![Finding {
            about: "missing-ids",
            says: format!("{text} carries none."),
            advice: format!("Add it to {text}."),
            path: Some(name()),
        }],
        traffic: Some(Arc::new(Traffic {
            attempts: vec![attempt(text)],
            cells: vec![TrafficCell {
                time: NOON,
                attributes: attributes(text),
                ok: 3,
                first_ok: 3,
            }],
            ..Traffic::default()
        })),
        ..Findings::default()
    }
}

const AUDIENCES: [Audience; 3] = [Audience::Terminal, Audience::Internal, Audience::Forwardable];

fn every_report(findings: &Findings) -> impl Iterator<Item = (String, String)> {
    deliver::ALL.iter().flat_map(move |form| {
        AUDIENCES.map(|audience| {
            (
                format!("{} {audience:?}", form.name()),
                report(findings, form.name(), audience, b"key"),
            )
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_secret_in_any_value_reaches_any_report(
        secret in proptest::sample::select(SECRETS.to_vec()),
        before in proptest::sample::select(vec!["", "id_", "x.", "a/", "key=", "\"", "(", "user:"]),
        after in proptest::sample::select(vec!["", "&b=1", ")", "\"", "/v1", ",x", "]"]),
    ) {
        for (form, text) in every_report(&hostile(&format!("{before}{secret}{after}"))) {
            prop_assert!(!text.contains(secret), "{} holds {}", form, secret);
            prop_assert!(!text.contains("FAKEabcdef"), "{} holds a part of {}", form, secret);
        }
    }

    #[test]
    fn nothing_in_any_value_acts_on_its_reader(
        hazard in proptest::sample::select(vec![
            "\u{1b}[31mred", "\u{9b}2J", "\u{7}\u{8}\r", "a\u{202e}b\u{200b}c\u{2066}d\u{e0041}",
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "![x](http://evil.example)", "[x](javascript:1)",
            "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "www.evil.example", "http://evil.example/", "`code` | # *x* _y_ ~z~", "$(id)", "'; rm -rf ~; '",
        ]),
    ) {
        for (form, text) in every_report(&hostile(hazard)) {
            prop_assert!(!text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r')), "{}: a control character", form);
            prop_assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{2066}', '\u{e0041}']), "{}: a hidden character", form);
            if form.starts_with("csv") {
                let mut rows = csv::ReaderBuilder::new().from_reader(text.as_bytes());
                for cell in rows.records().flat_map(|row| row.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()) {
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}: {}", form, cell);
                }
            }
            if form.starts_with("markdown") {
                let outside = outside_code(&text).replace("\\<", "_").replace("\\]", "_");
                for act in ["<script", "<img", "](", "://", "www."] {
                    prop_assert!(!outside.contains(act), "{}: {} in {}", form, act, outside);
                }
            }
            if form.starts_with("ticket") {
                for line in text.lines().filter(|line| line.trim_start().starts_with("curl")) {
                    prop_assert!(!line.contains("$(id)") && !line.contains("rm -rf"), "{}", line);
                }
            }
            if form.starts_with("json") || form.starts_with("ndjson") {
                for value in serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>() {
                    prop_assert!(value.is_ok(), "{}", form);
                }
            }
        }
    }
}

/// A Markdown text without its code spans.
fn outside_code(text: &str) -> String {
    let mut outside = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find('`') {
            let escaped = rest[..at].ends_with('\\');
            outside.push_str(&rest[..at]);
            let fence = rest[at..].chars().take_while(|letter| *letter == '`').count();
            let behind = &rest[at + fence..];
            let close = "`".repeat(fence);
            rest = match (escaped, behind.find(&close)) {
                (false, Some(end)) => &behind[end + fence..],
                _ => behind,
            };
        }
        outside.push_str(rest);
        outside.push('\n');
    }
    outside
}

#[test]
fn an_own_name_in_any_place_is_no_stranger_told() {
    let findings = hostile("edge-a.corp.example");
    for form in deliver::ALL.iter().map(|form| form.name()) {
        let text = report(&findings, form, Audience::Forwardable, b"key");
        // A model or an id of that name is none of ours: only what is a host, an address or a path goes.
        for place in ["host-", "path-"] {
            assert!(text.contains(place), "the {form} report has no {place}");
        }
    }
}
