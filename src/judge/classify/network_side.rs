//! The class network-side: the requests never reached the provider.

use super::class::Argues;
use super::evidence::{Evidence, of};
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
            "{} never reached the provider{}; {} answered by it, and of {} no log can tell.",
            of(reached.no, evidence.failures(), "failures"),
            evidence.kinds(),
            if reached.yes == 1 {
                "1 was".to_owned()
            } else {
                format!("{} were", thousands(reached.yes))
            },
            thousands(reached.unknown)
        )
    }

    fn why_not(&self, evidence: &Evidence<'_>) -> String {
        format!(
            "The provider answered {}; {} never reached it.",
            of(evidence.reached.yes, evidence.failures(), "failures"),
            thousands(evidence.reached.no)
        )
    }

    fn next_step(&self, evidence: &Evidence<'_>) -> String {
        let paths = if evidence.egress_paths > 1 {
            format!(
                " All {} egress paths failed to one address: it is the provider's edge, or the route to it.",
                evidence.egress_paths
            )
        } else {
            String::new()
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
