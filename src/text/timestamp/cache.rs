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
}

impl StampCache {
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
        });
    }
}

impl Last {
    fn same_minute(&self, text: &[u8], zone: &Zone, reference: &Reference) -> Option<Stamp> {
        let rest = text.strip_prefix(self.bytes.get(..self.head)?)?;
        let mut scan = Scan::new(rest);
        let second = scan.two().filter(|second| *second < 60)?;
        let ms = second * 1000 + scan.fraction_ms();
        let tail = rest.get(rest.len() - scan.left()..)?;
        if tail != self.bytes.get(self.tail.0..self.tail.1)? || self.zone != *zone || self.reference != *reference {
            return None;
        }
        Some(Stamp {
            time: self.minute.time.plus_ms(i64::from(ms)),
            ..self.minute
        })
    }
}
