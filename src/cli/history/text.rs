//! The history for the terminal.

use super::{Told, model, ordinal, percent, scope};
use crate::deliver::{table, thousands};
use crate::keep::history::{by_day, total};
use crate::keep::hours::Tally;
use crate::model::Time;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Windows listed at most, the newest; the JSON report has all.
const WINDOWS: usize = 30;

/// Models that have a line of their own, by their attempts.
const MODELS: usize = 8;

/// Days that a chart shows.
const DAYS: usize = 60;

/// The steps of the chart.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

pub(super) fn write(told: &Told) -> String {
    let mut out = String::new();
    let Some((from, until)) = told.span() else {
        return if told.limited {
            "No calls are in the history of that time (--since, --until).\n".to_owned()
        } else {
            "No calls are in the history yet.\n".to_owned()
        };
    };
    let sum = told.total();
    let first = format!(
        "History from {} to {}: {}, {} attempts, {} failed ({}).",
        minute(from),
        minute(until),
        match told.history.nights.len() {
            1 => "1 night".to_owned(),
            nights => format!("{nights} nights"),
        },
        thousands(sum.attempts),
        thousands(sum.failures),
        share(sum.failures, sum.attempts)
    );
    out.push_str(&table::wrapped(&first, "", "  ", told.width));
    windows(told, &mut out);
    recurring(told, &mut out);
    repairs(told, &mut out);
    weeks(told, &mut out);
    charts(told, &mut out);
    availability(told, &mut out);
    compared(told, &mut out);
    out
}

fn minute(time: Time) -> String {
    time.to_utc().format("%Y-%m-%d %H:%M UTC").to_string()
}

fn share(part: u64, whole: u64) -> String {
    percent(part, whole).map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2} %"))
}

fn minutes(ms: i64) -> String {
    let minutes = ms / 60_000;
    match minutes {
        0 => format!("{} s", ms / 1000),
        1..120 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

fn windows(told: &Told, out: &mut String) {
    let windows = &told.history.windows;
    if windows.is_empty() {
        out.push_str("\nNo failure windows.\n");
        return;
    }
    let _ = writeln!(out, "\nFAILURE WINDOWS ({})", windows.len());
    let rows = windows.iter().rev().take(WINDOWS).map(|window| {
        let length = if window.state.ongoing {
            "open".to_owned()
        } else {
            minutes(window.state.length_ms())
        };
        vec![
            minute(window.start()).trim_end_matches(" UTC").to_owned(),
            length,
            window.state.class.clone(),
            scope(&window.state.scope),
            share(window.state.failures, window.attempts),
            thousands(window.calls_lost),
        ]
    });
    let header = ["start (UTC)", "length", "class", "scope", "failed", "calls lost"];
    out.push_str(&table::table(&header, rows.collect(), told.width));
    if windows.len() > WINDOWS {
        let _ = writeln!(out, "and {} earlier ones", windows.len() - WINDOWS);
    }
}

fn recurring(told: &Told, out: &mut String) {
    if told.summary.recurring.is_empty() {
        return;
    }
    out.push_str("\nRECURRING\n");
    for kind in &told.summary.recurring {
        let says = format!(
            "{} windows of class {} for {}, the first on {}; the one of {} was the {} in 14 days.",
            kind.count,
            kind.class,
            scope(&kind.scope),
            kind.first.to_utc().format("%Y-%m-%d"),
            kind.last.to_utc().format("%Y-%m-%d"),
            ordinal(kind.recent)
        );
        out.push_str(&table::wrapped(&says, "", "  ", told.width));
    }
}

fn repairs(told: &Told, out: &mut String) {
    if told.summary.repairs.is_empty() {
        return;
    }
    out.push_str("\nTIME TO RECOVERY\n");
    let rows = told.summary.repairs.iter().map(|repair| {
        let count = repair.count.to_string();
        vec![
            repair.class.clone(),
            count,
            minutes(repair.mean_ms),
            minutes(repair.median_ms),
        ]
    });
    out.push_str(&table::table(
        &["class", "windows", "mean", "median"],
        rows.collect(),
        told.width,
    ));
}

/// The models with the most attempts.
fn models(told: &Told) -> Vec<String> {
    let mut sums: BTreeMap<&String, Tally> = BTreeMap::new();
    for models in told.summary.weeks.values() {
        for (model, tally) in models {
            sums.entry(model).or_default().add(tally);
        }
    }
    let mut order: Vec<(&String, Tally)> = sums.into_iter().collect();
    order.sort_by_key(|(model, tally)| (std::cmp::Reverse(tally.attempts), *model));
    order.into_iter().take(MODELS).map(|(model, _)| model.clone()).collect()
}

fn weeks(told: &Told, out: &mut String) {
    out.push_str("\nFAILING SHARE PER WEEK\n");
    let mut known = models(told);
    let left_out = known.split_off(fitting(&known, told.width).min(known.len())).len();
    let mut header = vec!["week", "all"];
    header.extend(known.iter().map(|name| model(name)));
    let rows = told.summary.weeks.iter().map(|(week, models)| {
        let all = total(models.values());
        let mut row = vec![week.name.clone(), share(all.failures, all.attempts)];
        row.extend(known.iter().map(|name| {
            let tally = models.get(name).copied().unwrap_or_default();
            share(tally.failures, tally.attempts)
        }));
        row
    });
    out.push_str(&table::table(&header, rows.collect(), told.width));
    if left_out > 0 {
        let _ = writeln!(
            out,
            "and {left_out} more of the models; a wider terminal or --report html shows them"
        );
    }
}

/// As many of the models as have room in a table beside week and sum, at least one: a heading is not broken within a name.
fn fitting(models: &[String], width: usize) -> usize {
    /// What a column takes beside its words, and how wide a share is.
    const AROUND: usize = 3;
    const SHARE: usize = 8;
    let mut taken = 2 * (SHARE + AROUND);
    let fits = |name: &&String| {
        taken += model(name).chars().count().max(SHARE) + AROUND;
        taken <= width
    };
    models.iter().take_while(fits).count().max(1)
}

/// A line a model, a mark a day: how much of it failed, up to the worst day of all.
fn charts(told: &Told, out: &mut String) {
    let shown = by_day(&told.history, DAYS.min(told.width.saturating_sub(28)));
    let of = |tally: &Tally| percent(tally.failures, tally.attempts);
    let worst = shown
        .iter()
        .flat_map(|(_, models)| models.values().filter_map(of))
        .fold(0.0_f64, f64::max);
    let (Some((first, _)), Some((last, _))) = (shown.first(), shown.last()) else {
        return;
    };
    if worst <= 0.0 {
        return;
    }
    let _ = writeln!(
        out,
        "\nFAILING SHARE PER DAY, {} to {}, █ = {worst:.1} %",
        first.name, last.name
    );
    for name in models(told) {
        let marks: String = shown
            .iter()
            .map(|(_, models)| mark(models.get(&name).and_then(of), worst))
            .collect();
        let _ = writeln!(out, "  {:24} {marks}", model(&name));
    }
}

fn mark(percent: Option<f64>, worst: f64) -> char {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of the worst, 0 to 7"
    )]
    let step = |percent: f64| (percent / worst * 7.0).ceil().clamp(0.0, 7.0) as usize;
    percent.map_or(' ', |percent| STEPS.get(step(percent)).copied().unwrap_or('█'))
}

fn availability(told: &Told, out: &mut String) {
    out.push_str("\nAVAILABILITY PER MONTH (calls that were not lost)\n");
    let rows = told.summary.months.iter().map(|month| {
        let tally = &month.tally;
        let available = month
            .share()
            .map_or_else(|| "-".to_owned(), |share| format!("{:.3} %", share * 100.0));
        let mut row = vec![
            month.month.name.clone(),
            thousands(tally.calls),
            thousands(tally.calls_lost),
            available,
        ];
        row.extend(told.sla.map(|sla| promise(sla, month.share())));
        row
    });
    let mut header = vec!["month", "calls", "lost", "available"];
    let promised = told.sla.map(|sla| format!("of {sla} % promised"));
    header.extend(promised.as_deref());
    out.push_str(&table::table(&header, rows.collect(), told.width));
}

fn promise(sla: f64, share: Option<f64>) -> String {
    match share.map(|share| share * 100.0) {
        None => "-".to_owned(),
        Some(percent) if percent >= sla => "kept".to_owned(),
        Some(percent) => format!("missed by {:.3} points", sla - percent),
    }
}

fn compared(told: &Told, out: &mut String) {
    let Some(compared) = &told.compared else { return };
    let [a, b] = &compared.spans;
    let _ = writeln!(out, "\n{} COMPARED WITH {}", a.name, b.name);
    let row = |name: &str, [a, b]: &[Tally; 2]| {
        let shares = (percent(a.failures, a.attempts), percent(b.failures, b.attempts));
        let change = shares
            .0
            .zip(shares.1)
            .map_or_else(|| "-".to_owned(), |(a, b)| format!("{:+.2} points", b - a));
        vec![
            model(name).to_owned(),
            share(a.failures, a.attempts),
            share(b.failures, b.attempts),
            change,
            format!("{} / {}", thousands(a.attempts), thousands(b.attempts)),
        ]
    };
    let mut rows: Vec<_> = compared.models.iter().map(|(name, both)| row(name, both)).collect();
    let all = [0, 1].map(|side| total(compared.models.values().filter_map(|both| both.get(side))));
    let mut sum = row("", &all);
    if let Some(name) = sum.first_mut() {
        "all".clone_into(name);
    }
    rows.push(sum);
    out.push_str(&table::table(
        &["model", &a.name, &b.name, "change", "attempts"],
        rows,
        told.width,
    ));
    let [first, second] = compared.windows;
    let _ = writeln!(out, "failure windows that began then: {first} / {second}");
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn a_table_holds_as_many_models_as_fit_side_by_side() {
        let models = ["gpt-4o-mini", "claude-sonnet-4-5", "o3"].map(str::to_owned);
        assert_eq!([30, 40, 58, 80].map(|width| fitting(&models, width)), [1, 1, 2, 3]);
        assert_eq!(fitting(&[], 80), 1);
    }
}
