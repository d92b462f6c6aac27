//! The finished bytes of a report that is held whole, past the second wall.

use super::report::Context;
use crate::redact::{Audience, Removed, wall, wall_for_strangers};
use std::io;

/// Makes a report, which tells what was removed by its context.
pub(super) type Writes<'a> = dyn Fn(&Context<'_>, &mut Vec<u8>) -> io::Result<()> + 'a;

/// What `writes` makes, past the second wall, with what was replaced and removed told in it.
pub(super) fn through_the_wall(
    audience: Audience,
    replaced: &Removed,
    context: &Context<'_>,
    writes: &Writes<'_>,
) -> io::Result<(Vec<u8>, Removed)> {
    let mut told = Context {
        removed: replaced.clone(),
        ..context.clone()
    };
    settled(in_memory(&told, writes)?, audience, &mut told, writes)
}

/// A report past the wall by what it held at first; written anew where the wall removes something, to tell of that too.
pub(super) fn settled(
    first: Vec<u8>,
    audience: Audience,
    told: &mut Context<'_>,
    writes: &Writes<'_>,
) -> io::Result<(Vec<u8>, Removed)> {
    let past = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned());
        past_the_wall(audience, text)
    };
    let (text, removed) = past(first);
    if removed.is_empty() {
        return Ok((text.into_bytes(), removed));
    }
    for (class, number) in &removed {
        *told.removed.entry(class).or_default() += number;
    }
    let (text, _) = past(in_memory(told, writes)?);
    Ok((text.into_bytes(), removed))
}

pub(super) fn in_memory(context: &Context<'_>, writes: &Writes<'_>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    writes(context, &mut bytes)?;
    Ok(bytes)
}

/// A finished text past the second wall, as its reader needs it.
pub(super) fn past_the_wall(audience: Audience, text: String) -> (String, Removed) {
    match audience {
        Audience::Forwardable => wall_for_strangers(text),
        Audience::Terminal | Audience::Internal => wall(text),
    }
}
