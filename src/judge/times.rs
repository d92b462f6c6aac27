//! How the stamps of the logs were read: on one clock, and in which zone those without one.

use super::Clocks;
use crate::model::{Name, Rollup, SourceRollup, Time};
use crate::text::timestamp::{is_zone, nearest_zone_ms};
use std::collections::BTreeMap;

/// How the stamps of all logs were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimesRead {
    /// The first and the last record.
    pub span: Option<(Time, Time)>,
    /// How many logs whose stamps carry no zone were read in which.
    pub zones: BTreeMap<Name, u64>,
}

/// How the stamps of the logs were read; without clocks, as each log alone tells.
#[must_use]
pub fn times_read(rollup: &Rollup, clocks: Option<&Clocks>) -> TimesRead {
    let offsets = clocks.map(|clocks| clocks.offsets_ms(rollup)).unwrap_or_default();
    let mut read = TimesRead::default();
    for (name, source) in &rollup.sources {
        let offset = offsets.get(name).copied().unwrap_or(0);
        if let Some(zone) = zone(source, offset) {
            *read.zones.entry(zone).or_default() += 1;
        }
        let Some((first, last)) = source.span else { continue };
        let (first, last) = (first.plus_ms(offset), last.plus_ms(offset));
        let (from, to) = read.span.unwrap_or((first, last));
        read.span = Some((from.min(first), to.max(last)));
    }
    read
}

/// The zone in which stamps of a source that carry none were read, given what was added to them.
pub(super) fn zone(source: &SourceRollup, offset_ms: i64) -> Option<Name> {
    let (told, _) = zone_and_skew(source, offset_ms);
    told.map(Name::from).or_else(|| source.time_zone.clone())
}

/// What was added to a source's times, as the zone that other logs tell of it, and the rest. No place keeps most quarters of
/// an hour, nor half a year: that is a wrong clock.
pub(super) fn zone_and_skew(source: &SourceRollup, offset_ms: i64) -> (Option<String>, i64) {
    let zone = nearest_zone_ms(offset_ms);
    if !source.zone_assumed || zone == 0 || !is_zone(-zone) {
        return (None, offset_ms);
    }
    // What was written in UTC+02:00 and read as UTC is two hours ahead.
    let minutes = -zone / 60_000;
    let sign = if minutes < 0 { '-' } else { '+' };
    let by = if source.rare.ahead_of_date.is_empty() {
        "the other logs"
    } else {
        "the date headers in it"
    };
    let said = format!("UTC{sign}{:02}:{:02}, as {by} tell", minutes.abs() / 60, minutes.abs() % 60);
    (Some(said), offset_ms - zone)
}

#[cfg(test)]
mod tests {
    use super::zone_and_skew;
    use crate::model::SourceRollup;

    /// What is told of a log without a zone whose stamps were so many milliseconds behind.
    fn told(behind_ms: i64) -> (Option<String>, i64) {
        let log = SourceRollup {
            zone_assumed: true,
            ..SourceRollup::default()
        };
        zone_and_skew(&log, behind_ms)
    }

    #[test]
    fn whole_hours_are_a_zone_and_the_rest_a_wrong_clock() {
        let (zone, skew) = told(-7_202_000);
        assert_eq!((zone.as_deref(), skew), (Some("UTC+02:00, as the other logs tell"), -2_000));
    }

    #[test]
    fn half_a_year_is_a_wrong_clock() {
        assert_eq!(told(14_645_700_000), (None, 14_645_700_000));
    }
}
