//! What was tried, for the engineer at the terminal.

use crate::cli::say::escaped;
use crate::gather::formats::Unread;
use crate::gather::trial::{Other, Trial, Tried, Understood};
use std::fmt::Write as _;

/// Formats that are named beside the one that was taken.
const NEXT_BEST: usize = 3;

/// Lines that are named of those that were not understood.
const LINES_NAMED: usize = 10;

/// What can be done for a log that no format knows.
const HINT: &str = "  name its proxy's own format (--format 'nginx:…'), or describe it in a [[format]] of the configuration\n";

/// All of it; `width` is that of the terminal.
pub(super) fn text(tried: &Tried, width: usize) -> String {
    let mut told = String::new();
    for trial in &tried.trials {
        if !told.is_empty() {
            told.push('\n');
        }
        one(trial, width, &mut told);
    }
    told
}

fn one(trial: &Trial, width: usize, told: &mut String) {
    let _ = writeln!(told, "{}: {}", escaped(&trial.path), verdict(trial));
    if trial.lines == 0 && trial.found.is_none() {
        return;
    }
    let within = trial
        .found
        .as_ref()
        .map(|found| found.within.join(", then "))
        .filter(|names| !names.is_empty());
    if let Some(within) = within {
        let _ = writeln!(told, "  read out of {within}");
    }
    if let Some(found) = trial.found.as_ref().filter(|_| trial.is_zoneless) {
        let _ = writeln!(told, "  stamps without a zone: {}", found.zone);
    }
    let part = if trial.whole { "" } else { " in its first part" };
    let _ = writeln!(
        told,
        "  records{part}: {} about a call, {} other, {} not understood",
        trial.records, trial.other_records, trial.unread
    );
    for (format, count) in trial.read_by.iter().filter(|_| trial.read_by.len() > 1) {
        let _ = writeln!(told, "    {count} read as {format}");
    }
    for said in &trial.understood {
        wrapped(&format!("line {}:", said.line), &words(said), width, told);
    }
    unread(trial, width, told);
    others(trial, width, told);
    if trial.found.is_none() {
        told.push_str(HINT);
    }
}

fn verdict(trial: &Trial) -> String {
    match &trial.found {
        None if trial.lines == 0 => "empty".to_owned(),
        None => format!("no format recognised it; {} looked at", lines(trial)),
        Some(found) if found.is_forced => format!(
            "{} ({}), because you said so; {} of {} fit",
            found.format,
            found.vantage.name(),
            found.fits,
            lines(trial)
        ),
        Some(found) => format!(
            "{} ({}); {} of {} fit",
            found.format,
            found.vantage.name(),
            found.fits,
            lines(trial)
        ),
    }
}

/// What was looked at.
fn lines(trial: &Trial) -> String {
    let what = if trial.is_document { "record" } else { "line" };
    format!("{} {what}{}", trial.lines, if trial.lines == 1 { "" } else { "s" })
}

/// A record, as words without blanks in them.
fn words(said: &Understood) -> Vec<String> {
    let mut words = vec![said.about.to_owned()];
    let mut add = |name: &str, value: Option<String>| words.extend(value.map(|value| format!("{name}={value}")));
    let time = said.time.map(|time| match said.instant {
        Some(instant) => format!("{time}({instant})"),
        None => time.to_string(),
    });
    add("time", time);
    add("status", said.status.map(|status| status.to_string()));
    add("end", said.end.filter(|end| *end != "status").map(str::to_owned));
    add("took", said.duration_ms.map(|ms| format!("{ms}ms")));
    let name = |name: &Option<crate::model::Name>| name.as_deref().map(str::to_owned);
    add("x_request_id", name(&said.x_request_id));
    add("x_client_request_id", name(&said.x_client_request_id));
    add("gateway_request_id", name(&said.gateway_request_id));
    add("cf_ray", name(&said.cf_ray));
    add("error", name(&said.error));
    for (dimension, value) in &said.attributes {
        add(dimension.name(), Some(escaped(value).into_owned()));
    }
    words
}

/// Words on lines that the terminal shows whole; one word is never broken.
fn wrapped(lead: &str, words: &[String], width: usize, told: &mut String) {
    let mut line = format!("  {lead}");
    for word in words {
        if line.len() + 1 + word.len() > width && !line.trim().is_empty() {
            let _ = writeln!(told, "{line}");
            line = "   ".to_owned();
        }
        let _ = write!(line, " {word}");
    }
    let _ = writeln!(told, "{line}");
}

fn unread(trial: &Trial, width: usize, told: &mut String) {
    for (why, says) in [
        (Unread::NotThisFormat, "not understood"),
        (Unread::CutShort, "begun and broken off"),
    ] {
        let of_kind = trial.unread_lines.iter().filter(|(_, unread)| *unread == why);
        let numbers: Vec<String> = of_kind.map(|(line, _)| line.to_string()).collect();
        if numbers.is_empty() {
            continue;
        }
        let named = numbers.iter().take(LINES_NAMED).cloned().collect::<Vec<_>>().join(", ");
        let more = if numbers.len() > LINES_NAMED { ", …" } else { "" };
        let _ = writeln!(told, "  {says}: line {named}{more}");
    }
    if let (Some((line, _)), Some(leaves)) = (trial.unread_lines.first(), &trial.leaves) {
        let words: Vec<String> = leaves.split(' ').map(str::to_owned).collect();
        wrapped(&format!("of line {line},"), &words, width, told);
    }
}

/// The next best formats, and those of the user's own in any case.
fn others(trial: &Trial, width: usize, told: &mut String) {
    let next = trial
        .others
        .iter()
        .filter(|other| other.fits > 0 && !other.is_the_users)
        .take(NEXT_BEST);
    let own = trial.others.iter().filter(|other| other.is_the_users);
    for other in own.chain(next) {
        let why = why_not(other, trial);
        let words: Vec<String> = why.split(' ').map(str::to_owned).collect();
        wrapped(&format!("not {}:", other.format), &words, width, told);
    }
}

fn why_not(other: &Other, trial: &Trial) -> String {
    let fits = format!("{} of {} fit", other.fits, lines(trial));
    let taken = trial.found.as_ref().filter(|found| !found.is_forced);
    let general = match other.strangers {
        0 => String::new(),
        1 => "; it also accepts a sample of another format".to_owned(),
        many => format!("; it also accepts {many} samples of other formats"),
    };
    match taken {
        None if other.fits == 0 => leaves(other),
        None if trial.found.is_some() => format!("{fits}; you named another"),
        None => format!("{fits}, and none of them can be nothing else"),
        Some(_) if other.fits == 0 => leaves(other),
        Some(found) if other.first == 0 => {
            format!("{fits}, and {} is asked first{general}", found.format)
        }
        Some(found) if other.is_candidate => {
            format!("it reads the lines that {} leaves: {fits}{general}", found.format)
        }
        Some(_) => format!("only {fits}{general}"),
    }
}

fn leaves(other: &Other) -> String {
    match &other.leaves {
        Some(leaves) => format!("no line fits; of the first one, {leaves}"),
        None => "no line fits".to_owned(),
    }
}
