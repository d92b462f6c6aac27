//! A shard's partial result in a file, and what a merge asks the shards for.
//!
//! A line that says what it is, a version, a checksum, then the packed value. Each source is packed as the nights pack
//! theirs. Damage is seen before anything is believed.

use super::blob::{Damaged, packed, unpacked};
use super::words::Constants;
use crate::model::{Name, Rollup, Skipped, SourceRollup, Time, Undated, Wanted};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Begins every part.
const PART: &[u8] = b"faultscope part\n";

/// Begins every question of a merge.
const WANTED: &[u8] = b"faultscope wanted\n";

/// The form that is written: the third, which tells which share of the logs it is.
const VERSION: u8 = 3;

/// Bytes of the checksum: a whole SHA-256, for parts travel between machines.
const CHECKSUM: usize = 32;

/// What one shard gave.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// What its logs hold.
    pub rollup: Rollup,
    /// Successes that a merge may want whole.
    pub kept: Rollup,
    /// Its logs without dates.
    pub undated: Vec<Undated>,
    /// When each source was last written, where that is known: a merge tells by it which stamps lie in the future.
    pub written: BTreeMap<Name, Time>,
    /// What was asked of the second look that kept them.
    pub asked: Wanted,
    /// Records before this instant are not counted.
    pub since: Option<Time>,
    /// Records at or after this instant are not counted.
    pub until: Option<Time>,
    /// Which share of the logs it is, and of how many, where it is one of several.
    pub share: Option<(u32, u32)>,
}

/// A file is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Another kind of file.
    #[error("it is no file of this kind: 'faultscope scan' writes parts, and 'faultscope merge --wanted' what they are asked")]
    Other,
    /// Another program's version wrote it.
    #[error("another version of faultscope wrote it: scan again with this one")]
    Version,
    /// Its bytes are not those that were written.
    #[error("it is damaged or cut short: scan again")]
    Damaged,
}

impl From<Damaged> for Unfit {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

#[derive(Serialize, Deserialize)]
struct PartV1 {
    since: Option<i64>,
    until: Option<i64>,
    share: Option<(u32, u32)>,
    sources: Vec<(String, Vec<u8>)>,
    skipped: Vec<(String, String)>,
    kept: Vec<(String, Vec<u8>)>,
    undated: Vec<UndatedV1>,
    written: Vec<(String, i64)>,
    asked: WantedV1,
}

#[derive(Serialize, Deserialize)]
struct UndatedV1 {
    sources: Vec<String>,
    stamp: String,
    has_day: bool,
    zone: String,
    /// Days since the Unix epoch.
    written: Option<i32>,
    told: Option<i32>,
}

#[derive(Serialize, Deserialize)]
struct WantedV1 {
    client_ids: Vec<u64>,
    failures: Vec<(String, Vec<i64>)>,
    spans: Vec<(String, Vec<(i64, i64)>)>,
    every: Vec<String>,
}

/// A part as it is written.
///
/// # Errors
/// Where it cannot be packed, which memory alone can cause.
pub fn part_packed(part: &Part) -> Result<Vec<u8>, Unfit> {
    let sources = |rollup: &Rollup| -> Result<Vec<(String, Vec<u8>)>, Damaged> {
        let packed = rollup
            .sources
            .iter()
            .map(|(name, source)| Ok((name.to_string(), packed(source)?)));
        packed.collect()
    };
    let stored = PartV1 {
        since: part.since.map(|time| time.0),
        until: part.until.map(|time| time.0),
        share: part.share,
        sources: sources(&part.rollup)?,
        skipped: (part.rollup.skipped.iter())
            .map(|skipped| (skipped.path.to_string(), skipped.reason.clone()))
            .collect(),
        kept: sources(&part.kept)?,
        undated: part.undated.iter().map(undated_stored).collect(),
        written: (part.written.iter()).map(|(name, time)| (name.to_string(), time.0)).collect(),
        asked: wanted_stored(&part.asked),
    };
    sealed(PART, &stored)
}

/// A part as it was written.
///
/// # Errors
/// Where the bytes are no part, or none of this version, or damaged.
pub fn part_unpacked(bytes: &[u8]) -> Result<Part, Unfit> {
    let stored: PartV1 = opened(PART, bytes)?;
    let mut constants = Constants::default();
    let mut sources = |stored: Vec<(String, Vec<u8>)>| -> Result<BTreeMap<Name, Box<SourceRollup>>, Damaged> {
        let read = stored
            .into_iter()
            .map(|(name, bytes)| Ok((Name::from(name), Box::new(unpacked(&bytes, &mut constants)?))));
        read.collect()
    };
    Ok(Part {
        rollup: Rollup {
            sources: sources(stored.sources)?,
            skipped: (stored.skipped.into_iter())
                .map(|(path, reason)| Skipped {
                    path: Name::from(path),
                    reason,
                })
                .collect(),
        },
        kept: Rollup {
            sources: sources(stored.kept)?,
            ..Rollup::default()
        },
        undated: stored.undated.into_iter().map(undated_read).collect(),
        written: (stored.written.into_iter())
            .map(|(name, time)| (Name::from(name), Time(time)))
            .collect(),
        asked: wanted_read(stored.asked),
        since: stored.since.map(Time),
        until: stored.until.map(Time),
        share: stored.share,
    })
}

/// A merge's question as it is written.
///
/// # Errors
/// Where it cannot be packed, which memory alone can cause.
pub fn wanted_packed(wanted: &Wanted) -> Result<Vec<u8>, Unfit> {
    sealed(WANTED, &wanted_stored(wanted))
}

/// A merge's question as it was written.
///
/// # Errors
/// Where the bytes are none, or none of this version, or damaged.
pub fn wanted_unpacked(bytes: &[u8]) -> Result<Wanted, Unfit> {
    opened(WANTED, bytes).map(wanted_read)
}

fn wanted_stored(wanted: &Wanted) -> WantedV1 {
    let times = |times: &Vec<Time>| times.iter().map(|time| time.0).collect();
    let spans = |spans: &Vec<(Time, Time)>| spans.iter().map(|(from, to)| (from.0, to.0)).collect();
    WantedV1 {
        client_ids: wanted.client_ids.iter().copied().collect(),
        failures: wanted
            .failures
            .iter()
            .map(|(name, all)| (name.to_string(), times(all)))
            .collect(),
        spans: wanted
            .spans
            .iter()
            .map(|(name, all)| (name.to_string(), spans(all)))
            .collect(),
        every: wanted.every.iter().map(ToString::to_string).collect(),
    }
}

fn wanted_read(stored: WantedV1) -> Wanted {
    let times = |times: Vec<i64>| times.into_iter().map(Time).collect();
    let spans = |spans: Vec<(i64, i64)>| spans.into_iter().map(|(from, to)| (Time(from), Time(to))).collect();
    Wanted {
        client_ids: stored.client_ids.into_iter().collect(),
        failures: stored
            .failures
            .into_iter()
            .map(|(name, all)| (Name::from(name), times(all)))
            .collect(),
        // What the retries of a log ask for, every run tells of the log itself.
        retries: BTreeMap::new(),
        spans: stored
            .spans
            .into_iter()
            .map(|(name, all)| (Name::from(name), spans(all)))
            .collect(),
        every: stored.every.into_iter().map(Name::from).collect(),
    }
}

fn undated_stored(log: &Undated) -> UndatedV1 {
    UndatedV1 {
        sources: log.sources.iter().map(ToString::to_string).collect(),
        stamp: log.stamp.clone(),
        has_day: log.has_day,
        zone: log.zone.clone(),
        written: log.written.map(|date| date.to_epoch_days()),
        told: log.told.map(|date| date.to_epoch_days()),
    }
}

fn undated_read(log: UndatedV1) -> Undated {
    Undated {
        sources: log.sources.into_iter().map(Name::from).collect(),
        stamp: log.stamp,
        has_day: log.has_day,
        zone: log.zone,
        written: log.written.and_then(NaiveDate::from_epoch_days),
        told: log.told.and_then(NaiveDate::from_epoch_days),
    }
}

fn sealed<T: Serialize>(kind: &[u8], value: &T) -> Result<Vec<u8>, Unfit> {
    let body = postcard::to_stdvec(value).map_err(|_| Unfit::Damaged)?;
    Ok([kind, &[VERSION], &checksum(&body), &body].concat())
}

fn opened<T: for<'a> Deserialize<'a>>(kind: &[u8], bytes: &[u8]) -> Result<T, Unfit> {
    let rest = bytes.strip_prefix(kind).ok_or(Unfit::Other)?;
    let (version, rest) = rest.split_first().ok_or(Unfit::Damaged)?;
    if *version != VERSION {
        return Err(Unfit::Version);
    }
    let (sum, body) = rest.split_first_chunk::<CHECKSUM>().ok_or(Unfit::Damaged)?;
    if *sum != checksum(body) {
        return Err(Unfit::Damaged);
    }
    postcard::from_bytes(body).map_err(|_| Unfit::Damaged)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    Sha256::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::{Part, Unfit, part_packed, part_unpacked, wanted_packed, wanted_unpacked};
    use crate::model::{Name, SourceRollup, Time, Undated, Wanted};
    use chrono::NaiveDate;
    use std::collections::{BTreeMap, BTreeSet};

    fn part() -> Part {
        let mut part = Part {
            since: Some(Time(5)),
            share: Some((2, 8)),
            asked: wanted(),
            undated: vec![undated()],
            written: BTreeMap::from([(Name::from("a/app.log"), Time(11))]),
            ..Part::default()
        };
        let source = SourceRollup {
            records: 3,
            format: Some("caddy"),
            ..SourceRollup::default()
        };
        part.rollup.sources.insert(Name::from("a/app.log"), Box::new(source));
        part
    }

    fn undated() -> Undated {
        Undated {
            sources: BTreeSet::from([Name::from("a/app.log")]),
            stamp: "10:00:00".to_owned(),
            has_day: false,
            zone: "Europe/Berlin".to_owned(),
            written: NaiveDate::from_ymd_opt(2026, 3, 1),
            told: None,
        }
    }

    fn wanted() -> Wanted {
        Wanted {
            client_ids: BTreeSet::from([7, u64::MAX]),
            failures: BTreeMap::from([(Name::from("a"), vec![Time(-1), Time(9)])]),
            spans: BTreeMap::from([(Name::from("a"), vec![(Time(1), Time(2))])]),
            retries: BTreeMap::new(),
            every: BTreeSet::from([Name::from("b")]),
        }
    }

    #[test]
    fn a_part_comes_back_as_it_was() {
        let again = part_unpacked(&part_packed(&part()).unwrap()).unwrap();
        assert_eq!(format!("{:?}", again.asked), format!("{:?}", part().asked));
        assert_eq!((again.undated, again.written), (vec![undated()], part().written));
        assert_eq!((again.since, again.until, again.share), (Some(Time(5)), None, Some((2, 8))));
        let source = &again.rollup.sources["a/app.log"];
        assert_eq!((source.records, source.format), (3, Some("caddy")));
    }

    #[test]
    fn a_question_comes_back_as_it_was() {
        let again = wanted_unpacked(&wanted_packed(&wanted()).unwrap()).unwrap();
        assert_eq!(format!("{again:?}"), format!("{:?}", wanted()));
    }

    #[test]
    fn what_is_no_part_or_a_later_one_or_damaged_is_told_apart() {
        let bytes = part_packed(&part()).unwrap();
        assert_eq!(part_unpacked(b"{\"level\":\"info\"}").unwrap_err(), Unfit::Other);
        assert_eq!(part_unpacked(&wanted_packed(&wanted()).unwrap()).unwrap_err(), Unfit::Other);
        let mut later = bytes.clone();
        later[super::PART.len()] += 1;
        assert_eq!(part_unpacked(&later).unwrap_err(), Unfit::Version);
        for at in super::PART.len() + 1..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x10;
            assert_eq!(part_unpacked(&damaged).unwrap_err(), Unfit::Damaged, "byte {at}");
        }
        for length in super::PART.len()..bytes.len() {
            assert_eq!(part_unpacked(&bytes[..length]).unwrap_err(), Unfit::Damaged);
        }
    }
}
