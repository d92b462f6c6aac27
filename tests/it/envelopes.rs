//! Does the same log give the same findings, whatever its lines lie in?

use crate::run::{corpus, findings, plan, report};
use faultscope::gather::{Plan, gather};
use faultscope::model::Time;
use faultscope::redact::Audience;
use faultscope::text::timestamp::{Reference, Zone, parse};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// Wraps a line that was written then.
type Wrap = fn(line: &str, time: Time, number: usize) -> String;

fn docker(line: &str, time: Time, _: usize) -> String {
    format!(
        "{}\n",
        json!({"log": format!("{line}\n"), "stream": "stderr", "time": time.to_string()})
    )
}

/// Long lines come in parts, between which another stream writes.
fn cri(line: &str, time: Time, _: usize) -> String {
    let middle = (line.len() / 2..line.len()).find(|at| line.is_char_boundary(*at));
    match middle.filter(|_| line.len() > 400) {
        Some(middle) => {
            let (one, two) = line.split_at(middle);
            format!("{time} stderr P {one}\n{time} stderr F {two}\n")
        }
        None => format!("{time} stderr F {line}\n"),
    }
}

fn journald(line: &str, time: Time, number: usize) -> String {
    let message = if number.is_multiple_of(7) {
        json!(line.as_bytes())
    } else {
        json!(line)
    };
    let micros = (time.0 * 1000).to_string();
    format!(
        "{}\n",
        json!({"__CURSOR": format!("i={number}"), "__REALTIME_TIMESTAMP": micros, "_PID": "42", "PRIORITY": "6", "MESSAGE": message})
    )
}

fn journald_pretty(line: &str, time: Time, number: usize) -> String {
    let compact: Value = serde_json::from_str(&journald(line, time, number)).unwrap();
    format!("{}\n", serde_json::to_string_pretty(&compact).unwrap())
}

fn journal_export(line: &str, time: Time, number: usize) -> String {
    let micros = time.0 * 1000;
    let entry = format!("__CURSOR=i={number}\n__REALTIME_TIMESTAMP={micros}\n_PID=42\n");
    if number.is_multiple_of(7) {
        let length = u64::try_from(line.len()).unwrap().to_le_bytes();
        // Logs are small here: every byte of the length is ASCII.
        let length = String::from_utf8(length.to_vec());
        if let Ok(length) = length {
            return format!("{entry}MESSAGE\n{length}{line}\n\n");
        }
    }
    format!("{entry}MESSAGE={line}\n\n")
}

fn rfc_3164(line: &str, time: Time, _: usize) -> String {
    format!("{} web svc[42]: {line}\n", time.to_utc().format("%b %e %H:%M:%S"))
}

fn rsyslog(line: &str, time: Time, _: usize) -> String {
    format!(
        "{} web svc[42]: {line}\n",
        time.to_utc().format("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    )
}

fn rfc_5424(line: &str, time: Time, number: usize) -> String {
    let mark = if number.is_multiple_of(2) { "\u{feff}" } else { "" };
    format!("<134>1 {time} - svc 42 - [a@1 b=\"]\\\"\"][c@2] {mark}{line}\n")
}

fn cloudwatch_export(line: &str, time: Time, _: usize) -> String {
    format!("{time} {line}\n")
}

fn cloudwatch_event(line: &str, time: Time, number: usize) -> String {
    format!(
        "{}\n",
        json!({"timestamp": time.0, "message": line, "ingestionTime": time.0 + 900, "eventId": number.to_string()})
    )
}

fn fluent_bit(line: &str, time: Time, _: usize) -> String {
    let inside = json!({"container_name": "web", "docker_id": "0a1b"});
    format!(
        "{}\n",
        json!({"date": time.seconds(), "log": line, "stream": "stdout", "kubernetes": inside})
    )
}

fn vector(line: &str, time: Time, _: usize) -> String {
    format!(
        "{}\n",
        json!({"file": "/var/log/app.log", "message": line, "source_type": "file", "timestamp": time.to_string()})
    )
}

fn compose(line: &str, _: Time, _: usize) -> String {
    format!("web-1  | {line}\n")
}

fn coloured(line: &str, _: Time, number: usize) -> String {
    if line.starts_with('{') {
        return format!("{line}\n");
    }
    format!("\u{1b}[{}m{line}\u{1b}[0m\r\n", 31 + number % 7)
}

fn shipped_docker(line: &str, time: Time, number: usize) -> String {
    let inner = docker(line, time, number);
    vector(inner.trim_end(), time, number)
}

fn syslog_in_docker(line: &str, time: Time, number: usize) -> String {
    docker(rsyslog(line, time, number).trim_end(), time, number)
}

/// When a line was written, as far as it says.
fn written(line: &str, zone: &Zone) -> Option<Time> {
    let keyed = ["\"timestamp\": ", "\"timestamp\":", "\"time\":", "\"ts\":", "[", ""];
    let date = Reference::on(chrono::NaiveDate::from_ymd_opt(2026, 8, 1).unwrap());
    keyed.iter().find_map(|key| {
        let at = line.find(key)? + key.len();
        let end = |to: &usize| line[at..].get(..*to);
        (10..=40)
            .rev()
            .filter_map(|to| end(&to))
            .find_map(|text| parse(text.trim_end_matches([',', '}']), zone, &date))
            .map(|stamp| stamp.time)
    })
}

fn wrapped(text: &str, zone: &Zone, wrap: Wrap) -> String {
    let mut last = text
        .lines()
        .find_map(|line| written(line, zone))
        .unwrap_or(Time(1_780_000_000_000));
    let mut wrapped = String::new();
    for (number, line) in text.lines().enumerate() {
        last = written(line, zone).unwrap_or(last);
        wrapped += &wrap(line, last, number);
    }
    wrapped
}

fn text_of(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let mut text = Vec::new();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => GzDecoder::new(&*bytes).read_to_end(&mut text).unwrap(),
        Some("zst") => zstd::stream::copy_decode(&*bytes, &mut text).map(|()| 0).unwrap(),
        _ => bytes.as_slice().read_to_end(&mut text).unwrap(),
    };
    String::from_utf8(text).unwrap()
}

/// Wraps every log of a corpus, packed or not as it was.
fn copy(plain: &Plan, from: &Path, below: &Path, to: &Path, wrap: Wrap) {
    fs::create_dir_all(to.join(below)).unwrap();
    for entry in fs::read_dir(from.join(below)).unwrap().map(|entry| entry.unwrap().path()) {
        let below = entry.strip_prefix(from).unwrap();
        if entry.is_dir() {
            copy(plain, from, below, to, wrap);
            continue;
        }
        let name = below.to_str().unwrap();
        let named = plain
            .zones
            .iter()
            .rev()
            .find(|(pattern, _)| pattern.means(below, name, &entry));
        let zone = named.map_or(Zone::Utc, |(_, zone)| *zone);
        let mut text = wrapped(&text_of(&entry), &zone, wrap).into_bytes();
        if name.ends_with(".gz") {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&text).unwrap();
            text = encoder.finish().unwrap();
        } else if name.ends_with(".zst") {
            text = zstd::encode_all(text.as_slice(), 1).unwrap();
        }
        fs::write(to.join(below), text).unwrap();
    }
}

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

/// Programs of a corpus in one file, a line of each after a line of the other, as a shipper leaves them.
fn in_one_file(plain: &Plan, name: &str, programs: &[&str]) -> String {
    let mut lines: Vec<((i64, usize), String)> = Vec::new();
    for program in programs {
        let path = corpus(name).join("logs").join(program);
        let below = Path::new(program);
        let zone = plain
            .zones
            .iter()
            .rev()
            .find(|(pattern, _)| pattern.means(below, program, &path));
        let zone = zone.map_or(Zone::Utc, |(_, zone)| *zone);
        let text = text_of(&path);
        let mut last = text.lines().find_map(|line| written(line, &zone)).unwrap();
        let mut turn = (0, 0);
        for line in text.lines() {
            last = written(line, &zone).unwrap_or(last);
            turn = if turn.0 == last.0 / 1000 {
                (turn.0, turn.1 + 1)
            } else {
                (last.0 / 1000, 0)
            };
            let pod = json!({"pod_name": below.parent(), "container_name": below.file_stem().unwrap().to_str()});
            let object = json!({"date": last.seconds(), "log": line, "stream": "stdout", "kubernetes": pod});
            lines.push((turn, format!("{object}\n")));
        }
    }
    lines.sort_by_key(|(turn, _)| *turn);
    lines.into_iter().map(|(_, line)| line).collect()
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
