//! Compiles Apache's `LogFormat` directive (<https://httpd.apache.org/docs/2.4/mod/mod_log_config.html#formats>).
//!
//! `%t` is the start of a request unless `%{end:…}t` says otherwise.

use super::build::Builder;
use super::compiled::{Compiled, Extent};
use super::meaning::Meaning;
use super::spelled::Spelled;
use super::{CompileError, Dialect, headers};
use crate::gather::formats::access_keys::Key;
use crate::model::Instant;
use crate::text::nearest::nearest;

/// The letters that `mod_log_config`, `mod_logio` and `mod_ssl` know.
const LETTERS: &str = "a A b B c C D e f h H i I k l L m n o O p P q r R s S t T u U v V x X";

/// One part of a format.
struct Directive<'a> {
    /// What stands in braces: a header's name, a unit, a time's pattern.
    argument: &'a str,
    letter: char,
    /// `%^FB` and `%^ti`, the only ones of three characters: none tells anything of a call.
    is_long: bool,
}

/// Compiles the text of a format (`%h %l %u %t \"%r\" %>s %b`) or the whole directive (`LogFormat "…" name`).
///
/// # Errors
/// [`CompileError`], with the part that cannot be told apart.
pub(super) fn compile(format: &str) -> Result<Compiled, CompileError> {
    let trimmed = format.trim_start();
    let is_directive = ["LogFormat ", "CustomLog ", "TransferLog "]
        .iter()
        .any(|start| trimmed.starts_with(start));
    // Quotes inside a quoted format have a backslash before them.
    let is_quoted = trimmed.starts_with('"') && trimmed.contains("\\\"");
    let spelled = if is_directive || is_quoted {
        Spelled::first_quoted(format, 0)?
    } else {
        Spelled::unescaped(format, 0)
    };
    let mut builder = Builder::new(Dialect::Apache);
    let text = spelled.text.as_str();
    let mut rest = text;
    while let Some((literal, found)) = rest.split_once('%') {
        builder.literal(literal);
        let at = spelled.place(text.len() - found.len() - 1);
        let (directive, behind) = Directive::read(found).ok_or(CompileError::Unterminated { at })?;
        rest = behind;
        match directive.letter {
            '%' => builder.literal("%"),
            't' if !directive.is_long => time(&mut builder, &directive, at)?,
            _ => builder.add(directive.spelling(), at, directive.meaning(at)?, directive.extent())?,
        }
    }
    builder.literal(rest);
    builder.finish()
}

impl<'a> Directive<'a> {
    /// The directive behind a `%`, and what follows it. Status conditions (`!200,304`), `<` and `>` change no spelling.
    fn read(found: &'a str) -> Option<(Self, &'a str)> {
        let found = found.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '!' | '<' | '>'));
        let (argument, found) = match found.strip_prefix('{') {
            Some(braced) => braced.split_once('}')?,
            None => ("", found),
        };
        let mut chars = found.chars();
        let mut letter = chars.next()?;
        let is_long = letter == '^';
        if is_long {
            letter = chars.nth(1)?;
        }
        let directive = Self {
            argument,
            letter,
            is_long,
        };
        Some((directive, chars.as_str()))
    }

    fn meaning(&self, at: usize) -> Result<Meaning, CompileError> {
        let is_letter = |letter: char| LETTERS.split(' ').any(|known| known.starts_with(letter));
        if self.is_long {
            return Ok(Meaning::Silent);
        }
        if !is_letter(self.letter) {
            let letter = self.letter.to_string();
            let near = nearest(&letter, LETTERS.split(' ')).filter(|near| near.eq_ignore_ascii_case(&letter));
            return Err(CompileError::Unknown {
                at,
                variable: self.spelling(),
                nearest: near.map(|near| format!("%{near}")),
            });
        }
        Ok(match self.letter {
            'h' | 'a' => Meaning::Of(Key::Client),
            'r' => Meaning::Of(Key::Request),
            'm' => Meaning::Of(Key::Method),
            'U' => Meaning::Of(Key::Url),
            's' => Meaning::Of(Key::Status),
            'v' | 'V' => Meaning::Of(Key::Host),
            'D' => Meaning::Of(Key::Duration(-3)),
            'T' => Meaning::Of(Key::Duration(match self.argument {
                "ms" => 0,
                "us" => -3,
                _ => 3,
            })),
            'L' => Meaning::Of(Key::OwnId),
            'o' => headers::of_answer(self.argument),
            'i' => headers::of_request(self.argument),
            'e' | 'n' if self.argument == "UNIQUE_ID" => Meaning::Of(Key::OwnId),
            'e' if self.argument == "BALANCER_WORKER_NAME" => Meaning::Of(Key::UpstreamAddress),
            _ => Meaning::Silent,
        })
    }

    /// An unquoted request line has blanks of its own.
    fn extent(&self) -> Extent {
        match self.letter {
            'r' => Extent::Blanks(2),
            _ => Extent::Plain,
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

/// The bare `%t` stands in brackets.
fn time(builder: &mut Builder, directive: &Directive<'_>, at: usize) -> Result<(), CompileError> {
    if directive.argument.starts_with("end:") {
        builder.compiled.instant = Instant::End;
    }
    let is_bare = directive.argument.is_empty();
    if is_bare {
        builder.literal("[");
    }
    builder.time(directive.spelling(), at, directive.argument.matches(' ').count())?;
    if is_bare {
        builder.literal("]");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::compile;
    use crate::gather::formats::CompileError;

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        assert!(matches!(compile("%h%s"), Err(CompileError::Adjacent { at: 3, .. })));
        assert!(matches!(compile("no directive"), Err(CompileError::NoVariable(_))));
        assert_eq!(compile("%h %{x-request-id"), Err(CompileError::Unterminated { at: 4 }));
    }

    #[test]
    fn a_letter_that_apache_does_not_know_is_named() {
        let said = compile("%h %>s %d").unwrap_err().to_string();
        assert_eq!(said, "at character 8: there is no %d; did you mean %D?");
    }
}
