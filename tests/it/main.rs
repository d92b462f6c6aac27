//! One binary; one file a question.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test that cannot go on is to fail")]

mod cli;
mod discovery;
mod house;
mod same_answer;
