//! What LangChain4j's logging HTTP client prints of each exchange: a list under `HTTP request:` and `HTTP response:`.

use super::said::Said;
use super::{headers, scan};
use crate::model::{Fields, Grain, Instant};
use crate::providers;

/// Reads `HTTP request:` with `- method: POST`, `- url: https://…`, and `HTTP response:` with `- status code: 500`,
/// `- headers: [x-request-id: req_…], …` (LangChain4j, HttpRequestLogger and HttpResponseLogger).
pub(super) fn read<'a>(line: &'a str, rest: &'a str, fields: &mut Fields<'a>) -> Option<Said> {
    let (grain, instant) = match line.trim_end() {
        "HTTP request:" => (Grain::Start, Instant::Start),
        "HTTP response:" => (Grain::Attempt, Instant::End),
        _ => return None,
    };
    for item in rest.lines().filter_map(|line| line.strip_prefix("- ")) {
        match item.split_once(": ") {
            Some(("method", method)) => fields.method = Some(method),
            Some(("url", url)) => fields.url = Some(url),
            Some(("status code", status)) => fields.status = scan::status(status),
            Some(("headers", list)) => list
                .split("], ")
                .filter_map(|header| header.trim_matches(['[', ']']).split_once(": "))
                .for_each(|(name, value)| headers::response(name, value, fields)),
            _ => {}
        }
    }
    let whole = match grain {
        Grain::Start => fields.url.is_some_and(providers::is_llm_url),
        _ => fields.status.is_some(),
    };
    if !whole {
        return Some(Said::Other);
    }
    fields.ok = None;
    fields.grain = grain;
    fields.instant = instant;
    Some(Said::AboutACall)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::Fields;

    #[test]
    fn a_response_gives_its_status_and_id() {
        let list = "- status code: 503\n- headers: [content-type: application/json], [x-request-id: req_1]\n- body: {}";
        let mut fields = Fields::default();
        read("HTTP response:", list, &mut fields);
        assert_eq!((fields.status, fields.x_request_id), (Some(503), Some("req_1")));
    }
}
