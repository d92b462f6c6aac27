//! What stands in a line of HAProxy, whichever of its formats wrote it: the header, the request, captured headers, counts.

use crate::gather::formats::shapes;
use crate::model::Fields;
use crate::text::scan;

/// Where a syslog header ends at the latest: stamp, host and tag.
const LONGEST_HEADER: usize = 160;

/// Takes a syslog header off and returns the host that it names, whether HAProxy wrote it, and the rest.
pub(in crate::gather::formats) fn headless(line: &str) -> (Option<&str>, bool, &str) {
    let Some(at) = line.find("]: ").filter(|at| *at < LONGEST_HEADER) else {
        return (None, false, line);
    };
    let Some((header, rest)) = line.split_at_checked(at) else {
        return (None, false, line);
    };
    let Some((words, tag)) = header.rsplit_once(' ') else {
        return (None, tag_is_haproxy(header), rest.get(3..).unwrap_or_default());
    };
    match tag.split_once('[') {
        Some((_, pid)) if pid.bytes().all(|byte| byte.is_ascii_digit()) => (
            words.rsplit(' ').next(),
            tag_is_haproxy(tag),
            rest.get(3..).unwrap_or_default(),
        ),
        _ => (None, false, line),
    }
}

fn tag_is_haproxy(tag: &str) -> bool {
    tag.starts_with("haproxy")
}

/// The last of `%ac/%fc/%bc/%sc/%rc`; a `+` before it says that the last retry went to another server.
pub(super) fn retries(connections: &str) -> Option<u32> {
    connections.rsplit('/').next()?.trim_start_matches('+').parse().ok()
}

pub(super) fn set_request<'a>(fields: &mut Fields<'a>, request: &'a str) {
    if let Some((method, url)) = scan::request(request) {
        fields.method = Some(method);
        fields.url = Some(url);
    }
}

/// Captured headers of one block, by their shape; the first of two blocks is the request's.
pub(in crate::gather::formats) fn captures<'a>(fields: &mut Fields<'a>, block: &'a str, number: u32) {
    for value in block.split('|') {
        if shapes::is_provider_id(value) {
            fields.x_request_id = Some(value);
        } else if shapes::is_ray(value) {
            fields.cf_ray = Some(value);
        } else if shapes::is_uuid(value) && number == 1 {
            fields.x_client_request_id = fields.x_client_request_id.or(Some(value));
        } else if shapes::is_uuid(value) {
            // Azure's ids are UUIDs.
            fields.x_request_id = fields.x_request_id.or(Some(value));
        } else if number == 1 && shapes::is_host(value) {
            fields.server_address = fields.server_address.or(Some(value));
        }
    }
}

/// The termination state, unless it says that the session ended as it should.
pub(in crate::gather::formats) fn flag(state: &str) -> Option<&str> {
    (!state.starts_with("--")).then_some(state)
}

/// A timer: -1 means that the phase was never reached, `+` that the line was written before the end (`logasap`).
pub(super) fn milliseconds(timer: &str) -> Option<f64> {
    scan::scaled(timer.trim_start_matches('+'), 0)
}
