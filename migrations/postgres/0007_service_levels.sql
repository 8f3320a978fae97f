-- Hours in which service is promised. A calendar is retired and never deleted; each change of it is a version, and each second is judged
-- by the version in force then. The first version was in force ever before.
CREATE TABLE calendar (
    guild_id      BIGINT NOT NULL REFERENCES guild,
    calendar_id   BIGINT NOT NULL CHECK (calendar_id > 0),
    name          TEXT    NOT NULL,
    name_key      TEXT    NOT NULL,
    follows_guild BIGINT NOT NULL CHECK (follows_guild IN (0, 1)),
    retired_at    BIGINT,
    PRIMARY KEY (guild_id, calendar_id),
    UNIQUE (guild_id, name_key)
);

CREATE TABLE calendar_version (
    guild_id    BIGINT NOT NULL,
    calendar_id BIGINT NOT NULL,
    from_at     BIGINT NOT NULL,
    timezone    TEXT    NOT NULL,
    hours       TEXT    NOT NULL,
    days        TEXT    NOT NULL,
    PRIMARY KEY (guild_id, calendar_id, from_at),
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
);

-- What is promised to customers (sla), within the house (ola), and by suppliers.
CREATE TABLE agreement (
    guild_id     BIGINT NOT NULL REFERENCES guild,
    agreement_id BIGINT NOT NULL CHECK (agreement_id > 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('sla', 'ola', 'supplier')),
    name         TEXT    NOT NULL,
    name_key     TEXT    NOT NULL,
    service_id   BIGINT,
    from_at      BIGINT NOT NULL,
    retired_at   BIGINT,
    PRIMARY KEY (guild_id, agreement_id),
    UNIQUE (guild_id, name_key)
);

-- The terms of an agreement from some moment on. `pauses` lists the reasons of waiting that do not count, `warnings` the percentages of a
-- target at which somebody is told; availability is in millionths.
CREATE TABLE agreement_terms (
    guild_id        BIGINT NOT NULL,
    agreement_id    BIGINT NOT NULL,
    from_at         BIGINT NOT NULL,
    workload        TEXT,
    exceptions      TEXT,
    availability    BIGINT CHECK (availability BETWEEN 1 AND 1000000),
    pauses          TEXT    NOT NULL,
    pauses_response BIGINT NOT NULL CHECK (pauses_response IN (0, 1)),
    warnings        TEXT    NOT NULL,
    PRIMARY KEY (guild_id, agreement_id, from_at),
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement
);

-- A target of an agreement from some moment on; without an amount there is none from then on.
CREATE TABLE target (
    guild_id     BIGINT NOT NULL,
    agreement_id BIGINT NOT NULL,
    priority     BIGINT NOT NULL CHECK (priority BETWEEN 1 AND 5),
    metric       TEXT    NOT NULL CHECK (metric IN ('response', 'resolution')),
    from_at      BIGINT NOT NULL,
    amount       TEXT,
    calendar_id  BIGINT NOT NULL,
    PRIMARY KEY (guild_id, agreement_id, priority, metric, from_at),
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement,
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
);

-- How an incident stands against a target: computed from its journal, the agreements and the calendars.
CREATE TABLE clock (
    guild_id       BIGINT NOT NULL,
    number         BIGINT NOT NULL,
    metric         TEXT    NOT NULL CHECK (metric IN ('response', 'resolution')),
    generation     BIGINT NOT NULL CHECK (generation > 0),
    priority       BIGINT NOT NULL,
    service_id     BIGINT,
    agreement_id   BIGINT NOT NULL,
    amount         TEXT    NOT NULL,
    target_seconds BIGINT NOT NULL,
    calendar_id    BIGINT NOT NULL,
    state          TEXT    NOT NULL CHECK (state IN ('running', 'paused', 'stopped', 'void')),
    started_at     BIGINT NOT NULL,
    promised_at    BIGINT NOT NULL,
    stopped_at     BIGINT,
    due_at         BIGINT,
    breached_at    BIGINT,
    at_risk_at     BIGINT,
    corrected      BIGINT NOT NULL CHECK (corrected IN (0, 1)),
    told           BIGINT NOT NULL,
    PRIMARY KEY (guild_id, number, metric),
    FOREIGN KEY (guild_id, number) REFERENCES incident,
    FOREIGN KEY (guild_id, agreement_id) REFERENCES agreement,
    FOREIGN KEY (guild_id, calendar_id) REFERENCES calendar
);
CREATE INDEX clock_of_due ON clock (guild_id, due_at);
CREATE INDEX clock_running ON clock (guild_id, calendar_id) WHERE state IN ('running', 'paused');

CREATE TABLE clock_segment (
    guild_id BIGINT NOT NULL,
    number   BIGINT NOT NULL,
    metric   TEXT    NOT NULL,
    segment  BIGINT NOT NULL CHECK (segment > 0),
    from_at  BIGINT NOT NULL,
    until_at BIGINT,
    counted  BIGINT NOT NULL CHECK (counted IN (0, 1)),
    reason   TEXT    NOT NULL,
    PRIMARY KEY (guild_id, number, metric, segment),
    FOREIGN KEY (guild_id, number, metric) REFERENCES clock
);
