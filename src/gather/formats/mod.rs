//! One file a format: how a log spells things. A format knows spelling and nothing of meaning.

#[cfg(test)]
mod application_text_tests;
mod format;
mod openai_node;
mod python_logging;

pub use format::{Fit, Format, Unread};
pub use openai_node::OpenAiNode;
pub use python_logging::{PythonLogging, is_sdk_handler_line};

/// Every built-in format. The order has no meaning: recognition is computed from the samples.
pub static ALL: &[&dyn Format] = &[&OpenAiNode, &PythonLogging];
