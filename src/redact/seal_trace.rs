//! The door for the life of one call: own names are replaced where its reader is a stranger.

use super::seal::{Audience, Names, Policy};
use crate::model::Trace;

/// A trace that may be shown. The field is private: nothing else can make one.
#[derive(Clone, Debug)]
pub struct SealedTrace(Trace);

impl SealedTrace {
    /// What may be shown.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.0
    }
}

/// Makes a trace showable to the policy's audience.
#[must_use]
pub fn seal_trace(mut trace: Trace, policy: &Policy) -> SealedTrace {
    if policy.audience != Audience::Forwardable {
        return SealedTrace(trace);
    }
    let mut names = Names::by(policy);
    names.learn_sources(&trace.coverage);
    names.coverage(&mut trace.coverage);
    for attempt in trace.calls.iter_mut().flat_map(|call| &mut call.attempts) {
        attempt.attributes = names.attributes(&attempt.attributes);
        for record in &mut attempt.records {
            record.seen.path = names.path(&record.seen.path);
        }
    }
    for mention in &mut trace.mentions {
        mention.path = names.path(&mention.path);
    }
    SealedTrace(trace)
}
