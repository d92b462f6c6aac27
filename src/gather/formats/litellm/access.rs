//! uvicorn's access line, which is the exchange with a client.

use crate::model::{Fields, Instant};
use crate::providers;
use crate::text::scan;

/// uvicorn's access line: `10.0.0.7:51234 - "POST /v1/chat/completions HTTP/1.1" 500 Internal Server Error`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Access<'a> {
    client: &'a str,
    method: &'a str,
    url: &'a str,
    status: u16,
}

/// Routes of which no other service ends one (litellm/proxy/proxy_server.py).
const ENDINGS: [&str; 7] = [
    "/chat/completions",
    "/completions",
    "/embeddings",
    "/moderations",
    "/images/generations",
    "/audio/speech",
    "/audio/transcriptions",
];

/// Routes whose last word anybody may use.
const ROUTES: [&str; 3] = ["/v1/messages", "/v1/responses", "/responses"];

/// Whether a path is a model's route, and no other service's.
pub(in crate::gather::formats) fn is_route(path: &str) -> bool {
    ROUTES.contains(&path) || ENDINGS.iter().any(|ending| path.ends_with(ending))
}

impl<'a> Access<'a> {
    /// Whether a message begins as such a line does.
    pub(super) fn begins(message: &str) -> bool {
        message
            .split_once(" - \"")
            .is_some_and(|(client, _)| !client.is_empty() && client.bytes().all(|byte| byte.is_ascii_graphic()))
    }

    /// Reads it; `None` where it is none.
    pub(super) fn read(message: &'a str) -> Option<Self> {
        let (client, rest) = message.split_once(" - \"")?;
        let (request, rest) = rest.rsplit_once("\" ")?;
        let (method, url) = scan::request(request)?;
        let status = scan::status(rest.split(' ').next()?)?;
        (!client.contains(' ') && (100..600).contains(&status)).then_some(Self {
            client,
            method,
            url,
            status,
        })
    }

    /// Whether it is about a route that a gateway serves. An application behind uvicorn may have a `/chat` or a `/v1/`
    /// of its own.
    pub(super) fn is_llm(&self) -> bool {
        self.method == "POST" && is_route(providers::split_url(self.url).path)
    }

    /// `http.response.status_code`.
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// The exchange; uvicorn writes it when the answer's headers are sent.
    pub(super) fn fields(&self) -> Fields<'a> {
        Fields {
            instant: Instant::End,
            client: Some(self.client),
            method: Some(self.method),
            url: Some(self.url),
            status: Some(self.status),
            ..Fields::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Access;

    #[test]
    fn only_a_models_route_is_a_gateways() {
        let access = |line: &str| Access::read(line).unwrap().is_llm();
        assert!(access("10.0.0.7:51234 - \"POST /v1/chat/completions HTTP/1.1\" 200 OK"));
        assert!(access("10.0.0.7:51234 - \"POST /chat/completions?x=1 HTTP/1.1\" 520 "));
        for path in ["/summarise", "/chat", "/v1/answers", "/rooms/7/messages"] {
            assert!(
                !access(&format!("10.0.0.7:51234 - \"POST {path} HTTP/1.1\" 200 OK")),
                "{path}"
            );
        }
        assert!(Access::read("Uvicorn running on http://10.0.0.1:4000").is_none());
    }
}
