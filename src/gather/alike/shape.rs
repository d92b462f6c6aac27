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
    /// Digits where these have digits, and the same bytes elsewhere.
    Digits(Box<[u8]>),
    /// Lower-case hexadecimal digits, and hyphens where these have hyphens, behind so many bytes that are the same.
    Hexadecimal(Box<[u8]>, usize),
    /// Letters and digits, as many as these are, behind so many bytes that are the same.
    Letters(Box<[u8]>, usize),
    /// Digits, and a point among them or not.
    Number { has_point: bool },
}

/// A part of a line that is its own.
#[derive(Clone, Debug)]
pub struct Slot {
    own: Own,
    shape: Shape,
    range: Range<usize>,
}

/// The bytes that are compared at once: a register's.
const LANES: usize = 16;

/// The fewest bytes of a stamp or an id.
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
        (value.len() >= SHORTEST).then_some(())?;
        Self::at(line, value, own, Shape::Digits(value.as_bytes().into()))
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
        let shape = if tail.iter().all(|byte| is_hex(*byte) || *byte == b'-') {
            Shape::Hexadecimal(value.as_bytes().into(), begins)
        } else if begins > 0 && tail.iter().all(u8::is_ascii_alphanumeric) {
            Shape::Letters(value.as_bytes().into(), begins)
        } else {
            return None;
        };
        Self::at(line, value, own, shape)
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
                (Shape::Digits(mine), Shape::Digits(theirs)) => fits(mine, theirs, is_digit_as),
                (Shape::Hexadecimal(mine, at), Shape::Hexadecimal(theirs, other_at)) => {
                    at == other_at && has_prefix(mine, theirs, *at) && fits_behind(mine, theirs, *at, is_hex_as)
                }
                (Shape::Letters(mine, at), Shape::Letters(theirs, other_at)) => {
                    at == other_at && has_prefix(mine, theirs, *at) && mine.len() == theirs.len()
                }
                (mine, theirs) => mine == theirs,
            }
    }

    /// Takes it from the start of `rest` and gives what follows; `None` where something else stands there.
    #[inline]
    pub(super) fn take<'l>(&self, rest: &'l [u8], owned: &mut Owned<'l>) -> Option<&'l [u8]> {
        let length = match &self.shape {
            Shape::Digits(first) | Shape::Hexadecimal(first, _) | Shape::Letters(first, _) => first.len(),
            Shape::Number { has_point } => number(rest, *has_point)?,
        };
        let (value, after) = rest.split_at_checked(length)?;
        let is_fit = match &self.shape {
            Shape::Digits(first) => fits(first, value, is_digit_as),
            Shape::Hexadecimal(first, at) => has_prefix(first, value, *at) && fits_behind(first, value, *at, is_hex_as),
            Shape::Letters(first, at) => has_prefix(first, value, *at) && fits_behind(first, value, *at, is_letter_as),
            Shape::Number { .. } => true,
        };
        is_fit.then_some(())?;
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

fn has_prefix(first: &[u8], value: &[u8], length: usize) -> bool {
    first.get(..length) == value.get(..length)
}

fn fits_behind(first: &[u8], value: &[u8], at: usize, fit: impl Fn(u8, u8) -> bool) -> bool {
    fits(first.get(at..).unwrap_or_default(), value.get(at..).unwrap_or_default(), fit)
}

/// Whether two texts of one length fit byte by byte. Sixteen bytes at once, the last of them once more where the length is
/// no multiple: the compiler makes a few vector instructions of it, where a loop with an early end takes five a byte.
#[inline]
fn fits(first: &[u8], value: &[u8], fit: impl Fn(u8, u8) -> bool) -> bool {
    if first.len() != value.len() {
        return false;
    }
    if first.len() >= LANES {
        lanes::<LANES>(first, value, fit)
    } else {
        lanes::<SHORTEST>(first, value, fit)
    }
}

#[inline]
fn lanes<const N: usize>(first: &[u8], value: &[u8], fit: impl Fn(u8, u8) -> bool) -> bool {
    let (Some(last), Some(last_value)) = (first.last_chunk::<N>(), value.last_chunk::<N>()) else {
        return false;
    };
    let alike = |first: &[u8; N], value: &[u8; N]| {
        let misfit = |misfits: u8, (a, b): (&u8, &u8)| misfits | u8::from(!fit(*a, *b));
        first.iter().zip(value).fold(0, misfit) == 0
    };
    let blocks = first.as_chunks::<N>().0.iter().zip(value.as_chunks::<N>().0);
    blocks.fold(true, |all, (first, value)| all & alike(first, value)) && alike(last, last_value)
}

#[inline]
fn is_hex(byte: u8) -> bool {
    (byte.wrapping_sub(b'0') < 10) | (byte.wrapping_sub(b'a') < 6)
}

#[inline]
fn is_digit_as(first: u8, byte: u8) -> bool {
    (first == byte) | ((first.wrapping_sub(b'0') < 10) & (byte.wrapping_sub(b'0') < 10))
}

#[inline]
fn is_hex_as(first: u8, byte: u8) -> bool {
    ((first == b'-') == (byte == b'-')) & (is_hex(byte) | (byte == b'-'))
}

#[inline]
fn is_letter_as(_: u8, byte: u8) -> bool {
    (byte.wrapping_sub(b'0') < 10) | ((byte | 0x20).wrapping_sub(b'a') < 26)
}

#[cfg(test)]
mod tests {
    use super::{Own, Slot};
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
