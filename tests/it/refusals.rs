//! Does an error say what is wrong, where, and in words that help?

use crate::run::corpus;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .envs(variables.iter().copied())
        .args(args)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// What is said where nothing can be done: one line, and code 2.
fn refused(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = run(folder, args, variables);
    let said = said(&output);
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{args:?}: {said}");
    said
}

/// A folder with a log in `logs/app.log`.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    let log = corpus("model-down").join("logs/worker-1/app.log");
    fs::copy(log, folder.path().join("logs/app.log")).unwrap();
    folder
}

#[test]
fn a_number_that_is_none_is_told_with_what_it_may_be() {
    let folder = folder();
    let cases: [(&[&str], &str); 6] = [
        (&["logs", "--max-requests", "-1"], "no value is below zero"),
        (&["logs", "--transient-max", "-5m"], "no value is below zero"),
        (&["logs", "--max-requests", "x"], "a whole number from 0 on"),
        (&["logs", "--min-failures", "0"], "a whole number from 1 on"),
        (&["logs", "--threads", "0"], "a whole number from 1 to 1024"),
        (&["logs", "--bogus"], "found; tip: "),
    ];
    for (args, says) in cases {
        let said = refused(folder.path(), args, &[]);
        assert!(said.contains(says) && !said.contains("digit"), "{args:?}: {said}");
    }
}

#[test]
fn a_mistake_in_a_file_is_told_with_its_line() {
    let folder = folder();
    for (text, says) in [
        ("\n[analyze]\nthreads = \"many\"\n", "settings.toml:3: invalid value 'many'"),
        ("tz = \"Mars/Base\"\n", "settings.toml:1: invalid value 'Mars/Base'"),
        ("\n\n[analyze]\nreport = [\"pdf\"]\n", "settings.toml:4: invalid value 'pdf'"),
        ("quiet = true\nthred = 2\n", "settings.toml:2: there is no key 'thred'"),
        ("[nightly]\n\nfoo = 1\n", "settings.toml:3: there is no key 'foo'"),
        ("\nmax-requests = { a = 1 }\n", "settings.toml:2: 'max-requests' must be"),
        ("\nwanted = \"x\"\n", "settings.toml:2: 'wanted' means another thing"),
    ] {
        fs::write(folder.path().join("settings.toml"), text).unwrap();
        let said = refused(folder.path(), &["logs", "--config", "settings.toml"], &[]);
        assert!(said.contains(says), "{text}: {said}");
    }
}

#[test]
fn a_mistake_in_a_variable_is_told_with_its_name_and_a_typed_one_without() {
    let folder = folder();
    let variables = [("FAULTSCOPE_THREADS", "many")];
    let said = refused(folder.path(), &["logs"], &variables);
    assert!(
        said.starts_with("faultscope: FAULTSCOPE_THREADS: invalid value 'many'"),
        "{said}"
    );
    let said = refused(folder.path(), &["logs", "--threads=most"], &variables);
    assert!(said.starts_with("faultscope: invalid value 'most'"), "{said}");
}

#[test]
fn a_glob_that_means_no_log_is_named_and_others_are_not() {
    let folder = folder();
    let globs = [
        "--tz",
        "nosuch/**=Europe/Berlin",
        "--tz",
        "app.*=UTC",
        "--format",
        "zz/*=json-lines",
    ];
    let said = said(&run(folder.path(), &[&["logs"][..], &globs].concat(), &[]));
    assert!(said.contains("--tz 'nosuch/**=…' means none of the logs"), "{said}");
    assert!(
        said.contains("--format 'zz/*=…' means none") && !said.contains("app.*"),
        "{said}"
    );
}

#[test]
fn a_link_that_was_followed_to_nothing_is_named() {
    let folder = folder();
    std::os::unix::fs::symlink("nowhere", folder.path().join("logs/dead")).unwrap();
    std::os::unix::fs::symlink(".", folder.path().join("logs/circle")).unwrap();
    let told = said(&run(folder.path(), &["logs", "--follow"], &[]));
    for name in ["dead", "circle"] {
        assert!(
            told.contains(&format!("{name}: a symbolic link that leads in a circle or to nothing")),
            "{told}"
        );
    }
    assert!(!told.contains("not followed"), "{told}");
    fs::remove_file(folder.path().join("logs/app.log")).unwrap();
    let told = refused(folder.path(), &["logs", "--follow"], &[]);
    assert!(
        told.contains("there is no file in it") && !told.contains("not followed"),
        "{told}"
    );
}

#[test]
fn a_reason_is_told_once_and_a_foreign_file_with_what_is_wanted() {
    let folder = folder();
    let said = refused(folder.path(), &["history", "--state", "none"], &[]);
    assert_eq!(said.matches("No such file").count(), 1, "{said}");
    let said = refused(folder.path(), &["merge", "logs/app.log"], &[]);
    assert!(said.contains("faultscope scan"), "{said}");
}

#[test]
fn help_is_given_by_its_name_and_told_where_it_cannot_be_written() {
    let folder = folder();
    assert_eq!(run(folder.path(), &["help"], &[]), run(folder.path(), &["--help"], &[]));
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
        .arg("--help")
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("standard output cannot be written"), "{output:?}");
}

#[test]
fn every_line_of_help_fits_its_columns() {
    let folder = folder();
    let help = String::from_utf8(run(folder.path(), &["--help"], &[]).stdout).unwrap();
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    for line in codes.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(
        codes.contains("\n       "),
        "what goes on is below what it goes on with: {codes}"
    );
}

#[test]
fn a_word_is_no_id_and_no_fields_name_is_near_one() {
    let folder = folder();
    for word in ["POST", "x"] {
        let said = refused(folder.path(), &["trace", word, "logs"], &[]);
        assert!(said.contains("an id has digits"), "{said}");
    }
    let output = run(folder.path(), &["trace", "x_requ9", "logs", "-q"], &[]);
    assert!(!said(&output).contains("did you mean"), "{output:?}");
}

#[test]
fn a_home_that_is_no_place_of_ones_own_is_told_or_left() {
    let folder = folder();
    let run = run(
        folder.path(),
        &["logs", "-q", "--report", "json"],
        &[("HOME", "rel"), ("XDG_STATE_HOME", "")],
    );
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(!folder.path().join("rel").exists());
    // A directory in the place of the file cannot be read either, whoever asks.
    fs::create_dir_all(folder.path().join("home/.config/faultscope/config.toml")).unwrap();
    let home = folder.path().join("home");
    let said = refused(folder.path(), &["logs"], &[("HOME", home.to_str().unwrap())]);
    assert!(said.contains("--config"), "{said}");
}
