//! How a memory's SQLite file is opened: its folder and file private, its format brought to today's, what is not ours refused.
//!
//! For what may be lost and is read again. The ledger has rules of its own.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::error::StoreError;
use super::files;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

/// What tells one of our files from others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    /// Its number in the file's header.
    pub(crate) application: i64,
    /// The statements that bring an empty file to today's format, one for each version.
    pub(crate) migrations: &'static [&'static str],
}

/// Opens the file at `path`, making it and its folder when missing.
///
/// # Errors
/// When it belongs to somebody else, is damaged, newer, locked or cannot be written.
pub(crate) fn open(path: &Path, format: Format) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent() {
        files::private_folder(folder)?;
    }
    files::private_file(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|e| told(path, &e))?;
    prepare(&connection, path, format)?;
    Ok(connection)
}

fn prepare(connection: &Connection, path: &Path, format: Format) -> Result<(), StoreError> {
    let known = i64::try_from(format.migrations.len()).unwrap_or(i64::MAX);
    let number = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).map_err(|e| told(path, &e));
    connection.busy_timeout(PATIENCE).map_err(|e| told(path, &e))?;
    match (number("PRAGMA application_id")?, number("PRAGMA user_version")?) {
        (ours, found) if ours == format.application && found > known => Err(StoreError::Newer { path: path.to_owned(), found, known }),
        (ours, _) if ours == format.application => migrate(connection, path, format),
        (0, 0) => migrate(connection, path, format),
        _ => Err(StoreError::Foreign { path: path.to_owned() }),
    }
}

/// Under the write lock, since another process may be making the same file.
fn migrate(connection: &Connection, path: &Path, format: Format) -> Result<(), StoreError> {
    let run = || -> rusqlite::Result<()> {
        connection.pragma_update(None, "trusted_schema", false)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let behind = |connection: &Connection| -> rusqlite::Result<Option<i64>> {
            let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
            Ok((version < i64::try_from(format.migrations.len()).unwrap_or(i64::MAX)).then_some(version))
        };
        if behind(connection)?.is_some() {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            if let Err(error) = behind(connection).and_then(|version| version.map_or(Ok(()), |version| step(connection, version, format))) {
                let _ = connection.execute_batch("ROLLBACK");
                return Err(error);
            }
            connection.execute_batch("COMMIT")?;
        }
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")
    };
    run().map_err(|e| match e {
        rusqlite::Error::InvalidQuery => StoreError::Foreign { path: path.to_owned() },
        other => told(path, &other),
    })
}

fn step(connection: &Connection, version: i64, format: Format) -> rusqlite::Result<()> {
    let tables = connection.query_row("SELECT COUNT(*) FROM sqlite_master", [], |row| row.get::<_, i64>(0))?;
    if version == 0 && tables > 0 {
        return Err(rusqlite::Error::InvalidQuery);
    }
    for step in format.migrations.iter().skip(usize::try_from(version).unwrap_or(0)) {
        connection.execute_batch(step)?;
    }
    connection.pragma_update(None, "application_id", format.application)?;
    connection.pragma_update(None, "user_version", i64::try_from(format.migrations.len()).unwrap_or(i64::MAX))
}

/// SQLite's error as one sentence with the next step.
pub(crate) fn told(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::Foreign { path },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, why: error.to_string() },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path },
        Some(ErrorCode::DiskFull) => {
            StoreError::Io { path, why: "the disk is full; make room, or choose another folder with LAZARET_HOME".to_owned() }
        }
        _ => match error {
            rusqlite::Error::InvalidColumnType(..) | rusqlite::Error::FromSqlConversionFailure(..) => {
                StoreError::Damaged { path, why: error.to_string() }
            }
            _ => StoreError::Io { path, why: error.to_string() },
        },
    }
}
