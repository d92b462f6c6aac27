//! What stood before the values of earlier lines, by which the members of the next are found without a walk.

use crate::gather::keys::{self, Key};
use crate::text::json::{Members, Value};

/// Members whose leads are remembered from line to line.
const PLACES_REMEMBERED: usize = 48;

/// Leads remembered for one place: a program writes a handful of kinds of lines.
const LEADS_REMEMBERED: usize = 4;

/// Longest lead remembered.
const LONGEST_LEAD: usize = 64;

/// What stood before the value at one place of an earlier line, and what its key means.
pub(super) struct Lead {
    text: Box<str>,
    pub(super) name: Box<str>,
    pub(super) key: Option<Key>,
}

/// The leads of the last lines, by their place in the line: a program writes its lines alike, so one comparison stands
/// for finding a key, folding it and looking it up. Measured: half of the parse.
#[derive(Default)]
pub(super) struct Remembered(Vec<Vec<Lead>>);

impl Remembered {
    /// Nothing yet.
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The member at `place` of a line, by the leads remembered for it or by walking it.
    pub(super) fn member<'a, 'm>(&'m mut self, place: usize, members: &mut Members<'a>) -> Option<(Meant<'a, 'm>, Value<'a>)> {
        if let Some(leads) = self.0.get_mut(place) {
            let known = leads
                .iter()
                .enumerate()
                .find_map(|(at, lead)| Some((at, members.next_behind(&lead.text)?)));
            if let Some((at, value)) = known {
                // The kind of line that came last comes next.
                leads.swap(0, at);
                return self.0.get(place)?.first().map(|lead| (Meant::Remembered(lead), value));
            }
        }
        let (text, name, value) = members.next_with_lead()?;
        self.learn(place, text, name);
        Some((Meant::Walked(name), value))
    }

    fn learn(&mut self, place: usize, text: &str, name: &str) {
        if place >= PLACES_REMEMBERED || text.len() > LONGEST_LEAD {
            return;
        }
        if place >= self.0.len() {
            self.0.resize_with(place + 1, Vec::new);
        }
        let Some(leads) = self.0.get_mut(place) else { return };
        leads.truncate(LEADS_REMEMBERED - 1);
        leads.insert(
            0,
            Lead {
                text: text.into(),
                name: name.into(),
                key: keys::key(name),
            },
        );
    }
}

/// A member's key: known from an earlier line, or as it stands.
pub(super) enum Meant<'a, 'm> {
    Remembered(&'m Lead),
    Walked(&'a str),
}

#[cfg(test)]
mod tests {
    use super::{Meant, Remembered};
    use crate::text::json::Members;
    use proptest::prelude::*;

    /// Members as programs write them, with the blanks, the nesting and the damage that logs have.
    fn member() -> impl Strategy<Value = String> {
        let key = prop_oneof![Just("status"), Just("model"), Just("a b"), Just(r#"x\"y"#), Just("")];
        let value = prop_oneof![
            Just(r#""gpt-4o""#),
            Just(r#""say \"no\"""#),
            Just("200"),
            Just("null"),
            Just(r#"{"status": [1, "}"]}"#),
            Just("[1, 2]"),
            Just(r#""cut"#),
            Just(""),
        ];
        let colon = prop_oneof![Just(":"), Just(": "), Just(" :"), Just("")];
        (key, colon, value).prop_map(|(key, colon, value)| format!("\"{key}\"{colon}{value}"))
    }

    fn line() -> impl Strategy<Value = String> {
        let comma = prop_oneof![Just(","), Just(", "), Just(" ,"), Just(",,")];
        (
            proptest::collection::vec(member(), 0..5),
            comma,
            prop_oneof![Just("}"), Just(" }"), Just("")],
        )
            .prop_map(|(members, comma, end)| format!("{{{}{end}", members.join(comma)))
    }

    proptest! {
        #[test]
        fn remembered_leads_say_what_walking_says(lines in proptest::collection::vec(line(), 1..12)) {
            let mut remembered = Remembered::default();
            for line in &lines {
                let mut walked = Members::of(line).unwrap();
                let mut quick = Members::of(line).unwrap();
                for place in 0.. {
                    let plain = walked.next();
                    let fast = remembered.member(place, &mut quick).map(|(meant, value)| match meant {
                        Meant::Remembered(lead) => (lead.name.to_string(), value),
                        Meant::Walked(name) => (name.to_owned(), value),
                    });
                    prop_assert_eq!(plain.map(|(name, value)| (name.to_owned(), value)), fast);
                    if plain.is_none() { break; }
                }
                prop_assert_eq!(walked.is_whole(), quick.is_whole());
            }
        }
    }
}
