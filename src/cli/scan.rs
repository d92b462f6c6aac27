//! `faultscope scan`: act one alone, for one shard; its harvest goes into a file.

use super::args::Scan;
use super::exit::Exit;
use super::own_formats::OwnFormats;
use super::progress::Bar;
use super::say::say;
use super::{account, output, outputs, plan, world};
use crate::gather::discover::Source;
use crate::gather::{self, Gathered, Plan, Share};
use crate::judge;
use crate::keep::{self, Part};
use crate::model::{Name, Rollup, Skipped, Wanted};
use anyhow::Context as _;
use std::fs;
use std::path::Path;

pub(super) fn scan(asked: &Scan, own: &OwnFormats) -> anyhow::Result<Exit> {
    let args = &asked.analyze;
    let file = args.output.as_deref().filter(|file| file.as_os_str() != "-");
    outputs::check(file, &args.paths)?;
    let question = asked.wanted.as_deref().map(question).transpose()?;
    let plan = Plan {
        share: Some(asked.shard.unwrap_or(Share::ALL)),
        ..plan::gather(args, own, world::now())?
    };
    let bar = Bar::new(args);
    let read = gather::gather_some(&plan, &mut |sources| named(sources, asked.named.as_deref()), &bar);
    bar.clear();
    let mut gathered = read?;
    let wanted = judge::wanted_of_shard(&gathered.rollup, question);
    let mut kept = gathered.look_again(&plan, &wanted, &());
    gathered.rollup.skipped.append(&mut kept.skipped);
    if let Some(name) = &asked.named {
        skipped_named(&mut gathered.rollup, name);
    }
    if !args.quiet {
        account::understood(&gathered, None, args.verbose);
    }
    account::unread(&gathered.rollup, args.verbose);
    outputs::spare_logs(file, &gathered)?;
    let is_complete = judge::is_complete(&gathered.rollup);
    write(file, gathered, kept, wanted, &plan)?;
    Ok(if is_complete { Exit::Done } else { Exit::Incomplete })
}

fn question(file: &Path) -> anyhow::Result<Wanted> {
    let bytes = fs::read(file).with_context(|| format!("--wanted {}", file.display()))?;
    keep::wanted_unpacked(&bytes).with_context(|| format!("--wanted {}", file.display()))
}

/// The logs as if they lay in a directory of this name.
fn named(mut sources: Vec<Source>, name: Option<&str>) -> Vec<Source> {
    let Some(name) = name else { return sources };
    let host = name.split('/').next().unwrap_or(name);
    // Those in archives have their archive's name.
    for source in sources.iter_mut().filter(|source| source.within.is_none()) {
        source.rename(Name::from(format!("{name}/{}", source.name)));
        source.host = Some(Name::from(host));
    }
    sources
}

fn skipped_named(rollup: &mut Rollup, name: &str) {
    let within = format!("{name}/");
    let all = std::mem::take(&mut rollup.skipped);
    rollup.skipped = all
        .into_iter()
        .map(|skipped| Skipped {
            path: if skipped.path.starts_with(&within) {
                skipped.path
            } else {
                Name::from(format!("{within}{}", skipped.path))
            },
            reason: skipped.reason,
        })
        .collect();
}

fn write(file: Option<&Path>, gathered: Gathered, kept: Rollup, asked: Wanted, plan: &Plan) -> anyhow::Result<()> {
    let part = Part {
        undated: gathered.undated(),
        written: gathered.written(),
        rollup: gathered.rollup,
        kept,
        asked,
        since: plan.since,
        until: plan.until,
        share: plan.share.filter(|share| share.of > 1).map(|share| (share.number, share.of)),
    };
    let bytes = keep::part_packed(&part).context("the partial result")?;
    match file {
        Some(file) => output::to_file(file, &bytes).with_context(|| format!("{} cannot be written", file.display()))?,
        None => output::to_stdout(&bytes).context("standard output cannot be written")?,
    }
    if part.rollup.sources.is_empty() {
        say("no log is in this share");
    }
    Ok(())
}
