//! The `Date` header of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT`, always UTC.

use super::calendar::{DAY_MS, days, is_weekday, month_by_name};
use super::scan::Scan;
use crate::model::Time;

/// The instant of an IMF-fixdate (RFC 9110, section 5.6.7); `None` for anything else, the obsolete forms among it.
#[must_use]
pub fn http_date(text: &str) -> Option<Time> {
    let mut scan = Scan::new(text.trim().as_bytes());
    let weekday = scan.letters();
    if weekday.len() != 3 || !is_weekday(weekday) || !scan.eat_word(b", ") {
        return None;
    }
    let day = scan.two()?;
    let month = scan.eat(b' ').then(|| month_by_name(scan.letters()))??;
    let year = scan.eat(b' ').then(|| scan.year())??;
    let hour = scan.eat(b' ').then(|| scan.two())??;
    let minute = scan.eat(b':').then(|| scan.two())??;
    let second = scan.eat(b':').then(|| scan.two())??;
    if !scan.eat_word(b" GMT") || scan.left() != 0 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = i64::from((hour * 60 + minute) * 60 + second.min(59));
    Some(Time(days(year, month, day)? * DAY_MS + seconds * 1000))
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn reads_the_example_of_rfc_9110() {
        assert_eq!(
            http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap().to_string(),
            "1994-11-06T08:49:37.000Z"
        );
    }

    #[test]
    fn refuses_the_obsolete_forms() {
        assert_eq!(http_date("Sunday, 06-Nov-94 08:49:37 GMT"), None);
        assert_eq!(http_date("Sun Nov  6 08:49:37 1994"), None);
    }
}
