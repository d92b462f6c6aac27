//! A place in a line, and the steps that can be taken from it.

use memchr::{memchr, memchr2};

/// One token of a line, without what enclosed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token<'a> {
    /// A run without blanks.
    Bare(&'a str),
    /// What stood in double quotes, escapes left as written.
    Quoted(&'a str),
    /// What stood in square brackets.
    Bracketed(&'a str),
    /// What stood in braces.
    Braced(&'a str),
}

impl<'a> Token<'a> {
    /// The text, whatever enclosed it.
    #[must_use]
    pub fn text(self) -> &'a str {
        match self {
            Self::Bare(text) | Self::Quoted(text) | Self::Bracketed(text) | Self::Braced(text) => text,
        }
    }
}

/// A place in a line.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The start of `line`.
    #[must_use]
    pub fn new(line: &'a str) -> Self {
        Self { rest: line }
    }

    /// What has not been read.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.rest
    }

    /// Whether nothing but blanks is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.rest.bytes().all(|byte| is_blank(byte) || byte == b'\r')
    }

    /// Takes `literal` when it stands here.
    #[inline]
    pub fn literal(&mut self, literal: &str) -> Option<()> {
        if !starts_with(self.rest.as_bytes(), literal.as_bytes()) {
            return None;
        }
        self.rest = self.rest.get(literal.len()..)?;
        Some(())
    }

    /// Skips blanks.
    #[inline]
    pub fn blanks(&mut self) {
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    }

    /// The text before the next `byte`, which must be ASCII and is skipped.
    #[inline]
    pub fn until(&mut self, byte: u8) -> Option<&'a str> {
        let at = memchr(byte, self.rest.as_bytes())?;
        self.cut(at, 1)
    }

    /// The text before the next `literal`, which is skipped.
    #[inline]
    pub fn until_text(&mut self, literal: &str) -> Option<&'a str> {
        let first = *literal.as_bytes().first()?;
        let mut from = 0;
        loop {
            let at = from + memchr(first, self.rest.as_bytes().get(from..)?)?;
            if starts_with(self.rest.as_bytes().get(at..)?, literal.as_bytes()) {
                return self.cut(at, literal.len());
            }
            from = at + 1;
        }
    }

    /// The word that starts here and runs to the next blank or the end; `None` where there is none.
    #[inline]
    pub fn word(&mut self) -> Option<&'a str> {
        let end = memchr2(b' ', b'\t', self.rest.as_bytes()).unwrap_or(self.rest.len());
        if end == 0 {
            return None;
        }
        let word = self.cut(end, 0)?;
        self.blanks();
        Some(word)
    }

    /// The next token; an enclosure that never closes is taken as a bare word.
    #[inline]
    pub fn token(&mut self) -> Option<Token<'a>> {
        self.blanks();
        let token = match self.rest.as_bytes().first()? {
            b'"' => self.enclosed().map(Token::Quoted),
            b'[' => self.between(b']').map(Token::Bracketed),
            b'{' => self.between(b'}').map(Token::Braced),
            _ => None,
        };
        let token = token.or_else(|| self.word().map(Token::Bare))?;
        self.blanks();
        Some(token)
    }

    /// The next `key=value`. A bare value that is a comma-separated list with blanks (`502, 200`, or ` : ` between
    /// nginx's groups) is taken whole. `None` where the next word is no pair.
    #[inline]
    pub fn pair(&mut self) -> Option<(&'a str, Token<'a>)> {
        let before = *self;
        self.blanks();
        let pair = self.key().and_then(|key| Some((key, self.value()?)));
        if pair.is_none() {
            *self = before;
        }
        pair
    }

    fn key(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|byte| !is_key(byte))?;
        if end == 0 || self.rest.as_bytes().get(end) != Some(&b'=') {
            return None;
        }
        self.cut(end, 1)
    }

    fn value(&mut self) -> Option<Token<'a>> {
        let token = match self.rest.as_bytes().first() {
            Some(b'"') => self.enclosed().map(Token::Quoted),
            Some(b'[') => self.between(b']').map(Token::Bracketed),
            Some(b'{') => self.between(b'}').map(Token::Braced),
            None | Some(b' ') => Some(Token::Bare("")),
            Some(_) => None,
        };
        let token = match token {
            Some(token) => token,
            None => Token::Bare(self.list()?),
        };
        self.skip(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b',' | b';'));
        Some(token)
    }

    /// A bare value with the words that a list's separators tie to it, its last comma or semicolon left out.
    fn list(&mut self) -> Option<&'a str> {
        let start = self.rest;
        let mut last = self.word()?;
        if let Some(end) = end_before_pair(last) {
            self.rest = start.get(end..)?;
            return start.get(..end);
        }
        loop {
            let mut ahead = *self;
            if ahead.literal(": ").is_none() && !last.ends_with(',') {
                break;
            }
            match ahead.word() {
                Some(word) if !word.contains(['=', '"']) => last = word,
                _ => break,
            }
            *self = ahead;
        }
        let read = start.len() - self.rest.len();
        Some(start.get(..read)?.trim_end_matches([' ', '\t', '\r', ',', ';']))
    }

    /// The quoted text that starts here, a backslash guarding what follows it.
    fn enclosed(&mut self) -> Option<&'a str> {
        let bytes = self.rest.as_bytes();
        let mut from = 1;
        loop {
            let at = from + memchr2(b'"', b'\\', bytes.get(from..)?)?;
            if bytes.get(at) == Some(&b'"') {
                let text = self.rest.get(1..at)?;
                self.rest = self.rest.get(at + 1..)?;
                return Some(text);
            }
            from = at + 2;
        }
    }

    fn between(&mut self, close: u8) -> Option<&'a str> {
        let at = memchr(close, self.rest.as_bytes())?;
        let text = self.rest.get(1..at)?;
        self.rest = self.rest.get(at + 1..)?;
        Some(text)
    }

    #[inline]
    fn skip(&mut self, skipped: impl Fn(u8) -> bool) {
        let end = self.rest.bytes().position(|byte| !skipped(byte)).unwrap_or(self.rest.len());
        self.rest = self.rest.get(end..).unwrap_or_default();
    }

    #[inline]
    fn cut(&mut self, at: usize, skipped: usize) -> Option<&'a str> {
        let text = self.rest.get(..at)?;
        self.rest = self.rest.get(at + skipped..)?;
        Some(text)
    }
}

/// Where a word ends that is parted from the next pair by nothing but a comma: `200,rt=0.1`. What a path holds behind one is
/// the caller's.
fn end_before_pair(word: &str) -> Option<usize> {
    let (value, rest) = word.split_once(',')?;
    let name = rest.bytes().position(|byte| !is_key(byte))?;
    let is_next = name > 0 && rest.as_bytes().get(name) == Some(&b'=') && !value.contains(['/', '?']);
    is_next.then_some(value.len())
}

/// `starts_with` for the two or three bytes of a separator: a loop costs a third of a call of `memcmp`.
#[inline]
fn starts_with(text: &[u8], literal: &[u8]) -> bool {
    text.len() >= literal.len() && text.iter().zip(literal).all(|(a, b)| a == b)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'$')
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Token};

    #[test]
    fn tokens_lose_what_encloses_them() {
        let mut cursor = Cursor::new(r#"a "b \" c" [d e] {f|g} h"#);
        let tokens: Vec<_> = std::iter::from_fn(|| cursor.token()).collect();
        let expected = [
            Token::Bare("a"),
            Token::Quoted(r#"b \" c"#),
            Token::Bracketed("d e"),
            Token::Braced("f|g"),
            Token::Bare("h"),
        ];
        assert_eq!(tokens, expected);
    }

    #[test]
    fn a_bare_list_with_blanks_is_one_value() {
        let mut cursor = Cursor::new("us=502, 503 : 200 rt=1.0, host=h; ray=- end= x=\"q\"");
        let pairs: Vec<_> = std::iter::from_fn(|| cursor.pair())
            .map(|(key, value)| (key, value.text()))
            .collect();
        let expected = [
            ("us", "502, 503 : 200"),
            ("rt", "1.0"),
            ("host", "h"),
            ("ray", "-"),
            ("end", ""),
            ("x", "q"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn an_open_quote_is_a_word() {
        assert_eq!(Cursor::new("\"open end").token(), Some(Token::Bare("\"open")));
    }

    #[test]
    fn a_comma_alone_parts_pairs_and_no_path() {
        let mut cursor = Cursor::new(r#"a="x, y",st=200,rt=0.1,up=1.1.1.1:80,2.2.2.2:80 url=/v1/x?a=1,st=500"#);
        let pairs: Vec<_> = std::iter::from_fn(|| cursor.pair())
            .map(|(name, value)| (name, value.text()))
            .collect();
        let expected = [
            ("a", "x, y"),
            ("st", "200"),
            ("rt", "0.1"),
            ("up", "1.1.1.1:80,2.2.2.2:80"),
            ("url", "/v1/x?a=1,st=500"),
        ];
        assert_eq!(pairs, expected);
    }

    #[test]
    fn a_word_without_equals_sign_is_no_pair() {
        let mut cursor = Cursor::new("word rt=1");
        assert_eq!(cursor.pair(), None);
        assert_eq!(cursor.rest(), "word rt=1");
    }
}
