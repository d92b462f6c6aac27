//! Lists the files below the arguments, and looks at no file's content.

use super::container::container;
use super::{DiscoverError, Elsewhere, Found, STDIN, Source};
use crate::gather::open::{Limit, words};
use crate::model::{Name, Seldom, Shared, Skipped};
use chrono::DateTime;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, FileType, Metadata};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Directories that are open at a time.
const OPEN_DIRECTORIES: usize = 4;

/// Lists what the arguments hold, each file once, in the order of the names. An argument may be a symbolic link; those
/// in a directory are not followed unless that is asked for, as they lead in circles and out of what was named.
///
/// # Errors
/// Where an argument names nothing, or all of them together hold no file.
pub fn found(inputs: &[PathBuf], follow: bool) -> Result<Found, DiscoverError> {
    let mut found = Found::default();
    let mut listed = Vec::new();
    let directories = inputs.iter().filter(|input| input.is_dir()).count();
    for input in inputs {
        if input.as_os_str() == STDIN {
            listed.push(stdin());
            continue;
        }
        let metadata = fs::metadata(input);
        match metadata {
            Ok(metadata) if metadata.is_dir() => {
                let argument = Argument {
                    path: input,
                    is_one_of_several: directories > 1,
                    follow,
                };
                walk(&argument, &mut listed, &mut found);
            }
            Ok(metadata) => file(input, &metadata, &mut listed, &mut found),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(DiscoverError::Missing(input.display().to_string()));
            }
            Err(error) => skip(&mut found, input, words(&error)),
        }
    }
    listed.sort_by(|a, b| {
        let by_name = a.name.as_bytes().cmp(b.name.as_bytes());
        by_name.then_with(|| a.path().as_os_str().cmp(b.path().as_os_str()))
    });
    found.sources = named_once(each_file_once(listed));
    if found.sources.is_empty() && found.skipped.is_empty() {
        let inputs: Vec<_> = inputs.iter().map(|input| input.display().to_string()).collect();
        let links = match (found.links, found.useless.is_empty()) {
            (1.., _) => " (symbolic links are followed with --follow only)",
            (0, false) => " (its symbolic links lead in circles or to nothing)",
            (0, true) => "",
        };
        return Err(DiscoverError::Nothing {
            inputs: inputs.join(", "),
            links: links.to_owned(),
        });
    }
    Ok(found)
}

fn stdin() -> Source {
    Source {
        name: Name::from("stdin"),
        root: Arc::default(),
        elsewhere: Some(Box::new(Elsewhere {
            below: PathBuf::from(STDIN),
            path: Some(PathBuf::new()),
        })),
        id: None,
        size: 0,
        resume: None,
        limit: Limit::default(),
        written: None,
        host: None,
        notes: Seldom::default(),
        within: None,
    }
}

fn skip(found: &mut Found, path: &Path, reason: String) {
    found.skipped.insert(Skipped {
        path: Name::from(path.to_string_lossy()),
        reason,
    });
}

/// An argument that is no directory.
fn file(input: &Path, metadata: &Metadata, listed: &mut Vec<Source>, found: &mut Found) {
    let below = PathBuf::from(input.file_name().unwrap_or(input.as_os_str()));
    if let Some(reason) = not_a_file(metadata.file_type()) {
        skip(found, &below, reason.to_owned());
        return;
    }
    // The file itself is opened later on, without following links any more.
    match fs::canonicalize(input) {
        Ok(path) => {
            let root = Arc::new(input.parent().map(Path::to_path_buf).unwrap_or_default());
            listed.push(source(&root, Some(path), &below, metadata, None));
        }
        Err(error) => skip(found, &below, words(&error)),
    }
}

/// A directory that was named.
struct Argument<'a> {
    path: &'a Path,
    is_one_of_several: bool,
    /// Links in it are followed.
    follow: bool,
}

fn walk(
    &Argument {
        path: argument,
        is_one_of_several,
        follow,
    }: &Argument<'_>,
    listed: &mut Vec<Source>,
    found: &mut Found,
) {
    // Of several directories (`logs/*`), each stands for a host as those below a single one do.
    let itself = argument
        .file_name()
        .filter(|_| is_one_of_several)
        .map(|name| Name::from(name.to_string_lossy()));
    let root = Arc::new(argument.to_path_buf());
    let mut hosts = Shared::<str>::default();
    for entry in WalkDir::new(argument)
        .min_depth(1)
        .max_open(OPEN_DIRECTORIES)
        .follow_links(follow)
    {
        let entry = match entry {
            Ok(entry) => entry,
            // A circle leads to nothing new, and a link whose end is gone to nothing at all.
            Err(error) if follow && is_useless_link(&error) => {
                let path = error.path().map(|path| path.strip_prefix(argument).unwrap_or(path));
                found.useless.extend(path.map(|path| Name::from(path.to_string_lossy())));
                continue;
            }
            Err(error) => {
                let path = error
                    .path()
                    .map_or(argument, |path| path.strip_prefix(argument).unwrap_or(path));
                let reason = error.io_error().map_or_else(|| "it cannot be listed".to_owned(), words);
                skip(found, if path.as_os_str().is_empty() { argument } else { path }, reason);
                continue;
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        if kind.is_symlink() {
            found.links += 1;
            continue;
        }
        let below = entry.path().strip_prefix(argument).unwrap_or(entry.path()).to_path_buf();
        if let Some(reason) = not_a_file(kind) {
            skip(found, &below, reason.to_owned());
            continue;
        }
        match entry.metadata() {
            Ok(metadata) => {
                let host = container(&below).or_else(|| first_directory(&below));
                let host = host.map(|host| hosts.of(&*host)).or_else(|| itself.clone());
                // It is opened later on without following a link any more.
                let followed = entry.path_is_symlink().then(|| fs::canonicalize(entry.path()).ok()).flatten();
                listed.push(source(&root, followed, &below, &metadata, host));
            }
            // It went away since the directory was read.
            Err(error) => skip(
                found,
                &below,
                error.io_error().map_or_else(|| "it went away".to_owned(), words),
            ),
        }
    }
}

fn is_useless_link(error: &walkdir::Error) -> bool {
    let is_link = || error.path().is_some_and(Path::is_symlink);
    error.loop_ancestor().is_some() || is_link() && !error.path().is_some_and(Path::exists)
}

/// FIFOs, sockets and devices are never opened: reading them may wait for ever, or do something.
fn not_a_file(kind: FileType) -> Option<&'static str> {
    if kind.is_file() {
        return None;
    }
    Some(if kind.is_fifo() {
        "a named pipe: not read; use - for standard input"
    } else if kind.is_socket() {
        "a socket: not read"
    } else {
        "a device: not read"
    })
}

fn first_directory(below: &Path) -> Option<String> {
    let mut components = below.components();
    match (components.next(), components.next()) {
        (Some(Component::Normal(first)), Some(_)) => Some(first.to_string_lossy().into_owned()),
        _ => None,
    }
}

/// `path` is where it lies, where that is not below the argument.
fn source(root: &Arc<PathBuf>, path: Option<PathBuf>, below: &Path, metadata: &Metadata, host: Option<Name>) -> Source {
    let is_elsewhere = path.is_some() || below.to_str().is_none();
    let elsewhere = || Elsewhere {
        below: below.to_path_buf(),
        path,
    };
    Source {
        name: Name::from(below.to_string_lossy()),
        root: Arc::clone(root),
        elsewhere: is_elsewhere.then(|| Box::new(elsewhere())),
        id: Some((metadata.dev(), metadata.ino())),
        size: metadata.len(),
        resume: None,
        limit: Limit::default(),
        written: DateTime::from_timestamp(metadata.mtime(), 0).map(|written| written.date_naive()),
        host,
        notes: Seldom::default(),
        within: None,
    }
}

/// Hard links, and arguments that overlap, lead to one file by several names: the first name counts.
fn each_file_once(listed: Vec<Source>) -> Vec<Source> {
    let mut places = BTreeMap::new();
    let mut kept: Vec<Source> = Vec::with_capacity(listed.len());
    for listed in listed {
        match places.entry((listed.id, listed.is_stdin())) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(listed);
            }
            std::collections::btree_map::Entry::Occupied(place) => {
                if let Some(first) = kept.get_mut(*place.get()).filter(|first| first.path() != listed.path()) {
                    first
                        .notes
                        .insert("the same file was found under two names: counted once".to_owned());
                }
            }
        }
    }
    kept
}

/// Two arguments may hold files of one name: then the argument is part of it, and at last a number.
fn named_once(mut sources: Vec<Source>) -> Vec<Source> {
    let mut times: BTreeMap<Name, usize> = BTreeMap::new();
    for source in &sources {
        *times.entry(Name::clone(&source.name)).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    for source in &mut sources {
        if times.get(&source.name).is_some_and(|times| *times > 1) && !source.root.as_os_str().is_empty() {
            let name = Name::from(source.root.join(source.below()).to_string_lossy());
            source.rename(name);
        }
        let plain = Name::clone(&source.name);
        let mut number = 1_u32;
        while !taken.insert(Name::clone(&source.name)) {
            number = number.saturating_add(1);
            source.rename(Name::from(format!("{plain} ({number})")));
        }
    }
    sources.sort_by(|a, b| a.name.as_bytes().cmp(b.name.as_bytes()));
    sources
}
