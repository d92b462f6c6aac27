//! A cursor over the bytes of a time stamp that never looks past their end.

/// What is still unread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are unread.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    pub(super) fn peek_is(&self, wanted: impl Fn(u8) -> bool) -> bool {
        self.peek().is_some_and(wanted)
    }

    /// Takes one byte if it is `wanted`.
    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        self.eat_if(|byte| byte == wanted)
    }

    /// Takes one byte if it is as `wanted`.
    pub(super) fn eat_if(&mut self, wanted: impl Fn(u8) -> bool) -> bool {
        match self.rest.split_first() {
            Some((&byte, rest)) if wanted(byte) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes `word` in any case.
    pub(super) fn eat_word(&mut self, word: &[u8]) -> bool {
        match self.rest.split_at_checked(word.len()) {
            Some((head, rest)) if head.eq_ignore_ascii_case(word) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes one digit.
    pub(super) fn digit(&mut self) -> Option<u32> {
        let (&byte, rest) = self.rest.split_first()?;
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| {
            self.rest = rest;
            u32::from(digit)
        })
    }

    /// Takes exactly two digits.
    pub(super) fn two(&mut self) -> Option<u32> {
        Some(self.digit()? * 10 + self.digit()?)
    }

    /// Takes one or two digits.
    pub(super) fn one_or_two(&mut self) -> Option<u32> {
        let first = self.digit()?;
        Some(self.digit().map_or(first, |second| first * 10 + second))
    }

    /// Takes exactly four digits, or five for the years beyond 9999.
    pub(super) fn year(&mut self) -> Option<i32> {
        let year = self.two()? * 100 + self.two()?;
        let year = self.digit().map_or(year, |fifth| year * 10 + fifth);
        i32::try_from(year).ok()
    }

    /// Takes blanks, among them the narrow no-break space that ICU writes before AM and PM since version 72.
    pub(super) fn blanks(&mut self) -> bool {
        let before = self.left();
        while self.eat_if(|byte| byte == b' ' || byte == b'\t')
            || self.eat_word("\u{202f}".as_bytes())
            || self.eat_word("\u{a0}".as_bytes())
        {}
        self.left() != before
    }

    /// Takes the ASCII letters that come next.
    pub(super) fn letters(&mut self) -> &'a [u8] {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        let (letters, rest) = self.rest.split_at_checked(length).unwrap_or((&[], self.rest));
        self.rest = rest;
        letters
    }

    /// How many digits come next.
    pub(super) fn digits_ahead(&self) -> usize {
        self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Takes a fraction (`.5`, `,130`, `.4350000`) in milliseconds, cut and not rounded; 0 where there is none.
    pub(super) fn fraction_ms(&mut self) -> u32 {
        let mut ahead = *self;
        if !ahead.eat_if(|byte| byte == b'.' || byte == b',') {
            return 0;
        }
        let Some(tenths) = ahead.digit() else { return 0 };
        let ms = tenths * 100
            + ahead
                .digit()
                .map_or(0, |hundredths| hundredths * 10 + ahead.digit().unwrap_or(0));
        while ahead.digit().is_some() {}
        *self = ahead;
        ms
    }
}
