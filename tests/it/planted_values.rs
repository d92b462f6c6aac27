//! Does a secret that got past the first gate reach any output? Findings are made by hand, with it in every place that
//! can hold a value, as if the readers had let it in.

use crate::hostile::hostile;
use crate::planted::SECRETS;
use crate::run::report;
use faultscope::deliver;
use faultscope::model::Findings;
use faultscope::redact::Audience;
use proptest::prelude::*;

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
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn no_secret_in_any_value_reaches_any_report(
        secret in proptest::sample::select(SECRETS.to_vec()),
        before in proptest::sample::select(vec!["", "id_", "x.", "a/", "key=", "\"", "(", "user:"]),
        after in proptest::sample::select(vec!["", "&b=1", ")", "\"", "/v1", ",x", "]"]),
    ) {
        for (form, text) in every_report(&hostile(&format!("{before}{secret}{after}"))) {
            prop_assert!(!text.contains(secret), "{} holds {}", form, secret);
            prop_assert!(!text.contains("FAKEabcdef"), "{} holds a part of {}", form, secret);
            // What is removed leaves the form whole.
            if form.starts_with("json") || form.starts_with("ndjson") {
                for value in serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>() {
                    prop_assert!(value.is_ok(), "{} of {}", form, secret);
                }
            }
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
            if form.starts_with("html") {
                for act in ["<script", "<img", "href=\"javascript", "src=\"http", "href=\"http://evil"] {
                    prop_assert!(!text.contains(act), "{}: {}", form, act);
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
