//! What a proxy's own word on the end means: Envoy flags, HAProxy states, Squid codes, nginx error texts.

use crate::model::{Fact, TransportError};

/// What a proxy's word says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FlagSays {
    /// The transport error it names; `None` where the status decides.
    pub outcome: Option<TransportError>,
    /// What it says about the provider having had the request.
    pub fact: Option<Fact>,
    /// The client gave up.
    pub cancelled: bool,
}

/// What a proxy's flag, with its detail text, says; `format` is the name of the log format.
#[must_use]
pub fn proxy_flag(format: &str, flag: &str, detail: Option<&str>) -> Option<FlagSays> {
    let _ = (format, flag, detail);
    None
}
