//! What is owed to the reader: news that an earlier run kept, and did not come to tell.

use super::output;
use super::reports::Folders;
use crate::keep::{News, Store, windows};
use crate::model::Time;
use anyhow::Context as _;

/// The earliest instant.
const EVER: Time = Time(i64::MIN);

/// Makes good what the last run was stopped in; whether windows are still to be told.
///
/// Reports that lie in their folder were written whole; only who was to hear of them may not have, so they are told
/// again rather than not at all. Reports that do not are written by this run.
pub(super) fn catch_up(store: &mut Store, folders: &Folders) -> anyhow::Result<bool> {
    folders.sweep();
    let owing: Vec<_> = store.nights()?.into_iter().filter(|night| !night.told).collect();
    for night in owing {
        let written = night.folder.as_deref().filter(|folder| folders.has(folder));
        let Some(folder) = written else {
            store.told(night.number, &[])?;
            store.removed(&[night.number])?;
            continue;
        };
        output::to_stdout(&folders.mail(folder)).context("standard output cannot be written")?;
        let told: Vec<_> = store
            .windows(EVER)?
            .into_iter()
            .filter(|kept| kept.nights.1 == night.number && windows::news(&kept.state, Some(kept)) != News::Same)
            .map(|kept| (kept.number, kept.state))
            .collect();
        store.told(night.number, &told)?;
    }
    let owed = |kept: &windows::Kept| kept.standing && windows::news(&kept.state, Some(kept)) != News::Same;
    Ok(store.windows(EVER)?.iter().any(owed))
}
