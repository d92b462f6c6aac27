//! `faultscope merge`: the partial results of all shards, judged as if one run had read everything.

use super::analyze;
use super::args::Merge;
use super::exit::Exit;
use super::own_formats::OwnFormats;
use super::plan::needs;
use super::say::say;
use super::{account, output, outputs, world};
use crate::gather;
use crate::judge;
use crate::keep::{self, Part};
use crate::model::{Name, Rollup, Skipped, Wanted};
use anyhow::{Context as _, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Logs that are named where something is said of them; the rest are counted.
const NAMED: usize = 5;

pub(super) fn merge(asked: &Merge, own: &OwnFormats) -> anyhow::Result<Exit> {
    let args = &asked.analyze;
    let mut needs = needs(args, own, world::now())?;
    outputs::check(asked.wanted.as_deref(), &args.paths)?;
    let mut parts = Vec::with_capacity(args.paths.len());
    for path in &args.paths {
        parts.push((path.display().to_string(), read(path)?));
    }
    fit_together(&parts)?;
    let missing = missing(&parts);
    let limits = parts.first().map_or((None, None), |(_, part)| (part.since, part.until));
    (needs.judge.selection.since, needs.judge.selection.until) = limits;
    let (mut rollup, mut kept) = (Rollup::default(), Rollup::default());
    let (mut undated, mut asked_of) = (Vec::new(), Vec::with_capacity(parts.len()));
    let mut written = BTreeMap::new();
    for (_, part) in parts {
        let own: BTreeSet<Name> = part.rollup.sources.keys().map(Name::clone).collect();
        asked_of.push((own, part.asked));
        rollup = rollup.merge(part.rollup);
        kept = kept.merge(part.kept);
        undated.extend(part.undated);
        written.extend(part.written);
    }
    let moved = gather::redate(&undated, &mut rollup, &mut kept);
    if limits != (None, None) && !moved.is_empty() {
        say(&format!(
            "{} without dates lay on other days than --since and --until were held against: {}; scan without these",
            account::count(moved.len() as u64, "log"),
            names(&moved)
        ));
    }
    let mut rollup = rollup.settled();
    let copies = gather::count_once(&mut rollup.sources);
    for (name, last) in gather::cut_late(&mut rollup.sources, &written) {
        if let Some(source) = kept.sources.get_mut(&name) {
            source.observations.retain(|seen| seen.time <= last);
        }
    }
    gather::thin(&mut rollup, needs.judge.threads);
    let (clocks, wanted) = judge::clocks_and_wanted(&rollup, needs.judge.threads);
    let open: BTreeSet<Name> = (asked_of.iter())
        .flat_map(|(own, asked)| judge::unanswered(&rollup, own, asked, &wanted))
        .collect();
    kept.sources.retain(|name, _| rollup.sources.contains_key(name));
    let mut rollup = rollup.merge(judge::chosen(kept, &wanted)).settled();
    rollup.skipped.extend(missing);
    if !args.quiet {
        account::read(&rollup, &judge::times_read(&rollup, Some(&clocks)), &copies, 0, args.verbose);
    }
    account::unread(&rollup, args.verbose);
    if rollup.sources.is_empty() {
        bail!("the parts hold no log");
    }
    question(asked, &open, wanted)?;
    let exit = analyze::judged(args, &needs, rollup, clocks)?;
    Ok(if exit == Exit::Done && !open.is_empty() {
        Exit::Incomplete
    } else {
        exit
    })
}

fn read(path: &Path) -> anyhow::Result<Part> {
    let named = || path.display().to_string();
    let bytes = fs::read(path).with_context(named)?;
    keep::part_unpacked(&bytes).with_context(named)
}

/// Refuses parts that do not make one whole.
fn fit_together(parts: &[(String, Part)]) -> anyhow::Result<()> {
    let mut held: BTreeMap<&Name, &str> = BTreeMap::new();
    for (file, part) in parts {
        for log in part.rollup.sources.keys() {
            if let Some(first) = held.insert(log, file) {
                bail!("{first} and {file} both hold {log}: scan each log once, and other machines' logs with --as NAME");
            }
        }
    }
    let limits = |part: &Part| (part.since, part.until);
    if let [(first, one), others @ ..] = parts
        && let Some((other, _)) = others.iter().find(|(_, part)| limits(part) != limits(one))
    {
        bail!("{first} and {other} were scanned with other --since or --until: scan with the same ones");
    }
    Ok(())
}

/// The shares of which no part was given: they hold logs that nobody reads. Several machines may each have cut their own
/// logs into as many shares, so a share is missing where fewer parts are of it than of another.
fn missing(parts: &[(String, Part)]) -> Vec<Skipped> {
    let mut given: BTreeMap<u32, BTreeMap<u32, usize>> = BTreeMap::new();
    for (number, of) in parts.iter().filter_map(|(_, part)| part.share) {
        *given.entry(of).or_default().entry(number).or_default() += 1;
    }
    let told = |(of, given): (u32, BTreeMap<u32, usize>)| {
        let most = given.values().copied().max().unwrap_or(0);
        let lacking: Vec<u32> = (1..=of)
            .filter(|number| given.get(number).copied().unwrap_or(0) < most)
            .collect();
        let named: Vec<String> = lacking.iter().take(NAMED).map(|number| format!("{number}/{of}")).collect();
        let more = if lacking.len() > NAMED { ", …" } else { "" };
        (!lacking.is_empty()).then(|| Skipped {
            path: Name::from("--shard"),
            reason: format!("no part of {}{more} was given", named.join(", ")),
        })
    };
    given.into_iter().filter_map(told).collect()
}

/// The first names of some logs.
fn names(logs: &BTreeSet<Name>) -> String {
    let named: Vec<&str> = logs.iter().take(NAMED).map(|name| &**name).collect();
    let more = if logs.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}

/// Says what the parts were not asked for, and writes it down where that was wished.
fn question(asked: &Merge, open: &BTreeSet<Name>, wanted: Wanted) -> anyhow::Result<()> {
    if !open.is_empty() {
        let how = match &asked.wanted {
            Some(file) => format!("scan again with --wanted {}", file.display()),
            None => "merge with --wanted FILE, then scan again with it".to_owned(),
        };
        say(&format!(
            "calls that a retry saved may count as lost: not all successes of {} were kept for the failures in other shards \
             ({}); {how}",
            account::count(open.len() as u64, "log"),
            names(open)
        ));
    }
    if let Some(file) = &asked.wanted {
        let bytes = keep::wanted_packed(&wanted).context("--wanted")?;
        output::to_file(file, &bytes).with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(())
}
