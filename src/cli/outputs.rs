//! Where results go, looked at before anything is read and again before anything is written: a place that cannot be
//! written to is told at once, and what was read is never written over.

use crate::gather::Gathered;
use crate::gather::open::FileId;
use anyhow::{bail, ensure};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Refuses files in no directory, and those that are themselves named to be read.
///
/// # Errors
/// With the first of them.
pub(super) fn check<'f>(files: impl IntoIterator<Item = &'f Path>, inputs: &[PathBuf]) -> anyhow::Result<()> {
    let read: Vec<FileId> = inputs.iter().filter_map(|input| plain_file(input)).collect();
    for file in files {
        let named = file.display();
        ensure!(
            !file.is_dir(),
            "{named} cannot be written: it is a directory; name a file in it"
        );
        lies_somewhere(file)?;
        ensure!(
            plain_file(file).is_none_or(|file| !read.contains(&file)),
            "{named} is to be read and would be written over; name another file"
        );
    }
    Ok(())
}

/// Refuses a file or a directory in a directory that is not there.
///
/// # Errors
/// With that directory.
pub(super) fn lies_somewhere(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        bail!(
            "{} cannot be written: there is no directory {}",
            path.display(),
            folder.display()
        );
    }
    Ok(())
}

/// Refuses files that were read as logs. What lies among the logs and is none, as an earlier report does, may be replaced.
///
/// # Errors
/// With the first of them.
pub(super) fn spare_logs<'f>(files: impl IntoIterator<Item = &'f Path>, gathered: &Gathered) -> anyhow::Result<()> {
    for file in files {
        let log = plain_file(file).and_then(|file| gathered.log_in(file));
        ensure!(
            log.is_none(),
            "{} is one of the logs that were read; name another file",
            file.display()
        );
    }
    Ok(())
}

/// Which file it is; `None` for what is no file, such as a device, and so is never replaced.
fn plain_file(path: &Path) -> Option<FileId> {
    let there = fs::metadata(path).ok()?;
    there.is_file().then(|| (there.dev(), there.ino()))
}
