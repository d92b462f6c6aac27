//! `faultscope formats`: every input format with what it carries, and which one a file is in.

mod json;
mod table;
mod tried;

use super::args::{Formats, FormatsForm};
use super::exit::Exit;
use super::own_formats::OwnFormats;
use super::say::say;
use super::{output, plan, world};
use crate::gather::carries::Carries;
use crate::gather::formats::Format;
use crate::gather::trial::{self, Tried};
use crate::redact::wall;
use anyhow::{Context as _, bail};

/// A format, with what it carries.
struct Listed {
    format: &'static dyn Format,
    carries: Carries,
}

pub(super) fn formats(args: &Formats, own: &OwnFormats) -> anyhow::Result<Exit> {
    if args.tried.is_empty() {
        list(args, own)
    } else {
        try_files(args, own)
    }
}

fn list(args: &Formats, own: &OwnFormats) -> anyhow::Result<Exit> {
    let mut known = own.known.to_vec();
    if !args.names.is_empty() {
        let asked: anyhow::Result<Vec<_>> = args.names.iter().map(|name| own.by_name(name)).collect();
        known = asked?;
    }
    known.sort_by_key(|format| format.name());
    let listed: Vec<Listed> = known
        .into_iter()
        .map(|format| Listed {
            format,
            carries: Carries::of(format),
        })
        .collect();
    let told = match args.form {
        FormatsForm::Json => json::list(&listed),
        FormatsForm::Text if args.names.is_empty() => table::table(&listed, world::help_columns()),
        FormatsForm::Text => table::each(&listed),
    };
    tell(told)?;
    Ok(Exit::Done)
}

fn try_files(args: &Formats, own: &OwnFormats) -> anyhow::Result<Exit> {
    let plan = plan::of_formats(args.tried.clone(), &args.tz, own.forced(&args.formats)?, own, world::now());
    let tried = trial::trial(&plan, args.records)?;
    for skipped in &tried.skipped {
        say(&format!("{}: {}", skipped.path, skipped.reason));
    }
    if tried.trials.is_empty() {
        bail!("nothing could be read");
    }
    let told = match args.form {
        FormatsForm::Json => json::tried(&tried),
        FormatsForm::Text => tried::text(&tried, world::columns()),
    };
    tell(told)?;
    Ok(exit(&tried))
}

/// Everything that is told passes the second wall.
fn tell(told: String) -> anyhow::Result<()> {
    let (told, _) = wall(told);
    output::to_stdout(told.as_bytes()).context("standard output cannot be written")
}

fn exit(tried: &Tried) -> Exit {
    let is_read = |trial: &trial::Trial| trial.unread == 0 && (trial.found.is_some() || trial.lines == 0);
    if tried.skipped.is_empty() && tried.trials.iter().all(is_read) {
        Exit::Done
    } else {
        Exit::Incomplete
    }
}
