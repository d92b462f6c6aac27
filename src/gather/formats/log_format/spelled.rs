//! The text of a format without the quotes and backslashes of its configuration file, each byte with its place there.

use super::CompileError;

/// A format's text.
pub(super) struct Spelled {
    pub(super) text: String,
    /// For each byte of the text, which character of what was given it is, from 1.
    places: Vec<usize>,
}

impl Spelled {
    fn empty() -> Self {
        Self {
            text: String::new(),
            places: Vec::new(),
        }
    }

    /// Text that stands for itself, without the `left_out` bytes before it.
    pub(super) fn plain(format: &str, left_out: usize) -> Self {
        let mut spelled = Self::empty();
        for (place, (at, c)) in format.char_indices().enumerate() {
            if at >= left_out {
                spelled.push(c, place + 1);
            }
        }
        spelled
    }

    /// Every part that is quoted with `'` or `"`, joined, as nginx joins them; what stands between them is left out.
    pub(super) fn joined(format: &str) -> Result<Self, CompileError> {
        let mut spelled = Self::empty();
        let mut chars = format.chars().enumerate();
        while let Some((at, quote)) = chars.find(|(_, c)| matches!(c, '\'' | '"')) {
            spelled.quoted(&mut chars, quote, at + 1)?;
        }
        Ok(spelled)
    }

    /// The part in the first quotes behind `left_out` bytes.
    pub(super) fn first_quoted(format: &str, left_out: usize) -> Result<Self, CompileError> {
        let mut spelled = Self::empty();
        let before = format.get(..left_out).map_or(0, |before| before.chars().count());
        let mut chars = format.chars().enumerate();
        let opening = chars.find(|(at, c)| *at >= before && matches!(c, '\'' | '"'));
        let (at, quote) = opening.ok_or(CompileError::Unterminated { at: before + 1 })?;
        spelled.quoted(&mut chars, quote, at + 1)?;
        Ok(spelled)
    }

    /// Text without its backslashes and without the `left_out` bytes before it.
    pub(super) fn unescaped(format: &str, left_out: usize) -> Self {
        let mut spelled = Self::empty();
        let mut escaped = false;
        for (place, (at, c)) in format.char_indices().enumerate() {
            match c {
                _ if at < left_out => {}
                '\\' if !escaped => escaped = true,
                c => {
                    spelled.push(if escaped { meant(c) } else { c }, place + 1);
                    escaped = false;
                }
            }
        }
        spelled
    }

    /// Where a byte of the text was given.
    pub(super) fn place(&self, at: usize) -> usize {
        self.places.get(at).or(self.places.last()).copied().unwrap_or(1)
    }

    /// Takes what is left out of the end away.
    pub(super) fn trim_end(&mut self, ends: &[char]) {
        let kept = self.text.trim_end_matches(ends).len();
        self.text.truncate(kept);
        self.places.truncate(kept);
    }

    fn push(&mut self, c: char, place: usize) {
        self.text.push(c);
        self.places.resize(self.text.len(), place);
    }

    /// Up to the closing quote.
    fn quoted(
        &mut self,
        chars: &mut impl Iterator<Item = (usize, char)>,
        quote: char,
        opened: usize,
    ) -> Result<(), CompileError> {
        loop {
            match chars.next().ok_or(CompileError::Unterminated { at: opened })? {
                (_, c) if c == quote => return Ok(()),
                (_, '\\') => {
                    let (at, c) = chars.next().ok_or(CompileError::Unterminated { at: opened })?;
                    self.push(meant(c), at + 1);
                }
                (at, c) => self.push(c, at + 1),
            }
        }
    }
}

/// What a character behind a backslash means.
fn meant(c: char) -> char {
    match c {
        't' => '\t',
        'n' => '\n',
        c => c,
    }
}
