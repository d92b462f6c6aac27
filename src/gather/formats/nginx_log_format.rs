//! Compiles nginx's own `log_format` string to steps, each a literal and the variable behind it.
//!
//! What every site knows of its log is the line in its `nginx.conf`
//! (<https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>). A line is read by looking for the literal
//! that follows each variable: no backtracking, one `memchr` a field.

use super::access_keys::{Key, fill, key};
use super::format::Unread;
use crate::model::Fields;
use crate::text::scan::Cursor;
use thiserror::Error;

/// Why a `log_format` string cannot be compiled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// It holds no variable.
    #[error("the format has no variable ($remote_addr, $status, …)")]
    NoVariable,
    /// Nothing tells where one variable ends and the next begins.
    #[error("${first} and ${second} stand side by side: no text between them tells where the first one ends")]
    Adjacent {
        /// The variable before.
        first: String,
        /// The variable after.
        second: String,
    },
    /// A quoted part of the directive, or a `${`, does not end.
    #[error("the format ends inside a quotation or a ${{name}}")]
    Unterminated,
}

/// One variable and the text around it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    /// The text before the variable.
    before: Box<str>,
    /// What the variable is; `None` for those that say nothing of a call.
    key: Option<Key>,
    /// Whether its value may hold `, ` and ` : ` (nginx lists its tries).
    list: bool,
}

/// A compiled `log_format`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    steps: Vec<Step>,
    /// The text after the last variable.
    after: Box<str>,
}

/// Compiles the text of a format (`$remote_addr - …`) or the whole directive
/// (`log_format llm escape=json '…' '…';`).
///
/// # Errors
/// [`CompileError`], with the part that cannot be told apart.
pub fn compile(format: &str) -> Result<Compiled, CompileError> {
    let format = match format.trim().strip_prefix("log_format ") {
        Some(directive) => joined(directive)?,
        None => format.to_owned(),
    };
    let mut steps: Vec<Step> = Vec::new();
    let mut names: Vec<&str> = Vec::new();
    let mut literal = String::new();
    let mut rest = format.as_str();
    while let Some((text, found)) = rest.split_once('$') {
        literal.push_str(text);
        let (name, behind) = variable(found)?;
        rest = behind;
        if name.is_empty() {
            literal.push('$');
            continue;
        }
        // A path starts with a slash, which ends the host that is often written in front of it.
        let slash = matches!(name, "request_uri" | "uri" | "document_uri");
        if let Some(&first) = names.last().filter(|_| literal.is_empty() && !slash) {
            return Err(CompileError::Adjacent {
                first: first.to_owned(),
                second: name.to_owned(),
            });
        }
        steps.push(Step {
            before: std::mem::take(&mut literal).into_boxed_str(),
            key: key(name),
            list: name.starts_with("upstream_"),
        });
        names.push(name);
    }
    literal.push_str(rest);
    if steps.is_empty() {
        return Err(CompileError::NoVariable);
    }
    Ok(Compiled {
        steps,
        after: literal.into_boxed_str(),
    })
}

/// The name behind a `$`, with or without braces, and what follows it.
fn variable(found: &str) -> Result<(&str, &str), CompileError> {
    if let Some(braced) = found.strip_prefix('{') {
        return braced.split_once('}').ok_or(CompileError::Unterminated);
    }
    let end = found
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(found.len());
    found.split_at_checked(end).ok_or(CompileError::Unterminated)
}

/// The quoted parts of a directive, joined; its name and its `escape=` are left out.
fn joined(directive: &str) -> Result<String, CompileError> {
    let mut format = String::new();
    let mut chars = directive.chars();
    while let Some(quote) = chars.find(|c| matches!(c, '\'' | '"')) {
        loop {
            match chars.next().ok_or(CompileError::Unterminated)? {
                c if c == quote => break,
                '\\' => format.extend(chars.next()),
                c => format.push(c),
            }
        }
    }
    Ok(format)
}

impl Compiled {
    /// Reads a whole line.
    ///
    /// # Errors
    /// [`Unread`] where a literal is missing.
    pub fn read<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<(), Unread> {
        let rest = self.steps_of(line, fields, Step::all)?;
        if rest.trim_end().is_empty() {
            Ok(())
        } else {
            Err(Unread::NotThisFormat)
        }
    }

    /// Reads the start of a line and returns what follows the format.
    ///
    /// # Errors
    /// [`Unread`] where a literal is missing.
    pub fn read_start<'a>(&self, line: &'a str, fields: &mut Fields<'a>) -> Result<&'a str, Unread> {
        self.steps_of(line, fields, Step::last)
    }

    /// Walks the steps; `last` takes the value of a variable that ends the format.
    fn steps_of<'a>(
        &self,
        line: &'a str,
        fields: &mut Fields<'a>,
        last: impl Fn(&Step, &mut Cursor<'a>) -> &'a str,
    ) -> Result<&'a str, Unread> {
        let mut cursor = Cursor::new(line);
        let mut steps = self.steps.iter();
        let mut step = steps.next();
        if let Some(first) = step {
            cursor.literal(&first.before).ok_or(Unread::NotThisFormat)?;
        }
        while let Some(this) = step {
            let next = steps.next();
            let value = match next {
                Some(next) if next.before.is_empty() => before_slash(&mut cursor),
                Some(next) => this.value(&mut cursor, &next.before),
                None if self.after.is_empty() => Some(last(this, &mut cursor)),
                None => this.value(&mut cursor, &self.after),
            };
            let value = value.ok_or(Unread::CutShort)?;
            if let Some(key) = this.key {
                fill(fields, key, value);
            }
            step = next;
        }
        Ok(cursor.rest())
    }
}

impl Step {
    /// The value before `literal`; in a list, a blank after a separator does not end it.
    fn value<'a>(&self, cursor: &mut Cursor<'a>, literal: &str) -> Option<&'a str> {
        let start = cursor.rest();
        loop {
            cursor.until_text(literal)?;
            let end = start.len() - cursor.rest().len() - literal.len();
            let value = start.get(..end)?;
            if !self.list || !literal.starts_with(' ') || !continues(value, cursor.rest()) {
                return Some(value);
            }
        }
    }

    /// The last value where more may follow: a word, or a list with its blanks.
    fn last<'a>(&self, cursor: &mut Cursor<'a>) -> &'a str {
        self.value(cursor, " ").unwrap_or_else(|| self.all(cursor))
    }

    /// The last value of a line that ends with it.
    fn all<'a>(&self, cursor: &mut Cursor<'a>) -> &'a str {
        let value = cursor.rest().trim_end();
        *cursor = Cursor::new("");
        value
    }
}

/// Whether a blank after `value` stands inside nginx's list of tries.
fn continues(value: &str, behind: &str) -> bool {
    value.ends_with(',') || value.ends_with(" :") || behind.starts_with(": ")
}

fn before_slash<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    let line = cursor.rest();
    let (value, _) = line.split_once('/')?;
    *cursor = Cursor::new(line.get(value.len()..)?);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::{CompileError, compile};
    use crate::gather::formats::Unread;
    use crate::model::Fields;

    const UPSTREAM: &str =
        r#"$remote_addr - $remote_user [$time_local] "$request" $status $upstream_addr $upstream_status $request_time"#;

    #[test]
    fn a_line_is_read_by_the_literals_between_the_variables() {
        let mut fields = Fields::default();
        let line = r#"10.0.0.1 - a b [06/Mar/2025:14:02:42 +0000] "POST /v1/responses HTTP/1.1" 200 1.2.3.4:443 200 0.861"#;
        compile(UPSTREAM).unwrap().read(line, &mut fields).unwrap();
        assert_eq!(fields.timestamp, Some("06/Mar/2025:14:02:42 +0000"));
        assert_eq!(fields.url, Some("/v1/responses"));
        assert_eq!(fields.duration_ms, Some(861.0));
    }

    #[test]
    fn blanks_inside_a_list_of_tries_do_not_end_it() {
        let mut fields = Fields::default();
        let line = r#"::1 - - [t] "GET / HTTP/1.1" 200 1.2.3.4:443, [::1]:443 : d 502, 502 : 200 0.861"#;
        compile(UPSTREAM).unwrap().read(line, &mut fields).unwrap();
        assert_eq!(fields.upstream_address, Some("1.2.3.4:443, [::1]:443 : d"));
        assert_eq!(fields.upstream_status, Some("502, 502 : 200"));
    }

    #[test]
    fn a_whole_directive_is_taken_as_nginx_reads_it() {
        let directive = "log_format llm escape=json '{\"t\":\"$time_iso8601\",'\n  '\"s\":\"${status}\"}';";
        let mut fields = Fields::default();
        let line = r#"{"t":"2025-03-06T14:02:42+00:00","s":"502"}"#;
        compile(directive).unwrap().read(line, &mut fields).unwrap();
        assert_eq!(fields.status, Some(502));
    }

    #[test]
    fn a_host_may_touch_the_uri() {
        let mut fields = Fields::default();
        compile("$host$request_uri $status")
            .unwrap()
            .read("a.example/v1/x 200", &mut fields)
            .unwrap();
        assert_eq!(fields.server_address, Some("a.example"));
        assert_eq!(fields.url, Some("/v1/x"));
    }

    #[test]
    fn variables_without_text_between_them_are_refused() {
        let error = compile("$status$request_time").unwrap_err();
        let expected = CompileError::Adjacent {
            first: "status".to_owned(),
            second: "request_time".to_owned(),
        };
        assert_eq!(error, expected);
        assert_eq!(compile("none"), Err(CompileError::NoVariable));
        assert_eq!(compile("${status"), Err(CompileError::Unterminated));
    }

    #[test]
    fn a_line_that_breaks_off_is_cut_short() {
        let read = compile(UPSTREAM)
            .unwrap()
            .read("10.0.0.1 - - [06/Mar", &mut Fields::default());
        assert_eq!(read, Err(Unread::CutShort));
    }
}
