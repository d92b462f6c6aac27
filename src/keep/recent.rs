//! The part of a rollup that may be judged again: so that a night costs what is new, however long the first one's past was.

use crate::model::{Cells, Seldom, SourceRollup, Time};
use smallvec::SmallVec;
use std::borrow::Cow;

/// What is kept of a rollup, without what is older than `before`; its counts stay those of all that was read.
pub(super) fn recent(rollup: &SourceRollup, before: Option<Time>) -> Cow<'_, SourceRollup> {
    let Some((before, (_, last))) = before.zip(rollup.span).filter(|(before, (first, _))| first < before) else {
        return Cow::Borrowed(rollup);
    };
    let mut recent = SourceRollup {
        cells: Cells::default(),
        observations: Seldom::default(),
        chunks: SmallVec::new(),
        ..rollup.clone()
    };
    recent.cells = rollup.cells.at_times(|time| (time >= before).then_some(time));
    recent.observations = rollup
        .observations
        .iter()
        .filter(|seen| seen.time >= before)
        .cloned()
        .collect();
    recent.span = Some((before.min(last), last));
    Cow::Owned(recent)
}

#[cfg(test)]
mod tests {
    use super::recent;
    use crate::model::{Attributes, Cell, Grain, SourceRollup, Time};
    use std::sync::Arc;

    #[test]
    fn what_is_old_is_left_out_and_still_counted() {
        let mut rollup = SourceRollup {
            records: 2,
            span: Some((Time(0), Time(90_000))),
            ..SourceRollup::default()
        };
        let tuple = rollup.cells.tuple(&Arc::new(Attributes::default()));
        for time in [0, 90_000] {
            rollup
                .cells
                .add(Time(time), Grain::Attempt, tuple, Cell { ok: 1, ok_later: 0 });
        }
        let kept = recent(&rollup, Some(Time(50_000)));
        assert_eq!((kept.records, kept.cells.total(Grain::Attempt)), (2, 1));
        assert_eq!(kept.span, Some((Time(50_000), Time(90_000))));
        assert_eq!(recent(&rollup, None).cells.total(Grain::Attempt), 2);
    }
}
