//! Does the scope name what failed by words that only some logs carry: a region, a site of the provider's edge?

use crate::run::findings;
use faultscope::gather::Plan;
use faultscope::model::Scope;
use std::fmt::Write as _;

/// A log of two hours with ten calls a minute; from minute 40 to 60 those fail for which `fails` holds.
fn log(call: impl Fn(u32) -> String, fails: impl Fn(u32) -> bool) -> String {
    let mut log = String::new();
    for minute in 0..120_u32 {
        for number in 0..10 {
            let status = if (40..60).contains(&minute) && fails(number) {
                503
            } else {
                200
            };
            let (hour, minute, second) = (9 + minute / 60, minute % 60, number * 6);
            let time = format!("2026-03-02T{hour:02}:{minute:02}:{second:02}Z");
            writeln!(log, r#"{{"timestamp":"{time}","status":{status},{}}}"#, call(number)).unwrap();
        }
    }
    log
}

fn scope_of(log: &str) -> Scope {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    let windows = findings(&Plan::of(vec![folder.path().to_path_buf()])).windows;
    assert_eq!(windows.len(), 1, "{windows:#?}");
    windows.into_iter().next().unwrap().scope
}

fn told(scope: &Scope) -> Vec<String> {
    let values = scope.values.iter();
    values
        .map(|(dimension, values)| format!("{}: {values:?}", dimension.name()))
        .collect()
}

#[test]
fn one_site_of_the_edge_is_named_by_the_letters_of_its_ray() {
    let call = |number: u32| {
        let site = if number.is_multiple_of(2) { "FRA" } else { "AMS" };
        format!(r#""url":"https://api.openai.com/v1/responses","model":"gpt-4o","cf_ray":"9a1b2c3d4e5f{number:04x}-{site}""#)
    };
    assert_eq!(
        told(&scope_of(&log(call, |number| number % 2 == 0))),
        [r#"edge_site: ["FRA"]"#]
    );
}

#[test]
fn two_servers_of_one_region_are_named_by_the_region() {
    let servers = [
        "bedrock-runtime.us-east-1.amazonaws.com",
        "bedrock-runtime-fips.us-east-1.amazonaws.com",
        "bedrock-runtime.eu-west-1.amazonaws.com",
    ];
    let call = |number: u32| {
        let server = servers[number as usize % 3];
        format!(r#""url":"https://{server}/model/anthropic.claude-sonnet-4/converse""#)
    };
    assert_eq!(
        told(&scope_of(&log(call, |number| number % 3 < 2))),
        [r#"region: ["us-east-1"]"#]
    );
}
