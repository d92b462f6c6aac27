//! What `trace` takes besides what `analyze` does.

use super::analyze::Analyze;
use clap::Parser;

/// What `trace` takes.
#[derive(Debug, Parser)]
#[command(mut_arg("audience", |arg| arg.hide(true)), mut_arg("status_page", |arg| arg.hide(true)), mut_arg("bundle", |arg| arg.hide(true)), mut_arg("dry_run", |arg| arg.hide(true)), mut_arg("explain", |arg| arg.hide(true)),
    mut_arg("max_requests", |arg| arg.hide(true)), mut_arg("fail_on", |arg| arg.hide(true)), mut_arg("provider", |arg| arg.hide(true)),
    mut_arg("surface", |arg| arg.hide(true)), mut_arg("model", |arg| arg.hide(true)), mut_arg("endpoint", |arg| arg.hide(true)),
    mut_arg("status", |arg| arg.hide(true)), mut_arg("host", |arg| arg.hide(true)), mut_arg("tier", |arg| arg.hide(true)),
    mut_arg("project", |arg| arg.hide(true)),
    mut_arg("reports", |arg| arg.help("Tell it as text or json; on standard output, or in a file as in json=FILE")),
    mut_arg("output", |arg| arg.help("Write it to this file instead of standard output")))]
pub struct Trace {
    /// The id: a provider's request id, the caller's (X-Client-Request-Id), a gateway's, a cf-ray, an SDK's or a trace's
    #[arg(value_name = "ID", value_parser = id)]
    pub id: String,
    /// What to read, and how.
    #[command(flatten)]
    pub analyze: Analyze,
}

/// Letters from which a word without a digit may be an id.
const LONG: usize = 16;

/// The longest client id that the API accepts (OpenAI: 512 characters).
const LONGEST: usize = 512;

fn id(text: &str) -> Result<String, String> {
    let id = text.trim().trim_matches(['"', '\'']);
    let is_word = id.len() < LONG && id.bytes().all(|letter| letter.is_ascii_alphabetic());
    if is_word && !id.is_empty() {
        return Err("it is a word, which stands in many a record; an id has digits in it".to_owned());
    }
    if id.is_empty() || id.chars().any(char::is_whitespace) || id.len() > LONGEST {
        return Err("an id is one word".to_owned());
    }
    Ok(id.to_owned())
}
