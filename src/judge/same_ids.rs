//! Logs that hold the same answers, and count twice: nearly always a proxy's and its copy in another directory.
//!
//! Rotations beside each other are left out before anything is read (`gather/discover`), and what two logs hold counts once
//! (`gather/twice`). That cannot be where directories tell of two proxies; but a provider gives an id once, and two logs of
//! one kind that have the same ids at the same times are one log twice.

use crate::model::{Finding, IdSample, Name, Rollup, SourceRollup};
use std::collections::BTreeMap;

/// Ids below which nothing is said: a few may be one request that two programs logged.
const IDS_NEEDED: usize = 10;

/// Logs that are compared with one that has the same smallest hash; the rest are told by their neighbours.
const COMPARED: usize = 8;

/// A remark for each log that holds what another one does.
pub(super) fn remarks(rollup: &Rollup) -> Vec<Finding> {
    // Samples keep the smallest hashes, so those of the same ids begin alike.
    let mut alike: BTreeMap<u64, Vec<(&Name, &SourceRollup)>> = BTreeMap::new();
    let mut remarks = Vec::new();
    for (name, source) in &rollup.sources {
        let Some(first) = ids(source).and_then(|ids| ids.iter().next()) else {
            continue;
        };
        let others = alike.entry(first.0).or_default();
        let twin = others.iter().find(|(_, other)| is_same(source, other));
        if let Some((other, _)) = twin {
            remarks.push(remark(name, other));
        } else if others.len() < COMPARED {
            others.push((name, source));
        }
    }
    remarks
}

/// The ids that tell a log apart: the provider's, or else the caller's.
fn ids(source: &SourceRollup) -> Option<&IdSample> {
    [&source.provider_ids, &source.client_ids]
        .into_iter()
        .find(|ids| ids.len() >= IDS_NEEDED)
}

/// Whether two logs tell of the same answers in the same way. Two proxies in a row do not: what the second one saw began
/// later, or came from another client.
fn is_same(one: &SourceRollup, other: &SourceRollup) -> bool {
    let told = |source: &SourceRollup| (source.format, source.vantage, source.records, source.bytes, source.span);
    told(one) == told(other) && one.provider_ids == other.provider_ids && one.client_ids == other.client_ids
}

fn remark(name: &Name, other: &Name) -> Finding {
    Finding {
        about: "same-ids",
        says: format!("It holds the same request ids at the same times as {other}."),
        advice: "If one is a copy of the other, leave it out: what they tell counts twice.".to_owned(),
        path: Some(Name::clone(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::remarks;
    use crate::model::{IdSample, Name, Rollup, SampledId, SourceRollup, Time};

    fn log(ids: u64, later_ms: i64, client: Option<&str>) -> Box<SourceRollup> {
        let mut sample = IdSample::default();
        for id in 0..ids {
            sample.keep(
                id,
                SampledId {
                    time: Time(i64::try_from(id).unwrap()).plus_ms(later_ms),
                    duration_ms: Some(20),
                    client: client.map(Name::from),
                },
            );
        }
        Box::new(SourceRollup {
            records: ids,
            provider_ids: sample,
            ..SourceRollup::default()
        })
    }

    fn told(one: Box<SourceRollup>, other: Box<SourceRollup>) -> usize {
        let mut rollup = Rollup::default();
        rollup.sources.insert(Name::from("a/app.log"), one);
        rollup.sources.insert(Name::from("b/app.log"), other);
        remarks(&rollup).len()
    }

    #[test]
    fn the_same_ids_at_the_same_times_are_remarked() {
        assert_eq!(told(log(30, 0, None), log(30, 0, None)), 1);
    }

    #[test]
    fn the_next_hop_a_part_of_them_and_a_few_are_not() {
        assert_eq!(told(log(30, 0, None), log(30, 4, None)), 0, "it saw them later");
        assert_eq!(
            told(log(30, 0, Some("10.0.0.1")), log(30, 0, Some("10.0.0.9"))),
            0,
            "from the first hop"
        );
        assert_eq!(told(log(30, 0, None), log(29, 0, None)), 0);
        assert_eq!(told(log(5, 0, None), log(5, 0, None)), 0);
    }
}
