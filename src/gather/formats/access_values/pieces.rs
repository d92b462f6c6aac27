//! Cuts a line of values into its values: at bars, tabs or semicolons where it has them, else at blanks outside quotes and brackets.

use super::values;
use crate::gather::formats::{access_keys, access_line, shapes};
use crate::text::scan::{Cursor, Token};

/// One value of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A time stamp, its zone with it.
    Time(&'a str),
    /// `key=value`.
    Named(&'a str, &'a str),
    /// A value alone.
    Value {
        /// Without what enclosed it.
        text: &'a str,
        /// It stood in double quotes.
        quoted: bool,
    },
}

/// Separators that make a line one of separated values: a path or a user agent may hold one or two.
const SEPARATORS: usize = 4;

/// Bytes of a label that is known.
const LONGEST_LABEL: usize = 32;

/// Gives the values of a line, one after the other, until `give` says that it needs no more.
pub(super) fn pieces<'a>(line: &'a str, give: &mut dyn FnMut(Piece<'a>) -> bool) {
    let separator = [b'|', b'\t', b';']
        .into_iter()
        .find(|of| memchr::memchr_iter(*of, line.as_bytes()).count() >= SEPARATORS)
        .map(char::from);
    let separator = separator.or_else(|| is_csv(line).then_some(','));
    let Some(separator) = separator else {
        return blanks(line, give);
    };
    for cell in cells(line, separator) {
        let cell = cell.trim();
        let bare = bare(cell);
        let piece = if values::begins_a_time(bare) {
            Piece::Time(bare)
        } else if let Some((name, value)) = Cursor::new(cell).pair() {
            Piece::Named(name, value.text())
        } else {
            Piece::Value {
                text: bare,
                // Some sites quote every cell.
                quoted: cell.starts_with('"') && !shapes::is_usual_method(bare),
            }
        };
        if !give(piece) {
            return;
        }
    }
}

/// The cells of a line; a separator between double quotes parts none.
fn cells(line: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    line.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

/// Whether a line is a row of values behind commas, without a header to name them: nginx parts its tries by commas too, so
/// the first value must be a whole time or address.
fn is_csv(line: &str) -> bool {
    let first = line.split(',').next().unwrap_or(line).trim_matches('"');
    let begins = values::begins_a_time(first) || values::is_address(first);
    begins && memchr::memchr_iter(b',', line.as_bytes()).count() > SEPARATORS
}

/// A cell without its quotes or brackets.
fn bare(cell: &str) -> &str {
    let within = |open, close| cell.strip_prefix(open).and_then(|rest: &str| rest.strip_suffix(close));
    within('"', '"').or_else(|| within('[', ']')).unwrap_or(cell)
}

/// `status:200`, `request: "POST /v1/x HTTP/1.1",`: a label that is known, and its value up to a blank outside quotes.
fn labelled<'a>(cursor: &mut Cursor<'a>) -> Option<(&'a str, &'a str)> {
    let mut ahead = *cursor;
    let label = ahead.rest().split(':').next().filter(|label| {
        let is_label = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        !label.is_empty() && label.len() <= LONGEST_LABEL && label.bytes().all(is_label)
    })?;
    access_keys::key(label)?;
    ahead.literal(ahead.rest().get(..=label.len())?)?;
    ahead.blanks();
    let value = if let Some(stamp) = access_line::stamp_ahead(&mut ahead) {
        stamp
    } else if ahead.rest().starts_with('"') {
        ahead.token()?.text()
    } else {
        ahead.word()?
    };
    *cursor = ahead;
    Some((label, value.trim_end_matches([',', ';'])))
}

fn blanks<'a>(line: &'a str, give: &mut dyn FnMut(Piece<'a>) -> bool) {
    let mut cursor = Cursor::new(line);
    loop {
        cursor.blanks();
        let piece = if let Some(stamp) = access_line::stamp_ahead(&mut cursor) {
            Piece::Time(stamp)
        } else if let Some((name, value)) = cursor.pair() {
            Piece::Named(name, value.text())
        } else if let Some((label, value)) = labelled(&mut cursor) {
            Piece::Named(label, value)
        } else {
            let Some(token) = cursor.token() else { return };
            Piece::Value {
                text: token.text(),
                quoted: matches!(token, Token::Quoted(_)),
            }
        };
        if !give(piece) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    fn all(line: &str) -> Vec<Piece<'_>> {
        let mut all = Vec::new();
        pieces(line, &mut |piece| {
            all.push(piece);
            true
        });
        all
    }

    #[test]
    fn a_time_is_one_piece_with_its_zone() {
        for stamp in [
            "14/Sep/2026:20:02:49 +0900",
            "2026-09-14T20:02:49+09:00",
            "2026-09-14 20:02:49.123 +0900",
        ] {
            assert_eq!(all(&format!("{stamp} a")).first(), Some(&Piece::Time(stamp)));
            assert_eq!(all(&format!("[{stamp}] a")).first(), Some(&Piece::Time(stamp)));
            assert_eq!(all(&format!("x|{stamp}|b|c|d")).get(1), Some(&Piece::Time(stamp)));
        }
    }

    #[test]
    fn a_known_label_names_what_follows_it() {
        let line = r#"ip:10.0.3.7 status: 503, req:"POST /v1/x HTTP/1.1" host:8080 http://x/y 10:30"#;
        let named: Vec<_> = all(line)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Named(name, value) => Some((name, value)),
                _ => None,
            })
            .collect();
        assert_eq!(
            named,
            [
                ("ip", "10.0.3.7"),
                ("status", "503"),
                ("req", "POST /v1/x HTTP/1.1"),
                ("host", "8080")
            ]
        );
    }

    #[test]
    fn a_separator_between_quotes_parts_no_cells() {
        let row = r#""2026-10-05T09:00:01Z","10.1.2.3","POST /v1/x HTTP/1.1","502","502, 502","req_1""#;
        assert_eq!(all(row).len(), 6);
    }

    #[test]
    fn bars_keep_the_blanks_within() {
        let quoted = Piece::Value {
            text: "POST /v1/x HTTP/1.1",
            quoted: true,
        };
        assert_eq!(all(r#"a | "POST /v1/x HTTP/1.1" | b | c | rt=1"#).get(1), Some(&quoted));
        assert_eq!(all("a|b|c|d|rt=1").last(), Some(&Piece::Named("rt", "1")));
        let row = "2026-10-05T09:00:01Z,10.1.2.3,POST,/v1/x,200,812";
        assert_eq!(all(row).first(), Some(&Piece::Time("2026-10-05T09:00:01Z")));
        assert_eq!(all(row).len(), 6);
    }
}
