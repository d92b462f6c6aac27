//! The list of the formats, for people.

use super::Listed;
use crate::deliver::table::wrapped as text_wrapped;
use crate::gather::carries::{Carries, Stamps};
use crate::gather::envelopes;
use crate::model::Instant;
use std::fmt::Write as _;

/// What stands where a format does not carry something.
const NOT: &str = "-";

/// What the columns mean.
const LEGEND: [(&str, &str); 4] = [
    (
        "ids      ",
        "provider: the provider's own (x-request-id); client: X-Client-Request-Id; own: the proxy's or application's own; ray: cf-ray",
    ),
    (
        "stamps   ",
        "zone: they carry one or are epochs; no zone: read in --tz, else UTC; and whether they are the start or the end of a request",
    ),
    (
        "",
        "As far as the format's own samples show: 'faultscope formats NAME' prints them and where the format is documented.",
    ),
    ("", "'faultscope formats --try FILE' tells how a file is read."),
];

/// A line for each format; the text below it in so many columns.
pub(super) fn table(listed: &[Listed], width: usize) -> String {
    let mut rows = vec![
        [
            "FORMAT", "BY", "STATUS", "ERROR", "MODEL", "LATENCY", "UPSTREAM", "IDS", "STAMPS",
        ]
        .map(str::to_owned),
    ];
    let yes = |has: bool| if has { "yes" } else { NOT }.to_owned();
    for Listed { format, carries } in listed {
        rows.push([
            format.name().to_owned(),
            format.vantage().name().to_owned(),
            yes(carries.status),
            yes(carries.error),
            yes(carries.model),
            yes(carries.latency),
            yes(carries.upstream),
            ids(carries),
            stamps(carries),
        ]);
    }
    let around: Vec<&str> = envelopes::ALL.iter().map(|envelope| envelope.name()).collect();
    let mut told = columns(&rows) + "\n" + &wrapped(&around, "each of them also inside: ", width) + "\n";
    for (lead, says) in LEGEND {
        told.push_str(&text_wrapped(says, lead, &" ".repeat(lead.len()), width));
    }
    told
}

/// Everything of each format.
pub(super) fn each(listed: &[Listed]) -> String {
    let mut told = String::new();
    for Listed { format, carries } in listed {
        let carried: Vec<&str> = [
            (carries.status, "status"),
            (carries.transport_error, "transport errors"),
            (carries.error, "error type or text"),
            (carries.model, "model"),
            (carries.endpoint, "endpoint"),
            (carries.latency, "latency"),
            (carries.upstream, "upstream facts"),
            (carries.tokens, "tokens"),
        ]
        .into_iter()
        .filter_map(|(has, word)| has.then_some(word))
        .collect();
        let _ = writeln!(told, "{} ({})", format.name(), format.vantage().name());
        let _ = writeln!(told, "  carries    {}", carried.join(", "));
        let _ = writeln!(told, "  ids        {}", ids(carries));
        let _ = writeln!(told, "  stamps     {}", stamps(carries));
        let _ = writeln!(told, "  documented {}", format.source());
        for sample in format.samples() {
            let _ = writeln!(told, "  sample     {}", sample.trim_end().replace('\n', "\n             "));
        }
        told.push('\n');
    }
    told
}

/// The ids that a format carries.
pub(super) fn id_names(carries: &Carries) -> Vec<&'static str> {
    [
        (carries.provider_id, "provider"),
        (carries.client_id, "client"),
        (carries.own_id, "own"),
        (carries.ray, "ray"),
    ]
    .into_iter()
    .filter_map(|(has, word)| has.then_some(word))
    .collect()
}

fn ids(carries: &Carries) -> String {
    let names = id_names(carries);
    if names.is_empty() { NOT.to_owned() } else { names.join(" ") }
}

/// The instants that are known.
pub(super) fn instants(carries: &Carries) -> Vec<&'static str> {
    let word = |instant: &Instant| match instant {
        Instant::Unknown => None,
        Instant::Start => Some("start"),
        Instant::End => Some("end"),
    };
    carries.instants.iter().filter_map(word).collect()
}

fn stamps(carries: &Carries) -> String {
    if carries.stamps.is_empty() {
        return NOT.to_owned();
    }
    let is_lacking = |stamps: &Stamps| *stamps < Stamps::Zoned;
    let said: Vec<String> = match carries.zone {
        Some(zone) if carries.stamps.iter().all(is_lacking) => vec![zone.to_string()],
        _ => carries.stamps.iter().rev().map(|stamps| stamps.name().to_owned()).collect(),
    };
    let mut said = said.join(" or ");
    let instants = instants(carries);
    if !instants.is_empty() {
        let _ = write!(said, ", {}", instants.join(" or "));
    }
    said
}

/// Names with commas, on lines that are no longer than `width`.
fn wrapped(names: &[&str], lead: &str, width: usize) -> String {
    let mut told = String::new();
    let mut line = lead.to_owned();
    for (at, name) in names.iter().enumerate() {
        if line.len() + name.len() + 1 > width {
            let _ = writeln!(told, "{}", line.trim_end());
            line = "  ".to_owned();
        }
        let _ = write!(line, "{name}{}", if at + 1 < names.len() { ", " } else { "" });
    }
    let _ = writeln!(told, "{line}");
    told
}

/// Columns as wide as they need, with two blanks between.
fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut told = String::new();
    for row in rows {
        let mut line = String::new();
        for (width, cell) in widths.into_iter().zip(row) {
            let _ = write!(line, "{cell:width$}  ");
        }
        told.push_str(line.trim_end());
        told.push('\n');
    }
    told
}
