//! A folder of logs among which something is wrong, and what can be seen from outside of a run over it.
//!
//! Every run over such a folder is held to what is promised of all of them: an exit code of ours, a bound on memory and
//! time, and an input that is the same afterwards.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write as _};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Peak memory of any run, KiB.
const MOST_MEMORY: u64 = 128 << 10;

/// Time of any run: a debug build takes 8 s at most, and five times as long on a machine that does other work, too. What grows with
/// the square of a log takes hours.
const MOST_TIME: Duration = Duration::from_secs(60);

/// How often a run is looked at.
const TICK: Duration = Duration::from_millis(2);

/// Records of the log that nothing is wrong with.
pub(crate) const GOOD: u64 = 60;

/// One record of an application, in a minute that all good records share.
pub(crate) fn record(second: u64, status: u16, model: &str) -> String {
    format!(
        r#"{{"timestamp":"2026-03-01T10:00:{:02}Z","status":{status},"model":"{model}","url":"https://api.openai.com/v1/responses"}}"#,
        second % 60
    )
}

/// A log that nothing is wrong with; a tenth of it failed.
pub(crate) fn good_log() -> String {
    let mut text = String::new();
    for second in 0..GOOD {
        let status = if second % 10 == 3 { 503 } else { 200 };
        writeln!(text, "{}", record(second, status, "gpt-4o")).unwrap();
    }
    text
}

/// A log of so many answers that all went well.
pub(crate) fn long_log(lines: u64) -> String {
    (0..lines).map(|second| record(second, 200, "gpt-4o") + "\n").collect()
}

/// Whether the tests run as somebody whom file modes do not stop.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// Whether a program is on this machine.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).output();
    found.is_ok_and(|output| output.status.success())
}

/// Whether strace is on this machine; where it is not, says of a test that it sees nothing. Written to standard error
/// itself, for what tests print is kept from whoever looks on as long as they pass.
pub(crate) fn has_strace() -> bool {
    let there = has("strace");
    if !there {
        skipped("strace is missing");
    }
    there
}

/// Says of the test that runs that it does not.
pub(crate) fn skipped(why: &str) {
    let name = thread::current().name().unwrap_or_default().to_owned();
    let _ = std::io::stderr().write_all(format!("SKIPPED {name}: {why}\n").as_bytes());
}

/// A folder with `logs/good.log`, and whatever a test adds.
pub(crate) struct Tree {
    folder: tempfile::TempDir,
}

impl Tree {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("logs")).unwrap();
        fs::write(folder.path().join("logs/good.log"), good_log()).unwrap();
        Self { folder }
    }

    /// The folder around the logs.
    pub(crate) fn beside(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.folder.path().join("logs")
    }

    /// A log of this name in the folder of logs.
    pub(crate) fn with(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.logs().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    /// The program, or that which `FAULTSCOPE_TESTED` names, without any surroundings, behind `wrapper` (`strace -f …`), if that is not empty.
    pub(crate) fn command(&self, wrapper: &[&str]) -> Command {
        let built = || PathBuf::from(env!("CARGO_BIN_EXE_faultscope"));
        let program = std::env::var_os("FAULTSCOPE_TESTED").map_or_else(built, PathBuf::from);
        let mut command = match wrapper {
            [] => Command::new(program),
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
        };
        command
            .current_dir(self.beside())
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("XDG_STATE_HOME", self.beside().join("state"))
            .env("SOURCE_DATE_EPOCH", "0");
        command
    }

    /// Reads the logs into a JSON report, and holds the run to what is promised of all.
    pub(crate) fn read(&self) -> Run {
        self.read_with(&[])
    }

    /// The same, with more words on the command line.
    pub(crate) fn read_with(&self, words: &[&str]) -> Run {
        let mut command = self.command(&[]);
        command.args(["--report", "json", "--internal"]).args(words).arg("logs");
        let before = seen(&self.logs());
        let run = Run::of(command);
        run.is_as_promised();
        assert_eq!(seen(&self.logs()), before, "the input was touched");
        run
    }
}

/// What a folder looks like from outside: kind and rights, bytes, time of the last write, inode, target of a link.
pub(crate) fn seen(folder: &Path) -> BTreeMap<PathBuf, (u32, u64, i64, u64, Option<PathBuf>)> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder).into_iter().flatten() {
        let Ok(of) = fs::symlink_metadata(entry.path()) else {
            continue;
        };
        let target = fs::read_link(entry.path()).ok();
        let what = (
            of.mode(),
            of.size(),
            of.mtime() * 1_000_000_000 + of.mtime_nsec(),
            of.ino(),
            target,
        );
        all.insert(entry.into_path(), what);
    }
    all
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: ExitStatus,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// Peak memory in KiB; `None` where the system does not tell.
    pub(crate) peak: Option<u64>,
    pub(crate) took: Duration,
}

impl Run {
    pub(crate) fn of(mut command: Command) -> Self {
        let started = now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self::watched(child, started)
    }

    /// Waits for a child, and ends it where it takes too long.
    pub(crate) fn watched(mut child: Child, started: Instant) -> Self {
        let stdout = drained(child.stdout.take());
        let stderr = drained(child.stderr.take());
        let mut peak = None;
        let status = loop {
            peak = memory(child.id()).max(peak);
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if started.elapsed() > MOST_TIME * 2 {
                child.kill().unwrap();
            }
            thread::sleep(TICK);
        };
        Self {
            status,
            stdout: stdout.join().unwrap(),
            stderr: String::from_utf8_lossy(&stderr.join().unwrap()).into_owned(),
            peak,
            took: started.elapsed(),
        }
    }

    /// An exit code of ours, within the memory and the time that any input may take.
    pub(crate) fn is_as_promised(&self) -> &Self {
        let told = || self.told();
        assert!(matches!(self.status.code(), Some(0..=3)), "{}", told());
        assert!(self.peak.is_none_or(|peak| peak < MOST_MEMORY), "{}", told());
        assert!(self.took < MOST_TIME, "{}", told());
        assert!(!self.stderr.contains("internal error"), "{}", told());
        self
    }

    /// For whoever reads why a test failed, or collects the figures (`--nocapture`).
    pub(crate) fn told(&self) -> String {
        format!(
            "{:?} (signal {:?}), {:?} KiB, {:?}; {}",
            self.status.code(),
            self.status.signal(),
            self.peak,
            self.took,
            self.stderr
        )
    }

    pub(crate) fn code(&self) -> Option<i32> {
        self.status.code()
    }

    pub(crate) fn report(&self) -> Value {
        let report = serde_json::from_slice(&self.stdout);
        assert!(report.is_ok(), "{report:?}: {}", self.told());
        report.unwrap()
    }

    /// What the report says of one source.
    pub(crate) fn source(&self, path: &str) -> Value {
        let report = self.report();
        let sources = report["coverage"]["sources"].as_array().unwrap();
        let found = sources.iter().find(|source| source["path"] == path);
        assert!(found.is_some(), "no {path}: {}", self.told());
        found.unwrap().clone()
    }

    /// Records about a call of one source.
    pub(crate) fn records(&self, path: &str) -> u64 {
        self.source(path)["records"].as_u64().unwrap()
    }

    pub(crate) fn notes(&self, path: &str) -> String {
        self.source(path)["notes"].to_string()
    }

    /// The good log counts whole.
    pub(crate) fn reads_the_good_log(&self) -> &Self {
        assert_eq!(self.records("good.log"), GOOD, "{}", self.told());
        self
    }

    /// The exit code says that something is missing, and both standard error and the report say what and why.
    pub(crate) fn names(&self, path: &str, reason: &str) -> &Self {
        assert_eq!(self.code(), Some(3), "{}", self.told());
        let said = |line: &str| line.contains(path) && line.contains(reason);
        assert!(self.stderr.lines().any(said), "{}", self.told());
        let report = self.report();
        let skipped = report["coverage"]["skipped"].as_array().unwrap();
        let is_it = |skipped: &&Value| skipped["path"] == path && skipped["reason"].as_str().unwrap().contains(reason);
        assert!(skipped.iter().any(|skipped| is_it(&skipped)), "{skipped:?}");
        self
    }
}

#[expect(clippy::disallowed_methods, reason = "a test measures how long a run takes")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn drained(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

/// The most memory that a process has held so far, in KiB (proc(5), `VmHWM`).
fn memory(process: u32) -> Option<u64> {
    // Until it is the program, a child is a part of these tests and has their memory.
    let runs = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    if std::env::current_exe().is_ok_and(|tests| tests == runs) {
        return None;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().strip_suffix(" kB")?.parse().ok()
}
