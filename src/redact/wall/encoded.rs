//! Secrets in another coat: a run of base64 that decodes to one is one (trust, section 2.3, 7).

use super::{Removed, SECRET_RULES};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// Shorter runs hold no secret that any shape knows.
static RUN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_-]{20,}={0,2}").ok());

/// The text without the runs that decode to a secret.
pub(super) fn removed(text: String, removed: &mut Removed) -> String {
    let Some(run) = RUN.as_ref() else { return text };
    let mut hits = 0_u64;
    let mut replace = |found: &Captures<'_>| {
        let run = found.get(0).map_or("", |run| run.as_str());
        match decoded(run).and_then(|plain| SECRET_RULES.class_of(&plain)) {
            Some(class) => {
                hits += 1;
                *removed.entry(class).or_default() += 1;
                format!("[{class} removed]")
            }
            None => run.to_owned(),
        }
    };
    let shown = run.replace_all(&text, &mut replace).into_owned();
    if hits == 0 { text } else { shown }
}

/// What a run says, where it says something printable: hashes and ids do not.
fn decoded(run: &str) -> Option<String> {
    let run = run.trim_end_matches('=');
    // What is cut off behind the last whole quartet may not decode.
    let whole = run.get(..run.len() - usize::from(run.len() % 4 == 1))?;
    let coding = if whole.contains(['-', '_']) {
        &BASE64URL_NOPAD
    } else {
        &BASE64_NOPAD
    };
    let even = whole.get(..whole.len() - whole.len() % 4)?;
    let bytes = coding
        .decode(whole.as_bytes())
        .or_else(|_| coding.decode(even.as_bytes()))
        .ok()?;
    bytes.iter().all(|byte| (0x20..0x7f).contains(byte)).then_some(())?;
    String::from_utf8(bytes).ok()
}
