//! A directory that is there whole or not at all: made beside its place under another name, forced to the disk, and put in
//! its place in one step; an earlier bundle stays until then.

use crate::cli::disk;
use crate::cli::output::{UNFINISHED, prefix};
use crate::deliver::bundle::{Item, MANIFEST, MANIFEST_SCHEMA};
use anyhow::{Context as _, bail, ensure};
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Whether anything stands at the place.
pub(super) fn is_taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Refuses a place that holds anything but nothing, an empty directory, or an earlier bundle and nothing else: what
/// somebody put there is never removed.
///
/// # Errors
/// With what stands there.
pub(super) fn replaceable(path: &Path) -> anyhow::Result<()> {
    if !is_taken(path) {
        return Ok(());
    }
    let place = path.display();
    ensure!(path.is_dir(), "{place} is a file; name a directory, or FILE.tar.gz");
    let mut held = Vec::new();
    for entry in fs::read_dir(path).with_context(|| format!("{place} cannot be read"))? {
        held.push(entry.with_context(|| format!("{place} cannot be read"))?.file_name());
    }
    if held.is_empty() {
        return Ok(());
    }
    let Some(known) = earlier(path) else {
        bail!("{place} is not empty and no earlier bundle; name another directory");
    };
    for name in held {
        ensure!(
            known.contains(&name),
            "{place} holds an earlier bundle and {}, which would be lost; name another directory",
            Path::new(&name).display()
        );
    }
    Ok(())
}

/// The names of the files of the bundle that stands there, if one does.
fn earlier(path: &Path) -> Option<Vec<OsString>> {
    named_in(&fs::read(path.join(MANIFEST)).ok()?)
}

/// The names of the files of the bundle that a manifest is of, its own among them.
pub(super) fn named_in(manifest: &[u8]) -> Option<Vec<OsString>> {
    let manifest: serde_json::Value = serde_json::from_slice(manifest).ok()?;
    if manifest.get("schema")?.as_str()? != MANIFEST_SCHEMA {
        return None;
    }
    let files = manifest.get("files")?.as_array()?.iter();
    let names = files.filter_map(|file| Some(OsString::from(file.get("name")?.as_str()?)));
    Some(names.chain([OsString::from(MANIFEST)]).collect())
}

/// Writes the files into a directory of this name, or leaves what was there.
///
/// # Errors
/// Where the place holds something else, and what the writing says.
pub(super) fn write(path: &Path, items: &[Item]) -> anyhow::Result<()> {
    replaceable(path)?;
    // Where a link stands, what it leads to is meant.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    put(path, items).with_context(|| format!("{} cannot be written", path.display()))
}

fn put(path: &Path, items: &[Item]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = beside.unwrap_or(Path::new("."));
    sweep(beside, name);
    let unfinished = beside.join(unfinished(name));
    disk::create_folder(&unfinished)?;
    let written = fill(&unfinished, items).and_then(|()| swap(&unfinished, path));
    // After the swap this is the earlier bundle, after a fault what was begun; nobody's own files are in either.
    remove(&unfinished);
    written?;
    let _ = File::open(beside).and_then(|folder| disk::sync(&folder));
    Ok(())
}

fn unfinished(name: &OsStr) -> OsString {
    let mut own = prefix(name);
    own.push(std::process::id().to_string());
    own.push(UNFINISHED);
    own
}

fn fill(folder: &Path, items: &[Item]) -> io::Result<()> {
    let held = File::open(folder)?;
    let _ = held.try_lock();
    for item in items {
        let mut file = disk::create(&folder.join(&item.name))?;
        disk::write(&mut file, &item.bytes)?;
        disk::sync(&file)?;
    }
    disk::sync(&held)
}

/// Puts a finished directory in its place. What stands there changes places with it in one step, where the system can.
fn swap(finished: &Path, path: &Path) -> io::Result<()> {
    // A directory may be renamed over an empty one (POSIX rename).
    let refused = match disk::rename(finished, path) {
        Ok(()) => return Ok(()),
        Err(refused) => refused,
    };
    if !matches!(
        refused.kind(),
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists
    ) {
        return Err(refused);
    }
    if disk::exchange(finished, path).is_ok() {
        return Ok(());
    }
    let aside = finished.with_extension("old");
    disk::rename(path, &aside)?;
    if let Err(refused) = disk::rename(finished, path) {
        fs::rename(&aside, path)?;
        return Err(refused);
    }
    remove(&aside);
    Ok(())
}

/// Removes a directory of files, and nothing deeper.
fn remove(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = fs::remove_file(entry.path());
    }
    let _ = fs::remove_dir(folder);
}

/// Removes what a run that was killed left behind: directories of our own naming that nobody holds.
fn sweep(beside: &Path, name: &OsStr) {
    let prefix = prefix(name);
    let stale = |entry: &fs::DirEntry| -> Option<PathBuf> {
        let found = entry.file_name();
        let found = found.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes())?;
        let pid = found.strip_suffix(UNFINISHED.as_bytes())?;
        let is_ours = !pid.is_empty() && pid.iter().all(u8::is_ascii_digit) && entry.file_type().ok()?.is_dir();
        let is_free = is_ours && File::open(entry.path()).is_ok_and(|held| held.try_lock().is_ok());
        is_free.then(|| entry.path())
    };
    let entries = fs::read_dir(beside).into_iter().flatten().flatten();
    for stale in entries.filter_map(|entry| stale(&entry)) {
        remove(&stale);
    }
}

#[cfg(test)]
mod tests {
    use super::{MANIFEST, MANIFEST_SCHEMA, replaceable, write};
    use crate::cli::disk::faults;
    use crate::deliver::bundle::Item;
    use std::fs;
    use std::path::Path;

    fn items(names: &[&str]) -> Vec<Item> {
        let files: Vec<String> = names.iter().map(|name| format!("{{\"name\":\"{name}\"}}")).collect();
        let manifest = format!("{{\"schema\":\"{MANIFEST_SCHEMA}\",\"files\":[{}]}}", files.join(","));
        let item = |name: &str, text: &str| Item {
            name: name.to_owned(),
            says: String::new(),
            bytes: text.as_bytes().to_vec(),
        };
        let mut items: Vec<Item> = names.iter().map(|name| item(name, name)).collect();
        items.push(item(MANIFEST, &manifest));
        items
    }

    fn names(path: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_bundle_replaces_an_earlier_one_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("case");
        fs::create_dir(folder.path().join(".case.99.faultscope-tmp")).unwrap();
        for held in [&["a", "old"][..], &["a", "new"]] {
            write(&place, &items(held)).unwrap();
            assert_eq!(names(&place), ["a", MANIFEST, held[1]]);
        }
        assert_eq!(names(folder.path()), ["case"]);
    }

    #[test]
    fn whatever_fails_the_old_bundle_or_the_new_one_stands_whole() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("case");
        let (old, new) = (["a", "b", "old"], ["a", "new"]);
        for is_there in [true, false] {
            let task = || {
                let _ = fs::remove_dir_all(&place);
                if is_there {
                    faults::unhurt(|| write(&place, &items(&old))).unwrap();
                }
                write(&place, &items(&new))
            };
            faults::each(task, |step, written| {
                let expected: &[&str] = match (&written, is_there) {
                    (Ok(()), _) => &["a", MANIFEST, "new"],
                    (Err(_), true) => &["a", "b", MANIFEST, "old"],
                    (Err(_), false) => &[],
                };
                let found = if place.exists() { names(&place) } else { Vec::new() };
                assert_eq!(found, expected, "step {step}: {written:?}");
                let beside = fs::read_dir(folder.path()).unwrap().count();
                assert_eq!(beside, usize::from(place.exists()), "step {step}");
            });
        }
    }

    #[test]
    fn an_empty_directory_and_a_link_to_one_are_filled() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("empty")).unwrap();
        std::os::unix::fs::symlink("empty", folder.path().join("link")).unwrap();
        write(&folder.path().join("link"), &items(&["a"])).unwrap();
        assert_eq!(names(&folder.path().join("empty")), ["a", MANIFEST]);
        assert!(folder.path().join("link").is_symlink());
    }

    #[test]
    fn what_somebody_put_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("case");
        write(&place, &items(&["a"])).unwrap();
        fs::write(place.join("notes.txt"), "mine").unwrap();
        assert!(write(&place, &items(&["a"])).is_err());
        assert_eq!(fs::read(place.join("notes.txt")).unwrap(), b"mine");
        fs::write(folder.path().join("file"), "mine").unwrap();
        assert!(replaceable(&folder.path().join("file")).is_err());
        assert!(replaceable(folder.path()).is_err());
    }

    #[test]
    fn a_place_in_no_directory_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("none/case"), &items(&["a"])).is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
