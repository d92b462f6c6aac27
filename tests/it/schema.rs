//! Does every JSON report fit the schema that is shipped with the program?

use crate::run::{CORPORA, corpus, findings, plan, report};
use faultscope::deliver::{JSON_SCHEMA, TRACE_SCHEMA};
use faultscope::redact::Audience;
use jsonschema::Validator;
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

fn validator(schema: &str) -> Validator {
    let schema = serde_json::from_str(schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn assert_fits(validator: &Validator, told: &Value, what: &str) {
    let errors: Vec<String> = validator
        .iter_errors(told)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

#[test]
fn every_json_report_fits_its_schema() {
    let validator = validator(JSON_SCHEMA);
    for name in CORPORA {
        let report = serde_json::from_str(&report(&findings(&plan(name)), "json", Audience::Forwardable, b"key")).unwrap();
        assert_fits(&validator, &report, name);
    }
}

/// What `trace` tells of an id, found or not.
fn trace(name: &str, id: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(corpus(name))
        .env_clear()
        .args(["trace", id, "logs", "--report", "json", "-q"])
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn every_trace_told_as_json_fits_its_schema() {
    let validator = validator(TRACE_SCHEMA);
    for (name, id) in [
        ("model-down", "req_e87e8e59c123181d00815e2172823f9f"),
        ("model-down", "187c7549-cbd2-4e15-bd6d-368d0a757f70"),
        ("outage-full", "cc77a77f-78bb-4235-9aa9-d838d0843fe7"),
        ("web-down-api-ok", "cdd1d40de4e34011-FRA"),
        ("quiet-day", "no-such-id-anywhere"),
    ] {
        assert_fits(&validator, &trace(name, id), id);
    }
}

#[test]
fn a_trace_holds_no_key_that_its_schema_does_not_name() {
    let schema: Value = serde_json::from_str(TRACE_SCHEMA).unwrap();
    let told = trace("model-down", "req_e87e8e59c123181d00815e2172823f9f");
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let attempt = "/properties/calls/items/properties/attempts/items/properties";
    for (place, named) in [
        ("", "/properties"),
        ("/calls/0/attempts/0", attempt),
        (
            "/calls/0/attempts/0/records/0",
            &format!("{attempt}/records/items/properties"),
        ),
    ] {
        let (told, named) = (told.pointer(place).unwrap(), schema.pointer(named).unwrap());
        assert_eq!(keys(told), keys(named), "{place}");
    }
}
