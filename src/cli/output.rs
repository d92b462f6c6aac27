//! Writes a report: to standard output, or to a file that is whole or not there.
//!
//! A file is written beside its place under no name or another, forced to the disk and renamed, so that neither a full disk
//! nor a signal leaves half a report, and an old one stays until the new one is whole.

use super::disk;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IntoInnerError, Write};
use std::path::Path;

/// Bytes that are written at a time.
const BUFFER: usize = 64 * 1024;

/// Ends the names of files that are being written.
pub(super) const UNFINISHED: &str = ".faultscope-tmp";

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
///
/// # Errors
/// What the writing says.
pub(super) fn to_stdout(bytes: &[u8]) -> io::Result<()> {
    write_stdout(&|out| out.write_all(bytes))
}

/// As [`to_stdout()`], by whatever `write` writes.
///
/// # Errors
/// What the writing says.
pub(super) fn write_stdout(write: Writes<'_>) -> io::Result<()> {
    match buffered(io::stdout().lock(), write).and_then(|mut stdout| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a whole file, or leaves what was there.
///
/// # Errors
/// What the writing says.
pub(super) fn to_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_file(path, &|out| out.write_all(bytes))
}

/// As [`to_file()`], by whatever `write` writes.
///
/// # Errors
/// What the writing says.
pub(super) fn write_file(path: &Path, write: Writes<'_>) -> io::Result<()> {
    // A device or a pipe cannot be replaced by a file, and is meant to be written to.
    if fs::metadata(path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return buffered(OpenOptions::new().write(true).open(path)?, write).map(drop);
    }
    let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
        return Err(io::Error::new(
            io::ErrorKind::IsADirectory,
            "it is a directory; name a file in it",
        ));
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    sweep(folder, name);
    let mut own = prefix(name);
    own.push(std::process::id().to_string());
    own.push(UNFINISHED);
    let unfinished = folder.join(own);
    // Held, and so locked, until it has its last name: another run would remove what nobody holds.
    let held = put(folder, &unfinished, write);
    let written = held.and_then(|_held| disk::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
        return written;
    }
    // The name is on the disk when its directory is; some file systems cannot tell, and the report is whole anyhow.
    let _ = File::open(folder).and_then(|folder| disk::sync(&folder));
    Ok(())
}

/// Begins the names of files that are being written, for what is to have this name.
pub(super) fn prefix(name: &std::ffi::OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".");
    prefix
}

/// Writes a whole file of this name. Where the system can, it gets the name when it is whole, so that a signal in between
/// leaves nothing.
fn put(folder: &Path, unfinished: &Path, write: Writes<'_>) -> io::Result<File> {
    if let Ok(file) = disk::create_nameless(folder) {
        let file = fill(file, write)?;
        if disk::name(&file, unfinished).is_ok() {
            return Ok(file);
        }
    }
    fill(disk::create(unfinished)?, write)
}

/// Writes a new file, locked for as long as it is being written.
fn fill(file: File, write: Writes<'_>) -> io::Result<File> {
    let _ = file.try_lock();
    let OnDisk(file) = buffered(OnDisk(file), write)?;
    disk::sync(&file)?;
    Ok(file)
}

/// Writes what a report writes, which is many a short word.
pub(super) type Writes<'w> = &'w dyn Fn(&mut dyn Write) -> io::Result<()>;

fn buffered<W: Write>(to: W, write: Writes<'_>) -> io::Result<W> {
    let mut out = BufWriter::with_capacity(BUFFER, to);
    write(&mut out)?;
    out.into_inner().map_err(IntoInnerError::into_error)
}

/// A file that is written by the steps that a test may let fail.
struct OnDisk(File);

impl Write for OnDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        disk::write(&mut self.0, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Removes what a run that was killed left behind: files of our own naming that nobody holds.
fn sweep(folder: &Path, name: &std::ffi::OsStr) {
    let prefix = prefix(name);
    let prefix = prefix.as_encoded_bytes();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let found = entry.file_name();
        let found = found.as_encoded_bytes();
        let is_ours = found
            .strip_prefix(prefix)
            .and_then(|rest| rest.strip_suffix(UNFINISHED.as_bytes()));
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_ours.is_some_and(|pid| !pid.is_empty() && pid.iter().all(u8::is_ascii_digit)) {
            let is_free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if is_free {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::to_file;
    use crate::cli::disk::faults;
    use std::fs;

    #[test]
    fn whatever_fails_the_old_report_or_the_new_one_stands_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let write = || {
            fs::write(&path, "the old one").unwrap();
            to_file(&path, b"the new one")
        };
        faults::each(write, |step, written| {
            let expected = if written.is_ok() { "the new one" } else { "the old one" };
            assert_eq!(fs::read_to_string(&path).unwrap(), expected, "step {step}");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "step {step}");
        });
    }

    #[test]
    fn a_report_replaces_the_old_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(folder.path().join(".report.json.99.faultscope-tmp"), "half").unwrap();
        for text in ["old", "new"] {
            to_file(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_directory_is_no_place_for_a_report() {
        let folder = tempfile::tempdir().unwrap();
        assert!(to_file(folder.path(), b"x").is_err());
        assert!(to_file(&folder.path().join("none/report"), b"x").is_err());
    }

    #[test]
    fn a_device_is_written_to() {
        to_file(std::path::Path::new("/dev/null"), b"x").unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
