//! Answers of query interfaces in which a record is a list of values and no object: CloudWatch Logs Insights, and Azure
//! Monitor's tables.
//!
//! Each list becomes the object that a row of CSV becomes (`rows`), which the envelopes of objects read.
//! <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetQueryResults.html>,
//! <https://learn.microsoft.com/azure/azure-monitor/logs/api/response-format>

use super::rows::Columns;
use super::values;
use crate::text::json::{Members, Value, items};
use crate::text::scan;
use memchr::memmem;
use std::borrow::Cow;

/// How the values of a list are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// Each with its name: `[{"field": "@timestamp", "value": …}, …]`.
    OneByOne,
    /// By the columns before the rows.
    ByColumns(Columns),
}

/// How the lists of the answer that begins with `dense` (blanks left out) are named, and how many brackets deep they lie.
pub(super) fn of(dense: &[u8]) -> Option<(Named, u8)> {
    if dense.starts_with(b"{\"results\":[[{\"field\":\"") {
        return Some((Named::OneByOne, 2));
    }
    let tables = dense.strip_prefix(b"{\"tables\":[{")?;
    let at = memmem::find(tables, b"\"columns\":[")?;
    let rows = memmem::find(tables, b"],\"rows\":[")?;
    let columns = str::from_utf8(tables.get(at + b"\"columns\":".len()..=rows)?).ok()?;
    let name = |column: Value<'_>| {
        let Value::Object(column) = column else { return None };
        let mut members = Members::of(column)?;
        members.find_map(|(key, value)| values::plain(value).filter(|_| key == "name").map(str::to_lowercase))
    };
    let names: Option<Vec<String>> = items(columns).map(name).collect();
    Some((Named::ByColumns(Columns::named(&names?, b',')?), 3))
}

/// A list as the object that it stands for, in `scratch`; nothing of one that holds no line.
pub(super) fn object<'a>(named: Named, list: &[u8], scratch: &'a mut Vec<u8>) -> &'a [u8] {
    scratch.clear();
    let list = scan::text(list);
    match named {
        Named::OneByOne => {
            let fields: Vec<(String, Cow<'_, str>)> = items(&list).filter_map(field).collect();
            let (names, cells): (Vec<String>, Vec<Cow<'_, str>>) = fields.into_iter().unzip();
            if let Some(columns) = Columns::named(&names, b',') {
                columns.write(&cells, scratch);
            }
        }
        Named::ByColumns(columns) => {
            let cells: Vec<Cow<'_, str>> = items(&list).map(cell).collect();
            columns.write(&cells, scratch);
        }
    }
    scratch
}

/// `{"field": "@message", "value": "…"}`.
fn field(item: Value<'_>) -> Option<(String, Cow<'_, str>)> {
    let Value::Object(object) = item else { return None };
    let (mut name, mut value) = (None, None);
    for (key, found) in Members::of(object)? {
        match key {
            "field" => name = values::plain(found),
            "value" => value = Some(cell(found)),
            _ => {}
        }
    }
    Some((name?.to_lowercase(), value?))
}

fn cell(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) | Value::Word(text) | Value::Object(text) => Cow::Borrowed(text),
        value => {
            let mut scratch = String::new();
            Cow::Owned(values::text(value, &mut scratch).unwrap_or_default().to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Named, object, of};

    fn made(named: Named, list: &str) -> String {
        String::from_utf8(object(named, list.as_bytes(), &mut Vec::new()).to_vec()).unwrap()
    }

    #[test]
    fn a_list_is_the_object_of_its_names() {
        let (named, depth) = of(br#"{"results":[[{"field":"@timestamp","value":"2026-11-18 08:00:03.123"}"#).unwrap();
        let list = r#"[{"field":"@timestamp","value":"2026-11-18 08:00:03.123"},{"field":"@message","value":"{\"a\":1}"},{"field":"@ptr","value":"C"}]"#;
        assert_eq!(
            (depth, made(named, list)),
            (2, r#"{"_time":"2026-11-18 08:00:03.123","_raw":"{\"a\":1}"}"#.to_owned())
        );
        let head = br#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"TimeGenerated","type":"datetime"},{"name":"PodName","type":"string"},{"name":"LogMessage","type":"dynamic"}],"rows":[["2026"#;
        let (named, depth) = of(head).unwrap();
        let list = r#"["2026-11-18T08:00:03.123Z","web-1","one\ntwo"]"#;
        assert_eq!(
            (depth, made(named, list)),
            (
                3,
                r#"{"_time":"2026-11-18T08:00:03.123Z","host":"web-1","_raw":"one\ntwo"}"#.to_owned()
            )
        );
    }

    #[test]
    fn a_table_of_numbers_and_a_list_of_objects_are_no_lines() {
        for head in [
            r#"{"results":[{"message":"one"}]}"#,
            r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"bin","type":"datetime"},{"name":"count_","type":"long"}],"rows":[["2026",3]]}]}"#,
        ] {
            assert!(of(head.as_bytes()).is_none(), "{head}");
        }
        assert_eq!(made(Named::OneByOne, r#"[{"field":"status","value":"500"}]"#), "");
    }
}
