//! Instants and lengths of time as a reader wants them, in UTC.

use crate::model::Time;
use crate::text::thousands::counted;

/// A time to the second, UTC.
pub(super) fn second(time: Time) -> String {
    time.to_utc().format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// From one time to another, the day told once where it is one day.
pub(super) fn from_to(from: Time, to: Time) -> String {
    if from.to_utc().date_naive() == to.to_utc().date_naive() {
        format!("{} to {}", second(from), to.to_utc().format("%H:%M:%S"))
    } else {
        format!("{} to {}", second(from), second(to))
    }
}

/// A length of time.
pub(super) fn length(ms: i64) -> String {
    let seconds = ms / 1000;
    match seconds {
        ..120 => counted(u64::try_from(seconds).unwrap_or(0), "second", "seconds"),
        120..7200 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::from_to;
    use crate::model::Time;

    #[test]
    fn a_day_is_told_once_where_it_is_one() {
        assert_eq!(from_to(Time(0), Time(90_000)), "1970-01-01 00:00:00 UTC to 00:01:30");
        assert_eq!(
            from_to(Time(0), Time(86_400_000)),
            "1970-01-01 00:00:00 UTC to 1970-01-02 00:00:00 UTC"
        );
    }
}
