//! From the rows of the state file to the program's own types.

use super::night::Night;
use crate::keep::windows::{Kept, State};
use crate::model::{Hash, KnownLog, Name, Time};
use rusqlite::Row;

fn hash(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok()
}

pub(super) fn log(row: &Row<'_>) -> rusqlite::Result<Option<KnownLog>> {
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

pub(super) fn window(row: &Row<'_>) -> rusqlite::Result<Option<Kept>> {
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

pub(super) fn night(row: &Row<'_>) -> rusqlite::Result<Night> {
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

/// SQLite's integers are signed; the bits stay.
pub(super) fn stored(number: u64) -> i64 {
    number.cast_signed()
}

pub(super) fn number(stored: i64) -> u64 {
    stored.cast_unsigned()
}
