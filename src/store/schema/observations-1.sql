CREATE TABLE observations (
    repo  TEXT NOT NULL,
    name  TEXT NOT NULL,
    head  TEXT NOT NULL,
    rules TEXT NOT NULL,
    agent TEXT NOT NULL,
    back  INTEGER NOT NULL,
    at    INTEGER NOT NULL,
    seen  INTEGER NOT NULL,
    size  INTEGER NOT NULL,
    body  TEXT NOT NULL,
    PRIMARY KEY (repo, name, head, rules)
) STRICT;

CREATE INDEX observations_by_agent ON observations (repo, agent, at);
CREATE INDEX observations_by_time ON observations (at);
CREATE INDEX observations_by_use ON observations (seen);
