//! The applications' successes: their answers' lines, or their calls' where these name the model (classification B3.4).

use super::{Successes, cells};
use crate::judge::correlate::addresses::Addresses;
use crate::judge::correlate::clocks::Clock;
use crate::judge::correlate::family::{Family, Granularity};
use crate::model::{Attributes, Cell, Grain, Name, SourceRollup, Time};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Calls' share of the answers from which the call lines, which name the model, stand for the answers.
const CALLS_STAND_FOR_ATTEMPTS: f64 = 0.9;

/// The applications' successes.
pub(in crate::judge::correlate) fn of_applications(
    families: &[Family],
    sources: &[(&Name, &SourceRollup)],
    clocks: &[Clock],
    addresses: &Addresses,
) -> Successes {
    let mut successes = Successes::default();
    for (number, family) in families.iter().enumerate() {
        let filled = |attributes: &Arc<Attributes>| addresses.filled(number, attributes);
        let wanted = grain_of_answers(family);
        let members = || {
            family
                .sources
                .iter()
                .filter_map(|&index| Some((sources.get(index)?.1, clocks.get(index).copied().unwrap_or_default())))
        };
        let total = |grain: Grain| members().map(|(rollup, _)| rollup.cells.total(grain)).sum::<u64>();
        let (answers, calls) = (total(wanted), total(Grain::Call));
        if wanted == Grain::Call || !stands_for(calls, answers) {
            for member in members() {
                successes.add_all(member, |_, grain, _| grain == wanted, filled);
            }
            continue;
        }
        for member in members() {
            successes.add_all(member, |_, grain, _| grain == Grain::Call, filled);
        }
        let missing = answers.saturating_sub(calls);
        add_unclaimed(&mut successes, members(), wanted, missing, filled);
    }
    successes.settled()
}

/// The grain of the records that each tell one answer.
pub(in crate::judge::correlate) fn grain_of_answers(family: &Family) -> Grain {
    match family.granularity {
        Granularity::Attempt => Grain::Attempt,
        Granularity::Detail => Grain::Detail,
        Granularity::Call => Grain::Call,
    }
}

/// The grain of the records that are an application's successes, nearly all of them.
pub(in crate::judge::correlate) fn counted_grain(family: &Family, sources: &[(&Name, &SourceRollup)]) -> Grain {
    let wanted = grain_of_answers(family);
    let rollups = || family.sources.iter().filter_map(|&index| Some(sources.get(index)?.1));
    let total = |grain: Grain| rollups().map(|rollup| rollup.cells.total(grain)).sum::<u64>();
    if stands_for(total(Grain::Call), total(wanted)) {
        Grain::Call
    } else {
        wanted
    }
}

/// How many answers of each application have no line of a call that went well: as many calls at most can have died behind
/// a 200 that stands among the successes.
pub(in crate::judge::correlate) fn answers_beyond_calls(families: &[Family], sources: &[(&Name, &SourceRollup)]) -> Vec<u64> {
    let beyond = |family: &Family| {
        let rollups = || family.sources.iter().filter_map(|&index| Some(sources.get(index)?.1));
        let total = |grain: Grain| rollups().map(|rollup| rollup.cells.total(grain)).sum::<u64>();
        let answers = match family.granularity {
            Granularity::Attempt => total(Grain::Attempt),
            Granularity::Detail => total(Grain::Detail),
            Granularity::Call => 0,
        };
        answers.saturating_sub(total(Grain::Call))
    };
    families.iter().map(beyond).collect()
}

fn stands_for(calls: u64, answers: u64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    let stands = calls as f64 >= answers as f64 * CALLS_STAND_FOR_ATTEMPTS;
    calls > 0 && stands
}

/// Answers without a call line (a call that failed after its 200, a line that rotation lost): counted where the answers
/// outrun the calls most, minute by minute, so that the total is right.
fn add_unclaimed<'a>(
    successes: &mut Successes,
    members: impl Iterator<Item = (&'a SourceRollup, Clock)>,
    wanted: Grain,
    mut missing: u64,
    filled: impl Fn(&Arc<Attributes>) -> Arc<Attributes>,
) {
    const MINUTE_MS: i64 = 60_000;
    let mut answers: BTreeMap<(i64, Time, Arc<Attributes>), u64> = BTreeMap::new();
    let mut calls: BTreeMap<i64, u64> = BTreeMap::new();
    for (rollup, clock) in members {
        let combinations: Vec<&Arc<Attributes>> = rollup.cells.combinations().collect();
        for (time, grain, id, cell) in cells(rollup, clock) {
            let Some(&attributes) = combinations.get(usize::from(id)) else {
                continue;
            };
            let time = time.plus_ms(clock.offset_ms);
            let minute = time.0.div_euclid(MINUTE_MS);
            if grain == wanted {
                *answers.entry((minute, time, Arc::clone(attributes))).or_default() += u64::from(cell.ok);
            } else if grain == Grain::Call {
                *calls.entry(minute).or_default() += u64::from(cell.ok);
            }
        }
    }
    for ((minute, time, attributes), count) in answers {
        let claimed = calls.entry(minute).or_default();
        let free = count.saturating_sub(*claimed).min(missing);
        *claimed = claimed.saturating_sub(count);
        missing -= free;
        if free > 0 {
            successes.add(
                time,
                &filled(&attributes),
                Cell {
                    ok: u32::try_from(free).unwrap_or(u32::MAX),
                    ok_later: 0,
                },
            );
        }
    }
}
