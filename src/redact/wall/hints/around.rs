//! What stands around the names and signs of secrets.

use super::ends_no_word;

pub(in super::super) fn anything(_: &[u8]) -> bool {
    true
}

/// Nothing, or no part of a word.
pub(in super::super) fn no_word(before: &[u8]) -> bool {
    ends_no_word(before)
}

/// What parts the fields of a query.
pub(in super::super) fn field(before: &[u8]) -> bool {
    matches!(before.last(), Some(b'?' | b'&'))
}

/// A blank, and a letter of a token: no shell variable.
pub(in super::super) fn blank_and_token(rest: &[u8]) -> bool {
    let token = rest.trim_ascii_start();
    let is_of_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"._~+/=-".contains(byte);
    token.len() < rest.len() && token.first().is_some_and(is_of_token)
}

/// A quote or none, a colon or an equals sign, and no shell variable, which is [no value](super::super::checks::is_value).
pub(in super::super) fn value(rest: &[u8]) -> bool {
    let rest = behind(behind(rest, b"\"'\\"), b" \t");
    let Some((b'=' | b':', rest)) = rest.split_first() else {
        return false;
    };
    let value = behind(behind(rest, b" \t"), b"\"'\\");
    let Some(name) = value.strip_prefix(b"$") else { return true };
    let is_of_name = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_';
    let length = name.iter().take_while(is_of_name).count();
    length == 0 || name.get(length).is_some_and(u8::is_ascii_alphanumeric)
}

/// A quote or none, and a colon.
pub(in super::super) fn colon(rest: &[u8]) -> bool {
    behind(rest, b"\"'\\").starts_with(b":")
}

/// The end of a user's name or password.
pub(in super::super) fn user(before: &[u8]) -> bool {
    before
        .last()
        .is_some_and(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'/' | b'@'))
}

/// The beginning of a domain.
pub(in super::super) fn domain(rest: &[u8]) -> bool {
    rest.first().is_some_and(u8::is_ascii_alphanumeric)
}

/// What stands behind all such bytes that it begins with.
fn behind<'t>(text: &'t [u8], skipped: &[u8]) -> &'t [u8] {
    let length = text.iter().take_while(|byte| skipped.contains(byte)).count();
    text.get(length..).unwrap_or_default()
}
