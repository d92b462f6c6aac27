//! What a line has of its own: where it stands, and which other bytes may stand there.
//!
//! Other bytes may stand there only where every format takes them as it took the first ones. A stamp has its digits where
//! the first one had them; an id has its length, its prefix and its hyphens, for these decide whose id it is; a number has
//! a point where the first one had one, for that may decide its unit.

use super::Owned;
use crate::text::scan::scaled;
use std::ops::Range;
use std::str;

/// What a part of a line is.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    /// The record's time.
    Stamp,
    /// The duration; how milliseconds are made of its text.
    Duration(fn(&str) -> Option<f64>),
    /// An id that stood on a provider's response by its name.
    ProviderId,
    /// A bare request id.
    RequestId,
    /// The caller's id.
    ClientId,
    /// Tokens of the request.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// Something that says nothing of a success.
    Nothing,
}

/// Which bytes may stand in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// As many bytes as these, and of the same kind, behind so many that are the same.
    Like(Box<[u8]>, usize, Kind),
    /// Digits, and a point among them or not.
    Number { has_point: bool },
}

/// What may stand in the place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Digits where it has digits, and the same bytes elsewhere.
    Digits,
    /// Lower-case hexadecimal digits, and hyphens where it has hyphens.
    Hexadecimal,
    /// Letters and digits.
    Letters,
}

/// A part of a line that is its own.
#[derive(Clone, Debug)]
pub struct Slot {
    own: Own,
    shape: Shape,
    range: Range<usize>,
}

/// The fewest bytes of a stamp or an id: a [`Word`] of them is compared at once.
const SHORTEST: usize = 8;

/// Most digits of a number, so that it is exact in 53 bits and [`scaled`] says what a parser of floats says.
const MOST_DIGITS: usize = 15;

impl Slot {
    /// A stamp; `None` where it is too short for one.
    #[must_use]
    pub fn stamp(line: &str, value: &str) -> Option<Self> {
        Self::digits(line, value, Own::Stamp)
    }

    /// Digits in places that never change.
    #[must_use]
    pub fn digits(line: &str, value: &str, own: Own) -> Option<Self> {
        (value.len() >= SHORTEST && value.is_ascii()).then_some(())?;
        Self::at(line, value, own, Shape::Like(value.as_bytes().into(), 0, Kind::Digits))
    }

    /// A number; `None` where the text is more or less than digits with at most one point among them.
    #[must_use]
    pub fn number(line: &str, value: &str, own: Own) -> Option<Self> {
        let has_point = value.contains('.');
        let length = number(value.as_bytes(), has_point)?;
        (length == value.len()).then_some(())?;
        Self::at(line, value, own, Shape::Number { has_point })
    }

    /// An id; `None` where its shape is none that is known to say the same in every id of it.
    #[must_use]
    pub fn id(line: &str, value: &str, own: Own) -> Option<Self> {
        let begins = value.rfind('_').map_or(0, |at| at + 1);
        let tail = value.get(begins..)?.as_bytes();
        (tail.len() >= SHORTEST).then_some(())?;
        let kind = if tail.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-')) {
            Kind::Hexadecimal
        } else if begins > 0 && tail.iter().all(u8::is_ascii_alphanumeric) {
            Kind::Letters
        } else {
            return None;
        };
        let shape = Shape::Like(value.as_bytes().into(), begins, kind);
        Self::at(line, value, own, shape)
    }

    /// The part of a `cf-ray` before the place where it was served.
    #[must_use]
    pub fn ray(line: &str, value: &str) -> Option<Self> {
        let (ray, _) = value.rsplit_once('-')?;
        Self::id(line, ray, Own::Nothing)
    }

    fn at(line: &str, value: &str, own: Own, shape: Shape) -> Option<Self> {
        let start = (value.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
        let range = start..start + value.len();
        // A format may have undone an escape, or put the value together.
        (line.get(range.clone())? == value).then_some(Self { own, shape, range })
    }

    /// Where it stands in the line that it was learned from.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Whether another line has the same there.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        let same_own = match (self.own, other.own) {
            (Own::Duration(mine), Own::Duration(theirs)) => std::ptr::fn_addr_eq(mine, theirs),
            (mine, theirs) => std::mem::discriminant(&mine) == std::mem::discriminant(&theirs),
        };
        same_own
            && match (&self.shape, &other.shape) {
                (Shape::Like(mine, at, kind), Shape::Like(theirs, other_at, other_kind)) => {
                    at == other_at && kind == other_kind && is_like(mine, *at, *kind, theirs)
                }
                (mine, theirs) => mine == theirs,
            }
    }

    /// Takes it from the start of `rest` and gives what follows; `None` where something else stands there.
    #[inline]
    pub(super) fn take<'l>(&self, rest: &'l [u8], owned: &mut Owned<'l>) -> Option<&'l [u8]> {
        let (value, after) = match &self.shape {
            Shape::Like(first, at, kind) => {
                let (value, after) = rest.split_at_checked(first.len())?;
                is_like(first, *at, *kind, value).then_some((value, after))?
            }
            Shape::Number { has_point } => rest.split_at_checked(number(rest, *has_point)?)?,
        };
        self.give(value, owned)?;
        Some(after)
    }

    #[inline]
    fn give<'l>(&self, value: &'l [u8], owned: &mut Owned<'l>) -> Option<()> {
        let count = || Some(whole(scaled(str::from_utf8(value).ok()?, 0)?));
        match self.own {
            Own::Stamp => owned.stamp = Some(str::from_utf8(value).ok()?),
            Own::Duration(milliseconds) => owned.duration_ms = Some(milliseconds(str::from_utf8(value).ok()?)?),
            Own::ProviderId => owned.x_request_id = Some(value),
            Own::RequestId => owned.request_id = Some(value),
            Own::ClientId => owned.x_client_request_id = Some(value),
            Own::InputTokens => owned.input_tokens = Some(count()?),
            Own::OutputTokens => owned.output_tokens = Some(count()?),
            Own::Nothing => {}
        }
        Some(())
    }
}

/// A whole number of at most 32 bits, as formats read counts.
fn whole(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is bounded first"
    )]
    let whole = number.min(f64::from(u32::MAX)) as u32;
    u64::from(whole)
}

/// The length of the number that begins here.
#[inline]
fn number(bytes: &[u8], has_point: bool) -> Option<usize> {
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or_default().iter();
        rest.take_while(|byte| byte.is_ascii_digit()).count()
    };
    let before = digits(0);
    if before == 0 || before > MOST_DIGITS {
        return None;
    }
    if !has_point {
        return Some(before);
    }
    (bytes.get(before) == Some(&b'.')).then_some(())?;
    let behind = digits(before + 1);
    (behind > 0 && before + behind <= MOST_DIGITS).then_some(before + 1 + behind)
}

/// Whether a text may stand in the place of `first`.
#[inline]
fn is_like(first: &[u8], at: usize, kind: Kind, text: &[u8]) -> bool {
    let (Some((prefix, first)), Some((other_prefix, text))) = (first.split_at_checked(at), text.split_at_checked(at)) else {
        return false;
    };
    same(prefix, other_prefix) && by_words(first, text, |first, text| kind.fits(Word::of(first), Word::of(text)))
}

/// Whether two texts are the same. Most are a few dozen bytes, for which a call of libc costs more than the comparison.
#[inline]
pub(super) fn same(text: &[u8], other: &[u8]) -> bool {
    if text.len() < SHORTEST {
        return text.len() == other.len() && text.iter().zip(other).all(|(a, b)| a == b);
    }
    by_words(text, other, |text, other| text == other)
}

/// Whether two texts fit eight bytes by eight; the last eight are looked at once more where the length is no multiple.
#[inline]
fn by_words(text: &[u8], other: &[u8], fit: impl Fn(&[u8; 8], &[u8; 8]) -> bool) -> bool {
    let (Some(last), Some(other_last)) = (text.last_chunk(), other.last_chunk()) else {
        return false;
    };
    if text.len() != other.len() {
        return false;
    }
    for (word, other) in text.as_chunks().0.iter().zip(other.as_chunks().0) {
        if !fit(word, other) {
            return false;
        }
    }
    fit(last, other_last)
}

impl Kind {
    #[inline]
    fn fits(self, first: Word, text: Word) -> bool {
        if !text.is_ascii() {
            return false;
        }
        match self {
            Self::Digits => {
                let both = first.between(b'0', b'9') & text.between(b'0', b'9');
                // Every bit of the bytes that are digits in both.
                let free = (both >> 7).wrapping_mul(0xff);
                (first.0 ^ text.0) & !free == 0
            }
            Self::Hexadecimal => {
                let hyphens = text.between(b'-', b'-');
                let all = hyphens | text.between(b'0', b'9') | text.between(b'a', b'f');
                all == Word::HIGH && hyphens == first.between(b'-', b'-')
            }
            Self::Letters => {
                let letters = text.between(b'a', b'z') | text.between(b'A', b'Z');
                letters | text.between(b'0', b'9') == Word::HIGH
            }
        }
    }
}

/// Eight bytes that are looked at as one number: half of what a known line costs is this look, and byte by byte it would be
/// four times as much.
#[derive(Clone, Copy)]
struct Word(u64);

impl Word {
    /// The high bit of every byte.
    const HIGH: u64 = 0x8080_8080_8080_8080;

    #[inline]
    fn of(bytes: &[u8; 8]) -> Self {
        Self(u64::from_le_bytes(*bytes))
    }

    #[inline]
    fn is_ascii(self) -> bool {
        self.0 & Self::HIGH == 0
    }

    /// The high bit of every byte from `first` to `last`, of ASCII: adding what is lacking to 128 sets it, and no byte's sum
    /// runs over into the next.
    #[inline]
    fn between(self, first: u8, last: u8) -> u64 {
        let raised = |by: u8| self.0.wrapping_add(u64::from_le_bytes([by; 8]));
        raised(0x80 - first) & !raised(0x7f - last) & Self::HIGH
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Own, Slot};
    use crate::gather::alike::Owned;

    fn takes(slot: &Slot, text: &str) -> Option<usize> {
        let after = slot.take(text.as_bytes(), &mut Owned::default())?;
        Some(text.len() - after.len())
    }

    #[test]
    fn an_id_keeps_its_prefix_its_length_and_its_hyphens() {
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        let slot = Slot::id(uuid, uuid, Own::ClientId).unwrap();
        assert_eq!(takes(&slot, "ffffffff-ffff-ffff-ffff-ffffffffffff\""), Some(36));
        assert_eq!(takes(&slot, "ffffffffffff-ffff-ffff-ffffffffffff-\""), None);
        let id = "req_011CGYQg91SobafAev9iH7wv";
        let slot = Slot::id(id, id, Own::ProviderId).unwrap();
        assert_eq!(takes(&slot, "req_zzzzzzzzzzzzzzzzzzzzzzzz"), Some(28));
        assert_eq!(takes(&slot, "rep_zzzzzzzzzzzzzzzzzzzzzzzz"), None);
        assert_eq!(takes(&slot, "req_zzzzzzzzzzzzzzzzzzzzzzz\""), None);
    }

    #[test]
    fn every_byte_is_told_by_its_kind() {
        for byte in 0..=u8::MAX {
            let text = [b'0', byte, b'0', b'0', b'0', b'0', b'0', b'0'];
            let fits = |kind: Kind, first: &[u8]| super::is_like(first, 0, kind, &text);
            assert_eq!(fits(Kind::Digits, b"01000000"), byte.is_ascii_digit(), "{byte}");
            assert_eq!(fits(Kind::Digits, b"0:000000"), byte == b':', "{byte}");
            let hex = byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            assert_eq!(fits(Kind::Hexadecimal, b"0a000000"), hex, "{byte}");
            assert_eq!(fits(Kind::Hexadecimal, b"0-000000"), byte == b'-', "{byte}");
            assert_eq!(fits(Kind::Letters, b"0a000000"), byte.is_ascii_alphanumeric(), "{byte}");
        }
    }

    #[test]
    fn ids_whose_shape_might_say_more_are_none() {
        for id in ["chatcmpl-0123456789", "ORDER12345678", "short", "req_1", "user_name@host1234"] {
            assert!(Slot::id(id, id, Own::ClientId).is_none(), "{id}");
        }
    }

    #[test]
    fn a_number_keeps_its_point() {
        let whole = Slot::number("812", "812", Own::Nothing).unwrap();
        assert_eq!(takes(&whole, "1234567,"), Some(7));
        assert_eq!(takes(&whole, "-1"), None);
        assert_eq!(takes(&whole, "1234567890123456"), None);
        let point = Slot::number("0.812", "0.812", Own::Nothing).unwrap();
        assert_eq!(takes(&point, "12.5 "), Some(4));
        assert_eq!(takes(&point, "12 "), None);
        assert_eq!(takes(&point, "12. "), None);
        assert!(Slot::number("1.2.3", "1.2.3", Own::Nothing).is_none());
    }
}
