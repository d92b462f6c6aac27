//! `--bundle`: everything a support desk needs as one directory or one archive, written whole or not at all.

mod archived;
mod folder;
mod words;

use super::{account, output, outputs, world};
use crate::deliver::bundle::{self, Bundle};
use crate::deliver::{Context, thousands};
use crate::redact::{Policy, Sealed};
use anyhow::Context as _;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that mean an archive; any other is a directory.
const ARCHIVES: [&str; 2] = [".tar.gz", ".tgz"];

/// Where a bundle goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Into a directory of its own.
    Folder(PathBuf),
    /// Into a `.tar.gz`.
    Archive(PathBuf),
}

impl Place {
    /// What a path means.
    pub(super) fn of(path: &Path) -> Self {
        let name = path.to_string_lossy();
        if ARCHIVES.iter().any(|ending| name.ends_with(ending)) {
            Self::Archive(path.to_owned())
        } else {
            Self::Folder(path.to_owned())
        }
    }

    /// Where that is.
    fn path(&self) -> &Path {
        match self {
            Self::Folder(path) | Self::Archive(path) => path,
        }
    }

    /// The file that is written, where it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::Folder(_) => None,
            Self::Archive(path) => Some(path),
        }
    }

    /// Refuses a place before anything is read, where it can be seen that nothing could be written there.
    ///
    /// # Errors
    /// With what stands there.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        outputs::lies_somewhere(self.path())?;
        match self {
            Self::Folder(path) => folder::replaceable(path),
            Self::Archive(path) => archived::replaceable(path),
        }
    }
}

/// Makes the bundle and writes it, or lists what would go into it.
pub(super) fn deliver(place: &Place, sealed: &Sealed, policy: &Policy, context: &Context<'_>, dry: bool) -> anyhow::Result<()> {
    let bundle = bundle::bundle(sealed, context, &words::told_words(&world::arguments(), policy)).context("the bundle")?;
    for (file, removed) in &bundle.removed {
        account::removed(file, removed);
    }
    if dry {
        return output::to_stdout(listing(place, &bundle).as_bytes()).context("standard output cannot be written");
    }
    match place {
        Place::Folder(path) => folder::write(path, &bundle.items),
        Place::Archive(path) => {
            let bytes = bundle::archive(&bundle, context.generated_at)?;
            // It may have come there while the logs were read.
            archived::replaceable(path)?;
            output::to_file(path, &bytes).with_context(|| format!("{} cannot be written", path.display()))
        }
    }
}

/// What would go in, for whoever decides whether it may leave the house.
fn listing(place: &Place, bundle: &Bundle) -> String {
    let (path, state) = match place {
        Place::Folder(path) => (path, if folder::is_taken(path) { "replaced" } else { "made" }),
        Place::Archive(path) => (path, if fs::metadata(path).is_ok() { "replaced" } else { "made" }),
    };
    let mut text = format!("{} would be {state}, with\n", path.display());
    let width = bundle.items.iter().map(|item| item.name.len()).max().unwrap_or(0);
    for item in &bundle.items {
        let bytes = thousands(item.bytes.len() as u64);
        let _ = writeln!(text, "  {:<width$}  {bytes:>11} bytes  {}", item.name, item.says);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Place;
    use std::path::Path;

    #[test]
    fn the_name_says_whether_it_is_an_archive() {
        for name in ["case.tar.gz", "a/b.tgz"] {
            assert_eq!(Place::of(Path::new(name)), Place::Archive(name.into()));
        }
        for name in ["case", "case.tar", "case.gz/"] {
            assert_eq!(Place::of(Path::new(name)), Place::Folder(name.into()));
        }
    }
}
