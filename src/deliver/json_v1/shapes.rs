//! What the report's objects hold, key for key.

use crate::deliver::json_text::{Inert, Stamp};
use crate::model::{Attempt, Finding, SeenBy, Skipped, SourceCoverage};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A list whose items are made one at a time while they are written: of a great many logs it would weigh more than all
/// that is known of them.
pub(super) struct Each<'f, T, V>(pub(super) &'f [T], pub(super) fn(&'f T) -> V);

impl<T, V: Serialize> Serialize for Each<'_, T, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(self.1))
    }
}

#[derive(Serialize)]
pub(super) struct ReportV1<'f> {
    pub(super) schema: &'static str,
    /// Told where it is true: own names stand in it, and it is not to be sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) do_not_send: Option<bool>,
    pub(super) tool: ToolV1,
    pub(super) generated_at: String,
    pub(super) coverage: CoverageV1<'f>,
    pub(super) counts: CountsV1,
    pub(super) windows: Vec<WindowV1<'f>>,
    pub(super) isolated_failures: IsolatedV1<'f>,
    pub(super) caller_side: Vec<CallerSideV1<'f>>,
    pub(super) retries: RetriesV1,
    pub(super) findings: Each<'f, Finding, FindingV1<'f>>,
    pub(super) redacted: BTreeMap<&'static str, u64>,
    pub(super) thresholds: BTreeMap<&'static str, f64>,
    /// Told where not all traffic was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) filters: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct ToolV1 {
    pub(super) name: &'static str,
    pub(super) version: String,
}

#[derive(Serialize)]
pub(super) struct CoverageV1<'f> {
    pub(super) start: Option<Stamp>,
    pub(super) end: Option<Stamp>,
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) records: u64,
    pub(super) other_records: u64,
    pub(super) unread_records: u64,
    pub(super) sources: Each<'f, Box<SourceCoverage>, SourceV1<'f>>,
    pub(super) skipped: Each<'f, Skipped, SkippedV1<'f>>,
}

#[derive(Serialize)]
pub(super) struct SourceV1<'f> {
    pub(super) path: Inert<'f>,
    pub(super) format: Option<&'static str>,
    pub(super) vantage: Option<&'static str>,
    pub(super) host: Option<Inert<'f>>,
    pub(super) records: u64,
    pub(super) other_records: u64,
    pub(super) unread_records: u64,
    pub(super) first: Option<Stamp>,
    pub(super) last: Option<Stamp>,
    pub(super) time_zone: Option<&'f str>,
    pub(super) clock_offset_seconds: f64,
    pub(super) notes: Vec<Inert<'f>>,
}

#[derive(Serialize)]
pub(super) struct SkippedV1<'f> {
    pub(super) path: Inert<'f>,
    pub(super) reason: Inert<'f>,
}

#[derive(Serialize)]
pub(super) struct CountsV1 {
    pub(super) attempts: u64,
    pub(super) failures: u64,
    pub(super) calls: u64,
    pub(super) calls_lost: u64,
    pub(super) calls_recovered: u64,
    pub(super) by_status: BTreeMap<String, u64>,
    pub(super) by_transport_error: BTreeMap<&'static str, u64>,
}

#[derive(Serialize)]
pub(super) struct WindowV1<'f> {
    pub(super) id: String,
    pub(super) start: Stamp,
    pub(super) end: Stamp,
    pub(super) duration_seconds: f64,
    pub(super) start_not_before: Option<Stamp>,
    pub(super) end_not_after: Option<Stamp>,
    pub(super) class: &'static str,
    pub(super) severity: &'static str,
    pub(super) confidence: f64,
    pub(super) flags: Vec<&'static str>,
    pub(super) ongoing: bool,
    pub(super) scope: BTreeMap<&'static str, Vec<Inert<'f>>>,
    pub(super) attempts: u64,
    pub(super) failures: u64,
    pub(super) failing_percentage: f64,
    pub(super) interval_95: [f64; 2],
    pub(super) baseline_percentage: f64,
    /// Told where it is false: no such traffic was read outside the window, and the number before says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline_measured: Option<bool>,
    /// Told where it is true: no share, severity or lost calls are known, and what stands there says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) only_failures_logged: Option<bool>,
    pub(super) calls: u64,
    pub(super) calls_lost: u64,
    pub(super) by_status: BTreeMap<String, u64>,
    pub(super) by_transport_error: BTreeMap<&'static str, u64>,
    pub(super) by_error: Vec<ByErrorV1<'f>>,
    pub(super) reached_provider: ReachedV1,
    pub(super) because: Vec<Inert<'f>>,
    pub(super) against: Vec<AgainstV1<'f>>,
    pub(super) next_step: Inert<'f>,
    pub(super) status_page: Vec<StatusNoteV1<'f>>,
    pub(super) requests: Each<'f, Attempt, RequestV1<'f>>,
    pub(super) requests_omitted: u64,
}

#[derive(Serialize)]
pub(super) struct ByErrorV1<'f> {
    pub(super) r#type: Option<Inert<'f>>,
    pub(super) code: Option<Inert<'f>>,
    pub(super) count: u64,
}

#[derive(Serialize)]
pub(super) struct ReachedV1 {
    pub(super) yes: u64,
    pub(super) no: u64,
    pub(super) unknown: u64,
}

#[derive(Serialize)]
pub(super) struct AgainstV1<'f> {
    pub(super) class: &'static str,
    pub(super) says: Inert<'f>,
}

#[derive(Serialize)]
pub(super) struct StatusNoteV1<'f> {
    pub(super) component: Option<Inert<'f>>,
    pub(super) incident: Option<Inert<'f>>,
    pub(super) agrees: bool,
    /// Told where it is false: the page tells nothing of the window's time, and `agrees` says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<bool>,
    pub(super) says: Inert<'f>,
}

#[derive(Serialize)]
pub(super) struct RequestV1<'f> {
    pub(super) timestamp: Stamp,
    pub(super) status: Option<u16>,
    pub(super) transport_error: Option<&'static str>,
    pub(super) x_request_id: Option<Inert<'f>>,
    pub(super) x_client_request_id: Option<Inert<'f>>,
    pub(super) cf_ray: Option<Inert<'f>>,
    pub(super) gateway_request_id: Option<Inert<'f>>,
    pub(super) provider: Option<Inert<'f>>,
    pub(super) surface: Option<Inert<'f>>,
    pub(super) model: Option<Inert<'f>>,
    pub(super) endpoint: Option<Inert<'f>>,
    pub(super) method: Option<&'static str>,
    pub(super) service_tier: Option<Inert<'f>>,
    pub(super) organization: Option<Inert<'f>>,
    pub(super) project: Option<Inert<'f>>,
    pub(super) error_type: Option<Inert<'f>>,
    pub(super) error_code: Option<Inert<'f>>,
    pub(super) latency_seconds: Option<f64>,
    pub(super) attempt: u16,
    pub(super) call_outcome: &'static str,
    pub(super) reached_provider: &'static str,
    pub(super) decided_by: &'static str,
    pub(super) seen_by: Places<'f>,
}

#[derive(Serialize)]
pub(super) struct SeenV1<'f> {
    pub(super) vantage: &'static str,
    pub(super) path: Inert<'f>,
    pub(super) line: u64,
}

/// Where a request stands in the logs.
pub(super) struct Places<'f>(pub(super) &'f SeenBy);

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|seen| SeenV1 {
            vantage: seen.vantage.name(),
            path: Inert(seen.path),
            line: seen.line,
        }))
    }
}

#[derive(Serialize)]
pub(super) struct IsolatedV1<'f> {
    pub(super) count: u64,
    pub(super) requests: Each<'f, Attempt, RequestV1<'f>>,
}

#[derive(Serialize)]
pub(super) struct CallerSideV1<'f> {
    pub(super) kind: &'static str,
    pub(super) count: u64,
    pub(super) by_status: BTreeMap<String, u64>,
    pub(super) first: Stamp,
    pub(super) last: Stamp,
    pub(super) models: Vec<Inert<'f>>,
    pub(super) advice: &'f str,
}

#[derive(Serialize)]
pub(super) struct RetriesV1 {
    pub(super) chains: u64,
    pub(super) longest: u64,
    pub(super) recovered: u64,
    pub(super) exhausted: u64,
    pub(super) findings: Vec<RetryFindingV1>,
}

#[derive(Serialize)]
pub(super) struct RetryFindingV1 {
    pub(super) finding: String,
    pub(super) count: u64,
    pub(super) advice: String,
}

#[derive(Serialize)]
pub(super) struct FindingV1<'f> {
    pub(super) about: &'static str,
    pub(super) says: Inert<'f>,
    pub(super) advice: Inert<'f>,
    pub(super) path: Option<Inert<'f>>,
}
