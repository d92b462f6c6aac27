//! STUB, replaced at the merge: what may be told.

use crate::model::Findings;

/// Stub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Stub.
    Terminal,
    /// Stub.
    Internal,
    /// Stub.
    Forwardable,
}

/// Stub.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Stub.
    pub audience: Audience,
    /// Stub.
    pub key: Vec<u8>,
}

/// Stub.
pub struct Sealed(Findings);

/// Stub.
#[must_use]
pub fn seal(findings: Findings, policy: &Policy) -> Sealed {
    let _ = policy;
    Sealed(findings)
}

impl Sealed {
    /// Stub.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.0
    }
}
