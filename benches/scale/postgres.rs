//! Databases of a PostgreSQL server that come and go.

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor};

/// As many as there are comparisons, and two each.
pub const DATABASES: u32 = 4;

fn name(number: u32) -> String {
    format!("wardroom_scale_{}_{number}", std::process::id())
}

async fn execute(server: &str, sql: String) {
    let options: PgConnectOptions = server.parse().expect("--postgres is a URL");
    let mut connection = options.connect().await.expect("the server answers");
    connection.execute(AssertSqlSafe(sql)).await.expect("the server obeys");
    connection.close().await.expect("it closes");
}

/// A new, empty database on `server`, as a URL.
pub async fn new_database(server: &str, number: u32) -> String {
    execute(server, format!("CREATE DATABASE {}", name(number))).await;
    let options: PgConnectOptions = server.parse().expect("--postgres is a URL");
    options.database(&name(number)).to_url_lossy().to_string()
}

/// All are gone.
pub async fn drop_databases(server: &str) {
    for number in 1..=DATABASES {
        execute(server, format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name(number))).await;
    }
}
