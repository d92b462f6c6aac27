//! `faultscope analyze`: the three acts, one after the other.

use super::args::Analyze;
use super::exit::Exit;
use super::own_formats::OwnFormats;
use super::plan::{Delivery, Needs, needs};
use super::progress::Bar;
use super::{account, bundle, key, output, outputs, status_page, world};
use crate::deliver::{self, Context};
use crate::gather::{self, Gathered};
use crate::judge::{self, Clocks};
use crate::model::{Findings, Rollup};
use crate::providers;
use crate::redact::{Audience, Policy, Removed, seal, wall_for_strangers};
use anyhow::{Context as _, bail};
use std::io::Write;

pub(super) fn analyze(args: &Analyze, own: &OwnFormats) -> anyhow::Result<Exit> {
    let needs = needs(args, own, world::now())?;
    // What only a second look needs goes before the judgement.
    let (Gathered { rollup, .. }, clocks) = read(args, &needs)?;
    judged(args, &needs, rollup, clocks)
}

/// Acts two and three.
pub(super) fn judged(args: &Analyze, needs: &Needs, rollup: Rollup, clocks: Clocks) -> anyhow::Result<Exit> {
    let options = judge::Options {
        clocks: Some(clocks),
        ..needs.judge.clone()
    };
    let derived = key::derived(&rollup);
    let mut findings = judge::judge_last(rollup, &options);
    status_page::note(&mut findings, &args.status_page);
    let exit = exit(needs, &findings);
    match args.explain {
        Some(place) => explain(args, needs, place, findings)?,
        None => deliver_all(args, needs, findings, derived)?,
    }
    Ok(exit)
}

/// Ids as nearly every report has them, of which the second wall asks the shapes of addresses and card numbers.
const USUAL_IDS: &str = "req_0123456789abcdef0123456789abcdef 6f1f9a52-3c3e-4b5e-9d5c-0d0f1a2b3c4d";

/// Has the tables made, beside the recognition of the first log, that nearly every run asks: known messages of providers
/// and what the second wall looks for. Where they come too late, whoever asks first makes them.
fn make_ready(threads: usize) {
    let work = || {
        let _ = providers::caller_kind(429, None, None, Some("-"));
        let _ = providers::template("-");
        drop(wall_for_strangers(USUAL_IDS.to_owned()));
    };
    if threads > 1 {
        // No thread to be had is no reason to stop.
        drop(std::thread::Builder::new().spawn(work));
    }
}

/// Act one, with its second look, and what is said of it; and the clocks, which the second look had to know.
pub(super) fn read(args: &Analyze, needs: &Needs) -> anyhow::Result<(Gathered, Clocks)> {
    make_ready(needs.gather.threads);
    let bar = Bar::new(args);
    let read = gather::gather(&needs.gather, &bar).map(|mut gathered| {
        gather::thin(&mut gathered.rollup, needs.gather.threads);
        let (clocks, wanted) = judge::clocks_and_wanted(&gathered.rollup, needs.gather.threads);
        let extra = gathered.look_again(&needs.gather, &wanted, &());
        gathered.rollup = std::mem::take(&mut gathered.rollup).with(extra);
        (gathered, clocks)
    });
    bar.clear();
    let (gathered, clocks) = read?;
    if !args.quiet {
        account::understood(&gathered, Some(&clocks), args.verbose);
        account::meant_for_none(&gathered, args);
    }
    account::unread(&gathered.rollup, args.verbose);
    if gathered.rollup.sources.is_empty() {
        bail!("nothing could be read");
    }
    outputs::spare_logs(needs.files(), &gathered)?;
    Ok((gathered, clocks))
}

fn deliver_all(args: &Analyze, needs: &Needs, findings: Findings, derived: Vec<u8>) -> anyhow::Result<()> {
    let is_forwarded = |delivery: &Delivery| delivery.audience == Audience::Forwardable;
    let is_forwarded = needs.reports.iter().any(is_forwarded) || (needs.bundle.is_some() && !needs.internal);
    let key = if is_forwarded {
        key::key(args.key_file.as_deref(), &derived)?
    } else {
        derived
    };
    let policy = |audience: Audience| Policy {
        audience,
        key: key.clone(),
    };
    let lookers = deliver::lookers(&findings, needs.gather.threads);
    // The last one takes the findings themselves.
    let mut left = needs.reports.len() + usize::from(needs.bundle.is_some());
    let mut findings = Some(findings);
    let mut sealed = |audience: Audience| {
        left = left.saturating_sub(1);
        let findings = if left == 0 { findings.take() } else { findings.clone() };
        seal(findings.unwrap_or_default(), &policy(audience))
    };
    for Delivery { report, audience, file } in &needs.reports {
        let sealed = sealed(*audience);
        let context = context(needs, needs.colour && file.is_none());
        let draft =
            deliver::draft(&sealed, *report, &context, &lookers).with_context(|| format!("the report '{}'", report.name()))?;
        account::removed(report.name(), &draft.removed);
        if !args.quiet {
            account::to_fill_in(report.name(), draft.to_fill_in);
            account::internal(needs.internal, file.as_deref());
        }
        let write = |out: &mut dyn Write| draft.write(out);
        match file {
            Some(file) => output::write_file(file, &write).with_context(|| format!("{} cannot be written", file.display()))?,
            None => output::write_stdout(&write).context("standard output cannot be written")?,
        }
    }
    if let Some(place) = &needs.bundle {
        let audience = if needs.internal {
            Audience::Internal
        } else {
            Audience::Forwardable
        };
        bundle::deliver(place, &sealed(audience), &policy(audience), &context(needs, false), needs.dry)?;
    }
    Ok(())
}

/// The working behind one window, for the engineer at the terminal.
fn explain(args: &Analyze, needs: &Needs, place: usize, findings: Findings) -> anyhow::Result<()> {
    let policy = Policy {
        audience: Audience::Terminal,
        key: Vec::new(),
    };
    let sealed = seal(findings, &policy);
    let Some((bytes, removed)) = deliver::explain(&sealed, place, &context(needs, false))? else {
        bail!(
            "there is no window w{} to explain: {} found",
            place + 1,
            match sealed.findings().windows.len() {
                0 => "none was".to_owned(),
                1 => "only w1 was".to_owned(),
                many => format!("w1 to w{many} were"),
            }
        );
    };
    account::removed("explanation", &removed);
    match &args.output {
        Some(file) => output::to_file(file, &bytes).with_context(|| format!("{} cannot be written", file.display())),
        None => output::to_stdout(&bytes).context("standard output cannot be written"),
    }
}

pub(super) fn context(needs: &Needs, colour: bool) -> Context<'static> {
    Context {
        generated_at: needs.generated_at.to_utc(),
        width: world::columns(),
        colour,
        version: env!("CARGO_PKG_VERSION"),
        internal: needs.internal,
        removed: Removed::default(),
    }
}

fn exit(needs: &Needs, findings: &Findings) -> Exit {
    let is_found = findings
        .windows
        .iter()
        .any(|window| needs.fail_on.contains(&window.verdict.class));
    match (is_found, findings.coverage.is_complete()) {
        (true, _) => Exit::Found,
        (false, true) => Exit::Done,
        (false, false) => Exit::Incomplete,
    }
}
