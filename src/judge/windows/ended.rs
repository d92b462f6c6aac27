//! What the search asks of the attempts that did not end well, close together.

use crate::judge::combinations::Ordinals;
use crate::model::{Attempt, Attributes, Side, Time};
use std::sync::Arc;

/// What the search asks of an attempt that did not end well. An attempt fills three lines of the processor's cache, and a
/// million of them are gone through again for every window: so these took two thirds less.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) time: Time,
    /// Which attempt of the traffic it is.
    pub(super) place: u32,
    /// The number of its attributes, then a bit each for a failure of the table's side and for a first attempt.
    pub(super) bits: u32,
}

impl Ended {
    pub(super) const FAILED: u32 = 1;
    pub(super) const FIRST: u32 = 2;

    fn of(attempt: &Attempt, place: u32, combination: u32, side: Side) -> Self {
        let failed = if attempt.side == Some(side) { Self::FAILED } else { 0 };
        let first = if attempt.number == 1 { Self::FIRST } else { 0 };
        Self {
            time: attempt.time,
            place,
            bits: combination << 2 | failed | first,
        }
    }

    pub(super) fn combination(self) -> usize {
        (self.bits >> 2) as usize
    }
}

/// The attempts of a scope, of the table's side and of none.
#[derive(Default)]
pub(crate) struct Within<'a> {
    pub(crate) failures: Vec<&'a Attempt>,
    /// When they were, and when the first attempts among them.
    pub(crate) failed: Vec<Time>,
    pub(crate) failed_first: Vec<Time>,
    /// When the others were.
    pub(crate) others: Vec<Time>,
}

/// Attempts as the search asks for them, and their attributes by number.
pub(super) fn ended<'a>(counted: impl Iterator<Item = (u32, &'a Attempt)>, side: Side) -> (Vec<Ended>, Vec<&'a Arc<Attributes>>) {
    let mut numbers = Ordinals::default();
    let mut combinations = Vec::new();
    let ended = counted.map(|(place, attempt)| {
        let number = numbers.of(&attempt.attributes);
        if number == combinations.len() {
            combinations.push(&attempt.attributes);
        }
        Ended::of(attempt, place, u32::try_from(number).unwrap_or(u32::MAX >> 2), side)
    });
    let mut ended: Vec<Ended> = ended.collect();
    ended.shrink_to_fit();
    (ended, combinations)
}
