//! What becomes of a source's first records: which format they are in, how sure that is, what they say and why no other
//! format was taken. Nothing is counted and nothing is judged.

mod reading;
mod understood;

pub use understood::Understood;

use super::DiscoverError;

use super::formats::{Fit, Format, Unread};
use super::plan::Plan;
use super::prepare::{Prepared, Way};
use super::recognise::{HEAD, Order};
use super::sources::{self, Sources};
use super::standing::{Standing, stand};
use crate::model::{Name, Skipped, Vantage};
use crate::workers::Workers;
use reading::Reading;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A source that was tried.
pub struct Trial {
    /// Its name.
    pub path: Name,
    /// What it is, unless no format knows it.
    pub found: Option<Found>,
    /// Lines that the formats were asked about; of a document, records.
    pub lines: usize,
    /// The formats, best first; a document's have none.
    pub others: Vec<Other>,
    /// Records of each format among those read.
    pub read_by: BTreeMap<&'static str, u64>,
    /// Records about a call.
    pub records: u64,
    /// Records understood that are about no call.
    pub other_records: u64,
    /// Records not understood.
    pub unread: u64,
    /// Where the first of those are, and why.
    pub unread_lines: Vec<(u64, Unread)>,
    /// Where the format leaves the first of those, if it says.
    pub leaves: Option<String>,
    /// Whether a stamp was met that has no zone.
    pub is_zoneless: bool,
    /// Whether it is a document, whose records are counted in the place of lines.
    pub is_document: bool,
    /// The first records about a call.
    pub understood: Vec<Understood>,
    /// Whether all of it was looked at, and not its first part only.
    pub whole: bool,
}

/// What a source is.
pub struct Found {
    /// The format.
    pub format: &'static str,
    /// Who writes it.
    pub vantage: Vantage,
    /// The user said so.
    pub is_forced: bool,
    /// The zone of stamps without one, and who says so.
    pub zone: String,
    /// What its lines lie in, the outermost first.
    pub within: Vec<&'static str>,
    /// Lines that fit the format.
    pub fits: usize,
}

/// A format that was not taken for a source's name.
pub struct Other {
    /// Which.
    pub format: &'static str,
    /// The user wrote it.
    pub is_the_users: bool,
    /// Lines that fit it, and those of them that can be nothing else.
    pub fits: usize,
    /// Lines that can be nothing else.
    pub yes: usize,
    /// Lines that it was the first to accept.
    pub first: usize,
    /// Whether it may still read lines that those before it do not.
    pub is_candidate: bool,
    /// Samples of other formats that it accepts.
    pub strangers: usize,
    /// Where it leaves the first line, if it says.
    pub leaves: Option<String>,
}

/// What was tried.
pub struct Tried {
    /// The sources, by name.
    pub trials: Vec<Trial>,
    /// What cannot be read.
    pub skipped: Vec<Skipped>,
}

/// Tries every source of a plan, and keeps so many understood records of each.
///
/// # Errors
/// Where there is nothing to read.
pub fn trial(plan: &Plan, records: usize) -> Result<Tried, DiscoverError> {
    let Sources {
        sources, skipped, order, ..
    } = sources::find(plan, &Workers::new(plan.threads), &mut |all| all)?;
    let mut skipped: Vec<Skipped> = skipped.into_iter().collect();
    let mut trials = Vec::with_capacity(sources.len());
    for prepared in &sources {
        let tried = catch_unwind(AssertUnwindSafe(|| try_one(prepared, plan, &order, records)));
        match tried.unwrap_or_else(|_| Err("stopped reading: internal error".to_owned())) {
            Ok(trial) => trials.push(trial),
            Err(reason) => skipped.push(Skipped {
                path: Name::clone(&prepared.source.name),
                reason,
            }),
        }
    }
    Ok(Tried { trials, skipped })
}

fn try_one(prepared: &Prepared, plan: &Plan, order: &Order, records: usize) -> Result<Trial, String> {
    let recognised = prepared.recognised.as_ref();
    let mut trial = Trial {
        path: Name::clone(&prepared.source.name),
        found: None,
        lines: 0,
        others: Vec::new(),
        read_by: BTreeMap::new(),
        records: 0,
        other_records: 0,
        unread: 0,
        unread_lines: Vec::new(),
        leaves: None,
        is_zoneless: false,
        is_document: recognised.is_some_and(|found| found.items.is_some()),
        understood: Vec::new(),
        whole: true,
    };
    if matches!(prepared.way, Way::Empty) {
        return Ok(trial);
    }
    let mut opened = prepared.stream().map_err(|refused| refused.0)?;
    opened.look_further(HEAD);
    let head = opened.head;
    trial.whole = head.len() < HEAD;
    let lines = Reading::new(prepared, plan, records, &mut trial).read(&head);
    let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
    trial.lines = lines.len();
    let (standings, _) = stand(&lines, order);
    let name = recognised.map(|recognised| recognised.name);
    let first = lines.first().copied().unwrap_or_default();
    let others = standings.iter().filter(|standing| Some(standing.format.name()) != name);
    trial.others = others.map(|standing| other(standing, trial.lines, first)).collect();
    trial
        .others
        .sort_by_key(|other| (std::cmp::Reverse((other.first, other.fits, other.yes)), other.strangers));
    trial.found = recognised.map(|recognised| {
        let own = recognised.candidates.iter().find(|format| format.name() == recognised.name);
        // A format of documents is asked once, of all of it.
        let is_of_documents = own.is_some_and(|format| format.framing().items().is_some());
        let fitting = |format: &&'static dyn Format| lines.iter().filter(|line| format.fit(line) != Fit::No).count();
        Found {
            format: recognised.name,
            vantage: recognised.vantage,
            is_forced: prepared.is_forced,
            zone: prepared.zone_said(),
            within: recognised.opening.layers.iter().map(|layer| layer.name()).collect(),
            fits: if is_of_documents {
                lines.len()
            } else {
                own.map_or(0, fitting)
            },
        }
    });
    Ok(trial)
}

fn other(standing: &Standing, lines: usize, first: &[u8]) -> Other {
    Other {
        format: standing.format.name(),
        is_the_users: standing.format.is_the_users(),
        fits: standing.fits,
        yes: standing.yes,
        first: standing.first,
        is_candidate: standing.is_candidate(lines),
        strangers: standing.strangers,
        leaves: standing.format.leaves(first),
    }
}
