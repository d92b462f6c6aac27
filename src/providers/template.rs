//! Known provider messages as constant sentences without a variable part, so that no free text leaves `gather`.

/// What a message contains, in lower case, and the sentence that stands for it (the providers' error references and
/// messages that their users quote).
const TEMPLATES: &[(&str, &str)] = &[
    (
        "the server had an error while processing your request",
        "The server had an error while processing your request. Sorry about that!",
    ),
    (
        "the server had an error processing your request",
        "The server had an error processing your request.",
    ),
    (
        "that model is currently overloaded",
        "That model is currently overloaded with other requests.",
    ),
    (
        "the engine is currently overloaded",
        "The engine is currently overloaded, please try again later.",
    ),
    ("the model is overloaded", "The model is overloaded. Please try again later."),
    (
        "the server is overloaded or not ready yet",
        "The server is overloaded or not ready yet.",
    ),
    (
        "our servers are currently overloaded",
        "Our servers are currently overloaded. Please try again later.",
    ),
    ("rate limit reached for", "Rate limit reached for the model."),
    (
        "exceeded your current quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    (
        "have exceeded token rate limit",
        "Requests have exceeded the token rate limit of the current pricing tier.",
    ),
    ("experiencing high demand", "The system is experiencing high demand."),
    ("incorrect api key provided", "Incorrect API key provided."),
    ("context_length_exceeded", "The request exceeds the model's context length."),
    ("maximum context length", "The request exceeds the model's context length."),
    (
        "the response was filtered",
        "The response was filtered by the content policy.",
    ),
    (
        "upstream connect error or disconnect/reset before headers",
        "upstream connect error or disconnect/reset before headers",
    ),
    ("internal server error", "Internal server error."),
];

/// The constant sentence of a known provider message.
#[must_use]
pub fn template(text: &str) -> Option<&'static str> {
    let head = text.get(..text.floor_char_boundary(4096)).unwrap_or("").to_ascii_lowercase();
    if head.contains("<html") {
        return None;
    }
    TEMPLATES
        .iter()
        .find(|(needle, _)| head.contains(needle))
        .map(|(_, sentence)| *sentence)
}
