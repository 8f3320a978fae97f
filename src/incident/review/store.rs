//! The table of reviews: what each looks like now.

use sqlx::FromRow;

use super::{Review, Texts};
use crate::args;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::history::ReviewState;
use crate::number::{Kind, Number};
use crate::snowflake::{GuildId, UserId};
use crate::store::Tx;

#[derive(FromRow)]
struct Row {
    number: i64,
    version: i64,
    state: String,
    owner_id: Option<i64>,
    due_at: i64,
    factors: Option<String>,
    well: Option<String>,
    badly: Option<String>,
    lessons: Option<String>,
    submitted_by: Option<i64>,
    approved_by: Option<i64>,
    approved_at: Option<i64>,
    reminded: i64,
}

impl Row {
    fn review(self) -> Result<Review, Failure> {
        let incident = Number { kind: Kind::Incident, value: self.number };
        let state = state_named(&self.state).ok_or_else(|| {
            Failure::inconsistent("incident_review", format!("{incident}: `{}` is no state", self.state))
        })?;
        Ok(Review {
            incident,
            version: self.version,
            state,
            owner: self.owner_id.map(UserId::from_i64),
            due_at: instant(self.due_at),
            texts: Texts { factors: self.factors, well: self.well, badly: self.badly, lessons: self.lessons },
            submitted_by: self.submitted_by.map(UserId::from_i64),
            approved: self.approved_by.map(UserId::from_i64).zip(self.approved_at.map(instant)),
            reminded: self.reminded,
        })
    }
}

/// The name of a state in the database.
pub fn state_name(state: ReviewState) -> &'static str {
    match state {
        ReviewState::None => "none",
        ReviewState::Draft => "draft",
        ReviewState::InReview => "in-review",
        ReviewState::Approved => "approved",
    }
}

/// The state of that name.
pub fn state_named(name: &str) -> Option<ReviewState> {
    [ReviewState::Draft, ReviewState::InReview, ReviewState::Approved]
        .into_iter()
        .find(|state| state_name(*state) == name)
}

/// The review of `incident`, if it was begun.
pub async fn find(tx: &mut Tx, guild: GuildId, incident: Number) -> Result<Option<Review>, Error> {
    let row: Option<Row> = tx
        .optional(
            "SELECT number, version, state, owner_id, due_at, factors, well, badly, lessons, submitted_by,
                    approved_by, approved_at, reminded
               FROM incident_review WHERE guild_id = $1 AND number = $2",
            args![guild, incident.value],
        )
        .await?;
    Ok(row.map(Row::review).transpose()?)
}

/// Whether the review of `incident` is approved.
pub async fn is_approved(tx: &mut Tx, guild: GuildId, incident: Number) -> Result<bool, Error> {
    Ok(find(tx, guild, incident).await?.is_some_and(|review| review.state == ReviewState::Approved))
}

/// Writes a review as it is now.
pub async fn put(tx: &mut Tx, guild: GuildId, review: &Review) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO incident_review (guild_id, number, version, state, owner_id, due_at, factors, well, badly, lessons,
                                      submitted_by, approved_by, approved_at, reminded)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
         ON CONFLICT (guild_id, number) DO UPDATE SET
             version = excluded.version, state = excluded.state, owner_id = excluded.owner_id, due_at = excluded.due_at,
             factors = excluded.factors, well = excluded.well, badly = excluded.badly, lessons = excluded.lessons,
             submitted_by = excluded.submitted_by, approved_by = excluded.approved_by, approved_at = excluded.approved_at,
             reminded = excluded.reminded",
        args![
            guild,
            review.incident.value,
            review.version,
            state_name(review.state),
            review.owner,
            review.due_at,
            review.texts.factors.as_deref(),
            review.texts.well.as_deref(),
            review.texts.badly.as_deref(),
            review.texts.lessons.as_deref(),
            review.submitted_by,
            review.approved.map(|(by, _)| by),
            review.approved.map(|(_, at)| at),
            review.reminded,
        ],
    )
    .await
    .map(drop)
}

/// The reviews that `owner` has to write, the soonest due first; those of restricted incidents only when `owner` is inside.
pub async fn waiting(tx: &mut Tx, guild: GuildId, owner: UserId, limit: i64) -> Result<Vec<Review>, Error> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT r.number, r.version, r.state, r.owner_id, r.due_at, r.factors, r.well, r.badly, r.lessons, r.submitted_by,
                    r.approved_by, r.approved_at, r.reminded
               FROM incident_review r JOIN incident i ON i.guild_id = r.guild_id AND i.number = r.number
              WHERE r.guild_id = $1 AND r.owner_id = $2 AND r.state <> 'approved'
                AND (i.restricted = 0 OR EXISTS (SELECT 1 FROM incident_insider n
                       WHERE n.guild_id = i.guild_id AND n.number = i.number AND n.user_id = $2))
              ORDER BY r.due_at, r.number LIMIT $3",
            args![guild, owner, limit],
        )
        .await?;
    Ok(rows.into_iter().map(Row::review).collect::<Result<_, Failure>>()?)
}
