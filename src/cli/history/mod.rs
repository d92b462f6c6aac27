//! `faultscope history`: what earlier nights found, read from the state that `nightly` keeps.

mod csv;
mod html;
mod json;
mod text;

use super::args::{History as Asked, HistoryForm};
use super::exit::Exit;
use super::{account, key, output, since, world};
use crate::deliver;
use crate::keep::Store;
use crate::keep::history::{History, Span, Summary, total};
use crate::keep::hours::Tally;
use crate::model::{Dimension, Rollup, Time};
use crate::redact::{Audience, Policy, seal_scope, wall};
use crate::text::timestamp::Zone;
use anyhow::{Context as _, anyhow, bail};
use std::collections::BTreeMap;

/// Everything that is told.
struct Told {
    history: History,
    summary: Summary,
    compared: Option<Compared>,
    /// The promise, in percent.
    sla: Option<f64>,
    generated_at: Time,
    width: usize,
    internal: bool,
    /// Only a stretch of time was asked for.
    limited: bool,
}

/// Two stretches of time side by side.
struct Compared {
    spans: [Span; 2],
    /// Counts of both, by model.
    models: BTreeMap<String, [Tally; 2]>,
    /// Windows that began in them.
    windows: [u64; 2],
}

pub(super) fn history(args: &Asked) -> anyhow::Result<Exit> {
    if args.report.file.is_some() && args.output.is_some() {
        bail!("--output and --report name a file each; leave one of them out");
    }
    let store = Store::look(&args.state)
        .with_context(|| format!("--state {}: no history that 'faultscope nightly' keeps", args.state.display()))?;
    let now = world::now();
    let instant = |flag: &'static str, text: &Option<String>, else_: i64| {
        let parsed = text.as_deref().map(|text| since::parse(text, now, &Zone::Utc)).transpose();
        let parsed = parsed.map_err(|error| anyhow!("{error}")).context(flag)?;
        anyhow::Ok(parsed.unwrap_or(Time(else_)))
    };
    let (from, until) = (
        instant("--since", &args.since, i64::MIN)?,
        instant("--until", &args.until, i64::MAX)?,
    );
    let mut history = store.history(from, until)?;
    let form = args.report.form;
    let audience = match form {
        HistoryForm::Text => Audience::Terminal,
        _ if args.internal => Audience::Internal,
        _ => Audience::Forwardable,
    };
    if audience == Audience::Forwardable {
        let place = Some(args.state.join("key"));
        let key = key::key_in(args.key_file.as_deref(), place, &key::derived(&Rollup::default()))?;
        let policy = Policy { audience, key };
        for window in &mut history.windows {
            window.state.set_scope(&seal_scope(window.state.scope(), &policy));
        }
    }
    let told = Told {
        summary: Summary::of(&history),
        compared: compared(&store, &args.compare)?,
        history,
        sla: args.sla,
        generated_at: world::generated_at(now),
        width: world::columns(),
        internal: args.internal,
        limited: args.since.is_some() || args.until.is_some(),
    };
    let report = match form {
        HistoryForm::Text => text::write(&told),
        HistoryForm::Json => json::write(&told)?,
        HistoryForm::Csv => csv::write(&told),
        HistoryForm::Html => html::write(&told),
    };
    let (report, removed) = wall(report);
    account::removed("history", &removed);
    match args.report.file.as_ref().or(args.output.as_ref()) {
        Some(file) => {
            output::to_file(file, report.as_bytes()).with_context(|| format!("{} cannot be written", file.display()))?
        }
        None => output::to_stdout(report.as_bytes()).context("standard output cannot be written")?,
    }
    Ok(Exit::Done)
}

/// Lays two stretches of time side by side, whatever else is told.
fn compared(store: &Store, spans: &[Span]) -> anyhow::Result<Option<Compared>> {
    let [a, b] = spans else {
        return Ok(None);
    };
    let mut compared = Compared {
        spans: [a.clone(), b.clone()],
        models: BTreeMap::new(),
        windows: [0, 0],
    };
    for (side, span) in [a, b].into_iter().enumerate() {
        let history = store.history(span.from, span.until)?;
        for (slice, tally) in &history.hours {
            let [_, _, model, _] = &slice.values;
            let both = compared.models.entry(model.clone()).or_default();
            if let Some(mine) = both.get_mut(side) {
                mine.add(tally);
            }
        }
        if let Some(windows) = compared.windows.get_mut(side) {
            *windows = history.windows.iter().filter(|window| span.holds(window.start())).count() as u64;
        }
    }
    Ok(Some(compared))
}

impl Told {
    /// What was counted in all.
    fn total(&self) -> Tally {
        total(self.history.hours.values())
    }

    /// The first and the last hour that was counted.
    fn span(&self) -> Option<(Time, Time)> {
        let first = self.history.hours.keys().next()?;
        let last = self.history.hours.keys().next_back()?;
        Some((first.start, last.start.plus_ms(crate::keep::hours::HOUR_MS)))
    }
}

/// A share in percent.
#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 * 100.0 / whole as f64)
}

/// What a scope limits, in words.
fn scope(scope: &BTreeMap<String, Vec<String>>) -> String {
    if scope.is_empty() {
        return "all models and endpoints".to_owned();
    }
    let parts: Vec<String> = scope.iter().map(|(name, values)| limit(name, values.clone())).collect();
    parts.join("; ")
}

/// One limit of a scope in words; the state holds a dimension by its name.
pub(super) fn limit(name: &str, values: Vec<String>) -> String {
    match Dimension::ALL.into_iter().find(|dimension| dimension.name() == name) {
        Some(dimension) => deliver::limit(dimension, values),
        None => format!("{name} {}", values.join(", ")),
    }
}

/// A model's name, where a log tells it.
fn model(name: &str) -> &str {
    if name.is_empty() { "(no model named)" } else { name }
}

/// First, second, third, 4th.
pub(super) fn ordinal(number: u64) -> String {
    match number {
        1 => "first".to_owned(),
        2 => "second".to_owned(),
        3 => "third".to_owned(),
        _ => format!("{number}th"),
    }
}
