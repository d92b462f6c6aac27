//! Takes off a record what its writer did not mean: line endings, a byte order mark, and NULs.

/// Whether nothing has to be taken off a record, as of nearly every one: it begins and ends with a letter, a digit or a sign
/// of ASCII.
#[inline]
pub(super) fn is_trim(record: &[u8]) -> bool {
    matches!((record.first(), record.last()), (Some(first), Some(last)) if first.is_ascii_graphic() && last.is_ascii_graphic())
}

/// A record without its line ending, without a byte order mark, and without the NULs that a log truncated under its
/// writer begins or ends with.
pub(super) fn trimmed(record: &[u8], is_first: bool) -> &[u8] {
    let record = if is_first {
        record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record)
    } else {
        record
    };
    let start = record.iter().position(|byte| *byte != 0).unwrap_or(record.len());
    let end = record.iter().rposition(|byte| *byte != 0).map_or(start, |last| last + 1);
    without_ending(record.get(start..end).unwrap_or_default())
}

/// A line or a record without its ending.
pub(super) fn without_ending(mut record: &[u8]) -> &[u8] {
    while let Some((b'\r' | b'\n', rest)) = record.split_last() {
        record = rest;
    }
    record
}

/// A record of several lines that Windows wrote, as a format expects it.
pub(super) fn without_carriage_returns(record: &[u8]) -> Vec<u8> {
    let mut lines = Vec::with_capacity(record.len());
    for line in record.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_suffix(b"\r\n") {
            Some(line) => lines.extend([line, b"\n"].concat()),
            None => lines.extend(line),
        }
    }
    lines
}
