//! A window's shape: whether it flapped, came on slowly, is still going on, and what was usual outside it
//! (classification B6.3).

use crate::judge::thresholds::{CELL_MS, RECOVERY_CHANCE};
use crate::judge::windows::entries::Entry;
use crate::judge::windows::statistics::f;
use crate::judge::windows::table::Table;
use crate::judge::windows::{Draft, Flow};
use crate::model::{CELL_SECONDS, Flag, Time};

/// How far around a window its neighbours are looked for: the merge gap's ten minutes.
pub(super) const AROUND_MS: i64 = 600_000;

/// How far behind a window recovery is looked for at first, an hour; then twice as far, until it is proven or the logs end.
const AFTER_MS: i64 = 3_600_000;

/// Healthy gaps that make a window flap.
const FLAPS: usize = 3;

/// How long such a gap is at least, in minutes.
const FLAP_MINUTES: usize = 2;

/// Minutes of a window that are looked at one by one: a year, which no incident lasts; false stamps stretch over more.
const MOST_MINUTES: i64 = 366 * 24 * 60;

/// A gap is healthy, and an onset slow, below this share of the rate.
const LOW_SHARE: f64 = 1.0 / 3.0;

/// Parts a window is cut into to see how it began.
const PARTS: i64 = 5;

/// Failures below which a window's onset cannot be told from chance.
const ONSET_FAILURES: usize = 15;

/// The remarks on the window's shape.
pub(super) fn flags(draft: &Draft<'_>, flow: &Flow<'_>) -> Vec<Flag> {
    let mut flags = Vec::new();
    if flaps(draft, flow) >= FLAPS {
        flags.push(Flag::Flapping);
    }
    if is_gradual(draft, flow) {
        flags.push(Flag::GradualOnset);
    }
    flags
}

fn rate(draft: &Draft<'_>, flow: &Flow<'_>, from: Time, to: Time) -> (f64, f64) {
    let first = draft.failures.partition_point(|attempt| attempt.time < from);
    let end = draft.failures.partition_point(|attempt| attempt.time < to);
    let k = f(end.saturating_sub(first) as u64);
    (k, k + flow.healthy_between(from, to))
}

/// Stretches of two minutes and more, with traffic, in which failures were under a third as frequent.
fn flaps(draft: &Draft<'_>, flow: &Flow<'_>) -> usize {
    let overall = f(draft.failures.len() as u64) / draft.attempts.max(1.0);
    let minutes = draft.end.since(draft.start) / CELL_MS;
    if minutes > MOST_MINUTES {
        return 0;
    }
    let (mut gaps, mut low) = (0, 0);
    for minute in 0..=minutes {
        let from = draft.start.plus_ms(minute * CELL_MS);
        let (k, n) = rate(draft, flow, from, from.plus_ms(CELL_MS));
        if n > 0.0 && k / n < overall * LOW_SHARE {
            low += 1;
            gaps += usize::from(low == FLAP_MINUTES);
        } else if k > 0.0 {
            low = 0;
        }
    }
    gaps
}

/// Whether the first fifth failed less than a third as often as the middle.
fn is_gradual(draft: &Draft<'_>, flow: &Flow<'_>) -> bool {
    let fifth = draft.end.since(draft.start) / PARTS;
    if draft.failures.len() < ONSET_FAILURES || fifth < CELL_MS {
        return false;
    }
    let part = |at: i64| {
        rate(
            draft,
            flow,
            draft.start.plus_ms(at * fifth),
            draft.start.plus_ms((at + 1) * fifth),
        )
    };
    let ((k1, n1), (k2, n2)) = (part(0), part(2));
    n1 > 0.0 && n2 > 0.0 && k1 / n1 < k2 / n2 * LOW_SHARE
}

/// Whether the logs end before recovery is proven: so few clean attempts after the last failure could be chance.
pub(super) fn is_ongoing(table: &Table<'_>, draft: &Draft<'_>) -> bool {
    let rate = (f(draft.failures.len() as u64) / draft.attempts.max(1.0)).min(0.95);
    let could_be_chance = |healthy: f64| (1.0 - rate / 2.0).powf(healthy) >= RECOVERY_CHANCE;
    let cells = table.cells.last().map(|cell| cell.time.plus_ms(CELL_SECONDS * 1000));
    let last = cells
        .max(table.attempts.last().map(|attempt| attempt.time))
        .unwrap_or(draft.end);
    let scope = draft.counted();
    // Recovery is mostly proven within the hour, and then the month behind it need not be counted.
    for looked_at_ms in std::iter::successors(Some(AFTER_MS), |ms| ms.checked_mul(2)) {
        let to = draft.end.plus_ms(looked_at_ms);
        let after = Flow::of(table, &scope, draft.end.plus_ms(1), to);
        if !could_be_chance(after.healthy_between(draft.end, to)) {
            return false;
        }
        if looked_at_ms > last.since(draft.end) {
            break;
        }
    }
    true
}

/// The counts of a table outside every window, for what failed in another one is not usual either.
pub(super) fn outside<'t>(table: &'t Table<'_>, all: &[Draft<'_>]) -> Vec<&'t Entry> {
    let spans: Vec<_> = all
        .iter()
        .filter(|window| window.side == table.side)
        .map(|window| (table.minute(window.start)..=table.minute(window.end), &window.scope))
        .collect();
    let is_in_window = |entry: &Entry| {
        spans
            .iter()
            .any(|(minutes, scope)| minutes.contains(&entry.minute) && table.holds(scope, entry))
    };
    table.entries.iter().filter(|entry| !is_in_window(entry)).collect()
}

/// The failing share of the scope in these counts; none where no log tells of traffic there.
pub(super) fn baseline(table: &Table<'_>, draft: &Draft<'_>, outside: &[&Entry]) -> Option<f64> {
    if draft.only_failures {
        return None;
    }
    let scope = draft.counted();
    let usual = outside.iter().filter(|entry| table.holds(&scope, entry));
    let (k, n) = usual.fold((0.0, 0.0), |sum, entry| (sum.0 + entry.k, sum.1 + entry.n));
    (n > 0.0).then(|| k / n)
}
