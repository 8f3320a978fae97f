-- Digests of service levels: who gets them where and when. `told_until` is where the next period begins: each is told once, none is skipped.
CREATE TABLE digest_schedule (
    guild_id   INTEGER NOT NULL REFERENCES guild,
    digest_id  INTEGER NOT NULL CHECK (digest_id > 0),
    channel_id INTEGER NOT NULL,
    frequency  TEXT    NOT NULL CHECK (frequency IN ('daily', 'weekly', 'monthly')),
    minute     INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 1439),
    timezone   TEXT    NOT NULL,
    created_by INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    told_until INTEGER NOT NULL,
    removed_at INTEGER,
    PRIMARY KEY (guild_id, digest_id)
) STRICT;

-- Figures as they were published. They are never written again: what is corrected later shows as an adjustment.
CREATE TABLE digest_period (
    guild_id     INTEGER NOT NULL REFERENCES guild,
    frequency    TEXT    NOT NULL,
    timezone     TEXT    NOT NULL,
    from_at      INTEGER NOT NULL,
    until_at     INTEGER NOT NULL,
    figures      TEXT    NOT NULL,
    published_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, frequency, timezone, from_at)
) STRICT;

-- What figures of a period are made of is found by its time.
CREATE INDEX incident_declared ON incident (guild_id, declared_at, number);
CREATE INDEX incident_acknowledged ON incident (guild_id, acknowledged_at, number) WHERE acknowledged_at IS NOT NULL;
CREATE INDEX incident_restored ON incident (guild_id, restored_at, declared_at, number) WHERE restored_at IS NOT NULL;
-- `restricted` stands in the index, too, or SQLite takes a longer one for as good.
CREATE INDEX incident_hidden ON incident (guild_id, restricted, number) WHERE restricted = 1;
