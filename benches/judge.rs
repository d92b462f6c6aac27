//! How long the judgement takes of 30 days with so many failures: a made rollup, the same at every run.

#![expect(clippy::cast_possible_wrap, reason = "numbers of a bench, far below the limits")]

use divan::Bencher;
use faultscope::judge::{self, Options};
use faultscope::model::{
    Alike, Attributes, Cell, Dimension, Fact, Grain, Ids, Instant, Millis, Name, Observation, Outcome, Rollup, Shared,
    SourceRollup, Time, Vantage,
};
use std::sync::Arc;

fn main() {
    divan::main();
}

/// 2026-03-02T00:00:00Z.
const START_MS: i64 = 1_772_409_600_000;
const MONTH_MS: i64 = 30 * 86_400_000;
const MODELS: [&str; 5] = ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "o3-mini", "text-embedding-3-small"];

/// An application's log with one minute in ten in trouble: successes of every minute and model, and the failures.
fn rollup(failures: u64) -> Rollup {
    let of_model = |model: &&str| {
        let attributes = Attributes::default()
            .with(Dimension::Provider, "openai")
            .with(Dimension::ServerAddress, "api.openai.com")
            .with(Dimension::Endpoint, "/v1/chat/completions")
            .with(Dimension::Model, model);
        Arc::new(attributes)
    };
    let models: Vec<_> = MODELS.iter().map(of_model).collect();
    let mut source = SourceRollup {
        format: Some("json"),
        vantage: Some(Vantage::Application),
        span: Some((Time(START_MS), Time(START_MS + MONTH_MS))),
        ..SourceRollup::default()
    };
    for minute in 0..MONTH_MS / 60_000 {
        for attributes in &models {
            let tuple = source.cells.tuple(attributes);
            let cell = Cell { ok: 50, ok_later: 0 };
            source
                .cells
                .add(Time(START_MS + minute * 60_000), Grain::Attempt, tuple, cell);
        }
    }
    let alikes = &mut Shared::default();
    source.observations = (0..failures).map(|at| failure(at, failures, &models, alikes)).collect();
    source.records = source.cells.total(Grain::Attempt) + failures;
    Rollup {
        sources: [(Name::from("app.log"), Box::new(source))].into(),
        ..Rollup::default()
    }
}

/// Failures come in hours apart from each other, as outages do: the first hour of every ten.
fn failure(at: u64, of: u64, models: &[Arc<Attributes>], alikes: &mut Shared<Alike>) -> Observation {
    let within = at as i64 * (MONTH_MS / 10) / of as i64;
    let hour = 3_600_000;
    let time = START_MS + within / hour * 10 * hour + within % hour;
    let alike = Alike {
        instant: Instant::End,
        grain: Grain::Attempt,
        outcome: Outcome::Status([500, 502, 503].get((at % 3) as usize).copied().unwrap_or(500)),
        fact: Some(Fact::ProviderId),
        attributes: models.get((at % 5) as usize).cloned().unwrap_or_default(),
        method: None,
        error: None,
        attempt: Some(1),
        upstream: None,
        stream: None,
        tokens: None,
    };
    Observation {
        line: at + 1,
        time: Time(time),
        duration_ms: Some(Millis::from(900 + (at % 1_000) as u32)),
        ids: Ids::new(Some(&format!("req_{at:032x}")), Some(&format!("{at:036x}"))),
        retry: None,
        alike: alikes.of(alike),
    }
}

/// The whole second act.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn judge(bencher: Bencher, failures: u64) {
    let rollup = rollup(failures);
    let options = Options {
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        ..Options::default()
    };
    bencher.bench(|| judge::judge(&rollup, &options));
}
