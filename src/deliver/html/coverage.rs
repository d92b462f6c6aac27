//! What was read and what was not, so that the receiver can judge how whole the report is.

use super::markup::Markup;
use super::table::{numbers, table, words};
use crate::deliver::many_logs;
use crate::deliver::phrases::count;
use crate::model::{Coverage, Findings, SourceCoverage};

/// Writes it.
pub(super) fn write(page: &mut Markup, findings: &Findings) {
    let read = &findings.coverage;
    page.within("section", &[("id", &"coverage")], |page| {
        page.element("h2", &[], "What was read");
        page.within("p", &[], |page| page.prose(&many_logs::in_all(read)));
        let columns = [
            words("File"),
            words("Format"),
            numbers("About calls"),
            numbers("Other"),
            numbers("Not understood"),
            words("Zone and clock"),
        ];
        let listed = many_logs::sources(read);
        table(page, "cards", "Files that were read", &columns, |rows| {
            for source in &listed.some {
                rows.row(|row| {
                    row.code(&source.path);
                    row.text(source.format.unwrap_or("unknown"));
                    row.text(&count(source.records));
                    row.text(&count(source.other_records));
                    row.text(&count(source.unread_records));
                    row.text(&many_logs::clock(source));
                });
            }
        });
        if let Some(more) = listed.more() {
            page.element("p", &[], &more);
        }
        notes(page, &listed.some);
        if !read.skipped.is_empty() {
            not_read(page, read);
        }
    });
}

fn not_read(page: &mut Markup, read: &Coverage) {
    let skipped = many_logs::skipped(read);
    let columns = [words("File"), words("Why")];
    let caption = "Files that were not read, or not to their end";
    table(page, "cards", caption, &columns, |rows| {
        for skipped in &skipped.some {
            rows.row(|row| {
                row.code(&skipped.path);
                row.text(&skipped.reason);
            });
        }
    });
    if let Some(more) = skipped.more() {
        page.element("p", &[], &more);
    }
}

/// What a reader should know of single files, and the first lines that were not understood.
fn notes(page: &mut Markup, sources: &[&SourceCoverage]) {
    let told: Vec<(&SourceCoverage, String)> = sources
        .iter()
        .copied()
        .filter_map(|source| {
            let mut notes: Vec<String> = source.notes.to_vec();
            if !source.unread_lines.is_empty() {
                let lines: Vec<String> = source.unread_lines.iter().map(u64::to_string).collect();
                notes.push(format!("not understood, among others: line {}", lines.join(", ")));
            }
            (!notes.is_empty()).then(|| (source, notes.join("; ")))
        })
        .collect();
    if told.is_empty() {
        return;
    }
    page.within("ul", &[], |page| {
        for (source, notes) in told {
            page.within("li", &[], |page| {
                page.element("code", &[], &source.path);
                page.text(&format!(": {notes}"));
            });
        }
    });
}
