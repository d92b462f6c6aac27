//! What becomes of a source's first records: which format they are in, how sure that is, what they say and why no other
//! format was taken. Nothing is counted and nothing is judged.

mod reading;
mod tried;
mod understood;

pub use tried::{Found, Other, Trial, Tried};
pub use understood::Understood;

use super::DiscoverError;
use super::formats::{Fit, Format};
use super::plan::Plan;
use super::prepare::{Prepared, Way};
use super::recognise::{HEAD, Order, Standing, stand};
use super::sources::{self, Sources};
use crate::model::{Name, Skipped};
use crate::workers::Workers;
use reading::Reading;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

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
