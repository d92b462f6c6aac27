//! `faultscope formats`: every input format, who writes it, and where its grammar is documented.

use super::exit::Exit;
use super::output;
use crate::gather::formats::{self, Format};
use anyhow::Context as _;
use std::fmt::Write as _;

pub(super) fn formats() -> anyhow::Result<Exit> {
    output::to_stdout(list(formats::ALL).as_bytes()).context("standard output")?;
    Ok(Exit::Done)
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
