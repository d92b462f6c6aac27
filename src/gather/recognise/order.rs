//! In which order formats are asked: the most telling first.
//!
//! The order is computed, not written: every format is tried on every other's samples, and whoever also accepts
//! strangers' is the more general and is asked later. Two that accept each other's and stand equal are a failing test,
//! never a silent choice.

use super::recognised::Recognised;
use crate::gather::formats::{Fit, Format};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The formats, the most telling first.
///
/// A run meets few of them, so what one accepts of the others' samples is asked when a line first fits it (all at once cost
/// a fifth of a run over 2 MB).
pub struct Order {
    formats: Vec<Ranked>,
    /// What the logs so far were recognised as: a great many are of few kinds.
    known: Mutex<Vec<Arc<Recognised>>>,
}

/// Kinds of logs that are held.
const KINDS: usize = 64;

/// A format and its place in the order, once that is asked for.
pub(in crate::gather) struct Ranked {
    pub(in crate::gather) format: &'static dyn Format,
    /// Foreign samples that it accepts.
    accepts: OnceLock<usize>,
}

impl Order {
    /// Orders `formats` by what they accept of each other's samples.
    #[must_use]
    pub fn of(formats: &[&'static dyn Format]) -> Self {
        let ranked = |format: &&'static dyn Format| Ranked {
            format: *format,
            accepts: OnceLock::new(),
        };
        Self {
            formats: formats.iter().map(ranked).collect(),
            known: Mutex::default(),
        }
    }

    /// What a source was recognised as, which it shares with others of its kind.
    pub(in crate::gather) fn once(&self, recognised: Recognised) -> Arc<Recognised> {
        if !recognised.is_common() {
            return Arc::new(recognised);
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = known.iter().find(|same| same.is_same_kind(&recognised)) {
            return Arc::clone(same);
        }
        let new = Arc::new(recognised);
        if known.len() < KINDS {
            known.push(Arc::clone(&new));
        }
        new
    }

    /// The formats in this order.
    pub fn iter(&self) -> impl Iterator<Item = &'static dyn Format> {
        self.ranked().into_iter().map(|ranked| ranked.format)
    }

    fn ranked(&self) -> Vec<&Ranked> {
        let mut ranked: Vec<&Ranked> = self.formats.iter().collect();
        ranked.sort_by_key(|ranked| self.rank(ranked));
        ranked
    }

    /// The formats as they were given.
    pub(in crate::gather) fn unranked(&self) -> &[Ranked] {
        &self.formats
    }

    /// How many samples of others a format accepts.
    pub(in crate::gather) fn accepts(&self, ranked: &Ranked) -> usize {
        *ranked.accepts.get_or_init(|| {
            let others = self.formats.iter().map(|other| other.format);
            let foreign = others.filter(|other| other.name() != ranked.format.name());
            foreign.map(|other| accepted(ranked.format, other)).sum()
        })
    }

    /// Where a format stands in the order.
    pub(in crate::gather) fn rank(&self, ranked: &Ranked) -> (usize, bool, &'static str) {
        let format = ranked.format;
        (self.accepts(ranked), !format.is_the_users(), format.name())
    }

    /// Pairs that accept each other's samples and stand equal: nothing says which goes first.
    #[must_use]
    pub fn ties(&self) -> Vec<(&'static str, &'static str)> {
        let mut ties = Vec::new();
        let ranked = self.ranked();
        for (at, one) in ranked.iter().enumerate() {
            for two in ranked
                .iter()
                .skip(at + 1)
                .filter(|two| self.accepts(two) == self.accepts(one))
            {
                if accepted(one.format, two.format) > 0 && accepted(two.format, one.format) > 0 {
                    ties.push((one.format.name(), two.format.name()));
                }
            }
        }
        ties
    }
}

/// How many of the samples of `other` a format accepts.
fn accepted(format: &dyn Format, other: &dyn Format) -> usize {
    let first_line = |sample: &&'static str| sample.lines().next().unwrap_or_default().as_bytes();
    other
        .samples()
        .iter()
        .filter(|sample| format.fit(first_line(sample)) != Fit::No)
        .count()
}
