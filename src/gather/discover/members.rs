//! The logs in an archive as sources, as if it were unpacked where it lies.
//!
//! Whose logs they are is told by directories, as outside of archives; where several archives lie side by side, each
//! is taken for one host's, unless its directories tell.

use super::family::family;
use super::{Elsewhere, Source, Within};
use crate::gather::open::Refused;
use crate::gather::open::archive::{Archive, Kind, Listing, Member};
use crate::model::{Name, Seldom, Skipped};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// What is known of an archive when it has been listed.
#[derive(Debug, Default)]
pub struct Opened {
    /// Its logs, in its order.
    pub sources: Vec<Source>,
    /// What of it cannot be read.
    pub skipped: BTreeSet<Skipped>,
    /// Links in it, which are not followed.
    pub links: u64,
}

/// Directories at the root of every machine (Filesystem Hierarchy Standard 3.0), below which none names a host.
const OF_EVERY_MACHINE: [&str; 5] = ["var", "opt", "srv", "home", "root"];

/// Endings of archives, the outer ones first.
const ENDINGS: [&str; 12] = [
    ".gz", ".zst", ".bz2", ".xz", ".lz4", ".tgz", ".tzst", ".tbz2", ".tbz", ".txz", ".tar", ".zip",
];

/// Lists an archive. `among` says that others lie beside it; `taken` holds the names that sources have already, and is
/// added to.
#[must_use]
pub fn members(outer: Source, kind: Kind, among: bool, taken: &mut BTreeSet<Name>) -> Opened {
    let archive = Arc::new(Archive::new(&outer.path(), outer.id, kind, outer.limit));
    let mut opened = Opened::default();
    let mut skip = |path: Name, reason: String| opened.skipped.insert(Skipped { path, reason });
    let Listing {
        members,
        left_out,
        links,
        broken,
    } = match archive.list() {
        Ok(listing) => listing,
        Err(Refused(reason)) => {
            skip(outer.name, reason);
            return opened;
        }
    };
    if members.is_empty() && left_out.is_empty() && broken.is_none() {
        skip(Name::clone(&outer.name), "the archive holds no file".to_owned());
    }
    if let Some(reason) = broken {
        skip(Name::clone(&outer.name), reason);
    }
    for (name, reason) in left_out {
        skip(shown(&outer, &name), reason);
    }
    opened.links = links;
    let root = root(&members);
    let outer = Arc::new(outer);
    for member in members {
        let inner = root.as_deref().and_then(|root| member.name.strip_prefix(root).ok());
        let inner = inner.unwrap_or(&member.name).to_path_buf();
        let host = host(&outer, among, &member.name, &inner);
        let name = unique(&shown(&outer, &member.name), taken);
        opened.sources.push(source(&outer, &archive, member, name, &inner, host));
    }
    opened
}

fn shown(outer: &Source, member: &Path) -> Name {
    Name::from(format!("{}!{}", outer.name, member.display()))
}

/// The directory in which all members lie: what would be the argument if it were unpacked.
fn root(members: &[Member]) -> Option<PathBuf> {
    let first = |member: &Member| {
        let mut parts = member.name.components();
        let first = parts.next()?;
        parts.next().map(|_| PathBuf::from(first.as_os_str()))
    };
    let root = first(members.first()?)?;
    let all = members.iter().all(|member| first(member).as_ref() == Some(&root));
    all.then_some(root)
}

/// The host that wrote a member, as far as directories and the archive's name tell. `inner` is the member's path below
/// the directory that all members share.
fn host(outer: &Source, among: bool, member: &Path, inner: &Path) -> Option<Name> {
    if outer.host.is_some() {
        return outer.host.clone();
    }
    let is_of_a_machine = OF_EVERY_MACHINE.iter().any(|root| member.starts_with(root));
    let mut parts = inner.components();
    if let (Some(Component::Normal(first)), Some(_), false) = (parts.next(), parts.next(), among && is_of_a_machine) {
        return first.to_str().map(Name::from);
    }
    let stem = stem(outer.below().file_name()?.to_str()?);
    // `app.log.1.zip` is a rotated log, and `2026-03-01.zip` a day.
    let is_rotation = family(stem) == family(member.file_name()?.to_str()?);
    let is_host = among && !is_rotation && stem.contains(|letter: char| letter.is_ascii_alphabetic());
    is_host.then(|| Name::from(stem))
}

/// An archive's name without what makes it one.
fn stem(mut name: &str) -> &str {
    for ending in ENDINGS {
        name = name.strip_suffix(ending).filter(|stem| !stem.is_empty()).unwrap_or(name);
    }
    name
}

fn source(outer: &Arc<Source>, archive: &Arc<Archive>, member: Member, name: Name, inner: &Path, host: Option<Name>) -> Source {
    let beside = |path: &Path, name: &Path| path.parent().map_or_else(|| name.to_path_buf(), |folder| folder.join(name));
    Source {
        name,
        root: Arc::clone(&outer.root),
        elsewhere: Some(Box::new(Elsewhere {
            below: beside(outer.below(), inner),
            path: Some(beside(&outer.path(), &member.name)),
        })),
        id: outer.id,
        size: member.size,
        resume: None,
        limit: outer.limit,
        written: member.written.or(outer.written),
        host,
        notes: Seldom::default(),
        within: Some(Box::new(Within {
            archive: Arc::clone(archive),
            member,
            outer: Arc::clone(outer),
        })),
    }
}

/// An archive may hold several files of one name, and a file may be named as a member is shown.
fn unique(name: &Name, taken: &mut BTreeSet<Name>) -> Name {
    let mut unique = Name::clone(name);
    let mut number = 1_u32;
    while !taken.insert(Name::clone(&unique)) {
        number = number.saturating_add(1);
        unique = Name::from(format!("{name} ({number})"));
    }
    unique
}
