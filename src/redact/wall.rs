//! The second wall: finished bytes pass one scrubber, and what still looks like a secret or a person is replaced and
//! counted. A hit is a sign of a fault elsewhere, for reports are built from typed fields.

use regex::{Captures, Regex};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What a rule removes, by the word of the report's `redacted`.
struct Rule {
    class: &'static str,
    shape: Regex,
    /// Whether a match is really one (a check digit).
    holds: fn(&str) -> bool,
}

fn always(_: &str) -> bool {
    true
}

/// A shell's variable in the place of a value (`api-key: $AZURE_OPENAI_API_KEY`) is how a report leaves a key out.
fn is_no_variable(text: &str) -> bool {
    let value = text.rsplit_once(['=', ':']).map_or(text, |(_, value)| value);
    let value = value.trim_start_matches([' ', '"', '\'']);
    !value
        .strip_prefix('$')
        .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
}

/// A class, a shape, and its check.
type Row = (&'static str, &'static str, fn(&str) -> bool);

/// Shapes of keys, tokens and personal data (gitleaks b58d3f1, trufflehog, the providers' own formats). Each begins with
/// a fixed mark or a key's name beside the value, so that ids, times and versions are not taken.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rules: [Row; 17] = [
        (
            "private-key",
            r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----",
            always,
        ),
        (
            "jwt",
            r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?",
            always,
        ),
        ("api-key", r"\b(?:sk|rk|pk)-[A-Za-z0-9][A-Za-z0-9_-]{14,}", always),
        (
            "api-key",
            r"\b(?:sess-|ek_|gsk_|xai-|pplx-|nvapi-|r8_|hf_|api_org_|ya29\.|GOCSPX-|glpat-|hvs\.|dapi|npm_|pypi-|SG\.|AIza)[A-Za-z0-9_.-]{16,}",
            always,
        ),
        (
            "api-key",
            r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,})",
            always,
        ),
        (
            "api-key",
            r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b|\bABSK[A-Za-z0-9+/=]{40,}|\bbedrock-api-key-[A-Za-z0-9+/=_-]{16,}",
            always,
        ),
        ("api-key", r"\b[A-Za-z0-9]{20,}(?:JQQJ99|T3BlbkFJ)[A-Za-z0-9_-]{16,}", always),
        (
            "credential",
            r#"(?i)\b(?:bearer|basic|apikey)\s+[A-Za-z0-9._~+/=-]{12,}"#,
            always,
        ),
        (
            "credential",
            r#"(?i)\b(?:api[-_]?key|x-api-key|x-goog-api-key|access[-_]?token|secret|password|passwd|pwd|client[-_]?secret|sharedaccesskey|accountkey|sig|signature|token)["']?\s*[=:]\s*["']?[^\s"'&,;<>]{8,}"#,
            is_no_variable,
        ),
        ("cookie", r"(?i)\b(?:set-)?cookie:\s*[^\r\n]+", always),
        ("credential", r"[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@", always),
        ("email", r"(?i)\b[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}\b", always),
        ("iban", r"\b[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b", has_iban_check),
        ("card", r"\b(?:\d[ -]?){12,18}\d\b", has_card_check),
        ("government-id", r"\b\d{3}-\d{2}-\d{4}\b", always),
        (
            "phone",
            r"(?:^|[\s(:])\+\d{1,3}[ ./-]?\(?\d{1,4}\)?(?:[ ./-]\d{2,4}){2,4}\b",
            always,
        ),
        (
            "signed-url",
            r"(?i)[?&](?:x-amz-signature|x-amz-security-token|x-amz-credential|sv=\d{4}-)[^\s]*",
            always,
        ),
    ];
    rules
        .into_iter()
        .filter_map(|(class, shape, holds)| {
            Some(Rule {
                class,
                shape: Regex::new(shape).ok()?,
                holds,
            })
        })
        .collect()
});

/// Counts of what was removed, by class.
pub type Removed = BTreeMap<&'static str, u64>;

/// Replaces whatever looks like a secret or personal data, and counts it. A second pass finds nothing more.
#[must_use]
pub fn wall(text: String) -> (String, Removed) {
    let mut removed = Removed::new();
    let mut text = text;
    for rule in RULES.iter() {
        if !rule.shape.is_match(&text) {
            continue;
        }
        let replaced = rule.shape.replace_all(&text, |found: &Captures<'_>| {
            let matched = found.get(0).map_or("", |found| found.as_str());
            if !(rule.holds)(matched) {
                return matched.to_owned();
            }
            *removed.entry(rule.class).or_default() += 1;
            let lead: String = matched
                .chars()
                .take_while(|letter| letter.is_whitespace() || matches!(letter, '(' | ':'))
                .collect();
            format!(
                "{}[{} removed]",
                if rule.class == "phone" { lead } else { String::new() },
                rule.class
            )
        });
        text = replaced.into_owned();
    }
    (text, removed)
}

/// Luhn's check digit (ISO/IEC 7812-1), for 13 to 19 digits. A run of digits within an id or a time stamp hardly has it;
/// one that is part of a longer word is no card.
fn has_card_check(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let grouped = text.contains([' ', '-']);
    let issuer = matches!(digits.first(), Some(3..=6));
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| {
            if at % 2 == 1 {
                (digit * 2) / 10 + (digit * 2) % 10
            } else {
                *digit
            }
        })
        .sum();
    issuer && (13..=19).contains(&digits.len()) && sum.is_multiple_of(10) && (grouped || digits.len() >= 15)
}

/// The check digits of an IBAN (ISO 13616: the number modulo 97 is 1).
fn has_iban_check(text: &str) -> bool {
    let (Some(head), Some(tail)) = (text.get(..4), text.get(4..)) else {
        return false;
    };
    let mut rest = 0_u32;
    for letter in tail.chars().chain(head.chars()) {
        let Some(value) = letter.to_digit(36) else { return false };
        rest = if value >= 10 {
            (rest * 100 + value) % 97
        } else {
            (rest * 10 + value) % 97
        };
    }
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::wall;
    use proptest::prelude::*;

    #[test]
    fn every_planted_secret_goes() {
        let planted = [
            "sk-proj-FAKElabL2m69I7wDdQGnMo6sFSYnvCeqmkfCXIxmEYupOYzFAKE",
            "sk-ant-api03-FAKElabqK0jcBlreWjzRU0x5PKEkF24Gt33-FAKE",
            "erika.mustermann@example.com",
            "4111 1111 1111 1111",
            "DE02120300000000202051",
            "Bearer FAKEFAKEFAKEFAKE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.FAKE",
            "https://user:FAKEpassword@host/",
            "api_key=FAKEFAKEFAKE",
            "gsk_FAKEFAKEFAKEFAKEFAKEFAKE",
        ];
        for secret in planted {
            let (text, removed) = wall(format!("before {secret} after"));
            assert!(!text.contains(secret), "{text}");
            assert_eq!(removed.values().sum::<u64>(), 1, "{secret}: {removed:?}");
        }
    }

    #[test]
    fn ids_times_versions_and_models_stay() {
        let kept = "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa 0f8fad5b-d9cb-469f-a165-70867728950e 91c0f3e2aa0b1d2c-FRA 2026-09-14T06:08:33.019Z 3.52.0 gpt-4o-2024-08-06 ft:gpt-4o-mini:acme::abc123 1787144736295 req_011CGYQg91SobafAev9iH7wv";
        let (text, removed) = wall(kept.to_owned());
        assert_eq!(text, kept);
        assert!(removed.is_empty(), "{removed:?}");
    }

    proptest! {
        #[test]
        fn a_second_pass_finds_nothing(text in "[ -~]{0,200}") {
            let (once, _) = wall(text);
            let (twice, removed) = wall(once.clone());
            prop_assert_eq!(once, twice);
            prop_assert!(removed.is_empty());
        }
    }
}
