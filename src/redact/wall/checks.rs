//! Whether a text that has a secret's shape is one: check digits, and what a report itself writes in a secret's place.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Every class, as it stands in a report in a secret's place.
pub(super) const CLASSES: [&str; 14] = [
    "private-key",
    "jwt",
    "api-key",
    "credential",
    "cookie",
    "signed-url",
    "webhook",
    "email",
    "iban",
    "card",
    "government-id",
    "phone",
    "address",
    "mac-address",
];

pub(super) fn always(_: &str) -> bool {
    true
}

/// A value beside a key's name: not the shell variable by which a report leaves a key out (`api-key: $AZURE_API_KEY`),
/// and not what stands there already in a secret's place.
pub(super) fn is_value(text: &str) -> bool {
    let value = text.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'));
    let value = value.trim_start_matches([' ', '\t', '"', '\'', '\\', ':', '=']);
    let is_variable = value.strip_prefix('$').is_some_and(|name| {
        let end = name
            .bytes()
            .position(|byte| !(byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'));
        !name.is_empty()
            && end.is_none_or(|end| {
                end > 0
                    && name
                        .get(end..)
                        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
            })
    });
    let is_marker = value
        .strip_prefix('[')
        .is_some_and(|rest| CLASSES.iter().any(|class| rest.starts_with(class)));
    !is_variable && !is_marker
}

/// Luhn's check digit (ISO/IEC 7812-1) and an issuer's first digits with the length of its numbers: one number in ten of
/// any kind has the check digit, and ids of 18 digits are common.
pub(super) fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let first = |count: usize| digits.iter().take(count).fold(0, |number, digit| number * 10 + digit);
    let issued = match digits.len() {
        14 => matches!(first(2), 36 | 38 | 39) || (300..=305).contains(&first(3)),
        15 => matches!(first(2), 34 | 37),
        16 => {
            first(1) == 4
                || matches!(first(2), 35 | 51..=55 | 62 | 64 | 65)
                || (2221..=2720).contains(&first(4))
                || first(4) == 6011
        }
        17..=19 => first(2) == 62 || (digits.len() == 19 && first(1) == 4),
        _ => false,
    };
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
    issued && sum.is_multiple_of(10)
}

/// The check digits of an IBAN (ISO 13616: the number modulo 97 is 1).
pub(super) fn is_iban(text: &str) -> bool {
    let text: String = text.chars().filter(|letter| *letter != ' ').collect();
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

/// Four numbers up to 255; `0.0.0.0` and netmasks tell nothing of anybody, but nor do they occur.
pub(super) fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// At least three colons, so that no time of day is one.
pub(super) fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok() && text.len() > 3
}
