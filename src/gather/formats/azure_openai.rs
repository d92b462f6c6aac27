//! Reads the diagnostic logs of Azure OpenAI itself: Azure Monitor's JSON, one record a line or in a `records` array, and
//! the rows of a Log Analytics export.
//!
//! The provider writes them, so the correlation id is its own. The stamps inside `properties` are .NET ticks; the one
//! outside says nothing of which instant it is. A call may leave a second row that is nearly empty: a success without a
//! deployment is not counted.
//! <https://learn.microsoft.com/azure/ai-services/openai/monitor-openai-reference#resource-logs>

use super::format::{Fit, Format, Unread};
use super::json_records::{LONGEST_FRAME, column, each_record};
use super::json_values::{Unescaped, raw};
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;
use memchr::memmem;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct AzureOpenAi;

/// What an operation calls, as the path that OpenAI's API documents.
const OPERATIONS: [(&str, &str); 11] = [
    ("ChatCompletions_Create", "/v1/chat/completions"),
    ("Completions_Create", "/v1/completions"),
    ("Embeddings_Create", "/v1/embeddings"),
    ("Embeddings", "/v1/embeddings"),
    ("Responses_Create", "/v1/responses"),
    ("ImageGenerations_Create", "/v1/images/generations"),
    ("Transcriptions_Create", "/v1/audio/transcriptions"),
    ("Translations_Create", "/v1/audio/translations"),
    ("AudioSpeech_Create", "/v1/audio/speech"),
    ("Speech_Create", "/v1/audio/speech"),
    ("Create Chat Completion", "/v1/chat/completions"),
];

/// Ticks of 100 ns in a millisecond.
const TICKS_PER_MS: f64 = 10_000.0;

/// What tells a record.
#[derive(Clone, Copy, Debug, Default)]
struct Seen<'a> {
    category: bool,
    operation: Option<&'a str>,
    deployment: Option<&'a str>,
    model: Option<&'a str>,
    started: Option<&'a str>,
    ended: Option<&'a str>,
}

/// Reads a record; `None` for those of another category and those that tell nothing.
fn read<'a>(record: &'a str, unescaped: &'a Unescaped) -> Option<Fields<'a>> {
    let mut fields = Fields {
        provider: Some("azure.ai.openai"),
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in Members::of(record)? {
        match name {
            "properties" | "properties_s" | "Properties" => {
                let inside = match value {
                    Value::Object(object) => object,
                    _ => unescaped.text(value)?,
                };
                for (name, value) in Members::of(inside).into_iter().flatten() {
                    member(&mut fields, &mut seen, name, value);
                }
            }
            _ => member(&mut fields, &mut seen, name, value),
        }
    }
    let status = fields.status.filter(|_| seen.category)?;
    fields.model = seen.deployment.or(seen.model);
    if fields.model.is_none() && status < 400 {
        return None;
    }
    let operation = seen.operation?;
    let path = OPERATIONS.iter().find(|(name, _)| *name == operation);
    fields.url = path.map(|(_, path)| *path);
    if let Some(ended) = seen.ended {
        fields.timestamp = Some(ended);
        fields.instant = Instant::End;
    } else if let Some(started) = seen.started {
        fields.timestamp = Some(started);
        fields.instant = Instant::Start;
    }
    if fields.duration_ms.is_none() {
        fields.duration_ms = seen
            .started
            .zip(seen.ended)
            .and_then(|(started, ended)| ticks_between(started, ended));
    }
    Some(fields)
}

fn member<'a>(fields: &mut Fields<'a>, seen: &mut Seen<'a>, name: &'a str, value: Value<'a>) {
    let text = || raw(value).filter(|text| !matches!(*text, "" | "null" | "0"));
    // Azure Monitor's spelling, and that of the tables of Log Analytics.
    match column(name) {
        "category" | "Category" => seen.category |= text() == Some("RequestResponse"),
        "event" | "Event" => seen.category |= text() == Some("ShoeboxCallResult"),
        "time" | "Time" | "timeGenerated" | "TimeGenerated" => fields.timestamp = text().or(fields.timestamp),
        "operationName" | "OperationName" => seen.operation = text(),
        "resultSignature" | "ResultSignature" => fields.status = text().and_then(scan::status),
        "durationMs" | "DurationMs" => fields.duration_ms = text().and_then(|text| scan::scaled(text, 0)),
        "callerIpAddress" | "CallerIpAddress" => fields.client = text().filter(|address| !address.contains('*')),
        "correlationId" | "CorrelationId" => fields.x_request_id = text(),
        "modelDeploymentName" | "ModelDeploymentName" => seen.deployment = text(),
        "modelName" | "ModelName" => seen.model = text(),
        "requestTime" | "RequestTime" => seen.started = text(),
        "responseTime" | "ResponseTime" => seen.ended = text(),
        "streamType" | "StreamType" => fields.stream = text().map(|kind| kind.eq_ignore_ascii_case("Streaming")),
        _ => {}
    }
}

fn ticks_between(started: &str, ended: &str) -> Option<f64> {
    let ticks = ended.parse::<u64>().ok()?.checked_sub(started.parse::<u64>().ok()?)?;
    u32::try_from(ticks / 1000)
        .ok()
        .map(|thousands| f64::from(thousands) * 1000.0 / TICKS_PER_MS)
}

impl Format for AzureOpenAi {
    fn name(&self) -> &'static str {
        "azure-openai"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let holds = |mark: &[u8]| memmem::find(line, mark).is_some();
        let named = holds(b"\"ShoeboxCallResult\"") || (holds(b"\"RequestResponse\"") && holds(b"modelDeploymentName"));
        if line.trim_ascii_start().starts_with(b"{") && named && holds(b"esultSignature") {
            Fit::Yes
        } else {
            Fit::No
        }
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let line = scan::text(record);
        if self.fit(record) == Fit::No && line.len() > LONGEST_FRAME {
            return Err(Unread::NotThisFormat);
        }
        each_record(&line, |record| {
            let unescaped = Unescaped::default();
            if let Some(fields) = read(record, &unescaped) {
                emit(&fields);
            }
        })
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"Tenant":"eastus","callerIpAddress":"81.2.69.***","category":"RequestResponse","correlationId":"d427a391-2bc7-4f38-9cbc-6560600e0981","durationMs":1021,"event":"ShoeboxCallResult","location":"eastus","operationName":"ChatCompletions_Create","properties":"{\"apiName\":\"Azure OpenAI API version 2024-02-15-preview\",\"requestTime\":638515262815394150,\"responseTime\":638515262825606520,\"streamType\":\"Streaming\",\"modelDeploymentName\":\"gpt-4o-prod\",\"modelName\":\"gpt-4o\",\"modelVersion\":\"2024-11-20\"}","resourceId":"/SUBSCRIPTIONS/0000/RESOURCEGROUPS/LLM/PROVIDERS/MICROSOFT.COGNITIVESERVICES/ACCOUNTS/AOAI-1","resultSignature":"500","time":"2025-03-06T14:02:45.4350000Z"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://learn.microsoft.com/azure/ai-services/openai/monitor-openai-reference"
    }
}
