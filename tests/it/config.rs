//! Does a setting come from the layer that counts most, and is a wrong one named?

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn faultscope(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> Output {
    fs::create_dir_all(folder.join("logs")).unwrap();
    fs::write(folder.join("logs/x.log"), "").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_faultscope"));
    command
        .current_dir(folder)
        .env_clear()
        .env("XDG_CONFIG_HOME", folder.join("config"));
    for (name, value) in variables {
        command.env(name, value);
    }
    command.args(args).output().unwrap()
}

fn configured(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("config/faultscope")).unwrap();
    fs::write(folder.path().join("config/faultscope/config.toml"), text).unwrap();
    folder
}

fn shown(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> String {
    let output = faultscope(folder, args, variables);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, args: &[&str]) -> String {
    let output = faultscope(folder, args, &[]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn every_value_is_shown_with_where_it_comes_from() {
    let folder =
        configured("threads = 3\ntz = ['Europe/Berlin', 'proxy/**=UTC']\n[nightly]\nstate = '/var/lib/x'\nthreads = 2\n");
    let show = shown(folder.path(), &["config", "show"], &[("FAULTSCOPE_MIN_RATE", "3%")]);
    for (line, from) in [
        ("threads = 3", "config.toml"),
        ("tz = [\"Europe/Berlin\", \"proxy/**=UTC\"]", "config.toml"),
        ("min-rate = \"3%\"", "environment FAULTSCOPE_MIN_RATE"),
        ("max-requests = 1000", "default"),
        ("quiet = false", "default"),
    ] {
        let found = show
            .lines()
            .find(|shown| shown.starts_with(line))
            .unwrap_or_else(|| panic!("no {line} in\n{show}"));
        assert!(found.ends_with(from), "{found}");
    }
    assert!(show.contains("# since is not set"));
    let show = shown(folder.path(), &["config", "show", "nightly"], &[]);
    assert!(
        show.contains("threads = 2 ") && show.contains("state = \"/var/lib/x\""),
        "{show}"
    );
    let other = folder.path().join("other.toml");
    fs::write(&other, "threads = 9\n").unwrap();
    let show = shown(folder.path(), &["--config", "other.toml", "config", "show"], &[]);
    assert!(show.contains("threads = 9 ") && !show.contains("Europe/Berlin"), "{show}");
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = configured("report = 'json'\nquiet = true\ninternal = true\n");
    let begins = |args: &[&str], variables: &[(&str, &str)]| shown(folder.path(), args, variables).chars().next().unwrap();
    assert_eq!(begins(&["logs"], &[]), '{', "the file says json");
    assert_eq!(begins(&["analyze", "logs"], &[]), '{');
    assert_ne!(begins(&["logs"], &[("FAULTSCOPE_REPORT", "text")]), '{');
    assert_eq!(begins(&["logs", "--report", "json"], &[("FAULTSCOPE_REPORT", "text")]), '{');
    assert!(
        faultscope(folder.path(), &["logs"], &[])
            .stderr
            .iter()
            .all(|byte| *byte != b'r'),
        "quiet by the file"
    );
    let loud = faultscope(folder.path(), &["-v", "logs"], &[]);
    assert_eq!(loud.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&loud.stderr).contains("read 1 log"));
}

#[test]
fn paths_may_be_settings_too() {
    let folder = configured("[analyze]\npaths = ['logs']\n");
    assert!(String::from_utf8_lossy(&faultscope(folder.path(), &[], &[]).stderr).contains("read 1 log"));
    assert_eq!(faultscope(folder.path(), &["none"], &[]).status.code(), Some(2));
}

#[test]
fn a_wrong_key_is_refused_with_the_nearest_known_one() {
    for (text, said) in [
        (
            "max-request = 3",
            "there is no key 'max-request'; did you mean 'max-requests'?",
        ),
        ("[nightly]\nstaet = 'x'", "there is no key 'staet'; did you mean 'state'?"),
        ("[nightli]\nstate = 'x'", "there is no key 'nightli'; did you mean 'nightly'?"),
        ("[analyze]\nkeep = 3", "there is no key 'keep'"),
        ("threads = {}", "'threads' must be a word"),
        ("threads = ", "config.toml:1: "),
        ("threads = 0", "'--threads"),
        ("\n[[format]]\nname = 'ours'", "config.toml:2: the format has no 'vantage'"),
        (
            "[formats]\n'*.log' = 'cady'",
            "config.toml:2: there is no format 'cady', did you mean 'caddy'?",
        ),
    ] {
        let folder = configured(text);
        let refused = refused(folder.path(), &["logs"]);
        assert!(refused.contains(said), "{said}: {refused}");
    }
    let folder = configured("# nothing\n[formats]\n'*.caddy' = 'caddy'\n");
    assert_eq!(faultscope(folder.path(), &["logs"], &[]).status.code(), Some(0));
    assert!(refused(folder.path(), &["--config", "none.toml", "logs"]).contains("there is no such file"));
}

#[test]
fn help_is_given_whatever_the_files_say() {
    let folder = configured("nonsense = 1");
    assert!(shown(folder.path(), &["--help"], &[]).contains("Usage:"));
    assert!(shown(folder.path(), &["nightly", "--help"], &[]).contains("--state"));
}

#[test]
fn completions_and_manual_pages_are_written() {
    let folder = configured("");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(
            shown(folder.path(), &["completions", shell], &[]).contains("nightly"),
            "{shell}"
        );
    }
    assert!(shown(folder.path(), &["man"], &[]).contains(".TH faultscope 1"));
    assert!(shown(folder.path(), &["man", "nightly"], &[]).contains(".TH faultscope-nightly 1"));
}

#[test]
fn reports_of_analyze_are_not_asked_of_history_and_trace() {
    let folder = configured("report = ['markdown']\n[history]\nreport = 'csv'\n");
    let of = |command: &str, variables: &[(&str, &str)]| {
        let show = shown(folder.path(), &["config", "show", command], variables);
        let line = show.lines().find(|line| line.contains("report")).unwrap();
        line.split("  ").next().unwrap().to_owned()
    };
    assert_eq!(of("analyze", &[]), "report = [\"markdown\"]");
    assert_eq!(of("history", &[]), "report = \"csv\"");
    assert_eq!(of("trace", &[("FAULTSCOPE_REPORT", "html")]), "# report is not set");
    assert_eq!(of("history", &[("FAULTSCOPE_REPORT", "html")]), "report = \"csv\"");
    assert_eq!(of("history", &[("FAULTSCOPE_HISTORY_REPORT", "html")]), "report = \"html\"");
    assert_eq!(of("trace", &[("FAULTSCOPE_TRACE_REPORT", "json")]), "report = [\"json\"]");
    // An id that no log holds is told as text, whatever report is set for all.
    for variables in [&[][..], &[("FAULTSCOPE_REPORT", "html")]] {
        let run = faultscope(folder.path(), &["trace", "req_none", "logs"], variables);
        let told = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(told.contains("req_none"), "{told}");
    }
}

#[test]
fn what_a_merge_writes_is_no_setting_of_a_scan() {
    let folder = configured("output = 'report.txt'\n[scan]\nwanted = 'question'\n");
    let show = |command: &str, variables: &[(&str, &str)]| shown(folder.path(), &["config", "show", command], variables);
    assert!(show("scan", &[]).contains("wanted = \"question\""));
    assert!(show("scan", &[]).contains("# output is not set"));
    assert!(show("merge", &[("FAULTSCOPE_SCAN_WANTED", "x")]).contains("# wanted is not set"));
    assert!(show("merge", &[("FAULTSCOPE_MERGE_WANTED", "x")]).contains("wanted = \"x\""));
    let folder = configured("wanted = 'question'\n");
    assert!(refused(folder.path(), &["logs"]).contains("write it into [scan] or [merge]"));
}

#[test]
fn how_much_is_unpacked_is_a_setting_like_any_other() {
    let folder = configured("max-unpacked = '2G'\n");
    let told = |variables: &[(&str, &str)]| shown(folder.path(), &["config", "show", "nightly"], variables);
    assert!(told(&[]).contains("max-unpacked = \"2G\""));
    assert!(told(&[("FAULTSCOPE_MAX_UNPACKED", "5G")]).contains("environment FAULTSCOPE_MAX_UNPACKED"));
    assert!(refused(folder.path(), &["logs", "--max-unpacked", "much"]).contains("a size is written as 500M, 64G or 2T"));
}
