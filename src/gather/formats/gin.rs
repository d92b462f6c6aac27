//! Reads the request lines of Gin, the Go framework that one-api, new-api and other gateways to LLM APIs are written with, and
//! Ollama is, too.
//!
//! Such a server serves anything else as well, so that a line counts only where its path is a route of models. Gateways put an
//! id of their own before the status. The stamp is the end, in the server's zone.
//! <https://github.com/gin-gonic/gin/blob/master/logger.go> (`defaultLogFormatter`),
//! <https://github.com/songquanpeng/one-api/blob/main/middleware/logger.go>

use super::format::{Fit, Format, Unread};
use super::{litellm, shapes};
use crate::gather::messages;
use crate::model::{Fields, Instant, Vantage};
use crate::providers;
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gin;

/// What it writes of itself, and below a request's line.
const OTHERS: [&str; 2] = ["[GIN-debug] ", "Error #"];

/// `[ERR] 2026/11/18 - 08:00:03 | `: what gateways of this family say of their own work.
fn is_own(line: &str) -> bool {
    let head = line.strip_prefix('[').and_then(|rest| rest.split_once("] "));
    head.is_some_and(|(level, rest)| level != "GIN" && level.len() <= LONGEST_LEVEL && stamp(rest).is_some())
}

/// Bytes of a level: `DEBUG`.
const LONGEST_LEVEL: usize = 5;

/// `2026/11/18 - 08:00:03` before the first bar, and what is behind it.
fn stamp(rest: &str) -> Option<(&str, &str)> {
    let begins = |stamp: &str| stamp.starts_with(|first: char| first.is_ascii_digit()) && stamp.get(10..13) == Some(" - ");
    cell(rest).filter(|(stamp, _)| begins(stamp))
}

/// Whether a line is about no request.
fn is_other(line: &str) -> bool {
    OTHERS.iter().any(|words| line.starts_with(words)) || is_own(line)
}

/// Cells behind the address in which the request is looked for: sites add the token's name and the like.
const MOST_ADDED: usize = 4;

/// Reads a request's line; `None` inside where its path is none of models.
fn read(line: &str) -> Result<Option<Fields<'_>>, Unread> {
    let rest = line.strip_prefix("[GIN] ").ok_or(Unread::NotThisFormat)?;
    let (stamp, rest) = stamp(rest).ok_or(Unread::NotThisFormat)?;
    let (first, rest) = cell(rest).ok_or(Unread::CutShort)?;
    let (id, status, rest) = match status(first) {
        Some(status) => (None, status, rest),
        None => {
            let (second, rest) = cell(rest).ok_or(Unread::CutShort)?;
            (Some(first), status(second).ok_or(Unread::NotThisFormat)?, rest)
        }
    };
    let (elapsed, rest) = cell(rest).ok_or(Unread::CutShort)?;
    let (client, rest) = cell(rest).ok_or(Unread::CutShort)?;
    let (method, url) = request(rest).ok_or(Unread::CutShort)?;
    let is_call = method == "POST" && litellm::is_route(providers::split_url(url).path);
    Ok(is_call.then_some(Fields {
        timestamp: Some(stamp),
        instant: Instant::End,
        duration_ms: messages::duration_ms(elapsed),
        client: Some(client),
        method: Some(method),
        url: Some(url),
        status: Some(status),
        gateway_request_id: id.filter(|id| !id.is_empty()),
        ..Fields::default()
    }))
}

/// What stands before the next bar, and what behind it.
fn cell(rest: &str) -> Option<(&str, &str)> {
    rest.split_once('|').map(|(cell, rest)| (cell.trim(), rest))
}

fn status(cell: &str) -> Option<u16> {
    (cell.len() == 3).then(|| scan::status(cell)).flatten()
}

/// `POST     "/v1/chat/completions"`: the path is quoted or not.
fn request(rest: &str) -> Option<(&str, &str)> {
    let (method, path) = rest.split('|').take(MOST_ADDED).find_map(|cell| {
        let request = cell.trim_start().split_once(' ');
        request.filter(|(method, _)| shapes::is_usual_method(method))
    })?;
    let path = path.trim_start();
    let path = match path.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => path.split(' ').next()?,
    };
    path.starts_with('/').then_some((method, path))
}

impl Format for Gin {
    fn name(&self) -> &'static str {
        "gin"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        if is_other(&line) {
            return Fit::Maybe;
        }
        match read(&line) {
            Ok(_) => Fit::Yes,
            Err(_) => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if is_other(&line) {
            return Ok(());
        }
        if let Some(fields) = read(&line)? {
            emit(&fields);
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"[GIN] 2026/11/18 - 08:00:03 | 503 |  1.208511342s |        10.0.3.7 | POST     "/v1/chat/completions""#,
            "[GIN] 2026/11/18 - 08:00:03 | 2026111808000359187652tKqZrXW | 200 |  812.345678ms |        10.0.3.7 |    POST /v1/chat/completions",
        ]
    }

    fn source(&self) -> &'static str {
        "https://github.com/gin-gonic/gin/blob/master/logger.go; https://github.com/songquanpeng/one-api/blob/main/middleware/logger.go"
    }
}

#[cfg(test)]
mod tests {
    use super::request;

    #[test]
    fn the_request_may_stand_behind_what_a_site_added() {
        assert_eq!(
            request(r#" POST     "/v1/messages" traceID=4bf9"#),
            Some(("POST", "/v1/messages"))
        );
        assert_eq!(request(" team-a(3) |    POST /v1/messages"), Some(("POST", "/v1/messages")));
        assert_eq!(request(" 10.0.0.1 | POST "), None);
    }
}
