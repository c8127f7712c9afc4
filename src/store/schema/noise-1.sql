CREATE TABLE witnesses (
    repository TEXT NOT NULL,
    rules      TEXT NOT NULL,
    id         TEXT NOT NULL,
    used       INTEGER NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (repository, rules, id)
) STRICT;

CREATE INDEX witnesses_by_use ON witnesses (used);

CREATE TABLE rates (
    repository     TEXT NOT NULL,
    rule           TEXT NOT NULL,
    digest         TEXT NOT NULL,
    at             INTEGER NOT NULL,
    agent_commits  INTEGER NOT NULL,
    agent_added    INTEGER NOT NULL,
    agent_findings INTEGER NOT NULL,
    agent_fired    INTEGER NOT NULL,
    agent_hard     INTEGER NOT NULL,
    other_commits  INTEGER NOT NULL,
    other_added    INTEGER NOT NULL,
    other_findings INTEGER NOT NULL,
    other_fired    INTEGER NOT NULL,
    other_hard     INTEGER NOT NULL,
    PRIMARY KEY (repository, rule)
) STRICT;
