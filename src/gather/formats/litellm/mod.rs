//! Reads the log of a LiteLLM gateway: its text lines with a clock and no date, the same as JSON, and uvicorn's access
//! lines, which stand between either.
//!
//! uvicorn's line is the exchange with a client, and the error above it tells its model and cause. What the router says
//! of its deployments is about tries of its own and is not counted; it dates uvicorn's lines, which in text have no stamp
//! (`docs.litellm.ai/docs/proxy/logging`).

mod access;
mod extent;
mod message;
mod payload;
mod records;
mod router;

pub(super) use access::is_route;
pub(super) use payload::LitellmPayload;

use super::format::{Fit, Format, Unread};
use super::json_values::Unescaped;
use super::vllm::Vllm;
use crate::gather::frame::Framing;
use crate::gather::messages;
use crate::model::{Fields, Grain, Vantage};
use crate::text::scan;
use access::Access;
use extent::{answered, split, starts};
use message::{Failed, is_upstream};
use records::{access_line, is_rest, json_line, line, plain, text_line, uvicorn_line};

/// A line of uvicorn's own, in the layout of its default logger.
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made")]
pub(super) enum Uvicorns<'a> {
    /// On an answer of a model's route.
    Answer(Fields<'a>),
    /// Anything else.
    Other,
}

/// Reads a line of uvicorn's; `None` of any other program's.
pub(super) fn uvicorns(line: &str) -> Option<Uvicorns<'_>> {
    let said = uvicorn_line(line)?;
    let access = Access::read(said.message).filter(Access::is_llm);
    Some(access.map_or(Uvicorns::Other, |access| Uvicorns::Answer(access.fields())))
}

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Litellm {
    /// The log has no access lines: what the router says went well is the answer, and what the gateway says failed the other.
    is_routers: bool,
}

impl Litellm {
    /// As most gateways write.
    pub(super) const USUAL: Self = Self { is_routers: false };
    /// Of a gateway that keeps uvicorn's lines back (`Using json logs. Setting log_config to None.`).
    const ROUTERS: Self = Self { is_routers: true };
}

impl Format for Litellm {
    fn name(&self) -> &'static str {
        "litellm"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        starts(line)
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let text = scan::text(line);
        let text = plain(text.trim());
        if text.starts_with('{') {
            if self.is_routers && router::is_own(&text) {
                return Fit::Yes;
            }
            return json_line(&text, &Unescaped::default()).map_or(Fit::No, |_| Fit::Yes);
        }
        if text_line(&text).is_some() {
            return Fit::Yes;
        }
        // uvicorn serves anything: only its line about a model's route may be a gateway's.
        match uvicorn_line(&text).and_then(|said| Access::read(said.message)) {
            Some(access) if access.is_llm() => Fit::Maybe,
            _ => Fit::No,
        }
    }

    fn is_the_gateways(&self) -> bool {
        self.is_routers
    }

    fn declared(&self, head: &[u8]) -> Option<&'static dyn Format> {
        let own: Option<&'static dyn Format> = router::tells_alone(head).then_some(&Self::ROUTERS);
        own.or_else(|| Vllm::writes(head).then_some(&Vllm))
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let text = plain(text.trim_end());
        if self.is_routers && text.starts_with('{') {
            let unescaped = Unescaped::default();
            let first = first_line(&text);
            if let Some(said) = router::said(first, &unescaped) {
                emit(&said.fields());
                return Ok(());
            }
            if router::is_own(first) && json_line(first, &unescaped).is_err() {
                return Ok(());
            }
        }
        let (head, answers) = split(&text);
        let head = if is_rest(head) { "" } else { head };
        // Tracebacks of which the logger makes no JSON stand below its record.
        let head = if head.starts_with('{') { first_line(head) } else { head };
        let unescaped = Unescaped::default();
        let said = (!head.is_empty()).then(|| line(head, &unescaped)).transpose()?;
        let message = said.as_ref().map(|said| plain(said.message));
        let stamp = said.as_ref().and_then(|said| said.stamp);
        let failed = said.as_ref().zip(message.as_deref());
        let failed = failed.and_then(|(said, message)| Failed::read(message, said.trace));
        if failed.is_none()
            && let Some(message) = message.as_deref()
        {
            let answered = messages::answered(message);
            if answered.is_some() || is_upstream(message) || said.as_ref().is_some_and(|said| said.is_a_clock) {
                emit(&Fields {
                    grain: Grain::Start,
                    timestamp: stamp,
                    model: answered.map(|answered| answered.model),
                    route: answered.map(|answered| answered.route),
                    ..Fields::default()
                });
            }
        }
        let answered = failed.as_ref().and_then(|failed| answered(failed, answers));
        for (at, answer) in answers.lines().enumerate() {
            let unescaped = Unescaped::default();
            let Some((own_stamp, access)) = access_line(answer, &unescaped) else {
                continue;
            };
            let told = failed.as_ref().filter(|_| answered == Some(at));
            emit(&Fields {
                timestamp: own_stamp.or(stamp),
                ..told.map_or_else(|| access.fields(), |failed| failed.with(&access))
            });
        }
        if let Some(failed) = failed.filter(|_| answered.is_none()) {
            let alone = failed.fields();
            let is_answer = self.is_routers && failed.is_answer();
            emit(&Fields {
                timestamp: stamp,
                grain: if is_answer { Grain::Attempt } else { alone.grain },
                ..alone
            });
        }
        Ok(())
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            "14:02:31 - LiteLLM Router:INFO: router.py:4023 - litellm.acompletion(model=openai/gpt-4o)\u{1b}[31m Exception litellm.InternalServerError: InternalServerError: OpenAIException - The server had an error while processing your request. Sorry about that!\u{1b}[0m",
            "\u{1b}[92m14:02:33 - LiteLLM Router:INFO\u{1b}[0m: router.py:3993 - litellm.acompletion(model=openai/gpt-4o-mini)\u{1b}[32m 200 OK\u{1b}[0m",
            "INFO:     10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 500 Internal Server Error",
            r#"{"message": "10.25.1.3:37717 - \"POST /v1/chat/completions HTTP/1.1\" 429", "level": "INFO", "timestamp": "2026-09-30T10:21:49.307842", "component": "uvicorn.access", "logger": "h11_impl.py:477"}"#,
            r#"{"message": "Trying to fallback b/w models", "level": "INFO", "timestamp": "2026-09-30T10:28:57.333769", "component": "LiteLLM Router", "logger": "router.py:7747"}"#,
            r#"{"message": "litellm.proxy.proxy_server.chat_completion(): Exception occured - litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - Error code: 503 - {'error': {'message': 'The server is currently overloaded with other requests. Sorry about that! You can retry your request.', 'type': 'server_error', 'param': None, 'code': None}}\nReceived Model Group=gpt-4.1\nAvailable Model Group Fallbacks=None, LiteLLM Max Retries: 1", "level": "ERROR", "timestamp": "2026-10-20T10:19:05.082332"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://docs.litellm.ai/docs/proxy/logging; litellm/_logging.py; uvicorn/logging.py"
    }
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{Format, Litellm};
    use crate::model::{Fields, Grain};

    const ERROR: &str = "17:57:54 - LiteLLM Proxy:ERROR: common_request_processing.py:1687 - litellm.proxy.proxy_server._handle_llm_api_exception(): Exception occured - litellm_call_id=431126c2 - litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - That model is currently overloaded\n\nLiteLLM: model group 'gpt-4.1' failed with the error above.\nTraceback (most recent call last):\n  File \"a.py\", line 1, in b";

    fn read<T>(record: &str, ask: impl Fn(&Fields<'_>) -> T) -> Vec<T> {
        let mut said = Vec::new();
        Litellm::USUAL
            .parse(record.as_bytes(), &mut |fields| said.push(ask(fields)))
            .unwrap();
        said
    }

    fn answer(status: &str) -> String {
        format!("\nINFO:     10.22.1.34:54955 - \"POST /v1/chat/completions HTTP/1.1\" {status}")
    }

    #[test]
    fn an_error_and_its_answer_are_one_attempt_with_client_model_and_time() {
        let record = format!("{ERROR}{}", answer("503 Service Unavailable"));
        let said = read(&record, |fields| {
            assert_eq!((fields.timestamp, fields.status), (Some("17:57:54"), Some(503)));
            assert_eq!((fields.client, fields.model), (Some("10.22.1.34:54955"), Some("gpt-4.1")));
            assert_eq!(fields.gateway_request_id, Some("431126c2"));
            fields.grain
        });
        assert_eq!(said, [Grain::Attempt]);
    }

    #[test]
    fn the_answer_with_the_errors_status_is_its_own_and_the_others_are_attempts_too() {
        let record = format!(
            "{ERROR}{}{}",
            answer("429 Too Many Requests"),
            answer("503 Service Unavailable")
        );
        let said = read(&record, |fields| (fields.grain, fields.status, fields.model.is_some()));
        assert_eq!(said, [(Grain::Attempt, Some(429), false), (Grain::Attempt, Some(503), true)]);
    }

    #[test]
    fn the_rest_of_a_record_of_an_earlier_file_is_understood() {
        let record = format!(
            "  File \"a.py\", line 1, in b\nValueError: x{}",
            answer("500 Internal Server Error")
        );
        assert_eq!(read(&record, |fields| fields.status), [Some(500)]);
    }

    #[test]
    fn an_old_releases_json_has_no_component() {
        let record = r#"{"message": "litellm.proxy.proxy_server.chat_completion(): Exception occured - litellm.APIError: APIError: OpenAIException - Error code: 500 - {'error': {'message': 'oh'}}\nReceived Model Group=gpt-4.1\nAvailable Model Group Fallbacks=None, LiteLLM Max Retries: 1", "level": "ERROR", "timestamp": "2026-10-20T10:18:57.961694", "stacktrace": "Traceback (most recent call last):\n  File \"a.py\""}"#;
        assert_eq!(
            read(record, |fields| (fields.status, fields.model.map(str::to_owned))),
            [(Some(500), Some("gpt-4.1".to_owned()))]
        );
    }

    #[test]
    fn where_a_gateway_keeps_its_access_lines_back_its_router_answers() {
        let ok = r#"{"message": "litellm.acompletion(model=openai/gpt-4.1)\u001b[32m 200 OK\u001b[0m", "level": "INFO", "timestamp": "2026-11-21T10:00:01.071123"}"#;
        let failed = r#"{"message": "litellm.proxy.proxy_server._handle_llm_api_exception(): Exception occured - litellm.ServiceUnavailableError: ServiceUnavailableError: OpenAIException - overloaded. Received Model Group=gpt-4.1\nAvailable Model Group Fallbacks=None", "level": "ERROR", "timestamp": "2026-11-21T10:02:41.201123"}"#;
        let format = Litellm::USUAL.declared(format!("{ok}\n{failed}").as_bytes()).unwrap();
        let read = |record: &str| {
            let mut said = None;
            format
                .parse(record.as_bytes(), &mut |fields| {
                    said = Some((fields.grain, fields.status, fields.model.map(str::to_owned)));
                })
                .unwrap();
            said
        };
        assert_eq!(read(ok), Some((Grain::Attempt, Some(200), Some("gpt-4.1".to_owned()))));
        assert_eq!(read(failed), Some((Grain::Attempt, Some(503), Some("gpt-4.1".to_owned()))));
        // A router in an application, and a gateway with access lines.
        assert!(Litellm::USUAL.declared(ok.as_bytes()).is_none());
        let both = format!("{failed}\nINFO:     10.0.0.7:5 - \"POST /v1/responses HTTP/1.1\" 503 X");
        assert!(Litellm::USUAL.declared(both.as_bytes()).is_none());
    }

    #[test]
    fn an_error_without_its_answer_is_a_detail() {
        assert_eq!(read(ERROR, |fields| fields.grain), [Grain::Detail]);
    }

    #[test]
    fn answers_below_anything_else_are_attempts_of_their_own() {
        let record = format!(
            "17:57:54 - LiteLLM Router:INFO: router.py:7747 - Trying to fallback{}",
            answer("401 Unauthorized")
        );
        assert_eq!(
            read(&record, |fields| (fields.timestamp.map(str::to_owned), fields.status)),
            [(Some("17:57:54".to_owned()), None), (Some("17:57:54".to_owned()), Some(401))]
        );
    }
}
