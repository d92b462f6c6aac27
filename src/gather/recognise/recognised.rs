//! What a source was recognised as.

use crate::gather::dates::Lacking;
use crate::gather::envelopes::{Opening, Split};
use crate::gather::formats::Format;
use crate::gather::frame::Items;
use crate::model::Vantage;
use crate::text::timestamp::{DateKnown, Zone};
use std::sync::{Arc, LazyLock};

/// What nearly all lines lie in, namely nothing: one for all sources.
pub(super) static OPEN: LazyLock<Arc<Opening>> = LazyLock::new(Arc::default);

/// What a source was recognised as.
#[derive(Clone)]
pub struct Recognised {
    /// The formats that may read its records, the most telling first.
    pub candidates: Vec<&'static dyn Format>,
    /// The name of the one that most lines are in.
    pub name: &'static str,
    /// Who writes that one.
    pub vantage: Vantage,
    /// Where its records are, where it is a document.
    pub items: Option<Items>,
    /// Its first stamp, where that lacks a date or a year.
    pub lacking: Option<Box<Lacking>>,
    /// What some of its lines leave out is told by the lines around them: models, by where requests are sent, or the times of
    /// answers. So it is read in its order.
    pub told_in_order: bool,
    /// What its lines lie in.
    pub opening: Arc<Opening>,
}

impl Recognised {
    /// A format that the user forces.
    #[must_use]
    pub fn forced(format: &'static dyn Format) -> Self {
        Self {
            candidates: vec![format],
            name: format.name(),
            vantage: format.vantage(),
            items: format.framing().items(),
            lacking: None,
            told_in_order: false,
            opening: Arc::clone(&OPEN),
        }
    }

    /// The zone that the format of most lines says its stamps are in, and its name.
    #[must_use]
    pub fn zone(&self) -> Option<(Zone, &'static str)> {
        let format = self.candidates.iter().find(|format| format.name() == self.name)?;
        Some((format.zone()?, self.name))
    }

    /// Whether nothing in it is of one source only.
    pub(super) fn is_common(&self) -> bool {
        self.items.is_none() && self.lacking.is_none() && Arc::ptr_eq(&self.opening, &OPEN)
    }

    /// Whether two such are the same.
    pub(in crate::gather) fn is_same_kind(&self, other: &Self) -> bool {
        // Two layouts of one format have its name, and two formats without a field may have one address.
        let is_same = |(a, b): (&&'static dyn Format, &&'static dyn Format)| std::ptr::addr_eq(*a, *b) && a.name() == b.name();
        self.name == other.name
            && self.told_in_order == other.told_in_order
            && self.candidates.len() == other.candidates.len()
            && self.candidates.iter().zip(&other.candidates).all(is_same)
    }

    /// Whether it has to be read from its start: a document, a log whose stamps leave out the date, so that its midnights
    /// must be counted, one whose lines are told by those around them, and one of several programs.
    #[must_use]
    pub fn is_in_order(&self) -> bool {
        self.is_a_document() || self.counts_midnights() || self.told_in_order || !self.opening.can_be_cut()
    }

    /// Whether its lines have clocks without a date, so that their midnights are counted from its start.
    #[must_use]
    pub fn counts_midnights(&self) -> bool {
        let is_clock = |lacking: &Lacking| lacking.dated == DateKnown::NoDate;
        !self.is_a_document() && self.lacking.as_deref().is_some_and(is_clock)
    }

    /// Whether it is no log of lines.
    #[must_use]
    pub fn is_a_document(&self) -> bool {
        self.items.is_some() || self.opening.split != Split::Lines
    }

    /// The same, with what was `found` and the user does not say: how the records lie, and what their stamps lack.
    #[must_use]
    pub fn in_place_of(mut self, found: Option<Self>) -> Self {
        if let Some(found) = found {
            self.items = self.items.or(found.items);
            self.lacking = self.lacking.or(found.lacking);
            self.told_in_order |= found.told_in_order;
        }
        self
    }
}
