//! One application's log: from records to attempts, and from attempts to calls.
//!
//! An SDK spreads one attempt over several lines (the answer, its request id, the retry it announces), and the
//! application's own line tells the call's last attempt, its model and its ids. What ties them is, in this order: the
//! SDK's own call id, the caller's id, the thread that wrote them, else time, endpoint and status.

use super::view::{SourceIndex, View};
use crate::model::{Attributes, Dimension, Grain, Name, Observation, Outcome, Time, TransportError};
use std::sync::Arc;

/// Milliseconds within which lines about one moment are written: an SDK logs an answer, its id and the retry at once.
const SAME_MOMENT_MS: i64 = 2_000;

/// Milliseconds within which the application's own line follows the attempt that decided its call.
const CALL_LINE_MS: i64 = 10_000;

/// Milliseconds after which an announced retry is not waited for any longer: the SDKs' default time-out of ten
/// minutes for the attempt, and half as much again.
const RETRY_WAIT_MS: i64 = 900_000;

/// What became of a chain's call, as far as its own source tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChainEnd {
    /// A later attempt went well, at this time.
    Recovered(Time),
    /// The application says that the call failed.
    Lost,
}

/// The attempts of one call, as one source saw them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chain {
    /// Indexes of its views, in order.
    pub(super) views: Vec<usize>,
    /// What became of it.
    pub(super) end: Option<ChainEnd>,
    /// The attributes of the success that ended it, so that it is not counted as a first attempt.
    pub(super) recovered_by: Option<Arc<Attributes>>,
}

/// The attempts and calls of one application's log.
#[derive(Clone, Debug, Default)]
pub(super) struct Assembled {
    pub(super) views: Vec<View>,
    pub(super) chains: Vec<Chain>,
}

/// Puts the observations of one log, rotated parts included, together. `details_are_attempts`: the SDK writes no line for
/// the answer itself, so its debug lines stand for the attempt.
pub(super) fn assemble<'a>(
    observations: impl Iterator<Item = (SourceIndex, &'a Observation)>,
    details_are_attempts: bool,
) -> Assembled {
    let mut assembly = Assembly {
        source: 0,
        details_are_attempts,
        done: Assembled::default(),
        open: Vec::new(),
    };
    for (source, seen) in observations {
        assembly.source = source;
        assembly.forget(seen.time);
        match seen.grain {
            Grain::Attempt => assembly.attempt(seen),
            Grain::Detail => assembly.detail(seen),
            Grain::Call => assembly.call(seen),
            Grain::Start => {}
        }
    }
    assembly.done
}

struct Assembly {
    /// The source of the observation at hand.
    source: SourceIndex,
    details_are_attempts: bool,
    done: Assembled,
    /// Chains that may go on, the oldest first.
    open: Vec<usize>,
}

impl Assembly {
    /// Closes what nothing can continue any more, so that the open ones stay few.
    fn forget(&mut self, now: Time) {
        let Assembled { views, chains } = &self.done;
        self.open.retain(|&chain| {
            let last = chains
                .get(chain)
                .and_then(|chain| chain.views.last())
                .and_then(|&view| views.get(view));
            last.is_some_and(|last| now.since(last.time) <= RETRY_WAIT_MS + i64::from(last.retry_in_ms.unwrap_or(0)))
        });
    }

    fn last_view(&self, chain: usize) -> Option<&View> {
        let last = *self.done.chains.get(chain)?.views.last()?;
        self.done.views.get(last)
    }

    fn last_view_mut(&mut self, chain: usize) -> Option<&mut View> {
        let last = *self.done.chains.get(chain)?.views.last()?;
        self.done.views.get_mut(last)
    }

    fn push(&mut self, chain: Option<usize>, seen: &Observation, outcome: Outcome) -> usize {
        let chain = chain.unwrap_or_else(|| {
            self.done.chains.push(Chain::default());
            self.open.push(self.done.chains.len() - 1);
            self.done.chains.len() - 1
        });
        let mut view = View::of(self.source, seen);
        view.outcome = outcome;
        view.chain = Some(chain);
        self.done.views.push(view);
        if let Some(chain) = self.done.chains.get_mut(chain) {
            chain.views.push(self.done.views.len() - 1);
        }
        chain
    }

    fn attempt(&mut self, seen: &Observation) {
        let chain = self.chain_by_id(seen).or_else(|| self.chain_by_announced_retry(seen));
        if seen.outcome == Outcome::Success {
            if let Some(chain) = chain {
                self.close(chain, ChainEnd::Recovered(seen.time), seen);
            }
            return;
        }
        if seen.outcome != Outcome::Unsaid {
            self.push(chain, seen, seen.outcome);
        }
    }

    /// A chain with the same SDK call id or the same caller id.
    fn chain_by_id(&self, seen: &Observation) -> Option<usize> {
        let same = |mine: &Option<Name>, theirs: &Option<Name>| mine.is_some() && mine == theirs;
        self.open.iter().rev().copied().find(|&chain| {
            self.last_view(chain).is_some_and(|last| {
                let numbered_anew = seen.attempt == Some(1) && seen.grain == Grain::Attempt;
                !numbered_anew
                    && (same(&last.ids.sdk, &seen.ids.sdk) || same(&last.ids.x_client_request_id, &seen.ids.x_client_request_id))
            })
        })
    }

    /// The chain whose announced retry is due: of the same thread where threads are named, else of the same endpoint,
    /// the longest due first.
    fn chain_by_announced_retry(&self, seen: &Observation) -> Option<usize> {
        let due = |last: &View| last.retry_in_ms.map(|wait| last.time.plus_ms(i64::from(wait)));
        self.open
            .iter()
            .copied()
            .filter_map(|chain| Some((due(self.last_view(chain)?)?, chain)))
            .filter(|&(due, chain)| {
                seen.time.since(due) >= -SAME_MOMENT_MS && self.last_view(chain).is_some_and(|last| may_belong(last, seen))
            })
            .min()
            .map(|(_, chain)| chain)
    }

    /// The chain whose last attempt this very moment is about.
    fn chain_of_this_moment(&self, seen: &Observation) -> Option<usize> {
        self.open.iter().rev().copied().find(|&chain| {
            self.last_view(chain)
                .is_some_and(|last| seen.time.since(last.time).abs() <= SAME_MOMENT_MS && may_belong(last, seen))
        })
    }

    fn detail(&mut self, seen: &Observation) {
        let chain = self
            .chain_of_this_moment(seen)
            .filter(|&chain| self.last_view(chain).is_some_and(|last| agrees(last, seen)));
        if let Some(chain) = chain {
            if let Some(last) = self.last_view_mut(chain) {
                last.add(seen);
            }
            return;
        }
        let announces_retry = seen.retry.is_some_and(|retry| retry.in_ms.is_some());
        let quotes_an_error = seen.error.is_some();
        match seen.outcome {
            // A wrapper's retry line quotes the error of an attempt that stands elsewhere.
            _ if announces_retry && quotes_an_error => {}
            // An exchange that broke has no answer line: its debug line or its retry line stands for it.
            Outcome::Transport(kind) => {
                let chain = self.chain_by_announced_retry(seen);
                self.push(chain, seen, Outcome::Transport(kind));
            }
            Outcome::Unsaid if announces_retry => {
                let chain = self.chain_by_announced_retry(seen);
                self.push(chain, seen, Outcome::Transport(TransportError::Other));
            }
            Outcome::Status(_) | Outcome::Caller(..) if self.details_are_attempts => self.attempt(seen),
            _ => {}
        }
    }

    /// The application's own line on a call: it closes the chain, and tells its attempts what only it knows.
    fn call(&mut self, seen: &Observation) {
        let success = seen.outcome == Outcome::Success;
        let decided = self
            .chain_by_id(seen)
            .or_else(|| self.chain_decided(seen))
            .or_else(|| if success { self.chain_recovered(seen) } else { None });
        match (decided, seen.outcome) {
            (Some(chain), Outcome::Success) => self.close(chain, ChainEnd::Recovered(seen.time), seen),
            (Some(chain), _) if self.last_view(chain).is_some_and(|last| ends_agree(last, seen)) => {
                if let Some(last) = self.last_view_mut(chain) {
                    last.add(seen);
                }
                self.close(chain, ChainEnd::Lost, seen);
            }
            (_, Outcome::Success | Outcome::Unsaid) => {}
            (decided, outcome) => {
                let chain = decided.or_else(|| self.chain_by_announced_retry(seen));
                let chain = self.push(chain, seen, outcome);
                self.close(chain, ChainEnd::Lost, seen);
            }
        }
    }

    /// The chain whose last attempt decided this failed call just now.
    fn chain_decided(&self, seen: &Observation) -> Option<usize> {
        if seen.outcome == Outcome::Success {
            return None;
        }
        let near = |last: &View| (-SAME_MOMENT_MS..=CALL_LINE_MS).contains(&seen.time.since(last.time));
        self.open.iter().rev().copied().find(|&chain| {
            self.last_view(chain)
                .is_some_and(|last| last.grain != Grain::Call && near(last) && may_belong(last, seen) && ends_agree(last, seen))
        })
    }

    /// The chain that this successful call recovered: its attempts lie within the call's own span.
    fn chain_recovered(&self, seen: &Observation) -> Option<usize> {
        let started = seen.time.plus_ms(-i64::from(seen.duration_ms?) - SAME_MOMENT_MS);
        self.open.iter().copied().find(|&chain| {
            self.last_view(chain).is_some_and(|last| {
                last.grain != Grain::Call && last.time >= started && last.time <= seen.time && may_belong(last, seen)
            })
        })
    }

    fn close(&mut self, chain: usize, end: ChainEnd, seen: &Observation) {
        self.open.retain(|&open| open != chain);
        let Some(closing) = self.done.chains.get_mut(chain) else {
            return;
        };
        closing.end = Some(end);
        if matches!(end, ChainEnd::Recovered(_)) {
            closing.recovered_by = Some(Arc::clone(&seen.attributes));
        }
        let kind = if let Outcome::Transport(kind) = seen.outcome {
            Some(kind)
        } else {
            None
        };
        for &view in &closing.views {
            let Some(view) = self.done.views.get_mut(view) else { continue };
            view.fill_attributes(&seen.attributes);
            if view.ids.x_client_request_id.is_none() {
                view.ids.x_client_request_id.clone_from(&seen.ids.x_client_request_id);
            }
            // A retry line does not say how the exchange broke; the traceback that ends the call does.
            if let (Outcome::Transport(TransportError::Other), Some(kind)) = (view.outcome, kind) {
                view.outcome = Outcome::Transport(kind);
                view.fact = seen.fact;
            }
        }
    }
}

/// Whether a record can be about the same call as a view: the same thread where both name one, no other endpoint, no
/// other caller id.
fn may_belong(last: &View, seen: &Observation) -> bool {
    let differ = |mine: Option<&Name>, theirs: Option<&Name>| matches!((mine, theirs), (Some(a), Some(b)) if a != b);
    let endpoint = |attributes: &Attributes| attributes.get(Dimension::Endpoint).cloned();
    !differ(last.ids.thread.as_ref(), seen.ids.thread.as_ref())
        && !differ(last.ids.x_client_request_id.as_ref(), seen.ids.x_client_request_id.as_ref())
        && !differ(last.ids.sdk.as_ref(), seen.ids.sdk.as_ref())
        && (same_route(endpoint(&last.attributes).as_deref(), endpoint(&seen.attributes).as_deref()))
}

/// Azure's path holds the deployment, and the application's short word does not.
fn same_route(a: Option<&str>, b: Option<&str>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || a.ends_with(b.trim_start_matches("/v1")) || b.ends_with(a.trim_start_matches("/v1")),
        _ => true,
    }
}

/// Whether a detail can be of the attempt: the same status where both have one, no second retry line, no other id.
fn agrees(last: &View, seen: &Observation) -> bool {
    let second_retry = last.retry_in_ms.is_some() && seen.retry.is_some_and(|retry| retry.in_ms.is_some());
    let other_id = matches!((&last.ids.x_request_id, &seen.ids.x_request_id), (Some(a), Some(b)) if a != b);
    !second_retry && !other_id && ends_agree(last, seen)
}

fn ends_agree(last: &View, seen: &Observation) -> bool {
    match (last.outcome, seen.outcome) {
        (_, Outcome::Unsaid) => true,
        (a, b) if a.status().is_some() || b.status().is_some() => a.status() == b.status(),
        (Outcome::Transport(a), Outcome::Transport(b)) => a == b || a == TransportError::Other || b == TransportError::Other,
        (a, b) => a == b,
    }
}
