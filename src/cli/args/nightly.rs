//! What `nightly` takes besides what `analyze` does.

use super::analyze::Analyze;
use clap::Parser;
use std::path::PathBuf;

/// The nights whose reports are kept where nothing is said: a month, as most look back no further.
const NIGHTS: usize = 30;

/// What `nightly` takes.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Nightly", mut_arg("output", |arg| arg.hide(true)),
    mut_arg("bundle", |arg| arg.hide(true)), mut_arg("dry_run", |arg| arg.hide(true)), mut_arg("explain", |arg| arg.hide(true)), mut_arg("since", |arg| arg.hide(true)),
    mut_arg("until", |arg| arg.hide(true)), mut_arg("no_progress", |arg| arg.hide(true)), mut_arg("quiet", |arg| arg.hide(true)),
    mut_arg("verbose", |arg| arg.hide(true)), mut_arg("color", |arg| arg.hide(true)))]
pub struct Nightly {
    /// Keep in this directory how far each log was read, and the history; it is made where there is none
    #[arg(long, value_name = "DIR", env = "FAULTSCOPE_STATE", help_heading = "Nightly")]
    pub state: PathBuf,
    /// Write the reports of a night into a dated folder of this directory
    #[arg(long, value_name = "DIR", env = "FAULTSCOPE_OUT", help_heading = "Nightly")]
    pub out: PathBuf,
    /// Keep the report folders of so many nights that had news
    #[arg(
        long,
        value_name = "NIGHTS",
        value_parser = |text: &str| super::values::whole::<usize>(text, 0, u64::MAX),
        default_value_t = NIGHTS,
        env = "FAULTSCOPE_KEEP",
        help_heading = "Nightly"
    )]
    pub keep: usize,
    /// Judge again so much of the recent past, so that late lines still count where they belong
    #[arg(long, value_name = "DURATION", default_value = "3d", value_parser = crate::cli::duration::milliseconds, env = "FAULTSCOPE_RECENT", help_heading = "Nightly")]
    pub recent: i64,
    /// Wait so long for another run to end
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = crate::cli::duration::milliseconds, env = "FAULTSCOPE_WAIT", help_heading = "Nightly")]
    pub wait: i64,
    /// What to read, and how; what has no meaning for a run that goes on is refused.
    #[command(flatten)]
    pub analyze: Analyze,
}
