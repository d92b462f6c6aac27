//! What is known of a proxy's clients: by the number of the proxy's host, and the client's address where its lines name one.

use crate::model::Name;
use std::collections::BTreeMap;

/// Something of each client. It is asked for with a borrowed name: to clone one for each of a million lines that ask took a
/// tenth of a proxy's judgement.
#[derive(Clone, Debug)]
pub(super) struct ByClient<T>(BTreeMap<usize, OfHost<T>>);

#[derive(Clone, Debug)]
struct OfHost<T> {
    unnamed: Option<T>,
    named: BTreeMap<Name, T>,
}

impl<T> Default for ByClient<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> ByClient<T> {
    /// What is known of a client.
    pub(super) fn get(&self, host: usize, client: Option<&Name>) -> Option<&T> {
        let host = self.0.get(&host)?;
        match client {
            Some(client) => host.named.get(client),
            None => host.unnamed.as_ref(),
        }
    }

    /// The same, to be changed; made on first use.
    pub(super) fn made(&mut self, host: usize, client: Option<&Name>, make: impl FnOnce() -> T) -> &mut T {
        let host = self.0.entry(host).or_insert_with(|| OfHost {
            unnamed: None,
            named: BTreeMap::new(),
        });
        match client {
            Some(client) => host.named.entry(Name::clone(client)).or_insert_with(make),
            None => host.unnamed.get_or_insert_with(make),
        }
    }

    /// Everything with the host and the client it is of.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, Option<&Name>, &T)> {
        self.0.iter().flat_map(|(&host, of_host)| {
            let unnamed = of_host.unnamed.iter().map(move |of_client| (host, None, of_client));
            let named = of_host.named.iter();
            unnamed.chain(named.map(move |(client, of_client)| (host, Some(client), of_client)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ByClient;
    use crate::model::Name;

    #[test]
    fn each_client_of_each_host_has_its_own() {
        let (one, other) = (Name::from("10.0.0.1"), Name::from("10.0.0.2"));
        let mut clients = ByClient::default();
        for (host, client, of_client) in [(0, Some(&one), 'a'), (0, None, 'b'), (1, Some(&one), 'c')] {
            clients.made(host, client, || of_client);
        }
        let asked = [
            (0, Some(&one)),
            (0, None),
            (1, Some(&one)),
            (0, Some(&other)),
            (1, None),
            (2, None),
        ];
        let told: Vec<char> = asked
            .map(|(host, client)| clients.get(host, client).copied().unwrap_or('-'))
            .to_vec();
        assert_eq!(told, ['a', 'b', 'c', '-', '-', '-']);
    }
}
