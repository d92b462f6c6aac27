//! The door for the life of one call.

use super::names::Names;
use super::policy::{Audience, Policy};
use super::walk;
use crate::model::Trace;
use crate::redact::wall::Removed;

/// A trace that may be shown. The fields are private: nothing else can make one.
#[derive(Clone, Debug)]
pub struct SealedTrace {
    trace: Trace,
    audience: Audience,
    replaced: Removed,
}

impl SealedTrace {
    /// What may be shown.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Who may read it.
    #[must_use]
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// How many different values were replaced, by class.
    #[must_use]
    pub fn replaced(&self) -> &Removed {
        &self.replaced
    }
}

/// Makes a trace showable to the policy's audience.
#[must_use]
pub fn seal_trace(mut trace: Trace, policy: &Policy) -> SealedTrace {
    let mut names = Names::new(policy);
    walk::trace(&mut trace, &mut |what, name| names.show(what, name));
    let names = names.settled();
    walk::said_of_sources(&mut trace.coverage, &mut |sentence| *sentence = names.sentence(sentence));
    SealedTrace {
        trace,
        audience: policy.audience,
        replaced: names.replaced(),
    }
}
