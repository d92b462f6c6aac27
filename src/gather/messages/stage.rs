//! Which stage of a call the words of a line name: its begin, or an end that went well or failed.

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

/// The stage of a call that some words name.
pub(super) struct Stage {
    /// It has ended, and whether well.
    pub(super) ended: Option<bool>,
    /// It begins.
    pub(super) begins: bool,
}

impl Stage {
    /// A word of failure outweighs one of success (`request completed with error`).
    pub(super) fn of(head: &str) -> Self {
        let mut stage = Self {
            ended: None,
            begins: false,
        };
        for word in head
            .split(|letter: char| !letter.is_ascii_alphabetic())
            .filter(|word| (2..=12).contains(&word.len()))
        {
            let is = |known: &&str| known.eq_ignore_ascii_case(word);
            if FAILED.iter().any(&is) {
                stage.ended = Some(false);
            } else if stage.ended.is_none() && WENT_WELL.iter().any(&is) {
                stage.ended = Some(true);
            } else if BEGINS.iter().any(is) {
                stage.begins = true;
            }
        }
        stage
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
