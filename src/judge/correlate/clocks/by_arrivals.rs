//! Links of logs that share no ids, told by how their arrivals go together.

use super::Unit;
use super::links::{Link, Links, ToldBy};
use super::minutes::{self, Minutes};
use super::nearest::{self, Failures};
use super::slots::{self, Slots};
use crate::judge::correlate::shared_ids::PAIRS_NEEDED;
use crate::judge::correlate::view::SourceIndex;
use crate::model::{Name, SourceRollup};
use std::borrow::Cow;
use std::cell::OnceCell;

/// Applications without a zone that are held against a proxy at every lag of two days, which takes some milliseconds each.
const FEW: usize = 64;

/// What some logs' arrivals are known by; each worked out once it is asked for, for of a great many logs most are too short.
struct Arrived<'u> {
    members: Cow<'u, [SourceIndex]>,
    slots: OnceCell<Slots>,
    failures: OnceCell<Failures>,
}

impl<'u> Arrived<'u> {
    fn of(members: impl Into<Cow<'u, [SourceIndex]>>) -> Self {
        Self {
            members: members.into(),
            slots: OnceCell::new(),
            failures: OnceCell::new(),
        }
    }

    fn slots(&self, sources: &[(&Name, &SourceRollup)]) -> &Slots {
        self.slots.get_or_init(|| Slots::of(&self.members, sources))
    }

    fn failures(&self, sources: &[(&Name, &SourceRollup)]) -> &Failures {
        self.failures.get_or_init(|| Failures::of(&self.members, sources))
    }
}

/// An application whose zone is not known, and its minutes where they can tell one.
struct Unzoned<'u> {
    application: usize,
    minutes: Option<Minutes>,
    arrived: Arrived<'u>,
}

/// The applications whose arrivals are held against a proxy's.
pub(super) struct Arrivals<'u> {
    /// Those whose zone is known, and their logs together.
    pub(super) known: Vec<usize>,
    together: Arrived<'u>,
    /// The others.
    unknown: Vec<(usize, &'u Unit<'u>)>,
    unzoned: OnceCell<Vec<Unzoned<'u>>>,
}

impl<'u> Arrivals<'u> {
    pub(super) fn of(units: &'u [Unit<'u>]) -> Self {
        let applications = units.iter().enumerate().filter(|(_, unit)| !unit.is_proxy);
        let (known, unknown): (Vec<_>, Vec<_>) = applications.partition(|(_, unit)| unit.told_ms.is_some());
        let members = known.iter().flat_map(|(_, unit)| unit.counted.iter().copied());
        Self {
            together: Arrived::of(members.collect::<Vec<_>>()),
            known: known.into_iter().map(|(at, _)| at).collect(),
            unknown,
            unzoned: OnceCell::new(),
        }
    }

    fn unzoned(&self, sources: &[(&Name, &SourceRollup)]) -> &[Unzoned<'u>] {
        self.unzoned.get_or_init(|| {
            let of = |&(application, unit): &(usize, &'u Unit<'u>)| Unzoned {
                application,
                minutes: Minutes::of(unit.counted, sources),
                arrived: Arrived::of(unit.counted),
            };
            self.unknown.iter().map(of).collect()
        })
    }
}

/// The logs whose zone is known share a clock, so their arrivals count together; every other is in a zone of its own.
pub(super) fn links_by_arrivals(
    links: &mut Links,
    sources: &[(&Name, &SourceRollup)],
    applications: &Arrivals<'_>,
    (proxy, log): (usize, &Unit<'_>),
) {
    let theirs = Arrived::of(log.counted);
    let unzoned = applications.unzoned(sources);
    // The arrivals tell a lag to some seconds, which failures tell better; by these alone it may be told near a zone.
    let by_failures = |ours: &Arrived<'_>, lag_ms: Option<i64>, zone_ms: i64| {
        if lag_ms.is_none() && unzoned.len() > FEW {
            return None;
        }
        let (ours, theirs) = (ours.failures(sources), theirs.failures(sources));
        match lag_ms {
            Some(lag_ms) => Some(nearest::refined(ours, theirs, lag_ms)),
            None => nearest::lag(ours, theirs, zone_ms),
        }
    };
    let of_proxy = theirs.slots(sources);
    let slots = |ours: &Arrived<'_>, lag: &dyn Fn(&Slots) -> Option<i64>| {
        let slots = Some(ours.slots(sources)).filter(|slots| slots.are_enough() && of_proxy.are_enough());
        slots.and_then(lag)
    };
    let together = |ours: &Arrived<'_>| by_failures(ours, slots(ours, &|ours| slots::lag(ours, of_proxy)), 0);
    let lag_ms = Some(&applications.together)
        .filter(|ours| !ours.members.is_empty())
        .and_then(together);
    links.together.lags_ms.extend(lag_ms.map(|lag_ms| (proxy, lag_ms)));
    let minutes = Minutes::of(log.counted, sources);
    for ours in unzoned {
        let zone_ms = ours.minutes.as_ref().zip(minutes.as_ref());
        let zone_ms = zone_ms.and_then(|(ours, theirs)| minutes::zone(ours, theirs));
        // Beside its zone a clock may be seconds or minutes off.
        let lag_ms = slots(&ours.arrived, &|ours| match zone_ms {
            Some(zone_ms) => slots::lag_near(ours, of_proxy, zone_ms),
            None if unzoned.len() <= FEW => slots::lag_in_any_zone(ours, of_proxy),
            None => None,
        });
        let lag_ms = by_failures(&ours.arrived, lag_ms, zone_ms.unwrap_or(0));
        links.single.extend(lag_ms.or(zone_ms).map(|told_ms| Link {
            application: ours.application,
            proxy,
            pairs: 0,
            told_by: lag_ms.map_or(ToldBy::Zone, |_| ToldBy::Arrivals),
            lag_ms: told_ms,
        }));
    }
}

/// Whether a log of the unit has ids enough to be paired by.
pub(super) fn has_ids(unit: &Unit<'_>, sources: &[(&Name, &SourceRollup)]) -> bool {
    let mut logs = unit.counted.iter().filter_map(|&index| sources.get(index));
    logs.any(|(_, rollup)| rollup.provider_ids.len() + rollup.client_ids.len() >= PAIRS_NEEDED)
}

/// Whether any application has; `None` where there is no application.
pub(super) fn applications_with_ids(units: &[Unit<'_>], sources: &[(&Name, &SourceRollup)]) -> Option<bool> {
    let mut applications = units.iter().filter(|unit| !unit.is_proxy).peekable();
    applications.peek()?;
    Some(applications.any(|unit| has_ids(unit, sources)))
}
