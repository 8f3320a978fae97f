-- Lists of incidents. Each combination of filters has an index of its own, in the order in which it is shown: what a list costs follows
-- what it shows, and not what is recorded. `restricted` stands at each end, so that what is counted or passed over is not looked up.
DROP INDEX incident_open;
DROP INDEX incident_by_state;
CREATE INDEX incident_open ON incident (guild_id, priority, number DESC, restricted)
    WHERE state IN ('new', 'assigned', 'in-progress', 'on-hold');
CREATE INDEX incident_open_by_service ON incident (guild_id, service_id, priority, number DESC, restricted)
    WHERE state IN ('new', 'assigned', 'in-progress', 'on-hold');
CREATE INDEX incident_by_number ON incident (guild_id, number, restricted);
CREATE INDEX incident_by_state ON incident (guild_id, state, number, restricted);
CREATE INDEX incident_by_service_number ON incident (guild_id, service_id, number, restricted);
CREATE INDEX incident_by_priority ON incident (guild_id, priority, number, restricted);
CREATE INDEX incident_by_service_state ON incident (guild_id, service_id, state, number, restricted);
CREATE INDEX incident_by_priority_state ON incident (guild_id, priority, state, number, restricted);
CREATE INDEX incident_by_service_priority ON incident (guild_id, service_id, priority, number, restricted);
CREATE INDEX incident_by_all ON incident (guild_id, service_id, priority, state, number, restricted);
CREATE INDEX incident_of_reporter ON incident (guild_id, reporter_id, number, restricted);
CREATE INDEX incident_of_commander ON incident (guild_id, commander_id, number, restricted) WHERE commander_id IS NOT NULL;
CREATE INDEX incident_of_communications ON incident (guild_id, communications_id, number, restricted)
    WHERE communications_id IS NOT NULL;
CREATE INDEX incident_of_scribe ON incident (guild_id, scribe_id, number, restricted) WHERE scribe_id IS NOT NULL;

-- What somebody is inside of, for the lists that they see.
CREATE INDEX incident_insider_of ON incident_insider (guild_id, user_id, number);

-- Text search, anew: one row for a record and one for each entry about it that has words. It holds words and no texts, each with its
-- guild and its field before it, so that what stands elsewhere costs nothing. wardroom fills it at its next start, from the records and
-- the journal.
DROP TRIGGER search_added;
DROP TRIGGER search_changed;
DROP TABLE search_text;
DROP TABLE search_record;
CREATE TABLE search_record (
    search_id INTEGER NOT NULL PRIMARY KEY,
    guild_id  INTEGER NOT NULL,
    record    TEXT    NOT NULL,
    part      INTEGER NOT NULL,
    UNIQUE (guild_id, record, part)
) STRICT;
-- The words come apart by spaces from `store::search`, so the tokenizer has nothing to decide: all that is not a space belongs to a word.
CREATE VIRTUAL TABLE search_text USING fts5 (
    words, detail = none, columnsize = 0, tokenize = "ascii tokenchars '.'"
);
-- A word that is taken out leaves the file, and not only the answers.
INSERT INTO search_text (search_text, rank) VALUES ('secure-delete', 1);
