//! Act three: from findings to something that can be sent. One file a report.

pub mod bundle;
mod explain;
mod html;
mod json_v1;
mod markdown;
mod phrases;
mod report;
mod table;
mod text;

pub use phrases::count as thousands;
pub use report::{Context, Report};

use crate::redact::{Removed, Sealed, wall};
use std::io;

/// Every report, by the order of `--help`.
pub static ALL: &[&dyn Report] = &[&text::Text, &markdown::Markdown, &html::Html, &json_v1::JsonV1];

/// The JSON Schema that every JSON report fits.
pub const JSON_SCHEMA: &str = include_str!("report-v1.schema.json");

/// The report of a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Report> {
    ALL.iter().copied().find(|report| report.name() == name)
}

/// The finished bytes of a report, past the second wall.
///
/// What the wall removes is counted in the report itself, so a report with hits is written twice.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn deliver(sealed: &Sealed, report: &dyn Report, context: &Context<'_>) -> io::Result<(Vec<u8>, Removed)> {
    through_the_wall(context, &|context, bytes| report.write(sealed, context, bytes))
}

/// The numbers behind one window's verdict, by its place, as text past the second wall; nothing where they were not
/// asked of the judge.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn explain(sealed: &Sealed, place: usize, context: &Context<'_>) -> io::Result<Option<(Vec<u8>, Removed)>> {
    let Some(window) = sealed.findings().windows.get(place) else {
        return Ok(None);
    };
    let Some(working) = &window.working else { return Ok(None) };
    through_the_wall(context, &|context, bytes| {
        explain::write(place, window, working, sealed, context, bytes)
    })
    .map(Some)
}

type Writes<'a> = dyn Fn(&Context<'_>, &mut Vec<u8>) -> io::Result<()> + 'a;

fn through_the_wall(context: &Context<'_>, writes: &Writes<'_>) -> io::Result<(Vec<u8>, Removed)> {
    let write = |context: &Context<'_>| -> io::Result<(String, Removed)> {
        let mut bytes = Vec::new();
        writes(context, &mut bytes)?;
        let text = String::from_utf8(bytes);
        Ok(wall(
            text.unwrap_or_else(|odd| String::from_utf8_lossy(odd.as_bytes()).into_owned()),
        ))
    };
    let (text, removed) = write(context)?;
    if removed.is_empty() {
        return Ok((text.into_bytes(), removed));
    }
    let (text, _) = write(&Context {
        removed: removed.clone(),
        ..context.clone()
    })?;
    Ok((text.into_bytes(), removed))
}
