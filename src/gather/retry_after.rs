//! How long a provider asked its caller to wait before the next attempt, as a header or as a sentence says it.

use super::messages::duration_ms;

/// The longest wait that is taken for one: a day, the longest that quotas are counted over.
const LONGEST_MS: f64 = 86_400_000.0;

/// What stands before the wait in the messages of OpenAI ("Please try again in 6m0s."), Azure ("Please retry after 6
/// seconds.") and Gemini ("Please retry in 38.2s.").
const BEFORE: [&str; 3] = ["try again in ", "retry after ", "retry in "];

/// Characters of a message in which the wait is looked for.
const LOOKED_AT: usize = 2_048;

/// A `Retry-After` header (RFC 9110, 10.2.3) in milliseconds. A date is not read: it would need the server's clock.
pub(super) fn seconds(value: &str) -> Option<f64> {
    value.trim().parse::<f64>().ok().and_then(|seconds| within(seconds * 1000.0))
}

/// OpenAI's `retry-after-ms` header.
pub(super) fn milliseconds(value: &str) -> Option<f64> {
    value.trim().parse::<f64>().ok().and_then(within)
}

/// The wait that an error's message names, in milliseconds.
pub(super) fn in_text(text: &str) -> Option<f64> {
    let text = text.get(..text.floor_char_boundary(LOOKED_AT))?;
    let after = |phrase: &str| {
        let at = memchr::memmem::find(text.as_bytes(), phrase.as_bytes())?;
        text.get(at + phrase.len()..)
    };
    BEFORE
        .into_iter()
        .find_map(|phrase| duration_ms(after(phrase)?).and_then(within))
}

fn within(ms: f64) -> Option<f64> {
    (0.0..=LONGEST_MS).contains(&ms).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::{in_text, milliseconds, seconds};

    #[test]
    fn headers_are_in_their_unit() {
        assert_eq!(
            (seconds("20"), milliseconds("467"), seconds("1.5")),
            (Some(20_000.0), Some(467.0), Some(1_500.0))
        );
    }

    #[test]
    fn a_date_and_what_is_out_of_bounds_are_no_wait() {
        for value in ["Fri, 21 Nov 2026 10:00:00 GMT", "-1", "1e300", "NaN", ""] {
            assert_eq!(seconds(value), None, "{value}");
        }
    }

    #[test]
    fn providers_messages_name_the_wait() {
        for (text, ms) in [
            (
                "Rate limit reached for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000. Please try again in 6m0s. Visit",
                360_000.0,
            ),
            ("Please try again in 1.284s.", 1_284.0),
            ("Please try again in 20ms.", 20.0),
            ("Please retry after 6 seconds.", 6_000.0),
            ("Please retry in 38.2s.", 38_200.0),
            ("Please try again in 1h2m3s.", 3_723_000.0),
        ] {
            assert_eq!(in_text(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn other_messages_name_none() {
        for text in [
            "The server is overloaded, please try again later.",
            "retry after the deploy",
            "try again in ",
            "try again in 5 apples",
        ] {
            assert_eq!(in_text(text), None, "{text}");
        }
    }
}
