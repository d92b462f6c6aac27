//! From what was typed to what the program needs: one plan for each act.

use super::args::{Analyze, ColourChoice, ReportAsked, Scoped};
use super::bundle::Place;
use super::own_formats::{Forced, OwnFormats};
use super::{outputs, since, world};
use crate::deliver::{self, Report};
use crate::gather::open::Limit;
use crate::gather::{Plan, plan::PIECE};
use crate::judge::{Options, Selection, Thresholds};
use crate::model::{Class, Dimension, Time};
use crate::redact::Audience;
use crate::text::timestamp::Zone;
use anyhow::{Context as _, anyhow, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What `analyze` needs.
pub(super) struct Needs {
    pub(super) gather: Plan,
    pub(super) judge: Options,
    pub(super) reports: Vec<Delivery>,
    pub(super) bundle: Option<Place>,
    pub(super) dry: bool,
    pub(super) fail_on: Vec<Class>,
    pub(super) colour: bool,
    pub(super) internal: bool,
    pub(super) generated_at: Time,
}

/// A report, for whom it is and where it goes.
pub(super) struct Delivery {
    pub(super) report: &'static dyn Report,
    pub(super) audience: Audience,
    /// `None` means standard output.
    pub(super) file: Option<PathBuf>,
}

/// The report that is written where none is asked for; the one for the engineer at the terminal.
const DEFAULT_REPORT: &str = "text";

/// What the name of a file that must not be sent ends in.
const INTERNAL: &str = "-internal";

/// The report that has an addressee.
const TICKET: &str = "ticket";

/// The report that lists all traffic, which is kept only for it.
const LISTS_TRAFFIC: &str = "ndjson";

pub(super) fn needs(args: &Analyze, own: &OwnFormats, now: Time) -> anyhow::Result<Needs> {
    let gather = gather(args, own, now)?;
    let needs = Needs {
        judge: judge(args, &gather),
        gather,
        reports: reports(args)?,
        bundle: bundle(args)?,
        dry: args.dry_run,
        fail_on: args.fail_on.clone(),
        colour: match args.color {
            ColourChoice::Auto => world::wants_colour(),
            ColourChoice::Always => true,
            ColourChoice::Never => false,
        },
        internal: args.internal,
        generated_at: world::generated_at(now),
    };
    outputs::check(needs.files(), &args.paths)?;
    Ok(needs)
}

impl Needs {
    /// The files that are written.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        let reports = self.reports.iter().filter_map(|delivery| delivery.file.as_deref());
        reports.chain(self.bundle.as_ref().and_then(Place::file))
    }
}

/// What act one needs.
pub(super) fn gather(args: &Analyze, own: &OwnFormats, now: Time) -> anyhow::Result<Plan> {
    let zone = zone_for_all(&args.tz).unwrap_or(Zone::Utc);
    let instant = |flag: &'static str, text: &Option<String>| {
        let parsed = text.as_deref().map(|text| since::parse(text, now, &zone)).transpose();
        parsed.map_err(|error| anyhow!("{error}")).context(flag)
    };
    let (since, until) = (instant("--since", &args.since)?, instant("--until", &args.until)?);
    if let (Some(since), Some(until)) = (since, until)
        && since >= until
    {
        bail!("--since {since} is not before --until {until}; nothing can lie between");
    }
    Ok(Plan {
        follow: args.follow,
        limit: args.max_unpacked.map_or_else(Limit::default, Limit::of),
        since,
        until,
        threads: threads(args),
        ..of_formats(args.paths.clone(), &args.tz, own.forced(&args.formats)?, own, now)
    })
}

/// The plan of who only wants to know how logs are read.
pub(super) fn of_formats(inputs: Vec<PathBuf>, tz: &[Scoped<Zone>], forced: Forced, own: &OwnFormats, now: Time) -> Plan {
    let given = zone_for_all(tz);
    let zones = tz.iter().filter_map(|scoped| Some((scoped.pattern.clone()?, scoped.value)));
    Plan {
        inputs,
        follow: false,
        zones: zones.collect(),
        default_zone: given.unwrap_or(Zone::Utc),
        zone_given: given.is_some(),
        since: None,
        until: None,
        formats: forced,
        known: own.known,
        limit: Limit::default(),
        threads: world::processors(),
        piece: PIECE,
        share: None,
        today: Some(now.to_utc().date_naive()),
    }
}

/// The last zone that is not for some logs only.
fn zone_for_all(tz: &[Scoped<Zone>]) -> Option<Zone> {
    let all = tz.iter().rev().find(|scoped| scoped.pattern.is_none());
    all.map(|scoped| scoped.value)
}

fn threads(args: &Analyze) -> usize {
    args.threads.map_or_else(world::processors, usize::from)
}

fn judge(args: &Analyze, gather: &Plan) -> Options {
    let usual = Thresholds::default();
    let typed = &args.thresholds;
    let filters = [
        (Dimension::Provider, &args.provider),
        (Dimension::Surface, &args.surface),
        (Dimension::Model, &args.model),
        (Dimension::Endpoint, &args.endpoint),
        (Dimension::Host, &args.host),
        (Dimension::ServiceTier, &args.tier),
        (Dimension::Project, &args.project),
    ];
    let values = filters.into_iter().filter(|(_, wanted)| !wanted.is_empty());
    Options {
        usual: Vec::new(),
        threads: threads(args),
        thresholds: Thresholds {
            transient_max_ms: typed.transient_max.unwrap_or(usual.transient_max_ms),
            merge_gap_ms: typed.merge_gap.unwrap_or(usual.merge_gap_ms),
            min_failures: typed.min_failures.unwrap_or(usual.min_failures),
            alpha: typed.alpha.unwrap_or(usual.alpha),
            background: typed.background.or(usual.background),
            min_rate: typed.min_rate.unwrap_or(usual.min_rate),
        },
        selection: Selection {
            values: values
                .map(|(dimension, wanted)| (dimension, wanted.clone()))
                .collect::<BTreeMap<_, _>>(),
            status: args.status.clone(),
            since: gather.since,
            until: gather.until,
        },
        max_requests: args.max_requests,
        keep_traffic: args.reports.iter().any(|asked| asked.name == LISTS_TRAFFIC),
        explain: args.explain,
        clocks: None,
    }
}

fn bundle(args: &Analyze) -> anyhow::Result<Option<Place>> {
    let place = args.bundle.as_deref().map(Place::of);
    place.iter().try_for_each(Place::check).context("--bundle")?;
    Ok(place)
}

fn reports(args: &Analyze) -> anyhow::Result<Vec<Delivery>> {
    if args.dry_run {
        return Ok(Vec::new());
    }
    let by_default = [ReportAsked {
        name: of_ending(args.output.as_deref()).to_owned(),
        file: None,
    }];
    let asked = if args.reports.is_empty() {
        &by_default[..]
    } else {
        &args.reports
    };
    let mut deliveries = Vec::with_capacity(asked.len());
    for ReportAsked { name, file } in asked {
        let report = match name.as_str() {
            TICKET => deliver::ticket(args.audience),
            name => deliver::by_name(name).with_context(|| format!("there is no report '{name}'"))?,
        };
        let audience = match () {
            () if args.internal => Audience::Internal,
            () if name == DEFAULT_REPORT => Audience::Terminal,
            () => Audience::Forwardable,
        };
        deliveries.push(Delivery {
            report,
            audience,
            file: file.clone(),
        });
    }
    if let Some(output) = &args.output {
        match deliveries.as_mut_slice() {
            [only] if only.file.is_none() => only.file = Some(output.clone()),
            _ => bail!("--output is for a single report; write --report json=FILE for each"),
        }
    }
    if args.audience.is_some() && args.bundle.is_none() && !asked.iter().any(|asked| asked.name == TICKET) {
        bail!("--audience is for the ticket; add --report ticket");
    }
    if args.internal {
        for file in deliveries.iter_mut().filter_map(|delivery| delivery.file.as_mut()) {
            *file = internal_name(file);
        }
    }
    if deliveries.iter().filter(|delivery| delivery.file.is_none()).count() > 1 {
        bail!("only one report can go to standard output; write --report json=FILE for the others");
    }
    let files: BTreeSet<_> = deliveries.iter().filter_map(|delivery| delivery.file.as_ref()).collect();
    if files.len() < deliveries.iter().filter(|delivery| delivery.file.is_some()).count() {
        bail!("two reports go to one file; name a file for each");
    }
    Ok(deliveries)
}

/// The report that a file's ending asks for, where no other word does.
fn of_ending(file: Option<&Path>) -> &'static str {
    let ending = file.and_then(Path::extension).and_then(std::ffi::OsStr::to_str);
    let named = ending.and_then(|ending| deliver::by_name(if ending == "md" { "markdown" } else { ending }));
    named.map_or(DEFAULT_REPORT, |report| report.name())
}

/// The name of a file that must not be sent: it never replaces, and is never taken for, the one that may be.
fn internal_name(file: &Path) -> PathBuf {
    let is_device = std::fs::metadata(file).is_ok_and(|there| !there.is_file() && !there.is_dir());
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    if is_device || stem.is_empty() || stem.ends_with(INTERNAL) {
        return file.to_owned();
    }
    let mut name = file.file_stem().unwrap_or_default().to_owned();
    name.push(INTERNAL);
    if let Some(extension) = file.extension() {
        name.push(".");
        name.push(extension);
    }
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::{internal_name, of_ending};
    use std::path::Path;

    #[test]
    fn the_ending_of_a_file_names_its_report() {
        for (file, report) in [
            ("a/x.html", "html"),
            ("x.md", "markdown"),
            ("x.json", "json"),
            ("x.txt", "text"),
            ("x", "text"),
        ] {
            assert_eq!(of_ending(Some(Path::new(file))), report);
        }
        assert_eq!(of_ending(None), "text");
    }

    #[test]
    fn a_file_that_must_not_be_sent_has_a_name_of_its_own() {
        for (given, named) in [
            ("out/report.json", "out/report-internal.json"),
            ("ticket", "ticket-internal"),
            ("my-internal.txt", "my-internal.txt"),
            ("/dev/null", "/dev/null"),
        ] {
            assert_eq!(internal_name(Path::new(given)), Path::new(named));
        }
    }
}
