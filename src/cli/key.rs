//! The key of the pseudonyms: the same value gets the same pseudonym in all reports of one user, and nobody else can
//! work back from a pseudonym to the value (trust, section 2.3).

use super::say::say;
use super::world;
use crate::model::Rollup;
use anyhow::Context as _;
use sha2::{Digest, Sha256};
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Bytes of a key: those of the hash that it keys.
const BYTES: usize = 32;

/// The key of `--key-file`; else the user's own, made on first use; else the one that is [`derived`] from the input,
/// which is said.
///
/// # Errors
/// Where `--key-file` cannot be read or holds too little.
pub(super) fn key(file: Option<&Path>, derived: &[u8]) -> anyhow::Result<Vec<u8>> {
    key_in(file, world::xdg("XDG_STATE_HOME", ".local/state", "key"), derived)
}

/// As [`key()`], with the place of the user's own key named.
///
/// # Errors
/// Where `--key-file` cannot be read or holds too little.
pub(super) fn key_in(file: Option<&Path>, place: Option<PathBuf>, derived: &[u8]) -> anyhow::Result<Vec<u8>> {
    if let Some(file) = file {
        let named = || format!("--key-file {}", file.display());
        let key = fs::read(file).with_context(named)?;
        anyhow::ensure!(key.len() >= BYTES, "{}: a key has at least {BYTES} bytes", named());
        return Ok(key);
    }
    let kept = place.map_or_else(|| Err(io::Error::other("there is no home directory")), |place| kept(&place));
    Ok(kept.unwrap_or_else(|error| {
        let reason = crate::gather::open::words(&error);
        say(&format!(
            "the key of the pseudonyms cannot be kept ({reason}): they are derived from the names and sizes of the logs"
        ));
        derived.to_vec()
    }))
}

fn kept(place: &Path) -> io::Result<Vec<u8>> {
    match fs::read(place) {
        Ok(key) if key.len() >= BYTES => Ok(key),
        Ok(_) => Err(io::Error::other("it is cut short; remove it and a new one is made")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => made(place),
        Err(error) => Err(error),
    }
}

/// Makes a key. It is written under another name and linked to its own: of two first runs at once, one makes the key
/// and the other takes it.
fn made(place: &Path) -> io::Result<Vec<u8>> {
    let folder = place.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut key = vec![0; BYTES];
    getrandom::fill(&mut key)?;
    let unfinished = folder.join(format!("key.{}.tmp", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&unfinished)?;
    let written = file
        .write_all(&key)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&unfinished, place));
    let _ = fs::remove_file(&unfinished);
    match written {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::read(place),
        Err(error) => Err(error),
    }
}

/// A key that the same input always gives.
pub(super) fn derived(rollup: &Rollup) -> Vec<u8> {
    let mut hash = Sha256::new();
    for (name, source) in &rollup.sources {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(source.bytes.to_le_bytes());
    }
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::{kept, made};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("state/faultscope/key");
        let first = kept(&place).unwrap();
        assert_eq!((kept(&place).unwrap(), made(&place).unwrap()), (first.clone(), first));
        assert_eq!(std::fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(place.parent().unwrap()).unwrap().count(), 1);
    }
}
