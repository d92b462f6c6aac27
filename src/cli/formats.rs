//! `faultscope formats`: every input format, who writes it, where its grammar is documented, and what may lie around it.

use super::exit::Exit;
use super::output;
use crate::gather::envelopes::{self, Envelope};
use crate::gather::formats::{self, Format};
use anyhow::Context as _;
use std::fmt::Write as _;

pub(super) fn formats() -> anyhow::Result<Exit> {
    let list = list(formats::ALL) + &around(envelopes::ALL);
    output::to_stdout(list.as_bytes()).context("standard output")?;
    Ok(Exit::Done)
}

/// What lines are taken out of before a format is asked.
fn around(known: &[&dyn Envelope]) -> String {
    let mut list = "\nEach of them also inside:\n".to_owned();
    let width = known.iter().map(|envelope| envelope.name().len()).max().unwrap_or(0);
    for envelope in known {
        let _ = writeln!(list, "{:width$}  {}", envelope.name(), envelope.source());
    }
    list
}

fn list(known: &[&dyn Format]) -> String {
    let mut known = known.to_vec();
    known.sort_by_key(|format| format.name());
    let width = known.iter().map(|format| format.name().len()).max().unwrap_or(0);
    let mut list = String::new();
    for format in known {
        let _ = writeln!(
            list,
            "{:width$}  {:11}  {}",
            format.name(),
            format.vantage().name(),
            format.source()
        );
    }
    list
}
