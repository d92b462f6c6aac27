//! Times as support wants them: RFC 3339 in UTC, and in the zone of the logs where they have one.

use crate::model::{Coverage, Time};
use crate::text::timestamp::Zone;
use chrono::SecondsFormat;
use std::collections::BTreeMap;

/// The zone that most logs without one were read in, when it is not UTC.
pub(super) fn local_zone(coverage: &Coverage) -> Option<Zone> {
    let mut zones: BTreeMap<String, (Zone, usize)> = BTreeMap::new();
    let words = coverage
        .sources
        .iter()
        .filter_map(|source| source.time_zone.as_deref()?.split(' ').next());
    for zone in words
        .filter_map(|word| word.parse::<Zone>().ok())
        .filter(|zone| *zone != Zone::Utc)
    {
        zones.entry(zone.to_string()).or_insert((zone, 0)).1 += 1;
    }
    zones.into_values().max_by_key(|(_, logs)| *logs).map(|(zone, _)| zone)
}

/// To the second, with `Z`.
pub(super) fn utc(time: Time) -> String {
    time.to_utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The time of day, with `Z`.
pub(super) fn clock(time: Time) -> String {
    time.to_utc().format("%H:%M:%SZ").to_string()
}

/// From and to, the day told once where it is one day.
pub(super) fn range(from: Time, to: Time) -> String {
    if from.to_utc().date_naive() == to.to_utc().date_naive() {
        format!("{} to {}", utc(from), clock(to))
    } else {
        format!("{} to {}", utc(from), utc(to))
    }
}

/// From and to in a zone, with its offset and name.
pub(super) fn local(from: Time, to: Time, zone: Zone) -> String {
    let text = |time: Time| {
        let utc = time.to_utc();
        match chrono::FixedOffset::east_opt(zone.seconds_east_at(time.0)) {
            Some(offset) => utc.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Secs, false),
            None => utc.to_rfc3339_opts(SecondsFormat::Secs, false),
        }
    };
    match zone {
        Zone::Utc => format!("{} to {}", from.to_utc(), to.to_utc()),
        Zone::Fixed(_) => format!("{} to {}", text(from), text(to)),
        Zone::Named(zone) => format!("{} to {} ({})", text(from), text(to), zone.name()),
    }
}

#[cfg(test)]
mod tests {
    use super::{local, range};
    use crate::model::Time;

    #[test]
    fn one_day_is_told_once() {
        assert_eq!(
            range(Time(1_741_269_731_562), Time(1_741_269_791_562)),
            "2025-03-06T14:02:11Z to 14:03:11Z"
        );
        assert_eq!(
            range(Time(1_741_269_731_562), Time(1_741_356_131_562)),
            "2025-03-06T14:02:11Z to 2025-03-07T14:02:11Z"
        );
    }

    #[test]
    fn local_time_carries_its_offset() {
        assert_eq!(
            local(
                Time(1_741_269_731_562),
                Time(1_741_269_791_562),
                "Europe/Paris".parse().unwrap()
            ),
            "2025-03-06T15:02:11+01:00 to 2025-03-06T15:03:11+01:00 (Europe/Paris)"
        );
    }
}
