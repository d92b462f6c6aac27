//! Compiles HAProxy's `log-format` (<https://docs.haproxy.org/2.8/configuration.html#8.2.6>).
//!
//! A variable has at most four letters, so that a slip is near to everything: one that HAProxy does not have is refused.

use super::build::Builder;
use super::compiled::{Compiled, Extent};
use super::meaning::Meaning;
use super::spelled::Spelled;
use super::{CompileError, Dialect, headers};
use crate::gather::formats::access_keys::{Key, key};
use crate::text::nearest::nearest;

/// The variables of the table in the documentation.
const VARIABLES: &str = "B CC CS H HM HP HPO HQ HU HV ID ST T Ta Tc Td Th Ti Tl Tq Tr TR Ts Tt Tu Tw U ac b bc bi bp bq ci cp f fc \
    fi fp ft lc hr hrl hs hsl ms pid r rc rt s sc si sp sq sslc sslv t tr trg trl ts tsc OG";

/// Those that are texts, which `%{+Q}o` puts in quotes.
const TEXTS: &str = "CC CS H HM HP HPO HQ HU HV ID b bi ci f fi ft r s si sslc sslv tsc ts";

/// Compiles the text of a format, or the whole directive (`log-format "…"`, or with a backslash before each blank).
///
/// # Errors
/// [`CompileError`], with the part that is not understood.
pub(super) fn compile(format: &str) -> Result<Compiled, CompileError> {
    let spelled = spelled(format)?;
    let mut builder = Builder::new(Dialect::Haproxy);
    let text = spelled.text.as_str();
    let mut rest = text;
    let mut all_quoted = false;
    while let Some((literal, found)) = rest.split_once('%') {
        builder.separated(literal);
        let at = spelled.place(text.len() - found.len() - 1);
        if let Some(behind) = found.strip_prefix('%') {
            builder.literal("%");
            rest = behind;
            continue;
        }
        let (flags, found) = match found.strip_prefix('{') {
            Some(braced) => braced.split_once('}').ok_or(CompileError::Unterminated { at })?,
            None => ("", found),
        };
        let (variable, behind) = variable(found).ok_or(CompileError::Unterminated { at })?;
        rest = behind;
        let asked = flags.split(',').rev().find_map(|flag| match flag {
            "+Q" => Some(true),
            "-Q" => Some(false),
            _ => None,
        });
        if variable == "o" {
            all_quoted = asked.unwrap_or(all_quoted);
            continue;
        }
        let is_text = variable.starts_with('[') || is_in(TEXTS, variable);
        let quote = if asked.unwrap_or(all_quoted) && is_text { "\"" } else { "" };
        builder.literal(quote);
        add(&mut builder, variable, at)?;
        builder.literal(quote);
    }
    builder.separated(rest);
    builder.finish()
}

fn spelled(format: &str) -> Result<Spelled, CompileError> {
    let trimmed = format.trim_start();
    let directive = ["log-format-sd", "log-format", "error-log-format"]
        .iter()
        .find(|name| trimmed.starts_with(**name));
    let behind = directive.map_or(0, |name| format.len() - trimmed.len() + name.len());
    let text = format.get(behind..).unwrap_or_default();
    let value = text.trim_start();
    if directive.is_some() && value.starts_with(['"', '\'']) {
        return Spelled::first_quoted(format, behind);
    }
    Ok(Spelled::unescaped(format, behind + text.len() - value.len()))
}

/// The variable behind a `%` and its flags: letters, or an expression in brackets.
fn variable(found: &str) -> Option<(&str, &str)> {
    if !found.starts_with('[') {
        let end = found.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(found.len());
        return found.split_at_checked(end);
    }
    let mut depth = 0_u32;
    for (at, c) in found.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ']' if depth == 0 => return found.split_at_checked(at + 1),
            _ => {}
        }
    }
    None
}

fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

fn add(builder: &mut Builder, variable: &str, at: usize) -> Result<(), CompileError> {
    let spelling = format!("%{variable}");
    if let Some(expression) = variable.strip_prefix('[') {
        let expression = expression.trim_end_matches(']');
        return builder.add(spelling, at, of_expression(expression), Extent::Plain);
    }
    let meaning = match variable {
        "t" | "tr" | "Ts" | "ms" => return builder.time(spelling, at, 0),
        "T" | "Tl" | "trg" | "trl" => return builder.time(spelling, at, 1),
        "hr" => return builder.add(spelling, at, Meaning::Captures(1), Extent::Braced),
        "hs" => return builder.add(spelling, at, Meaning::Captures(2), Extent::Braced),
        "ci" => Meaning::Of(Key::Client),
        "ST" => Meaning::Of(Key::Status),
        "Tt" | "Ta" => Meaning::Timer(Key::Duration(0)),
        "Tc" => Meaning::Timer(Key::ConnectTime(0)),
        "Tr" => Meaning::Timer(Key::HeaderTime(0)),
        "ts" | "tsc" => Meaning::State,
        "b" => Meaning::Backend,
        "s" => Meaning::Server,
        "r" => Meaning::Of(Key::Request),
        "HM" => Meaning::Of(Key::Method),
        "HP" | "HPO" | "HU" => Meaning::Of(Key::Url),
        "H" => Meaning::Of(Key::Machine),
        "rc" => Meaning::UpstreamRetries,
        "ID" => Meaning::Of(Key::OwnId),
        _ if is_in(VARIABLES, variable) => Meaning::Silent,
        _ => {
            let near = nearest(variable, VARIABLES.split_ascii_whitespace());
            return Err(CompileError::Unknown {
                at,
                variable: spelling,
                nearest: near.map(|near| format!("%{near}")),
            });
        }
    };
    let extent = if variable == "r" { Extent::Blanks(2) } else { Extent::Plain };
    builder.add(spelling, at, meaning, extent)
}

/// What an expression fetches: a header by its name, a variable by the last part of its own.
fn of_expression(expression: &str) -> Meaning {
    let (fetch, rest) = expression.split_once(['(', ',']).unwrap_or((expression, ""));
    let argument = rest.split([',', ')']).next().unwrap_or_default().trim_matches(['"', '\'']);
    match fetch {
        "src" => Meaning::Of(Key::Client),
        "status" | "res.status" | "txn.status" => Meaning::Of(Key::Status),
        "method" | "capture.req.method" => Meaning::Of(Key::Method),
        "path" | "pathq" | "url" | "capture.req.uri" => Meaning::Of(Key::Url),
        "unique-id" | "uuid" => Meaning::Of(Key::OwnId),
        "hostname" => Meaning::Of(Key::Machine),
        "ssl_fc_sni" | "req.ssl_sni" => Meaning::ServerName,
        "res.hdr" | "res.fhdr" | "shdr" => headers::of_answer(argument),
        "req.hdr" | "req.fhdr" | "hdr" => headers::of_request(argument),
        "capture.req.hdr" => Meaning::Captures(1),
        "capture.res.hdr" => Meaning::Captures(2),
        "var" => match key(argument.rsplit('.').next().unwrap_or_default()) {
            Some(Key::Foreign) | None => Meaning::Silent,
            Some(key) => Meaning::Of(key),
        },
        _ => Meaning::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_variable_that_haproxy_does_not_have_is_named_with_its_place() {
        let said = compile(r#"log-format "%ci:%cp [%tr] %Tzz""#).unwrap_err().to_string();
        assert!(said.starts_with("at character 27: there is no %Tzz"), "{said}");
    }

    #[test]
    fn a_variable_may_be_an_expression_with_brackets_in_it() {
        compile("%ci %[var(txn.crid),regsub([a-z],x)] %ST").unwrap();
        assert!(compile("%ci %[var(txn.crid").is_err());
    }
}
