//! Stretches of time in words, shorter than the other reports' because there are more of them on a page.

use crate::deliver::phrases::{length, second};
use crate::model::Time;

/// From an instant to another, the date said once where it is the same; UTC.
pub(super) fn span(start: Time, end: Time) -> String {
    let (from, to) = (start.to_utc(), end.to_utc());
    let form = if from.date_naive() == to.date_naive() {
        "%H:%M:%S UTC"
    } else {
        "%Y-%m-%d %H:%M:%S UTC"
    };
    let long = length(end.since(start));
    format!("{} to {} ({long})", from.format("%Y-%m-%d %H:%M:%S"), to.format(form))
}

/// An instant of a day that was named before: its time, with the date where that is another one; UTC.
pub(super) fn of_day(named: Time, time: Time) -> String {
    if named.to_utc().date_naive() == time.to_utc().date_naive() {
        time.to_utc().format("%H:%M:%S").to_string()
    } else {
        second(time)
    }
}

/// A step of a drawing: its lengths are whole.
pub(super) fn step(ms: i64) -> String {
    const UNITS: [(i64, &str); 3] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "min")];
    let whole = UNITS.iter().find(|(unit, _)| ms >= *unit && ms % unit == 0);
    whole.map_or_else(|| format!("{} s", ms / 1000), |(unit, name)| format!("{} {name}", ms / unit))
}

#[cfg(test)]
mod tests {
    use super::{span, step};
    use crate::model::Time;

    #[test]
    fn a_date_is_said_once_where_it_is_the_same() {
        assert_eq!(
            span(Time(0), Time(90_000)),
            "1970-01-01 00:00:00 to 00:01:30 UTC (90 seconds)"
        );
        assert_eq!(
            span(Time(0), Time(86_400_000)),
            "1970-01-01 00:00:00 to 1970-01-02 00:00:00 UTC (24 h 00 min)"
        );
    }

    #[test]
    fn steps_are_told_in_their_unit() {
        assert_eq!(
            [5_000, 120_000, 10_800_000, 172_800_000].map(step),
            ["5 s", "2 min", "3 h", "2 d"]
        );
    }
}
