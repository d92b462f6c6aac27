//! One attempt in the making: as one source saw it, put together from all that source's records about it, and then what
//! the others saw of it.

use super::merged::Merged;
use crate::model::{
    Attempt, Attributes, CallOutcome, ErrorSaid, Fact, Grain, Ids, Instant, JoinMethod, Log, Method, Millis, Name, Observation,
    Outcome, Seen, SeenBy, Seldom, SourceRollup, Time, Tokens, TransportError, Upstream, Vantage,
};
use ahash::AHashMap;
use smallvec::{SmallVec, smallvec};
use std::num::NonZeroU32;
use std::sync::Arc;

/// The number of a source within one correlation.
pub(super) type SourceIndex = usize;

/// A chain of attempts: the number of its application's family, and its own within that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ChainId {
    pub(super) family: u32,
    /// One more than its number, so that a view that is of none is no larger.
    number_from_one: NonZeroU32,
}

impl ChainId {
    pub(super) fn new(family: u32, chain: u32) -> Self {
        Self {
            family,
            number_from_one: NonZeroU32::MIN.saturating_add(chain),
        }
    }

    /// The place of its family, and its own within that.
    pub(super) fn places(self) -> (usize, usize) {
        (self.family as usize, self.number_from_one.get() as usize - 1)
    }
}

/// One attempt as one source saw it; a view that stands for the attempt takes in what the others saw, and becomes it.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// Which source.
    pub(super) source: SourceIndex,
    /// The lines of its records: one or two, mostly.
    pub(super) lines: SmallVec<[u64; 2]>,
    /// The record's time; its end once the clocks are set right.
    pub(super) time: Time,
    /// Which instant `time` is.
    pub(super) instant: Instant,
    /// Its duration; where [`Self::of_call`], that of the whole call.
    pub(super) duration_ms: Option<Millis>,
    /// It is told by the call's own line, and by none of its own.
    pub(super) of_call: bool,
    pub(super) outcome: Outcome,
    pub(super) fact: Option<Fact>,
    pub(super) attributes: Arc<Attributes>,
    pub(super) ids: Ids,
    /// Its caller's id is that of the call it was taken for an attempt of.
    pub(super) guesses_client_id: bool,
    pub(super) method: Option<Method>,
    pub(super) error: Option<Arc<ErrorSaid>>,
    pub(super) number: Option<u16>,
    pub(super) retry_in_ms: Option<Millis>,
    pub(super) retry_after_ms: Option<Millis>,
    pub(super) tokens: Option<Box<Tokens>>,
    pub(super) upstream: Option<Arc<Upstream>>,
    /// The chain of attempts it belongs to within its source.
    pub(super) chain: Option<ChainId>,
    /// The access log, or the application's line on the answer, counted this attempt among the successes (a stream that died
    /// after a 200).
    pub(super) counted_as_success: bool,
    /// The other views that it took in.
    pub(super) also_seen: Seldom<Vec<Seen>>,
    /// How these were found to be of one attempt.
    pub(super) joined: Option<JoinMethod>,
    /// What its own log says became of that call; then what did.
    pub(super) call_outcome: CallOutcome,
    /// See [`Attempt::model_inferred`].
    pub(super) model_inferred: bool,
}

/// What the places of a log's records share, made for those logs that have any.
pub(super) struct Logs<'s> {
    sources: &'s [(&'s Name, &'s SourceRollup)],
    made: AHashMap<SourceIndex, Arc<Log>>,
}

impl<'s> Logs<'s> {
    pub(super) fn of_sources(sources: &'s [(&'s Name, &'s SourceRollup)]) -> Self {
        Self {
            sources,
            made: AHashMap::new(),
        }
    }

    fn of(&mut self, index: SourceIndex) -> Option<Arc<Log>> {
        let (path, rollup) = self.sources.get(index)?;
        let log = || Arc::new((rollup.vantage.unwrap_or(Vantage::Application), Name::clone(path)));
        Some(Arc::clone(self.made.entry(index).or_insert_with(log)))
    }
}

/// A million of them lie in memory, and become attempts where they lie: these are not moved to new memory.
#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<View>() == 128 && size_of::<Attempt>() <= size_of::<View>());

impl View {
    /// The view that one observation gives by itself.
    pub(super) fn of(source: SourceIndex, seen: &Observation) -> Self {
        Self {
            source,
            lines: smallvec![seen.line],
            time: seen.time,
            instant: seen.instant,
            duration_ms: seen.duration_ms,
            of_call: seen.grain == Grain::Call,
            outcome: seen.outcome,
            fact: seen.fact,
            attributes: Arc::clone(&seen.attributes),
            ids: seen.ids.clone(),
            guesses_client_id: false,
            method: seen.method,
            error: seen.error.clone(),
            number: seen.attempt,
            retry_in_ms: seen.retry.and_then(|retry| retry.in_ms),
            retry_after_ms: seen.retry.and_then(|retry| retry.after_ms),
            tokens: seen.tokens.map(Box::new),
            upstream: seen.upstream.clone(),
            chain: None,
            counted_as_success: false,
            also_seen: Seldom::default(),
            joined: None,
            call_outcome: CallOutcome::Unknown,
            model_inferred: false,
        }
    }

    /// The attempt of a call that it stands for, whose side is open yet.
    pub(super) fn into_attempt(mut self, call: u32, logs: &mut Logs<'_>) -> Attempt {
        let fact = self.fact.unwrap_or(Fact::StatusOnly);
        let seen_by = if self.also_seen.is_empty() {
            self.lines.sort_unstable();
            self.lines.dedup();
            let lines = std::mem::take(&mut self.lines);
            logs.of(self.source)
                .map_or_else(SeenBy::default, |log| SeenBy::of_one(log, lines))
        } else {
            self.all_seen(logs.sources).into_iter().collect()
        };
        Attempt {
            time: self.time,
            duration_ms: self.duration_ms,
            outcome: self.outcome,
            attributes: self.attributes,
            ids: self.ids,
            method: self.method,
            error: self.error,
            number: self.number.unwrap_or(1),
            call,
            call_outcome: self.call_outcome,
            reached: fact.reached(),
            fact,
            side: None,
            side_by_vote: false,
            model_inferred: self.model_inferred,
            retry_in_ms: self.retry_in_ms,
            retry_after_ms: self.retry_after_ms,
            tokens: self.tokens,
            upstream: self.upstream,
            joined: self.joined,
            seen_by,
        }
    }

    /// The caller's id, where its own lines or a proxy's say it.
    pub(super) fn known_client_id(&self) -> Option<&str> {
        self.ids.x_client_request_id().filter(|_| !self.guesses_client_id)
    }

    /// Where all records stand that told of it, in order.
    pub(super) fn all_seen(&self, sources: &[(&Name, &SourceRollup)]) -> SmallVec<[Seen; 2]> {
        let mut seen: SmallVec<[Seen; 2]> = self.seen(sources).chain(self.also_seen.iter().cloned()).collect();
        seen.sort();
        seen.dedup();
        seen
    }

    /// Where its own records stand.
    pub(super) fn seen(&self, sources: &[(&Name, &SourceRollup)]) -> impl Iterator<Item = Seen> {
        let of_source = sources.get(self.source);
        let told = of_source.map(|(path, rollup)| (*path, rollup.vantage.unwrap_or(Vantage::Application)));
        told.into_iter().flat_map(|(path, vantage)| {
            self.lines.iter().map(move |&line| Seen {
                vantage,
                path: Name::clone(path),
                line,
            })
        })
    }

    /// Adds what another record of the same attempt says.
    pub(super) fn add(&mut self, seen: &Observation, merged: &mut Merged) {
        if !self.lines.contains(&seen.line) {
            self.lines.push(seen.line);
        }
        self.add_ids(&seen.ids);
        self.fill_attributes(&seen.attributes, merged);
        self.fact = surer(self.fact, seen.fact);
        self.method = self.method.or(seen.method);
        self.number = self.number.or(seen.attempt);
        self.retry_in_ms = self.retry_in_ms.or(seen.retry.and_then(|retry| retry.in_ms));
        self.retry_after_ms = self.retry_after_ms.or(seen.retry.and_then(|retry| retry.after_ms));
        self.tokens = self.tokens.take().or_else(|| seen.tokens.map(Box::new));
        self.add_error(seen.error.as_ref(), merged);
        self.outcome = more_telling(self.outcome, seen.outcome);
    }

    /// Adds what a proxy's view of the same attempt says.
    pub(super) fn fill_from_proxy(&mut self, proxy: &Self, merged: &mut Merged) {
        self.fill_attributes(&proxy.attributes, merged);
        self.add_ids(&proxy.ids);
        self.add_error(proxy.error.as_ref(), merged);
        self.method = self.method.or(proxy.method);
        if self.is_of_untold_end() && matches!(proxy.outcome, Outcome::Status(_)) {
            self.outcome = proxy.outcome;
            self.fact = surer(self.fact, proxy.fact);
        }
        if self.outcome == Outcome::Transport(TransportError::Other) {
            self.outcome = proxy.outcome.transport().map_or(self.outcome, Outcome::Transport);
        }
    }

    /// Whether it is known to have failed and not how: of an SDK that logs no answers there is the line on the retry only, and
    /// one that sums its attempts up tells their number. A bare `Connection error.` tells that no answer came.
    pub(super) fn is_of_untold_end(&self) -> bool {
        self.outcome == Outcome::Transport(TransportError::Other) && self.fact != Some(Fact::SentUnanswered)
    }

    /// Adds ids that another record of the same attempt carries.
    pub(super) fn add_ids(&mut self, ids: &Ids) {
        if self.ids.is_same_as(ids) {
            return;
        }
        let (mut has_news, mut has_all) = (false, true);
        for (mine, theirs) in self.ids.each().into_iter().zip(ids.each()) {
            match (mine, theirs) {
                (None, theirs) => has_news |= theirs.is_some(),
                (Some(mine), Some(theirs)) => has_all &= mine == theirs,
                (Some(_), None) => has_all = false,
            }
        }
        if has_news && has_all {
            self.ids = ids.clone();
        } else if has_news {
            self.ids.fill_from(ids);
        }
    }

    /// Fills attributes that are absent here.
    pub(super) fn fill_attributes(&mut self, from: &Arc<Attributes>, merged: &mut Merged) {
        if Arc::ptr_eq(&self.attributes, from) {
            return;
        }
        let Merged { attributes, filled, .. } = merged;
        self.attributes = filled.of(Some(&self.attributes), from, || {
            let mut filled = Attributes::clone(&self.attributes);
            filled.fill_from(from);
            if filled == *self.attributes {
                Arc::clone(&self.attributes)
            } else {
                attributes.of(filled)
            }
        });
    }

    /// Puts other attributes in the place of these.
    pub(super) fn set_attributes(&mut self, attributes: Attributes, merged: &mut Merged) {
        self.attributes = merged.attributes.of(attributes);
    }

    /// Adds what another record of the same attempt says of its error.
    pub(super) fn add_error(&mut self, error: Option<&Arc<ErrorSaid>>, merged: &mut Merged) {
        let Some(theirs) = error else { return };
        let Merged { errors, said, .. } = merged;
        self.error = Some(said.of(self.error.as_ref(), theirs, || {
            let mut mine = self.error.as_deref().cloned().unwrap_or_default();
            // The provider's own type tells more than the SDK's exception class, which the next line may add.
            mine.error_type = mine.error_type.take().or_else(|| theirs.error_type.clone());
            mine.error_code = mine.error_code.take().or_else(|| theirs.error_code.clone());
            mine.template = mine.template.or(theirs.template);
            mine.html |= theirs.html;
            match &self.error {
                Some(error) if **error == mine => Arc::clone(error),
                _ => errors.of(mine),
            }
        }));
    }
}

/// Of two facts of one vantage, the one table B2 asks first; one that leaves the answer open yields to one that does not.
pub(super) fn surer(a: Option<Fact>, b: Option<Fact>) -> Option<Fact> {
    use crate::model::Reached::Unknown;
    match (a, b) {
        (Some(a), Some(b)) => match (a.reached(), b.reached()) {
            (Unknown, Unknown) => Some(a.min(b)),
            (Unknown, _) => Some(b),
            (_, Unknown) => Some(a),
            _ => Some(a.min(b)),
        },
        (a, b) => a.or(b),
    }
}

/// Of two ends of one attempt, the one that says more: a status outranks a transport error, a kind an unknown kind.
pub(super) fn more_telling(a: Outcome, b: Outcome) -> Outcome {
    use crate::model::TransportError::Other;
    match (a, b) {
        (Outcome::Unsaid | Outcome::Transport(Other), Outcome::Transport(_)) | (Outcome::Unsaid, _) => b,
        _ => a,
    }
}
