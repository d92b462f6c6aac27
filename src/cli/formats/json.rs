//! The list of the formats and what was tried, for programs.

use super::Listed;
use super::table::{id_names, instants};
use crate::gather::envelopes;
use crate::gather::formats::Unread;
use crate::gather::trial::{Other, Trial, Tried, Understood};
use serde_json::{Map, Value, json};

/// The version of both documents: keys are only ever added.
const SCHEMA: &str = "faultscope.formats/1";

pub(super) fn list(listed: &[Listed]) -> String {
    let one = |Listed { format, carries }: &Listed| {
        json!({
            "name": format.name(),
            "vantage": format.vantage().name(),
            "own": format.is_the_users(),
            "status": carries.status,
            "transport_error": carries.transport_error,
            "error": carries.error,
            "model": carries.model,
            "endpoint": carries.endpoint,
            "latency": carries.latency,
            "upstream": carries.upstream,
            "tokens": carries.tokens,
            "ids": id_names(carries),
            "stamps": carries.stamps.iter().map(|stamps| stamps.name()).collect::<Vec<_>>(),
            "zone": carries.zone.map(|zone| zone.to_string()),
            "instants": instants(carries),
            "source": format.source(),
            "samples": format.samples().len(),
        })
    };
    let around = envelopes::ALL
        .iter()
        .map(|envelope| json!({"name": envelope.name(), "source": envelope.source()}));
    written(&json!({
        "schema": SCHEMA,
        "formats": listed.iter().map(one).collect::<Vec<_>>(),
        "envelopes": around.collect::<Vec<_>>(),
    }))
}

/// What was tried. It names the files as they were given: it is for the engineer's own machine.
pub(super) fn tried(tried: &Tried) -> String {
    let skipped = |skipped: &crate::model::Skipped| json!({"path": &*skipped.path, "reason": skipped.reason});
    written(&json!({
        "schema": SCHEMA,
        "do_not_send": true,
        "files": tried.trials.iter().map(one).collect::<Vec<_>>(),
        "skipped": tried.skipped.iter().map(skipped).collect::<Vec<_>>(),
    }))
}

fn one(trial: &Trial) -> Value {
    let found = trial.found.as_ref();
    let unread = |(line, why): &(u64, Unread)| {
        json!({"line": line, "why": match why {
            Unread::NotThisFormat => "no format reads it",
            Unread::CutShort => "it breaks off",
        }})
    };
    json!({
        "path": &*trial.path,
        "format": found.map(|found| found.format),
        "vantage": found.map(|found| found.vantage.name()),
        "forced": found.is_some_and(|found| found.is_forced),
        "within": found.map(|found| &found.within),
        "time_zone": found.map(|found| found.zone.as_str()),
        "lines_looked_at": trial.lines,
        "lines_that_fit": found.map(|found| found.fits),
        "records": trial.records,
        "other_records": trial.other_records,
        "unread_records": trial.unread,
        "unread_lines": trial.unread_lines.iter().map(unread).collect::<Vec<_>>(),
        "leaves": trial.leaves,
        "zoneless_stamps": trial.is_zoneless,
        "records_by_format": trial.read_by,
        "whole": trial.whole,
        "understood": trial.understood.iter().map(understood).collect::<Vec<_>>(),
        "others": trial.others.iter().filter(|other| other.fits > 0 || other.is_the_users).map(other).collect::<Vec<_>>(),
    })
}

fn other(other: &Other) -> Value {
    json!({
        "format": other.format,
        "own": other.is_the_users,
        "lines_that_fit": other.fits,
        "lines_only_it_fits": other.yes,
        "may_read_the_rest": other.is_candidate,
        "samples_of_others_it_accepts": other.strangers,
        "leaves": other.leaves,
    })
}

fn understood(said: &Understood) -> Value {
    let mut attributes = Map::new();
    for (dimension, name) in &said.attributes {
        attributes.insert(dimension.name().to_owned(), json!(&**name));
    }
    json!({
        "line": said.line,
        "format": said.format,
        "about": said.about,
        "timestamp": said.time.map(|time| time.to_string()),
        "instant": said.instant,
        "status": said.status,
        "end": said.end,
        "duration_ms": said.duration_ms,
        "x_request_id": said.x_request_id.as_deref(),
        "x_client_request_id": said.x_client_request_id.as_deref(),
        "gateway_request_id": said.gateway_request_id.as_deref(),
        "cf_ray": said.cf_ray.as_deref(),
        "error": said.error.as_deref(),
        "attributes": attributes,
    })
}

fn written(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
