//! `faultscope trace`: the life of one call, found by any id that a log wrote of it.

use super::args::Trace as Asked;
use super::exit::Exit;
use super::own_formats::OwnFormats;
use super::plan::{Delivery, Needs, needs};
use super::{account, analyze, key, output, say::say, world};
use crate::deliver::{self, TraceForm, thousands};
use crate::gather::{Gathered, Sought};
use crate::judge::{Options, Selection, Tracer};
use crate::model::{Sighting, Trace};
use crate::redact::{Audience, Policy, seal_trace};
use anyhow::{Context as _, bail};

/// Looks through the logs: for the id, for the ids of its call, for those of what these led to. A chain of ids that is
/// longer is none.
const LOOKS: usize = 4;

pub(super) fn trace(asked: &Asked, own: &OwnFormats) -> anyhow::Result<Exit> {
    let args = &asked.analyze;
    let needs = needs(args, own, world::now())?;
    let form = form(&needs)?;
    let (gathered, clocks) = analyze::read(args, &needs)?;
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        say("standard input is read once: of its attempts, only those that did not end well are found");
    }
    let options = Options {
        selection: Selection::default(),
        clocks: Some(clocks),
        ..needs.judge.clone()
    };
    let tracer = Tracer::of(&gathered.rollup, &options);
    let mut trace = tracer.trace(&asked.id, &sightings(&asked.id, &gathered, &needs, &tracer));
    if !trace.is_found() {
        trace.near = near(&asked.id, &gathered, &needs);
        say(&not_found(&trace));
    }
    if trace.is_found() || form == TraceForm::Json {
        deliver(asked, &needs, form, &trace, &gathered)?;
    }
    Ok(match (trace.is_found(), trace.coverage.is_complete()) {
        (false, _) => Exit::Unusable,
        (true, true) => Exit::Done,
        (true, false) => Exit::Incomplete,
    })
}

/// Every record that carries the id, or another id of its call.
fn sightings(id: &str, gathered: &Gathered, needs: &Needs, tracer: &Tracer<'_>) -> Vec<Sighting> {
    let mut ids = tracer.linked(id, &[]);
    let mut found = Vec::new();
    for _ in 0..LOOKS {
        let Some(sought) = Sought::of(&ids) else { break };
        found = gathered.seek(&needs.gather, &sought, &());
        let linked = tracer.linked(id, &found);
        if linked.is_subset(&ids) {
            break;
        }
        ids.extend(linked);
    }
    found
}

/// Ids that begin like it.
fn near(id: &str, gathered: &Gathered, needs: &Needs) -> Vec<crate::model::Name> {
    const TOLD: usize = 5;
    let Some(sought) = Sought::alike(id) else {
        return Vec::new();
    };
    let found = gathered.seek(&needs.gather, &sought, &());
    let ids: std::collections::BTreeSet<_> = found.into_iter().flat_map(|sighting| sighting.ids).collect();
    ids.into_iter().take(TOLD).collect()
}

fn not_found(trace: &Trace) -> String {
    let read = &trace.coverage;
    let unread = if read.is_complete() {
        ""
    } else {
        "; not everything could be read, so it may stand there"
    };
    let near: Vec<&str> = trace.near.iter().map(|id| &**id).collect();
    let hint = if near.is_empty() {
        "check that the logs are of its time".to_owned()
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    let span = read.start.zip(read.end);
    let span = span.map_or_else(String::new, |(start, end)| format!(", {start} to {end}"));
    format!(
        "{} stands in none of {} {} ({} records about a call, {} other{span}{unread}); {hint}",
        trace.id,
        thousands(read.sources.len() as u64),
        if read.sources.len() == 1 { "log" } else { "logs" },
        thousands(read.records()),
        thousands(read.other_records()),
    )
}

/// How it is to be told.
fn form(needs: &Needs) -> anyhow::Result<TraceForm> {
    match needs.reports.as_slice() {
        [only] if only.report.name() == "text" => Ok(TraceForm::Text),
        [only] if only.report.name() == "json" => Ok(TraceForm::Json),
        _ => bail!("a trace is told as text or as json: --report json"),
    }
}

fn deliver(asked: &Asked, needs: &Needs, form: TraceForm, trace: &Trace, gathered: &Gathered) -> anyhow::Result<()> {
    let [Delivery { audience, file, .. }] = needs.reports.as_slice() else {
        return Ok(());
    };
    let key = match audience {
        Audience::Forwardable => key::key(asked.analyze.key_file.as_deref(), &key::derived(&gathered.rollup))?,
        Audience::Terminal | Audience::Internal => Vec::new(),
    };
    let policy = Policy {
        audience: *audience,
        key,
    };
    let context = analyze::context(needs, needs.colour && file.is_none());
    let (bytes, removed) = deliver::trace(&seal_trace(trace.clone(), &policy), form, &context)?;
    account::removed("trace", &removed);
    account::internal(needs.internal, file.as_deref());
    match file {
        Some(file) => output::to_file(file, &bytes).with_context(|| format!("{} cannot be written", file.display())),
        None => output::to_stdout(&bytes).context("standard output cannot be written"),
    }
}
