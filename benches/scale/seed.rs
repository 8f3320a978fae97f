//! A past of any length, written table by table.
//!
//! The entries are copies of a story that the journal itself wrote, so that they read as entries do; their heads are copies too, so this
//! chain would not verify.

use chrono::{DateTime, TimeDelta, Utc};
use wardroom::args;
use wardroom::journal::{self, Actor, Change, Draft, Fact};
use wardroom::number::Kind;
use wardroom::setup;
use wardroom::snowflake::{GuildId, UserId};
use wardroom::store::search::words;
use wardroom::store::{Store, Tx, Work};

/// The guild whose past it is.
pub const GUILD: GuildId = GuildId(42);
/// The guild whose journal has the story that is copied.
const MODEL: GuildId = GuildId(41);
/// One of the fifty who report and lead.
pub const PERSON: UserId = UserId(17);
/// A word that stands in three titles.
pub const RARE: &str = "zanzibar";
/// What is open, however long the past.
const OPEN: i64 = 250;
/// Incidents or entries that one statement writes, so that no transaction grows beyond measure.
const AT_ONCE: i64 = 20_000;

/// How much there is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Incidents.
    pub incidents: i64,
    /// Entries about each.
    pub entries: i64,
}

/// Fills the database at `url`.
pub async fn fill(url: &str, size: Size) {
    let store = Store::open(url).await.expect("the database opens");
    write(&store, move |tx| Box::pin(model(tx, size.entries))).await;
    for sql in BEFORE {
        write(&store, move |tx| Box::pin(async move { tx.execute(sql, args![GUILD, MODEL]).await.map(drop) })).await;
    }
    let scope = words::scope(GUILD, Kind::Incident);
    let postgres = !url.starts_with("sqlite");
    let mut from = 1;
    while from <= size.incidents {
        let to = (from + AT_ONCE - 1).min(size.incidents);
        for (text, sql) in statements(postgres, &scope) {
            let sql: &'static str = sql.leak();
            let open = size.incidents - OPEN;
            let args = match text {
                What::Incidents => args![GUILD, from, to, open],
                What::Entries => args![GUILD, from, to, MODEL, size.entries],
                What::Words => args![GUILD, from, to],
            };
            write(&store, move |tx| {
                let args = args.clone();
                Box::pin(async move { tx.execute(sql, args).await.map(drop) })
            })
            .await;
        }
        from = to + 1;
    }
    write(&store, |tx| {
        Box::pin(async move {
            tx.execute("INSERT INTO self (name, value) VALUES ('search', '1')", Vec::new()).await.map(drop)
        })
    })
    .await;
    if postgres {
        write(&store, |tx| Box::pin(async move { tx.execute("ANALYZE", Vec::new()).await.map(drop) })).await;
    }
    store.close().await;
}

/// One unit of work.
pub async fn write(store: &Store, job: impl for<'t> Fn(&'t mut Tx) -> Work<'t, ()> + Send + Sync + 'static) {
    store.write(job).await.expect("the past is written");
}

fn morning() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T10:00:00Z").expect("a date").to_utc()
}

/// A story of so many entries, of which two in five are texts.
async fn model(tx: &mut Tx, entries: i64) -> Result<(), wardroom::error::Error> {
    setup::store::find_or_start(tx, GUILD, morning()).await?;
    setup::store::find_or_start(tx, MODEL, morning()).await?;
    for place in 0..entries {
        let text = |text: &str| vec![Change::new("text", Fact::Text(text.to_owned()))];
        let (action, changes) = match place % 5 {
            0 => ("incident.declare", vec![Change::new("title", Fact::Text("Payments time out".to_owned()))]),
            1 => ("incident.ack", vec![Change::new("state", Fact::Plain("in-progress".to_owned()))]),
            2 => ("incident.note", text("The database of the terminals is full, and its log cannot be moved")),
            3 => ("incident.update", text("We add a disk to the database and restart the terminals one after another")),
            _ => ("incident.role", vec![Change::new("commander", Fact::Person(UserId(18)))]),
        };
        let draft = Draft {
            actor: Actor::Person(PERSON, "Ada".to_owned()),
            authority: "responder: by role".to_owned(),
            source: "interaction:1".to_owned(),
            action,
            subject: "INC-1".to_owned(),
            event_at: morning() + TimeDelta::minutes(place),
            changes,
        };
        journal::append(tx, MODEL, morning() + TimeDelta::minutes(place), draft).await?;
    }
    Ok(())
}

/// `$1` the guild, `$2` the model.
const BEFORE: [&str; 1] = ["INSERT INTO service (guild_id, service_id, name, name_key, tier, version)
     WITH RECURSIVE s (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM s WHERE id < 12)
     SELECT $1, id, 'service ' || id, 'service ' || id, 3, 1 FROM s WHERE $2 > 0"];

#[derive(Clone, Copy)]
enum What {
    /// `$1` the guild, `$2` and `$3` the first and the last number, `$4` the last that is over.
    Incidents,
    /// `$1` to `$3` the same, `$4` the model, `$5` its entries.
    Entries,
    /// `$1` to `$3` the same.
    Words,
}

const INCIDENTS: &str = "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority, priority_fixed, major,
                           restricted, reporter_id, commander_id, declared_at, acknowledged_implied, service_id, reopened)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, n, 1, CASE WHEN n > $4 THEN 'new' WHEN n % 20 = 0 THEN 'cancelled' ELSE 'closed' END, 'live',
            'Payments time out at terminal ' || n || CASE WHEN n IN (100, 200, 300) THEN ' zanzibar' ELSE '' END,
            'medium', 'medium', 1 + n % 5, 0, 0, CASE WHEN n % 100 = 0 AND n > 300 THEN 1 ELSE 0 END, 1 + n * 7 % 50,
            CASE WHEN n % 3 = 0 THEN 1 + n * 11 % 50 END, 1700000000000000 + n * 60000000, 0, 1 + n % 12, 0
       FROM c";
const ENTRIES: &str = "INSERT INTO journal_entry (guild_id, seq, entry_at, event_at, action, subject, entry, head)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + e.seq, e.entry_at, e.event_at, e.action, 'INC-' || n, e.entry, e.head
       FROM c, journal_entry e WHERE e.guild_id = $4";
const TEXTS: &str = "INSERT INTO journal_text (guild_id, seq, field, salt, body)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + t.seq, t.field, t.salt, t.body FROM c, journal_text t WHERE t.guild_id = $4";
const PEOPLE: &str = "INSERT INTO journal_identity (guild_id, seq, field, user_id)
     WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
     SELECT $1, (n - 1) * $5 + i.seq, i.field, i.user_id FROM c, journal_identity i WHERE i.guild_id = $4";

/// What is written for each run of numbers, in order. `scope` stands before each word, as `store::search` writes them.
fn statements(postgres: bool, scope: &str) -> Vec<(What, String)> {
    let words = if postgres { postgres_words(scope) } else { sqlite_words(scope) };
    let tables =
        [(What::Incidents, INCIDENTS), (What::Entries, ENTRIES), (What::Entries, TEXTS), (What::Entries, PEOPLE)];
    tables.into_iter().map(|(what, sql)| (what, sql.to_owned())).chain(words).collect()
}

const TITLE: [&str; 5] = ["payments", "time", "out", "at", "terminal"];
const NOTE: [&str; 12] =
    ["the", "database", "of", "terminals", "is", "full", "and", "its", "log", "cannot", "be", "moved"];

/// The starts of the words of a title.
fn starts() -> Vec<&'static str> {
    let of = |word: &'static str| (1..word.len().min(9)).map(move |length| &word[..length]);
    let mut starts: Vec<&str> = TITLE.into_iter().flat_map(of).collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

fn sqlite_words(scope: &str) -> Vec<(What, String)> {
    let line = |field: char, words: &[&str]| {
        words.iter().map(|word| format!("{scope}{field}{word}")).collect::<Vec<_>>().join(" ")
    };
    let (title, starts, note, around) = (line('t', &TITLE), line('s', &starts()), line('b', &NOTE), line('a', &TITLE));
    let records = "INSERT INTO search_record (guild_id, record, part)
         SELECT guild_id, 'INC-' || number, 0 FROM incident WHERE guild_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number";
    let parts = "INSERT INTO search_record (guild_id, record, part)
         WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
         SELECT $1, 'INC-' || n, (n - 1) * $5 + e.seq FROM c, journal_entry e
          WHERE e.guild_id = $4 AND e.action IN ('incident.note', 'incident.update') ORDER BY n, e.seq";
    let texts = format!(
        "INSERT INTO search_text (rowid, words)
         SELECT search_id,
                CASE part WHEN 0 THEN '{title} {starts} {scope}t' || substr(record, 5) ||
                     CASE WHEN record IN ('INC-100', 'INC-200', 'INC-300') THEN ' {scope}t{RARE}' ELSE '' END
                ELSE '{note} {around} {scope}a' || substr(record, 5) END
           FROM search_record WHERE search_id > (SELECT COALESCE(MAX(id), 0) FROM search_text_content) ORDER BY search_id"
    );
    vec![(What::Words, records.to_owned()), (What::Entries, parts.to_owned()), (What::Words, texts)]
}

fn postgres_words(scope: &str) -> Vec<(What, String)> {
    let line = |field: char, words: &[&str]| {
        words.iter().map(|word| format!("''{scope}{field}{word}''")).collect::<Vec<_>>().join(" ")
    };
    let (title, starts) = (line('t', &TITLE), line('s', &starts()));
    let records = format!(
        "INSERT INTO search (guild_id, record, part, words)
         SELECT guild_id, 'INC-' || number, 0, CAST('{title} {starts} ''{scope}t' || number || '''' ||
                CASE WHEN number IN (100, 200, 300) THEN ' ''{scope}t{RARE}''' ELSE '' END AS tsvector)
           FROM incident WHERE guild_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number"
    );
    let parts = format!(
        "INSERT INTO search (guild_id, record, part, words)
         WITH RECURSIVE c (n) AS (SELECT $2 UNION ALL SELECT n + 1 FROM c WHERE n < $3)
         SELECT $1, 'INC-' || n, (n - 1) * $5 + e.seq, CAST('{} {}' AS tsvector) FROM c, journal_entry e
          WHERE e.guild_id = $4 AND e.action IN ('incident.note', 'incident.update') ORDER BY n, e.seq",
        line('b', &NOTE),
        line('a', &TITLE)
    );
    vec![(What::Words, records), (What::Entries, parts)]
}
