//! The slices of a table as the search goes on: their series and stretches, of which a round changes a few minutes only.

use super::automaton::{Segment, Series, segments};
use super::statistics::f;
use super::table::{Slice, Table};
use crate::workers::Workers;
use std::collections::BTreeMap;

/// Everything, and every value of a dimension that has more than one.
pub(super) struct Slices {
    slices: BTreeMap<Slice, Searched>,
}

/// One slice.
struct Searched {
    series: Series,
    /// Its stretches, as far as they are not stale.
    segments: Vec<Segment>,
    is_stale: bool,
}

impl Slices {
    /// Those of a table.
    pub(super) fn of(table: &Table<'_>) -> Self {
        let searched = |series| Searched {
            series,
            segments: Vec::new(),
            is_stale: true,
        };
        let slices = table.series_of_slices(&table.entries);
        Self {
            slices: slices.into_iter().map(|(slice, series)| (slice, searched(series))).collect(),
        }
    }

    /// Takes over what the table changed in minutes `first` to `last`.
    pub(super) fn renew(&mut self, table: &Table<'_>, first: usize, last: usize) {
        for (slice, now) in table.series_of_slices(table.between(first, last)) {
            let Some(Searched { series, is_stale, .. }) = self.slices.get_mut(&slice) else {
                continue;
            };
            let from = series.partition_point(|(minute, ..)| *minute < first);
            let to = series.partition_point(|(minute, ..)| *minute <= last);
            if series.get(from..to) != Some(&now) {
                series.splice(from..to, now);
                *is_stale = true;
            }
        }
    }

    /// The stretches above a background of the slices in which so many failed at least. The background is the same at every
    /// call.
    pub(super) fn segments(&mut self, background: f64, min_failures: u64, workers: &Workers) -> BTreeMap<Slice, Vec<Segment>> {
        let searched = self.slices.iter_mut();
        let mut searched: Vec<(Slice, &mut Searched)> = searched
            .filter(|(_, one)| !one.series.is_empty() && failed(&one.series) >= f(min_failures))
            .map(|(slice, one)| (*slice, one))
            .collect();
        let stale = searched.iter_mut().filter(|(_, one)| one.is_stale);
        let mut stale: Vec<&mut Searched> = stale.map(|(_, one)| &mut **one).collect();
        let series: Vec<&Series> = stale.iter().map(|one| &one.series).collect();
        let found = workers.map(&series, |series| segments(series, background));
        for (one, found) in stale.iter_mut().zip(found) {
            (one.segments, one.is_stale) = (found, false);
        }
        searched
            .into_iter()
            .map(|(slice, one)| (slice, one.segments.clone()))
            .collect()
    }

    /// Minutes in which anything was tried.
    pub(super) fn minutes(&self) -> usize {
        let whole = self.slices.get(&None).map_or(&[][..], |whole| &whole.series);
        whole.iter().filter(|(_, n, _)| *n > 0.0).count()
    }
}

/// Failures of a series.
pub(super) fn failed(series: &Series) -> f64 {
    series.iter().map(|(.., k)| k).sum()
}

#[cfg(test)]
mod tests {
    use super::{Slices, Table};
    use crate::model::{Attempt, Attributes, Dimension, Name, Outcome, Scope, Side, Time, Traffic};
    use crate::workers::Workers;
    use std::collections::BTreeMap;
    use std::sync::Arc;

    /// Two models that fail in every minute of an hour.
    fn traffic() -> Traffic {
        let failed = |at: i64| {
            let model = if at % 3 == 0 { "gpt-4o" } else { "gpt-4o-mini" };
            Attempt {
                side: Some(Side::Provider),
                attributes: Arc::new(Attributes::default().with(Dimension::Model, model)),
                ..Attempt::ended(Time(at * 20_000), Outcome::Status(503))
            }
        };
        Traffic {
            attempts: (0..180).map(failed).collect(),
            ..Traffic::default()
        }
    }

    /// The slices of a table that lost ten minutes of one model after it was searched.
    fn renewed(table: &mut Table<'_>) -> Slices {
        let mut slices = Slices::of(table);
        slices.segments(0.003, 1, &Workers::new(1));
        let scope = Scope {
            values: BTreeMap::from([(Dimension::Model, vec![Name::from("gpt-4o")])]),
        };
        table.remove(&scope, 10, 20);
        slices.renew(table, 10, 20);
        slices
    }

    fn of_models(traffic: &Traffic) -> Table<'_> {
        Table::of(traffic, &[], &[Dimension::Model], Side::Provider, |_, _| true)
    }

    #[test]
    fn what_is_renewed_is_what_would_be_made_anew() {
        let traffic = traffic();
        let mut table = of_models(&traffic);
        let renewed = renewed(&mut table);
        let told = |mut slices: Slices| slices.segments(0.003, 1, &Workers::new(1));
        assert_eq!(told(renewed), told(Slices::of(&table)));
    }

    #[test]
    fn a_slice_that_lost_nothing_is_not_searched_again() {
        let traffic = traffic();
        let slices = renewed(&mut of_models(&traffic));
        let stale = slices.slices.values().filter(|one| one.is_stale).count();
        assert_eq!(stale, 2, "everything, and the model that lost some");
    }
}
