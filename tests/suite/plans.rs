//! How the databases carry out what lists, searches, completions and timelines ask: by an index, never by reading a table through.
//!
//! SQLite plans without statistics, as it does in a bot that never ran `ANALYZE`; PostgreSQL with those that its autovacuum gathers.

use wardroom::args;
use wardroom::availability;
use wardroom::incident::{impairment, listing};
use wardroom::journal;
use wardroom::level;
use wardroom::number::{Kind, Number};
use wardroom::snowflake::GuildId;
use wardroom::store::search::{self, TIERS, Texts, words};
use wardroom::store::{Store, Value};
use wardroom::timer;

use crate::desk::Database;

/// The guild that asks; others have as much.
const GUILD: GuildId = GuildId(42);
const GUILDS: i64 = 8;
const INCIDENTS: i64 = 2000;
/// Incidents of [`GUILD`] whose words are in the index.
const FOUND: i64 = 1000;

/// `$1` guilds from [`GUILD`] on, `$2` incidents of each.
const SEED: &[&str] = &[
    "INSERT INTO guild (guild_id, timezone, joined_at)
     WITH RECURSIVE g (id) AS (SELECT 42 UNION ALL SELECT id + 1 FROM g WHERE id < 41 + $1) SELECT id, 'UTC', 0 FROM g WHERE $2 > 0",
    "INSERT INTO service (guild_id, service_id, name, name_key, tier, version)
     WITH RECURSIVE s (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM s WHERE id < 5)
     SELECT guild_id, id, 'service ' || id, 'service ' || id, 3, 1 FROM guild, s WHERE $1 > 0 AND $2 > 0",
    "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed, major,
                           restricted, reporter_id, commander_id, declared_at, acknowledged_implied, service_id, reopened)
     WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $2)
     SELECT guild_id, n, 1, CASE WHEN n % 100 = 0 THEN 'new' WHEN n % 10 = 0 THEN 'cancelled' ELSE 'closed' END, 'live',
            'Payments time out', 'medium', 'medium', 1 + n % 5, 0, 0, CASE WHEN n % 50 = 0 THEN 1 ELSE 0 END, 1 + n % 97,
            CASE WHEN n % 3 = 0 THEN 1 + n % 89 END, n, 0, 1 + n % 5, 0
       FROM guild, c WHERE $1 > 0",
    "INSERT INTO journal_entry (guild_id, seq, entry_at, event_at, action, subject, entry, head)
     WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < $2 * 3)
     SELECT guild_id, n, 0, 0, 'incident.note', 'INC-' || (1 + n % $2), CAST('x' AS BYTES), CAST('x' AS BYTES) FROM guild, c
      WHERE $1 > 0",
    "INSERT INTO journal_text (guild_id, seq, field, salt, body)
     SELECT guild_id, seq, 'text', entry, 'The disk is full' FROM journal_entry WHERE seq % 2 = 0 AND $1 > 0 AND $2 > 0",
    "INSERT INTO journal_identity (guild_id, seq, field, user_id)
     SELECT guild_id, seq, 'actor', 7 FROM journal_entry WHERE $1 > 0 AND $2 > 0",
    // One an hour, for half an hour; a few go on for a month, and a few for ever.
    "INSERT INTO impact_window (guild_id, number, window_no, service_id, degree, from_at, until_at)
     SELECT guild_id, number, 1, service_id, 'outage', number * 3600000000,
            CASE WHEN number % 500 = 0 THEN NULL WHEN number % 99 = 0 THEN number * 3600000000 + 2592000000000
                 ELSE number * 3600000000 + 1800000000 END
       FROM incident WHERE $1 > 0 AND $2 > 0",
    "INSERT INTO planned_window (guild_id, window_id, kind, name, from_at, until_at, announced_at, announced_by)
     SELECT guild_id, number, 'maintenance', 'patches', number * 86400000000, number * 86400000000 + 3600000000, 0, 7
       FROM incident WHERE $1 > 0 AND $2 > 0",
];

/// `$1` guilds, `$2` incidents of each: a clock and an armed timer for every one, due a millisecond after another. One in ten goes on, one
/// in a hundred in a calendar of its own.
const LEVELS: &[&str] = &[
    "INSERT INTO calendar (guild_id, calendar_id, name, name_key, follows_guild)
     SELECT guild_id, n, 'calendar ' || n, 'calendar ' || n, 1 FROM guild, (SELECT 1 AS n UNION ALL SELECT 2) c WHERE $1 > 0 AND $2 > 0",
    "INSERT INTO agreement (guild_id, agreement_id, kind, name, name_key, from_at)
     SELECT guild_id, 1, 'sla', 'Default', 'default', 0 FROM guild WHERE $1 > 0 AND $2 > 0",
    "INSERT INTO clock (guild_id, number, metric, generation, priority, agreement_id, amount, target_seconds, calendar_id, state,
                        started_at, promised_at, due_at, corrected, told)
     SELECT guild_id, number, 'resolution', 1, 3, 1, '4h', 14400, CASE WHEN number % 100 = 0 THEN 2 ELSE 1 END,
            CASE WHEN number % 10 = 0 THEN 'running' ELSE 'stopped' END, 0, 0, number * 1000, 0, 0
       FROM incident WHERE $1 > 0 AND $2 > 0",
    "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state)
     SELECT guild_id, 'service-level', 'INC-' || number, number * 1000, 1, 'armed' FROM incident WHERE $1 > 0 AND $2 > 0",
];

/// What a digest asks: the targets that were due in a period.
const DUE_BETWEEN: &str =
    "SELECT number, metric, priority, service_id, due_at, stopped_at, at_risk_at, corrected FROM clock
      WHERE guild_id = $1 AND due_at >= $2 AND due_at < $3 AND state <> 'void' ORDER BY due_at, number";

fn is_postgres(database: &Database) -> bool {
    matches!(database, Database::Postgres(_))
}

/// Runs statements with `$1` guilds and `$2` incidents of each.
async fn fill(store: &Store, postgres: bool, statements: &'static [&'static str]) {
    store
        .write(move |tx| {
            Box::pin(async move {
                for sql in statements {
                    // The databases differ in the name of the type alone.
                    let sql = sql.replace("BYTES", if postgres { "BYTEA" } else { "BLOB" });
                    tx.execute(sql.leak(), args![GUILDS, INCIDENTS]).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("the past is written");
}

/// Gathers what PostgreSQL's autovacuum would.
async fn analyze(store: &Store, tables: &[&str]) {
    for table in tables {
        let sql: &'static str = format!("ANALYZE {table}").leak();
        store
            .write(move |tx| Box::pin(async move { tx.execute(sql, Vec::new()).await.map(drop) }))
            .await
            .expect("statistics");
    }
}

async fn seed(store: &Store, postgres: bool) {
    fill(store, postgres, SEED).await;
    store
        .write(move |tx| {
            Box::pin(async move {
                for value in 1..=FOUND {
                    let title = format!("Payments time out at terminal {value}");
                    let texts = Texts { title: &title, body: "", around: "" };
                    let number = Number { kind: Kind::Incident, value };
                    search::put(tx, GUILD, number, 0, texts).await?;
                    // Another guild has the same words, and more of them.
                    search::put(tx, GuildId(43), number, 0, texts).await?;
                    search::put(tx, GuildId(43), number, 1, Texts { title: "", body: &title, around: "" }).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("the past is written");
    if postgres {
        // So many other guilds, each with words of its own, that those of one are few.
        let others = r"INSERT INTO search (guild_id, record, part, words)
                       SELECT guild_id + 100 * $1, record, part,
                              CAST(regexp_replace(CAST(words AS TEXT), '(\w+)\.', '\1x' || $1 || '.', 'g') AS TSVECTOR)
                         FROM search WHERE guild_id < 100";
        for other in 1..=15_i64 {
            store
                .write(move |tx| Box::pin(async move { tx.execute(others, args![other]).await.map(drop) }))
                .await
                .expect("others are written");
        }
        let tables = [
            "incident",
            "journal_entry",
            "journal_text",
            "journal_identity",
            "search",
            "service",
            "guild",
            "impact_window",
            "planned_window",
        ];
        analyze(store, &tables).await;
    }
}

/// The steps of carrying `sql` out.
async fn plan(store: &Store, postgres: bool, sql: &str, args: Vec<Value>) -> Vec<String> {
    let how = if postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
    explain(store, postgres, how, sql, args).await
}

async fn explain(store: &Store, postgres: bool, how: &str, sql: &str, args: Vec<Value>) -> Vec<String> {
    let sql: &'static str = format!("{how} {sql}").leak();
    let steps = store
        .read(move |tx| {
            let args = args.clone();
            Box::pin(async move {
                if postgres {
                    let rows: Vec<(String,)> = tx.all(sql, args).await?;
                    return Ok(rows.into_iter().map(|(step,)| step).collect());
                }
                let rows: Vec<(i64, i64, i64, String)> = tx.all(sql, args).await?;
                Ok(rows.into_iter().map(|(_, _, _, step)| step).collect())
            })
        })
        .await;
    steps.unwrap_or_else(|error| panic!("{error}: {sql}"))
}

/// Whether a step reads one of the great tables through.
fn reads_through(step: &str) -> bool {
    let great = r"(incident|i|impact_window|w|planned_window|journal_entry|e|journal_text|t|journal_identity|search_record|r|search)\b";
    let sqlite = regex::Regex::new(&format!(r"^SCAN {great}")).expect("a pattern");
    let postgres = regex::Regex::new(&format!(r"Seq Scan on {great}")).expect("a pattern");
    let all_words = step.contains("search_text VIRTUAL TABLE") && !step.contains('M');
    sqlite.is_match(step) || postgres.is_match(step) || all_words
}

async fn must_go_by_index(store: &Store, postgres: bool, name: &str, sql: &str, args: Vec<Value>) -> Vec<String> {
    let steps = plan(store, postgres, sql, args).await;
    let bad: Vec<&String> = steps.iter().filter(|step| reads_through(step)).collect();
    assert!(bad.is_empty(), "{name} reads a table through: {bad:#?}\n{sql}\n{}", steps.join("\n"));
    steps
}

fn is_sorted_afterwards(steps: &[String]) -> bool {
    steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY") || step.trim_start().starts_with("->  Sort"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_goes_by_an_index() {
    for database in Database::each().await {
        let postgres = is_postgres(&database);
        let store = Store::open(&database.url()).await.expect("it opens");
        seed(&store, postgres).await;

        let filters = |side: i64| args![GUILD, side, 11_i64, 0_i64, 7_i64, "closed", 3_i64, 4_i64, 13_i64];
        for texts in listing::statements() {
            let name = texts.name;
            let steps = must_go_by_index(&store, postgres, name, texts.older, filters(1500)).await;
            assert!(
                postgres || name.contains("mine") || !is_sorted_afterwards(&steps),
                "{name} is sorted after it was read:\n{}",
                steps.join("\n")
            );
            // SQLite has no statistics, so its choice is a rule that must fall on the right side.
            let needed = match (name.starts_with("open"), name.contains("mine")) {
                (true, _) => &["incident_open"][..],
                (false, true) => &["of_reporter", "of_commander", "of_communications", "of_scribe"][..],
                (false, false) => &[],
            };
            for index in needed {
                let used = steps.iter().any(|step| step.contains(index));
                assert!(postgres || used, "{name} does not use {index}:\n{}", steps.join("\n"));
            }
            if !texts.newer.is_empty() {
                must_go_by_index(&store, postgres, name, texts.newer, filters(500)).await;
            }
            must_go_by_index(&store, postgres, name, texts.count, filters(0)).await;
        }
        let mut numbers = args![GUILD, 0_i64, 0_i64, 0_i64, 7_i64];
        numbers.extend((1..=25_i64).map(Value::from));
        must_go_by_index(&store, postgres, "numbered", listing::NUMBERED, numbers).await;

        for (name, sql) in journal::STATEMENTS {
            let args = match name {
                "about" | "last" | "count" => args![GUILD, "INC-7"],
                "entry" => args![GUILD, "INC-7", 6_i64],
                "nth" => args![GUILD, "INC-7", 1_i64],
                "page" => args![GUILD, "INC-7", 4000_i64, 10_i64],
                "texts" | "people" => args![GUILD, "INC-7", 6_i64, 4006_i64],
                _ => {
                    let mut args = args![GUILD];
                    args.extend((1..=journal::TOGETHER).map(|n| Value::from(format!("INC-{n}"))));
                    args
                }
            };
            let steps = must_go_by_index(&store, postgres, name, sql, args).await;
            let by_subject = steps.iter().any(|step| step.contains("journal_entry_by_subject"));
            let by_place = name == "entry" || !steps.iter().any(|step| step.ends_with("(guild_id=?)"));
            assert!(
                postgres || (by_subject || name == "entry") && by_place,
                "{name} reads too much:\n{}",
                steps.join("\n")
            );
        }

        // A day in the middle of the past: neither what lies before nor what lies behind it is looked at.
        let day = 50 * 86_400_000_000_i64;
        let of_day = args![GUILD, 3_i64, day, day + 86_400_000_000];
        let steps = must_go_by_index(&store, postgres, "impairments", impairment::STATEMENT, of_day).await;
        for index in ["impact_window_of_service", "impact_window_long"] {
            let bounded = |step: &String| step.contains(index) && step.contains("from_at<?");
            assert!(postgres || steps.iter().any(bounded), "not by {index}:\n{}", steps.join("\n"));
        }
        let of_day = args![GUILD, "maintenance", day - 184 * 86_400_000_000, day, day + 86_400_000_000];
        let steps = must_go_by_index(&store, postgres, "windows", availability::store::BETWEEN, of_day).await;
        let bounded =
            |step: &String| step.contains("planned_window_of_time") && step.contains("from_at>? AND from_at<?");
        assert!(postgres || steps.iter().any(bounded), "{}", steps.join("\n"));

        let scope = words::scope(GUILD, Kind::Incident);
        for text in ["payments", "terminal 77", "nothing of the sort", "pay ti"] {
            let sought = words::searched(text);
            for tier in TIERS {
                let (sql, query) = if postgres {
                    (search::FIND.1, search::tsquery(&scope, &sought, tier))
                } else {
                    (search::FIND.0, search::fts5(&scope, &sought, tier))
                };
                let recent = [(search::RECENT.0, "search_pkey"), (search::RECENT.1, "search_newest_records")];
                for (recent, index) in recent.into_iter().filter(|_| postgres) {
                    let args = args![GUILD, query.as_str(), 200_i64];
                    let name = format!("recent {text} by {tier:?}");
                    let steps = must_go_by_index(&store, postgres, &name, recent, args).await;
                    assert!(steps.iter().any(|step| step.contains(index)), "{name}:\n{}", steps.join("\n"));
                }
                let args = args![GUILD, query, i64::MAX, 200_i64];
                must_go_by_index(&store, postgres, &format!("find {text} by {tier:?}"), sql, args).await;
            }
        }
        store.close().await;
    }
}

/// Rows that PostgreSQL read and threw away.
fn thrown_away(steps: &[String]) -> usize {
    let removed = regex::Regex::new(r"Rows Removed by (?:Filter|Index Recheck): (\d+)").expect("a pattern");
    steps.iter().filter_map(|step| removed.captures(step)).filter_map(|found| found[1].parse::<usize>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_found_without_reading_what_is_not() {
    for database in Database::each().await {
        let postgres = is_postgres(&database);
        let store = Store::open(&database.url()).await.expect("it opens");
        fill(&store, postgres, &SEED[..3]).await;
        fill(&store, postgres, LEVELS).await;
        if postgres {
            analyze(&store, &["guild", "incident", "clock", "timer"]).await;
        }
        let asked = [
            ("due", timer::DUE, "timer_due", args![1000_i64, 50_i64, i64::MIN, 0_i64]),
            ("next due", timer::NEXT_DUE, "timer_due", Vec::new()),
            ("due between", DUE_BETWEEN, "clock_of_due", args![GUILD, 500_000_i64, 510_000_i64]),
        ];
        let running = level::store::STATEMENTS.map(|(name, sql)| (name, sql, "clock_running", args![GUILD, 2_i64]));
        for (name, sql, index, args) in asked.into_iter().chain(running) {
            let steps = plan(&store, postgres, sql, args.clone()).await;
            let told = steps.join("\n");
            assert!(steps.iter().any(|step| step.contains(index)), "{name} does not use {index}:\n{told}");
            assert!(!told.contains("Seq Scan"), "{name} reads a table through:\n{told}");
            // The earliest is the first of the index, of which nothing more is read.
            let scans = !postgres && name != "next due" && told.contains("SCAN");
            assert!(!scans, "{name} reads an index through:\n{told}");
            let has_order = index == "timer_due";
            assert!(!has_order || !is_sorted_afterwards(&steps), "{name} is sorted after it was read:\n{told}");
            if postgres {
                let steps = explain(&store, true, "EXPLAIN (ANALYZE, BUFFERS)", sql, args).await;
                assert_eq!(thrown_away(&steps), 0, "{name} reads what it does not want:\n{}", steps.join("\n"));
            }
        }
        store.close().await;
    }
}
