//! Every value and every sentence that findings hold. What is added to the model and holds a name is added here; a test
//! plants a name in every place.

use super::names::What;
use crate::model::{
    Attempt, Attributes, ByError, ByProxies, Case, Coverage, Dimension, ErrorSaid, Findings, Ids, Log, Name, Occurrences, Others,
    Part, Scope, SeenBy, Shared, Trace, Traffic, Window,
};
use ahash::AHashMap;
use std::sync::Arc;

/// Tells what stands for a value, if not itself. Of what is shared only what changes is copied.
type Visit<'v> = &'v mut dyn FnMut(What, &str) -> Option<Name>;

/// What the values of a dimension are.
fn what(dimension: Dimension) -> What {
    match dimension {
        Dimension::ServerAddress | Dimension::Host | Dimension::Proxy => What::Host,
        Dimension::Client => What::Address,
        Dimension::Endpoint => What::Route,
        Dimension::Region
        | Dimension::EdgeSite
        | Dimension::Provider
        | Dimension::Surface
        | Dimension::Model
        | Dimension::ServiceTier
        | Dimension::Project => What::Word,
    }
}

/// Visits every value.
pub(super) fn values(findings: &mut Findings, visit: Visit<'_>) {
    let mut walk = Walk::of(visit);
    walk.coverage(&mut findings.coverage);
    let asked = [&mut findings.narrowed.values, &mut findings.narrowed.there];
    for (dimension, values) in asked.into_iter().flatten() {
        values.iter_mut().for_each(|name| walk.value(what(*dimension), name));
    }
    findings.windows.iter_mut().for_each(|window| walk.window(window));
    findings.isolated.iter_mut().for_each(|attempt| walk.attempt(attempt));
    for model in findings.caller_side.iter_mut().flat_map(|kind| &mut kind.models) {
        walk.value(What::Word, model);
    }
    for slice in &mut findings.timeline.slices {
        walk.optional(what(slice.dimension), &mut slice.name);
    }
    for finding in &mut findings.findings {
        walk.optional(What::Path, &mut finding.path);
    }
    if let Some(traffic) = &mut findings.traffic {
        walk.traffic(Arc::make_mut(traffic));
    }
}

/// Visits the values of a scope alone.
pub(super) fn scope(scope: &mut Scope, visit: Visit<'_>) {
    let mut walk = Walk::of(visit);
    walk.scope(scope);
}

/// Visits every sentence.
pub(super) fn sentences(findings: &mut Findings, visit: &mut dyn FnMut(&mut String)) {
    said_of_sources(&mut findings.coverage, visit);
    for verdict in findings.windows.iter_mut().map(|window| &mut window.verdict) {
        verdict.because.iter_mut().for_each(&mut *visit);
        verdict.against.iter_mut().for_each(|counter| visit(&mut counter.says));
        visit(&mut verdict.next_step);
    }
    for note in findings.windows.iter_mut().flat_map(|window| &mut window.status_page) {
        let named = [&mut note.component, &mut note.incident];
        named.into_iter().flatten().for_each(&mut *visit);
        visit(&mut note.says);
    }
    for finding in &mut findings.findings {
        visit(&mut finding.says);
        visit(&mut finding.advice);
    }
}

/// Visits every sentence on what was read.
pub(super) fn said_of_sources(coverage: &mut Coverage, visit: &mut dyn FnMut(&mut String)) {
    for source in &mut coverage.sources {
        source.notes.held_mut().into_iter().flatten().for_each(&mut *visit);
        if let Some(zone) = &mut source.time_zone {
            let mut said = zone.to_string();
            visit(&mut said);
            // Many sources share one.
            if *said != **zone {
                *zone = said.into();
            }
        }
    }
    for skipped in &mut coverage.skipped {
        visit(&mut skipped.reason);
    }
}

/// Visits every value of the life of a call.
pub(super) fn trace(trace: &mut Trace, visit: Visit<'_>) {
    let mut walk = Walk::of(visit);
    walk.coverage(&mut trace.coverage);
    walk.value(What::Word, &mut trace.id);
    trace.near.iter_mut().for_each(|id| walk.value(What::Word, id));
    trace
        .mentions
        .iter_mut()
        .for_each(|seen| walk.value(What::Path, &mut seen.path));
    for attempt in trace.calls.iter_mut().flat_map(|call| &mut call.attempts) {
        walk.attributes(&mut attempt.attributes);
        walk.ids(&mut attempt.ids);
        walk.error(attempt.error.as_mut());
        for record in &mut attempt.records {
            walk.ids(&mut record.ids);
            walk.error(record.error.as_mut());
            walk.value(What::Path, &mut record.seen.path);
        }
    }
}

struct Walk<'v> {
    visit: Visit<'v>,
    /// Attributes are shared by many attempts; each is changed once.
    attributes: AHashMap<Arc<Attributes>, Arc<Attributes>>,
    others: Shared<Others>,
    /// Logs as they are shown: each is shared by all that it tells of.
    logs: AHashMap<Log, Arc<Log>>,
}

impl<'v> Walk<'v> {
    fn of(visit: Visit<'v>) -> Self {
        Self {
            visit,
            attributes: AHashMap::new(),
            others: Shared::default(),
            logs: AHashMap::new(),
        }
    }

    fn value(&mut self, what: What, name: &mut Name) {
        if let Some(shown) = (self.visit)(what, name) {
            *name = shown;
        }
    }

    fn optional(&mut self, what: What, name: &mut Option<Name>) {
        if let Some(name) = name {
            self.value(what, name);
        }
    }

    fn attributes(&mut self, attributes: &mut Arc<Attributes>) {
        if let Some(shown) = self.attributes.get(attributes) {
            *attributes = Arc::clone(shown);
            return;
        }
        let mut shown = Attributes::clone(attributes);
        for dimension in Dimension::ALL {
            let mut name = shown.get(dimension).cloned();
            self.optional(what(dimension), &mut name);
            shown.set(dimension, name);
        }
        let shown = Arc::new(shown.shared(&mut self.others));
        self.attributes.insert(Arc::clone(attributes), Arc::clone(&shown));
        *attributes = shown;
    }

    fn coverage(&mut self, coverage: &mut Coverage) {
        for source in &mut coverage.sources {
            self.value(What::Path, &mut source.path);
            self.optional(What::Host, &mut source.host);
        }
        for skipped in &mut coverage.skipped {
            self.value(What::Path, &mut skipped.path);
        }
    }

    fn ids(&mut self, ids: &mut Ids) {
        if let Some(shown) = ids.changed(|id| (self.visit)(What::Word, id)) {
            *ids = shown;
        }
    }

    fn error(&mut self, error: Option<&mut Arc<ErrorSaid>>) {
        let Some(error) = error else { return };
        let shown = [&error.error_type, &error.error_code].map(|said| (self.visit)(What::Word, said.as_ref()?));
        if shown.iter().any(Option::is_some) {
            let error = Arc::make_mut(error);
            for (said, shown) in [&mut error.error_type, &mut error.error_code].into_iter().zip(shown) {
                *said = shown.or_else(|| said.take());
            }
        }
    }

    fn attempt(&mut self, attempt: &mut Attempt) {
        self.attributes(&mut attempt.attributes);
        self.ids(&mut attempt.ids);
        if let Some(upstream) = &mut attempt.upstream {
            self.optional(What::Address, &mut Arc::make_mut(upstream).address);
        }
        self.error(attempt.error.as_mut());
        self.seen_by(&mut attempt.seen_by);
    }

    fn seen_by(&mut self, seen_by: &mut SeenBy) {
        let mut changes = false;
        let mut first = None;
        let mut is_of_one = true;
        for seen in seen_by.iter() {
            changes |= (self.visit)(What::Path, seen.path).is_some();
            let first = *first.get_or_insert(seen);
            is_of_one &= first.vantage == seen.vantage && first.path == seen.path;
        }
        if !changes {
            return;
        }
        if let (Some(seen), true) = (first, is_of_one) {
            let log = (seen.vantage, Name::clone(seen.path));
            let shown = match self.logs.get(&log) {
                Some(shown) => Arc::clone(shown),
                None => {
                    let path = (self.visit)(What::Path, seen.path).unwrap_or_else(|| Name::clone(seen.path));
                    let shown = Arc::new((seen.vantage, path));
                    self.logs.insert(log, Arc::clone(&shown));
                    shown
                }
            };
            *seen_by = SeenBy::of_one(shown, seen_by.iter().map(|seen| seen.line).collect());
            return;
        }
        for path in seen_by.paths_mut() {
            self.value(What::Path, path);
        }
    }

    fn errors(&mut self, errors: &mut [ByError]) {
        for error in errors {
            self.optional(What::Word, &mut error.error_type);
            self.optional(What::Word, &mut error.code);
        }
    }

    fn scope(&mut self, scope: &mut Scope) {
        for (dimension, values) in &mut scope.values {
            values.iter_mut().for_each(|name| self.value(what(*dimension), name));
            values.sort();
        }
    }

    fn window(&mut self, window: &mut Window) {
        self.scope(&mut window.scope);
        self.errors(&mut window.by_error);
        window.requests.iter_mut().for_each(|attempt| self.attempt(attempt));
        self.case(&mut window.case);
        for told in window.working.iter_mut().flat_map(|working| &mut working.values) {
            self.optional(what(told.dimension), &mut told.value);
        }
    }

    fn tally(&mut self, what: What, tally: &mut Occurrences) {
        tally.named.iter_mut().for_each(|(name, _)| self.value(what, name));
    }

    fn part(&mut self, part: &mut Part) {
        self.optional(What::Word, &mut part.provider);
        self.optional(What::Word, &mut part.surface);
        self.optional(What::Word, &mut part.model);
        self.errors(&mut part.by_error);
        for (dimension, tally) in &mut part.values {
            self.tally(what(*dimension), tally);
        }
        self.tally(What::Word, &mut part.methods);
        self.tally(What::Word, &mut part.organizations);
        self.tally(What::Word, &mut part.edge_sites);
        self.tally(What::Address, &mut part.upstreams);
        part.samples.iter_mut().for_each(|attempt| self.attempt(attempt));
    }

    fn case(&mut self, case: &mut Case) {
        for part in case.whole.iter_mut().chain(&mut case.parts) {
            self.part(part);
        }
        for group in &mut case.groups {
            self.value(what(group.dimension), &mut group.value);
        }
        for log in &mut case.proxies {
            self.value(What::Host, &mut log.proxy);
            self.tally(What::Host, &mut log.servers);
            self.tally(What::Address, &mut log.clients);
            self.tally(What::Address, &mut log.upstreams);
        }
    }

    fn traffic(&mut self, traffic: &mut Traffic) {
        let by_proxies = match &mut traffic.by_proxies {
            ByProxies::Cells(cells) => &mut cells[..],
            ByProxies::Untold | ByProxies::All => &mut [],
        };
        for cell in traffic.cells.iter_mut().chain(by_proxies) {
            self.attributes(&mut cell.attributes);
        }
        traffic.attempts.iter_mut().for_each(|attempt| self.attempt(attempt));
    }
}
