//! What LiteLLM's router says of each of its tries, in a gateway and in an application that has the library:
//! `litellm.acompletion(model=openai/gpt-4o) 200 OK`, or `… Exception litellm.InternalServerError: …`.
//!
//! One that went well ends the call. Newer releases ask through aiohttp, which says nothing: then no other line tells of what
//! went well. Source: litellm/router.py.

use super::raised;
use super::said::Said;
use crate::model::{Fields, Grain, Instant};

/// How the routes end that the router's functions serve; any other may serve all of them.
const SERVED: [(&str, &str); 8] = [
    ("litellm.completion", "/chat/completions"),
    ("litellm.acompletion", "/chat/completions"),
    ("litellm.atext_completion", "/completions"),
    ("litellm.embedding", "/embeddings"),
    ("litellm.aembedding", "/embeddings"),
    ("litellm.aimage_generation", "/images/generations"),
    ("litellm.atranscription", "/audio/transcriptions"),
    ("litellm.aspeech", "/audio/speech"),
];

/// A try that went well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered<'a> {
    /// The provider, where the model's name begins with it.
    pub provider: Option<&'a str>,
    /// The model, without its provider.
    pub model: &'a str,
    /// How the route ends that it served; nothing where it may be any.
    pub route: &'static str,
}

/// What the router's line says of a try that went well.
#[must_use]
pub fn answered(message: &str) -> Option<Answered<'_>> {
    let (function, model, how) = of_a_try(message)?;
    let how = how.trim_start_matches("\u{1b}[32m").trim_start();
    let served = SERVED.iter().find(|(known, _)| *known == function);
    let (provider, model) = split(model);
    how.starts_with("200 OK").then_some(Answered {
        provider,
        model,
        route: served.map_or("", |(_, route)| *route),
    })
}

/// The function, the model and what became of the try.
fn of_a_try(message: &str) -> Option<(&str, &str, &str)> {
    if !message.starts_with("litellm.") && !message.starts_with("ageneric_api_call") {
        return None;
    }
    let (function, rest) = message.split_once("(model=")?;
    let (model, how) = rest.split_once(')')?;
    let is_function = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    (function.bytes().all(is_function) && !model.contains(' ')).then_some((function, model, how))
}

/// `openai/gpt-4o`: the provider, and its model.
fn split(model: &str) -> (Option<&str>, &str) {
    model
        .split_once('/')
        .map_or((None, model), |(provider, model)| (Some(provider), model))
}

/// Reads such a line of an application's log.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (_, model, how) = of_a_try(line)?;
    if let Some(answered) = answered(line) {
        fields.ok = Some(true);
        fields.grain = Grain::Call;
        fields.instant = Instant::End;
        fields.model = Some(answered.model);
        fields.provider = answered.provider;
        fields.url = Some(answered.route).filter(|route| !route.is_empty());
        return Some(Said::AboutACall);
    }
    how.contains("Exception").then_some(())?;
    let said = raised::read(line, rest, fields);
    fields.model = Some(split(model).1);
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::{Answered, answered};
    use crate::gather::messages::Said;
    use crate::model::{Fields, Grain};

    #[test]
    fn a_try_that_went_well_ends_its_call() {
        let mut fields = Fields::default();
        let line = "litellm.acompletion(model=openai/gpt-4o)\u{1b}[32m 200 OK\u{1b}[0m";
        assert_eq!(read(line, &mut fields), Said::AboutACall);
        assert_eq!(
            (fields.grain, fields.ok, fields.model),
            (Grain::Call, Some(true), Some("gpt-4o"))
        );
        assert_eq!((fields.provider, fields.url), (Some("openai"), Some("/chat/completions")));
    }

    #[test]
    fn one_that_did_not_is_told_by_its_error() {
        let mut fields = Fields::default();
        let line = "litellm.acompletion(model=openai/gpt-4.1)\u{1b}[31m Exception litellm.InternalServerError: InternalServerError: OpenAIException - The server had an error while processing your request. Sorry about that!\u{1b}[0m";
        assert_eq!(read(line, &mut fields), Said::AboutACall);
        assert_eq!((fields.grain, fields.model), (Grain::Detail, Some("gpt-4.1")));
    }

    #[test]
    fn only_the_routers_own_words_are_one() {
        let of = |model, route| {
            Some(Answered {
                provider: Some("anthropic"),
                model,
                route,
            })
        };
        for (message, told) in [
            (
                "ageneric_api_call_with_fallbacks(model=anthropic/claude-sonnet-4-5) 200 OK",
                of("claude-sonnet-4-5", ""),
            ),
            ("litellm.aembedding(model=anthropic/x) 200 OK", of("x", "/embeddings")),
            (
                "litellm.acompletion(model=openai/gpt-4o) Exception litellm.Timeout: 200 OK",
                None,
            ),
            ("we said (model=gpt-4o) 200 OK", None),
        ] {
            assert_eq!(answered(message), told, "{message}");
        }
    }
}
