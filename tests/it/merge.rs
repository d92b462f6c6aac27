//! Is a merge of shards what one run over everything gives, to the byte, whatever the shards?

use crate::run::{CORPORA, corpus, plan, truth};
use faultscope::gather::gather;
use faultscope::judge::{self, Options};
use faultscope::model::{Rollup, SourceRollup};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

fn faultscope(folder: &Path, args: &[String]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .env("SOURCE_DATE_EPOCH", "0")
        .args(args)
        .output()
        .unwrap()
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

/// The zones of a corpus, as flags.
fn zones(name: &str) -> Vec<String> {
    let truth = truth(name);
    let files = truth["files"].as_object().into_iter().flatten();
    files
        .flat_map(|(path, file)| ["--tz".to_owned(), format!("{path}={}", file["tz"].as_str().unwrap_or("UTC"))])
        .collect()
}

/// The report of one run over everything.
fn whole(name: &str) -> String {
    let args = words(&["analyze", "logs", "-q", "--report", "json", "--internal"]);
    let output = faultscope(&corpus(name), &[args, zones(name)].concat());
    assert!(
        !output.stdout.is_empty(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn scan(folder: &Path, args: &[String], part: &Path) {
    let own = words(&["scan", "-q", "-o", &part.display().to_string()]);
    let output = faultscope(folder, &[own, args.to_vec()].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {said}", folder.display());
}

fn merge(parts: &[PathBuf]) -> Output {
    let args = words(&["merge", "-q", "--report", "json", "--internal"]);
    let parts = parts.iter().map(|part| part.display().to_string());
    faultscope(Path::new("."), &args.into_iter().chain(parts).collect::<Vec<_>>())
}

fn merged(parts: &[PathBuf]) -> String {
    let output = merge(parts);
    assert!(
        matches!(output.status.code(), Some(0 | 3)),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Where two reports part, for whoever has to mend it.
fn assert_same(merged: &str, whole: &str, about: &str) {
    let differs = merged.lines().zip(whole.lines()).enumerate().find(|(_, (a, b))| a != b);
    assert!(merged == whole, "{about}: {differs:?}");
}

/// Numbers that look random and are the same every time (Knuth's 64-bit constants).
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % count
    }
}

#[test]
fn equal_shares_of_a_directory_make_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    for name in CORPORA {
        let whole = whole(name);
        for of in [1, 3] {
            let parts: Vec<PathBuf> = (1..=of).map(|number| folder.path().join(format!("{number}.part"))).collect();
            for (number, part) in (1..).zip(&parts) {
                let args = [words(&["logs", "--shard", &format!("{number}/{of}")]), zones(name)].concat();
                scan(&corpus(name), &args, part);
            }
            assert_same(&merged(&parts), &whole, &format!("{name} in {of} shares"));
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => files(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

#[test]
fn any_partition_of_the_files_makes_the_whole() {
    let mut dice = Dice(7);
    for name in CORPORA {
        let whole = whole(name);
        let logs = corpus(name).join("logs");
        let mut all = Vec::new();
        files(&logs, &mut all);
        all.sort();
        for of in [2, 4] {
            let folder = tempfile::tempdir().unwrap();
            for file in &all {
                let shard = folder.path().join(dice.below(of).to_string());
                let place = shard.join(file.strip_prefix(&logs).unwrap());
                fs::create_dir_all(place.parent().unwrap()).unwrap();
                fs::copy(file, place).unwrap();
            }
            let mut parts = Vec::new();
            for shard in (0..of)
                .map(|shard| folder.path().join(shard.to_string()))
                .filter(|shard| shard.exists())
            {
                let part = shard.with_extension("part");
                scan(&shard, &zones(name), &part);
                parts.insert(dice.below(parts.len() + 1), part);
            }
            assert_same(&merged(&parts), &whole, &format!("{name} in {of} directories"));
        }
    }
}

#[test]
fn machines_that_scan_their_own_logs_make_the_whole_under_their_names() {
    let name = "model-down";
    let folder = tempfile::tempdir().unwrap();
    let mut parts = Vec::new();
    for host in fs::read_dir(corpus(name).join("logs")).unwrap().map(Result::unwrap) {
        let host_name = host.file_name().into_string().unwrap();
        let part = folder.path().join(&host_name);
        let zones = truth(name)["files"]
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(path, file)| {
                Some(format!(
                    "{}={}",
                    path.strip_prefix(&format!("{host_name}/"))?,
                    file["tz"].as_str()?
                ))
            })
            .flat_map(|zone| ["--tz".to_owned(), zone])
            .collect::<Vec<_>>();
        scan(&host.path(), &[words(&["--as", &host_name]), zones].concat(), &part);
        parts.push(part);
    }
    assert_same(&merged(&parts), &whole(name), name);
}

#[test]
fn shards_that_are_asked_again_keep_what_the_merge_wants_and_make_the_whole() {
    for name in ["azure-deployment-down", "outage-full", "model-down"] {
        let folder = tempfile::tempdir().unwrap();
        let question = folder.path().join("wanted").display().to_string();
        let parts: Vec<PathBuf> = (1..=3).map(|number| folder.path().join(format!("{number}.part"))).collect();
        let scan_all = |more: &[String]| {
            for (number, part) in (1..).zip(&parts) {
                let args = [
                    words(&["logs", "--shard", &format!("{number}/3")]),
                    zones(name),
                    more.to_vec(),
                ]
                .concat();
                scan(&corpus(name), &args, part);
            }
        };
        scan_all(&[]);
        let files = parts.iter().map(|part| part.display().to_string());
        let asked = [
            words(&["merge", "-q", "-o", "/dev/null", "--wanted", &question]),
            files.collect(),
        ]
        .concat();
        assert!(matches!(faultscope(folder.path(), &asked).status.code(), Some(0 | 3)));
        scan_all(&words(&["--wanted", &question]));
        assert_same(&merged(&parts), &whole(name), name);
    }
}

#[test]
fn stamps_of_the_future_are_in_no_window_of_a_merge_either() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let line = |day: &str, second: u32, status: u16| {
        format!(
            r#"{{"timestamp":"{day}T10:00:{second:02}Z","status":{status},"model":"m","url":"https://api.openai.com/v1/responses"}}"#
        ) + "\n"
    };
    let of = |day: &str| (0..40).map(|second| line(day, second, 200)).collect::<String>();
    let forged: String = (0..20).map(|second| line("2046-03-01", second, 500)).collect();
    fs::write(logs.join("app.log"), of("2026-03-01") + &forged).unwrap();
    fs::write(logs.join("other.log"), of("2026-03-01")).unwrap();
    let words = |all: &[&str]| words(all);
    let output = faultscope(folder.path(), &words(&["logs", "-q", "--report", "json", "--internal"]));
    let whole = String::from_utf8(output.stdout).unwrap();
    assert!(
        whole.contains("after the log was last written") && !whole.contains("2046"),
        "{whole}"
    );
    let parts: Vec<PathBuf> = ["app.log", "other.log"]
        .iter()
        .map(|name| {
            let part = folder.path().join(format!("{name}.part"));
            scan(folder.path(), &words(&["--as", "logs", &format!("logs/{name}")]), &part);
            part
        })
        .collect();
    let shared: Vec<PathBuf> = (1..=2)
        .map(|number| {
            let part = folder.path().join(format!("{number}.part"));
            scan(folder.path(), &words(&["logs", "--shard", &format!("{number}/2")]), &part);
            part
        })
        .collect();
    assert_same(&merged(&shared), &whole, "by shares");
    assert!(!merged(&parts).contains("2046"));
}

#[test]
fn parts_that_make_no_whole_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    scan(&corpus("blip"), &words(&["logs"]), &place("a"));
    scan(&corpus("blip"), &words(&["logs", "--since", "2026-01-01"]), &place("b"));
    fs::write(place("damaged"), &fs::read(place("a")).unwrap()[..200]).unwrap();
    fs::write(place("log"), "{}\n").unwrap();
    let said = |parts: &[&str]| {
        let output = merge(&parts.iter().map(|part| place(part)).collect::<Vec<_>>());
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{parts:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["a", "a"]).contains("both hold"));
    assert!(said(&["a", "damaged"]).contains("damaged"));
    assert!(said(&["log"]).contains("no file of this kind"));
    assert!(said(&["none"]).contains("none"));
}

#[test]
fn a_share_that_is_missing_is_named_and_the_merge_incomplete() {
    let folder = tempfile::tempdir().unwrap();
    let place = |number: usize| folder.path().join(format!("{number}.part"));
    for number in 1..=4 {
        scan(
            &corpus("model-down"),
            &words(&["logs", "--shard", &format!("{number}/4")]),
            &place(number),
        );
    }
    let whole = merge(&[1, 2, 3, 4].map(place));
    assert_eq!(whole.status.code(), Some(0));
    let output = merge(&[1, 2, 4].map(place));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("no part of 3/4 was given"), "{said}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("no part of 3/4 was given"), "{report}");
}

/// Splits every source into parts at random, cell by cell and failure by failure.
fn torn(rollup: &Rollup, into: usize, dice: &mut Dice) -> Vec<Rollup> {
    let mut parts = vec![Rollup::default(); into];
    for (name, source) in &rollup.sources {
        let mut torn: Vec<SourceRollup> = vec![SourceRollup::default(); into];
        torn[dice.below(into)] = SourceRollup {
            cells: faultscope::model::Cells::default(),
            observations: faultscope::model::Seldom::default(),
            provider_ids: faultscope::model::IdSample::default(),
            client_ids: faultscope::model::IdSample::default(),
            ..SourceRollup::clone(source)
        };
        for seen in &source.observations {
            torn[dice.below(into)].observations.push(seen.clone());
        }
        for (hash, seen) in source.provider_ids.iter() {
            torn[dice.below(into)].provider_ids.keep(hash, seen.clone());
        }
        for (hash, seen) in source.client_ids.iter() {
            torn[dice.below(into)].client_ids.keep(hash, seen.clone());
        }
        for (time, grain, attributes, cell) in source.cells.in_order() {
            let cells = &mut torn[dice.below(into)].cells;
            let tuple = cells.tuple(attributes);
            cells.add(time, grain, tuple, cell);
        }
        for (time, attributes, class, count) in source.cells.took() {
            let cells = &mut torn[dice.below(into)].cells;
            let tuple = cells.tuple(attributes);
            cells.add_all_took(time, tuple, class, count);
        }
        for (time, grain, attributes, cell) in source.cells.in_order_if_start() {
            let cells = &mut torn[dice.below(into)].cells;
            let tuple = cells.tuple(attributes);
            cells.add_if_start(time, grain, tuple, cell);
        }
        for (part, torn) in parts.iter_mut().zip(torn) {
            part.sources.insert(Arc::clone(name), Box::new(torn));
        }
    }
    parts[0].skipped = rollup.skipped.clone();
    parts
}

#[test]
fn from_partial_cells_in_any_order_the_same_windows() {
    let mut dice = Dice(11);
    let options = Options::default();
    for name in ["model-down", "outage-full", "egress-b-broken", "blip"] {
        let rollup = gather(&plan(name), &()).unwrap().rollup;
        let whole = format!("{:?}", judge::judge(&rollup, &options));
        for into in [2, 3, 7] {
            let mut parts = torn(&rollup, into, &mut dice);
            // Any two neighbours are put together, in either order: any order, and any brackets.
            while parts.len() > 1 {
                let one = parts.remove(dice.below(parts.len()));
                let other = parts.remove(dice.below(parts.len()));
                parts.insert(dice.below(parts.len() + 1), one.merge(other));
            }
            let again = format!("{:?}", judge::judge(&parts.remove(0).settled(), &options));
            assert!(again == whole, "{name} in {into} parts");
        }
    }
}
