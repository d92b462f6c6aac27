//! What shards and their merge ask of each other: the successes that saved a call whose failure another shard read.
//!
//! A merge cannot read logs again. So a shard keeps every success with a caller's id where these are few, and the merge
//! takes those that a run over everything would have looked for. Of longer logs it keeps what its own failures ask for,
//! and the merge says which ones have to be asked again.

use super::wanted::{united, wanted};
use crate::model::{Grain, Name, Observation, Rollup, SourceRollup, Wanted};
use std::collections::{BTreeMap, BTreeSet};

/// Successes that one shard keeps for others: some 50 MB while it reads, and a tenth of it in its part.
const KEPT: u64 = 131_072;

/// What the second look of one shard should bring, given the question of an earlier merge, if there was one.
#[must_use]
pub fn wanted_of_shard(rollup: &Rollup, question: Option<Wanted>) -> Wanted {
    let mut asked = wanted(rollup);
    if let Some(question) = question {
        asked.client_ids.extend(question.client_ids);
        for (name, spans) in question.spans {
            let mine = asked.spans.entry(name).or_default();
            mine.extend(spans);
            *mine = united(std::mem::take(mine));
        }
        return asked;
    }
    let mut sources: Vec<(u64, &Name)> = rollup
        .sources
        .iter()
        .filter(|(_, source)| source.with_client_id > 0)
        .map(|(name, source)| (source.with_client_id, name))
        .collect();
    sources.sort_unstable();
    let mut kept = 0;
    for (count, name) in sources {
        kept += count;
        if kept > KEPT {
            break;
        }
        asked.every.insert(Name::clone(name));
    }
    asked
}

/// Of what the shards kept, the successes that a run over everything would have looked for.
#[must_use]
pub fn chosen(kept: Rollup, wanted: &Wanted) -> Rollup {
    let mut chosen = Rollup::default();
    for (name, source) in kept.sources {
        let is_wanted = |seen: &Observation| {
            let started = seen.time.plus_ms(-i64::from(seen.duration_ms.unwrap_or(0)));
            let client_id = seen.ids.x_client_request_id.as_ref();
            client_id.is_some_and(|id| wanted.wants_id(&name, id, seen.time))
                || (seen.grain == Grain::Call && wanted.wants_call(&name, started, seen.time))
        };
        let observations: Vec<Observation> = source.observations.into_iter().filter(is_wanted).collect();
        let only = SourceRollup {
            observations,
            ..SourceRollup::default()
        };
        chosen.sources.insert(name, only);
    }
    chosen
}

/// The sources of a shard whose second look was not asked for all that a run over everything would ask for.
#[must_use]
pub fn unanswered(shard: &Rollup, asked: &Wanted, wanted: &Wanted) -> BTreeSet<Name> {
    let strangers = !wanted.client_ids.is_subset(&asked.client_ids);
    let is_within = |name: &Name, spans: &[(crate::model::Time, crate::model::Time)]| {
        let mine = asked.spans.get(name).map_or(&[][..], Vec::as_slice);
        spans
            .iter()
            .all(|(from, to)| mine.iter().any(|(start, end)| start <= from && to <= end))
    };
    let is_unanswered = |(name, source): &(&Name, &SourceRollup)| {
        let asks = wanted.spans.get(*name).filter(|spans| {
            let span = source
                .span
                .map(|(first, last)| (first, last.plus_ms(i64::from(source.longest_ms))));
            span.is_some_and(|(first, last)| spans.iter().any(|(from, to)| *from <= last && first <= *to))
        });
        let is_asked = source.with_client_id > 0 && asks.is_some();
        is_asked && !asked.every.contains(*name) && (strangers || asks.is_some_and(|spans| !is_within(name, spans)))
    };
    shard
        .sources
        .iter()
        .filter(is_unanswered)
        .map(|(name, _)| Name::clone(name))
        .collect()
}

/// Two shards that hold a source of one name: they cannot be told apart.
#[must_use]
pub fn held_twice<'a>(shards: impl Iterator<Item = (&'a str, &'a Rollup)>) -> Option<(Name, &'a str, &'a str)> {
    let mut held: BTreeMap<&Name, &str> = BTreeMap::new();
    for (shard, rollup) in shards {
        for name in rollup.sources.keys() {
            if let Some(first) = held.insert(name, shard) {
                return Some((Name::clone(name), first, shard));
            }
        }
    }
    None
}
