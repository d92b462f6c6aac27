//! Secrets in another coat: a run of base64 that decodes to one is one (trust, section 2.3, 7).

use super::{RULES, Removed};
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
        if let Some(class) = class_of(run) {
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

/// Whether any run decodes to a secret.
pub(super) fn is_in(mut text: &str) -> bool {
    while let Some((_, run, behind)) = next_run(text) {
        if class_of(run).is_some() {
            return true;
        }
        text = behind;
    }
    false
}

/// The class of the secret that a run decodes to.
fn class_of(run: &str) -> Option<&'static str> {
    let plain = begins_printable(run).then(|| decoded(run)).flatten()?;
    RULES.class_of(RULES.secrets, &plain)
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

/// Quartets of a run that are looked at before it is decoded: of random letters one in twenty gets past the first.
const AHEAD: usize = 5;

/// Whether the first bytes that a run decodes to, if it does, are printable.
fn begins_printable(run: &str) -> bool {
    let is_printable = |byte: u8| (0x20..0x7f).contains(&byte);
    run.as_bytes().as_chunks::<4>().0.iter().take(AHEAD).all(|quartet| {
        let [a, b, c, d] = quartet.map(value);
        is_printable(a << 2 | b >> 4) && is_printable(b << 4 | c >> 2) && is_printable(c << 6 | d)
    })
}

/// What a letter of base64 stands for, in either spelling.
fn value(letter: u8) -> u8 {
    match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    }
}

/// Whether a byte is a letter of base64.
static IS_LETTER: [bool; 256] = letters();

#[expect(clippy::indexing_slicing, reason = "worked out as the program is built")]
const fn letters() -> [bool; 256] {
    let mut is_letter = [false; 256];
    let mut letter = u8::MAX;
    while letter > 0 {
        is_letter[letter as usize] = letter.is_ascii_alphanumeric() || matches!(letter, b'+' | b'/' | b'_' | b'-');
        letter -= 1;
    }
    is_letter
}

fn is_letter(byte: u8) -> bool {
    IS_LETTER.get(usize::from(byte)).is_some_and(|is_letter| *is_letter)
}

/// What stands before the next run of letters of base64, the run with its padding, and what follows.
fn next_run(text: &str) -> Option<(&str, &str, &str)> {
    let bytes = text.as_bytes();
    let mut from = 0;
    // Looked at from its end, what can be no run is passed over by its last odd byte.
    while let Some(ahead) = bytes.get(from..from + SHORTEST) {
        if let Some(odd) = ahead.iter().rposition(|byte| !is_letter(*byte)) {
            from += odd + 1;
            continue;
        }
        let rest = bytes.get(from..)?;
        let length = rest.iter().position(|byte| !is_letter(*byte)).unwrap_or(rest.len());
        let padding = rest
            .iter()
            .skip(length)
            .take(PADDING)
            .take_while(|byte| **byte == b'=')
            .count();
        let (before, rest) = text.split_at_checked(from)?;
        let (run, behind) = rest.split_at_checked(length + padding)?;
        return Some((before, run, behind));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{begins_printable, decoded, is_letter, next_run};
    use proptest::prelude::*;

    /// The runs, found one letter after the other.
    fn runs(text: &str) -> Vec<&str> {
        let parts = text.split(|letter: char| !letter.is_ascii() || !is_letter(letter as u8));
        parts.filter(|run| run.len() >= super::SHORTEST).collect()
    }

    proptest! {
        #[test]
        fn every_run_is_found(text in "([A-Za-z0-9+/_-]{1,40}|[A-Za-z0-9]{18,22}|[ \"=.ü]){0,12}") {
            let (mut found, mut rest) = (Vec::new(), text.as_str());
            while let Some((before, run, behind)) = next_run(rest) {
                prop_assert_eq!(before.len() + run.len() + behind.len(), rest.len());
                found.push(run.trim_end_matches('='));
                rest = behind;
            }
            prop_assert_eq!(found, runs(&text));
        }

        #[test]
        fn what_begins_unprintable_says_nothing(run in "[A-Za-z0-9+/]{20,44}={0,2}|[A-Za-z0-9_-]{20,44}|[A-Za-z0-9+/_-]{20,30}") {
            prop_assert!(begins_printable(&run) || decoded(&run).is_none());
        }

        #[test]
        fn what_says_something_begins_printable(said in "[ -~]{15,60}") {
            for run in [data_encoding::BASE64.encode(said.as_bytes()), data_encoding::BASE64URL_NOPAD.encode(said.as_bytes())] {
                prop_assert!(begins_printable(&run) && decoded(&run).is_some());
            }
        }
    }
}
