//! Wraps logs as runtimes, journals and shippers do.

use crate::run::corpus;
use faultscope::gather::Plan;
use faultscope::gather::envelopes::strip_colours;
use faultscope::model::Time;
use faultscope::text::timestamp::{Reference, Zone, parse};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;

/// Wraps a line that was written then.
pub(super) type Wrap = fn(line: &str, time: Time, number: usize) -> String;

pub(super) fn docker(line: &str, time: Time, _: usize) -> String {
    format!(
        "{}\n",
        json!({"log": format!("{line}\n"), "stream": "stderr", "time": time.to_string()})
    )
}

/// Long lines come in parts, between which another stream writes.
pub(super) fn cri(line: &str, time: Time, _: usize) -> String {
    let middle = (line.len() / 2..line.len()).find(|at| line.is_char_boundary(*at));
    match middle.filter(|_| line.len() > 400) {
        Some(middle) => {
            let (one, two) = line.split_at(middle);
            format!("{time} stderr P {one}\n{time} stderr F {two}\n")
        }
        None => format!("{time} stderr F {line}\n"),
    }
}

pub(super) fn journald(line: &str, time: Time, number: usize) -> String {
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

pub(super) fn journald_pretty(line: &str, time: Time, number: usize) -> String {
    let compact: Value = serde_json::from_str(&journald(line, time, number)).unwrap();
    format!("{}\n", serde_json::to_string_pretty(&compact).unwrap())
}

pub(super) fn journal_export(line: &str, time: Time, number: usize) -> String {
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

pub(super) fn rfc_3164(line: &str, time: Time, _: usize) -> String {
    format!("{} web svc[42]: {line}\n", time.to_utc().format("%b %e %H:%M:%S"))
}

pub(super) fn rsyslog(line: &str, time: Time, _: usize) -> String {
    format!(
        "{} web svc[42]: {line}\n",
        time.to_utc().format("%Y-%m-%dT%H:%M:%S%.6f+00:00")
    )
}

pub(super) fn rfc_5424(line: &str, time: Time, number: usize) -> String {
    let mark = if number.is_multiple_of(2) { "\u{feff}" } else { "" };
    format!("<134>1 {time} - svc 42 - [a@1 b=\"]\\\"\"][c@2] {mark}{line}\n")
}

pub(super) fn cloudwatch_export(line: &str, time: Time, _: usize) -> String {
    format!("{time} {line}\n")
}

pub(super) fn cloudwatch_event(line: &str, time: Time, number: usize) -> String {
    format!(
        "{}\n",
        json!({"timestamp": time.0, "message": line, "ingestionTime": time.0 + 900, "eventId": number.to_string()})
    )
}

pub(super) fn fluent_bit(line: &str, time: Time, _: usize) -> String {
    let inside = json!({"container_name": "web", "docker_id": "0a1b"});
    format!(
        "{}\n",
        json!({"date": time.seconds(), "log": line, "stream": "stdout", "kubernetes": inside})
    )
}

pub(super) fn vector(line: &str, time: Time, _: usize) -> String {
    format!(
        "{}\n",
        json!({"file": "/var/log/app.log", "message": line, "source_type": "file", "timestamp": time.to_string()})
    )
}

pub(super) fn compose(line: &str, _: Time, _: usize) -> String {
    format!("web-1  | {line}\n")
}

pub(super) fn coloured(line: &str, _: Time, number: usize) -> String {
    if line.starts_with('{') {
        return format!("{line}\n");
    }
    format!("\u{1b}[{}m{line}\u{1b}[0m\r\n", 31 + number % 7)
}

pub(super) fn shipped_docker(line: &str, time: Time, number: usize) -> String {
    let inner = docker(line, time, number);
    vector(inner.trim_end(), time, number)
}

pub(super) fn syslog_in_docker(line: &str, time: Time, number: usize) -> String {
    docker(rsyslog(line, time, number).trim_end(), time, number)
}

/// When a line was written, as far as it says.
pub(super) fn written(line: &str, zone: &Zone) -> Option<Time> {
    let mut scratch = Vec::new();
    let line = std::str::from_utf8(strip_colours(line.as_bytes(), &mut scratch)).unwrap();
    let keyed = ["\"timestamp\": ", "\"timestamp\":", "\"time\":", "\"ts\":", "[", ""];
    let date = Reference::on(chrono::NaiveDate::from_ymd_opt(2026, 10, 6).unwrap());
    keyed.iter().find_map(|key| {
        let at = line.find(key)? + key.len();
        let end = |to: &usize| line[at..].get(..*to);
        (8..=40)
            .rev()
            .filter_map(|to| end(&to))
            .find_map(|text| parse(text.trim_end_matches([',', '}']), zone, &date))
            .map(|stamp| stamp.time)
    })
}

pub(super) fn wrapped(text: &str, zone: &Zone, wrap: Wrap) -> String {
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

pub(super) fn text_of(path: &Path) -> String {
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
pub(super) fn copy(plain: &Plan, from: &Path, below: &Path, to: &Path, wrap: Wrap) {
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

/// Programs of a corpus in one file, a line of each after a line of the other, as a shipper leaves them.
pub(super) fn in_one_file(plain: &Plan, name: &str, programs: &[&str]) -> String {
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
