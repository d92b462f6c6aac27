//! One binary; one file a question.

#![expect(
    clippy::unwrap_used,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test that cannot go on is to fail"
)]

mod access_json;
mod access_lines;
mod alike;
mod archives;
mod browser;
mod bundle;
mod calls;
mod cli;
mod clocks;
mod config;
mod consistent;
mod corpora;
mod covered;
mod days;
mod discovery;
mod documents;
mod envelopes;
mod exceptions;
mod filters;
mod finished;
mod forged;
mod formats;
mod fuzz_twins;
mod gateways;
mod hostile;
mod hostile_archives;
mod hostile_calendar;
mod hostile_faults;
mod hostile_many;
mod hostile_moving;
mod hostile_packed;
mod hostile_trees;
mod hostile_words;
mod hostile_world;
mod house;
mod html;
mod in_two_logs;
mod joined;
mod killed;
mod layers;
mod litellm;
mod merge;
mod month;
mod named_statuses;
mod nightly;
mod nightly_envelopes;
mod node_errors;
mod only_failures;
mod other_clients;
mod outputs;
mod own_formats;
mod own_tries;
mod own_words;
mod pack;
mod packaging;
mod panics;
mod plain_text;
mod planted;
mod planted_values;
mod pretty;
mod quoted_errors;
mod real_logs;
mod refusals;
mod reports;
mod retries;
mod run;
mod same_answer;
mod same_bytes;
mod same_kind;
mod schema;
mod scopes;
mod secrecy;
mod several_providers;
mod starts;
mod state;
mod status_page;
mod streams;
mod told_twice;
mod trace;
mod two_lines;
mod untold;
mod watched;
mod wrappers;
mod writers;
mod zones;
