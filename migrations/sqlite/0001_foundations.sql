-- Instants are microseconds UTC, booleans 0 and 1, snowflakes signed 64-bit integers.

-- A server that has spoken to wardroom, and what it has set up.
CREATE TABLE guild (
    guild_id  INTEGER NOT NULL PRIMARY KEY,
    timezone  TEXT    NOT NULL,
    joined_at INTEGER NOT NULL
) STRICT;

CREATE TABLE guild_channel (
    guild_id   INTEGER NOT NULL REFERENCES guild,
    purpose    TEXT    NOT NULL,
    channel_id INTEGER NOT NULL,
    PRIMARY KEY (guild_id, purpose)
) STRICT;

CREATE TABLE guild_role (
    guild_id   INTEGER NOT NULL REFERENCES guild,
    capability TEXT    NOT NULL,
    role_id    INTEGER NOT NULL,
    PRIMARY KEY (guild_id, capability, role_id)
) STRICT;

CREATE TABLE number_sequence (
    guild_id INTEGER NOT NULL REFERENCES guild,
    name     TEXT    NOT NULL,
    last     INTEGER NOT NULL CHECK (last > 0),
    PRIMARY KEY (guild_id, name)
) STRICT;

-- The journal: entries are for ever; persons, texts and their keys are erasable.
CREATE TABLE journal_head (
    guild_id INTEGER NOT NULL PRIMARY KEY REFERENCES guild,
    seq      INTEGER NOT NULL,
    head     BLOB    NOT NULL
) STRICT;

CREATE TABLE journal_entry (
    guild_id INTEGER NOT NULL REFERENCES guild,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    entry_at INTEGER NOT NULL,
    event_at INTEGER NOT NULL,
    action   TEXT    NOT NULL,
    subject  TEXT    NOT NULL,
    entry    BLOB    NOT NULL,
    head     BLOB    NOT NULL,
    PRIMARY KEY (guild_id, seq)
) STRICT;
CREATE INDEX journal_entry_by_subject ON journal_entry (guild_id, subject, seq);

CREATE TABLE journal_person (
    guild_id   INTEGER NOT NULL REFERENCES guild,
    user_id    INTEGER NOT NULL,
    person_key BLOB    NOT NULL,
    name       TEXT    NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) STRICT;

-- Which person stands behind a keyed hash: `actor`, or the name of a field.
CREATE TABLE journal_identity (
    guild_id INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    field    TEXT    NOT NULL,
    user_id  INTEGER NOT NULL,
    PRIMARY KEY (guild_id, seq, field),
    FOREIGN KEY (guild_id, seq) REFERENCES journal_entry
) STRICT;

CREATE TABLE journal_text (
    guild_id INTEGER NOT NULL,
    seq      INTEGER NOT NULL,
    field    TEXT    NOT NULL,
    salt     BLOB    NOT NULL,
    body     TEXT    NOT NULL,
    PRIMARY KEY (guild_id, seq, field),
    FOREIGN KEY (guild_id, seq) REFERENCES journal_entry
) STRICT;

-- What came in, and what was answered: the same event never acts twice.
CREATE TABLE inbox (
    source      TEXT    NOT NULL,
    external_id INTEGER NOT NULL,
    guild_id    INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    answer      TEXT    NOT NULL,
    PRIMARY KEY (source, external_id)
) STRICT;
CREATE INDEX inbox_by_age ON inbox (received_at);

-- What is to happen at a time. One row per live timer; a changed plan raises the generation.
CREATE TABLE timer (
    timer_id   INTEGER NOT NULL PRIMARY KEY,
    guild_id   INTEGER NOT NULL REFERENCES guild,
    kind       TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    due_at     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('armed', 'fired', 'cancelled')),
    UNIQUE (guild_id, kind, subject)
) STRICT;
CREATE INDEX timer_due ON timer (due_at, timer_id) WHERE state = 'armed';

-- What is to be said. `channel_id` is unknown while the room of `room` is not open yet.
CREATE TABLE outbox (
    outbox_id     INTEGER NOT NULL PRIMARY KEY,
    guild_id      INTEGER NOT NULL,
    lane          INTEGER NOT NULL,
    kind          TEXT    NOT NULL CHECK (kind IN ('post', 'card', 'room', 'vault', 'member')),
    dedupe_key    TEXT    NOT NULL UNIQUE,
    channel_id    INTEGER,
    room          TEXT,
    payload       TEXT    NOT NULL,
    revision      INTEGER NOT NULL,
    nonce         TEXT    NOT NULL,
    not_before    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('waiting', 'pending', 'sending', 'sent', 'ambiguous', 'dead', 'superseded', 'expired')),
    attempt       INTEGER NOT NULL,
    lease_until   INTEGER,
    lease_epoch   INTEGER NOT NULL,
    first_sent_at INTEGER,
    message_id    INTEGER,
    last_error    TEXT,
    otherwise_id  INTEGER
) STRICT;
CREATE INDEX outbox_due ON outbox (lane, not_before, outbox_id) WHERE state = 'pending';
CREATE INDEX outbox_leased ON outbox (lease_until) WHERE state = 'sending';
CREATE INDEX outbox_waiting ON outbox (guild_id, room) WHERE state = 'waiting';
CREATE INDEX outbox_old ON outbox (expires_at) WHERE kind IN ('post', 'member');
CREATE INDEX outbox_failed ON outbox (guild_id, outbox_id) WHERE state IN ('dead', 'ambiguous');

-- A form that was opened and not yet sent, with the version of the record that it was opened on.
CREATE TABLE form (
    form_id  INTEGER NOT NULL PRIMARY KEY,
    guild_id INTEGER NOT NULL REFERENCES guild,
    kind     TEXT    NOT NULL,
    record   TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    opened_by INTEGER NOT NULL,
    draft    TEXT    NOT NULL,
    opened_at INTEGER NOT NULL
) STRICT;

CREATE INDEX form_by_age ON form (opened_at);

-- The card of a record and its room. A thread on a message has the message's id.
CREATE TABLE room (
    guild_id   INTEGER NOT NULL REFERENCES guild,
    record     TEXT    NOT NULL,
    channel_id INTEGER NOT NULL,
    message_id INTEGER,
    thread_id  INTEGER,
    PRIMARY KEY (guild_id, record)
) STRICT;
CREATE INDEX room_by_thread ON room (guild_id, thread_id);

-- What this bot remembers of itself: the hash of its registered commands, its identifies of the day.
CREATE TABLE self (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Text search.
CREATE TABLE search_record (
    search_id INTEGER NOT NULL PRIMARY KEY,
    guild_id  INTEGER NOT NULL,
    record    TEXT    NOT NULL,
    kind      TEXT    NOT NULL,
    body      TEXT    NOT NULL,
    UNIQUE (guild_id, record)
) STRICT;
CREATE VIRTUAL TABLE search_text USING fts5 (body, content = 'search_record', content_rowid = 'search_id', prefix = '2 3');
CREATE TRIGGER search_added AFTER INSERT ON search_record BEGIN
    INSERT INTO search_text (rowid, body) VALUES (new.search_id, new.body);
END;
CREATE TRIGGER search_changed AFTER UPDATE ON search_record BEGIN
    INSERT INTO search_text (search_text, rowid, body) VALUES ('delete', old.search_id, old.body);
    INSERT INTO search_text (rowid, body) VALUES (new.search_id, new.body);
END;
