//! Compiles Squid's `logformat` (<https://www.squid-cache.org/Doc/config/logformat/>).
//!
//! Every stamp of an access line is the end of the exchange.

use super::build::Builder;
use super::compiled::{Compiled, Extent};
use super::meaning::Meaning;
use super::spelled::Spelled;
use super::{CompileError, Dialect, headers};
use crate::gather::formats::access_keys::Key;
use crate::text::nearest::nearest;

/// The codes of the documentation. The longest that fits is meant: `ts`, not `t`.
const CODES: &str = ">a >A >p >eui >la >lp >qos >nfmark la lp <a <A <p <la <lp <qos <nfmark ts tu tl tg tr dt tS \
    un ul ui us ue credentials err_code err_detail note >h >ha <h >Hs <Hs Hs Ss Sh >rm <rm rm ru >ru <ru >rd <rd >rs <rs >rP <rP \
    rp >rp <rp >rv <rv rv rG et ea sn >st >sh <st <sh <bs <sH <pt <tt mt st <Hs ssl::bump_mode ssl::>sni ssl::>cert_subject \
    ssl::>cert_issuer ssl::<cert_subject ssl::<cert_issuer ssl::<cert_errors ssl::<cert ssl::>negotiated_version \
    ssl::<negotiated_version ssl::>received_hello_version ssl::<received_hello_version ssl::>received_supported_version \
    ssl::<received_supported_version ssl::>negotiated_cipher ssl::<negotiated_cipher adapt::all_trs adapt::sum_trs adapt::<last_h \
    icap::tt icap::<last_h icap::tio icap::tr icap::rm icap::ru icap::rs icap::to transport::>connection_id busy_time \
    request_attempts master_xaction proxy_protocol::>h >handshake ASN";

/// Compiles the text of a format, or the whole directive (`logformat NAME …`).
///
/// # Errors
/// [`CompileError`], with the part that is not understood.
pub(super) fn compile(format: &str) -> Result<Compiled, CompileError> {
    let spelled = spelled(format);
    let mut builder = Builder::new(Dialect::Squid);
    let text = spelled.text.as_str();
    let mut rest = text;
    while let Some((literal, found)) = rest.split_once('%') {
        builder.literal(literal);
        let at = spelled.place(text.len() - found.len() - 1);
        if let Some(behind) = found.strip_prefix('%') {
            builder.literal("%");
            rest = behind;
            continue;
        }
        let (code, behind) = Code::read(found, at)?;
        rest = behind;
        code.add(&mut builder, at)?;
    }
    builder.literal(rest);
    builder.finish()
}

/// Without the words `logformat NAME` in front.
fn spelled(format: &str) -> Spelled {
    let behind = |text: &str, words: usize| {
        let mut rest = text.trim_start();
        for _ in 0..words {
            rest = rest.split_once([' ', '\t']).map_or("", |(_, rest)| rest.trim_start());
        }
        text.len() - rest.len()
    };
    let is_directive = format.trim_start().starts_with("logformat ");
    Spelled::plain(format, if is_directive { behind(format, 2) } else { 0 })
}

/// One code: `%[encoding][-][[0]width[.most]][{argument}]code[{argument}]`.
struct Code<'a> {
    argument: &'a str,
    code: &'static str,
    is_padded: bool,
}

impl<'a> Code<'a> {
    fn read(found: &'a str, at: usize) -> Result<(Self, &'a str), CompileError> {
        let rest = found.trim_start_matches(['"', '[', '#', '\'', '/', '-']);
        let width = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
        let (width, rest) = rest.split_at_checked(width).unwrap_or(("", rest));
        let (before, rest) = argument(rest).ok_or(CompileError::Unterminated { at })?;
        let code = CODES
            .split_ascii_whitespace()
            .filter(|code| rest.starts_with(code))
            .max_by_key(|code| code.len());
        let Some(code) = code else { return Err(unknown(rest, at)) };
        let rest = rest.strip_prefix(code).unwrap_or_default();
        let (behind, rest) = argument(rest).ok_or(CompileError::Unterminated { at })?;
        let code = Self {
            argument: if before.is_empty() { behind } else { before },
            code,
            is_padded: !width.is_empty() && !width.starts_with('0'),
        };
        Ok((code, rest))
    }

    fn add(&self, builder: &mut Builder, at: usize) -> Result<(), CompileError> {
        let spelling = format!("%{}", self.code);
        let meaning = match self.code {
            "ts" | "tu" => return builder.time(spelling, at, 0),
            // `02/Jul/2026:21:05:14 +0200`, unless the site has a pattern of its own.
            "tl" | "tg" if self.argument.is_empty() => return builder.time(spelling, at, 1),
            "tl" | "tg" => return builder.time(spelling, at, self.argument.matches(' ').count()),
            ">a" => Meaning::Of(Key::Client),
            "tr" => Meaning::Of(Key::Duration(0)),
            "Ss" => Meaning::Result,
            ">Hs" | "Hs" => Meaning::Of(Key::Status),
            "<Hs" => Meaning::Of(Key::UpstreamStatus),
            "rm" | ">rm" => Meaning::Of(Key::Method),
            "ru" | ">ru" | "rp" | ">rp" => Meaning::Of(Key::Url),
            "<a" | "<A" => Meaning::Of(Key::UpstreamAddress),
            "err_code" => Meaning::Error,
            "ssl::>sni" => Meaning::ServerName,
            ">h" | ">ha" => headers::of_request(self.argument),
            "<h" => headers::of_answer(self.argument),
            _ => Meaning::Silent,
        };
        let extent = if self.is_padded { Extent::Padded } else { Extent::Plain };
        builder.add(spelling, at, meaning, extent)
    }
}

/// What stands in braces, if anything does, and what follows.
fn argument(text: &str) -> Option<(&str, &str)> {
    match text.strip_prefix('{') {
        Some(braced) => braced.split_once('}'),
        None => Some(("", text)),
    }
}

fn unknown(rest: &str, at: usize) -> CompileError {
    let is_of_code = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '<' | '>');
    let end = rest.find(|c: char| !is_of_code(c)).unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or_default();
    CompileError::Unknown {
        at,
        variable: format!("%{word}"),
        nearest: nearest(word, CODES.split_ascii_whitespace()).map(|near| format!("%{near}")),
    }
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_code_that_squid_does_not_have_is_named_with_its_place() {
        let said = compile("logformat llm %ts.%03tu %>a %err_cod").unwrap_err().to_string();
        assert_eq!(said, "at character 29: there is no %err_cod; did you mean %err_code?");
    }
}
