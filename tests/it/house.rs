//! Does every wing import only what its floor allows, and does every file open with its duty?

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Which wing may import which, itself apart.
const FLOORS: [(&str, &[&str]); 10] = [
    ("workers", &[]),
    ("model", &[]),
    ("text", &["model"]),
    ("redact", &["model", "text", "providers"]),
    ("providers", &["model", "text"]),
    ("gather", &["model", "text", "redact", "providers", "workers"]),
    ("judge", &["model", "text", "redact", "providers", "workers"]),
    ("deliver", &["model", "text", "redact", "providers", "workers"]),
    ("keep", &["model", "text"]),
    (
        "cli",
        &["model", "text", "redact", "providers", "gather", "judge", "deliver", "keep"],
    ),
];

/// What is wrong with a file of a wing.
fn wrongs(wing: &str, source: &str) -> Vec<String> {
    let allowed = FLOORS
        .iter()
        .find(|(name, _)| *name == wing)
        .map_or(&[][..], |(_, allowed)| *allowed);
    let mut wrongs: Vec<String> = imported(source)
        .into_iter()
        .filter(|name| *name != wing && FLOORS.iter().any(|(wing, _)| wing == name) && !allowed.contains(name))
        .map(|name| format!("imports {name}"))
        .collect();
    if !source.starts_with("//! ") {
        wrongs.push("does not open with its duty".to_owned());
    }
    wrongs
}

/// The wings that a file names: `crate::x`, and each of `crate::{x, y::z}`.
fn imported(source: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (at, found) in source.match_indices("crate::") {
        let rest = &source[at + found.len()..];
        let end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let Some(group) = rest.strip_prefix('{') else {
            names.insert(&rest[..end(rest)]);
            continue;
        };
        let mut depth = 0;
        let mut start = 0;
        for (place, c) in group.char_indices() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth < 0 || (depth == 0 && c == ',') {
                let name = group[start..place].trim();
                names.insert(&name[..end(name)]);
                start = place + 1;
            }
            if depth < 0 {
                break;
            }
        }
    }
    names
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_wing_imports_what_its_floor_allows_and_every_file_opens_with_its_duty() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    files(&root, &mut found);
    let mut wrong = Vec::new();
    for path in found {
        let below = path.strip_prefix(&root).unwrap();
        let wing = below.iter().next().unwrap().to_str().unwrap();
        let source = fs::read_to_string(&path).unwrap();
        wrong.extend(
            wrongs(wing, &source)
                .into_iter()
                .map(|wrong| format!("{}: {wrong}", below.display())),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_import_that_runs_up_is_seen_however_it_is_spelt() {
    let wrong = |source: &str| wrongs("model", &format!("//! Duty.\n{source}")).len();
    assert_eq!(wrong("use crate::gather;"), 1);
    assert_eq!(wrong("fn f(x: crate::judge::Options) {}"), 1);
    assert_eq!(wrong("use crate::{deliver::{Report, Context},\n    model::Time, cli};"), 2);
    assert_eq!(wrong("use crate::model::{Time, Name};"), 0);
    assert_eq!(wrongs("cli", "use crate::gather;"), ["does not open with its duty"]);
}
