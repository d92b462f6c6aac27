//! What the reader knows of a source before it reads it.

use crate::gather::formats::Format;
use crate::gather::repeated::Repeated;
use crate::gather::sieve::Sieve;
use crate::gather::sought::Sought;
use crate::model::{Name, SourceName, Time, Wanted};
use crate::text::timestamp::{Reference, Zone};
use std::cell::RefCell;

/// What the reader knows of a source before it reads it.
#[derive(Clone)]
pub struct SourceContext<'a> {
    /// The formats that may read its records, the most telling first.
    pub candidates: Vec<&'static dyn Format>,
    /// Its name.
    pub name: SourceName,
    /// The host it was written on, by its directory.
    pub host: Option<Name>,
    /// What some of its lines leave out is told by the lines around them (models, by where requests are sent, or the times of
    /// answers), so that all of them are read in their order, and whole.
    pub told_in_order: bool,
    /// The zone of stamps that carry none.
    pub zone: Zone,
    /// What dates and years a stamp lacks.
    pub reference: Reference,
    /// Records before this instant are not counted.
    pub since: Option<Time>,
    /// Records at or after this instant are not counted.
    pub until: Option<Time>,
    /// Bytes of the source as it lies on the disk: how many ids its sample may look at.
    pub size: u64,
    /// The bits that the hash of a sampled id lacks, by the bytes of all sources.
    pub fraction: u64,
    /// Second look: the successes that are needed whole.
    pub wanted: Option<&'a Wanted>,
    /// The callers' ids among it.
    pub asked: Option<&'a Sieve>,
    /// Only records that hold one of these ids are read, and whole.
    pub sought: Option<&'a Sought>,
    /// What the worker's records say over and over.
    pub repeated: &'a RefCell<Repeated>,
}

/// A big source has so many ids that only a fraction of them need be asked whether the sample wants them: those whose hash
/// ends in zeros, so that the fractions of two sources lie within each other.
pub(super) fn sampled_fraction(size: u64) -> u64 {
    const BYTES_PER_RECORD: u64 = 256;
    const IDS_ASKED: u64 = 65_536;
    (size / BYTES_PER_RECORD / IDS_ASKED + 1).next_power_of_two() - 1
}
