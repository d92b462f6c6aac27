//! What `analyze` takes, and most other commands with it.

use super::values::{self, ColourChoice, FormatAsked, ReportAsked, Scoped};
use crate::deliver::Addressee;
use crate::model::Class;
use crate::text::timestamp::Zone;
use clap::Parser;
use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser};
use std::path::PathBuf;

/// The words of `--surface`.
const SURFACES: [&str; 2] = ["api", "web"];

/// What `analyze` takes.
#[derive(Debug, Parser)]
pub struct Analyze {
    /// Log files, directories (read recursively, links in them are not followed), or - for standard input
    #[arg(value_name = "PATH", default_value = ".", help_heading = None::<&'static str>)]
    pub paths: Vec<PathBuf>,

    /// Write this report: text, markdown, html, json, ticket, csv or ndjson; to standard output, or to a file as in
    /// json=FILE. Repeatable
    #[arg(long = "report", value_name = "FORMAT[=FILE]", value_parser = values::report, help_heading = "Output")]
    pub reports: Vec<ReportAsked>,
    /// Write the only report to this file instead of standard output; where no --report names its format, the file's
    /// ending does (.html, .json, .md, .csv, .ndjson), else it is text
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Write everything a support desk needs, with checksums, into this directory, or into this file if it is named
    /// .tar.gz or .tgz: the ticket and the reports, and the evidence by file and line. It is written whole or not at all; an
    /// earlier bundle is replaced, anything else never
    #[arg(long, value_name = "DIR|FILE.tar.gz", help_heading = "Output")]
    pub bundle: Option<PathBuf>,
    /// With --bundle: list what would go in, and write nothing
    #[arg(long, requires = "bundle", conflicts_with_all = ["reports", "output"], help_heading = "Output")]
    pub dry_run: bool,
    /// Instead of a report, show every number behind the verdict on one window (w1 is the first): the counts by minute
    /// and by value, the tests, and the failures used
    #[arg(long, value_name = "WINDOW", value_parser = values::window, conflicts_with_all = ["reports", "bundle"], help_heading = "Output")]
    pub explain: Option<usize>,
    /// Write tickets only for the provider's support, or only for the own network team (default: for each window to whom
    /// it concerns)
    #[arg(long, value_name = "WHO", value_parser = values::audience, help_heading = "Output")]
    pub audience: Option<Addressee>,
    /// Keep own hosts, addresses, users and paths readable in every report; such a report is marked "do not send", and
    /// its file is named FILE-internal
    #[arg(long, help_heading = "Output")]
    pub internal: bool,
    /// List at most this many failed requests per window, spread over it; the rest are counted
    #[arg(
        long,
        value_name = "N",
        value_parser = |text: &str| values::whole::<usize>(text, 0, u64::MAX),
        default_value_t = 1000,
        env = "FAULTSCOPE_MAX_REQUESTS",
        help_heading = "Output"
    )]
    pub max_requests: usize,
    /// Exit with code 1 if a window of one of these classes is found: transient, model-specific, network-side, outage
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = values::class, help_heading = "Output")]
    pub fail_on: Vec<Class>,
    /// Take the key of the pseudonyms from this file, so that a team's reports use the same ones (default: 32 random
    /// bytes, made once in $XDG_STATE_HOME/faultscope/key)
    #[arg(long, value_name = "FILE", env = "FAULTSCOPE_KEY_FILE", help_heading = "Output")]
    pub key_file: Option<PathBuf>,
    /// Colour the report on standard output: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        default_value_t,
        env = "FAULTSCOPE_COLOR",
        help_heading = "Output"
    )]
    pub color: ColourChoice,
    /// Say nothing on standard error but errors and what could not be read
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// Say more of what was understood: a line for every log
    #[arg(short, long, conflicts_with = "quiet", help_heading = "Output")]
    pub verbose: bool,
    /// Show no progress bar (there is one only when standard error is a terminal)
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,

    /// Count only records at or after this time: 2026-03-01 14:00, 14:00, yesterday, -2h, '2 hours ago', @epoch or
    /// RFC 3339; a zone may follow (UTC, +02:00, Europe/Berlin), else it is that of --tz, else UTC
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Input")]
    pub since: Option<String>,
    /// Count only records before this time; written as for --since
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, help_heading = "Input")]
    pub until: Option<String>,
    /// Read stamps that carry no zone in this one (UTC, +02:00 or Europe/Berlin; default UTC), or those of some logs as
    /// in 'proxy/**=Europe/Berlin' (a path or glob, below the argument or in full; the last that matches counts).
    /// Repeatable
    #[arg(long, value_name = "[GLOB=]ZONE", value_parser = values::zone, env = "FAULTSCOPE_TZ", allow_hyphen_values = true, help_heading = "Input")]
    pub tz: Vec<Scoped<Zone>>,
    /// Read every log as this format instead of recognising it, or some as in 'edge/*.log=haproxy': a name
    /// ('faultscope formats' lists them), or the format as it stands in the configuration of nginx, apache, haproxy,
    /// squid or envoy, as in 'nginx:$remote_addr - …'. Repeatable
    #[arg(long = "format", value_name = "[GLOB=]FORMAT", value_parser = values::format, help_heading = "Input")]
    pub formats: Vec<Scoped<FormatAsked>>,
    /// Note at each window what the provider's status page said: a saved incidents.json or summary.json, or an address,
    /// which is the only thing that is ever fetched. Repeatable
    #[arg(long, value_name = "FILE|URL", env = "FAULTSCOPE_STATUS_PAGE", help_heading = "Input")]
    pub status_page: Vec<String>,
    /// Follow symbolic links below the arguments, too; what they lead to is read once, and circles are left
    #[arg(long, env = "FAULTSCOPE_FOLLOW", value_parser = clap::builder::FalseyValueParser::new(), help_heading = "Input")]
    pub follow: bool,
    /// Believe a packed log or an archive up to this size unpacked, as in 500M or 2T (default: 64G, and past 1G a
    /// thousandfold of its packed size); what it holds beyond is not read, and the file is named
    #[arg(long, value_name = "SIZE", value_parser = crate::cli::size::bytes, env = "FAULTSCOPE_MAX_UNPACKED", help_heading = "Input")]
    pub max_unpacked: Option<u64>,
    /// Use so many threads (default: one for each processor); the result does not depend on it
    #[arg(long, value_name = "N", value_parser = |text: &str| values::whole::<u16>(text, 1, 1024), env = "FAULTSCOPE_THREADS", help_heading = "Input")]
    pub threads: Option<u16>,

    /// Look only at calls to this provider (openai, anthropic, azure.ai.openai, …). Repeatable, as all filters
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub provider: Vec<String>,
    /// Look only at this surface: api or web
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(SURFACES), hide_possible_values = true, help_heading = "Filters")]
    pub surface: Vec<String>,
    /// Look only at calls to this model
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub model: Vec<String>,
    /// Look only at calls to this endpoint, as in /v1/chat/completions
    #[arg(long, value_name = "PATH", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub endpoint: Vec<String>,
    /// Of the attempts that did not end well, look only at those with this HTTP status (several with commas)
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = |text: &str| values::whole::<u16>(text, 100, 599), help_heading = "Filters")]
    pub status: Vec<u16>,
    /// Look only at calls from this host
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub host: Vec<String>,
    /// Look only at calls of this service tier
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub tier: Vec<String>,
    /// Look only at calls of this project
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new(), help_heading = "Filters")]
    pub project: Vec<String>,

    /// What is usual, and what is not.
    #[command(flatten)]
    pub thresholds: Thresholds,
}

/// What is usual, and what is not.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Thresholds")]
pub struct Thresholds {
    /// A window up to this long is transient (default 5m)
    #[arg(long, value_name = "DURATION", value_parser = crate::cli::duration::milliseconds, env = "FAULTSCOPE_TRANSIENT_MAX")]
    pub transient_max: Option<i64>,
    /// Failures with a healthy gap up to this long between them are one window (default 10m)
    #[arg(long, value_name = "DURATION", value_parser = crate::cli::duration::milliseconds, env = "FAULTSCOPE_MERGE_GAP")]
    pub merge_gap: Option<i64>,
    /// Fewer failures than this make no window (default 3)
    #[arg(long, value_name = "N", value_parser = |text: &str| values::whole::<u64>(text, 1, u64::MAX), env = "FAULTSCOPE_MIN_FAILURES")]
    pub min_failures: Option<u64>,
    /// Windows that chance alone may make per day (default 0.05)
    #[arg(long, value_name = "RATE", value_parser = values::rate, env = "FAULTSCOPE_ALPHA")]
    pub alpha: Option<f64>,
    /// Failing share that is usual, from 0 to 1 (default: estimated from the logs, 0.003 to 0.02)
    #[arg(long, value_name = "SHARE", value_parser = values::share, env = "FAULTSCOPE_BACKGROUND")]
    pub background: Option<f64>,
    /// A stretch in which a smaller share than this failed is no window (default 0.02, which is 2 %)
    #[arg(long, value_name = "SHARE", value_parser = values::share, env = "FAULTSCOPE_MIN_RATE")]
    pub min_rate: Option<f64>,
}
