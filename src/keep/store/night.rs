//! A night: what of it is to be kept, and what is kept of it.

use crate::keep::hours::{Slice, Tally};
use crate::keep::windows::Kept;
use crate::model::{KnownLog, SourceRollup, Time};
use std::collections::{BTreeMap, BTreeSet};

/// How far back is kept whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    /// Something of what came at or before this instant was dropped: what is kept of it is not all there was.
    pub whole_after: Option<Time>,
}

/// A night as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Night {
    /// Its number.
    pub number: u64,
    /// When it began.
    pub began: Time,
    /// Bytes read.
    pub bytes: u64,
    /// Records about a call that it read.
    pub records: u64,
    /// Records about something else.
    pub other_records: u64,
    /// Records not understood.
    pub unread_records: u64,
    /// The folder of its reports, below the directory of all.
    pub folder: Option<String>,
    /// Its news were told.
    pub told: bool,
}

/// A night's work, to be kept at once.
#[derive(Debug, Default)]
pub struct NightDone {
    /// When it began.
    pub began: Time,
    /// Every log that was found, as it is now known; the number is 0 where it is new. With what was read of it, by the
    /// source within it (see [`within`](crate::keep::within)).
    pub logs: Vec<(KnownLog, BTreeMap<String, SourceRollup>)>,
    /// What is named for the first time.
    pub complaints: BTreeSet<(String, String)>,
    /// What was complained of before and is still so; older complaints are dropped.
    pub still: BTreeSet<(String, String)>,
    /// The windows as they stand, known ones by their number.
    pub windows: Vec<Kept>,
    /// Known windows that the judgement does not find any more.
    pub withdrawn: Vec<u64>,
    /// The hours that are told anew, from this one on; earlier ones are added to.
    pub hours_from: Option<Time>,
    /// Counts.
    pub hours: BTreeMap<Slice, Tally>,
    /// Rollups whose last record is older than this are dropped.
    pub drop_before: Option<Time>,
    /// The folder that the reports go to.
    pub folder: Option<String>,
}
