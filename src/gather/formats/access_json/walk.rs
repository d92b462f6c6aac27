//! What the members of an access line are: by their names, and by the groups that they stand in or name with dots.

use crate::gather::formats::access_keys::{Key, named};
use crate::gather::formats::json_values::{each, first};
use crate::gather::formats::shapes;
use crate::gather::keys::Folded;
use crate::text::json::{Members, Value};

/// Groups within groups that are walked.
const DEEPEST: u32 = 4;

/// One member.
pub(super) enum Member<'a> {
    Key(Key),
    RequestHeader(&'a str),
    ResponseHeader(&'a str),
    /// A group that holds a request which was served.
    Served,
    /// The group of what was asked, and that of what was answered.
    Asked,
    Answered,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The line itself, or a group that means nothing by itself.
    Line,
    /// A group whose name is part of its members' names and may be left out (`http`, `url`).
    Named(&'static str),
    /// A group without whose name its members' names mean something else.
    Only(&'static str),
    /// What was asked, and what was answered.
    Request,
    Response,
    /// How long things took.
    Times,
    RequestHeaders,
    ResponseHeaders,
}

/// Gives every member that has a meaning.
pub(super) fn members<'a>(members: &mut Members<'a>, give: &mut dyn FnMut(Member<'a>, Value<'a>)) {
    for (name, value) in members {
        member(Place::Line, name, value, DEEPEST, give);
    }
}

fn member<'a>(place: Place, name: &'a str, value: Value<'a>, depth: u32, give: &mut dyn FnMut(Member<'a>, Value<'a>)) {
    match place {
        Place::RequestHeaders => return give(Member::RequestHeader(name), value),
        Place::ResponseHeaders => return give(Member::ResponseHeader(name), value),
        _ => {}
    }
    let Some(folded) = Folded::of(name) else { return };
    if let Some(group @ Value::Object(_)) = first(value) {
        if let Some(Key::Foreign) = named(&folded).filter(|_| place == Place::Line) {
            give(Member::Key(Key::Foreign), value);
        }
        let Some(inner) = inner(place, folded.bytes()).filter(|_| depth > 0) else {
            return;
        };
        match inner {
            _ if folded.bytes() == b"httprequest" => give(Member::Served, value),
            Place::Request => give(Member::Asked, value),
            Place::Response => give(Member::Answered, value),
            _ => {}
        }
        return each(group, |name, value| member(inner, name, value, depth - 1, give));
    }
    if let Some(key) = leaf(place, &folded).filter(|key| name.len() > 1 || has_shape(*key, value)) {
        // ECS counts nanoseconds, and sites that fill its fields seconds.
        let is_fraction = matches!(value, Value::Text(text) | Value::Word(text) if text.contains('.'));
        give(Member::Key(if is_fraction { key.in_seconds() } else { key }), value);
    } else if let Some((group, rest)) = name.split_once('.') {
        let inner = Folded::of(group).and_then(|group| inner(place, group.bytes()));
        if let Some(inner) = inner.filter(|_| depth > 0) {
            member(inner, rest, value, depth - 1, give);
        }
    }
}

/// Whether a value under a name of one letter is what that may stand for.
fn has_shape(key: Key, value: Value<'_>) -> bool {
    let (Value::Text(text) | Value::Word(text)) = value else {
        return false;
    };
    match key {
        Key::Method => shapes::is_usual_method(text),
        Key::Url => text.starts_with('/'),
        Key::Status => text.len() == 3,
        _ => text.len() >= 10,
    }
}

/// What a group of a place is; `None` where nothing in it is the exchange's.
fn inner(place: Place, group: &[u8]) -> Option<Place> {
    Some(match (place, group) {
        (Place::Request, b"headers" | b"header") => Place::RequestHeaders,
        (Place::Response, b"headers" | b"header") => Place::ResponseHeaders,
        (Place::Request | Place::Response | Place::Only(_) | Place::Times, _) => return None,
        (_, b"requestheaders" | b"reqheaders") => Place::RequestHeaders,
        (_, b"responseheaders" | b"resheaders") => Place::ResponseHeaders,
        (_, b"req" | b"request") => Place::Request,
        (_, b"res" | b"resp" | b"response") => Place::Response,
        (_, b"up" | b"ups" | b"upstream" | b"upstreams" | b"backend") => Place::Only("upstream"),
        (_, b"client" | b"remote" | b"source") => Place::Only("client"),
        (_, b"server") => Place::Only("server"),
        (_, b"event") => Place::Only("event"),
        (_, b"useragent") => Place::Only("useragent"),
        (_, b"time" | b"timing" | b"timings") => Place::Times,
        (_, b"url") => Place::Named("url"),
        (_, b"http" | b"httprequest" | b"httpinfo") => Place::Named("http"),
        (_, b"network") => Place::Named("network"),
        (
            _,
            b"nginx" | b"apache" | b"httpd" | b"access" | b"meta" | b"attributes" | b"attrs" | b"fields" | b"data" | b"extra"
            | b"context" | b"payload" | b"jsonpayload" | b"labels",
        ) => Place::Line,
        _ => return None,
    })
}

/// The key that a name has in its place.
fn leaf(place: Place, name: &Folded) -> Option<Key> {
    let with = |group: &str| Folded::behind(group, name).as_ref().and_then(named);
    match place {
        Place::Line => named(name).or_else(|| letter(name.bytes())),
        Place::Named(group) => with(group).or_else(|| named(name)),
        Place::Only(group) => with(group),
        Place::Request => with("request").or_else(|| named(name)).filter(|key| *key != Key::Status),
        Place::Response => with("response")
            .or_else(|| named(name))
            .filter(|key| !matches!(key, Key::Method | Key::Url | Key::Time | Key::Client)),
        Place::Times => with("request").or_else(|| with("upstream")),
        Place::RequestHeaders | Place::ResponseHeaders => None,
    }
}

/// The names of one letter that circulate; what a site calls so otherwise has another shape, and fails the line.
fn letter(name: &[u8]) -> Option<Key> {
    match name {
        b"t" => Some(Key::Time),
        b"m" => Some(Key::Method),
        b"u" => Some(Key::Url),
        b"s" => Some(Key::Status),
        _ => None,
    }
}

/// What a member of the line itself may differ in from line to line.
pub(super) enum Owned {
    /// What its key says; `None` where nobody reads it.
    Key(Option<Key>),
    /// Nothing: it is compared as it is.
    Whole,
}

/// What is a line's own under a name of the line itself.
pub(super) fn own_key(name: &str) -> Owned {
    let Some(folded) = Folded::of(name) else {
        return Owned::Key(None);
    };
    match leaf(Place::Line, &folded) {
        Some(Key::Bytes) => Owned::Key(None),
        Some(key) => Owned::Key(Some(key)),
        // A name with dots may be one in groups.
        None if name.contains('.') => Owned::Whole,
        None => Owned::Key(None),
    }
}
