//! The server's address where only the proxies name it: an application's failures get it from the proxy's line that they
//! are joined with, so its successes must have it too, or nothing but failures would ever have gone to that address.

use super::pair::Joined;
use super::view::View;
use crate::model::{Attributes, Dimension, Name};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The one address by which proxies know the traffic of each application that names none itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    by_family: BTreeMap<usize, Option<Name>>,
}

impl Addresses {
    /// Learns them from the joined failures. An application that reaches several addresses has none here: which of them a
    /// success went to nobody says.
    pub(super) fn of(joined: &[Joined], applications: &[View], proxies: &[View], family_of: &BTreeMap<usize, usize>) -> Self {
        let mut addresses = Self::default();
        let of_proxy = |at: &usize| proxies.get(*at)?.attributes.get(Dimension::ServerAddress);
        for one in joined {
            let Some(view) = one.application.and_then(|at| applications.get(at)) else {
                continue;
            };
            let (Some(&family), Some(address)) = (family_of.get(&view.source), one.proxies.iter().find_map(of_proxy)) else {
                continue;
            };
            if view.attributes.get(Dimension::ServerAddress).is_some() {
                continue;
            }
            let known = addresses
                .by_family
                .entry(family)
                .or_insert_with(|| Some(Name::clone(address)));
            if known.as_ref() != Some(address) {
                *known = None;
            }
        }
        addresses
    }

    /// The attributes of a success of that application, with the address where it names none.
    pub(super) fn filled(&self, family: usize, attributes: &Arc<Attributes>) -> Arc<Attributes> {
        let address = self.by_family.get(&family).cloned().flatten();
        if address.is_none() || attributes.get(Dimension::ServerAddress).is_some() {
            return Arc::clone(attributes);
        }
        let mut filled = Attributes::clone(attributes);
        filled.set(Dimension::ServerAddress, address);
        Arc::new(filled)
    }
}
