//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod access_keys;
mod format;
mod json_lines;
mod json_members;
mod keys;
mod logfmt;
mod nginx_combined;
mod nginx_error;
mod nginx_json;
mod nginx_log_format;
mod nginx_upstream;
mod openai_node;
mod python_logging;
mod told;

pub use format::{Fit, Format, Unread};
pub use nginx_log_format::{CompileError, Compiled, compile};
pub use openai_node::OpenAiNode;
pub use python_logging::{PythonLogging, is_sdk_handler_line};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[
    &json_lines::JsonLines,
    &logfmt::Logfmt,
    &nginx_combined::NginxCombined,
    &nginx_error::NginxError,
    &nginx_json::NginxJson,
    &nginx_upstream::NginxUpstream,
    &OpenAiNode,
    &PythonLogging,
];
