//! Whose traffic the applications' logs show, of which endpoints, and when (classification B3.4d).

use super::by_client::ByClient;
use super::hops::Hops;
use super::stretches::Stretches;
use super::view::View;
use crate::model::{Attributes, Dimension, Name, Time};
use std::collections::BTreeMap;

/// How the applications' logs cover a proxy's client, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cover {
    /// No application log shows its calls.
    None,
    /// An application log shows the last attempt of each call.
    Calls,
    /// An application log shows every attempt, or that of a nearer hop does.
    Attempts,
}

/// The cover of every client of every proxy host.
#[derive(Clone, Debug, Default)]
pub(super) struct Covers {
    pub(super) by_client: ByClient<Covered>,
    /// By host, of clients that nothing ties.
    pub(super) otherwise: Vec<Option<Covered>>,
    pub(super) hops: Hops,
}

/// When applications' logs show a client's traffic.
#[derive(Clone, Debug, Default)]
pub(super) struct Covered {
    pub(super) whole: Spans,
    /// What any log shows of it: a tunnel's line names no endpoint.
    pub(super) any: Spans,
    /// What logs show that name the endpoints of all they tell, and no others.
    pub(super) by_endpoint: BTreeMap<Name, Spans>,
}

/// When logs show calls, and when they show attempts.
#[derive(Clone, Debug, Default)]
pub(super) struct Spans {
    calls: Stretches,
    attempts: Stretches,
}

impl Spans {
    /// Those of logs that show so much.
    pub(super) fn of(&mut self, cover: Cover) -> &mut Stretches {
        if cover == Cover::Attempts {
            &mut self.attempts
        } else {
            &mut self.calls
        }
    }

    /// See [`Stretches::settled`].
    pub(super) fn settled(self) -> Self {
        Self {
            calls: self.calls.settled(),
            attempts: self.attempts.settled(),
        }
    }
}

/// The cover of one combination of attributes of a proxy's lines, at any time.
#[derive(Clone, Debug)]
pub(super) struct Whose<'c> {
    is_hop: bool,
    spans: [Option<&'c Spans>; 2],
}

impl Whose<'_> {
    /// Whether nothing ever covers it.
    pub(super) fn is_nobodys(&self) -> bool {
        !self.is_hop && self.spans.iter().all(Option::is_none)
    }

    /// The cover at a time.
    pub(super) fn at(&self, time: Time) -> Cover {
        if self.is_hop {
            return Cover::Attempts;
        }
        let holds = |of: fn(&Spans) -> &Stretches| self.spans.iter().flatten().any(|spans| of(spans).holds(time));
        let (calls, attempts) = (holds(|spans| &spans.calls), holds(|spans| &spans.attempts));
        // Several applications share a host, or a log names no client at all: what stands in no application's log is a retry
        // of the one that logs calls only, for the other's would have been joined.
        match (calls, attempts) {
            (false, false) => Cover::None,
            (true, _) => Cover::Calls,
            (false, true) => Cover::Attempts,
        }
    }
}

impl Covers {
    /// The cover of one client of one proxy host, for what it sent with these attributes.
    pub(super) fn whose(&self, host: usize, attributes: &Attributes) -> Whose<'_> {
        let client = attributes.get(Dimension::Client);
        let otherwise = || self.otherwise.get(host).and_then(Option::as_ref);
        let covered = self.by_client.get(host, client).or_else(otherwise);
        let endpoint = attributes.get(Dimension::Endpoint);
        let of_endpoint = covered.and_then(|covered| covered.by_endpoint.get(endpoint?));
        Whose {
            is_hop: self.is_hop(host, client),
            spans: [
                covered.map(|covered| if endpoint.is_some() { &covered.whole } else { &covered.any }),
                of_endpoint,
            ],
        }
    }

    /// The cover of what a proxy saw.
    pub(super) fn of(&self, host: usize, view: &View) -> Cover {
        self.whose(host, &view.attributes).at(view.time)
    }

    /// Whether a client of a host is itself a proxy whose log shows the same requests, as that of a hop nearer the application.
    pub(super) fn is_hop(&self, host: usize, client: Option<&Name>) -> bool {
        self.hops.has(host, client)
    }
}
