//! The cells of one row of CSV.

use crate::gather::formats::Unread;
use std::borrow::Cow;

/// The cells of a row as they stand, one after the other; the quotes around one and the doubled ones in it are undone. The
/// `csv` crate's parser is built anew for each text it is given, which costs more than a row.
pub(in crate::gather) struct Cells<'a> {
    rest: Option<&'a str>,
    delimiter: u8,
}

impl<'a> Iterator for Cells<'a> {
    type Item = Result<Cow<'a, str>, Unread>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = memchr::memchr(self.delimiter, rest.as_bytes());
            self.rest = end.and_then(|end| rest.get(end + 1..));
            return Some(Ok(Cow::Borrowed(end.and_then(|end| rest.get(..end)).unwrap_or(rest))));
        };
        let mut quotes = memchr::memchr_iter(b'"', quoted.as_bytes());
        let mut is_doubled = false;
        let end = loop {
            let Some(at) = quotes.next() else {
                return Some(Err(Unread::CutShort));
            };
            if quoted.as_bytes().get(at + 1) != Some(&b'"') {
                break at;
            }
            is_doubled = true;
            quotes.next();
        };
        let (value, behind) = quoted.split_at_checked(end)?;
        let behind = behind.get(1..).filter(|behind| !behind.is_empty());
        self.rest = behind.and_then(|behind| behind.strip_prefix(char::from(self.delimiter)));
        if behind.is_some() && self.rest.is_none() {
            return Some(Err(Unread::NotThisFormat));
        }
        let value = if is_doubled {
            Cow::Owned(value.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(value)
        };
        Some(Ok(value))
    }
}

/// The cells of a row, without its newline.
pub(in crate::gather) fn cells(row: &str, delimiter: u8) -> Cells<'_> {
    Cells {
        rest: Some(row.trim_end_matches(['\n', '\r'])),
        delimiter,
    }
}
