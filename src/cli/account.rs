//! What was understood of the logs, said on standard error before the verdict: so that a wrong zone or an unread log is
//! seen before anything is believed.

use super::args::Analyze;
use super::say::say;
use crate::deliver::{size, thousands};
use crate::gather::Gathered;
use crate::gather::discover::LeftOut;
use crate::judge::{self, Clocks, TimesRead};
use crate::model::{Rollup, SourceRollup};
use crate::redact::Removed;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// Sources whose unread lines are named; the rest are counted, and `-v` names all.
const NAMED: usize = 10;

/// Says what could not be read or understood; never silenced.
pub(super) fn unread(rollup: &Rollup, all: bool) {
    for skipped in &rollup.skipped {
        say(&format!("{}: {}", skipped.path, skipped.reason));
    }
    let odd: Vec<_> = rollup
        .sources
        .iter()
        .filter(|(_, source)| source.unread_records > 0)
        .collect();
    let named = if all { odd.len() } else { NAMED };
    let unknown = |source: &SourceRollup| source.format.is_none();
    for (name, source) in odd.iter().filter(|(_, source)| unknown(source)) {
        say(&format!(
            "{name}: no format recognised it; {} not read",
            count(source.unread_records, "record")
        ));
    }
    let single: Vec<_> = odd.iter().filter(|(_, source)| !unknown(source)).collect();
    for (name, source) in single.iter().take(named) {
        let lines: Vec<String> = source.rare.unread_lines.iter().map(|line| format!("{name}:{line}")).collect();
        let more = if source.unread_records > lines.len() as u64 {
            ", …"
        } else {
            ""
        };
        say(&format!(
            "{} not understood: {}{more}",
            count(source.unread_records, "record"),
            lines.join(", ")
        ));
    }
    if single.len() > named {
        say(&format!(
            "records not understood in {} more; -v names them",
            count((single.len() - named) as u64, "log")
        ));
    }
}

/// Says what was understood of the logs that were read.
pub(super) fn understood(gathered: &Gathered, clocks: Option<&Clocks>, all: bool) {
    let times = judge::times_read(&gathered.rollup, clocks);
    read(&gathered.rollup, &times, &gathered.copies, gathered.links, all);
    for link in gathered.useless.iter().take(if all { usize::MAX } else { NAMED }) {
        say(&format!("{link}: a symbolic link that leads in a circle or to nothing"));
    }
}

/// Says which values of `--tz` and `--format` are for logs that there are not: a slip in a glob is seen nowhere else.
pub(super) fn meant_for_none(gathered: &Gathered, args: &Analyze) {
    let zones = args.tz.iter().map(|zone| ("--tz", zone.pattern.as_ref()));
    let formats = args.formats.iter().map(|format| ("--format", format.pattern.as_ref()));
    for (flag, pattern) in zones.chain(formats) {
        if let Some(pattern) = pattern.filter(|pattern| !gathered.means_any(pattern)) {
            say(&format!(
                "{flag} '{}=…' means none of the logs that were found",
                pattern.written()
            ));
        }
    }
}

/// Says what was understood: of a rollup, wherever it was read, and of its times, as the report tells them.
pub(super) fn read(rollup: &Rollup, times: &TimesRead, copies: &[LeftOut], links: u64, all: bool) {
    let sum = |of: fn(&SourceRollup) -> u64| rollup.sources.values().map(|source| of(source)).sum::<u64>();
    let span = times
        .span
        .map_or_else(String::new, |(first, last)| format!("; {first} to {last}"));
    say(&format!(
        "read {} ({}): {} about a call, {} other, {} not understood{span}",
        count(rollup.sources.len() as u64, "log"),
        size(sum(|source| source.bytes)),
        count(sum(|source| source.records), "record"),
        thousands(sum(|source| source.other_records)),
        thousands(sum(|source| source.unread_records)),
    ));
    by_format(rollup);
    zones(times);
    if all {
        each(rollup);
    }
    for copy in copies.iter().take(if all { usize::MAX } else { NAMED }) {
        say(&format!("{}: a copy of {}, counted once", copy.copy, copy.kept));
    }
    if links > 0 {
        say(&format!("{} not followed; --follow does", count(links, "symbolic link")));
    }
}

/// Says what the second wall removed from a finished report: a sign of a fault in the program, for reports are built from
/// typed fields.
pub(super) fn removed(report: &str, removed: &Removed) {
    for (class, number) in removed {
        say(&format!(
            "the {report} report held what looks like a secret or an own name ({class}: {}); removed (please report this)",
            thousands(*number)
        ));
    }
}

/// Says how many fields of a ticket wait for the user; they are marked, so that none is sent unseen.
pub(super) fn to_fill_in(report: &str, fields: u64) {
    if fields > 0 {
        let are = if fields == 1 { "is" } else { "are" };
        say(&format!(
            "the {report}: {} {are} to fill in; search for [[TO FILL IN",
            count(fields, "field")
        ));
    }
}

/// Says where a report lies that must not be sent.
pub(super) fn internal(is_internal: bool, file: Option<&Path>) {
    if let (true, Some(file)) = (is_internal, file) {
        say(&format!("{}: shows own names; do not send", file.display()));
    }
}

/// A line for every format, with the ids that its records carry.
fn by_format(rollup: &Rollup) {
    #[derive(Default)]
    struct Sum {
        logs: u64,
        records: u64,
        with_id: u64,
        answered: u64,
        with_client_id: u64,
        ended: u64,
    }
    let mut formats: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    for source in rollup.sources.values() {
        let Some((format, vantage)) = source.format.zip(source.vantage) else {
            continue;
        };
        let sum = formats.entry((vantage.name(), format)).or_default();
        sum.logs += 1;
        sum.records += source.records;
        sum.with_id += source.successes_with_id;
        sum.answered += source.successes_with_id + source.successes_without_id;
        sum.with_client_id += source.with_client_id;
        sum.ended += source.with_client_id + source.without_client_id;
    }
    for ((vantage, format), sum) in formats {
        let mut line = format!(
            "  {vantage} {format}: {}, {}",
            count(sum.logs, "log"),
            count(sum.records, "record")
        );
        for (of, all, what) in [
            (sum.with_id, sum.answered, "provider ids"),
            (sum.with_client_id, sum.ended, "client ids"),
        ] {
            if let Some(percent) = (of * 100).checked_div(all) {
                let _ = write!(line, ", {what} on {percent} %");
            }
        }
        say(&line);
    }
}

fn zones(times: &TimesRead) {
    for (zone, logs) in &times.zones {
        say(&format!("  stamps without a zone in {}: {zone}", count(*logs, "log")));
    }
}

fn each(rollup: &Rollup) {
    for (name, source) in &rollup.sources {
        let notes: String = source.notes.iter().fold(String::new(), |notes, note| notes + "; " + note);
        say(&format!(
            "  {name}: {}, {}, {} other, {} not understood{notes}",
            source.format.unwrap_or("unknown"),
            count(source.records, "record"),
            thousands(source.other_records),
            thousands(source.unread_records),
        ));
    }
}

pub(super) fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(number), if number == 1 { "" } else { "s" })
}
