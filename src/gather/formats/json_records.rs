//! Takes apart lines that hold several JSON records: `{"records":[…]}` of Azure, an array, or one record on its own.

use super::format::Unread;
use crate::text::json::{Members, Value, items};

/// The longest line that can be the brackets around records.
pub(super) const LONGEST_FRAME: usize = 32;

/// Hands every record of a line to `each`, in their order. A comma behind the record, as in an array with one record a
/// line, is no part of it; brackets alone hold none.
///
/// # Errors
/// [`Unread`] where the line is no JSON, or breaks off.
pub(super) fn each_record<'a>(line: &'a str, mut each: impl FnMut(&'a str)) -> Result<(), Unread> {
    let line = line.trim_ascii().trim_end_matches(',');
    if is_frame(line) {
        return Ok(());
    }
    if line.starts_with('[') {
        objects(line).for_each(each);
        return if line.ends_with(']') { Ok(()) } else { Err(Unread::CutShort) };
    }
    let mut members = Members::of(line).ok_or(Unread::NotThisFormat)?;
    let mut wrapped = false;
    for (name, value) in members.by_ref() {
        if let ("records", Value::Array(array)) = (name, value) {
            wrapped = true;
            objects(array).for_each(&mut each);
        }
    }
    if !members.is_whole() {
        return Err(Unread::CutShort);
    }
    if !wrapped {
        each(line);
    }
    Ok(())
}

/// The objects of an array.
pub(super) fn objects(array: &str) -> impl Iterator<Item = &str> {
    items(array).filter_map(|item| match item {
        Value::Object(object) => Some(object),
        _ => None,
    })
}

/// What stands around the records of a document that has one a line.
fn is_frame(line: &str) -> bool {
    line.len() <= LONGEST_FRAME
        && line
            .replace("\"records\"", "")
            .bytes()
            .all(|byte| matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b' '))
}

/// The name of a column without the type that Log Analytics' older tables hang behind it (`method_s`, `responseCode_d`).
pub(super) fn column(name: &str) -> &str {
    match name.strip_suffix(['s', 'd', 'g', 'b', 't']) {
        Some(bare) => bare.strip_suffix('_').unwrap_or(name),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::each_record;
    use crate::gather::formats::Unread;

    fn records(line: &str) -> (Result<(), Unread>, Vec<&str>) {
        let mut all = Vec::new();
        (each_record(line, |record| all.push(record)), all)
    }

    #[test]
    fn a_line_holds_one_record_or_several() {
        assert_eq!(records(r#"{"a":1}"#), (Ok(()), vec![r#"{"a":1}"#]));
        assert_eq!(records(r#"{"records": [{"a":1}, {"b":2}]}"#).1, [r#"{"a":1}"#, r#"{"b":2}"#]);
        assert_eq!(records(r#"[{"a":1},{"b":2}]"#).1.len(), 2);
    }

    #[test]
    fn the_lines_around_records_hold_none() {
        for line in [r#"{"records":["#, "]}", "[", "]"] {
            assert_eq!(records(line), (Ok(()), vec![]), "{line}");
        }
        assert_eq!(records(r#"{"a":1},"#).1, [r#"{"a":1}"#]);
    }

    #[test]
    fn what_breaks_off_is_told() {
        assert_eq!(records(r#"{"records":[{"a":1},{"b""#).0, Err(Unread::CutShort));
        assert_eq!(records("text").0, Err(Unread::NotThisFormat));
    }
}
