//! Stable stand-ins for own names: the same name gives the same stand-in over files and runs with one key, and nobody
//! without the key can turn it back.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::net::IpAddr;

/// Letters of the stand-in: 10 letters of base32 are 50 bits, so that ten thousand names hardly collide (birthday bound
/// 4e-8).
const LETTERS: usize = 10;

/// What a name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::redact) enum Kind {
    Host,
    Address,
    Path,
    Route,
}

/// Makes stand-ins with one key.
#[derive(Clone)]
pub(in crate::redact) struct Pseudonyms {
    key: Vec<u8>,
}

impl Pseudonyms {
    pub(in crate::redact) fn with_key(key: &[u8]) -> Self {
        Self { key: key.to_vec() }
    }

    /// The stand-in of a name.
    pub(in crate::redact) fn of(&self, kind: Kind, name: &str) -> String {
        let address: Option<IpAddr> = name.parse().ok();
        match (kind, address) {
            (Kind::Path, _) => {
                let ending = if name.contains(".json") || name.contains(".har") {
                    ".json"
                } else {
                    ".log"
                };
                format!("path-{}{ending}", self.letters("path", name))
            }
            (Kind::Route, _) => format!("/path-{}", self.letters("route", name)),
            (_, Some(address)) if is_private(address) => format!("ip-private-{}", self.letters("ip", &address.to_string())),
            (_, Some(address)) => format!("ip-{}", self.letters("ip", &address.to_string())),
            (Kind::Host | Kind::Address, None) => format!("host-{}", self.letters("host", &normal(name))),
        }
    }

    fn letters(&self, kind: &str, name: &str) -> String {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key) else {
            return "unkeyed".to_owned();
        };
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(name.as_bytes());
        let letters = BASE32_NOPAD.encode(&mac.finalize().into_bytes()).to_ascii_lowercase();
        letters.chars().take(LETTERS).collect()
    }
}

/// Hosts are the same in any case and with a trailing dot (RFC 4343).
fn normal(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private() || address.is_loopback() || address.is_link_local(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, Pseudonyms};

    #[test]
    fn one_name_has_one_stand_in_under_one_key() {
        let (ours, theirs) = (Pseudonyms::with_key(b"one"), Pseudonyms::with_key(b"two"));
        assert_eq!(
            ours.of(Kind::Host, "Edge-A.internal."),
            ours.of(Kind::Host, "edge-a.internal")
        );
        assert_ne!(ours.of(Kind::Host, "edge-a"), ours.of(Kind::Host, "edge-b"));
        assert_ne!(ours.of(Kind::Host, "edge-a"), theirs.of(Kind::Host, "edge-a"));
    }

    #[test]
    fn a_private_address_keeps_its_class() {
        assert!(
            Pseudonyms::with_key(b"k")
                .of(Kind::Address, "10.22.1.31")
                .starts_with("ip-private-")
        );
        assert!(
            !Pseudonyms::with_key(b"k")
                .of(Kind::Address, "203.0.113.9")
                .starts_with("ip-private-")
        );
    }
}
