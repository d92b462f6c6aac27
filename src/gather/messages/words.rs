//! What the words of a line say of a call's end.

/// Words that say how a call ended, and those that say it has only begun.
const FAILED: [&str; 10] = [
    "failed",
    "error",
    "errored",
    "exception",
    "failure",
    "fail",
    "timeout",
    "aborted",
    "unsuccessful",
    "raised",
];
const WENT_WELL: [&str; 10] = [
    "ok",
    "completed",
    "complete",
    "succeeded",
    "success",
    "successful",
    "done",
    "finished",
    "response",
    "answered",
];
const BEGINS: [&str; 8] = [
    "start",
    "starting",
    "started",
    "calling",
    "sending",
    "request",
    "begin",
    "requesting",
];

/// What the words before the pairs say.
pub(super) struct Words {
    pub(super) ended: Option<bool>,
    pub(super) begins: bool,
}

impl Words {
    /// A word of failure outweighs one of success (`request completed with error`).
    pub(super) fn of(head: &str) -> Self {
        let mut words = Self {
            ended: None,
            begins: false,
        };
        for word in head
            .split(|letter: char| !letter.is_ascii_alphabetic())
            .filter(|word| (2..=12).contains(&word.len()))
        {
            let is = |known: &&str| known.eq_ignore_ascii_case(word);
            if FAILED.iter().any(&is) {
                words.ended = Some(false);
            } else if words.ended.is_none() && WENT_WELL.iter().any(&is) {
                words.ended = Some(true);
            } else if BEGINS.iter().any(is) {
                words.begins = true;
            }
        }
        words
    }
}

/// Whether words speak of a time that is not a call's: the one to its first token, that of a queue or a cache.
pub(in crate::gather) fn is_before_an_end(words: &str) -> bool {
    const BEFORE: [&str; 8] = [
        "start",
        "begin",
        "first token",
        "first chunk",
        "queue",
        "cache",
        "wait",
        "tokeni",
    ];
    let words = words.to_ascii_lowercase();
    BEFORE.iter().any(|word| words.contains(word))
}
