//! The life of one call, for the terminal and for programs.

mod attempt;
mod json;
mod text;

use super::finished::through_the_wall;
use super::report::Context;
use crate::redact::{Removed, SealedTrace};
use std::io;

/// How a trace is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TraceForm {
    /// For the terminal.
    Text,
    /// For programs: `faultscope.trace/1`.
    Json,
}

/// The finished bytes of a trace, past the second wall.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn trace(sealed: &SealedTrace, form: TraceForm, context: &Context<'_>) -> io::Result<(Vec<u8>, Removed)> {
    through_the_wall(sealed.audience(), sealed.replaced(), context, &|context, bytes| match form {
        TraceForm::Text => {
            bytes.extend_from_slice(text::page(sealed.trace(), context).as_bytes());
            Ok(())
        }
        TraceForm::Json => json::write(sealed.trace(), context, bytes),
    })
}
