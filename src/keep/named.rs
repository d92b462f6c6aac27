//! What a log that was read is called today, and the sources that lie in it.

use crate::model::{KnownLog, Name, Rollup, SourceRollup};
use std::collections::{BTreeMap, BTreeSet};

/// The source that a log is itself; a log into which several hosts write holds others.
pub const ITSELF: &str = "";

/// Begins what a source in a log is called where its name does not begin with the log's.
const APART: char = '=';

/// Which source of a log it is, so that it is found again when the log is renamed.
#[must_use]
pub fn within(log: &str, source: &str) -> String {
    source
        .strip_prefix(log)
        .map_or_else(|| format!("{APART}{source}"), str::to_owned)
}

/// The name of a source in a log.
fn source(log: &str, within: &str) -> Name {
    Name::from(match within.strip_prefix(APART) {
        Some(apart) => apart.to_owned(),
        None => format!("{log}{within}"),
    })
}

/// Gives every log's rollups their names of today. A log that is gone gives up a name that another one bears now, and takes
/// one that still says to which log it belonged.
#[must_use]
pub fn named(rollups: BTreeMap<(u64, String), SourceRollup>, present: &[&KnownLog], gone: &[&KnownLog]) -> Rollup {
    let mut taken: BTreeSet<Name> = present.iter().map(|log| Name::clone(&log.name)).collect();
    let mut names: BTreeMap<u64, Name> = present.iter().map(|log| (log.number, Name::clone(&log.name))).collect();
    let known = rollups.keys().map(|(number, _)| *number).collect::<BTreeSet<_>>();
    for number in known {
        if names.contains_key(&number) {
            continue;
        }
        let old = gone.iter().find(|log| log.number == number);
        let name = old.map_or("forgotten.log", |log| log.name.as_ref());
        let mut free = Name::from(name);
        let mut at = number;
        while !taken.insert(Name::clone(&free)) {
            free = Name::from(format!("{name}.{at}"));
            at += 1000;
        }
        names.insert(number, free);
    }
    let mut rollup = Rollup::default();
    for ((number, within), part) in rollups {
        let name = names
            .get(&number)
            .map_or_else(|| Name::from("forgotten.log"), |name| source(name, &within));
        let mine = *rollup.sources.remove(&name).unwrap_or_default();
        rollup.sources.insert(name, Box::new(mine.merge(part)));
    }
    rollup
}

#[cfg(test)]
mod tests {
    use super::{named, within};
    use crate::model::{KnownLog, Name, SourceRollup};
    use std::collections::BTreeMap;

    fn log(number: u64, name: &str) -> KnownLog {
        KnownLog {
            number,
            name: Name::from(name),
            ..KnownLog::default()
        }
    }

    #[test]
    fn sources_in_a_log_are_renamed_with_it_and_a_gone_log_gives_its_name_up() {
        let parts = [
            (1, within("x.log", "x.log!web-1")),
            (1, within("x.log", "x.log")),
            (2, within("x.log", "x.log")),
        ];
        let rollups: BTreeMap<_, _> = parts.into_iter().map(|part| (part, SourceRollup::default())).collect();
        let (moved, new, gone) = (log(1, "x.log.1"), log(3, "x.log"), log(2, "x.log"));
        let rollup = named(rollups, &[&moved, &new], &[&gone]);
        let names: Vec<&str> = rollup.sources.keys().map(AsRef::as_ref).collect();
        assert_eq!(names, ["x.log.1", "x.log.1!web-1", "x.log.2"]);
    }
}
