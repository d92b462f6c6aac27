//! A ranked table of phrases, and which of its rows a text speaks of: one pass over the text, whatever the table's size.

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Bytes of a text's head and of its tail that are looked at: an error's cause stands at one end of it, and what lies
/// between is a stack or a body.
const LOOKED_AT: usize = 16 * 1024;

/// A table of phrases in rows, the most telling row first. Phrases match in any case (ASCII).
///
/// A phrase that is one word (letters, digits, `_`) matches whole words only, so that `eproto` does not hide in
/// `RemoteProtocolError`; a `*` at an end of it opens that end. Every other phrase matches wherever it stands.
#[derive(Debug)]
pub struct Needles {
    /// `None` only for a table that is too large to build, which a table written by hand never is.
    automaton: Option<AhoCorasick>,
    phrases: Vec<Phrase>,
}

#[derive(Clone, Copy, Debug)]
struct Phrase {
    row: usize,
    word_starts: bool,
    word_ends: bool,
}

impl Needles {
    /// Builds the table; meant for a `LazyLock`.
    #[must_use]
    pub fn new<'a>(rows: impl IntoIterator<Item = &'a [&'a str]>) -> Self {
        Self::of_kind(rows, None)
    }

    /// The same for a large table that few texts are held against: ready in a fifth of the time, half as fast.
    #[must_use]
    pub fn seldom<'a>(rows: impl IntoIterator<Item = &'a [&'a str]>) -> Self {
        Self::of_kind(rows, Some(AhoCorasickKind::ContiguousNFA))
    }

    fn of_kind<'a>(rows: impl IntoIterator<Item = &'a [&'a str]>, kind: Option<AhoCorasickKind>) -> Self {
        let mut phrases = Vec::new();
        let mut texts = Vec::new();
        for (row, written) in rows.into_iter().enumerate() {
            for phrase in written {
                let text = phrase.trim_matches('*');
                let is_word = text.bytes().all(in_word);
                phrases.push(Phrase {
                    row,
                    word_starts: is_word && !phrase.starts_with('*'),
                    word_ends: is_word && !phrase.ends_with('*'),
                });
                texts.push(text);
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(kind)
            .build(texts)
            .ok();
        Self { automaton, phrases }
    }

    /// The first row of the table with a phrase in `text`, wherever in the text it stands.
    #[must_use]
    pub fn first_row(&self, text: &str) -> Option<usize> {
        pieces(text)
            .into_iter()
            .flat_map(|piece| self.found_in(piece))
            .map(|(row, _)| row)
            .min()
    }

    /// Whether any phrase stands in `text`.
    #[must_use]
    pub fn any(&self, text: &str) -> bool {
        self.rests(text).next().is_some()
    }

    /// What follows each phrase found in `text`.
    pub fn rests<'t>(&'t self, text: &'t str) -> impl Iterator<Item = &'t [u8]> {
        pieces(text)
            .into_iter()
            .flat_map(|piece| self.found_in(piece).filter_map(|(_, end)| piece.get(end..)))
    }

    fn found_in<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = (usize, usize)> + 't {
        let found = self
            .automaton
            .iter()
            .flat_map(move |automaton| automaton.find_overlapping_iter(text));
        found.filter_map(move |found| {
            let phrase = self.phrases.get(found.pattern().as_usize())?;
            let byte = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|byte| in_word(*byte));
            let cut = (phrase.word_starts && byte(found.start().checked_sub(1))) || (phrase.word_ends && byte(Some(found.end())));
            (!cut).then_some((phrase.row, found.end()))
        })
    }
}

fn in_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The ends of a text; the second is empty where the first is all of it.
fn pieces(text: &str) -> [&[u8]; 2] {
    let text = text.as_bytes();
    match (text.first_chunk::<LOOKED_AT>(), text.last_chunk::<LOOKED_AT>()) {
        (Some(head), Some(tail)) if text.len() > 2 * LOOKED_AT => [head, tail],
        _ => [text, b""],
    }
}

#[cfg(test)]
mod tests {
    use super::{LOOKED_AT, Needles};

    fn table() -> Needles {
        Needles::new([&["eproto"] as &[&str], &["*timeouterror", "timed out"], &["error"]])
    }

    #[test]
    fn the_first_row_wins_wherever_it_stands() {
        assert_eq!(table().first_row("error: timed out, write EPROTO 1"), Some(0));
        assert_eq!(table().first_row("Error: it timed out"), Some(1));
        assert_eq!(table().first_row("all is well"), None);
    }

    #[test]
    fn a_word_is_whole_unless_its_end_is_open() {
        assert_eq!(table().first_row("RemoteProtocol"), None);
        assert_eq!(table().first_row("APITimeoutError: x"), Some(1));
        assert_eq!(table().first_row("APITimeoutErrors"), None);
    }

    #[test]
    fn the_ends_of_a_long_text_are_looked_at_and_its_middle_is_not() {
        let stack = "x".repeat(2 * LOOKED_AT);
        assert_eq!(table().first_row(&format!("{stack} error")), Some(2));
        assert_eq!(table().first_row(&format!("error {stack}")), Some(2));
        assert_eq!(table().first_row(&format!("{stack} error {stack}")), None);
    }

    #[test]
    fn what_follows_a_phrase_is_told() {
        assert_eq!(table().rests("an error 503").collect::<Vec<_>>(), [b" 503"]);
    }
}
