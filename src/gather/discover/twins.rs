//! Each log once: a rotated or packed copy that lies beside its log is recognised by its content.
//!
//! Rotation leaves `x.log.1` beside `x.log.1.gz` while it packs, and `x.log.1` beside a longer `x.log` when it copies
//! and truncates. The names only say who might be a copy of whom; then the unpacked bytes are compared, to the end of
//! the shorter one.

use super::Source;
use crate::gather::open::{self, Stream};
use crate::workers::Workers;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The first bytes by which most pairs are told apart. Two logs of one family that share these share a copy's stamps.
const HEAD: usize = 512;

/// How many of its family a log is compared with: a directory of a million alike names must not cost their square.
const COMPARED: usize = 32;

/// Bytes compared at a time.
const BLOCK: usize = 64 * 1024;

/// A copy and the log that counts in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The source that is left out.
    pub copy: crate::model::Name,
    /// The source that counts.
    pub kept: crate::model::Name,
}

/// Leaves out the copies, and notes them with the log that counts.
#[must_use]
pub fn once(mut sources: Vec<Source>, workers: &Workers) -> (Vec<Source>, Vec<LeftOut>) {
    let mut left_out = BTreeMap::new();
    for alike in alike(&sources, workers) {
        for (copy, kept) in copies(&sources, &alike) {
            left_out.insert(copy, kept);
        }
    }
    let mut copies = Vec::new();
    for (&copy, &kept) in &left_out {
        let names = sources
            .get(copy)
            .zip(sources.get(kept))
            .map(|(copy, kept)| (copy.name.clone(), kept.name.clone()));
        copies.extend(names.map(|(copy, kept)| LeftOut { copy, kept }));
        if let Some(kept) = sources.get_mut(kept) {
            kept.notes
                .insert("a rotated or packed copy of it was found: counted once".to_owned());
        }
    }
    let mut at = 0..sources.len();
    sources.retain(|_| at.next().is_none_or(|at| !left_out.contains_key(&at)));
    (sources, copies)
}

/// A directory and a name in it.
type Family<'a> = (Option<PathBuf>, Cow<'a, str>);

fn family(source: &Source) -> Family<'_> {
    (source.path().parent().map(Path::to_path_buf), source.family())
}

/// Logs of one family in one directory that begin alike.
fn alike(sources: &[Source], workers: &Workers) -> Vec<Vec<usize>> {
    let mut families: BTreeMap<Family<'_>, Vec<usize>> = BTreeMap::new();
    for (at, source) in sources.iter().enumerate() {
        if source.size > 0 && !source.is_stdin() {
            families.entry(family(source)).or_default().push(at);
        }
    }
    let related: Vec<usize> = families
        .values()
        .filter(|members| members.len() > 1)
        .flatten()
        .copied()
        .collect();
    let heads = workers.fold(&related, |heads: &mut Vec<(usize, Vec<u8>)>, at| {
        heads.extend(sources.get(*at).and_then(head).map(|head| (*at, head)));
    });
    let heads: BTreeMap<usize, Vec<u8>> = heads.into_iter().flatten().collect();
    let mut groups: BTreeMap<(Family<'_>, &[u8]), Vec<usize>> = BTreeMap::new();
    for (at, head) in &heads {
        if let Some(source) = sources.get(*at) {
            groups.entry((family(source), head.as_slice())).or_default().push(*at);
        }
    }
    groups.into_values().filter(|members| members.len() > 1).collect()
}

fn stream(source: &Source) -> Option<(Stream, bool)> {
    let raw: Stream = match &source.within {
        Some(within) => within.stream().ok()?,
        None => Box::new(open::open(&source.path(), source.id).ok()?),
    };
    let opened = open::begin(raw, source.limit).ok()?;
    let packed = opened.packing.is_some() || source.within.is_some();
    Some((opened.into_stream(), packed))
}

fn head(source: &Source) -> Option<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    stream(source)?.0.take(HEAD as u64).read_to_end(&mut head).ok()?;
    (!head.is_empty()).then_some(head)
}

/// Which of these are copies of which.
fn copies(sources: &[Source], alike: &[usize]) -> Vec<(usize, usize)> {
    let mut kept: Vec<usize> = Vec::new();
    let mut copies: Vec<(usize, usize)> = Vec::new();
    for &new in alike {
        let old = kept
            .iter_mut()
            .rev()
            .take(COMPARED)
            .find_map(|old| match compare(sources.get(*old)?, sources.get(new)?)? {
                Longer::First => Some((new, *old)),
                Longer::Second => {
                    let copy = std::mem::replace(old, new);
                    Some((copy, new))
                }
            });
        match old {
            Some((copy, stays)) => {
                for earlier in copies.iter_mut().filter(|earlier| earlier.1 == copy) {
                    earlier.1 = stays;
                }
                copies.push((copy, stays));
            }
            None => kept.push(new),
        }
    }
    copies
}

enum Longer {
    First,
    Second,
}

/// Which of two logs holds all of the other, or `None`. Of two that are the same, the one that is not packed.
fn compare(first: &Source, second: &Source) -> Option<Longer> {
    let ((mut one, one_packed), (mut two, two_packed)) = (stream(first)?, stream(second)?);
    let (mut a, mut b) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let (left, right) = (fill(&mut one, &mut a), fill(&mut two, &mut b));
        let shorter = left.min(right);
        if a.get(..shorter) != b.get(..shorter) {
            return None;
        }
        if left == right && left == BLOCK {
            continue;
        }
        return Some(match left.cmp(&right) {
            std::cmp::Ordering::Greater => Longer::First,
            std::cmp::Ordering::Less => Longer::Second,
            std::cmp::Ordering::Equal if one_packed && !two_packed => Longer::Second,
            std::cmp::Ordering::Equal => Longer::First,
        });
    }
}

/// Fills a block as far as the data reach: a copy that is still being packed ends in the middle, and is one all the
/// same.
fn fill(stream: &mut Stream, block: &mut [u8]) -> usize {
    let mut filled = 0;
    while let Some(space) = block.get_mut(filled..).filter(|space| !space.is_empty()) {
        match stream.read(space) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    filled
}
