//! What a line has of its own: where it stands, and which other bytes may stand there.
//!
//! Other bytes may stand there only where every format takes them as it took the first ones. A stamp has its digits where
//! the first one had them; an id has its length, its prefix and its hyphens, for these decide whose id it is; a number has
//! a point where the first one had one, for that may decide its unit.

use super::owned::{Place, Places};
use super::word::{Kind, short_number};
use std::ops::Range;

pub use super::owned::Own;

/// Which bytes may stand in a place.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// As many bytes as these, and of the same kind, behind so many that are the same.
    Like(Box<[u8]>, usize, Kind),
    /// Digits, and a point among them or not. Where it counts, as many as these at the end.
    Number { has_point: bool, last: Option<usize> },
}

/// A part of a line that is its own.
#[derive(Clone, Debug)]
pub struct Slot {
    own: Place,
    shape: Shape,
    range: Range<usize>,
}

/// The fewest bytes of a stamp or an id: so many are compared at once.
const SHORTEST: usize = 8;

/// Most digits of a number, so that it is exact in 53 bits and `scaled` says what a parser of floats says.
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
        Self::at(line, value, own, Shape::Number { has_point, last: None })
    }

    /// A number that has always as many decimals, or as many digits where it has no point.
    #[must_use]
    pub fn decimals(line: &str, value: &str, own: Own) -> Option<Self> {
        let decimals = value.rsplit('.').next().map(str::len);
        let number = Self::number(line, value, own)?;
        let has_point = value.contains('.');
        let shape = Shape::Number {
            has_point,
            last: decimals,
        };
        Some(Self { shape, ..number })
    }

    /// The port of `address:port`, without its first digit: so no other one is beyond 16 bits.
    #[must_use]
    pub fn port(line: &str, value: &str) -> Option<Self> {
        let (_, port) = value.rsplit_once(':')?;
        let (_, others) = port.split_at_checked(1).filter(|(first, _)| *first < "6")?;
        Self::decimals(line, others, Own::Nothing).filter(|_| port.len() <= 5)
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
        let shape = Shape::Like(tail.into(), begins, kind);
        Self::at(line, value, own, shape)
    }

    /// The part of a `cf-ray` before the place where it was served.
    #[must_use]
    pub fn ray(line: &str, value: &str) -> Option<Self> {
        let (ray, _) = value.rsplit_once('-')?;
        Self::id(line, ray, Own::Ray)
    }

    fn at(line: &str, value: &str, own: Own, shape: Shape) -> Option<Self> {
        let start = (value.as_ptr() as usize).checked_sub(line.as_ptr() as usize)?;
        let range = start..start + value.len();
        // A format may have undone an escape, or put the value together.
        (line.get(range.clone())? == value).then(|| Self {
            own: own.into(),
            shape,
            range,
        })
    }

    /// Where it stands in the line that it was learned from.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Whether it is the record's time.
    pub(super) fn is_stamp(&self) -> bool {
        self.own == Place::from(Own::Stamp)
    }

    /// Where the bytes stand that may be others, in the line that it was learned from.
    #[must_use]
    pub(super) fn open(&self) -> Range<usize> {
        self.range.start + self.same()..self.range.end
    }

    /// How many of its first bytes are the same in every line: they are part of the text before it.
    fn same(&self) -> usize {
        match &self.shape {
            Shape::Like(_, same, _) => *same,
            Shape::Number { .. } => 0,
        }
    }

    /// What else may stand in the place of a byte, where it is as long; `None` where nothing may.
    pub(super) fn may_be(&self, byte: u8) -> Option<Kind> {
        match &self.shape {
            Shape::Like(_, _, Kind::Digits) | Shape::Number { .. } => byte.is_ascii_digit().then_some(Kind::Digits),
            Shape::Like(_, _, Kind::Hexadecimal) => (byte != b'-').then_some(Kind::Hexadecimal),
            Shape::Like(_, _, Kind::Letters) => Some(Kind::Letters),
        }
    }

    /// Whether another line has the same there.
    pub(super) fn is_as(&self, other: &Self) -> bool {
        self.own == other.own
            && match (&self.shape, &other.shape) {
                (Shape::Like(mine, same, kind), Shape::Like(theirs, other_same, other_kind)) => {
                    same == other_same && kind == other_kind && kind.fits(mine, theirs)
                }
                (mine, theirs) => mine == theirs,
            }
    }

    /// Takes it from the start of `rest`, behind what is the same in every line, and gives what follows; `None` where something
    /// else stands there.
    #[inline]
    pub(super) fn take<'l>(&self, rest: &'l [u8], places: &mut Places) -> Option<&'l [u8]> {
        let (length, same) = match &self.shape {
            Shape::Like(first, same, kind) => {
                let (value, _) = rest.split_at_checked(first.len())?;
                kind.fits(first, value).then_some((first.len(), *same))?
            }
            Shape::Number { has_point, last } => {
                let length = number(rest, *has_point)?;
                last.is_none_or(|last| ends_with(rest, length, *has_point, last))
                    .then_some((length, 0))?
            }
        };
        let behind = rest.get(length..)?;
        places.note(self.own, rest.len() + same, behind.len());
        Some(behind)
    }
}

/// Whether a number has so many decimals, or so many digits.
fn ends_with(bytes: &[u8], length: usize, has_point: bool, last: usize) -> bool {
    if !has_point {
        return length == last;
    }
    let point = length.checked_sub(last + 1).and_then(|at| bytes.get(at));
    point == Some(&b'.')
}

/// The length of the number that begins here.
#[inline]
fn number(bytes: &[u8], has_point: bool) -> Option<usize> {
    match bytes.first_chunk().and_then(|bytes| short_number(*bytes, has_point)) {
        Some(length) => Some(length),
        None => long_number(bytes, has_point),
    }
}

/// The same, byte by byte.
fn long_number(bytes: &[u8], has_point: bool) -> Option<usize> {
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

#[cfg(test)]
mod tests {
    use super::{Own, Places, Slot};

    fn takes(slot: &Slot, text: &str) -> Option<usize> {
        slot.take(text.as_bytes().get(slot.same()..)?, &mut Places::default())
            .map(|behind| text.len() - behind.len())
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

    #[test]
    fn decimals_and_ports_are_as_long_as_the_first() {
        let seconds = Slot::decimals("0.812", "0.812", Own::Nothing).unwrap();
        assert_eq!(takes(&seconds, "12.500 "), Some(6));
        assert_eq!(takes(&seconds, "12.50 "), None);
        let word = "10.0.0.1:34114";
        let port = Slot::port(word, word).unwrap();
        assert_eq!(takes(&port, "9999 "), Some(4));
        assert_eq!(takes(&port, "99999 "), None);
        assert!(Slot::port("h:65535", "h:65535").is_none());
        assert!(Slot::port("h:7", "h:7").is_none());
    }

    #[test]
    fn a_short_number_is_read_as_a_long_one() {
        let bytes = [b'0', b'9', b'.', b'/', b':', b' ', 0xb0];
        for mut which in 0..bytes.len().pow(5) {
            let mut text = *b"00000 \xff\xff";
            for byte in &mut text[..5] {
                *byte = bytes[which % bytes.len()];
                which /= bytes.len();
            }
            for has_point in [false, true] {
                assert_eq!(
                    super::number(&text, has_point),
                    super::long_number(&text, has_point),
                    "{text:?}"
                );
            }
        }
    }
}
