//! The folders of the reports: each whole or not there, and no more of them than are wanted.

use crate::keep::Store;
use crate::model::Time;
use anyhow::{Context as _, bail};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Ends the names of folders that are being written.
const UNFINISHED: &str = ".faultscope-tmp";

/// The file with what was printed, which shows own names.
const MAIL: &str = "mail-internal.txt";

/// The directory that holds the folders.
#[derive(Debug)]
pub(super) struct Folders(PathBuf);

impl Folders {
    /// The directory of `--out`, made where there is none.
    pub(super) fn of(out: &Path) -> anyhow::Result<Self> {
        let place = || format!("--out {}", out.display());
        DirBuilder::new()
            .recursive(true)
            .mode(0o750)
            .create(out)
            .with_context(place)?;
        let mode = fs::metadata(out).with_context(place)?.permissions().mode();
        // Anyone could put a link in the place of a report (trust, section 6).
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            bail!("{}: anyone may write there; take that right away (chmod o-w)", place());
        }
        Ok(Self(out.to_path_buf()))
    }

    /// Where a folder lies.
    pub(super) fn path(&self, folder: &str) -> PathBuf {
        self.0.join(folder)
    }

    /// Whether a folder was written.
    pub(super) fn has(&self, folder: &str) -> bool {
        self.path(folder).join(MAIL).is_file()
    }

    /// What was printed with a folder.
    pub(super) fn mail(&self, folder: &str) -> Vec<u8> {
        fs::read(self.path(folder).join(MAIL)).unwrap_or_default()
    }

    /// A folder's name for a night: its date, and a number where there is such a folder.
    pub(super) fn free_name(&self, now: Time) -> String {
        let date = now.to_utc().format("%Y-%m-%d").to_string();
        let mut name = date.clone();
        let mut number = 1_u32;
        while fs::symlink_metadata(self.path(&name)).is_ok() {
            number += 1;
            name = format!("{date}-{number}");
        }
        name
    }

    /// Writes a folder, all of it or nothing.
    pub(super) fn write(&self, folder: &str, reports: &[(String, Vec<u8>)], mail: &[u8]) -> io::Result<()> {
        let unfinished = self.0.join(format!(".{folder}.{}{UNFINISHED}", std::process::id()));
        DirBuilder::new().mode(0o750).create(&unfinished)?;
        let written = Self::fill(&unfinished, reports, mail).and_then(|()| fs::rename(&unfinished, self.path(folder)));
        if written.is_err() {
            let _ = fs::remove_dir_all(&unfinished);
            return written;
        }
        // The name is on the disk when its directory is; some file systems cannot tell.
        let _ = File::open(&self.0).and_then(|directory| directory.sync_all());
        Ok(())
    }

    fn fill(folder: &Path, reports: &[(String, Vec<u8>)], mail: &[u8]) -> io::Result<()> {
        let all = reports.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        for (name, bytes) in all.chain([(MAIL, mail)]) {
            let mut options = OpenOptions::new();
            let mut file = options.write(true).create_new(true).mode(0o640).open(folder.join(name))?;
            file.write_all(bytes)?;
            file.sync_all()?;
        }
        File::open(folder)?.sync_all()
    }

    /// Removes what runs that were killed left behind: folders of our own naming whose process is gone.
    pub(super) fn sweep(&self) {
        for entry in fs::read_dir(&self.0).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let pid = name
                .to_str()
                .and_then(|name| name.strip_prefix('.')?.strip_suffix(UNFINISHED)?.rsplit_once('.'))
                .and_then(|(_, pid)| pid.parse::<i32>().ok().and_then(rustix::process::Pid::from_raw));
            let is_gone = |pid| rustix::process::test_kill_process(pid) == Err(rustix::io::Errno::SRCH);
            let is_own = |pid: rustix::process::Pid| u32::try_from(pid.as_raw_nonzero().get()) == Ok(std::process::id());
            if pid.is_some_and(|pid| is_own(pid) || is_gone(pid)) && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }

    /// Removes the oldest folders that this state knows of, so that `keep` are left.
    pub(super) fn keep(&self, store: &mut Store, keep: usize) -> anyhow::Result<()> {
        let nights = store.nights()?;
        let with_folder: Vec<_> = nights
            .iter()
            .filter_map(|night| Some((night.number, night.folder.as_deref()?)))
            .collect();
        let old = with_folder.len().saturating_sub(keep);
        let mut removed = Vec::new();
        for (night, folder) in with_folder.into_iter().take(old) {
            let is_plain = !folder.is_empty() && !folder.contains('/') && !folder.starts_with('.');
            let gone = |error: &io::Error| error.kind() == io::ErrorKind::NotFound;
            if !is_plain
                || fs::remove_dir_all(self.path(folder)).is_ok_and(|()| true)
                || fs::metadata(self.path(folder)).is_err_and(|error| gone(&error))
            {
                removed.push(night);
            }
        }
        store.removed(&removed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Folders;
    use crate::model::Time;
    use std::fs;

    #[test]
    fn a_folder_is_whole_or_not_there_and_takes_no_others_name() {
        let out = tempfile::tempdir().unwrap();
        let folders = Folders::of(&out.path().join("reports")).unwrap();
        let name = folders.free_name(Time(0));
        folders
            .write(&name, &[("report.json".to_owned(), b"{}".to_vec())], b"subject\n")
            .unwrap();
        assert_eq!((name.as_str(), folders.has(&name)), ("1970-01-01", true));
        assert_eq!(folders.free_name(Time(0)), "1970-01-01-2");
        let refused = folders.write("1970-01-02", &[("no/such".to_owned(), Vec::new())], b"");
        assert!(refused.is_err() && !folders.has("1970-01-02"));
        assert_eq!(fs::read_dir(out.path().join("reports")).unwrap().count(), 1);
    }

    #[test]
    fn what_a_killed_run_left_is_swept() {
        let out = tempfile::tempdir().unwrap();
        let folders = Folders::of(out.path()).unwrap();
        for name in [".2026-11-20.2147483646.faultscope-tmp", ".other.1", ".x.faultscope-tmp"] {
            fs::create_dir(out.path().join(name)).unwrap();
        }
        folders.sweep();
        assert_eq!(fs::read_dir(out.path()).unwrap().count(), 2);
    }
}
