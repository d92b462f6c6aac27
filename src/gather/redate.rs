//! Dates logs without dates anew, once the logs of all shards tell when things happened.

use super::dates::{self, Lacking};
use super::times;
use crate::model::{IdSample, Name, Rollup, SampledId, SourceRollup, Time, Undated};
use crate::text::timestamp::{DateKnown, Reference, Zone, parse};
use chrono::{DateTime, NaiveDate};
use std::collections::BTreeSet;

/// Moves every log of `undated` to the date that the others in `rollup` tell, in all rollups that hold something of it.
/// Exact where the zone's clock is not put forward or back within the log, and, where only years lack, where none ends. Gives
/// the sources that were moved.
#[must_use]
pub fn redate(undated: &[Undated], rollup: &mut Rollup, kept: &mut Rollup) -> BTreeSet<Name> {
    let mut all_moved = BTreeSet::new();
    let names: BTreeSet<&Name> = undated.iter().flat_map(|log| &log.sources).collect();
    let dated = rollup.sources.iter().filter(|(name, _)| !names.contains(name));
    let others: Vec<(Time, Time)> = dated.filter_map(|(_, source)| source.span).collect();
    for log in undated {
        let Ok(zone) = log.zone.parse::<Zone>() else { continue };
        let lacking = Lacking {
            stamp: log.stamp.clone(),
            dated: if log.has_day { DateKnown::NoYear } else { DateKnown::NoDate },
            slashed: None,
        };
        // Where the others were cut by --since and --until, their own scan knew better.
        let told = dates::date(&lacking, &zone, log.written, &others).or(log.told);
        let (old, new) = (log.told.or(log.written), told.or(log.written));
        let shift = shift(&lacking, &zone, old, new);
        let is_possible = |name: &Name| {
            let span = rollup.sources.get(name).and_then(|source| source.span);
            span.is_none_or(|(first, last)| [first, last].into_iter().all(|end| times::is_possible(end.plus_ms(shift))))
        };
        if !log.sources.iter().all(is_possible) {
            continue;
        }
        for name in &log.sources {
            if shift != 0 {
                all_moved.insert(Name::clone(name));
            }
            if let Some(source) = rollup.sources.get_mut(name) {
                source.notes.remove(&dates::said(&lacking, old, log.told.is_some()));
                source.notes.insert(dates::said(&lacking, new, told.is_some()));
                moved(source, shift);
            }
            if let Some(source) = kept.sources.get_mut(name) {
                moved(source, shift);
            }
        }
    }
    all_moved
}

/// Milliseconds from one date to the other, for a log's first stamp.
fn shift(lacking: &Lacking, zone: &Zone, old: Option<NaiveDate>, new: Option<NaiveDate>) -> i64 {
    let time = |date: Option<NaiveDate>| {
        let date = date.unwrap_or(DateTime::UNIX_EPOCH.date_naive());
        parse(&lacking.stamp, zone, &Reference::on(date)).map(|stamp| stamp.time)
    };
    time(old).zip(time(new)).map_or(0, |(old, new)| new.since(old))
}

fn moved(source: &mut SourceRollup, shift: i64) {
    if shift == 0 {
        return;
    }
    source.span = source.span.map(|(first, last)| (first.plus_ms(shift), last.plus_ms(shift)));
    for seen in source.observations.held_mut().into_iter().flatten() {
        seen.time = seen.time.plus_ms(shift);
    }
    source.cells = source.cells.at_times(|time| Some(time.plus_ms(shift)));
    for sample in [&mut source.provider_ids, &mut source.client_ids] {
        *sample = moved_sample(sample, shift);
    }
}

fn moved_sample(sample: &IdSample, shift: i64) -> IdSample {
    let mut moved = IdSample::default();
    for (hash, seen) in sample.iter() {
        let seen = SampledId {
            time: seen.time.plus_ms(shift),
            ..seen.clone()
        };
        moved.keep(hash, seen);
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::redate;
    use crate::model::{Name, Rollup, SourceRollup, Time, Undated};
    use chrono::NaiveDate;
    use std::collections::BTreeSet;

    /// 2026-03-01T10:00:00Z.
    const MARCH: Time = Time(1_772_359_200_000);

    fn whole(undated_at: Time) -> Rollup {
        let mut rollup = Rollup::default();
        for (name, time) in [("app.log", MARCH), ("gw.log", undated_at)] {
            let source = SourceRollup {
                span: Some((time, time.plus_ms(60_000))),
                ..SourceRollup::default()
            };
            rollup.sources.insert(Name::from(name), Box::new(source));
        }
        rollup
    }

    fn undated() -> Undated {
        Undated {
            sources: BTreeSet::from([Name::from("gw.log")]),
            stamp: "10:00:00".to_owned(),
            has_day: false,
            zone: "UTC".to_owned(),
            written: NaiveDate::from_ymd_opt(2026, 3, 9),
            told: None,
        }
    }

    #[test]
    fn a_log_that_its_file_dated_is_moved_to_the_day_of_the_others() {
        const EIGHT_DAYS: i64 = 8 * 86_400_000;
        let mut rollup = whole(MARCH.plus_ms(EIGHT_DAYS));
        let moved = redate(&[undated()], &mut rollup, &mut Rollup::default());
        assert_eq!(moved, BTreeSet::from([Name::from("gw.log")]));
        assert_eq!(rollup.sources["gw.log"].span.unwrap().0, MARCH);
        let note = rollup.sources["gw.log"].notes.first().unwrap();
        assert!(note.contains("2026-03-01, like the other logs"), "{note}");
    }

    #[test]
    fn a_log_without_others_stays_where_its_file_puts_it() {
        let mut rollup = whole(MARCH);
        rollup.sources.remove("app.log");
        assert!(redate(&[undated()], &mut rollup, &mut Rollup::default()).is_empty());
        assert_eq!(rollup.sources["gw.log"].span.unwrap().0, MARCH);
    }
}
