//! Which values of a compiled format are a line's own.

use super::meaning::Meaning;
use crate::gather::alike::{Own, Slot};
use crate::gather::formats::access_keys::{Key, Unit};
use crate::gather::formats::{access_own, haproxy};
use crate::model::Fields;

/// The shortest id that nobody reads (a trace's, a span's).
const SHORTEST_ID: usize = 16;

/// The values that are the line's own; `None` where its duration is told more than once in a way that the order decides.
pub(super) fn slots(line: &str, fields: &Fields<'_>, told: &[(Meaning, &str)]) -> Option<Vec<Slot>> {
    let key = |(meaning, value): &(Meaning, _)| match meaning {
        Meaning::Of(key) | Meaning::Timer(key) => (Some(*key), *value),
        _ => (None, *value),
    };
    let keys: Vec<(Option<Key>, &str)> = told.iter().map(key).collect();
    let duration = access_own::duration(&keys)?;
    let timed = duration.map(|key| (key, Unit::Unsaid));
    let slot = |(meaning, value): &(Meaning, &str)| match *meaning {
        Meaning::Of(key) => access_own::slot(line, fields, timed, Some(key), value).into_iter().collect(),
        Meaning::Timer(key) if Some(key) == duration => {
            access_own::slot(line, fields, timed, Some(key), value).into_iter().collect()
        }
        Meaning::Timer(_) | Meaning::ServiceTime => Slot::number(line, value, Own::Nothing).into_iter().collect(),
        Meaning::ClientWithPort => Slot::port(line, value).into_iter().collect(),
        Meaning::Silent => silent(line, value).into_iter().collect(),
        Meaning::Captures(_) => {
            let values = value.trim_matches(['{', '}']).split('|');
            values.filter_map(|value| haproxy::id(line, fields, value)).collect()
        }
        _ => Vec::new(),
    };
    Some(told.iter().flat_map(slot).collect())
}

/// A value that nobody reads.
fn silent(line: &str, value: &str) -> Option<Slot> {
    let id = || Slot::id(line, value, Own::Nothing).filter(|_| value.len() >= SHORTEST_ID);
    Slot::number(line, value, Own::Nothing).or_else(id)
}
