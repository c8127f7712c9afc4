//! The ledger: an append-only, hash-chained record of decisions and steps in one SQLite file.
//!
//! Append-only by trigger, chained by SHA-256. Cutting records off the end is told only by comparing the head with one
//! noted elsewhere.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior};

use super::error::StoreError;
use super::files;
use super::schema::chain::{APPLICATION, Link, MIGRATIONS};
use super::sqlite::told;
use crate::model::decision::Verb;
use crate::model::ledger::{ChainState, Record, RecordKind};
use crate::model::response::CaseId;
use crate::model::time::Timestamp;

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(10);

const COLUMNS: &str = "seq, at, case_id, kind, verb, actor, subject, says, payload, prev, hash";

/// An open ledger. Several may be open on one file, in one process or in many.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
}

/// A record before it has its place in the chain.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// When.
    pub at: Timestamp,
    /// Its case.
    pub case: &'a CaseId,
    /// What it says.
    pub kind: RecordKind,
    /// The case's verb.
    pub verb: Verb,
    /// Who acted.
    pub actor: &'a str,
    /// What it is about, for people.
    pub subject: &'a str,
    /// What happened, in one sentence.
    pub says: &'a str,
    /// What a later start needs, as `schema` writes it.
    pub payload: &'a str,
}

impl Ledger {
    /// Opens the ledger at `path`, making it and its folder when missing.
    ///
    /// # Errors
    /// When the file is not a ledger, is damaged, newer, locked or cannot be written.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_within(path, PATIENCE)
    }

    /// As [`Self::open`], waiting at most `patience` for other writers, now and at every append.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_within(path: &Path, patience: Duration) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            files::private_folder(folder)?;
        }
        files::private_file(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|e| told(path, &e))?;
        let mut ledger = Self { connection, path: path.to_owned() };
        ledger.prepare(patience)?;
        Ok(ledger)
    }

    fn prepare(&mut self, patience: Duration) -> Result<(), StoreError> {
        let set = |connection: &Connection| -> rusqlite::Result<()> {
            connection.busy_timeout(patience)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            connection.pragma_update(None, "trusted_schema", false)
        };
        set(&self.connection).map_err(|e| told(&self.path, &e))?;
        self.migrate()?;
        write_ahead(&self.connection, patience).map_err(|e| told(&self.path, &e))
    }

    /// Brings an empty file to today's format and refuses what is not ours, all under the write lock.
    fn migrate(&mut self) -> Result<(), StoreError> {
        let path = self.path.clone();
        let state = look(&mut self.connection).map_err(|e| told(&path, &e))?;
        if self.accept(state)? {
            return Ok(());
        }
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| told(&path, &e))?;
        let run = |tx: &Transaction<'_>| -> rusqlite::Result<()> {
            // Somebody else may have made it while this one waited for the lock.
            let (_, version, _) = stamp(tx)?;
            for step in MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(0)) {
                tx.execute_batch(step)?;
            }
            tx.pragma_update(None, "application_id", APPLICATION)?;
            tx.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))
        };
        run(&tx).map_err(|e| told(&path, &e))?;
        tx.commit().map_err(|e| told(&path, &e))
    }

    /// Whether the file is a ledger of today's format; `false` when it is empty or of an older one.
    fn accept(&self, (application, version, tables): (i64, i64, i64)) -> Result<bool, StoreError> {
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        match (application, version) {
            (0, 0) if tables == 0 => Ok(false),
            (APPLICATION, found) if found > known => Err(StoreError::Newer { path: self.path.clone(), found, known }),
            (APPLICATION, found) => Ok(found == known),
            _ => Err(StoreError::Foreign { path: self.path.clone() }),
        }
    }

    /// Adds one record at the end. Writers of other processes are waited for.
    ///
    /// # Errors
    /// When it cannot be written; then nothing was.
    pub fn append(&mut self, entry: &Entry<'_>) -> Result<Record, StoreError> {
        let path = &self.path;
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| told(path, &e))?;
        let record = insert(&tx, entry).map_err(|e| told(path, &e))?;
        tx.commit().map_err(|e| told(path, &e))?;
        Ok(record)
    }

    /// The last `limit` records, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn list(&self, limit: usize) -> Result<Vec<Record>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records ORDER BY seq DESC LIMIT ?1");
        let mut rows = self.rows(&sql, [i64::try_from(limit).unwrap_or(i64::MAX)])?;
        rows.reverse();
        rows.into_iter().map(|row| row.record().map_err(|why| self.damaged(why))).collect()
    }

    /// The records of one case with their payloads, oldest first.
    pub(crate) fn of_case(&self, case: &CaseId) -> Result<Vec<(Record, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE case_id = ?1 ORDER BY seq");
        let rows = self.rows(&sql, [case.0.as_str()])?;
        rows.into_iter().map(|row| Ok((row.record().map_err(|why| self.damaged(why))?, row.payload))).collect()
    }

    /// Records of one kind, and of one verb when one is named, since `then`, with their payloads, latest first.
    pub(crate) fn of_kind(&self, kind: RecordKind, verb: Option<Verb>, then: Timestamp) -> Result<Vec<(Record, String)>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE kind = ?1 AND at >= ?2 AND (?3 = '' OR verb = ?3) ORDER BY seq DESC");
        let rows = self.rows(&sql, rusqlite::params![kind.word(), then.0, verb.map_or("", Verb::word)])?;
        rows.into_iter().map(|row| Ok((row.record().map_err(|why| self.damaged(why))?, row.payload))).collect()
    }

    /// Every case with an intent, oldest first.
    pub(crate) fn begun(&self) -> Result<Vec<CaseId>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM records WHERE kind = 'intent' ORDER BY seq");
        Ok(self.rows(&sql, [])?.into_iter().map(|row| CaseId(row.case)).collect())
    }

    /// The cases with an intent and no end, oldest first.
    pub(crate) fn unfinished(&self) -> Result<Vec<CaseId>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM records AS r WHERE kind = 'intent' AND NOT EXISTS \
             (SELECT 1 FROM records WHERE case_id = r.case_id AND seq > r.seq AND kind IN ('closed', 'resumed')) ORDER BY seq"
        );
        Ok(self.rows(&sql, [])?.into_iter().map(|row| CaseId(row.case)).collect())
    }

    /// Walks the whole chain.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub fn verify(&self) -> Result<ChainState, StoreError> {
        let walk = || -> rusqlite::Result<ChainState> {
            let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM records ORDER BY seq"))?;
            let mut rows = statement.query([])?;
            let (mut records, mut head) = (0, String::new());
            while let Some(row) = rows.next()? {
                let row = Stored::read(row)?;
                if let Some(why) = row.broken(records + 1, &head) {
                    return Ok(ChainState::Broken { seq: records + 1, why });
                }
                (records, head) = (records + 1, row.hash);
            }
            Ok(ChainState::Whole { records, head })
        };
        walk().map_err(|e| told(&self.path, &e))
    }

    /// The number and hash of the last record, if there is one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn head(&self) -> Result<Option<(u64, String)>, StoreError> {
        Ok(self.list(1)?.pop().map(|record| (record.seq, record.hash)))
    }

    fn rows(&self, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Stored>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Stored>> {
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map(params, Stored::read)?;
            rows.collect()
        };
        read().map_err(|e| told(&self.path, &e))
    }

    /// The file's contents are not what this program writes.
    pub(crate) fn damaged(&self, why: String) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), why }
    }
}

/// A row as it lies in the table.
struct Stored {
    seq: u64,
    at: Timestamp,
    case: String,
    kind: String,
    verb: String,
    actor: String,
    subject: String,
    says: String,
    payload: String,
    prev: String,
    hash: String,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
            at: Timestamp(row.get(1)?),
            case: row.get(2)?,
            kind: row.get(3)?,
            verb: row.get(4)?,
            actor: row.get(5)?,
            subject: row.get(6)?,
            says: row.get(7)?,
            payload: row.get(8)?,
            prev: row.get(9)?,
            hash: row.get(10)?,
        })
    }

    fn record(&self) -> Result<Record, String> {
        let odd = |what: &str, word: &str| format!("record {} has the unknown {what} {word:?}", self.seq);
        Ok(Record {
            seq: self.seq,
            at: self.at,
            case: CaseId(self.case.clone()),
            kind: RecordKind::parse(&self.kind).ok_or_else(|| odd("kind", &self.kind))?,
            verb: Verb::parse(&self.verb).ok_or_else(|| odd("verb", &self.verb))?,
            actor: self.actor.clone(),
            subject: self.subject.clone(),
            says: self.says.clone(),
            hash: self.hash.clone(),
        })
    }

    fn link(&self) -> Link<'_> {
        Link {
            seq: self.seq,
            at: self.at,
            case: &self.case,
            kind: &self.kind,
            verb: &self.verb,
            actor: &self.actor,
            subject: &self.subject,
            says: &self.says,
            payload: &self.payload,
        }
    }

    /// Why this row does not follow `previous` as number `seq`, if it does not.
    fn broken(&self, seq: u64, previous: &str) -> Option<String> {
        if self.seq != seq {
            return Some(format!("record {seq} is missing: the next one there is {}", self.seq));
        }
        if self.prev != previous {
            return Some(format!("record {seq} does not follow the record before it"));
        }
        (self.link().hash(previous) != self.hash).then(|| format!("record {seq} was changed after it was written: its hash does not match"))
    }
}

fn insert(tx: &Transaction<'_>, entry: &Entry<'_>) -> rusqlite::Result<Record> {
    let last = tx.query_row("SELECT seq, hash FROM records ORDER BY seq DESC LIMIT 1", [], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)));
    let (last, prev): (i64, String) = match last {
        Err(rusqlite::Error::QueryReturnedNoRows) => (0, String::new()),
        other => other?,
    };
    let seq = last + 1;
    let mut stored = Stored {
        seq: u64::try_from(seq).unwrap_or(0),
        at: entry.at,
        case: entry.case.0.clone(),
        kind: entry.kind.word().to_owned(),
        verb: entry.verb.word().to_owned(),
        actor: entry.actor.to_owned(),
        subject: entry.subject.to_owned(),
        says: entry.says.to_owned(),
        payload: entry.payload.to_owned(),
        prev,
        hash: String::new(),
    };
    stored.hash = stored.link().hash(&stored.prev);
    tx.execute(
        &format!("INSERT INTO records ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"),
        rusqlite::params![
            seq,
            stored.at.0,
            stored.case,
            stored.kind,
            stored.verb,
            stored.actor,
            stored.subject,
            stored.says,
            stored.payload,
            stored.prev,
            stored.hash
        ],
    )?;
    Ok(Record {
        seq: stored.seq,
        at: stored.at,
        case: entry.case.clone(),
        kind: entry.kind,
        verb: entry.verb,
        actor: stored.actor,
        subject: stored.subject,
        says: stored.says,
        hash: stored.hash,
    })
}

/// The stamp as of one moment: read bit by bit, a file that somebody else is just making would look like a foreign one.
fn look(connection: &mut Connection) -> rusqlite::Result<(i64, i64, i64)> {
    stamp(&*connection.transaction()?)
}

/// Application id, format version, number of tables.
fn stamp(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    let application = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let version = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let tables = connection.query_row("SELECT COUNT(*) FROM sqlite_master", [], |row| row.get(0))?;
    Ok((application, version, tables))
}

/// Readers do not wait for writers, and a record is on the disk before its append returns.
fn write_ahead(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(20);
    let mut left = patience.as_millis() / PAUSE.as_millis();
    // Changing the mode does not wait for another connection by itself, so this one asks again.
    while let Err(error) = connection.pragma_update(None, "journal_mode", "WAL") {
        if left == 0 || error.sqlite_error_code() != Some(ErrorCode::DatabaseBusy) {
            return Err(error);
        }
        left -= 1;
        std::thread::sleep(PAUSE);
    }
    connection.pragma_update(None, "synchronous", "FULL")
}
