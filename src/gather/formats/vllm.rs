//! Reads the log of vLLM's OpenAI server: uvicorn's access lines, which have no stamp, between vLLM's own, which have one without
//! a year. Newer releases put the process before both.
//!
//! Its own lines tell of the engine, and so only when the answers around them were given.
//! <https://github.com/vllm-project/vllm/blob/main/vllm/logger.py> (`_FORMAT`, `_DATE_FORMAT`, `decorate_logs`)

use super::colours::plain;
use super::format::{Fit, Format, Unread};
use super::litellm::{Uvicorns, uvicorns};
use crate::gather::frame::Framing;
use crate::model::{Fields, Grain, Vantage};
use memchr::memmem;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vllm;

/// A line without what newer releases put before it: `(APIServer pid=1) `, `(EngineCore_DP0 pid=271) `.
fn without_process(line: &str) -> &str {
    let process = line.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    process
        .filter(|(process, _)| process.len() <= LONGEST_PROCESS && process.contains(" pid="))
        .map_or(line, |(_, rest)| rest)
}

/// Bytes of a process: `EngineCore_DP15 pid=1048576`.
const LONGEST_PROCESS: usize = 64;

/// The stamp of `INFO 05-13 14:16:43 [client.py:173] message`, or with `client.py:173] message` of releases before 0.8.
fn stamp(line: &str) -> Option<&str> {
    let (level, rest) = line.split_once(' ')?;
    let (stamp, rest) = rest.split_at_checked("05-13 14:16:43".len())?;
    let (place, _) = rest.strip_prefix(' ')?.split_once(']')?;
    let (file, number) = place.strip_prefix('[').unwrap_or(place).rsplit_once(':')?;
    let is_place = file.ends_with(".py") && !file.contains(' ') && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_stamp = stamp.bytes().zip(*b"00-00 00:00:00").all(|(byte, of)| match of {
        b'0' => byte.is_ascii_digit(),
        _ => byte == of,
    });
    let is_level = matches!(level, "DEBUG" | "INFO" | "WARNING" | "ERROR" | "CRITICAL");
    (is_level && is_stamp && is_place).then_some(stamp)
}

impl Vllm {
    /// Whether vLLM writes a log whose access lines uvicorn writes, as it does LiteLLM's.
    pub(super) fn writes(head: &[u8]) -> bool {
        let may_be = memmem::find(head, b".py:").is_some() && memmem::find(head, b" HTTP/1.1\" ").is_some();
        let is_own = |line: &[u8]| stamp(without_process(&plain(line))).is_some();
        may_be && memmem::find(head, b" - LiteLLM").is_none() && head.split(|byte| *byte == b'\n').take(LINES).any(is_own)
    }
}

/// Lines in which one of its own stands: it says much at its start.
const LINES: usize = 100;

impl Format for Vllm {
    fn name(&self) -> &'static str {
        "vllm"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        let text = plain(line);
        let line = without_process(text.trim_end());
        stamp(line).is_some() || uvicorns(line).is_some()
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let text = plain(line);
        let text = text.trim_end();
        let line = without_process(text);
        if stamp(line).is_some() {
            return Fit::Yes;
        }
        // Without a process before them any program behind uvicorn may have written them.
        match uvicorns(line) {
            Some(_) if line.len() < text.len() => Fit::Yes,
            Some(Uvicorns::Answer(_)) => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = plain(record);
        let line = without_process(text.lines().next().unwrap_or_default());
        if let Some(stamp) = stamp(line) {
            emit(&Fields {
                grain: Grain::Start,
                timestamp: Some(stamp),
                ..Fields::default()
            });
            return Ok(());
        }
        match uvicorns(line) {
            Some(Uvicorns::Answer(fields)) => emit(&fields),
            Some(Uvicorns::Other) => {}
            None => return Err(Unread::NotThisFormat),
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "INFO 05-13 14:16:53 [metrics.py:486] Avg prompt throughput: 0.0 tokens/s, Avg generation throughput: 0.0 tokens/s, Running: 0 reqs",
            "INFO 10-23 10:57:08 logger.py:37] Received request chat-c63fb2801fdd47bf95478436ef4fbd06: prompt: \"hi\"",
            "(APIServer pid=1) INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error",
        ]
    }

    fn source(&self) -> &'static str {
        "https://github.com/vllm-project/vllm/blob/main/vllm/logger.py"
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, Vllm, stamp};
    use crate::gather::formats::Fit;

    #[test]
    fn a_stamp_stands_between_a_level_and_a_place() {
        for (line, told) in [
            (
                "DEBUG 04-25 02:26:25 [v1/metrics/loggers.py:259] Engine 000",
                Some("04-25 02:26:25"),
            ),
            (
                "INFO 12-05 09:57:05 async_llm_engine.py:180] Aborted request chat-4656.",
                Some("12-05 09:57:05"),
            ),
            ("INFO 12-05 09:57:05 we met at a.py:3 [ok]", None),
            ("INFO 12-05 09:57 a.py:3] x", None),
        ] {
            assert_eq!(stamp(line), told, "{line}");
        }
    }

    #[test]
    fn only_a_models_route_is_an_answer() {
        let mut statuses = Vec::new();
        for line in [
            "INFO:     127.0.0.6:60701 - \"GET /health HTTP/1.1\" 200 OK",
            "(APIServer pid=1) INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error\n(APIServer pid=1) ERROR:    Exception in ASGI application",
            "INFO:     10.0.0.7:51234 - \"POST /summarise HTTP/1.1\" 500 Internal Server Error",
            "INFO:     Application startup complete.",
        ] {
            Vllm.parse(line.as_bytes(), &mut |fields| statuses.push(fields.status))
                .unwrap();
        }
        assert_eq!(statuses, [Some(500)]);
        assert!(Vllm.fit(b"INFO:     Application startup complete.") == Fit::No);
    }
}
