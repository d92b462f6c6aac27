//! Does a night stand a damaged state, a full disk, a second run, and logs that come late?

use crate::month::{Month, Trouble};
use crate::nightly::nightly;
use crate::pack::{gz, tar_of};
use crate::run::{CORPORA, plan};
use faultscope::gather::gather;
use faultscope::judge::{Options, judge};
use faultscope::keep::{ITSELF, NightDone, Store, named};
use faultscope::model::{KnownLog, Rollup};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

const TROUBLE: Trouble = Trouble {
    day: 0,
    minutes: (600, 700),
    model: "gpt-4o-mini",
};

fn folder(nights: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let month = Month::new(nights, &[TROUBLE]);
    for night in 0..=nights {
        month.write_until(&folder.path().join("logs"), night);
    }
    folder
}

/// Logs of applications alone, each of which counts by itself.
fn without_proxies(folder: &Path) {
    for log in ["proxy-egress-1", "proxy-egress-2", "proxy-egress-3"] {
        fs::remove_dir_all(folder.join("logs").join(log)).unwrap();
    }
}

fn run(folder: &Path, night: usize) -> Output {
    nightly(folder, night, &[]).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_damaged_state_is_set_aside_and_the_logs_are_read_anew() {
    let folder = folder(1);
    let first = run(folder.path(), 1);
    let state = folder.path().join("state/state.sqlite");
    let whole = fs::read(&state).unwrap();
    for (at, damage) in [(0, 4096), (whole.len() / 2, 64), (whole.len() - 2000, 64)] {
        let mut damaged = whole.clone();
        damaged[at..(at + damage).min(whole.len())].fill(0xa5);
        fs::write(&state, damaged).unwrap();
        let output = run(folder.path(), 1);
        if output.stdout.is_empty() && output.stderr.is_empty() {
            // The damage lies where nothing is asked; it is found when it is.
            continue;
        }
        assert!(
            said(&output.stderr).contains("was set aside as"),
            "byte {at}: {}",
            said(&output.stderr)
        );
        assert_eq!(said(&output.stdout).lines().next(), said(&first.stdout).lines().next());
        assert_eq!(run(folder.path(), 1).stdout, b"");
    }
    let aside = fs::read_dir(folder.path().join("state")).unwrap();
    assert!(
        aside
            .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("damaged"))
            .count()
            >= 1
    );
}

#[test]
fn a_later_versions_state_is_left_alone() {
    let folder = folder(1);
    run(folder.path(), 1);
    let state = rusqlite::Connection::open(folder.path().join("state/state.sqlite")).unwrap();
    state.pragma_update(None, "user_version", 99).unwrap();
    drop(state);
    let output = run(folder.path(), 2);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("a later version of faultscope wrote the state file"));
}

#[test]
fn a_full_disk_leaves_what_was_and_the_next_night_makes_it_good() {
    let full = folder(1);
    let roomy = folder(1);
    let expected = run(roomy.path(), 1);
    // Files may grow to so many blocks of 512 bytes, and writing on is an error, as on a full disk.
    for blocks in [0, 4, 64, 200, 400] {
        let mut limited = Command::new("sh");
        let inner = nightly(full.path(), 1, &[]);
        limited.current_dir(full.path()).env_clear();
        limited.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        limited
            .arg("-c")
            .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""))
            .arg("sh")
            .arg(inner.get_program());
        let output = limited.args(inner.get_args()).output().unwrap();
        if output.status.code() == Some(0) {
            break;
        }
        assert_eq!(output.status.code(), Some(2), "{blocks}: {}", said(&output.stderr));
        assert_eq!(said(&output.stderr).lines().count(), 1, "{}", said(&output.stderr));
        let left = fs::read_dir(full.path().join("out")).unwrap();
        assert_eq!(left.count(), 0, "a report is whole or not there");
    }
    let output = run(full.path(), 1);
    assert_eq!(
        (said(&output.stdout), said(&output.stderr)),
        (said(&expected.stdout), said(&expected.stderr))
    );
    assert_eq!(run(full.path(), 1).stdout, b"");
}

#[test]
fn of_two_runs_at_once_one_reads_and_the_other_waits_or_is_told_the_pid() {
    let folder = folder(1);
    fs::create_dir(folder.path().join("state")).unwrap();
    let mut lock = fs::File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.path().join("state/lock"))
        .unwrap();
    lock.try_lock().unwrap();
    write!(lock, "4242").unwrap();
    let output = nightly(folder.path(), 1, &["--wait", "0s"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("pid 4242"), "{}", said(&output.stderr));
    drop(lock);
    let runs: Vec<_> = (0..4)
        .map(|_| {
            nightly(folder.path(), 1, &[])
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let told = runs
        .into_iter()
        .map(|run| run.wait_with_output().unwrap())
        .inspect(|output| assert_eq!(output.status.code(), Some(0)))
        .filter(|output| !output.stdout.is_empty());
    assert_eq!(told.count(), 1);
}

#[test]
fn what_cannot_be_read_is_named_once() {
    let folder = folder(1);
    fs::write(folder.path().join("logs/odd.txt"), "what\nis this\n").unwrap();
    let first = run(folder.path(), 1);
    assert_eq!(first.status.code(), Some(3));
    assert!(said(&first.stderr).contains("odd.txt: no format recognised it"));
    let again = run(folder.path(), 2);
    assert_eq!((again.status.code(), said(&again.stderr)), (Some(0), String::new()));
    fs::File::options()
        .append(true)
        .open(folder.path().join("logs/odd.txt"))
        .unwrap()
        .write_all(b"more of it\n")
        .unwrap();
    let more = run(folder.path(), 3);
    assert_eq!((more.status.code(), said(&more.stderr)), (Some(0), String::new()));
}

#[test]
fn a_log_that_comes_late_opens_its_window_again() {
    let folder = folder(2);
    without_proxies(folder.path());
    let late = folder.path().join("logs/app-2");
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&late, &elsewhere).unwrap();
    let first = run(folder.path(), 1);
    assert!(
        said(&first.stdout).starts_with("faultscope: 1 new failure window"),
        "{}",
        said(&first.stdout)
    );
    fs::rename(&elsewhere, &late).unwrap();
    let second = run(folder.path(), 2);
    assert!(
        said(&second.stdout).starts_with("faultscope: 1 changed"),
        "{}",
        said(&second.stdout)
    );
    assert_eq!(run(folder.path(), 3).stdout, b"");
}

#[test]
fn what_comes_after_the_past_was_dropped_is_counted_and_told_all_the_same() {
    let folder = folder(9);
    let late = folder.path().join("logs/app-2");
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&late, &elsewhere).unwrap();
    without_proxies(folder.path());
    let few = nightly(folder.path(), 9, &["--recent", "1d"]).output().unwrap();
    assert_eq!(few.status.code(), Some(0));
    fs::rename(&elsewhere, &late).unwrap();
    let again = nightly(folder.path(), 10, &["--recent", "1d"]).output().unwrap();
    assert_eq!(again.status.code(), Some(0), "{}", said(&again.stderr));
    let state = rusqlite::Connection::open(folder.path().join("state/state.sqlite")).unwrap();
    let sum = |sql: &str| state.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(sum("SELECT sum(attempts) FROM hour"), sum("SELECT sum(records) FROM night"));
}

#[test]
fn old_report_folders_go_and_strangers_stay() {
    let folder = tempfile::tempdir().unwrap();
    let trouble = |day| Trouble { day, ..TROUBLE };
    let month = Month::new(4, &[trouble(0), trouble(1), trouble(2), trouble(3)]);
    fs::create_dir_all(folder.path().join("out/notes")).unwrap();
    for night in 0..month.nights() {
        month.write_until(&folder.path().join("logs"), night);
        nightly(folder.path(), night, &["--keep", "2"]).output().unwrap();
    }
    let mut left: Vec<_> = fs::read_dir(folder.path().join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["2026-03-05", "2026-03-06", "notes"]);
}

#[test]
fn a_directory_that_anyone_may_write_to_is_no_place_for_reports() {
    let folder = folder(1);
    let out = folder.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::set_permissions(&out, fs::Permissions::from_mode(0o777)).unwrap();
    let output = run(folder.path(), 1);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output.stderr).contains("anyone may write there"));
}

#[test]
fn the_state_is_its_owners_alone_and_holds_no_text_of_the_logs() {
    let folder = folder(1);
    run(folder.path(), 1);
    let state = folder.path().join("state");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&state), mode(&state.join("state.sqlite"))), (0o700, 0o600));
    let mut bytes = Vec::new();
    let mut file = fs::File::open(state.join("state.sqlite")).unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    file.read_to_end(&mut bytes).unwrap();
    assert!(memchr::memmem::find(&bytes, b"Sorry about that").is_none());
}

/// Records about a call that all nights have read.
fn records(folder: &Path) -> i64 {
    let state = rusqlite::Connection::open(folder.join("state/state.sqlite")).unwrap();
    state
        .query_row("SELECT sum(records) FROM night", [], |row| row.get(0))
        .unwrap()
}

fn line(second: u32) -> String {
    format!(
        "{{\"timestamp\":\"2026-03-01T10:00:{second:02}Z\",\"status\":200,\"model\":\"gpt-4o\",\"url\":\"https://api.openai.com/v1/responses\"}}\n"
    )
}

#[test]
fn a_log_that_went_into_an_archive_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let text = |seconds: std::ops::Range<u32>| seconds.map(line).collect::<String>();
    fs::write(logs.join("app.log.1"), text(0..20)).unwrap();
    fs::write(logs.join("app.log"), text(20..30)).unwrap();
    run(folder.path(), 1);
    assert_eq!(records(folder.path()), 30);
    // What was read of the rotated log goes into an archive with lines that came since, beside one that was never seen.
    let archive = |more: &str| {
        gz(&tar_of(&[
            ("app.log.1", (text(0..20) + more).as_bytes()),
            ("old.log", text(40..45).as_bytes()),
        ]))
    };
    fs::write(logs.join("logs.tar.gz"), archive(&text(30..33))).unwrap();
    fs::remove_file(logs.join("app.log.1")).unwrap();
    for _ in 0..2 {
        let output = run(folder.path(), 2);
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(0), String::new()));
        assert_eq!(records(folder.path()), 38);
    }
    // The archive is written anew, and holds a copy of a log that lies there as well.
    let again = gz(&tar_of(&[
        ("app.log.1", text(0..20).as_bytes()),
        ("app.log", text(20..30).as_bytes()),
        ("old.log", (text(40..45) + &text(45..46)).as_bytes()),
    ]));
    fs::write(logs.join("logs.tar.gz"), again).unwrap();
    run(folder.path(), 3);
    assert_eq!(records(folder.path()), 39);
}

#[test]
fn a_document_counts_once_and_whole() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    fs::create_dir(&logs).unwrap();
    let document = |seconds: std::ops::Range<u32>, between: &str| {
        let items: Vec<String> = seconds.map(|second| line(second).trim_end().to_owned()).collect();
        format!("[{}]", items.join(between))
    };
    fs::write(logs.join("one.json"), document(0..20, ",")).unwrap();
    fs::write(logs.join("lines.json"), document(20..30, ",\n")).unwrap();
    for night in 1..4 {
        let output = run(folder.path(), night);
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(0), String::new()));
        assert_eq!(records(folder.path()), 30, "night {night}");
    }
}

#[test]
fn a_clock_that_goes_back_or_far_ahead_loses_and_doubles_nothing() {
    let [jumping, steady] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let month = Month::new(3, &[TROUBLE, Trouble { day: 2, ..TROUBLE }]);
    for (night, clock) in [5, 2, 4000, 0].into_iter().enumerate() {
        for (folder, clock) in [(&jumping, clock), (&steady, night)] {
            month.write_until(&folder.path().join("logs"), night);
            let output = run(folder.path(), clock);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output.stderr));
        }
    }
    let sums = |folder: &Path| {
        let state = rusqlite::Connection::open(folder.join("state/state.sqlite")).unwrap();
        [
            "SELECT sum(records) FROM night",
            "SELECT sum(attempts) FROM hour",
            "SELECT count(*) FROM window WHERE standing",
        ]
        .map(|sql| state.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap())
    };
    assert_eq!(sums(jumping.path()), sums(steady.path()));
    let folders = |folder: &Path| fs::read_dir(folder.join("out")).unwrap().count();
    assert_eq!(folders(jumping.path()), folders(steady.path()));
}

#[test]
fn what_was_kept_is_judged_as_what_was_read() {
    for name in CORPORA {
        let folder = tempfile::tempdir().unwrap();
        let gathered = gather(&plan(name), &()).unwrap();
        let mut done = NightDone::default();
        for (source, rollup) in &gathered.rollup.sources {
            let log = KnownLog {
                name: source.clone(),
                ..KnownLog::default()
            };
            done.logs.push((log, BTreeMap::from([(ITSELF.to_owned(), *rollup.clone())])));
        }
        let mut store = Store::open(folder.path()).unwrap();
        store.keep(&done).unwrap();
        let logs = store.logs().unwrap();
        let kept = named(store.rollups().unwrap(), &logs.iter().collect::<Vec<_>>(), &[]);
        let judged = |rollup: &Rollup| {
            let mut findings = judge(rollup, &Options::default());
            findings.coverage.skipped.clear();
            findings
        };
        assert_eq!(judged(&kept.settled()), judged(&gathered.rollup), "{name}");
    }
}

#[test]
fn its_own_state_and_reports_are_no_logs() {
    let folder = folder(1);
    for place in [".".to_owned(), folder.path().display().to_string()] {
        let below = |name: &str| Path::new(&place).join("logs").join(name).display().to_string();
        for night in 1..3 {
            let output = Command::new(env!("CARGO_BIN_EXE_faultscope"))
                .current_dir(folder.path())
                .env_clear()
                .args(["nightly", &place, "--state", &below("state"), "--out", &below("out")])
                .output()
                .unwrap();
            assert_eq!(
                (output.status.code(), said(&output.stderr)),
                (Some(0), String::new()),
                "{place}"
            );
            assert_eq!(output.stdout.is_empty(), night == 2);
        }
        fs::remove_dir_all(folder.path().join("logs/state")).unwrap();
        fs::remove_dir_all(folder.path().join("logs/out")).unwrap();
    }
}
