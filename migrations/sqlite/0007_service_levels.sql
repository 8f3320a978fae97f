-- Hours in which service is promised. A calendar is retired and never deleted; each change of it is a version, and each second is judged
-- by the version in force then. The first version was in force ever before.
CREATE TABLE calendar (
    guild_id      INTEGER NOT NULL REFERENCES guild,
    calendar_id   INTEGER NOT NULL CHECK (calendar_id > 0),
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    follows_guild INTEGER NOT NULL CHECK (follows_guild IN (0, 1)),
    retired_at    INTEGER,
    PRIMARY KEY (guild_id, calendar_id),
    UNIQUE (guild_id, name_key)
) STRICT;

CREATE TABLE calendar_version (
    guild_id    INTEGER NOT NULL,
    calendar_id INTEGER NOT NULL,
    from_at     INTEGER NOT NULL,
    timezone    TEXT    NOT NULL,
    hours       TEXT    NOT NULL,
    days        TEXT    NOT NULL,
    PRIMARY KEY (guild_id, calendar_id, from_at),
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
) STRICT;

-- What is promised to customers (sla), within the house (ola), and by suppliers.
CREATE TABLE agreement (
    guild_id     INTEGER NOT NULL REFERENCES guild,
    agreement_id INTEGER NOT NULL CHECK (agreement_id > 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('sla', 'ola', 'supplier')),
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL,
    service_id   INTEGER,
    from_at      INTEGER NOT NULL,
    retired_at   INTEGER,
    PRIMARY KEY (guild_id, agreement_id),
    UNIQUE (guild_id, name_key)
) STRICT;

-- The terms of an agreement from some moment on. `pauses` lists the reasons of waiting that do not count, `warnings` the percentages of a
-- target at which somebody is told; availability is in millionths.
CREATE TABLE agreement_terms (
    guild_id        INTEGER NOT NULL,
    agreement_id    INTEGER NOT NULL,
    from_at         INTEGER NOT NULL,
    workload        TEXT,
    exceptions      TEXT,
    availability    INTEGER CHECK (availability BETWEEN 1 AND 1000000),
    pauses          TEXT    NOT NULL,
    pauses_response INTEGER NOT NULL CHECK (pauses_response IN (0, 1)),
    warnings        TEXT    NOT NULL,
    PRIMARY KEY (guild_id, agreement_id, from_at),
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement
) STRICT;

-- A target of an agreement from some moment on; without an amount there is none from then on.
CREATE TABLE target (
    guild_id     INTEGER NOT NULL,
    agreement_id INTEGER NOT NULL,
    priority     INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 5),
    metric       TEXT    NOT NULL CHECK (metric IN ('response', 'resolution')),
    from_at      INTEGER NOT NULL,
    amount       TEXT,
    calendar_id  INTEGER NOT NULL,
    PRIMARY KEY (guild_id, agreement_id, priority, metric, from_at),
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement,
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
) STRICT;

-- How an incident stands against a target: computed from its journal, the agreements and the calendars.
CREATE TABLE clock (
    guild_id       INTEGER NOT NULL,
    number         INTEGER NOT NULL,
    metric         TEXT    NOT NULL CHECK (metric IN ('response', 'resolution')),
    generation     INTEGER NOT NULL CHECK (generation > 0),
    priority       INTEGER NOT NULL,
    service_id     INTEGER,
    agreement_id   INTEGER NOT NULL,
    amount         TEXT    NOT NULL,
    target_seconds INTEGER NOT NULL,
    calendar_id    INTEGER NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'void')),
    started_at     INTEGER NOT NULL,
    promised_at    INTEGER NOT NULL,
    stopped_at     INTEGER,
    due_at         INTEGER,
    breached_at    INTEGER,
    at_risk_at     INTEGER,
    corrected      INTEGER NOT NULL CHECK (corrected IN (0, 1)),
    told           INTEGER NOT NULL,
    PRIMARY KEY (guild_id, number, metric),
    FOREIGN KEY (guild_id, number) REFERENCES incident,
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement,
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
) STRICT;
CREATE INDEX clock_of_due ON clock (guild_id, due_at);
CREATE INDEX clock_running ON clock (guild_id, calendar_id) WHERE state IN ('running', 'paused');

CREATE TABLE clock_segment (
    guild_id INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    metric   TEXT    NOT NULL,
    segment  INTEGER NOT NULL CHECK (segment > 0),
    from_at  INTEGER NOT NULL,
    until_at INTEGER,
    counted  INTEGER NOT NULL CHECK (counted IN (0, 1)),
    reason   TEXT    NOT NULL,
    PRIMARY KEY (guild_id, number, metric, segment),
    FOREIGN KEY (guild_id, number, metric) REFERENCES clock
) STRICT;
