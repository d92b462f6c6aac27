//! Reads Squid's `cache.log`, which is about Squid itself: understood, and never about a call.
//!
//! What goes wrong with a request stands in the access log. <https://wiki.squid-cache.org/SquidFaq/SquidLogs>

use super::format::{Fit, Format, Unread};
use crate::gather::frame::Framing;
use crate::model::{Fields, Vantage};

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct SquidCache;

/// `2026/10/21 07:15:24` or `2026/10/21 07:15:24.123`, perhaps ` kid1`, then `|`.
fn is_record(line: &[u8]) -> bool {
    let stamp = line.iter().take(19).enumerate().all(|(at, byte)| match at {
        4 | 7 => *byte == b'/',
        10 => *byte == b' ',
        13 | 16 => *byte == b':',
        _ => byte.is_ascii_digit(),
    });
    let bar = line.iter().skip(19).take(LONGEST_MARK).position(|byte| *byte == b'|');
    let mark = line.get(19..19 + bar.unwrap_or_default()).unwrap_or_default();
    // Loggers of other programs set a blank before the bar; Squid does not.
    let is_mark = mark
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.'));
    stamp && bar.is_some() && is_mark && !mark.ends_with(b" ")
}

/// The longest text between the stamp and the bar: milliseconds and the worker's name.
const LONGEST_MARK: usize = 16;

impl Format for SquidCache {
    fn name(&self) -> &'static str {
        "squid-cache"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        is_record(line)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if is_record(line) { Fit::Yes } else { Fit::No }
    }

    fn parse(&self, record: &[u8], _emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        if is_record(record) {
            Ok(())
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "2026/10/21 07:15:24| Starting Squid Cache version 5.7 for x86_64-pc-linux-gnu...",
            "2026/10/21 07:15:24.123 kid1| Accepting HTTP Socket connections at conn3 local=[::]:3128 remote=[::] FD 12 flags=9",
        ]
    }

    fn source(&self) -> &'static str {
        "https://wiki.squid-cache.org/SquidFaq/SquidLogs"
    }
}

#[cfg(test)]
mod tests {
    use super::{Fit, Format, SquidCache};

    #[test]
    fn a_loggers_bar_behind_a_blank_is_not_squids() {
        assert_eq!(SquidCache.fit(b"2026/10/06 12:03:51 | INFO | httpx | HTTP Request"), Fit::No);
        assert_eq!(SquidCache.fit(b"2026/10/06 12:03:51 kid2| Set Current Directory"), Fit::Yes);
    }
}
