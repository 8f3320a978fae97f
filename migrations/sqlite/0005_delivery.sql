-- What is looked for when something is said: the oldest line of each channel, what stands beside the lines, who is speaking.

-- Lines of a channel are said in the order in which they were written. One that failed twenty times no longer holds the others up.
CREATE INDEX outbox_line ON outbox (channel_id, outbox_id)
    WHERE state = 'pending' AND lane > 1 AND kind = 'post' AND message_id IS NULL AND attempt < 20;
-- Everything else that waits for no line: cards, rooms, invitations, corrections.
CREATE INDEX outbox_beside ON outbox (channel_id, lane, not_before, outbox_id)
    WHERE state = 'pending' AND lane > 1 AND (kind <> 'post' OR message_id IS NOT NULL OR attempt >= 20);
CREATE INDEX outbox_speaking ON outbox (channel_id) WHERE state = 'sending';
CREATE INDEX outbox_expiring ON outbox (expires_at) WHERE state IN ('pending', 'waiting');
-- What was said where, to tell a message of ours from another with the same words.
CREATE INDEX outbox_said ON outbox (channel_id, message_id) WHERE message_id IS NOT NULL;
-- Cards that stand in chat, and words that a removal has to find.
CREATE INDEX outbox_cards ON outbox (guild_id, outbox_id) WHERE kind = 'card' AND state = 'sent';
CREATE INDEX outbox_words ON outbox (guild_id)
    WHERE payload <> '' AND kind <> 'card' AND kind <> 'member' AND state IN ('sent', 'superseded', 'expired', 'dead', 'ambiguous');
CREATE INDEX inbox_by_guild ON inbox (guild_id);
