//! The answer to each field of a form: told by the logs, or marked for the user to fill in.

use super::form::{Ask, Form};
use super::when;
use super::words::{self, all_of, ends, percent_of};
use crate::deliver::phrases::{after_retries, count, counted, inert, length};
use crate::model::{Class, Dimension, Name, Occurrences, Part, Window};
use crate::providers;
use crate::text::timestamp::Zone;

const AZURE: &str = "azure.ai.openai";

/// Known messages told in a field.
const MESSAGES: usize = 5;

/// Error types told in a field.
const ERRORS: usize = 5;

/// What the answers are taken from.
pub(super) struct Facts<'a> {
    pub(super) form: &'static Form,
    pub(super) window: &'a Window,
    pub(super) part: &'a Part,
    pub(super) zone: Option<Zone>,
    /// Own names are pseudonyms.
    pub(super) pseudonymous: bool,
}

/// The marker of a field that no log could fill.
pub(super) fn to_fill_in(what: &str) -> String {
    format!("[[TO FILL IN: {what}]]")
}

/// The model, or those that the failures name.
fn model(part: &Part) -> String {
    let named = part.tally(Dimension::Model).filter(|models| !models.named.is_empty());
    match (part.model.as_deref(), named) {
        (Some(model), _) => format!("{} (as sent)", inert(model)),
        (None, Some(models)) => format!("{} of the failures; what went well names none", all_of(models)),
        (None, None) => to_fill_in("model; no log read names the model of these failures"),
    }
}

/// The answer, in one line or several.
pub(super) fn answer(ask: Ask, facts: &Facts<'_>) -> Vec<String> {
    let part = facts.part;
    match ask {
        Ask::Organization => vec![
            told(&part.organizations).unwrap_or_else(|| match facts.form.organization_header {
                Some(header) => to_fill_in(&format!(
                    "organization ID; the logs do not carry it (response header {header})"
                )),
                None => to_fill_in("account or organization ID"),
            }),
        ],
        Ask::Project => vec![of(part, Dimension::Project).unwrap_or_else(|| to_fill_in("project ID; the logs do not carry it"))],
        Ask::Endpoint => vec![endpoint(part)],
        Ask::Operation => vec![operation(part)],
        Ask::Model => vec![model(part)],
        Ask::Deployment => vec![part.model.as_deref().map_or_else(|| to_fill_in("deployment name"), inert)],
        Ask::Fill(what) => vec![to_fill_in(what)],
        Ask::Tier => vec![of(part, Dimension::ServiceTier).unwrap_or_else(|| {
            to_fill_in("service tier (standard, priority, scale, flex); the logs do not carry it, which does not mean default")
        })],
        Ask::Region => vec![region(part).unwrap_or_else(|| to_fill_in("region"))],
        Ask::Resource => vec![resource(facts)],
        Ask::Range => range(facts),
        Ask::Failing => failing(facts.window, part),
        Ask::Error => error(part),
        Ask::ServerIds => vec![server_ids(facts)],
        Ask::ClientIds => vec![client_ids(part)],
        Ask::Pattern => vec![pattern(facts.window, part)],
        Ask::Context => vec![to_fill_in(
            "what the calls do, stream or not, rough prompt and output size, and a minimal request without private data; the skeleton is below",
        )],
    }
}

/// All values with their counts, or none.
pub(super) fn told(tally: &Occurrences) -> Option<String> {
    match tally.named.as_slice() {
        [] => None,
        [(only, _)] if tally.unsaid == 0 => Some(inert(only)),
        _ => Some(all_of(tally)),
    }
}

fn of(part: &Part, dimension: Dimension) -> Option<String> {
    told(part.tally(dimension)?)
}

/// A path as its provider's support knows it: Azure's are named as OpenAI's in the findings, and which of its two prefixes
/// (`/openai/deployments/NAME`, `/openai/v1`) was called they do not keep.
pub(super) fn path_of<'p>(part: &Part, path: &'p str) -> &'p str {
    match part.provider.as_deref() {
        Some(AZURE) => path.strip_prefix("/v1/").unwrap_or(path),
        _ => path,
    }
}

/// Method and path; support reads one method before several paths.
pub(super) fn endpoint(part: &Part) -> String {
    let method = match part.methods.named.as_slice() {
        [(method, _), ..] => format!("{} ", inert(method).to_ascii_uppercase()),
        [] => String::new(),
    };
    let named = |(name, number): &(Name, u64)| (Name::from(path_of(part, name)), *number);
    let paths = part.tally(Dimension::Endpoint).map(|paths| Occurrences {
        named: paths.named.iter().map(named).collect(),
        ..paths.clone()
    });
    match paths.as_ref().and_then(told) {
        Some(endpoint) if part.provider.as_deref() == Some(AZURE) => {
            format!("{method}{endpoint} (below /openai/deployments/NAME or /openai/v1)")
        }
        Some(endpoint) => format!("{method}{endpoint}"),
        None => to_fill_in("endpoint (method and path); no log read names it"),
    }
}

/// The operation as the provider's support names it.
fn operation(part: &Part) -> String {
    /// Bedrock's operations by the ends of their paths (AWS, API reference of the Bedrock runtime).
    const BEDROCK: [(&str, &str); 4] = [
        ("/invoke", "InvokeModel"),
        ("/invoke-with-response-stream", "InvokeModelWithResponseStream"),
        ("/converse", "Converse"),
        ("/converse-stream", "ConverseStream"),
    ];
    let first = |dimension| {
        part.tally(dimension)
            .and_then(|tally| tally.named.first())
            .map(|(name, _)| &**name)
    };
    let path = first(Dimension::Endpoint).unwrap_or_default();
    if let Some((_, operation)) = BEDROCK
        .iter()
        .find(|(end, _)| path.starts_with("/model/") && path.ends_with(end))
    {
        return format!("{operation} ({})", endpoint(part));
    }
    match first(Dimension::ServerAddress) {
        Some(host) if host.ends_with("aiplatform.googleapis.com") => format!("Vertex AI, {}", endpoint(part)),
        Some("generativelanguage.googleapis.com") => format!("Gemini API (AI Studio), {}", endpoint(part)),
        _ => endpoint(part),
    }
}

/// The region, where all of what failed was in one or a few.
fn region(part: &Part) -> Option<String> {
    told(part.tally(Dimension::Region)?)
}

fn resource(facts: &Facts<'_>) -> String {
    let host = facts
        .part
        .tally(Dimension::ServerAddress)
        .and_then(|hosts| hosts.named.iter().find(|(host, _)| providers::by_host(host).is_some()));
    match host {
        Some((host, _)) if !facts.pseudonymous => inert(host),
        Some((host, _)) => to_fill_in(&format!(
            "resource name; it is written {} here, --internal shows it",
            inert(host)
        )),
        None => to_fill_in("resource name; the calls went by an own gateway, whose log does not name it"),
    }
}

fn range(facts: &Facts<'_>) -> Vec<String> {
    let part = facts.part;
    let ongoing = if facts.window.ongoing {
        "; not proven to be over when the logs end"
    } else {
        ""
    };
    let mut lines = vec![format!(
        "{} ({}{ongoing}; first and last failed attempt)",
        when::range(part.start, part.end),
        length(part.end.since(part.start))
    )];
    if let Some(zone) = facts.zone {
        lines.push(format!("local time of our logs: {}", when::local(part.start, part.end, zone)));
    }
    lines
}

fn failing(window: &Window, part: &Part) -> Vec<String> {
    if window.only_failures {
        return vec![
            words::share(window, part.share),
            format!("calls: {}", words::lost(window, part)),
        ];
    }
    vec![
        words::share(window, part.share),
        format!(
            "calls: {} lost{}, {} saved by a retry",
            percent_of(part.calls_lost, part.calls),
            after_retries(part.is_retried()),
            count(part.calls_recovered)
        ),
    ]
}

fn error(part: &Part) -> Vec<String> {
    let mut lines = vec![ends(part)];
    for error in part.by_error.iter().take(ERRORS) {
        let word = |word: &Option<Name>| word.as_deref().map_or_else(|| "none".to_owned(), inert);
        lines.push(format!(
            "type {}, code {}: {}",
            word(&error.error_type),
            word(&error.code),
            counted(error.count, "failure", "failures")
        ));
    }
    for (message, number) in part.messages.iter().take(MESSAGES) {
        lines.push(format!("message \"{message}\": {}", counted(*number, "failure", "failures")));
    }
    if part.by_error.is_empty() && part.messages.is_empty() {
        lines.push(to_fill_in(
            "error type, code and message of one response body; the logs do not carry them",
        ));
    }
    lines
}

fn server_ids(facts: &Facts<'_>) -> String {
    let (part, header) = (facts.part, facts.form.id_header);
    let edge = if part.ids.edge > 0 {
        format!("; {} carry a cf-ray", count(part.ids.edge))
    } else {
        String::new()
    };
    match part.ids.provider {
        0 if !facts.form.sends_id => format!("none: these answers carry no request id that support can look up{edge}"),
        0 => to_fill_in(&format!(
            "{header} of a few failed responses; none of the {} carries one in the logs read{edge}",
            counted(part.share.failed, "failure", "failures")
        )),
        some => format!("on {}, samples below{edge}", of_failures(some, part)),
    }
}

fn client_ids(part: &Part) -> String {
    match part.ids.client {
        0 => "none was sent or logged".to_owned(),
        some => format!(
            "on {}, with the samples below; attempts of one call share it, so read it with the time",
            of_failures(some, part)
        ),
    }
}

fn of_failures(some: u64, part: &Part) -> String {
    if some == part.share.failed {
        format!("all {} failed attempts", count(some))
    } else {
        format!("{} of {} failed attempts", count(some), count(part.share.failed))
    }
}

/// Google's three words: over by itself soon, always there, or coming and going.
fn pattern(window: &Window, part: &Part) -> String {
    /// From this failing share on, hardly any request passes.
    const CONSISTENT_FROM: f64 = 90.0;
    let share = crate::deliver::phrases::percent(part.share.failed, part.share.attempts);
    if window.only_failures {
        return format!(
            "{} over {}; whether all requests failed our logs do not tell",
            counted(part.share.failed, "failure", "failures"),
            length(part.end.since(part.start))
        );
    }
    let word = match window.verdict.class {
        Class::Transient => "transient",
        _ if share >= CONSISTENT_FROM => "consistent",
        _ => "intermittent",
    };
    format!(
        "{word} ({share:.1} % of attempts over {})",
        length(part.end.since(part.start))
    )
}
