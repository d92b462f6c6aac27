//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod access_keys;
mod access_line;
mod apache_access;
mod apache_error;
mod caddy;
mod colours;
mod envoy_json;
mod envoy_text;
mod format;
mod haproxy;
mod json_lines;
mod json_values;
mod keys;
mod log_format;
mod logfmt;
mod nginx_combined;
mod nginx_error;
mod nginx_json;
mod nginx_upstream;
mod openai_node;
mod python_logging;
mod shapes;
mod squid_cache;
mod squid_custom;
mod squid_native;
mod text_logging;
mod threads;
mod told;

pub use format::{Fit, Format, Unread};
pub use log_format::apache::compile as compile_apache;
pub use log_format::nginx::compile as compile_nginx;
pub use log_format::{CompileError, Compiled};
pub use openai_node::OpenAiNode;
pub use python_logging::{PythonLogging, is_sdk_handler_line};

#[cfg(test)]
mod case_tests;

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[
    &apache_access::ApacheAccess,
    &apache_error::ApacheError,
    &caddy::Caddy,
    &envoy_json::EnvoyJson,
    &envoy_text::EnvoyText,
    &haproxy::Haproxy,
    &json_lines::JsonLines,
    &logfmt::Logfmt,
    &nginx_combined::NginxCombined,
    &nginx_error::NginxError,
    &nginx_json::NginxJson,
    &nginx_upstream::NginxUpstream,
    &OpenAiNode,
    &PythonLogging,
    &squid_cache::SquidCache,
    &squid_custom::SquidCustom,
    &squid_native::SquidNative,
    &text_logging::TextLogging,
];
