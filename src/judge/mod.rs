//! STUB, replaced at the merge: act two.

use crate::model::{Coverage, Dimension, Findings, Name, Rollup, SourceCoverage, Wanted};
use std::collections::BTreeMap;

/// Stub.
#[derive(Clone, Debug, PartialEq)]
pub struct Thresholds {
    /// Stub.
    pub transient_max_ms: i64,
    /// Stub.
    pub merge_gap_ms: i64,
    /// Stub.
    pub min_failures: u64,
    /// Stub.
    pub alpha: f64,
    /// Stub.
    pub background: Option<f64>,
    /// Stub.
    pub min_rate: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            transient_max_ms: 300_000,
            merge_gap_ms: 600_000,
            min_failures: 3,
            alpha: 0.05,
            background: None,
            min_rate: 0.02,
        }
    }
}

/// Stub.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Stub.
    pub values: BTreeMap<Dimension, Vec<String>>,
    /// Stub.
    pub status: Vec<u16>,
}

/// Stub.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Stub.
    pub thresholds: Thresholds,
    /// Stub.
    pub selection: Selection,
    /// Stub.
    pub max_requests: usize,
}

/// Stub.
#[must_use]
pub fn wanted(rollup: &Rollup) -> Wanted {
    let _ = rollup;
    Wanted::default()
}

/// Stub.
#[must_use]
pub fn judge(rollup: &Rollup, options: &Options) -> Findings {
    let _ = options;
    let sources = rollup.sources.iter().map(|(name, source)| SourceCoverage {
        path: Name::clone(name),
        format: source.format,
        vantage: source.vantage,
        host: source.host.clone(),
        records: source.records,
        other_records: source.other_records,
        unread_records: source.unread_records,
        unread_lines: source.unread_lines.iter().copied().collect(),
        first: source.span.map(|(first, _)| first),
        last: source.span.map(|(_, last)| last),
        time_zone: source.time_zone.clone(),
        clock_offset_seconds: 0.0,
        share_with_provider_id: None,
        notes: source.notes.iter().cloned().collect(),
    });
    let coverage = Coverage {
        start: None,
        end: None,
        bytes: rollup.sources.values().map(|source| source.bytes).sum(),
        sources: sources.collect(),
        skipped: rollup.skipped.iter().cloned().collect(),
    };
    Findings {
        coverage,
        ..Findings::default()
    }
}
