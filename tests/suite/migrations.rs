//! The two folders of migrations tell of the same tables, and each step keeps the data before it.

use std::collections::BTreeMap;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};
use tokio_util::sync::CancellationToken;
use wardroom::incident::finding::index;
use wardroom::number::Kind;
use wardroom::snowflake::GuildId;
use wardroom::store::{Store, search};

use crate::desk::Database;

/// Tables that the databases have for themselves: their text search, and the migrator's own.
fn is_own(table: &str) -> bool {
    table.starts_with("search") || table.starts_with("sqlite_") || table == "_sqlx_migrations"
}

pub async fn columns(store: &Store, sql: &'static str) -> BTreeMap<String, Vec<String>> {
    let rows: Vec<(String, String)> = store
        .read(move |tx| Box::pin(async move { tx.all(sql, Vec::new()).await }))
        .await
        .expect("the catalogue can be read");
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in rows.into_iter().filter(|(table, _)| !is_own(table)) {
        tables.entry(table).or_default().push(column);
    }
    for columns in tables.values_mut() {
        columns.sort();
    }
    tables
}

/// What lists the columns of all tables.
pub fn columns_sql(database: &Database) -> &'static str {
    match database {
        Database::Sqlite(_) => {
            "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
        }
        Database::Postgres(_) => {
            "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
              WHERE table_schema = 'public'"
        }
    }
}

fn names(folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tables_and_columns() {
    assert_eq!(names("migrations/sqlite"), names("migrations/postgres"));
    let mut found = Vec::new();
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        found.push(columns(&store, columns_sql(&database)).await);
        store.close().await;
    }
    assert!(found[0].len() > 10, "{:?}", found[0].keys());
    if let [sqlite, postgres] = found.as_slice() {
        assert_eq!(sqlite, postgres);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_indexes() {
    let mut found = Vec::new();
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        // Those that stand for a constraint are named by the database.
        let sql = match database {
            Database::Sqlite(_) => "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
            Database::Postgres(_) => {
                "SELECT CAST(tablename AS TEXT), CAST(indexname AS TEXT) FROM pg_indexes
                  WHERE schemaname = 'public' AND indexname NOT LIKE '%_pkey' AND indexname NOT LIKE '%_key'"
            }
        };
        found.push(columns(&store, sql).await);
        store.close().await;
    }
    assert!(found[0]["outbox"].len() > 5, "{:?}", found[0]);
    if let [sqlite, postgres] = found.as_slice() {
        assert_eq!(sqlite, postgres);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_again_changes_nothing() {
    for database in Database::each().await {
        Store::open(&database.url()).await.expect("it opens").close().await;
        Store::open(&database.url()).await.expect("it opens again").close().await;
    }
}

/// A database at `url` as it was before migration `version`.
async fn before(database: &Database, version: i64) {
    let kind = if matches!(database, Database::Sqlite(_)) { "sqlite" } else { "postgres" };
    let mut migrator =
        sqlx::migrate::Migrator::new(std::path::Path::new("migrations").join(kind)).await.expect("the folder reads");
    let older: Vec<_> = migrator.iter().filter(|migration| migration.version < version).cloned().collect();
    migrator.migrations = older.into();
    match database {
        Database::Sqlite(_) => {
            let options: SqliteConnectOptions = database.url().parse().expect("a URL");
            let mut connection = options.create_if_missing(true).connect().await.expect("it opens");
            migrator.run(&mut connection).await.expect("it migrates");
            connection.close().await.expect("it closes");
        }
        Database::Postgres(url) => {
            let options: PgConnectOptions = url.parse().expect("a URL");
            let mut connection = options.connect().await.expect("it opens");
            migrator.run(&mut connection).await.expect("it migrates");
            connection.close().await.expect("it closes");
        }
    }
}

/// Runs `sql` on a database that no [`Store`] has opened.
async fn execute(database: &Database, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match database {
        Database::Sqlite(_) => {
            let options: SqliteConnectOptions = database.url().parse().expect("a URL");
            let mut connection = options.connect().await.expect("it opens");
            connection.execute(sql).await.expect("it runs");
            connection.close().await.expect("it closes");
        }
        Database::Postgres(url) => {
            let options: PgConnectOptions = url.parse().expect("a URL");
            let mut connection = options.connect().await.expect("it opens");
            connection.execute(sql).await.expect("it runs");
            connection.close().await.expect("it closes");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_over_data_and_the_search_index_is_filled_anew() {
    for database in Database::each().await {
        before(&database, 6).await;
        let search = if matches!(database, Database::Sqlite(_)) { "search_record" } else { "search" };
        execute(
            &database,
            &format!(
                "INSERT INTO guild (guild_id, timezone, joined_at) VALUES (42, 'UTC', 0);
                 INSERT INTO incident (guild_id, number, version, state, kind, title, description, impact, urgency, priority,
                                       priority_fixed, major, restricted, reporter_id, declared_at, acknowledged_implied, reopened)
                 VALUES (42, 1, 1, 'new', 'live', 'checkout is down', 'nobody can pay', 'high', 'high', 1, 0, 0, 0, 7, 0, 0, 0);
                 INSERT INTO {search} (guild_id, record, kind, body) VALUES (42, 'INC-1', 'INC', 'checkout is down');"
            ),
        )
        .await;
        let store = Store::open(&database.url()).await.expect("it migrates");
        let found = async || {
            let guild = GuildId(42);
            let hits = store.read(move |tx| {
                Box::pin(
                    async move { search::find(tx, guild, Kind::Incident, "pay checkout", &search::TIERS, 5).await },
                )
            });
            hits.await.expect("it can be searched").len()
        };
        assert_eq!(found().await, 0);
        for _ in 0..2 {
            index::catch_up(&store, &CancellationToken::new()).await.expect("it is filled");
            assert_eq!(found().await, 1);
        }
        store.close().await;
    }
}

/// Brings an empty database to version `last`, as an older wardroom left it, and puts `rows` into it.
async fn older(database: &Database, last: i64, rows: &[&'static str]) {
    use sqlx::{Connection, Executor};
    let url = database.url();
    macro_rules! prepare {
        ($connection:ty, $migrations:expr, $url:expr) => {{
            let mut migrator = $migrations;
            migrator.migrations =
                migrator.migrations.iter().filter(|one| one.version <= last).cloned().collect::<Vec<_>>().into();
            let mut connection = <$connection>::connect($url).await.expect("it opens");
            migrator.run(&mut connection).await.expect("the older migrations run");
            for row in rows {
                connection.execute(*row).await.unwrap_or_else(|error| panic!("{row}: {error}"));
            }
            connection.close().await.expect("it closes");
        }};
    }
    match database {
        Database::Sqlite(_) => {
            prepare!(sqlx::SqliteConnection, sqlx::migrate!("migrations/sqlite"), &format!("{url}?mode=rwc"));
        }
        Database::Postgres(_) => prepare!(sqlx::PgConnection, sqlx::migrate!("migrations/postgres"), &url),
    }
}

/// What the first release left: a service, an incident that runs and was told of, one that is closed, one that was none, a promise, a form.
const FIRST_RELEASE: [&str; 8] = [
    "INSERT INTO guild (guild_id, timezone, joined_at) VALUES (1, 'Europe/Berlin', 1)",
    "INSERT INTO service (guild_id, service_id, name, name_key, tier, version) VALUES (1, 1, 'checkout', 'checkout', 1, 1)",
    "INSERT INTO number_sequence (guild_id, name, last) VALUES (1, 'INC', 4)",
    "INSERT INTO incident (guild_id, number, version, state, kind, title, service_id, impact, urgency, priority, priority_fixed, major,
        restricted, reporter_id, declared_at, started_at, acknowledged_implied, reopened, last_update, last_update_at, promised_by, promise_due_at)
     VALUES (1, 1, 3, 'new', 'live', 'checkout is down', 1, 'high', 'high', 1, 0, 0, 0, 7, 1000000, 500000, 0, 0, 'we look', 2000000, 7, 9000000)",
    "INSERT INTO incident (guild_id, number, version, state, kind, title, service_id, impact, urgency, priority, priority_fixed, major,
        restricted, reporter_id, declared_at, acknowledged_implied, reopened, resolved_at, resolved_by, restored_at, resolution_code,
        resolution_summary, closed_at, closed_by, closed_as)
     VALUES (1, 2, 4, 'closed', 'live', 'slow reports', NULL, 'low', 'low', 5, 0, 0, 0, 7, 1000000, 0, 0, 5000000, 7, 4000000, 'fixed', 'restarted',
             6000000, 7, 'done')",
    "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed, major,
        restricted, reporter_id, declared_at, acknowledged_implied, reopened, closed_at, closed_by, closed_as, closed_reason)
     VALUES (1, 3, 2, 'cancelled', 'live', 'nothing', 'low', 'low', 5, 0, 0, 0, 7, 1000000, 0, 0, 2000000, 7, 'not-an-incident', 'the monitor')",
    "INSERT INTO incident (guild_id, number, version, state, kind, title, service_id, impact, urgency, priority, priority_fixed, major,
        restricted, reporter_id, declared_at, acknowledged_implied, reopened, resolved_at, resolved_by, restored_at, resolution_code,
        resolution_summary)
     VALUES (1, 4, 3, 'resolved', 'live', 'slow search', NULL, 'low', 'low', 5, 0, 0, 0, 7, 1000000, 0, 0, 5000000, 7, 4000000, 'fixed', 'restarted')",
    "INSERT INTO timer (guild_id, kind, subject, due_at, generation, state) VALUES (1, 'promised-update', 'INC-1', 9000000, 1, 'armed')",
];

#[tokio::test(flavor = "multi_thread")]
async fn what_an_older_wardroom_wrote_is_read_by_this_one() {
    use wardroom::clock::instant;
    use wardroom::incident::{Audience, State, store};
    use wardroom::number::{Kind, Number};
    use wardroom::snowflake::GuildId;

    for database in Database::each().await {
        older(&database, 2, &FIRST_RELEASE).await;
        let opened = Store::open(&database.url()).await.expect("it migrates with data in the tables");
        let guild = GuildId(1);
        let incidents = opened
            .read(move |tx| {
                Box::pin(async move {
                    let mut found = Vec::new();
                    for value in 1..=4 {
                        found.extend(store::find(tx, guild, Number { kind: Kind::Incident, value }).await?);
                    }
                    Ok(found)
                })
            })
            .await
            .expect("the incidents are read");
        assert_eq!(
            incidents.iter().map(|one| one.state).collect::<Vec<_>>(),
            [State::New, State::Closed, State::Cancelled, State::Resolved]
        );
        let running = &incidents[0];
        assert_eq!(running.update.as_ref().map(|update| update.audience), Some(Audience::Technical));
        assert_eq!(
            running.promise.as_ref().map(|promise| (promise.due_at, promise.reminded)),
            Some((instant(9_000_000), 0))
        );
        let windows: Vec<(i64, Option<i64>, i64, Option<i64>)> = opened
            .read(|tx| {
                Box::pin(async move {
                    tx.all(
                        "SELECT number, service_id, from_at, until_at FROM impact_window ORDER BY number",
                        Vec::new(),
                    )
                    .await
                })
            })
            .await
            .expect("the windows are read");
        // What was no incident affected nothing; the others were affected from their start, else from their declaration.
        assert_eq!(
            windows,
            [(1, Some(1), 500_000, None), (2, None, 1_000_000, Some(4_000_000)), (4, None, 1_000_000, Some(4_000_000))]
        );
        let closes: Vec<(String, i64)> = opened
            .read(|tx| {
                Box::pin(async move {
                    tx.all("SELECT subject, due_at FROM timer WHERE kind = 'close' AND state = 'armed'", Vec::new())
                        .await
                })
            })
            .await
            .expect("the timers are read");
        assert_eq!(closes, [("INC-4".to_owned(), 604_804_000_000)], "what was resolved closes by itself");
        opened.close().await;
    }
}
