CREATE TABLE service (
    guild_id    INTEGER NOT NULL REFERENCES guild,
    service_id  INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    owner_id    INTEGER,
    tier        INTEGER NOT NULL CHECK (tier BETWEEN 1 AND 3),
    hours       TEXT,
    description TEXT,
    retired_at  INTEGER,
    version     INTEGER NOT NULL,
    PRIMARY KEY (guild_id, service_id),
    UNIQUE (guild_id, name_key)
) STRICT;

CREATE TABLE incident (
    guild_id           INTEGER NOT NULL REFERENCES guild,
    number             INTEGER NOT NULL CHECK (number > 0),
    version            INTEGER NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('new', 'assigned', 'in-progress', 'on-hold', 'resolved', 'closed', 'cancelled', 'merged')),
    kind               TEXT    NOT NULL CHECK (kind IN ('live', 'drill', 'test', 'backfilled')),
    title              TEXT    NOT NULL,
    description        TEXT,
    service_id         INTEGER,
    impact             TEXT    NOT NULL CHECK (impact IN ('high', 'medium', 'low')),
    urgency            TEXT    NOT NULL CHECK (urgency IN ('high', 'medium', 'low')),
    priority           INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    priority_fixed     INTEGER NOT NULL CHECK (priority_fixed IN (0, 1)),
    major              INTEGER NOT NULL CHECK (major IN (0, 1)),
    restricted         INTEGER NOT NULL CHECK (restricted IN (0, 1)),
    reporter_id        INTEGER NOT NULL,
    declared_at        INTEGER NOT NULL,
    started_at         INTEGER,
    acknowledged_at    INTEGER,
    acknowledged_by    INTEGER,
    acknowledged_implied INTEGER NOT NULL CHECK (acknowledged_implied IN (0, 1)),
    commander_id       INTEGER,
    communications_id  INTEGER,
    scribe_id          INTEGER,
    promised_by        INTEGER,
    promise_due_at     INTEGER,
    last_update        TEXT,
    last_update_at     INTEGER,
    resolved_at        INTEGER,
    resolved_by        INTEGER,
    restored_at        INTEGER,
    resolution_code    TEXT,
    resolution_summary TEXT,
    closed_at          INTEGER,
    closed_by          INTEGER,
    closed_as          TEXT    CHECK (closed_as IN ('done', 'duplicate', 'not-an-incident', 'request')),
    closed_reason      TEXT,
    reopened           INTEGER NOT NULL,
    previous           TEXT,
    PRIMARY KEY (guild_id, number),
    FOREIGN KEY (guild_id, service_id) REFERENCES service
) STRICT;
-- Who is inside a restricted incident. For everyone else there is no such incident.
CREATE TABLE incident_insider (
    guild_id INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    user_id  INTEGER NOT NULL,
    PRIMARY KEY (guild_id, number, user_id),
    FOREIGN KEY (guild_id, number) REFERENCES incident
) STRICT;

CREATE INDEX incident_open ON incident (guild_id, priority, number) WHERE state IN ('new', 'assigned', 'in-progress', 'on-hold');
CREATE INDEX incident_by_state ON incident (guild_id, state, number);
CREATE INDEX incident_by_service ON incident (guild_id, service_id, declared_at);
