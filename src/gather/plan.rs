//! What act one is asked to read, and how.

use super::formats::{self, Format};
use super::open::Limit;
use crate::model::{Time, id_hash};
use crate::text::timestamp::Zone;
use chrono::NaiveDate;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::{Path, PathBuf};

/// Bytes of a plain file that one worker reads before it takes others. What a piece costs beside its lines (the context before
/// it, a rollup that is merged, kinds of lines that are numbered anew) is then a fiftieth of it; the second look reads whole
/// pieces too, and 4 MiB of them would be too coarse for it. A multiple of the page size, because misaligned copies cost
/// twice the kernel's time.
pub const PIECE: u64 = 1024 * 1024;

/// Everything that act one has to know.
pub struct Plan {
    /// Files, directories, and `-` for standard input.
    pub inputs: Vec<PathBuf>,
    /// Whether symbolic links below the inputs are followed.
    pub follow: bool,
    /// The zones of stamps without one, where only some sources are meant; the last that matches counts.
    pub zones: Vec<(Pattern, Zone)>,
    /// The zone of all others.
    pub default_zone: Zone,
    /// Whether the user named the default zone.
    pub zone_given: bool,
    /// Records before this instant are not counted.
    pub since: Option<Time>,
    /// Records at or after this instant are not counted.
    pub until: Option<Time>,
    /// The formats that are forced upon some sources, or on all; the last that matches counts.
    pub formats: Vec<(Option<Pattern>, &'static dyn Format)>,
    /// The formats that are known.
    pub known: &'static [&'static dyn Format],
    /// What is believed of a packed file.
    pub limit: Limit,
    /// Threads.
    pub threads: usize,
    /// Bytes of a file that one worker reads, see [`PIECE`].
    pub piece: u64,
    /// What dates stamps without a year on standard input: `journalctl | faultscope -` is of now. A file is of its own date.
    pub today: Option<NaiveDate>,
    /// Only a share of the logs is read, and put together with the others later.
    pub share: Option<Share>,
}

/// One of several equal shares of the logs. What only the whole can tell is left to whoever puts them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Which one, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

impl Share {
    /// All of the logs, to be put together with those of other places.
    pub const ALL: Self = Self { number: 1, of: 1 };

    /// Whether a log is in this share.
    pub(super) fn takes(self, name: &str) -> bool {
        id_hash(name) % u64::from(self.of.max(1)) + 1 == u64::from(self.number)
    }
}

impl Plan {
    /// Reads `inputs` with one thread and all that is built in.
    #[must_use]
    pub fn of(inputs: Vec<PathBuf>) -> Self {
        Self {
            inputs,
            follow: false,
            zones: Vec::new(),
            default_zone: Zone::Utc,
            zone_given: false,
            since: None,
            until: None,
            formats: Vec::new(),
            known: formats::ALL,
            limit: Limit::default(),
            threads: 1,
            piece: PIECE,
            today: None,
            share: None,
        }
    }
}

/// A path or glob of the command line, and everything below it.
#[derive(Clone, Debug)]
pub struct Pattern {
    set: GlobSet,
    written: String,
}

impl Pattern {
    /// Reads a glob.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(glob: &str) -> Result<Self, globset::Error> {
        let written = glob.to_owned();
        let glob = glob.strip_prefix("./").unwrap_or(glob).trim_end_matches('/');
        let mut set = GlobSetBuilder::new();
        for glob in [glob.to_owned(), format!("{glob}/**")] {
            set.add(GlobBuilder::new(&glob).build()?);
        }
        Ok(Self {
            set: set.build()?,
            written,
        })
    }

    /// Whether it means a source: by its path below the argument, its display name, or in full.
    #[must_use]
    pub fn means(&self, below: &Path, name: &str, full: &Path) -> bool {
        self.set.is_match(below) || self.is_name(name) || self.set.is_match(full)
    }

    /// Whether it means a source of this display name.
    #[must_use]
    pub fn is_name(&self, name: &str) -> bool {
        self.set.is_match(name)
    }

    /// As it was written.
    #[must_use]
    pub fn written(&self) -> &str {
        &self.written
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use std::path::Path;

    fn means(glob: &str) -> bool {
        let full = Path::new("/var/log/proxy/edge.log");
        Pattern::new(glob)
            .unwrap()
            .means(Path::new("proxy/edge.log"), "b/proxy/edge.log", full)
    }

    #[test]
    fn a_pattern_is_a_glob_a_path_or_a_directory_below_the_argument_or_in_full() {
        for glob in [
            "proxy/**",
            "proxy",
            "./proxy/",
            "*.log",
            "proxy/edge.log",
            "b/**",
            "/var/log/**",
            "/var/log",
        ] {
            assert!(means(glob), "{glob}");
        }
        for glob in ["edge", "app/**", "/var/lib"] {
            assert!(!means(glob), "{glob}");
        }
    }
}
