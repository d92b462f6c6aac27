//! OTLP's log records: an application's lines with their attributes.

use super::attributes::{each, pairs, plain};
use super::{host, members_of, objects};
use crate::gather::formats::json_values::raw;
use crate::gather::formats::told::Told;
use crate::gather::keys::{self, Key};
use crate::model::{Fields, Grain, Instant};
use crate::text::json::{Members, Value, unescape};
use std::borrow::Cow;

/// The severity from which a record is an error (OpenTelemetry's log data model, `SeverityNumber`).
const ERROR_FROM: u32 = 17;

/// Reads `resourceLogs`.
pub(super) fn read(resources: &str, emit: &mut dyn FnMut(&Fields<'_>)) {
    for resource in objects(resources) {
        let host = host(resource);
        // Before version 0.19 of the protocol the scope was called an instrumentation library.
        for name in ["scopeLogs", "instrumentationLibraryLogs"] {
            for scope in members_of(resource, name) {
                for records in ["logRecords", "logs"] {
                    members_of(scope, records).for_each(|record| one(record, host, emit));
                }
            }
        }
    }
}

fn one(record: &str, host: Option<&str>, emit: &mut dyn FnMut(&Fields<'_>)) {
    let mut values: Vec<(Key, Cow<'_, str>)> = Vec::new();
    let mut put = |key: Option<Key>, value: Value<'_>| {
        if let (Some(key), Some(text)) = (key, readable(value)) {
            values.push((key, Cow::Owned(text.into_owned())));
        }
    };
    let (mut time, mut observed, mut span) = (None, None, None);
    for (name, value) in Members::of(record).into_iter().flatten() {
        match (name, value) {
            ("timeUnixNano", _) => time = raw(value).filter(|nanos| *nanos != "0"),
            ("observedTimeUnixNano", _) => observed = raw(value).filter(|nanos| *nanos != "0"),
            ("spanId", _) => span = raw(value).filter(|id| !id.is_empty()),
            ("severityNumber", _) => {
                let number = raw(value).and_then(|number| number.parse::<u32>().ok());
                if number.is_some_and(|number| number >= ERROR_FROM) {
                    put(Some(Key::Level), Value::Text("error"));
                }
            }
            ("body", Value::Object(body)) => {
                if let Some(text) = plain(body) {
                    put(Some(Key::Message), text);
                }
                if let Some(pairs) = pairs(body) {
                    each(pairs, |name, value| put(key(name), value));
                }
            }
            ("attributes", Value::Array(attributes)) => each(attributes, |name, value| put(key(name), value)),
            _ => {}
        }
    }
    if values.is_empty() {
        return;
    }
    let mut told = Told::default();
    if let Some(host) = host {
        told.set(Key::Host, host);
    }
    for (key, text) in &values {
        told.set(*key, text);
    }
    if let Some(time) = time.or(observed) {
        told.set(Key::Timestamp, time);
    }
    told.emit(&mut |fields| {
        // What went wrong within a span, the span tells as well.
        let is_spans = span.is_some() && fields.grain == Grain::Call && fields.status.is_none_or(|status| status >= 400);
        let mut fields = fields.clone();
        if is_spans && fields.ok != Some(true) {
            (fields.grain, fields.instant) = (Grain::Detail, Instant::End);
        }
        emit(&fields);
    });
}

/// What an attribute's name means; a stack by OpenTelemetry's own name.
fn key(name: &str) -> Option<Key> {
    match name {
        "exception.stacktrace" => Some(Key::Trace),
        // The record's own stamps are the time, whatever an attribute says.
        _ => keys::key(name).filter(|key| !matches!(key, Key::Timestamp | Key::Host)),
    }
}

/// A value's text with its escapes undone.
fn readable(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value {
        Value::Escaped(written) => {
            let mut text = String::with_capacity(written.len());
            unescape(written, &mut text);
            Some(Cow::Owned(text))
        }
        _ => raw(value).map(Cow::Borrowed),
    }
}
