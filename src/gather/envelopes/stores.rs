//! Objects as log stores and hosts export them: Google Cloud Logging, Azure Monitor's container logs, Elasticsearch, Splunk,
//! Grafana, Vercel, stern, pm2.

use super::envelope::{Envelope, Letter};
use super::values::{plain, text};
use crate::gather::formats::Fit;
use crate::text::json::{Members, Value};
use crate::text::scan;

/// The envelope.
pub(super) struct Stores;

/// A line behind a container runtime's tag: `F started`.
fn untagged(line: &str) -> &str {
    line.strip_prefix("F ").or_else(|| line.strip_prefix("P ")).unwrap_or(line)
}

#[derive(Default)]
struct Object<'a> {
    line: Option<Value<'a>>,
    stamp: Option<&'a str>,
    host: Option<&'a str>,
    service: &'a str,
    stream: &'a str,
    /// The store's own words stand in it.
    is_marked: bool,
    /// Labels stand in it, and the line under the name that Loki has for it.
    is_labelled: bool,
    is_lokis: bool,
    /// A process's number stands in it.
    is_numbered: bool,
    /// It is of a load balancer, which is a format and no envelope.
    is_request: bool,
}

impl<'a> Object<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut object = Self::default();
        let mut members = Members::of(line)?;
        for (key, value) in members.by_ref() {
            object.take(key, value);
        }
        let is_marked = object.is_marked || (object.is_labelled && object.is_lokis);
        let is_ours = members.is_whole() && is_marked && !object.is_request && object.line.is_some();
        is_ours.then_some(object)
    }

    fn take(&mut self, key: &str, value: Value<'a>) {
        match (key, value) {
            // Google's LogEntry.
            ("textPayload" | "jsonPayload", _) => self.line = Some(value),
            ("timestamp" | "TimeGenerated" | "_time", _) => self.stamp = plain(value),
            ("logName", _) => self.is_marked = true,
            ("httpRequest", _) => self.is_request = true,
            ("resource", Value::Object(resource)) => self.resource(resource),
            // Azure Monitor's ContainerLogV2, ContainerLog and ContainerAppConsoleLogs_CL.
            ("LogMessage" | "LogEntry" | "Log_s", _) => (self.line, self.is_marked) = (Some(value), true),
            ("PodName" | "ContainerGroupName_s" | "ReplicaName_s", Value::Text(pod)) => self.host = Some(pod),
            ("Computer", Value::Text(node)) => self.host = self.host.or(Some(node)),
            ("ContainerName" | "ContainerAppName_s", Value::Text(name)) => self.service = name,
            ("LogSource" | "Stream_s", Value::Text(stream)) => self.stream = stream,
            // `az containerapp logs show`, whose line has the runtime's tag before it.
            ("TimeStamp", _) => self.stamp = plain(value),
            ("Log", Value::Text(line)) => (self.line, self.is_marked) = (Some(Value::Text(untagged(line))), true),
            ("Log", Value::Escaped(line)) => (self.line, self.is_marked) = (Some(Value::Escaped(untagged(line))), true),
            // Grafana's download and `logcli -o jsonl`: the labels, the line, the time.
            ("line", Value::Text(_) | Value::Escaped(_)) => (self.line, self.is_lokis) = (Some(value), true),
            ("labels" | "fields", Value::Object(labels)) => self.labels(labels),
            ("date", _) => self.stamp = plain(value).or(self.stamp),
            // Vercel's log drain, and `pm2 logs --json`.
            ("message", Value::Text(_) | Value::Escaped(_)) => self.line = self.line.or(Some(value)),
            ("deploymentId", _) => self.is_marked = true,
            // `vercel logs --json`.
            ("timestampInMs", _) => (self.stamp, self.is_marked) = (plain(value), true),
            // `stern -o json`.
            ("podName", Value::Text(pod)) => self.host = Some(pod),
            ("containerName", Value::Text(name)) => (self.service, self.is_marked) = (name, self.host.is_some()),
            ("process_id", _) => self.is_numbered = true,
            ("app_name", Value::Text(name)) => (self.service, self.is_marked) = (name, self.is_marked || self.is_numbered),
            // Elasticsearch's hit, whose source may be a shipper's object.
            ("_source", Value::Object(_)) => self.line = Some(value),
            ("_index", _) => self.is_marked = true,
            // Splunk's event, alone or as a search's result.
            ("_raw", _) => (self.line, self.is_marked) = (Some(value), true),
            ("result", Value::Object(result)) if result.contains("\"_raw\"") => {
                for (key, value) in Members::of(result).into_iter().flatten() {
                    self.take(key, value);
                }
            }
            ("host", Value::Text(host)) => self.host = Some(host),
            ("source", Value::Text(source)) => self.service = source,
            _ => {}
        }
    }

    /// Loki's labels: those that its agents give.
    fn labels(&mut self, labels: &'a str) {
        for (key, value) in Members::of(labels).into_iter().flatten() {
            match (key, value) {
                ("pod" | "instance" | "hostname", Value::Text(host)) => self.host = Some(host),
                ("container" | "app" | "service_name", Value::Text(name)) => self.service = name,
                _ => {}
            }
        }
        self.is_labelled = true;
    }

    /// `{"type": "k8s_container", "labels": {"pod_name": …, "container_name": …}}`.
    fn resource(&mut self, resource: &'a str) {
        let labels = Members::of(resource).into_iter().flatten().find(|(key, _)| *key == "labels");
        let Some((_, Value::Object(labels))) = labels else { return };
        for (key, value) in Members::of(labels).into_iter().flatten() {
            match (key, value) {
                ("pod_name" | "instance_id" | "revision_name", Value::Text(host)) => self.host = Some(host),
                ("container_name" | "service_name", Value::Text(name)) => self.service = name,
                _ => {}
            }
        }
    }
}

impl Envelope for Stores {
    fn name(&self) -> &'static str {
        "a log store's export"
    }

    fn fit(&self, line: &[u8]) -> Fit {
        let line = scan::text(line);
        if Object::read(&line).is_some() { Fit::Yes } else { Fit::No }
    }

    fn peel(&self, line: &[u8], scratch: &mut String, give: &mut dyn FnMut(&Letter<'_>)) -> bool {
        let line = scan::text(line);
        let Some(object) = Object::read(&line) else { return false };
        let inside = object.line.and_then(|line| text(line, scratch)).unwrap_or_default();
        give(&Letter {
            text: inside.strip_suffix('\n').unwrap_or(inside).as_bytes(),
            stamp: object.stamp,
            host: object.host,
            service: object.service,
            stream: object.stream,
            ..Letter::default()
        });
        true
    }

    fn samples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                r#"{"insertId":"a1","textPayload":"llm call ok\n","resource":{"type":"k8s_container","labels":{"pod_name":"web-1","container_name":"web"}},"timestamp":"2025-03-06T14:02:11.123456789Z","severity":"INFO","logName":"projects/p/logs/stderr"}"#,
                "llm call ok",
            ),
            (
                r#"{"TimeGenerated":"2025-03-06T14:02:11.123Z","Computer":"aks-1","ContainerName":"web","PodName":"web-1","LogMessage":"llm call ok","LogSource":"stdout"}"#,
                "llm call ok",
            ),
            (
                r#"{"_index":"logs-1","_id":"a","_source":{"@timestamp":"2025-03-06T14:02:11Z","message":"one"}}"#,
                r#"{"@timestamp":"2025-03-06T14:02:11Z","message":"one"}"#,
            ),
            (
                r#"{"preview":false,"result":{"_time":"2025-03-06T14:02:11.123+00:00","_raw":"one","host":"web-1"}}"#,
                "one",
            ),
            (r#"{"TimeStamp":"2025-03-06T14:02:11.12345+00:00","Log":"F one"}"#, "one"),
            (
                r#"{"line":"one","timestamp":"1741269731123000000","date":"2025-03-06T14:02:11.123Z","fields":{"app":"web"}}"#,
                "one",
            ),
            (
                r#"{"id":"1","message":"one","timestamp":1741269731123,"source":"lambda","projectId":"p","deploymentId":"d","level":"info","statusCode":200}"#,
                "one",
            ),
            (
                r#"{"level":"error","message":"one","messageTruncated":false,"rowId":"1","source":"edge-function","timestampInMs":1758639354881,"requestPath":"/api/chat","responseStatusCode":-1}"#,
                "one",
            ),
            (
                r#"{"message":"one","nodeName":"node-1","namespace":"shop","podName":"web-1","containerName":"web"}"#,
                "one",
            ),
            (
                r#"{"message":"one\n","timestamp":"2025-03-06T14:02:11","type":"out","process_id":0,"app_name":"web"}"#,
                "one",
            ),
        ]
    }

    fn source(&self) -> &'static str {
        "https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry; https://learn.microsoft.com/azure/azure-monitor/reference/tables/containerlogv2; https://learn.microsoft.com/cli/azure/containerapp/logs; https://vercel.com/docs/drains/reference/logs; https://vercel.com/docs/cli/logs; https://github.com/stern/stern; https://grafana.com/docs/grafana/latest/explore/logs-integration/"
    }
}
