//! Small logs, each of which one rule of the search decides.

use crate::judge::{Options, judge};
use crate::model::{
    Alike, Attributes, Cell, Class, Dimension, Grain, Name, Observation, Outcome, Rollup, SourceRollup, Time, Vantage, Window,
};
use std::sync::Arc;

/// Midnight, whenever.
const START: Time = Time(100 * 86_400_000);

/// The log of an application, minute by minute.
struct Log {
    source: SourceRollup,
}

impl Log {
    fn new() -> Self {
        let source = SourceRollup {
            format: Some("json-lines"),
            vantage: Some(Vantage::Application),
            span: Some((START, START.plus_ms(86_400_000))),
            ..SourceRollup::default()
        };
        Self { source }
    }

    /// Calls of one minute to the log's one model.
    fn minute(&mut self, minute: i64, calls: i64, failing: i64) {
        self.minute_of("gpt-4o", minute, calls, failing);
    }

    /// Calls of one minute to a model, of which the first ones fail.
    fn minute_of(&mut self, model: &str, minute: i64, calls: i64, failing: i64) {
        self.minute_told([Some(model); 2], minute, calls, failing);
    }

    /// Calls of one minute, of which the first ones fail, each at its only attempt; the models that lines on what went well and
    /// on what failed name.
    fn minute_told(&mut self, models: [Option<&str>; 2], minute: i64, calls: i64, failing: i64) {
        let [healthy, attributes] = models.map(|model| {
            let attributes = Attributes::default()
                .with(Dimension::Provider, "openai")
                .with(Dimension::ServerAddress, "api.openai.com")
                .with(Dimension::Endpoint, "/v1/responses");
            Arc::new(match model {
                Some(model) => attributes.with(Dimension::Model, model),
                None => attributes,
            })
        });
        let tuple = self.source.cells.tuple(&healthy);
        for call in 0..calls {
            let time = START.plus_ms(minute * 60_000 + call * (60_000 / calls));
            if call >= failing {
                self.source
                    .cells
                    .add(time, Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
                continue;
            }
            self.source.observations.push(Observation {
                line: u64::try_from(minute * 100 + call).unwrap(),
                alike: Arc::new(Alike {
                    attributes: Arc::clone(&attributes),
                    attempt: Some(1),
                    ..Alike::ended(Outcome::Status(503))
                }),
                ..Observation::ended(time, Outcome::Status(503))
            });
        }
    }

    fn windows(self) -> Vec<Window> {
        let mut rollup = Rollup::default();
        rollup.sources.insert("app.log".into(), Box::new(self.source));
        judge(&rollup, &Options::default()).windows
    }
}

/// The minutes from the start at which a window begins and ends.
fn span(window: &Window) -> (i64, i64) {
    (window.start.since(START) / 60_000, window.end.since(START) / 60_000)
}

#[test]
fn a_short_outage_is_no_clump_of_background_to_a_faint_one_later() {
    let mut log = Log::new();
    for minute in 0..720 {
        // Eight of eight within two minutes; ten hours on, five of fourteen, two minutes apart.
        let (calls, failing) = match minute {
            60 | 61 => (4, 4),
            600..628 if minute % 2 == 1 => (0, 0),
            600..628 => (1, i64::from(minute % 6 == 0)),
            _ => (1, 0),
        };
        log.minute(minute, calls, failing);
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, [(60, 61), (600, 624)]);
}

#[test]
fn what_is_usual_outside_is_no_window_though_most_blocks_are_clean() {
    let mut log = Log::new();
    for minute in 0..1440 {
        let usual = minute >= 480 && minute % 20 == 10;
        let thicker = (893..=905).contains(&minute) && (minute - 893) % 3 == 0;
        log.minute(minute, 5, i64::from(usual || thicker));
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, []);
}

#[test]
fn the_same_stretch_is_a_window_where_nothing_fails_otherwise() {
    let mut log = Log::new();
    for minute in 0..1440 {
        let thicker = (893..=905).contains(&minute) && (minute - 893) % 3 == 0;
        log.minute(minute, 5, i64::from(thicker));
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, [(893, 905)]);
}

#[test]
fn models_that_only_failures_name_do_not_make_one_window_of_two() {
    let mut log = Log::new();
    for minute in 0..600 {
        let failing = match minute {
            60..90 | 300..330 => 20,
            _ => i64::from(minute % 9 == 0),
        };
        let model = if minute % 2 == 0 { "gpt-4o" } else { "gpt-4o-mini" };
        log.minute_told([None, Some(model)], minute, 60, failing);
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, [(60, 89), (300, 329)]);
}

/// Calls of which only the failures name a model: twenty minutes in which `failing` of each minute's do, each of the next of
/// these models, and a stray failure of one of three models every nine minutes.
fn windows_told_by_failures(models: &[&str], failing: i64) -> Vec<Window> {
    const ALL: [&str; 3] = ["gpt-4o", "gpt-4o-mini", "o3-mini"];
    let mut log = Log::new();
    for minute in 0..600_usize {
        let (model, failing) = match minute {
            300..320 => (models[minute % models.len()], failing),
            _ => (ALL[minute / 9 % ALL.len()], i64::from(minute % 9 == 0)),
        };
        log.minute_told([None, Some(model)], i64::try_from(minute).unwrap(), 60, failing);
    }
    log.windows()
}

/// The models and the class of each window.
fn models_and_class(windows: &[Window]) -> Vec<(Option<Vec<Name>>, Class)> {
    let told = windows
        .iter()
        .map(|window| (window.scope.values.get(&Dimension::Model).cloned(), window.verdict.class));
    told.collect()
}

#[test]
fn the_one_model_of_all_failures_failed_where_others_fail_at_other_times() {
    let windows = windows_told_by_failures(&["gpt-4o"], 20);
    assert_eq!(
        models_and_class(&windows),
        [(Some(vec![Name::from("gpt-4o")]), Class::ModelSpecific)]
    );
}

#[test]
fn two_models_that_only_failures_name_and_that_overlap_in_time_are_two_windows() {
    let mut log = Log::new();
    for minute in 0..600 {
        for (model, span) in [("gpt-4o", 200..260), ("o3-mini", 230..290)] {
            let failing = if span.contains(&minute) { 4 } else { 0 };
            log.minute_told([None, Some(model)], minute, 20, failing);
        }
    }
    let windows = log.windows();
    let spans: Vec<_> = windows.iter().map(span).collect();
    assert_eq!(spans, [(200, 259), (230, 289)]);
    let model = |model| (Some(vec![Name::from(model)]), Class::ModelSpecific);
    assert_eq!(models_and_class(&windows), [model("gpt-4o"), model("o3-mini")]);
}

#[test]
fn what_went_well_is_counted_though_it_names_no_model() {
    let windows = windows_told_by_failures(&["gpt-4o"], 20);
    let counts: Vec<_> = windows.iter().map(|window| (window.failures, window.attempts / 10)).collect();
    assert_eq!(counts, [(400, 116)]);
}

#[test]
fn all_models_failed_where_their_failures_are_as_at_other_times() {
    let windows = windows_told_by_failures(&["gpt-4o", "gpt-4o-mini", "o3-mini"], 20);
    assert_eq!(models_and_class(&windows), [(None, Class::Outage)]);
}

#[test]
fn two_failures_an_hour_and_a_half_earlier_do_not_begin_a_window() {
    let mut log = Log::new();
    for minute in 0..720 {
        let (calls, failing) = match minute {
            265 | 266 => (1, 1),
            360..400 if minute % 2 == 0 => (1, i64::from(minute % 4 == 0)),
            360..400 => (0, 0),
            _ if minute % 5 == 0 => (1, 0),
            _ => (0, 0),
        };
        log.minute(minute, calls, failing);
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, [(360, 396)]);
}

#[test]
fn a_model_that_begins_to_fail_before_another_has_recovered_is_a_window_of_its_own() {
    let mut log = Log::new();
    for minute in 0..720 {
        log.minute_of("gpt-4.1", minute, 1, 0);
        if minute % 3 == 0 {
            let fails = |from: i64, to: i64| i64::from((from..to).contains(&minute) && minute % 9 == 0);
            log.minute_of("gpt-4o", minute, 1, fails(297, 403));
            log.minute_of("o3-mini", minute, 1, fails(360, 466));
        }
    }
    let windows = log.windows();
    let told: Vec<_> = windows
        .iter()
        .map(|window| (span(window), window.scope.values.get(&Dimension::Model).map(Vec::len)))
        .collect();
    assert_eq!(told, [((297, 396), Some(1)), ((360, 459), Some(1))]);
}

#[test]
fn what_a_window_took_away_hides_no_weaker_one_before_it() {
    let mut log = Log::new();
    for minute in 0..150 {
        let all_fail = (85..105).contains(&minute) || (125..140).contains(&minute);
        // Two strays keep the stretch of this model in one piece from its own window to the last of all models.
        let fails = all_fail || (20..40).contains(&minute) || [65, 68].contains(&minute);
        if [0, 1, 3].contains(&(minute % 5)) {
            log.minute_of("gpt-4.1", minute, 1, i64::from(fails));
        }
        if minute % 2 == 0 {
            let other = if minute % 4 == 0 { "gpt-4o" } else { "gpt-4o-mini" };
            log.minute_of(other, minute, 1, i64::from(all_fail));
        }
    }
    let spans: Vec<_> = log.windows().iter().map(span).collect();
    assert_eq!(spans, [(20, 38), (85, 104), (125, 138)]);
}
