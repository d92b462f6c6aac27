//! Which proxy or host wrote a log, where nothing but its name says it: `egress-1.log` beside `egress-2.log`.
//!
//! Logs of one directory whose names differ in a number alone are either several writers' or one's, which wrote them in turns.
//! Those of several tell of the same hours; of a rotated log each part begins where the one before it ends. A log of failures
//! alone names nobody: it may be the error log of any.

use super::family::stem;
use super::proxies::ProxyHost;
use super::view::SourceIndex;
use crate::judge::combinations::lies_at;
use crate::model::{Attributes, Dimension, Name, SourceRollup, Time, Vantage};
use ahash::AHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Share of the shorter of two logs that the other one's time must cover for both to be written at once.
const SAME_TIME_SHARE: f64 = 0.5;

/// Endings of a log's name that are no part of its writer's.
const ENDINGS: [&str; 7] = ["log", "jsonl", "json", "ndjson", "txt", "out", "csv"];

/// The writers' names, by the number of the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Writers {
    by_source: BTreeMap<SourceIndex, (Dimension, Name)>,
}

impl Writers {
    /// Of those logs that do not say it otherwise.
    pub(crate) fn of(sources: &[(&Name, &SourceRollup)]) -> Self {
        let mut alike: BTreeMap<(Dimension, String), BTreeMap<String, Vec<SourceIndex>>> = BTreeMap::new();
        for (index, (name, rollup)) in sources.iter().enumerate() {
            let Some(dimension) = asked(rollup) else { continue };
            if let Some((writer, pattern)) = writer_and_pattern(&stem(name)) {
                let writers = alike.entry((dimension, pattern)).or_default();
                writers.entry(writer).or_default().push(index);
            }
        }
        let mut by_source = BTreeMap::new();
        for ((dimension, _), writers) in alike {
            let spans: Vec<Vec<(Time, Time)>> = writers.values().map(|logs| spans(logs, sources)).collect();
            if writers.len() < 2 || !(0..spans.len()).all(|at| is_beside_others(at, &spans)) {
                continue;
            }
            for (writer, logs) in writers {
                let file = writer.rsplit('/').next().unwrap_or(&writer);
                let name = Name::from(if dimension == Dimension::Proxy { proxy(file) } else { file });
                by_source.extend(logs.into_iter().map(|index| (index, (dimension, Name::clone(&name)))));
            }
        }
        Self { by_source }
    }

    /// The attributes of a log's record with its writer, where they name none.
    pub(super) fn named(&self, index: SourceIndex, attributes: &Attributes) -> Option<Attributes> {
        let (dimension, name) = self.by_source.get(&index)?;
        attributes.get(*dimension).is_none().then(|| {
            let mut named = attributes.clone();
            named.set(*dimension, Some(Name::clone(name)));
            named
        })
    }

    /// The host that wrote an application's log, or the proxy that wrote its own.
    pub(crate) fn name(&self, index: SourceIndex) -> Option<&Name> {
        self.by_source.get(&index).map(|(_, name)| name)
    }

    /// The same for records that share their attributes.
    pub(super) fn filled(&self, index: SourceIndex, attributes: &Arc<Attributes>) -> Arc<Attributes> {
        let named = self.named(index, attributes);
        named.map_or_else(|| Arc::clone(attributes), Arc::new)
    }

    /// Names the proxies of what these saw.
    pub(super) fn name_all(&self, proxies: &mut [ProxyHost]) {
        if self.by_source.is_empty() {
            return;
        }
        // Several logs share attributes, so that one is known with its log.
        let mut known: AHashMap<(SourceIndex, usize), (Arc<Attributes>, Arc<Attributes>)> = AHashMap::new();
        for view in proxies
            .iter_mut()
            .flat_map(|proxy| proxy.views.iter_mut().chain(&mut proxy.successes))
        {
            // What is known by where it lies is held, so that nothing else comes to lie there.
            let place = (view.source, lies_at(&view.attributes));
            let told = known
                .entry(place)
                .or_insert_with(|| (Arc::clone(&view.attributes), self.filled(view.source, &view.attributes)));
            view.attributes = Arc::clone(&told.1);
        }
    }
}

/// What a log's name would tell: where it does not say it, and tells of what went well.
fn asked(rollup: &SourceRollup) -> Option<Dimension> {
    let dimension = match rollup.vantage? {
        Vantage::Proxy => Dimension::Proxy,
        Vantage::Application => Dimension::Host,
        Vantage::Browser => return None,
    };
    let mut combinations = rollup.cells.combinations();
    let is_untold = rollup.host.is_none() && !rollup.cells.is_empty();
    (is_untold && combinations.all(|attributes| attributes.get(dimension).is_none())).then_some(dimension)
}

/// The writer that a log's path names, and the path with what differs between writers taken out; none where nothing does. A day
/// in a name, and what numbers the logs of a day, is no writer's.
fn writer_and_pattern(path: &str) -> Option<(String, String)> {
    let (folder, file) = path.rsplit_once('/').map_or(("", path), |(folder, file)| (folder, file));
    let mut words: Vec<&str> = file.split(['.', '-', '_']).collect();
    while words.last().is_some_and(|last| ENDINGS.contains(last)) {
        words.pop();
    }
    if let Some(day) = (0..words.len()).find(|&at| is_day(words.get(at..).unwrap_or_default())) {
        let is_number = |word: &&str| word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T');
        let (before, dated) = words.split_at(day);
        let after = dated.iter().skip_while(|word| is_number(word));
        words = before.iter().chain(after).copied().collect();
    }
    let varies = |word: &str| word.len() == 1 || word.bytes().any(|byte| byte.is_ascii_digit());
    let pattern: Vec<&str> = words.iter().map(|word| if varies(word) { "#" } else { *word }).collect();
    let is_told = pattern.contains(&"#") && words.iter().all(|word| !word.is_empty());
    is_told.then(|| {
        (
            format!("{folder}/{}", words.join("-")),
            format!("{folder}/{}", pattern.join("-")),
        )
    })
}

/// A proxy's name without the words that only say what its log is: `proxy-egress-1`, `egress-1-access`. Applications name their
/// proxy without them, too.
fn proxy(file: &str) -> &str {
    let name = file.strip_suffix("-access").unwrap_or(file);
    let rest = name.strip_prefix("proxy-").or_else(|| name.strip_prefix("access-"));
    rest.filter(|rest| rest.bytes().any(|byte| byte.is_ascii_alphabetic()))
        .unwrap_or(name)
}

/// Whether words begin with a day: `20260110`, or `2026`, `01`, `10`.
fn is_day(words: &[&str]) -> bool {
    let is_of = |word: &str, length: usize| word.len() == length && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |word: &str| word.starts_with("19") || word.starts_with("20");
    match words {
        [day, ..] if day.len() >= 8 && is_year(day) => day.get(..8).is_some_and(|day| is_of(day, 8)),
        [year, month, day, ..] => {
            is_year(year) && is_of(year, 4) && is_of(month, 2) && day.get(..2).is_some_and(|day| is_of(day, 2))
        }
        _ => false,
    }
}

/// When the logs of one writer tell of something, in order.
fn spans(logs: &[SourceIndex], sources: &[(&Name, &SourceRollup)]) -> Vec<(Time, Time)> {
    let mut spans: Vec<(Time, Time)> = logs.iter().filter_map(|&index| sources.get(index)?.1.span).collect();
    spans.sort_unstable();
    spans
}

/// Whether another one wrote while this one did.
fn is_beside_others(at: usize, spans: &[Vec<(Time, Time)>]) -> bool {
    let mine = spans.get(at).map_or(&[][..], Vec::as_slice);
    let others = || {
        spans
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != at)
            .flat_map(|(_, spans)| spans)
    };
    let (Some((from, _)), Some(to)) = (mine.first(), mine.iter().map(|(_, last)| last).max()) else {
        return false;
    };
    let covers = |(other_from, other_to): &(Time, Time)| {
        let common = to.min(other_to).since(*from.max(other_from));
        let shorter = to.since(*from).min(other_to.since(*other_from));
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a log")]
        let covers = common as f64 >= shorter as f64 * SAME_TIME_SHARE && common >= 0;
        covers
    };
    others().any(covers)
}

#[cfg(test)]
mod tests {
    use super::{Writers, proxy, writer_and_pattern};
    use crate::model::{Attributes, Cell, Dimension, Grain, Name, SourceRollup, Time, Vantage};
    use std::sync::Arc;

    fn log(from: i64, to: i64) -> SourceRollup {
        let mut log = SourceRollup {
            vantage: Some(Vantage::Application),
            span: Some((Time(from * 60_000), Time(to * 60_000))),
            ..SourceRollup::default()
        };
        let tuple = log.cells.tuple(&Arc::new(Attributes::default()));
        log.cells
            .add(Time(from * 60_000), Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
        log
    }

    fn hosts(logs: &[(&str, &SourceRollup)]) -> Vec<Option<String>> {
        let names: Vec<Name> = logs.iter().map(|(name, _)| Name::from(*name)).collect();
        let sources: Vec<(&Name, &SourceRollup)> = names.iter().zip(logs).map(|(name, (_, log))| (name, *log)).collect();
        let writers = Writers::of(&sources);
        let named = |index: usize| writers.named(index, &Attributes::default());
        let host = |named: Attributes| named.get(Dimension::Host).map(ToString::to_string);
        (0..logs.len()).map(|index| named(index).and_then(host)).collect()
    }

    #[test]
    fn logs_of_the_same_hours_that_a_number_tells_apart_are_of_several_hosts() {
        let (one, other) = (log(0, 600), log(5, 590));
        let told = hosts(&[("logs/app-1.log", &one), ("logs/app-2.log", &other)]);
        assert_eq!(told, [Some("app-1".to_owned()), Some("app-2".to_owned())]);
    }

    #[test]
    fn logs_that_were_written_in_turns_are_of_one_host() {
        let (one, next) = (log(0, 600), log(600, 1200));
        let names = [
            ["app-1.log", "app-2.log"],
            ["app.log", "app.log.1"],
            ["app.log-20260110", "app.log-20260111"],
            ["app-2026-01-10.log", "app-2026-01-11.log"],
            ["app-2026-01-10-1.log", "app-2026-01-10-2.log"],
        ];
        for [first, second] in names {
            assert_eq!(hosts(&[(first, &one), (second, &next)]), [None, None], "{first}");
        }
    }

    #[test]
    fn days_in_the_names_of_two_hosts_logs_are_no_hosts() {
        let logs = [log(0, 600), log(600, 1200), log(0, 600), log(600, 1200)];
        let names = [
            "web1-2026-01-10.log",
            "web1-2026-01-11.log",
            "web2-2026-01-10.log",
            "web2-2026-01-11.log",
        ];
        let named: Vec<(&str, &SourceRollup)> = names.into_iter().zip(&logs).collect();
        let told: Vec<String> = hosts(&named).into_iter().flatten().collect();
        assert_eq!(told, ["web1", "web1", "web2", "web2"]);
    }

    #[test]
    fn a_log_that_says_its_host_is_not_asked_for_its_name() {
        let (mut one, other) = (log(0, 600), log(0, 600));
        one.host = Some("web-7".into());
        assert_eq!(hosts(&[("app-1.log", &one), ("app-2.log", &other)]), [None, None]);
    }

    #[test]
    fn a_log_of_failures_alone_names_nobody() {
        let (one, mut other) = (log(0, 600), log(0, 600));
        other.cells = crate::model::Cells::default();
        assert_eq!(hosts(&[("app-1.log", &one), ("app-2.log", &other)]), [None, None]);
    }

    #[test]
    fn names_that_words_tell_apart_are_of_several_programs() {
        let (one, other) = (log(0, 600), log(0, 600));
        assert_eq!(hosts(&[("access.log", &one), ("error.log", &other)]), [None, None]);
    }

    #[test]
    fn a_proxy_is_named_without_the_words_that_say_what_its_log_is() {
        for file in ["proxy-egress-1", "egress-1-access", "access-egress-1", "egress-1"] {
            assert_eq!(proxy(file), "egress-1", "{file}");
        }
        assert_eq!(proxy("proxy-1"), "proxy-1");
    }

    #[test]
    fn a_writer_is_named_without_what_makes_it_a_log() {
        let writer = |path| writer_and_pattern(path).map(|(writer, _)| writer);
        assert_eq!(writer("var/egress-1.log").as_deref(), Some("var/egress-1"));
        assert_eq!(writer("var/web01_access.json").as_deref(), Some("var/web01-access"));
        assert_eq!(writer("var/app.log"), None);
    }
}
