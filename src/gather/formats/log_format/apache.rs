//! Compiles Apache's `LogFormat` directive (<https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats>).
//!
//! `%t` is the start of a request unless `%{end:…}t` says otherwise.

use super::{CompileError, Compiled, Extent, Step};
use crate::gather::formats::access_keys::{Key, key};
use crate::model::Instant;

/// One part of a format.
struct Directive<'a> {
    /// What stands in braces: a header's name, a unit, a time's pattern.
    argument: &'a str,
    letter: char,
}

/// Compiles the text of a format (`%h %l %u %t \"%r\" %>s %b`) or the whole directive (`LogFormat "…" name`).
///
/// # Errors
/// [`CompileError`], with the part that cannot be told apart.
pub fn compile(format: &str) -> Result<Compiled, CompileError> {
    let format = text_of(format)?;
    let mut compiled = Compiled {
        name: "apache-log-format",
        source: "https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats",
        instant: Instant::Start,
        steps: Vec::new(),
        after: Box::default(),
    };
    let mut literal = String::new();
    let mut before = String::new();
    let mut rest = format.as_str();
    while let Some((text, found)) = rest.split_once('%') {
        literal.push_str(text);
        let (directive, behind) = Directive::read(found)?;
        rest = behind;
        match directive.letter {
            '%' => literal.push('%'),
            't' => time(&mut compiled, &mut literal, &directive),
            _ => step(&mut compiled, &mut literal, &directive, before)?,
        }
        before = directive.spelling();
    }
    literal.push_str(rest);
    if compiled.steps.is_empty() {
        return Err(CompileError::NoVariable);
    }
    compiled.after = literal.into_boxed_str();
    Ok(compiled)
}

/// The format inside a `LogFormat` directive, or the text itself; `\"`, `\\` and `\t` are undone.
fn text_of(format: &str) -> Result<String, CompileError> {
    let quoted = match format.trim().strip_prefix("LogFormat ") {
        Some(directive) => directive.trim_start().strip_prefix('"').ok_or(CompileError::Unterminated)?,
        None => return Ok(unescaped(format, None).0),
    };
    match unescaped(quoted, Some('"')) {
        (text, true) => Ok(text),
        (_, false) => Err(CompileError::Unterminated),
    }
}

/// Text without its backslashes, up to `end`; and whether `end` was met.
fn unescaped(text: &str, end: Option<char>) -> (String, bool) {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => plain.extend(chars.next().map(|c| if c == 't' { '\t' } else { c })),
            c if Some(c) == end => return (plain, true),
            c => plain.push(c),
        }
    }
    (plain, false)
}

impl<'a> Directive<'a> {
    /// The directive behind a `%`, and what follows it. Status conditions (`!200,304`), `<` and `>` change no spelling.
    fn read(found: &'a str) -> Result<(Self, &'a str), CompileError> {
        let found = found.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '!' | '<' | '>'));
        let (argument, found) = match found.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or(CompileError::Unterminated)?,
            None => ("", found),
        };
        let mut chars = found.chars();
        let mut letter = chars.next().ok_or(CompileError::Unterminated)?;
        // `%^FB` and `%^ti` are the only ones of three characters; none tells anything of a call.
        if letter == '^' {
            letter = chars.nth(1).ok_or(CompileError::Unterminated)?;
        }
        Ok((Self { argument, letter }, chars.as_str()))
    }

    fn key(&self) -> Option<Key> {
        match self.letter {
            'h' | 'a' => Some(Key::Client),
            'r' => Some(Key::Request),
            'm' => Some(Key::Method),
            'U' => Some(Key::Url),
            's' => Some(Key::Status),
            'v' | 'V' => Some(Key::Host),
            'D' => Some(Key::Duration(-3)),
            'T' => Some(Key::Duration(match self.argument {
                "ms" => 0,
                "us" => -3,
                _ => 3,
            })),
            'L' => Some(Key::OwnId),
            'o' => key(self.argument).map(|key| match key {
                // What stands on the response under this name is the provider's.
                Key::RequestId => Key::OtherProviderId,
                key => key,
            }),
            // A request's `x-request-id` is the caller's or a proxy's, never the provider's.
            'i' => key(self.argument).filter(|key| matches!(key, Key::ClientId | Key::Host | Key::RetryCount | Key::Model)),
            'e' | 'n' if self.argument == "UNIQUE_ID" => Some(Key::OwnId),
            'e' if self.argument == "BALANCER_WORKER_NAME" => Some(Key::UpstreamAddress),
            _ => None,
        }
    }

    /// How Apache spells the directive.
    fn spelling(&self) -> String {
        if self.argument.is_empty() {
            format!("%{}", self.letter)
        } else {
            format!("%{{{}}}{}", self.argument, self.letter)
        }
    }
}

/// Adds a directive; `before` is the spelling of the one before it.
fn step(compiled: &mut Compiled, literal: &mut String, directive: &Directive<'_>, before: String) -> Result<(), CompileError> {
    if literal.is_empty() && !compiled.steps.is_empty() && directive.letter != 'U' {
        return Err(CompileError::Adjacent {
            first: before,
            second: directive.spelling(),
        });
    }
    compiled.steps.push(Step {
        before: std::mem::take(literal).into_boxed_str(),
        key: directive.key(),
        extent: Extent::Plain,
    });
    Ok(())
}

/// Times of several directives (`%{%FT%T}t.%{msec_frac}t %{%z}t`) are one value; the bare `%t` stands in brackets.
fn time(compiled: &mut Compiled, literal: &mut String, directive: &Directive<'_>) {
    if directive.argument.starts_with("end:") {
        compiled.instant = Instant::End;
    }
    let blanks = directive.argument.matches(' ').count();
    let joint = literal.chars().all(|c| matches!(c, '.' | ',' | ' ')) && literal.len() <= 1;
    if joint && let Some(last) = compiled.steps.last_mut().filter(|last| last.key == Some(Key::Time)) {
        let own = literal.matches(' ').count();
        literal.clear();
        last.extent = match last.extent {
            Extent::Blanks(before) => Extent::Blanks(before + own + blanks),
            _ => Extent::Blanks(own + blanks),
        };
        return;
    }
    let bare = directive.argument.is_empty();
    if bare {
        literal.push('[');
    }
    compiled.steps.push(Step {
        before: std::mem::take(literal).into_boxed_str(),
        key: Some(Key::Time),
        extent: Extent::Blanks(blanks),
    });
    if bare {
        literal.push(']');
    }
}

#[cfg(test)]
mod tests {
    use super::compile;
    use crate::gather::formats::CompileError;
    use crate::model::Fields;

    #[test]
    fn the_combined_directive_is_taken_as_apache_reads_it() {
        let directive = r#"LogFormat "%h %l %u %t \"%r\" %>s %O \"%{Referer}i\" \"%{User-Agent}i\" %D" combined"#;
        let line = r#"10.0.3.7 - - [02/Jul/2026:21:05:14 +0200] "POST /v1/embeddings HTTP/1.1" 200 1028 "-" "x y" 1283080"#;
        let mut fields = Fields::default();
        compile(directive).unwrap().read(line, &mut fields).unwrap();
        assert_eq!(fields.timestamp, Some("02/Jul/2026:21:05:14 +0200"));
        assert_eq!(fields.status, Some(200));
        assert_eq!(fields.duration_ms, Some(1283.08));
    }

    #[test]
    fn a_time_of_several_directives_is_one_value() {
        let format =
            r#"%{%Y-%m-%dT%H:%M:%S}t.%{msec_frac}t %{%z}t %v %a "%r" %>s rid=%{x-request-id}o crid=%{X-Client-Request-Id}i"#;
        let line = r#"2026-07-02T21:05:14.995 +0200 web-01 10.23.1.13 "POST /v1/x HTTP/1.1" 200 rid=req_1 crid=c-1"#;
        let mut fields = Fields::default();
        compile(format).unwrap().read(line, &mut fields).unwrap();
        assert_eq!(fields.timestamp, Some("2026-07-02T21:05:14.995 +0200"));
        assert_eq!(fields.client, Some("10.23.1.13"));
        assert_eq!(fields.x_request_id, Some("req_1"));
        assert_eq!(fields.x_client_request_id, Some("c-1"));
    }

    #[test]
    fn a_request_id_that_the_client_sent_is_not_the_providers() {
        let mut fields = Fields::default();
        compile("%{X-Request-Id}i %s")
            .unwrap()
            .read("req_1 200", &mut fields)
            .unwrap();
        assert_eq!(fields.x_request_id, None);
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        assert!(matches!(compile("%h%s"), Err(CompileError::Adjacent { .. })));
        assert_eq!(compile("no directive"), Err(CompileError::NoVariable));
        assert_eq!(compile("%{x-request-id"), Err(CompileError::Unterminated));
    }
}
