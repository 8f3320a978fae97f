//! What wardroom is measured against: a serenity handler that inserts one row, with the same durability, and answers.

use std::str::FromStr;
use std::time::Duration;

use serenity::all::{
    ClientBuilder, Command, CommandInteraction, Context, CreateInteractionResponse, CreateInteractionResponseMessage,
    EventHandler, GatewayIntents, HttpBuilder, Interaction, Ready,
};
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use wardroom::command::catalogue::CATALOGUE;

/// The word by which this program is told to be the bare bot.
pub const ARGUMENT: &str = "--be-the-bare-bot";

struct Handler {
    database: SqlitePool,
}

#[serenity::async_trait]
impl EventHandler for Handler {
    async fn ready(&self, context: Context, _: Ready) {
        // The same commands as wardroom's, so that the same lines can be typed.
        let commands: Vec<Command> =
            context.http.create_global_commands(&CATALOGUE.raw()).await.expect("the commands are registered");
        assert!(!commands.is_empty());
    }

    async fn interaction_create(&self, context: Context, interaction: Interaction) {
        let Interaction::Command(command) = interaction else { return };
        let id = self.insert(&command).await;
        let message = CreateInteractionResponseMessage::new().ephemeral(true).content(format!("That is number {id}."));
        let answered = command.create_response(&context.http, CreateInteractionResponse::Message(message)).await;
        answered.expect("the answer is taken");
    }
}

impl Handler {
    async fn insert(&self, command: &CommandInteraction) -> i64 {
        let options = serde_json::to_string(&command.data.options).expect("options are JSON");
        sqlx::query("INSERT INTO command (guild_id, channel_id, user_id, name, options) VALUES ($1, $2, $3, $4, $5)")
            .bind(command.guild_id.map(|id| id.get().cast_signed()))
            .bind(command.channel_id.get().cast_signed())
            .bind(command.user.id.get().cast_signed())
            .bind(&command.data.name)
            .bind(options)
            .execute(&self.database)
            .await
            .expect("the row is inserted")
            .last_insert_rowid()
    }
}

/// Is the bare bot, until it is killed.
pub async fn run(base: &str, token: &str, database: &str) {
    // As wardroom sets its own writer.
    let options = SqliteConnectOptions::from_str(database)
        .expect("the address of a database")
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .foreign_keys(true)
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.expect("the database opens");
    sqlx::query(
        "CREATE TABLE IF NOT EXISTS command (id INTEGER PRIMARY KEY, guild_id INTEGER, channel_id INTEGER NOT NULL,
                                             user_id INTEGER NOT NULL, name TEXT NOT NULL, options TEXT NOT NULL) STRICT",
    )
    .execute(&pool)
    .await
    .expect("the table is made");
    let http = HttpBuilder::new(token).proxy(base).ratelimiter_disabled(true).build();
    let intents = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES;
    let client = ClientBuilder::new_with_http(http, intents).event_handler(Handler { database: pool });
    client.await.expect("a client").start().await.expect("the client runs");
}
