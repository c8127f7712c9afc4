//! Answers of a forge or of registries kept between runs: one SQLite file that may be deleted at any time. Bounded in size and age.
//!
//! It never fails its owner for good: a file that makes no sense is begun anew, and that is said.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, params};

use super::error::StoreError;
use super::files;
use super::schema::answers::{APPLICATION, TABLE, VERSION};
use crate::model::forge::Kept;
use crate::model::time::Timestamp;

/// How long one process waits for another.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest body that is kept, unpacked.
const LONGEST: u64 = 64 << 20;

/// How much is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Bytes of all packed answers together.
    pub bytes: u64,
    /// Seconds since the forge last said that an answer is so.
    pub age: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { bytes: 256 << 20, age: 30 * 86_400 }
    }
}

/// Kept answers by their keys.
#[derive(Debug)]
pub struct Cache {
    connection: Connection,
    path: PathBuf,
    bounds: Bounds,
    total: u64,
}

impl Cache {
    /// Opens the file at `path`, making it and its folder when missing, and forgets what is too old at `now`. The sentence
    /// tells that a damaged file was begun anew.
    ///
    /// # Errors
    /// When it cannot be written, or belongs to another program.
    pub fn open(path: &Path, bounds: Bounds, now: Timestamp) -> Result<(Self, Option<String>), StoreError> {
        match Self::open_as_it_is(path, bounds, now) {
            Ok(cache) => Ok((cache, None)),
            Err(why @ (StoreError::Damaged { .. } | StoreError::Newer { .. })) => {
                begin_anew(path)?;
                let says = format!("the answers kept in {} could not be read and were begun anew: {why}", path.display());
                Ok((Self::open_as_it_is(path, bounds, now)?, Some(says)))
            }
            Err(error) => Err(error),
        }
    }

    fn open_as_it_is(path: &Path, bounds: Bounds, now: Timestamp) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
        }
        files::private_file(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| told(path, &e))?;
        let mut cache = Self { connection, path: path.to_owned(), bounds, total: 0 };
        cache.prepare()?;
        cache.expire(now)?;
        Ok(cache)
    }

    fn prepare(&self) -> Result<(), StoreError> {
        let set = |connection: &Connection| -> rusqlite::Result<(i64, i64)> {
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "trusted_schema", false)?;
            // What is lost with the power is read again.
            connection.pragma_update(None, "synchronous", "OFF")?;
            let application = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
            Ok((application, connection.query_row("PRAGMA user_version", [], |row| row.get(0))?))
        };
        let (application, version) = set(&self.connection).map_err(|e| self.told(&e))?;
        match (application, version) {
            (0, 0) => self.make().map_err(|e| self.told(&e)),
            (APPLICATION, VERSION) => Ok(()),
            (APPLICATION, found) => Err(StoreError::Newer { path: self.path.clone(), found, known: VERSION }),
            _ => Err(StoreError::Foreign { path: self.path.clone() }),
        }
    }

    fn make(&self) -> rusqlite::Result<()> {
        self.connection.execute_batch(TABLE)?;
        self.connection.pragma_update(None, "application_id", APPLICATION)?;
        self.connection.pragma_update(None, "user_version", VERSION)
    }

    /// Throws the file away and begins a new one: for damage that shows only in use.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn restart(&mut self, now: Timestamp) -> Result<(), StoreError> {
        begin_anew(&self.path)?;
        *self = Self::open_as_it_is(&self.path, self.bounds, now)?;
        Ok(())
    }

    /// The answer kept under `key`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, key: &str) -> Result<Option<Kept>, StoreError> {
        const SQL: &str = "SELECT status, etag, modified, next, moved, body, read FROM answers WHERE key = ?1";
        let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Kept> {
            Ok(Kept {
                status: row.get(0)?,
                etag: row.get(1)?,
                modified: row.get(2)?,
                next: row.get(3)?,
                moved: row.get(4)?,
                body: row.get(5)?,
                read: Timestamp(row.get(6)?),
            })
        };
        let packed = self.connection.query_row(SQL, [key], row).optional().map_err(|e| self.told(&e))?;
        packed.map(|kept| Ok(Kept { body: unpacked(&kept.body).map_err(|why| self.damaged(why))?, ..kept })).transpose()
    }

    /// Keeps `kept` under `key`; the oldest make room for it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, key: &str, kept: &Kept) -> Result<(), StoreError> {
        let body = packed(&kept.body).map_err(|e| StoreError::io(&self.path, &e))?;
        let size = body.len() as u64;
        if size > self.bounds.bytes / 8 || kept.body.len() as u64 > LONGEST {
            return Ok(());
        }
        const SQL: &str = "INSERT OR REPLACE INTO answers (key, status, etag, modified, next, moved, body, size, read) \
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let Kept { status, etag, modified, next, moved, read, .. } = kept;
        let values = params![key, status, etag, modified, next, moved, body, i64::try_from(size).unwrap_or(i64::MAX), read.0];
        self.connection.execute(SQL, values).map_err(|e| self.told(&e))?;
        self.total += size;
        if self.total > self.bounds.bytes { self.make_room() } else { Ok(()) }
    }

    /// What is under `key` was still so at `read`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn confirm(&self, key: &str, read: Timestamp) -> Result<(), StoreError> {
        let done = self.connection.execute("UPDATE answers SET read = ?2 WHERE key = ?1", params![key, read.0]);
        done.map(|_| ()).map_err(|e| self.told(&e))
    }

    fn expire(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let oldest = now.0.saturating_sub(i64::try_from(self.bounds.age).unwrap_or(i64::MAX));
        self.connection.execute("DELETE FROM answers WHERE read < ?1", [oldest]).map_err(|e| self.told(&e))?;
        self.make_room()
    }

    /// Forgets the oldest until a quarter of the room is free, if there is too little.
    fn make_room(&mut self) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM answers WHERE key IN (SELECT key FROM \
             (SELECT key, SUM(size) OVER (ORDER BY read DESC, key) AS upto FROM answers) WHERE upto > ?1)";
        self.total = self.sum().map_err(|e| self.told(&e))?;
        if self.total > self.bounds.bytes {
            let enough = i64::try_from(self.bounds.bytes / 4 * 3).unwrap_or(i64::MAX);
            self.connection.execute(SQL, [enough]).map_err(|e| self.told(&e))?;
            self.total = self.sum().map_err(|e| self.told(&e))?;
        }
        Ok(())
    }

    fn sum(&self) -> rusqlite::Result<u64> {
        let sum: i64 = self.connection.query_row("SELECT COALESCE(SUM(size), 0) FROM answers", [], |row| row.get(0))?;
        Ok(u64::try_from(sum).unwrap_or(0))
    }

    fn told(&self, error: &rusqlite::Error) -> StoreError {
        told(&self.path, error)
    }

    fn damaged(&self, why: String) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), why }
    }
}

/// Everything in it can be read again, so nothing is lost but time.
fn begin_anew(path: &Path) -> Result<(), StoreError> {
    for end in ["", "-journal", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        files::remove(Path::new(&name))?;
    }
    Ok(())
}

fn packed(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body)?;
    encoder.finish()
}

fn unpacked(body: &[u8]) -> Result<Vec<u8>, String> {
    let mut whole = Vec::new();
    ZlibDecoder::new(body).take(LONGEST).read_to_end(&mut whole).map_err(|error| error.to_string())?;
    Ok(whole)
}

fn told(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, why: error.to_string() },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => StoreError::ReadOnly { path },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { path },
        _ => StoreError::Io { path, why: error.to_string() },
    }
}
