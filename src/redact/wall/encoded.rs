//! Secrets in another coat: a run of base64 that decodes to one is one (trust, section 2.3, 7).

use super::{Removed, SECRET_RULES};
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

/// Shorter runs hold no secret that any shape knows.
const SHORTEST: usize = 20;

/// Padding at most.
const PADDING: usize = 2;

/// The text without the runs that decode to a secret.
pub(super) fn removed(text: String, removed: &mut Removed) -> String {
    let mut shown: Option<String> = None;
    let (mut kept, mut rest) = (0, text.as_str());
    while let Some((before, run, behind)) = next_run(rest) {
        if let Some(class) = decoded(run).and_then(|plain| SECRET_RULES.class_of(&plain)) {
            *removed.entry(class).or_default() += 1;
            let shown = shown.get_or_insert_default();
            let until = text.len() - behind.len() - run.len();
            shown.push_str(text.get(kept..until).unwrap_or_default());
            shown.push_str(&format!("[{class} removed]"));
            kept = text.len() - behind.len();
        }
        debug_assert!(before.len() + run.len() + behind.len() == rest.len());
        rest = behind;
    }
    match shown {
        Some(shown) => shown + text.get(kept..).unwrap_or_default(),
        None => text,
    }
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

/// What stands before the next run of letters of base64, the run with its padding, and what follows.
fn next_run(text: &str) -> Option<(&str, &str, &str)> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'_' | b'-');
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let begins = from + rest.iter().position(|byte| is_letter(*byte))?;
        let rest = bytes.get(begins..)?;
        let length = rest.iter().position(|byte| !is_letter(*byte)).unwrap_or(rest.len());
        if length >= SHORTEST {
            let padding = rest
                .iter()
                .skip(length)
                .take(PADDING)
                .take_while(|byte| **byte == b'=')
                .count();
            let (before, rest) = text.split_at_checked(begins)?;
            let (run, behind) = rest.split_at_checked(length + padding)?;
            return Some((before, run, behind));
        }
        from = begins + length;
    }
}
