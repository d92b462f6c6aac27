//! The history for spreadsheets: one table, a line for every window, week and model, and month (RFC 4180).

use super::{Told, percent, scope};
use crate::keep::hours::Tally;
use std::fmt::Write as _;

const HEADER: &str =
    "record,start,end,name,class,scope,model,attempts,failures,failing_percentage,calls,calls_lost,available_percentage\r\n";

pub(super) fn write(told: &Told) -> String {
    let mut out = HEADER.to_owned();
    for window in &told.history.windows {
        let tally = Tally {
            attempts: window.attempts,
            failures: window.state.failures,
            calls: window.calls,
            calls_lost: window.calls_lost,
            ..Tally::default()
        };
        let (start, end) = (window.start().to_string(), window.end().to_string());
        let scope = scope(&window.state.scope);
        line(
            &mut out,
            ["window", &start, &end, "", &window.state.class, &scope, ""],
            &tally,
            "",
        );
    }
    for (week, models) in &told.summary.weeks {
        let (start, end) = (week.from.to_string(), week.until.to_string());
        for (model, tally) in models {
            line(&mut out, ["week", &start, &end, &week.name, "", "", model], tally, "");
        }
    }
    for month in &told.summary.months {
        let (start, end) = (month.month.from.to_string(), month.month.until.to_string());
        let available = month.share().map(|share| format!("{:.3}", share * 100.0)).unwrap_or_default();
        line(
            &mut out,
            ["month", &start, &end, &month.month.name, "", "", ""],
            &month.tally,
            &available,
        );
    }
    out
}

fn line(out: &mut String, words: [&str; 7], tally: &Tally, available: &str) {
    for word in words {
        out.push_str(&field(word));
        out.push(',');
    }
    let failing = percent(tally.failures, tally.attempts)
        .map(|percent| format!("{percent:.3}"))
        .unwrap_or_default();
    let _ = write!(
        out,
        "{},{},{failing},{},{},{available}\r\n",
        tally.attempts, tally.failures, tally.calls, tally.calls_lost
    );
}

/// A field that no spreadsheet takes for a formula (trust, section 6).
fn field(text: &str) -> String {
    let hazard = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if hazard { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_and_are_no_formulas() {
        assert_eq!(field("model a, b"), "\"model a, b\"");
        assert_eq!(field("=cmd()"), "'=cmd()");
        assert_eq!(field("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
