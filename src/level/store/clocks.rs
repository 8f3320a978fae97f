//! Tables of clocks: what [`crate::level::clock::run`] computed, for lists, digests and timers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::args;
use crate::business_time::Instant;
use crate::clock::instant;
use crate::error::{Error, Failure};
use crate::incident::Priority;
use crate::level::book::Promise;
use crate::level::clock::{Reason, Segment};
use crate::level::{Amount, Book, Clock, Metric, State};
use crate::number::{Kind, Number};
use crate::snowflake::GuildId;
use crate::store::{Statement, Tx};

/// Statements that go to the database at once: SQLite takes 32,766 arguments, and an incident may have waited for a thousand things.
const TOGETHER: usize = 200;
/// The share of a target from which on it is at risk (`sla-semantics` 3).
const AT_RISK: i64 = 75;

#[derive(FromRow)]
struct Row {
    number: i64,
    metric: String,
    generation: i64,
    priority: i64,
    service_id: Option<i64>,
    agreement_id: i64,
    amount: String,
    target_seconds: i64,
    calendar_id: i64,
    state: String,
    started_at: i64,
    promised_at: i64,
    stopped_at: Option<i64>,
    told: i64,
}

impl Row {
    fn clock(self, book: &Book, segments: Vec<Segment>) -> Result<Clock, Failure> {
        let odd = |what: &str| Failure::inconsistent("clock", format!("INC-{}: {what}", self.number));
        let at = |micros: i64| Instant::from(instant(micros));
        let metric = Metric::named(&self.metric).ok_or_else(|| odd("its metric"))?;
        let terms = book.agreement(self.agreement_id).and_then(|agreement| agreement.terms(instant(self.promised_at)));
        let terms = terms.ok_or_else(|| odd("its agreement"))?;
        let warnings = terms.warnings;
        Ok(Clock {
            metric,
            generation: self.generation,
            promise: Promise {
                agreement: self.agreement_id,
                amount: Amount::parse(&self.amount).map_err(|why| odd(&why))?,
                seconds: self.target_seconds,
                calendar: self.calendar_id,
                pauses: if metric == Metric::Response && !terms.pauses_response {
                    Vec::new()
                } else {
                    terms.pauses.clone()
                },
                warnings,
            },
            promised_at: instant(self.promised_at),
            priority: Priority::ranked(self.priority).ok_or_else(|| odd("its priority"))?,
            service: self.service_id,
            state: State::named(&self.state).ok_or_else(|| odd("its state"))?,
            started_at: at(self.started_at),
            stopped_at: self.stopped_at.map(at),
            segments,
            told: warnings.steps().into_iter().map(|(percent, _)| percent).filter(|p| *p <= self.told).collect(),
        })
    }
}

#[derive(FromRow)]
struct SegmentRow {
    number: i64,
    metric: String,
    from_at: i64,
    until_at: Option<i64>,
    counted: i64,
    reason: String,
}

macro_rules! clocks {
    ($rest:literal) => {
        concat!(
            "SELECT number, metric, generation, priority, service_id, agreement_id, amount, target_seconds, calendar_id,
                    state, started_at, promised_at, stopped_at, told
               FROM clock ",
            $rest
        )
    };
}

#[derive(FromRow)]
struct FaceRow {
    metric: String,
    state: String,
    due_at: Option<i64>,
    stopped_at: Option<i64>,
    told: i64,
}

/// What of a clock stands on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Face {
    /// Of which.
    pub metric: Metric,
    /// Where it stands.
    pub state: State,
    /// When it is due, if that is known.
    pub due: Option<DateTime<Utc>>,
    /// When it stopped.
    pub stopped: Option<DateTime<Utc>>,
    /// The highest percentage that was told.
    pub told: i64,
}

/// What of the clocks of an incident stands on its card, response first.
pub async fn faces(tx: &mut Tx, guild: GuildId, number: Number) -> Result<Vec<Face>, Error> {
    let rows: Vec<FaceRow> = tx
        .all(
            "SELECT metric, state, due_at, stopped_at, told FROM clock WHERE guild_id = $1 AND number = $2
              ORDER BY metric DESC",
            args![guild, number.value],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let odd = |what: &str| Failure::inconsistent("clock", format!("{number}: {what}"));
            Ok(Face {
                metric: Metric::named(&row.metric).ok_or_else(|| odd(&row.metric))?,
                state: State::named(&row.state).ok_or_else(|| odd(&row.state))?,
                due: row.due_at.map(instant),
                stopped: row.stopped_at.map(instant),
                told: row.told,
            })
        })
        .collect()
}

/// The clocks of an incident, response first.
pub async fn clocks(tx: &mut Tx, guild: GuildId, book: &Book, number: Number) -> Result<Vec<Clock>, Error> {
    let mut found = clocks_between(tx, guild, book, number.value, number.value).await?;
    Ok(found.remove(&number.value).unwrap_or_default())
}

/// The clocks of the incidents from number `first` to `last`, response first of each.
pub async fn clocks_between(
    tx: &mut Tx,
    guild: GuildId,
    book: &Book,
    first: i64,
    last: i64,
) -> Result<BTreeMap<i64, Vec<Clock>>, Error> {
    let rows: Vec<Row> = tx
        .all(
            clocks!("WHERE guild_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number, metric DESC"),
            args![guild, first, last],
        )
        .await?;
    let mut found: BTreeMap<i64, Vec<Clock>> = BTreeMap::new();
    if rows.is_empty() {
        return Ok(found);
    }
    let stored: Vec<SegmentRow> = tx
        .all(
            "SELECT number, metric, from_at, until_at, counted, reason FROM clock_segment
              WHERE guild_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number, metric, segment",
            args![guild, first, last],
        )
        .await?;
    let mut segments: BTreeMap<(i64, String), Vec<Segment>> = BTreeMap::new();
    for row in stored {
        let odd = || Failure::inconsistent("clock_segment", format!("INC-{}: reason `{}`", row.number, row.reason));
        let reason = Reason::read(&row.reason).ok_or_else(odd)?;
        segments.entry((row.number, row.metric)).or_default().push(Segment {
            from: instant(row.from_at).into(),
            until: row.until_at.map(|until| instant(until).into()),
            counted: row.counted != 0,
            reason,
        });
    }
    for row in rows {
        let (number, segments) = (row.number, segments.remove(&(row.number, row.metric.clone())).unwrap_or_default());
        found.entry(number).or_default().push(row.clock(book, segments)?);
    }
    Ok(found)
}

/// Writes down how the clocks of a new incident stand at `now`.
pub async fn insert(
    tx: &mut Tx,
    guild: GuildId,
    book: &Book,
    number: Number,
    clocks: &[Clock],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    execute(tx, clocks.iter().flat_map(|clock| rows(guild, book, number, clock, now)).collect()).await
}

/// Writes down how the clocks of `number` stand at `now`, in place of all that was known of them: of a metric without a clock nothing is
/// promised any more, as if it had never been.
pub async fn replace(
    tx: &mut Tx,
    guild: GuildId,
    book: &Book,
    number: Number,
    clocks: &[Clock],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut statements: Vec<Statement> =
        vec![("DELETE FROM clock_segment WHERE guild_id = $1 AND number = $2", args![guild, number.value])];
    for metric in Metric::ALL {
        match clocks.iter().find(|clock| clock.metric == metric) {
            Some(clock) => statements.extend(rows(guild, book, number, clock, now)),
            None => statements.push((
                "DELETE FROM clock WHERE guild_id = $1 AND number = $2 AND metric = $3",
                args![guild, number.value, metric.name()],
            )),
        }
    }
    execute(tx, statements).await
}

async fn execute(tx: &mut Tx, mut statements: Vec<Statement>) -> Result<(), Error> {
    while !statements.is_empty() {
        let rest = statements.split_off(statements.len().min(TOGETHER));
        tx.execute_all(std::mem::replace(&mut statements, rest)).await?;
    }
    Ok(())
}

/// The rows of a clock of which no segment is written down.
fn rows(guild: GuildId, book: &Book, number: Number, clock: &Clock, now: DateTime<Utc>) -> Vec<Statement> {
    let metric = clock.metric.name();
    let calendar = book.calendars.get(&clock.promise.calendar);
    let at = |at: Option<Instant>| at.map(DateTime::<Utc>::from);
    let breached = calendar.and_then(|calendar| clock.breached(calendar, now.into()));
    let told = clock.told.last().copied().unwrap_or(0);
    let corrected = breached.is_none() && clock.state == State::Stopped && told >= 100;
    let face = (
        "INSERT INTO clock (guild_id, number, metric, generation, priority, service_id, agreement_id, amount, target_seconds,
                            calendar_id, state, started_at, promised_at, stopped_at, due_at, breached_at, at_risk_at,
                            corrected, told)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         ON CONFLICT (guild_id, number, metric)
         DO UPDATE SET generation = excluded.generation, priority = excluded.priority, service_id = excluded.service_id,
                       agreement_id = excluded.agreement_id, amount = excluded.amount,
                       target_seconds = excluded.target_seconds, calendar_id = excluded.calendar_id,
                       state = excluded.state, started_at = excluded.started_at, promised_at = excluded.promised_at,
                       stopped_at = excluded.stopped_at, due_at = excluded.due_at, breached_at = excluded.breached_at,
                       at_risk_at = excluded.at_risk_at, corrected = excluded.corrected, told = excluded.told",
        args![
            guild,
            number.value,
            metric,
            clock.generation,
            clock.priority.rank(),
            clock.service,
            clock.promise.agreement,
            clock.promise.amount.to_string(),
            clock.promise.seconds,
            clock.promise.calendar,
            clock.state.name(),
            at(Some(clock.started_at)),
            clock.promised_at,
            at(clock.stopped_at),
            at(calendar.and_then(|calendar| clock.due(calendar))),
            at(breached),
            at(calendar.and_then(|calendar| clock.reaches(calendar, AT_RISK))),
            corrected,
            told
        ],
    );
    let segments = (1_i64..).zip(&clock.segments).map(|(index, segment)| {
        (
            "INSERT INTO clock_segment (guild_id, number, metric, segment, from_at, until_at, counted, reason)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                guild,
                number.value,
                metric,
                index,
                at(Some(segment.from)),
                at(segment.until),
                segment.counted,
                segment.reason.stored()
            ],
        )
    });
    std::iter::once(face).chain(segments).collect()
}

/// What [`running_in`] asks of a guild and a calendar. In no order: for one, SQLite would read all clocks of the guild by their numbers.
pub(super) const RUNNING_IN: &str =
    "SELECT number FROM clock WHERE guild_id = $1 AND calendar_id = $2 AND state IN ('running', 'paused')";

/// The incidents of `guild` with a clock that goes on in the hours of `calendar`.
pub async fn running_in(tx: &mut Tx, guild: GuildId, calendar: i64) -> Result<Vec<Number>, Error> {
    let rows: Vec<(i64,)> = tx.all(RUNNING_IN, args![guild, calendar]).await?;
    // Both clocks of an incident may go on.
    let numbers: BTreeSet<i64> = rows.into_iter().map(|(value,)| value).collect();
    Ok(numbers.into_iter().map(|value| Number { kind: Kind::Incident, value }).collect())
}
