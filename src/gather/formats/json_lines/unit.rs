//! What the times with decimals of a log are in whose keys do not say: `Elapsed` is 312.4 where .NET writes it, and 0.3124 where
//! Python does. One value does not tell, all of a log's together do.

use crate::gather::keys::{self, Key};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// Lines of a log's beginning of which one must hold such a time, and then one line in so many that is asked.
const HEADING: usize = 4;
const SPREAD: usize = 4;

/// Times from which their unit is told: one that ran into a timeout tells nothing.
const FEWEST: usize = 3;

/// Few calls take longer than 100 s, and the SDKs give up after ten minutes.
const USUAL_SECONDS: f64 = 100.0;
const LONGEST_SECONDS: f64 = 600.0;

/// Whether the times of a log that begins with these lines are milliseconds.
pub(super) fn is_milliseconds(lines: &[&[u8]]) -> bool {
    let mut times: Vec<f64> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if at >= HEADING && times.is_empty() {
            return false;
        }
        if at < HEADING || at % SPREAD == 0 {
            times.extend(time(line));
        }
    }
    times.sort_unstable_by(f64::total_cmp);
    let is_usual = times.get(times.len() / 4).is_some_and(|time| *time > USUAL_SECONDS);
    times.len() >= FEWEST && is_usual || times.last().is_some_and(|longest| *longest > LONGEST_SECONDS)
}

/// The time with decimals of a line.
fn time(line: &[u8]) -> Option<f64> {
    let line = str::from_utf8(line).ok()?;
    Members::of(line)?.find_map(|(name, value)| match value {
        Value::Text(text) | Value::Word(text) if text.contains('.') && keys::key(name) == Some(Key::DurationAny) => {
            scan::scaled(text, 0)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::is_milliseconds;

    #[test]
    fn all_times_together_tell_their_unit() {
        let log = |times: &[&str]| {
            let line = |time: &&str| format!(r#"{{"time":"2026-09-14T09:10:00Z","Elapsed":{time}}}"#);
            let lines: Vec<String> = times.iter().map(line).collect();
            is_milliseconds(&lines.iter().map(String::as_bytes).collect::<Vec<_>>())
        };
        assert!(log(&["312.4", "280.1", "599.0"]));
        assert!(log(&["5.1", "6.2", "4.4", "30000.5"]));
        assert!(!log(&["0.312", "1.2", "59.9", "600.0"]));
        assert!(!log(&["312", "30000"]));
        assert!(!is_milliseconds(&[b"2026-09-14 09:10:00 Elapsed: 812.5"]));
    }
}
