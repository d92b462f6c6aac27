//! Clients that log what they send on one line and the status they got on the next: .NET's `HttpClient` and Ruby's Faraday.
//!
//! A format that frames such lines as one record ([`is_answer`]) has both in the message.

use super::said::Said;
use super::{polly, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// What stands before the status in the line of an answer: `LogHelper`'s event 101 of Microsoft.Extensions.Http (with the
/// time it took), and Faraday's `logger` middleware.
const ANSWERS: [&str; 2] = [DOTNETS, "-- response: Status "];

const DOTNETS: &str = "Received HTTP response headers after ";

/// The head of an answer that .NET's console writes above it, behind the client's name.
pub(in crate::gather) const HEAD: &str = ".ClientHandler[101]";

/// Whether a line is the answer to a request that stands in a line above, or the head of one.
#[must_use]
pub fn is_answer(line: &[u8]) -> bool {
    let has = |words: &str| memchr::memmem::find(line, words.as_bytes()).is_some();
    has(DOTNETS) || has(HEAD) || is_of_faraday(line)
}

/// Whether a line goes on with what Faraday says of an exchange: the answer, and the headers and bodies of both. Only a line
/// with a method and an address begins one.
fn is_of_faraday(line: &[u8]) -> bool {
    let told = memchr::memmem::find(line, b"-- re").and_then(|at| line.get(at + "-- re".len()..));
    let Some(told) = told else { return false };
    let Some(asked) = told.strip_prefix(b"quest: ") else {
        return told.starts_with(b"sponse: ");
    };
    let method = asked.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    method < 3 || !asked.get(method..).is_some_and(|rest| rest.starts_with(b" http"))
}

/// Reads `Sending HTTP request POST https://…` or `POST https://…`, and the answer under it.
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let asked = line.strip_prefix("Sending HTTP request ").unwrap_or(line);
    let (method, url) = asked.trim_end().split_once(' ')?;
    let is_method = method.len() > 2 && method.bytes().all(|byte| byte.is_ascii_uppercase());
    if !is_method || !url.starts_with("http") || url.contains(' ') || !providers::is_llm_url(url) {
        return None;
    }
    let answer = ANSWERS.iter().find_map(|words| {
        let at = memchr::memmem::find(rest.as_bytes(), words.as_bytes())?;
        rest.get(at + words.len()..)?.lines().next()
    });
    fields.method = Some(method);
    fields.url = Some(url);
    fields.ok = None;
    fields.instant = Instant::Start;
    let Some(answer) = answer else {
        fields.grain = Grain::Start;
        return Some(Said::AboutACall);
    };
    fields.x_request_id = answers_id(rest);
    told(answer, fields)
}

/// The provider's id among the headers under an answer, as Faraday writes them: `x-request-id: "req_…"`.
fn answers_id(rest: &str) -> Option<&str> {
    let mut lines = rest.lines().filter_map(|line| line.strip_prefix("x-request-id: \""));
    lines.find_map(|value| value.strip_suffix('"'))
}

/// Reads what stands in an answer behind its words: the time it took, perhaps, and the status.
fn told<'a>(answer: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (took, status) = answer
        .split_once(" - ")
        .map_or((None, answer), |(took, status)| (Some(took), status));
    fields.status = Some(scan::status(status.trim_start())?);
    fields.duration_ms = took.and_then(scan::duration_ms);
    fields.grain = Grain::Attempt;
    Some(Said::AboutACall)
}

/// Reads an answer of .NET's client that stands apart from its request, for others were sent between. The client's name
/// stands in the head, and must be an LLM's.
pub(in crate::gather) fn answer<'a>(client: &'a str, message: &'a str, fields: &mut Fields<'a>) -> bool {
    let behind = message.trim_start().strip_prefix(DOTNETS);
    let Some(answer) = behind
        .and_then(|behind| behind.lines().next())
        .filter(|_| polly::names_llm_client(client))
    else {
        return false;
    };
    fields.provider = Some(client);
    fields.instant = Instant::End;
    told(answer, fields).is_some()
}

#[cfg(test)]
mod tests {
    use super::{is_answer, read};
    use crate::model::{Fields, Grain};

    #[test]
    fn dotnets_answer_has_its_requests_address() {
        let mut fields = Fields::default();
        let rest = "2026-10-14 13:00:01.935 +00:00 [INF] Received HTTP response headers after 812.3456ms - 503\n";
        let line = "Sending HTTP request POST https://api.openai.com/v1/chat/completions";
        assert!(read(line, rest, &mut fields).is_some());
        assert_eq!((fields.status, fields.duration_ms), (Some(503), Some(812.3456)));
        assert_eq!(fields.grain, Grain::Attempt);
    }

    #[test]
    fn a_request_without_an_answer_has_begun() {
        let mut fields = Fields::default();
        assert!(read("POST https://api.openai.com/v1/chat/completions", "", &mut fields).is_some());
        assert_eq!((fields.grain, fields.status), (Grain::Start, None));
    }

    #[test]
    fn faradays_headers_stand_between_and_behind() {
        const ID: &str = "req_6ab8fa3938cd4ebcaad00ef2aabc6466";
        let headers = "I, [2026-11-22T22:18:28.221836 #21496]  INFO -- request: User-Agent: \"Faraday v1.1.0\"";
        let rest = format!(
            "{headers}\nContent-Type: \"application/json\"\nI, [2026-11-22T22:18:28.372233 #21496]  INFO -- response: Status 200\n\
             I, [2026-11-22T22:18:28.372300 #21496]  INFO -- response: server: \"x\"\nx-request-id: \"{ID}\"\n"
        );
        let mut fields = Fields::default();
        assert!(read("POST https://api.openai.com/v1/chat/completions", &rest, &mut fields).is_some());
        assert_eq!((fields.status, fields.x_request_id), (Some(200), Some(ID)));
        assert!(is_answer(headers.as_bytes()));
        for line in [
            "I, [2026-11-22T22:18:28.221761 #21496]  INFO -- request: POST https://api.openai.com/v1/chat/completions",
            "I, [2026-11-22T22:18:28.221761 #21496]  INFO -- : request: x",
        ] {
            assert!(!is_answer(line.as_bytes()), "{line}");
        }
    }

    #[test]
    fn another_services_request_is_about_no_call() {
        let rest = "I, [2026-10-14T13:00:01 #17]  INFO -- response: Status 503\n";
        assert!(read("POST https://shop.example.com/orders", rest, &mut Fields::default()).is_none());
    }
}
