//! Who reads a report, and what may be told to them.

/// Who reads the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The engineer at the terminal: own names stay.
    Terminal,
    /// The own team, on request: own names stay, and the report is marked "do not send".
    Internal,
    /// Anybody it may be forwarded to: own names become pseudonyms.
    Forwardable,
}

/// What may be told, and to whom.
#[derive(Clone)]
pub struct Policy {
    /// Who reads it.
    pub audience: Audience,
    /// The key of the pseudonyms.
    pub key: Vec<u8>,
}
