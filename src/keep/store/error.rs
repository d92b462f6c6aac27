//! Why the state file cannot be used.

use crate::keep::blob::Damaged;
use rusqlite::ErrorCode;
use std::io;

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
    #[error("the state file")]
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

pub(super) type Stored<T> = Result<T, StoreError>;
