//! Failures before or after a window that are its background's, not its own: cut off at a gap, where the window's own rate
//! explains the gap and what lies beyond it worse than the background does.
//!
//! The run that [`super::edges`] finds is sought at a third of the window's rate, so that a fault that comes on slowly or
//! fades is kept whole. At so low a rate two failures of background are worth a gap of hours to a small window.

use super::edges::{Flow, RATE_AT_MOST};
use super::statistics::{f, gain};
use crate::judge::thresholds::{STRAY_CUTS, STRAY_EVIDENCE, STRAY_GAP_MS, STRAY_PART_GAP_MS, STRAY_PART_SHARE, STRAY_REST};
use crate::model::Attempt;

/// One part of a window's failures, and what went well from its first to its last.
#[derive(Clone, Copy)]
struct Part {
    calls: f64,
    healthy: f64,
}

/// The failures without what is cut off at either end: each time the part that speaks most clearly for the background.
pub(super) fn without_strays<'b, 'a>(flow: &Flow<'a>, mut kept: &'b [&'a Attempt], background: f64) -> &'b [&'a Attempt] {
    for _ in 0..STRAY_CUTS {
        let Some((at, side)) = clearest(flow, kept, background) else {
            break;
        };
        let (head, tail) = kept.split_at(at);
        kept = match side {
            Cut::Head => tail,
            Cut::Tail => head,
        };
    }
    kept
}

/// Which side of a gap is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    Head,
    Tail,
}

/// The gap at which something must be cut off, and what; linear in the failures.
fn clearest(flow: &Flow<'_>, kept: &[&Attempt], background: f64) -> Option<(usize, Cut)> {
    let (first, last) = (kept.first()?, kept.last()?);
    let calls = |part: &[&Attempt]| f(part.iter().filter(|attempt| attempt.number == 1).count() as u64);
    let all = calls(kept);
    let mut before = 0.0;
    let mut best: Option<(f64, usize, Cut)> = None;
    for (at, pair) in kept.windows(2).enumerate() {
        let [left, right] = pair else { continue };
        before += f64::from(u8::from(left.number == 1));
        let apart = right.time.since(left.time);
        if apart < STRAY_GAP_MS || left.call == right.call {
            continue;
        }
        let gap = flow.healthy_between(left.time, right.time);
        let head = Part {
            calls: before,
            healthy: flow.healthy_between(first.time, left.time),
        };
        let tail = Part {
            calls: all - before,
            healthy: flow.healthy_between(right.time, last.time),
        };
        for (part, rest, cut) in [(head, tail, Cut::Head), (tail, head, Cut::Tail)] {
            let far_enough = part.calls <= 1.0 || apart >= STRAY_PART_GAP_MS;
            let speaks = for_background(part, gap, rest, background);
            if far_enough && speaks > best.map_or(STRAY_EVIDENCE, |(most, _, _)| most) {
                best = Some((speaks, at + 1, cut));
            }
        }
    }
    best.map(|(_, at, cut)| (at, cut))
}

/// Nats by which the background explains a part and the gap before the rest better than the rest's rate does; none speak
/// where the rest is too small to have a rate, or the part too large to be a stray one.
fn for_background(part: Part, gap: f64, rest: Part, background: f64) -> f64 {
    if rest.calls < STRAY_REST || part.calls > STRAY_PART_SHARE * rest.calls {
        return 0.0;
    }
    let rate = (rest.calls / (rest.calls + rest.healthy).max(1.0)).min(RATE_AT_MOST);
    -gain(part.calls, part.calls + part.healthy + gap, rate, background)
}
