//! The second wall: finished bytes pass one scrubber, and what still looks like a secret or a person is replaced and
//! counted. A hit is a sign of a fault elsewhere, for reports are built from typed fields.

mod checks;
mod clean;
mod encoded;
mod hints;
mod shapes;

#[cfg(test)]
mod tests;

use hints::{Hints, Places};
use regex::bytes::RegexBuilder;
use regex::{Captures, Regex, bytes};
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
    if is_clean(&text) {
        return (text, Removed::new());
    }
    replaced(text)
}

/// The same where strangers read: addresses go too, for own ones are pseudonyms before they get here.
#[must_use]
pub fn wall_for_strangers(text: String) -> (String, Removed) {
    if is_clean_for_strangers(&text) {
        return (text, Removed::new());
    }
    replaced_for_strangers(text)
}

/// [`wall`] of what is not called clean.
fn replaced(text: String) -> (String, Removed) {
    let mut removed = Removed::new();
    let text = RULES.applied(RULES.secrets, text, &mut removed);
    (encoded::removed(text, &mut removed), removed)
}

/// [`wall_for_strangers`] of what is not called clean.
fn replaced_for_strangers(text: String) -> (String, Removed) {
    let (text, mut removed) = replaced(text);
    (RULES.applied(RULES.addresses, text, &mut removed), removed)
}

/// Whether [`wall`] leaves a text as it is. It does where it does so with each of its lines, so it does not matter where a
/// text is cut, if at line ends.
#[must_use]
pub fn is_clean(text: &str) -> bool {
    clean::is_clean(&RULES, RULES.secrets, text)
}

/// The same of [`wall_for_strangers`].
#[must_use]
pub fn is_clean_for_strangers(text: &str) -> bool {
    clean::is_clean(&RULES, RULES.secrets | RULES.addresses, text)
}

static RULES: LazyLock<Rules> = LazyLock::new(Rules::new);

/// Made when it is first asked for: a text seldom seems to hold what it means.
type Compiled<R> = LazyLock<Option<R>, Box<dyn FnOnce() -> Option<R> + Send>>;

/// What a rule removes, by the word of the report's `redacted`.
struct Rule {
    class: &'static str,
    /// Over bytes and ASCII classes, which make it a tenth of the size. `None` never holds: every shape is tested to compile.
    roughly: Compiled<bytes::Regex>,
    /// The shape's own expression, which has the last word.
    shape: Compiled<Regex>,
    /// Whether a match is really one (a check digit).
    holds: fn(&str) -> bool,
}

/// Rules, and what their matches hold, so that a clean text is passed over once.
struct Rules {
    hints: Hints,
    rules: Vec<Rule>,
    /// The places of those for everybody.
    secrets: Places,
    /// The places of those for strangers.
    addresses: Places,
}

impl Rules {
    fn new() -> Self {
        let written = |shape: &str| shape.replace(BOUND_MARK, BOUND);
        let rule = |&(class, shape, holds, _): &'static Row| Rule {
            class,
            roughly: LazyLock::new(Box::new(move || {
                let rough = RegexBuilder::new(&written(shape)).unicode(false).build();
                rough.ok()
            })),
            shape: LazyLock::new(Box::new(move || Regex::new(&written(shape)).ok())),
            holds,
        };
        let rows = || SECRETS.iter().chain(ADDRESSES);
        let secrets = (1 << SECRETS.len()) - 1;
        Self {
            hints: Hints::of(rows().map(|(.., hint)| *hint)),
            rules: rows().map(rule).collect(),
            secrets,
            addresses: ((1 << rows().count()) - 1) & !secrets,
        }
    }

    /// The rules among these that a text may fall under, with their shapes.
    fn asked(&self, among: Places, text: &str) -> impl Iterator<Item = (&Rule, &Regex)> {
        let places = self.hints.of_text(text.as_bytes(), among);
        let rules = self.rules.iter().enumerate().filter(move |(at, _)| places >> at & 1 == 1);
        let roughly = move |rule: &&Rule| rule.roughly.as_ref().is_some_and(|rough| rough.is_match(text.as_bytes()));
        let rules = rules.map(|(_, rule)| rule).filter(roughly);
        rules.filter_map(|rule| Some((rule, rule.shape.as_ref()?)))
    }

    /// The class of the first rule among these that a text falls under.
    fn class_of(&self, among: Places, text: &str) -> Option<&'static str> {
        let holds = |(rule, shape): &(&Rule, &Regex)| shape.captures_iter(text).any(|found| (rule.holds)(secret(&found).1));
        self.asked(among, text).find(holds).map(|(rule, _)| rule.class)
    }

    fn applied(&self, among: Places, mut text: String, removed: &mut Removed) -> String {
        for _ in 0..ROUNDS {
            let mut found_any = false;
            let asked: Vec<_> = self.asked(among, &text).collect();
            for (rule, shape) in asked {
                let replaced = shape.replace_all(&text, |found: &Captures<'_>| {
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
