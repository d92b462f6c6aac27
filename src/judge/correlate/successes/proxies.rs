//! The proxies' successes, and those of clients without any application log (classification B3.4).

use super::{Successes, cells};
use crate::judge::correlate::clocks::Clock;
use crate::judge::correlate::cover::{Cover, Covers, Whose};
use crate::judge::correlate::proxies::ProxyHost;
use crate::judge::correlate::writers::Writers;
use crate::model::{Attributes, Dimension, Grain, Name, SourceRollup, Time, TrafficCell, TupleId};
use std::sync::Arc;

/// The proxies' successes.
#[derive(Clone, Debug, Default)]
pub(in crate::judge::correlate) struct OfProxies<S = Successes> {
    /// Those of clients that no application log shows.
    pub(in crate::judge::correlate) uncovered: S,
    /// All of them, where they are more than these: where there are no applications, they would be held twice.
    pub(in crate::judge::correlate) all: Option<S>,
}

impl OfProxies {
    /// See [`Successes::cells`].
    pub(in crate::judge::correlate) fn cells(self) -> OfProxies<Vec<TrafficCell>> {
        OfProxies {
            uncovered: self.uncovered.cells(),
            all: self.all.map(Successes::cells),
        }
    }

    /// Takes one away that turned out to have died, as [`Successes::take_away`] does.
    pub(in crate::judge::correlate) fn take_away(&mut self, time: Time, attributes: &Attributes) {
        self.uncovered.take_away(time, attributes);
        if let Some(all) = &mut self.all {
            all.take_away(time, attributes);
        }
    }
}

/// The proxies' successes: all of them, and those of clients that no application log shows. An opened tunnel stands for
/// the attempts that went through it, as far as nothing else shows them (classification B3.4e).
pub(in crate::judge::correlate) fn of_proxies(
    proxies: &[ProxyHost],
    (sources, clocks): (&[(&Name, &SourceRollup)], &[Clock]),
    covers: &Covers,
    writers: &Writers,
) -> OfProxies {
    let counts = |grain: Grain| matches!(grain, Grain::Attempt | Grain::Tunnel);
    let (mut all, mut uncovered) = (Successes::default(), Successes::default());
    let mut is_any_covered = false;
    for (host, proxy) in proxies.iter().enumerate() {
        for &index in &proxy.counted {
            let Some((_, rollup)) = sources.get(index) else { continue };
            let source = (*rollup, clocks.get(index).copied().unwrap_or_default());
            let named = |attributes: &Arc<Attributes>| writers.filled(index, attributes);
            let whose = rollup.cells.combinations().map(|attributes| covers.whose(host, attributes));
            let whose: Vec<Option<Whose<'_>>> = whose.map(|whose| Some(whose).filter(|whose| !whose.is_nobodys())).collect();
            let is_covered = |time: Time, id: TupleId| {
                let whose = whose.get(usize::from(id)).and_then(Option::as_ref);
                whose.is_some_and(|whose| whose.at(time) != Cover::None)
            };
            let offset_ms = source.1.offset_ms;
            let covers_some =
                || cells(rollup, source.1).any(|(time, grain, id, _)| counts(grain) && is_covered(time.plus_ms(offset_ms), id));
            if !is_any_covered && whose.iter().any(Option::is_some) && covers_some() {
                (is_any_covered, all) = (true, uncovered.clone());
            }
            uncovered.add_all(source, |time, grain, id| counts(grain) && !is_covered(time, id), named);
            if is_any_covered {
                let is_hop = |attributes: &Arc<Attributes>| covers.is_hop(host, attributes.get(Dimension::Client));
                let hops: Vec<bool> = rollup.cells.combinations().map(is_hop).collect();
                let is_hop = |id: TupleId| hops.get(usize::from(id)) == Some(&true);
                all.add_all(source, |_, grain, id| counts(grain) && !is_hop(id), named);
            }
        }
    }
    OfProxies {
        uncovered: uncovered.whole(),
        all: is_any_covered.then(|| all.whole()),
    }
}
