//! The history for programs: `faultscope.history/1`, whose keys are only ever added to.

use super::{Told, percent};
use crate::keep::hours::Tally;
use crate::keep::windows::Kept;
use anyhow::Context as _;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Report {
    schema: &'static str,
    generated_at: String,
    start: Option<String>,
    end: Option<String>,
    nights: Vec<Night>,
    counts: Counts,
    windows: Vec<Window>,
    recurring: Vec<Recurring>,
    time_to_recovery: Vec<Repair>,
    weeks: Vec<Week>,
    months: Vec<Month>,
    compare: Option<Compare>,
}

#[derive(Serialize)]
struct Counts {
    attempts: u64,
    failures: u64,
    failures_before_the_provider: u64,
    caller_side: u64,
    calls: u64,
    calls_lost: u64,
    failing_percentage: Option<f64>,
}

#[derive(Serialize)]
struct Night {
    began: String,
    bytes: u64,
    records: u64,
    other_records: u64,
    unread_records: u64,
    folder: Option<String>,
}

#[derive(Serialize)]
struct Window {
    start: String,
    end: String,
    duration_seconds: i64,
    ongoing: bool,
    class: String,
    severity: String,
    confidence: f64,
    scope: BTreeMap<String, Vec<String>>,
    attempts: u64,
    failures: u64,
    failing_percentage: Option<f64>,
    calls: u64,
    calls_lost: u64,
}

#[derive(Serialize)]
struct Recurring {
    class: String,
    scope: BTreeMap<String, Vec<String>>,
    count: u64,
    in_14_days: u64,
    first: String,
    last: String,
}

#[derive(Serialize)]
struct Repair {
    class: String,
    windows: u64,
    mean_seconds: i64,
    median_seconds: i64,
}

#[derive(Serialize)]
struct Week {
    week: String,
    /// `null` where no log names the model.
    model: Option<String>,
    #[serde(flatten)]
    counts: Counts,
}

#[derive(Serialize)]
struct Month {
    month: String,
    calls: u64,
    calls_lost: u64,
    available_percentage: Option<f64>,
    promised_percentage: Option<f64>,
    kept: Option<bool>,
}

#[derive(Serialize)]
struct Compare {
    spans: [String; 2],
    windows: [u64; 2],
    models: Vec<Compared>,
}

#[derive(Serialize)]
struct Compared {
    model: Option<String>,
    counts: [Counts; 2],
}

pub(super) fn write(told: &Told) -> anyhow::Result<String> {
    let span = told.span();
    let report = Report {
        schema: "faultscope.history/1",
        generated_at: told.generated_at.to_string(),
        start: span.map(|(start, _)| start.to_string()),
        end: span.map(|(_, end)| end.to_string()),
        nights: nights(told),
        counts: counts(&told.total()),
        windows: told.history.windows.iter().map(window).collect(),
        recurring: recurring(told),
        time_to_recovery: repairs(told),
        weeks: weeks(told),
        months: months(told),
        compare: compare(told),
    };
    let text = serde_json::to_string_pretty(&report).context("the history as JSON")?;
    Ok(text + "\n")
}

fn counts(tally: &Tally) -> Counts {
    Counts {
        attempts: tally.attempts,
        failures: tally.failures,
        failures_before_the_provider: tally.network_failures,
        caller_side: tally.caller_side,
        calls: tally.calls,
        calls_lost: tally.calls_lost,
        failing_percentage: rounded(percent(tally.failures, tally.attempts)),
    }
}

/// To three decimals.
fn rounded(percent: Option<f64>) -> Option<f64> {
    percent.map(|percent| (percent * 1000.0).round() / 1000.0)
}

fn named(model: &str) -> Option<String> {
    (!model.is_empty()).then(|| model.to_owned())
}

fn nights(told: &Told) -> Vec<Night> {
    let nights = told.history.nights.iter().map(|night| Night {
        began: night.began.to_string(),
        bytes: night.bytes,
        records: night.records,
        other_records: night.other_records,
        unread_records: night.unread_records,
        folder: night.folder.clone(),
    });
    nights.collect()
}

fn window(window: &Kept) -> Window {
    Window {
        start: window.start().to_string(),
        end: window.end().to_string(),
        duration_seconds: window.state.length_ms() / 1000,
        ongoing: window.state.ongoing,
        class: window.state.class.clone(),
        severity: window.state.severity.clone(),
        confidence: window.confidence,
        scope: window.state.scope.clone(),
        attempts: window.attempts,
        failures: window.state.failures,
        failing_percentage: rounded(percent(window.state.failures, window.attempts)),
        calls: window.calls,
        calls_lost: window.calls_lost,
    }
}

fn recurring(told: &Told) -> Vec<Recurring> {
    let recurring = told.summary.recurring.iter().map(|kind| Recurring {
        class: kind.class.clone(),
        scope: kind.scope.clone(),
        count: kind.count,
        in_14_days: kind.recent,
        first: kind.first.to_string(),
        last: kind.last.to_string(),
    });
    recurring.collect()
}

fn repairs(told: &Told) -> Vec<Repair> {
    let repairs = told.summary.repairs.iter().map(|repair| Repair {
        class: repair.class.clone(),
        windows: repair.count,
        mean_seconds: repair.mean_ms / 1000,
        median_seconds: repair.median_ms / 1000,
    });
    repairs.collect()
}

fn weeks(told: &Told) -> Vec<Week> {
    let mut weeks = Vec::new();
    for (week, models) in &told.summary.weeks {
        weeks.extend(models.iter().map(|(model, tally)| Week {
            week: week.name.clone(),
            model: named(model),
            counts: counts(tally),
        }));
    }
    weeks
}

fn months(told: &Told) -> Vec<Month> {
    let months = told.summary.months.iter().map(|month| {
        let available = month.share().map(|share| share * 100.0);
        Month {
            month: month.month.name.clone(),
            calls: month.tally.calls,
            calls_lost: month.tally.calls_lost,
            available_percentage: rounded(available),
            promised_percentage: told.sla,
            kept: available.zip(told.sla).map(|(available, promised)| available >= promised),
        }
    });
    months.collect()
}

fn compare(told: &Told) -> Option<Compare> {
    let compared = told.compared.as_ref()?;
    let models = compared.models.iter().map(|(model, both)| Compared {
        model: named(model),
        counts: both.each_ref().map(counts),
    });
    Some(Compare {
        spans: compared.spans.each_ref().map(|span| span.name.clone()),
        windows: compared.windows,
        models: models.collect(),
    })
}
