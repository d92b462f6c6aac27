//! Which traffic to look at: the filters of the command line, on joined attempts, so that what only one side logged
//! filters both.

use crate::model::{Attributes, ByProxies, Dimension, Traffic};
use std::collections::BTreeMap;

/// Filters; an empty one lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Wanted values by dimension; any of them, compared without case.
    pub values: BTreeMap<Dimension, Vec<String>>,
    /// Wanted statuses of attempts that did not end well; successes always stay, or there would be no share.
    pub status: Vec<u16>,
}

impl Selection {
    /// The traffic that passes.
    #[must_use]
    pub fn of(&self, mut traffic: Traffic) -> Traffic {
        if self.values.is_empty() && self.status.is_empty() {
            return traffic;
        }
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
