//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

mod format;
mod json_lines;
mod keys;
mod logfmt;
mod openai_node;
mod python_logging;
mod told;

pub use format::{Fit, Format, Unread};
pub use openai_node::OpenAiNode;
pub use python_logging::{PythonLogging, is_sdk_handler_line};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[&json_lines::JsonLines, &logfmt::Logfmt, &OpenAiNode, &PythonLogging];
