//! How often each value occurs.

use crate::model::{Name, Occurrences};
use std::collections::BTreeMap;

/// Values of one attribute told by name; the rest are counted.
const NAMED: usize = 12;

/// How often each value occurs among some, the most frequent first.
pub(super) fn tally_each<'a, T>(all: &[&'a T], value: impl Fn(&'a T) -> Option<&'a str>) -> Occurrences {
    tally(all.iter().map(|one| (value(one), 1)))
}

/// How often each value occurs, the most frequent first.
pub(super) fn tally<'a>(values: impl Iterator<Item = (Option<&'a str>, u64)>) -> Occurrences {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut unsaid = 0;
    for (value, count) in values {
        match value {
            Some(value) => *counts.entry(value).or_default() += count,
            None => unsaid += count,
        }
    }
    let mut named: Vec<(&str, u64)> = counts.into_iter().collect();
    named.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let more = named.len().saturating_sub(NAMED) as u64;
    named.truncate(NAMED);
    Occurrences {
        named: named.into_iter().map(|(value, count)| (Name::from(value), count)).collect(),
        more,
        unsaid,
    }
}
