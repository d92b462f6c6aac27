//! What is known of a source before its records are read: how it is opened, what it was recognised as, how it is cut.

use super::chunk::{Piece, pieces};
use super::discover::Source;
use super::open::{self, Content, Opened, Refused};
use super::plan::Plan;
use super::recognise::{HEAD, Order, Recognised, is_enough, recognise};
use crate::model::Skipped;
use crate::text::timestamp::Zone;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the first look at a plain file; [`HEAD`] where these hold too few lines.
const FIRST_LOOK: usize = 64 * 1024;

/// How a source is read.
pub(super) enum Way {
    /// It holds nothing.
    Empty,
    /// In pieces.
    Pieces(Vec<Piece>),
    /// As a stream.
    Whole,
}

/// A source that can be read.
pub(super) struct Prepared {
    pub(super) source: Source,
    pub(super) way: Way,
    pub(super) recognised: Option<Recognised>,
    pub(super) zone: Zone,
    /// How the report says which zone was taken.
    pub(super) zone_said: String,
    /// Standard input can be opened once.
    stdin: Mutex<Option<Opened>>,
    /// The file while it is read, so that its pieces are of one file whatever becomes of its name.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    file: Option<Arc<File>>,
    left: usize,
}

impl Prepared {
    pub(super) fn new(source: Source, plan: &Plan, order: &Order) -> Result<Self, Skipped> {
        let forced = forced(&source, plan);
        let looked = if source.is_stdin() {
            look_at_stdin(forced, order)
        } else {
            look_at_file(&source, plan, forced, order)
        };
        let looked = match looked {
            Ok(looked) => looked,
            Err(Refused(reason)) => {
                return Err(Skipped {
                    path: source.name,
                    reason,
                });
            }
        };
        let (zone, zone_said) = zone(&source, plan);
        let left = looked.way.parts();
        Ok(Self {
            source,
            way: looked.way,
            recognised: looked.recognised,
            zone,
            zone_said,
            stdin: Mutex::new(looked.stdin),
            held: Mutex::new(Held { file: None, left }),
        })
    }

    /// The file, opened by the first of its readers and closed after the last.
    pub(super) fn file(&self) -> Result<Arc<File>, Refused> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &held.file {
            Some(file) => Arc::clone(file),
            None => Arc::new(open::open(&self.source.path, self.source.id)?),
        };
        held.left = held.left.saturating_sub(1);
        held.file = (held.left > 0).then(|| Arc::clone(&file));
        Ok(file)
    }

    /// Says how many pieces are going to be read, before they are.
    pub(super) fn hold(&self, pieces: usize) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.left = pieces;
    }

    /// The source as a stream.
    pub(super) fn stream(&self) -> Result<Opened, Refused> {
        let stdin = self.stdin.lock().unwrap_or_else(PoisonError::into_inner).take();
        match stdin {
            Some(stdin) => Ok(stdin),
            None if self.source.is_stdin() => Err(Refused("standard input can be read once".to_owned())),
            None => open::begin(Box::new(self.file()?)),
        }
    }
}

impl Way {
    /// In how many parts it is read.
    pub(super) fn parts(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Pieces(pieces) => pieces.len(),
            Self::Whole => 1,
        }
    }
}

struct Looked {
    way: Way,
    recognised: Option<Recognised>,
    stdin: Option<Opened>,
}

fn look_at_stdin(forced: Option<Recognised>, order: &Order) -> Result<Looked, Refused> {
    let mut opened = open::begin(Box::new(io::stdin()))?;
    let recognised = forced.or_else(|| recognise_stream(&mut opened, order));
    Ok(Looked {
        way: Way::Whole,
        recognised,
        stdin: Some(opened),
    })
}

fn look_at_file(source: &Source, plan: &Plan, forced: Option<Recognised>, order: &Order) -> Result<Looked, Refused> {
    let file = open::open(&source.path, source.id)?;
    let metadata = file.metadata()?;
    let size = metadata.len();
    let (way, recognised) = match open::look(&file)? {
        Content::Empty => (Way::Empty, None),
        Content::Plain { begins } => {
            let sparse = metadata.blocks().saturating_mul(512) < size;
            let pieces = source.resume.of(pieces(&file, begins, size, plan.piece, sparse));
            let recognised = match forced {
                Some(forced) => Some(forced),
                None => recognise_plain(&file, begins, size, order)?,
            };
            (Way::Pieces(pieces), recognised)
        }
        Content::Streamed => {
            let mut opened = open::begin(Box::new(file))?;
            (Way::Whole, forced.or_else(|| recognise_stream(&mut opened, order)))
        }
    };
    Ok(Looked {
        way,
        recognised,
        stdin: None,
    })
}

/// By the same first lines as a plain file: the same log packed must be read the same.
fn recognise_stream(opened: &mut Opened, order: &Order) -> Option<Recognised> {
    if !is_enough(&opened.head) {
        opened.look_further(HEAD);
    }
    let whole = opened.head.len() < FIRST_LOOK;
    recognise(&opened.head, whole, order)
}

fn recognise_plain(file: &File, begins: u64, size: u64, order: &Order) -> Result<Option<Recognised>, Refused> {
    let mut head = Vec::new();
    for most in [FIRST_LOOK, HEAD] {
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

fn forced(source: &Source, plan: &Plan) -> Option<Recognised> {
    let means = |pattern: &super::plan::Pattern| pattern.means(&source.below, &source.name, &source.path);
    let by_pattern = plan
        .formats
        .iter()
        .rev()
        .find(|(pattern, _)| pattern.as_ref().is_some_and(&means));
    let for_all = || plan.formats.iter().rev().find(|(pattern, _)| pattern.is_none());
    by_pattern.or_else(for_all).map(|(_, format)| Recognised::forced(*format))
}

fn zone(source: &Source, plan: &Plan) -> (Zone, String) {
    let named = plan
        .zones
        .iter()
        .rev()
        .find(|(pattern, _)| pattern.means(&source.below, &source.name, &source.path));
    match named {
        Some((_, zone)) => (*zone, format!("{zone} by --tz")),
        None if plan.zone_given => (plan.default_zone, format!("{} by --tz", plan.default_zone)),
        None => (plan.default_zone, format!("assumed {}", plan.default_zone)),
    }
}
