//! What the state file holds of a stretch of time.

use crate::keep::hours::{Slice, Tally};
use crate::keep::store::{Night, Store, StoreError};
use crate::keep::windows::Kept;
use crate::model::Time;
use std::collections::BTreeMap;

/// What the state file holds of a stretch of time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// The windows that the last judgement of their time found, by start.
    pub windows: Vec<Kept>,
    /// Counts by hour.
    pub hours: BTreeMap<Slice, Tally>,
    /// The nights.
    pub nights: Vec<Night>,
}

impl Store {
    /// What is kept of a stretch of time; nights are all told.
    ///
    /// # Errors
    /// What the state file says.
    pub fn history(&self, since: Time, until: Time) -> Result<History, StoreError> {
        let mut windows = self.windows(since)?;
        windows.retain(|window| window.standing && window.start() < until);
        let mut statement = self.connection().prepare(
            "SELECT start, provider, surface, model, endpoint, attempts, failures, network_failures, caller_side, calls, calls_lost
             FROM hour WHERE start >= ? AND start < ?",
        )?;
        let hours = statement.query_map([since.0, until.0], |row| {
            let count = |at: usize| row.get::<_, i64>(at).map(i64::cast_unsigned);
            let slice = Slice {
                start: Time(row.get(0)?),
                values: [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?],
            };
            let tally = Tally {
                attempts: count(5)?,
                failures: count(6)?,
                network_failures: count(7)?,
                caller_side: count(8)?,
                calls: count(9)?,
                calls_lost: count(10)?,
            };
            Ok((slice, tally))
        })?;
        Ok(History {
            windows,
            hours: hours.collect::<rusqlite::Result<_>>()?,
            nights: self.nights()?,
        })
    }
}
