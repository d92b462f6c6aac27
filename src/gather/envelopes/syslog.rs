//! Syslog as files hold it: `[<pri>]stamp host tag[pid]: text`, after RFC 3164, rsyslog's ISO stamps, and journalctl's
//! short outputs.

use super::envelope::{Envelope, Letter};
use super::values::{begins_anew, goes_on, is_access_pairs};
use crate::gather::formats::Fit;
use crate::text::scan;
use memchr::memmem;

/// The envelope.
pub(super) struct Syslog;

/// Longest tag that is believed; RFC 3164 says 32, systemd's units are longer.
const LONGEST_TAG: usize = 80;

/// The length of `Mar  6 14:02:11`.
const BSD_STAMP: usize = 15;

/// The priority in angle brackets, at most 191, and what follows it.
pub(super) fn priority(line: &str) -> Option<(u8, &str)> {
    let (number, rest) = line.strip_prefix('<')?.split_once('>')?;
    let is_number = (1..=3).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.parse().ok().filter(|number| is_number && *number <= 191)?;
    Some((number, rest))
}

/// A line without the octet count that RFC 6587 puts before it.
pub(super) fn after_count(line: &str) -> &str {
    match line.split_once(' ') {
        Some((count, rest)) if rest.starts_with('<') && !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) => {
            rest
        }
        _ => line,
    }
}

/// A message with rsyslog's escapes of control characters undone: `#012` for a newline, so that a traceback sent as one
/// message has its lines again (`$EscapeControlCharactersOnReceive`, on by default).
pub(super) fn unescaped<'a>(text: &'a [u8], scratch: &'a mut String) -> &'a [u8] {
    const ESCAPES: [(&str, &str); 4] = [("#012", "\n"), ("#011", "\t"), ("#015", ""), ("#033", "\u{1b}")];
    if memmem::find(text, b"#0").is_none() {
        return text;
    }
    scratch.clear();
    let whole = scan::text(text);
    let mut rest = &*whole;
    while let Some((before, after)) = rest.split_once("#0") {
        scratch.push_str(before);
        let escape = ESCAPES.iter().find_map(|(written, meant)| {
            after
                .strip_prefix(written.trim_start_matches("#0"))
                .map(|after| (*meant, after))
        });
        let (meant, after) = escape.unwrap_or(("#0", after));
        scratch.push_str(meant);
        rest = after;
    }
    scratch.push_str(rest);
    scratch.as_bytes()
}

struct Line<'a> {
    letter: Letter<'a>,
    is_certain: bool,
}

fn read(line: &str) -> Option<Line<'_>> {
    let line = after_count(line);
    let (has_priority, rest) = priority(line).map_or((false, line), |(_, rest)| (true, rest));
    let (stamp, rest) = stamp(rest)?;
    let (first, after) = rest.split_once(' ')?;
    // A program that writes to /dev/log leaves its host out, and so does Heroku (`app[web.1]:`).
    let (host, rest) = if first.ends_with(':') {
        (None, rest)
    } else {
        is_host(first).then_some((Some(first), after))?
    };
    let (tag, text) = rest.split_once(':')?;
    let (app, process) = match tag.strip_suffix(']').and_then(|tag| tag.split_once('[')) {
        Some((app, process)) => (app, process),
        None => (tag, ""),
    };
    let is_tag = (1..=LONGEST_TAG).contains(&app.len())
        && !app.contains([' ', '"', '=', ']', '['])
        && process
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let text = if text.is_empty() { text } else { text.strip_prefix(' ')? };
    is_tag.then_some(Line {
        // A dyno's name is nobody else's.
        is_certain: host.is_none() && app == "app" && process.contains('.')
            || (has_priority || !process.is_empty())
                && (begins_anew(text.as_bytes())
                    || goes_on(text)
                    || is_zoned(stamp) && is_haproxy(text)
                    || is_access_pairs(text)),
        letter: Letter {
            text: text.as_bytes(),
            stamp: Some(stamp),
            host: host.filter(|host| *host != "localhost" && *host != "-"),
            service: app,
            process,
            ..Letter::default()
        },
    })
}

/// Whether a word may name a host or have its address.
fn is_host(word: &str) -> bool {
    !word.contains(['[', ',', '"', '=', '{', '('])
}

/// Whether an ISO stamp ends in its zone.
fn is_zoned(stamp: &str) -> bool {
    stamp.ends_with('Z') || stamp.get(19..).is_some_and(|end| end.contains(['+', '-']))
}

/// Whether an HAProxy wrote the text: `address:port [stamp] …`. Its stamp has no zone, which the header then tells.
fn is_haproxy(text: &str) -> bool {
    let behind = text
        .split_once(' ')
        .map(|(address, rest)| (address.contains(':'), rest.as_bytes()));
    matches!(behind, Some((true, [b'[', b'0'..=b'9', b'0'..=b'9', b'/', ..])))
}

/// The stamp and what follows the blank behind it: `Mar  6 14:02:11`, an ISO word, `Thu 2025-03-06 14:02:11 UTC`, or
/// seconds since the epoch.
fn stamp(line: &str) -> Option<(&str, &str)> {
    if let Some(length) = bsd_stamp(line) {
        let (stamp, rest) = line.split_at_checked(length)?;
        return Some((stamp, rest.strip_prefix(' ')?));
    }
    let (first, rest) = line.split_once(' ')?;
    let is_iso = first.len() >= 19 && matches!(first.as_bytes(), [b'1'..=b'2', _, _, _, b'-', ..]) && first.contains('T');
    let is_epoch = first.len() >= 12 && first.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()) && first.contains('.');
    if is_iso || is_epoch {
        return Some((first, rest));
    }
    // journalctl -o short-full
    let is_weekday = first.len() == 3 && first.bytes().all(|byte| byte.is_ascii_alphabetic());
    let end = rest.match_indices(' ').nth(2).filter(|_| is_weekday)?.0;
    let (stamp, after) = rest.split_at_checked(end)?;
    matches!(stamp.as_bytes(), [b'1'..=b'2', _, _, _, b'-', ..]).then_some((stamp, after.get(1..)?))
}

/// The length of the stamp at the start of a line, with its fraction: `Mar  6 14:02:11.123456`.
pub(super) fn bsd_stamp(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let fraction = bytes
        .iter()
        .skip(BSD_STAMP)
        .take_while(|byte| matches!(byte, b'.' | b'0'..=b'9'));
    is_bsd(bytes).then(|| BSD_STAMP + fraction.count())
}

/// Whether a host and a program's tag stand behind a line's stamp.
pub(super) fn is_one(line: &str) -> bool {
    read(line).is_some()
}

/// `Mmm dd hh:mm:ss`, the day padded with a blank.
fn is_bsd(line: &[u8]) -> bool {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let Some(([month @ .., b' ', tens, ones, b' '], clock)) = line.get(..BSD_STAMP).and_then(|stamp| stamp.split_at_checked(7))
    else {
        return false;
    };
    MONTHS.chunks_exact(3).any(|name| name == month)
        && matches!(tens, b' ' | b'0'..=b'3')
        && ones.is_ascii_digit()
        && matches!(clock, [_, _, b':', _, _, b':', _, _])
}

/// Lines that journalctl puts between entries.
fn is_between(line: &str) -> bool {
    ["-- Boot ", "-- Logs begin ", "-- Journal begins ", "-- No entries "]
        .iter()
        .any(|start| line.starts_with(start))
}

impl Envelope for Syslog {
    fn name(&self) -> &'static str {
        "syslog"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        match read(&scan::text(line)) {
            Some(line) if line.is_certain => Fit::Yes,
            Some(_) => Fit::Maybe,
            None => Fit::No,
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(Line { letter, .. }) = read(&line) else {
            return is_between(&line);
        };
        give(&Letter {
            text: unescaped(letter.text, scratch),
            ..letter
        });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
                "'su root' failed for lonvick on /dev/pts/8",
            ),
            (
                "Mar  6 14:02:11 web-1 svc[123]:   File \"app.py\", line 3",
                "  File \"app.py\", line 3",
            ),
            (
                "2025-03-06T14:02:11.123456+01:00 web-1 svc[123]: {\"level\":\"info\"}",
                r#"{"level":"info"}"#,
            ),
            ("Thu 2025-03-06 14:02:11 UTC web-1 svc[123]: one#012two", "one\ntwo"),
            ("1741269731.123456 web-1 svc[123]: text", "text"),
            ("2025-03-06T14:02:11.123456+00:00 app[web.1]: text", "text"),
        ]
    }

    fn source(&self) -> &'static str {
        "https://www.rfc-editor.org/rfc/rfc3164#section-4; https://www.rsyslog.com/doc/configuration/templates.html; journalctl(1)"
    }
}
