//! The only door to a report: findings become [`Sealed`], with every value cleaned, and own names replaced where the
//! reader is a stranger.

mod names;
mod policy;
mod walk;

#[cfg(test)]
mod tests;

pub use policy::{Audience, Policy};

use super::wall::Removed;
use crate::model::{Findings, Name, Scope, Trace};
use names::{Names, What};

/// What may be shown: findings, or the life of one call. The fields are private: nothing else can make one.
#[derive(Clone, Debug)]
pub struct Sealed<T = Findings> {
    told: T,
    audience: Audience,
    replaced: Removed,
}

/// A trace that may be shown.
pub type SealedTrace = Sealed<Trace>;

impl<T> Sealed<T> {
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

impl Sealed {
    /// What may be shown.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.told
    }
}

impl SealedTrace {
    /// What may be shown.
    #[must_use]
    pub fn trace(&self) -> &Trace {
        &self.told
    }
}

/// A path or another own name that no finding holds, as the policy's audience may read it.
#[must_use]
pub fn told(policy: &Policy, name: &str) -> String {
    let name = Name::from(name);
    Names::new(policy).show(What::Path, &name).unwrap_or(name).to_string()
}

/// Makes findings showable to the policy's audience.
#[must_use]
pub fn seal(mut findings: Findings, policy: &Policy) -> Sealed {
    let mut names = Names::new(policy);
    walk::values(&mut findings, &mut |kind, name| names.show(kind, name));
    let names = names.settled();
    walk::sentences(&mut findings, &mut |sentence| *sentence = names.sentence(sentence));
    Sealed {
        told: findings,
        audience: policy.audience,
        replaced: names.replaced(),
    }
}

/// Makes a trace showable to the policy's audience.
#[must_use]
pub fn seal_trace(mut trace: Trace, policy: &Policy) -> SealedTrace {
    let mut names = Names::new(policy);
    walk::trace(&mut trace, &mut |what, name| names.show(what, name));
    let names = names.settled();
    walk::said_of_sources(&mut trace.coverage, &mut |sentence| *sentence = names.sentence(sentence));
    Sealed {
        told: trace,
        audience: policy.audience,
        replaced: names.replaced(),
    }
}

/// Makes a scope showable to the policy's audience.
#[must_use]
pub fn seal_scope(mut scope: Scope, policy: &Policy) -> Scope {
    let mut names = Names::new(policy);
    walk::scope(&mut scope, &mut |kind, name| names.show(kind, name));
    scope
}
