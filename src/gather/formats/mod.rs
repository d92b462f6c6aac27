//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod access_keys;
mod access_line;
mod apache_access;
mod apache_error;
mod caddy;
mod envoy_json;
mod envoy_text;
mod format;
mod haproxy;
mod json_members;
mod log_format;
mod nginx_combined;
mod nginx_error;
mod nginx_json;
mod nginx_upstream;
mod shapes;
mod squid_cache;
mod squid_custom;
mod squid_native;

pub use format::{Fit, Format, Unread};
pub use log_format::apache::compile as compile_apache;
pub use log_format::nginx::compile as compile_nginx;
pub use log_format::{CompileError, Compiled};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[
    &apache_access::ApacheAccess,
    &apache_error::ApacheError,
    &caddy::Caddy,
    &envoy_json::EnvoyJson,
    &envoy_text::EnvoyText,
    &haproxy::Haproxy,
    &nginx_combined::NginxCombined,
    &nginx_error::NginxError,
    &nginx_json::NginxJson,
    &nginx_upstream::NginxUpstream,
    &squid_cache::SquidCache,
    &squid_custom::SquidCustom,
    &squid_native::SquidNative,
];
