//! The attempts that only a proxy saw, laid into the calls of an application whose log has one line a call: such a line
//! tells the last attempt, and the proxy the ones before it (classification B3.4c, B3.5).

use super::view::{ChainId, View};
use crate::model::{Name, Time};
use std::collections::{BTreeMap, BTreeSet};

/// Milliseconds by which two logs may be out of step about one moment (classification B3.3: 2 s).
const SLACK_MS: i64 = 2_000;

/// Calls under way at once that are looked at for one attempt. A client has rarely more open, and a log that claims
/// endless durations must not make the search quadratic.
const UNDER_WAY_AT_ONCE: usize = 256;

/// A proxy's client: the number of the proxy's host, and the address.
pub(super) type Client = (usize, Option<Name>);

/// A call as its own application's line tells it.
#[derive(Clone, Copy, Debug)]
struct Call {
    start: Time,
    end: Time,
    chain: ChainId,
    /// Attempts laid into it so far.
    taken: u32,
}

/// What is known of calls and of attempts without one.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    calls: Vec<Call>,
    families: BTreeMap<Client, BTreeSet<u32>>,
    /// Places among the proxies' views, with the client of each.
    alone: Vec<(usize, Client)>,
}

impl Earlier {
    /// Notes a call of a family, which ended at `end` after `duration_ms`.
    pub(super) fn note_call(&mut self, chain: ChainId, end: Time, duration_ms: u32) {
        self.calls.push(Call {
            start: end.plus_ms(-i64::from(duration_ms)),
            end,
            chain,
            taken: 0,
        });
    }

    /// Notes that a joined pair shows a family behind a client.
    pub(super) fn note_pair(&mut self, client: Client, family: u32) {
        self.families.entry(client).or_default().insert(family);
    }

    /// Whether there are calls to lay an attempt into.
    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// Notes an attempt that only a proxy saw, by its place; behind all calls.
    pub(super) fn note_alone(&mut self, place: usize, client: Client) {
        self.alone.push((place, client));
    }

    /// Gives each noted one of the proxies' views the chain of a call of its client that was under way: the one with the fewest attempts so
    /// far, of these the one begun first.
    pub(super) fn lay_into_calls(mut self, views: &mut [View]) {
        let time = |place: usize| views.get(place).map_or(Time(i64::MAX), |view| view.time);
        self.alone.sort_by_key(|(place, _)| (time(*place), *place));
        self.calls.sort_by_key(|call| (call.start, call.end, call.chain));
        let mut coming = self.calls.into_iter().peekable();
        let mut under_way: Vec<Call> = Vec::new();
        for (place, client) in self.alone {
            let Some(view) = views.get_mut(place) else { continue };
            let now = view.time;
            while let Some(call) = coming.next_if(|call| call.start.plus_ms(-SLACK_MS) <= now) {
                under_way.push(call);
            }
            under_way.retain(|call| call.end.plus_ms(SLACK_MS) >= now);
            let families = self.families.get(&client);
            let of_client = |call: &&mut Call| families.is_some_and(|families| families.contains(&call.chain.family));
            let call = under_way
                .iter_mut()
                .take(UNDER_WAY_AT_ONCE)
                .filter(of_client)
                .min_by_key(|call| (call.taken, call.start));
            if let Some(call) = call {
                call.taken += 1;
                view.chain = Some(call.chain);
            }
        }
    }
}
