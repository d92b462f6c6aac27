//! Thirty days of traffic made from one corpus, and the directory that their logs lie in, night after night.
//!
//! Every day is the corpus `0108-net_proxy` on another date with ids of its own, healthy but where a [`Trouble`] is laid
//! in. The logs are rotated in all the ways that are in use, and at the end of a night each file ends in the middle of a
//! line, as logs do.

use crate::run::corpus;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A stretch in which every call to a model failed: day of the month, its minutes, the model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trouble {
    pub(crate) day: usize,
    pub(crate) minutes: (u32, u32),
    pub(crate) model: &'static str,
}

/// How a log is rotated.
#[derive(Clone, Copy, Debug)]
enum Rotation {
    /// Renamed to `.1`, packed a night later.
    Renamed,
    /// Copied to `.1` and truncated, packed a night later.
    CopiedAndTruncated,
    /// Renamed by date and packed at once, before the last of it was read.
    DatedAndPacked,
    /// Never.
    Grows,
    /// Renamed by date every week.
    Weekly,
}

const LOGS: [(&str, Rotation); 5] = [
    ("app-1.jsonl", Rotation::Renamed),
    ("app-2.jsonl", Rotation::CopiedAndTruncated),
    ("proxy-egress-1.log", Rotation::DatedAndPacked),
    ("proxy-egress-2.log", Rotation::Grows),
    ("proxy-egress-3.log", Rotation::Weekly),
];

/// Minute of the day at which the nights' runs begin, and the logs are cut.
const CUT: u32 = 130;

/// The traffic of a month.
pub(crate) struct Month {
    /// The lines of each log on each day, with their minute of the day.
    days: Vec<BTreeMap<&'static str, Vec<(u32, String)>>>,
}

impl Month {
    pub(crate) fn new(days: usize, troubles: &[Trouble]) -> Self {
        let lines: BTreeMap<&'static str, Vec<String>> = LOGS.iter().map(|(log, _)| (*log, lines(log))).collect();
        let models: BTreeMap<String, String> = lines
            .iter()
            .filter(|(log, _)| log.starts_with("app"))
            .flat_map(|(_, lines)| lines)
            .filter_map(|line| Some((after(line, "\"x_request_id\":\"", 28)?, model(line)?)))
            .collect();
        let day = |day: usize| {
            let of_log = |lines: &Vec<String>| {
                lines
                    .iter()
                    .map(|line| {
                        let minute = minute(line);
                        let id = after(line, "x_request_id=", 28).or_else(|| after(line, "\"x_request_id\":\"", 28));
                        let model = id.and_then(|id| models.get(&id).cloned()).unwrap_or_default();
                        let in_trouble = troubles.iter().any(|trouble| {
                            trouble.day == day
                                && (trouble.minutes.0..trouble.minutes.1).contains(&minute)
                                && (model == trouble.model)
                        });
                        (minute, dated(line, day, in_trouble))
                    })
                    .collect()
            };
            lines.iter().map(|(log, lines)| (*log, of_log(lines))).collect()
        };
        Self {
            days: (0..days).map(day).collect(),
        }
    }

    /// Writes what was logged since the run before, up to the one of night `night` (the first is that of day 0): the rest of
    /// the day before, the rotation at midnight, and the first hours of the day.
    pub(crate) fn write_until(&self, folder: &Path, night: usize) {
        for (log, rotation) in LOGS {
            let path = place(folder, log);
            if let Some(yesterday) = night.checked_sub(1) {
                let (line, half) = self.half_line(log, yesterday);
                let rest = self.days[yesterday][log]
                    .iter()
                    .filter(|(minute, rest)| *minute >= CUT && *rest != line);
                append(
                    &path,
                    &(line[half..].to_owned() + &rest.map(|(_, line)| line.as_str()).collect::<String>()),
                );
                rotate(&path, rotation, night);
            }
            if let Some(today) = self.days.get(night) {
                let (line, half) = self.half_line(log, night);
                let early = today[log].iter().filter(|(minute, _)| *minute < CUT);
                append(
                    &path,
                    &(early.map(|(_, line)| line.as_str()).collect::<String>() + &line[..half]),
                );
            }
        }
    }

    /// The line that the cut of a night goes through, and where.
    fn half_line(&self, log: &str, night: usize) -> (String, usize) {
        let lines = &self.days[night][log];
        let next = lines.iter().find(|(minute, _)| *minute >= CUT).unwrap();
        (next.1.clone(), next.1.len() / 2)
    }

    /// Nights in all, with the one after the last day.
    pub(crate) fn nights(&self) -> usize {
        self.days.len() + 1
    }
}

fn place(folder: &Path, log: &str) -> PathBuf {
    let host = log.split('.').next().unwrap();
    let folder = folder.join(host);
    fs::create_dir_all(&folder).unwrap();
    folder.join(log)
}

fn lines(log: &str) -> Vec<String> {
    let packed = fs::read(corpus("0108-net_proxy").join(format!("logs/{log}.zst"))).unwrap();
    let text = String::from_utf8(zstd::decode_all(packed.as_slice()).unwrap()).unwrap();
    let healthy = |line: &&str| line.contains("status=200 ") || line.contains("\"http.response.status_code\":200");
    let mut lines: Vec<String> = text.lines().filter(healthy).map(|line| format!("{line}\n")).collect();
    lines.sort_by_key(|line| minute(line));
    lines
}

fn after(line: &str, key: &str, count: usize) -> Option<String> {
    let at = line.find(key)? + key.len();
    line.get(at..at + count).map(str::to_owned)
}

fn model(line: &str) -> Option<String> {
    let (_, rest) = line.split_once("\"gen_ai.request.model\":\"")?;
    rest.split_once('"').map(|(model, _)| model.to_owned())
}

fn minute(line: &str) -> u32 {
    let at = line.find('T').unwrap() + 1;
    let part = |from: usize| line[at + from..at + from + 2].parse::<u32>().unwrap();
    part(0) * 60 + part(3)
}

/// The line on another day, with ids of that day.
fn dated(line: &str, day: usize, in_trouble: bool) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(2026, 3, 2).unwrap() + chrono::Days::new(day as u64);
    let mut line = line.replace("2026-03-02", &date.to_string());
    for key in ["req_", "x_client_request_id=", "\"x_client_request_id\":\"", "cf_ray="] {
        if let Some(at) = line.find(key).map(|at| at + key.len()) {
            line.replace_range(at..at + 2, &format!("{day:02x}"));
        }
    }
    if in_trouble {
        line = line
            .replace("\"level\":\"info\"", "\"level\":\"error\"")
            .replace("\"http.response.status_code\":200", "\"http.response.status_code\":500")
            .replace("status=200", "status=500");
        if line.starts_with('{') {
            let body = ",\"error\":{\"message\":\"The server had an error while processing your request. Sorry about that!\",\"type\":\"server_error\",\"code\":null}}";
            line = format!("{}{body}\n", line.trim_end().strip_suffix('}').unwrap());
        }
    }
    line
}

fn pack(path: &Path) {
    let bytes = fs::read(path).unwrap();
    let packed = PathBuf::from(format!("{}.gz", path.display()));
    let mut encoder = GzEncoder::new(File::create(packed).unwrap(), Compression::fast());
    encoder.write_all(&bytes).unwrap();
    encoder.finish().unwrap();
    fs::remove_file(path).unwrap();
}

/// Numbered rotations move on by one, and the one before the newest is packed.
fn make_room(path: &Path) {
    let numbered = |number: usize, ending: &str| PathBuf::from(format!("{}.{number}{ending}", path.display()));
    for number in (1..40).rev() {
        for ending in ["", ".gz"] {
            let from = numbered(number, ending);
            if from.exists() {
                fs::rename(from, numbered(number + 1, ending)).unwrap();
            }
        }
    }
    if numbered(2, "").exists() {
        pack(&numbered(2, ""));
    }
}

fn append(path: &Path, text: &str) {
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn rotate(path: &Path, rotation: Rotation, night: usize) {
    let first = PathBuf::from(format!("{}.1", path.display()));
    let by_date = PathBuf::from(format!("{}-{:08}", path.display(), 20_260_300 + night));
    match rotation {
        Rotation::Renamed => {
            make_room(path);
            fs::rename(path, first).unwrap();
        }
        Rotation::CopiedAndTruncated => {
            make_room(path);
            fs::copy(path, first).unwrap();
            OpenOptions::new().write(true).truncate(true).open(path).unwrap();
        }
        Rotation::DatedAndPacked => {
            fs::rename(path, &by_date).unwrap();
            pack(&by_date);
        }
        Rotation::Weekly if night.is_multiple_of(7) => fs::rename(path, by_date).unwrap(),
        Rotation::Grows | Rotation::Weekly => {}
    }
}
