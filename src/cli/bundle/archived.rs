//! What stands where an archive is to be written: an earlier bundle is replaced, anything else stays.

use super::folder::named_in;
use crate::deliver::bundle::MANIFEST;
use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// What the folder in an archive of ours begins with; the time it was made follows.
const FOLDER: &str = "faultscope-";

/// Bytes of a manifest that are looked at: some names and a command line.
const MANIFEST_BYTES: u64 = 16 << 20;

/// Refuses a place that holds anything but nothing, an empty file, or an earlier bundle and nothing else.
///
/// # Errors
/// With what stands there.
pub(super) fn replaceable(path: &Path) -> anyhow::Result<()> {
    let place = path.display();
    let there = match fs::metadata(path) {
        Ok(there) => there,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("{place} cannot be read")),
    };
    ensure!(
        !there.is_dir(),
        "{place} is a directory; name a file, or a directory without .tar.gz"
    );
    // A pipe or a device is written to, and replaced by nothing.
    if !there.is_file() || there.len() == 0 {
        return Ok(());
    }
    let file = File::open(path).with_context(|| format!("{place} cannot be read"))?;
    ensure!(
        is_bundle(BufReader::new(file)).unwrap_or(false),
        "{place} is no earlier bundle and would be lost; name another file"
    );
    Ok(())
}

/// Whether an archive holds a bundle's one folder, and in it the manifest and only files that it names.
fn is_bundle(packed: impl Read) -> io::Result<bool> {
    let mut folder: Option<PathBuf> = None;
    let (mut held, mut known) = (BTreeSet::new(), None);
    for entry in tar::Archive::new(GzDecoder::new(packed)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let (Some(lies_in), Some(name)) = (path.parent(), path.file_name()) else {
            return Ok(false);
        };
        let is_ours = lies_in.to_str().is_some_and(|lies_in| lies_in.starts_with(FOLDER));
        if !is_ours || folder.get_or_insert_with(|| lies_in.to_owned()) != lies_in {
            return Ok(false);
        }
        if name == MANIFEST {
            let mut manifest = Vec::new();
            entry.by_ref().take(MANIFEST_BYTES).read_to_end(&mut manifest)?;
            known = named_in(&manifest);
        }
        held.insert(name.to_owned());
    }
    Ok(known.is_some_and(|known| held.iter().all(|name| known.contains(name))))
}

#[cfg(test)]
mod tests {
    use super::{is_bundle, replaceable};
    use crate::deliver::bundle::{Bundle, Item, MANIFEST, MANIFEST_SCHEMA, archive};
    use chrono::DateTime;
    use std::fs;

    fn packed(named: &[&str], held: &[&str]) -> Vec<u8> {
        let files: Vec<String> = named.iter().map(|name| format!("{{\"name\":\"{name}\"}}")).collect();
        let manifest = format!("{{\"schema\":\"{MANIFEST_SCHEMA}\",\"files\":[{}]}}", files.join(","));
        let item = |name: &str, text: &str| Item {
            name: name.to_owned(),
            says: String::new(),
            bytes: text.as_bytes().to_vec(),
        };
        let mut items: Vec<Item> = held.iter().map(|name| item(name, name)).collect();
        items.push(item(MANIFEST, &manifest));
        let bundle = Bundle {
            items,
            removed: Vec::new(),
        };
        archive(&bundle, DateTime::UNIX_EPOCH).unwrap()
    }

    #[test]
    fn an_archive_is_a_bundle_by_what_it_holds() {
        assert!(is_bundle(&packed(&["report.md"], &["report.md"])[..]).unwrap());
        let with_more = packed(&["report.md"], &["report.md", "notes.txt"]);
        assert!(!is_bundle(&with_more[..]).unwrap(), "somebody put a file beside it");
        let cut = packed(&["report.md"], &["report.md"]);
        assert!(!is_bundle(&cut[..cut.len() / 2]).unwrap_or(false), "it was cut");
        assert!(!is_bundle(&b"important\n"[..]).unwrap_or(false));
    }

    #[test]
    fn only_an_earlier_bundle_or_nothing_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("case.tar.gz");
        assert!(replaceable(&place).is_ok());
        fs::write(&place, "").unwrap();
        assert!(replaceable(&place).is_ok());
        fs::write(&place, packed(&[], &[])).unwrap();
        assert!(replaceable(&place).is_ok());
        fs::write(&place, "important\n").unwrap();
        assert!(replaceable(&place).is_err() && replaceable(folder.path()).is_err());
    }
}
