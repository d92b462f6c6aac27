//! How long an exchange took where its record holds two instants and no duration.

use crate::text::timestamp::{Reference, Zone, parse};
use chrono::DateTime;

/// Milliseconds from one stamp to another; `None` where either is none, or the second is the earlier one.
pub(super) fn between(start: &str, end: &str) -> Option<f64> {
    let reference = Reference::on(DateTime::UNIX_EPOCH.date_naive());
    let instant = |text: &str| parse(text, &Zone::Utc, &reference).map(|stamp| stamp.time);
    let ms = instant(end)?.since(instant(start)?);
    u32::try_from(ms).ok().map(f64::from)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn two_stamps_make_a_duration_unless_they_run_backwards() {
        assert_eq!(
            between("2025-03-06T14:01:45.180000Z", "2025-03-06T14:02:45.186641Z"),
            Some(60_006.0)
        );
        assert_eq!(between("1741269705180000000", "1741269765186000000"), Some(60_006.0));
        assert_eq!(between("2025-03-06T14:02:45Z", "2025-03-06T14:02:44Z"), None);
        assert_eq!(between("-", "2025-03-06T14:02:44Z"), None);
    }
}
