//! The class network-side: the requests never reached the provider.

use super::class::Argues;
use super::evidence::{Evidence, of};
use super::sentences::{if_any, untold, were};
use crate::model::{Class, Side};
use crate::text::thousands::thousands;

pub(super) struct NetworkSide;

impl Argues for NetworkSide {
    fn class(&self) -> Class {
        Class::NetworkSide
    }

    fn holds(&self, evidence: &Evidence<'_>) -> bool {
        evidence.draft.side == Side::Network
    }

    fn because(&self, evidence: &Evidence<'_>) -> String {
        let reached = evidence.reached;
        if evidence.is_reach_unknown() {
            return format!(
                "No log tells whether any of the {} failures{} reached the provider; what broke without an answer is taken for the network's where nothing speaks against it.",
                thousands(evidence.failures()),
                evidence.kinds()
            );
        }
        format!(
            "{} never reached the provider{}{}{}.",
            of(reached.no, evidence.failures(), "failures"),
            evidence.kinds(),
            if_any(reached.yes, |_| format!("; {} answered by it", were(reached.yes))),
            untold(reached.unknown)
        )
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        format!(
            "The provider answered {}{}.",
            of(evidence.reached.yes, evidence.failures(), "failures"),
            if_any(evidence.reached.no, |no| format!("; {no} never reached it"))
        )
    }

    fn next_step(&self, evidence: &Evidence<'_>) -> String {
        let edge = "egress paths failed to one address: it is the provider's edge, or the route to it.";
        let paths = match evidence.egress_paths {
            ..2 => String::new(),
            2 => format!(" Both {edge}"),
            paths => format!(" All {paths} {edge}"),
        };
        let ask = if evidence.is_reach_unknown() {
            "Ask your network team first"
        } else {
            "Ask your network team, not the provider"
        };
        format!(
            "{ask}: check the proxy, DNS, TLS inspection and firewall on the way, and the allow-list for the API's host. Send them the times and kinds above.{paths}"
        )
    }
}
