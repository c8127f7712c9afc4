//! Sweeps under way and done, in one SQLite file: which places answered what, and what was judged of which exact change.
//!
//! A memory and no record: what is lost here is read again. Decisions are in the ledger.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};

use super::error::StoreError;
use super::schema::sweep::answer::{self, Answer};
use super::schema::sweep::{FORMAT, judgement, threads};
use super::sqlite::{self, told};
use crate::model::sweep::{Judgement, Window};
use crate::model::thread::Earlier;
use crate::model::time::Timestamp;

/// What nobody asked for in so many seconds is forgotten.
const KEPT: i64 = 30 * 86_400;
/// What a change brought in is kept longer: the one that uses it may wait.
const KEPT_THREADS: i64 = 180 * 86_400;
/// Changes of one place that are remembered at a time, the latest ones.
const MOST_THREADS: usize = 500;

/// A sweep as it was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Its name.
    pub id: String,
    /// Its window, which stays what it was when it was begun.
    pub window: Window,
    /// When that was.
    pub at: Timestamp,
    /// Whether it came to its end.
    pub ended: bool,
    /// What it was asked of, in the words of the command line.
    pub targets: Vec<String>,
    /// Options besides targets and window that decide what is read, in the words of the command line.
    pub options: Vec<String>,
    /// The folder that targets were named from.
    pub place: String,
}

/// The memory of sweeps.
#[derive(Debug)]
pub struct Sweeps {
    connection: Connection,
    path: PathBuf,
}

impl Sweeps {
    /// Opens the file at `path`, making it and its folder when missing.
    ///
    /// # Errors
    /// When it belongs to somebody else, is damaged, newer, locked or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { connection: sqlite::open(path, FORMAT)?, path: path.to_owned() })
    }

    /// The latest sweep that asked `question`, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn latest(&self, question: &str) -> Result<Option<Begun>, StoreError> {
        self.one(
            "SELECT id, since, until, begun, ended, targets, options, place FROM sweeps WHERE question = ?1 ORDER BY begun DESC LIMIT 1",
            question,
        )
    }

    /// The sweep called `id`, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn called(&self, id: &str) -> Result<Option<Begun>, StoreError> {
        self.one("SELECT id, since, until, begun, ended, targets, options, place FROM sweeps WHERE id = ?1", id)
    }

    fn one(&self, sql: &str, with: &str) -> Result<Option<Begun>, StoreError> {
        self.connection.query_row(sql, [with], begun).optional().map_err(|e| self.told(&e))
    }

    /// The latest sweeps, at most `most` of them, latest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn latest_of_all(&self, most: usize) -> Result<Vec<Begun>, StoreError> {
        let sql = "SELECT id, since, until, begun, ended, targets, options, place FROM sweeps ORDER BY begun DESC, id LIMIT ?1";
        let read = || -> rusqlite::Result<Vec<Begun>> {
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map([i64::try_from(most).unwrap_or(i64::MAX)], begun)?.collect()
        };
        read().map_err(|e| self.told(&e))
    }

    /// Begins a sweep, and forgets what is long done.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn begin(&self, question: &str, begun: &Begun) -> Result<(), StoreError> {
        self.forget(begun.at)?;
        let write = || -> rusqlite::Result<()> {
            let (id, at, window) = (&begun.id, begun.at.0, begun.window);
            self.connection.execute(
                "INSERT OR REPLACE INTO sweeps (id, question, since, until, begun, ended, targets, options, place) \
                 VALUES (?1, ?2, ?3, ?4, ?5, NULL, ?6, ?7, ?8)",
                rusqlite::params![
                    id,
                    question,
                    window.since.0,
                    window.until.0,
                    at,
                    begun.targets.join("\n"),
                    begun.options.join("\n"),
                    begun.place
                ],
            )?;
            Ok(())
        };
        write().map_err(|e| self.told(&e))
    }

    /// Forgets what nobody asked for in a long time.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let old = now.0 - KEPT;
        let write = || -> rusqlite::Result<()> {
            self.connection.execute("DELETE FROM sweeps WHERE begun < ?1", [old])?;
            self.connection.execute("DELETE FROM judgements WHERE used < ?1", [old])?;
            self.connection.execute("DELETE FROM threads WHERE used < ?1", [now.0 - KEPT_THREADS]).map(|_| ())
        };
        write().map_err(|e| self.told(&e))
    }

    /// Notes that the sweep called `id` came to its end.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn end(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        let done = self.connection.execute("UPDATE sweeps SET ended = ?2 WHERE id = ?1", rusqlite::params![id, at.0]);
        done.map(|_| ()).map_err(|e| self.told(&e))
    }

    /// What the place called `name` answered in the sweep called `id`; `None` when it was not asked yet, or what was kept of it
    /// makes no sense any more.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn answer(&self, id: &str, name: &str) -> Result<Option<Answer>, StoreError> {
        let sql = "SELECT answer FROM places WHERE sweep = ?1 AND name = ?2";
        let text: Option<String> = self.connection.query_row(sql, [id, name], |row| row.get(0)).optional().map_err(|e| self.told(&e))?;
        Ok(text.and_then(|text| answer::read(&text).ok()))
    }

    /// Keeps what a place answered.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_answer(&self, id: &str, name: &str, answer: &Answer) -> Result<(), StoreError> {
        let text = answer::write(answer).map_err(|why| StoreError::Damaged { path: self.path.clone(), why })?;
        let sql = "INSERT OR REPLACE INTO places (sweep, name, answer) VALUES (?1, ?2, ?3)";
        self.connection.execute(sql, [id, name, &text]).map(|_| ()).map_err(|e| self.told(&e))
    }

    /// The judgement kept under `name`; `None` when there is none, or none that makes sense today.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn judgement(&self, name: &str, at: Timestamp) -> Result<Option<Judgement>, StoreError> {
        let sql = "UPDATE judgements SET used = ?2 WHERE name = ?1 RETURNING body";
        let text: Option<String> =
            self.connection.query_row(sql, rusqlite::params![name, at.0], |row| row.get(0)).optional().map_err(|e| self.told(&e))?;
        Ok(text.and_then(|text| judgement::read(&text).ok()))
    }

    /// Keeps a judgement.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_judgement(&self, name: &str, at: Timestamp, judgement: &Judgement) -> Result<(), StoreError> {
        let text = judgement::write(judgement).map_err(|why| StoreError::Damaged { path: self.path.clone(), why })?;
        let sql = "INSERT OR REPLACE INTO judgements (name, used, body) VALUES (?1, ?2, ?3)";
        self.connection.execute(sql, rusqlite::params![name, at.0, text]).map(|_| ()).map_err(|e| self.told(&e))
    }

    /// Keeps what a change of the forge or folder called `place` brought in.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_threads(&self, place: &str, change: &Earlier, at: Timestamp) -> Result<(), StoreError> {
        let body = threads::write(change).map_err(|why| StoreError::Damaged { path: self.path.clone(), why })?;
        let sql = "INSERT OR REPLACE INTO threads (place, repo, name, opened, used, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = rusqlite::params![place, change.repo, change.name, change.opened.0, at.0, body];
        self.connection.execute(sql, row).map(|_| ()).map_err(|e| self.told(&e))
    }

    /// What changes of the forge or folder called `place` brought in, the latest first; what makes no sense any more is left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn threads(&self, place: &str) -> Result<Vec<Earlier>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Earlier>> {
            let sql = format!("SELECT repo, name, opened, body FROM threads WHERE place = ?1 ORDER BY opened DESC LIMIT {MOST_THREADS}");
            let mut statement = self.connection.prepare(&sql)?;
            let rows = statement.query_map([place], |row| {
                let (repo, name, opened, body): (_, _, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
                let opened = Timestamp(opened);
                Ok(threads::read(&body).ok().map(|(author, introduced)| Earlier { repo, name, opened, author, introduced }))
            })?;
            rows.filter_map(Result::transpose).collect()
        };
        read().map_err(|e| self.told(&e))
    }

    fn told(&self, error: &rusqlite::Error) -> StoreError {
        told(&self.path, error)
    }
}

fn begun(row: &rusqlite::Row<'_>) -> rusqlite::Result<Begun> {
    let lines = |at: usize| -> rusqlite::Result<Vec<String>> { Ok(row.get::<_, String>(at)?.lines().map(str::to_owned).collect()) };
    Ok(Begun {
        id: row.get(0)?,
        window: Window { since: Timestamp(row.get(1)?), until: Timestamp(row.get(2)?) },
        at: Timestamp(row.get(3)?),
        ended: row.get::<_, Option<i64>>(4)?.is_some(),
        targets: lines(5)?,
        options: lines(6)?,
        place: row.get(7)?,
    })
}
