//! What `scan` and `merge` take besides what `analyze` does.

use super::analyze::Analyze;
use crate::gather::Share;
use clap::Parser;
use clap::builder::Resettable;
use std::path::PathBuf;

/// What `scan` takes.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Shards",
    mut_arg("output", |arg| arg.value_name("PART").required(true).help("Write the partial result to this file")),
    mut_arg("audience", |arg| arg.hide(true)), mut_arg("reports", |arg| arg.hide(true)), mut_arg("bundle", |arg| arg.hide(true)), mut_arg("dry_run", |arg| arg.hide(true)),
    mut_arg("explain", |arg| arg.hide(true)), mut_arg("internal", |arg| arg.hide(true)), mut_arg("max_requests", |arg| arg.hide(true)),
    mut_arg("fail_on", |arg| arg.hide(true)), mut_arg("key_file", |arg| arg.hide(true)), mut_arg("color", |arg| arg.hide(true)),
    mut_arg("status_page", |arg| arg.hide(true)), mut_arg("provider", |arg| arg.hide(true)), mut_arg("surface", |arg| arg.hide(true)),
    mut_arg("model", |arg| arg.hide(true)), mut_arg("endpoint", |arg| arg.hide(true)), mut_arg("status", |arg| arg.hide(true)),
    mut_arg("host", |arg| arg.hide(true)), mut_arg("tier", |arg| arg.hide(true)), mut_arg("project", |arg| arg.hide(true)),
    mut_arg("transient_max", |arg| arg.hide(true)), mut_arg("merge_gap", |arg| arg.hide(true)), mut_arg("min_failures", |arg| arg.hide(true)),
    mut_arg("alpha", |arg| arg.hide(true)), mut_arg("background", |arg| arg.hide(true)), mut_arg("min_rate", |arg| arg.hide(true)))]
pub struct Scan {
    /// Read the Kth of N equal shares of the logs; each log is in one of them, whichever machine asks
    #[arg(long, value_name = "K/N", value_parser = share)]
    pub shard: Option<Share>,
    /// Call the logs as if they lay in a directory of this name, which is the host where several machines scan their own
    #[arg(long = "as", value_name = "NAME", value_parser = name)]
    pub named: Option<String>,
    /// Look again for what a merge asked for in this file
    #[arg(long, value_name = "FILE")]
    pub wanted: Option<PathBuf>,
    /// What to read, and how.
    #[command(flatten)]
    pub analyze: Analyze,
}

/// What `merge` takes.
#[derive(Debug, Parser)]
#[command(next_help_heading = "Shards",
    mut_arg("paths", |arg| arg.value_name("PART").default_value(Resettable::Reset).required(true).help("The partial results, as 'scan' wrote them")),
    mut_arg("since", |arg| arg.hide(true)), mut_arg("until", |arg| arg.hide(true)), mut_arg("tz", |arg| arg.hide(true)),
    mut_arg("formats", |arg| arg.hide(true)), mut_arg("threads", |arg| arg.hide(true)), mut_arg("no_progress", |arg| arg.hide(true)))]
pub struct Merge {
    /// Write into this file what the parts were not asked for, for 'scan --wanted'; only needed where merge says so
    #[arg(long, value_name = "FILE")]
    pub wanted: Option<PathBuf>,
    /// What to deliver.
    #[command(flatten)]
    pub analyze: Analyze,
}

/// Shares that are believed: more than any site has machines.
const MOST: u32 = 100_000;

fn share(text: &str) -> Result<Share, String> {
    let read = text.split_once('/').and_then(|(number, of)| {
        let share = Share {
            number: number.parse().ok()?,
            of: of.parse().ok()?,
        };
        (share.number >= 1 && share.number <= share.of && share.of <= MOST).then_some(share)
    });
    read.ok_or_else(|| "it is written as 2/8: the second of eight".to_owned())
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim_matches('/');
    let is_odd = |part: &str| part.is_empty() || part == "." || part == "..";
    if name.split('/').any(is_odd) || name.contains(char::is_control) {
        return Err("it must be a name as of a directory, such as web-1".to_owned());
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{name, share};
    use crate::gather::Share;

    #[test]
    fn shares_are_counted_from_one() {
        assert_eq!(share("2/8"), Ok(Share { number: 2, of: 8 }));
        for wrong in ["0/8", "9/8", "8", "a/b", "1/0", "-1/2"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_is_that_of_a_directory() {
        assert_eq!(name("web-1/").as_deref(), Ok("web-1"));
        for wrong in ["", "/", "a//b", "..", "a/../b"] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
