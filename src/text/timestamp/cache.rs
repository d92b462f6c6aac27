//! Reads consecutive stamps of a log by what changed since the last one.
//!
//! Within a minute only the seconds and their fraction change, so the bytes before and after them are compared and the
//! rest is one addition. A zone's offset is looked up once per quarter of an hour.

use super::scan::Scan;
use super::zone::Zone;
use super::{Reference, Stamp, Written, read, resolve};

/// The longest text that is remembered; the longest grammar has 40 bytes.
const REMEMBERED: usize = 48;

/// Every offset of the IANA data base since 1970 changes at a local time that is a multiple of this.
const SLOT_MS: i64 = 15 * 60 * 1000;

/// Bytes of a text that are compared at once.
const WIDE: usize = 16;

/// The memory of one reader of one source.
#[derive(Clone, Debug, Default)]
pub struct StampCache {
    last: Option<Last>,
    /// The zone's offset in the quarter of an hour looked up last: zone, quarter, seconds east.
    offset: Option<(Zone, i64, i32)>,
}

/// The last text, split at what moves.
#[derive(Clone, Debug)]
struct Last {
    bytes: [u8; REMEMBERED],
    /// Where the seconds begin.
    head: usize,
    /// Where the bytes after the fraction begin and end.
    tail: (usize, usize),
    /// The stamp of the minute's first moment.
    minute: Stamp,
    zone: Zone,
    reference: Reference,
    again: Option<Again>,
}

/// Texts of the same length and of the same minute, whose seconds have three decimals or none: nearly all that follow.
#[derive(Clone, Debug)]
struct Again {
    length: usize,
    /// The first and the last bytes, and ones for those of them that are the same.
    ends: [(u128, u128); 2],
    /// Where the seconds begin.
    head: usize,
    has_fraction: bool,
}

impl StampCache {
    /// What [`StampCache::parse_bytes`] says of a text of the same minute as the last one, by a reader whose zone and reference
    /// are what they were. Asked of every known line: 140 instructions each where zone and reference were compared as well, and
    /// the text part by part; 60 to 85 so.
    #[inline(always)]
    #[must_use]
    pub fn again(&self, text: &[u8]) -> Option<Stamp> {
        let last = self.last.as_ref()?;
        let ms = last.again.as_ref()?.milliseconds(text)?;
        Some(Stamp {
            time: last.minute.time.plus_ms(i64::from(ms)),
            ..last.minute
        })
    }

    /// Says the same as [`super::parse`], faster where stamps follow each other in time.
    pub fn parse(&mut self, text: &str, zone: &Zone, reference: &Reference) -> Option<Stamp> {
        match self.same_minute(text.as_bytes(), zone, reference) {
            Some(stamp) => Some(stamp),
            None => self.read(text, zone, reference),
        }
    }

    /// The same of bytes that may be no text: most stamps are known without that question.
    pub fn parse_bytes(&mut self, text: &[u8], zone: &Zone, reference: &Reference) -> Option<Stamp> {
        match self.same_minute(text, zone, reference) {
            Some(stamp) => Some(stamp),
            None => self.read(str::from_utf8(text).ok()?, zone, reference),
        }
    }

    fn same_minute(&self, text: &[u8], zone: &Zone, reference: &Reference) -> Option<Stamp> {
        self.last.as_ref()?.same_minute(text, zone, reference)
    }

    fn read(&mut self, text: &str, zone: &Zone, reference: &Reference) -> Option<Stamp> {
        let (written, stripped) = read(text)?;
        let stamp = resolve(written, reference, |local_ms| self.seconds_east(zone, local_ms))?;
        self.remember(text.as_bytes(), stripped, written, stamp, zone, reference);
        Some(stamp)
    }

    fn seconds_east(&mut self, zone: &Zone, local_ms: i64) -> i32 {
        let slot = local_ms.div_euclid(SLOT_MS);
        match self.offset {
            Some((known_zone, known_slot, east)) if known_slot == slot && known_zone == *zone => east,
            _ => {
                let east = zone.seconds_east(local_ms);
                self.offset = Some((*zone, slot, east));
                east
            }
        }
    }

    fn remember(&mut self, text: &[u8], stripped: usize, written: Written, stamp: Stamp, zone: &Zone, reference: &Reference) {
        let Written::Calendar(_, clock, _) = written else { return };
        let Some((before, after)) = clock.moving else { return };
        let (Some(head), Some(tail)) = (
            text.len().checked_sub(before + stripped),
            text.len().checked_sub(after + stripped),
        ) else {
            return;
        };
        let mut bytes = [0; REMEMBERED];
        let Some(kept) = bytes.get_mut(..text.len()) else { return };
        kept.copy_from_slice(text);
        let minute = Stamp {
            time: stamp.time.plus_ms(-(clock.ms % 60_000)),
            ..stamp
        };
        self.last = Some(Last {
            bytes,
            head,
            tail: (tail, text.len()),
            minute,
            zone: *zone,
            reference: *reference,
            again: Again::of(text, head, tail),
        });
    }
}

impl Again {
    /// `None` where the seconds have another fraction, or a text of two blocks would not hold all.
    fn of(text: &[u8], head: usize, tail: usize) -> Option<Self> {
        (WIDE..=2 * WIDE).contains(&text.len()).then_some(())?;
        let has_fraction = match tail.checked_sub(head)? {
            2 => false,
            6 => true,
            _ => return None,
        };
        let is_same = |at: &usize| !(head..tail).contains(at) || *at == head + 2;
        let mask: Vec<u8> = (0..text.len()).map(|at| if is_same(&at) { u8::MAX } else { 0 }).collect();
        let end = |text: &[u8; WIDE], mask: &[u8; WIDE]| {
            let mask = u128::from_le_bytes(*mask);
            (u128::from_le_bytes(*text) & mask, mask)
        };
        Some(Self {
            length: text.len(),
            ends: [
                end(text.first_chunk()?, mask.first_chunk()?),
                end(text.last_chunk()?, mask.last_chunk()?),
            ],
            head,
            has_fraction,
        })
    }

    /// The milliseconds of a text's minute.
    #[inline]
    fn milliseconds(&self, text: &[u8]) -> Option<u32> {
        let [(first, first_mask), (last, last_mask)] = self.ends;
        let differs = (u128::from_le_bytes(*text.first_chunk()?) & first_mask) ^ first;
        let differs = differs | ((u128::from_le_bytes(*text.last_chunk()?) & last_mask) ^ last);
        if differs != 0 || text.len() != self.length {
            return None;
        }
        let rest = text.get(self.head..)?;
        if self.has_fraction {
            return thousandths(rest).map(|(ms, _)| ms);
        }
        let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
        let [tens, ones] = (*rest.first_chunk()?).map(digit);
        (tens < 6 && ones < 10).then_some((tens * 10 + ones) * 1000)
    }
}

impl Last {
    #[inline]
    fn same_minute(&self, text: &[u8], zone: &Zone, reference: &Reference) -> Option<Stamp> {
        let (head, rest) = text.split_at_checked(self.head)?;
        if !is_same(head, self.bytes.get(..self.head)?) {
            return None;
        }
        let (ms, tail) = thousandths(rest).or_else(|| scanned(rest))?;
        if !is_same(tail, self.bytes.get(self.tail.0..self.tail.1)?) || self.zone != *zone || self.reference != *reference {
            return None;
        }
        Some(Stamp {
            time: self.minute.time.plus_ms(i64::from(ms)),
            ..self.minute
        })
    }
}

/// Whether two texts are one. A stamp's date and minute, without a call: it is asked of every line of every log.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    match (one.len(), one.first_chunk::<16>(), one.last_chunk::<16>()) {
        (0, ..) => true,
        (16..=32, Some(first), Some(last)) => Some(first) == other.first_chunk() && Some(last) == other.last_chunk(),
        _ => one == other,
    }
}

/// Reads seconds with three decimals, what nearly every logger writes, in milliseconds, and gives what follows.
#[inline]
fn thousandths(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&[a, b, b'.' | b',', x, y, z], tail) = text.split_first_chunk()? else {
        return None;
    };
    let digit = |byte: u8| u32::from(byte.wrapping_sub(b'0'));
    let (a, b, x, y, z) = (digit(a), digit(b), digit(x), digit(y), digit(z));
    let has_more = tail.first().is_some_and(u8::is_ascii_digit);
    let are_digits = a < 6 && b < 10 && x < 10 && y < 10 && z < 10;
    (are_digits && !has_more).then_some((a * 10_000 + b * 1000 + x * 100 + y * 10 + z, tail))
}

/// The same of seconds with any fraction or none.
fn scanned(text: &[u8]) -> Option<(u32, &[u8])> {
    let mut scan = Scan::new(text);
    let second = scan.two().filter(|second| *second < 60)?;
    let ms = second * 1000 + scan.fraction_ms();
    Some((ms, text.get(text.len() - scan.left()..)?))
}

#[cfg(test)]
mod tests {
    use super::{Reference, StampCache, Zone, is_same, scanned, thousandths};
    use crate::text::timestamp::parse;
    use chrono::NaiveDate;

    #[test]
    fn a_text_that_is_known_again_means_what_it_means_by_itself() {
        let reference = Reference::on(NaiveDate::from_ymd_opt(2026, 3, 2).unwrap());
        for first in [
            "2026-03-02T14:02:11.714Z",
            "2026-03-02 14:02:11,714",
            "02/Mar/2026:14:02:11 +0000",
            "2026-03-02 14:02:11",
            "2026-03-02T14:02:11.714281Z",
            "14:02:11.714",
            "Mar  2 14:02:11.000",
            "[2026-03-02T14:02:11]",
            "20260302T140211.714Z",
            "20260302 140211",
        ] {
            let mut cache = StampCache::default();
            cache.parse(first, &Zone::Utc, &reference).unwrap();
            let mut texts = vec![first.as_bytes().to_vec()];
            for at in 0..first.len() {
                for byte in b"0123456789:.,Z+ x" {
                    let mut other = first.as_bytes().to_vec();
                    other[at] = *byte;
                    texts.push(other.clone());
                    other.insert(at, *byte);
                    texts.push(other);
                }
            }
            for text in texts {
                if let Some(stamp) = cache.again(&text) {
                    let text = str::from_utf8(&text).unwrap();
                    assert_eq!(Some(stamp), parse(text, &Zone::Utc, &reference), "{first} {text}");
                }
            }
        }
    }

    #[test]
    fn three_decimals_are_read_as_any_others() {
        let bytes = [b'0', b'5', b'6', b'9', b'.', b',', b'Z', b' '];
        for mut which in 0..bytes.len().pow(7) {
            let mut text = *b"0000000";
            for byte in &mut text {
                *byte = bytes[which % bytes.len()];
                which /= bytes.len();
            }
            if let Some(read) = thousandths(&text) {
                assert_eq!(Some(read), scanned(&text), "{text:?}");
            }
        }
        assert_eq!(thousandths(b"59,999Z"), Some((59_999, &b"Z"[..])));
    }

    #[test]
    fn texts_of_every_length_are_told_apart() {
        for length in 0..48 {
            let text = vec![b'x'; length];
            assert!(is_same(&text, &text.clone()));
            assert!(!is_same(&text, &vec![b'x'; length + 1]));
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'y';
                assert!(!is_same(&text, &other), "{length} {at}");
            }
        }
    }
}
