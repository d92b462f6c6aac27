//! Compiles nginx's `log_format` directive
//! (<https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>).
//!
//! A site may name variables of its own (`map`, `set`), so one that nginx does not have is skipped, unless it is nearly
//! one of nginx's.

use super::build::Builder;
use super::compiled::{Compiled, Extent};
use super::meaning::Meaning;
use super::spelled::Spelled;
use super::{CompileError, Dialect, headers};
use crate::gather::formats::access_keys::key;
use crate::text::nearest::nearest;

/// Variables that logs have (<https://nginx.org/en/docs/varindex.html>), for telling a slip from a site's own.
const VARIABLES: &str = "ancient_browser args binary_remote_addr body_bytes_sent bytes_received bytes_sent connection \
    connection_requests connection_time content_length content_type date_gmt date_local document_root document_uri \
    fastcgi_script_name geoip_country_code gzip_ratio host hostname http2 http3 https invalid_referer is_args limit_conn_status \
    limit_rate limit_req_status modern_browser msec msie nginx_version pid pipe protocol proxy_add_x_forwarded_for proxy_host \
    proxy_port proxy_protocol_addr proxy_protocol_port query_string realip_remote_addr realip_remote_port realpath_root \
    remote_addr remote_port remote_user request request_body request_body_file request_completion request_filename request_id \
    request_length request_method request_time request_uri scheme server_addr server_name server_port server_protocol \
    session_time slice_range ssl_cipher ssl_client_verify ssl_protocol ssl_server_name ssl_session_id ssl_session_reused \
    status tcpinfo_rtt time_iso8601 time_local uid_got uid_set upstream_addr upstream_bytes_received upstream_bytes_sent \
    upstream_cache_status upstream_connect_time upstream_first_byte_time upstream_header_time upstream_last_server_name \
    upstream_queue_time upstream_response_length upstream_response_time upstream_session_time upstream_status uri \
    http_host http_referer http_user_agent http_x_client_request_id http_x_forwarded_for http_x_request_id \
    sent_http_x_request_id upstream_http_x_request_id upstream_http_cf_ray upstream_http_apim_request_id";

/// Beginnings of names that go on with a header's, a cookie's or an argument's.
const OPEN: [&str; 10] = [
    "arg_",
    "cookie_",
    "http_",
    "sent_http_",
    "sent_trailer_",
    "upstream_http_",
    "upstream_trailer_",
    "upstream_cookie_",
    "ssl_",
    "jwt_",
];

/// Compiles the text of a format (`$remote_addr - …`), its quoted parts, or the whole directive
/// (`log_format llm escape=json '…' '…';`).
///
/// # Errors
/// [`CompileError`], with the part that cannot be told apart.
pub(in crate::gather::formats) fn compile(format: &str) -> Result<Compiled, CompileError> {
    let trimmed = format.trim_start();
    let is_directive = trimmed.starts_with("log_format ") || trimmed.starts_with('\'') || trimmed.starts_with("escape=");
    let spelled = if is_directive {
        Spelled::joined(format)?
    } else {
        Spelled::plain(format, 0)
    };
    let mut builder = Builder::new(Dialect::Nginx);
    let text = spelled.text.as_str();
    let mut rest = text;
    while let Some((literal, found)) = rest.split_once('$') {
        builder.literal(literal);
        let at = spelled.place(text.len() - found.len() - 1);
        let (name, behind) = variable(found).ok_or(CompileError::Unterminated { at })?;
        rest = behind;
        if name.is_empty() {
            builder.literal("$");
            continue;
        }
        check(name, at)?;
        let spelling = format!("${name}");
        match name {
            "time_local" => builder.time(spelling, at, 1)?,
            "time_iso8601" => builder.time(spelling, at, 0)?,
            _ => builder.add(spelling, at, meaning(name), extent(name))?,
        }
    }
    builder.literal(rest);
    builder.finish()
}

fn meaning(name: &str) -> Meaning {
    if let Some(header) = name.strip_prefix("sent_http_") {
        return headers::as_sent(header);
    }
    if name == "upstream_http_date" {
        return Meaning::HttpDate;
    }
    key(name).map_or(Meaning::Silent, Meaning::Of)
}

fn extent(name: &str) -> Extent {
    match name {
        // Method, path and version.
        "request" => Extent::Blanks(2),
        _ if name.starts_with("upstream_") => Extent::List,
        _ => Extent::Plain,
    }
}

/// Refuses a name that is nearly one of nginx's.
fn check(name: &str, at: usize) -> Result<(), CompileError> {
    let is_known = key(name).is_some() || VARIABLES.split_ascii_whitespace().any(|known| known == name);
    if is_known {
        return Ok(());
    }
    let is_open = OPEN.iter().any(|open| name.starts_with(open));
    let near = nearest(name, VARIABLES.split_ascii_whitespace());
    let near = near.filter(|near| !is_open && is_slip(name, near));
    match near {
        Some(near) => Err(CompileError::Unknown {
            at,
            variable: format!("${name}"),
            nearest: Some(format!("${near}")),
        }),
        None => Ok(()),
    }
}

/// Whether two names differ by so little that one is the other mistyped, and not another name: they begin alike and are
/// about as long.
fn is_slip(name: &str, known: &str) -> bool {
    name.len() >= 5 && name.as_bytes().first() == known.as_bytes().first() && name.len().abs_diff(known.len()) <= 2
}

/// The name behind a `$`, with or without braces, and what follows it.
fn variable(found: &str) -> Option<(&str, &str)> {
    if let Some(braced) = found.strip_prefix('{') {
        return braced.split_once('}');
    }
    let end = found
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(found.len());
    found.split_at_checked(end)
}

#[cfg(test)]
mod tests {
    use super::compile;
    use crate::gather::formats::CompileError;

    #[test]
    fn variables_without_text_between_them_are_refused() {
        let error = compile("$status$request_time").unwrap_err();
        let expected = CompileError::Adjacent {
            at: 8,
            first: "$status".to_owned(),
            second: "$request_time".to_owned(),
        };
        assert_eq!(error, expected);
        assert!(matches!(compile("none"), Err(CompileError::NoVariable(_))));
        assert_eq!(compile("${status"), Err(CompileError::Unterminated { at: 1 }));
    }

    #[test]
    fn a_slip_is_named_with_its_place_and_a_sites_own_variable_is_not() {
        let said = compile("log_format x '$status '\n '$upstream_respons_time';")
            .unwrap_err()
            .to_string();
        assert_eq!(
            said,
            "at character 27: there is no $upstream_respons_time; did you mean $upstream_response_time?"
        );
        compile("$status $masked_body $http_x_whatever $llm_route").unwrap();
    }
}
