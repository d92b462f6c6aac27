//! One question a test: which sources are found here, and what are they called?

use super::{DiscoverError, Found, found, once};
use crate::workers::Workers;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn put(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn gz(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn names(found: &Found) -> Vec<&str> {
    found.sources.iter().map(|source| &*source.name).collect()
}

fn lines(what: &str, count: usize) -> Vec<u8> {
    (0..count)
        .map(|line| format!("{what} line {line} of this log\n"))
        .collect::<String>()
        .into_bytes()
}

#[test]
fn files_are_named_by_their_path_below_the_argument_and_hosts_by_its_first_directory() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["edge-b/access.log", "edge-a/nginx/access.log", "top.log"] {
        put(folder.path(), name, name.as_bytes());
    }
    let found = found(&[folder.path().to_path_buf()], false).unwrap();
    assert_eq!(names(&found), ["edge-a/nginx/access.log", "edge-b/access.log", "top.log"]);
    let hosts: Vec<_> = found.sources.iter().map(|source| source.host.as_deref()).collect();
    assert_eq!(hosts, [Some("edge-a"), Some("edge-b"), None]);
}

#[test]
fn names_that_collide_carry_their_argument() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/x.log", "b/x.log", "b/y.log"] {
        put(folder.path(), name, name.as_bytes());
    }
    let found = found(&[folder.path().join("b"), folder.path().join("a")], false).unwrap();
    let (a, b) = (folder.path().join("a/x.log"), folder.path().join("b/x.log"));
    assert_eq!(names(&found), [a.to_str().unwrap(), b.to_str().unwrap(), "y.log"]);
    assert_eq!(found.sources[2].host.as_deref(), Some("b"));
}

#[test]
fn one_file_by_two_names_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "x.log", b"x");
    fs::hard_link(folder.path().join("x.log"), folder.path().join("z.log")).unwrap();
    let found = found(&[folder.path().to_path_buf(), folder.path().join("x.log")], false).unwrap();
    assert_eq!(names(&found), ["x.log"]);
    assert_eq!(found.sources[0].notes.len(), 1);
    assert!(found.skipped.is_empty());
}

#[test]
fn links_are_followed_as_arguments_only_and_special_files_never() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "in/x.log", b"x");
    put(folder.path(), "out/y.log", b"y");
    std::os::unix::fs::symlink(folder.path().join("out"), folder.path().join("in/link")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("in"), folder.path().join("argument")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("in/s")).unwrap();
    let found = found(&[folder.path().join("argument"), PathBuf::from("/dev/null")], false).unwrap();
    assert_eq!((names(&found), found.links), (vec!["x.log"], 1));
    let skipped: Vec<_> = found.skipped.iter().map(|skipped| &*skipped.path).collect();
    assert_eq!(skipped, ["null", "s"]);
}

#[test]
fn nothing_to_read_is_an_error_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        found(&[folder.path().to_path_buf()], false),
        Err(DiscoverError::Nothing { .. })
    ));
    let error = found(&[folder.path().join("none")], false).unwrap_err().to_string();
    assert!(error.ends_with("none: there is no such file or directory; check the path"));
}

#[test]
fn copies_count_once_and_relatives_count_each() {
    let folder = tempfile::tempdir().unwrap();
    let today = lines("today", 4000);
    let yesterday = lines("yesterday", 4000);
    put(folder.path(), "x.log", &today);
    put(folder.path(), "x.log.1", &today[..90_000]);
    put(folder.path(), "x.log.2", &yesterday);
    put(folder.path(), "x.log.2.gz", &gz(&yesterday)[..5000]);
    put(
        folder.path(),
        "x.log.3.zst",
        &zstd::encode_all(yesterday.as_slice(), 1).unwrap(),
    );
    put(folder.path(), "x.log.4", &[lines("today", 20), lines("other", 2000)].concat());
    put(folder.path(), "other/x.log", &today);
    let found = found(&[folder.path().to_path_buf()], false).unwrap();
    let (kept, copies) = once(found.sources, &Workers::new(2));
    let names: Vec<_> = kept.iter().map(|source| &*source.name).collect();
    assert_eq!(names, ["other/x.log", "x.log", "x.log.2", "x.log.4"]);
    let copies: Vec<_> = copies.iter().map(|copy| (&*copy.copy, &*copy.kept)).collect();
    assert_eq!(
        copies,
        [("x.log.1", "x.log"), ("x.log.2.gz", "x.log.2"), ("x.log.3.zst", "x.log.2")]
    );
    assert!(kept[1].notes.len() == 1 && kept[3].notes.is_empty());
}
