//! The pause before a retry, as a pair or a key of a program's own tells it.

use super::scan;

/// The pause in milliseconds, where the words beside it speak of a retry: a queue is waited for, too. Where its name does not
/// say that it `is_ms`, its value does.
pub(in crate::gather) fn pause_ms(value: &str, is_ms: bool, words: &str) -> Option<f64> {
    /// Wrappers wait for seconds, or milliseconds by the hundred.
    const FEWEST_MS: f64 = 100.0;
    if !speaks_of_a_retry(words) {
        return None;
    }
    if let Some(ms) = scan::duration_ms(value) {
        return Some(ms);
    }
    let (number, rest) = scan::number(value)?;
    let is_seconds = !is_ms && (number < FEWEST_MS || value.contains('.'));
    rest.is_empty().then_some(if is_seconds { number * 1000.0 } else { number })
}

fn speaks_of_a_retry(words: &str) -> bool {
    const WORDS: [&[u8]; 4] = [b"retr", b"attempt", b"backoff", b"backing"];
    let has = |word: &[u8]| {
        words
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word))
    };
    WORDS.into_iter().any(has)
}

#[cfg(test)]
mod tests {
    use super::pause_ms;

    #[test]
    fn a_pause_is_one_before_a_retry() {
        assert_eq!(pause_ms("0.5", false, "llm retry"), Some(500.0));
        assert_eq!(pause_ms("2", false, "Retrying"), Some(2_000.0));
        assert_eq!(pause_ms("1500", false, "llm retry"), Some(1_500.0));
        assert_eq!(pause_ms("50", true, "llm retry"), Some(50.0));
        assert_eq!(pause_ms("750ms", false, "attempt failed"), Some(750.0));
        assert_eq!(pause_ms("0.5", false, "llm call failed"), None);
        assert_eq!(pause_ms("queue", false, "llm retry"), None);
    }
}
