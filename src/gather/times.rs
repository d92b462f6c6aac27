//! Which times of records can be right: a clock that was never set, or a forged stamp, must not stretch a report over
//! decades, nor put a window where nobody called.

use crate::model::{SourceName, SourceRollup, Time};
use std::collections::BTreeMap;

/// 2015-01-01T00:00:00Z. Nobody called these APIs before; a clock that was never set tells 1970 or 2000 (trust, section 4).
const EARLIEST: Time = Time(1_420_070_400_000);

/// 2100-01-01T00:00:00Z. A time beyond is no clock's but a unit mistaken or a number made up.
const LATEST: Time = Time(4_102_444_800_000);

/// How much later than all other logs a record may be stamped: clocks are wrong by hours, and zones by up to a day.
const DAY_MS: i64 = 86_400_000;

/// Whether a record may have been written then.
pub(super) fn is_possible(time: Time) -> bool {
    (EARLIEST..LATEST).contains(&time)
}

/// Takes what cannot have happened yet out of the counts, and gives how far each source it was taken out of is believed.
///
/// A record is too late that is stamped more than a day after its file was last written (`written`, the end of that day),
/// and more than a day after every log whose stamps agree with its file's date. Where it is the greater part of its source
/// that is late, the file is a copy with a date of its own, and is believed.
#[must_use]
pub fn cut_late(
    sources: &mut BTreeMap<SourceName, Box<SourceRollup>>,
    written: &BTreeMap<SourceName, Time>,
) -> BTreeMap<SourceName, Time> {
    let limit = |name: &SourceName| written.get(name).map_or(LATEST, |written| written.plus_ms(DAY_MS));
    let ends = |source: &SourceRollup| source.span.map(|(_, last)| last);
    let believed = sources
        .iter()
        .filter_map(|(name, source)| ends(source).filter(|last| *last <= limit(name)))
        .max();
    let mut cut = BTreeMap::new();
    for (name, source) in sources {
        let limit = limit(name);
        if ends(source).is_none_or(|last| last <= limit) {
            continue;
        }
        let last = believed.map_or(limit, |believed| limit.max(believed.plus_ms(DAY_MS)));
        if ends(source).is_some_and(|end| end > last) && is_lesser_part(source, last) {
            take_out(source, last);
            cut.insert(SourceName::clone(name), last);
        }
    }
    cut
}

fn is_lesser_part(source: &SourceRollup, last: Time) -> bool {
    let late = source.cells.after(last) + source.observations.iter().filter(|seen| seen.time > last).count() as u64;
    late * 2 < source.records
}

fn take_out(source: &mut SourceRollup, last: Time) {
    let observations = source.observations.len();
    source.observations.retain(|seen| seen.time <= last);
    let late = source.cells.cut_after(last) + (observations - source.observations.len()) as u64;
    source.rare.undated_records += late;
    let newest = source
        .observations
        .iter()
        .map(|seen| seen.time)
        .max()
        .max(source.cells.last());
    source.span = source
        .span
        .and_then(|(first, _)| Some((first, newest?)))
        .filter(|(first, newest)| first <= newest);
    source
        .notes
        .insert("records that are stamped after the log was last written are in no window".to_owned());
}

#[cfg(test)]
mod tests {
    use super::{DAY_MS, EARLIEST, LATEST, cut_late, is_possible};
    use crate::model::{Attributes, Cell, Grain, Name, SourceName, SourceRollup, Time};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    const NOW: i64 = 1_772_359_200_000;

    /// A source with a success at each of these times, in days from now.
    fn source(days: &[i64]) -> SourceRollup {
        let mut source = SourceRollup::default();
        for day in days {
            let time = Time(NOW + day * DAY_MS);
            let tuple = source.cells.tuple(&Arc::new(Attributes::default()));
            source.cells.add(time, Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
            source.records += 1;
            let (first, last) = source.span.unwrap_or((time, time));
            source.span = Some((first.min(time), last.max(time)));
        }
        source
    }

    /// How many records are left of each source, all of whose files were written now.
    fn left(all: &[&[i64]]) -> Vec<u64> {
        let name = |place: usize| Name::from(place.to_string());
        let mut sources: BTreeMap<SourceName, Box<SourceRollup>> = all
            .iter()
            .enumerate()
            .map(|(place, days)| (name(place), Box::new(source(days))))
            .collect();
        let written = sources.keys().map(|name| (Name::clone(name), Time(NOW))).collect();
        let _ = cut_late(&mut sources, &written);
        let left = |source: &SourceRollup| {
            assert_eq!(
                source.records - source.cells.total(Grain::Attempt),
                source.rare.undated_records
            );
            source.cells.total(Grain::Attempt)
        };
        sources.values().map(|source| left(source)).collect()
    }

    #[test]
    fn what_is_stamped_after_its_file_and_after_all_other_logs_is_taken_out() {
        assert_eq!(left(&[&[-1, 0], &[-1, 0, 400]]), [2, 2]);
        assert_eq!(left(&[&[-1, 0, 0, 400]]), [3]);
    }

    #[test]
    fn logs_whose_files_were_copied_with_false_dates_are_believed() {
        assert_eq!(left(&[&[300, 301, 302], &[301]]), [3, 1]);
        assert_eq!(left(&[&[-9, 0], &[-5]]), [2, 1]);
        assert_eq!(left(&[&[-1, 0], &[300, 400]]), [2, 2]);
    }

    #[test]
    fn a_clock_that_was_never_set_is_not_believed() {
        assert!(is_possible(Time(NOW)) && is_possible(EARLIEST));
        assert!(!is_possible(Time(0)) && !is_possible(LATEST) && !is_possible(Time(i64::MAX)));
    }
}
