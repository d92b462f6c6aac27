//! The first look at a source: what it is, how it will be read, and in which zone its stamps are.

use super::{Found, Way, ZoneBy};
use crate::gather::chunk::{Piece, pieces};
use crate::gather::discover::{Source, Within};
use crate::gather::open::archive::Kind;
use crate::gather::open::{self, Content, Limit, Opened, Refused};
use crate::gather::plan::{Pattern, Plan};
use crate::gather::recognise::{HEAD, LONGEST_HEAD, Order, Recognised, is_enough, recognise};
use crate::text::timestamp::{Slashed, Zone};
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;

/// Bytes of the first look at a plain file; [`HEAD`] and [`LONGEST_HEAD`] where these hold too few lines.
const FIRST_LOOK: usize = 64 * 1024;

/// What is known of a log that can be read.
pub(super) struct Looked {
    pub(super) way: Way,
    pub(super) recognised: Option<Recognised>,
    pub(super) stdin: Option<Opened>,
}

pub(super) fn look_at_stdin(limit: Limit, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let mut opened = open::begin(Box::new(io::stdin()), limit)?;
    if let Some(bundle) = opened.bundle {
        let name = bundle.name();
        return Err(Refused(format!("a {name} archive on standard input: name the file instead")));
    }
    let recognised = chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?;
    Ok(Found::Log(Looked {
        way: Way::Whole(None),
        recognised,
        stdin: Some(opened),
    }))
}

pub(super) fn look_at_member(within: &Within, limit: Limit, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let mut opened = open::begin(within.stream()?, limit)?.single()?;
    let is_empty = within.member.size == 0 && opened.head.is_empty();
    let way = if is_empty { Way::Empty } else { Way::Whole(None) };
    Ok(Found::Log(Looked {
        way,
        recognised: chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?,
        stdin: None,
    }))
}

pub(super) fn look_at_file(source: &Source, plan: &Plan, forced: Option<Recognised>, order: &Order) -> Result<Found, Refused> {
    let file = open::open(&source.path(), source.id)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let (way, recognised) = match open::look(&file)? {
        Content::Empty => (Way::Empty, None),
        Content::Plain { begins } => {
            let sparse = metadata.blocks().saturating_mul(512) < size;
            let mut recognised = chosen(forced, order, |order| recognise_plain(&file, begins, size, order))?;
            look_for_days(&file, size, recognised.as_mut());
            let pieces = pieces(&file, begins, size, plan.piece, sparse);
            let resume = source.resume();
            let in_order = recognised.as_ref().filter(|recognised| recognised.is_in_order());
            let way = match (in_order, is_of_one_stretch(&pieces, size)) {
                (Some(recognised), true) => {
                    // Midnights are counted from the start. A document has no lines to wait for.
                    let from = if recognised.counts_midnights() {
                        begins
                    } else {
                        begins.max(resume.from)
                    };
                    let until = if recognised.is_a_document() {
                        size
                    } else {
                        size.min(resume.until)
                    };
                    Way::Whole(Some((from, until.saturating_sub(from))))
                }
                (Some(recognised), false) if recognised.is_a_document() => {
                    return Err(Refused(
                        "a document with holes: it was damaged when it was written".to_owned(),
                    ));
                }
                _ => Way::of(resume.of(pieces)),
            };
            (way, recognised)
        }
        Content::Streamed => {
            let mut opened = open::begin(Box::new(file), source.limit)?;
            if let Some(bundle) = opened.bundle {
                let packing = opened.packing;
                return Ok(Found::Archive(Kind { bundle, packing }));
            }
            let recognised = chosen(forced, order, |order| Ok(recognise_stream(&mut opened, order)))?;
            (Way::Whole(None), recognised)
        }
    };
    Ok(Found::Log(Looked {
        way,
        recognised,
        stdin: None,
    }))
}

/// Whether no hole parts a file, or follows its data.
fn is_of_one_stretch(pieces: &[Piece], size: u64) -> bool {
    let (first, last) = (pieces.first(), pieces.last());
    first
        .zip(last)
        .is_none_or(|(first, last)| first.data == last.data && last.data.1 == size)
}

/// What the user says of a source goes before what is found. A forced format may know what lies in an envelope where none
/// other does.
fn chosen(
    forced: Option<Recognised>,
    order: &Order,
    mut look: impl FnMut(&Order) -> Result<Option<Recognised>, Refused>,
) -> Result<Option<Recognised>, Refused> {
    let found = look(order)?;
    let Some(forced) = forced else { return Ok(found) };
    let alone = look(&Order::of(&forced.candidates))?;
    let opening = alone.as_ref().or(found.as_ref()).map(|known| Arc::clone(&known.opening));
    Ok(Some(Recognised {
        opening: opening.unwrap_or_default(),
        ..forced.in_place_of(found)
    }))
}

/// By the same first lines as a plain file: the same log packed must be read the same.
fn recognise_stream(opened: &mut Opened, order: &Order) -> Option<Recognised> {
    for most in [HEAD, LONGEST_HEAD] {
        if !is_enough(&opened.head) {
            opened.look_further(most);
        }
    }
    let whole = opened.head.len() < FIRST_LOOK;
    recognise(&opened.head, whole, order)
}

fn recognise_plain(file: &File, begins: u64, size: u64, order: &Order) -> Result<Option<Recognised>, Refused> {
    let mut head = Vec::new();
    for most in [FIRST_LOOK, HEAD, LONGEST_HEAD] {
        let most = usize::try_from(size - begins).unwrap_or(usize::MAX).min(most);
        let mut filled = head.len();
        head.resize(most, 0);
        while let Some(space) = head.get_mut(filled..).filter(|space| !space.is_empty()) {
            match file.read_at(space, begins + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        head.truncate(filled);
        if filled < most || is_enough(&head) {
            break;
        }
    }
    let whole = begins + head.len() as u64 >= size;
    Ok(recognise(&head, whole, order))
}

/// Places of a file at which stamps are looked for, and the bytes that are read at each.
const PLACES: u64 = 16;
const AT_A_PLACE: usize = 16 * 1024;

/// Learns whether day or month comes first in a log's dates, where its first lines do not tell: a number above 12 anywhere does.
fn look_for_days(file: &File, size: u64, recognised: Option<&mut Recognised>) {
    let Some(recognised) = recognised.filter(|recognised| recognised.opening.is_plain()) else {
        return;
    };
    let Some(mut lacking) = recognised.lacking.take() else {
        return;
    };
    let mut bytes = vec![0; AT_A_PLACE];
    for place in (1..=PLACES).rev() {
        if lacking.slashed != Some(Slashed::Either) {
            break;
        }
        let at = (size / PLACES * place).saturating_sub(AT_A_PLACE as u64);
        // What cannot be read here is told when all of it is.
        let read = file.read_at(&mut bytes, at).unwrap_or(0);
        let lines: Vec<&[u8]> = bytes
            .get(..read)
            .unwrap_or_default()
            .split(|byte| *byte == b'\n')
            .skip(1)
            .collect();
        lacking.look_at(&lines, &recognised.candidates);
    }
    recognised.lacking = Some(lacking).filter(|lacking| !lacking.is_nothing());
}

pub(super) fn forced(source: &Source, plan: &Plan) -> Option<Recognised> {
    let means = |pattern: &Pattern| is_meant(pattern, source);
    let by_pattern = plan
        .formats
        .iter()
        .rev()
        .find(|(pattern, _)| pattern.as_ref().is_some_and(&means));
    let for_all = || plan.formats.iter().rev().find(|(pattern, _)| pattern.is_none());
    by_pattern.or_else(for_all).map(|(_, format)| Recognised::forced(*format))
}

/// Whether a pattern means a source, or the archive it is in.
pub(in crate::gather) fn is_meant(pattern: &Pattern, source: &Source) -> bool {
    let outer = source.within.as_ref().map(|within| &*within.outer);
    let means = |source: &Source| pattern.means(source.below(), &source.name, &source.path());
    means(source) || outer.is_some_and(means)
}

/// What the user says of a log goes before what its format says, and that before what is said of all logs.
pub(super) fn zone(source: &Source, plan: &Plan, recognised: Option<&Recognised>) -> (Zone, ZoneBy) {
    let named = plan.zones.iter().rev().find(|(pattern, _)| is_meant(pattern, source));
    let of_format = || recognised.and_then(|recognised| recognised.zone());
    match named {
        Some((_, zone)) => (*zone, ZoneBy::User),
        None if plan.zone_given => (plan.default_zone, ZoneBy::User),
        None => match of_format() {
            Some((zone, _)) => (zone, ZoneBy::Format),
            None => (plan.default_zone, ZoneBy::Nobody),
        },
    }
}
