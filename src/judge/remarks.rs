//! Remarks on the logs and the traffic: ids that are missing, storms of rate limits, clocks that disagree.

use super::combinations::Counts;
use super::times::zone_and_skew;
use super::{costs, id_advice};
use crate::model::{
    Alike, Attempt, Attributes, CallerKind, Dimension, Finding, Grain, Name, Outcome, Rollup, SourceRollup, Time, Traffic,
    Vantage,
};
use crate::text::thousands::thousands;
use std::collections::{BTreeMap, BTreeSet};

/// A rate-limit storm: this many answers in [`STORM_MS`], and at least [`STORM_SHARE`] of the attempts then
/// (classification B7).
const STORM_ANSWERS: usize = 20;

/// See [`STORM_ANSWERS`]: five minutes.
const STORM_MS: i64 = 300_000;

/// See [`STORM_ANSWERS`].
const STORM_SHARE: f64 = 0.2;

/// Below this share of answers with an id, a log is said to lack them.
const IDS_LACKING_BELOW: f64 = 0.5;

/// The same where a log has two lines for each call, the SDK's on the answer, which carries none at INFO, and its own.
const IDS_LACKING_BELOW_OF_TWO: f64 = 0.25;

/// Answers below which nothing is said about a log's ids.
const ANSWERS_NEEDED: u64 = 20;

/// Offsets below this are not worth a remark, in milliseconds.
const OFFSET_REMARKED_MS: i64 = 1_000;

/// Remarks on logs, by the log's number and their place among those on one log.
type OfLogs = Vec<((usize, usize), Finding)>;

/// The place of the remark on a log's clock, among [the others](of_logs).
const CLOCK: usize = 4;

/// Every remark, in a fixed order; `of_logs` are [those of the logs](of_logs).
pub(super) fn remarks(traffic: &Traffic, rollup: &Rollup, offsets_ms: &BTreeMap<Name, i64>, mut of_logs: OfLogs) -> Vec<Finding> {
    let mut remarks = storms(traffic);
    remarks.extend(costs::hint(traffic, rollup));
    let mut told = BTreeSet::new();
    for (number, (name, source)) in rollup.sources.iter().enumerate() {
        let offset = offsets_ms.get(name).copied().unwrap_or(0);
        let remark = clock(name, source, offset).filter(|_| told.insert(super::correlate::stem(name)));
        of_logs.extend(remark.map(|remark| ((number, CLOCK), remark)));
    }
    of_logs.sort_by_key(|(place, _)| *place);
    remarks.extend(of_logs.into_iter().map(|(_, remark)| remark));
    remarks
}

/// What is to be remarked on each log by itself: it need not wait until the traffic is known.
pub(super) fn of_logs(rollup: &Rollup) -> OfLogs {
    let mut remarks = Vec::new();
    let mut told = BTreeSet::new();
    for (number, (name, source)) in rollup.sources.iter().enumerate() {
        let of_log = [
            (0, missing_provider_ids(name, source)),
            (1, missing_client_ids(name, source)),
            (2, undated(name, source)),
            (3, unsaid(name, source)),
            (CLOCK + 1, retried_upstream(name, source)),
        ];
        for (place, remark) in of_log {
            // What one part of a rotated log lacks, all lack: it is said once.
            let remark = remark.filter(|remark| told.insert((super::correlate::stem(name), remark.about)));
            remarks.extend(remark.map(|remark| ((number, place), remark)));
        }
    }
    remarks
}

/// Storms are notes with their own times, never windows.
fn storms(traffic: &Traffic) -> Vec<Finding> {
    let answers: Vec<&Attempt> = traffic
        .attempts
        .iter()
        .filter(|attempt| matches!(attempt.outcome, Outcome::Caller(CallerKind::RateLimit | CallerKind::Quota, _)))
        .collect();
    let mut storms: Vec<(Time, Time)> = Vec::new();
    for (at, first) in answers.iter().enumerate() {
        let Some(last) = answers.get(at + STORM_ANSWERS - 1) else {
            break;
        };
        if last.time.since(first.time) > STORM_MS || !is_storm(traffic, first.time, last.time, STORM_ANSWERS) {
            continue;
        }
        match storms.last_mut() {
            Some((_, end)) if first.time.since(*end) <= STORM_MS => *end = last.time,
            _ => storms.push((first.time, last.time)),
        }
    }
    let count = |from: Time, to: Time| answers.iter().filter(|answer| (from..=to).contains(&answer.time)).count() as u64;
    let remark = |(from, to): (Time, Time)| {
        Finding {
        about: "rate-limit-storm",
        says: format!("{} answers said \"too many requests\" from {from} to {to}. That is the caller's limit, not a failure of the provider.", thousands(count(from, to))),
        advice: "Slow down and honour Retry-After; check whether one client or a retry loop drives it; ask for a higher limit if the load is wanted.".to_owned(),
        path: None,
    }
    };
    storms.into_iter().map(remark).collect()
}

fn is_storm(traffic: &Traffic, from: Time, to: Time, answers: usize) -> bool {
    let start = traffic
        .cells
        .partition_point(|cell| cell.time < from.plus_ms(-crate::model::CELL_SECONDS * 1000));
    let successes: u64 = traffic
        .cells
        .iter()
        .skip(start)
        .take_while(|cell| cell.time <= to)
        .map(|cell| u64::from(cell.ok))
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = answers as f64 / (answers as f64 + successes as f64);
    share >= STORM_SHARE
}

/// From which share on ids are said to be lacking.
fn lacking_below(source: &SourceRollup) -> f64 {
    let two_lines = source.cells.total(Grain::Attempt) > 0 && source.cells.total(Grain::Call) > 0;
    if two_lines {
        IDS_LACKING_BELOW_OF_TWO
    } else {
        IDS_LACKING_BELOW
    }
}

/// Whether those who run the program can change what it logs; a provider's own page they cannot.
fn is_own(source: &SourceRollup) -> bool {
    source.vantage != Some(Vantage::Browser)
}

/// Whether a proxy saw nothing but tunnels: without a path in any line, there are no headers that it could log.
fn is_tunnel(source: &SourceRollup) -> bool {
    let has_path = |attributes: &Attributes| attributes.get(Dimension::Endpoint).is_some();
    source.vantage == Some(Vantage::Proxy)
        && !source.observations.iter().any(|seen| has_path(&seen.attributes))
        && !source.cells.combinations().any(|attributes| has_path(attributes))
}

fn share(with: u64, without: u64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let share = with as f64 / (with + without) as f64;
    (with + without >= ANSWERS_NEEDED).then_some(share)
}

fn missing_provider_ids(name: &Name, source: &SourceRollup) -> Option<Finding> {
    let share = share(source.successes_with_id, source.successes_without_id)
        .filter(|share| is_own(source) && *share < lacking_below(source) && !is_tunnel(source))?;
    let advice = id_advice::provider_id(source, source.cells.total(Grain::Attempt) > 0)?;
    Some(Finding {
        about: "missing-ids",
        says: format!(
            "{:.0} % of the answers carry no x-request-id, which support asks for first.",
            (1.0 - share) * 100.0
        ),
        advice,
        path: Some(Name::clone(name)),
    })
}

/// A proxy's own tries are no attempts (classification B3.4): they are told apart.
fn retried_upstream(name: &Name, source: &SourceRollup) -> Option<Finding> {
    (source.rare.retried_upstream > 0).then(|| Finding {
        about: "upstream-retries",
        says: format!(
            "The proxy tried again upstream by itself {} times, in {} of {} records. These tries are not counted as attempts.",
            thousands(source.rare.upstream_retries),
            thousands(source.rare.retried_upstream),
            thousands(source.records)
        ),
        advice: "Know who retries: a proxy's tries and a program's multiply. Let one of them do it.".to_owned(),
        path: Some(Name::clone(name)),
    })
}

fn missing_client_ids(name: &Name, source: &SourceRollup) -> Option<Finding> {
    let share = share(source.with_client_id, source.without_client_id)
        .filter(|share| is_own(source) && *share < lacking_below(source) && !is_tunnel(source))?;
    let advice = id_advice::client_id(source)?;
    Some(Finding {
        about: "missing-client-ids",
        says: format!(
            "{:.0} % of the records carry no X-Client-Request-Id, the only handle on a request that was never answered.",
            (1.0 - share) * 100.0
        ),
        advice,
        path: Some(Name::clone(name)),
    })
}

fn undated(name: &Name, source: &SourceRollup) -> Option<Finding> {
    (source.rare.undated_records > 0).then(|| Finding {
        about: "undated",
        says: format!(
            "{} of the records about a call carry no time, or one that cannot be right; they are in no count and no window.",
            thousands(source.rare.undated_records)
        ),
        advice: "Log a time stamp with date and zone on every line.".to_owned(),
        path: Some(Name::clone(name)),
    })
}

/// Failed calls of which a log says no more than that they failed: nobody can tell whose fault they were.
fn unsaid(name: &Name, source: &SourceRollup) -> Option<Finding> {
    let mut kinds = Counts::<Alike>::default();
    source.observations.iter().for_each(|seen| kinds.add(&seen.alike, 1));
    let kinds = kinds.counts();
    let count = |is_one: fn(&Alike) -> bool| {
        let found = kinds.iter().filter(|(kind, _)| is_one(kind));
        found.map(|(_, count)| count).sum::<u64>()
    };
    let unsaid = count(|kind| kind.grain == Grain::Call && kind.outcome == Outcome::Unsaid && kind.error.is_some());
    let told = count(|kind| kind.outcome.is_failure());
    (unsaid > told).then(|| Finding {
        about: "unsaid-failures",
        says: format!("{} of the records say that a call failed and not how, by an error's name that is none of an API's; without another line on the same call they are in no count and no window.", thousands(unsaid)),
        advice: "Log the HTTP status of the answer, or the exception that the SDK raised.".to_owned(),
        path: Some(Name::clone(name)),
    })
}

/// Whether a log's clock was wrong, or only its zone not known.
fn clock(name: &Name, source: &SourceRollup, offset_ms: i64) -> Option<Finding> {
    let (zone, skew_ms) = zone_and_skew(source, offset_ms);
    if skew_ms.abs() >= OFFSET_REMARKED_MS {
        #[expect(clippy::cast_precision_loss, reason = "an offset is at most a day")]
        let seconds = skew_ms as f64 / 1000.0;
        return Some(Finding {
            about: "clock",
            says: format!(
                "The clock was {seconds:+.1} s corrected, so that records of the same requests agree with the other logs."
            ),
            advice: "Check the time synchronisation of the host, and the time zone (--tz).".to_owned(),
            path: Some(Name::clone(name)),
        });
    }
    zone.map(|zone| Finding {
        about: "time-zone",
        says: format!("The stamps carry no zone; they were read as {zone}."),
        advice: "Name the zone with --tz if that is wrong, and log it with every stamp.".to_owned(),
        path: Some(Name::clone(name)),
    })
}
