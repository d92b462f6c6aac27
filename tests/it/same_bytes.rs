//! Does the same input give the same report, whatever the threads, the cut, the order and the packing?

use crate::run::{corpus, findings, plan, report};
use faultscope::gather::Plan;
use faultscope::redact::Audience;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;

const NAMES: [&str; 4] = ["model-down", "outage-full", "quiet-day", "0108-net_proxy"];

fn json(plan: &Plan) -> String {
    report(&findings(plan), "json", Audience::Internal, b"key")
}

/// What findings hold beyond the JSON report is in the HTML report.
fn both(plan: &Plan) -> String {
    let findings = findings(plan);
    let [json, html] = ["json", "html"].map(|form| report(&findings, form, Audience::Internal, b"key"));
    json + &html
}

#[test]
fn threads_make_no_difference() {
    for name in NAMES {
        let one = both(&plan(name));
        for threads in [2, 8] {
            assert_eq!(both(&Plan { threads, ..plan(name) }), one, "{name} with {threads} threads");
        }
    }
}

#[test]
fn the_cut_makes_no_difference() {
    for name in NAMES {
        let whole = both(&plan(name));
        for piece in [4 * 1024, 64 * 1024, 8 * 1024 * 1024] {
            assert_eq!(both(&Plan { piece, ..plan(name) }), whole, "{name} in pieces of {piece}");
        }
    }
}

#[test]
fn the_order_of_the_arguments_makes_no_difference() {
    let mut hosts: Vec<_> = fs::read_dir(corpus("model-down").join("logs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    hosts.sort();
    let forwards = json(&Plan {
        inputs: hosts.clone(),
        ..plan("model-down")
    });
    hosts.reverse();
    assert_eq!(
        json(&Plan {
            inputs: hosts,
            ..plan("model-down")
        }),
        forwards
    );
}

/// What does not depend on the files' names.
fn without_names(text: &str) -> Value {
    let mut report: Value = serde_json::from_str(text).unwrap();
    report["coverage"] = Value::Null;
    report["findings"] = Value::Null;
    let strip = |requests: &mut Value| {
        requests
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .for_each(|request| request["seen_by"] = Value::Null)
    };
    report["windows"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .for_each(|window| strip(&mut window["requests"]));
    strip(&mut report["isolated_failures"]["requests"]);
    report
}

fn packed_copy(from: &Path, to: &Path, ending: &str) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let name = entry.file_name().unwrap().to_str().unwrap().to_owned();
        if entry.is_dir() {
            packed_copy(&entry, &to.join(name), ending);
        } else if name.ends_with(".gz") {
            fs::copy(&entry, to.join(name)).unwrap();
        } else {
            let bytes = fs::read(&entry).unwrap();
            let packed = if ending == "gz" {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(&bytes).unwrap();
                encoder.finish().unwrap()
            } else {
                zstd::encode_all(bytes.as_slice(), 1).unwrap()
            };
            fs::write(to.join(format!("{name}.{ending}")), packed).unwrap();
        }
    }
}

#[test]
fn packed_twins_give_the_same_answer() {
    let plain = without_names(&json(&plan("model-down")));
    for ending in ["gz", "zst"] {
        let directory = tempfile::tempdir().unwrap();
        packed_copy(&corpus("model-down").join("logs"), directory.path(), ending);
        let mut twin = plan("model-down");
        twin.inputs = vec![directory.path().to_owned()];
        twin.zones = ["edge-b/*", "worker-4/*"]
            .map(|glob| {
                (
                    faultscope::gather::Pattern::new(glob).unwrap(),
                    "America/New_York".parse().unwrap(),
                )
            })
            .to_vec();
        assert_eq!(without_names(&json(&twin)), plain, "{ending}");
    }
}
