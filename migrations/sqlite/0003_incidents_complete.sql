-- What an incident waits for, who is asked to take command, to whom it was escalated, what it was merged into.
ALTER TABLE incident ADD COLUMN hold_reason TEXT CHECK (hold_reason IN ('customer', 'supplier', 'change', 'problem'));
ALTER TABLE incident ADD COLUMN hold_note TEXT;
ALTER TABLE incident ADD COLUMN hold_by INTEGER;
ALTER TABLE incident ADD COLUMN hold_at INTEGER;
ALTER TABLE incident ADD COLUMN hold_until INTEGER;
ALTER TABLE incident ADD COLUMN offered_to INTEGER;
ALTER TABLE incident ADD COLUMN offered_by INTEGER;
ALTER TABLE incident ADD COLUMN offered_at INTEGER;
ALTER TABLE incident ADD COLUMN team_role_id INTEGER;
ALTER TABLE incident ADD COLUMN escalation_level INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN parent INTEGER;
-- The newest update has an audience, and up to two more texts: actions and needs, or impact and next steps.
ALTER TABLE incident ADD COLUMN last_update_audience TEXT CHECK (last_update_audience IN ('technical', 'management'));
ALTER TABLE incident ADD COLUMN last_update_second TEXT;
ALTER TABLE incident ADD COLUMN last_update_third TEXT;
-- How often the promise was reminded of, and until when reminders are put off.
ALTER TABLE incident ADD COLUMN promise_reminded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN promise_snoozed_until INTEGER;
UPDATE incident SET last_update_audience = 'technical' WHERE last_update IS NOT NULL;

CREATE INDEX incident_of_parent ON incident (guild_id, parent) WHERE parent IS NOT NULL;

-- Work that somebody has to do: during the response, or after it.
CREATE TABLE incident_task (
    guild_id   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    task       INTEGER NOT NULL CHECK (task > 0),
    text       TEXT    NOT NULL,
    owner_id   INTEGER,
    due_at     INTEGER,
    stage      TEXT    NOT NULL CHECK (stage IN ('response', 'follow-up')),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    reminded   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (guild_id, number, task),
    FOREIGN KEY (guild_id, number) REFERENCES incident
) STRICT;
CREATE INDEX incident_task_open ON incident_task (guild_id, owner_id, due_at) WHERE state = 'open';

-- When which service was impaired. Computed from the journal; availability is computed from it.
CREATE TABLE impact_window (
    guild_id   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    window_no  INTEGER NOT NULL CHECK (window_no > 0),
    service_id INTEGER,
    degree     TEXT    NOT NULL CHECK (degree IN ('outage', 'degraded')),
    from_at    INTEGER NOT NULL,
    until_at   INTEGER,
    PRIMARY KEY (guild_id, number, window_no),
    FOREIGN KEY (guild_id, number) REFERENCES incident
) STRICT;
CREATE INDEX impact_window_of_service ON impact_window (guild_id, service_id, from_at);

INSERT INTO impact_window (guild_id, number, window_no, service_id, degree, from_at, until_at)
SELECT guild_id, number, 1, service_id, 'outage', coalesce(started_at, declared_at), restored_at
  FROM incident WHERE state NOT IN ('cancelled', 'merged');

-- Records that have to do with each other. Written once, on the side that said so.
CREATE TABLE record_link (
    guild_id    INTEGER NOT NULL REFERENCES guild,
    from_record TEXT    NOT NULL,
    to_record   TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    linked_by   INTEGER NOT NULL,
    linked_at   INTEGER NOT NULL,
    PRIMARY KEY (guild_id, from_record, to_record, kind)
) STRICT;
CREATE INDEX record_link_to ON record_link (guild_id, to_record);

-- What is learnt afterwards.
CREATE TABLE incident_review (
    guild_id     INTEGER NOT NULL,
    number       INTEGER NOT NULL,
    version      INTEGER NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('draft', 'in-review', 'approved')),
    owner_id     INTEGER,
    due_at       INTEGER NOT NULL,
    factors      TEXT,
    well         TEXT,
    badly        TEXT,
    lessons      TEXT,
    submitted_by INTEGER,
    approved_by  INTEGER,
    approved_at  INTEGER,
    reminded     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (guild_id, number),
    FOREIGN KEY (guild_id, number) REFERENCES incident
) STRICT;
CREATE INDEX incident_review_open ON incident_review (guild_id, owner_id, due_at) WHERE state <> 'approved';

-- What a server does otherwise than wardroom's defaults: numbers by name, such as days from restored to closed.
CREATE TABLE guild_setting (
    guild_id INTEGER NOT NULL REFERENCES guild,
    name     TEXT    NOT NULL,
    value    INTEGER NOT NULL,
    PRIMARY KEY (guild_id, name)
) STRICT;

-- What was typed into a form that was refused, so that it is there when the form opens again.
ALTER TABLE form ADD COLUMN typed TEXT;

-- What was resolved before closes by itself as what is resolved from now on does: a week after it was restored, and a day after that was said.
INSERT INTO timer (guild_id, kind, subject, due_at, generation, state)
SELECT guild_id, 'close', 'INC-' || number,
       CASE WHEN restored_at + 604800000000 > resolved_at + 86400000000 THEN restored_at + 604800000000
            ELSE resolved_at + 86400000000 END, 1, 'armed'
  FROM incident WHERE state = 'resolved';
