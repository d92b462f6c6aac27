//! What shards and their merge ask of each other: the successes that saved a call whose failure another shard read.
//!
//! A merge cannot read logs again. So a shard keeps every success with a caller's id where these are few, and the merge
//! takes those that a run over everything would have looked for. Of longer logs it keeps what its own failures ask for,
//! and the merge says which ones have to be asked again.

use super::wanted::{united, wanted};
use crate::model::{Name, Observation, Rollup, Seldom, SourceRollup, Time, Wanted};
use std::collections::BTreeSet;

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
            let started = seen.time.plus_ms(-i64::from(seen.duration_ms.unwrap_or_default()));
            let client_id = seen.ids.x_client_request_id();
            client_id.is_some_and(|id| wanted.wants_id(&name, id, seen.time))
                || wanted.wants_end(&name, seen.grain, started, seen.time)
        };
        let observations: Seldom<Vec<Observation>> = source.observations.into_iter().filter(is_wanted).collect();
        let only = SourceRollup {
            observations,
            ..SourceRollup::default()
        };
        chosen.sources.insert(name, Box::new(only));
    }
    chosen
}

/// The sources of a shard whose second look was not asked for all that a run over everything would ask for. `rollup` holds
/// all shards, `own` is what this one read.
#[must_use]
pub fn unanswered(rollup: &Rollup, own: &BTreeSet<Name>, asked: &Wanted, wanted: &Wanted) -> BTreeSet<Name> {
    let strangers = !wanted.client_ids.is_subset(&asked.client_ids);
    let is_unanswered = |name: &&Name| {
        let (Some(source), Some(spans)) = (rollup.sources.get(*name), wanted.spans.get(*name)) else {
            return false;
        };
        let is_asked = source.with_client_id > 0 && source.span.is_some_and(|span| meets(source, span, spans));
        is_asked && !asked.every.contains(*name) && (strangers || !covers(asked.spans.get(*name), spans))
    };
    own.iter().filter(is_unanswered).map(Name::clone).collect()
}

/// Whether a source has records in one of the stretches. Stamps may be starts.
fn meets(source: &SourceRollup, (first, last): (Time, Time), spans: &[(Time, Time)]) -> bool {
    let last = last.plus_ms(i64::from(source.longest_ms));
    spans.iter().any(|(from, to)| *from <= last && first <= *to)
}

/// Whether every stretch lies within one that was asked for.
fn covers(asked: Option<&Vec<(Time, Time)>>, spans: &[(Time, Time)]) -> bool {
    let within = |(from, to): &(Time, Time)| asked.into_iter().flatten().any(|(start, end)| start <= from && to <= end);
    spans.iter().all(within)
}

#[cfg(test)]
mod tests {
    use super::{KEPT, chosen, unanswered, wanted_of_shard};
    use crate::model::{Ids, Name, Observation, Outcome, Rollup, SourceRollup, Time, Vantage, id_hash};
    use std::collections::BTreeSet;

    fn seen(time: i64, outcome: Outcome, id: &str) -> Observation {
        Observation {
            ids: Ids::new(None, Some(id)),
            ..Observation::ended(Time(time), outcome)
        }
    }

    fn shard(name: &str, with_client_id: u64, observations: Vec<Observation>) -> Rollup {
        let mut rollup = Rollup::default();
        let source = SourceRollup {
            vantage: Some(Vantage::Proxy),
            with_client_id,
            span: Some((Time(0), Time(100_000))),
            observations: observations.into_iter().collect(),
            ..SourceRollup::default()
        };
        rollup.sources.insert(Name::from(name), Box::new(source));
        rollup
    }

    #[test]
    fn of_what_was_kept_only_what_a_whole_run_looks_for_counts() {
        let failed = shard("proxy.log", 1, vec![seen(50_000, Outcome::Status(500), "call-1")]);
        let other = shard("app.log", 2, Vec::new());
        let wanted = crate::judge::wanted(&failed.merge(other));
        let kept = vec![
            seen(52_000, Outcome::Success, "call-1"),
            seen(52_000, Outcome::Success, "call-2"),
            seen(9_000_000, Outcome::Success, "call-1"),
        ];
        let chosen = chosen(shard("app.log", 2, kept), &wanted);
        assert_eq!(chosen.sources["app.log"].observations.len(), 1);
    }

    #[test]
    fn a_long_log_has_to_be_asked_again_for_failures_in_other_shards_and_then_not_again() {
        let failed = shard("proxy.log", 1, vec![seen(50_000, Outcome::Status(500), "call-1")]);
        let long = shard("app.log", KEPT + 1, Vec::new());
        let own = BTreeSet::from([Name::from("app.log")]);
        let asked = wanted_of_shard(&long, None);
        let whole = failed.merge(long.clone());
        let wanted = crate::judge::wanted(&whole);
        assert_eq!(unanswered(&whole, &own, &asked, &wanted), own);
        let asked = wanted_of_shard(&long, Some(wanted.clone()));
        assert!(asked.client_ids.contains(&id_hash("call-1")));
        assert!(unanswered(&whole, &own, &asked, &wanted).is_empty());
    }

    #[test]
    fn a_short_log_needs_no_question() {
        let failed = shard("proxy.log", 1, vec![seen(50_000, Outcome::Status(500), "call-1")]);
        let short = shard("app.log", 10, Vec::new());
        let asked = wanted_of_shard(&short, None);
        let whole = failed.merge(short);
        let wanted = crate::judge::wanted(&whole);
        assert!(unanswered(&whole, &BTreeSet::from([Name::from("app.log")]), &asked, &wanted).is_empty());
    }
}
