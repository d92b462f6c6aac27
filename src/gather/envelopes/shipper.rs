//! Objects that a shipper made of lines: Fluent Bit, Fluentd, Vector, Filebeat, `logcli -o jsonl`.
//!
//! Programs write objects too, with `message` and `timestamp` among their own keys. So the keys decide: those that only a
//! shipper writes make it certain, those that only a program writes rule it out.

use super::docker::is_docker;
use super::envelope::{Envelope, Letter};
use super::values::{begins_anew, has_no_time, is_dated, is_dated_access, plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The envelope.
pub(super) struct Shipper;

/// Keys that syslog daemons' templates write beside a severity of theirs (rsyslog's property names; syslog-ng's macros).
const SYSLOGS: [&str; 7] = [
    "program",
    "programname",
    "syslogtag",
    "sysloghost",
    "syslogfacility-text",
    "facility",
    "procid",
];

/// Keys of a program's own objects.
const PROGRAMS: [&str; 13] = [
    "level",
    "logger",
    "logger_name",
    "levelname",
    "log.level",
    "log.logger",
    "status",
    "model",
    "msg",
    "event.name",
    "trace_id",
    "ecs.version",
    "name",
];

#[derive(Default)]
struct Object<'a> {
    message: Option<Value<'a>>,
    log: Option<Value<'a>>,
    stamp: Option<&'a str>,
    pod: Option<&'a str>,
    host: Option<&'a str>,
    container: &'a str,
    /// The file that the shipper read, or the tag that it gave: a service's name where no container has one.
    file: &'a str,
    process: &'a str,
    stream: &'a str,
    is_part: bool,
    /// A key stands in it that only a shipper writes.
    is_marked: bool,
    /// A syslog daemon wrote it.
    is_syslogs: bool,
    /// It has Better Stack's name of a time, which is told from a program's object by what else stands in it.
    is_dt: bool,
    /// A key stands in it of which nothing is known.
    is_strange: bool,
    /// Members of it.
    members: usize,
}

impl<'a> Object<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut object = Self::default();
        let mut members = Members::of(line)?;
        let mut severity = false;
        for (key, value) in members.by_ref() {
            object.members += 1;
            if key == "severity" {
                severity = true;
            } else if PROGRAMS.contains(&key) {
                return None;
            } else {
                object.take(key, value);
            }
        }
        if severity && !object.is_syslogs {
            return None;
        }
        let is_known = !object.is_strange || object.is_marked;
        (members.is_whole() && is_known && object.inside().is_some()).then_some(object)
    }

    fn take(&mut self, key: &str, value: Value<'a>) {
        match (key, value) {
            ("message" | "line" | "_msg", _) => self.message = Some(value),
            ("log", _) => self.log = Some(value),
            // Fluent Bit's seconds with a fraction (`json_date_key`).
            ("date", Value::Word(seconds)) if seconds.contains('.') => (self.stamp, self.is_marked) = (Some(seconds), true),
            // Better Stack's; where a program writes `dt`, it is a duration.
            ("dt", Value::Text(stamp)) if is_dated(stamp.as_bytes()) => (self.stamp, self.is_dt) = (Some(stamp), true),
            ("dt", _) => self.stamp = plain(value),
            ("timestamp" | "@timestamp" | "time" | "date" | "_time", _) => self.stamp = plain(value).or(self.stamp),
            ("stream", Value::Text(stream @ ("stdout" | "stderr"))) => (self.stream, self.is_marked) = (stream, true),
            ("logtag" | "_p", Value::Text(tag)) => (self.is_part, self.is_marked) = (tag == "P", true),
            ("kubernetes", Value::Object(inside)) => {
                self.is_marked = true;
                self.kubernetes(inside);
            }
            ("pod_name" | "pod", Value::Text(pod)) => self.pod = Some(pod),
            ("host" | "hostname" | "sysloghost", Value::Text(host)) => self.host = Some(host),
            ("host" | "labels", Value::Object(inside)) => self.named(inside),
            ("container_name", Value::Text(name)) => (self.container, self.is_marked) = (name, true),
            ("file" | "filename", Value::Text(file)) => (self.file, self.is_marked) = (file, true),
            ("tag", Value::Text(tag)) => self.file = tag,
            ("container_id", Value::Text(id)) => (self.process, self.is_marked) = (id, true),
            ("source_type" | "ddsource" | "agent" | "docker" | "input" | "container_created_at", _) => self.is_marked = true,
            ("ecs" | "event" | "source" | "fields" | "tags" | "offset" | "@version" | "@metadata" | "log_processed", _) => {}
            (key, _) if SYSLOGS.contains(&key) => (self.is_syslogs, self.is_marked) = (true, true),
            _ => self.is_strange = true,
        }
    }

    /// Fluent Bit and Vector write `pod_name`, Filebeat `pod: {name}`. The pod is the program's host, as a worker is.
    fn kubernetes(&mut self, inside: &'a str) {
        for (key, value) in Members::of(inside).into_iter().flatten() {
            match (key, value) {
                ("pod_name", Value::Text(pod)) => self.pod = Some(pod),
                ("pod", Value::Object(pod)) => self.pod = member(pod, "name").or(self.pod),
                ("host" | "pod_node_name", Value::Text(node)) => self.host = self.host.or(Some(node)),
                ("container_name", Value::Text(name)) => self.container = name,
                ("container", Value::Object(container)) => self.container = member(container, "name").unwrap_or(self.container),
                ("container_id" | "docker_id", Value::Text(id)) => self.process = id,
                _ => {}
            }
        }
    }

    /// `host: {name}` of Filebeat, and Loki's labels.
    fn named(&mut self, inside: &'a str) {
        self.host = member(inside, "name").or(self.host);
        self.pod = member(inside, "pod").or(self.pod);
        self.container = member(inside, "container").unwrap_or(self.container);
        self.file = member(inside, "filename").unwrap_or(self.file);
    }

    /// The line: `log` may be an object of Filebeat's about the file, or the line already read.
    fn inside(&self) -> Option<Value<'a>> {
        let is_text = |value: &Value<'_>| matches!(value, Value::Text(_) | Value::Escaped(_));
        let is_object = |value: &Value<'_>| matches!(value, Value::Object(_));
        let text = self.message.filter(is_text).or(self.log.filter(is_text));
        text.or(self.log.filter(is_object)).or(self.message.filter(is_object))
    }
}

fn member<'a>(object: &'a str, wanted: &str) -> Option<&'a str> {
    let mut members = Members::of(object)?;
    members.find_map(|(key, value)| plain(value).filter(|_| key == wanted))
}

impl Envelope for Shipper {
    fn name(&self) -> &'static str {
        "a shipper's JSON"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        let object = Object::read(&line).filter(|_| !is_docker(&line));
        let Some(object) = object else { return Fit::No };
        let begins = match object.inside() {
            Some(Value::Text(inside)) => begins_anew(inside.as_bytes()) || has_no_time(inside.as_bytes()),
            Some(Value::Escaped(inside)) => {
                let is_its_own = begins_anew(inside.as_bytes()) || has_no_time(inside.as_bytes());
                is_its_own || inside.starts_with("{\\\"") || is_dated_access(inside)
            }
            _ => false,
        };
        let signs = [object.stamp.is_some(), object.is_marked || object.is_dt, begins];
        // What an output wraps that keeps time and tag outside.
        let is_alone = object.members == 1 && object.log.is_some();
        if is_alone || signs.iter().filter(|sign| **sign).count() > 1 {
            Fit::Yes
        } else {
            Fit::Maybe
        }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(object) = Object::read(&line) else { return false };
        let inside = object.inside().and_then(|inside| text(inside, scratch)).unwrap_or_default();
        // The blank that stood behind the tag.
        let inside = inside.strip_prefix(' ').filter(|_| object.is_syslogs).unwrap_or(inside);
        give(&Letter {
            text: inside.strip_suffix('\n').unwrap_or(inside).as_bytes(),
            stamp: object.stamp,
            host: object.pod.or(object.host),
            service: if object.container.is_empty() {
                object.file
            } else {
                object.container
            },
            process: object.process,
            stream: object.stream,
            is_part: object.is_part,
        });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"date":1741269731.123,"log":"llm call ok\n","stream":"stdout","kubernetes":{"pod_name":"web-7d9f-x2x4z","container_name":"web","host":"node-1"}}"#,
                "llm call ok",
            ),
            (
                r#"{"file":"/var/log/app.log","host":"web-1","message":"llm call ok","source_type":"file","timestamp":"2025-03-06T14:02:11.123456789Z"}"#,
                "llm call ok",
            ),
            (
                r#"{"@timestamp":"2025-03-06T14:02:11.123Z","agent":{"type":"filebeat"},"host":{"name":"web-1"},"log":{"offset":0,"file":{"path":"/var/log/app.log"}},"message":"llm call ok"}"#,
                "llm call ok",
            ),
            (
                r#"{"time":"2025-03-06T14:02:11Z","log":{"level":"info"},"logtag":"F"}"#,
                r#"{"level":"info"}"#,
            ),
            (
                r#"{"@timestamp":"2026-11-22T14:47:14+00:00","@version":"1","message":" llm call ok","sysloghost":"lb-1","severity":"info","facility":"local0","programname":"haproxy","procid":"123"}"#,
                "llm call ok",
            ),
            (r#"{"date":1741269731.123456,"log":"llm call ok"}"#, "llm call ok"),
            (r#"{"log":"llm call ok"}"#, "llm call ok"),
            (r#"{"dt":"2025-03-06T14:02:11.123Z","message":"llm call ok"}"#, "llm call ok"),
            (
                r#"{"labels":{"pod":"web-1"},"line":"one","timestamp":"2025-03-06T14:02:11Z"}"#,
                "one",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.fluentbit.io/manual/pipeline/filters/kubernetes; https://vector.dev/docs/reference/configuration/sources/file/; https://www.elastic.co/docs/reference/beats/filebeat/exported-fields"
    }
}
