//! What one line has of its own.

use crate::text::scan::scaled;
use std::str;

/// What a part of a line is.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    /// The record's time.
    Stamp,
    /// The duration; how milliseconds are made of its text.
    Duration(Elapsed),
    /// An id that stood on a provider's response by its name.
    ProviderId,
    /// A bare request id.
    RequestId,
    /// The caller's id.
    ClientId,
    /// An id that a proxy or a gateway made.
    GatewayId,
    /// A `cf-ray` before the place where it was served.
    Ray,
    /// Tokens of the request.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// Something that says nothing of a success.
    Nothing,
}

/// How a duration's text becomes milliseconds.
#[derive(Clone, Copy, Debug)]
pub enum Elapsed {
    /// Its number times ten to this power: 3 for seconds.
    TenTo(i32),
    /// As a format has it.
    By(fn(&str) -> Option<f64>),
}

impl PartialEq for Elapsed {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::TenTo(mine), Self::TenTo(theirs)) => mine == theirs,
            (Self::By(mine), Self::By(theirs)) => std::ptr::fn_addr_eq(*mine, *theirs),
            _ => false,
        }
    }
}

impl Elapsed {
    fn milliseconds(self, text: &[u8]) -> Option<f64> {
        let text = str::from_utf8(text).ok()?;
        match self {
            Self::TenTo(power) => scaled(text, power),
            Self::By(milliseconds) => milliseconds(text),
        }
    }

    /// The same where the digits of a number are whole milliseconds without any reckoning, as `2.817` seconds are. `bytes` end
    /// with the number, which has `length` of them at most.
    #[inline]
    fn whole_milliseconds(self, bytes: [u8; 8], length: usize) -> Option<u64> {
        let Self::TenTo(power @ 0..=6) = self else { return None };
        let above = |bytes: u32| u64::MAX.checked_shr(8 * bytes).unwrap_or(0);
        let before = above(u32::try_from(length).ok()?);
        let word = (u64::from_le_bytes(bytes) & !before) | (ZEROS & before);
        if power == 0 {
            return whole_number(word);
        }
        let power = power.unsigned_abs();
        let point = (word >> (8 * (7 - power))) & 0xff;
        (point == u64::from(b'.')).then_some(())?;
        // What stands before the point takes its place.
        let decimals = !above(power);
        whole_number((word & decimals) | ((word << 8) & !decimals) | u64::from(b'0'))
    }
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The number of eight digits, the last of which is the highest byte: in three steps and without a choice, where one digit after the
/// other took a choice at each.
#[inline]
fn whole_number(digits: u64) -> Option<u64> {
    const HIGH: u64 = 0xf0f0_f0f0_f0f0_f0f0;
    const QUARTERS: u64 = 0x0000_00ff_0000_00ff;
    // A byte of 0x30 to 0x39 keeps its high half when 6 is added.
    let raised = digits.wrapping_add(0x0606_0606_0606_0606);
    (((digits ^ ZEROS) | (raised ^ ZEROS)) & HIGH == 0).then_some(())?;
    let pairs = (digits - ZEROS).wrapping_mul(10).wrapping_add((digits - ZEROS) >> 8);
    let (first, second) = (pairs & QUARTERS, (pairs >> 16) & QUARTERS);
    let first = first.wrapping_mul(100 + (1_000_000 << 32));
    let second = second.wrapping_mul(1 + (10_000 << 32));
    Some(first.wrapping_add(second) >> 32)
}

/// Kinds of parts.
const KINDS: usize = 10;

impl Own {
    /// Its number among the kinds.
    fn kind(self) -> usize {
        match self {
            Self::Stamp => 0,
            Self::Duration(_) => 1,
            Self::ProviderId => 2,
            Self::RequestId => 3,
            Self::ClientId => 4,
            Self::InputTokens => 5,
            Self::OutputTokens => 6,
            Self::Nothing => 7,
            Self::GatewayId => 8,
            Self::Ray => 9,
        }
    }

    fn unit(self) -> Option<Elapsed> {
        match self {
            Self::Duration(unit) => Some(unit),
            _ => None,
        }
    }
}

/// What a part of a line is, as a number: the parts of a line are noted without a choice among their kinds, which would be
/// mispredicted at every other part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Place {
    kind: usize,
    unit: Option<Elapsed>,
}

impl From<Own> for Place {
    fn from(own: Own) -> Self {
        Self {
            kind: own.kind(),
            unit: own.unit(),
        }
    }
}

/// Where the parts of a line stand that are its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// How many bytes stand behind the start and behind the end of each part.
    behind: [(u32, u32); KINDS],
    unit: Option<Elapsed>,
}

impl Places {
    /// Notes a part, by how many bytes stand behind its start and behind its end.
    #[inline]
    pub(super) fn note(&mut self, place: Place, start: usize, end: usize) {
        if let Some(noted) = self.behind.get_mut(place.kind) {
            // A line is no longer than a record may be, which is a mebibyte.
            *noted = (u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(0));
        }
        if place.unit.is_some() {
            self.unit = place.unit;
        }
    }

    /// The parts of a line in which they stand so.
    #[inline]
    pub(super) fn of<'l>(&'l self, line: &'l [u8]) -> Owned<'l> {
        Owned { line, places: self }
    }
}

/// What one line has of its own. It is read when it is asked for. The places are borrowed of what knows lines of its layout,
/// for copied they would be a hundred bytes a line.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'l> {
    line: &'l [u8],
    places: &'l Places,
}

impl<'l> Owned<'l> {
    #[inline]
    fn range(&self, own: Own) -> Option<(usize, usize)> {
        let (start, end) = *self.places.behind.get(own.kind())?;
        // No part is empty.
        (start > end).then_some(())?;
        let length = self.line.len();
        Some((length.checked_sub(start as usize)?, length - end as usize))
    }

    #[inline]
    fn at(&self, own: Own) -> Option<&'l [u8]> {
        let (start, end) = self.range(own)?;
        self.line.get(start..end)
    }

    #[inline]
    fn count(&self, own: Own) -> Option<u64> {
        let count = self.at(own)?;
        Some(whole(scaled(str::from_utf8(count).ok()?, 0)?))
    }

    /// The stamp.
    #[must_use]
    pub fn stamp(&self) -> Option<&'l [u8]> {
        self.at(Own::Stamp)
    }

    /// The duration in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> Option<f64> {
        let unit = self.places.unit?;
        unit.milliseconds(self.at(Own::Duration(unit))?)
    }

    /// The same where it is whole milliseconds by its digits alone, as most are: a third of what reading it as a fraction,
    /// which takes a division and a rounding, costs (70 to 90 instructions a line for 250).
    #[inline]
    #[must_use]
    pub fn whole_duration_ms(&self) -> Option<u64> {
        let unit = self.places.unit?;
        let (start, end) = self.range(Own::Duration(unit))?;
        let length = end - start;
        let bytes = self.line.get(..end)?.last_chunk()?;
        (length <= bytes.len()).then(|| unit.whole_milliseconds(*bytes, length))?
    }

    /// What stood on a provider's response.
    #[must_use]
    pub fn x_request_id(&self) -> Option<&'l [u8]> {
        self.at(Own::ProviderId)
    }

    /// A bare request id.
    #[must_use]
    pub fn request_id(&self) -> Option<&'l [u8]> {
        self.at(Own::RequestId)
    }

    /// The caller's id.
    #[must_use]
    pub fn x_client_request_id(&self) -> Option<&'l [u8]> {
        self.at(Own::ClientId)
    }

    /// What a proxy or a gateway made.
    #[must_use]
    pub fn gateway_id(&self) -> Option<&'l [u8]> {
        self.at(Own::GatewayId)
    }

    /// A `cf-ray` before the place where it was served.
    #[must_use]
    pub fn ray(&self) -> Option<&'l [u8]> {
        self.at(Own::Ray)
    }

    /// The ids, in the order in which twins are told by them.
    #[must_use]
    pub fn ids(&self) -> [Option<&'l [u8]>; 3] {
        [self.x_request_id(), self.request_id(), self.x_client_request_id()]
    }

    /// Tokens of the request and of the answer.
    #[inline]
    #[must_use]
    pub fn tokens(&self) -> (Option<u64>, Option<u64>) {
        (self.count(Own::InputTokens), self.count(Own::OutputTokens))
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

#[cfg(test)]
mod tests {
    use super::Elapsed;

    /// Digit by digit.
    fn plainly(text: &str, power: usize) -> Option<u64> {
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let digits = text.replacen('.', "", 1);
        (decimals == power && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| digits.parse().unwrap())
    }

    #[test]
    fn a_number_is_whole_milliseconds_where_its_digits_are() {
        let numbers = (0..12_000).chain([99_999, 123_456, 9_999_999, 12_345_678, 98_765_432]);
        for number in numbers {
            let digits = number.to_string();
            let with_point = |at: usize| {
                let (whole, decimals) = digits.split_at(at);
                format!("{whole}.{decimals}")
            };
            let texts = (1..digits.len()).map(with_point).chain([digits.clone()]);
            for text in texts.filter(|text| text.len() <= 8) {
                for power in [0, 1, 3, 6] {
                    let line = format!("9.876543.{text}");
                    let bytes = *line.as_bytes().last_chunk().unwrap();
                    let read = Elapsed::TenTo(i32::try_from(power).unwrap()).whole_milliseconds(bytes, text.len());
                    assert_eq!(read, plainly(&text, power), "{text} {power}");
                }
            }
        }
    }
}
