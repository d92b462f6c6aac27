//! What does the reader get? Snapshots of whole reports; each was read from top to bottom when it was accepted.

use crate::run::{findings, plan, report};
use faultscope::redact::Audience;

const NAMES: [&str; 3] = ["model-down", "outage-full", "quiet-day"];

fn assert_snapshot(form: &str, audience: Audience) {
    for name in NAMES {
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
