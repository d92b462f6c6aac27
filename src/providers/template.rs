//! Known provider messages as constant sentences without a variable part, so that no free text leaves `gather`.

/// The constant sentence of a known provider message.
#[must_use]
pub fn template(text: &str) -> Option<&'static str> {
    let _ = text;
    None
}
