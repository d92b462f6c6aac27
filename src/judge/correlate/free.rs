//! Which of the proxies' views are in no attempt yet, and which of these have an id.

use super::fit::{TOLERANCE_MS, distance, in_conflict, nearest};
use super::view::View;
use crate::model::Time;
use ahash::AHashMap;
use smallvec::SmallVec;
use std::collections::BTreeSet;

/// Views of one id that are all looked at. Where a site writes one id into every line, only so many of the nearest are, or each
/// of a hundred thousand failures would be held against as many others.
const FEW: usize = 64;

/// Views by index: one, where proxies stand in no chain.
pub(super) type Views = SmallVec<[usize; 2]>;

/// Which of the proxies' views are in no attempt yet.
pub(super) struct Free {
    pub(super) is_free: Vec<bool>,
    /// Those of one id where they are more than a few, in order of time, by where their list lies; some are taken already.
    of_many: AHashMap<usize, BTreeSet<(Time, usize)>>,
}

impl Free {
    /// So many views, all of them free.
    pub(super) fn of(count: usize) -> Self {
        Self {
            is_free: vec![true; count],
            of_many: AHashMap::new(),
        }
    }

    pub(super) fn has(&self, at: usize) -> bool {
        self.is_free.get(at) == Some(&true)
    }

    pub(super) fn take(&mut self, views: &[usize]) {
        for &at in views {
            if let Some(is_free) = self.is_free.get_mut(at) {
                *is_free = false;
            }
        }
    }

    /// The free ones of an id, in their order; of many the nearest.
    fn near(&mut self, view: &View, with_id: &[usize], proxies: &[View]) -> Views {
        if with_id.len() <= FEW {
            return with_id.iter().copied().filter(|at| self.has(*at)).collect();
        }
        let Self { is_free, of_many } = self;
        let all = of_many.entry(with_id.as_ptr().addr()).or_insert_with(|| {
            let times = with_id.iter().filter_map(|&at| Some((proxies.get(at)?.time, at)));
            times.collect()
        });
        let (mut near, mut taken) = (Views::new(), Vec::new());
        let mut before = all.range(..(view.time, 0)).rev().peekable();
        let mut behind = all.range((view.time, 0)..).peekable();
        while near.len() < FEW {
            let is_before = match (before.peek(), behind.peek()) {
                (Some((one, _)), Some((other, _))) => view.time.since(*one) <= other.since(view.time),
                (one, _) => one.is_some(),
            };
            let next = if is_before { before.next() } else { behind.next() };
            match next {
                Some((_, at)) if is_free.get(*at) == Some(&true) => near.push(*at),
                Some(gone) => taken.push(*gone),
                None => break,
            }
        }
        for gone in taken {
            all.remove(&gone);
        }
        near.sort_unstable();
        near
    }

    /// One view a host, nearest in time first, of those with the view's id.
    pub(super) fn by_provider_id(&mut self, view: &View, with_id: &[usize], (proxies, hosts): (&[View], &[usize])) -> Views {
        let mut found = self.near(view, with_id, proxies);
        found.sort_by_key(|&at| nearest(view, proxies.get(at)));
        let mut seen = BTreeSet::new();
        found.retain(|at| hosts.get(*at).is_none_or(|host| seen.insert(*host)));
        found.shrink_to_fit();
        found
    }

    /// The nearest in time of those with the view's id whose end may be the view's.
    pub(super) fn by_client_id(
        &mut self,
        view: &View,
        with_id: &[usize],
        proxies: &[View],
        may_be_one: fn(&View, &View) -> bool,
    ) -> Option<usize> {
        self.near(view, with_id, proxies)
            .into_iter()
            .filter_map(|at| Some((at, proxies.get(at)?)))
            .filter(|(_, theirs)| {
                distance(view, Some(theirs)) <= TOLERANCE_MS
                    && !in_conflict(view.ids.x_request_id(), theirs.ids.x_request_id())
                    && may_be_one(view, theirs)
            })
            .min_by_key(|(at, theirs)| (distance(view, Some(theirs)), *at))
            .map(|(at, _)| at)
    }
}
