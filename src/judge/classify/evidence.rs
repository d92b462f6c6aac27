//! The numbers behind a verdict, measured once, so that a class is judgement without arithmetic.

use super::sender::OneSender;
use crate::judge::Thresholds;
use crate::judge::case::{Healthy, Numbers, SameServer, cells_between, healthy, names_models};
use crate::judge::combinations::asked_once;
use crate::judge::thresholds::{CELL_MS, HEALTHY_SHARE};
use crate::judge::windows::Draft;
use crate::judge::windows::statistics::f;
use crate::model::{Attempt, Attributes, Dimension, Name, Side, Time, Traffic, TrafficCell, TransportError};
use crate::text::thousands::thousands;
use std::collections::{BTreeMap, BTreeSet};

/// How many failures reached the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ReachedCounts {
    pub(super) yes: u64,
    pub(super) no: u64,
    pub(super) unknown: u64,
}

/// What a window's verdict rests on.
pub(super) struct Evidence<'e> {
    pub(super) draft: &'e Draft<'e>,
    /// The numbers of its failures.
    pub(super) numbers: &'e Numbers<'e>,
    pub(super) thresholds: &'e Thresholds,
    pub(super) reached: ReachedCounts,
    pub(super) by_kind: BTreeMap<TransportError, u64>,
    /// Models of the failures, sorted.
    pub(super) failed_models: Vec<Name>,
    /// Providers with as many failures as make a window, sorted.
    pub(super) failed_providers: Vec<Name>,
    /// Whether what went well names its models: in these minutes, or at any time where nothing did in these.
    pub(super) names_models: bool,
    /// Failures and attempts of other models, during the window and a minute around it: on the same server, or of the same
    /// provider where no log names the server.
    pub(super) other_models: (u64, u64),
    /// The same without that minute.
    pub(super) other_models_inside: (u64, u64),
    /// Where all of these went, as far as every one of them says it.
    pub(super) others_where: &'static str,
    /// Failures and attempts of everything outside the scope, during the window.
    pub(super) rivals: (u64, u64),
    /// Calls with an attempt in the window's scope and time, and of these the lost and the recovered.
    pub(super) calls: u64,
    pub(super) calls_lost: u64,
    pub(super) calls_recovered: u64,
    /// Egress paths by which the failures left, where they are known.
    pub(super) egress_paths: usize,
    /// Failures whose side the vote decided.
    pub(super) by_vote: u64,
    /// Failures whose model stands in no log and was taken from the others.
    pub(super) models_inferred: u64,
    /// Whether one sender has them, and the others are well.
    pub(super) one_sender: Option<OneSender>,
}

impl<'e> Evidence<'e> {
    /// Measures a window.
    pub(super) fn of(
        traffic: &'e Traffic,
        (draft, numbers): (&'e Draft<'e>, &'e Numbers<'e>),
        thresholds: &'e Thresholds,
    ) -> Self {
        let (yes, no, unknown) = numbers.reached;
        let mut by_kind: BTreeMap<TransportError, u64> = BTreeMap::new();
        for ending in &numbers.endings {
            if let Some(kind) = ending.outcome.transport() {
                *by_kind.entry(kind).or_default() += ending.count;
            }
        }
        let combinations = &numbers.combinations;
        let named = |dimension: Dimension| {
            let names = combinations.iter().filter_map(|(of, _)| of.get(dimension).cloned());
            names.collect::<BTreeSet<Name>>()
        };
        let servers = named(Dimension::ServerAddress);
        let of_same = SameServer::of(combinations.iter().map(|(attributes, _)| *attributes));
        let in_scope = |attributes: &Attributes| draft.scope.holds(attributes);
        let counted = draft.counted();
        let cells = if draft.only_failures { &[] } else { &traffic.cells[..] };
        let healthy = healthy(cells, draft);
        let failed_models = named(Dimension::Model);
        let models = draft.scope.values.get(&Dimension::Model);
        let is_of_failed = |model: &Name| models.map_or_else(|| failed_models.contains(model), |models| models.contains(model));
        let other_model = |attributes: &Attributes| {
            let model = attributes.get(Dimension::Model);
            model.is_some_and(|model| !is_of_failed(model)) && of_same.may_hold(attributes)
        };
        let is_rival = |attributes: &Attributes| !in_scope(attributes) && (models.is_none() || of_same.may_hold(attributes));
        let around = (draft.start.plus_ms(-CELL_MS), draft.end.plus_ms(CELL_MS));
        let inside = (draft.start, draft.end);
        let holds = asked_once(|attributes| counted.holds(attributes));
        let healthy_calls: u64 = cells_between(cells, draft.start, draft.end)
            .filter(|cell| holds(&cell.attributes))
            .map(|cell| u64::from(cell.first_ok))
            .sum();
        Self {
            draft,
            thresholds,
            numbers,
            reached: ReachedCounts { yes, no, unknown },
            by_kind,
            names_models: names_models(&healthy, draft, numbers) && (!healthy.is_empty() || mostly_named(cells)),
            other_models: count(traffic, cells, around, draft.side, other_model),
            other_models_inside: count(traffic, cells, inside, draft.side, other_model),
            others_where: of_same.said(cells, around, other_model),
            rivals: count(traffic, cells, inside, draft.side, is_rival),
            // Cells count whole at the edges, attempts pro rata: there are never more calls than attempts.
            calls: (healthy_calls + numbers.calls.all).min(draft.attempts_told()),
            calls_lost: numbers.calls.lost,
            calls_recovered: numbers.calls.recovered,
            egress_paths: if servers.len() == 1 && !draft.scope.values.contains_key(&Dimension::Proxy) {
                named(Dimension::Proxy).len()
            } else {
                0
            },
            by_vote: numbers.by_vote,
            models_inferred: numbers.models_inferred,
            one_sender: OneSender::of(&healthy, draft, numbers),
            failed_models: failed_models.iter().cloned().collect(),
            failed_providers: failed_providers(combinations, thresholds),
        }
    }

    /// The window's failures.
    pub(super) fn failures(&self) -> u64 {
        self.draft.failures.len() as u64
    }

    /// Whether others can be said to have worked: clearly less of them failed than of the scope, by the measure of a healthy
    /// rest, and not so much that another fault may have been theirs.
    pub(super) fn worked(&self, (failed, attempts): (u64, u64)) -> bool {
        /// One in ten.
        const MOST: f64 = 0.1;
        let mine = f(self.failures()) / f(self.draft.attempts_told().max(1));
        f(failed) <= f(attempts) * (mine * HEALTHY_SHARE).min(MOST)
    }

    /// Failures and attempts of other models, as they are told, and in which minutes: those of the window, where they were in
    /// use then.
    pub(super) fn other_models_told(&self) -> ((u64, u64), &'static str) {
        match self.other_models_inside {
            (_, 0) => (self.other_models, "within a minute of it"),
            inside => (inside, "in the same minutes"),
        }
    }

    /// Whether no log tells of any failure whether the provider was reached.
    pub(super) fn is_reach_unknown(&self) -> bool {
        self.reached.yes == 0 && self.reached.no == 0
    }

    /// Whether the logs show that any of its calls was tried again.
    pub(super) fn is_retried(&self) -> bool {
        self.calls_recovered > 0 || self.numbers.first_attempts < self.failures()
    }

    /// From first to last failure.
    pub(super) fn length_ms(&self) -> i64 {
        self.draft.end.since(self.draft.start)
    }

    /// The transport errors in brackets, most frequent first.
    pub(super) fn kinds(&self) -> String {
        let mut kinds: Vec<(&TransportError, &u64)> = self.by_kind.iter().collect();
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(**count), **kind));
        let told: Vec<String> = kinds
            .iter()
            .map(|(kind, count)| format!("{} {}", kind.name(), thousands(**count)))
            .collect();
        if told.is_empty() {
            String::new()
        } else {
            format!(" ({})", told.join(", "))
        }
    }
}

/// See [`Evidence::failed_providers`]: fewer failures than that may be background.
fn failed_providers(combinations: &[(&Attributes, u64)], thresholds: &Thresholds) -> Vec<Name> {
    let mut counts: BTreeMap<&Name, u64> = BTreeMap::new();
    for (attributes, count) in combinations {
        if let Some(provider) = attributes.get(Dimension::Provider) {
            *counts.entry(provider).or_default() += count;
        }
    }
    let failed = counts.into_iter().filter(|(_, count)| *count >= thresholds.min_failures);
    failed.map(|(provider, _)| Name::clone(provider)).collect()
}

/// Whether most of what went well at any time names its model.
fn mostly_named(cells: &[TrafficCell]) -> bool {
    let is_named = asked_once(|attributes| attributes.get(Dimension::Model).is_some());
    cells.iter().filter(|cell| is_named(&cell.attributes)).count() * 2 > cells.len()
}

/// Failures of a side and attempts, of those attributes that `takes` lets in.
fn count(
    traffic: &Traffic,
    cells: &[TrafficCell],
    (from, to): (Time, Time),
    side: Side,
    takes: impl Fn(&Attributes) -> bool,
) -> (u64, u64) {
    let takes = asked_once(takes);
    let healthy = Healthy::of_all(cells, (from, to), |cell| takes(&cell.attributes)).count();
    let first = traffic.attempts.partition_point(|attempt| attempt.time < from);
    let inside = traffic.attempts.iter().skip(first).take_while(|attempt| attempt.time <= to);
    let failed = inside
        .filter(|attempt: &&Attempt| attempt.side == Some(side) && takes(&attempt.attributes))
        .count() as u64;
    (failed, healthy + failed)
}

/// "24 of 61 failures (39 %)".
pub(super) fn of(part: u64, whole: u64, what: &str) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let percent = if whole > 0 { part as f64 * 100.0 / whole as f64 } else { 0.0 };
    let digits = usize::from(percent > 0.0 && percent < 9.95);
    format!("{} of {} {what} ({percent:.digits$} %)", thousands(part), thousands(whole))
}

/// "24 of 61", of counts that are shared out.
pub(super) fn whole((part, all): (f64, f64)) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of attempts")]
    let whole = |number: f64| thousands(number.round() as u64);
    format!("{} of {}", whole(part), whole(all))
}

/// "gpt-4o, gpt-4.1 and gpt-5".
pub(super) fn list(names: Option<&Vec<Name>>) -> String {
    let names: Vec<&str> = names.into_iter().flatten().map(|name| &**name).collect();
    match names.as_slice() {
        [] => "it".to_owned(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
