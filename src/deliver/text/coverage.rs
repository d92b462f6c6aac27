//! What was read and what was not, at the terminal.

use super::Page;
use crate::deliver::many_logs;
use crate::deliver::phrases::{count, inert};
use crate::deliver::table::{table, wrapped};
use crate::model::SourceCoverage;

impl Page<'_> {
    pub(super) fn coverage(&self) -> String {
        let read = &self.findings.coverage;
        let mut out = self.title("What was read");
        out.push_str(&wrapped(&many_logs::in_all(read), "  ", "  ", self.context.width));
        let listed = many_logs::sources(read);
        let rows = listed.some.iter().map(|source| row(source)).collect();
        out.push('\n');
        out.push_str(&table(
            &["file", "format", "calls", "other", "unread", "zone, clock"],
            rows,
            self.context.width,
        ));
        out.extend(listed.more().map(|more| self.point(&more)));
        out.push_str(&self.unread(&listed.some));
        let skipped = many_logs::skipped(read);
        for skipped in &skipped.some {
            out.push_str(&self.point(&format!("skipped {}: {}", inert(&skipped.path), inert(&skipped.reason))));
        }
        out.extend(skipped.more().map(|more| self.point(&format!("skipped: {more}"))));
        out
    }

    fn unread(&self, sources: &[&SourceCoverage]) -> String {
        let mut out = String::new();
        // Of a log in no known format there is no line to look for.
        for source in sources
            .iter()
            .filter(|source| source.unread_records > 0 && source.format.is_some())
        {
            let lines: Vec<String> = source
                .unread_lines
                .iter()
                .map(|line| format!("{}:{line}", inert(&source.path)))
                .collect();
            let more = if source.unread_records > lines.len() as u64 {
                ", …"
            } else {
                ""
            };
            out.push_str(&self.point(&format!("not understood: {}{more}", lines.join(", "))));
        }
        for source in sources.iter().filter(|source| !source.notes.is_empty()) {
            out.push_str(&self.point(&format!(
                "{}: {}",
                inert(&source.path),
                source.notes.iter().map(|note| inert(note)).collect::<Vec<_>>().join("; ")
            )));
        }
        out
    }
}

fn row(source: &SourceCoverage) -> Vec<String> {
    vec![
        inert(&source.path),
        source.format.unwrap_or("unknown").to_owned(),
        count(source.records),
        count(source.other_records),
        count(source.unread_records),
        many_logs::clock(source),
    ]
}
