//! What people write into a line about a failed call: a status, a model, an id, and words that tell of an LLM.

use super::scan;
use crate::providers;

/// Words one of which a line has that speaks of an LLM.
const LLM_WORDS: [&str; 10] = [
    "llm",
    "openai",
    "anthropic",
    "claude",
    "gpt",
    "gemini",
    "model",
    "completion",
    "chat",
    "embedding",
];

/// Words that nothing but an LLM is called by: a program's own `chat` and `model` may fail with a status too.
const LLM_NAMES: [&str; 7] = ["llm", "openai", "anthropic", "claude", "gpt", "gemini", "chat completion"];

/// Those and the makers', as words of a sentence.
const WORDS_OF_LLMS: [&str; 12] = [
    "llm",
    "llms",
    "openai",
    "anthropic",
    "claude",
    "gpt",
    "chatgpt",
    "gemini",
    "cohere",
    "mistral",
    "groq",
    "deepseek",
];

/// Words right before a status.
const BEFORE_STATUS: [&str; 8] = [
    "tatus code ",
    "tatus code: ",
    "tatus ",
    "tatus: ",
    "esponse code ",
    "HTTP ",
    "returned ",
    // curl with `--fail`: `curl: (22) The requested URL returned error: 503`.
    "returned error: ",
];

/// Whether a text speaks of what an LLM does.
pub(super) fn speaks_of_llm(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    LLM_WORDS.iter().any(|word| text.contains(word))
}

/// Whether a text names an LLM or its maker.
pub(super) fn names_llm(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    LLM_NAMES.iter().any(|word| text.contains(word))
}

/// Whether a text names a model, or an LLM or its maker by a word that is no part of another: services and files are called
/// after them too (`gpt-service`, `llm_client.py`).
pub(super) fn is_of_a_call(text: &str) -> bool {
    let part_of_a_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | '/' | '@');
    let is_word = |word: &str| WORDS_OF_LLMS.iter().any(|known| known.eq_ignore_ascii_case(word));
    text.split(|letter| !part_of_a_name(letter))
        .any(|word| is_word(word.trim_end_matches('.')))
        || model(text).is_some()
}

/// The failing status that a text names in words, and where the words begin: `failed with status 500`, `HTTP 503`.
pub(super) fn status(text: &str) -> Option<(u16, usize)> {
    BEFORE_STATUS.iter().find_map(|words| {
        let at = memchr::memmem::find(text.as_bytes(), words.as_bytes())?;
        let status = scan::status(text.get(at + words.len()..)?)?;
        // The words leave out their first letter, which may be a capital.
        let start = if words.starts_with(['t', 'e']) {
            at.saturating_sub(1)
        } else {
            at
        };
        (status >= 400 && text.is_char_boundary(start)).then_some((status, start))
    })
}

/// The number of an attempt and how many there may be: `attempt 1/3`, `Attempt 2 of 3`, `attempt #1`.
pub(super) fn attempt(text: &str) -> Option<(u32, Option<u32>)> {
    /// More are tried by nobody; dates and ids are greater.
    const MOST: u32 = 100;
    memchr::memmem::find_iter(text.as_bytes(), b"ttempt ").find_map(|at| {
        let rest = text.get(at + "ttempt ".len()..)?.trim_start_matches(['#', '(']);
        let (number, rest) = scan::whole(rest).filter(|(number, _)| (1..=MOST).contains(number))?;
        let of = ["/", " of ", " / "]
            .iter()
            .find_map(|sign| scan::whole(rest.strip_prefix(sign)?));
        let of = of.map(|(of, _)| of).filter(|of| (number..=MOST).contains(of));
        let is_apart = rest.is_empty() || rest.starts_with([' ', '/', ':', ',', ')', '.', ';', '-']);
        is_apart.then_some((number, of))
    })
}

/// The retries that are left behind an attempt that failed: `Attempt 1 failed. There are 2 retries left.`, as p-retry's manual
/// has programs say it.
pub(super) fn retries_left(text: &str) -> Option<u32> {
    let at = memchr::memmem::find(text.as_bytes(), b" failed. ")?;
    let (before, behind) = text.split_at_checked(at)?;
    let behind = behind.strip_prefix(" failed. ")?;
    let (left, rest) = scan::whole(behind.strip_prefix("There are ").unwrap_or(behind))?;
    let is_left = rest.starts_with(" retries left") || rest.starts_with(" retry left");
    (is_left && attempt(before).is_some()).then_some(left)
}

/// The pause before the next attempt, in milliseconds: `retrying in 2s`, `retry 1 in 0.5s`, backoff's `Backing off f(...) for
/// 1.0s (`. A provider's sentence on when to try again says so otherwise.
pub(super) fn pause_ms(text: &str) -> Option<f64> {
    let behind = |words: &str| {
        let at = memchr::memmem::find(text.as_bytes(), words.as_bytes())?;
        text.get(at + words.len()..)
    };
    if let Some(rest) = behind("Backing off ") {
        return scan::duration_ms(rest.split_once(" for ")?.1);
    }
    let behind_number = || {
        let (_, rest) = scan::whole(behind("; retry ").or_else(|| behind(", retry "))?)?;
        rest.strip_prefix(" in ")
    };
    scan::duration_ms(behind("etrying in ").or_else(behind_number)?)
}

/// The first word that is the name of a known maker's model.
#[must_use]
pub fn model(text: &str) -> Option<&str> {
    text.split(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | ':' | '_')))
        .map(|word| word.trim_end_matches(['.', ':']))
        .filter(|word| word.contains('-') && word.bytes().any(|byte| byte.is_ascii_digit()))
        .find(|word| providers::by_model(word).is_some())
}

/// A request's id in prose: `(request_id: req_…)`, `Request ID: …`, `request id req_…`, `"request_id":"…"`.
pub(super) fn id(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(bytes.get(from..)?, b"equest") {
        from += found + "equest".len();
        let rest = text.get(from..)?.trim_start_matches(['_', '-', ' ']);
        let Some(rest) = ["id", "ID", "Id"].iter().find_map(|word| rest.strip_prefix(word)) else {
            continue;
        };
        let id = rest.trim_start_matches([' ', ':', '=', '\'', '"', '(', '`']);
        let length = id
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
            .count();
        let id = id.get(..length)?;
        let digits = id.bytes().any(|byte| byte.is_ascii_digit());
        if id.len() >= 8 && digits && !scan::is_body_id(id) {
            return Some(id);
        }
    }
    None
}

/// An id of the shape that is nobody's but OpenAI's and Anthropic's, whatever stands before it (`id=req_…`, `(req_…)`), and
/// where it begins.
pub(super) fn shaped_id(text: &str) -> Option<(&str, usize)> {
    memchr::memmem::find_iter(text.as_bytes(), b"req_").find_map(|at| {
        let is_id = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let before = text.as_bytes().get(..at)?.last();
        let length = text.as_bytes().get(at..)?.iter().take_while(|byte| is_id(byte)).count();
        let id = text.get(at..at + length)?;
        (!before.is_some_and(is_id) && providers::is_provider_request_id(id, false)).then_some((id, at))
    })
}

#[cfg(test)]
mod tests {
    use super::{attempt, id, is_of_a_call, model, pause_ms, retries_left, shaped_id, status};

    #[test]
    fn what_is_left_stands_behind_an_attempt() {
        assert_eq!(retries_left("Attempt 1 failed. There are 2 retries left. 503 oh"), Some(2));
        assert_eq!(retries_left("Attempt 2 failed. 1 retries left."), Some(1));
        assert_eq!(retries_left("The job failed. There are 2 retries left."), None);
    }

    #[test]
    fn a_pause_in_prose_is_the_programs_own() {
        assert_eq!(pause_ms("attempt 1/3 failed: oh, retrying in 2s"), Some(2_000.0));
        assert_eq!(pause_ms("call to gpt-4o failed; retry 1 in 0.5s"), Some(500.0));
        assert_eq!(
            pause_ms("backoff Backing off complete(...) for 1.0s (openai.InternalServerError: oh)"),
            Some(1_000.0)
        );
        assert_eq!(pause_ms("Please retry in 38.2s."), None);
        assert_eq!(pause_ms("call to gpt-4o failed in 2s"), None);
    }

    #[test]
    fn an_attempt_in_prose_has_its_number_and_how_many_there_may_be() {
        assert_eq!(attempt("job 12: attempt 1/3 with gpt-4o failed"), Some((1, Some(3))));
        assert_eq!(attempt("Attempt 2 of 3 failed"), Some((2, Some(3))));
        assert_eq!(attempt("attempt #2: oh"), Some((2, None)));
        assert_eq!(attempt("attempt 1/20250306"), Some((1, None)));
        assert_eq!(attempt("giving up after 3 attempts"), None);
        assert_eq!(attempt("attempt failed after 3 s"), None);
    }

    #[test]
    fn a_call_is_named_by_a_word_of_its_own() {
        for text in [
            "chat with gpt-4o failed",
            "OpenAI call failed",
            "[LLM] request lost",
            "model=claude-sonnet-4-5",
        ] {
            assert!(is_of_a_call(text), "{text}");
        }
        for text in [
            "gpt-service: lookup failed",
            "/srv/openai/orders.py",
            "Pullman call failed",
            "llm_client.py:12",
        ] {
            assert!(!is_of_a_call(text), "{text}");
        }
    }

    #[test]
    fn an_id_of_a_providers_shape_needs_no_name() {
        let id = "req_db38f4f3967823cff70df08f865cd311";
        assert_eq!(shaped_id(&format!("chat ok id={id}")).map(|(id, _)| id), Some(id));
        assert_eq!(shaped_id("chat ok req_1 in my_req_db38f4f3967823cff70df08f865cd311"), None);
    }

    #[test]
    fn a_status_stands_behind_its_words_and_fails() {
        assert_eq!(
            status("gpt-4o failed with status 500 after 812 ms").map(|(status, _)| status),
            Some(500)
        );
        assert_eq!(
            status("OpenAI returned 503 Service Unavailable").map(|(status, _)| status),
            Some(503)
        );
        assert_eq!(
            status("openai gpt-4o failed: curl: (22) The requested URL returned error: 503").map(|(status, _)| status),
            Some(503)
        );
        assert_eq!(status("returned 200 tokens"), None);
    }

    #[test]
    fn a_model_is_known_by_its_makers_spelling() {
        assert_eq!(model("call to gpt-4o-mini failed"), Some("gpt-4o-mini"));
        assert_eq!(model("worker-3 failed at 2025-03-06"), None);
    }

    #[test]
    fn an_id_in_prose_stands_behind_its_name() {
        for text in [
            "(request_id: req_5d2c9e0b)",
            "Request ID: req_5d2c9e0b.",
            "request-id 'req_5d2c9e0b'",
        ] {
            assert_eq!(id(text), Some("req_5d2c9e0b"), "{text}");
        }
        assert_eq!(id("your request ideally needs chatcmpl-1"), None);
    }
}
