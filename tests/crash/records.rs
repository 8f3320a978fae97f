//! What the database holds: looked at from outside while the bot runs, and through the store once it has ended.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use sqlx::Connection;
use wardroom::args;
use wardroom::clock::instant;
use wardroom::incident::tasks::Task;
use wardroom::incident::{self, Incident};
use wardroom::journal::format::Entry;
use wardroom::journal::{self, Told, Verdict};
use wardroom::number::{Kind, Number};
use wardroom::setup;
use wardroom::snowflake::GuildId;
use wardroom::store::Store;

/// A database, and a folder for what belongs to it; both go away, unless something was wrong.
pub struct Database {
    pub name: &'static str,
    url: String,
    folder: PathBuf,
    pub keep: bool,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = folder();
        let url = format!("sqlite://{}", folder.join("wardroom.db").display());
        Self { name: "SQLite", url, folder, keep: false }
    }

    pub fn postgres(url: String) -> Self {
        Self { name: "PostgreSQL", url, folder: folder(), keep: false }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is not yet said, and what is still to fall due until `until`; plans for hours and days ahead are left alone. The bot may run
    /// meanwhile.
    pub async fn unsettled(&self, until: DateTime<Utc>) -> Result<(i64, i64), sqlx::Error> {
        const COUNTS: &str = "SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('waiting', 'pending', 'sending')),
                                     (SELECT COUNT(*) FROM timer WHERE state = 'armed' AND due_at <= $1)";
        let until = until.timestamp_micros();
        if self.url.starts_with("sqlite:") {
            let options = sqlx::sqlite::SqliteConnectOptions::from_str(&self.url)?.read_only(true);
            let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
            let counts = sqlx::query_as(COUNTS).bind(until).fetch_one(&mut connection).await;
            connection.close().await?;
            counts
        } else {
            let mut connection = sqlx::PgConnection::connect(&self.url).await?;
            let counts = sqlx::query_as(COUNTS).bind(until).fetch_one(&mut connection).await;
            connection.close().await?;
            counts
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A panic keeps it too: whoever looks for its cause wants to see it.
        if !self.keep && !std::thread::panicking() {
            drop(std::fs::remove_dir_all(&self.folder));
        }
    }
}

fn folder() -> PathBuf {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("wardroom-crash-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the bot");
    folder
}

/// A row of the outbox.
pub struct Said {
    pub key: String,
    pub kind: String,
    pub state: String,
    pub channel: Option<u64>,
    pub message: Option<u64>,
    pub payload: String,
    pub error: Option<String>,
}

/// A plan for a time.
pub struct Timer {
    pub kind: String,
    /// A record, or a part of one: `INC-7/2`.
    pub subject: String,
    pub due_at: DateTime<Utc>,
    pub state: String,
}

/// All that the oracle asks of the database.
pub struct Records {
    pub verdict: Verdict,
    /// By the event that caused them, such as `interaction:123`.
    pub by_source: BTreeMap<String, Vec<Told>>,
    /// By number, in the order of their writing.
    pub by_incident: BTreeMap<i64, Vec<Told>>,
    pub incidents: Vec<Incident>,
    pub said: Vec<Said>,
    /// By record, such as `REV-7`: card and thread.
    pub rooms: BTreeMap<String, (Option<u64>, Option<u64>)>,
    pub timers: Vec<Timer>,
    pub tasks: Vec<Task>,
    /// Answers that the inbox holds, by event.
    pub answered: Vec<String>,
}

impl Records {
    pub async fn read(url: &str) -> Self {
        let store = Store::open(url).await.expect("the database opens after the bot has ended");
        let guilds = store.read(|tx| Box::pin(setup::store::all(tx))).await.expect("guilds can be read");
        let [guild] = guilds.as_slice() else { panic!("there is one server, and not {}", guilds.len()) };
        let guild = *guild;
        let verdict = journal::verify(&store, guild).await.expect("the journal can be walked");
        let mut records = store
            .read(move |tx| Box::pin(async move { read(tx, guild).await }))
            .await
            .expect("the records can be read");
        records.verdict = verdict;
        store.close().await;
        records
    }
}

type Row = (String, String, String, Option<i64>, Option<i64>, String, Option<String>);

async fn read(tx: &mut wardroom::store::Tx, guild: GuildId) -> Result<Records, wardroom::error::Error> {
    let entries: Vec<(i64, String, Vec<u8>)> =
        tx.all("SELECT seq, subject, entry FROM journal_entry WHERE guild_id = $1 ORDER BY seq", args![guild]).await?;
    let numbers: Vec<(i64,)> =
        tx.all("SELECT number FROM incident WHERE guild_id = $1 ORDER BY number", args![guild]).await?;
    let (mut incidents, mut tasks, mut by_incident) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (value,) in numbers {
        let number = Number { kind: Kind::Incident, value };
        incidents.extend(incident::store::find(tx, guild, number).await?);
        tasks.extend(incident::tasks::store::of(tx, guild, number).await?);
        by_incident.insert(value, journal::about(tx, guild, &number.to_string()).await?);
    }
    let mut by_source: BTreeMap<String, Vec<Told>> = BTreeMap::new();
    for (seq, subject, bytes) in entries {
        let source = Entry::decode(&bytes).map_or_else(|| format!("entry {seq} cannot be read"), |entry| entry.source);
        if let Some(told) = journal::entry(tx, guild, &subject, seq).await? {
            by_source.entry(source).or_default().push(told);
        }
    }
    let rows: Vec<Row> = tx
        .all(
            "SELECT dedupe_key, kind, state, channel_id, message_id, payload, last_error FROM outbox ORDER BY outbox_id",
            Vec::new(),
        )
        .await?;
    let said = rows
        .into_iter()
        .map(|(key, kind, state, channel, message, payload, error)| Said {
            key,
            kind,
            state,
            channel: channel.map(i64::cast_unsigned),
            message: message.map(i64::cast_unsigned),
            payload,
            error,
        })
        .collect();
    let rooms: Vec<(String, Option<i64>, Option<i64>)> =
        tx.all("SELECT record, message_id, thread_id FROM room WHERE guild_id = $1", args![guild]).await?;
    let rooms = rooms
        .into_iter()
        .map(|(record, card, thread)| (record, (card.map(i64::cast_unsigned), thread.map(i64::cast_unsigned))))
        .collect();
    let timers: Vec<(String, String, i64, String)> = tx
        .all("SELECT kind, subject, due_at, state FROM timer WHERE guild_id = $1 ORDER BY timer_id", args![guild])
        .await?;
    let timers = timers
        .into_iter()
        .map(|(kind, subject, due_at, state)| Timer { kind, subject, due_at: instant(due_at), state })
        .collect();
    let inbox: Vec<(String, i64)> = tx.all("SELECT source, external_id FROM inbox", Vec::new()).await?;
    Ok(Records {
        verdict: Verdict::Sound { entries: 0, head: Default::default() },
        by_source,
        by_incident,
        incidents,
        said,
        rooms,
        timers,
        tasks,
        answered: inbox.into_iter().map(|(source, id)| format!("{source}:{}", id.cast_unsigned())).collect(),
    })
}
