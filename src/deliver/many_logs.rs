//! What a report for people says of the logs that were read, and which of them it lists: all of few, and of very many those
//! first that something is to be said of.

use super::phrases::{count, counted, inert, second, size};
use crate::model::{Coverage, Skipped, SourceCoverage};

/// Logs that are listed one by one: more than a site has by hand, and few enough to look through. JSON lists all.
pub(super) const LISTED: usize = 50;

/// Some of many, and how many are not among them.
pub(super) struct Listed<'a, T> {
    /// Those that are listed, in the order of their names.
    pub(super) some: Vec<&'a T>,
    more: usize,
}

impl<T> Listed<'_, T> {
    /// What stands below the list; `None` where it is whole.
    pub(super) fn more(&self) -> Option<String> {
        (self.more > 0).then(|| format!("and {} more; the JSON report lists them all", count(self.more as u64)))
    }
}

/// How much was read, and of which stretch of time.
pub(super) fn in_all(read: &Coverage) -> String {
    let span = read
        .start
        .zip(read.end)
        .map_or_else(String::new, |(start, end)| format!("; {} to {}", second(start), second(end)));
    format!(
        "{}, {}: {} about a call, {} about something else, {} not understood{span}.",
        counted(read.sources.len() as u64, "file", "files"),
        size(read.bytes),
        counted(read.records(), "record", "records"),
        count(read.other_records()),
        count(read.unread_records())
    )
}

/// The logs that were read.
pub(super) fn sources(read: &Coverage) -> Listed<'_, SourceCoverage> {
    let rank = |source: &SourceCoverage| match source {
        _ if source.format.is_none() => 0,
        _ if source.unread_records > 0 => 1,
        _ if !source.notes.is_empty() => 2,
        _ => 3,
    };
    let mut by_rank: Vec<(u8, usize)> = read
        .sources
        .iter()
        .enumerate()
        .map(|(at, source)| (rank(source), at))
        .collect();
    by_rank.sort_unstable();
    by_rank.truncate(LISTED);
    by_rank.sort_unstable_by_key(|(_, at)| *at);
    Listed {
        some: by_rank
            .iter()
            .filter_map(|(_, at)| read.sources.get(*at).map(|source| &**source))
            .collect(),
        more: read.sources.len().saturating_sub(LISTED),
    }
}

/// In which zone a log's stamps were read, and what was added to its clock.
pub(super) fn clock(source: &SourceCoverage) -> String {
    /// Clocks nearer than this are the same, in seconds.
    const SAME: f64 = 0.001;
    if source.first.is_none() {
        return if source.records == 0 { "" } else { "no time that counts" }.to_owned();
    }
    let zone = source.time_zone.as_deref().map_or_else(|| "in the log".to_owned(), inert);
    let offset = source.clock_offset_seconds;
    if offset.abs() < SAME {
        zone
    } else {
        format!("{zone}; clock {offset:+.1} s")
    }
}

/// What was not read.
pub(super) fn skipped(read: &Coverage) -> Listed<'_, Skipped> {
    Listed {
        some: read.skipped.iter().take(LISTED).collect(),
        more: read.skipped.len().saturating_sub(LISTED),
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTED, sources};
    use crate::model::{Coverage, Name, Seldom, SourceCoverage};

    fn coverage(logs: usize, unread: &[usize]) -> Coverage {
        let source = |at: usize| SourceCoverage {
            path: Name::from(format!("{at:05}.log")),
            format: Some("caddy"),
            vantage: None,
            host: None,
            records: 1,
            other_records: 0,
            unread_records: u64::from(unread.contains(&at)),
            unread_lines: Seldom::default(),
            first: None,
            last: None,
            time_zone: None,
            clock_offset_seconds: 0.0,
            share_with_provider_id: None,
            notes: Seldom::default(),
        };
        Coverage {
            sources: (0..logs).map(|at| Box::new(source(at))).collect(),
            ..Coverage::default()
        }
    }

    #[test]
    fn few_logs_are_all_listed() {
        let read = coverage(LISTED, &[]);
        let listed = sources(&read);
        assert_eq!((listed.some.len(), listed.more()), (LISTED, None));
    }

    #[test]
    fn of_many_logs_those_with_trouble_are_listed_and_the_others_are_counted() {
        let read = coverage(10_000, &[7_000, 9_999]);
        let listed = sources(&read);
        assert_eq!(listed.some.len(), LISTED);
        assert_eq!(
            listed.more().as_deref(),
            Some("and 9,950 more; the JSON report lists them all")
        );
        let names: Vec<&str> = listed.some.iter().map(|source| &*source.path).collect();
        assert!(names.contains(&"07000.log") && names.contains(&"09999.log"), "{names:?}");
        assert!(names.is_sorted());
    }
}
