//! Which ids are a provider's by their shape, and where they hide in a text.

/// Whether an id has the shape of a provider's. UUIDs count only where the provider is Azure (`azure`), because every
/// proxy makes UUIDs too.
#[must_use]
pub fn is_provider_request_id(id: &str, azure: bool) -> bool {
    let _ = (id, azure);
    false
}

/// The provider's id that an error text asks to be sent back.
#[must_use]
pub fn id_in_text(text: &str) -> Option<&str> {
    let _ = text;
    None
}
