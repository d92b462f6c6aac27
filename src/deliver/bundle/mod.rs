//! Everything that goes to a support desk, as files that are not written yet: the reports, the evidence by file and line,
//! and a manifest that says what they are and how to check them.

mod archive;
mod evidence;
mod item;
mod manifest;

pub use archive::archive;
pub use item::{Bundle, Item};

use super::finished::past_the_wall;
use super::report::{Context, Report};
use crate::redact::{Removed, Sealed};
use std::io;

/// Reports that stay at home: `text` is for the engineer at the terminal and says what the others say, `ndjson` holds what
/// `json` holds.
const LEFT_OUT: [&str; 2] = ["text", "ndjson"];

/// The report that is named for what it is; the others are "the report" in their form.
const TICKET: &str = "ticket";

/// Makes the files of a bundle. `arguments` are the words of the command line as they may be told.
///
/// # Errors
/// Whatever writing into memory raises: nothing in practice.
pub fn bundle(sealed: &Sealed, context: &Context<'_>, arguments: &[String]) -> io::Result<Bundle> {
    let mut bundle = Bundle::default();
    for report in super::ALL.iter().filter(|report| !LEFT_OUT.contains(&report.name())) {
        let (bytes, removed) = super::deliver(sealed, *report, context)?;
        bundle.add(
            name(*report, context),
            format!("the {} report", report.name()),
            bytes,
            removed,
        );
    }
    let (text, removed) = past_the_wall(sealed.audience(), evidence::evidence(sealed.findings(), context.internal));
    let name = marked("evidence", "txt", context);
    let says = "where each failed request stands in the logs, by file and line".to_owned();
    bundle.add(name, says, text.into_bytes(), removed);
    let manifest = manifest::manifest(&bundle.items, sealed.findings(), context, arguments)?;
    let (text, removed) = past_the_wall(sealed.audience(), manifest);
    let says = "what these files are, with their checksums".to_owned();
    bundle.add(manifest::NAME.to_owned(), says, text.into_bytes(), removed);
    Ok(bundle)
}

impl Bundle {
    fn add(&mut self, name: String, says: String, bytes: Vec<u8>, removed: Removed) {
        if !removed.is_empty() {
            self.removed.push((name.clone(), removed));
        }
        self.items.push(Item { name, says, bytes });
    }
}

/// `report.html`, `ticket.txt`; a file that must not be sent says so in its name.
fn name(report: &dyn Report, context: &Context<'_>) -> String {
    let is_ticket = report.name() == TICKET;
    marked(if is_ticket { TICKET } else { "report" }, report.extension(), context)
}

fn marked(stem: &str, extension: &str, context: &Context<'_>) -> String {
    let mark = if context.internal { "-internal" } else { "" };
    format!("{stem}{mark}.{extension}")
}

/// The name of the bundle's manifest.
pub use manifest::NAME as MANIFEST;
/// The `schema` of the bundle's manifest.
pub use manifest::SCHEMA as MANIFEST_SCHEMA;
