//! Judges what is kept together with what is new, and tells what of it is news.

use super::{Run, Whole, output};
use crate::cli::exit::Exit;
use crate::cli::history::ordinal;
use crate::cli::{account, key, status_page};
use crate::deliver::{self, Context, Report, digest::Digest};
use crate::judge::baseline::{BACK_MS, UsualHour};
use crate::judge::{self, Options};
use crate::keep::windows::{self, Kept, State};
use crate::keep::{News, NightDone, Store, hours};
use crate::model::{Finding, Findings, Rollup, Time, Traffic, Window};
use crate::redact::{Audience, Policy, Removed, Sealed, seal};
use anyhow::Context as _;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The reports of a night where none are named, those of them that there are: one to send, one to read, one for programs.
const REPORTS: [&str; 3] = ["ticket", "html", "json"];

/// Columns of what is printed, which is made to be mailed.
const COLUMNS: usize = 78;

/// What lies so near to where the kept past begins may miss its other half: what is dropped is told by the stamps in the
/// logs, and those without a zone are off by fourteen hours at most.
const SEAM_MS: i64 = 15 * hours::HOUR_MS;

/// A window that is not over, or not told yet, keeps its past; but no longer than this.
const LONGEST_KEPT_MS: i64 = 14 * 24 * hours::HOUR_MS;

/// A stamp further in the future than this is a mistake, and must not make the past look old.
const FUTURE_MS: i64 = 24 * hours::HOUR_MS;

/// Windows of one kind within this count as recurring: two weeks, which is what people remember.
const RECURRING_MS: i64 = 14 * 24 * hours::HOUR_MS;

/// A window that is to be told.
struct Fresh {
    window: Window,
    news: News,
    state: State,
    remarks: Vec<String>,
}

impl Run<'_> {
    /// Judges, keeps, and tells what is new.
    pub(super) fn judge(&self, store: &mut Store, whole: Whole, mut done: NightDone) -> anyhow::Result<Exit> {
        let whole_after = store.horizon()?.whole_after;
        let (findings, traffic) = self.judged(&whole.rollup, usual(store, &whole.rollup)?);
        let hours_from = whole_after.map_or(Time(i64::MIN), |dropped| {
            hours::hour(dropped).plus_ms(SEAM_MS + hours::HOUR_MS)
        });
        done.hours = hours::tally(&traffic);
        done.hours.retain(|slice, _| slice.start >= hours_from);
        done.hours_from = Some(hours_from);
        drop(traffic);
        done.logs = whole.logs;
        self.late(&mut done, hours_from);
        let seam = whole_after.map(|dropped| dropped.plus_ms(SEAM_MS));
        let fresh = compare(store, &findings, &mut done, seam)?;
        done.drop_before = Some(self.drop_before(&whole.rollup, &done));
        done.folder = (!fresh.is_empty()).then(|| self.folders.free_name(self.now));
        let (night, numbers) = store.keep(&done)?;
        let is_found = fresh.iter().any(|one| self.needs.fail_on.contains(&one.window.verdict.class));
        if let Some(folder) = &done.folder {
            let told: Vec<(u64, State)> = done
                .windows
                .iter()
                .zip(&numbers)
                .filter(|(kept, _)| fresh.iter().any(|one| one.state == kept.state))
                .map(|(kept, number)| (*number, kept.state.clone()))
                .collect();
            let mail = self.report(findings, fresh, &whole.rollup, folder)?;
            output::to_stdout(&mail).context("standard output cannot be written")?;
            store.told(night, &told)?;
            self.folders.keep(store, self.args.keep)?;
        }
        Ok(self.exit(&done, is_found))
    }

    /// Act two, with the traffic that the history is kept of; the findings keep it only for a report that lists it.
    fn judged(&self, rollup: &Rollup, usual: Vec<UsualHour>) -> (Findings, Arc<Traffic>) {
        let options = Options {
            usual,
            keep_traffic: true,
            ..self.needs.judge.clone()
        };
        let mut findings = judge::judge(rollup, &options);
        let traffic = findings.traffic.clone().unwrap_or_default();
        findings.traffic = findings.traffic.filter(|_| self.needs.judge.keep_traffic);
        (findings, traffic)
    }

    /// Counts of hours whose logs are not all at hand any more: what came late is added to them.
    fn late(&self, done: &mut NightDone, hours_from: Time) {
        let mut late = Rollup::default();
        for (log, parts) in &done.logs {
            for (within, read) in parts {
                if read.span.is_some_and(|(first, _)| first < hours_from) {
                    late.sources
                        .insert(format!("{}{within}", log.name).into(), Box::new(read.clone()));
                }
            }
        }
        if late.sources.is_empty() {
            return;
        }
        let (_, traffic) = self.judged(&late.settled(), Vec::new());
        let added = hours::tally(&traffic)
            .into_iter()
            .filter(|(slice, _)| slice.start < hours_from);
        done.hours.extend(added);
    }

    /// What is older than this need not be judged again.
    fn drop_before(&self, rollup: &Rollup, done: &NightDone) -> Time {
        let soon = self.now.plus_ms(FUTURE_MS);
        let spans = rollup.sources.values().filter_map(|source| source.span);
        let newest = spans.map(|(_, last)| last.min(soon)).max().unwrap_or(soon);
        let open = done
            .windows
            .iter()
            .filter(|kept| kept.state.ongoing || windows::news(&kept.state, Some(kept)) != News::Same)
            .map(|kept| kept.start().plus_ms(-SEAM_MS))
            .min();
        let recent = newest.plus_ms(-self.args.recent);
        open.map_or(recent, |open| open.min(recent))
            .max(newest.plus_ms(-LONGEST_KEPT_MS.max(self.args.recent)))
    }

    /// Writes the folder of the night's reports, and gives what is to be printed.
    fn report(&self, mut findings: Findings, fresh: Vec<Fresh>, rollup: &Rollup, folder: &str) -> anyhow::Result<Vec<u8>> {
        let path = self.folders.path(folder);
        let mut digest = Digest {
            folder: path.display().to_string(),
            ..Digest::default()
        };
        findings.windows.clear();
        for one in fresh {
            digest.news.push(one.news.name());
            findings.findings.extend(one.remarks.iter().map(|remark| {
                Finding {
                    about: "recurring",
                    says: remark.clone(),
                    advice:
                        "Name the earlier windows in the report: a fault that comes back is looked for elsewhere than a new one."
                            .to_owned(),
                    path: None,
                }
            }));
            digest.remarks.push(one.remarks);
            findings.windows.push(one.window);
        }
        status_page::note(&mut findings, &self.args.analyze.status_page);
        let place = Some(self.args.state.join("key"));
        let key = key::key_in(self.args.analyze.key_file.as_deref(), place, &key::derived(rollup))?;
        let audience = |audience| {
            let key = key.clone();
            seal(findings.clone(), &Policy { audience, key })
        };
        let (mail, _) = self.written(&audience(Audience::Terminal), &digest)?;
        let sent = audience(if self.needs.internal {
            Audience::Internal
        } else {
            Audience::Forwardable
        });
        let mut reports = Vec::new();
        for report in self.reports() {
            let (bytes, removed) = self.written(&sent, report)?;
            account::removed(report.name(), &removed);
            reports.push((self.file_name(report), bytes));
        }
        self.folders
            .write(folder, &reports, &mail)
            .with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(mail)
    }

    fn written(&self, sealed: &Sealed, report: &dyn Report) -> anyhow::Result<(Vec<u8>, Removed)> {
        let context = Context {
            generated_at: self.now.to_utc(),
            width: COLUMNS,
            colour: false,
            version: env!("CARGO_PKG_VERSION"),
            internal: self.needs.internal,
            removed: Removed::default(),
        };
        deliver::deliver(sealed, report, &context).with_context(|| format!("the report '{}'", report.name()))
    }

    fn reports(&self) -> Vec<&'static dyn Report> {
        let asked = &self.args.analyze.reports;
        if asked.is_empty() {
            return REPORTS.into_iter().filter_map(deliver::by_name).collect();
        }
        asked.iter().filter_map(|asked| deliver::by_name(&asked.name)).collect()
    }

    fn file_name(&self, report: &dyn Report) -> String {
        let stem = if report.name() == report.extension() {
            "report"
        } else {
            report.name()
        };
        let internal = if self.needs.internal { "-internal" } else { "" };
        format!("{stem}{internal}.{}", report.extension())
    }
}

/// What the history tells of each hour that is asked about in judging these logs.
fn usual(store: &Store, rollup: &Rollup) -> anyhow::Result<Vec<UsualHour>> {
    let spans = rollup.sources.values().filter_map(|source| source.span);
    let Some((first, last)) = spans.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return Ok(Vec::new());
    };
    let since = hours::hour(first.plus_ms(-SEAM_MS - BACK_MS));
    let history = store.history(since, last.plus_ms(SEAM_MS))?;
    let hours = history.hours.into_iter().map(|(slice, tally)| UsualHour {
        start: slice.start,
        values: slice.values,
        attempts: tally.attempts,
        failures: tally.failures,
        network_failures: tally.network_failures,
    });
    Ok(hours.collect())
}

/// Tells the windows found from those that are kept, and gives those that are news.
fn compare(store: &Store, findings: &Findings, done: &mut NightDone, seam: Option<Time>) -> anyhow::Result<Vec<Fresh>> {
    let states: Vec<State> = findings.windows.iter().map(State::of).collect();
    let earliest = findings.windows.iter().map(|window| window.start).chain(seam).min();
    let kept = store.windows(earliest.map_or(Time(i64::MIN), |earliest| earliest.plus_ms(-RECURRING_MS)))?;
    let matched = windows::matched(&states, &kept);
    let mut fresh = Vec::new();
    let mut seen = BTreeSet::new();
    for ((window, state), place) in findings.windows.iter().zip(&states).zip(matched) {
        let known = place.and_then(|place| kept.get(place));
        seen.extend(known.map(|known| known.number));
        // What is kept of so early a time is not all there was: such a window stands as it was found, unless new.
        if seam.is_some_and(|seam| window.start <= seam) && (known.is_some() || !is_about_tonight(window, done)) {
            continue;
        }
        let news = windows::news(state, known);
        if news != News::Same {
            fresh.push(Fresh {
                window: window.clone(),
                news,
                state: state.clone(),
                remarks: recurring(window, state, &kept, known).into_iter().collect(),
            });
        }
        done.windows.push(Kept {
            number: known.map_or(0, |known| known.number),
            state: state.clone(),
            attempts: if window.only_failures { 0 } else { window.attempts },
            calls: window.calls,
            calls_lost: window.calls_lost,
            confidence: window.verdict.confidence,
            nights: known.map_or((0, 0), |known| known.nights),
            standing: true,
            told: known.and_then(|known| known.told.clone()),
        });
    }
    let is_gone = |known: &&Kept| known.standing && !seen.contains(&known.number) && seam.is_none_or(|seam| known.start() > seam);
    done.withdrawn = kept.iter().filter(is_gone).map(|known| known.number).collect();
    Ok(fresh)
}

/// Whether a failure that was read tonight lies in a window.
fn is_about_tonight(window: &Window, done: &NightDone) -> bool {
    let read = done.logs.iter().flat_map(|(_, parts)| parts.values());
    let mut seen = read.flat_map(|read| &read.observations);
    seen.any(|seen| seen.outcome.is_failure() && (window.start..=window.end).contains(&seen.time))
}

/// "The third model-specific window (model gpt-4o) in 14 days."
fn recurring(window: &Window, state: &State, kept: &[Kept], known: Option<&Kept>) -> Option<String> {
    let since = state.start.saturating_sub(RECURRING_MS);
    let alike = kept.iter().filter(|one| {
        one.standing
            && known.is_none_or(|known| known.number != one.number)
            && one.state.class == state.class
            && one.state.scope == state.scope
            && (since..state.start).contains(&one.state.start)
    });
    let before = alike.count() as u64;
    let times = before + 1;
    (before > 0).then(|| {
        let ordinal = ordinal(times);
        let scope = deliver::scope(&window.scope);
        format!("This is the {ordinal} {} window for {scope} in 14 days.", state.class)
    })
}
