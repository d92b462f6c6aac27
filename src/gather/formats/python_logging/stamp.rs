//! The time stamps that Python's loggers begin a line with.

use crate::text::timestamp;

/// Dates: `%Y-%m-%d`, `%m/%d/%Y`, `%d.%m.%Y` (the last two as locales and style guides have them), without their last
/// two digits.
const DATES: [Shape; 3] = [Shape::of(b"dddd-dd-"), Shape::of(b"dd/dd/dd"), Shape::of(b"dd.dd.dd")];

const CLOCK: Shape = Shape::of(b"dd:dd:dd");

/// Eight bytes that are looked at as one number: asked of every line twice, and so in a dozen instructions each.
struct Shape {
    /// All bits of the places that hold digits.
    digits: u64,
    /// The other places, as they must be.
    others: u64,
}

impl Shape {
    /// A `d` stands for a digit.
    const fn of(pattern: &[u8; 8]) -> Self {
        // Of what stands in a pattern only `d` has bit 6 set.
        let is_d = (u64::from_le_bytes(*pattern) & 0x4040_4040_4040_4040) >> 6;
        let digits = is_d * 0xff;
        Self {
            digits,
            others: u64::from_le_bytes(*pattern) & !digits,
        }
    }

    #[inline]
    fn fits(&self, bytes: &[u8; 8]) -> bool {
        const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
        const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
        let word = u64::from_le_bytes(*bytes);
        // The other places count as zeros. A byte of 0x30 to 0x39 keeps its high half when 6 is added.
        let digits = (word & self.digits) | (ZEROS & !self.digits);
        let raised = digits.wrapping_add(0x0606_0606_0606_0606);
        word & !self.digits == self.others && digits & HIGH == ZEROS && raised & HIGH == ZEROS
    }
}

/// Whether a stamp stands at the start of a text. Asked of every line of a log.
#[inline]
pub(super) fn begins(bytes: &[u8]) -> bool {
    let (Some(date), Some(&[i, j, blank, ref clock @ ..])) =
        (bytes.first_chunk(), bytes.get(8..).and_then(<[u8]>::first_chunk::<11>))
    else {
        return false;
    };
    matches!(blank, b' ' | b'T')
        && i.is_ascii_digit()
        && j.is_ascii_digit()
        && CLOCK.fits(clock)
        && DATES.iter().any(|shape| shape.fits(date))
}

/// The length of the stamp at the start of `text`: a date, a blank or `T`, the clock, a fraction, `AM` or `PM`, a zone.
pub(super) fn length(text: &str) -> Option<usize> {
    begins(text.as_bytes()).then(|| timestamp::length(text))?
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
