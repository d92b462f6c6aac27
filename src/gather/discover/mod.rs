//! Which files there are, in which fixed order, each log once.

mod container;
mod family;
mod members;
mod twins;
mod walk;

#[cfg(test)]
mod tests;

pub(in crate::gather) use family::family;
pub use members::{Opened, members};
pub use twins::{LeftOut, once};
pub use walk::found;

use super::chunk::Resume;
use super::open::archive::{Archive, Member};
use super::open::{FileId, Limit, Refused, Stream};
use crate::model::{Name, Seldom, Skipped, Time};
use chrono::{NaiveDate, NaiveTime};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The input that stands for standard input.
pub const STDIN: &str = "-";

/// A log that was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path below the argument it was found under: what reports call it, and what machines agree on. Unique, and changed
    /// by [`Source::rename`] only.
    pub name: Name,
    /// The argument it was found under.
    pub root: Arc<PathBuf>,
    /// Where it lies, where that is not below the argument by its name.
    pub elsewhere: Option<Box<Elsewhere>>,
    /// Which file it is; `None` for standard input.
    pub id: Option<FileId>,
    /// Bytes on the disk when it was found.
    pub size: u64,
    /// Which part of it is read, where that is not all.
    pub resume: Option<Box<Resume>>,
    /// What is believed of it, if it is packed.
    pub limit: Limit,
    /// When it was last written, which dates stamps that carry no year.
    pub written: Option<NaiveDate>,
    /// The host that wrote it, by its directory.
    pub host: Option<Name>,
    /// What a reader should know of it.
    pub notes: Seldom<BTreeSet<String>>,
    /// Where it lies, if that is in an archive; its path is then where it would lie if it were unpacked beside it.
    pub within: Option<Box<Within>>,
}

/// Where a log lies that is called by another name.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// Its path below the argument.
    pub below: PathBuf,
    /// Where it lies, where that is not there; empty for standard input.
    pub path: Option<PathBuf>,
}

/// A log in an archive.
#[derive(Clone, Debug)]
pub struct Within {
    /// The archive.
    pub archive: Arc<Archive>,
    /// The log.
    pub member: Member,
    /// The archive as a source, which patterns may name.
    pub outer: Arc<Source>,
}

impl Within {
    /// The log's bytes.
    ///
    /// # Errors
    /// Why they cannot be read.
    pub fn stream(&self) -> Result<Stream, Refused> {
        self.archive.read(&self.member)
    }
}

impl Source {
    /// Whether it is standard input.
    #[must_use]
    pub fn is_stdin(&self) -> bool {
        self.id.is_none()
    }

    /// Gives it another name than its path below the argument.
    pub fn rename(&mut self, name: Name) {
        let below = self.below().to_path_buf();
        let path = self.elsewhere.take().and_then(|elsewhere| elsewhere.path);
        self.elsewhere = Some(Box::new(Elsewhere { below, path }));
        self.name = name;
    }

    /// Its path below the argument, for patterns.
    #[must_use]
    pub fn below(&self) -> &Path {
        let elsewhere = self.elsewhere.as_deref();
        elsewhere.map_or(Path::new(&*self.name), |elsewhere| &elsewhere.below)
    }

    /// Where it lies; empty for standard input.
    #[must_use]
    pub fn path(&self) -> Cow<'_, Path> {
        match self.elsewhere.as_deref().and_then(|elsewhere| elsewhere.path.as_deref()) {
            Some(path) => Cow::Borrowed(path),
            None => Cow::Owned(self.root.join(self.below())),
        }
    }

    /// What its name is without rotation and packing; logs of one family may be copies of each other.
    #[must_use]
    pub fn family(&self) -> Cow<'_, str> {
        let name = match &self.within {
            Some(within) => within.member.name.file_name(),
            None => self.below().file_name(),
        };
        match name.map(OsStr::to_string_lossy).unwrap_or_default() {
            Cow::Borrowed(name) => Cow::Borrowed(family(name)),
            Cow::Owned(name) => Cow::Owned(family(&name).to_owned()),
        }
    }

    /// Which part of it is read.
    #[must_use]
    pub fn resume(&self) -> Resume {
        self.resume.as_deref().copied().unwrap_or_default()
    }

    /// The end of the day on which it was last written (UTC).
    #[must_use]
    pub fn day_over(&self) -> Option<Time> {
        let next = self.written?.succ_opt()?.and_time(NaiveTime::MIN);
        Some(Time(next.and_utc().timestamp_millis()))
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The logs, by name.
    pub sources: Vec<Source>,
    /// What cannot be read.
    pub skipped: BTreeSet<Skipped>,
    /// Symbolic links in the directories, which are not followed.
    pub links: u64,
    /// Symbolic links that were followed, and lead in a circle or to nothing.
    pub useless: Vec<Name>,
}

/// Why there is nothing to read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DiscoverError {
    /// An argument names nothing.
    #[error("{0}: there is no such file or directory; {hint}", hint = if .0.contains('*') { "write the * outside the quotes, for the shell to fill in" } else { "check the path" })]
    Missing(String),
    /// The arguments hold no file.
    #[error("{inputs}: there is no file in it{links}; name a log file or a directory that holds some")]
    Nothing {
        /// The arguments.
        inputs: String,
        /// What is said of links.
        links: String,
    },
}
