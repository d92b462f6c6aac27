//! Findings with one text in every place that can hold a value. What is added to the model is added here.

use faultscope::model::{
    Attempt, Attributes, ByError, CallOutcome, CallerKind, CallerSideCount, Case, Class, CommonIds, ControlGroup, Counter,
    Coverage, Dimension, Ending, ErrorSaid, Fact, Finding, Findings, IdTexts, Ids, Method, Millis, Name, Narrowed, Occurrences,
    Outcome, Part, ProxyLog, Reached, Scope, Seen, Severity, Share, Side, Skipped, Slice, SourceCoverage, StatusNote, Step,
    Steps, Stretch, Time, Timeline, Traffic, TrafficCell, TransportError, Upstream, Vantage, Verdict, Window,
};
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
        duration_ms: Some(Millis::from(1200)),
        outcome: Outcome::Status(503),
        attributes: attributes(text),
        ids: Ids::from(IdTexts {
            x_request_id: Some(text),
            x_client_request_id: Some(text),
            gateway_request_id: Some(text),
            cf_ray: Some(text),
            sdk: Some(text),
            common: Some(Arc::new(CommonIds {
                thread: name(),
                organization: name(),
            })),
        }),
        method: Some(Method::Post),
        error: Some(Arc::new(ErrorSaid {
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
        model_inferred: false,
        retry_after_ms: Some(Millis::from(20_000)),
        tokens: None,
        retry_in_ms: None,
        upstream: Some(Arc::new(Upstream {
            address: name(),
            ..Upstream::default()
        })),
        joined: None,
        seen_by: vec![Seen {
            vantage: Vantage::Application,
            path: Name::from(text),
            line: 1,
        }]
        .into_iter()
        .collect(),
    }
}

fn tally(text: &str) -> Occurrences {
    Occurrences {
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
        more_parts: (1, 2),
        groups: Dimension::ALL
            .into_iter()
            .flat_map(|dimension| [text, "other"].map(|value| (dimension, value)))
            .map(|(dimension, value)| ControlGroup {
                dimension,
                value: Name::from(value),
                affected: true,
                wider: false,
                told_by_failures: false,
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
        told_by_failures: false,
        scope: Scope {
            values: Dimension::ALL
                .into_iter()
                .map(|dimension| (dimension, vec![Name::from(text)]))
                .collect(),
        },
        only_failures: false,
        severity: Severity::Partial,
        flags: Vec::new(),
        ongoing: false,
        attempts: 9,
        failures: 4,
        calls: 5,
        calls_lost: 3,
        baseline: Some(0.0),
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
        status_page: vec![StatusNote {
            is_known: true,
            component: Some(text.to_owned()),
            incident: Some(text.to_owned()),
            agrees: true,
            says: text.to_owned(),
        }],
        requests_omitted: 0,
        case: case(text),
        working: None,
    }
}

/// What was read, with the text in every place.
fn coverage(text: &str) -> Coverage {
    Coverage {
        start: Some(NOON),
        end: Some(NOON),
        bytes: 1,
        sources: vec![Box::new(SourceCoverage {
            path: Name::from(text),
            format: Some("json-lines"),
            vantage: Some(Vantage::Application),
            host: Some(Name::from(text)),
            records: 9,
            other_records: 0,
            unread_records: 3,
            unread_lines: [1].into_iter().collect(),
            first: Some(NOON),
            last: Some(NOON),
            time_zone: Some(format!("{text} by --tz").into()),
            clock_offset_seconds: 3.0,
            share_with_provider_id: None,
            notes: [format!("{text} was cut short")].into_iter().collect(),
        })],
        skipped: vec![Skipped {
            path: Name::from(text),
            reason: format!("{text}: no such format"),
        }],
    }
}

/// Traffic over time with the text as every value.
fn timeline(text: &str) -> Timeline {
    let step = Step {
        attempts: 9,
        failures: 4,
        caller_side: 1,
    };
    let slice = |dimension| Slice {
        dimension,
        name: Some(Name::from(text)),
        values: 1,
        steps: vec![step],
    };
    Timeline {
        all: Steps {
            start: NOON,
            step_ms: 60_000,
            steps: vec![step],
        },
        slices: Dimension::ALL.into_iter().map(slice).collect(),
        ..Timeline::default()
    }
}

/// Findings with the text in every place.
pub(crate) fn hostile(text: &str) -> Findings {
    let cell = TrafficCell {
        time: NOON,
        attributes: attributes(text),
        ok: 3,
        first_ok: 3,
    };
    Findings {
        coverage: coverage(text),
        narrowed: Narrowed {
            values: Dimension::ALL.map(|dimension| (dimension, vec![Name::from(text)])).into(),
            ..Narrowed::default()
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
            models: vec![Name::from(text)],
            messages: Vec::new(),
            advice: "Stop.".to_owned(),
        }],
        findings: vec![Finding {
            about: "missing-ids",
            says: format!("{text} carries none."),
            advice: format!("Add it to {text}."),
            path: Some(Name::from(text)),
        }],
        timeline: timeline(text),
        traffic: Some(Arc::new(Traffic {
            attempts: vec![attempt(text)],
            cells: vec![cell],
            ..Traffic::default()
        })),
        ..Findings::default()
    }
}
