//! Act two: from a rollup to findings; pure, and the same on every machine.

pub mod baseline;
mod caller_side;
mod case;
mod classify;
mod combinations;
mod correlate;
pub mod corroborate;
mod costs;
mod id_advice;
mod only_failures;
mod remarks;
mod retries;
mod same_ids;
mod select;
mod shards;
mod thresholds;
mod timeline;
mod times;
mod trace;
mod wanted;
mod windows;

use baseline::{Usual, UsualHour};
use combinations::asked_once;
pub use correlate::Clocks;
use only_failures::OnlyFailures;
pub use select::Selection;
pub use shards::{chosen, unanswered, wanted_of_shard};
pub use thresholds::Thresholds;
pub use times::{TimesRead, times_read};
pub use trace::Tracer;
pub use wanted::{clocks_and_wanted, wanted};

use crate::model::{
    Attempt, CallOutcome, Counts, Coverage, Finding, Findings, Name, Rollup, Skipped, SourceCoverage, SourceRollup, Traffic,
    Window,
};
use crate::workers::Workers;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the judgement is asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When failures are more than usual.
    pub thresholds: Thresholds,
    /// What earlier nights tell, hour by hour; empty where there were none.
    pub usual: Vec<UsualHour>,
    /// Threads that look at windows at once; what they find is the same for every number of them.
    pub threads: usize,
    /// Which traffic to look at.
    pub selection: Selection,
    /// Failures listed per window at most.
    pub max_requests: usize,
    /// Keep all traffic in the findings, for reports that list it.
    pub keep_traffic: bool,
    /// The window whose numbers are wanted, from 0, by start.
    pub explain: Option<usize>,
    /// The clocks of the logs, where they were worked out for the second look.
    pub clocks: Option<Clocks>,
}

/// Act two, whole.
#[must_use]
pub fn judge(rollup: &Rollup, options: &Options) -> Findings {
    judge_one(Cow::Borrowed(rollup), options)
}

/// As [`judge()`], as the last judgement of a process: frees the rollup as it goes, for what a hundred thousand logs gave
/// weighs as much as what is told of them, but leaves a log's very many failures to the system.
#[must_use]
pub fn judge_last(rollup: Rollup, options: &Options) -> Findings {
    judge_one(Cow::Owned(rollup), options)
}

/// Logs from which one thread judges alone: an allocator keeps for each thread what that has freed. Of a hundred thousand logs
/// of a line or two the judgement of four held 13 MB more, and the run took as long.
const A_GREAT_MANY: usize = 1 << 16;

fn judge_one(mut rollup: Cow<'_, Rollup>, options: &Options) -> Findings {
    let is_many = rollup.sources.len() >= A_GREAT_MANY;
    let workers = Workers::new(if is_many { 1 } else { options.threads });
    if let (Cow::Owned(rollup), Some(clocks)) = (&mut rollup, &options.clocks) {
        clocks.let_go_of_starts(rollup);
    }
    let (correlated, of_logs) = workers.both(
        || correlate::correlate(&rollup, options.clocks.as_ref(), &workers),
        || remarks::of_logs(&rollup),
    );
    let (mut traffic, narrowed) = options.selection.of(correlated.traffic);
    let only_failures = OnlyFailures::of(&traffic, &rollup);
    only_failures.leave_calls_open(&mut traffic);
    let (mut windows, no_news) = find_windows(&traffic, &only_failures, options, &workers);
    case::add_proxy_logs(&mut windows, &rollup, &correlated.offsets_ms);
    let durations = timeline::Durations::of(&rollup, &correlated.offsets_ms, &options.selection, &windows);
    let counted = || (counts(&traffic), caller_side::count(&traffic));
    let remarked = || {
        let mut remarks = remarks::remarks(&traffic, &rollup, &correlated.offsets_ms, of_logs);
        remarks.extend(same_ids::remarks(&rollup));
        (remarks, isolated(&traffic, &windows, options.max_requests))
    };
    let audited = || retries::audit(&traffic, &windows);
    let drawn = || timeline::timeline(&traffic, &windows, &durations, &workers);
    let (((counts, caller_side), (mut findings, (isolated_count, isolated))), (retries, timeline)) =
        workers.both(|| workers.both(counted, remarked), || workers.both(audited, drawn));
    findings.extend(no_news);
    drop(durations);
    let mut traffic = Some(traffic);
    if let Cow::Owned(rollup) = &mut rollup {
        leave_to_the_system(rollup, &mut traffic, options.keep_traffic);
    }
    let traffic = traffic.filter(|_| options.keep_traffic).map(Arc::new);
    let coverage = coverage(rollup, &correlated.offsets_ms);
    Findings {
        counts,
        caller_side,
        retries,
        findings,
        isolated_count,
        isolated,
        timeline,
        thresholds: options.thresholds.by_name(),
        coverage,
        narrowed,
        windows,
        traffic,
    }
}

/// Failures from which nobody frees them.
const VERY_MANY: usize = 4096;

/// Frees very many failures not one by one: they lie in as many places, which took a twentieth of the run, and the system has
/// the memory back at once when the process ends. What a great many logs gave is freed all the same, for there the report
/// weighs as much.
fn leave_to_the_system(rollup: &mut Rollup, traffic: &mut Option<Traffic>, is_kept: bool) {
    if rollup.sources.len() >= A_GREAT_MANY {
        return;
    }
    std::mem::forget(traffic.take_if(|traffic| !is_kept && traffic.attempts.len() > VERY_MANY));
    let failures: usize = rollup.sources.values().map(|source| source.observations.len()).sum();
    for source in rollup.sources.values_mut().filter(|_| failures > VERY_MANY) {
        std::mem::forget(std::mem::take(&mut source.observations));
    }
}

/// The windows with their verdicts, by start, and what failed no more than at other times.
fn find_windows(
    traffic: &Traffic,
    only_failures: &OnlyFailures,
    options: &Options,
    workers: &Workers,
) -> (Vec<Window>, Vec<Finding>) {
    let usual = Usual::of(&options.usual);
    let flow = only_failures.flow(traffic);
    let arrivals = windows::Arrivals {
        of: only_failures,
        flow: &flow,
    };
    let tables = windows::Tables::of(traffic, arrivals, workers);
    let (drafts, no_news) = usual.sift(windows::find(&tables, &options.thresholds, usual, workers));
    let mut windows = classify::classify(traffic, &tables, &drafts, options, workers);
    usual.name(&mut windows);
    (windows, no_news)
}

/// Whether everything was read and understood.
#[must_use]
pub fn is_complete(rollup: &Rollup) -> bool {
    coverage(Cow::Borrowed(rollup), &BTreeMap::new()).is_complete()
}

fn counts(traffic: &Traffic) -> Counts {
    let mut counts = Counts {
        attempts: traffic.attempt_count(),
        calls: traffic.calls,
        ..Counts::default()
    };
    let successes: u64 = traffic.cells.iter().map(|cell| u64::from(cell.ok)).sum();
    if successes > 0 {
        counts.by_status.insert(200, successes);
    }
    // By the call's number: a call may have failed, and what became of it.
    let mut ended: Vec<(bool, CallOutcome)> = Vec::new();
    for attempt in &traffic.attempts {
        counts.failures += u64::from(attempt.outcome.is_failure());
        if let Some(status) = attempt.outcome.status() {
            *counts.by_status.entry(status).or_default() += 1;
        }
        if let Some(kind) = attempt.outcome.transport() {
            *counts.by_transport_error.entry(kind).or_default() += 1;
        }
        let call = attempt.call as usize;
        if ended.len() <= call {
            ended.resize(call + 1, (false, CallOutcome::Unknown));
        }
        if let Some((failed, outcome)) = ended.get_mut(call) {
            (*failed, *outcome) = (*failed | attempt.outcome.is_failure(), attempt.call_outcome);
        }
    }
    let failed = |wanted: CallOutcome| ended.iter().filter(|(failed, outcome)| *failed && *outcome == wanted).count() as u64;
    counts.calls_lost = failed(CallOutcome::Lost);
    counts.calls_recovered = failed(CallOutcome::Recovered);
    counts
}

/// How many failures lie outside every window, and the first of them.
fn isolated(traffic: &Traffic, windows: &[Window], at_most: usize) -> (u64, Vec<Attempt>) {
    let mut is_inside = vec![false; traffic.attempts.len()];
    for window in windows {
        let from = traffic.attempts.partition_point(|attempt| attempt.time < window.start);
        let to = traffic.attempts.partition_point(|attempt| attempt.time <= window.end);
        let (Some(attempts), Some(is_inside)) = (traffic.attempts.get(from..to), is_inside.get_mut(from..to)) else {
            continue;
        };
        let holds = asked_once(|attributes| window.scope.holds(attributes));
        for (attempt, is_inside) in attempts.iter().zip(is_inside) {
            *is_inside |= attempt.side == Some(window.side) && holds(&attempt.attributes);
        }
    }
    let outside = || {
        let told = traffic.attempts.iter().zip(&is_inside);
        told.filter(|(attempt, is_inside)| attempt.outcome.is_failure() && !**is_inside)
    };
    let first = outside().take(at_most).map(|(attempt, _)| attempt.clone());
    (outside().count() as u64, first.collect())
}

fn coverage(rollup: Cow<'_, Rollup>, offsets_ms: &BTreeMap<Name, i64>) -> Coverage {
    let offset = |name: &Name| offsets_ms.get(name).copied().unwrap_or(0);
    let bytes = rollup.sources.values().map(|source| source.bytes).sum();
    let (sources, skipped): (Vec<Box<SourceCoverage>>, Vec<Skipped>) = match rollup {
        Cow::Borrowed(Rollup { sources, skipped }) => {
            let sources = sources
                .iter()
                .map(|(name, source)| Box::new(covered(name, source, offset(name))));
            (sources.collect(), skipped.iter().cloned().collect())
        }
        Cow::Owned(Rollup { sources, skipped }) => {
            let sources = sources.into_iter().map(|(name, source)| {
                let covered = covered(&name, &source, offset(&name));
                drop(source);
                Box::new(covered)
            });
            (sources.collect(), skipped.into_iter().collect())
        }
    };
    Coverage {
        start: sources.iter().filter_map(|source| source.first).min(),
        end: sources.iter().filter_map(|source| source.last).max(),
        bytes,
        sources,
        skipped,
    }
}

fn covered(name: &Name, source: &SourceRollup, offset: i64) -> SourceCoverage {
    let (_, skew) = times::zone_and_skew(source, offset);
    let answered = source.successes_with_id + source.successes_without_id;
    #[expect(clippy::cast_precision_loss, reason = "shares and seconds need no more than 53 bits")]
    let (seconds, share) = (
        skew as f64 / 1000.0,
        (answered > 0).then(|| source.successes_with_id as f64 / answered as f64),
    );
    SourceCoverage {
        path: Name::clone(name),
        format: source.format,
        vantage: source.vantage,
        host: source.host.clone(),
        records: source.records,
        other_records: source.other_records,
        unread_records: source.unread_records,
        unread_lines: source.rare.unread_lines.iter().copied().collect(),
        first: source.span.map(|(first, _)| first.plus_ms(offset)),
        last: source.span.map(|(_, last)| last.plus_ms(offset)),
        time_zone: times::zone(source, offset),
        clock_offset_seconds: seconds,
        share_with_provider_id: share,
        notes: source.notes.iter().cloned().collect(),
    }
}
