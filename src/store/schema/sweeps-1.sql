CREATE TABLE sweeps (
    id       TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    begun    INTEGER NOT NULL,
    ended    INTEGER,
    targets  TEXT NOT NULL
) STRICT;

CREATE INDEX sweeps_by_question ON sweeps (question, begun);

CREATE TABLE places (
    sweep  TEXT NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    name   TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (sweep, name)
) STRICT;

CREATE TABLE judgements (
    name TEXT PRIMARY KEY,
    used INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

CREATE INDEX judgements_by_use ON judgements (used);
