//! What a value of a structured line means by itself: a level, a status, a duration.

/// Whether a value is a language's word for none.
pub(in crate::gather::formats) fn is_absent(value: &str) -> bool {
    value.len() <= "undefined".len() && matches!(value, "" | "-" | "null" | "None" | "nil" | "undefined" | "NULL")
}

/// Words and numbers that mean an error: 50 and more of pino and bunyan, 400 and more of Monolog, syslog's 0 to 3 (GELF).
pub(in crate::gather::formats) fn is_error_level(level: &str) -> bool {
    match level.as_bytes().first() {
        Some(b'e' | b'E' | b'f' | b'F' | b'c' | b'C' | b'p' | b'P') => [
            "error",
            "err",
            "fatal",
            "critical",
            "crit",
            "panic",
            "emerg",
            "emergency",
            "erro",
            "fail",
        ]
        .iter()
        .any(|word| level.trim().eq_ignore_ascii_case(word)),
        Some(b's' | b'S' | b'a' | b'A' | b'd' | b'D') => ["severe", "alert", "dpanic"]
            .iter()
            .any(|word| level.trim().eq_ignore_ascii_case(word)),
        Some(b'0'..=b'9') => level
            .parse::<u32>()
            .is_ok_and(|number| matches!(number, 0..=3 | 50..=99 | 400..=600)),
        _ => false,
    }
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
