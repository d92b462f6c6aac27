//! Values of a JSON envelope: texts with their escapes undone, and lists of bytes.

use crate::text::json::{Value, items, unescape};
use crate::text::scan;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// A value's text: a string's meaning, or an object as it stands, for a shipper may have read the line already. `scratch`
/// holds what had to be made.
pub(super) fn text<'a>(value: Value<'a>, scratch: &'a mut String) -> Option<&'a str> {
    match value {
        Value::Text(text) | Value::Object(text) => Some(text),
        Value::Escaped(written) => {
            scratch.clear();
            unescape(written, scratch);
            Some(scratch)
        }
        Value::Array(array) => bytes(array, scratch),
        Value::Word(_) => None,
    }
}

/// A string or a number as it stands: stamps and names, which hold no escapes.
pub(super) fn plain(value: Value<'_>) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Word(word) => word.starts_with(|first: char| first.is_ascii_digit()).then_some(word),
        _ => None,
    }
}

/// `[72, 101, …]`: what journald writes for a message that is no printable text.
fn bytes<'a>(array: &str, scratch: &'a mut String) -> Option<&'a str> {
    let byte = |item: Value<'_>| match item {
        Value::Word(word) => word.parse::<u8>().ok(),
        _ => None,
    };
    let bytes: Option<Vec<u8>> = items(array).map(byte).collect();
    scratch.clear();
    scratch.push_str(&String::from_utf8_lossy(&bytes?));
    Some(scratch)
}

/// Whether a text begins as a record of its own does: with a date, an object, a level or a first pair. An envelope of
/// words (`stamp host tag:`) is certain where such a text follows.
pub(super) fn begins_anew(text: &[u8]) -> bool {
    const LEVELS: [&[u8]; 7] = [b"DEBUG", b"INFO", b"WARN", b"ERROR", b"CRITICAL", b"FATAL", b"TRACE"];
    const PAIRS: [&[u8]; 4] = [b"time=", b"ts=", b"level=", b"timestamp="];
    let inside = text.strip_prefix(b"[").unwrap_or(text);
    is_dated(text) || LEVELS.iter().any(|level| inside.starts_with(level)) || PAIRS.iter().any(|pair| text.starts_with(pair))
}

/// Whether a text is a line of its own even behind a stamp: it begins with a date, or is an object. (A level would not
/// do, for `stamp LEVEL message` is how many programs write.)
pub(super) fn is_dated(text: &[u8]) -> bool {
    let inside = text.strip_prefix(b"[").unwrap_or(text);
    date(inside).is_some() || named_date(inside) || text.starts_with(b"{\"") || text.starts_with(b"{ \"")
}

/// Whether a text is a line on which its writer puts no time, so that a stamp before it is another's: `LEVEL:logger:message`
/// of Python's `logging.basicConfig`, and `[log_c21621, …` of the SDKs for Node on a console.
pub(super) fn has_no_time(text: &[u8]) -> bool {
    const LEVELS: [&[u8]; 5] = [b"DEBUG:", b"INFO:", b"WARNING:", b"ERROR:", b"CRITICAL:"];
    let logger = LEVELS.iter().find_map(|level| text.strip_prefix(*level));
    let is_basic = |logger: &[u8]| {
        let is_of_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let length = logger.iter().take_while(is_of_name).count();
        length > 0 && logger.get(length) == Some(&b':')
    };
    logger.is_some_and(is_basic) || text.starts_with(b"[log_")
}

/// Whether a text is a server's access line of pairs that begin with the first word: with a method and a status.
pub(super) fn is_access_pairs(text: &str) -> bool {
    begins_with_a_pair(text) && text.contains("method=") && text.contains("status=")
}

/// Whether a text is an access line that has its time, too: nobody but a server writes it, whatever lies around it.
pub(super) fn is_dated_access(text: &str) -> bool {
    requested(text).is_some_and(|before| is_dated(before.as_bytes()) || bracketed_date(before))
}

/// What stands before a quoted request that a status follows: `"POST /v1/responses HTTP/1.1" 503 `.
fn requested(text: &str) -> Option<&str> {
    static VERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(" HTTP/"));
    let (request, rest) = text.split_at_checked(VERSION.find(text.as_bytes())?)?;
    let (before, request) = request.rsplit_once('"')?;
    let behind = rest.split_once('"')?.1.strip_prefix(' ')?;
    let status = behind.split([' ', '\\', '"']).next()?;
    let is_status = status.len() == 3 && scan::status(status).is_some_and(|status| status >= 100) || status == "-1";
    (is_status && scan::request(request).is_some()).then_some(before)
}

/// `[06/Mar/2025:14`, the common log's stamp.
fn bracketed_date(text: &str) -> bool {
    let Some((_, stamp)) = text.split_once('[') else {
        return false;
    };
    matches!(
        stamp.as_bytes(),
        [b'0'..=b'3', b'0'..=b'9', b'/', b'A'..=b'Z', _, _, b'/', _, _, _, _, b':', ..]
    )
}

/// `client=10.0.3.7`.
fn begins_with_a_pair(text: &str) -> bool {
    let key = text
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    key > 0 && text.as_bytes().get(key) == Some(&b'=')
}

/// Whether a text goes on with the line above it: no program writes that behind a stamp of its own.
pub(super) fn goes_on(text: &str) -> bool {
    ["  ", "\t", "}", "]"].iter().any(|start| text.starts_with(start)) || text.is_empty()
}

/// `2025-03-06 1…`, `02.07.2026 1…`, `10/06/2026 0…`, `2025/03/06 1…`: three numbers, and a clock behind them.
fn date(text: &[u8]) -> Option<()> {
    let mut rest = text;
    for part in 0..3 {
        let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
        let (_, after) = rest.split_at_checked(digits).filter(|_| matches!(digits, 1 | 2 | 4))?;
        let (separator, after) = after.split_first()?;
        let is_separator = match part {
            2 => matches!(separator, b' ' | b'T' | b',' | b'_'),
            _ => matches!(separator, b'-' | b'/' | b'.'),
        };
        rest = is_separator.then_some(after)?;
    }
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    rest.first().filter(|byte| byte.is_ascii_digit()).map(drop)
}

/// `Mar  6 14…`, and after a weekday.
fn named_date(text: &[u8]) -> bool {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    const DAYS: &[u8] = b"MonTueWedThuFriSatSun";
    let among =
        |names: &[u8], text: &[u8]| names.chunks_exact(3).any(|name| text.starts_with(name)) && text.get(3) == Some(&b' ');
    let behind_day = among(DAYS, text).then(|| text.get(4..)).flatten().unwrap_or(text);
    among(MONTHS, behind_day) && matches!(behind_day.get(4..6), Some([b' ' | b'0'..=b'3', b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::{has_no_time, is_access_pairs, is_dated_access};

    #[test]
    fn what_writes_no_time_is_told_from_a_loggers_level() {
        for line in [
            "INFO:httpx:HTTP Request: POST https://api.openai.com/v1/x \"HTTP/1.1 200 OK\"",
            "WARNING:shop.llm-2:chat failed",
            "[log_c21621, x-request-id: \"req_1\"] post https://api.openai.com/v1/x succeeded with status 200 in 20ms",
        ] {
            assert!(has_no_time(line.as_bytes()), "{line}");
        }
        for line in [
            "INFO: chat failed",
            "INFO chat:failed",
            "ERROR::x",
            "INFO:",
            "chat:INFO:x",
            "[login] ok",
        ] {
            assert!(!has_no_time(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn a_servers_line_is_told_with_its_escapes_and_without() {
        for line in [
            r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] "POST /v1/x HTTP/1.1" 200 144 "-" "-""#,
            r#"10.0.3.7 - - [21/Nov/2026:10:00:01 +0000] \"POST /v1/x HTTP/1.1\" 200 144 \"-\""#,
            r#"2026-11-21T10:00:01+00:00 10.0.3.7 "POST /v1/x HTTP/1.1" 503"#,
        ] {
            assert!(is_dated_access(line), "{line}");
        }
        assert!(is_access_pairs("client=10.0.3.7 method=POST path=/v1/x status=200"));
    }

    #[test]
    fn a_programs_line_about_a_request_is_none() {
        for line in [
            r#"HTTP Request: POST https://api.openai.com/v1/x "HTTP/1.1 200 OK""#,
            "calling POST /v1/x HTTP/1.1",
            r#"the first line was "POST /v1/x HTTP/1.1""#,
            "level=info msg=done",
        ] {
            assert!(!is_access_pairs(line) && !is_dated_access(line), "{line}");
        }
        assert!(!is_dated_access(
            r#"https://api.openai.com:443 "POST /v1/x HTTP/1.1" 500 151"#
        ));
    }
}
