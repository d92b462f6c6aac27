//! Does the program keep its promises in surroundings that refuse it things: pipes, disks, signals, limits?

use crate::watched::{GOOD, Run, Tree, has_strace, long_log, now, seen, skipped};
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

/// The program run by a shell that first does something: `"$@"` is the program.
fn through_shell(tree: &Tree, script: &str, words: &[&str]) -> Run {
    let mut command = tree.command(&["sh", "-c", script, "sh"]);
    command.args(words);
    Run::of(command)
}

/// What lies beside the logs, so that a stray file is seen.
fn beside(tree: &Tree) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(tree.beside())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn closed_pipe() {
    for form in ["text", "json", "html", "markdown"] {
        let tree = Tree::new();
        let mut command = tree.command(&[]);
        let mut child = command
            .args(["--report", form, "logs"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let run = Run::watched(child, now());
        assert_eq!(run.code(), Some(0), "{}", run.told());
        assert!(
            !run.stderr.contains("panic") && !run.stderr.contains("Broken pipe"),
            "{}",
            run.told()
        );
    }
}

#[test]
fn closed_pipe_for_what_is_said() {
    let tree = Tree::new();
    let mut child = tree
        .command(&[])
        .args(["--report", "json", "--internal", "logs"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let run = Run::watched(child, now());
    assert_eq!(run.reads_the_good_log().code(), Some(0));
}

#[test]
fn full_stdout() {
    let run = through_shell(&Tree::new(), "\"$@\" > /dev/full", &["logs"]);
    assert_eq!(run.code(), Some(2), "{}", run.told());
    assert!(
        run.stderr.contains("standard output cannot be written: No space left"),
        "{}",
        run.told()
    );
}

#[test]
fn full_stderr_changes_nothing() {
    let run = through_shell(
        &Tree::new(),
        "\"$@\" 2> /dev/full",
        &["--report", "json", "--internal", "logs"],
    );
    assert_eq!(run.reads_the_good_log().code(), Some(0));
}

#[test]
fn disk_full() {
    let tree = Tree::new();
    fs::write(tree.beside().join("report-internal.json"), "old").unwrap();
    fs::create_dir(tree.beside().join("state")).unwrap();
    for words in [
        &["--report", "json", "--internal", "-o", "report.json"][..],
        &["--internal", "--bundle", "case"],
    ] {
        let before = beside(&tree);
        // 1 block of 512 bytes may be written to any file, as if the disk ended there.
        let run = through_shell(&tree, "trap '' XFSZ; ulimit -f 1; exec \"$@\"", &[words, &["logs"]].concat());
        assert_eq!(run.code(), Some(2), "{}", run.told());
        assert!(run.stderr.contains("cannot be written"), "{}", run.told());
        assert_eq!(beside(&tree), before);
        assert_eq!(fs::read(tree.beside().join("report-internal.json")).unwrap(), b"old");
    }
}

#[test]
fn disk_full_of_a_small_tmpfs() {
    let tree = Tree::new();
    fs::create_dir(tree.beside().join("small")).unwrap();
    // A disk of its own, of which one page is left; who may mount none is told.
    let script = "mount -t tmpfs -o size=64k none small || exit 77; echo old > small/report-internal.json; \
                  dd if=/dev/zero of=small/full bs=1k count=56 2> /dev/null; \
                  \"$@\"; code=$?; cat small/report-internal.json; ls -A small; exit $code";
    for words in [
        &["-q", "--report", "json", "--internal", "-o", "small/report.json", "logs"][..],
        &["-q", "--internal", "--bundle", "small/case", "logs"],
    ] {
        let mut command = tree.command(&["unshare", "-rm", "sh", "-c", script, "sh"]);
        command.args(words);
        let run = Run::of(command);
        if run.code() == Some(77) || run.stderr.contains("unshare") {
            return skipped("no file system may be mounted here");
        }
        assert_eq!(run.code(), Some(2), "{}", run.told());
        assert!(run.stderr.contains("No space left"), "{}", run.told());
        // The old report stands, and nothing lies beside it.
        assert!(run.stdout.ends_with(b"old\nfull\nreport-internal.json\n"), "{}", run.told());
    }
}

#[test]
fn repeatable() {
    let tree = Tree::new()
        .with("b/app.log", long_log(5000))
        .with("c/packed.log.gz", crate::pack::gz(long_log(3000).as_bytes()));
    let key = tree.beside().join("key");
    fs::write(&key, [7; 32]).unwrap();
    for form in ["text", "markdown", "html", "json", "csv", "ticket", "ndjson"] {
        let report = |threads: &str| {
            let mut command = tree.command(&[]);
            let key = key.to_str().unwrap();
            command.args(["--report", form, "--key-file", key, "--threads", threads, "logs"]);
            let run = Run::of(command);
            assert_eq!(run.code(), Some(0), "{}", run.told());
            run.stdout
        };
        let first = report("1");
        assert!(report("1") == first && report("4") == first, "{form}");
    }
}

#[test]
fn signals_end_it_at_once_and_leave_nothing() {
    for (name, number) in [("INT", 2), ("TERM", 15)] {
        let tree = Tree::new();
        let before = beside(&tree);
        let mut child = tree
            .command(&[])
            .args(["--report", "json", "-o", "report.json", "logs", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It reads what it is given, and waits for more.
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(long_log(1000).as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(200));
        let sent = now();
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
        let run = Run::watched(child, sent);
        drop(stdin);
        // The shell's 130 and 143: 128 and the signal's number.
        assert_eq!(run.status.signal(), Some(number), "{}", run.told());
        assert!(run.took < Duration::from_secs(1), "{}", run.told());
        assert_eq!(beside(&tree), before);
    }
}

#[test]
fn two_at_once() {
    let tree = Tree::new();
    let write = || {
        let mut command = tree.command(&[]);
        command.args(["-q", "--report", "json", "--internal", "-o", "report.json", "logs"]);
        assert_eq!(Run::of(command).code(), Some(0));
    };
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| (0..4).for_each(|_| write()));
        }
    });
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(tree.beside().join("report-internal.json")).unwrap()).unwrap();
    assert_eq!(report["coverage"]["records"], GOOD);
    assert_eq!(beside(&tree), ["logs", "report-internal.json"]);
}

#[test]
fn bare_environment() {
    let tree = Tree::new();
    let report = |script: &str| {
        let words = ["--report", "json", "--internal", "logs"];
        let run = through_shell(&tree, script, &words);
        assert_eq!(run.code(), Some(0), "{script}: {}", run.told());
        run.stdout
    };
    let usual = report("exec \"$@\"");
    for script in [
        "unset XDG_STATE_HOME PATH; exec \"$@\"",
        "export HOME=/nonexistent TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 TERM=dumb COLUMNS=7; exec \"$@\"",
        "export TZ=:/dev/null LANG=xx HOME=; exec \"$@\"",
        "umask 777; exec \"$@\"",
        "exec \"$@\" < /dev/null",
        "exec setsid \"$@\"",
    ] {
        assert!(report(script) == usual, "{script}");
    }
}

#[test]
fn a_missing_home_is_said_and_the_report_that_may_be_forwarded_is_the_same_again() {
    let tree = Tree::new();
    let run = || through_shell(&tree, "unset XDG_STATE_HOME; exec \"$@\"", &["--report", "json", "logs"]);
    let (first, second) = (run(), run());
    assert!(
        first.stderr.contains("the key of the pseudonyms cannot be kept"),
        "{}",
        first.told()
    );
    assert!(first.code() == Some(0) && first.stdout == second.stdout, "{}", first.told());
}

#[test]
fn gone_cwd() {
    let tree = Tree::new();
    let logs = tree.logs();
    let script = "mkdir gone; cd gone; rmdir ../gone; exec \"$@\"";
    let run = through_shell(&tree, script, &["--report", "json", "--internal", logs.to_str().unwrap()]);
    assert_eq!(run.reads_the_good_log().code(), Some(0));
}

#[test]
fn closed_fds() {
    let tree = Tree::new();
    for script in ["exec \"$@\" <&-", "exec \"$@\" 2>&-", "exec \"$@\" <&- 2>&-"] {
        let run = through_shell(&tree, script, &["--report", "json", "--internal", "logs"]);
        assert_eq!(run.reads_the_good_log().code(), Some(0), "{script}");
    }
    let before = seen(&tree.logs());
    let run = through_shell(&tree, "exec \"$@\" <&- >&- 2>&-", &["logs"]);
    assert!(matches!(run.code(), Some(0 | 2)), "{}", run.told());
    assert_eq!(seen(&tree.logs()), before);
}

#[test]
fn few_descriptors() {
    let mut tree = Tree::new().with("packed/app.log.gz", crate::pack::gz(long_log(2000).as_bytes()));
    for number in 0..100 {
        tree = tree.with(&format!("host-{number}/a/b/c/d/e/f/app.log"), long_log(100));
    }
    let run = through_shell(
        &tree,
        "ulimit -n 16; exec \"$@\"",
        &["--report", "json", "--internal", "logs"],
    );
    assert_eq!(run.reads_the_good_log().code(), Some(0), "{}", run.told());
    assert_eq!(run.report()["coverage"]["records"], 100 * 100 + 2000 + GOOD);
}

#[test]
fn little_address_space() {
    let tree = Tree::new().with("app.log", long_log(20_000));
    // KiB: the program itself, its threads' stacks, and a little.
    let run = through_shell(
        &tree,
        "ulimit -v 262144; exec \"$@\"",
        &["--report", "json", "--internal", "logs"],
    );
    assert_eq!(run.reads_the_good_log().code(), Some(0), "{}", run.told());
}

#[test]
fn no_network() {
    if !has_strace() {
        return;
    }
    let tree = Tree::new();
    let trace = tree.beside().join("trace");
    let traced = ["strace", "-f", "-qq", "-e", "trace=%network", "-o", trace.to_str().unwrap()];
    for words in [&["--report", "html", "-o", "report.html"][..], &["--bundle", "case"], &[]] {
        let mut command = tree.command(&traced);
        command.args(words).arg("logs");
        let run = Run::of(command);
        if run.stderr.contains("strace:") {
            return skipped("strace may not trace here");
        }
        assert_eq!(run.code(), Some(0), "{}", run.told());
        let calls = fs::read_to_string(&trace).unwrap();
        // Threads tell how they ended; nothing else is to be seen.
        assert!(!calls.contains("socket(") && !calls.contains("connect("), "{calls}");
    }
}
