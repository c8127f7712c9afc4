//! How kept answers lie in their file.

/// Marks a SQLite file as kept answers: `LZAN`.
pub(crate) const APPLICATION: i64 = 0x4c5a_414e;

/// The format.
pub(crate) const VERSION: i64 = 1;

/// The table: bodies are packed with a checksum, `size` is what they take, `read` is when the forge last said so.
pub(crate) const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS answers (
        key TEXT PRIMARY KEY,
        status INTEGER NOT NULL,
        etag TEXT,
        modified TEXT,
        next TEXT,
        moved TEXT,
        body BLOB NOT NULL,
        size INTEGER NOT NULL,
        read INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS answers_by_age ON answers (read, size);
";
