//! What the calls of an application were sent to, where its own lines do not say it: the server's address and the provider.
//!
//! An application's failures get them from the proxy's line that they are joined with, or from the SDK's line on the answer;
//! its successes, of which often only the call's line counts, must have them too, or nothing but failures would ever have
//! gone to that address. A provider told by a model's name alone is a guess: a `gpt-4o` may be Azure's.

use super::family::Family;
use super::pair::Joined;
use super::view::View;
use crate::model::{Attributes, Dimension, Name, SourceRollup};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one address, and the one provider, that an application's traffic is known by.
#[derive(Clone, Debug, Default)]
struct Sent {
    address: One,
    provider: One,
}

/// A value that is told only while nothing else is.
#[derive(Clone, Debug, Default)]
enum One {
    #[default]
    Unknown,
    Known(Name),
    /// Which of several it was nobody says.
    Several,
}

impl One {
    fn note(&mut self, value: &Name) {
        match self {
            Self::Unknown => *self = Self::Known(Name::clone(value)),
            Self::Known(known) if known != value => *self = Self::Several,
            Self::Known(_) | Self::Several => {}
        }
    }

    fn known(&self) -> Option<&Name> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Several => None,
        }
    }
}

impl Sent {
    /// Notes what a record says that names an address: it knows the provider by more than the model's name.
    fn note(&mut self, attributes: &Attributes) {
        let Some(address) = attributes.get(Dimension::ServerAddress) else {
            return;
        };
        self.address.note(address);
        if let Some(provider) = attributes.get(Dimension::Provider) {
            self.provider.note(provider);
        }
    }
}

/// Whether what was taken for one provider's, by a model's name, may be the other's, who serves the same models.
fn may_be_meant(guessed: &str, told: &str) -> bool {
    guessed == told
        || matches!(
            (guessed, told),
            ("openai", "azure.ai.openai") | ("anthropic", "aws.bedrock" | "gcp.gemini" | "azure.ai.openai")
        )
}

/// What is known of each application, by its family's number.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    by_family: BTreeMap<usize, Sent>,
}

impl Addresses {
    /// Learns them from the joined failures and from the applications' own lines.
    pub(super) fn of(
        joined: &[Joined],
        (applications, proxies): (&[View], &[View]),
        family_of: &BTreeMap<usize, usize>,
        (families, sources): (&[Family], &[(&Name, &SourceRollup)]),
    ) -> Self {
        let mut addresses = Self::default();
        for (number, family) in families.iter().enumerate() {
            let mut sent = Sent::default();
            for (_, rollup) in family.sources.iter().filter_map(|&index| sources.get(index)) {
                for attributes in rollup.cells.combinations() {
                    sent.note(attributes);
                }
                rollup.observations.iter().for_each(|seen| sent.note(&seen.attributes));
            }
            // Of a hundred thousand logs most tell no address.
            if !matches!(sent.address, One::Unknown) {
                addresses.by_family.insert(number, sent);
            }
        }
        for one in joined {
            let Some(view) = one.application.and_then(|at| applications.get(at)) else {
                continue;
            };
            if view.attributes.get(Dimension::ServerAddress).is_some() {
                continue;
            }
            let proxy = one.proxies.iter().filter_map(|&at| proxies.get(at));
            let proxy = proxy
                .map(|view| &view.attributes)
                .find(|attributes| attributes.get(Dimension::ServerAddress).is_some());
            if let (Some(family), Some(attributes)) = (family_of.get(&view.source), proxy) {
                addresses.by_family.entry(*family).or_default().note(attributes);
            }
        }
        addresses
    }

    /// The attributes of what that application sent, with the address where it names none, and then with the provider.
    pub(super) fn filled(&self, family: usize, attributes: &Arc<Attributes>) -> Arc<Attributes> {
        let filled = self.of_lacking(family, attributes);
        filled.map_or_else(|| Arc::clone(attributes), Arc::new)
    }

    /// The same, where something is filled in.
    pub(super) fn of_lacking(&self, family: usize, attributes: &Attributes) -> Option<Attributes> {
        let sent = self.by_family.get(&family)?;
        let (address, provider) = (sent.address.known(), sent.provider.known());
        let guessed = attributes.get(Dimension::Provider);
        if address.is_none() && provider.is_none()
            || attributes.get(Dimension::ServerAddress).is_some()
            || !guessed
                .zip(provider)
                .is_none_or(|(guessed, told)| may_be_meant(guessed, told))
        {
            return None;
        }
        let mut filled = attributes.clone();
        if let Some(address) = address {
            filled.set(Dimension::ServerAddress, Some(Name::clone(address)));
        }
        if let Some(provider) = provider {
            filled.set(Dimension::Provider, Some(Name::clone(provider)));
        }
        Some(filled)
    }
}
