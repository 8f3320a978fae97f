-- Times that were announced beforehand. Maintenance is taken out of the time for which availability is promised; the freezes of changes
-- share the table. Without a service it is about all of them. `ended_at` is told where the work ended at another time than was announced.
CREATE TABLE planned_window (
    guild_id     BIGINT NOT NULL REFERENCES guild,
    window_id    BIGINT NOT NULL CHECK (window_id > 0),
    kind         TEXT    NOT NULL CHECK (kind IN ('maintenance', 'hard', 'soft')),
    name         TEXT    NOT NULL,
    reason       TEXT,
    service_id   BIGINT,
    from_at      BIGINT NOT NULL,
    until_at     BIGINT NOT NULL,
    announced_at BIGINT NOT NULL,
    announced_by BIGINT NOT NULL,
    ended_at     BIGINT,
    cancelled_at BIGINT,
    PRIMARY KEY (guild_id, window_id),
    FOREIGN KEY (guild_id, service_id) REFERENCES service,
    CHECK (from_at < until_at)
);
CREATE INDEX planned_window_of_time ON planned_window (guild_id, kind, from_at);

-- The windows of impact of a period are those that begin in it or up to a week before, and the few that last longer than that.
CREATE INDEX impact_window_long ON impact_window (guild_id, service_id, from_at)
    WHERE until_at IS NULL OR until_at - from_at > 604800000000;
