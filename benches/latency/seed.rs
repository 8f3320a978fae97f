//! A database with a long past.

use wardroom::args;
use wardroom::store::Store;

/// Incidents in it.
pub const INCIDENTS: i64 = 100_000;

/// What is left open of them.
const OPEN: i64 = 50;

/// Statements with the guild as `$1`, the count as `$2`, and the first number that is open as `$3`.
const STATEMENTS: [&str; 6] = [
    "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed, major,
                           reporter_id, declared_at, acknowledged_implied, resolved_at, resolved_by, restored_at,
                           resolution_code, resolution_summary, closed_at, closed_by, closed_as, reopened, restricted)
     WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < $2)
     SELECT $1, n, 1, CASE WHEN n < $3 THEN 'closed' ELSE 'new' END, 'live', 'Payments time out at terminal ' || n,
            'medium', 'medium', 3, 0, 0, 4711, 1700000000000000 + n * 60000000, 0,
            CASE WHEN n < $3 THEN 1700000000000000 + n * 61000000 END, CASE WHEN n < $3 THEN 4711 END,
            CASE WHEN n < $3 THEN 1700000000000000 + n * 61000000 END, CASE WHEN n < $3 THEN 'fixed' END,
            CASE WHEN n < $3 THEN 'Restarted node ' || n || ' and moved its load' END,
            CASE WHEN n < $3 THEN 1700000000000000 + n * 62000000 END, CASE WHEN n < $3 THEN 4711 END,
            CASE WHEN n < $3 THEN 'done' END, 0, 0
       FROM counted",
    "INSERT INTO search_record (guild_id, record, part)
     SELECT guild_id, 'INC-' || number, 0 FROM incident WHERE guild_id = $1 AND number <= $2 AND $3 > 0",
    // `i16.` stands for guild 42, and `t` and `s` for titles and their starts, as `store::search` writes them.
    "INSERT INTO search_text (rowid, words)
     SELECT r.search_id, 'i16.tpayments i16.ttime i16.tout i16.tat i16.tterminal i16.sp i16.spa i16.spay i16.t' || i.number
       FROM search_record r JOIN incident i ON i.guild_id = r.guild_id AND i.number = CAST(substr(r.record, 5) AS INTEGER)
      WHERE r.guild_id = $1 AND i.number <= $2 AND $3 > 0",
    "INSERT INTO self (name, value) SELECT 'search', '1' WHERE $1 > 0 AND $2 > 0 AND $3 > 0",
    "INSERT INTO room (guild_id, record, channel_id, message_id, thread_id)
     SELECT guild_id, 'INC-' || number, 815, number, number FROM incident WHERE guild_id = $1 AND number <= $2 AND $3 > 0",
    "INSERT INTO outbox (guild_id, lane, kind, dedupe_key, channel_id, room, payload, revision, nonce, not_before, expires_at,
                         state, attempt, lease_epoch, message_id)
     SELECT i.guild_id, 2, k.kind, k.kind || ':' || i.guild_id || ':INC-' || i.number, 815, 'INC-' || i.number, '{}', 1,
            'nonce', i.declared_at, i.declared_at, 'sent', 0, 1, i.number
       FROM incident i, (SELECT 'card' AS kind UNION ALL SELECT 'room') k
      WHERE i.guild_id = $1 AND i.number <= $2 AND $3 > 0",
];

/// Fills the database at `url` for a guild that was never seen in this playground.
pub async fn fill(url: &str) {
    let store = Store::open(url).await.expect("the database opens");
    store
        .write(|tx| {
            Box::pin(async move {
                let guild = 42_i64;
                tx.execute(
                    "INSERT INTO guild (guild_id, timezone, joined_at) VALUES ($1, 'UTC', 1700000000000000)",
                    args![guild],
                )
                .await?;
                for sql in STATEMENTS {
                    tx.execute(sql, args![guild, INCIDENTS, INCIDENTS - OPEN]).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("the past is written");
    store.close().await;
}
