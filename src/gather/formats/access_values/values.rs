//! What the values of an access line look like.

use crate::gather::formats::levels;
use crate::text::scan;
use std::net::IpAddr;

/// A path or a whole URL.
pub(super) fn is_url(word: &str) -> bool {
    word.starts_with('/') || word.starts_with("http://") || word.starts_with("https://")
}

/// A level of a logger, bracketed or not.
pub(super) fn is_level(word: &str) -> bool {
    levels::is_error(word.trim_end_matches(':')).is_some()
}

/// A status that stands for one: three digits from 100 on.
pub(super) fn status(word: &str) -> Option<u16> {
    scan::status(word).filter(|status| (100..600).contains(status))
}

/// nginx prints its times in seconds with three decimals; milliseconds here.
pub(super) fn seconds(word: &str) -> Option<f64> {
    let (whole, decimals) = word.split_once('.')?;
    // `$msec` has as many decimals and ten digits before them.
    (decimals.len() == 3 && whole.len() < 9)
        .then(|| scan::scaled(word, 3))
        .flatten()
}

/// `$msec`: seconds since the epoch with three decimals.
pub(super) fn is_msec(word: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    word.split_once('.')
        .is_some_and(|(whole, decimals)| whole.len() == 10 && decimals.len() == 3 && digits(whole) && digits(decimals))
}

/// Whole seconds, milliseconds or microseconds since the epoch, of this century's years from 2017 on: `%{sec}t`, `%{msec}t`.
pub(super) fn is_epoch(word: &str) -> bool {
    matches!(word.len(), 10 | 13 | 16)
        && matches!(word.as_bytes(), [b'1', b'5'..=b'9', ..] | [b'2', b'0'..=b'4', ..])
        && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Connecting, header, response: three times behind slashes, each no shorter than the one before, or none; of a list of
/// tries the last one's.
pub(super) fn three_times(text: &str) -> Option<[&str; 3]> {
    let mut parts = text.split('/').map(|part| part.rsplit([',', ' ']).next().unwrap_or(part));
    let times = [parts.next()?, parts.next()?, parts.next()?];
    let mut longest = 0.0;
    let rise = times.iter().all(|time| {
        *time == "-"
            || seconds(time).is_some_and(|ms| {
                let rises = ms >= longest;
                longest = ms;
                rises
            })
    });
    (parts.next().is_none() && rise && times.iter().any(|time| *time != "-")).then_some(times)
}

/// An IPv4 or IPv6 address without a port.
pub(super) fn is_address(word: &str) -> bool {
    word.parse::<IpAddr>().is_ok()
}

/// The last address of a list of `address:port`; a socket's path counts as one.
pub(super) fn addresses(text: &str) -> Option<&str> {
    let mut last = None;
    for word in text.split([',', ' ']).filter(|word| !matches!(*word, "" | ":")) {
        let address = word.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok());
        let address = address.map(|(address, _)| address.trim_start_matches('[').trim_end_matches(']'));
        last = address
            .filter(|address| is_address(address))
            .or_else(|| word.strip_prefix("unix:").filter(|path| !path.is_empty()));
        last?;
    }
    last
}

/// A name of a host: labels behind dots, the last of letters.
pub(super) fn is_domain(word: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let last = word.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && word.split('.').all(is_label)
}

/// `OpenAI/Python 1.58.1`: a product and its version.
pub(super) fn is_user_agent(text: &str) -> bool {
    text.split_once('/').is_some_and(|(product, rest)| {
        product.starts_with(|first: char| first.is_ascii_alphabetic())
            && product
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
            && !rest.is_empty()
    })
}

/// `req_…` as OpenAI and Anthropic write it: a bare value must be long to stand for one.
pub(super) fn is_providers_id(word: &str) -> bool {
    word.strip_prefix("req_")
        .is_some_and(|rest| rest.len() >= 16 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Whether a cell is a time stamp, by how it begins: `06/Mar/2025:…`, `2025-03-06T…`, `2025-03-06 …`.
pub(super) fn begins_a_time(cell: &str) -> bool {
    let bytes = cell.as_bytes();
    let at = |place: usize| bytes.get(place).copied();
    let is_clf = at(2) == Some(b'/') && at(6) == Some(b'/') && at(11) == Some(b':');
    let dated = |tie: u8| at(4) == Some(tie) && at(7) == Some(tie);
    let is_iso = (dated(b'-') || dated(b'/')) && matches!(at(10), Some(b'T' | b' '));
    (is_clf || is_iso) && (19..=40).contains(&cell.len()) && at(0).is_some_and(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::{addresses, is_domain, three_times};

    #[test]
    fn shapes_are_told_apart() {
        assert!(is_domain("llm.corp.internal") && !is_domain("1.26.3") && !is_domain("HTTP/1.1"));
        assert_eq!(addresses("10.0.0.1:443, [2001:db8::7]:443"), Some("2001:db8::7"));
        assert_eq!(addresses("api.openai.com:443"), None);
        assert_eq!(three_times("0.004/0.860/0.861"), Some(["0.004", "0.860", "0.861"]));
        assert_eq!(three_times("-, -/-, -/0.000, 0.004"), Some(["-", "-", "0.004"]));
        assert_eq!(three_times("0.9/0.8/0.7"), None);
    }
}
