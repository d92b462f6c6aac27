//! Reads Google Cloud's request logs: entries with `httpRequest` of load balancers, Cloud Run and other gateways, one a
//! line, in an array, or as `gcloud` prints them over many lines.
//!
//! The stamp is the moment the request came in; `latency` leads to the end. A load balancer says in `statusDetails` who
//! made the status. <https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring>

use super::format::{Fit, Format, Unread};
use super::json_records::each_record;
use super::json_values::{Unescaped, marks_in, raw};
use crate::gather::frame::Framing;
use crate::model::{Fields, Instant, Vantage};
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The format.
#[derive(Clone, Copy, Debug)]
pub(super) struct GcpRequests;

/// What tells an entry.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    request: bool,
    /// A key that of all writers of `httpRequest` only Cloud Logging has.
    entry: bool,
}

/// What every line of an entry may begin with where `gcloud` prints it, and nobody else's.
const PRINTED: [&str; 3] = [
    "    \"insertId\": \"",
    "    \"logName\": \"projects/",
    "    \"receiveTimestamp\": \"",
];

/// Reads an entry; `None` for one that is about no request.
fn read<'a>(record: &'a str, unescaped: &'a Unescaped) -> (Seen, Fields<'a>) {
    let mut fields = Fields {
        instant: Instant::Start,
        ..Fields::default()
    };
    let mut seen = Seen::default();
    for (name, value) in Members::of(record).into_iter().flatten() {
        match (name, value) {
            ("httpRequest", Value::Object(request)) => {
                seen.request = true;
                for (name, value) in Members::of(request).into_iter().flatten() {
                    request_member(&mut fields, name, value, unescaped);
                }
            }
            ("jsonPayload" | "json_payload", Value::Object(payload)) => {
                seen.entry = true;
                for (name, value) in Members::of(payload).into_iter().flatten() {
                    payload_member(&mut fields, name, value, unescaped);
                }
            }
            ("timestamp", _) => fields.timestamp = raw(value),
            // The trace is passed on to the backend; the entry's own id is not.
            ("trace", _) => fields.gateway_request_id = raw(value).and_then(|trace| trace.rsplit('/').next()),
            ("insertId", _) => {
                seen.entry = true;
                fields.gateway_request_id = fields.gateway_request_id.or(raw(value));
            }
            ("logName" | "receiveTimestamp", _) => seen.entry = true,
            _ => {}
        }
    }
    (seen, fields)
}

fn request_member<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
    let text = || raw(value).filter(|text| !text.is_empty());
    match name {
        "requestMethod" => fields.method = text(),
        "requestUrl" => fields.url = unescaped.text(value),
        "status" => fields.status = text().and_then(scan::status),
        "latency" => fields.duration_ms = text().and_then(|text| scan::scaled(text.strip_suffix('s')?, 3)),
        "remoteIp" => fields.client = text(),
        "serverIp" => fields.upstream_address = text(),
        _ => {}
    }
}

/// Who made the status: global balancers say it in details, regional ones in a `Proxy-Status`.
fn payload_member<'a>(fields: &mut Fields<'a>, name: &str, value: Value<'a>, unescaped: &'a Unescaped) {
    let said = || unescaped.text(value).filter(|text| !text.is_empty());
    match name {
        "statusDetails" => fields.proxy_flag = said(),
        "proxyStatus" => fields.proxy_detail = said(),
        _ => {}
    }
}

impl Format for GcpRequests {
    fn name(&self) -> &'static str {
        "gcp-requests"
    }

    fn vantage(&self) -> Vantage {
        Vantage::Proxy
    }

    fn framing(&self) -> Framing {
        Framing::Continued
    }

    fn starts_record(&self, line: &[u8]) -> bool {
        // `gcloud` indents the entries of its array by two blanks, and closes them so.
        line.starts_with(b"{") || line.starts_with(b"  {") || line.starts_with(b"[") || line.starts_with(b"]")
    }

    fn fit(&self, line: &[u8]) -> Fit {
        if line.starts_with(b"    \"") {
            return if PRINTED.iter().any(|start| line.starts_with(start.as_bytes())) {
                Fit::Yes
            } else {
                Fit::No
            };
        }
        if marks_in(line, &["httpRequest"]) == 0 {
            return Fit::No;
        }
        let text = scan::text(line);
        let mut fit = Fit::No;
        let _ = each_record(&text, |record| {
            let (seen, _) = read(record, &Unescaped::default());
            if seen.request && seen.entry {
                fit = Fit::Yes;
            }
        });
        fit
    }

    fn parse(&self, record: &[u8], emit: &mut dyn FnMut(&Fields<'_>)) -> Result<(), Unread> {
        let text = scan::text(record);
        let mut known = is_bracket(&text);
        let whole = each_record(&text, |record| {
            let unescaped = Unescaped::default();
            let (seen, fields) = read(record, &unescaped);
            known |= seen.entry;
            if seen.request && seen.entry {
                emit(&fields);
            }
        });
        whole.and(if known { Ok(()) } else { Err(Unread::NotThisFormat) })
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"insertId":"1oek5rg3l3fxj7","jsonPayload":{"@type":"type.googleapis.com/google.cloud.loadbalancing.type.LoadBalancerLogEntry","statusDetails":"failed_to_connect_to_backend"},"httpRequest":{"requestMethod":"POST","requestUrl":"https://llm.example.net/v1/chat/completions","requestSize":"577","status":502,"responseSize":"157","userAgent":"OpenAI/Python 1.66.0","remoteIp":"10.0.3.7","latency":"10.001234s","serverIp":"10.1.2.9"},"resource":{"type":"http_load_balancer","labels":{"zone":"global","project_id":"example"}},"timestamp":"2025-03-06T14:02:35.435123Z","severity":"WARNING","logName":"projects/example/logs/requests","trace":"projects/example/traces/241d69833e64b3bf83fabac8c873d992","receiveTimestamp":"2025-03-06T14:02:46.588272510Z","spanId":"7b6537d3672e08e1"}"#,
        ]
    }

    fn source(&self) -> &'static str {
        "https://cloud.google.com/load-balancing/docs/https/https-logging-monitoring"
    }
}

/// The brackets of the array that `gcloud` prints.
fn is_bracket(record: &str) -> bool {
    matches!(record.trim(), "[" | "]" | "[]")
}

#[cfg(test)]
mod tests {
    use super::GcpRequests;
    use crate::gather::formats::{ALL, Format};
    use crate::gather::recognise::{Order, recognise};

    const PRINTED: &str = r#"[
  {
    "httpRequest": {
      "latency": "0.812345s",
      "requestMethod": "POST",
      "requestUrl": "https://llm.example.net/v1/responses",
      "status": 500
    },
    "insertId": "1oek5rg3l3fxj9",
    "jsonPayload": {
      "statusDetails": "response_sent_by_backend"
    },
    "logName": "projects/example/logs/requests",
    "timestamp": "2025-03-06T14:02:45.435123Z"
  },
  {
    "insertId": "1oek5rg3l3fxja",
    "logName": "projects/example/logs/run.googleapis.com%2Fstdout",
    "textPayload": "listening",
    "timestamp": "2025-03-06T14:02:47Z"
  }
]
"#;

    #[test]
    fn what_gcloud_prints_over_many_lines_is_cut_into_entries() {
        let mut records: Vec<String> = Vec::new();
        for line in PRINTED.lines() {
            if GcpRequests.starts_record(line.as_bytes()) {
                records.push(String::new());
            }
            records.last_mut().unwrap().push_str(line);
        }
        let mut statuses = Vec::new();
        for record in &records {
            let read = GcpRequests.parse(record.as_bytes(), &mut |fields| statuses.push(fields.status));
            assert_eq!(read, Ok(()), "{record}");
        }
        assert_eq!(statuses, [Some(500)]);
    }

    #[test]
    fn what_gcloud_prints_is_recognised() {
        let recognised = recognise(PRINTED.as_bytes(), true, &Order::of(ALL)).unwrap();
        assert_eq!(recognised.name, "gcp-requests");
    }
}
