CREATE TABLE service (
    guild_id    BIGINT  NOT NULL REFERENCES guild,
    service_id  BIGINT  NOT NULL,
    name        TEXT    NOT NULL,
    name_key    TEXT    NOT NULL,
    owner_id    BIGINT,
    tier        BIGINT  NOT NULL CHECK (tier BETWEEN 1 AND 3),
    hours       TEXT,
    description TEXT,
    retired_at  BIGINT,
    version     BIGINT  NOT NULL,
    PRIMARY KEY (guild_id, service_id),
    UNIQUE (guild_id, name_key)
);

CREATE TABLE incident (
    guild_id           BIGINT  NOT NULL REFERENCES guild,
    number             BIGINT  NOT NULL CHECK (number > 0),
    version            BIGINT  NOT NULL,
    state              TEXT    NOT NULL CHECK (state IN ('new', 'assigned', 'in-progress', 'on-hold', 'resolved', 'closed', 'cancelled', 'merged')),
    kind               TEXT    NOT NULL CHECK (kind IN ('live', 'drill', 'test', 'backfilled')),
    title              TEXT    NOT NULL,
    description        TEXT,
    service_id         BIGINT,
    impact             TEXT    NOT NULL CHECK (impact IN ('high', 'medium', 'low')),
    urgency            TEXT    NOT NULL CHECK (urgency IN ('high', 'medium', 'low')),
    priority           BIGINT  NOT NULL CHECK (priority BETWEEN 1 AND 5),
    priority_fixed     BIGINT  NOT NULL CHECK (priority_fixed IN (0, 1)),
    major              BIGINT  NOT NULL CHECK (major IN (0, 1)),
    restricted         BIGINT  NOT NULL CHECK (restricted IN (0, 1)),
    reporter_id        BIGINT  NOT NULL,
    declared_at        BIGINT  NOT NULL,
    started_at         BIGINT,
    acknowledged_at    BIGINT,
    acknowledged_by    BIGINT,
    acknowledged_implied BIGINT  NOT NULL CHECK (acknowledged_implied IN (0, 1)),
    commander_id       BIGINT,
    communications_id  BIGINT,
    scribe_id          BIGINT,
    promised_by        BIGINT,
    promise_due_at     BIGINT,
    last_update        TEXT,
    last_update_at     BIGINT,
    resolved_at        BIGINT,
    resolved_by        BIGINT,
    restored_at        BIGINT,
    resolution_code    TEXT,
    resolution_summary TEXT,
    closed_at          BIGINT,
    closed_by          BIGINT,
    closed_as          TEXT    CHECK (closed_as IN ('done', 'duplicate', 'not-an-incident', 'request')),
    closed_reason      TEXT,
    reopened           BIGINT  NOT NULL,
    previous           TEXT,
    PRIMARY KEY (guild_id, number),
    FOREIGN KEY (guild_id, service_id) REFERENCES service
);
-- Who is inside a restricted incident. For everyone else there is no such incident.
CREATE TABLE incident_insider (
    guild_id BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    user_id  BIGINT NOT NULL,
    PRIMARY KEY (guild_id, number, user_id),
    FOREIGN KEY (guild_id, number) REFERENCES incident
);

CREATE INDEX incident_open ON incident (guild_id, priority, number) WHERE state IN ('new', 'assigned', 'in-progress', 'on-hold');
CREATE INDEX incident_by_state ON incident (guild_id, state, number);
CREATE INDEX incident_by_service ON incident (guild_id, service_id, declared_at);
