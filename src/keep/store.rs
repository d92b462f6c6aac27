//! The state file: what it holds, in the program's own types.

use super::blob::{self, Damaged};
use super::hours::{Slice, Tally};
use super::schema;
use super::windows::{Kept, State};
use super::words::Constants;
use crate::model::{Hash, KnownLog, Name, Rollup, SourceRollup, Time};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row, Transaction, params};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file, in the state directory.
const NAME: &str = "state.sqlite";

/// What SQLite keeps beside it.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// Hours, and windows, are kept for a year and the days that make it a leap year.
const KEPT_MS: i64 = 366 * 24 * 3_600_000;

/// Nights after which a log that is gone is forgotten: longer than anyone rotates before a log is packed or deleted.
const GONE_NIGHTS: u64 = 60;

/// The state file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not what was written.
    #[error("the state file is damaged")]
    Damaged,
    /// A later version of the program wrote it.
    #[error("a later version of faultscope wrote the state file (version {0})")]
    Newer(i64),
    /// It holds something else.
    #[error("there is another program's file in the place of the state file")]
    Foreign,
    /// The database says so.
    #[error("the state file: {0}")]
    Sql(rusqlite::Error),
    /// The file system says so.
    #[error("the state file: {0}")]
    Io(#[from] io::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged,
            _ => Self::Sql(error),
        }
    }
}

impl From<Damaged> for StoreError {
    fn from(_: Damaged) -> Self {
        Self::Damaged
    }
}

type Stored<T> = Result<T, StoreError>;

/// The state file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    constants: Constants,
}

/// How far back is kept whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Horizon {
    /// Something of what came at or before this instant was dropped: what is kept of it is not all there was.
    pub whole_after: Option<Time>,
}

/// A night as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Night {
    /// Its number.
    pub number: u64,
    /// When it began.
    pub began: Time,
    /// Bytes read.
    pub bytes: u64,
    /// Records about a call that it read.
    pub records: u64,
    /// Records about something else.
    pub other_records: u64,
    /// Records not understood.
    pub unread_records: u64,
    /// The folder of its reports, below the directory of all.
    pub folder: Option<String>,
    /// Its news were told.
    pub told: bool,
}

/// A night's work, to be kept at once.
#[derive(Debug, Default)]
pub struct NightDone {
    /// When it began.
    pub began: Time,
    /// Every log that was found, as it is now known; the number is 0 where it is new. With what was read of it.
    pub logs: Vec<(KnownLog, Option<SourceRollup>)>,
    /// What is named for the first time.
    pub complaints: BTreeSet<(String, String)>,
    /// What was complained of before and is still so; older complaints are dropped.
    pub still: BTreeSet<(String, String)>,
    /// The windows as they stand, known ones by their number.
    pub windows: Vec<Kept>,
    /// Known windows that the judgement does not find any more.
    pub withdrawn: Vec<u64>,
    /// The hours that are told anew, from this one on; earlier ones are added to.
    pub hours_from: Option<Time>,
    /// Counts.
    pub hours: BTreeMap<Slice, Tally>,
    /// Rollups whose last record is older than this are dropped.
    pub drop_before: Option<Time>,
    /// The folder that the reports go to.
    pub folder: Option<String>,
}

impl Store {
    /// Opens the state file of a directory, which is made where there is none.
    ///
    /// # Errors
    /// Why it cannot be used; [`StoreError::Damaged`] is mended by [`Self::set_aside`].
    pub fn open(directory: &Path) -> Stored<Self> {
        let path = directory.join(NAME);
        // Made here, so that it is its owner's alone; SQLite gives the files beside it the same rights.
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        let mut connection = Connection::open(&path)?;
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        let check: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if check != "ok" {
            return Err(StoreError::Damaged);
        }
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        if version > schema::newest() {
            return Err(StoreError::Newer(version));
        }
        if version > 0 && application != schema::APPLICATION {
            return Err(StoreError::Foreign);
        }
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        schema::migrate(&mut connection, version)?;
        Ok(Self {
            connection,
            constants: Constants::default(),
        })
    }

    /// Opens the state file to look at it only.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn look(directory: &Path) -> Stored<Self> {
        let path = directory.join(NAME);
        fs::metadata(&path)?;
        let connection = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
            connection
                .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
                .map(|()| connection)
        });
        let connection = match connection {
            Ok(connection) => connection,
            // A directory that may only be read from.
            Err(_) => Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        connection.busy_timeout(std::time::Duration::from_secs(10))?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match version {
            0 => Err(StoreError::Foreign),
            version if version > schema::newest() => Err(StoreError::Newer(version)),
            _ => Ok(Self {
                connection,
                constants: Constants::default(),
            }),
        }
    }

    /// Sets a damaged state file aside, and says where it is now.
    ///
    /// # Errors
    /// Where it cannot be renamed.
    pub fn set_aside(directory: &Path) -> io::Result<PathBuf> {
        let path = directory.join(NAME);
        let mut number = 1_u32;
        let aside = loop {
            let aside = directory.join(format!("{NAME}.damaged-{number}"));
            if !aside.exists() {
                break aside;
            }
            number += 1;
        };
        fs::rename(&path, &aside)?;
        for ending in BESIDE {
            let beside = directory.join(format!("{NAME}{ending}"));
            if beside.exists() {
                fs::rename(beside, directory.join(format!("{}{ending}", aside.display())))?;
            }
        }
        Ok(aside)
    }

    /// The connection, for the questions of [`super::history`].
    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Every log that was read.
    ///
    /// # Errors
    /// What the state file says.
    pub fn logs(&self) -> Stored<Vec<KnownLog>> {
        let mut statement = self.connection.prepare("SELECT * FROM log ORDER BY number")?;
        let logs = statement.query_map([], log)?.collect::<rusqlite::Result<Vec<_>>>()?;
        logs.into_iter().map(|log| log.ok_or(StoreError::Damaged)).collect()
    }

    /// What is kept whole, by log number.
    ///
    /// # Errors
    /// What the state file says.
    pub fn rollups(&mut self) -> Stored<BTreeMap<u64, SourceRollup>> {
        let sql = "SELECT log, rollup FROM part WHERE rollup IS NOT NULL ORDER BY log, night";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut rollups: BTreeMap<u64, SourceRollup> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let number = number(row.get(0)?);
            let bytes: Vec<u8> = row.get(1)?;
            let part = blob::unpacked(&bytes, &mut self.constants)?;
            let whole = match rollups.remove(&number) {
                Some(before) => before.merge(part),
                None => part,
            };
            rollups.insert(number, whole);
        }
        Ok(rollups)
    }

    /// How far back is kept whole.
    ///
    /// # Errors
    /// What the state file says.
    pub fn horizon(&self) -> Stored<Horizon> {
        let sql = "SELECT value FROM meta WHERE key = 'whole_after'";
        let value: Option<i64> = self.connection.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(Horizon {
            whole_after: value.map(Time),
        })
    }

    /// The windows that end at or after an instant, by start.
    ///
    /// # Errors
    /// What the state file says.
    pub fn windows(&self, since: Time) -> Stored<Vec<Kept>> {
        let mut statement = self
            .connection
            .prepare("SELECT * FROM window WHERE end >= ? ORDER BY start, number")?;
        let kept = statement
            .query_map([since.0], window)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        kept.into_iter().map(|window| window.ok_or(StoreError::Damaged)).collect()
    }

    /// Everything that could not be read and was named.
    ///
    /// # Errors
    /// What the state file says.
    pub fn complaints(&self) -> Stored<BTreeSet<(String, String)>> {
        let mut statement = self.connection.prepare("SELECT path, reason FROM complaint")?;
        let complaints = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(complaints.collect::<rusqlite::Result<_>>()?)
    }

    /// The nights, by number.
    ///
    /// # Errors
    /// What the state file says.
    pub fn nights(&self) -> Stored<Vec<Night>> {
        let mut statement = self.connection.prepare("SELECT * FROM night ORDER BY number")?;
        let nights = statement.query_map([], night)?;
        Ok(nights.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a night's work, all of it or nothing; gives its number, and those of its windows in their order.
    ///
    /// # Errors
    /// What the state file says; then nothing has changed.
    pub fn keep(&mut self, done: &NightDone) -> Stored<(u64, Vec<u64>)> {
        let transaction = self.connection.transaction()?;
        let read: Vec<&SourceRollup> = done.logs.iter().filter_map(|(_, rollup)| rollup.as_ref()).collect();
        let sum = |of: fn(&SourceRollup) -> u64| stored(read.iter().map(|rollup| of(rollup)).sum::<u64>());
        transaction.execute(
            "INSERT INTO night (began, bytes, records, other_records, unread_records, folder, told) VALUES (?, ?, ?, ?, ?, ?, ?)",
            params![
                done.began.0,
                sum(|rollup| rollup.bytes),
                sum(|rollup| rollup.records),
                sum(|rollup| rollup.other_records),
                sum(|rollup| rollup.unread_records),
                done.folder,
                done.folder.is_none(),
            ],
        )?;
        let night = number(transaction.last_insert_rowid());
        for (log, rollup) in &done.logs {
            let log = keep_log(&transaction, log, night)?;
            if let Some(rollup) = rollup {
                keep_part(&transaction, log, night, rollup)?;
            }
        }
        keep_complaints(&transaction, done, night)?;
        let windows = keep_windows(&transaction, done, night)?;
        keep_hours(&transaction, done)?;
        forget(&transaction, done, night)?;
        transaction.commit()?;
        Ok((night, windows))
    }

    /// Notes that a night's news were told: its reports lie in their folder.
    ///
    /// # Errors
    /// What the state file says; then nothing has changed.
    pub fn told(&mut self, night: u64, windows: &[(u64, State)]) -> Stored<()> {
        let transaction = self.connection.transaction()?;
        for (window, state) in windows {
            let told = serde_json::to_string(state).unwrap_or_default();
            transaction.execute("UPDATE window SET told = ? WHERE number = ?", params![told, stored(*window)])?;
        }
        transaction.execute("UPDATE night SET told = 1 WHERE number = ?", [stored(night)])?;
        Ok(transaction.commit()?)
    }

    /// Notes that the folders of these nights were removed.
    ///
    /// # Errors
    /// What the state file says.
    pub fn removed(&mut self, nights: &[u64]) -> Stored<()> {
        for night in nights {
            let sql = "UPDATE night SET folder = NULL WHERE number = ?";
            self.connection.execute(sql, [stored(*night)])?;
        }
        Ok(())
    }
}

/// SQLite's integers are signed; the bits stay.
fn stored(number: u64) -> i64 {
    number.cast_signed()
}

fn number(stored: i64) -> u64 {
    stored.cast_unsigned()
}

fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok()
}

fn log(row: &Row<'_>) -> rusqlite::Result<Option<KnownLog>> {
    let head: Vec<u8> = row.get("head")?;
    let tail: Vec<u8> = row.get("tail")?;
    let name: String = row.get("name")?;
    let known = hash(&head).zip(hash(&tail));
    let known = known.map(|(head, tail)| {
        Ok(KnownLog {
            number: number(row.get("number")?),
            name: Name::from(name),
            id: (number(row.get("device")?), number(row.get("inode")?)),
            size: number(row.get("size")?),
            written_ns: row.get("written_ns")?,
            head_bytes: number(row.get("head_bytes")?),
            head,
            tail_at: number(row.get("tail_at")?),
            tail,
            offset: number(row.get("offset")?),
            lines: number(row.get("lines")?),
            waiting: number(row.get("waiting")?),
            waiting_since: Time(row.get("waiting_since")?),
        })
    });
    known.transpose()
}

fn window(row: &Row<'_>) -> rusqlite::Result<Option<Kept>> {
    let scope: String = row.get("scope")?;
    let told: Option<String> = row.get("told")?;
    let Ok(scope) = serde_json::from_str(&scope) else {
        return Ok(None);
    };
    let Ok(told) = told.as_deref().map(serde_json::from_str).transpose() else {
        return Ok(None);
    };
    Ok(Some(Kept {
        number: number(row.get("number")?),
        state: State {
            class: row.get("class")?,
            side: row.get("side")?,
            scope,
            severity: row.get("severity")?,
            start: row.get("start")?,
            end: row.get("end")?,
            ongoing: row.get("ongoing")?,
            failures: number(row.get("failures")?),
        },
        attempts: number(row.get("attempts")?),
        calls: number(row.get("calls")?),
        calls_lost: number(row.get("calls_lost")?),
        confidence: row.get("confidence")?,
        nights: (number(row.get("first_night")?), number(row.get("last_night")?)),
        standing: row.get("standing")?,
        told,
    }))
}

fn night(row: &Row<'_>) -> rusqlite::Result<Night> {
    Ok(Night {
        number: number(row.get("number")?),
        began: Time(row.get("began")?),
        bytes: number(row.get("bytes")?),
        records: number(row.get("records")?),
        other_records: number(row.get("other_records")?),
        unread_records: number(row.get("unread_records")?),
        folder: row.get("folder")?,
        told: row.get("told")?,
    })
}

fn keep_log(transaction: &Transaction<'_>, log: &KnownLog, night: u64) -> Stored<u64> {
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

fn keep_part(transaction: &Transaction<'_>, log: u64, night: u64, rollup: &SourceRollup) -> Stored<()> {
    transaction.execute(
        "INSERT INTO part VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            stored(log),
            stored(night),
            rollup.span.map(|(first, _)| first.0),
            rollup.span.map(|(_, last)| last.0),
            stored(rollup.bytes),
            stored(rollup.records),
            stored(rollup.other_records),
            stored(rollup.unread_records),
            blob::packed(rollup)?,
        ],
    )?;
    Ok(())
}

fn keep_complaints(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<()> {
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

fn keep_windows(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<Vec<u64>> {
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

fn keep_hours(transaction: &Transaction<'_>, done: &NightDone) -> Stored<()> {
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
fn forget(transaction: &Transaction<'_>, done: &NightDone, night: u64) -> Stored<()> {
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
            transaction.execute(
                "INSERT INTO meta VALUES ('whole_after', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
                [dropped],
            )?;
        }
    }
    let old = done.began.plus_ms(-KEPT_MS).0;
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

/// Gives every log's rollup its name of today. A log that is gone gives up a name that another one bears now, and takes
/// one that still says to which log it belonged.
#[must_use]
pub fn named(rollups: BTreeMap<u64, SourceRollup>, present: &[&KnownLog], gone: &[&KnownLog]) -> Rollup {
    let mut taken: BTreeSet<Name> = present.iter().map(|log| Name::clone(&log.name)).collect();
    let names: BTreeMap<u64, &Name> = present.iter().map(|log| (log.number, &log.name)).collect();
    let old: BTreeMap<u64, &Name> = gone.iter().map(|log| (log.number, &log.name)).collect();
    let mut rollup = Rollup::default();
    for (number, source) in rollups {
        if let Some(name) = names.get(&number) {
            rollup.sources.insert(Name::clone(name), source);
            continue;
        }
        let name = old.get(&number).map_or("forgotten.log", |name| name.as_ref());
        let mut free = Name::from(name);
        let mut at = number;
        while !taken.insert(Name::clone(&free)) {
            free = Name::from(format!("{name}.{at}"));
            at += 1000;
        }
        rollup.sources.insert(free, source);
    }
    rollup
}
