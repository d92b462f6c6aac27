//! Does the program say and do what its help promises?

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn faultscope(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_faultscope"));
    command
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .env("SOURCE_DATE_EPOCH", "0");
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    faultscope(folder).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with an empty log in `logs`, which is read and holds nothing.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/empty.log"), "").unwrap();
    folder
}

#[test]
fn help_tells_the_exit_codes_and_the_privacy_promise() {
    let folder = folder();
    for args in [&["--help"][..], &["-h"], &["analyze", "--help"]] {
        let output = run(folder.path(), args);
        let help = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(help.matches("\nOptions:\n").count(), 1, "{help}");
        for promise in [
            "Exit codes:",
            "1 wins over 3",
            "No network connection is ever opened",
            "--fail-on",
        ] {
            assert!(help.contains(promise), "{promise}");
        }
    }
    assert_eq!(
        run(folder.path(), &["--version"]).stdout,
        format!("faultscope {}\n", env!("CARGO_PKG_VERSION")).into_bytes()
    );
}

#[test]
fn what_cannot_be_done_is_one_line_and_code_2() {
    let folder = folder();
    let hopeless: [&[&str]; 14] = [
        &["none"],
        &["state-of-nothing/"],
        &["--bogus", "logs"],
        &["--tz", "Mars/Base", "logs"],
        &["--since", "soon", "logs"],
        &["--since", "now", "--until", "-1h", "logs"],
        &["--format", "bogus", "logs"],
        &["--report", "pdf", "logs"],
        &["--report", "text", "--report", "json", "logs"],
        &["-o", "x", "--report", "json=y", "logs"],
        &["-q", "-o", "none/report", "logs"],
        &["--audience", "everybody", "--report", "ticket", "logs"],
        &["--audience", "provider", "--report", "json", "logs"],
        &["-q", "--report", "json", "--key-file", "none", "logs"],
    ];
    for args in hopeless {
        let output = run(folder.path(), args);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.starts_with("faultscope: ") && said.lines().count() == 1,
            "{args:?}: {said}"
        );
        assert!(output.stdout.is_empty());
    }
    fs::create_dir(folder.path().join("hollow")).unwrap();
    assert_eq!(run(folder.path(), &["hollow"]).status.code(), Some(2));
}

#[test]
fn a_path_alone_analyses_as_analyze_does() {
    let folder = folder();
    let alone = run(folder.path(), &["logs"]);
    assert_eq!(alone.status.code(), Some(0), "{}", said(&alone));
    assert_eq!(alone, run(folder.path(), &["analyze", "logs"]));
    assert!(said(&alone).starts_with("faultscope: read 1 log (0 bytes)"));
}

#[test]
fn what_is_not_understood_is_named_and_gives_code_3() {
    let folder = folder();
    fs::write(folder.path().join("logs/odd\u{1b}[31m.txt"), "what\nis this\n").unwrap();
    fs::write(folder.path().join("logs/packed.7z"), b"7z\xbc\xaf\x27\x1c\0").unwrap();
    for args in [&["logs"][..], &["-q", "logs"]] {
        let output = run(folder.path(), args);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(3));
        assert!(
            said.contains(r"odd\u{1b}[31m.txt: no format recognised it; 2 records not read"),
            "{said}"
        );
        assert!(said.contains("packed.7z: 7z: not read, unpack it first"), "{said}");
        assert!(!said.contains('\u{1b}'));
    }
    let output = run(folder.path(), &["logs/packed.7z"]);
    assert_eq!(output.status.code(), Some(2), "nothing was read at all");
}

#[test]
fn quiet_says_nothing_where_nothing_is_wrong() {
    let folder = folder();
    let output = run(folder.path(), &["-q", "logs"]);
    assert!(output.stderr.is_empty() && !output.stdout.is_empty());
}

/// A run whose standard input is a pipe that brings this.
fn piped(folder: &Path, args: &[&str], bytes: &[u8]) -> Output {
    let mut child = faultscope(folder)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who reads something else ends without taking it.
    let _ = child.stdin.take().unwrap().write_all(bytes);
    child.wait_with_output().unwrap()
}

#[test]
fn standard_input_is_a_log_by_its_name_or_where_a_pipe_comes_without_a_path() {
    let folder = folder();
    for args in [&["-"][..], &[], &["analyze"]] {
        let output = piped(folder.path(), args, b"what is this\n");
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert!(said(&output).contains("stdin: no format recognised it; 1 record not read"));
    }
    let named = piped(folder.path(), &["logs"], b"what is this\n");
    let nothing = piped(folder.path(), &[], b"");
    for output in [named, nothing] {
        assert!(
            output.status.success() && !said(&output).contains("stdin"),
            "{}",
            said(&output)
        );
    }
}

#[test]
fn a_pipe_that_its_holder_never_writes_to_is_not_waited_for() {
    let folder = folder();
    let (_held, pipe) = (std::io::pipe().map(|(reader, writer)| (writer, reader))).unwrap();
    let output = faultscope(folder.path()).stdin(pipe).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("reading the current directory; write - to wait"));
}

#[test]
fn nothing_read_never_sounds_like_nothing_failed() {
    let folder = folder();
    for (bytes, told) in [
        (
            &b""[..],
            "Nothing is known of any call: no record was in what was read (1 file).",
        ),
        (
            b"what is this\n",
            "Nothing is known of any call: none of 1 record in 1 file is in a known format.",
        ),
    ] {
        let output = piped(folder.path(), &["-"], bytes);
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(report.starts_with(told), "{report}");
    }
}

#[test]
fn the_ending_of_a_file_names_its_report() {
    let folder = folder();
    assert!(run(folder.path(), &["logs", "-o", "out.json"]).status.success());
    let report = fs::read_to_string(folder.path().join("out.json")).unwrap();
    assert!(report.contains("\"schema\": \"faultscope.report/1\""), "{report}");
}

#[test]
fn reports_go_to_their_files_and_the_key_is_made_for_those_that_leave() {
    let folder = folder();
    let output = run(
        folder.path(),
        &["-q", "logs", "--report", "text=t.txt", "--report", "markdown"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!output.stdout.is_empty() && folder.path().join("t.txt").is_file());
    assert!(folder.path().join("state/faultscope/key").is_file());
    let alone = tempfile::tempdir().unwrap();
    fs::write(alone.path().join("a.log"), "").unwrap();
    run(alone.path(), &["a.log"]);
    assert!(!alone.path().join("state").exists(), "a report for the terminal needs no key");
}

#[test]
fn an_internal_report_has_a_file_of_its_own_and_says_so() {
    let folder = folder();
    let output = run(
        folder.path(),
        &["logs", "--internal", "--report", "ticket=t.txt", "--report", "csv=list.csv"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!folder.path().join("t.txt").exists());
    let ticket = fs::read_to_string(folder.path().join("t-internal.txt")).unwrap();
    assert!(ticket.starts_with("INTERNAL: DO NOT SEND"), "{ticket}");
    assert!(folder.path().join("list-internal.csv").is_file());
    assert!(said(&output).contains("t-internal.txt: shows own names; do not send"));
}

#[test]
fn the_fields_that_wait_for_the_user_are_counted() {
    let folder = folder();
    let failing: String = (0..60)
        .map(|second| {
            format!(
                "{{\"timestamp\":\"2026-03-06T10:{:02}:{:02}Z\",\"status\":503,\"model\":\"gpt-4o\",\"url\":\"https://api.openai.com/v1/responses\",\"request_id\":\"req_{second:032x}\"}}\n",
                second / 6,
                second % 6 * 10
            )
        })
        .collect();
    fs::write(folder.path().join("logs/app.jsonl"), failing).unwrap();
    let output = run(folder.path(), &["logs", "--report", "ticket"]);
    let ticket = String::from_utf8(output.stdout.clone()).unwrap();
    let marked = ticket.matches("[[TO FILL IN:").count();
    assert!(marked > 0, "{ticket}");
    assert!(
        said(&output).contains(&format!("the ticket: {marked} fields are to fill in")),
        "{}",
        said(&output)
    );
    let own: &[&str] = &["logs", "--report", "ticket", "--audience", "network", "-q"];
    let none = String::from_utf8(run(folder.path(), own).stdout).unwrap();
    assert!(none.contains("is left out: it is for the provider"), "{none}");
}

#[test]
fn a_key_that_cannot_be_kept_is_derived_and_said() {
    let folder = folder();
    fs::write(folder.path().join("state"), "a file, no directory").unwrap();
    let output = run(folder.path(), &["-q", "--report", "json", "logs"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).contains("the key of the pseudonyms cannot be kept"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let folder = folder();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = faultscope(folder.path())
        .args(["-q", "logs"])
        .stdout(writer)
        .output()
        .unwrap();
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
}

#[test]
fn a_full_disk_is_code_2() {
    let folder = folder();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = faultscope(folder.path()).args(["-q", "logs"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("standard output cannot be written"));
}

#[test]
fn formats_are_listed() {
    let folder = folder();
    let output = run(folder.path(), &["formats"]);
    let list = String::from_utf8(output.stdout).unwrap();
    let known = faultscope::gather::formats::ALL;
    assert_eq!(output.status.code(), Some(0));
    assert!(list.starts_with("FORMAT"), "{list}");
    for format in known {
        let name = format!("{} ", format.name());
        assert!(list.lines().any(|line| line.starts_with(&name)), "{name}");
        let told = run(folder.path(), &["formats", format.name()]);
        assert!(String::from_utf8(told.stdout).unwrap().contains(format.source()), "{name}");
    }
    let around = faultscope::gather::envelopes::ALL;
    assert!(around.iter().all(|envelope| list.contains(envelope.name())));
}

#[test]
fn explaining_a_window_shows_the_counts_its_verdict_rests_on() {
    let folder = folder();
    let logs = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpora/0047-model_specific/logs");
    let output = run(folder.path(), &["analyze", logs.to_str().unwrap(), "-q", "--explain", "w1"]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("w1: transient"), "{told}");
    assert!(told.contains("o3-mini") && told.contains("4 of 5"), "{told}");
    assert_eq!(told.matches("yes (").count(), 4, "{told}");
}

#[test]
fn a_window_that_was_not_found_cannot_be_explained() {
    let folder = folder();
    let output = run(folder.path(), &["analyze", "logs", "-q", "--explain", "w2"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no window w2"), "{}", said(&output));
}
