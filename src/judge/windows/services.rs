//! Which provider's service a stretch is of, where several fail in it.
//!
//! Providers rarely fail together. So where one is healthy for minutes while another fails, or one model of one fails and all of
//! the other, these are two incidents: one explanation for both would be that of neither, and would stretch a minute's fault of
//! one over the hour of the other. What nothing tells apart stays one.

use super::automaton::{Series, segments};
use super::entries::{Entry, Value, add};
use super::ground::Span;
use super::stagger::{clearly_healthier, long_enough};
use super::statistics::evidence;
use super::table::Table;
use crate::judge::thresholds::EVIDENCE_FLOOR;
use crate::model::{Dimension, Name, Scope, Side};
use std::collections::{BTreeMap, BTreeSet};

/// Failures of a service, at least, that make it one of several that failed: as many as make a window.
const FAILURES: f64 = 3.0;

/// What tells a service: its provider and its server, by their places, as far as logs name them.
type Named = (Value, Value);

/// One service.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Service {
    /// The places of the provider and of the server among the dimensions.
    at: (Option<usize>, Option<usize>),
    named: BTreeSet<Named>,
    /// From its first to its last minute above background within the stretch.
    pub(super) span: Span,
}

/// The services that fail in a stretch, each by itself, the one with the most evidence first. What the network broke is of none.
pub(super) fn failing(table: &Table<'_>, background: f64, (first, last): Span) -> Vec<Service> {
    let place = |wanted| table.dimensions.iter().position(|dimension| *dimension == wanted);
    let at = (place(Dimension::Provider), place(Dimension::ServerAddress));
    let several = |at: Option<usize>| at.and_then(|at| table.names.get(at)).is_some_and(|names| names.len() > 1);
    if table.side != Side::Provider || !(several(at.0) || several(at.1)) {
        return Vec::new();
    }
    let inside = || table.between(first, last).iter().filter(|entry| entry.alive);
    let mut counts: BTreeMap<Named, (f64, f64)> = BTreeMap::new();
    for entry in inside() {
        let count = counts.entry(named(at, entry)).or_default();
        *count = (count.0 + entry.k, count.1 + entry.n);
    }
    let strength = |service: &BTreeSet<Named>| {
        let sums = service.iter().filter_map(|named| counts.get(named));
        let (k, n) = sums.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        if k >= FAILURES { evidence(k, n, background) } else { 0.0 }
    };
    let told = together(counts.keys().copied().filter(|named| *named != (None, None)));
    let mut failing: Vec<(f64, BTreeSet<Named>)> = told.into_iter().map(|service| (strength(&service), service)).collect();
    failing.retain(|(strength, _)| *strength >= EVIDENCE_FLOOR);
    failing.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let services = failing.into_iter().map(|(_, named)| {
        let span = (first, last);
        Service { at, named, span }
    });
    services.map(|service| service.in_its_span(table, background)).collect()
}

impl Service {
    fn in_its_span(mut self, table: &Table<'_>, background: f64) -> Self {
        let (first, last) = self.span;
        let mut series = Series::new();
        for entry in table
            .between(first, last)
            .iter()
            .filter(|entry| entry.alive && self.has(entry))
        {
            add(&mut series, entry);
        }
        let own = segments(&series, background).into_iter();
        let own = own.map(|segment| (segment.first, segment.last));
        self.span = own.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or(self.span);
        self
    }

    /// Takes in another one, with which it fails.
    pub(super) fn take_in(&mut self, other: &Self) {
        self.named.extend(&other.named);
        self.span = (self.span.0.min(other.span.0), self.span.1.max(other.span.1));
    }

    /// Whether one of the two is healthy for minutes while the other fails.
    pub(super) fn fails_at_other_times(&self, other: &Self, table: &Table<'_>) -> bool {
        let healthy_while = |mine: &Self, theirs: &Self| {
            let (from, to) = theirs.span;
            let head = mine.span.0.checked_sub(1).map(|before| (from, before.min(to)));
            let tail = (from.max(mine.span.1 + 1), to);
            head.into_iter().chain([tail]).any(|span| {
                span.0 <= span.1
                    && long_enough(span.0, span.1)
                    && clearly_healthier(mine.count(table, span), theirs.count(table, span))
            })
        };
        healthy_while(self, other) || healthy_while(other, self)
    }

    fn count(&self, table: &Table<'_>, (from, to): Span) -> (f64, f64) {
        let mine = table.between(from, to).iter().filter(|entry| entry.alive && self.has(entry));
        mine.fold((0.0, 0.0), |sum, entry| (sum.0 + entry.k, sum.1 + entry.n))
    }

    /// Whether an entry is of it.
    pub(super) fn has(&self, entry: &Entry) -> bool {
        self.named.contains(&named(self.at, entry))
    }

    /// Confines a scope that holds what is of others, too, to this one's servers, or to its provider where some of its failures
    /// name no server.
    pub(super) fn confine(&self, scope: &mut Scope, table: &Table<'_>, is_of_others: impl Fn(&Entry) -> bool) {
        let (first, last) = self.span;
        let inside = || table.between(first, last).iter().filter(|entry| table.holds(scope, entry));
        if !inside().any(|entry| !self.has(entry) && named(self.at, entry) != (None, None) && is_of_others(entry)) {
            return;
        }
        let values = |at: usize| -> Option<Vec<Name>> {
            let failed = inside().filter(|entry| entry.alive && entry.k > 0.0 && self.has(entry));
            let values: Option<BTreeSet<u16>> = failed.map(|entry| entry.values.get(at).copied().flatten()).collect();
            let names = table.names.get(at)?;
            values?
                .into_iter()
                .map(|value| names.get(usize::from(value)).cloned())
                .collect()
        };
        let (provider, server) = self.at;
        let by_server = server.and_then(values).map(|names| (Dimension::ServerAddress, names));
        let told = by_server.or_else(|| provider.and_then(values).map(|names| (Dimension::Provider, names)));
        if let Some((dimension, names)) = told.filter(|(_, names)| !names.is_empty()) {
            scope.values.insert(dimension, names);
        }
    }
}

fn named((provider, server): (Option<usize>, Option<usize>), entry: &Entry) -> Named {
    let value = |at: Option<usize>| at.and_then(|at| entry.values.get(at).copied().flatten());
    (value(provider), value(server))
}

/// Puts together what shares a provider or a server: a gateway's one server may stand before several providers, and one provider
/// may have many servers.
fn together(all: impl Iterator<Item = Named> + Clone) -> Vec<BTreeSet<Named>> {
    // Of each name, another one of its service, or itself.
    let mut next: BTreeMap<(bool, u16), (bool, u16)> = BTreeMap::new();
    let names = |(provider, server): Named| (provider.map(|value| (true, value)), server.map(|value| (false, value)));
    for one in all.clone() {
        if let (Some(provider), Some(server)) = names(one) {
            let (from, to) = (last(&mut next, provider), last(&mut next, server));
            next.insert(from, to);
        }
    }
    let mut services: BTreeMap<(bool, u16), BTreeSet<Named>> = BTreeMap::new();
    for one in all {
        let (provider, server) = names(one);
        if let Some(name) = provider.or(server) {
            services.entry(last(&mut next, name)).or_default().insert(one);
        }
    }
    services.into_values().collect()
}

/// The name that stands for a name's service. What led there is led there at once from now on.
fn last(next: &mut BTreeMap<(bool, u16), (bool, u16)>, name: (bool, u16)) -> (bool, u16) {
    let step = |next: &BTreeMap<_, _>, name| next.get(&name).copied().unwrap_or(name);
    let mut found = name;
    while step(next, found) != found {
        found = step(next, found);
    }
    let mut on_the_way = name;
    while on_the_way != found {
        on_the_way = next.insert(on_the_way, found).unwrap_or(found);
    }
    found
}
