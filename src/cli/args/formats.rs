//! What `formats` takes.

use super::values::{self, FormatAsked, Scoped};
use crate::text::timestamp::Zone;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

/// How the list or the trial is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatsForm {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// What `formats` takes.
#[derive(Debug, Parser)]
pub struct Formats {
    /// Tell everything of these formats: what they carry, where they are documented, and samples
    #[arg(value_name = "NAME", conflicts_with = "tried")]
    pub names: Vec<String>,
    /// Tell which format each of these files (directories, archives, or - for standard input) is in, how sure that is, how
    /// its first records are understood, and why the next best formats were not taken
    #[arg(long = "try", id = "tried", value_name = "FILE", num_args = 1..)]
    pub tried: Vec<PathBuf>,
    /// Try the files as this format; written as for analyze
    #[arg(long = "format", value_name = "[GLOB=]FORMAT", value_parser = values::format)]
    pub formats: Vec<Scoped<FormatAsked>>,
    /// Read stamps that carry no zone in this one; written as for analyze
    #[arg(long, value_name = "[GLOB=]ZONE", value_parser = values::zone, env = "FAULTSCOPE_TZ", allow_hyphen_values = true)]
    pub tz: Vec<Scoped<Zone>>,
    /// Show so many records of each file
    #[arg(long, value_name = "N", value_parser = |text: &str| values::whole::<usize>(text, 0, u64::MAX), default_value_t = 3)]
    pub records: usize,
    /// Write for people (text) or for programs (json)
    #[arg(long = "report", value_name = "FORM", value_enum, default_value_t)]
    pub form: FormatsForm,
}
