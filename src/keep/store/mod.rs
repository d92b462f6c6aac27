//! The state file: what it holds, in the program's own types.

mod error;
mod keeping;
mod night;
mod rows;

pub use error::StoreError;
pub use night::{Horizon, Night, NightDone};

use super::blob;
use super::schema;
use super::windows::{Kept, State};
use super::words::Constants;
use crate::model::{KnownLog, SourceRollup, Time};
use error::Stored;
use rows::{number, stored};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The file, in the state directory.
const NAME: &str = "state.sqlite";

/// What SQLite keeps beside it.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// The state file, open.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    constants: Constants,
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
        let logs = statement.query_map([], rows::log)?.collect::<rusqlite::Result<Vec<_>>>()?;
        logs.into_iter().map(|log| log.ok_or(StoreError::Damaged)).collect()
    }

    /// What is kept whole, by log number and source within the log.
    ///
    /// # Errors
    /// What the state file says.
    pub fn rollups(&mut self) -> Stored<BTreeMap<(u64, String), SourceRollup>> {
        let sql = "SELECT log, within, rollup FROM part WHERE rollup IS NOT NULL ORDER BY log, within, night";
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut rollups: BTreeMap<(u64, String), SourceRollup> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let source = (number(row.get(0)?), row.get(1)?);
            let bytes: Vec<u8> = row.get(2)?;
            let part = blob::unpacked(&bytes, &mut self.constants)?;
            let whole = match rollups.remove(&source) {
                Some(before) => before.merge(part),
                None => part,
            };
            rollups.insert(source, whole);
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
            .query_map([since.0], rows::window)?
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
        let nights = statement.query_map([], rows::night)?;
        Ok(nights.collect::<rusqlite::Result<_>>()?)
    }

    /// Keeps a night's work, all of it or nothing; gives its number, and those of its windows in their order.
    ///
    /// # Errors
    /// What the state file says; then nothing has changed.
    pub fn keep(&mut self, done: &NightDone) -> Stored<(u64, Vec<u64>)> {
        let transaction = self.connection.transaction()?;
        let read: Vec<&SourceRollup> = done.logs.iter().flat_map(|(_, parts)| parts.values()).collect();
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
        for (log, parts) in &done.logs {
            let log = keeping::keep_log(&transaction, log, night)?;
            for (within, rollup) in parts {
                keeping::keep_part(&transaction, (log, night, within), rollup, done.drop_before)?;
            }
        }
        keeping::keep_complaints(&transaction, done, night)?;
        let windows = keeping::keep_windows(&transaction, done, night)?;
        keeping::keep_hours(&transaction, done)?;
        keeping::forget(&transaction, done, night)?;
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
