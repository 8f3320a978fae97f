//! Which rows are to be delivered next. At most one line per channel, so that neither a crowd of rows nor a channel that Discord limits
//! hides what others have to say; answers and pages are looked for apart, and have places of their own.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::effect::Lane;
use crate::args;
use crate::error::Error;
use crate::snowflake::ChannelId;
use crate::store::Tx;

/// Channels looked at in one claim, and answers and pages.
const LOOK: i64 = 64;
/// Deliveries under way at once: answers, pages, everything else. No kind takes the places of another.
const PLACES: [usize; 3] = [8, 8, 16];
/// Answers, or pages, under way at once in one channel. They do not wait for one another, but one channel must not take all places.
const SIDE_BY_SIDE: usize = 4;

/// Answers and pages: lanes up to here are not kept in line with what else is said in their channel.
pub(super) const LAST_URGENT: i64 = Lane::Page as i64;

/// A line that waits for its turn. It holds up what was written for its channel after it. One that failed twenty times is let be: it
/// fails for its own sake, and is tried beside the others until it expires (`reliability-security` 2.5, "Poison").
/// The indexes of `0005_delivery.sql` hold the same words.
macro_rules! a_line {
    ($($rest:literal)?) => {
        concat!(
            "SELECT outbox_id FROM outbox
              WHERE state = 'pending' AND lane > 1 AND kind = 'post' AND message_id IS NULL AND attempt < 20 ",
            $($rest)?
        )
    };
}

/// The oldest line of each channel, by a walk from channel to channel; beside it whatever waits for no line. Neither is taken where
/// something is under way.
const ORDINARY: &str = concat!(
    "WITH RECURSIVE head (id) AS (
         SELECT (",
    a_line!("AND channel_id > 0 ORDER BY channel_id, outbox_id LIMIT 1"),
    ")
         UNION ALL
         SELECT (",
    a_line!(
        "AND channel_id > (SELECT here.channel_id FROM outbox here WHERE here.outbox_id = head.id)
         ORDER BY channel_id, outbox_id LIMIT 1"
    ),
    ") FROM head WHERE head.id IS NOT NULL
     ), place (channel) AS (
         SELECT (SELECT MIN(channel_id) FROM outbox
                  WHERE state = 'pending' AND lane > 1 AND (kind <> 'post' OR message_id IS NOT NULL OR attempt >= 20)
                    AND channel_id > 0)
         UNION ALL
         SELECT (SELECT MIN(channel_id) FROM outbox
                  WHERE state = 'pending' AND lane > 1 AND (kind <> 'post' OR message_id IS NOT NULL OR attempt >= 20)
                    AND channel_id > place.channel)
           FROM place WHERE place.channel IS NOT NULL
     ), beside (id) AS (
         SELECT (SELECT outbox_id FROM outbox
                  WHERE state = 'pending' AND lane > 1 AND (kind <> 'post' OR message_id IS NOT NULL OR attempt >= 20)
                    AND channel_id = place.channel AND not_before <= $1
                  ORDER BY lane, not_before, outbox_id LIMIT 1)
           FROM place WHERE place.channel IS NOT NULL
     ), either (id) AS (
         SELECT id FROM head UNION ALL SELECT id FROM beside
     )
     SELECT due.lane, due.not_before, due.outbox_id, due.channel_id
       FROM either JOIN outbox due ON due.outbox_id = either.id
      WHERE due.not_before <= $1
        AND NOT EXISTS (SELECT 1 FROM outbox other WHERE other.state = 'sending' AND other.channel_id = due.channel_id)
      ORDER BY due.lane, due.not_before, due.outbox_id LIMIT $2"
);

/// Answers and pages that are due: of each channel the oldest few, so that a crowd in one hides none in another.
const URGENT: &str = "
    SELECT lane, not_before, outbox_id, channel_id FROM (
        SELECT lane, not_before, outbox_id, channel_id,
               ROW_NUMBER() OVER (PARTITION BY lane, channel_id ORDER BY not_before, outbox_id) AS turn
          FROM outbox WHERE state = 'pending' AND lane IN (0, 1) AND not_before <= $1 AND channel_id > 0) waiting
     WHERE turn <= $3 ORDER BY lane, turn, not_before, outbox_id LIMIT $2";

type Found = (i64, i64, i64, i64);

/// A row that may be claimed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub id: i64,
    /// As it is stored: what it means is read when the row is claimed.
    pub lane: i64,
    pub channel: ChannelId,
}

impl Candidate {
    fn of((lane, _, id, channel): Found) -> Self {
        Self { id, lane, channel: ChannelId::from_i64(channel) }
    }
}

/// What is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct UnderWay {
    count: [usize; 3],
    urgent: HashMap<(Lane, ChannelId), usize>,
}

/// Which of the places a delivery of this lane takes.
fn kind(lane: Lane) -> usize {
    match lane {
        Lane::Answer => 0,
        Lane::Page => 1,
        Lane::State | Lane::Reminder | Lane::Digest | Lane::Cosmetic => 2,
    }
}

impl UnderWay {
    pub(super) fn begin(&mut self, lane: Lane, channel: ChannelId) {
        self.count[kind(lane)] += 1;
        if lane <= Lane::Page {
            *self.urgent.entry((lane, channel)).or_default() += 1;
        }
    }

    pub(super) fn end(&mut self, lane: Lane, channel: ChannelId) {
        self.count[kind(lane)] = self.count[kind(lane)].saturating_sub(1);
        if let Some(count) = self.urgent.get_mut(&(lane, channel)) {
            *count -= 1;
            if *count == 0 {
                self.urgent.remove(&(lane, channel));
            }
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.count.iter().zip(PLACES).all(|(count, places)| *count >= places)
    }

    /// Takes a place for an answer or a page, if there is one.
    fn takes(&mut self, lane: Lane, channel: ChannelId) -> bool {
        let free = self.count[kind(lane)] < PLACES[kind(lane)]
            && self.urgent.get(&(lane, channel)).is_none_or(|count| *count < SIDE_BY_SIDE);
        if free {
            self.begin(lane, channel);
        }
        free
    }
}

/// Rows that are due and have a place, the most urgent first. Answers and pages wait for nobody, though others wait for them: a card
/// whose edit waits for a rate limit must not hold up who is called.
pub(super) async fn candidates(tx: &mut Tx, now: DateTime<Utc>, under_way: &UnderWay) -> Result<Vec<Candidate>, Error> {
    let mut taken = under_way.clone();
    let side_by_side = i64::try_from(SIDE_BY_SIDE).unwrap_or(i64::MAX);
    let urgent: Vec<Found> = tx.all(URGENT, args![now, LOOK, side_by_side]).await?;
    let mut found: Vec<Candidate> = urgent.into_iter().map(Candidate::of).collect();
    found.retain(|one| {
        let lane = if one.lane == Lane::Answer as i64 { Lane::Answer } else { Lane::Page };
        taken.takes(lane, one.channel)
    });
    let room = PLACES[2].saturating_sub(taken.count[2]);
    if room > 0 {
        let ordinary: Vec<Found> = tx.all(ORDINARY, args![now, LOOK]).await?;
        let mut channels = HashSet::new();
        let one_each = ordinary.into_iter().map(Candidate::of).filter(|one| channels.insert(one.channel));
        found.extend(one_each.take(room));
    }
    Ok(found)
}
