//! Where a logger's time stamp ends; `text::timestamp` reads what it means.

use crate::text::json::{Members, Value};
use std::borrow::Cow;

/// Dates, `d` a digit and `a` a letter. Two of a kind: the shorter one stands later.
const DATES: [&str; 17] = [
    "dddd-dd-dd",
    "dddd/dd/dd",
    "dddd.dd.dd",
    "dd/dd/dddd",
    "d/dd/dddd",
    "dd/d/dddd",
    "d/d/dddd",
    "dd.dd.dddd",
    "dd-dd-dddd",
    "dd-dd",
    "dd/aaa/dddd",
    "dd-aaa-dddd",
    "dd aaa dddd",
    "aaa dd, dddd",
    "aaa dd dddd",
    "aaa, dd aaa dddd",
    "aaa dd",
];

/// Bytes of the first of them, `2026-09-14`.
const ISO_DATE: usize = 10;

/// Clocks to the second.
const CLOCKS: [&str; 2] = ["dd:dd:dd", "d:dd:dd"];

/// The months' names, so that a word of three letters is no date.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The length of the stamp at the start of `text`: a date and a clock, a clock alone, seconds or milliseconds since the
/// epoch, or glog's `E0306 14:02:11.714000`.
pub(super) fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // What most loggers write: asked of every line, and none of the shapes below can be this one.
    if begins_iso(bytes) {
        return Some(ISO_DATE + 1 + clock(bytes.get(ISO_DATE + 1..)?)?);
    }
    let first = bytes.first().filter(|first| first.is_ascii_alphanumeric())?;
    if first.is_ascii_digit() {
        if let Some(length) = clock(bytes) {
            return Some(length);
        }
        if let Some(length) = epoch(bytes).or_else(|| basic(bytes)) {
            return Some(length);
        }
    }
    if starts(bytes, b"add") && bytes.get(3).is_some_and(u8::is_ascii_digit) {
        return glog(bytes);
    }
    if let Some(length) = asctime(text) {
        return Some(length);
    }
    let shape = DATES.iter().find(|date| starts(bytes, date.as_bytes()))?;
    let date = shape.len();
    let named = |month: &&str| text.get(..date).is_some_and(|date| date.contains(month));
    if shape.contains('a') && !MONTHS.iter().any(named) {
        return None;
    }
    let rest = bytes.get(date..)?;
    let between = match rest {
        [b'T' | b' ' | b':' | b'_' | b'\t', ..] => 1,
        [b',', b' ', ..] => 2,
        _ => return None,
    };
    Some(date + between + clock(rest.get(between..)?)?)
}

/// Whether a text begins with `2026-09-14T09:11:03`, or with a blank for the `T`.
fn begins_iso(bytes: &[u8]) -> bool {
    let Some(&[a, b, c, d, b'-', e, f, b'-', g, h, b'T' | b' ', i, j, b':', k, l, b':', m, n]) = bytes.first_chunk() else {
        return false;
    };
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n].iter().all(u8::is_ascii_digit)
}

/// The length of `Wed Sep  2 15:01:15 2026`, as C's `asctime` and `%c` of many locales print a time.
fn asctime(text: &str) -> Option<usize> {
    const SHAPE: &str = "aaa aaa dd dd:dd:dd dddd";
    let stamp = text.get(..SHAPE.len())?;
    let is_padded = stamp.as_bytes().get(8) == Some(&b' ');
    let fits = if is_padded {
        starts(stamp.as_bytes(), b"aaa aaa  d dd:dd:dd dddd")
    } else {
        starts(stamp.as_bytes(), SHAPE.as_bytes())
    };
    let month = stamp.get(4..7)?;
    (fits && MONTHS.contains(&month)).then_some(SHAPE.len())
}

/// The stamp in the object behind a message: winston's `combine(timestamp(), simple())` writes it nowhere else.
pub(super) fn behind(message: &str) -> Option<&str> {
    // JSON without blanks: none of its objects has one before it but the outermost.
    let at = message.ends_with('}').then(|| message.rfind(" {\""))??;
    let mut members = Members::of(message.get(at + 1..)?)?;
    let (_, stamp) = members.find(|(key, _)| *key == "timestamp")?;
    match stamp {
        Value::Text(stamp) => Some(stamp),
        _ => None,
    }
}

/// Whether a stamp has exactly this shape.
pub(super) fn fits(stamp: &str, shape: &str) -> bool {
    stamp.len() == shape.len() && starts(stamp.as_bytes(), shape.as_bytes())
}

/// The stamp as `text::timestamp` reads it: glog's month and day get a name and a blank, Airflow's date loses its comma.
pub(super) fn readable(stamp: &str) -> Cow<'_, str> {
    if starts(stamp.as_bytes(), b"dddd-dd-dd, ") {
        return Cow::Owned(stamp.replacen(',', "", 1));
    }
    if !is_glog(stamp) {
        return Cow::Borrowed(stamp);
    }
    let month = stamp.get(1..3).and_then(|month| month.parse::<usize>().ok());
    let named = month.and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied();
    match (named, stamp.get(3..5), stamp.get(6..)) {
        (Some(month), Some(day), Some(clock)) => Cow::Owned(format!("{month} {day} {clock}")),
        _ => Cow::Borrowed(stamp),
    }
}

/// Whether a stamp is glog's, with the level's letter before the month.
pub(super) fn is_glog(stamp: &str) -> bool {
    starts(stamp.as_bytes(), b"adddd ")
}

fn starts(bytes: &[u8], shape: &[u8]) -> bool {
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            _ => byte == wanted,
        })
}

/// `14:02:11`, a fraction, `PM`, a zone; `2:02PM` without seconds.
fn clock(bytes: &[u8]) -> Option<usize> {
    let Some(shape) = CLOCKS.iter().find(|shape| starts(bytes, shape.as_bytes())) else {
        let short = ["dd:ddaM", "d:ddaM"].iter().find(|shape| starts(bytes, shape.as_bytes()))?;
        return Some(short.len());
    };
    Some(shape.len() + behind_seconds(bytes.get(shape.len()..).unwrap_or(&[])))
}

/// The length of a fraction and what may follow it.
fn behind_seconds(bytes: &[u8]) -> usize {
    let fraction = match bytes {
        [b',' | b'.', rest @ ..] => 1 + digits(rest),
        _ => 0,
    };
    let fraction = if (2..=10).contains(&fraction) { fraction } else { 0 };
    fraction + suffix(bytes.get(fraction..).unwrap_or(&[]))
}

/// `20250306T140211Z`, `20250306 140211`, `20250306-14:02:11`, `20250306140211`.
fn basic(bytes: &[u8]) -> Option<usize> {
    const DATE: &str = "20dddddd";
    if !starts(bytes, DATE.as_bytes()) {
        return None;
    }
    let between = usize::from(matches!(bytes.get(DATE.len())?, b'T' | b' ' | b'_' | b'-'));
    let begins = DATE.len() + between;
    let rest = bytes.get(begins..)?;
    let length = match digits(rest) {
        6 => 6 + behind_seconds(rest.get(6..)?),
        9 if between == 0 => 9,
        2 if between == 1 => clock(rest)?,
        _ => return None,
    };
    Some(begins + length)
}

/// How many digits come first.
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// ` AM`, ` PM`, `Z`, ` UTC`, `+01:00`, ` +0100`.
fn suffix(bytes: &[u8]) -> usize {
    // Behind most clocks comes the next word.
    let is_one = matches!(
        bytes,
        [b'Z' | b'+' | b'-', ..] | [b' ', b'A' | b'P' | b'U' | b'G' | b'+' | b'-', ..]
    );
    if !is_one {
        return 0;
    }
    [
        "Z", " AM", " PM", " UTC", " GMT", "+dd:dd", "-dd:dd", "+dddd", "-dddd", " +dd:dd", " -dd:dd", " +dddd", " -dddd",
    ]
    .iter()
    .find(|shape| starts(bytes, shape.as_bytes()))
    .map_or(0, |shape| shape.len())
}

/// Seconds since the epoch (ten digits, with a fraction perhaps), or their thousandths, millionths and milliardths.
fn epoch(bytes: &[u8]) -> Option<usize> {
    let whole = digits(bytes);
    let fraction = match bytes.get(whole..) {
        Some([b'.', rest @ ..]) => 1 + digits(rest),
        _ => 0,
    };
    matches!(whole, 10 | 13 | 16 | 19).then_some(whole + fraction)
}

/// `E0306 14:02:11.714000`: glog, klog and absl.
fn glog(bytes: &[u8]) -> Option<usize> {
    let level = bytes.first().is_some_and(|first| b"IWEF".contains(first));
    if !level || !starts(bytes, b"adddd dd:dd:dd.dddddd") {
        return None;
    }
    Some("E0306 14:02:11.714000".len())
}

#[cfg(test)]
mod tests {
    use super::{behind, length, readable};

    #[test]
    fn every_loggers_stamp_is_measured() {
        for stamp in [
            "2026-09-14 09:11:03,228",
            "2025-03-06T14:02:11.123+01:00",
            "2025-03-06 14:02:11.714 +01:00",
            "2025/03/06 14:02:11.123456",
            "06/Mar/2025:14:02:11 +0000",
            "06 Mar 2025 14:02:11,123",
            "Mar 06, 2025 2:02:11 PM",
            "03/06/2025, 2:02:11 PM",
            "Mar 06 14:02:11",
            "Mar 06 2025 14:02:11",
            "Thu, 06 Mar 2025 14:02:11 GMT",
            "06-03-2025 14:02:11.123",
            "03-06 14:02:11",
            "20250306T140211Z",
            "20250306 140211,123",
            "20250306-14:02:11",
            "20250306140211",
            "14:02:11.123",
            "2:02PM",
            "1741269731.562",
            "1741269731562",
            "E0306 14:02:11.714000",
        ] {
            assert_eq!(length(&format!("{stamp} x")), Some(stamp.len()), "{stamp}");
        }
    }

    #[test]
    fn words_and_numbers_are_no_stamps() {
        for text in [
            "The 10 14:02:11",
            "12345",
            "Err 12",
            "E0306",
            "10.0.0.7 - -",
            "2025-03-06",
            "20250306",
            "20250306 14021",
            "12-34-56",
        ] {
            assert_eq!(length(text), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_behind_the_message_is_the_outermost_objects() {
        let line = r#"summary {x} failed {"err":{"timestamp":"no"},"said":"a {\"b\"","timestamp":"2026-09-14T08:09:12.420Z"}"#;
        assert_eq!(behind(line), Some("2026-09-14T08:09:12.420Z"));
        for line in [r#"done {"a":1}"#, r#"{"timestamp":1} done"#, "}", r#"done {"timestamp":17"#] {
            assert_eq!(behind(line), None, "{line}");
        }
    }

    #[test]
    fn glogs_day_gets_its_months_name() {
        assert_eq!(readable("E0306 14:02:11.714000"), "Mar 06 14:02:11.714000");
    }
}
