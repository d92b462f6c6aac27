//! What clients of PHP and Ruby print of an exchange in a server's manner: Guzzle's `MessageFormatter` and HTTParty's logger.

use super::said::Said;
use super::scan;
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads Guzzle's `CLF` and `DEBUG` templates, and HTTParty's `:apache` format. Guzzle's `SHORT` names neither a client nor a
/// host: a server of the program's own writes the same.
pub(super) fn read<'a>(line: &'a str, message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    common(line, fields)
        .or_else(|| httparty(line, fields))
        .or_else(|| debug(message, fields))
}

fn ended<'a>(method: &'a str, url: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    if !providers::is_llm_url(url) {
        return None;
    }
    fields.method = Some(method);
    fields.url = Some(url);
    fields.grain = Grain::Attempt;
    fields.instant = Instant::End;
    fields.ok = None;
    Some(Said::AboutACall)
}

/// `host GuzzleHttp/7 - [22/Nov/2026:22:18:26 +0000] "POST /v1/chat/completions HTTP/1.1" 200 245`.
fn common<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let at = memchr::memmem::find(line.as_bytes(), b" GuzzleHttp/")?;
    let (request, answer) = line.get(at..)?.split_once("] \"")?.1.split_once("\" ")?;
    let (method, rest) = request.split_once(' ')?;
    let (path, _) = rest.split_once(" HTTP/")?;
    let status = scan::status(answer);
    let is_broken = answer.starts_with("NULL");
    if status.is_none() && !is_broken {
        return None;
    }
    let said = ended(method, path, fields)?;
    fields.status = status;
    fields.ok = is_broken.then_some(false);
    Some(said)
}

/// `[HTTParty] [2026-11-22 22:18:27 +0000] 200 "POST https://api.openai.com/v1/chat/completions" 245`.
fn httparty<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (_, rest) = line.strip_prefix("[HTTParty] [")?.split_once("] ")?;
    let status = scan::status(rest)?;
    let (request, _) = rest.get(3..)?.strip_prefix(" \"")?.split_once('"')?;
    let (method, url) = request.split_once(' ')?;
    let said = ended(method, url, fields)?;
    fields.status = Some(status);
    Some(said)
}

/// `>>>>>>>> POST /v1/… HTTP/1.1 Host: … <<<<<<<< HTTP/1.1 503 … x-request-id: req_… -------- cURL error 56: …`, over as many
/// lines as both messages have, or in one where the logger takes line breaks out.
fn debug<'a>(message: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (request, rest) = message.strip_prefix(">>>>>>>>")?.split_once("<<<<<<<<")?;
    let (method, rest_of_request) = request.trim_start().split_once(' ')?;
    let (path, _) = rest_of_request.split_once(" HTTP/")?;
    let (answer, error) = rest.rsplit_once("--------").unwrap_or((rest, ""));
    let host = header(request, "Host: ");
    if host.is_some_and(|host| providers::by_host(host).is_none() && !providers::is_llm_url(path)) {
        return None;
    }
    let said = ended(method, path, fields)?;
    fields.server_address = host;
    fields.model = scan::between(request, "\"model\":\"", '"').or_else(|| scan::between(request, "\"model\": \"", '"'));
    let status = answer
        .trim_start()
        .strip_prefix("HTTP/")
        .and_then(|answer| answer.split_once(' '));
    fields.status = status.and_then(|(_, status)| scan::status(status));
    fields.x_request_id = header(answer, "x-request-id: ").or_else(|| header(answer, "request-id: "));
    if fields.status.is_none() {
        fields.ok = Some(false);
        fields.text = Some(error.trim());
    }
    Some(said)
}

/// What stands behind a header's name, up to the next blank or line.
fn header<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let at = memchr::memmem::find(text.as_bytes(), name.as_bytes())?;
    text.get(at + name.len()..)?.split_ascii_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::{Fields, Grain};

    fn told(line: &str) -> Option<Fields<'_>> {
        let mut fields = Fields::default();
        read(line, line, &mut fields).map(|_| fields)
    }

    #[test]
    fn an_exchange_in_a_servers_manner_is_an_attempt() {
        for line in [
            r#"web-1 GuzzleHttp/7 - [22/Nov/2026:22:18:31 +0000] "POST /v1/chat/completions HTTP/1.1" 503 161"#,
            r#"[HTTParty] [2026-11-22 22:18:27 +0000] 503 "POST https://api.openai.com/v1/chat/completions" 161 "#,
        ] {
            let fields = told(line).unwrap();
            assert_eq!((fields.status, fields.grain), (Some(503), Grain::Attempt), "{line}");
        }
    }

    #[test]
    fn both_messages_of_an_exchange_tell_model_and_id() {
        const ID: &str = "req_c5425259c5264b25b206d189f7a23417";
        let line = format!(
            ">>>>>>>> POST /v1/chat/completions HTTP/1.1 Content-Length: 32 Host: api.openai.com  {{\"model\":\"gpt-4o\"}} \
             <<<<<<<< HTTP/1.1 503 Service Unavailable x-request-id: {ID} content-length: 2  {{}} -------- NULL"
        );
        let fields = told(&line).unwrap();
        assert_eq!(
            (fields.status, fields.model, fields.x_request_id),
            (Some(503), Some("gpt-4o"), Some(ID))
        );
        let broken = ">>>>>>>>\nPOST /v1/responses HTTP/1.1\r\nHost: api.openai.com\r\n\r\n{}\n<<<<<<<<\nNULL\n--------\n\
            cURL error 28: Operation timed out";
        let fields = told(broken).unwrap();
        assert_eq!(
            (fields.ok, fields.text),
            (Some(false), Some("cURL error 28: Operation timed out"))
        );
    }

    #[test]
    fn other_services_and_servers_are_left_alone() {
        for line in [
            r#"web-1 GuzzleHttp/7 - [22/Nov/2026:22:18:31 +0000] "POST /orders HTTP/1.1" 503 161"#,
            r#"[2026-11-22T22:18:26+00:00] "POST /v1/chat/completions HTTP/1.1" 200"#,
            r#"[HTTParty] [2026-11-22 22:18:27 +0000] 503 "POST https://shop.example.com/orders" 161 "#,
            ">>>>>>>> POST /orders HTTP/1.1 Host: shop.example.com <<<<<<<< HTTP/1.1 503 x -------- NULL",
        ] {
            assert!(told(line).is_none(), "{line}");
        }
    }
}
