//! What people call the values of a proxy's access log: one vocabulary for nginx variables, `key=value` tails and JSON
//! keys, and how each value goes into [`Fields`].
//!
//! nginx and Apache name nothing in their logs: the site does. The short names (`rt`, `uct`, `uht`, `urt`, `us`, `ua`,
//! `rid`, `crid`) are those of the log formats that circulate in tutorials; the long ones are nginx's variables
//! (<https://nginx.org/en/docs/varindex.html>).

mod names;
mod unit;

pub(super) use names::{key, named};
pub(super) use unit::Unit;

use crate::gather::retry_after;
use crate::model::Fields;
use crate::providers;
use crate::text::scan;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// A time stamp in any grammar.
    Time,
    /// `$msec`: the same instant, finer.
    Msec,
    /// The remote address.
    Client,
    /// A request line, or a path alone.
    Request,
    /// The method.
    Method,
    /// Path or URL.
    Url,
    /// The host that was asked for.
    Host,
    /// The host the proxy asked: stronger than [`Key::Host`].
    ProxyHost,
    /// The egress proxy's name.
    Proxy,
    /// The machine that wrote the line.
    Machine,
    /// The status sent to the client.
    Status,
    /// `$request_time`: the whole exchange in seconds.
    RequestTime,
    /// The whole exchange, in units of ten to the power seconds.
    Duration(i32),
    /// `$upstream_response_time`: the duration where nothing better is there.
    UpstreamTime(i32),
    /// `$upstream_connect_time`.
    ConnectTime(i32),
    /// `$upstream_header_time`.
    HeaderTime(i32),
    /// `$upstream_addr`, or a user agent: both are called `ua`.
    UpstreamAddress,
    /// `$upstream_status`, or microseconds: both are called `us`.
    UpstreamStatus,
    /// The provider's `x-request-id`.
    ProviderId,
    /// Another id of the provider's: taken where there is no `x-request-id`.
    OtherProviderId,
    /// `rid`, `req_id`: the provider's id unless it has the shape of nginx's own.
    ShortId,
    /// `$request_id`: nginx's own where it has its shape, else anybody's.
    RequestId,
    /// An id that the proxy made, by its name.
    OwnId,
    /// `X-Client-Request-Id`.
    ClientId,
    /// `cf-ray`.
    Ray,
    /// The model or the deployment.
    Model,
    /// The provider's organisation.
    Organization,
    /// The provider's project.
    Project,
    /// `X-Stainless-Retry-Count`: 0 on the first attempt.
    RetryCount,
    /// The provider's region.
    Region,
    /// A region, which may be that of the proxy or of whoever called it: only a name of Azure's is the provider's.
    AnyRegion,
    /// The answer's `Retry-After`, in seconds.
    RetryAfter,
    /// What other writers name and no nginx site does: Envoy, Caddy, a load balancer, and in a line of pairs a logger.
    Foreign,
    /// A logger's level.
    Level,
    /// A logger's name.
    Logger,
    /// A logger's message.
    Message,
    /// What only who makes a call itself writes of it.
    Application,
    /// Whom a proxy in front names as the client.
    Forwarded,
    /// A count of bytes.
    Bytes,
    /// The client's program.
    UserAgent,
    /// The referer, or the user that was let in.
    Referer,
    /// The protocol of the request.
    Protocol,
}

/// Seconds, milliseconds and microseconds as powers of ten from the unit to milliseconds.
pub(super) const SECONDS: i32 = 3;
pub(super) const MILLISECONDS: i32 = 0;
pub(super) const MICROSECONDS: i32 = -3;
const NANOSECONDS: i32 = -6;

/// Whether a log wrote "none".
pub(super) fn is_none(value: &str) -> bool {
    match value.as_bytes() {
        [] | [b'-'] => true,
        [b'n' | b'N', ..] => matches!(value, "null" | "None"),
        _ => false,
    }
}

/// Puts one value where it belongs. Values that say "none" and values of another shape leave the field as it was.
pub(super) fn fill<'a>(fields: &mut Fields<'a>, key: Key, value: &'a str) {
    fill_in(fields, key, value, Unit::Unsaid);
}

/// The same where the log's numbers told what its times are in.
pub(super) fn fill_in<'a>(fields: &mut Fields<'a>, key: Key, value: &'a str, unit: Unit) {
    if is_none(value) {
        return fill_none(fields, key, value);
    }
    match key {
        Key::Time => keep(&mut fields.timestamp, value),
        Key::Msec => fields.timestamp = Some(value),
        Key::Client => fields.client = Some(value),
        Key::Request => fill_request(fields, value),
        Key::Method => fields.method = Some(value),
        Key::Url => fields.url = Some(value),
        Key::Host => keep(&mut fields.server_address, value),
        Key::ProxyHost => fields.server_address = Some(value),
        Key::Proxy => fields.proxy = Some(value),
        Key::Machine => fields.host = Some(value),
        Key::Status => fields.status = scan::status(value).or(fields.status),
        Key::RequestTime => fields.duration_ms = unit.milliseconds(value, SECONDS).or(fields.duration_ms),
        Key::Duration(power) => fields.duration_ms = unit.milliseconds(value, power).or(fields.duration_ms),
        Key::UpstreamTime(power) => fields.duration_ms = fields.duration_ms.or_else(|| sum(value, power)),
        Key::ConnectTime(power) => fields.upstream_connect_ms = Some(milliseconds(last(value), power)),
        Key::HeaderTime(power) => fields.upstream_header_ms = Some(milliseconds(last(value), power)),
        Key::UpstreamAddress => fill_upstream_address(fields, value),
        Key::UpstreamStatus => fill_upstream_status(fields, value),
        Key::Model => fields.model = Some(value),
        Key::Organization => fields.organization = Some(value),
        Key::Project => fields.project = Some(value),
        Key::RetryCount => fields.attempt = value.parse::<u32>().ok().and_then(|count| count.checked_add(1)),
        Key::Region => fields.region = Some(value),
        Key::AnyRegion => fields.region = fields.region.or_else(|| providers::azure_region(value)),
        Key::RetryAfter => fields.retry_after_ms = retry_after::seconds(value),
        _ => fill_id(fields, key, value),
    }
}

/// An empty upstream time or status is a fact (the proxy never got so far); every other "none" is silence.
fn fill_none<'a>(fields: &mut Fields<'a>, key: Key, value: &'a str) {
    match key {
        Key::UpstreamStatus => keep(&mut fields.upstream_status, value),
        Key::ConnectTime(_) => fields.upstream_connect_ms = Some(None),
        Key::HeaderTime(_) => fields.upstream_header_ms = Some(None),
        _ => {}
    }
}

/// An id without the dashes that nginx writes for an empty variable: sites put two headers behind each other, of which a
/// provider sends one (`$upstream_http_x_request_id$upstream_http_request_id`).
pub(super) fn without_dashes(id: &str) -> &str {
    id.trim_matches('-')
}

fn fill_id<'a>(fields: &mut Fields<'a>, key: Key, value: &'a str) {
    let value = without_dashes(value);
    if value.is_empty() {
        return;
    }
    match key {
        Key::ProviderId => fields.x_request_id = Some(value),
        Key::OtherProviderId => keep(&mut fields.x_request_id, value),
        // A bare `rid` may be `$request_id` under a short name: what looks like it is left to `normalise`.
        Key::ShortId if is_nginx_id(value) => fields.request_id = Some(value),
        Key::ShortId => keep(&mut fields.x_request_id, value),
        Key::RequestId if is_nginx_id(value) => fields.gateway_request_id = Some(value),
        Key::RequestId => fields.request_id = Some(value),
        Key::OwnId => keep(&mut fields.gateway_request_id, value),
        Key::ClientId => fields.x_client_request_id = Some(value),
        Key::Ray => fields.cf_ray = Some(value),
        _ => {}
    }
}

fn fill_request<'a>(fields: &mut Fields<'a>, value: &'a str) {
    if let Some((method, url)) = scan::request(value) {
        fields.method = Some(method);
        fields.url = Some(url);
    } else if value.starts_with('/') {
        fields.url = Some(value);
    }
}

/// `ua` is the user agent at some sites: an address has no slash, except in front of a socket's path.
fn fill_upstream_address<'a>(fields: &mut Fields<'a>, value: &'a str) {
    if value.starts_with("unix:") || !value.contains(['/', '(']) {
        fields.upstream_address = Some(value);
    }
}

/// `us` is microseconds at sites that run Apache: more digits than a status has.
fn fill_upstream_status<'a>(fields: &mut Fields<'a>, value: &'a str) {
    if value.len() > 3 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        fields.duration_ms = scan::scaled(value, MICROSECONDS);
        return;
    }
    fields.upstream_status = Some(value);
    fields.status = fields.status.or_else(|| scan::status(last(value)));
}

fn keep<'a>(field: &mut Option<&'a str>, value: &'a str) {
    field.get_or_insert(value);
}

/// The last try of an nginx list (`0.000, 0.861`, groups tied by ` : `).
fn last(value: &str) -> &str {
    value.rsplit([',', ' ']).next().unwrap_or(value)
}

/// All tries of an nginx list together.
fn sum(value: &str, power: i32) -> Option<f64> {
    let times = value.split([',', ' ']).filter_map(|time| milliseconds(time, power));
    times.fold(None, |all: Option<f64>, time| Some(all.unwrap_or(0.0) + time))
}

/// A time in milliseconds; a unit that stands on the value outweighs the key's.
pub(super) fn milliseconds(value: &str, power: i32) -> Option<f64> {
    Unit::Unsaid.milliseconds(value, power)
}

/// Milliseconds of a text of seconds.
pub(super) fn seconds_of(value: &str) -> Option<f64> {
    milliseconds(value, SECONDS)
}

/// Milliseconds of a text of milliseconds.
pub(super) fn millis_of(value: &str) -> Option<f64> {
    milliseconds(value, MILLISECONDS)
}

/// nginx's `$request_id`: 16 random bytes in hexadecimal.
fn is_nginx_id(value: &str) -> bool {
    value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{fill, key};
    use crate::model::Fields;

    fn filled<'a>(pairs: &[(&str, &'a str)]) -> Fields<'a> {
        let mut fields = Fields::default();
        for (name, value) in pairs {
            fill(&mut fields, key(name).unwrap(), value);
        }
        fields
    }

    #[test]
    fn a_strong_name_wins_in_either_order() {
        let pairs = [("apim", "b"), ("x_request_id", "a"), ("host", "me"), ("proxy_host", "you")];
        let mut backwards = pairs;
        backwards.reverse();
        assert_eq!(filled(&pairs), filled(&backwards));
        assert_eq!(filled(&pairs).x_request_id, Some("a"));
        assert_eq!(filled(&pairs).server_address, Some("you"));
    }

    #[test]
    fn an_empty_upstream_time_is_told_from_an_absent_one() {
        let fields = filled(&[("uct", "-"), ("uht", "")]);
        assert_eq!(fields.upstream_connect_ms, Some(None));
        assert_eq!(fields.upstream_header_ms, Some(None));
        assert_eq!(filled(&[]).upstream_header_ms, None);
        assert_eq!(filled(&[("us", "-")]).upstream_status, Some("-"));
    }

    #[test]
    fn the_last_try_tells_the_times_and_the_list_is_kept() {
        let fields = filled(&[
            ("us", "502, 200"),
            ("uct", "-, 0.011"),
            ("uht", "-, 0.860"),
            ("urt", "0.000, 0.861"),
        ]);
        assert_eq!(fields.upstream_status, Some("502, 200"));
        assert_eq!(fields.upstream_connect_ms, Some(Some(11.0)));
        assert_eq!(fields.upstream_header_ms, Some(Some(860.0)));
        assert_eq!(fields.duration_ms, Some(861.0));
        assert_eq!(fields.status, Some(200));
    }

    #[test]
    fn us_with_more_digits_than_a_status_is_microseconds() {
        assert_eq!(filled(&[("us", "1283080")]).duration_ms, Some(1283.08));
        assert_eq!(filled(&[("us", "504")]).upstream_status, Some("504"));
    }

    #[test]
    fn a_region_is_the_providers_where_only_azure_has_one_of_that_name() {
        assert_eq!(filled(&[("region", "East US 2")]).region, Some("eastus2"));
        for own in ["us-east-1", "CA", "Bavaria", "eu"] {
            assert_eq!(filled(&[("region", own)]).region, None, "{own}");
        }
    }

    #[test]
    fn a_dash_beside_an_id_is_an_empty_headers() {
        assert_eq!(filled(&[("provider_request_id", "req_1-")]).x_request_id, Some("req_1"));
        assert_eq!(filled(&[("provider_request_id", "-req_1")]).x_request_id, Some("req_1"));
        assert_eq!(filled(&[("provider_request_id", "--")]).x_request_id, None);
        let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(filled(&[("crid", uuid)]).x_client_request_id, Some(uuid));
    }

    #[test]
    fn nginx_own_request_id_is_not_the_providers() {
        let own = "5d2c9e0b7f3a41c8a6e4b0f19d8273aa";
        assert_eq!(filled(&[("request_id", own)]).gateway_request_id, Some(own));
        assert_eq!(filled(&[("rid", own)]).x_request_id, None);
        assert_eq!(filled(&[("rid", "req_1")]).x_request_id, Some("req_1"));
    }

    #[test]
    fn a_user_agent_called_ua_is_no_address() {
        assert_eq!(filled(&[("ua", "OpenAI/Python 1.66.0")]).upstream_address, None);
        assert_eq!(
            filled(&[("ua", "unix:/run/llm.sock")]).upstream_address,
            Some("unix:/run/llm.sock")
        );
    }
}
