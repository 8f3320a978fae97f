//! A past of any length, written table by table: incidents that were acknowledged, restored and some of them opened again, with their
//! clocks, segments, windows of impact and entries.
//!
//! The entries are copies of a story that the journal itself wrote, so that they read as entries do; their heads are copies too, so this
//! chain would not verify.

use chrono::{DateTime, TimeDelta, Utc};
use wardroom::args;
use wardroom::error::Error;
use wardroom::journal::{self, Actor, Change, Draft, Fact};
use wardroom::setup;
use wardroom::snowflake::{GuildId, UserId};
use wardroom::store::{Store, Tx, Value};

/// The guild whose past it is.
pub const GUILD: GuildId = GuildId(42);
/// The guild whose journal has the story that is copied.
const MODEL: GuildId = GuildId(41);
/// Entries of the story.
const ENTRIES: i64 = 5;
/// What is open, however long the past.
const OPEN: i64 = 50;
/// Incidents that one statement writes about, so that no transaction grows beyond measure.
const AT_ONCE: i64 = 20_000;
const DAY: i64 = 86_400_000_000;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Incidents.
    pub incidents: i64,
    /// Days over which they are spread, up to [`end`].
    pub days: i64,
}

/// Where the past ends: with the month that the digest is about.
pub fn end() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-12-01T00:00:00Z").expect("a date").to_utc()
}

/// Fills the database at `url`.
pub async fn fill(url: &str, size: Size) {
    let store = Store::open(url).await.expect("the database opens");
    store.write(|tx| Box::pin(model(tx))).await.expect("the story is written");
    let start = end().timestamp_micros() - size.days * DAY;
    for sql in ONCE {
        write(&store, sql, args![GUILD, start, size.days]).await;
    }
    let mut from = 1;
    while from <= size.incidents {
        let to = (from + AT_ONCE - 1).min(size.incidents);
        let declared = args![GUILD, from, to, start, size.days * DAY / size.incidents, size.incidents - OPEN];
        write(&store, INCIDENTS, declared).await;
        for sql in COMPUTED {
            write(&store, sql, args![GUILD, from, to]).await;
        }
        for sql in COPIED {
            write(&store, sql, args![GUILD, from, to, MODEL, ENTRIES]).await;
        }
        from = to + 1;
    }
    if !url.starts_with("sqlite") {
        write(&store, "ANALYZE", Vec::new()).await;
    }
    store.close().await;
}

async fn write(store: &Store, sql: &'static str, args: Vec<Value>) {
    let written = store.write(move |tx| {
        let args = args.clone();
        Box::pin(async move { tx.execute(sql, args).await.map(drop) })
    });
    written.await.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// Declared, back, opened again, back, and a word afterwards.
async fn model(tx: &mut Tx) -> Result<(), Error> {
    setup::store::find_or_start(tx, GUILD, end()).await?;
    setup::store::find_or_start(tx, MODEL, end()).await?;
    for place in 0..ENTRIES {
        let at = end() - TimeDelta::days(3) + TimeDelta::hours(place);
        let text = |name: &'static str, text: &str| Change::new(name, Fact::Text(text.to_owned()));
        let back = || Change::new("restored", Fact::instant(Some(at - TimeDelta::minutes(5))));
        let (action, changes) = match place {
            0 => ("incident.declare", vec![text("title", "Payments time out")]),
            2 => ("incident.reopen", vec![text("reason", "The terminals time out again")]),
            1 | 3 => ("incident.resolve", vec![back(), text("summary", "The terminals were restarted")]),
            _ => ("incident.note", vec![text("text", "The log of the database moves to a disk of its own")]),
        };
        let draft = Draft {
            actor: Actor::Person(UserId(17), "Ada".to_owned()),
            authority: "responder: by role".to_owned(),
            source: "interaction:1".to_owned(),
            action,
            subject: "INC-1".to_owned(),
            event_at: at,
            changes,
        };
        journal::append(tx, MODEL, at, draft).await?;
    }
    Ok(())
}

/// `$1` the guild, `$2` where its past begins, `$3` its days. Maintenance is announced for every Sunday.
const ONCE: [&str; 6] = [
    "INSERT INTO service (guild_id, service_id, name, name_key, tier, hours, version)
     WITH RECURSIVE s (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM s WHERE id < 12)
     SELECT $1, id, 'service ' || id, 'service ' || id, 3, CASE WHEN id % 3 = 0 THEN 'office' WHEN id % 3 = 1 THEN 'Mon-Sat 07:00-21:00' END, 1
       FROM s WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO calendar (guild_id, calendar_id, name, name_key, follows_guild)
     SELECT $1, id, name, name, 1 FROM (SELECT 1 AS id, '24x7' AS name UNION ALL SELECT 2, 'office') c WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO calendar_version (guild_id, calendar_id, from_at, timezone, hours, days)
     SELECT guild_id, calendar_id, 0, 'UTC', CASE calendar_id WHEN 1 THEN '24x7' ELSE 'Mon-Fri 09:00-17:00' END, ''
       FROM calendar WHERE guild_id = $1 AND $2 > 0 AND $3 > 0",
    "INSERT INTO agreement (guild_id, agreement_id, kind, name, name_key, from_at)
     SELECT $1, 1, 'sla', 'Default', 'default', 0 WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO agreement_terms (guild_id, agreement_id, from_at, availability, pauses, pauses_response, warnings)
     SELECT $1, 1, 0, 995000, '', 0, '50 75 90 100 150' WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO planned_window (guild_id, window_id, kind, name, service_id, from_at, until_at, announced_at, announced_by)
     WITH RECURSIVE w (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM w WHERE n * 7 < $3)
     SELECT $1, n, 'maintenance', 'patches', CASE WHEN n % 4 > 0 THEN 1 + n % 12 END, $2 + n * 604800000000,
            $2 + n * 604800000000 + 7200000000, $2, 17 FROM w",
];

/// `$1` the guild, `$2` and `$3` the first and the last number, `$4` where the past begins, `$5` from one declaration to the next, `$6` the
/// last that is over. Service is back after some minutes to four hours, of one in 17 eight hours later. One in 20 was cancelled, one in 97
/// a drill, one in 100 is restricted, one in 40 was opened again.
const INCIDENTS: &str = "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed,
                           major, restricted, reporter_id, declared_at, acknowledged_at, acknowledged_by, acknowledged_implied, service_id,
                           restored_at, resolved_at, resolved_by, resolution_code, resolution_summary, reopened)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3),
          d (n, declared, back) AS (
              SELECT n, $4 + (n - 1) * $5, CASE WHEN n <= $6 THEN $4 + (n - 1) * $5 + 600000000 + n * 7919 % 13000 * 1000000
                                        + CASE WHEN n % 17 = 0 THEN 28800000000 ELSE 0 END END FROM c)
     SELECT $1, n, 1, CASE WHEN n > $6 THEN 'in-progress' WHEN n % 20 = 0 THEN 'cancelled' ELSE 'closed' END,
            CASE WHEN n % 97 = 0 THEN 'drill' ELSE 'live' END, 'Payments time out at terminal ' || n, 'medium', 'medium', 1 + n % 4,
            0, 0, CASE WHEN n % 100 = 0 THEN 1 ELSE 0 END, 17, declared,
            declared + 60000000 + n * 31 % 480 * 1000000 + CASE WHEN n % 23 = 0 THEN 1800000000 ELSE 0 END, 17, 0, 1 + n % 12,
            back, back, CASE WHEN back IS NULL THEN NULL ELSE 17 END, CASE WHEN back IS NULL THEN NULL ELSE 'fixed' END,
            CASE WHEN back IS NULL THEN NULL ELSE 'The terminals were restarted' END, CASE WHEN n % 40 = 1 THEN 1 ELSE 0 END
       FROM d";

/// `$1` the guild, `$2` and `$3` the first and the last number. Response in a quarter of an hour, resolution in four hours.
const COMPUTED: [&str; 4] = [
    "INSERT INTO clock (guild_id, number, metric, generation, priority, service_id, agreement_id, amount, target_seconds, calendar_id,
                        state, started_at, promised_at, stopped_at, due_at, at_risk_at, corrected, told)
     SELECT guild_id, number, 'response', 1, priority, service_id, 1, '15m', 900, 1, 'stopped', declared_at, declared_at,
            acknowledged_at, declared_at + 900000000, declared_at + 675000000, 0, 0
       FROM incident WHERE guild_id = $1 AND number BETWEEN $2 AND $3 AND kind = 'live' AND state <> 'cancelled'",
    "INSERT INTO clock (guild_id, number, metric, generation, priority, service_id, agreement_id, amount, target_seconds, calendar_id,
                        state, started_at, promised_at, stopped_at, due_at, at_risk_at, corrected, told)
     SELECT guild_id, number, 'resolution', 1, priority, service_id, 1, '4h', 14400, 1,
            CASE WHEN restored_at IS NULL THEN 'running' ELSE 'stopped' END, declared_at, declared_at, restored_at,
            declared_at + 14400000000, declared_at + 10800000000, 0, 0
       FROM incident WHERE guild_id = $1 AND number BETWEEN $2 AND $3 AND kind = 'live' AND state <> 'cancelled'",
    "INSERT INTO clock_segment (guild_id, number, metric, segment, from_at, until_at, counted, reason)
     SELECT guild_id, number, metric, 1, started_at, stopped_at, 1, 'declared'
       FROM clock WHERE guild_id = $1 AND number BETWEEN $2 AND $3",
    "INSERT INTO impact_window (guild_id, number, window_no, service_id, degree, from_at, until_at)
     SELECT guild_id, number, 1, service_id, CASE WHEN number % 3 = 0 THEN 'outage' ELSE 'degraded' END, declared_at, restored_at
       FROM incident WHERE guild_id = $1 AND number BETWEEN $2 AND $3 AND state <> 'cancelled'",
];

/// `$1` to `$3` the same, `$4` the model, `$5` its entries.
const COPIED: [&str; 3] = [
    "INSERT INTO journal_entry (guild_id, seq, entry_at, event_at, action, subject, entry, head)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + e.seq, e.entry_at, e.event_at, e.action, 'INC-' || n, e.entry, e.head
       FROM c, journal_entry e WHERE e.guild_id = $4",
    "INSERT INTO journal_text (guild_id, seq, field, salt, body)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + t.seq, t.field, t.salt, t.body FROM c, journal_text t WHERE t.guild_id = $4",
    "INSERT INTO journal_identity (guild_id, seq, field, user_id)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + i.seq, i.field, i.user_id FROM c, journal_identity i WHERE i.guild_id = $4",
];
