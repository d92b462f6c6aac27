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

    /// The same where the digits of the text are whole milliseconds without any reckoning: as `2.817` seconds are.
    #[inline]
    fn whole_milliseconds(self, text: &[u8]) -> Option<u64> {
        let Self::TenTo(power) = self else { return None };
        let (mut digits, mut behind, mut has_point) = (0_u64, 0, 0);
        for byte in text {
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                // No number of a line's own has more digits than fit.
                digits = digits.wrapping_mul(10).wrapping_add(u64::from(digit));
                behind += has_point;
            } else {
                has_point += 1;
            }
        }
        (behind == power && has_point <= 1).then_some(digits)
    }
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

/// What one line has of its own. It is read when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'l> {
    line: &'l [u8],
    /// How many bytes stand behind the start and behind the end of each part.
    places: [(u32, u32); KINDS],
    unit: Option<Elapsed>,
}

impl<'l> Owned<'l> {
    pub(super) fn of(line: &'l [u8]) -> Self {
        Self {
            line,
            places: [(0, 0); KINDS],
            unit: None,
        }
    }

    /// The same of another line, whose parts stand in the same places.
    #[inline]
    pub(super) fn on<'o>(&self, line: &'o [u8]) -> Owned<'o> {
        Owned { line, ..*self }
    }

    /// Notes a part, by how many bytes stand behind its start and behind its end.
    #[inline]
    pub(super) fn note(&mut self, place: Place, start: usize, end: usize) {
        if let Some(noted) = self.places.get_mut(place.kind) {
            // A line is no longer than a record may be, which is a mebibyte.
            *noted = (u32::try_from(start).unwrap_or(0), u32::try_from(end).unwrap_or(0));
        }
        if place.unit.is_some() {
            self.unit = place.unit;
        }
    }

    #[inline]
    fn at(&self, own: Own) -> Option<&'l [u8]> {
        let (start, end) = *self.places.get(own.kind())?;
        // No part is empty.
        let length = self.line.len();
        let at = |behind: u32| length.checked_sub(behind as usize);
        (start > 0).then(|| self.line.get(at(start)?..at(end)?))?
    }

    fn count(&self, own: Own) -> Option<u64> {
        Some(whole(scaled(str::from_utf8(self.at(own)?).ok()?, 0)?))
    }

    /// The stamp.
    #[must_use]
    pub fn stamp(&self) -> Option<&'l [u8]> {
        self.at(Own::Stamp)
    }

    /// The duration in milliseconds.
    #[must_use]
    pub fn duration_ms(&self) -> Option<f64> {
        let unit = self.unit?;
        unit.milliseconds(self.at(Own::Duration(unit))?)
    }

    /// The same where it is whole milliseconds by its digits alone, as most are: a sixth of what reading it as a fraction,
    /// which takes a division and a rounding, costs (40 instructions a line for 250).
    #[inline]
    #[must_use]
    pub fn whole_duration_ms(&self) -> Option<u64> {
        let unit = self.unit?;
        unit.whole_milliseconds(self.at(Own::Duration(unit))?)
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
