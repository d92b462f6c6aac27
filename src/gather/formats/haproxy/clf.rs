//! HAProxy's `option httplog clf`: the common log's beginning, then what `httplog` says, a value a word.
//!
//! `%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS
//! %hrl %hsl`: the stamp is the request's start as in `httplog`, and has its zone. Each captured header is quoted by itself, so the
//! blocks are not told apart. <https://docs.haproxy.org/2.8/configuration.html#8.2.3>

use super::values::{captures, flag, milliseconds, retries, set_request};
use crate::model::{Fields, Instant};
use crate::text::scan::{self, Cursor, Token};

/// Reads a line behind its header; `None` where it is no such line.
pub(super) fn read(line: &str) -> Option<Fields<'_>> {
    let mut cursor = Cursor::new(line);
    let client = cursor.word()?;
    cursor.literal("- - ")?;
    let Some(Token::Bracketed(stamp)) = cursor.token() else {
        return None;
    };
    let request = quoted(&mut cursor)?;
    let mut fields = Fields {
        timestamp: Some(stamp),
        instant: Instant::Start,
        client: Some(client),
        ..Fields::default()
    };
    set_request(&mut fields, request);
    // A status of -1 says that no response was begun.
    fields.status = Some(match cursor.word()? {
        "-1" => 0,
        status => scan::status(status)?,
    });
    let _bytes = number(&mut cursor)?;
    for _ in 0..2 {
        quoted(&mut cursor).filter(|empty| empty.is_empty())?;
    }
    // The client's port and the milliseconds of the stamp.
    for _ in 0..2 {
        number(&mut cursor)?;
    }
    let (_frontend, _backend, server) = (quoted(&mut cursor)?, quoted(&mut cursor)?, quoted(&mut cursor)?);
    fields.upstream_address = Some(server).filter(|server| *server != "<NOSRV>");
    let timers = [0; 5].map(|_| number(&mut cursor));
    let [Some(_), Some(_), Some(connect), Some(response), Some(total)] = timers else {
        return None;
    };
    fields.upstream_connect_ms = Some(milliseconds(connect));
    fields.upstream_header_ms = Some(milliseconds(response));
    fields.duration_ms = milliseconds(total);
    fields.proxy_flag = flag(cursor.word()?);
    for _ in 0..4 {
        number(&mut cursor)?;
    }
    fields.upstream_retries = retries(number(&mut cursor)?);
    while let Some(token) = cursor.token() {
        captures(&mut fields, token.text(), 1);
    }
    Some(fields)
}

fn quoted<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    match cursor.token()? {
        Token::Quoted(text) => Some(text),
        _ => None,
    }
}

/// A count or a timer as it stands, perhaps with a sign.
fn number<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let word = cursor.word()?;
    let digits = word.trim_start_matches(['-', '+']);
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::read;

    const LINE: &str = r#"10.0.3.7 - - [21/Nov/2026:10:00:00 +0000] "POST /v1/chat/completions HTTP/1.1" 504 353 "" "" 52962 219 "fe_llm" "be_openai" "o1" 0 0 4 -1 30004 sH-- 1 1 0 0 +2 0 0 "" "" "0f8fad5b-d9cb-469f-a165-70867728950e" "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa" "#;

    #[test]
    fn timers_the_state_and_captured_ids_are_told() {
        let fields = read(LINE).unwrap();
        assert_eq!((fields.status, fields.proxy_flag), (Some(504), Some("sH--")));
        assert_eq!(
            (fields.upstream_connect_ms, fields.upstream_header_ms),
            (Some(Some(4.0)), Some(None))
        );
        assert_eq!((fields.duration_ms, fields.upstream_retries), (Some(30_004.0), Some(2)));
        assert_eq!(fields.x_request_id, Some("req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa"));
        assert_eq!(fields.x_client_request_id, Some("0f8fad5b-d9cb-469f-a165-70867728950e"));
    }

    #[test]
    fn another_servers_common_log_is_none() {
        let start = r#"10.0.3.7 - - [21/Nov/2026:10:00:00 +0000] "POST /v1/chat/completions HTTP/1.1" 504 353"#;
        for tail in [
            "",
            r#" "-" "OpenAI/Python 2.54.0""#,
            r#" "" "" 0.812 0.811 "a" "b" "c" 0 0 0 0 0 ----"#,
        ] {
            assert!(read(&format!("{start}{tail}")).is_none(), "{tail}");
        }
    }
}
