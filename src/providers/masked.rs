//! Takes the ids out of a path, so that endpoints stay few however many objects are asked for.

use std::borrow::Cow;

/// A path with `{id}` for every part that names one object, so that endpoints stay few.
pub(super) fn masked(path: &str) -> Cow<'_, str> {
    if !path.split('/').any(is_object) {
        return Cow::Borrowed(path);
    }
    let parts = path.split('/').map(|part| if is_object(part) { "{id}" } else { part });
    Cow::Owned(parts.collect::<Vec<_>>().join("/"))
}

/// A part of a path that names one object: a number, a UUID or long hex, or a prefix and a random tail (`file-a1B2c3D4`).
fn is_object(part: &str) -> bool {
    /// Versions (`v1`) and codes are shorter than any id.
    const SHORTEST_HEX: usize = 16;
    /// Ids with a prefix have at least so many characters after it.
    const SHORTEST_TAIL: usize = 8;
    let is_number = part.len() > 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_hex = part.len() >= SHORTEST_HEX && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let has_tail = part.rsplit_once(['_', '-']).is_some_and(|(_, tail)| {
        tail.len() >= SHORTEST_TAIL
            && tail.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && tail.bytes().any(|byte| byte.is_ascii_digit())
    });
    is_number || is_hex || has_tail
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn ids_go_and_words_stay() {
        let rows = [
            (
                "/backend-api/conversation/0f8fad5b-d9cb-469f-a165-70867728950e",
                "/backend-api/conversation/{id}",
            ),
            ("/v1/files/file-a1B2c3D4e5/content", "/v1/files/{id}/content"),
            ("/v2/orders/123456", "/v2/orders/{id}"),
            (
                "/backend-api/sentinel/chat-requirements",
                "/backend-api/sentinel/chat-requirements",
            ),
            ("/v1beta/models", "/v1beta/models"),
        ];
        for (path, expected) in rows {
            assert_eq!(masked(path), expected);
        }
    }
}
