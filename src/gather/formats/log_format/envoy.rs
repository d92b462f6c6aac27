//! Compiles Envoy's access log format: a text, or a JSON object whose values are texts
//! (<https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage>).
//!
//! Extensions add operators of their own, so one that is not known is skipped, unless it is nearly a known one.

use super::build::Builder;
use super::compiled::{Compiled, Extent};
use super::meaning::Meaning;
use super::spelled::Spelled;
use super::template::Template;
use super::{CompileError, Dialect, headers};
use crate::gather::formats::access_keys::Key;
use crate::model::Instant;
use crate::text::nearest::nearest;

/// The operators that tell of a call, and those whose names are near to them.
const OPERATORS: &str = "START_TIME START_TIME_LOCAL EMIT_TIME REQ RESP TRAILER REQ_WITHOUT_QUERY PROTOCOL UPSTREAM_PROTOCOL \
    RESPONSE_CODE RESPONSE_CODE_DETAILS RESPONSE_FLAGS RESPONSE_FLAGS_LONG CONNECTION_TERMINATION_DETAILS \
    UPSTREAM_TRANSPORT_FAILURE_REASON DOWNSTREAM_TRANSPORT_FAILURE_REASON UPSTREAM_DETECTED_CLOSE_TYPE BYTES_RECEIVED BYTES_SENT \
    DURATION COMMON_DURATION REQUEST_DURATION REQUEST_TX_DURATION RESPONSE_DURATION RESPONSE_TX_DURATION \
    UPSTREAM_CONNECTION_POOL_READY_DURATION DOWNSTREAM_HANDSHAKE_DURATION ROUNDTRIP_DURATION UPSTREAM_HOST UPSTREAM_HOST_NAME \
    UPSTREAM_HOST_NAME_WITHOUT_PORT UPSTREAM_CLUSTER UPSTREAM_CLUSTER_RAW UPSTREAM_LOCAL_ADDRESS UPSTREAM_REMOTE_ADDRESS \
    UPSTREAM_REQUEST_ATTEMPT_COUNT UPSTREAM_CONNECTION_ID UPSTREAM_TLS_VERSION UPSTREAM_TLS_CIPHER UPSTREAM_METADATA \
    UPSTREAM_PEER_SUBJECT UPSTREAM_WIRE_BYTES_SENT UPSTREAM_WIRE_BYTES_RECEIVED \
    DOWNSTREAM_REMOTE_ADDRESS DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_REMOTE_PORT DOWNSTREAM_DIRECT_REMOTE_ADDRESS \
    DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT DOWNSTREAM_LOCAL_ADDRESS DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT \
    DOWNSTREAM_LOCAL_PORT DOWNSTREAM_TLS_VERSION DOWNSTREAM_TLS_CIPHER DOWNSTREAM_WIRE_BYTES_SENT \
    DOWNSTREAM_WIRE_BYTES_RECEIVED REQUESTED_SERVER_NAME ROUTE_NAME VIRTUAL_CLUSTER_NAME HOSTNAME STREAM_ID UNIQUE_ID \
    DYNAMIC_METADATA FILTER_STATE CLUSTER_METADATA ENVIRONMENT LOCAL_REPLY_BODY GRPC_STATUS GRPC_STATUS_NUMBER CONNECTION_ID \
    REQUEST_HEADERS_BYTES RESPONSE_HEADERS_BYTES RESPONSE_TRAILERS_BYTES TRACE_ID QUERY_PARAM PATH ACCESS_LOG_TYPE CEL";

/// Compiles a text format, or a JSON template.
///
/// # Errors
/// [`CompileError`], with the part that is not understood.
pub(super) fn compile(format: &str) -> Result<Compiled, CompileError> {
    if format.trim_start().starts_with('{') {
        let mut compiled = Compiled::new(Dialect::Envoy);
        compiled.template = Some(Template::of(format)?);
        return Ok(compiled);
    }
    let mut spelled = Spelled::plain(format, 0);
    // What ends each line, as YAML spells it.
    if let Some(text) = spelled.text.strip_suffix("\\n").map(str::len) {
        spelled.text.truncate(text);
    }
    spelled.trim_end(&['\n', '\r']);
    let mut builder = Builder::new(Dialect::Envoy);
    let text = spelled.text.as_str();
    let mut rest = text;
    while let Some((literal, found)) = rest.split_once('%') {
        builder.literal(literal);
        let at = spelled.place(text.len() - found.len() - 1);
        if let Some(behind) = found.strip_prefix('%') {
            builder.literal("%");
            rest = behind;
            continue;
        }
        let (operator, behind) = Operator::read(found).ok_or(CompileError::Unterminated { at })?;
        rest = behind;
        operator.add(&mut builder, at)?;
    }
    builder.literal(rest);
    builder.finish()
}

/// What the only operator of a text means: a value of a JSON template.
pub(super) fn only(text: &str, at: usize) -> Result<Meaning, CompileError> {
    let Some(found) = text.strip_prefix('%') else {
        return Ok(Meaning::Silent);
    };
    match Operator::read(found) {
        Some((operator, "")) => operator.meaning(at),
        Some(_) => Ok(Meaning::Silent),
        None => Err(CompileError::Unterminated { at }),
    }
}

/// `%NAME(argument):length%`.
struct Operator<'a> {
    name: &'a str,
    argument: &'a str,
}

impl<'a> Operator<'a> {
    /// The operator behind a `%`, and what follows it. Its argument may hold percents of its own (a time's pattern).
    fn read(found: &'a str) -> Option<(Self, &'a str)> {
        let end = found.find(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')?;
        let (name, rest) = found.split_at_checked(end)?;
        let (argument, rest) = match rest.strip_prefix('(') {
            Some(inside) => {
                let end = [")%", "):"].iter().filter_map(|end| inside.find(end)).min()?;
                (inside.get(..end)?, inside.get(end + 1..)?)
            }
            None => ("", rest),
        };
        let rest = match rest.strip_prefix(':') {
            Some(length) => length.trim_start_matches(|c: char| c.is_ascii_digit()),
            None => rest,
        };
        Some((Self { name, argument }, rest.strip_prefix('%')?))
    }

    fn spelling(&self) -> String {
        if self.argument.is_empty() {
            format!("%{}%", self.name)
        } else {
            format!("%{}({})%", self.name, self.argument)
        }
    }

    fn add(&self, builder: &mut Builder, at: usize) -> Result<(), CompileError> {
        let meaning = self.meaning(at)?;
        if meaning == Meaning::Of(Key::Time) {
            if self.name == "EMIT_TIME" {
                builder.compiled.instant = Instant::End;
            }
            return builder.time(self.spelling(), at, self.argument.matches(' ').count());
        }
        builder.add(self.spelling(), at, meaning, Extent::Plain)
    }

    fn meaning(&self, at: usize) -> Result<Meaning, CompileError> {
        Ok(match self.name {
            "START_TIME" | "START_TIME_LOCAL" | "EMIT_TIME" => Meaning::Of(Key::Time),
            "REQ" | "REQ_WITHOUT_QUERY" => self.of_header(of_request),
            "RESP" | "TRAILER" => self.of_header(of_answer),
            "PATH" => Meaning::Of(Key::Url),
            "RESPONSE_CODE" => Meaning::Of(Key::Status),
            "RESPONSE_CODE_DETAILS" => Meaning::Details,
            "RESPONSE_FLAGS" | "RESPONSE_FLAGS_LONG" => Meaning::Flags,
            "CONNECTION_TERMINATION_DETAILS" => Meaning::Termination,
            "UPSTREAM_TRANSPORT_FAILURE_REASON" => Meaning::Transport,
            "DURATION" => Meaning::Of(Key::Duration(0)),
            "RESPONSE_DURATION" => Meaning::Of(Key::HeaderTime(0)),
            "UPSTREAM_REQUEST_ATTEMPT_COUNT" => Meaning::UpstreamTries,
            "UPSTREAM_HOST" | "UPSTREAM_REMOTE_ADDRESS" => Meaning::Of(Key::UpstreamAddress),
            "DOWNSTREAM_REMOTE_ADDRESS" | "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" => Meaning::ClientWithPort,
            "REQUESTED_SERVER_NAME" => Meaning::ServerName,
            "HOSTNAME" => Meaning::Of(Key::Machine),
            "STREAM_ID" | "UNIQUE_ID" => Meaning::Of(Key::OwnId),
            name => {
                let known = || OPERATORS.split_ascii_whitespace();
                let near = nearest(name, known()).filter(|near| name.len().abs_diff(near.len()) <= 2);
                match near {
                    Some(near) if !known().any(|known| known == name) => {
                        return Err(CompileError::Unknown {
                            at,
                            variable: format!("%{name}%"),
                            nearest: Some(format!("%{near}%")),
                        });
                    }
                    _ => Meaning::Silent,
                }
            }
        })
    }

    /// `X?Y` is the second header where the first is missing: whichever of the two says something.
    fn of_header(&self, of: fn(&str) -> Meaning) -> Meaning {
        let mut names = self.argument.split('?');
        names
            .find_map(|name| Some(of(name)).filter(|meaning| *meaning != Meaning::Silent))
            .unwrap_or(Meaning::Silent)
    }
}

fn of_request(name: &str) -> Meaning {
    match name.to_ascii_lowercase().as_str() {
        ":method" => Meaning::Of(Key::Method),
        ":path" | "x-envoy-original-path" => Meaning::Of(Key::Url),
        ":authority" | "host" => Meaning::Of(Key::Host),
        // Envoy makes it where the caller sent none.
        "x-request-id" => Meaning::Of(Key::OwnId),
        "x-forwarded-for" => Meaning::Forwarded,
        name => headers::of_request(name),
    }
}

fn of_answer(name: &str) -> Meaning {
    match name.to_ascii_lowercase().as_str() {
        "x-envoy-upstream-service-time" => Meaning::ServiceTime,
        ":status" => Meaning::Of(Key::Status),
        name => headers::of_answer(name),
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_slip_is_named_with_its_place_and_an_extensions_operator_is_not() {
        let said = compile("[%START_TIME%] %RESPONSE_COD%").unwrap_err().to_string();
        assert_eq!(
            said,
            "at character 16: there is no %RESPONSE_COD%; did you mean %RESPONSE_CODE%?"
        );
        compile("%START_TIME% %SOME_FILTERS_OWN(a:b)% %RESPONSE_CODE%").unwrap();
        assert!(compile("%START_TIME% %RESPONSE_CODE").is_err());
    }
}
