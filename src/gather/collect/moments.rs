//! When a record was written, and how long its exchange took.

use super::Collector;
use crate::gather::envelopes::Inner;
use crate::gather::times;
use crate::model::{Fields, Grain, Instant, Name, Time, Vantage};
use crate::text::timestamp::{DateKnown, Stamp, ZONE_STEP_MS, http_date, nearest_zone_ms};

/// The widest zone is 14 hours from UTC.
const QUARTERS_AT_MOST: u16 = 56;

/// Durations beyond a day are a unit mistaken, not a request.
pub(super) const LONGEST_MS: f64 = 86_400_000.0;

impl Collector<'_> {
    /// Whether a record is before or after what is asked for. It tells others without a date when this log was written.
    pub(super) fn is_cut_off(&mut self, time: Time) -> bool {
        let is_outside =
            self.context.since.is_some_and(|since| time < since) || self.context.until.is_some_and(|until| time >= until);
        if is_outside {
            let cut_off = self.rollup.rare.cut_off;
            self.rollup.rare.cut_off = Some(stretched(cut_off, time));
        }
        is_outside
    }

    pub(super) fn stretch_span(&mut self, time: Time) {
        self.rollup.span = Some(stretched(self.rollup.span, time));
    }

    /// The record's time; one without a stamp was written when its neighbour above was.
    pub(super) fn time(&mut self, fields: &Fields<'_>) -> Option<Time> {
        if let Some(outer) = self.outer.stamp {
            let until_written = duration(fields).filter(|_| fields.instant == Instant::Start);
            let inner = fields.timestamp.map(|stamp| Inner {
                stamp,
                until_written_ms: until_written.map_or(0, i64::from),
            });
            let (time, assumed) = self.bearings.instant(&outer, inner, &mut self.stamps, &self.context.zone);
            if assumed && self.rollup.time_zone.is_none() {
                self.rollup.time_zone = Some(self.zone_said());
            }
            if !times::is_possible(time) {
                return None;
            }
            self.last_time = Some(time);
            return self.last_time;
        }
        let read = fields
            .timestamp
            .and_then(|text| self.stamps.parse(text, &self.context.zone, &self.context.reference));
        match read {
            Some(stamp) => self.moment(stamp, fields.http_date),
            None => self.last_time,
        }
    }

    /// The zone that stamps without one are read in, by its name.
    fn zone_said(&self) -> Name {
        let zone = self.context.zone.to_string();
        self.context.repeated.borrow_mut().word(&zone)
    }

    /// The moment of a stamp; `None` where it cannot be.
    pub(super) fn moment(&mut self, stamp: Stamp, http_date: Option<&str>) -> Option<Time> {
        if !times::is_possible(stamp.time) {
            return None;
        }
        if !stamp.zoned && self.rollup.time_zone.is_none() {
            self.rollup.time_zone = Some(self.zone_said());
        }
        if let (false, false, Some(date)) = (stamp.zoned, self.warming, http_date) {
            self.note_date(stamp.time, date);
        }
        let is_clock = stamp.dated == DateKnown::NoDate;
        let time = if is_clock {
            self.midnights.date(stamp.time)
        } else {
            stamp.time
        };
        // A clock that goes over midnight on every other line comes to lie in no year of ours.
        if !times::is_possible(time) {
            return None;
        }
        self.last_time = Some(time);
        self.last_time
    }

    /// A stamp without a zone beside the answer's own date, which is always UTC.
    fn note_date(&mut self, stamp: Time, date: &str) {
        let Some(date) = http_date(date) else { return };
        let quarters = nearest_zone_ms(stamp.since(date)) / ZONE_STEP_MS;
        if let Ok(quarters) = i16::try_from(quarters)
            && quarters.unsigned_abs() <= QUARTERS_AT_MOST
        {
            *self.rollup.rare.ahead_of_date.entry(quarters).or_default() += 1;
        }
    }
}

fn stretched(span: Option<(Time, Time)>, time: Time) -> (Time, Time) {
    span.map_or((time, time), |(first, last)| (first.min(time), last.max(time)))
}

/// A proxy's line that tells the time of those below it, and nothing of a call.
pub(super) fn is_only_a_clock(fields: &Fields<'_>, vantage: Vantage) -> bool {
    vantage == Vantage::Proxy && fields.grain == Grain::Start && fields.url.is_none()
}

/// The duration in whole milliseconds; what is negative or longer than a day is dropped.
pub(super) fn duration(fields: &Fields<'_>) -> Option<u32> {
    fields.duration_ms.and_then(within_a_day)
}

pub(super) fn within_a_day(ms: f64) -> Option<u32> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    let whole = |ms: f64| ms.round() as u32;
    (0.0..=LONGEST_MS).contains(&ms).then(|| whole(ms))
}

/// A record's time as it is kept: when its exchange ended, where its stamp is its start and it says how long it took.
pub(super) fn kept_time(instant: Instant, time: Time, duration: Option<u32>) -> Time {
    match (instant, duration) {
        (Instant::Start, Some(duration)) => time.plus_ms(i64::from(duration)),
        _ => time,
    }
}

/// Which instant [`kept_time`] is.
pub(super) fn kept_instant(instant: Instant, duration: Option<u32>) -> Instant {
    match (instant, duration) {
        (Instant::Start, Some(_)) => Instant::End,
        _ => instant,
    }
}
