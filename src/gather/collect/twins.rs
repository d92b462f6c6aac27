//! Tells a line that two handlers of one logger wrote: the second is no second attempt.

use super::Collector;
use super::known::ids_hash;
use crate::gather::normalise::End;
use crate::model::{Fields, Time};

/// Records within which the twin of a line that two handlers wrote is looked for: a dozen threads may write between.
const DISTANCE: usize = 16;

/// Milliseconds within which two handlers stamp one line: one of them may print whole seconds, and rounds either way.
const APART_MS: i64 = 1_000;

/// One line as a twin of it would look: the same facts, another layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Twin {
    pub(super) facts: u64,
    pub(super) layout: usize,
    pub(super) time: Time,
}

/// Which layout a record has, as far as its stamp and its thread tell two handlers apart. How many digits a fraction has
/// tells nothing: floats, and Go's `RFC3339Nano`, drop the zeros at the end.
pub(super) fn layout(bytes: &[u8], has_thread: bool) -> usize {
    // Behind the seconds of a date, or of an epoch.
    let point = [19, 10]
        .into_iter()
        .find_map(|at| Some(at).zip(bytes.get(at).filter(|byte| matches!(byte, b'.' | b','))));
    let digits = |at: usize| {
        let fraction = bytes.get(at + 1..).unwrap_or(&[]);
        fraction.iter().take_while(|byte| byte.is_ascii_digit()).count()
    };
    let (fraction, sign) = point.map_or((0, 0), |(at, sign)| (digits(at), usize::from(*sign)));
    ((bytes.len() - fraction) * 256 + sign) * 2 + usize::from(has_thread)
}

const NONE: Twin = Twin {
    facts: 0,
    layout: 0,
    time: Time(0),
};

/// The last records, as their twins would look.
#[derive(Debug)]
pub(super) struct Twins {
    /// A ring: every record of an application's log goes in, and few are ever looked for.
    ring: [Twin; DISTANCE],
    /// Where the next one goes.
    next: usize,
    held: usize,
    /// How many records before the last one had its layout: beyond the distance of twins there is none to look for.
    layout_since: usize,
}

impl Default for Twins {
    fn default() -> Self {
        Self {
            ring: [NONE; DISTANCE],
            next: 0,
            held: 0,
            layout_since: 0,
        }
    }
}

impl Twins {
    /// Whether the record is the twin of an earlier one, which then has no other; else it is remembered.
    #[inline]
    pub(super) fn has(&mut self, twin: Twin) -> bool {
        // Nearly every log has one handler, and its last lines one layout.
        let is_as_before = self.held == 0 || self.at(1).is_none_or(|last| last.layout == twin.layout);
        self.layout_since = if is_as_before {
            self.layout_since.saturating_add(1)
        } else {
            0
        };
        if self.layout_since <= DISTANCE && self.take(twin) {
            return true;
        }
        if let Some(place) = self.ring.get_mut(self.next % DISTANCE) {
            *place = twin;
        }
        self.next = (self.next + 1) % DISTANCE;
        self.held = (self.held + 1).min(DISTANCE);
        false
    }

    /// The one so many records ago.
    fn at(&self, ago: usize) -> Option<&Twin> {
        self.ring.get((self.next + DISTANCE - ago) % DISTANCE)
    }

    /// Takes the oldest twin of a record out.
    fn take(&mut self, twin: Twin) -> bool {
        let is_twin =
            |seen: &&Twin| seen.facts == twin.facts && seen.layout != twin.layout && seen.time.since(twin.time).abs() <= APART_MS;
        let Some(found) = (1..=self.held).rev().find(|ago| self.at(*ago).filter(is_twin).is_some()) else {
            return false;
        };
        // Those behind it move up.
        for ago in (2..=found).rev() {
            let (here, newer) = ((self.next + DISTANCE - ago) % DISTANCE, self.at(ago - 1).copied());
            if let (Some(place), Some(newer)) = (self.ring.get_mut(here), newer) {
                *place = newer;
            }
        }
        self.next = (self.next + DISTANCE - 1) % DISTANCE;
        self.held -= 1;
        true
    }
}

impl Collector<'_> {
    /// Two handlers of one logger write every line twice, in two layouts: the second is no second attempt.
    pub(super) fn is_twin(&mut self, fields: &Fields<'_>, end: &End, time: Time) -> bool {
        if !self.has_twins {
            return false;
        }
        let ids = [fields.x_request_id, fields.request_id, fields.x_client_request_id];
        self.twins.has(Twin {
            facts: self.facts(fields, end) ^ ids_hash(ids.map(|id| id.map(str::as_bytes))),
            layout: layout(fields.timestamp.unwrap_or("").as_bytes(), fields.thread.is_some()),
            time,
        })
    }

    /// What a twin has in common with a record, ids aside.
    pub(super) fn facts(&self, fields: &Fields<'_>, end: &End) -> u64 {
        self.hasher.hash_one((
            fields.grain,
            end.outcome,
            fields.url,
            fields.retry_in_ms.map(f64::to_bits),
            fields.sdk_id,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{APART_MS, DISTANCE, Time, Twin, Twins, layout};
    use proptest::prelude::*;
    use std::collections::VecDeque;

    /// What is asked of [`Twins`], in few words.
    fn plainly(records: &[Twin]) -> Vec<bool> {
        let mut seen: VecDeque<Twin> = VecDeque::new();
        let is_twin = |one: &Twin, other: &Twin| {
            one.facts == other.facts && one.layout != other.layout && one.time.since(other.time).abs() <= APART_MS
        };
        let mut answers = Vec::new();
        for record in records {
            let found = seen.iter().position(|earlier| is_twin(earlier, record));
            answers.push(found.is_some());
            match found {
                Some(at) => drop(seen.remove(at)),
                None => seen.push_back(*record),
            }
            if seen.len() > DISTANCE {
                seen.pop_front();
            }
        }
        answers
    }

    #[test]
    fn a_stamp_that_lost_its_last_zeros_is_of_the_same_layout() {
        let rows = [
            ("1791983654.683299", "1791983654.6832986"),
            ("2026-10-14T13:12:03.775Z", "2026-10-14T13:12:03.77Z"),
        ];
        for (one, other) in rows {
            assert_eq!(layout(one.as_bytes(), false), layout(other.as_bytes(), false), "{one}");
        }
    }

    #[test]
    fn whole_seconds_and_milliseconds_are_two_layouts() {
        assert_ne!(
            layout(b"2025-03-06 14:02:11", false),
            layout(b"2025-03-06 14:02:11,714", false)
        );
        assert_ne!(
            layout(b"2025-03-06 14:02:11.714", false),
            layout(b"2025-03-06 14:02:11,714", false)
        );
    }

    proptest! {
        #[test]
        fn the_ring_says_what_a_list_says(made in prop::collection::vec((0..4_u64, 0..2_usize, 0..3_i64), 0..120)) {
            let twin = |&(facts, layout, seconds): &(u64, usize, i64)| Twin { facts, layout, time: Time(seconds * 700) };
            let records: Vec<Twin> = made.iter().map(twin).collect();
            let mut twins = Twins::default();
            let answers: Vec<bool> = records.iter().map(|record| twins.has(*record)).collect();
            prop_assert_eq!(answers, plainly(&records));
        }
    }
}
