//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod access_keys;
mod format;
mod json_members;
mod nginx_combined;
mod nginx_error;
mod nginx_json;
mod nginx_log_format;
mod nginx_upstream;

pub use format::{Fit, Format, Unread};
pub use nginx_log_format::{CompileError, Compiled, compile};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[
    &nginx_combined::NginxCombined,
    &nginx_error::NginxError,
    &nginx_json::NginxJson,
    &nginx_upstream::NginxUpstream,
];
