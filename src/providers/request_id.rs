//! Which ids are a provider's by their shape, and where they hide in a text.

use crate::text::needles::Needles;
use std::str;
use std::sync::LazyLock;

/// The shortest part after `req_` that is an id; OpenAI's have 32 characters, Anthropic's 24.
const SHORTEST: usize = 8;

/// Whether an id has the shape of a provider's. UUIDs count only where the provider is Azure (`azure`), because every
/// proxy makes UUIDs too.
#[must_use]
pub fn is_provider_request_id(id: &str, azure: bool) -> bool {
    if let Some(rest) = id.strip_prefix("req_") {
        // Asked of every success; which letters it holds is asked of the few ids that are kept (`scrub::id`).
        return rest.len() >= SHORTEST;
    }
    // Older OpenAI ids are bare 32 hex (openai-python #414); so are nginx's own, which formats keep apart by their key.
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())) || (azure && is_uuid(id))
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}

/// What stands before an id in the providers' own texts, the surest first: a sentence that asks for it (OpenAI, Azure),
/// and the body's field (Anthropic), as JSON, as JSON within JSON and as Python's `repr`.
static BEFORE_ID: LazyLock<Needles> = LazyLock::new(|| {
    Needles::new([&[
        "include the request id ",
        "request id: ",
        "request id ",
        "'request_id': '",
        "\"request_id\":\"",
        "\"request_id\": \"",
        "\\\"request_id\\\":\\\"",
        "\\\"request_id\\\": \\\"",
    ] as &[&str]])
});

/// The provider's id that an error text asks to be sent back. A UUID is not taken for one here: gateways write theirs in
/// the same words.
#[must_use]
pub fn id_in_text(text: &str) -> Option<&str> {
    BEFORE_ID.rests(text).find_map(|rest| {
        let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'-';
        let end = rest.iter().position(|byte| !is_id(byte)).unwrap_or(rest.len());
        let id = str::from_utf8(rest.get(..end)?).ok()?;
        is_provider_request_id(id, false).then_some(id)
    })
}

#[cfg(test)]
mod tests {
    use super::{id_in_text, is_provider_request_id};

    #[test]
    fn ids_are_known_by_their_shape() {
        assert!(is_provider_request_id("req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa", false));
        assert!(is_provider_request_id("req_011CGYQg91SobafAev9iH7wv", false));
        assert!(is_provider_request_id("fac8b37663f8cd2c0d0d1c7b2c1aa376", false));
        assert!(!is_provider_request_id("0f8fad5b-d9cb-469f-a165-70867728950e", false));
        assert!(is_provider_request_id("0f8fad5b-d9cb-469f-a165-70867728950e", true));
        assert!(!is_provider_request_id("chatcmpl-123", false));
        assert!(!is_provider_request_id("req_1", false));
    }

    #[test]
    fn the_id_that_a_message_asks_for_is_found() {
        let rows = [
            (
                "That model is overloaded. (Please include the request ID req_3d71ac1570752bdefd4d33a11f470089 in your message.)",
                "req_3d71ac1570752bdefd4d33a11f470089",
            ),
            (
                "{'type': 'error', 'error': {}, 'request_id': 'req_011CGYQg91SobafAev9iH7wv'}",
                "req_011CGYQg91SobafAev9iH7wv",
            ),
            (
                "{\"type\":\"error\",\"request_id\":\"req_011CGYQg91SobafAev9iH7wv\"}",
                "req_011CGYQg91SobafAev9iH7wv",
            ),
        ];
        for (text, id) in rows {
            assert_eq!(id_in_text(text), Some(id), "{text}");
        }
    }

    #[test]
    fn a_text_without_one_has_none() {
        assert_eq!(id_in_text("no id here"), None);
        assert_eq!(id_in_text("request id None"), None);
        assert_eq!(id_in_text("request id 0f8fad5b-d9cb-469f-a165-70867728950e"), None);
    }
}
