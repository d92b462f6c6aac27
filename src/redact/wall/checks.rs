//! Whether a text that has a secret's shape is one: check digits, and what a report itself writes in a secret's place.

use super::shapes::CLASSES;
use std::net::{Ipv4Addr, Ipv6Addr};

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

/// Luhn's check digit (ISO/IEC 7812-1), for 13 to 19 digits. A run of digits within an id or a time stamp hardly has it;
/// one that is part of a longer word is no card.
pub(super) fn is_card(text: &str) -> bool {
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
