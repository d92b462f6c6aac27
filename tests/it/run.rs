//! Runs the three acts over one labelled corpus, as the command line strings them together.

use chrono::DateTime;
use faultscope::deliver::{self, Context};
use faultscope::gather::{Pattern, Plan, gather};
use faultscope::judge::{self, Options};
use faultscope::model::{Dimension, Findings, Name, Time, Window};
use faultscope::redact::{Audience, Policy, Removed, seal};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Corpora whose windows are judged by tests.
pub(crate) const CORPORA: [&str; 10] = [
    "quiet-day",
    "model-down",
    "rate-limit-storm",
    "blip",
    "outage-full",
    "azure-deployment-down",
    "egress-b-broken",
    "web-down-api-ok",
    "0047-model_specific",
    "0108-net_proxy",
];

pub(crate) fn corpus(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/corpora").join(name)
}

pub(crate) fn truth(name: &str) -> Value {
    serde_json::from_slice(&std::fs::read(corpus(name).join("truth.json")).unwrap()).unwrap()
}

/// The secrets that were planted in a corpus.
pub(crate) fn secrets(name: &str) -> Vec<String> {
    let truth = truth(name);
    let secrets = truth["secrets"].as_array().into_iter().flatten();
    secrets.filter_map(|secret| secret.as_str().map(str::to_owned)).collect()
}

/// The plan of a corpus: its logs, in the zones that its truth names.
pub(crate) fn plan(name: &str) -> Plan {
    let mut plan = Plan::of(vec![corpus(name).join("logs")]);
    let truth = truth(name);
    for (path, file) in truth["files"].as_object().into_iter().flatten() {
        let zone = file["tz"].as_str().unwrap_or("UTC");
        plan.zones.push((Pattern::new(path).unwrap(), zone.parse().unwrap()));
    }
    plan
}

/// The findings of a plan.
pub(crate) fn findings(plan: &Plan) -> Findings {
    let mut gathered = gather(plan, &()).unwrap();
    let wanted = judge::wanted(&gathered.rollup);
    let extra = gathered.look_again(plan, &wanted, &());
    let rollup = std::mem::take(&mut gathered.rollup).merge(extra).settled();
    judge::judge(
        &rollup,
        &Options {
            max_requests: 100_000,
            keep_traffic: true,
            ..Options::default()
        },
    )
}

/// What is found in one application's log.
pub(crate) fn found(log: &str) -> Findings {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.log"), log).unwrap();
    findings(&Plan::of(vec![folder.path().to_path_buf()]))
}

/// Attempts and failures of such a log.
pub(crate) fn counted(log: &str) -> (u64, u64) {
    let found = found(log);
    (found.counts.attempts, found.counts.failures)
}

/// The scope of each window with its failures, attempts, and first and last minute.
pub(crate) fn told(found: &Findings) -> Vec<(String, u64, u64, String)> {
    let minute = |time: Time| time.to_utc().format("%M").to_string();
    let limit = |(dimension, values): (&Dimension, &Vec<Name>)| format!("{} {}", dimension.name(), values.join(" "));
    let told = |window: &Window| {
        let scope: Vec<String> = window.scope.values.iter().map(limit).collect();
        let span = format!("{}-{}", minute(window.start), minute(window.end));
        (scope.join(", "), window.failures, window.attempts, span)
    };
    found.windows.iter().map(told).collect()
}

/// A report on findings, as its reader gets it.
pub(crate) fn report(findings: &Findings, report: &str, audience: Audience, key: &[u8]) -> String {
    let sealed = seal(
        findings.clone(),
        &Policy {
            audience,
            key: key.to_vec(),
        },
    );
    let context = context(audience == Audience::Internal);
    let (bytes, _) = deliver::deliver(&sealed, deliver::by_name(report).unwrap(), &context).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// What a report is told besides the findings; no clock.
pub(crate) fn context(internal: bool) -> Context<'static> {
    Context {
        generated_at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        width: 80,
        colour: false,
        version: "0.0.0-test",
        internal,
        removed: Removed::default(),
    }
}

/// The JSON report of a corpus with own names.
pub(crate) fn json(name: &str) -> Value {
    serde_json::from_str(&report(&findings(&plan(name)), "json", Audience::Internal, b"key")).unwrap()
}
