//! One question a test: what does this command line mean?

use super::{Args, Command};
use clap::{CommandFactory, Parser};
use std::path::PathBuf;

fn args(words: &str) -> Args {
    Args::try_parse_from(words.split(' ')).unwrap()
}

fn refused(words: &str) -> String {
    Args::try_parse_from(words.split(' ')).unwrap_err().to_string()
}

#[test]
fn the_definition_is_sound() {
    Args::command().debug_assert();
}

#[test]
fn a_path_alone_means_analyze_and_a_subcommands_name_wins() {
    let alone = args("faultscope logs -q");
    assert!(alone.command.is_none() && alone.analyze.quiet);
    assert_eq!(alone.analyze.paths, [PathBuf::from("logs")]);
    assert!(matches!(args("faultscope formats").command, Some(Command::Formats(_))));
    assert_eq!(args("faultscope ./formats").analyze.paths, [PathBuf::from("./formats")]);
    let Some(Command::Analyze(analyze)) = args("faultscope analyze a b --internal").command else {
        panic!("no analyze")
    };
    assert!(analyze.paths.len() == 2 && analyze.internal);
    assert_eq!(args("faultscope").analyze.paths, [PathBuf::from(".")]);
    assert_eq!(args("faultscope -").analyze.paths, [PathBuf::from("-")]);
}

#[test]
fn reports_may_name_their_file() {
    let asked = args("faultscope --report text --report json=out=1.json x").analyze.reports;
    assert_eq!((asked[0].name.as_str(), asked[0].file.is_none()), ("text", true));
    assert_eq!(
        (asked[1].name.as_str(), asked[1].file.clone()),
        ("json", Some(PathBuf::from("out=1.json")))
    );
    assert_eq!(args("faultscope --report md").analyze.reports[0].name, "markdown");
    assert!(refused("faultscope --report pdf").contains("there are text, markdown, html, json"));
}

#[test]
fn zones_are_for_all_or_for_a_pattern() {
    let zones = args("faultscope --tz +02:00 --tz proxy/**=Europe/Berlin x").analyze.tz;
    assert!(zones[0].pattern.is_none() && zones[1].pattern.is_some());
    assert_eq!(zones[1].value.to_string(), "Europe/Berlin");
    assert!(refused("faultscope --tz Mars/Base").contains("is no time zone"));
}

#[test]
fn times_may_begin_with_a_hyphen_and_lists_are_cut_at_commas() {
    let analyze = args("faultscope --since -2h --fail-on outage,transient --status 500,503 x").analyze;
    assert_eq!(analyze.since.as_deref(), Some("-2h"));
    assert_eq!((analyze.fail_on.len(), analyze.status), (2, vec![500, 503]));
    assert!(refused("faultscope --fail-on fire").contains("network-side"));
}

#[test]
fn thresholds_are_humane_and_bounded() {
    let thresholds = args("faultscope --transient-max 5m --merge-gap 600 --min-rate 2% x")
        .analyze
        .thresholds;
    assert_eq!(
        (thresholds.transient_max, thresholds.merge_gap, thresholds.min_rate),
        (Some(300_000), Some(600_000), Some(0.02))
    );
    for words in [
        "--min-rate 2",
        "--alpha 0",
        "--alpha nan",
        "--min-failures 0",
        "--threads 0",
        "--status 99",
    ] {
        refused(&format!("faultscope {words}"));
    }
}
