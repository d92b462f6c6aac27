//! Compiles nginx's `log_format` directive
//! (<https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>).

use super::{CompileError, Compiled, Extent, Step};
use crate::gather::formats::access_keys::key;
use crate::model::Instant;

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
                first: format!("${first}"),
                second: format!("${name}"),
            });
        }
        steps.push(Step {
            before: std::mem::take(&mut literal).into_boxed_str(),
            key: key(name),
            extent: if name.starts_with("upstream_") {
                Extent::List
            } else {
                Extent::Plain
            },
        });
        names.push(name);
    }
    literal.push_str(rest);
    if steps.is_empty() {
        return Err(CompileError::NoVariable);
    }
    Ok(Compiled {
        name: "nginx-log-format",
        source: "https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format",
        instant: Instant::End,
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

#[cfg(test)]
mod tests {
    use super::compile;
    use crate::gather::formats::CompileError;
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
            first: "$status".to_owned(),
            second: "$request_time".to_owned(),
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
