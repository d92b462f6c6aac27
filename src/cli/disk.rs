//! The steps by which something gets onto the disk. A test can let any one of them fail, by its number.

use rustix::fs::{AtFlags, CWD, RenameFlags, linkat, renameat_with};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::Path;

/// Makes a file that is not there yet.
pub(super) fn create(path: &Path) -> io::Result<File> {
    step()?;
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Makes a file without a name, which is gone with the process (open(2), `O_TMPFILE`); not every file system can.
#[cfg(target_os = "linux")]
pub(super) fn create_nameless(folder: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags, openat};
    step()?;
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    Ok(openat(CWD, folder, flags, Mode::from_raw_mode(0o666))?.into())
}

/// Other systems have none.
#[cfg(not(target_os = "linux"))]
pub(super) fn create_nameless(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Gives a file without a name one that is not taken (linkat(2) tells of the path).
pub(super) fn name(file: &File, path: &Path) -> io::Result<()> {
    step()?;
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// Makes a directory that is not there yet.
pub(super) fn create_folder(path: &Path) -> io::Result<()> {
    step()?;
    DirBuilder::new().create(path)
}

/// Writes all bytes.
pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    // A disk that is full takes some of it.
    step().or_else(|full| {
        file.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())
            .and(Err(full))
    })?;
    file.write_all(bytes)
}

/// Waits until a file or a directory is on the disk.
pub(super) fn sync(file: &File) -> io::Result<()> {
    step()?;
    file.sync_all()
}

/// Gives a file or a directory another name, over what has that name.
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    step()?;
    fs::rename(from, to)
}

/// Exchanges two names in one step, where the system can.
pub(super) fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    step()?;
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(test))]
#[expect(clippy::unnecessary_wraps, reason = "in tests it fails")]
fn step() -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
use faults::step;

#[cfg(test)]
pub(super) mod faults {
    //! Lets one step fail.

    use std::cell::Cell;
    use std::io;

    thread_local! {
        /// Steps left before the one that fails.
        static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
    }

    pub(super) fn step() -> io::Result<()> {
        let left = LEFT.get();
        LEFT.set(left.and_then(|left| left.checked_sub(1)));
        if left == Some(0) {
            Err(io::ErrorKind::StorageFull.into())
        } else {
            Ok(())
        }
    }

    /// Does something in which nothing fails, and no step counts.
    pub(crate) fn unhurt<T>(task: impl FnOnce() -> T) -> T {
        let left = LEFT.take();
        let done = task();
        LEFT.set(left);
        done
    }

    /// Does something again and again, each time with a later step that fails, until all succeed; `check` sees the
    /// result of each time.
    pub(crate) fn each<T>(mut task: impl FnMut() -> T, mut check: impl FnMut(usize, T)) {
        for number in 0..1000 {
            LEFT.set(Some(number));
            let done = task();
            let has_failed = LEFT.take().is_none();
            check(number, done);
            if !has_failed {
                return;
            }
        }
        panic!("it takes too many steps");
    }
}
