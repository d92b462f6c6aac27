//! `faultscope nightly`: reads what is new, keeps what it found, and speaks only where there is news.
//!
//! What was read is kept first, in one transaction together with how far each log was read; then the reports are
//! written, and last it is noted that they were. A run that is stopped anywhere is made good by the next one.

mod judged;
mod news;
mod reports;

use super::args::{Analyze, Nightly};
use super::exit::Exit;
use super::output;
use super::own_formats::OwnFormats;
use super::plan::{Needs, needs};
use super::say::say;
use super::world;
use crate::gather::discover::{self, Source};
use crate::gather::resume::Onward;
use crate::gather::{self, Gathered};
use crate::judge;
use crate::keep::{Lock, NightDone, Store, StoreError, named, within};
use crate::model::{KnownLog, Name, Rollup, Skipped, SourceRollup, Time};
use anyhow::{Context as _, bail};
use reports::Folders;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Unread records above this share of what was read of a log are named (product definition, section 4).
const UNREAD_SHARE_ALLOWED: f64 = crate::model::UNREAD_SHARE_ALLOWED;

pub(super) fn nightly(args: &Nightly, own: &OwnFormats) -> anyhow::Result<Exit> {
    fits(&args.analyze)?;
    let now = world::now();
    let run = Run {
        args,
        needs: needs(&args.analyze, own, now)?,
        clock: now,
        now: world::generated_at(now),
        folders: Folders::of(&args.out)?,
    };
    let state = &args.state;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(state)
        .with_context(|| format!("--state {}", state.display()))?;
    let patience = Duration::from_millis(u64::try_from(args.wait).unwrap_or(0));
    let _lock = Lock::take(state, patience).with_context(|| format!("--state {}", state.display()))?;
    match Store::open(state)
        .map_err(Into::into)
        .and_then(|mut store| run.night(&mut store))
    {
        Err(error) if is_damaged(&error) => {
            let aside = Store::set_aside(state).context("the damaged state file cannot be set aside")?;
            say(&format!(
                "the state file is damaged and was set aside as {}; what the logs still hold is read anew",
                aside.display()
            ));
            run.night(&mut Store::open(state)?)
        }
        Err(error) if error.is::<StoreError>() => Err(error.context(format!("--state {}", state.display()))),
        done => done,
    }
}

fn is_damaged(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<StoreError>(), Some(StoreError::Damaged))
}

/// What has no meaning for a run that goes on where the last one stopped.
fn fits(analyze: &Analyze) -> anyhow::Result<()> {
    if analyze.paths.iter().any(|path| path.as_os_str() == discover::STDIN) {
        bail!("nightly cannot read standard input, for it could not go on with it; name the logs");
    }
    if analyze.since.is_some() || analyze.until.is_some() {
        bail!("nightly reads what is new since its last run: --since and --until do not go with it");
    }
    if analyze.explain.is_some() || analyze.bundle.is_some() || analyze.dry_run {
        bail!("--explain, --bundle and --dry-run are for 'faultscope analyze', on the logs that a night's report names");
    }
    if analyze.output.is_some() || analyze.reports.iter().any(|report| report.file.is_some()) {
        bail!("nightly writes its reports below --out: name reports without a file");
    }
    Ok(())
}

/// One night's run.
struct Run<'a> {
    args: &'a Nightly,
    needs: Needs,
    /// The clock that tells how old a file is.
    clock: Time,
    /// When the night is said to be.
    now: Time,
    folders: Folders,
}

/// What tonight read of one log, by the source within it.
type Parts = BTreeMap<String, SourceRollup>;

/// What was read tonight, together with what is kept.
struct Whole {
    /// The logs that hold a call now or held one lately, all nights together.
    rollup: Rollup,
    /// The logs found, as they are now known, with what tonight read of them.
    logs: Vec<(KnownLog, Parts)>,
}

impl Run<'_> {
    fn night(&self, store: &mut Store) -> anyhow::Result<Exit> {
        let owed = news::catch_up(store, &self.folders)?;
        let known = store.logs()?;
        let mut onward = Onward::from(&known, self.clock);
        let own = self.own_directories();
        let mut choose = |mut sources: Vec<Source>| {
            sources.retain(|source| !own.iter().any(|own| source.path().starts_with(own)));
            onward.choose(sources)
        };
        let mut gathered = gather::gather_some(&self.needs.gather, &mut choose, &())?;
        let Onward {
            logs: resumed, skipped, ..
        } = onward;
        gathered.rollup.skipped.extend(skipped);
        let complained = store.complaints()?;
        let is_named = |skipped: &Skipped| complained.contains(&(skipped.path.to_string(), skipped.reason.clone()));
        if !owed && !is_moved(&gathered, &resumed, &known) && gathered.rollup.skipped.iter().all(is_named) {
            return Ok(Exit::Done);
        }
        let logs = read_logs(&resumed, &gathered, &known);
        let mut done = NightDone {
            began: self.now,
            ..NightDone::default()
        };
        let unread = unread(&gathered);
        let is_mended = |one: &(String, String)| gathered.rollup.sources.contains_key(one.0.as_str()) && !unread.contains(one);
        done.still = complained.iter().filter(|one| !is_mended(one)).cloned().collect();
        done.complaints = unread.difference(&complained).cloned().collect();
        let has_calls = logs.iter().any(|(_, parts)| parts.values().any(|read| read.records > 0));
        let exit = if owed || has_calls {
            let whole = self.whole(store, &known, logs, &gathered)?;
            self.judge(store, whole, done)?
        } else {
            done.logs = logs;
            self.quiet(store, &done)?
        };
        Ok(exit)
    }

    /// The state and the reports may lie below the logs, and are none.
    fn own_directories(&self) -> Vec<PathBuf> {
        let both = [&self.args.state, &self.args.out];
        let mut own: Vec<PathBuf> = both.into_iter().filter_map(|own| own.canonicalize().ok()).collect();
        // Sources are named as the arguments were, whole or not.
        own.extend(both.into_iter().flat_map(|own| [own.clone(), Path::new(".").join(own)]));
        own
    }

    /// Keeps what needs no judgement.
    fn quiet(&self, store: &mut Store, done: &NightDone) -> anyhow::Result<Exit> {
        store.keep(done)?;
        Ok(self.exit(done, false))
    }

    /// Names what is unread for the first time, and tells how the run ends.
    fn exit(&self, done: &NightDone, is_found: bool) -> Exit {
        for (path, reason) in &done.complaints {
            say(&format!("{path}: {reason}"));
        }
        match (is_found, done.complaints.is_empty()) {
            (true, _) => Exit::Found,
            (false, true) => Exit::Done,
            (false, false) => Exit::Incomplete,
        }
    }

    /// Lays what tonight read to what is kept, and looks again where both together ask for it.
    fn whole(
        &self,
        store: &mut Store,
        known: &[KnownLog],
        mut logs: Vec<(KnownLog, Parts)>,
        gathered: &Gathered,
    ) -> anyhow::Result<Whole> {
        let present: Vec<&KnownLog> = logs.iter().map(|(log, _)| log).collect();
        let here: BTreeSet<u64> = present.iter().map(|log| log.number).collect();
        let gone: Vec<&KnownLog> = known.iter().filter(|log| !here.contains(&log.number)).collect();
        let kept = named(store.rollups()?, &present, &gone);
        let tonight = Rollup {
            sources: logs
                .iter()
                .flat_map(|(log, _)| gathered.within(&log.name))
                .map(|(name, read)| (Name::clone(name), Box::new(read.clone())))
                .collect(),
            skipped: gathered.rollup.skipped.clone(),
        };
        let mut whole = kept.merge(tonight).settled();
        // A page's exchanges that were exported again since, in another file or in the place of the first.
        drop(gather::count_once(&mut whole.sources));
        let wanted = judge::wanted(&whole);
        let extra = gathered.look_again(&self.needs.gather, &wanted, &());
        for (log, parts) in &mut logs {
            for (name, _) in gathered.within(&log.name) {
                if let (Some(read), Some(extra)) = (parts.get_mut(&within(&log.name, name)), extra.sources.get(name)) {
                    read.observations.extend(extra.observations.iter().cloned());
                }
            }
        }
        Ok(Whole {
            rollup: whole.merge(extra).settled(),
            logs,
        })
    }
}

/// Whether anything was read, or is to be noted.
fn is_moved(gathered: &Gathered, resumed: &BTreeMap<Name, KnownLog>, known: &[KnownLog]) -> bool {
    let known: BTreeMap<u64, &KnownLog> = known.iter().map(|log| (log.number, log)).collect();
    !gathered.rollup.sources.is_empty() || resumed.values().any(|log| known.get(&log.number) != Some(&log))
}

/// Every log that was found, as it is known after what was read of it.
fn read_logs(resumed: &BTreeMap<Name, KnownLog>, gathered: &Gathered, known: &[KnownLog]) -> Vec<(KnownLog, Parts)> {
    let troubled: BTreeSet<&Name> = gathered.rollup.skipped.iter().map(|skipped| &skipped.path).collect();
    let before: BTreeMap<u64, &KnownLog> = known.iter().map(|log| (log.number, log)).collect();
    let mut logs = Vec::with_capacity(resumed.len());
    for (name, log) in resumed {
        let mut log = log.clone();
        let mut parts = Parts::new();
        for (source, read) in gathered.within(name) {
            if read.records + read.other_records + read.unread_records > 0 {
                parts.insert(within(name, source), read.clone());
            }
        }
        if troubled.contains(name) && parts.is_empty() {
            // It went away, or was replaced, before it was read: the next night tries again.
            if let Some(before) = before.get(&log.number) {
                logs.push(((*before).clone(), parts));
            }
            continue;
        }
        if let Some(reached) = gathered.reached(name) {
            log.offset = reached;
            log.waiting = 0;
        }
        log.lines = gathered.lines(name).unwrap_or(log.lines);
        logs.push((log, parts));
    }
    logs
}

/// What could not be read or understood.
fn unread(gathered: &Gathered) -> BTreeSet<(String, String)> {
    let skipped = gathered.rollup.skipped.iter();
    let mut unread: BTreeSet<(String, String)> = skipped
        .map(|skipped| (skipped.path.to_string(), skipped.reason.clone()))
        .collect();
    for (name, source) in &gathered.rollup.sources {
        let all = source.records + source.other_records + source.unread_records;
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
        let is_much = source.unread_records as f64 > all as f64 * UNREAD_SHARE_ALLOWED;
        if source.unread_records > 0 && source.format.is_none() {
            unread.insert((name.to_string(), "no format recognised it".to_owned()));
        } else if is_much {
            unread.insert((name.to_string(), "some records were not understood".to_owned()));
        }
    }
    unread
}
