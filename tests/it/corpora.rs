//! Are windows, classes, counts and failed requests those of the truth?

use crate::run::{json, truth};
use chrono::DateTime;
use serde_json::Value;
use std::collections::BTreeMap;

/// A window's edges agree with the truth's within two minutes.
const EDGE_SECONDS: i64 = 120;

fn seconds(time: &Value) -> i64 {
    DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap().timestamp()
}

fn assert_one_window(name: &str, class: &str, model: &[&str]) {
    let (report, truth) = (json(name), truth(name));
    let windows = report["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 1, "{name}: {windows:#?}");
    let (found, wanted) = (&windows[0], &truth["windows"][0]);
    assert_eq!(found["class"], class, "{name}");
    let models: Vec<&str> = found["scope"]["model"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(models, model, "{name}");
    for edge in ["start", "end"] {
        assert!(
            (seconds(&found[edge]) - seconds(&wanted[edge])).abs() <= EDGE_SECONDS,
            "{name}: {edge} {} is not {}",
            found[edge],
            wanted[edge]
        );
    }
}

fn assert_counts(name: &str) {
    let (report, truth) = (json(name), truth(name));
    for count in ["attempts", "failures"] {
        let (found, wanted) = (
            report["counts"][count].as_f64().unwrap(),
            truth["counts"][count].as_f64().unwrap(),
        );
        assert!(
            (found - wanted).abs() <= (wanted * 0.02).max(2.0),
            "{name}: {count} {found} is not {wanted}"
        );
    }
}

#[test]
fn one_model_down_is_model_specific() {
    assert_one_window("model-down", "model-specific", &["gpt-4.1"]);
}

#[test]
fn the_web_site_down_is_an_outage_of_the_web_only() {
    assert_one_window("web-down-api-ok", "outage", &[]);
    let report = json("web-down-api-ok");
    assert_eq!(report["windows"][0]["scope"], serde_json::json!({ "surface": ["web"] }));
    assert_eq!(
        (report["counts"]["attempts"].as_u64(), report["counts"]["failures"].as_u64()),
        (Some(684), Some(127))
    );
    assert_eq!(report["coverage"]["unread_records"], 0);
}

#[test]
fn one_azure_deployment_down_is_model_specific() {
    assert_one_window("azure-deployment-down", "model-specific", &["gpt41-batch"]);
}

#[test]
fn a_proxy_that_refuses_tunnels_is_network_side() {
    assert_one_window("egress-b-broken", "network-side", &[]);
}

#[test]
fn refused_tunnels_are_laid_into_the_calls_that_waited_for_them() {
    let calls = json("egress-b-broken")["counts"]["calls"].as_f64().unwrap();
    let wanted = truth("egress-b-broken")["counts"]["requests"].as_f64().unwrap();
    assert!((calls - wanted).abs() <= wanted * 0.02, "{calls} is not {wanted}");
}

#[test]
fn all_models_down_is_an_outage() {
    assert_one_window("outage-full", "outage", &[]);
}

#[test]
fn two_minutes_of_failures_are_transient() {
    assert_one_window("blip", "transient", &[]);
}

#[test]
fn a_generated_model_incident_is_model_specific() {
    let windows = json("0047-model_specific")["windows"].as_array().unwrap().len();
    assert_eq!(windows, truth("0047-model_specific")["windows"].as_array().unwrap().len());
}

#[test]
fn a_quiet_day_has_no_window() {
    assert_eq!(json("quiet-day")["windows"].as_array().unwrap().len(), 0);
}

#[test]
fn a_storm_of_rate_limits_is_no_window() {
    let report = json("rate-limit-storm");
    assert_eq!(report["windows"].as_array().unwrap().len(), 0);
    assert_eq!(report["counts"]["failures"], 0);
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["about"] == "rate-limit-storm")
    );
}

#[test]
fn attempts_and_failures_are_counted_once() {
    for name in [
        "model-down",
        "azure-deployment-down",
        "egress-b-broken",
        "outage-full",
        "quiet-day",
        "0047-model_specific",
        "0108-net_proxy",
    ] {
        assert_counts(name);
    }
}

#[test]
fn no_request_id_is_invented_and_reached_provider_is_right() {
    for name in ["model-down", "azure-deployment-down", "outage-full", "blip", "quiet-day"] {
        let (report, truth) = (json(name), truth(name));
        let known: BTreeMap<&str, &str> = truth["failed_requests"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|request| Some((request["x_request_id"].as_str()?, request["reached_provider"].as_str()?)))
            .collect();
        let windows = report["windows"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|window| window["requests"].as_array().unwrap());
        for request in windows.chain(report["isolated_failures"]["requests"].as_array().unwrap()) {
            let Some(id) = request["x_request_id"].as_str() else {
                continue;
            };
            assert_eq!(known.get(id).copied(), request["reached_provider"].as_str(), "{name}: {id}");
        }
    }
}
