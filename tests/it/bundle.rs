//! Is a bundle whole, the same every time, and free of what must not leave?

use crate::run::{corpus, secrets};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, corpus: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("SOURCE_DATE_EPOCH", "1800000000")
        .arg("analyze")
        .arg(corpus)
        .args(["-q", "--report", "json=report.json"])
        .args(args)
        .output()
        .unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Every file's path and bytes, read from the archive by its blocks.
fn unpacked(archive: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(fs::File::open(archive).unwrap())
        .read_to_end(&mut bytes)
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.split(|byte| *byte == 0).next().unwrap().to_vec()).unwrap();
    let mut files = BTreeMap::new();
    let mut at = 0;
    while bytes[at] != 0 {
        let header = &bytes[at..at + 512];
        let size = usize::from_str_radix(&text(&header[124..136]), 8).unwrap();
        files.insert(text(&header[..100]), bytes[at + 512..at + 512 + size].to_vec());
        at += 512 + size.div_ceil(512) * 512;
    }
    files
}

#[test]
fn the_manifest_names_every_file_with_its_checksum() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &corpus("outage-full").join("logs"), &["--bundle", "case"]);
    let mut held = files(&folder.path().join("case"));
    let manifest: serde_json::Value = serde_json::from_slice(&held.remove("manifest.json").unwrap()).unwrap();
    let mut named = BTreeMap::new();
    for file in manifest["files"].as_array().unwrap() {
        named.insert(
            file["name"].as_str().unwrap().to_owned(),
            file["sha256"].as_str().unwrap().to_owned(),
        );
    }
    let sums: BTreeMap<String, String> = held
        .iter()
        .map(|(name, bytes)| (name.clone(), data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))))
        .collect();
    assert_eq!(named, sums);
    for name in ["report.md", "report.html", "report.json", "evidence.txt"] {
        assert!(named.contains_key(name), "{name}");
    }
}

#[test]
fn a_directory_and_an_archive_hold_the_same_and_two_runs_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let logs = corpus("model-down").join("logs");
    for place in ["case", "a.tar.gz", "b.tgz"] {
        run(folder.path(), &logs, &["--bundle", place]);
    }
    let without_manifest = |mut files: BTreeMap<String, Vec<u8>>| {
        files.retain(|name, _| !name.ends_with("manifest.json"));
        files
    };
    let in_folder: Vec<_> = without_manifest(files(&folder.path().join("case"))).into_iter().collect();
    let one = without_manifest(unpacked(&folder.path().join("a.tar.gz")));
    assert_eq!(one, without_manifest(unpacked(&folder.path().join("b.tgz"))));
    let name = |path: &String| path.strip_prefix("faultscope-20270115T080000Z/").unwrap().to_owned();
    let one: Vec<_> = one.iter().map(|(path, bytes)| (name(path), bytes.clone())).collect();
    assert_eq!(one, in_folder);
}

#[test]
fn no_file_of_it_holds_a_secret_or_an_own_name() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &corpus("model-down").join("logs"), &["--bundle", "case"]);
    let secrets = secrets("model-down");
    let own = [
        "edge-a",
        "edge-b",
        "worker-1",
        "worker-2",
        "litellm-ny",
        "10.22.1.31",
        "fixtures",
    ];
    let kept_in: Vec<&str> = secrets.iter().map(String::as_str).chain(own).collect();
    for (name, bytes) in files(&folder.path().join("case")) {
        let text = String::from_utf8(bytes).unwrap();
        for word in &kept_in {
            assert!(!text.contains(word), "{name} holds {word}");
        }
    }
}

#[test]
fn an_internal_bundle_says_so_in_its_names() {
    let folder = tempfile::tempdir().unwrap();
    run(
        folder.path(),
        &corpus("model-down").join("logs"),
        &["--bundle", "case", "--internal"],
    );
    let held = files(&folder.path().join("case"));
    assert!(
        held.keys().all(|name| name.contains("-internal.") || name == "manifest.json"),
        "{:?}",
        held.keys()
    );
    assert!(String::from_utf8_lossy(&held["evidence-internal.txt"]).contains("worker-1"));
}

#[test]
fn a_dry_run_lists_the_files_and_writes_none() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder.path())
        .env_clear()
        .env("XDG_STATE_HOME", folder.path().join("state"))
        .arg(corpus("blip").join("logs"))
        .args(["-q", "--bundle", "case", "--dry-run"])
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    for name in ["case would be made", "report.html", "manifest.json"] {
        assert!(listed.contains(name), "{listed}");
    }
    assert!(!folder.path().join("case").exists());
}

#[test]
fn a_place_that_holds_something_else_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("mine")).unwrap();
    fs::write(folder.path().join("mine/notes"), "mine").unwrap();
    let output = run(folder.path(), Path::new("no-such-logs"), &["--bundle", "mine"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("--bundle") && said.contains("no earlier bundle"), "{said}");
    assert_eq!(files(&folder.path().join("mine")).len(), 1);
}
