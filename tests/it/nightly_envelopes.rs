//! Do logs in envelopes go on where they were left, whatever lies around their lines?

use crate::nightly::{self, nightly};
use crate::pack::gz;
use std::fs;
use std::path::Path;

/// A line of an application, of a second of an hour.
fn line(second: usize) -> String {
    let (minute, second) = (second / 60, second % 60);
    format!(
        "{{\"timestamp\":\"2026-03-01T10:{minute:02}:{second:02}Z\",\"status\":200,\"model\":\"gpt-4o\",\"url\":\"https://api.openai.com/v1/responses\"}}"
    )
}

fn docker(second: usize) -> String {
    let log = serde_json::to_string(&(line(second) + "\n")).unwrap();
    format!(
        "{{\"log\":{log},\"stream\":\"stdout\",\"time\":\"2026-03-01T10:{:02}:{:02}.5Z\"}}\n",
        second / 60,
        second % 60
    )
}

fn cri(second: usize) -> String {
    format!(
        "2026-03-01T10:{:02}:{:02}.500000000Z stdout F {}\n",
        second / 60,
        second % 60,
        line(second)
    )
}

/// Two hosts write into one file.
fn syslog(second: usize) -> String {
    let host = ["web-1", "web-2"][second % 2];
    format!(
        "Mar  1 10:{:02}:{:02} {host} app[42]: {}\n",
        second / 60,
        second % 60,
        line(second)
    )
}

fn journal_export(second: usize) -> String {
    let stamp = 1_772_359_200_000_000_u64 + second as u64 * 1_000_000;
    format!(
        "__REALTIME_TIMESTAMP={stamp}\n_HOSTNAME=web-1\nSYSLOG_IDENTIFIER=app\nMESSAGE={}\n\n",
        line(second)
    )
}

/// The name of what lies around a line, and a line of a second in it.
type Wrapper = (&'static str, fn(usize) -> String);

fn records(state: &Path) -> i64 {
    let state = rusqlite::Connection::open(state).unwrap();
    state
        .query_row("SELECT sum(records) FROM night", [], |row| row.get(0))
        .unwrap()
}

/// What one run over everything reads and finds.
fn everything(folder: &Path) -> (u64, u64) {
    let report = nightly::everything(folder);
    let number = |value: &serde_json::Value| value.as_u64().unwrap();
    (number(&report["coverage"]["records"]), number(&report["counts"]["attempts"]))
}

#[test]
fn nights_over_wrapped_logs_are_one_run_over_everything() {
    let wrappers: [Wrapper; 4] = [
        ("docker", docker),
        ("cri", cri),
        ("syslog", syslog),
        ("journal-export", journal_export),
    ];
    for (name, wrapped) in wrappers {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().join("logs");
        fs::create_dir(&logs).unwrap();
        let log = logs.join("x.log");
        let text = |seconds: std::ops::Range<usize>| seconds.map(wrapped).collect::<String>();
        for (night, upto) in [400, 401, 700, 1000].into_iter().enumerate() {
            fs::write(&log, text(0..upto)).unwrap();
            if night == 3 {
                // Rotated and packed before the last of it was read, and begun anew.
                fs::write(logs.join("x.log.1.gz"), gz(text(0..upto).as_bytes())).unwrap();
                fs::write(&log, text(upto..upto + 50)).unwrap();
            }
            let output = nightly(folder.path(), night, &[]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), &*said), (Some(0), ""), "{name}, night {night}");
        }
        let state = folder.path().join("state/state.sqlite");
        let (all, attempts) = everything(folder.path());
        assert_eq!((records(&state), all), (1050, 1050), "{name}");
        let state = rusqlite::Connection::open(&state).unwrap();
        let hours: i64 = state
            .query_row("SELECT sum(attempts) FROM hour", [], |row| row.get(0))
            .unwrap();
        assert_eq!(hours.cast_unsigned(), attempts, "{name}");
    }
}
