//! The level words of loggers in all languages, whole, shortened and as one letter.

/// Whether a level's word, in lower case, says that something failed. Shortened ones: zerolog and Serilog (three letters),
/// logrus and .NET (four), glog, klog and Ruby (one).
fn says_failure(word: &[u8]) -> Option<bool> {
    Some(match word {
        b"error" | b"fatal" | b"critical" | b"severe" | b"alert" | b"emergency" | b"panic" | b"dpanic" | b"exception" => true,
        b"err" | b"erro" | b"eror" | b"emerg" | b"ftl" | b"fata" | b"pnc" | b"pani" | b"fail" | b"crit" => true,
        b"info" | b"warning" | b"warn" | b"debug" | b"trace" | b"notice" | b"information" | b"verbose" => false,
        b"inf" | b"wrn" | b"dbg" | b"dbug" | b"debu" | b"trc" | b"trac" | b"trce" | b"vrb" => false,
        _ => return None,
    })
}

/// What is longer is no level.
const LONGEST: usize = 12;

/// Levels that are words of prose in any other case: java.util.logging's, NestJS's and loguru's.
const EXACT: [&str; 6] = ["LOG", "CONFIG", "FINE", "FINER", "FINEST", "SUCCESS"];

/// The level at the start of a text, and what follows it. `None` where the word is no level's, or goes on.
pub(in crate::gather::formats) fn read(text: &str) -> Option<(bool, &str)> {
    let length = text.bytes().take(LONGEST).take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at_checked(length)?;
    if let [letter] = word.as_bytes() {
        return Some((letter_level(*letter)?, rest));
    }
    if EXACT.contains(&word) {
        return Some((false, rest));
    }
    let one_case =
        word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()) || word.bytes().all(|byte| byte.is_ascii_uppercase());
    Some((one_case.then(|| is_error(word))??, rest))
}

/// Whether a word is a level, in whatever case, and whether it says that something failed.
pub(in crate::gather::formats) fn is_error(word: &str) -> Option<bool> {
    let mut folded = [0; LONGEST];
    let folded = folded.get_mut(..word.len())?;
    folded.copy_from_slice(word.as_bytes());
    folded.make_ascii_lowercase();
    says_failure(folded)
}

/// `E`, `W`, `I`, `D`, `F`, `T` and `A` (Ruby's ANY).
pub(in crate::gather::formats) fn letter_level(letter: u8) -> Option<bool> {
    match letter {
        b'E' | b'F' => Some(true),
        b'W' | b'I' | b'D' | b'T' | b'A' => Some(false),
        _ => None,
    }
}
