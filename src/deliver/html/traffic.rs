//! What is in no window: the caller's own errors, how calls were retried, and remarks on the logs.

use super::markup::Markup;
use super::table::{Column, numbers, table, words};
use super::{requests, spans};
use crate::deliver::phrases::{count, inert, listed};
use crate::deliver::totals;
use crate::model::{Finding, Findings, Name};
use std::collections::BTreeMap;

/// Files named beside a remark.
const FILES_SHOWN: usize = 8;

/// Writes failures that are in no window.
pub(super) fn isolated(page: &mut Markup, findings: &Findings) {
    if findings.isolated.is_empty() {
        return;
    }
    page.within("section", &[("id", &"isolated")], |page| {
        page.element("h2", &[], "Failures outside every window");
        page.element("p", &[], "Too few at a time to be more than usual; retry them.");
        let (of, listed) = (count(findings.isolated_count), count(findings.isolated.len() as u64));
        requests::write(page, &findings.isolated, |shown| {
            format!("{shown} of {of}, spread over time; the JSON report lists {listed}")
        });
    });
}

/// Writes the caller's own errors.
pub(super) fn caller_side(page: &mut Markup, findings: &Findings) {
    if findings.caller_side.is_empty() {
        return;
    }
    page.within("section", &[("id", &"caller-side")], |page| {
        page.element("h2", &[], "The caller’s own errors");
        page.element("p", &[], "They are in no window: the provider did what it was asked.");
        let columns = [
            Column {
                head: "Kind",
                class: "w",
            },
            numbers("Attempts"),
            words("Status"),
            words("First and last"),
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
                    row.prose(&spans::span(kind.first, kind.last));
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
    match names.len().saturating_sub(SHOWN) {
        0 if names.is_empty() => "not logged".to_owned(),
        0 => listed(names.to_vec()),
        more => listed(names.iter().take(SHOWN).cloned().chain([format!("{more} more")]).collect()),
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
        page.element("p", &[], &totals::retried(findings));
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
        let columns = [
            words("Remark"),
            words("What to do"),
            Column {
                head: "Files",
                class: "files",
            },
        ];
        table(page, "cards", "Remarks on the logs and the traffic", &columns, |rows| {
            for (finding, paths) in alike(&findings.findings) {
                rows.row(|row| {
                    row.prose(&finding.says);
                    row.prose(&finding.advice);
                    row.cell(|page| files(page, &paths));
                });
            }
        });
    });
}

/// Remarks that say the same of several files, as one, in the order of the first.
fn alike(findings: &[Finding]) -> Vec<(&Finding, Vec<&Name>)> {
    let mut alike: Vec<(&Finding, Vec<&Name>)> = Vec::new();
    let mut known: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for finding in findings {
        let number = *known
            .entry((finding.about, &finding.says, &finding.advice))
            .or_insert(alike.len());
        match alike.get_mut(number) {
            Some((_, paths)) => paths.extend(&finding.path),
            None => alike.push((finding, finding.path.iter().collect())),
        }
    }
    alike
}

fn files(page: &mut Markup, paths: &[&Name]) {
    if paths.is_empty() {
        page.text("all");
    }
    for path in paths.iter().take(FILES_SHOWN) {
        page.within("span", &[("class", &"id")], |page| page.element("code", &[], path));
    }
    if let Some(more) = paths.len().checked_sub(FILES_SHOWN).filter(|more| *more > 0) {
        page.text(&format!("and {} more", count(more as u64)));
    }
}
