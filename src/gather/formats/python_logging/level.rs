//! The level words of Python loggers.

/// Whether a word is a level, and whether it says that something failed. Python's own names and their short forms
/// (`logging.getLevelName`, structlog in lower case, loguru's `SUCCESS` and `TRACE`).
pub(super) fn is_error(word: &str) -> Option<bool> {
    if !(3..=9).contains(&word.len()) {
        return None;
    }
    let mut upper = [0_u8; 9];
    let upper = upper.get_mut(..word.len())?;
    upper.copy_from_slice(word.as_bytes());
    let is_whispered = word.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_whispered {
        upper.make_ascii_uppercase();
    }
    match &*upper {
        b"INFO" | b"DEBUG" | b"WARNING" | b"WARN" | b"TRACE" | b"SUCCESS" | b"NOTICE" | b"NOTSET" => Some(false),
        // `java.util.logging` writes the last of these below a head of its own, where the other levels read as Python's.
        b"ERROR" | b"CRITICAL" | b"FATAL" | b"EXCEPTION" | b"SEVERE" => Some(true),
        _ => None,
    }
}
