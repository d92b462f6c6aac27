//! The bundle's manifest: what was run, what came of it, and the checksum of every other file.

use super::item::Item;
use crate::deliver::Context;
use crate::deliver::summary::headline;
use crate::model::Findings;
use chrono::SecondsFormat;
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io;

/// The manifest's name.
pub const NAME: &str = "manifest.json";

/// What its `schema` says: keys are only ever added.
pub const SCHEMA: &str = "faultscope.bundle/1";

#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    generated_at: String,
    may_be_sent: bool,
    arguments: &'a [String],
    thresholds: &'a BTreeMap<&'static str, f64>,
    headline: String,
    windows: usize,
    failures: u64,
    input_files: usize,
    input_bytes: u64,
    everything_was_read: bool,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    says: &'a str,
    bytes: usize,
    sha256: String,
}

/// The text of the manifest over the other files.
pub(super) fn manifest(items: &[Item], findings: &Findings, context: &Context<'_>, arguments: &[String]) -> io::Result<String> {
    let files = items.iter().map(|item| File {
        name: &item.name,
        says: &item.says,
        bytes: item.bytes.len(),
        sha256: HEXLOWER.encode(&Sha256::digest(&item.bytes)),
    });
    let manifest = Manifest {
        schema: SCHEMA,
        tool: Tool {
            name: "faultscope",
            version: context.version,
        },
        generated_at: context.generated_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        may_be_sent: !context.internal,
        arguments,
        thresholds: &findings.thresholds,
        headline: headline(findings),
        windows: findings.windows.len(),
        failures: findings.counts.failures,
        input_files: findings.coverage.sources.len(),
        input_bytes: findings.coverage.bytes,
        everything_was_read: findings.coverage.is_complete(),
        files: files.collect(),
    };
    let mut text = serde_json::to_string_pretty(&manifest)?;
    text.push('\n');
    Ok(text)
}
