//! The second wall: finished bytes pass one scrubber, and what still looks like a secret or a person is replaced and
//! counted. A hit is a sign of a fault elsewhere, for reports are built from typed fields.

mod checks;
mod encoded;
mod shapes;

#[cfg(test)]
mod tests;

use regex::{Captures, Regex, RegexSet};
use shapes::{ADDRESSES, BOUND, BOUND_MARK, Row, SECRETS};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Counts of what was removed, by class.
pub type Removed = BTreeMap<&'static str, u64>;

/// Rounds at most: what is uncovered by one replacement is seen in the next round.
const ROUNDS: usize = 4;

/// Replaces whatever looks like a secret or personal data, and counts it. A second pass finds nothing more.
#[must_use]
pub fn wall(text: String) -> (String, Removed) {
    let mut removed = Removed::new();
    let text = SECRET_RULES.applied(text, &mut removed);
    (encoded::removed(text, &mut removed), removed)
}

/// The same where strangers read: addresses go too, for own ones are pseudonyms before they get here.
#[must_use]
pub fn wall_for_strangers(text: String) -> (String, Removed) {
    let (text, mut removed) = wall(text);
    (ADDRESS_RULES.applied(text, &mut removed), removed)
}

static SECRET_RULES: LazyLock<Rules> = LazyLock::new(|| Rules::of(SECRETS));
static ADDRESS_RULES: LazyLock<Rules> = LazyLock::new(|| Rules::of(ADDRESSES));

/// What a rule removes, by the word of the report's `redacted`.
struct Rule {
    class: &'static str,
    shape: Regex,
    /// Whether a match is really one (a check digit).
    holds: fn(&str) -> bool,
}

/// Rules, and all their shapes as one, so that a clean text is passed over once.
struct Rules {
    any: RegexSet,
    rules: Vec<Rule>,
}

impl Rules {
    fn of(rows: &[Row]) -> Self {
        let rules: Vec<Rule> = rows
            .iter()
            .filter_map(|(class, shape, holds)| {
                Some(Rule {
                    class,
                    shape: Regex::new(&shape.replace(BOUND_MARK, BOUND)).ok()?,
                    holds: *holds,
                })
            })
            .collect();
        Self {
            any: RegexSet::new(rules.iter().map(|rule| rule.shape.as_str())).unwrap_or_else(|_| RegexSet::empty()),
            rules,
        }
    }

    /// The class of the first rule that a text falls under.
    fn class_of(&self, text: &str) -> Option<&'static str> {
        let hits = self.any.matches(text).into_iter().filter_map(|at| self.rules.get(at));
        let mut hits = hits.filter(|rule| rule.shape.captures_iter(text).any(|found| (rule.holds)(secret(&found).1)));
        hits.next().map(|rule| rule.class)
    }

    fn applied(&self, mut text: String, removed: &mut Removed) -> String {
        for _ in 0..ROUNDS {
            let mut found_any = false;
            for rule in self.any.matches(&text).into_iter().filter_map(|at| self.rules.get(at)) {
                let replaced = rule.shape.replace_all(&text, |found: &Captures<'_>| {
                    let (lead, secret, tail) = secret(found);
                    if !(rule.holds)(secret) {
                        return format!("{lead}{secret}{tail}");
                    }
                    found_any = true;
                    *removed.entry(rule.class).or_default() += 1;
                    format!("{lead}[{} removed]{tail}", rule.class)
                });
                text = replaced.into_owned();
            }
            if !found_any {
                break;
            }
        }
        text
    }
}

/// What stands before the secret within a match, the secret, and what stands after it: the group `s` where a rule has
/// one. A rule without a group for its end takes all to the end.
fn secret<'t>(found: &Captures<'t>) -> (&'t str, &'t str, &'t str) {
    let whole = found.get(0).map_or("", |whole| whole.as_str());
    let tail = found.name("end").map_or("", |end| end.as_str());
    let (rest, tail) = whole.split_at(whole.len() - tail.len());
    match (found.get(0), found.name("s")) {
        (Some(all), Some(secret)) => {
            let (lead, secret) = rest.split_at(secret.start() - all.start());
            (lead, secret, tail)
        }
        _ => ("", rest, tail),
    }
}
