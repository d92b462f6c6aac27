//! Which traffic to look at: the filters of the command line, on joined attempts, so that what only one side logged
//! filters both.

use crate::model::{Attributes, ByProxies, Dimension, Name, Narrowed, Time, Traffic};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Values named beside filters that nothing passes.
const NAMED: usize = 5;

/// Filters; an empty one lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Wanted values by dimension; any of them, compared without case.
    pub values: BTreeMap<Dimension, Vec<String>>,
    /// Wanted statuses of attempts that did not end well; successes always stay, or there would be no share.
    pub status: Vec<u16>,
    /// From when on act one has read the logs: it is only told of.
    pub since: Option<Time>,
    /// Up to when it has.
    pub until: Option<Time>,
}

impl Selection {
    /// The traffic that passes, and what is to be said of it.
    #[must_use]
    pub fn of(&self, traffic: Traffic) -> (Traffic, Narrowed) {
        let named = |(dimension, wanted): (&Dimension, &Vec<String>)| {
            let names = wanted.iter().map(|value| Name::from(value.as_str()));
            (*dimension, names.collect())
        };
        let mut narrowed = Narrowed {
            values: self.values.iter().map(named).collect(),
            status: self.status.clone(),
            since: self.since,
            until: self.until,
            ..Narrowed::default()
        };
        if self.values.is_empty() && self.status.is_empty() {
            return (traffic, narrowed);
        }
        let before = traffic.attempt_count();
        if !attributes(&traffic).any(|(attributes, _)| self.takes(attributes)) {
            narrowed.there = self
                .values
                .keys()
                .map(|dimension| (*dimension, most(*dimension, &traffic)))
                .collect();
        }
        let passes = self.passing(traffic);
        narrowed.left_out = before.saturating_sub(passes.attempt_count());
        (passes, narrowed)
    }

    fn passing(&self, mut traffic: Traffic) -> Traffic {
        traffic.attempts.retain(|attempt| {
            self.takes(&attempt.attributes)
                && (self.status.is_empty() || attempt.outcome.status().is_some_and(|status| self.status.contains(&status)))
        });
        traffic.cells.retain(|cell| self.takes(&cell.attributes));
        if let ByProxies::Cells(cells) = &mut traffic.by_proxies {
            cells.retain(|cell| self.takes(&cell.attributes));
        }
        let mut calls: Vec<u32> = traffic.attempts.iter().map(|attempt| attempt.call).collect();
        calls.sort_unstable();
        calls.dedup();
        traffic.calls = calls.len() as u64 + traffic.cells.iter().map(|cell| u64::from(cell.first_ok)).sum::<u64>();
        traffic
    }

    /// Whether attempts with these attributes pass.
    pub(super) fn takes(&self, attributes: &Attributes) -> bool {
        self.values.iter().all(|(dimension, wanted)| {
            attributes
                .get(*dimension)
                .is_some_and(|value| wanted.iter().any(|one| one.eq_ignore_ascii_case(value)))
        })
    }
}

/// The attributes of all attempts, with how many have them.
fn attributes(traffic: &Traffic) -> impl Iterator<Item = (&Attributes, u64)> {
    let failed = traffic.attempts.iter().map(|attempt| (&*attempt.attributes, 1));
    failed.chain(traffic.cells.iter().map(|cell| (&*cell.attributes, u64::from(cell.ok))))
}

/// The values that most attempts have, the most frequent first.
fn most(dimension: Dimension, traffic: &Traffic) -> Vec<Name> {
    let mut counts: BTreeMap<&Name, u64> = BTreeMap::new();
    for (attributes, count) in attributes(traffic) {
        if let Some(value) = attributes.get(dimension) {
            *counts.entry(value).or_default() += count;
        }
    }
    let mut counts: Vec<(&Name, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.into_iter().take(NAMED).map(|(value, _)| Name::clone(value)).collect()
}
