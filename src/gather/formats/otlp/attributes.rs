//! OTLP's attributes: `[{"key":"a","value":{"stringValue":"b"}}, …]`.

use crate::gather::formats::json_records::objects;
use crate::text::json::{Members, Value, items};

/// Hands every attribute's name and plain value to `each`; of an array its first value, of a list of pairs every one.
pub(super) fn each<'a>(array: &'a str, mut each: impl FnMut(&'a str, Value<'a>)) {
    for attribute in objects(array) {
        if let Some((name, value)) = pair(attribute) {
            each(name, value);
        }
    }
}

fn pair(attribute: &str) -> Option<(&str, Value<'_>)> {
    let (mut name, mut value) = (None, None);
    for (key, member) in Members::of(attribute)? {
        match (key, member) {
            ("key", Value::Text(text)) => name = Some(text),
            ("value", Value::Object(any)) => value = plain(any),
            _ => {}
        }
    }
    name.zip(value)
}

/// The plain value of an `AnyValue`; nothing for a list of pairs.
pub(super) fn plain(any: &str) -> Option<Value<'_>> {
    let (kind, value) = Members::of(any)?.next()?;
    match (kind, value) {
        ("arrayValue", Value::Object(inside)) => {
            let (_, Value::Array(values)) = Members::of(inside)?.find(|(name, _)| *name == "values")? else {
                return None;
            };
            match items(values).next()? {
                Value::Object(first) => match Members::of(first)?.next()? {
                    (_, Value::Object(_) | Value::Array(_)) => None,
                    (_, value) => Some(value),
                },
                _ => None,
            }
        }
        (_, Value::Object(_) | Value::Array(_)) => None,
        (_, value) => Some(value),
    }
}

/// The pairs of an `AnyValue` that is a list of them.
pub(super) fn pairs(any: &str) -> Option<&str> {
    let (_, Value::Object(inside)) = Members::of(any)?.find(|(kind, _)| *kind == "kvlistValue")? else {
        return None;
    };
    match Members::of(inside)?.find(|(name, _)| *name == "values")? {
        (_, Value::Array(values)) => Some(values),
        _ => None,
    }
}
