//! Syslog after RFC 5424: `<34>1 stamp host app process message-id [data] text`, octet-counted or not.

use super::envelope::{Envelope, Letter};
use super::syslog::{after_count, priority, unescaped};
use crate::gather::formats::Fit;
use crate::text::scan::{self, Cursor};

/// The envelope.
pub(super) struct Syslog5424;

fn read(line: &str) -> Option<Letter<'_>> {
    let (_, rest) = priority(after_count(line))?;
    let mut cursor = Cursor::new(rest.strip_prefix("1 ")?);
    let mut word = || cursor.word().map(|word| Some(word).filter(|word| *word != "-"));
    let (stamp, host, app, process) = (word()?, word()?, word()?, word()?);
    // One blank behind the message's id: what more there is may indent the text.
    let (_, rest) = cursor.rest().split_once(' ')?;
    let text = text_of(rest);
    Some(Letter {
        text: text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes(),
        stamp,
        host,
        service: app.unwrap_or_default(),
        process: process.unwrap_or_default(),
        ..Letter::default()
    })
}

/// The text behind the structured data. Heroku's drains have no data, and not even the dash for it
/// (<https://devcenter.heroku.com/articles/log-drains>).
fn text_of(rest: &str) -> &str {
    let Some(text) = behind_data(rest) else { return rest };
    let text = text.strip_prefix(' ').unwrap_or(text);
    // rsyslog keeps the blank that stood behind the tag of a BSD line; what begins with more is indented.
    text.strip_prefix(' ').filter(|rest| !rest.starts_with(' ')).unwrap_or(text)
}

/// What follows the structured data: `-`, or elements in brackets whose quoted values escape `"`, `\` and `]`.
fn behind_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        return Some(rest);
    }
    let mut rest = text;
    while rest.starts_with('[') {
        let Some((inside, after)) = element(rest.as_bytes()).and_then(|end| rest.split_at_checked(end)) else {
            break;
        };
        if !is_data(inside) {
            break;
        }
        rest = after;
    }
    (rest.len() < text.len()).then_some(rest)
}

/// Whether an element has a name alone, or pairs behind it: what a program writes in brackets does not.
fn is_data(element: &str) -> bool {
    let inside = element.trim_matches(['[', ']']);
    match inside.split_once(' ') {
        Some((name, pairs)) => !name.contains(['=', '"']) && pairs.contains("=\""),
        None => inside.contains('@'),
    }
}

/// How long the element is that `text` begins with.
fn element(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

impl Envelope for Syslog5424 {
    fn name(&self) -> &'static str {
        "syslog (RFC 5424)"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(&scan::text(line)).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(letter) = read(&line) else { return false };
        give(&Letter {
            text: unescaped(letter.text, scratch),
            ..letter
        });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick on /dev/pts/8",
                "'su root' failed for lonvick on /dev/pts/8",
            ),
            (
                r#"<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="App\]\"" eventID="1011"][x@1 y="2"] An application event"#,
                "An application event",
            ),
            (
                "<134>1 2026-11-22T14:47:14+00:00 lb-1 haproxy 10762 - -  10.0.3.7:39536 [22/Nov/2026:14:47:14.107] fe be/o1 8",
                "10.0.3.7:39536 [22/Nov/2026:14:47:14.107] fe be/o1 8",
            ),
            (
                "<40>1 2012-11-30T06:45:29+00:00 host app web.3 - [log_c21621, x-request-id: \"req_1\"] post",
                "[log_c21621, x-request-id: \"req_1\"] post",
            ),
            (
                "71 <14>1 2025-03-06T14:02:11+01:00 web-1 svc 42 - - {\"level\":\"info\"}",
                r#"{"level":"info"}"#,
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc5424#section-6"
    }
}
