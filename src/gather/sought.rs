//! The ids that are looked for in the bytes of records: as whole words, or as the beginnings of longer ones.

use crate::model::Name;
use crate::redact::scrub;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use std::collections::BTreeSet;

/// Letters by which an id that stands in no log is looked for among those that do: enough that chance matches none, few
/// enough that a slip further on is forgiven.
const LETTERS_ALIKE: usize = 8;

/// Letters of an id below which too many others are alike.
const FEWEST_ALIKE: usize = 4;

/// Ids alike that are told: more are no help.
const MOST_ALIKE: usize = 5;

/// The longest word that is taken for an id.
const LONGEST: usize = 256;

/// Ids to look for.
pub struct Sought {
    search: AhoCorasick,
    ids: Vec<Name>,
    longest: usize,
    /// Words that begin like the only id, in either case, in place of the id itself.
    alike: bool,
}

impl Sought {
    /// Looks for these ids. `None` where there are none, or more than can be looked for.
    #[must_use]
    pub fn of(ids: &BTreeSet<Name>) -> Option<Self> {
        Self::new(ids.iter().map(Name::clone).collect(), false)
    }

    /// Looks for words that begin as this id does, in either case, or that it begins with.
    #[must_use]
    pub fn alike(id: &str) -> Option<Self> {
        if id.len() < FEWEST_ALIKE {
            return None;
        }
        Self::new(vec![Name::from(id)], true)
    }

    fn new(ids: Vec<Name>, alike: bool) -> Option<Self> {
        let beginning = |id: &Name| id.bytes().take(LETTERS_ALIKE).collect::<Vec<u8>>();
        let whole = |id: &Name| id.bytes().collect::<Vec<u8>>();
        let patterns: Vec<Vec<u8>> = ids.iter().map(if alike { beginning } else { whole }).collect();
        let longest = patterns.iter().map(Vec::len).max().filter(|longest| *longest > 0)?;
        let search = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(alike)
            .build(patterns)
            .ok()?;
        Some(Self {
            search,
            ids,
            longest,
            alike,
        })
    }

    /// Bytes of the longest pattern.
    #[must_use]
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Whether one of them may stand in these bytes: the cheap question asked before any record is read.
    #[must_use]
    pub(super) fn may_be_in(&self, bytes: &[u8]) -> bool {
        self.search.is_match(bytes)
    }

    /// Which of them stand in a record; of ids alike, the words themselves.
    #[must_use]
    pub(super) fn ids_in(&self, record: &[u8]) -> BTreeSet<Name> {
        let mut found = BTreeSet::new();
        for hit in self.search.find_overlapping_iter(record) {
            let (before, from) = record.split_at(hit.start());
            if before.last().copied().is_some_and(is_of_word) || found.len() >= MOST_ALIKE && self.alike {
                continue;
            }
            let word = from.iter().position(|byte| !is_of_word(*byte)).unwrap_or(from.len());
            let Some(word) = from.get(..word.min(LONGEST)).and_then(|word| std::str::from_utf8(word).ok()) else {
                continue;
            };
            let Some(id) = self.ids.get(hit.pattern().as_usize()) else {
                continue;
            };
            if self.alike {
                // What has no digit is a field's name, not an id.
                let is_one = word.bytes().any(|byte| byte.is_ascii_digit()) && is_alike(id, word);
                found.extend(is_one.then(|| scrub::id(word)).flatten().map(Name::from));
            } else if word == &**id {
                found.insert(Name::clone(id));
            } else if !id.bytes().all(is_of_word) && from.starts_with(id.as_bytes()) {
                // An id of an odd shape: it ends where it says.
                found.insert(Name::clone(id));
            }
        }
        found
    }
}

/// Whether a byte goes on with an id: a longer word is another id.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// Whether one begins with the other, in either case.
fn is_alike(id: &str, word: &str) -> bool {
    let shorter = id.len().min(word.len());
    let beginning = |text: &str| {
        text.bytes()
            .take(shorter)
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<u8>>()
    };
    shorter >= LETTERS_ALIKE.min(id.len()) && beginning(id) == beginning(word)
}

#[cfg(test)]
mod tests {
    use super::Sought;
    use crate::model::Name;
    use std::collections::BTreeSet;

    fn found(sought: &Sought, record: &str) -> Vec<String> {
        sought.ids_in(record.as_bytes()).iter().map(|id| id.to_string()).collect()
    }

    #[test]
    fn an_id_is_found_as_a_whole_word_only() {
        let ids = BTreeSet::from([Name::from("req_00ab"), Name::from("log_c21621")]);
        let sought = Sought::of(&ids).unwrap();
        assert_eq!(found(&sought, r#"rid="req_00ab" id=log_c21621,"#), ["log_c21621", "req_00ab"]);
        for other in ["req_00abc", "xreq_00ab", "req_00ab-1", "REQ_00AB"] {
            assert!(found(&sought, other).is_empty(), "{other}");
        }
    }

    #[test]
    fn ids_alike_differ_in_case_or_in_length() {
        let sought = Sought::alike("req_00df9e299a92").unwrap();
        assert_eq!(found(&sought, "x REQ_00DF9E299A92 y"), ["REQ_00DF9E299A92"]);
        assert_eq!(found(&sought, "id=req_00df9e299a92c850e72a"), ["req_00df9e299a92c850e72a"]);
        assert!(found(&sought, "req_00df0000").is_empty());
        let with_edge = Sought::alike("8d3f0011223344aa-FRA").unwrap();
        assert_eq!(found(&with_edge, "ray 8d3f0011223344aa."), ["8d3f0011223344aa"]);
    }

    #[test]
    fn nothing_is_looked_for_where_nothing_is_asked() {
        assert!(Sought::of(&BTreeSet::new()).is_none());
        assert!(Sought::alike("").is_none());
    }
}
