//! pino-pretty's records: a message, and under it the pairs of the record's object, the members of an error indented
//! deeper. With `singleLine` the pairs stand in an object behind the message, and only errors under it.
//!
//! ```text
//! completion failed
//!     model: "gpt-4o"
//!     err: {
//!       "type": "InternalServerError",
//!       "message": "500 The server had an error",
//!       "stack":
//!           Error: 500 The server had an error
//!               at APIError.generate (file:///srv/app/node_modules/openai/core/error.mjs:62:20)
//!       "status": 500
//!     }
//! ```
//!
//! The indents tell what a line is, so that nothing of a stack is taken for a member
//! (<https://github.com/pinojs/pino-pretty>, lib/utils/prettify-object.js and prettify-error-log.js).

use super::exception::{self, Raised};
use super::run::Run;
use super::said::Said;
use super::{dump, headers, prose, scan, trace};
use crate::model::{Fields, Grain, Instant};

/// Lines under the message that are looked at: an error has a dozen members, its stack ten lines, a header list thirty.
const LINES: usize = 200;

/// Blanks before a pair, before an error's member, and before a member of that.
const INDENTS: [usize; 3] = [4, 6, 8];

/// What stands under a message.
#[derive(Default)]
struct Thrown<'a> {
    raised: Raised<'a>,
    /// The error's own text.
    said: Option<&'a str>,
    cause: Option<&'a str>,
}

/// Reads a message with pairs under it; `None` where something else stands there, or the pairs tell no call.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    pair(rest.lines().next()?)?;
    let words = memchr::memchr(b'{', line.as_bytes()).unwrap_or(line.len());
    let mut run = Run::new(words);
    dump::walk(line.get(words..)?, &mut |path, value| {
        if path.depth() == 0 {
            run.push(path.key(), value);
        }
    });
    let thrown = under(rest, &mut run, fields);
    let class = thrown.raised.class;
    if let Some(class) = class {
        run.push("error_type", class);
    }
    let is_call = run.tells_a_call();
    if !is_call && !is_sdks(&thrown, rest, fields.ok == Some(false)) {
        return None;
    }
    thrown.tell(fields);
    if is_call {
        return Some(run.conclude(line.get(..words)?, "", fields));
    }
    run.add_to(fields);
    fields.model = fields.model.or_else(|| prose::model(line));
    fields.ok = Some(false);
    fields.grain = Grain::Detail;
    fields.instant = Instant::End;
    Some(Said::AboutACall)
}

/// Whether the error is an SDK's: by its stack, or by its class and the status that its text begins with. Frameworks of Node
/// have an `InternalServerError` of their own.
fn is_sdks(thrown: &Thrown<'_>, rest: &str, is_error: bool) -> bool {
    let class = thrown.raised.class.is_some_and(exception::is_sdk_class);
    class && thrown.said.and_then(scan::status).is_some() || thrown.raised.class.is_some() && is_error && trace::is_sdk(rest)
}

impl<'a> Thrown<'a> {
    /// Adds what the error says: its text names a status, and its members the rest.
    fn tell(&self, fields: &mut Fields<'a>) {
        trace::fill(&self.raised, fields);
        if let Some(said) = self.said {
            trace::fill(&exception::of_class(self.raised.class.unwrap_or_default(), said), fields);
        }
        fields.text = fields.text.or(self.cause).or(self.said);
    }

    /// Takes a member of the error itself.
    fn member(&mut self, key: &str, value: &'a str) {
        let raised = &mut self.raised;
        match key {
            "type" | "name" => raised.class = raised.class.or(Some(value)),
            "message" => self.said = Some(value),
            "status" | "statusCode" => raised.status = scan::status(value),
            "requestID" | "request_id" => raised.x_request_id = Some(value),
            "code" => raised.error_code = raised.error_code.or(Some(value).filter(|code| scan::status(code).is_none())),
            _ => {}
        }
    }

    /// Takes a member of what the error holds: the provider's own error, the headers of its answer, what caused it.
    fn inner(&mut self, of: &str, key: &'a str, value: &'a str, fields: &mut Fields<'a>) {
        match (of, key) {
            // The serialiser calls every plain object so.
            ("error", "type") => self.raised.error_type = Some(value).filter(|class| *class != "Object"),
            ("error", "code") => self.raised.error_code = Some(value),
            ("cause", "message") => self.cause = Some(value),
            ("headers" | "responseHeaders", name) => headers::response(name, value, fields),
            _ => {}
        }
    }
}

/// Reads the lines under a message: pairs go into `run`.
fn under<'a>(rest: &'a str, run: &mut Run<'a>, fields: &mut Fields<'a>) -> Thrown<'a> {
    let [outermost, member, inner] = INDENTS;
    let mut thrown = Thrown::default();
    let (mut top, mut object) = ("", "");
    for line in rest.lines().take(LINES) {
        let indent = line.len() - line.trim_start_matches(' ').len();
        if indent == outermost {
            let Some((key, value)) = pair(line) else { continue };
            top = key;
            if let Some(value) = scalar(value) {
                run.push(key, value);
            }
            continue;
        }
        let is_error = matches!(top, "err" | "error");
        let Some((key, value)) = quoted(line).filter(|_| is_error) else {
            continue;
        };
        if indent == member {
            object = key;
        }
        match scalar(value) {
            Some(value) if indent == member => thrown.member(key, value),
            Some(value) if indent == inner => thrown.inner(object, key, value, fields),
            _ => {}
        }
    }
    thrown
}

/// `    key: value`, or `    key:` above a text of several lines.
fn pair(line: &str) -> Option<(&str, &str)> {
    let text = line.strip_prefix("    ")?;
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    let length = text.bytes().take_while(is_word).count();
    let (key, value) = text.split_at_checked(length).filter(|(key, _)| !key.is_empty())?;
    let value = value.strip_prefix(':')?;
    (value.is_empty() || value.starts_with([' ', '\r'])).then_some((key, value.trim()))
}

/// `"key": value,`.
fn quoted(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.trim_start().strip_prefix('"')?.split_once("\":")?;
    Some((key, value.trim().trim_end_matches(',')))
}

/// A value without its quotes; `None` of one that is absent or goes on under it.
fn scalar(value: &str) -> Option<&str> {
    let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
    Some(inner.unwrap_or(value)).filter(|value| !matches!(*value, "" | "{" | "[" | "{}" | "[]" | "null"))
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn told(message: &'static str, ok: Option<bool>) -> Option<Fields<'static>> {
        let (line, rest) = message.split_once('\n').unwrap();
        let mut fields = Fields { ok, ..Fields::default() };
        (read(line, rest, &mut fields) == Some(Said::AboutACall)).then_some(fields)
    }

    #[test]
    fn an_errors_members_are_told_from_its_stack() {
        let fields = told(
            "completion failed\n    model: \"gpt-4o\"\n    durationMs: 1920\n    err: {\n      \"type\": \"InternalServerError\",\n      \
             \"message\": \"500 The server had an error\",\n      \"stack\":\n          Error: 500 The server had an error\n              \
             at status: 200 (\"status\": 200)\n      \"status\": 503,\n      \"requestID\": \"req_170c2a0d8af7d75f\"\n    }",
            Some(false),
        )
        .unwrap();
        assert_eq!((fields.status, fields.ok), (Some(503), Some(false)));
        assert_eq!(
            (fields.model, fields.x_request_id),
            (Some("gpt-4o"), Some("req_170c2a0d8af7d75f"))
        );
    }

    #[test]
    fn a_success_is_told_by_the_pairs_under_it() {
        let fields = told("completion ok\n    model: \"gpt-4o\"\n    durationMs: 2220", None).unwrap();
        assert_eq!((fields.ok, fields.duration_ms), (Some(true), Some(2220.0)));
    }

    #[test]
    fn an_error_alone_counts_where_it_is_an_sdks() {
        let sdks =
            "failed\n    err: {\n      \"type\": \"RateLimitError\",\n      \"message\": \"429 Rate limit reached\"\n    }";
        assert_eq!(told(sdks, Some(false)).and_then(|fields| fields.status), Some(429));
        let frameworks = "failed\n    err: {\n      \"type\": \"InternalServerError\",\n      \"message\": \"boom\",\n      \
            \"stack\":\n          InternalServerError: boom\n              at next (/srv/node_modules/koa/lib/application.js:1:2)\n      \
            \"status\": 500\n    }";
        assert!(told(frameworks, Some(false)).is_none());
    }

    #[test]
    fn pairs_that_tell_no_call_and_stacks_are_others() {
        assert!(told("request completed\n    responseTime: 12\n    statusCode: 503", Some(false)).is_none());
        assert!(told("failed\n    at APIError.generate (error.mjs:62:20) {", Some(false)).is_none());
    }
}
