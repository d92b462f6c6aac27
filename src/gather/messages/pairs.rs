//! `key=value` pairs at the end of a message, and what their keys mean.

use super::scan;
use crate::gather::keys::{self, Folded, Key as Fact};

/// The longest value that brackets may hold together (`cause=ProxyError('503 Service Unavailable')`); beyond it the
/// value ends at its first blank. It bounds the time spent on brackets that never close.
const BRACKETED: usize = 512;

/// The pairs of one line, in order.
pub(super) struct Pairs<'a> {
    text: &'a str,
    at: usize,
    /// Where the last pair's key began.
    pub(super) start: usize,
    /// Whether a quote was left open: then none is looked for again, which keeps the time linear.
    unclosed: bool,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            start: 0,
            unclosed: false,
        }
    }

    /// Where the last pair's value ended.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    fn value(&mut self) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or("");
        if let Some(quote) = rest.bytes().next().filter(|byte| matches!(byte, b'"' | b'\''))
            && !self.unclosed
        {
            if let Some(value) = quoted(rest, quote) {
                self.at += value.len() + 2;
                return value;
            }
            self.unclosed = true;
        }
        let length = bare(rest);
        self.at += length;
        without_sentence(rest.get(..length).unwrap_or(""))
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let rest = self.text.get(self.at..)?;
            let sign = memchr::memchr(b'=', rest.as_bytes())?;
            let before = rest.get(..sign)?;
            let length = before.bytes().rev().take_while(|byte| is_key(*byte)).count();
            let key = before.get(sign - length..)?;
            let left = before.as_bytes().get(..sign - length).and_then(<[u8]>::last);
            self.start = self.at + sign - length;
            self.at += sign + 1;
            let opens = !left.is_some_and(|byte| matches!(byte, b'?' | b'&' | b'/' | b'\'' | b'"' | b'=' | b'<'));
            if opens && key.bytes().any(|byte| byte.is_ascii_alphabetic()) {
                return Some((key, self.value()));
            }
        }
    }
}

fn is_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn quoted(text: &str, quote: u8) -> Option<&str> {
    let rest = text.get(1..)?;
    let mut at = 0;
    loop {
        let next = at + memchr::memchr2(quote, b'\\', rest.as_bytes().get(at..)?)?;
        if rest.as_bytes().get(next) == Some(&quote) {
            return rest.get(..next);
        }
        at = next + 2;
    }
}

/// A value without what the sentence around it puts behind: `model=gpt-4.1: …`, `(model=gpt-4.1): …`.
fn without_sentence(value: &str) -> &str {
    let value = value.trim_end_matches([',', ';', ':']);
    match value.strip_suffix(')') {
        Some(inner) if !inner.contains('(') => inner,
        _ => value,
    }
}

/// The length of a value without quotes: to the first blank that no bracket holds.
fn bare(text: &str) -> usize {
    // NLog's sites put bars between their pairs.
    let ends = |byte: u8| byte.is_ascii_whitespace() || byte == b'|';
    let blank = text.bytes().position(ends).unwrap_or(text.len());
    let head = text.as_bytes().get(..blank).unwrap_or(&[]);
    if blank == text.len() || !head.iter().any(|byte| matches!(byte, b'(' | b'[' | b'{')) {
        return blank;
    }
    let mut depth = 0_i32;
    for (at, byte) in text.bytes().take(BRACKETED).enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b' ' | b'\t' if depth <= 0 => return at,
            _ => {}
        }
    }
    if depth <= 0 && text.len() <= BRACKETED {
        text.len()
    } else {
        blank
    }
}

/// What a key means; spellings: formats.md 2 (names that applications invent).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Status,
    /// A status under a name that is one's where the line is about a call.
    StatusLike,
    ProviderId,
    RequestId,
    ClientId,
    CfRay,
    Model,
    Url,
    Latency(Unit),
    Error,
    ErrorType,
    ErrorCode,
    ErrorMessage,
    Cause,
    Attempt,
    Pause(Unit),
    Stream,
    Method,
    Server,
    Provider,
    Tier,
    Organization,
    Project,
    Proxy,
    InputTokens,
    OutputTokens,
}

/// The unit a latency's key names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Milliseconds,
    Seconds,
    Unnamed,
}

impl Key {
    /// What a name means in a text: mostly what it means everywhere.
    pub(super) fn of(name: &str) -> Option<Self> {
        let folded = Folded::of(name)?;
        Some(match folded.bytes() {
            b"error" | b"err" | b"exception" => Self::Error,
            b"cause" | b"reason" => Self::Cause,
            b"exc" | b"errormsg" | b"detail" => Self::ErrorMessage,
            b"code" => Self::ErrorCode,
            b"api" | b"genaioperationname" => Self::Url,
            b"seconds" => Self::Latency(Unit::Seconds),
            b"host" => Self::Server,
            b"org" | b"organisation" => Self::Organization,
            b"streamed" => Self::Stream,
            b"tokensin" => Self::InputTokens,
            b"tokensout" => Self::OutputTokens,
            _ => Self::of_fact(keys::key(name)?)?,
        })
    }

    fn of_fact(fact: Fact) -> Option<Self> {
        Some(match fact {
            Fact::Status => Self::Status,
            Fact::StatusLike => Self::StatusLike,
            Fact::XRequestId => Self::ProviderId,
            Fact::RequestId => Self::RequestId,
            Fact::XClientRequestId => Self::ClientId,
            Fact::CfRay => Self::CfRay,
            Fact::Model => Self::Model,
            Fact::Url => Self::Url,
            Fact::DurationMs => Self::Latency(Unit::Milliseconds),
            Fact::DurationSeconds => Self::Latency(Unit::Seconds),
            Fact::DurationAny => Self::Latency(Unit::Unnamed),
            Fact::ErrorType => Self::ErrorType,
            Fact::ErrorCode => Self::ErrorCode,
            Fact::ErrorMessage => Self::ErrorMessage,
            Fact::Attempt => Self::Attempt,
            Fact::RetryInMs => Self::Pause(Unit::Milliseconds),
            Fact::RetryInAny => Self::Pause(Unit::Unnamed),
            Fact::Stream => Self::Stream,
            Fact::Method => Self::Method,
            Fact::ServerAddress => Self::Server,
            Fact::Provider => Self::Provider,
            Fact::ServiceTier => Self::Tier,
            Fact::Organization => Self::Organization,
            Fact::Project => Self::Project,
            Fact::Proxy => Self::Proxy,
            Fact::InputTokens => Self::InputTokens,
            Fact::OutputTokens => Self::OutputTokens,
            _ => return None,
        })
    }
}

const LONGEST_SECONDS: f64 = 600.0;

/// Milliseconds of a latency. A bare number under a key without a unit is milliseconds when whole and seconds when it has
/// a fraction: what `int(ms)` and `time.monotonic()` differences print.
/// A fraction beyond the SDKs' time-out of ten minutes counts milliseconds (zerolog).
pub(super) fn latency_ms(value: &str, unit: Unit) -> Option<f64> {
    if let Some(ms) = scan::duration_ms(value) {
        return Some(ms);
    }
    let (number, _) = scan::number(value)?;
    Some(match unit {
        Unit::Milliseconds => number,
        Unit::Seconds => number * 1000.0,
        Unit::Unnamed if value.contains('.') && number <= LONGEST_SECONDS => number * 1000.0,
        Unit::Unnamed => number,
    })
}

#[cfg(test)]
mod tests {
    use super::{Key, Pairs, Unit, latency_ms};

    #[test]
    fn quoted_and_bracketed_values_hold_blanks() {
        let line = r#"failed a="x y" cause=ProxyError('503 Service Unavailable') b='it\'s' c=1, d=2"#;
        let pairs: Vec<_> = Pairs::of(line).collect();
        let cause = "ProxyError('503 Service Unavailable')";
        assert_eq!(
            pairs,
            [("a", "x y"), ("cause", cause), ("b", r"it\'s"), ("c", "1"), ("d", "2")]
        );
    }

    #[test]
    fn what_a_sentence_puts_behind_a_value_is_none_of_it() {
        let line = "failed (model=gpt-4.1): on host=a:8080: f=g(x) tag=llama3:8b, id=req_1:";
        let pairs: Vec<_> = Pairs::of(line).collect();
        let told = [
            ("model", "gpt-4.1"),
            ("host", "a:8080"),
            ("f", "g(x)"),
            ("tag", "llama3:8b"),
            ("id", "req_1"),
        ];
        assert_eq!(pairs, told);
    }

    #[test]
    fn a_query_string_is_no_pair() {
        assert_eq!(Pairs::of("GET /x?api-version=1&b=2").count(), 0);
    }

    #[test]
    fn spelling_does_not_matter() {
        assert_eq!(Key::of("X-Client-Request-Id"), Some(Key::ClientId));
        assert_eq!(Key::of("http.response.status_code"), Some(Key::Status));
    }

    #[test]
    fn a_fraction_without_a_unit_is_seconds() {
        assert_eq!(latency_ms("1.5", Unit::Unnamed), Some(1500.0));
        assert_eq!(latency_ms("1500", Unit::Unnamed), Some(1500.0));
        assert_eq!(latency_ms("1.5", Unit::Milliseconds), Some(1.5));
    }
}
