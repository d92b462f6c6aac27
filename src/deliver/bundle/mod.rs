//! Everything that goes to a support desk, as files that are not written yet: the reports, the evidence by file and line,
//! and a manifest that says what they are and how to check them.

mod archive;
mod evidence;
mod manifest;

pub use archive::archive;

use super::report::{Context, Report};
use crate::redact::{Removed, Sealed};
use std::io;

/// Reports that stay at home: `text` is for the engineer at the terminal and says what the others say, `ndjson` holds what
/// `json` holds.
const LEFT_OUT: [&str; 2] = ["text", "ndjson"];

/// The report that is named for what it is; the others are "the report" in their form.
const TICKET: &str = "ticket";

/// A file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name: letters, digits, `-` and `.` only, never a word of a log.
    pub name: String,
    /// What it is, in words.
    pub says: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// The files of a bundle, and what the second wall removed from each report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// The files; the manifest is the last.
    pub items: Vec<Item>,
    /// What was removed from the finished bytes, by the name of the file.
    pub removed: Vec<(String, Removed)>,
}

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
    let (text, removed) = super::past_the_wall(sealed.audience(), evidence::evidence(sealed.findings(), context.internal));
    let name = marked("evidence", "txt", context);
    let says = "where each failed request stands in the logs, by file and line".to_owned();
    bundle.add(name, says, text.into_bytes(), removed);
    let manifest = manifest::manifest(&bundle.items, sealed.findings(), context, arguments)?;
    let (text, removed) = super::past_the_wall(sealed.audience(), manifest);
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
