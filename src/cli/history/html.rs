//! The history for a browser: one file, without scripts, links or anything that is fetched.

use super::{Told, model, percent, scope};
use crate::deliver::thousands;
use crate::keep::history::{by_day, total};
use crate::keep::hours::Tally;
use crate::model::Time;
use std::fmt::Write as _;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222;background:#fff}\
table{border-collapse:collapse;margin:.5em 0 1.5em}th,td{padding:.25em .8em .25em 0;text-align:left;vertical-align:top;\
border-bottom:1px solid #ddd}svg{display:block}p.warn{font-weight:bold;color:#a00}\
@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}th,td{border-color:#444}}";

/// Days that a chart shows: as long as counts are kept.
const DAYS: usize = 366;

/// The height of a chart, and the width of a day in it, in pixels.
const CHART: (f64, usize) = (60.0, 8);

pub(super) fn write(told: &Told) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>faultscope history</title><style>{STYLE}</style></head><body>\n<h1>History of failure windows</h1>\n"
    );
    if told.internal {
        out.push_str("<p class=\"warn\">Internal: shows own names. Do not send.</p>\n");
    }
    if let Some((from, until)) = told.span() {
        let sum = told.total();
        let _ = writeln!(
            out,
            "<p>{} to {}: {} attempts, {} failed ({}).</p>",
            minute(from),
            minute(until),
            thousands(sum.attempts),
            thousands(sum.failures),
            share(&sum)
        );
    }
    chart(told, &mut out);
    windows(told, &mut out);
    weeks(told, &mut out);
    months(told, &mut out);
    compared(told, &mut out);
    out.push_str("</body></html>\n");
    out
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

fn minute(time: Time) -> String {
    time.to_utc().format("%Y-%m-%d %H:%M UTC").to_string()
}

fn share(tally: &Tally) -> String {
    percent(tally.failures, tally.attempts).map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2} %"))
}

fn table(out: &mut String, title: &str, header: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        return;
    }
    let cells = |tag: &str, cells: &mut dyn Iterator<Item = String>| {
        cells.map(|cell| format!("<{tag}>{cell}</{tag}>")).collect::<String>()
    };
    let _ = writeln!(out, "<h2>{}</h2>\n<table>", escaped(title));
    let _ = writeln!(out, "<tr>{}</tr>", cells("th", &mut header.iter().map(|cell| escaped(cell))));
    for row in rows {
        let _ = writeln!(out, "<tr>{}</tr>", cells("td", &mut row.iter().map(|cell| escaped(cell))));
    }
    out.push_str("</table>\n");
}

/// The failing share of each day, as bars.
fn chart(told: &Told, out: &mut String) {
    let days: Vec<_> = by_day(&told.history, DAYS)
        .into_iter()
        .map(|(day, models)| (day.name, total(models.values())))
        .collect();
    let of = |tally: &Tally| percent(tally.failures, tally.attempts).unwrap_or(0.0);
    let worst = days.iter().map(|(_, tally)| of(tally)).fold(0.0_f64, f64::max);
    if worst <= 0.0 {
        return;
    }
    let (height, step) = CHART;
    let _ = writeln!(
        out,
        "<h2>Failing share per day</h2>\n<svg width=\"{}\" height=\"{height}\" role=\"img\" aria-label=\"failing share per day\">",
        days.len() * step
    );
    for (at, (name, tally)) in days.iter().enumerate() {
        let bar = of(tally) / worst * height;
        let _ = writeln!(
            out,
            "<rect x=\"{}\" y=\"{:.1}\" width=\"{}\" height=\"{bar:.1}\" fill=\"#c33\"><title>{}: {}</title></rect>",
            at * step,
            height - bar,
            step - 1,
            escaped(name),
            share(tally)
        );
    }
    let _ = writeln!(out, "</svg>\n<p>The highest bar is {worst:.1} %.</p>");
}

fn windows(told: &Told, out: &mut String) {
    let rows = told.history.windows.iter().rev().map(|window| {
        let tally = Tally {
            attempts: window.attempts,
            failures: window.state.failures,
            ..Tally::default()
        };
        let end = if window.state.ongoing {
            "open".to_owned()
        } else {
            minute(window.end())
        };
        let lost = thousands(window.calls_lost);
        vec![
            minute(window.start()),
            end,
            window.state.class.clone(),
            scope(&window.state.scope),
            share(&tally),
            lost,
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(
        out,
        "Failure windows",
        &["start", "end", "class", "scope", "failed", "calls lost"],
        &rows,
    );
}

fn weeks(told: &Told, out: &mut String) {
    let mut rows = Vec::new();
    for (week, models) in &told.summary.weeks {
        for (name, tally) in models {
            rows.push(vec![
                week.name.clone(),
                model(name).to_owned(),
                thousands(tally.attempts),
                share(tally),
            ]);
        }
    }
    table(out, "Weeks", &["week", "model", "attempts", "failed"], &rows);
}

fn months(told: &Told, out: &mut String) {
    let rows = told.summary.months.iter().map(|month| {
        let available = month.share().map(|share| share * 100.0);
        let kept = available
            .zip(told.sla)
            .map(|(available, sla)| if available >= sla { "kept" } else { "missed" });
        let promise = told
            .sla
            .zip(kept)
            .map_or_else(String::new, |(sla, kept)| format!("{sla} %: {kept}"));
        vec![
            month.month.name.clone(),
            thousands(month.tally.calls),
            thousands(month.tally.calls_lost),
            available.map_or_else(|| "-".to_owned(), |available| format!("{available:.3} %")),
            promise,
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(
        out,
        "Availability",
        &["month", "calls", "lost", "available", "promise"],
        &rows,
    );
}

fn compared(told: &Told, out: &mut String) {
    let Some(compared) = &told.compared else { return };
    let [a, b] = &compared.spans;
    let rows: Vec<_> = compared
        .models
        .iter()
        .map(|(name, [a, b])| vec![model(name).to_owned(), share(a), share(b)])
        .collect();
    table(
        out,
        &format!("{} compared with {}", a.name, b.name),
        &["model", &a.name, &b.name],
        &rows,
    );
}
