//! The tables of the state file, and how an older file becomes a newer one.

use rusqlite::{Connection, Transaction};

/// `fscp`: tells the state file from other SQLite files.
pub(super) const APPLICATION: i64 = 0x6673_6370;

/// One step a version: the file's `user_version` says how many of them it has seen. A step that was shipped is never
/// changed.
const STEPS: [&str; 1] = [VERSION_1];

const VERSION_1: &str = "
-- A log that was read, and how far (see model::KnownLog).
CREATE TABLE log (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL, size INTEGER NOT NULL,
    written_ns INTEGER NOT NULL, head_bytes INTEGER NOT NULL, head BLOB NOT NULL, tail_at INTEGER NOT NULL, tail BLOB NOT NULL,
    offset INTEGER NOT NULL, lines INTEGER NOT NULL, waiting INTEGER NOT NULL, waiting_since INTEGER NOT NULL,
    seen INTEGER NOT NULL
) STRICT;
-- A run that read something or had something to say. Times are milliseconds since 1970, UTC, here and below.
CREATE TABLE night (
    number INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, bytes INTEGER NOT NULL, records INTEGER NOT NULL,
    other_records INTEGER NOT NULL, unread_records INTEGER NOT NULL, folder TEXT, told INTEGER NOT NULL
) STRICT;
-- What one night read of one log, or of one of the sources that lie in it. The rollup is kept while it may be judged again.
CREATE TABLE part (
    log INTEGER NOT NULL, night INTEGER NOT NULL, within TEXT NOT NULL, first INTEGER, last INTEGER, bytes INTEGER NOT NULL, records INTEGER NOT NULL,
    other_records INTEGER NOT NULL, unread_records INTEGER NOT NULL, rollup BLOB, PRIMARY KEY (log, night, within)
) STRICT, WITHOUT ROWID;
CREATE INDEX part_kept ON part (last) WHERE rollup IS NOT NULL;
-- Counts of an hour; '' where no log says the value.
CREATE TABLE hour (
    start INTEGER NOT NULL, provider TEXT NOT NULL, surface TEXT NOT NULL, model TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL, failures INTEGER NOT NULL, network_failures INTEGER NOT NULL, caller_side INTEGER NOT NULL,
    calls INTEGER NOT NULL, calls_lost INTEGER NOT NULL, PRIMARY KEY (start, provider, surface, model, endpoint)
) STRICT, WITHOUT ROWID;
-- A window as it was found last, and as it was told last (JSON; absent where it never was).
CREATE TABLE window (
    number INTEGER PRIMARY KEY AUTOINCREMENT, class TEXT NOT NULL, side TEXT NOT NULL, scope TEXT NOT NULL,
    severity TEXT NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, ongoing INTEGER NOT NULL, attempts INTEGER NOT NULL,
    failures INTEGER NOT NULL, calls INTEGER NOT NULL, calls_lost INTEGER NOT NULL, confidence REAL NOT NULL,
    first_night INTEGER NOT NULL, last_night INTEGER NOT NULL, standing INTEGER NOT NULL, told TEXT
) STRICT;
CREATE INDEX window_time ON window (end);
-- What could not be read, so that it is named once.
CREATE TABLE complaint (path TEXT NOT NULL, reason TEXT NOT NULL, night INTEGER NOT NULL, PRIMARY KEY (path, reason)) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// The version that this program writes.
pub(super) fn newest() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Takes the steps that the file has not seen, all or none.
pub(super) fn migrate(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let seen = usize::try_from(version).unwrap_or(0);
    if seen >= STEPS.len() {
        return Ok(());
    }
    let transaction: Transaction<'_> = connection.transaction()?;
    for step in STEPS.iter().skip(seen) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", newest())?;
    transaction.commit()
}
