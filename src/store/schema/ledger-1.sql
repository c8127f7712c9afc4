CREATE TABLE records (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    case_id TEXT NOT NULL,
    kind    TEXT NOT NULL,
    verb    TEXT NOT NULL,
    actor   TEXT NOT NULL,
    subject TEXT NOT NULL,
    says    TEXT NOT NULL,
    payload TEXT NOT NULL,
    prev    TEXT NOT NULL,
    hash    TEXT NOT NULL UNIQUE
) STRICT;

CREATE INDEX records_by_case ON records (case_id, seq);

CREATE TRIGGER records_keep_their_words BEFORE UPDATE ON records
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a record is never changed'); END;

CREATE TRIGGER records_stay BEFORE DELETE ON records
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a record is never removed'); END;

-- INSERT OR REPLACE would remove a record without asking the trigger above.
CREATE TRIGGER records_follow BEFORE INSERT ON records
WHEN NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM records)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only: a record follows the last one'); END;
