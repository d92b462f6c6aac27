//! Looks at many bytes at once. Half of what a known line costs is this look, and byte by byte it would be four times as much.

/// Bytes that are compared at once; a loop over so many that does the same with each is one of the processor's wide steps.
const WIDE: usize = 16;

/// What may stand in the place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Digits where it has digits, and the same bytes elsewhere.
    Digits,
    /// Lower-case hexadecimal digits, and hyphens where it has hyphens.
    Hexadecimal,
    /// Letters and digits.
    Letters,
}

impl Kind {
    /// Whether a text may stand in the place of `first`, which is an ASCII text of at least eight bytes.
    #[inline]
    pub(super) fn fits(self, first: &[u8], text: &[u8]) -> bool {
        match self {
            Self::Digits => all(first, text, |first, text| {
                (is_digit(first) & is_digit(text)) | (first == text)
            }),
            Self::Hexadecimal => all(first, text, |first, text| {
                let hyphen = text == b'-';
                let letter = text.wrapping_sub(b'a') < 6;
                (hyphen | letter | is_digit(text)) & (hyphen == (first == b'-'))
            }),
            Self::Letters => all(first, text, |_, text| {
                let letter = (text | 0x20).wrapping_sub(b'a') < 26;
                letter | is_digit(text)
            }),
        }
    }
}

#[inline]
fn is_digit(byte: u8) -> bool {
    byte.wrapping_sub(b'0') < 10
}

/// Whether every byte fits; the last ones are looked at once more where the length is no multiple.
#[inline]
fn all(first: &[u8], text: &[u8], fits: impl Fn(u8, u8) -> bool + Copy) -> bool {
    if first.len() != text.len() {
        return false;
    }
    if first.len() < WIDE {
        return by_blocks::<8>(first, text, fits);
    }
    by_blocks::<WIDE>(first, text, fits)
}

#[inline]
fn by_blocks<const N: usize>(first: &[u8], text: &[u8], fits: impl Fn(u8, u8) -> bool + Copy) -> bool {
    let (Some(last), Some(other_last)) = (first.last_chunk::<N>(), text.last_chunk::<N>()) else {
        return false;
    };
    let block = |first: &[u8; N], text: &[u8; N]| {
        let mut all = true;
        for (first, text) in first.iter().zip(text) {
            all &= fits(*first, *text);
        }
        all
    };
    let mut all = block(last, other_last);
    for (first, text) in first.as_chunks::<N>().0.iter().zip(text.as_chunks::<N>().0) {
        all &= block(first, text);
    }
    all
}

/// The length of a number that ends within eight bytes: digits, and a point among them or not. Numbers of one field have now
/// three digits and now four, so a loop over them is mispredicted.
#[inline]
pub(super) fn short_number(bytes: [u8; 8], has_point: bool) -> Option<usize> {
    let place = |bit: u64| bit.trailing_zeros() as usize / 8;
    let others = no_digits(u64::from_le_bytes(bytes));
    let first = place(others);
    if !has_point {
        return (1..8).contains(&first).then_some(first);
    }
    let end = place(others & others.wrapping_sub(1));
    (first > 0 && first + 1 < end && end < 8 && bytes.get(first) == Some(&b'.')).then_some(end)
}

/// The high bit of every byte that is no digit.
#[inline]
fn no_digits(word: u64) -> u64 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Adding what is lacking to 128 sets the high bit, and no byte's sum runs over into the next.
    let raised = |by: u8| (word & !HIGH).wrapping_add(u64::from_le_bytes([by; 8]));
    (word | !raised(0x80 - b'0') | raised(0x7f - b'9')) & HIGH
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_byte_is_told_by_its_kind_wherever_it_stands() {
        for (length, at) in [(8, 0), (8, 7), (13, 4), (13, 12), (16, 15), (36, 3), (36, 17), (36, 35)] {
            for byte in 0..=u8::MAX {
                let mut text = vec![b'0'; length];
                text[at] = byte;
                let fits = |kind: Kind, first: u8| {
                    let mut pattern = vec![b'0'; length];
                    pattern[at] = first;
                    kind.fits(&pattern, &text)
                };
                assert_eq!(fits(Kind::Digits, b'1'), byte.is_ascii_digit(), "{byte}");
                assert_eq!(fits(Kind::Digits, b':'), byte == b':', "{byte}");
                let hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
                assert_eq!(fits(Kind::Hexadecimal, b'a'), hex, "{byte}");
                assert_eq!(fits(Kind::Hexadecimal, b'-'), byte == b'-', "{byte}");
                assert_eq!(fits(Kind::Letters, b'a'), byte.is_ascii_alphanumeric(), "{byte}");
            }
        }
    }
}
