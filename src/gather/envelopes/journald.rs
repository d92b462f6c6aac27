//! journald's JSON: `journalctl -o json`, `json-sse`, `json-seq` and `json-pretty`, one object an entry.

use super::envelope::{Envelope, Letter};
use super::values::{plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value};
use crate::text::scan;
use std::str;

/// The envelope.
pub(super) struct Journald;

/// The fields of an entry that matter, whatever its spelling.
#[derive(Default)]
pub(super) struct Entry<'a> {
    pub(super) stamp: Option<&'a str>,
    pub(super) source_stamp: Option<&'a str>,
    pub(super) host: Option<&'a str>,
    pub(super) process: Option<&'a str>,
    pub(super) container: Option<&'a str>,
    pub(super) container_name: Option<&'a str>,
    pub(super) unit: Option<&'a str>,
    pub(super) identifier: Option<&'a str>,
    pub(super) is_entry: bool,
    pub(super) is_part: bool,
}

impl<'a> Entry<'a> {
    /// Takes a field. <https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html>
    pub(super) fn take(&mut self, key: &str, value: &'a str) {
        match key {
            "__CURSOR" => self.is_entry = true,
            "__REALTIME_TIMESTAMP" => {
                self.stamp = Some(value);
                self.is_entry = true;
            }
            "_SOURCE_REALTIME_TIMESTAMP" => self.source_stamp = Some(value),
            "_HOSTNAME" => self.host = Some(value),
            "_PID" => self.process = Some(value),
            "CONTAINER_ID" => self.container = Some(value),
            "CONTAINER_NAME" => self.container_name = Some(value),
            "_SYSTEMD_UNIT" => self.unit = Some(value),
            "SYSLOG_IDENTIFIER" => self.identifier = Some(value),
            "CONTAINER_PARTIAL_MESSAGE" => self.is_part = value == "true",
            _ => {}
        }
    }

    pub(super) fn letter<'b>(&self, message: &'b [u8]) -> Letter<'b>
    where
        'a: 'b,
    {
        Letter {
            text: message.strip_suffix(b"\n").unwrap_or(message),
            stamp: self.source_stamp.or(self.stamp),
            host: self.host,
            // Docker's daemon writes for all of its containers (journald driver).
            process: self.container.or(self.process).unwrap_or_default(),
            service: self.container_name.or(self.unit).or(self.identifier).unwrap_or_default(),
            stream: "",
            is_part: self.is_part,
        }
    }
}

fn read(line: &str) -> Option<(Entry<'_>, Option<Value<'_>>)> {
    let mut entry = Entry::default();
    let mut message = None;
    for (key, value) in Members::of(line)? {
        if key == "MESSAGE" {
            message = Some(value);
        } else if let Some(value) = plain(value) {
            entry.take(key, value);
        }
    }
    entry.is_entry.then_some((entry, message))
}

/// An object without what stands before it: `data: ` of server-sent events, the separator of RFC 7464.
fn bare(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\x1e").unwrap_or(line);
    line.strip_prefix(b"data: ").unwrap_or(line)
}

impl Envelope for Journald {
    fn name(&self) -> &'static str {
        "journald's JSON"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(bare(line));
        if read(&line).is_some() { Fit::Yes } else { Fit::No }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(bare(line));
        let Some((entry, message)) = read(&line) else { return false };
        // `null` stands for a message that is too long for JSON.
        if let Some(message) = message.and_then(|message| text(message, scratch)) {
            give(&entry.letter(message.as_bytes()));
        }
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"__CURSOR":"s=1;i=2","__REALTIME_TIMESTAMP":"1741269731123456","_HOSTNAME":"web-1","_PID":"42","PRIORITY":"6","MESSAGE":"llm call ok"}"#,
                "llm call ok",
            ),
            (
                r#"{"MESSAGE":[27,91,51,50,109,111,107],"__REALTIME_TIMESTAMP":"1741269731123456","_PID":"42"}"#,
                "\u{1b}[32mok",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://systemd.io/JOURNAL_EXPORT_FORMATS/#journal-json-format"
    }
}
