CREATE TABLE threads (
    place  TEXT NOT NULL,
    repo   TEXT NOT NULL,
    name   TEXT NOT NULL,
    opened INTEGER NOT NULL,
    used   INTEGER NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (place, repo, name)
) STRICT;

CREATE INDEX threads_by_use ON threads (used);
