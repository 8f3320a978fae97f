-- A file that wardroom made and posted. It stays when the row of the outbox goes; without bytes once a text was removed that it may quote.
CREATE TABLE document (
    document_id INTEGER NOT NULL PRIMARY KEY,
    guild_id    INTEGER NOT NULL REFERENCES guild,
    record      TEXT,
    name        TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    description TEXT,
    size        INTEGER NOT NULL,
    sha256      BLOB    NOT NULL,
    bytes       BLOB,
    made_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX document_by_record ON document (guild_id, record);

-- The documents that go along with a post: their ids, apart by spaces, in their order.
ALTER TABLE outbox ADD COLUMN documents TEXT;

-- A message that was kept on the timeline of an incident, by entry `seq` of the journal. Edits up to `edited_at` are written down already;
-- none is any more once the text was removed.
CREATE TABLE capture (
    guild_id   INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    channel_id INTEGER NOT NULL,
    seq        INTEGER NOT NULL,
    edited_at  INTEGER,
    deleted_at INTEGER,
    removed_at INTEGER,
    PRIMARY KEY (guild_id, number, message_id),
    FOREIGN KEY (guild_id, number) REFERENCES incident
) STRICT;
CREATE INDEX capture_by_message ON capture (message_id);

-- A file of such a message. It is fetched after the commit that kept the message.
CREATE TABLE capture_file (
    file_id     INTEGER NOT NULL PRIMARY KEY,
    guild_id    INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    message_id  INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    name        TEXT    NOT NULL,
    media_type  TEXT    NOT NULL,
    size        INTEGER NOT NULL,
    url         TEXT    NOT NULL,
    state       TEXT    NOT NULL CHECK (state IN ('pending', 'fetching', 'kept', 'refused', 'failed', 'removed')),
    reason      TEXT,
    sha256      BLOB,
    bytes       BLOB,
    attempt     INTEGER NOT NULL,
    not_before  INTEGER NOT NULL,
    give_up_at  INTEGER NOT NULL,
    lease_until INTEGER,
    lease_epoch INTEGER NOT NULL,
    UNIQUE (guild_id, number, message_id, position),
    FOREIGN KEY (guild_id, number, message_id) REFERENCES capture
) STRICT;
CREATE INDEX capture_file_due ON capture_file (not_before, file_id) WHERE state = 'pending';
CREATE INDEX capture_file_leased ON capture_file (lease_until) WHERE state = 'fetching';
