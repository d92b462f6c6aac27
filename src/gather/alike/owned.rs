//! What one line has of its own.

use crate::text::scan::scaled;
use std::str;

/// What a part of a line is.
#[derive(Clone, Copy, Debug)]
pub enum Own {
    /// The record's time.
    Stamp,
    /// The duration; how milliseconds are made of its text.
    Duration(Milliseconds),
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

/// How a duration's text becomes milliseconds.
pub(super) type Milliseconds = fn(&str) -> Option<f64>;

/// Kinds of parts.
const KINDS: usize = 8;

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
        }
    }

    fn milliseconds(self) -> Option<Milliseconds> {
        match self {
            Self::Duration(milliseconds) => Some(milliseconds),
            _ => None,
        }
    }
}

/// What a part of a line is, as a number: the parts of a line are noted without a choice among their kinds, which would be
/// mispredicted at every other part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    kind: usize,
    milliseconds: Option<Milliseconds>,
}

impl From<Own> for Place {
    fn from(own: Own) -> Self {
        Self {
            kind: own.kind(),
            milliseconds: own.milliseconds(),
        }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        let is_same_unit = match (self.milliseconds, other.milliseconds) {
            (Some(mine), Some(theirs)) => std::ptr::fn_addr_eq(mine, theirs),
            (mine, theirs) => mine.is_none() && theirs.is_none(),
        };
        self.kind == other.kind && is_same_unit
    }
}

/// What one line has of its own. It is read when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Owned<'l> {
    line: &'l [u8],
    /// How many bytes stand behind the start and behind the end of each part.
    places: [(usize, usize); KINDS],
    milliseconds: Option<Milliseconds>,
}

impl<'l> Owned<'l> {
    pub(super) fn of(line: &'l [u8]) -> Self {
        Self {
            line,
            places: [(0, 0); KINDS],
            milliseconds: None,
        }
    }

    /// Notes a part, by how many bytes stand behind its start and behind its end.
    #[inline]
    pub(super) fn note(&mut self, place: Place, start: usize, end: usize) {
        if let Some(noted) = self.places.get_mut(place.kind) {
            *noted = (start, end);
        }
        if place.milliseconds.is_some() {
            self.milliseconds = place.milliseconds;
        }
    }

    #[inline]
    fn at(&self, own: Own) -> Option<&'l [u8]> {
        let (start, end) = *self.places.get(own.kind())?;
        // No part is empty.
        let length = self.line.len();
        (start > 0).then(|| self.line.get(length.checked_sub(start)?..length.checked_sub(end)?))?
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
        let milliseconds = self.milliseconds?;
        let text = self.at(Own::Duration(milliseconds))?;
        milliseconds(str::from_utf8(text).ok()?)
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
