//! One HTTP exchange, whoever saw it, and the traffic it is part of: what `judge::correlate` makes and the rest of the
//! judgement stands on.

use super::ids::Ids;
use super::method::Method;
use super::millis::Millis;
use super::observation::{ErrorSaid, Tokens, Upstream};
use super::outcome::Outcome;
use super::reached::{Fact, Reached};
use super::terms::{Attributes, Name, Vantage};
use super::time::Time;
use smallvec::SmallVec;
use std::sync::Arc;

/// Whose fault a failure speaks of (classification B0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The provider answered, or had the request.
    Provider,
    /// It never reached the provider.
    Network,
}

/// What became of the call an attempt belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallOutcome {
    /// A later attempt went well.
    Recovered,
    /// Its last attempt failed.
    Lost,
    /// No log tells.
    Unknown,
}

impl CallOutcome {
    /// The word of the JSON report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Recovered => "recovered",
            Self::Lost => "lost",
            Self::Unknown => "unknown",
        }
    }
}

/// How two views of one attempt were found to be one (classification B3.3), the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JoinMethod {
    /// The same provider id.
    ProviderId,
    /// The same caller id, nearest in time.
    ClientId,
    /// Time, endpoint and status: probable.
    TimeEndpointStatus,
}

/// Where one view of an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Who saw it.
    pub vantage: Vantage,
    /// The source's path.
    pub path: Name,
    /// The line its record starts on.
    pub line: u64,
}

/// The same, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SeenAt<'a> {
    /// Who saw it.
    pub vantage: Vantage,
    /// The source's path.
    pub path: &'a Name,
    /// The line its record starts on.
    pub line: u64,
}

impl SeenAt<'_> {
    /// The same, owned.
    #[must_use]
    pub fn to_seen(self) -> Seen {
        Seen {
            vantage: self.vantage,
            path: Name::clone(self.path),
            line: self.line,
        }
    }
}

/// Who wrote a log, and its path.
pub type Log = (Vantage, Name);

/// Where every view of an attempt stands. Nearly all attempts are told by a line or two of one log, and such places take no
/// memory of their own: of a million failures they took eighty megabytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBy(Places);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Places {
    OfOne(Arc<Log>, SmallVec<[u64; 2]>),
    OfSeveral(Vec<Seen>),
}

impl Default for SeenBy {
    fn default() -> Self {
        Self(Places::OfSeveral(Vec::new()))
    }
}

impl SeenBy {
    /// Lines of one log.
    #[must_use]
    pub fn of_one(log: Arc<Log>, lines: SmallVec<[u64; 2]>) -> Self {
        Self(Places::OfOne(log, lines))
    }

    /// The places, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = SeenAt<'_>> {
        let (log, lines, seen) = match &self.0 {
            Places::OfOne(log, lines) => (Some(log), &lines[..], &[][..]),
            Places::OfSeveral(seen) => (None, &[][..], &seen[..]),
        };
        let of_one = log.into_iter().flat_map(move |log| {
            let (vantage, path) = &**log;
            lines.iter().map(|&line| SeenAt {
                vantage: *vantage,
                path,
                line,
            })
        });
        of_one.chain(seen.iter().map(|Seen { vantage, path, line }| SeenAt {
            vantage: *vantage,
            path,
            line: *line,
        }))
    }

    /// The path of every log, to be changed.
    pub fn paths_mut(&mut self) -> impl Iterator<Item = &mut Name> {
        let (log, seen) = match &mut self.0 {
            Places::OfOne(log, _) => (Some(log), &mut [][..]),
            Places::OfSeveral(seen) => (None, &mut seen[..]),
        };
        let of_one = log.into_iter().map(|log| &mut Arc::make_mut(log).1);
        of_one.chain(seen.iter_mut().map(|seen| &mut seen.path))
    }
}

impl FromIterator<Seen> for SeenBy {
    fn from_iter<I: IntoIterator<Item = Seen>>(seen: I) -> Self {
        Self(Places::OfSeveral(seen.into_iter().collect()))
    }
}

/// One attempt that did not end well (a failure or a caller-side end), counted once.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its end, clocks corrected.
    pub time: Time,
    /// Duration in milliseconds.
    pub duration_ms: Option<Millis>,
    /// How it ended.
    pub outcome: Outcome,
    /// The attributes of both views.
    pub attributes: Arc<Attributes>,
    /// The ids of both views.
    pub ids: Ids,
    /// `http.request.method`.
    pub method: Option<Method>,
    /// What the error said.
    pub error: Option<Arc<ErrorSaid>>,
    /// Its number within its call, from 1.
    pub number: u16,
    /// The call it belongs to; attempts of one call share the number.
    pub call: u32,
    /// What became of that call.
    pub call_outcome: CallOutcome,
    /// Whether the provider had it.
    pub reached: Reached,
    /// The fact that decided it.
    pub fact: Fact,
    /// The side it counts for, unknowns resolved by vote; `None` for caller-side ends.
    pub side: Option<Side>,
    /// Whether the side was resolved by vote.
    pub side_by_vote: bool,
    /// Its model stands in no log: the one that its application's other calls make most likely was taken.
    pub model_inferred: bool,
    /// Announced pause before the next attempt, milliseconds.
    pub retry_in_ms: Option<Millis>,
    /// How long the provider asked to wait before the next attempt, milliseconds.
    pub retry_after_ms: Option<Millis>,
    /// The tokens it used, where a log says so.
    pub tokens: Option<Box<Tokens>>,
    /// What the proxy before the provider knew of the way.
    pub upstream: Option<Arc<Upstream>>,
    /// How the views were joined; `None` where one log saw it.
    pub joined: Option<JoinMethod>,
    /// Every view.
    pub seen_by: SeenBy,
}

impl Attempt {
    /// The address that a proxy tried for it upstream, the last one.
    #[must_use]
    pub fn upstream_address(&self) -> Option<&Name> {
        self.upstream.as_ref()?.address.as_ref()
    }
}

#[cfg(test)]
impl Attempt {
    /// An attempt that ended then and so, on which no log says more: what tests fill in.
    pub(crate) fn ended(time: Time, outcome: Outcome) -> Self {
        Self {
            time,
            duration_ms: None,
            outcome,
            attributes: Arc::default(),
            ids: Ids::default(),
            method: None,
            error: None,
            number: 1,
            call: 0,
            call_outcome: CallOutcome::Unknown,
            reached: Reached::Unknown,
            fact: Fact::StatusOnly,
            side: None,
            side_by_vote: false,
            model_inferred: false,
            retry_in_ms: None,
            retry_after_ms: None,
            tokens: None,
            upstream: None,
            joined: None,
            seen_by: SeenBy::default(),
        }
    }
}

/// Successes of five seconds with one combination of attributes, each attempt counted once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficCell {
    /// Start of the five seconds, clocks corrected.
    pub time: Time,
    /// The attributes.
    pub attributes: Arc<Attributes>,
    /// Successful attempts.
    pub ok: u32,
    /// Of these, first attempts of their call.
    pub first_ok: u32,
}

/// Successes as the proxies saw them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ByProxies {
    /// The traffic's cells already tell the proxy, or there is no proxy log.
    #[default]
    Untold,
    /// They are the traffic's cells: no application logged any. A gigabyte of them would be held twice.
    All,
    /// By time, those of applications' calls among them.
    Cells(Vec<TrafficCell>),
}

/// All traffic, every attempt counted once: what the window finder reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// Failures and caller-side ends, by time.
    pub attempts: Vec<Attempt>,
    /// Successes as the counting rule takes them (classification B3.4), by time.
    pub cells: Vec<TrafficCell>,
    /// Successes as the proxies saw them, for the `proxy` attribute where applications do not log their egress
    /// (classification B5).
    pub by_proxies: ByProxies,
    /// Calls, all told: successes' and failures'.
    pub calls: u64,
    /// First and last instant that any log covers.
    pub span: Option<(Time, Time)>,
}

impl Traffic {
    /// See [`Self::by_proxies`]; none where these are untold.
    #[must_use]
    pub fn proxy_cells(&self) -> &[TrafficCell] {
        match &self.by_proxies {
            ByProxies::Untold => &[],
            ByProxies::All => &self.cells,
            ByProxies::Cells(cells) => cells,
        }
    }

    /// Attempts, all told.
    #[must_use]
    pub fn attempt_count(&self) -> u64 {
        self.attempts.len() as u64 + self.cells.iter().map(|cell| u64::from(cell.ok)).sum::<u64>()
    }
}
