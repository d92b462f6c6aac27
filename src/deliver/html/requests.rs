//! Failed requests to quote, with every handle a support engineer can look them up by.

use super::markup::Markup;
use super::table::{table, words};
use crate::deliver::phrases::{ending, samples};
use crate::model::{Attempt, Dimension, Method};

/// Requests shown at once (support evidence: about ten, the rest attached).
const SHOWN: usize = 10;

/// Writes some of the requests, spread over time; `caption` is told how many.
pub(super) fn write(page: &mut Markup, requests: &[Attempt], caption: impl Fn(usize) -> String) {
    let samples = samples(requests, SHOWN);
    if samples.is_empty() {
        return;
    }
    let columns = [
        words("Time (UTC)"),
        words("Ended in"),
        words("Request"),
        words("Ids"),
        words("Seen in"),
    ];
    table(page, "cards requests", &caption(samples.len()), &columns, |rows| {
        for attempt in samples {
            rows.row(|row| {
                row.prose(&attempt.time.to_utc().format("%Y-%m-%d %H:%M:%S%.3f").to_string());
                row.text(&ending(attempt.outcome));
                row.cell(|page| request(page, attempt));
                row.cell(|page| ids(page, attempt));
                row.cell(|page| {
                    for seen in attempt.seen_by.iter() {
                        page.within("span", &[("class", &"id")], |page| {
                            page.element("code", &[], &format!("{}:{}", seen.path, seen.line));
                        });
                    }
                });
            });
        }
    });
}

fn request(page: &mut Markup, attempt: &Attempt) {
    let value = |dimension: Dimension| attempt.attributes.get(dimension);
    let method = attempt.method.map_or("", Method::name);
    page.within("span", &[("class", &"id")], |page| match value(Dimension::Endpoint) {
        Some(endpoint) => page.element("code", &[], format!("{method} {endpoint}").trim_start()),
        None => {
            page.element("code", &[], method);
            page.element("small", &[], " endpoint not logged");
        }
    });
    page.within("span", &[("class", &"id")], |page| match value(Dimension::Model) {
        Some(model) => page.element("code", &[], model),
        None => page.element("small", &[], "model not logged"),
    });
}

/// Every id of an attempt, the provider's first; a proxy's own is never passed off as the provider's.
fn ids(page: &mut Markup, attempt: &Attempt) {
    let ids = &attempt.ids;
    let named = [
        ("x-request-id", ids.x_request_id()),
        ("cf-ray", ids.cf_ray()),
        ("X-Client-Request-Id", ids.x_client_request_id()),
        ("our gateway’s id", ids.gateway_request_id()),
    ];
    let mut has_none = true;
    for (name, id) in named.iter().filter_map(|(name, id)| Some((name, id.as_ref()?))) {
        has_none = false;
        page.within("span", &[("class", &"id")], |page| {
            page.element("small", &[], name);
            page.text(" ");
            page.element("code", &[], id);
        });
    }
    if has_none {
        page.text("no id; time and endpoint only");
    }
}
