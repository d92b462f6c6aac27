//! Reads tinyproxy's log: which hosts it opened tunnels to, and which it could not reach.
//!
//! It writes no status and names the client on another line than the request, so a tunnel is all that a line tells;
//! only those to a provider are told, for any other may be anybody's.
//! <https://tinyproxy.github.io/> (`src/log.c`, `src/reqs.c`, `src/sock.c`)

use super::format::{Fit, Format, Unread};
use crate::model::{Fields, Vantage};
use crate::providers;
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tinyproxy;

/// The status of an opened tunnel, and the one that tinyproxy answers where it could not connect (`reqs.c`).
const OPENED: u16 = 200;
const UNREACHED: u16 = 500;

/// The stamp and the message of `CONNECT   Oct 28 16:02:04.399 [8572]: message`.
fn read(line: &str) -> Option<(&str, &str)> {
    let (level, rest) = line.split_once(' ')?;
    let levels = ["CRITICAL", "ERROR", "WARNING", "NOTICE", "CONNECT", "INFO", "DEBUG"];
    let is_padded = level.len() + (rest.len() - rest.trim_start().len()) + 1 == 10;
    if !levels.contains(&level) || !is_padded {
        return None;
    }
    let (head, message) = rest.trim_start().split_once("]: ")?;
    let (stamp, process) = head.split_once(" [")?;
    let is_stamp = stamp.len() >= 15 && stamp.as_bytes().get(9) == Some(&b':');
    (is_stamp && process.bytes().all(|byte| byte.is_ascii_digit())).then_some((stamp, message))
}

/// The host of a tunnel and how it went; none where the message is about something else.
fn tunnel(message: &str) -> Option<(&str, u16)> {
    if let Some(rest) = message.strip_prefix("Established connection to host \"") {
        return Some((rest.split('"').next()?, OPENED));
    }
    let unreached = message
        .strip_prefix("opensock: Could not establish a connection to ")
        .or_else(|| message.strip_prefix("opensock: Could not retrieve address info for "))?;
    let host = unreached.split([' ', ':']).next()?;
    Some((host.trim_end_matches('.'), UNREACHED))
}

impl Format for Tinyproxy {
    fn name(&self) -> &'static str {
        "tinyproxy"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if read(&scan::text(line)).is_some() {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        let (stamp, message) = read(&line).ok_or(Unread::NotThisFormat)?;
        if let Some((host, status)) = tunnel(message).filter(|(host, _)| providers::by_host(host).is_some()) {
            emit(&Fields {
                timestamp: Some(stamp),
                method: Some("CONNECT"),
                server_address: Some(host),
                status: Some(status),
                proxy_detail: (status == UNREACHED).then_some(message),
                ..Fields::default()
            });
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "CONNECT   Oct 28 16:02:04.294 [8572]: Connect (file descriptor 6): 10.31.1.21",
            "CONNECT   Oct 28 16:02:04.399 [8572]: Request (file descriptor 6): CONNECT api.openai.com:443 HTTP/1.1",
            "CONNECT   Oct 28 16:02:04.594 [8572]: Established connection to host \"api.openai.com\" using file descriptor 8.",
        ]
    }

    fn source(&self) -> &'static str {
        "https://github.com/tinyproxy/tinyproxy/blob/master/src/log.c; https://github.com/tinyproxy/tinyproxy/blob/master/src/sock.c"
    }
}
