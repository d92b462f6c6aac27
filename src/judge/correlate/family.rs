//! Which sources are one application's log: rotation cuts a log into files, and calls do not care.

use super::view::SourceIndex;
use crate::model::{Dimension, Grain, Name, Observation, Outcome, RetrySaid, SourceRollup, Vantage};
use std::collections::BTreeMap;

/// How finely an application's log tells its attempts (classification B3.4c).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Granularity {
    /// A line for each attempt.
    Attempt,
    /// The SDK's debug lines stand for the attempts.
    Detail,
    /// A line for each call: its last attempt.
    Call,
}

/// One application's log.
#[derive(Clone, Debug)]
pub(super) struct Family {
    /// Its files.
    pub(super) sources: Vec<SourceIndex>,
    /// How finely it tells attempts.
    pub(super) granularity: Granularity,
    /// Whether the exceptions that its lines name are ends of attempts that no other line tells.
    pub(super) exceptions_are_ends: bool,
}

impl Family {
    /// Whether it shows every attempt, not only the last of each call.
    pub(super) fn shows_every_attempt(&self) -> bool {
        self.granularity != Granularity::Call
    }
}

/// Groups the application sources into logs. Browser sources stand by themselves.
pub(super) fn families(sources: &[(&Name, &SourceRollup)]) -> Vec<Family> {
    let mut by_stem: BTreeMap<String, Vec<SourceIndex>> = BTreeMap::new();
    for (index, (name, rollup)) in sources.iter().enumerate() {
        if matches!(rollup.vantage, Some(Vantage::Application | Vantage::Browser)) {
            by_stem.entry(stem(name)).or_default().push(index);
        }
    }
    by_stem
        .into_values()
        .map(|members| {
            let granularity = granularity(&members, sources);
            Family {
                granularity,
                // Where nothing tells of attempts, no line above an exception can have told its end.
                exceptions_are_ends: granularity == Granularity::Call || exceptions_are_ends(&members, sources),
                sources: members,
            }
        })
        .collect()
}

/// Where a rotated log that was put into an archive of its own would lie: `app.log.1` of `app.log.1.zip!app.log.1`.
fn out_of_its_archive(name: &str) -> Option<String> {
    let (archive, member) = name.rsplit_once('!')?;
    let (folder, file) = archive.rsplit_once('/').unwrap_or(("", archive));
    let is_alone = !member.contains('/') && file.starts_with(&stem(member));
    let slash = if folder.is_empty() { "" } else { "/" };
    is_alone.then(|| format!("{folder}{slash}{member}"))
}

/// A log's name without what rotation and compression add: `app.log.2.gz`, `app.log-20250306` and `app.log` are one.
pub(crate) fn stem(name: &str) -> String {
    let unpacked = out_of_its_archive(name);
    let mut stem = unpacked.as_deref().unwrap_or(name);
    loop {
        let shorter = [".gz", ".zst", ".bz2", ".xz", ".lz4"]
            .iter()
            .find_map(|suffix| stem.strip_suffix(suffix))
            .or_else(|| {
                let (rest, last) = stem.rsplit_once(['.', '-', '_'])?;
                (!rest.is_empty() && !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) && rest.contains('.'))
                    .then_some(rest)
            });
        match shorter {
            Some(shorter) => stem = shorter,
            None => return stem.to_owned(),
        }
    }
}

fn granularity(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Granularity {
    let rollups = || {
        members
            .iter()
            .filter_map(|&index| sources.get(index))
            .map(|(_, rollup)| *rollup)
    };
    let has = |grain: Grain, seen: fn(&Observation) -> bool| {
        rollups()
            .any(|rollup| rollup.cells.total(grain) > 0 || rollup.observations.iter().any(|one| one.grain == grain && seen(one)))
    };
    if has(Grain::Attempt, |_| true) {
        Granularity::Attempt
    } else if has(Grain::Detail, |seen| {
        // An exception is logged by whoever gave up: only the SDK's own lines tell every attempt.
        let is_answer = matches!(seen.outcome, Outcome::Status(_) | Outcome::Caller(..)) && !names_exception(seen);
        is_answer || seen.retry.is_some_and(RetrySaid::is_announced)
    }) {
        Granularity::Detail
    } else {
        Granularity::Call
    }
}

/// Milliseconds within which the layers of a program name one exception: a client, the framework on it, a retry's wrapper and
/// the program itself, of which none waits.
const LAYERS_MS: i64 = 300;

/// A program that logs each attempt's end has at least one failed end for each exception it names, however many of its layers
/// name it. More exceptions than failed ends: the ends were not logged (a level too low, an SDK that is silent), and the
/// exceptions stand for them.
fn exceptions_are_ends(members: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> bool {
    let failed = |seen: &Observation| !matches!(seen.outcome, Outcome::Success | Outcome::Unsaid);
    let (mut named, mut ended) = (0_usize, 0_usize);
    for (_, rollup) in members.iter().filter_map(|&index| sources.get(index)) {
        let mut last: Option<&Observation> = None;
        for seen in rollup.observations.iter().filter(|seen| failed(seen)) {
            match seen.grain {
                Grain::Detail if names_exception(seen) => {
                    let is_again = |last: &Observation| {
                        seen.time.since(last.time).abs() <= LAYERS_MS && last.outcome.status() == seen.outcome.status()
                    };
                    named += usize::from(!last.is_some_and(is_again));
                    last = Some(seen);
                }
                Grain::Detail => {}
                Grain::Attempt | Grain::Call => ended += 1,
                Grain::Start | Grain::Tunnel => {}
            }
        }
    }
    named > ended
}

/// Whether a detail tells of an exception: an SDK's own line on an answer names none, and says what was asked or the id; a
/// broken exchange has no answer.
pub(super) fn names_exception(seen: &Observation) -> bool {
    match seen.outcome {
        Outcome::Success | Outcome::Unsaid => false,
        Outcome::Transport(_) => true,
        Outcome::Status(_) | Outcome::Caller(..) => {
            let is_exchange =
                seen.method.is_some() || seen.ids.x_request_id().is_some() || seen.attributes.get(Dimension::Endpoint).is_some();
            seen.error.is_some() || !is_exchange
        }
    }
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn rotated_files_are_one_log() {
        for name in [
            "a/app.log",
            "a/app.log.1",
            "a/app.log.12.gz",
            "a/app.log-20250306.zst",
            "a/app.log.1.gz",
            "a/app.log.1.zip!app.log.1",
            "a/app.log.1.zip!app.log",
        ] {
            assert_eq!(stem(name), "a/app.log");
        }
    }

    #[test]
    fn two_applications_with_numbers_in_their_names_stay_two() {
        assert_ne!(stem("app-1.jsonl"), stem("app-2.jsonl"));
        assert_ne!(stem("web-1/app.log"), stem("web-2/app.log"));
        assert_ne!(stem("web-1.zip!app.log"), stem("web-2.zip!app.log"));
        assert_ne!(stem("web-1.tgz!logs/app.log"), stem("web-2.tgz!logs/app.log"));
    }
}
