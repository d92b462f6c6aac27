//! Which line of which configuration makes a log carry the ids that support asks for.
//!
//! Sources: nginx.org ngx_http_upstream_module; HAProxy configuration manual 4.2, `capture response header`; Envoy access
//! log command operators; Apache mod_log_config; Squid `logformat`; Caddy `log_append`; Traefik access logs; LiteLLM proxy
//! settings; the READMEs of openai-python, openai-node, anthropic-sdk-python and anthropic-sdk-typescript.

use super::combinations::counted;
use crate::model::{Dimension, Name, SourceRollup, Vantage};
use std::collections::BTreeMap;

/// Whose response headers a log is to carry.
struct Headers {
    /// The provider's id, as its documentation spells it.
    id: &'static str,
    /// How Python's and Node's clients hand it out: on an answer, and on an error.
    python: &'static str,
    node: &'static str,
}

const OPENAI: Headers = Headers {
    id: "x-request-id",
    python: "response._request_id, and on an openai.APIStatusError exc.request_id",
    node: "response._request_id, and on an OpenAI.APIError err.requestID (err.request_id before version 5)",
};

const ANTHROPIC: Headers = Headers {
    id: "request-id",
    python: "message._request_id, and on an anthropic.APIStatusError exc.request_id",
    node: "message._request_id, and on an Anthropic.APIError err.requestID",
};

const AZURE: Headers = Headers {
    id: "apim-request-id",
    python: "response._request_id, and on an openai.APIStatusError exc.response.headers[\"apim-request-id\"]",
    node: "response._request_id, and on an OpenAI.APIError err.headers.get(\"apim-request-id\")",
};

const BEDROCK: Headers = Headers {
    id: "x-amzn-requestid",
    python: "response[\"ResponseMetadata\"][\"RequestId\"], and on a ClientError exc.response[\"ResponseMetadata\"][\"RequestId\"]",
    node: "response.$metadata.requestId, and on an error err.$metadata.requestId",
};

/// The headers of the provider that most of a log's failures are of; none of one whose answers carry no id.
fn headers(source: &SourceRollup) -> Option<&'static Headers> {
    let mut providers: BTreeMap<&Name, u64> = BTreeMap::new();
    for (attributes, count) in counted(source.observations.iter().map(|seen| (&seen.attributes, 1))) {
        if let Some(provider) = attributes.get(Dimension::Provider) {
            *providers.entry(provider).or_default() += count;
        }
    }
    match providers.into_iter().max_by_key(|(_, count)| *count).map(|(name, _)| &**name) {
        Some("anthropic") => Some(&ANTHROPIC),
        Some("azure.ai.openai") => Some(&AZURE),
        Some("aws.bedrock") => Some(&BEDROCK),
        Some(google) if google.starts_with("gcp.") => None,
        _ => Some(&OPENAI),
    }
}

/// The line that makes a log carry the provider's id; `says_answers`: the SDK itself writes a line for each answer.
pub(super) fn provider_id(source: &SourceRollup, says_answers: bool) -> Option<String> {
    let format = source.format?;
    let headers = headers(source)?;
    let id = headers.id;
    if let Some(line) = by_proxy(format, id, "rid", Direction::Response) {
        return Some(line);
    }
    if source.vantage? == Vantage::Proxy {
        return Some(format!("Log the response header {id} of the upstream."));
    }
    let lead = if says_answers {
        "The SDK's own lines carry no id at INFO: log"
    } else {
        "Log"
    };
    Some(match language(format) {
        Language::Python => format!("{lead} {}, in the application's line on each call.", headers.python),
        Language::Node => format!("{lead} {}, in the application's line on each call.", headers.node),
        Language::Unknown => format!(
            "{lead} the provider's {id} in the application's line on each call. Python: {}. Node: {}.",
            headers.python, headers.node
        ),
    })
}

/// The line that makes a log carry the caller's id.
pub(super) fn client_id(source: &SourceRollup) -> Option<String> {
    const RULES: &str = "unique for each request, ASCII, at most 512 characters";
    let format = source.format?;
    if let Some(line) = by_proxy(format, "x-client-request-id", "crid", Direction::Request) {
        return Some(line);
    }
    if source.vantage? == Vantage::Proxy {
        return Some("Log the request header X-Client-Request-Id.".to_owned());
    }
    let python = "extra_headers={\"X-Client-Request-Id\": str(uuid.uuid4())}";
    let node = "{ headers: { \"X-Client-Request-Id\": crypto.randomUUID() } }";
    Some(match language(format) {
        Language::Python => format!("Send one with each call and log it: {python} ({RULES})."),
        Language::Node => format!("Send one with each call and log it: {node} ({RULES})."),
        Language::Unknown => format!("Send one with each call and log it ({RULES}). Python: {python}. Node: {node}."),
    })
}

/// Which side a header is on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

/// The line for a proxy's configuration, by the name of its log's format.
fn by_proxy(format: &str, header: &str, key: &str, direction: Direction) -> Option<String> {
    let is = |name: &str| format.starts_with(name);
    let response = direction == Direction::Response;
    let variable = header.replace('-', "_");
    if is("nginx") || is("ingress") || is("apisix") || is("openresty") {
        let prefix = if response { "$upstream_http_" } else { "$http_" };
        return Some(if format.contains("json") {
            format!("Add \"{}\":\"{prefix}{variable}\", to this log_format.", key_in_json(key))
        } else {
            format!("Add {key}=\"{prefix}{variable}\" to this log_format.")
        });
    }
    if is("haproxy") {
        let (side, length) = if response { ("response", 64) } else { ("request", 128) };
        return Some(format!(
            "Add to the frontend: capture {side} header {header} len {length} (it stands in braces in option httplog)."
        ));
    }
    if is("envoy") || is("istio") {
        let operator = if response { "RESP" } else { "REQ" };
        return Some(format!(
            "Add to the access log's format: {}: \"%{operator}({})%\".",
            key_in_json(key),
            header.to_ascii_uppercase()
        ));
    }
    if is("apache") {
        let side = if response { 'o' } else { 'i' };
        return Some(format!("Add {key}=\\\"%{{{header}}}{side}\\\" to this LogFormat."));
    }
    if is("squid") {
        let side = if response { '<' } else { '>' };
        return Some(format!(
            "Add %{{{header}}}{side}h to this logformat; of a CONNECT tunnel Squid sees no header, then only the application can log it."
        ));
    }
    if is("caddy") {
        let side = if response { "response" } else { "request" };
        return Some(format!(
            "Add to the site: log_append {} {{http.{side}.header.{header}}}; and let no log filter delete it.",
            key_in_json(key)
        ));
    }
    if is("traefik") {
        return Some(format!(
            "Set accessLog.format: json and accessLog.fields.headers.names.{header}: keep."
        ));
    }
    if is("litellm") {
        return Some(if response {
            format!(
                "Set litellm_settings: {{json_logs: true, return_response_headers: true}} and log the header llm_provider-{header}, which LiteLLM hands on; x-litellm-call-id is LiteLLM's own."
            )
        } else {
            "Set general_settings: {forward_client_headers_to_llm_api: true} and send X-Client-Request-Id from the application."
                .to_owned()
        });
    }
    None
}

fn key_in_json(key: &str) -> &'static str {
    if key == "rid" { "x_request_id" } else { "x_client_request_id" }
}

/// The language an application's log is of, by its format.
enum Language {
    Python,
    Node,
    Unknown,
}

fn language(format: &str) -> Language {
    let has = |words: &[&str]| words.iter().any(|word| format.contains(word));
    if has(&["python", "loguru", "structlog", "django", "celery", "uvicorn", "gunicorn"]) {
        Language::Python
    } else if has(&["node", "pino", "winston", "bunyan"]) {
        Language::Node
    } else {
        Language::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::{client_id, provider_id};
    use crate::model::{SourceRollup, Vantage};

    fn source(format: &'static str, vantage: Vantage) -> SourceRollup {
        SourceRollup {
            format: Some(format),
            vantage: Some(vantage),
            ..SourceRollup::default()
        }
    }

    #[test]
    fn every_proxy_is_told_its_own_line() {
        let rows = [
            (
                "nginx-combined",
                "rid=\"$upstream_http_x_request_id\"",
                "crid=\"$http_x_client_request_id\"",
            ),
            (
                "nginx-json",
                "\"x_request_id\":\"$upstream_http_x_request_id\"",
                "\"$http_x_client_request_id\"",
            ),
            (
                "haproxy",
                "capture response header x-request-id len 64",
                "capture request header x-client-request-id",
            ),
            ("envoy-json", "%RESP(X-REQUEST-ID)%", "%REQ(X-CLIENT-REQUEST-ID)%"),
            ("apache-access", "%{x-request-id}o", "%{x-client-request-id}i"),
            ("squid-native", "%{x-request-id}<h", "%{x-client-request-id}>h"),
            (
                "caddy",
                "{http.response.header.x-request-id}",
                "{http.request.header.x-client-request-id}",
            ),
            ("traefik", "names.x-request-id: keep", "names.x-client-request-id: keep"),
            (
                "litellm-text",
                "llm_provider-x-request-id",
                "forward_client_headers_to_llm_api",
            ),
        ];
        for (format, id, client) in rows {
            let source = source(format, Vantage::Proxy);
            assert!(provider_id(&source, false).unwrap().contains(id), "{format}");
            assert!(client_id(&source).unwrap().contains(client), "{format}");
        }
    }

    #[test]
    fn every_sdk_is_told_its_own_attribute() {
        for (format, id) in [
            ("python-logging", "exc.request_id"),
            ("openai-node", "err.requestID"),
            ("json-lines", "Node:"),
        ] {
            assert!(
                provider_id(&source(format, Vantage::Application), true).unwrap().contains(id),
                "{format}"
            );
        }
    }
}
