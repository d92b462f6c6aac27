//! The level words of loggers in all languages, whole, shortened and as one letter.

/// Words by whether they say that something failed. Shortened ones: zerolog and Serilog (three letters), logrus and .NET
/// (four), glog, klog and Ruby (one).
const LEVELS: &[(&str, bool)] = &[
    ("error", true),
    ("info", false),
    ("warning", false),
    ("warn", false),
    ("debug", false),
    ("fatal", true),
    ("critical", true),
    ("trace", false),
    ("notice", false),
    ("information", false),
    ("verbose", false),
    ("severe", true),
    ("alert", true),
    ("emergency", true),
    ("panic", true),
    ("dpanic", true),
    ("exception", true),
    ("err", true),
    ("erro", true),
    ("inf", false),
    ("wrn", false),
    ("dbg", false),
    ("dbug", false),
    ("debu", false),
    ("trc", false),
    ("trac", false),
    ("trce", false),
    ("vrb", false),
    ("ftl", true),
    ("fata", true),
    ("pnc", true),
    ("pani", true),
    ("fail", true),
    ("crit", true),
    ("eror", true),
];

/// Levels that are words of prose in any other case: java.util.logging's, NestJS's and loguru's.
const EXACT: [&str; 6] = ["LOG", "CONFIG", "FINE", "FINER", "FINEST", "SUCCESS"];

/// The level at the start of a text, and what follows it. `None` where the word is no level's, or goes on.
pub(super) fn read(text: &str) -> Option<(bool, &str)> {
    let length = text.bytes().take(12).take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at_checked(length)?;
    if let [letter] = word.as_bytes() {
        return Some((letter_level(*letter)?, rest));
    }
    if EXACT.contains(&word) {
        return Some((false, rest));
    }
    let one_case =
        word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) || word.bytes().all(|byte| byte.is_ascii_uppercase());
    let (_, is_error) = LEVELS
        .iter()
        .find(|(level, _)| one_case && level.eq_ignore_ascii_case(word))?;
    Some((*is_error, rest))
}

/// `E`, `W`, `I`, `D`, `F`, `T` and `A` (Ruby's ANY).
pub(super) fn letter_level(letter: u8) -> Option<bool> {
    match letter {
        b'E' | b'F' => Some(true),
        b'W' | b'I' | b'D' | b'T' | b'A' => Some(false),
        _ => None,
    }
}
