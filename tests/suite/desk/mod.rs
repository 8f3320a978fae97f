//! The desk of the stories: a playground, the bot, a clock that stands until it is moved, and a database of each kind in turn.

pub mod postgres;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use wardroom::bot::{self, Ended, Parts};
use wardroom::clock::Clock;
use wardroom::incident;
use wardroom::journal::{self, Verdict};
use wardroom::playground::{Answer, Message, Options, Person, Place, Playground, World};
use wardroom::setup;
use wardroom::store::Store;

use crate::contract::Contract;

/// Tuesday, 24 November 2026, 10:00 UTC.
pub fn morning() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-24T10:00:00Z").expect("a date").to_utc()
}

/// How long anything may take before a story is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A database of a test's own.
pub enum Database {
    /// A file in a folder that goes away.
    Sqlite(PathBuf),
    /// A database on a server.
    Postgres(String),
}

impl Database {
    /// One of each kind that is there.
    pub async fn each() -> Vec<Self> {
        let mut databases = vec![Self::sqlite()];
        if let Some(server) = postgres::server() {
            databases.push(Self::Postgres(postgres::new_database(server).await));
        }
        databases
    }

    /// A SQLite file in a folder of its own.
    pub fn sqlite() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("wardroom-test-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a folder for the database");
        Self::Sqlite(folder)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite://{}", folder.join("wardroom.db").display()),
            Self::Postgres(url) => url.clone(),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Sqlite(folder) = self {
            drop(std::fs::remove_dir_all(folder));
        }
    }
}

/// A bot at work in a playground.
pub struct Desk {
    pub playground: Playground,
    pub clock: Clock,
    pub store: Arc<Store>,
    pub alice: Person,
    pub bob: Person,
    pub carla: Person,
    pub dev: Person,
    database: Database,
    running: tokio::sync::Mutex<Option<Running>>,
}

/// A bot at work: how it is stopped, and how it ended.
type Running = (CancellationToken, tokio::task::JoinHandle<Ended>);

fn run(store: &Arc<Store>, clock: &Clock, playground: &Playground) -> Running {
    let stop = CancellationToken::new();
    let parts = Parts {
        store: store.clone(),
        clock: clock.clone(),
        discord: playground.url(),
        token: SecretString::from(playground.token().to_owned()),
        lease: Duration::from_secs(30),
        http: None,
    };
    (stop.clone(), tokio::spawn(bot::run(parts, stop, None)))
}

impl Desk {
    /// Plays `story` on each database, in the sample server, and looks afterwards whether everything is as it must be.
    pub async fn on_each_database(story: impl AsyncFn(&Desk)) {
        Self::on_each_database_from(morning(), story).await;
    }

    /// The same, where the story begins at `start`.
    pub async fn on_each_database_from(start: DateTime<Utc>, story: impl AsyncFn(&Desk)) {
        for database in Database::each().await {
            let desk = Self::open_with(Clock::frozen(start), database, World::sample()).await;
            // The same sentences are expected on each database.
            tokio::task::block_in_place(|| {
                insta::allow_duplicates! { tokio::runtime::Handle::current().block_on(story(&desk)) }
            });
            desk.close().await;
        }
    }

    /// A desk on SQLite alone, for what does not depend on the database.
    pub async fn on_sqlite(story: impl AsyncFn(&Desk)) {
        let desk = Self::open(Database::sqlite(), World::sample()).await;
        story(&desk).await;
        desk.close().await;
    }

    pub async fn open(database: Database, world: World) -> Self {
        Self::open_with(Clock::frozen(morning()), database, world).await
    }

    /// A desk with that clock. One that goes by itself is left alone: nothing here moves it.
    pub async fn open_with(clock: Clock, database: Database, world: World) -> Self {
        Self::open_apart(clock, TimeDelta::zero(), database, world).await
    }

    /// A desk whose playground has a clock that is `ahead` of the bot's.
    pub async fn open_apart(clock: Clock, ahead: TimeDelta, database: Database, world: World) -> Self {
        let (reading, own) = (clock.reading(), clock.clone());
        let there: wardroom::playground::Clock =
            if ahead.is_zero() { reading } else { Arc::new(move || own.now() + ahead) };
        let options = Options { clock: there, rate_limits: false, ..Options::default() };
        Self::open_as(options, clock, database, world).await
    }

    /// A desk at a playground with these `options`.
    pub async fn open_as(options: Options, clock: Clock, database: Database, world: World) -> Self {
        let playground = Playground::start(options, world).await.expect("the playground starts");
        let store = Arc::new(Store::open(&database.url()).await.expect("the database opens"));
        let running = tokio::sync::Mutex::new(Some(run(&store, &clock, &playground)));
        playground.wait_ready().await;
        assert!(playground.wait_commands().await, "the commands are registered");
        let person = |name: &str| playground.person(name);
        let (alice, bob, carla, dev) = (person("alice"), person("bob"), person("carla"), person("dev"));
        Self { playground, clock, store, alice, bob, carla, dev, database, running }
    }

    /// The administrator sets up what the sample server has: the incidents channel, the responders' role, three services.
    pub async fn set_up(&self) {
        let id = |id: wardroom::playground::Id| Value::from(id.to_string());
        let channel = |purpose: &str| json!({"purpose": purpose, "channel": id(self.playground.channel(purpose))});
        self.dev.slash("general", "setup channel", channel("incidents")).await;
        self.dev.slash("general", "setup channel", channel("management")).await;
        let role = json!({"capability": "responder", "role": id(self.playground.role("Responders"))});
        self.dev.slash("general", "setup role", role).await;
        for name in ["checkout", "payments", "reporting"] {
            self.dev.slash("general", "service add", json!({"name": name})).await;
        }
    }

    /// Stops the bot, does `meanwhile`, and starts a bot anew on the same records.
    pub async fn restart(&self, meanwhile: impl Future<Output = ()>) {
        let mut running = self.running.lock().await;
        if let Some((stop, bot)) = running.take() {
            stop.cancel();
            assert_eq!(bot.await.expect("the bot ends"), Ended::Stopped);
        }
        meanwhile.await;
        *running = Some(run(&self.store, &self.clock, &self.playground));
        assert!(self.playground.wait_ready().await, "the bot is back");
    }

    /// A server that is set up, where Alice has declared that checkout is down.
    pub async fn set_up_and_declared(&self, priority: &str) {
        self.set_up().await;
        let told = json!({"title": "checkout is down", "priority": priority, "service": "checkout"});
        self.alice.slash("general", "incident declare", told).await;
        self.settle().await;
    }

    /// Moves the clock, and waits until all that was due has happened.
    pub async fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
        self.settle().await;
    }

    /// Waits until nothing is left to be said, or to be fetched. The clock moves by seconds meanwhile, since edits of a card keep a distance.
    pub async fn settle(&self) {
        let give_up = Instant::now() + PATIENCE;
        loop {
            // Timers first: what one that fires meanwhile has to say is seen by the look behind it.
            let due = self.due_timers().await;
            let (waiting,): (i64,) = self
                .store
                .read(|tx| {
                    Box::pin(async move {
                        tx.optional(
                            "SELECT (SELECT COUNT(*) FROM outbox WHERE state IN ('pending', 'sending', 'waiting'))
                                  + (SELECT COUNT(*) FROM capture_file WHERE state IN ('pending', 'fetching'))",
                            Vec::new(),
                        )
                        .await
                        .map(Option::unwrap_or_default)
                    })
                })
                .await
                .expect("the outbox can be read");
            if waiting == 0 && due == 0 {
                return;
            }
            assert!(Instant::now() < give_up, "{waiting} things are still unsaid or unfetched, {due} timers still due");
            if self.clock.is_frozen() {
                self.clock.advance(TimeDelta::milliseconds(200));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn due_timers(&self) -> usize {
        let now = self.clock.now();
        self.store
            .read(move |tx| Box::pin(async move { wardroom::timer::due(tx, now, 100).await }))
            .await
            .expect("timers can be read")
            .len()
    }

    /// `person` types `text`; the reply of the bot, once it is there and everything else is said.
    pub async fn typed(&self, person: &Person, place: impl Into<Place>, text: &str) -> Message {
        let place = place.into();
        let id = person.says(place.clone(), text).await;
        let answers = move |message: &Message| message.reply_to.is_some_and(|(_, to)| to == id);
        let reply = self.playground.wait_for(place, answers, PATIENCE).await;
        self.settle().await;
        reply
    }

    /// Where its database is.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// Which kind of database it has.
    pub fn kind(&self) -> &'static str {
        if matches!(self.database, Database::Sqlite(_)) { "sqlite" } else { "postgres" }
    }

    /// Changes the database behind the bot's back, in the words of each kind.
    pub async fn edit_database(&self, sqlite: &'static str, postgres: &'static str) {
        let Database::Postgres(url) = &self.database else {
            let edit = self.store.write(move |tx| Box::pin(async move { tx.execute(sqlite, Vec::new()).await }));
            edit.await.expect("a database can be edited");
            return;
        };
        let options: sqlx::postgres::PgConnectOptions = url.parse().expect("a URL");
        let mut raw = sqlx::ConnectOptions::connect(&options).await.expect("it connects");
        sqlx::Executor::execute(&mut raw, postgres).await.expect("a database can be edited");
    }

    /// Whether `text` stands in a column of a table.
    pub async fn database_holds(&self, table: &'static str, column: &'static str, text: &'static str) -> bool {
        // One statement a table, since statements are static: what is asked is a handful.
        let sql = match (table, column) {
            ("outbox", "payload") => "SELECT COUNT(*) FROM outbox WHERE payload LIKE '%' || $1 || '%'",
            ("incident", "title") => {
                "SELECT COUNT(*) FROM incident
                  WHERE title || COALESCE(description, '') || COALESCE(last_update, '') || COALESCE(resolution_summary, '')
                        || COALESCE(previous, '') LIKE '%' || $1 || '%'"
            }
            ("journal_text", "body") => "SELECT COUNT(*) FROM journal_text WHERE body LIKE '%' || $1 || '%'",
            ("inbox", "answer") => "SELECT COUNT(*) FROM inbox WHERE answer LIKE '%' || $1 || '%'",
            ("form", "draft") => "SELECT COUNT(*) FROM form WHERE draft LIKE '%' || $1 || '%'",
            other => panic!("nobody asks for {other:?}"),
        };
        let found: Option<(i64,)> = self
            .store
            .read(move |tx| Box::pin(async move { tx.optional(sql, wardroom::args![text]).await }))
            .await
            .expect("the table can be read");
        found.is_some_and(|(count,)| count > 0)
    }

    /// Whether the search index holds a part of a word, in whatever page of its own.
    pub async fn search_holds(&self, part: &'static str) -> bool {
        let sql = match self.database {
            Database::Sqlite(_) => {
                "SELECT (SELECT COUNT(*) FROM search_text_content WHERE c0 LIKE '%' || $1 || '%')
                      + (SELECT COUNT(*) FROM search_text_data WHERE instr(block, CAST($1 AS BLOB)) > 0)"
            }
            Database::Postgres(_) => "SELECT COUNT(*) FROM search WHERE CAST(words AS TEXT) LIKE '%' || $1 || '%'",
        };
        let found: Option<(i64,)> = self
            .store
            .read(move |tx| Box::pin(async move { tx.optional(sql, wardroom::args![part]).await }))
            .await
            .expect("the index can be read");
        found.is_some_and(|(count,)| count > 0)
    }

    /// Empties the search index and forgets that it was filled, as a migration that changes it does.
    pub async fn lose_search(&self) {
        let empty: &[&str] = match self.database {
            Database::Sqlite(_) => &["DELETE FROM search_text", "DELETE FROM search_record"],
            Database::Postgres(_) => &["DELETE FROM search"],
        };
        let lost = self.store.write(move |tx| {
            Box::pin(async move {
                for sql in empty {
                    tx.execute(sql, Vec::new()).await?;
                }
                tx.execute("DELETE FROM self WHERE name = 'search'", Vec::new()).await.map(drop)
            })
        });
        lost.await.expect("it is lost");
    }

    /// Waits until `/setup check` says that Discord refused `what`; false when it does not come to that.
    pub async fn eventually_refused(&self, what: &str) -> bool {
        let give_up = Instant::now() + PATIENCE;
        loop {
            let check = self.dev.slash("general", "setup check", json!({})).await.finished().await;
            let found = check.text().contains(&format!("Discord refused {what}"));
            if found || Instant::now() > give_up {
                return found;
            }
        }
    }

    /// What stands in `place`, oldest first, one message a line.
    pub fn seen_in(&self, place: impl Into<Place>) -> String {
        let messages = self.playground.messages(place);
        self.tidy(&messages.iter().map(Message::text).collect::<Vec<_>>().join("\n---\n"))
    }

    /// The text of an answer, with ids and times made readable.
    pub fn text(&self, answer: &Answer) -> String {
        assert!(answer.is_answered(), "there was no answer: {:?}", answer.outcome);
        self.tidy(&answer.text())
    }

    /// Ids become names and instants become times of this morning, so that snapshots hold.
    pub fn tidy(&self, text: &str) -> String {
        let mut tidy = text.to_owned();
        for person in [&self.alice, &self.bob, &self.carla, &self.dev] {
            let first = person.name().split(' ').next().unwrap_or_default().to_lowercase();
            tidy = tidy.replace(&person.mention(), &format!("@{first}"));
        }
        for channel in ["general", "incidents", "management", "operations"] {
            tidy = tidy.replace(&format!("<#{}>", self.playground.channel(channel)), &format!("#{channel}"));
        }
        tidy = tidy.replace(&format!("<@&{}>", self.playground.role("Responders")), "@&Responders");
        tidy = tidy.replace(&format!("<@{}>", self.playground.bot_id()), "@wardroom");
        let stamp = regex::Regex::new(r"<t:(\d+):[a-zA-Z]>( \(<t:\d+:R>\))?").expect("a pattern");
        let tidy = stamp.replace_all(&tidy, |found: &regex::Captures<'_>| {
            let at = DateTime::from_timestamp(found[1].parse().expect("seconds"), 0).expect("an instant");
            format!("⟨{}⟩", at.format("%H:%M"))
        });
        let threads = regex::Regex::new(r"<#\d{15,}>").expect("a pattern");
        threads.replace_all(&tidy, "#room").into_owned()
    }

    /// The card of an incident, as it stands in #incidents.
    pub fn card(&self, number: &str) -> Message {
        let cards = self.playground.messages("incidents");
        cards
            .into_iter()
            .find(|message| message.is_v2() && message.text().contains(&format!("{number} ")))
            .unwrap_or_else(|| panic!("{number} has no card"))
    }

    /// The room of an incident.
    pub fn room(&self, number: &str) -> Place {
        let card = self.card(number);
        Place::from(card.id)
    }

    /// Stops the bot and looks whether everything is as it must be: the journal verifies, and every request was one that Discord's own
    /// document allows.
    pub async fn close(self) {
        self.settle().await;
        if let Some((stop, bot)) = self.running.lock().await.take() {
            stop.cancel();
            assert_eq!(bot.await.expect("the bot ends"), Ended::Stopped);
        }
        let guilds = self.store.read(|tx| Box::pin(setup::store::all(tx))).await.expect("guilds can be read");
        for guild in guilds {
            let verdict = journal::verify(&self.store, guild).await.expect("the journal can be read");
            assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
            let differences = incident::audit::differences(&self.store, guild).await.expect("records can be read");
            assert!(differences.is_empty(), "records are not what the journal says: {differences:?}");
        }
        check_contract(&self.playground);
        self.store.close().await;
        self.playground.stop().await;
        drop(self.database);
    }
}

/// Every request of the bot against Discord's own OpenAPI document, where that is present.
pub fn check_contract(playground: &Playground) {
    let Some(contract) = Contract::shared() else { return };
    for request in playground.requests() {
        let path = request.path.trim_start_matches("/api/v10");
        let query = Some(request.query.as_str()).filter(|query| !query.is_empty());
        if let Err(why) = contract.check(&request.method, path, query, &request.body) {
            panic!("{} {} is not Discord's: {why}\n{:#}", request.method, request.path, request.body);
        }
    }
}
