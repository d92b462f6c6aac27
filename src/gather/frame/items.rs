//! Takes the items of one array out of a JSON document of any size, as a stream.
//!
//! A document cannot be read from its middle, so it has one reader. Of an item only what a log's reader can use is
//! kept: a string is cut at [`STRING_LIMIT`] (response bodies), and members that are named in [`Items::left_out`] are
//! `null`. What is kept depends on the bytes alone, never on how they come in.

use super::cut::{Ended, Sink};
use super::kept::{Kept, Read};
use super::window::{Refill, Window};
use memchr::memchr2;
use std::io;
use std::ops::ControlFlow;

/// Where a document keeps its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Items {
    /// The members that lead from the document's root to the array; none where the root is the array. `None` where there
    /// is no array, and the documents follow each other: each is an item.
    pub array: Option<&'static [&'static str]>,
    /// Members of an item, at any depth, whose value is of no use and may be long.
    pub left_out: &'static [&'static str],
}

impl Items {
    /// The containers around an item.
    fn above(self) -> usize {
        self.array.map_or(0, |path| path.len() + 1)
    }

    fn path(self) -> &'static [&'static str] {
        self.array.unwrap_or_default()
    }
}

/// Containers within each other; `serde_json` stops here too.
const DEEPEST: usize = 128;

/// The longest name of a member that is compared.
const LONGEST_NAME: usize = 64;

/// Reads a document and gives `sink` the objects in its array. Lines are those on which they start.
pub fn items(window: &mut Window, reader: &mut dyn Refill, items: Items, sink: &mut dyn Sink) -> Ended {
    window.clear();
    let mut scanner = Scanner::new(items, sink);
    let broken = loop {
        let done = scanner.take(window.filled());
        window.clear();
        if done.is_break() {
            break Some(io::Error::new(io::ErrorKind::InvalidData, "it is no JSON from there on"));
        }
        match reader.more(window) {
            Ok(0) => break scanner.end(),
            Ok(_) => {}
            Err(error) => break Some(error),
        }
    };
    Ended {
        newlines: scanner.newlines,
        broken,
    }
}

/// Where in the grammar the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A value, or a comma or end before one.
    Value,
    /// A member's name.
    Name,
    /// In a string; a name or a value.
    Text { is_name: bool },
    /// Behind a backslash.
    Escape { is_name: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Object,
    Array,
}

struct Scanner<'a> {
    items: Items,
    sink: &'a mut dyn Sink,
    place: Place,
    open: Vec<Open>,
    /// How many of the open containers lead to the array.
    on_path: usize,
    /// The last name that was read, and whether it is whole.
    name: Vec<u8>,
    kept: Kept,
    newlines: u64,
}

impl<'a> Scanner<'a> {
    fn new(items: Items, sink: &'a mut dyn Sink) -> Self {
        Self {
            items,
            sink,
            place: Place::Value,
            open: Vec::new(),
            on_path: 0,
            name: Vec::new(),
            kept: Kept::default(),
            newlines: 0,
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> ControlFlow<()> {
        while let Some((&byte, rest)) = bytes.split_first() {
            bytes = match self.place {
                Place::Text { is_name } => self.text(bytes, is_name),
                Place::Escape { is_name } => {
                    self.keep_text(&[b'\\', byte], is_name);
                    self.place = Place::Text { is_name };
                    rest
                }
                Place::Value | Place::Name => {
                    self.newlines += u64::from(byte == b'\n');
                    self.structure(byte)?;
                    rest
                }
            };
        }
        ControlFlow::Continue(())
    }

    /// Reads on in a string; what follows it.
    fn text<'b>(&mut self, bytes: &'b [u8], is_name: bool) -> &'b [u8] {
        let found = memchr2(b'"', b'\\', bytes);
        let (text, rest) = bytes.split_at(found.unwrap_or(bytes.len()));
        self.keep_text(text, is_name);
        let Some((special, rest)) = rest.split_first() else {
            return rest;
        };
        if *special == b'\\' {
            self.place = Place::Escape { is_name };
        } else {
            self.kept.keep(b"\"");
            self.place = Place::Value;
            if !is_name {
                self.kept.unmute(self.open.len());
            }
        }
        rest
    }

    fn structure(&mut self, byte: u8) -> ControlFlow<()> {
        match byte {
            b'{' => return self.begin(Open::Object),
            b'[' => return self.begin(Open::Array),
            b'}' => return self.finish(Open::Object),
            b']' => return self.finish(Open::Array),
            b'"' => {
                if self.open.is_empty() {
                    return ControlFlow::Break(());
                }
                let is_name = self.place == Place::Name;
                if is_name {
                    self.name.clear();
                } else {
                    self.mute();
                }
                self.kept.begin_string();
                self.place = Place::Text { is_name };
            }
            b',' => {
                self.kept.keep(b",");
                self.place = if self.open.last() == Some(&Open::Object) {
                    Place::Name
                } else {
                    Place::Value
                };
            }
            b' ' | b'\t' | b'\r' | b'\n' => self.kept.blank(),
            // Around a document: a byte order mark, the NULs of a truncated log, the record separator of RFC 7464.
            _ if self.open.is_empty() && !matches!(byte, 0 | 0x1e | 0xef | 0xbb | 0xbf) => return ControlFlow::Break(()),
            // A block of a log that was lost holds zeros.
            0 if !self.open.is_empty() => return ControlFlow::Break(()),
            _ => self.kept.keep(&[byte]),
        }
        ControlFlow::Continue(())
    }

    fn begin(&mut self, container: Open) -> ControlFlow<()> {
        let depth = self.open.len();
        if depth >= DEEPEST {
            return ControlFlow::Break(());
        }
        if self.on_path == depth && !self.kept.is_open() {
            if self.leads_on(container) {
                self.on_path += 1;
            } else if depth == self.items.above() && container == Open::Object {
                self.kept.open(self.newlines + 1);
            }
        }
        self.mute();
        self.kept.keep(if container == Open::Object { b"{" } else { b"[" });
        self.open.push(container);
        self.place = if container == Open::Object {
            Place::Name
        } else {
            Place::Value
        };
        ControlFlow::Continue(())
    }

    /// Whether a container that begins here is the next one on the way to the array.
    fn leads_on(&self, container: Open) -> bool {
        let (depth, path) = (self.open.len(), self.items.path());
        let is_named = match depth.checked_sub(1) {
            None => self.items.array.is_some(),
            Some(above) => path.get(above).is_some_and(|name| self.name == name.as_bytes()),
        };
        is_named && depth <= path.len() && container == if depth == path.len() { Open::Array } else { Open::Object }
    }

    fn finish(&mut self, container: Open) -> ControlFlow<()> {
        if self.open.pop() != Some(container) {
            return ControlFlow::Break(());
        }
        self.kept.keep(if container == Open::Object { b"}" } else { b"]" });
        self.kept.unmute(self.open.len());
        self.place = Place::Value;
        let depth = self.open.len();
        if depth == self.items.above() {
            match self.kept.close() {
                Some(Read::Item(line, item)) => self.sink.record(line, item),
                Some(Read::TooLong(line)) => self.sink.too_long(line),
                None => {}
            }
        }
        self.on_path = self.on_path.min(depth);
        ControlFlow::Continue(())
    }

    /// The bytes are at their end.
    fn end(&mut self) -> Option<io::Error> {
        if let Some(Read::Item(line, item)) = self.kept.close() {
            self.sink.unfinished(line, item);
        }
        let is_whole = self.open.is_empty();
        (!is_whole).then(|| io::Error::new(io::ErrorKind::UnexpectedEof, "the document is cut short"))
    }

    /// A value begins: where its member is left out, nothing of it is kept.
    fn mute(&mut self) {
        let depth = self.open.len();
        let is_member = self.open.last() == Some(&Open::Object) && depth > self.items.above();
        let is_left_out = || self.items.left_out.iter().any(|name| self.name == name.as_bytes());
        if is_member && is_left_out() {
            self.kept.mute(depth);
        }
    }

    fn keep_text(&mut self, text: &[u8], is_name: bool) {
        if is_name && self.name.len() <= LONGEST_NAME {
            let room = LONGEST_NAME + 1 - self.name.len();
            self.name.extend(text.iter().take(room));
        }
        self.kept.keep_text(text);
    }
}
