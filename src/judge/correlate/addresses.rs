//! What the calls of an application were sent to, where its own lines do not say it: the server's address, the provider and
//! the endpoint; and from which host, where its log's name alone says that.
//!
//! An application's failures get them from the proxy's line that they are joined with, or from the SDK's line on the answer;
//! its successes, of which often only the call's line counts, must have them too, or nothing but failures would ever have
//! gone to that address. A provider told by a model's name alone is a guess: a `gpt-4o` may be Azure's.

use super::family::Family;
use super::pair::Pair;
use super::proxies::ProxyHost;
use super::view::View;
use super::writers::Writers;
use crate::judge::combinations::lies_at;
use crate::model::{Attributes, Dimension, Grain, Name, SourceRollup};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Places that an application's traffic may have been sent to; of one that sends to more, nobody says where a call went.
const PLACES: usize = 64;

/// Lines on answers that name an endpoint, as a share of the calls whose own lines do not, from which they tell where all went.
const ANSWERED_SHARE: f64 = 0.9;

/// What was met last is remembered at so many places.
const MET: usize = 64;

/// One place that an application's traffic was sent to, as far as a record tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    address: Option<Name>,
    provider: Option<Name>,
    endpoint: Option<Name>,
}

impl Place {
    fn of(attributes: &Attributes) -> Self {
        let told = |dimension| attributes.get(dimension).cloned();
        Self {
            address: told(Dimension::ServerAddress),
            provider: told(Dimension::Provider),
            endpoint: told(Dimension::Endpoint),
        }
    }

    /// The place by its address alone; `None` where that is not told.
    fn by_address(self) -> Option<Self> {
        self.address.is_some().then_some(Self { endpoint: None, ..self })
    }

    /// Whether calls with these attributes may have gone there.
    fn may_be_of(&self, attributes: &Attributes) -> bool {
        let guessed = attributes.get(Dimension::Provider).zip(self.provider.as_ref());
        guessed.is_none_or(|(guessed, told)| may_be_meant(guessed, told))
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
    by_family: BTreeMap<usize, BTreeSet<Place>>,
    /// The hosts of those that do not name theirs.
    hosts: BTreeMap<usize, Name>,
}

/// What tells where an application's calls went.
pub(super) struct Evidence<'a> {
    pub(super) pairs: &'a [Pair],
    pub(super) applications: &'a [View],
    pub(super) proxy_views: &'a [View],
    /// The host of each of these.
    pub(super) hosts: &'a [usize],
    pub(super) proxies: &'a [ProxyHost],
    /// The family of each application's source.
    pub(super) family_of: &'a BTreeMap<usize, usize>,
    pub(super) families: &'a [Family],
    pub(super) sources: &'a [(&'a Name, &'a SourceRollup)],
    pub(super) writers: &'a Writers,
}

impl Addresses {
    /// Learns them from the applications' own lines, from the failures that proxies saw as well, and from what went well of the
    /// proxies' clients that these show to be an application.
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        let mut addresses = Self::default();
        for (number, family) in evidence.families.iter().enumerate() {
            addresses.note_own(number, family, evidence.sources);
            let writer = family.sources.first().and_then(|&index| evidence.writers.name(index));
            addresses.hosts.extend(writer.map(|writer| (number, Name::clone(writer))));
        }
        let mut seen: BTreeMap<usize, BTreeSet<Place>> = BTreeMap::new();
        let mut clients: BTreeMap<(usize, &Name), BTreeSet<usize>> = BTreeMap::new();
        let family = |view: &View| evidence.family_of.get(&view.source).copied();
        for pair in evidence.pairs {
            let view = evidence.applications.get(pair.application);
            let Some((view, family)) = view.and_then(|view| Some((view, family(view)?))) else {
                continue;
            };
            for &at in &pair.proxies {
                let client = evidence
                    .proxy_views
                    .get(at)
                    .and_then(|view| view.attributes.get(Dimension::Client));
                if let (Some(client), Some(host)) = (client, evidence.hosts.get(at)) {
                    clients.entry((*host, client)).or_default().insert(family);
                }
            }
            if let Some(place) = seen_place(view, pair, evidence.proxy_views) {
                addresses.note_address(family, &place);
                note(seen.entry(family).or_default(), place);
            }
        }
        for ((host, client), families) in clients {
            // Who of several stands behind an address, nobody says.
            if let (Some(family), 1, Some(proxy)) = (families.first(), families.len(), evidence.proxies.get(host)) {
                addresses.note_client((*family, client), (proxy, evidence.sources), &seen);
            }
        }
        addresses
    }

    /// Notes what an application's own records say that name an address: they know the provider by more than the model's name.
    /// Only where others of it name none is that asked for: a hundred thousand logs that name one each need no room for it.
    fn note_own(&mut self, number: usize, family: &Family, sources: &[(&Name, &SourceRollup)]) {
        let rollups = || family.sources.iter().filter_map(|&index| Some(sources.get(index)?.1));
        let mut places: BTreeSet<Place> = BTreeSet::new();
        let mut lacks = false;
        // Of one log nearly all lines tell the same.
        let mut met = [0_usize; MET];
        for rollup in rollups() {
            let observed = rollup.observations.iter().map(|seen| &seen.attributes);
            for attributes in rollup.cells.combinations().chain(observed) {
                let at = lies_at(attributes);
                match met.get_mut(at / 16 % MET) {
                    Some(met) if *met != at => *met = at,
                    _ => continue,
                }
                match Place::of(attributes).by_address() {
                    Some(place) => note(&mut places, place),
                    None => lacks = true,
                }
            }
        }
        if !lacks || places.is_empty() {
            return;
        }
        for place in asked_for(rollups()) {
            note(&mut places, place);
        }
        self.by_family.insert(number, places);
    }

    /// Notes a place by its address.
    fn note_address(&mut self, family: usize, place: &Place) {
        if let Some(place) = place.clone().by_address() {
            note(self.by_family.entry(family).or_default(), place);
        }
    }

    /// Notes where a proxy's client sent what went well. Only beside that do its failures tell the endpoint, or a provider
    /// without an address: one endpoint may fail while the others answer.
    fn note_client(
        &mut self,
        (family, client): (usize, &Name),
        (proxy, sources): (&ProxyHost, &[(&Name, &SourceRollup)]),
        seen: &BTreeMap<usize, BTreeSet<Place>>,
    ) {
        let Some(failed) = seen.get(&family) else { return };
        let rollups = proxy.counted.iter().filter_map(|&index| Some(sources.get(index)?.1));
        let of_client = rollups
            .flat_map(|rollup| rollup.cells.combinations())
            .filter(|attributes| attributes.get(Dimension::Client) == Some(client));
        // What no failure lacks is not asked for.
        let asked = |of: fn(&Place) -> bool| failed.iter().any(of);
        let (address, provider, endpoint) = (
            asked(|place| place.address.is_some()),
            asked(|place| place.provider.is_some()),
            asked(|place| place.endpoint.is_some()),
        );
        let went_well: BTreeSet<Place> = of_client
            .map(|attributes| {
                let place = Place::of(attributes);
                Place {
                    address: place.address.filter(|_| address),
                    provider: place.provider.filter(|_| provider),
                    endpoint: place.endpoint.filter(|_| endpoint),
                }
            })
            .collect();
        if went_well.is_empty() {
            return;
        }
        let places = self.by_family.entry(family).or_default();
        for place in failed.iter().cloned().chain(went_well) {
            note(places, place);
        }
    }

    /// The attributes of what that application sent, with the address where it names none, and then with the provider.
    pub(super) fn filled(&self, family: usize, attributes: &Arc<Attributes>) -> Arc<Attributes> {
        let filled = self.of_lacking(family, attributes);
        filled.map_or_else(|| Arc::clone(attributes), Arc::new)
    }

    /// The same, where something is filled in.
    pub(super) fn of_lacking(&self, family: usize, attributes: &Attributes) -> Option<Attributes> {
        let sent = self.sent_to(family, attributes);
        let host = self.hosts.get(&family).filter(|_| attributes.get(Dimension::Host).is_none());
        if let Some(host) = host {
            let mut filled = sent.unwrap_or_else(|| attributes.clone());
            filled.set(Dimension::Host, Some(Name::clone(host)));
            return Some(filled);
        }
        sent
    }

    fn sent_to(&self, family: usize, attributes: &Attributes) -> Option<Attributes> {
        let places = self.by_family.get(&family).filter(|places| places.len() < PLACES)?;
        let one = |of: fn(&Place) -> Option<&Name>| {
            let mut told = places.iter().filter(|place| place.may_be_of(attributes)).filter_map(of);
            let first = told.next()?;
            told.all(|other| other == first).then_some(first)
        };
        let lacks = |dimension| attributes.get(dimension).is_none();
        let has_address = !lacks(Dimension::ServerAddress);
        let address = if has_address {
            None
        } else {
            one(|place| place.address.as_ref())
        };
        let provider = if has_address {
            None
        } else {
            one(|place| place.provider.as_ref())
        };
        let endpoint = lacks(Dimension::Endpoint)
            .then(|| one(|place| place.endpoint.as_ref()))
            .flatten();
        let provider = provider.filter(|told| attributes.get(Dimension::Provider) != Some(*told));
        if address.is_none() && provider.is_none() && endpoint.is_none() {
            return None;
        }
        let mut filled = attributes.clone();
        for (dimension, value) in [
            (Dimension::ServerAddress, address),
            (Dimension::Provider, provider),
            (Dimension::Endpoint, endpoint),
        ] {
            if let Some(value) = value {
                filled.set(dimension, Some(Name::clone(value)));
            }
        }
        Some(filled)
    }
}

/// The endpoints that an application asked for, where its calls' own lines name none and the SDK's lines on the answers do, about
/// as many as there are calls. Only then are these all: where few lines name an endpoint, most calls may have been to another.
fn asked_for<'a>(rollups: impl Iterator<Item = &'a SourceRollup>) -> BTreeSet<Place> {
    let (mut calls, mut answers) = (0_u64, 0_u64);
    let mut places = BTreeSet::new();
    for rollup in rollups {
        let mut named: BTreeMap<usize, Place> = BTreeMap::new();
        for (id, attributes) in rollup.cells.numbered_combinations() {
            let place = Place::of(attributes);
            if place.endpoint.is_some() && place.address.is_some() {
                named.insert(usize::from(id), place);
            }
        }
        for (_, grain, id, cell) in rollup.cells.counted() {
            match (grain, named.get(&usize::from(id))) {
                (Grain::Attempt | Grain::Detail, Some(place)) => {
                    answers += u64::from(cell.ok);
                    if !places.contains(place) {
                        note(&mut places, place.clone());
                    }
                }
                (Grain::Call, None) => calls += u64::from(cell.ok),
                _ => {}
            }
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let are_all = answers as f64 >= calls as f64 * ANSWERED_SHARE;
    if are_all { places } else { BTreeSet::new() }
}

fn note(places: &mut BTreeSet<Place>, place: Place) {
    if places.len() < PLACES {
        places.insert(place);
    }
}

/// What the proxies' lines say of a failure whose own lines do not.
fn seen_place(view: &View, pair: &Pair, proxies: &[View]) -> Option<Place> {
    let lacks = |dimension| view.attributes.get(dimension).is_none();
    let (address, endpoint) = (lacks(Dimension::ServerAddress), lacks(Dimension::Endpoint));
    if !address && !endpoint {
        return None;
    }
    let theirs = || {
        pair.proxies
            .iter()
            .filter_map(|&at| proxies.get(at))
            .map(|view| &view.attributes)
    };
    let of_address = theirs().find(|attributes| attributes.get(Dimension::ServerAddress).is_some());
    let place = Place::of(of_address.or_else(|| theirs().next())?);
    let place = Place {
        address: place.address.filter(|_| address),
        provider: place.provider.filter(|_| address),
        endpoint: place.endpoint.filter(|_| endpoint),
    };
    (place != Place::default()).then_some(place)
}
