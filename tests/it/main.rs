//! One binary; one file a question.

mod cli;
mod discovery;
mod house;
mod same_answer;
