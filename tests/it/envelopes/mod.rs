//! Does the same log give the same findings, whatever its lines lie in?

mod wraps;

use crate::run::{corpus, findings, plan, report};
use faultscope::gather::{Plan, gather};
use faultscope::model::Time;
use faultscope::redact::Audience;
use serde_json::Value;
use std::fs;
use std::path::Path;
use wraps::{
    Wrap, cloudwatch_event, cloudwatch_export, coloured, compose, copy, cri, docker, fluent_bit, in_one_file, journal_export,
    journald, journald_pretty, rfc_3164, rfc_5424, rsyslog, shipped_docker, syslog_in_docker, vector,
};

fn told(plan: &Plan, keeps_lines: bool) -> Value {
    let mut told: Value = serde_json::from_str(&report(&findings(plan), "json", Audience::Internal, b"key")).unwrap();
    told["coverage"] = Value::Null;
    if !keeps_lines {
        without(&mut told, "seen_by");
        without(&mut told, "line");
        without(&mut told, "path");
    }
    told
}

fn without(value: &mut Value, key: &str) {
    match value {
        Value::Object(members) => {
            members.remove(key);
            members.values_mut().for_each(|value| without(value, key));
        }
        Value::Array(items) => items.iter_mut().for_each(|value| without(value, key)),
        _ => {}
    }
}

fn assert_same(name: &str, wrap: Wrap, tells_zone: bool, keeps_lines: bool) {
    let plain = plan(name);
    let folder = tempfile::tempdir().unwrap();
    copy(&plain, &corpus(name).join("logs"), Path::new(""), folder.path(), wrap);
    let mut enveloped = plan(name);
    enveloped.inputs = vec![folder.path().to_owned()];
    if tells_zone {
        enveloped.zones.clear();
    }
    let (open, closed) = (told(&plain, keeps_lines), told(&enveloped, keeps_lines));
    assert!(open == closed, "{name}");
}

#[test]
fn lines_in_dockers_json_files_give_the_same_findings_and_tell_their_zone() {
    for name in ["model-down", "outage-full", "quiet-day"] {
        assert_same(name, docker, true, true);
    }
}

#[test]
fn lines_in_kubernetes_logs_give_the_same_findings_though_long_ones_come_in_parts() {
    assert_same("outage-full", cri, true, false);
    assert_same("model-down", cri, true, false);
}

#[test]
fn lines_in_a_journal_give_the_same_findings() {
    assert_same("model-down", journald, true, true);
    assert_same("outage-full", journald_pretty, true, false);
    assert_same("outage-full", journal_export, true, false);
}

#[test]
fn lines_in_syslog_give_the_same_findings() {
    assert_same("outage-full", rfc_3164, false, true);
    assert_same("model-down", rfc_5424, true, true);
    assert_same("outage-full", rsyslog, true, true);
}

#[test]
fn lines_from_cloudwatch_give_the_same_findings() {
    assert_same("outage-full", cloudwatch_export, true, true);
    assert_same("azure-deployment-down", cloudwatch_event, true, true);
}

#[test]
fn lines_from_shippers_give_the_same_findings() {
    assert_same("outage-full", fluent_bit, true, true);
    assert_same("azure-deployment-down", vector, true, true);
}

#[test]
fn lines_behind_names_and_in_colours_give_the_same_findings() {
    assert_same("outage-full", compose, false, true);
    assert_same("outage-full", coloured, false, true);
}

#[test]
fn envelopes_in_envelopes_give_the_same_findings() {
    assert_same("0108-net_proxy", shipped_docker, true, true);
    assert_same("outage-full", syslog_in_docker, true, true);
}

#[test]
fn programs_that_write_between_each_others_lines_give_the_same_findings() {
    let name = "model-down";
    let programs = [
        "worker-1/app.log",
        "worker-2/app.log",
        "worker-3/app.log",
        "worker-4/app.log",
        "edge-a/llm_access.log",
        "edge-b/access.json.log",
        "edge-b/error.log",
    ];
    let plain = plan(name);
    let folder = tempfile::tempdir().unwrap();
    copy(
        &plain,
        &corpus(name).join("logs"),
        Path::new(""),
        folder.path(),
        |line, _, _| format!("{line}\n"),
    );
    for program in programs {
        fs::remove_file(folder.path().join(program)).unwrap();
    }
    fs::write(folder.path().join("shipped.log"), in_one_file(&plain, name, &programs)).unwrap();
    let mut shipped = plan(name);
    shipped.inputs = vec![folder.path().to_owned()];
    let (apart, shipped) = (told(&plain, false), told(&shipped, false));
    assert!(apart == shipped);
}

#[test]
fn pieces_of_an_enveloped_log_give_what_the_whole_gives() {
    for wrap in [docker as Wrap, cri, rsyslog] {
        let folder = tempfile::tempdir().unwrap();
        let open = plan("outage-full");
        copy(&open, &corpus("outage-full").join("logs"), Path::new(""), folder.path(), wrap);
        let of = |piece: u64, threads: usize| {
            let closed = Plan {
                inputs: vec![folder.path().to_owned()],
                piece,
                threads,
                ..plan("outage-full")
            };
            report(&findings(&closed), "json", Audience::Internal, b"key")
        };
        let whole = of(8 << 20, 1);
        for (piece, threads) in [(4 << 10, 2), (50_000, 1)] {
            assert!(of(piece, threads) == whole, "in pieces of {piece} bytes");
        }
    }
}

#[test]
fn utf_16_and_line_ends_of_windows_around_envelopes_make_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let open = plan("azure-deployment-down");
    copy(
        &open,
        &corpus("azure-deployment-down").join("logs"),
        Path::new(""),
        folder.path(),
        docker,
    );
    for (number, log) in ["aks-1/app.log", "aks-2/app.log", "az-gw/access.log"].into_iter().enumerate() {
        let path = folder.path().join(log);
        let text = format!("\u{feff}{}", fs::read_to_string(&path).unwrap().replace('\n', "\r\n"));
        let bytes = |unit: u16| if number == 0 { unit.to_be_bytes() } else { unit.to_le_bytes() };
        fs::write(&path, text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()).unwrap();
    }
    let mut closed = plan("azure-deployment-down");
    closed.inputs = vec![folder.path().to_owned()];
    assert!(told(&closed, true) == told(&open, true));
}

#[test]
fn a_format_that_is_forced_is_read_out_of_envelopes() {
    let folder = tempfile::tempdir().unwrap();
    let line = |time: &str| {
        docker(
            &format!("{time} INFO httpx: HTTP Request: POST /v1/responses \"HTTP/1.1 500 x\""),
            Time(0),
            0,
        )
    };
    fs::write(
        folder.path().join("x.log"),
        line("2026-03-01 14:00:00") + &line("2026-03-01 14:00:01"),
    )
    .unwrap();
    let mut forced = Plan::of(vec![folder.path().to_owned()]);
    let format = forced.known.iter().find(|format| format.name() == "python-logging").unwrap();
    forced.formats = vec![(None, *format)];
    let rollup = gather(&forced, &()).unwrap().rollup;
    assert_eq!(rollup.sources["x.log"].records, 2);
}

#[test]
fn what_may_be_forwarded_names_no_host_that_an_envelope_names() {
    let name = "model-down";
    let programs = ["worker-1/app.log", "worker-4/app.log", "edge-a/llm_access.log"];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.log"), in_one_file(&plan(name), name, &programs)).unwrap();
    let findings = findings(&Plan::of(vec![folder.path().to_owned()]));
    for form in ["json", "markdown"] {
        let own = report(&findings, form, Audience::Internal, b"key");
        assert!(own.contains("worker-4") && own.contains("edge-a"), "{form}");
        let forwarded = report(&findings, form, Audience::Forwardable, b"key");
        for host in ["worker-1", "worker-4", "edge-a", "llm_access"] {
            assert!(!forwarded.contains(host), "{host} in {form}");
        }
    }
}
