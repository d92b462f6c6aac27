//! The statements of a night's transaction.

use super::error::Stored;
use super::night::NightDone;
use super::rows::{number, stored};
use crate::keep::blob;
use crate::keep::recent::recent;
use crate::model::{KnownLog, SourceRollup, Time};
use rusqlite::{Transaction, params};

/// Hours, and windows, are kept for a year and the days that make it a leap year.
const KEPT_MS: i64 = 366 * 24 * 3_600_000;

/// Nights after which a log that is gone is forgotten: longer than anyone rotates before a log is packed or deleted.
const GONE_NIGHTS: u64 = 60;

pub(super) fn keep_log(transaction: &Transaction<'_>, log: &KnownLog, night: u64) -> Stored<u64> {
    let known = (log.number > 0).then_some(stored(log.number));
    transaction.execute(
        "INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            known,
            &*log.name,
            stored(log.id.0),
            stored(log.id.1),
            stored(log.size),
            log.written_ns,
            stored(log.head_bytes),
            log.head.as_slice(),
            stored(log.tail_at),
            log.tail.as_slice(),
            stored(log.offset),
            stored(log.lines),
            stored(log.waiting),
            log.waiting_since.0,
            stored(night),
        ],
    )?;
    Ok(number(transaction.last_insert_rowid()))
}

pub(super) fn keep_part(
    transaction: &Transaction<'_>,
    (log, night, within): (u64, u64, &str),
    rollup: &SourceRollup,
    before: Option<Time>,
) -> Stored<()> {
    let first = rollup.span.map(|(first, _)| first);
    transaction.execute(
        "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            stored(log),
            stored(night),
            within,
            first.map(|first| first.0),
            rollup.span.map(|(_, last)| last.0),
            stored(rollup.bytes),
            stored(rollup.records),
            stored(rollup.other_records),
            stored(rollup.unread_records),
            blob::packed(&recent(rollup, before))?,
        ],
    )?;
    if let Some(before) = before.filter(|before| first.is_some_and(|first| first < *before)) {
        no_more_whole(transaction, before.0)?;
    }
    Ok(())
}

/// Notes that what came at or before an instant is not all kept.
fn no_more_whole(transaction: &Transaction<'_>, instant: i64) -> Stored<()> {
    transaction.execute(
        "INSERT INTO meta VALUES ('whole_after', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
        [instant],
    )?;
    Ok(())
}

pub(super) fn keep_complaints(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<()> {
    let mut known = transaction.prepare("SELECT path, reason FROM complaint")?;
    let known: Vec<(String, String)> = known
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (path, reason) in known.iter().filter(|known| !done.still.contains(*known)) {
        transaction.execute("DELETE FROM complaint WHERE path = ? AND reason = ?", [path, reason])?;
    }
    for (path, reason) in &done.complaints {
        let sql = "INSERT OR IGNORE INTO complaint VALUES (?, ?, ?)";
        transaction.execute(sql, params![path, reason, stored(night)])?;
    }
    Ok(())
}

pub(super) fn keep_windows(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<Vec<u64>> {
    let mut numbers = Vec::with_capacity(done.windows.len());
    for window in &done.windows {
        let state = &window.state;
        let known = (window.number > 0).then_some(stored(window.number));
        let first = if known.is_some() { window.nights.0 } else { night };
        transaction.execute(
            "INSERT OR REPLACE INTO window VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
            params![
                known,
                state.class,
                state.side,
                serde_json::to_string(&state.scope).unwrap_or_default(),
                state.severity,
                state.start,
                state.end,
                state.ongoing,
                stored(window.attempts),
                stored(state.failures),
                stored(window.calls),
                stored(window.calls_lost),
                window.confidence,
                stored(first),
                stored(night),
                window.told.as_ref().and_then(|told| serde_json::to_string(told).ok()),
            ],
        )?;
        numbers.push(number(transaction.last_insert_rowid()));
    }
    for withdrawn in &done.withdrawn {
        transaction.execute("UPDATE window SET standing = 0 WHERE number = ?", [stored(*withdrawn)])?;
    }
    Ok(numbers)
}

pub(super) fn keep_hours(transaction: &Transaction<'_>, done: &NightDone) -> Stored<()> {
    if let Some(from) = done.hours_from {
        transaction.execute("DELETE FROM hour WHERE start >= ?", [from.0])?;
    }
    let mut add = transaction.prepare(
        "INSERT INTO hour VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET attempts = attempts + excluded.attempts,
         failures = failures + excluded.failures, network_failures = network_failures + excluded.network_failures,
         caller_side = caller_side + excluded.caller_side, calls = calls + excluded.calls,
         calls_lost = calls_lost + excluded.calls_lost",
    )?;
    for (slice, tally) in &done.hours {
        let [provider, surface, model, endpoint] = &slice.values;
        add.execute(params![
            slice.start.0,
            provider,
            surface,
            model,
            endpoint,
            stored(tally.attempts),
            stored(tally.failures),
            stored(tally.network_failures),
            stored(tally.caller_side),
            stored(tally.calls),
            stored(tally.calls_lost),
        ])?;
    }
    Ok(())
}

/// Drops what is too old to be judged again, or to be asked for.
pub(super) fn forget(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<()> {
    if let Some(before) = done.drop_before {
        let sql = "SELECT max(last) FROM part WHERE rollup IS NOT NULL AND last < ?";
        let dropped: Option<i64> = transaction.query_row(sql, [before.0], |row| row.get(0))?;
        transaction.execute(
            "UPDATE part SET rollup = NULL WHERE rollup IS NOT NULL AND last < ?",
            [before.0],
        )?;
        // What holds no call at all is never judged.
        transaction.execute(
            "UPDATE part SET rollup = NULL WHERE last IS NULL AND night < ?",
            [stored(night)],
        )?;
        if let Some(dropped) = dropped {
            no_more_whole(transaction, dropped)?;
        }
    }
    // A clock that is ahead must not make the whole past old: the newest hour that was counted tells the time too.
    let newest: Option<i64> = transaction.query_row("SELECT max(start) FROM hour", [], |row| row.get(0))?;
    let now = newest.map_or(done.began, |newest| done.began.min(Time(newest)));
    let old = now.plus_ms(-KEPT_MS).0;
    transaction.execute("DELETE FROM hour WHERE start < ?", [old])?;
    transaction.execute("DELETE FROM window WHERE end < ?", [old])?;
    transaction.execute(
        "DELETE FROM part WHERE rollup IS NULL AND night IN (SELECT number FROM night WHERE began < ?)",
        [old],
    )?;
    transaction.execute("DELETE FROM night WHERE began < ? AND folder IS NULL", [old])?;
    let gone = stored(night.saturating_sub(GONE_NIGHTS));
    let sql = "DELETE FROM log WHERE seen < ? AND number NOT IN (SELECT log FROM part WHERE rollup IS NOT NULL)";
    transaction.execute(sql, [gone])?;
    Ok(())
}
