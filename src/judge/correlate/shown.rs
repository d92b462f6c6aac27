//! What an application's log shows of its traffic: when it has records, of which endpoints, and how many.

use super::clocks::Clock;
use super::cover::Cover;
use super::family::Family;
use super::stretches::Stretches;
use super::successes::{self, cells};
use super::view::View;
use crate::model::{CELL_SECONDS, Dimension, Grain, Name, SourceRollup, Time};
use std::collections::BTreeSet;

/// Applications that show this share of a proxy's traffic show all of it (the reference method's rule for logs without
/// ids; the rest is the edges of the logs).
pub(super) const SHOWN_SHARE: f64 = 0.9;

/// What one application's log shows.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    pub(super) cover: Cover,
    pub(super) stretches: Stretches,
    /// When attempts did not end well.
    pub(super) failed: Vec<Time>,
    /// The endpoints that it names, where nearly all of its attempts name one.
    pub(super) endpoints: Option<BTreeSet<Name>>,
}

/// How many attempts went well, and how many did not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) well: u64,
    pub(super) failed: u64,
}

impl Count {
    pub(super) fn all(self) -> u64 {
        self.well + self.failed
    }

    /// Whether two logs that are nowhere at one time may be of one traffic: their clocks are apart then, and not told.
    pub(super) fn is_like(self, other: Self) -> bool {
        let alike = |one: u64, other: u64| is_share(one.min(other), one.max(other));
        self.all() > 0 && alike(self.well, other.well) && alike(self.failed, other.failed)
    }
}

/// Whether a part is nearly the whole.
pub(super) fn is_share(part: u64, whole: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let is_share = part as f64 >= whole as f64 * SHOWN_SHARE;
    is_share
}

/// The end of the five seconds that a cell counts.
pub(super) fn end_of_cell(start: Time) -> Time {
    start.plus_ms(CELL_SECONDS * 1000 - 1)
}

impl Shown {
    /// What a family shows; `views` are its attempts that did not end well, each with whether a proxy's was joined with it.
    pub(super) fn of<'v>(
        family: &Family,
        views: impl Iterator<Item = (&'v View, bool)>,
        (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
    ) -> Self {
        let mut stretches = Stretches::default();
        let mut endpoints = BTreeSet::new();
        let (mut named, mut all) = (0_u64, 0_u64);
        let answers = successes::grain_of_answers(family);
        for &source in &family.sources {
            let (Some((_, rollup)), clock) = (sources.get(source), clocks.get(source).copied().unwrap_or_default()) else {
                continue;
            };
            let of: Vec<Option<&Name>> = rollup.cells.combinations().map(|of| of.get(Dimension::Endpoint)).collect();
            for (time, grain, id, cell) in cells(rollup, clock) {
                let time = time.plus_ms(clock.offset_ms);
                stretches.add(time, end_of_cell(time));
                if grain == answers {
                    let endpoint = of.get(usize::from(id)).copied().flatten();
                    all += u64::from(cell.ok);
                    named += endpoint.map_or(0, |_| u64::from(cell.ok));
                }
            }
            endpoints.extend(of.into_iter().flatten().cloned());
        }
        let mut failed = Vec::new();
        let mut untold = 0;
        for (view, is_joined) in views {
            failed.push(view.time);
            untold += usize::from(is_joined && view.is_of_untold_end());
            stretches.add(view.time.plus_ms(-i64::from(view.duration_ms.unwrap_or_default())), view.time);
            let endpoint = view.attributes.get(Dimension::Endpoint);
            (all, named) = (all + 1, named + u64::from(endpoint.is_some()));
            if let Some(endpoint) = endpoint.filter(|endpoint| !endpoints.contains(*endpoint)) {
                endpoints.insert(Name::clone(endpoint));
            }
        }
        Self {
            // An SDK that tells of failures only by its retries has no line on the last one of a call. Where the proxy's lines
            // are not joined with the retries, they are not told from it either.
            cover: if family.shows_every_attempt() && untold * 2 <= failed.len() {
                Cover::Attempts
            } else {
                Cover::Calls
            },
            stretches: stretches.settled(),
            failed,
            endpoints: (named > 0 && is_share(named, all)).then_some(endpoints),
        }
    }
}

/// What went well of a family, as often as its log says so, by time.
pub(super) fn answers<'s>(
    family: &'s Family,
    (sources, clocks): (&'s [(&'s Name, &'s SourceRollup)], &'s [Clock]),
) -> impl Iterator<Item = (Time, u64)> {
    let wanted = successes::grain_of_answers(family);
    let members = family.sources.iter().filter_map(move |&source| {
        let clock = clocks.get(source).copied().unwrap_or_default();
        Some((sources.get(source)?.1, clock))
    });
    members.flat_map(move |(rollup, clock)| {
        let wanted = cells(rollup, clock).filter(move |(_, grain, ..)| *grain == wanted);
        wanted.map(move |(time, .., cell)| (time.plus_ms(clock.offset_ms), u64::from(cell.ok)))
    })
}

/// The attempts that went well of a proxy's log, by time, with the number of their attributes.
pub(super) fn passed(rollup: &SourceRollup, clock: Clock) -> impl Iterator<Item = (Time, usize, u64)> {
    let counted = cells(rollup, clock).filter(|(_, grain, ..)| matches!(grain, Grain::Attempt | Grain::Tunnel));
    counted.map(move |(time, _, id, cell)| (time.plus_ms(clock.offset_ms), usize::from(id), u64::from(cell.ok)))
}
