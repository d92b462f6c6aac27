//! What a value of a structured line means by itself: a level, a status, a duration.

use crate::gather::formats::levels;
use crate::gather::keys::{self, Key};
use crate::text::scan;

/// Whether a value is a language's word for none.
pub(in crate::gather::formats) fn is_absent(value: &str) -> bool {
    // OpenTelemetry's spans have a status of their own, which clients leave unset where all is well.
    value.len() <= "undefined".len() && matches!(value, "" | "-" | "null" | "None" | "nil" | "undefined" | "NULL" | "UNSET")
}

/// Words and numbers that mean an error: 50 and more of pino and bunyan, 400 and more of Monolog, syslog's 0 to 3 (GELF).
pub(in crate::gather::formats) fn is_error_level(level: &str) -> bool {
    let level = level.trim();
    let is_number = |number| matches!(number, 0..=3 | 50..=99 | 400..=600);
    levels::is_error(level).unwrap_or_else(|| level.parse::<u32>().is_ok_and(is_number))
}

/// Words and numbers that mean a warning: 40 of pino and bunyan, 300 of Monolog, syslog's 4 (GELF).
pub(super) fn is_warning_level(level: &str) -> bool {
    let level = level.trim();
    ["warn", "warning", "wrn", "w", "40", "300", "4"]
        .iter()
        .any(|word| level.eq_ignore_ascii_case(word))
}

/// Whether a word is a level's.
pub(super) fn is_level(word: &str) -> bool {
    levels::is_error(word).is_some() || is_error_level(word) || is_warning_level(word)
}

/// An HTTP status, as a number or a string.
pub(super) fn status(text: &str) -> Option<u16> {
    text.parse::<u16>().ok().filter(|status| (100..=599).contains(status))
}

/// A duration whose key names no unit: the value's own unit, else by its size. Go prints integer nanoseconds, most
/// others seconds with a fraction.
pub(in crate::gather::formats) fn duration_ms(text: &str) -> Option<f64> {
    const NANOSECONDS_FROM: f64 = 1e6;
    // The SDKs give up after ten minutes: a fraction beyond it counts milliseconds (zerolog).
    const LONGEST_SECONDS: f64 = 600.0;
    let split = text
        .find(|letter: char| !(letter.is_ascii_digit() || letter == '.'))
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number: f64 = number.parse().ok()?;
    match unit.trim() {
        "ms" => Some(number),
        "s" => Some(number * 1000.0),
        "us" | "µs" => Some(number / 1000.0),
        "ns" => Some(number / 1e6),
        "" if number >= NANOSECONDS_FROM => Some(number / 1e6),
        "" if text.contains('.') && number <= LONGEST_SECONDS => Some(number * 1000.0),
        "" => Some(number),
        _ => None,
    }
}

/// The same in a log whose times with decimals are milliseconds.
pub(in crate::gather::formats) fn duration_in_ms(text: &str) -> Option<f64> {
    let is_fraction = text.contains('.');
    scan::scaled(text, 0).filter(|_| is_fraction).or_else(|| duration_ms(text))
}

/// Milliseconds of the unit that a message's template writes behind the hole of a duration: `took {Elapsed:0.0} ms`
/// (Serilog's compact JSON, NLog).
pub(in crate::gather::formats) fn unit_in(template: &str) -> Option<f64> {
    template.split('{').skip(1).find_map(|hole| {
        let (hole, behind) = hole.split_once('}')?;
        let name = hole.split([':', ',']).next()?;
        if keys::key(name) != Some(Key::DurationAny) {
            return None;
        }
        let unit = behind.trim_start();
        let length = unit.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(unit.len());
        match unit.get(..length)? {
            "ms" | "millis" | "milliseconds" => Some(1.0),
            "s" | "sec" | "secs" | "seconds" => Some(1000.0),
            _ => None,
        }
    })
}

/// The whole number of a count; what is beyond the type is its greatest.
pub(super) fn whole(number: f64) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is bounded first"
    )]
    let whole = number.min(f64::from(u32::MAX)) as u32;
    whole
}

#[cfg(test)]
mod tests {
    use super::unit_in;

    #[test]
    fn a_templates_unit_is_that_of_its_durations_hole() {
        assert_eq!(unit_in("LLM call to {Model} completed in {Elapsed:0.0} ms"), Some(1.0));
        assert_eq!(unit_in("took {Elapsed} s"), Some(1000.0));
        assert_eq!(unit_in("waited {Delay} ms, took {Elapsed}"), None);
        assert_eq!(unit_in("{ Elapsed } {"), None);
    }
}
