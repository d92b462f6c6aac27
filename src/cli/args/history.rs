//! What `history` takes.

use crate::keep::history::Span;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// What `history` takes.
#[derive(Debug, Parser)]
pub struct History {
    /// The directory in which 'faultscope nightly' keeps its state
    #[arg(long, value_name = "DIR", env = "FAULTSCOPE_STATE")]
    pub state: PathBuf,
    /// Write it as this: text, json, csv or html; to standard output, or to a file as in html=FILE
    #[arg(long, value_name = "FORMAT[=FILE]", value_parser = asked, default_value = "text")]
    pub report: HistoryAsked,
    /// Write it to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Tell nothing of before this time (default: a year ago, which is all that is kept); written as for 'analyze'
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub since: Option<String>,
    /// Tell nothing of after this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub until: Option<String>,
    /// Compare two days (2026-11-20), weeks (2026-W47) or months (2026-11), in UTC
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    pub compare: Vec<Span>,
    /// Hold each month's share of calls that were not lost against this promise, in percent, as in 99.9
    #[arg(long, value_name = "PERCENT", value_parser = promise, env = "FAULTSCOPE_SLA")]
    pub sla: Option<f64>,
    /// Keep own hosts and proxies readable in every report; such a report is marked "do not send"
    #[arg(long)]
    pub internal: bool,
    /// Take the key of the pseudonyms from this file (default: the one in the state directory)
    #[arg(long, value_name = "FILE", env = "FAULTSCOPE_KEY_FILE")]
    pub key_file: Option<PathBuf>,
}

/// A report that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryAsked {
    /// Its form.
    pub form: HistoryForm,
    /// Where it goes; `None` means standard output.
    pub file: Option<PathBuf>,
}

/// The forms of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HistoryForm {
    /// For the terminal.
    Text,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
    /// For a browser.
    Html,
}

fn asked(text: &str) -> Result<HistoryAsked, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("a file must follow the =".to_owned()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let form = HistoryForm::from_str(name, false).map_err(|_| "there are text, json, csv and html".to_owned())?;
    Ok(HistoryAsked { form, file })
}

fn promise(text: &str) -> Result<f64, String> {
    let percent = text.strip_suffix('%').unwrap_or(text).trim_end().parse::<f64>();
    let percent = percent.ok().filter(|percent| *percent > 0.0 && *percent <= 100.0);
    percent.ok_or_else(|| "it must be a percentage, as in 99.9".to_owned())
}
