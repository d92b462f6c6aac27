//! Which ids are a provider's by their shape, and where they hide in a text.

/// Whether an id has the shape of a provider's. UUIDs count only where the provider is Azure (`azure`), because every
/// proxy makes UUIDs too.
#[must_use]
pub fn is_provider_request_id(id: &str, azure: bool) -> bool {
    if let Some(rest) = id.strip_prefix("req_") {
        // Asked of every success; which letters it holds is asked of the few ids that are kept (`scrub::id`).
        return rest.len() >= 8;
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

/// Words before an id in the providers' own texts, in lower case.
const BEFORE_ID: [&str; 4] = ["request id ", "request id: ", "'request_id': '", "\"request_id\":\""];

/// The provider's id that an error text asks to be sent back.
#[must_use]
pub fn id_in_text(text: &str) -> Option<&str> {
    let starts = BEFORE_ID.iter().filter_map(|before| {
        let at = find_ignoring_case(text, before)? + before.len();
        let rest = text.get(at..)?.trim_start();
        let end = rest
            .bytes()
            .position(|byte| !byte.is_ascii_alphanumeric() && byte != b'_' && byte != b'-')
            .unwrap_or(rest.len());
        rest.get(..end)
    });
    starts.into_iter().find(|id| is_provider_request_id(id, false))
}

/// Where `needle` (lower case, ASCII) stands in `text`, in whatever case; only the first 64 KiB are looked at.
fn find_ignoring_case(text: &str, needle: &str) -> Option<usize> {
    const LOOKED_AT: usize = 64 * 1024;
    let bytes = text.as_bytes().get(..text.len().min(LOOKED_AT))?;
    bytes
        .windows(needle.len())
        .position(|window| window.eq_ignore_ascii_case(needle.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{id_in_text, is_provider_request_id};

    #[test]
    fn ids_are_known_by_their_shape() {
        assert!(is_provider_request_id("req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa", false));
        assert!(is_provider_request_id("req_011CGYQg91SobafAev9iH7wv", false));
        assert!(!is_provider_request_id("0f8fad5b-d9cb-469f-a165-70867728950e", false));
        assert!(is_provider_request_id("0f8fad5b-d9cb-469f-a165-70867728950e", true));
        assert!(!is_provider_request_id("chatcmpl-123", false));
    }

    #[test]
    fn the_id_that_a_message_asks_for_is_found() {
        let text =
            "That model is overloaded. (Please include the request ID req_3d71ac1570752bdefd4d33a11f470089 in your message.)";
        assert_eq!(id_in_text(text), Some("req_3d71ac1570752bdefd4d33a11f470089"));
        assert_eq!(id_in_text("no id here"), None);
    }
}
