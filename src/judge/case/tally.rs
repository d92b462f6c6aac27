//! How often each value occurs.

use crate::model::{Name, Occurrences};
use std::collections::BTreeMap;

/// Values of one attribute told by name; the rest are counted.
const NAMED: usize = 12;

/// How often each value occurs, as they come: mostly the same one again.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    counts: BTreeMap<&'a str, u64>,
    unsaid: u64,
    /// The last value, and how often it came since another did.
    last: Option<(&'a str, u64)>,
}

impl<'a> Tally<'a> {
    pub(super) fn add(&mut self, value: Option<&'a str>) {
        let Some(value) = value else {
            self.unsaid += 1;
            return;
        };
        match &mut self.last {
            Some((last, count)) if *last == value => *count += 1,
            last => {
                if let Some((before, count)) = last.replace((value, 1)) {
                    *self.counts.entry(before).or_default() += count;
                }
            }
        }
    }

    /// The most frequent first.
    pub(super) fn told(mut self) -> Occurrences {
        if let Some((last, count)) = self.last {
            *self.counts.entry(last).or_default() += count;
        }
        most_frequent(self.counts, self.unsaid)
    }
}

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
    most_frequent(counts, unsaid)
}

fn most_frequent(counts: BTreeMap<&str, u64>, unsaid: u64) -> Occurrences {
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

#[cfg(test)]
mod tests {
    use super::{Tally, tally};

    #[test]
    fn values_that_come_by_turns_are_counted_as_those_that_come_together() {
        let values = [Some("POST"), Some("GET"), Some("POST"), None, Some("POST"), Some("POST")];
        let mut by_turns = Tally::default();
        values.iter().for_each(|value| by_turns.add(*value));
        assert_eq!(by_turns.told(), tally(values.into_iter().map(|value| (value, 1))));
    }
}
