//! How a call ended where neither a status nor a time stands in its line: well by a known model and what only an answer
//! brings, or the program's own word on it; badly by the words of a broken exchange.

use super::{Key, Told, values};
use crate::gather::messages::{self, Wording};
use crate::gather::signatures;
use crate::model::{Fields, Grain, Instant, TransportError};
use crate::providers;

impl Told<'_> {
    /// Whether the line says that a call ended well, as far as its keys and its message do.
    pub(super) fn has_finished(&self, fields: &Fields<'_>) -> bool {
        let is_warning = self.get(Key::Level).is_some_and(values::is_warning_level);
        let is_retried = fields.retry_in_ms.is_some() || fields.retry_after_ms.is_some();
        if is_warning || is_retried || fields.ok == Some(false) {
            return false;
        }
        let reason = self.get(Key::FinishReason).is_some_and(messages::is_reason);
        let is_counted = fields.output_tokens.is_some();
        let is_known = || fields.model.is_some_and(|model| providers::by_model(model).is_some());
        if !reason && !is_counted && !is_known() {
            return false;
        }
        let message = self.get(Key::Message).unwrap_or("");
        let wording = Wording::of(message);
        if wording.is_spoilt() {
            return false;
        }
        let has_ended = wording.has_ended(is_counted);
        let is_answered = || {
            [Key::XRequestId, Key::RequestId]
                .iter()
                .any(|key| self.get(*key).is_some_and(messages::is_answers_id))
        };
        reason
            || self.own_word() == Some(true)
            || has_ended && (wording.names_a_call() || is_counted)
            || (is_counted || is_answered()) && !tells_of_costs(message)
    }

    /// Whether a line that names a provider's model and a call, or the provider, says in its error that the exchange broke.
    /// What else the program does for an answer may time out, too.
    pub(super) fn has_broken_off(&self, fields: &mut Fields<'_>) -> bool {
        let is_known = fields.model.is_some_and(|model| providers::by_model(model).is_some());
        let is_retried = || fields.ok != Some(true) && self.retries_a_route();
        let Some(text) = fields
            .error_message
            .or(fields.text)
            .filter(|_| is_known && fields.ok == Some(false) || is_retried())
        else {
            return false;
        };
        if self.retries_a_route() {
            fields.ok = Some(false);
            // The next one follows, whenever that is.
            fields.retry_in_ms = fields.retry_in_ms.or(Some(0.0));
        }
        let message = Wording::of(self.get(Key::Message).unwrap_or(""));
        if message.names_many() || !(message.names_a_call() || Wording::of(text).names_a_call()) {
            return false;
        }
        let is_attempts = self.get(Key::Attempt).is_some() || self.retries_a_route();
        fields.grain = if is_attempts { Grain::Attempt } else { Grain::Call };
        fields.instant = Instant::End;
        // The words of a client that does not know why are anybody's beyond the first.
        let is_clients = ["fetch failed", "Connection error"]
            .iter()
            .any(|words| text.starts_with(words));
        signatures::transport(text).is_some_and(|broken| is_clients || broken.kind != TransportError::Other)
    }

    /// Whether the message speaks of one attempt: `attempt failed`, `attempt 2/3 failed`.
    pub(super) fn is_of_an_attempt(&self) -> bool {
        let is_attempt = |word: &str| word.eq_ignore_ascii_case("attempt");
        self.get(Key::Message)
            .is_some_and(|message| message.split(|letter: char| !letter.is_ascii_alphabetic()).any(is_attempt))
    }

    /// Whether the message says that an exchange with an LLM's route is tried again: `retry 1 of /chat/completions`.
    fn retries_a_route(&self) -> bool {
        self.get(Key::Message).is_some_and(|message| {
            let is_retry = message.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("retr"));
            is_retry
                && message
                    .split(' ')
                    .any(|word| word.contains('/') && providers::endpoint(word).is_some_and(|endpoint| endpoint.known))
        })
    }

    /// Whether the answer came from a cache: no call was made for it. A gateway's line on one has a status.
    pub(super) fn is_from_a_cache(&self, fields: &Fields<'_>) -> bool {
        let is_cached = self
            .get(Key::Cached)
            .is_some_and(|word| matches!(word, "true" | "True" | "hit"));
        is_cached && fields.status.is_none() && fields.ok != Some(false)
    }
}

/// Whether a line is one on what a call cost, beside the one on its end.
fn tells_of_costs(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["usage", "token", "cost", "billing", "budget", "quota", "metric", "estimat"]
        .iter()
        .any(|word| message.contains(word))
}

#[cfg(test)]
mod tests {
    use super::{Key, Told};

    fn is_success(values: &[(Key, &str)]) -> bool {
        let mut told = Told::default();
        told.set(Key::Level, "info");
        told.set(Key::Model, "gpt-4o");
        for (key, value) in values {
            told.set(*key, value);
        }
        let mut is_success = false;
        told.emit(&mut |fields| is_success = fields.ok == Some(true) && fields.model.is_some());
        is_success
    }

    fn is_failure(values: [(Key, &str); 4]) -> bool {
        let mut told = Told::default();
        for (key, value) in values {
            told.set(key, value);
        }
        let mut is_failure = false;
        told.emit(&mut |fields| is_failure = fields.ok == Some(false));
        is_failure
    }

    #[test]
    fn an_exchange_that_broke_needs_no_time_to_be_a_failure() {
        let said = |level, model, message, error| {
            is_failure([
                (Key::Level, level),
                (Key::Model, model),
                (Key::Message, message),
                (Key::ErrorMessage, error),
            ])
        };
        // A cause that names the provider's host is one whatever the level (`messages::in_words`).
        assert!(said("error", "gpt-4o", "llm failed", "getaddrinfo ENOTFOUND api.openai.com"));
        for error in ["read ECONNRESET", "fetch failed"] {
            assert!(said("error", "gpt-4o", "llm failed", error), "{error}");
            assert!(!said("info", "gpt-4o", "llm failed", error), "{error}");
            assert!(!said("error", "our-own", "llm failed", error), "{error}");
        }
        assert!(!said("error", "gpt-4o", "llm failed", "prompt has no placeholder"));
        assert!(!said("error", "gpt-4o", "vector search for llm failed", "read ECONNRESET"));
        assert!(!said("error", "gpt-4o", "cannot save the ticket", "read ECONNRESET"));
    }

    const ID: &str = "req_77e2717e15524d5eac798cb366b91be9";

    #[test]
    fn what_only_an_answer_brings_tells_of_one() {
        let told: [&[(Key, &str)]; 12] = [
            &[(Key::Message, "llm_done"), (Key::OutputTokens, "4")],
            &[(Key::Message, "ticket triaged"), (Key::OutputTokens, "4")],
            &[(Key::Message, "summary_done"), (Key::RequestId, ID)],
            &[(Key::Message, "summary"), (Key::RequestId, ID)],
            &[(Key::Message, "answered"), (Key::XRequestId, ID)],
            &[(Key::Message, "claim assessed"), (Key::RequestId, "chatcmpl-9xK2mQ4vT7rLp")],
            &[(Key::Message, "completion"), (Key::FinishReason, "stop")],
            &[(Key::Message, "llm call ok")],
            &[(Key::Message, "OpenAI call succeeded")],
            &[(Key::Message, "llm_call"), (Key::Success, "true")],
            &[(Key::Message, "llm_call"), (Key::Status, "success")],
            &[(Key::Status, "ok")],
        ];
        for line in told {
            assert!(is_success(line), "{line:?}");
        }
    }

    #[test]
    fn what_stands_before_an_end_or_is_no_call_is_none() {
        let told: [&[(Key, &str)]; 15] = [
            &[
                (Key::Message, "calling llm"),
                (Key::RequestId, "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ],
            &[(Key::Message, "prompt built"), (Key::InputTokens, "1200")],
            &[
                (Key::Message, "documents retrieved"),
                (Key::RequestId, "0f8fad5b-d9cb-469f-a165-70867728950e"),
            ],
            &[(Key::Message, "default model loaded"), (Key::Success, "true")],
            &[(Key::Message, "health check"), (Key::Success, "true")],
            &[(Key::Message, "cache hit"), (Key::OutputTokens, "40")],
            &[(Key::Message, "llm call ok"), (Key::Cached, "true")],
            &[(Key::Message, "retrying llm call"), (Key::RequestId, ID)],
            &[(Key::Message, "llm call done"), (Key::RetryInMs, "500")],
            &[(Key::Message, "chunk received"), (Key::OutputTokens, "7")],
            &[(Key::Message, "token usage"), (Key::OutputTokens, "7")],
            &[(Key::Message, "batch completed"), (Key::Status, "completed")],
            &[(Key::Message, "index rebuilt, done")],
            &[(Key::Message, "llm call ok"), (Key::Model, "our-own")],
            &[(Key::Message, "llm call ok"), (Key::Level, "warn")],
        ];
        for line in told {
            assert!(!is_success(line), "{line:?}");
        }
    }
}
