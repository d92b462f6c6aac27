//! Small readings that every message family needs.

/// A three-digit HTTP status at the start of `text`, alone or before anything that is no digit.
pub(super) fn status(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let digits = bytes.get(..3)?;
    if !digits.iter().all(u8::is_ascii_digit) || bytes.get(3).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let status = digits.iter().fold(0_u16, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    (100..=599).contains(&status).then_some(status)
}

/// A number at the start of `text` and what follows it.
pub(super) fn number(text: &str) -> Option<(f64, &str)> {
    let length = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (digits, rest) = text.split_at_checked(length)?;
    let value = digits.parse::<f64>().ok()?;
    value.is_finite().then_some((value, rest))
}

/// A whole number at the start of `text` and what follows it.
pub(super) fn whole(text: &str) -> Option<(u32, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length)?;
    Some((digits.parse().ok()?, rest))
}

/// Milliseconds of `0.38 seconds`, `812ms`, `1.2s`, `3m 2s` (Kotlin), `1h2m3s` at the start of `text`; a bare number is
/// `None`.
pub(in crate::gather) fn duration_ms(text: &str) -> Option<f64> {
    let (mut all, mut text) = (None, text);
    while let Some((value, rest)) = number(text) {
        let unit = rest.trim_start();
        let letters = unit.find(|c: char| !c.is_alphabetic()).unwrap_or(unit.len());
        let Some((unit, rest)) = unit.split_at_checked(letters) else {
            break;
        };
        let Some(ms) = unit_ms(unit) else { break };
        all = Some(all.unwrap_or(0.0) + value * ms);
        text = rest.trim_start();
    }
    all
}

fn unit_ms(unit: &str) -> Option<f64> {
    Some(match unit {
        "us" | "µs" => 0.001,
        "ms" | "millis" | "milliseconds" | "millisecond" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1_000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" => 3_600_000.0,
        _ => return None,
    })
}

/// The first line and the rest, which is empty where there is none.
pub(super) fn first_line(text: &str) -> (&str, &str) {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) => (
            text.get(..at).unwrap_or(text).trim_end_matches('\r'),
            text.get(at + 1..).unwrap_or(""),
        ),
        None => (text, ""),
    }
}

/// What stands between the first `before` and the next `after`.
pub(super) fn between<'a>(text: &'a str, before: &str, after: char) -> Option<&'a str> {
    let at = memchr::memmem::find(text.as_bytes(), before.as_bytes())?;
    let rest = text.get(at + before.len()..)?;
    Some(rest.split(after).next().unwrap_or(rest))
}

/// Whether an id is of an answer's body or of an object of the API: never a request's (formats.md 0.2).
#[must_use]
pub fn is_body_id(id: &str) -> bool {
    ["chatcmpl-", "cmpl-", "resp_", "msg_", "asst_", "run_", "thread_", "batch_"]
        .iter()
        .any(|start| id.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{duration_ms, status};

    #[test]
    fn a_status_is_three_digits_and_no_more() {
        assert_eq!(status("520 "), Some(520));
        assert_eq!(status("5020"), None);
        assert_eq!(status("999"), None);
    }

    #[test]
    fn durations_carry_their_unit() {
        assert_eq!(duration_ms("0.5 seconds"), Some(500.0));
        assert_eq!(duration_ms("812ms"), Some(812.0));
        assert_eq!(duration_ms("1m 2s"), Some(62_000.0));
        assert_eq!(duration_ms("12"), None);
    }
}
