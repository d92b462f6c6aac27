//! What stands in a report for each value: itself where it may be told, a stand-in where it names something own, a marker
//! where it hides a secret.

use super::policy::{Audience, Policy};
use crate::model::{Name, id_hash};
use crate::providers;
use crate::redact::pseudonym::{Kind, Pseudonyms};
use crate::redact::scrub;
use crate::redact::wall::{Removed, is_clean, wall};
use ahash::AHashMap;
use std::collections::BTreeMap;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A host of ours or of a provider. A proxy is one too: a machine has one name, whatever it is told as.
    Host,
    /// An address, with or without its port.
    Address,
    /// The path of a log.
    Path,
    /// The path of a request.
    Route,
    /// A word that the API knows: a model, an id, an error's type.
    Word,
}

/// Values and what stands for them.
pub(super) struct Names {
    /// None where own names are told.
    pseudonyms: Option<Pseudonyms>,
    /// By what a value is; none where it stands for itself.
    shown: BTreeMap<What, AHashMap<Name, Option<Name>>>,
    replaced: Removed,
}

impl Names {
    pub(super) fn new(policy: &Policy) -> Self {
        Self {
            pseudonyms: (policy.audience == Audience::Forwardable).then(|| Pseudonyms::with_key(&policy.key)),
            shown: BTreeMap::new(),
            replaced: Removed::new(),
        }
    }

    /// What stands for a value, if not itself.
    pub(super) fn show(&mut self, what: What, name: &str) -> Option<Name> {
        // Ids are many and each stands once: what nothing stands for need not be known.
        if what == What::Word && is_clean(name) {
            return None;
        }
        if let Some(shown) = self.shown.get(&what).and_then(|shown| shown.get(name)) {
            return shown.clone();
        }
        let (shown, class) = self.stand_in(what, name);
        if let Some(class) = class {
            *self.replaced.entry(class).or_default() += 1;
        }
        let shown = shown.map(|shown| Name::from(shown.as_str()));
        self.shown.entry(what).or_default().insert(Name::from(name), shown.clone());
        shown
    }

    /// What stands for a value, if not itself, and the class it is counted under.
    fn stand_in(&self, what: What, name: &str) -> (Option<String>, Option<&'static str>) {
        let is_own_kind = matches!(what, What::Host | What::Address | What::Path);
        let own = self.pseudonyms.as_ref().filter(|_| is_own_kind);
        if let Some(own) = own {
            let shown = own_name(own, what, name);
            let class = match what {
                What::Path => "path",
                What::Address => "address",
                _ if shown.starts_with("ip-") => "address",
                _ => "host-name",
            };
            return if shown == name {
                (None, None)
            } else {
                (Some(shown), Some(class))
            };
        }
        let (clean, removed) = wall(name.to_owned());
        if let Some(class) = removed.keys().next() {
            return (Some(clean), Some(class));
        }
        match what {
            What::Route => self.route(name),
            _ => (None, None),
        }
    }

    /// A path that the API documents stays. Another one may name customers, and one that is none at all is free text.
    fn route(&self, path: &str) -> (Option<String>, Option<&'static str>) {
        if scrub::path(path).is_none() {
            return (Some(scrub::NO_PATH.to_owned()), Some("free-text"));
        }
        let is_documented = providers::endpoint(path).is_some_and(|route| route.known) || providers::by_path(path).is_some();
        match &self.pseudonyms {
            Some(own) if !is_documented => (Some(own.of(Kind::Route, path)), Some("request-path")),
            _ => (None, None),
        }
    }

    /// No more values are taken in: what is known now stands for names within sentences.
    pub(super) fn settled(self) -> Sentences {
        let mut names: Vec<(Name, Name)> = self
            .shown
            .into_values()
            .flatten()
            .filter_map(|(name, shown)| Some((name, shown?)))
            .filter(|(name, shown)| name.len() > 1 && name != shown)
            .collect();
        // Stable, so of one name as several things the first is taken.
        names.sort_by(|a, b| (b.0.len(), &a.0).cmp(&(a.0.len(), &b.0)));
        names.dedup_by(|a, b| a.0 == b.0);
        Sentences::of(names, self.replaced)
    }
}

/// The stand-in of an own name. A provider's host stays; Azure's keeps what is Azure's; an address keeps its port.
fn own_name(own: &Pseudonyms, what: What, name: &str) -> String {
    const AZURE: [&str; 3] = [".openai.azure.com", ".cognitiveservices.azure.com", ".services.ai.azure.com"];
    if what == What::Path {
        return own.of(Kind::Path, name);
    }
    if let Some(domain) = AZURE.iter().find(|domain| name.ends_with(**domain)) {
        return format!("{}{domain}", own.of(Kind::Host, name));
    }
    if providers::by_host(name).is_some() {
        return name.to_owned();
    }
    let (host, port) = with_port(name);
    let kind = match what {
        What::Address => Kind::Address,
        _ => Kind::Host,
    };
    match port {
        Some(port) => format!("{}:{port}", own.of(kind, host)),
        None => own.of(kind, host),
    }
}

/// `10.0.0.1:443` and `[::1]:443` apart; an IPv6 address without brackets has no port.
fn with_port(name: &str) -> (&str, Option<&str>) {
    let bare = |host: &'_ str| -> bool { !host.contains(':') || (host.starts_with('[') && host.ends_with(']')) };
    match name.rsplit_once(':') {
        Some((host, port)) if bare(host) && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            (host.trim_start_matches('[').trim_end_matches(']'), Some(port))
        }
        _ => (name, None),
    }
}

/// Names within sentences of ours.
pub(super) struct Sentences {
    /// Names and what stands for them, the longest first.
    names: Vec<(Name, Name)>,
    /// The places in `names` by the hash of their longest word: a sentence holds few of a great many names.
    by_word: Vec<(u64, u32)>,
    replaced: Removed,
}

impl Sentences {
    fn of(names: Vec<(Name, Name)>, replaced: Removed) -> Self {
        let longest = |name: &Name| words(name).max_by_key(|word| word.len()).map_or(NO_WORD, id_hash);
        let numbered = names.iter().zip(0..).map(|((name, _), at)| (longest(name), at));
        let mut by_word: Vec<(u64, u32)> = numbered.collect();
        by_word.sort_unstable();
        Self {
            names,
            by_word,
            replaced,
        }
    }

    pub(super) fn replaced(&self) -> Removed {
        self.replaced.clone()
    }

    /// A sentence with every name replaced where it stands as a word of its own, and nothing secret in the rest.
    pub(super) fn sentence(&self, sentence: &str) -> String {
        let mut shown = sentence.to_owned();
        let mut from = 0;
        while let Some(place) = self.next_in(&shown, from) {
            if let Some((name, stand_in)) = self.names.get(place as usize).filter(|(name, _)| shown.contains(&**name)) {
                shown = replace_word(&shown, name, stand_in);
            }
            from = place + 1;
        }
        wall(shown).0
    }

    /// The first name from that place on whose longest word is in the text: each of a name's words stands alone where it does.
    fn next_in(&self, text: &str, from: u32) -> Option<u32> {
        let hashes = words(text).map(id_hash).chain([NO_WORD]);
        let places = hashes.filter_map(|hash| {
            let at = self.by_word.partition_point(|known| *known < (hash, from));
            self.by_word.get(at).filter(|(known, _)| *known == hash)
        });
        places.map(|(_, place)| *place).min()
    }
}

/// Stands for the word of a name that has none.
const NO_WORD: u64 = 0;

/// What a word is made of.
fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '-' | '_' | '/')
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter| !is_part(letter)).filter(|word| !word.is_empty())
}

/// Replaces a name where it stands as a word of its own.
pub(super) fn replace_word(text: &str, name: &str, with: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut last = None;
    while let Some(at) = rest.find(name) {
        let (before, from) = rest.split_at(at);
        let after = from.get(name.len()..).unwrap_or("");
        let is_alone = !before.chars().next_back().or(last).is_some_and(is_part) && !after.chars().next().is_some_and(is_part);
        out.push_str(before);
        if is_alone {
            out.push_str(with);
            last = name.chars().next_back();
            rest = after;
        } else {
            // The name may begin anew within itself.
            let mut letters = from.chars();
            last = letters.next();
            out.extend(last);
            rest = letters.as_str();
        }
    }
    out.push_str(rest);
    out
}
