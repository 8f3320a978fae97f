//! What the runner of timers looks for, and what is asked of the clocks, while so many service levels run.
//!
//! Ten timers are due, ten clocks run in a calendar that is seldom used, and a day has 143 targets, however many incidents there are. As
//! many timers have fired already.

use std::sync::Arc;

use wardroom::args;
use wardroom::level;
use wardroom::store::{Store, Value};
use wardroom::timer;

use crate::ask::{Question, question};
use crate::seed::{GUILD, write};

/// The bot looks at 2026-11-24 10:00 UTC.
const NOW: i64 = 1_795_514_400_000_000;
const DAY: i64 = 86_400_000_000;
/// As many as the runner takes at a time.
const BATCH: i64 = 50;
/// Incidents that one statement writes: a statement has five seconds.
const AT_ONCE: i64 = 5_000;
/// A calendar that few clocks run in.
const SELDOM: i64 = 2;

/// `$1` the guild, `$2` the incidents, `$3` the moment of the look.
const FIRST: [&str; 4] = [
    "INSERT INTO guild (guild_id, timezone, joined_at) SELECT $1, 'UTC', 0 WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO calendar (guild_id, calendar_id, name, name_key, follows_guild)
     SELECT $1, n, 'calendar ' || n, 'calendar ' || n, 1 FROM (SELECT 1 AS n UNION ALL SELECT 2) c WHERE $2 > 0 AND $3 > 0",
    "INSERT INTO calendar_version (guild_id, calendar_id, from_at, timezone, hours, days)
     SELECT guild_id, calendar_id, 0, 'UTC', '24x7', '' FROM calendar WHERE guild_id = $1 AND $2 > 0 AND $3 > 0",
    "INSERT INTO agreement (guild_id, agreement_id, kind, name, name_key, from_at)
     SELECT $1, 1, 'sla', 'Default', 'default', 0 WHERE $2 > 0 AND $3 > 0",
];

/// The same, and `$4` and `$5` the first and the last number. Ten incidents are special: their timers are due, their clocks run in
/// [`SELDOM`]. The other targets are due every ten minutes.
const EACH: [&str; 5] = [
    "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed, major,
                           restricted, reporter_id, declared_at, acknowledged_implied, reopened)
     WITH RECURSIVE c (n) AS (SELECT $4 UNION ALL SELECT n + 1 FROM c WHERE n < $5)
     SELECT $1, n, 1, 'new', 'live', 'Payments time out', 'medium', 'medium', 3, 0, 0, 0, 17, $3 - 1000000, 0, 0 FROM c WHERE $2 > 0",
    "INSERT INTO clock (guild_id, number, metric, generation, priority, agreement_id, amount, target_seconds, calendar_id, state,
                        started_at, promised_at, due_at, corrected, told)
     SELECT guild_id, number, 'resolution', 1, 3, 1, '4h', 14400, CASE WHEN number % ($2 / 10) = 0 THEN 2 ELSE 1 END, 'running',
            declared_at, declared_at, $3 + number * 600000000, 0, 0
       FROM incident WHERE guild_id = $1 AND number BETWEEN $4 AND $5",
    "INSERT INTO clock (guild_id, number, metric, generation, priority, agreement_id, amount, target_seconds, calendar_id, state,
                        started_at, promised_at, stopped_at, due_at, corrected, told)
     SELECT guild_id, number, 'response', 1, 3, 1, '15m', 900, 2, 'stopped', declared_at, declared_at, $3, $3 - number * 600000000,
            0, 0
       FROM incident WHERE guild_id = $1 AND number BETWEEN $4 AND $5 AND $2 > 0",
    "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state)
     SELECT guild_id, 'service-level', 'INC-' || number,
            CASE WHEN number % ($2 / 10) = 0 THEN $3 - number ELSE $3 + number * 600000000 END, 1, 'armed'
       FROM incident WHERE guild_id = $1 AND number BETWEEN $4 AND $5",
    "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state)
     SELECT guild_id, 'unclaimed', 'INC-' || number, $3 - number * 1000000, 1, 'fired'
       FROM incident WHERE guild_id = $1 AND number BETWEEN $4 AND $5 AND $2 > 0",
];

/// Arms so many timers in the database at `url`.
pub async fn fill(url: &str, incidents: i64) {
    let store = Store::open(url).await.expect("the database opens");
    for sql in FIRST {
        write(&store, move |tx| Box::pin(async move { tx.execute(sql, args![GUILD, incidents, NOW]).await.map(drop) }))
            .await;
    }
    let mut from = 1;
    while from <= incidents {
        let to = (from + AT_ONCE - 1).min(incidents);
        for sql in EACH {
            let args = args![GUILD, incidents, NOW, from, to];
            write(&store, move |tx| {
                let args = args.clone();
                Box::pin(async move { tx.execute(sql, args).await.map(drop) })
            })
            .await;
        }
        from = to + 1;
    }
    if !url.starts_with("sqlite") {
        write(&store, |tx| Box::pin(async move { tx.execute("ANALYZE", Vec::new()).await.map(drop) })).await;
    }
    store.close().await;
}

pub fn questions() -> Vec<Question> {
    vec![
        question("timers, those due", 10, |tx, _| {
            Box::pin(async move { Ok(timer::due(tx, wardroom::clock::instant(NOW), BATCH).await?.len()) })
        }),
        question("timers, when the next is due", 1, |tx, _| {
            Box::pin(async move { Ok(usize::from(timer::next_due(tx).await?.is_some())) })
        }),
        question("clocks, due within a day", 143, |tx, _| {
            Box::pin(async move {
                let rows: Vec<(i64, String)> = tx.all(DUE_WITHIN, args![GUILD, NOW, NOW + DAY]).await?;
                Ok(rows.len())
            })
        }),
        question("clocks, running in a calendar", 10, |tx, _| {
            Box::pin(async move { Ok(level::store::running_in(tx, GUILD, SELDOM).await?.len()) })
        }),
    ]
}

/// What a digest of a period asks.
const DUE_WITHIN: &str = "SELECT number, metric FROM clock
      WHERE guild_id = $1 AND due_at >= $2 AND due_at < $3 AND state <> 'void' ORDER BY due_at, number";

/// Prints what PostgreSQL read for each statement.
pub async fn explain(store: &Store, incidents: i64) {
    let clocks = level::store::STATEMENTS.map(|(name, sql)| (name, sql, args![GUILD, SELDOM]));
    let statements = [
        ("timers, those due", timer::DUE, args![NOW, BATCH, i64::MIN, 0_i64]),
        ("timers, when the next is due", timer::NEXT_DUE, Vec::new()),
        ("clocks, due within a day", DUE_WITHIN, args![GUILD, NOW, NOW + DAY]),
    ];
    for (name, sql, args) in statements.into_iter().chain(clocks) {
        println!("{name}, {incidents} incidents:");
        let sql: &'static str = format!("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) {sql}").leak();
        let args: Arc<Vec<Value>> = Arc::new(args);
        let steps = store.read(move |tx| {
            let args = args.as_ref().clone();
            Box::pin(async move { tx.all::<(String,)>(sql, args).await })
        });
        for (step,) in steps.await.expect("it is explained") {
            println!("    {step}");
        }
    }
}
