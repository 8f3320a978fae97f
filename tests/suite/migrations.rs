//! The two folders of migrations tell of the same tables, and each step keeps the data before it.

use std::collections::BTreeMap;

use wardroom::store::Store;

use crate::desk::Database;

/// Tables that the databases have for themselves: their text search, and the migrator's own.
fn is_own(table: &str) -> bool {
    table.starts_with("search") || table.starts_with("sqlite_") || table == "_sqlx_migrations"
}

async fn columns(store: &Store, sql: &'static str) -> BTreeMap<String, Vec<String>> {
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
        let sql = match database {
            Database::Sqlite(_) => {
                "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
            }
            Database::Postgres(_) => {
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
                  WHERE table_schema = 'public'"
            }
        };
        found.push(columns(&store, sql).await);
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
