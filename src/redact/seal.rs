//! The only door to a report: findings become [`Sealed`], with own names replaced where the reader is a stranger.

use super::pseudonym::{Kind, Pseudonyms};
use crate::model::{Attempt, Attributes, Coverage, Dimension, Findings, Name, Scope, Window};
use crate::providers;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who reads the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The engineer at the terminal: own names stay.
    Terminal,
    /// The own team, on request: own names stay, and the report is marked "do not send".
    Internal,
    /// Anybody it may be forwarded to: own names become pseudonyms.
    Forwardable,
}

/// What may be told, and to whom.
#[derive(Clone)]
pub struct Policy {
    /// Who reads it.
    pub audience: Audience,
    /// The key of the pseudonyms.
    pub key: Vec<u8>,
}

/// Findings that may be shown. The field is private: nothing else can make one.
#[derive(Clone, Debug)]
pub struct Sealed(Findings);

impl Sealed {
    /// What may be shown.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.0
    }
}

/// A path or another own name that no finding holds, as the policy's audience may read it.
#[must_use]
pub fn told(policy: &Policy, name: &str) -> String {
    if policy.audience == Audience::Forwardable {
        Pseudonyms::with_key(&policy.key).of(Kind::Path, name)
    } else {
        name.to_owned()
    }
}

/// Makes findings showable to the policy's audience.
#[must_use]
pub fn seal(mut findings: Findings, policy: &Policy) -> Sealed {
    if policy.audience != Audience::Forwardable {
        return Sealed(findings);
    }
    let mut names = Names::by(policy);
    names.learn(&findings);
    names.coverage(&mut findings.coverage);
    for window in &mut findings.windows {
        names.window(window);
    }
    findings.isolated.iter_mut().for_each(|attempt| names.attempt(attempt));
    for slice in &mut findings.timeline.slices {
        let own = OWN.iter().find(|(dimension, _)| *dimension == slice.dimension);
        if let (Some((_, kind)), Some(name)) = (own, &mut slice.name) {
            *name = Name::from(names.stand_in(*kind, name));
        }
    }
    for finding in &mut findings.findings {
        finding.path = finding.path.take().map(|path| names.path(&path));
        finding.says = names.sentence(&finding.says);
        finding.advice = names.sentence(&finding.advice);
    }
    Sealed(findings)
}

/// Makes a scope showable to the policy's audience.
#[must_use]
pub fn seal_scope(mut scope: Scope, policy: &Policy) -> Scope {
    if policy.audience == Audience::Forwardable {
        let names = Names {
            pseudonyms: Pseudonyms::with_key(&policy.key),
            known: BTreeMap::new(),
        };
        names.scope(&mut scope);
    }
    scope
}

/// Own names and their stand-ins.
pub(super) struct Names {
    pseudonyms: Pseudonyms,
    known: BTreeMap<Name, String>,
}

/// Dimensions whose values are own names, and what they name.
const OWN: [(Dimension, Kind); 4] = [
    (Dimension::ServerAddress, Kind::Host),
    (Dimension::Proxy, Kind::Proxy),
    (Dimension::Host, Kind::Host),
    (Dimension::Client, Kind::Address),
];

impl Names {
    /// Nothing is known yet.
    pub(super) fn by(policy: &Policy) -> Self {
        Self {
            pseudonyms: Pseudonyms::with_key(&policy.key),
            known: BTreeMap::new(),
        }
    }

    fn learn(&mut self, findings: &Findings) {
        let attempts = findings
            .windows
            .iter()
            .flat_map(|window| &window.requests)
            .chain(&findings.isolated);
        let mut own: Vec<(Kind, Name)> = Vec::new();
        for attributes in attempts.map(|attempt| &attempt.attributes) {
            own.extend(
                OWN.iter()
                    .filter_map(|(dimension, kind)| Some((*kind, attributes.get(*dimension)?.clone()))),
            );
        }
        for window in &findings.windows {
            for (dimension, kind) in OWN {
                own.extend(
                    window
                        .scope
                        .values
                        .get(&dimension)
                        .into_iter()
                        .flatten()
                        .map(|name| (kind, name.clone())),
                );
            }
        }
        for (kind, name) in own {
            let stand_in = self.stand_in(kind, &name);
            self.known.insert(name, stand_in);
        }
        self.learn_sources(&findings.coverage);
    }

    /// Learns the names of what was read, which sentences may hold.
    pub(super) fn learn_sources(&mut self, coverage: &Coverage) {
        for source in &coverage.sources {
            let own = [(Kind::Host, source.host.as_ref()), (Kind::Path, Some(&source.path))];
            for (kind, name) in own {
                if let Some(name) = name {
                    self.known.insert(Name::clone(name), self.stand_in(kind, name));
                }
            }
        }
    }

    /// Replaces the names of what was read.
    pub(super) fn coverage(&self, coverage: &mut Coverage) {
        for source in &mut coverage.sources {
            source.path = self.path(&source.path);
            source.host = source.host.take().map(|host| self.host(&host));
            source.notes.iter_mut().for_each(|note| *note = self.sentence(note));
        }
        for skipped in &mut coverage.skipped {
            skipped.path = self.path(&skipped.path);
            skipped.reason = self.sentence(&skipped.reason);
        }
    }

    /// A provider's host stays; Azure's keeps what is Azure's.
    fn stand_in(&self, kind: Kind, name: &str) -> String {
        const AZURE: [&str; 3] = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];
        if kind != Kind::Path {
            if let Some(domain) = AZURE.iter().find(|domain| name.ends_with(**domain)) {
                return format!("{}{domain}", self.pseudonyms.of(Kind::Host, name));
            }
            if providers::by_host(name).is_some() {
                return name.to_owned();
            }
        }
        self.pseudonyms.of(kind, name)
    }

    fn host(&self, name: &Name) -> Name {
        self.known.get(name).map_or_else(
            || Name::from(self.stand_in(Kind::Host, name)),
            |stand_in| Name::from(stand_in.as_str()),
        )
    }

    pub(super) fn path(&self, name: &Name) -> Name {
        Name::from(self.stand_in(Kind::Path, name))
    }

    pub(super) fn attributes(&self, attributes: &Arc<Attributes>) -> Arc<Attributes> {
        let mut shown = Attributes::clone(attributes);
        for (dimension, kind) in OWN {
            let name = shown.get(dimension).map(|name| Name::from(self.stand_in(kind, name)));
            shown.set(dimension, name);
        }
        Arc::new(shown)
    }

    fn attempt(&self, attempt: &mut Attempt) {
        attempt.attributes = self.attributes(&attempt.attributes);
        attempt.seen_by.iter_mut().for_each(|seen| seen.path = self.path(&seen.path));
    }

    fn scope(&self, scope: &mut Scope) {
        for (dimension, kind) in OWN {
            if let Some(values) = scope.values.get_mut(&dimension) {
                values
                    .iter_mut()
                    .for_each(|name| *name = Name::from(self.stand_in(kind, name)));
                values.sort();
            }
        }
    }

    fn window(&self, window: &mut Window) {
        self.scope(&mut window.scope);
        window.requests.iter_mut().for_each(|attempt| self.attempt(attempt));
        let verdict = &mut window.verdict;
        verdict
            .because
            .iter_mut()
            .for_each(|sentence| *sentence = self.sentence(sentence));
        verdict
            .against
            .iter_mut()
            .for_each(|counter| counter.says = self.sentence(&counter.says));
        verdict.next_step = self.sentence(&verdict.next_step);
        for told in window.working.iter_mut().flat_map(|working| &mut working.values) {
            let own = OWN.iter().find(|(dimension, _)| *dimension == told.dimension);
            if let (Some((_, kind)), Some(name)) = (own, &mut told.value) {
                *name = Name::from(self.stand_in(*kind, name));
            }
        }
    }

    /// A sentence with every own name replaced, longest names first, whole words only.
    fn sentence(&self, sentence: &str) -> String {
        let mut names: Vec<(&Name, &String)> = self
            .known
            .iter()
            .filter(|(name, stand_in)| name.len() > 1 && ***name != ***stand_in)
            .collect();
        names.sort_by_key(|(name, _)| (std::cmp::Reverse(name.len()), (*name).clone()));
        let mut shown = sentence.to_owned();
        for (name, stand_in) in names {
            shown = replace_word(&shown, name, stand_in);
        }
        shown
    }
}

/// Replaces a name where it stands as a word of its own.
fn replace_word(text: &str, name: &str, with: &str) -> String {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '/');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, from) = rest.split_at(at);
        let after = from.get(name.len()..).unwrap_or("");
        let alone = !before.chars().next_back().is_some_and(is_part) && !after.chars().next().is_some_and(is_part);
        out.push_str(before);
        out.push_str(if alone { with } else { name });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::replace_word;

    #[test]
    fn names_inside_other_words_stay() {
        assert_eq!(
            replace_word("edge-a failed; edge-ab did not, edge-a.", "edge-a", "X"),
            "X failed; edge-ab did not, X."
        );
    }
}
