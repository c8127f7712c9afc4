//! What was judged over time, in one SQLite file: one small row for each exact head under each set of rules. Bounded in size and age.
//!
//! A memory and no record: decisions are in the ledger. Judgements of sweeps are whole reports, named by a digest that says not whose they
//! are, and gone a month after they were last asked for, so they cannot tell what an agent did all year. A damaged file is put aside.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row, params};

use super::error::StoreError;
use super::files;
use super::schema::observation::{self, Columns, FORMAT};
use super::sqlite::{self, told};
use crate::model::observed::Observed;
use crate::model::time::Timestamp;

/// How much is kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Rows.
    pub rows: u64,
    /// Bytes of all bodies together.
    pub bytes: u64,
    /// Seconds since a change was judged.
    pub age: i64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { rows: 20_000, bytes: 64 << 20, age: 400 * 86_400 }
    }
}

/// Writes between two looks at how much there is.
const OFTEN: u32 = 256;
/// Rows of one agent that are read at a time.
const MOST_OF_ONE: usize = 3_000;
/// What every file of SQLite begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";

const COLUMNS: &str = "repo, name, head, rules, agent, at, seen, body";

/// The memory of what was judged.
#[derive(Debug)]
pub struct Observations {
    connection: Connection,
    path: PathBuf,
    bounds: Bounds,
    written: u32,
}

impl Observations {
    /// Opens the file at `path`, making it and its folder when missing, and forgets what is too old at `now`. The sentence tells that a
    /// damaged file was put aside and a new one begun.
    ///
    /// # Errors
    /// When it belongs to another program, is newer, locked or cannot be written.
    pub fn open(path: &Path, bounds: Bounds, now: Timestamp) -> Result<(Self, Option<String>), StoreError> {
        match Self::open_as_it_is(path, bounds, now) {
            Ok(open) => Ok((open, None)),
            Err(why) if is_damage(&why, path) => {
                let says = put_aside(path)?;
                Ok((Self::open_as_it_is(path, bounds, now)?, Some(says)))
            }
            Err(why) => Err(why),
        }
    }

    fn open_as_it_is(path: &Path, bounds: Bounds, now: Timestamp) -> Result<Self, StoreError> {
        let open = Self { connection: sqlite::open(path, FORMAT)?, path: path.to_owned(), bounds, written: 0 };
        open.forget(now)?;
        Ok(open)
    }

    /// Puts the file aside and begins a new one: for damage that shows only in use. Says so.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn restart(&mut self, now: Timestamp) -> Result<String, StoreError> {
        let says = put_aside(&self.path)?;
        *self = Self::open_as_it_is(&self.path, self.bounds, now)?;
        Ok(says)
    }

    /// Keeps `observed` in place of what the same rules said of the same head.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, observed: &Observed) -> Result<(), StoreError> {
        let body = observation::write(observed).map_err(|why| StoreError::Damaged { path: self.path.clone(), why })?;
        let sql = "INSERT OR REPLACE INTO observations (repo, name, head, rules, agent, back, at, seen, size, body, author, patch) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let Observed { repo, name, head, rules, .. } = observed;
        let (agent, size) = (observed.agent.as_deref().unwrap_or_default(), i64::try_from(body.len()).unwrap_or(i64::MAX));
        let back = !observed.takes_back.is_empty();
        let patch = observed.patch.as_deref().unwrap_or_default();
        let row = params![repo, name, head, rules, agent, back, observed.at.0, observed.seen.0, size, body, observed.author, patch];
        self.connection.execute(sql, row).map_err(|e| told(&self.path, &e))?;
        self.written += 1;
        if self.written.is_multiple_of(OFTEN) { self.make_room() } else { Ok(()) }
    }

    /// Everything that is kept; what makes no sense any more is left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn all(&self) -> Result<Vec<Observed>, StoreError> {
        self.rows(&format!("SELECT {COLUMNS} FROM observations"), [])
    }

    /// The latest of what is kept of one agent in one repository, and of what took something back there.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn of(&self, repo: &str, agent: &str) -> Result<Vec<Observed>, StoreError> {
        let sql =
            format!("SELECT {COLUMNS} FROM observations WHERE repo = ?1 AND (agent = ?2 OR back) ORDER BY at DESC LIMIT {MOST_OF_ONE}");
        self.rows(&sql, [repo, agent])
    }

    /// The latest of what is kept of the changes of one author in one repository that point to no agent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn by(&self, repo: &str, author: &str) -> Result<Vec<Observed>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM observations WHERE repo = ?1 AND agent = '' AND author = ?2 ORDER BY at DESC LIMIT {MOST_OF_ONE}"
        );
        let mut found = self.rows(&sql, [repo, author])?;
        found.retain(|observed| observed.author == author);
        Ok(found)
    }

    /// What is kept of one head.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn at(&self, repo: &str, head: &str) -> Result<Option<Observed>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM observations WHERE repo = ?1 AND head = ?2 ORDER BY seen DESC LIMIT 1");
        Ok(self.rows(&sql, [repo, head])?.into_iter().next())
    }

    /// The latest of what is kept of changes with this very patch, wherever they were made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn alike(&self, patch: &str) -> Result<Vec<Observed>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM observations WHERE patch = ?1 AND patch <> '' ORDER BY at DESC LIMIT {MOST_OF_ONE}");
        let mut found = self.rows(&sql, [patch])?;
        found.retain(|observed| observed.patch.as_deref() == Some(patch));
        Ok(found)
    }

    fn rows(&self, sql: &str, with: impl rusqlite::Params) -> Result<Vec<Observed>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Option<Observed>>> {
            let mut statement = self.connection.prepare(sql)?;
            statement.query_map(with, one)?.collect()
        };
        Ok(read().map_err(|e| told(&self.path, &e))?.into_iter().flatten().collect())
    }

    fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let old = now.0.saturating_sub(self.bounds.age);
        self.connection.execute("DELETE FROM observations WHERE seen < ?1", [old]).map_err(|e| told(&self.path, &e))?;
        self.make_room()
    }

    /// Forgets the oldest changes until there is room again.
    fn make_room(&self) -> Result<(), StoreError> {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        let (rows, bytes) = (number(self.bounds.rows), number(self.bounds.bytes));
        let make = || -> rusqlite::Result<()> {
            let held: (i64, i64) = self
                .connection
                .query_row("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM observations", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if held.0 > rows || held.1 > bytes {
                let sql = "DELETE FROM observations WHERE rowid IN (SELECT rowid FROM (SELECT rowid, \
                           ROW_NUMBER() OVER latest AS place, SUM(size) OVER latest AS upto FROM observations \
                           WINDOW latest AS (ORDER BY at DESC, rowid DESC ROWS UNBOUNDED PRECEDING)) WHERE place > ?1 OR upto > ?2)";
                self.connection.execute(sql, [rows, bytes])?;
            }
            Ok(())
        };
        make().map_err(|e| told(&self.path, &e))
    }
}

fn one(row: &Row<'_>) -> rusqlite::Result<Option<Observed>> {
    let body: String = row.get(7)?;
    let columns = Columns {
        repo: row.get(0)?,
        name: row.get(1)?,
        head: row.get(2)?,
        rules: row.get(3)?,
        agent: row.get(4)?,
        at: row.get(5)?,
        seen: row.get(6)?,
    };
    Ok(observation::read(columns, &body))
}

/// Whether the file at `path` is ours or nobody's, and makes no sense.
fn is_damage(why: &StoreError, path: &Path) -> bool {
    let is_sqlite = || files::read(path).ok().flatten().is_none_or(|bytes| bytes.starts_with(MAGIC));
    match why {
        StoreError::Damaged { .. } => true,
        StoreError::Foreign { .. } => !is_sqlite(),
        _ => false,
    }
}

/// Gives the file another name, so that nothing is lost by it. Says so.
fn put_aside(path: &Path) -> Result<String, StoreError> {
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let aside = beside(".damaged");
    files::rename(path, &aside)?;
    for end in ["-journal", "-wal", "-shm"] {
        files::remove(&beside(end))?;
    }
    Ok(format!("what was judged over time could not be read and is begun anew; the old file is {}", aside.display()))
}
