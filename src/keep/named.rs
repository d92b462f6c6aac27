//! What a log that was read is called today.

use crate::model::{KnownLog, Name, Rollup, SourceRollup};
use std::collections::{BTreeMap, BTreeSet};

/// Gives every log's rollup its name of today. A log that is gone gives up a name that another one bears now, and takes
/// one that still says to which log it belonged.
#[must_use]
pub fn named(rollups: BTreeMap<u64, SourceRollup>, present: &[&KnownLog], gone: &[&KnownLog]) -> Rollup {
    let mut taken: BTreeSet<Name> = present.iter().map(|log| Name::clone(&log.name)).collect();
    let names: BTreeMap<u64, &Name> = present.iter().map(|log| (log.number, &log.name)).collect();
    let old: BTreeMap<u64, &Name> = gone.iter().map(|log| (log.number, &log.name)).collect();
    let mut rollup = Rollup::default();
    for (number, source) in rollups {
        if let Some(name) = names.get(&number) {
            rollup.sources.insert(Name::clone(name), source);
            continue;
        }
        let name = old.get(&number).map_or("forgotten.log", |name| name.as_ref());
        let mut free = Name::from(name);
        let mut at = number;
        while !taken.insert(Name::clone(&free)) {
            free = Name::from(format!("{name}.{at}"));
            at += 1000;
        }
        rollup.sources.insert(free, source);
    }
    rollup
}
