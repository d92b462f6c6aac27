//! The level words of Python loggers.

/// Whether a word is a level, and whether it says that something failed. Python's own names and their short forms
/// (`logging.getLevelName`, structlog in lower case, loguru's `SUCCESS` and `TRACE`).
pub(super) fn is_error(word: &str) -> Option<bool> {
    let known = |words: &[&str]| words.iter().any(|level| level.eq_ignore_ascii_case(word));
    if !(3..=9).contains(&word.len()) {
        return None;
    }
    let shouted = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let whispered = word.bytes().all(|byte| byte.is_ascii_lowercase());
    if !shouted && !whispered {
        return None;
    }
    if known(&["INFO", "DEBUG", "WARNING", "WARN", "TRACE", "SUCCESS", "NOTICE", "NOTSET"]) {
        return Some(false);
    }
    known(&["ERROR", "CRITICAL", "FATAL", "EXCEPTION"]).then_some(true)
}
