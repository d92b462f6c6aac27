//! Where a time stamp ends that Python's loggers write; `text::timestamp` reads what it means.

/// Dates: `%Y-%m-%d`, `%m/%d/%Y`, `%d.%m.%Y` (the last two as locales and style guides have them).
const DATES: [&[u8]; 3] = [b"dddd-dd-dd", b"dd/dd/dddd", b"dd.dd.dddd"];

/// The length of the stamp at the start of `text`: a date, a blank or `T`, the clock, a fraction, `AM` or `PM`, a zone.
pub(super) fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if !bytes.first()?.is_ascii_digit() || !DATES.iter().any(|date| fits(bytes, date)) {
        return None;
    }
    let clock = bytes.get(10..)?;
    if !matches!(clock.first(), Some(b' ' | b'T')) || !fits(clock.get(1..)?, b"dd:dd:dd") {
        return None;
    }
    let mut end = 19;
    if matches!(bytes.get(end), Some(b',' | b'.')) {
        let digits = bytes
            .get(end + 1..)
            .unwrap_or(&[])
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        // A second stamp written over the first leaves digits here too; a fraction has nine at most.
        if (1..=9).contains(&digits) {
            end += 1 + digits;
        }
    }
    Some(end + suffix(bytes.get(end..).unwrap_or(&[])))
}

fn fits(bytes: &[u8], pattern: &[u8]) -> bool {
    bytes.len() >= pattern.len()
        && bytes.iter().zip(pattern).all(|(byte, wanted)| {
            if *wanted == b'd' {
                byte.is_ascii_digit()
            } else {
                byte == wanted
            }
        })
}

/// ` AM`, ` PM`, `Z`, ` UTC`, `+01:00`, ` +0100`.
fn suffix(bytes: &[u8]) -> usize {
    if bytes.starts_with(b" AM") || bytes.starts_with(b" PM") {
        return 3;
    }
    if bytes.starts_with(b"Z") {
        return 1;
    }
    if bytes.starts_with(b" UTC") {
        return 4;
    }
    let blank = usize::from(bytes.first() == Some(&b' '));
    let zone = bytes.get(blank..).unwrap_or(&[]);
    if !matches!(zone.first(), Some(b'+' | b'-')) {
        return 0;
    }
    let digits = zone.get(1..).unwrap_or(&[]);
    if fits(digits, b"dd:dd") {
        blank + 6
    } else if fits(digits, b"dddd") {
        blank + 5
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn every_asctime_variant_is_measured() {
        for stamp in [
            "2026-09-14 09:11:03,228",
            "2026-09-14 09:11:03.228",
            "2026-09-14 09:11:03",
            "10/06/2026 01:41:08 PM",
            "02.07.2026 21:05:16",
            "2025-03-06T14:02:11.688216Z",
            "2025-03-06T14:02:11+01:00",
            "2025-03-06 14:02:11,123 +0100",
        ] {
            assert_eq!(length(&format!("{stamp} INFO x")), Some(stamp.len()), "{stamp}");
        }
    }

    #[test]
    fn other_clocks_are_not() {
        assert_eq!(length("2025/03/06 14:02:11 [error] 1#1: x"), None);
        assert_eq!(length("14:02:31 - LiteLLM:INFO: x"), None);
    }
}
