//! What is in no window: the caller's own errors, how calls were retried, and remarks on the logs.

use super::markup::Markup;
use super::table::{numbers, table, words};
use crate::deliver::phrases::{count, counted, inert, second};
use crate::model::Findings;

/// Writes the caller's own errors.
pub(super) fn caller_side(page: &mut Markup, findings: &Findings) {
    if findings.caller_side.is_empty() {
        return;
    }
    page.within("section", &[("id", &"caller-side")], |page| {
        page.element("h2", &[], "The caller’s own errors");
        page.element("p", &[], "They are in no window: the provider did what it was asked.");
        let columns = [
            words("Kind"),
            numbers("Attempts"),
            words("Status"),
            words("First and last (UTC)"),
            words("Models"),
            words("What to do"),
        ];
        table(page, "cards", "Caller-side errors by kind", &columns, |rows| {
            for kind in &findings.caller_side {
                rows.row(|row| {
                    row.text(kind.kind.name());
                    row.text(&count(kind.count));
                    let statuses = kind.by_status.iter();
                    let statuses = statuses.map(|(status, number)| format!("{status}: {}", count(*number)));
                    row.text(&statuses.collect::<Vec<_>>().join(", "));
                    let (first, last) = (second(kind.first), second(kind.last));
                    row.text(&format!(
                        "{} to {}",
                        first.trim_end_matches(" UTC"),
                        last.trim_end_matches(" UTC")
                    ));
                    let models: Vec<String> = kind.models.iter().map(|model| inert(model)).collect();
                    row.text(&some(&models));
                    row.text(&kind.advice);
                });
            }
        });
    });
}

/// Names, the first few of many.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let shown = names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 if names.is_empty() => "not logged".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Writes the retry audit.
pub(super) fn retries(page: &mut Markup, findings: &Findings) {
    let retries = &findings.retries;
    if retries.chains == 0 && retries.findings.is_empty() {
        return;
    }
    page.within("section", &[("id", &"retries")], |page| {
        page.element("h2", &[], "Retries");
        let says = format!(
            "{} with more than one attempt, {} at most; {} saved, {} lost to their last attempt.",
            counted(retries.chains, "call", "calls"),
            counted(retries.longest, "attempt", "attempts"),
            count(retries.recovered),
            count(retries.exhausted)
        );
        page.element("p", &[], &says);
        if retries.findings.is_empty() {
            return;
        }
        let columns = [words("Finding"), numbers("How often"), words("What to do")];
        table(page, "cards", "What the retry audit found", &columns, |rows| {
            for finding in &retries.findings {
                rows.row(|row| {
                    row.text(&finding.finding);
                    row.text(&count(finding.count));
                    row.text(&finding.advice);
                });
            }
        });
    });
}

/// Writes the remarks.
pub(super) fn remarks(page: &mut Markup, findings: &Findings) {
    if findings.findings.is_empty() {
        return;
    }
    page.within("section", &[("id", &"remarks")], |page| {
        page.element("h2", &[], "Remarks");
        let columns = [words("About"), words("Remark"), words("What to do")];
        table(page, "cards", "Remarks on the logs and the traffic", &columns, |rows| {
            for finding in &findings.findings {
                rows.row(|row| {
                    row.cell(|page| match &finding.path {
                        Some(path) => page.element("code", &[], path),
                        None => page.text(finding.about),
                    });
                    row.text(&finding.says);
                    row.text(&finding.advice);
                });
            }
        });
    });
}
