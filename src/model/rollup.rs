//! Act one's harvest, of all sources. [`Rollup::merge`] is associative and commutative up to [`Rollup::settled`], which sorts.

use super::coverage::Skipped;
use super::source_rollup::SourceRollup;
use super::terms::Name;
use std::collections::{BTreeMap, BTreeSet};

/// A source by its path below the argument it was found under: what machines agree on.
pub type SourceName = Name;

/// What reading some logs gave; two of them add up to what reading both would have given.
#[derive(Clone, Debug, Default)]
pub struct Rollup {
    /// Every source that was found, by name; boxed, for a map of a great many moves its values about.
    pub sources: BTreeMap<SourceName, Box<SourceRollup>>,
    /// What was found and could not be read, or not to its end.
    pub skipped: BTreeSet<Skipped>,
}

impl Rollup {
    /// Adds another rollup: associative, and commutative up to [`Self::settled`].
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (name, theirs) in other.sources {
            let mine = self.sources.remove(&name);
            let both = match mine {
                Some(mine) => Box::new(mine.merge(*theirs)),
                None => theirs,
            };
            self.sources.insert(name, both);
        }
        self.skipped.extend(other.skipped);
        self
    }

    /// Adds what a second look at some of the same sources brought. Both are settled, and so is what they are together.
    #[must_use]
    pub fn with(mut self, extra: Self) -> Self {
        for (name, more) in extra.sources {
            self.sources.entry(name).or_default().take_in(*more);
        }
        self.skipped.extend(extra.skipped);
        self
    }

    /// Puts everything in its final order, so that the same input gives the same value whatever the cut.
    #[must_use]
    pub fn settled(mut self) -> Self {
        for source in self.sources.values_mut() {
            source.settle();
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Rollup;
    use crate::model::{Attributes, Cell, Dimension, Grain, Name, Observation, Outcome, SourceRollup, Time};
    use std::sync::Arc;

    fn part(name: &str, model: &str, time: i64) -> Rollup {
        let mut source = SourceRollup {
            records: 1,
            span: Some((Time(time), Time(time))),
            ..SourceRollup::default()
        };
        let tuple = source
            .cells
            .tuple(&Arc::new(Attributes::default().with(Dimension::Model, model)));
        source
            .cells
            .add(Time(time), Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
        let mut rollup = Rollup::default();
        rollup.sources.insert(Name::from(name), Box::new(source));
        rollup
    }

    fn told(rollup: Rollup) -> String {
        let sources = rollup.settled().sources;
        sources
            .iter()
            .map(|(name, source)| {
                format!(
                    "{name} {} {:?} {:?}\n",
                    source.records,
                    source.span,
                    source.cells.in_order().collect::<Vec<_>>()
                )
            })
            .collect()
    }

    #[test]
    fn what_a_second_look_brings_comes_to_stand_in_its_place() {
        let records = |lines: &mut dyn Iterator<Item = u64>| {
            let mut rollup = Rollup::default();
            let source = SourceRollup {
                observations: lines
                    .map(|line| Observation {
                        line,
                        ..Observation::ended(Time(0), Outcome::Status(500))
                    })
                    .collect(),
                ..SourceRollup::default()
            };
            rollup.sources.insert(Name::from("a"), Box::new(source));
            rollup
        };
        for step in [1, 3, 50, 300] {
            let both =
                records(&mut (0..200).map(|at| 2 * at)).with(records(&mut (0..400).step_by(step).map(|at| at / 2 * 2 + 1)));
            let lines: Vec<u64> = both.sources["a"].observations.iter().map(|seen| seen.line).collect();
            assert!(lines.is_sorted() && lines.len() == 200 + 400_usize.div_ceil(step));
        }
    }

    #[test]
    fn merging_is_associative_and_commutative() {
        let parts = || {
            [
                part("a", "gpt-4o", 1),
                part("b", "gpt-4.1", 9_000),
                part("a", "gpt-4.1", 70_000),
            ]
        };
        let [a, b, c] = parts();
        let left = told(a.merge(b).merge(c));
        let [a, b, c] = parts();
        let right = told(a.merge(b.merge(c)));
        let [a, b, c] = parts();
        let backwards = told(c.merge(b).merge(a));
        assert_eq!([&left, &left], [&right, &backwards]);
    }
}
