//! What programs print by themselves of an exchange, in one line: `POST https://… -> 503 (812 ms)`, `POST https://… returned 503`.

use super::said::Said;
use super::{prose, scan, summary};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Methods of requests to LLM APIs.
const METHODS: [&str; 2] = ["POST", "GET"];

/// What stands between the URL and the status. A number behind the URL alone may be anything.
const LINKS: [&str; 10] = ["->", "-->", "=>", "→", "-", ":", "returned", "responded", "answered", "with"];

/// `[503] POST …`, `503 POST …`: the status, and what follows.
fn status_first(line: &str) -> (Option<u16>, &str) {
    let first = line.split_once(' ').and_then(|(word, rest)| {
        let bare = word.strip_prefix('[').and_then(|word| word.strip_suffix(']')).unwrap_or(word);
        Some((scan::status(bare).filter(|_| bare.len() == 3)?, rest))
    });
    first.map_or((None, line), |(status, rest)| (Some(status), rest))
}

/// Reads such a line. It is the call's own: a client's lines on the attempts may stand beside it.
pub(super) fn read<'a>(line: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (early, line) = status_first(line);
    let (method, rest) = line.split_once(' ')?;
    if !METHODS.contains(&method) || !rest.starts_with("http") {
        return None;
    }
    let (written, behind) = rest.split_once(' ').unwrap_or((rest, ""));
    let url = written.trim_end_matches(':');
    let (mut is_linked, mut behind) = (url.len() < written.len(), behind.trim_start());
    // The protocol's version links nothing: Guzzle's templates may write it behind the URL.
    if let Some((_, rest)) = behind.split_once(' ').filter(|(word, _)| word.starts_with("HTTP/")) {
        behind = rest.trim_start();
    }
    while let Some((_, rest)) = behind.split_once(' ').filter(|(word, _)| LINKS.contains(word)) {
        (is_linked, behind) = (true, rest.trim_start());
    }
    let (is_named, behind) = match behind.strip_prefix("status") {
        Some(rest) => (true, rest.trim_start_matches(['=', ':', ' ', '('])),
        None => (false, behind.trim_start_matches(['(', '['])),
    };
    let took = || {
        let mut words = behind.match_indices([' ', '(', '[', '=']);
        let later = words.find_map(|(at, _)| scan::duration_ms(behind.get(at + 1..)?));
        scan::duration_ms(behind).or(later)
    };
    let is_alone = || {
        let rest = behind.get(3..).unwrap_or("").trim_start();
        let is_pair = rest.split(' ').next().is_some_and(|word| word.contains('='));
        rest.is_empty() || is_pair || scan::duration_ms(rest).is_some()
    };
    let is_told = || is_linked || is_named || is_alone();
    let status = early.or_else(|| scan::status(behind).filter(|_| is_told()))?;
    // What is said of a retry has a pause in it, and readers of its own.
    let is_of_a_retry = memchr::memmem::find(behind.as_bytes(), b"etry").is_some();
    if is_of_a_retry || !providers::is_llm_url(url) {
        return None;
    }
    let took = took();
    summary::supplement(behind, fields);
    fields.x_request_id = fields.x_request_id.or_else(|| prose::shaped_id(behind).map(|(id, _)| id));
    fields.duration_ms = fields.duration_ms.or(took);
    fields.status = Some(status);
    fields.method = Some(method);
    fields.url = Some(url);
    fields.grain = Grain::Call;
    fields.instant = Instant::End;
    fields.ok = None;
    Some(Said::AboutACall)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::gather::messages::Said;
    use crate::model::Fields;

    fn told(line: &str) -> Option<(Option<u16>, Option<f64>)> {
        let mut fields = Fields::default();
        let said = read(line, &mut fields)?;
        assert_eq!(said, Said::AboutACall);
        Some((fields.status, fields.duration_ms))
    }

    #[test]
    fn a_line_with_method_url_and_status_is_a_call() {
        const URL: &str = "https://api.openai.com/v1/chat/completions";
        for (behind, ms) in [
            (" -> 503 (812 ms)", Some(812.0)),
            (" returned 503", None),
            (" responded with status 503 in 0.812s", Some(812.0)),
            (" => 503 Service Unavailable [812ms]", Some(812.0)),
            (": 503", None),
            (" HTTP/1.1 - 503 Service Unavailable - NULL", None),
            (" 503", None),
            (" 503 0.812s", Some(812.0)),
            (" 503 model=gpt-4o 0.812s", Some(812.0)),
            (" status=503 duration=812ms", Some(812.0)),
        ] {
            assert_eq!(told(&format!("POST {URL}{behind}")), Some((Some(503), ms)), "{behind}");
        }
    }

    #[test]
    fn pairs_behind_the_status_tell_the_model_and_the_answers_id() {
        const ID: &str = "req_5d2c9e0b7f3a41c8a6e4b0f19d8273aa";
        let line = format!("POST https://api.openai.com/v1/chat/completions 503 81ms request_id={ID} model=gpt-4.1");
        let mut fields = Fields::default();
        assert_eq!(read(&line, &mut fields), Some(Said::AboutACall));
        assert_eq!(
            (fields.status, fields.model, fields.x_request_id),
            (Some(503), Some("gpt-4.1"), Some(ID))
        );
    }

    #[test]
    fn a_status_may_stand_first() {
        const REQUEST: &str = "POST https://api.openai.com/v1/chat/completions";
        assert_eq!(told(&format!("[503] {REQUEST} 812ms")), Some((Some(503), Some(812.0))));
        assert_eq!(told(&format!("503 {REQUEST}")), Some((Some(503), None)));
        assert_eq!(told(&format!("[12] {REQUEST}")), None);
    }

    #[test]
    fn numbers_behind_a_url_and_other_services_are_none() {
        for line in [
            "POST https://api.openai.com/v1/chat/completions 200 tokens at most",
            "POST https://api.openai.com/v1/chat/completions -> 5031 bytes",
            "POST https://api.example.com/orders -> 503",
            "POST https://api.openai.com/v1/chat/completions -> 503, retrying in 2s",
            "POST https://api.openai.com/v1/chat/completions",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
