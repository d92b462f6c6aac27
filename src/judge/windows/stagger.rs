//! Values that fail at other times than the one that fails most do not belong to its window (classification B5).

use super::automaton::Segment;
use super::edges::RATE_AT_MOST;
use super::ground::{Ground, Span};
use super::statistics::{differ, evidence, gain};
use super::table::Table;
use crate::judge::thresholds::{STAGGER_EVIDENCE, STAGGER_FAILING, STAGGER_HEALTHY, STAGGER_MINUTES};
use crate::model::Dimension;
use std::collections::BTreeMap;

type Counts = BTreeMap<u16, (f64, f64)>;

/// The values that fail together with the anchor, and those that do not; `Err` where the anchor itself fails only in
/// part of the stretch, which then shrinks to that part.
pub(super) fn kept(
    ground: &Ground<'_, '_>,
    at: usize,
    values: &[u16],
    counts: &Counts,
    stretch: Span,
) -> Result<(Vec<u16>, Vec<u16>), Span> {
    let Ground {
        table,
        background,
        segments,
    } = *ground;
    let strength = |value: &u16| counts.get(value).map_or(0.0, |(k, n)| evidence(*k, *n, background));
    let mut order = values.to_vec();
    order.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then(a.cmp(b)));
    let Some((&anchor, rest)) = order.split_first() else {
        return Ok((Vec::new(), Vec::new()));
    };
    let count = |value: u16, span: Span| count(table, at, value, span);
    let own = |value: u16| own_span(segments.get(&Some((at, value))), stretch);
    // Models fail by themselves; hosts, projects and endpoints mostly fail with what stands behind all of them.
    let by_itself = table.dimensions.get(at) == Some(&Dimension::Model);
    let healthier = |value: u16, span: Span, failing: (f64, f64)| {
        let there = count(value, span);
        clearly_healthier(there, failing)
            || by_itself
                && own(value).is_some_and(|(from, to)| {
                    let own = count(value, (from.max(stretch.0), to.min(stretch.1)));
                    is_over(there, own, failing, background)
                })
    };

    if let Some((from, to)) = own(anchor) {
        let together = |span: Span| {
            rest.iter()
                .map(|&value| count(value, span))
                .fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let outside = |span: Span| span.0 <= span.1 && long_enough(span.0, span.1) && healthier(anchor, span, together(span));
        let head = from > stretch.0 && outside((stretch.0, from - 1));
        let tail = to < stretch.1 && outside((to + 1, stretch.1));
        if head || tail {
            return Err((if head { from } else { stretch.0 }, if tail { to } else { stretch.1 }));
        }
    }
    let (mut keep, mut drop) = (vec![anchor], Vec::new());
    for &value in rest {
        let elsewhere = own(value).is_some_and(|(from, to)| {
            // It is healthy while the anchor fails, or fails where the anchor is healthy.
            let heads = [
                (stretch.0, from.checked_sub(1), false),
                (to + 1, Some(stretch.1), false),
                (from, stretch.0.checked_sub(1), true),
                (stretch.1 + 1, Some(to), true),
            ];
            heads.into_iter().any(|(a, b, anchor_healthy)| {
                let Some(b) = b.filter(|&b| a <= b && long_enough(a, b)) else {
                    return false;
                };
                if anchor_healthy {
                    healthier(anchor, (a, b), count(value, (a, b)))
                } else {
                    healthier(value, (a, b), count(anchor, (a, b)))
                }
            })
        });
        if elsewhere { drop.push(value) } else { keep.push(value) }
    }
    Ok((keep, drop))
}

/// Whether, in minutes `span`, one value's rate is clearly below another group's: under a third, by enough evidence.
pub(super) fn clearly_healthier(healthy: (f64, f64), failing: (f64, f64)) -> bool {
    let ((k1, n1), (k2, n2)) = (healthy, failing);
    n1 > 0.0 && n2 > 0.0 && k1 / n1 < k2 / n2 / 3.0 && differ(k1, n1, k2, n2) > STAGGER_EVIDENCE
}

/// Whether a stretch is long enough to tell two values apart in time.
pub(super) fn long_enough(from: usize, to: usize) -> bool {
    to + 1 >= from + STAGGER_MINUTES
}

/// Whether a value's counts `there` speak for its being healthy and against its own failing rate, while others fail there.
///
/// Two rates of small counts hardly differ; but that the value failed at its own rate elsewhere, and here not, is told by
/// its healthy attempts alone.
fn is_over(there: (f64, f64), own: (f64, f64), failing: (f64, f64), background: f64) -> bool {
    let rate = (own.0 / own.1.max(1.0)).min(RATE_AT_MOST);
    rate > background
        && -gain(there.0, there.1, rate, background) > STAGGER_HEALTHY
        && evidence(failing.0, failing.1, background) > STAGGER_FAILING
}

/// From the first to the last minute of the segments that touch the stretch.
fn own_span(segments: Option<&Vec<Segment>>, stretch: Span) -> Option<Span> {
    let touching = segments?
        .iter()
        .filter(|segment| segment.last >= stretch.0 && segment.first <= stretch.1);
    touching
        .map(|segment| (segment.first, segment.last))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}

fn count(table: &Table<'_>, at: usize, value: u16, (from, to): Span) -> (f64, f64) {
    let mine = table
        .between(from, to)
        .iter()
        .filter(|entry| entry.alive && entry.values.get(at).copied().flatten() == Some(value));
    mine.fold((0.0, 0.0), |sum, entry| (sum.0 + entry.k, sum.1 + entry.n))
}
