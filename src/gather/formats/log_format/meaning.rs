//! What the variables of proxies mean, and what is put together of them when a line is read.

use super::Dialect;
use crate::gather::formats::access_keys::{Key, fill, is_none};
use crate::gather::formats::access_line::is_exchange;
use crate::gather::formats::envoy_text::{set_details, set_service_time, some, without_port};
use crate::gather::formats::format::Unread;
use crate::gather::formats::{haproxy, squid_native};
use crate::model::Fields;
use crate::text::scan;

/// What a variable is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Something that says nothing of a call.
    Silent,
    /// A value that the logs of all proxies may have.
    Of(Key),
    /// HAProxy's timers in milliseconds: -1 is a phase that was never reached, `+` a line that was written early.
    Timer(Key),
    /// The HTTP `date` of the answer.
    HttpDate,
    /// `address:port`.
    ClientWithPort,
    /// A list of addresses, the client's first.
    Forwarded,
    /// The name that TLS asked for: the host, where nothing better is there.
    ServerName,
    /// Envoy's count of requests upstream, the first among them.
    UpstreamTries,
    /// HAProxy's count of retries.
    UpstreamRetries,
    /// HAProxy's backend, and the server in it.
    Backend,
    /// HAProxy's server.
    Server,
    /// `backend/server`.
    BackendAndServer,
    /// HAProxy's termination state.
    State,
    /// HAProxy's captured headers: block 1 is the request's, 2 the answer's.
    Captures(u32),
    /// Squid's result.
    Result,
    /// Squid's result with the status: `TCP_DENIED/407`.
    ResultAndStatus,
    /// Squid's error code.
    Error,
    /// Envoy's response flags.
    Flags,
    /// Envoy's `RESPONSE_CODE_DETAILS`.
    Details,
    /// Envoy's `CONNECTION_TERMINATION_DETAILS`.
    Termination,
    /// Envoy's `UPSTREAM_TRANSPORT_FAILURE_REASON`.
    Transport,
    /// Envoy's `x-envoy-upstream-service-time`.
    ServiceTime,
}

impl Meaning {
    /// Whether it says what was asked for, so that a line that lacks it is about no exchange.
    pub(super) fn is_target(self) -> bool {
        matches!(
            self,
            Self::Of(Key::Request | Key::Url | Key::UpstreamAddress) | Self::BackendAndServer | Self::Server
        )
    }
}

/// The values of one line.
pub(super) struct Told<'f, 'a> {
    fields: &'f mut Fields<'a>,
    apart: Apart<'a>,
}

/// Values that become fields only when all are known.
#[derive(Default)]
struct Apart<'a> {
    server_name: Option<&'a str>,
    forwarded: Option<&'a str>,
    result: Option<&'a str>,
    error: Option<&'a str>,
    details: Option<&'a str>,
    termination: Option<&'a str>,
    transport: Option<&'a str>,
    service_time: Option<&'a str>,
}

impl<'f, 'a> Told<'f, 'a> {
    /// Nothing yet, to go into `fields`.
    pub(super) fn into(fields: &'f mut Fields<'a>) -> Self {
        Self {
            fields,
            apart: Apart::default(),
        }
    }

    /// Takes a value.
    ///
    /// # Errors
    /// Where a status is none: the line is not in this format.
    #[inline]
    pub(super) fn take(&mut self, meaning: Meaning, value: &'a str) -> Result<(), Unread> {
        let Self { fields, apart } = self;
        match meaning {
            Meaning::Silent => {}
            Meaning::Of(Key::Status) => return self.status(value),
            Meaning::Of(key) => fill(fields, key, value),
            Meaning::Timer(key) if value == "-1" => fill(fields, key, "-"),
            Meaning::Timer(key) => fill(fields, key, value.trim_start_matches('+')),
            Meaning::HttpDate => fields.http_date = some(value),
            Meaning::ClientWithPort => fields.client = some(value).map(without_port).or(fields.client),
            Meaning::Forwarded => apart.forwarded = some(value),
            Meaning::ServerName => apart.server_name = some(value),
            Meaning::Backend => {}
            Meaning::Server | Meaning::BackendAndServer => {
                fields.upstream_address = some(value).filter(|server| !server.ends_with("<NOSRV>"));
            }
            Meaning::State => fields.proxy_flag = haproxy::flag(value),
            Meaning::Captures(block) => haproxy::captures(fields, value.trim_matches(['{', '}']), block),
            Meaning::Result => apart.result = some(value),
            Meaning::ResultAndStatus => {
                apart.result = some(value);
                return self.status(value.rsplit_once('/').map_or("-", |(_, status)| status));
            }
            Meaning::Error => apart.error = some(value).filter(|error| error.starts_with("ERR_")),
            Meaning::Flags => fields.proxy_flag = some(value),
            Meaning::Details => apart.details = some(value),
            Meaning::UpstreamTries => fields.upstream_retries = value.parse::<u32>().ok().and_then(|tries| tries.checked_sub(1)),
            Meaning::UpstreamRetries => fields.upstream_retries = value.trim_start_matches('+').parse().ok(),
            Meaning::Termination => apart.termination = some(value),
            Meaning::Transport => apart.transport = some(value),
            Meaning::ServiceTime => apart.service_time = Some(value),
        }
        Ok(())
    }

    /// A status; HAProxy's -1 is none that was begun.
    fn status(&mut self, value: &str) -> Result<(), Unread> {
        if is_none(value) {
            return Ok(());
        }
        let status = if value == "-1" { Some(0) } else { scan::status(value) };
        self.fields.status = Some(status.ok_or(Unread::NotThisFormat)?);
        Ok(())
    }

    /// Puts the fields of the whole line together; whether it is about an exchange. `has_target`: the format says what was
    /// asked for.
    pub(super) fn finish(self, dialect: Dialect, has_target: bool) -> bool {
        let Self { fields, apart } = self;
        fields.client = fields
            .client
            .or_else(|| apart.forwarded.and_then(|list| list.split(',').next()).map(str::trim));
        fields.server_address = fields.server_address.or(apart.server_name);
        match dialect {
            Dialect::Nginx | Dialect::Apache => !has_target || is_exchange(fields),
            Dialect::Haproxy => {
                if fields.status.is_none() {
                    fields.ok = fields.proxy_flag.is_none().then_some(true);
                }
                !has_target || fields.url.is_some() || fields.status.is_none()
            }
            Dialect::Squid => {
                // The error code says more than the result, and stands only where something went wrong.
                fields.proxy_flag = apart.error.or(apart.result);
                match (fields.method, fields.url) {
                    (Some(method), Some(url)) => squid_native::set_target(fields, method, url),
                    _ => !has_target,
                }
            }
            Dialect::Envoy => {
                set_details(fields, apart.details, apart.termination, apart.transport);
                if let Some(time) = apart.service_time {
                    set_service_time(fields, time);
                }
                if has_target && fields.url.is_none() {
                    // A tunnel has no status; without a flag it ended as it should.
                    fields.status = None;
                    fields.ok = fields.proxy_flag.is_none().then_some(true);
                }
                true
            }
        }
    }
}
