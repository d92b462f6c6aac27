//! What a proxy knew of the way to the provider.

use super::attributes::without_port;
use crate::model::{Fact, Fields, Name, Upstream};
use crate::text::scan;

/// What a proxy knew of the way.
#[must_use]
pub(crate) fn upstream(fields: &Fields<'_>) -> Option<Upstream> {
    let upstream = Upstream {
        address: fields
            .upstream_address
            .and_then(last_of_list)
            .map(without_port)
            .map(Name::from),
        connected: fields.upstream_connect_ms.map(|ms| ms.is_some()),
        answered: fields.upstream_header_ms.map(|ms| ms.is_some()),
        retries: u16::try_from(upstream_retries(fields)).unwrap_or(u16::MAX),
    };
    (upstream != Upstream::default()).then_some(upstream)
}

/// Rows 4 and 5: what the proxy's own timings say of the way to the provider. Of an upstream's statuses 502 and 504 prove
/// nothing, since nginx writes them for a connect that failed and an answer that did not come; others it has from the upstream.
pub(super) fn upstream_fact(fields: &Fields<'_>) -> Fact {
    let last = fields.upstream_status.and_then(last_of_list).and_then(scan::status);
    let answered = last.is_some_and(|status| matches!(status, 500..=599) && !matches!(status, 502 | 504));
    let never_tried = fields.upstream_status.is_some_and(|status| last_of_list(status).is_none());
    match (fields.upstream_connect_ms, fields.upstream_header_ms) {
        (_, Some(Some(_))) => Fact::UpstreamAnswered,
        (Some(None), _) => Fact::NeverConnected,
        (Some(Some(_)), _) => Fact::SentUnanswered,
        (None, Some(None)) if never_tried => Fact::NeverConnected,
        (None, None) if never_tried => Fact::NeverConnected,
        (None, Some(None)) => Fact::SentUnanswered,
        (None, None) if answered => Fact::UpstreamAnswered,
        (None, None) => Fact::StatusOnly,
    }
}

/// How often a proxy tried again upstream by itself: what it says, else the statuses that nginx lists (`502, 200`, and
/// `502 : 200` over an internal redirect).
pub(crate) fn upstream_retries(fields: &Fields<'_>) -> u32 {
    let listed = || {
        let statuses = fields.upstream_status?.bytes();
        u32::try_from(statuses.filter(|byte| matches!(byte, b',' | b':')).count()).ok()
    };
    fields.upstream_retries.or_else(listed).unwrap_or(0)
}

/// The last try of nginx's list (`502, 200`, `502 : 200`); none where it is empty or `-`.
fn last_of_list(list: &str) -> Option<&str> {
    let last = list.rsplit([',', ' ']).next().unwrap_or(list).trim();
    (!last.is_empty() && last != "-").then_some(last)
}
