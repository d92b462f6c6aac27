//! Does every file that is no good log leave the others counted, and is it named? (Rows of the table of promises.)

use crate::pack::gz;
use crate::watched::{Tree, good_log, has, is_root, record, seen, skipped};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
}

#[test]
fn permissions() {
    let tree = Tree::new().with("secret.log", good_log()).with("closed/app.log", good_log());
    fs::set_permissions(tree.logs().join("secret.log"), Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(tree.logs().join("closed"), Permissions::from_mode(0o0)).unwrap();
    // Modes stop nobody who may override them.
    let humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"];
    if is_root() && !has("setpriv") {
        return skipped("root reads everything, and setpriv is missing");
    }
    let mut command = tree.command(if is_root() { &humble } else { &[] });
    command.args(["--report", "json", "--internal", "logs"]);
    let run = crate::watched::Run::of(command);
    run.reads_the_good_log()
        .names("secret.log", "Permission denied")
        .names("closed", "Permission denied");
    fs::set_permissions(tree.logs().join("closed"), Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn special_files() {
    let tree = Tree::new();
    fifo(&tree.logs().join("pipe.log"));
    let _held = UnixListener::bind(tree.logs().join("app.sock")).unwrap();
    tree.read()
        .reads_the_good_log()
        .names("pipe.log", "a named pipe")
        .names("app.sock", "a socket");
}

#[test]
fn a_device_is_never_opened() {
    let tree = Tree::new();
    tree.read_with(&["/dev/zero"]).names("zero", "a device").reads_the_good_log();
}

#[test]
fn symlinks() {
    let tree = Tree::new();
    for (target, link) in [("..", "logs/up"), (".", "logs/self"), ("loop-b", "logs/loop-a")] {
        symlink(target, tree.beside().join(link)).unwrap();
    }
    symlink("loop-a", tree.logs().join("loop-b")).unwrap();
    symlink("gone", tree.logs().join("dangling.log")).unwrap();
    symlink("good.log", tree.logs().join("again.log")).unwrap();
    let run = tree.read();
    run.reads_the_good_log();
    assert!(run.stderr.contains("6 symbolic links not followed"), "{}", run.told());
    assert_eq!((run.code(), &run.report()["coverage"]["files"]), (Some(0), &1.into()));
}

#[test]
fn symlinks_are_followed_where_that_is_asked_for_and_lead_to_each_log_once() {
    let tree = Tree::new();
    fs::create_dir(tree.beside().join("elsewhere")).unwrap();
    fs::write(tree.beside().join("elsewhere/app.log"), good_log().replace("gpt-4o", "gpt-5")).unwrap();
    let links = [
        ("../elsewhere", "far"),
        ("../elsewhere", "again"),
        ("..", "up"),
        (".", "self"),
        ("good.log", "near.log"),
        ("gone", "dangling.log"),
    ];
    for (target, link) in links {
        symlink(target, tree.logs().join(link)).unwrap();
    }
    let run = tree.read_with(&["--follow"]);
    let report = run.reads_the_good_log().report();
    assert_eq!(report["coverage"]["records"], 120, "{}", run.told());
    assert_eq!(run.code(), Some(0), "{}", run.told());
}

#[test]
fn an_argument_that_is_a_link_is_followed() {
    let tree = Tree::new();
    symlink("logs/good.log", tree.beside().join("link.log")).unwrap();
    let mut command = tree.command(&[]);
    command.args(["--report", "json", "link.log"]);
    let run = crate::watched::Run::of(command);
    assert_eq!(run.report()["coverage"]["records"], 60);
}

#[test]
fn same_file_twice() {
    let tree = Tree::new().with("good.log.1.gz", gz(good_log().as_bytes()));
    fs::hard_link(tree.logs().join("good.log"), tree.logs().join("hard.log")).unwrap();
    let run = tree.read();
    run.reads_the_good_log();
    assert_eq!(run.report()["coverage"]["records"], 60);
    assert!(run.notes("good.log").contains("two names: counted once"), "{}", run.told());
    assert!(run.stderr.contains("good.log.1.gz: a copy of good.log"), "{}", run.told());
}

#[test]
fn empty_files() {
    let tree = Tree::new()
        .with("empty.log", "")
        .with("blank.log", "\n\n  \n\r\n")
        .with("bom.log", "\u{feff}");
    let run = tree.read();
    run.reads_the_good_log();
    assert_eq!(run.code(), Some(0), "{}", run.told());
    for path in ["empty.log", "blank.log", "bom.log"] {
        let source = run.source(path);
        assert_eq!(
            (&source["records"], &source["unread_records"]),
            (&0.into(), &0.into()),
            "{path}"
        );
    }
}

#[test]
fn line_endings() {
    let good = good_log();
    let tree = Tree::new()
        .with("crlf.log", good.replace('\n', "\r\n"))
        .with("bom.log", format!("\u{feff}{good}"));
    let run = tree.read();
    run.reads_the_good_log();
    assert_eq!(run.code(), Some(0), "{}", run.told());
    for path in ["crlf.log", "bom.log"] {
        assert_eq!(run.records(path), 60, "{path}");
    }
}

#[test]
fn no_final_newline() {
    let run = Tree::new().with("app.log", good_log().trim_end()).read();
    assert_eq!(
        (run.reads_the_good_log().records("app.log"), run.code()),
        (60, Some(0)),
        "{}",
        run.told()
    );
}

#[test]
fn half_line_tail() {
    let good = good_log();
    let run = Tree::new().with("app.log", &good[..good.len() - 40]).read();
    let half = run.reads_the_good_log().source("app.log");
    assert_eq!((&half["records"], &half["unread_records"]), (&59.into(), &0.into()));
    assert!(run.notes("app.log").contains("cut short"), "{}", run.told());
    assert_eq!(run.code(), Some(0), "{}", run.told());
}

#[test]
fn input_tree_is_never_touched() {
    let tree = Tree::new().with("host/app.log.gz", gz(good_log().as_bytes()));
    let before = seen(&tree.logs());
    for words in [
        &["analyze", "--report", "ticket", "-o", "ticket.txt"][..],
        &["analyze", "--bundle", "case.tar.gz"],
        &["scan", "-o", "1.part"],
        &["nightly", "--state", "state", "--out", "out"],
        &["nightly", "--state", "state", "--out", "out"],
        &["trace", "req_none"],
        &["formats", "--try"],
    ] {
        let mut command = tree.command(&[]);
        command
            .args(words)
            .arg(if words[0] == "formats" { "logs/good.log" } else { "logs" });
        crate::watched::Run::of(command).is_as_promised();
        assert_eq!(seen(&tree.logs()), before, "{words:?}");
    }
}

#[test]
fn invalid_utf8() {
    let mut log = good_log().into_bytes();
    log.extend(b"\xff\xfe broken \xc3\x28 \xed\xa0\x80\n");
    log.extend(good_log().into_bytes());
    let hostile = record(1, 500, "gpt\u{fffd}").replace('\u{fffd}', "\\ud800");
    log.extend(hostile.bytes().chain([b'\n']));
    let run = Tree::new().with("app.log", log).read();
    run.reads_the_good_log();
    assert!(run.records("app.log") >= 120, "{}", run.told());
}

#[test]
fn nul_bytes() {
    let (mut hole, good) = (vec![0; 300_000], good_log());
    hole.extend(good.as_bytes());
    let middle = [good.as_bytes(), &[0; 300_000], b"\n", good.as_bytes()].concat();
    let tail = [good.as_bytes(), &[0; 300_000]].concat();
    let tree = Tree::new()
        .with("begins.log", hole)
        .with("within.log", middle)
        .with("ends.log", tail)
        .with("only.log", vec![0; 300_000]);
    let run = tree.read();
    run.reads_the_good_log().names("only.log", "no text");
    assert_eq!(run.records("begins.log"), 60);
    assert_eq!(run.records("within.log"), 120);
    assert_eq!(run.records("ends.log"), 60);
}

#[test]
fn utf16() {
    let units: Vec<u16> = format!("\u{feff}{}", good_log()).encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let odd = &big[..big.len() - 1];
    let run = Tree::new()
        .with("le.log", little)
        .with("be.log", &big)
        .with("odd/odd.log", odd)
        .read();
    run.reads_the_good_log();
    assert_eq!((run.records("le.log"), run.records("be.log")), (60, 60), "{}", run.told());
    assert!(run.records("odd/odd.log") >= 59);
}

#[test]
fn binary() {
    let noise: Vec<u8> = (0..40_000_u32)
        .flat_map(|n| n.wrapping_mul(0x9e37_79b1).to_be_bytes())
        .collect();
    let elf = fs::read(env!("CARGO_BIN_EXE_faultscope")).unwrap();
    let run = Tree::new().with("noise.log", noise).with("core", &elf[..1 << 20]).read();
    run.reads_the_good_log()
        .names("noise.log", "no text")
        .names("core", "no text");
}

#[test]
fn sparse_files_cost_what_they_hold() {
    let tree = Tree::new();
    let hole = File::create(tree.logs().join("hole.log")).unwrap();
    hole.set_len(1 << 40).unwrap();
    let parted = File::create(tree.logs().join("parted.log")).unwrap();
    let good = good_log();
    parted.write_all_at(good.as_bytes(), 0).unwrap();
    parted.write_all_at(format!("\n{good}").as_bytes(), 1 << 39).unwrap();
    parted.set_len(1 << 40).unwrap();
    let run = tree.read();
    run.reads_the_good_log().names("hole.log", "no text");
    assert_eq!(run.records("parted.log"), 120);
    assert!(run.took.as_secs() < 5, "{}", run.told());
}

#[test]
fn long_line_of_100_mb() {
    let tree = Tree::new();
    let mut log = good_log().into_bytes();
    log.extend(b"{\"message\":\"");
    log.resize(log.len() + 100_000_000, b'x');
    log.extend(b"\"}\n");
    log.extend(good_log().into_bytes());
    let run = tree.with("app.log", log).with("only.log", vec![b'y'; 100_000_000]).read();
    run.reads_the_good_log();
    let source = run.source("app.log");
    assert_eq!((&source["records"], &source["unread_records"]), (&120.into(), &1.into()));
    assert!(run.notes("app.log").contains("longer than 1 MiB"));
    assert!(run.stderr.contains("only.log: no format recognised it"), "{}", run.told());
    assert_eq!(run.code(), Some(3));
}

#[test]
fn long_line_that_is_no_record_of_many_lines() {
    // A traceback without end: every line belongs to the record above it.
    let mut log = String::from("2026-03-01 10:00:00,000 ERROR app: call failed\n");
    log.push_str(&"  at nothing\n".repeat(200_000));
    log.push_str(
        "2026-03-01 10:00:01,000 INFO httpx: HTTP Request: POST https://api.openai.com/v1/responses \"HTTP/1.1 200 OK\"\n",
    );
    let run = Tree::new().with("app.log", log).read();
    run.reads_the_good_log();
    assert_eq!(run.records("app.log"), 1, "{}", run.told());
}
