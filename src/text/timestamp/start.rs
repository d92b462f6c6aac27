//! How far the time stamp at the start of a line goes: it is looked at as a shape, and not yet as a time.

use super::calendar::month_by_name;

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

/// The length of the stamp at the start of `text`: a date and a clock, a clock alone, seconds or milliseconds since the
/// epoch, or glog's `E0306 14:02:11.714000`.
#[must_use]
pub fn length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // What most loggers write: asked of every line, and none of the shapes below can be this one.
    if begins_iso(bytes) {
        return dated_length(text);
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
    if starts_as(bytes, b"add") && bytes.get(3).is_some_and(u8::is_ascii_digit) {
        return glog(bytes);
    }
    dated_length(text)
}

/// The length of the stamp at the start of `text`, where it has a date with marks or blanks between its parts.
#[must_use]
pub fn dated_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if begins_iso(bytes) {
        return Some(ISO_DATE + 1 + clock(bytes.get(ISO_DATE + 1..)?)?);
    }
    if let Some(length) = asctime(text) {
        return Some(length);
    }
    let shape = DATES.iter().find(|date| starts_as(bytes, date.as_bytes()))?;
    let date = shape.len();
    let (written, rest) = bytes.split_at_checked(date)?;
    if shape.contains('a') && !names_a_month(written) {
        return None;
    }
    let between = match rest {
        [b'T' | b' ' | b':' | b'_' | b'\t', ..] => 1,
        [b',', b' ', ..] | [b']', b'[', ..] => 2,
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
        starts_as(stamp.as_bytes(), b"aaa aaa  d dd:dd:dd dddd")
    } else {
        starts_as(stamp.as_bytes(), SHAPE.as_bytes())
    };
    (fits && names_a_month(stamp.as_bytes())).then_some(SHAPE.len())
}

/// Whether one of a date's words is a month: any three letters fit the shapes.
fn names_a_month(date: &[u8]) -> bool {
    date.split(|byte| !byte.is_ascii_alphabetic())
        .any(|word| month_by_name(word).is_some())
}

/// `14:02:11`, a fraction, `PM`, a zone; `2:02PM` without seconds.
fn clock(bytes: &[u8]) -> Option<usize> {
    let Some(shape) = CLOCKS.iter().find(|shape| starts_as(bytes, shape.as_bytes())) else {
        let short = ["dd:ddaM", "d:ddaM"]
            .iter()
            .find(|shape| starts_as(bytes, shape.as_bytes()))?;
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
    if !starts_as(bytes, DATE.as_bytes()) {
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
        "Z", " AM", " PM", " UTC", " GMT", "+dd:dd", "-dd:dd", "+dddd", "-dddd", " +dd:dd", " -dd:dd", " +dddd", " -dddd", "+dd",
        "-dd",
    ]
    .iter()
    .find(|shape| starts_as(bytes, shape.as_bytes()))
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
    if !level || !starts_as(bytes, b"adddd dd:dd:dd.dddddd") {
        return None;
    }
    Some("E0306 14:02:11.714000".len())
}

/// Whether `bytes` begin as a shape does: `d` is a digit, `a` a letter, and all else itself.
#[must_use]
pub fn starts_as(bytes: &[u8], shape: &[u8]) -> bool {
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            b'a' => byte.is_ascii_alphabetic(),
            _ => byte == wanted,
        })
}

#[cfg(test)]
mod tests {
    use super::length;

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
            "2025-03-06 14:02:11.123+01",
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
}
