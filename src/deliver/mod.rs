//! STUB, replaced at the merge: act three.

use crate::model::Time;
use crate::redact::Sealed;
use std::io;

/// Stub.
pub struct Context {
    /// Stub.
    pub generated_at: Time,
    /// Stub.
    pub width: usize,
    /// Stub.
    pub colour: bool,
    /// Stub.
    pub version: &'static str,
    /// Stub.
    pub internal: bool,
}

/// Stub.
pub trait Report: Sync {
    /// Stub.
    fn name(&self) -> &'static str;
}

struct Named(&'static str);

impl Report for Named {
    fn name(&self) -> &'static str {
        self.0
    }
}

/// Stub.
pub static ALL: &[&dyn Report] = &[&Named("text"), &Named("markdown"), &Named("json")];

/// Stub.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Report> {
    ALL.iter().copied().find(|report| report.name() == name)
}

/// Stub.
///
/// # Errors
/// None.
pub fn deliver(sealed: &Sealed, report: &dyn Report, context: &Context) -> io::Result<Vec<u8>> {
    let coverage = &sealed.findings().coverage;
    Ok(format!("{} {} {}\n", report.name(), coverage.records(), context.generated_at).into_bytes())
}
