//! The logs in an archive as sources, as if it were unpacked where it lies.

use super::family::family;
use super::{Source, Within};
use crate::gather::open::Refused;
use crate::gather::open::archive::{Archive, Kind, Listing, Member};
use crate::model::{Name, Skipped};
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

/// Lists an archive. `taken` holds the names that sources have already, and is added to.
#[must_use]
pub fn members(outer: Source, kind: Kind, taken: &mut BTreeSet<Name>) -> Opened {
    let archive = Arc::new(Archive::new(&outer.path, outer.id, kind));
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
        opened.sources.push(source(&outer, &archive, member, root.as_deref(), taken));
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

fn source(
    outer: &Arc<Source>,
    archive: &Arc<Archive>,
    member: Member,
    root: Option<&Path>,
    taken: &mut BTreeSet<Name>,
) -> Source {
    let inner = root
        .and_then(|root| member.name.strip_prefix(root).ok())
        .unwrap_or(&member.name);
    let beside = |path: &Path, name: &Path| path.parent().map_or_else(|| name.to_path_buf(), |folder| folder.join(name));
    let host = outer.host.clone().or_else(|| {
        let mut parts = inner.components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(first)), Some(_)) => Some(Name::from(first.to_string_lossy())),
            _ => None,
        }
    });
    let file_name = member.name.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    Source {
        name: unique(&shown(outer, &member.name), taken),
        below: beside(&outer.below, inner),
        path: beside(&outer.path, &member.name),
        id: outer.id,
        size: member.size,
        written: member.written.or(outer.written),
        host,
        family: family(&file_name).to_owned(),
        notes: BTreeSet::new(),
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
