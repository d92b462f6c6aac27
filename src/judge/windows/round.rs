//! One round of the search: from a stretch above background to a window, with its scope and its edges (classification B4).

use super::automaton::{Segment, Series, segments};
use super::draft::{Draft, make};
use super::edges::{cut_at_recovery, trim};
use super::found::Found;
use super::ground::Ground;
use super::localise::{Localised, localise};
use super::statistics::{evidence, f};
use super::table::{Slice, Table};
use crate::judge::thresholds::{BRIDGE_CHANCE, BRIDGED_MS, CELL_MS, GAIN_NEEDED, PROXY_RATIO, Thresholds};
use crate::model::{Dimension, Scope, Side};
use std::collections::BTreeMap;

/// A refined stretch needs no more than this much evidence by itself, in nats: its window has been proven already.
const REFINED_EVIDENCE: f64 = 8.0;

/// A scope found again on the final minutes replaces the first one from this share of its evidence on.
const RELOCALISED_SHARE: f64 = 0.7;

/// Minutes around a stretch in which further values of its dimension are looked for: half of the gap that is bridged.
const SIBLING_MINUTES: usize = 5;

/// Nats that each further value must add: two failures of a quiet value, no less.
const SIBLING_EVIDENCE: f64 = 6.0;

/// One round of the search.
pub(super) struct Round<'r, 'a> {
    pub(super) table: &'r Table<'a>,
    pub(super) proxies: Option<&'r Table<'a>>,
    pub(super) background: f64,
    pub(super) threshold: f64,
    pub(super) slices: &'r BTreeMap<Slice, Vec<Segment>>,
    pub(super) proxy_slices: &'r BTreeMap<Slice, Vec<Segment>>,
    pub(super) thresholds: &'r Thresholds,
}

impl<'a> Round<'_, 'a> {
    /// A scope that names the proxy is the proxies' table's, where there is one.
    fn is_of_proxies(&self, scope: &Scope) -> bool {
        self.proxies.is_some() && scope.values.contains_key(&Dimension::Proxy)
    }

    fn table_of(&self, scope: &Scope) -> &Table<'a> {
        match self.proxies {
            Some(proxies) if scope.values.contains_key(&Dimension::Proxy) => proxies,
            _ => self.table,
        }
    }

    /// The window around a found stretch: its scope and minutes in any case, itself where it is one.
    pub(super) fn window(&self, found: &Found) -> (Scope, usize, usize, Option<Draft<'a>>) {
        let Localised {
            mut scope,
            mut contrasts,
            first,
            last,
        } = self.scope(found.segment.first, found.segment.last);
        let mut series = self.table_of(&scope).series(&scope);
        let (mut from, mut to, score) = self.episode(&series, first, last, found.segment.score);
        (from, to) = self.unrecovered(&scope, &series, from, to);
        let mut strength = self.strength(&series, from, to);
        if strength < self.threshold && !scope.values.is_empty() && !self.is_of_proxies(&scope) {
            // The narrower scope lost the evidence: the stretch's own slice stands.
            let slice = if found.in_proxies {
                Scope::default()
            } else {
                found.slice_in(self.table)
            };
            (scope, contrasts) = (slice, Vec::new());
            series = self.table_of(&scope).series(&scope);
            (from, to) = self.unrecovered(&scope, &series, first, last);
            strength = self.strength(&series, from, to);
        }
        if !self.is_of_proxies(&scope) && (from, to) != (first, last) {
            let again = localise(&self.ground(), from, to);
            if again.scope != scope {
                let other = self.table.series(&again.scope);
                let (a, b) = trim(&other, from, to, self.background);
                let theirs = self.strength(&other, a, b);
                if theirs >= self.threshold.max(RELOCALISED_SHARE * strength) {
                    (scope, contrasts, from, to, strength) = (again.scope, again.contrasts, a, b, theirs);
                }
            }
        }
        if !self.is_of_proxies(&scope)
            && let Some((wider, a, b, theirs)) = self.with_siblings(&scope, from, to, strength)
        {
            (scope, contrasts, from, to, strength) = (wider.scope, wider.contrasts, a, b, theirs);
        }
        let draft = make(self.table_of(&scope), &scope, from, to, self.background, self.thresholds)
            .filter(|_| strength >= self.threshold);
        let by_proxies = self.is_of_proxies(&scope);
        let draft = draft.map(|draft| Draft {
            contrasts,
            evidence: strength,
            threshold: self.threshold,
            score,
            by_proxies,
            ..draft
        });
        (scope, from, to, draft)
    }

    /// The strongest part of a stretch that no proven recovery parts, without minutes at its ends that its rate does not explain.
    fn unrecovered(&self, scope: &Scope, series: &Series, first: usize, last: usize) -> (usize, usize) {
        let (table, gap_ms) = (self.table_of(scope), self.thresholds.merge_gap_ms);
        let (from, to) = cut_at_recovery(table, (scope, series), first, last, self.background, gap_ms);
        trim(series, from, to, self.background)
    }

    /// The scope with further values of its one dimension that failed within minutes of the stretch, where these are worth
    /// it: of two models that fail together, a quiet one's calls may lie just before and after the other's.
    fn with_siblings(&self, scope: &Scope, from: usize, to: usize, strength: f64) -> Option<(Localised, usize, usize, f64)> {
        let (dimension, values) = scope.values.first_key_value().filter(|_| scope.values.len() == 1)?;
        let around = self.table.between(from.saturating_sub(SIBLING_MINUTES), to + SIBLING_MINUTES);
        let failing = || {
            around
                .iter()
                .filter(|entry| entry.alive && entry.k > 0.0)
                .map(|entry| entry.minute)
        };
        let (first, last) = (failing().min()?.min(from), failing().max()?.max(to));
        if (first, last) == (from, to) {
            return None;
        }
        let wider = localise(&self.ground(), first, last);
        let theirs = wider.scope.values.get(dimension).filter(|_| wider.scope.values.len() == 1)?;
        let added = theirs.len().checked_sub(values.len()).filter(|added| *added > 0)?;
        if !values.iter().all(|value| theirs.contains(value)) {
            return None;
        }
        let series = self.table.series(&wider.scope);
        let (a, b) = trim(&series, wider.first, wider.last, self.background);
        let wider_strength = self.strength(&series, a, b);
        (wider_strength >= strength + SIBLING_EVIDENCE * f(added as u64)).then_some((wider, a, b, wider_strength))
    }

    fn ground(&self) -> Ground<'_, 'a> {
        Ground {
            table: self.table,
            background: self.background,
            segments: self.slices,
        }
    }

    /// The scope by the applications' attributes, or by the proxies' where that explains more (classification B5).
    fn scope(&self, first: usize, last: usize) -> Localised {
        let mine = localise(&self.ground(), first, last);
        let Some(proxies) = self.proxies else { return mine };
        let by_proxies = Ground {
            table: proxies,
            background: self.background,
            segments: self.proxy_slices,
        };
        let theirs = localise(&by_proxies, mine.first, mine.last);
        let (Some(proxy), Some(values)) = (
            theirs
                .contrasts
                .iter()
                .find(|contrast| contrast.dimension == Dimension::Proxy),
            theirs.scope.values.get(&Dimension::Proxy),
        ) else {
            return mine;
        };
        let gain = |contrast: &super::contrast::Contrast| {
            super::statistics::differ(contrast.affected.0, contrast.affected.1, contrast.others.0, contrast.others.1)
        };
        let explained = mine.contrasts.first().map_or(0.0, gain);
        if self.table.side == Side::Network || gain(proxy) > explained * PROXY_RATIO + GAIN_NEEDED {
            let scope = Scope {
                values: BTreeMap::from([(Dimension::Proxy, values.clone())]),
            };
            return Localised {
                scope,
                contrasts: vec![proxy.clone()],
                first: mine.first,
                last: mine.last,
            };
        }
        mine
    }

    /// The scope's own segments that belong to the stretch, neighbours joined while recovery is not proven.
    fn episode(&self, series: &Series, first: usize, last: usize, score: f64) -> (usize, usize, f64) {
        let refined: Vec<Segment> = segments(series, self.background)
            .into_iter()
            .filter(|segment| segment.score >= self.threshold.min(REFINED_EVIDENCE))
            .collect();
        let touching = refined
            .iter()
            .filter(|segment| segment.last >= first && segment.first <= last);
        let joined = touching.copied().reduce(|a, b| Segment {
            first: a.first.min(b.first),
            last: a.last.max(b.last),
            score: a.score + b.score,
        });
        let mut episode = joined.unwrap_or(Segment { first, last, score });
        let (n, k) = sums(series, first, last);
        let rate = (k / n.max(1.0)).max(self.thresholds.min_rate);
        loop {
            let outside = |segment: &&Segment| segment.first < episode.first || segment.last > episode.last;
            let Some(next) = refined
                .iter()
                .filter(outside)
                .find(|segment| self.bridged(series, &episode, segment, rate))
                .copied()
            else {
                break;
            };
            episode = Segment {
                first: episode.first.min(next.first),
                last: episode.last.max(next.last),
                score: episode.score + next.score,
            };
        }
        (episode.first, episode.last, episode.score)
    }

    fn bridged(&self, series: &Series, episode: &Segment, other: &Segment, rate: f64) -> bool {
        let (from, to) = if other.last < episode.first {
            (other.last + 1, episode.first)
        } else {
            (episode.last + 1, other.first)
        };
        let gap_ms = i64::try_from(to.saturating_sub(from))
            .unwrap_or(i64::MAX)
            .saturating_mul(CELL_MS);
        let attempts = if to > from { sums(series, from, to - 1).0 } else { 0.0 };
        gap_ms <= self.thresholds.merge_gap_ms || (gap_ms <= BRIDGED_MS && (1.0 - rate / 2.0).powf(attempts) > BRIDGE_CHANCE)
    }

    fn strength(&self, series: &Series, first: usize, last: usize) -> f64 {
        let (n, k) = sums(series, first, last);
        evidence(k, n, self.background)
    }
}

/// Attempts and failures of minutes `first` to `last`.
fn sums(series: &Series, first: usize, last: usize) -> (f64, f64) {
    let inside = series.iter().filter(|(minute, _, _)| (first..=last).contains(minute));
    inside.fold((0.0, 0.0), |sum, (_, n, k)| (sum.0 + n, sum.1 + k))
}
