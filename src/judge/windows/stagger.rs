//! Values that fail at other times than the one that fails most do not belong to its window (classification B5).

use super::automaton::Segment;
use super::localise::{clearly_healthier, long_enough};
use super::statistics::evidence;
use super::table::{Slice, Table};
use std::collections::BTreeMap;

type Counts = BTreeMap<u16, (f64, f64)>;
type Span = (usize, usize);

/// The values that fail together with the anchor, and those that do not; `Err` where the anchor itself fails only in
/// part of the stretch, which then shrinks to that part.
pub(super) fn kept(
    table: &Table<'_>,
    at: usize,
    values: &[u16],
    counts: &Counts,
    stretch: Span,
    segments: &BTreeMap<Slice, Vec<Segment>>,
    background: f64,
) -> Result<(Vec<u16>, Vec<u16>), Span> {
    let strength = |value: &u16| counts.get(value).map_or(0.0, |(k, n)| evidence(*k, *n, background));
    let mut order = values.to_vec();
    order.sort_by(|a, b| strength(b).total_cmp(&strength(a)).then(a.cmp(b)));
    let Some((&anchor, rest)) = order.split_first() else {
        return Ok((Vec::new(), Vec::new()));
    };
    let count = |value: u16, span: Span| count(table, at, value, span);
    let own = |value: u16| own_span(segments.get(&Some((at, value))), stretch);

    if let Some((from, to)) = own(anchor) {
        let together = |span: Span| {
            rest.iter()
                .map(|&value| count(value, span))
                .fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let outside = |span: Span| {
            span.0 <= span.1 && long_enough(span.0, span.1) && clearly_healthier(count(anchor, span), together(span))
        };
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
                let (mine, anchors) = (count(value, (a, b)), count(anchor, (a, b)));
                if anchor_healthy {
                    clearly_healthier(anchors, mine)
                } else {
                    clearly_healthier(mine, anchors)
                }
            })
        });
        if elsewhere { drop.push(value) } else { keep.push(value) }
    }
    Ok((keep, drop))
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
