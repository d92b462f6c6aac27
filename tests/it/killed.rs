//! Is a night that was killed anywhere, any number of times, the night that it would have been?

use crate::month::{Month, Trouble};
use crate::nightly::nightly;
use rusqlite::Connection;
use rusqlite::types::Value;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Runs that are killed, over all nights.
const KILLS: usize = 200;

const TROUBLES: [Trouble; 2] = [
    Trouble {
        day: 1,
        minutes: (600, 700),
        model: "gpt-4o-mini",
    },
    Trouble {
        day: 2,
        minutes: (90, 190),
        model: "gpt-4o-mini",
    },
];

/// What must not depend on how often a run was begun. Inodes and nights do.
const KEPT: [&str; 4] = [
    "SELECT name, offset, lines, head, tail FROM log ORDER BY name, offset",
    "SELECT name, count(*), sum(bytes), sum(records), sum(other_records), sum(unread_records) FROM part JOIN log ON log = number
     GROUP BY name ORDER BY name",
    "SELECT * FROM hour ORDER BY 1, 2, 3, 4, 5",
    "SELECT class, side, scope, severity, start, end, ongoing, attempts, failures, calls, calls_lost, standing, told FROM window
     ORDER BY start",
];

fn kept(folder: &Path) -> Vec<Vec<Value>> {
    let state = Connection::open(folder.join("state/state.sqlite")).unwrap();
    let mut all = Vec::new();
    for sql in KEPT {
        let mut statement = state.prepare(sql).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            all.push((0..columns).map(|column| row.get(column).unwrap()).collect());
        }
    }
    all
}

/// Every report that there is, without when it was made and for which night.
fn told(folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut told = Vec::new();
    for entry in fs::read_dir(folder.join("out")).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let report = fs::read(entry.path().join("report-internal.json")).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&report).unwrap();
        let windows = report["windows"].as_array().unwrap().iter();
        told.push((
            name,
            windows
                .map(|window| format!("{} {}", window["start"], window["failures"]))
                .collect(),
        ));
    }
    told.sort();
    told
}

/// The state and the reports as they were before a night.
struct Evening(tempfile::TempDir);

impl Evening {
    fn of(folder: &Path) -> Self {
        let evening = tempfile::tempdir().unwrap();
        for part in ["state", "out"] {
            copy(&folder.join(part), &evening.path().join(part));
        }
        Self(evening)
    }

    fn again(&self, folder: &Path) {
        for part in ["state", "out"] {
            fs::remove_dir_all(folder.join(part)).unwrap();
            copy(&self.0.path().join(part), &folder.join(part));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).into_iter().flatten() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a killer needs a clock")]
fn two_hundred_killed_runs_leave_what_an_undisturbed_one_does() {
    let month = Month::new(4, &TROUBLES);
    let [disturbed, undisturbed] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut killed = 0;
    for night in 0..month.nights() {
        for folder in [&disturbed, &undisturbed] {
            month.write_until(&folder.path().join("logs"), night);
        }
        let begun = Instant::now();
        assert_eq!(
            nightly(undisturbed.path(), night, &[]).output().unwrap().status.code(),
            Some(0)
        );
        let length = u64::try_from(begun.elapsed().as_micros()).unwrap();
        let evening = Evening::of(disturbed.path());
        for _ in 0..KILLS / month.nights() {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let mut run = nightly(disturbed.path(), night, &[]).stdout(Stdio::null()).spawn().unwrap();
            sleep(Duration::from_micros(random % length));
            run.kill().unwrap();
            if run.wait().unwrap().success() {
                // It was faster than the killer, and nothing is left to be killed in: the night begins anew.
                evening.again(disturbed.path());
            } else {
                killed += 1;
            }
        }
        let output = nightly(disturbed.path(), night, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(kept(disturbed.path()), kept(undisturbed.path()), "night {night}");
        assert_eq!(told(disturbed.path()), told(undisturbed.path()), "night {night}");
    }
    assert!(killed > KILLS / 2, "only {killed} runs were killed before they ended");
    let left = fs::read_dir(disturbed.path().join("out")).unwrap();
    assert!(
        left.map(|entry| entry.unwrap().file_name())
            .all(|name| !name.to_string_lossy().starts_with('.'))
    );
}
