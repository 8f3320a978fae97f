//! The desk: where every invocation is taken in, and every answer comes from.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::context::{Context, Scene};
use super::dispatch::{self, Deed};
use super::form;
use super::outside::Outside;
use crate::chat::answer::{Answer, Choice};
use crate::chat::fetch::{Fetch, Fetched};
use crate::chat::invocation::{Call, Invocation, Source};
use crate::chat::message::Message;
use crate::error::{Error, Failure, Refusal};
use crate::inbox;
use crate::journal::{self, Actor, Change, Fact};
use crate::outbox::effect::Lane;
use crate::outbox::{self, Post, To};
use crate::policy;
use crate::setup::{self, Guild, Surroundings};
use crate::snowflake::{ChannelId, GuildId, MessageId, minted_at};
use crate::store::{Store, Tx};
use crate::transfer;

/// An interaction older than this at first sight is not executed: its token is dead, and the person was told that it failed (DESIGN 3).
const STALE_INTERACTION: TimeDelta = TimeDelta::seconds(3);
/// A typed message is executed up to this age, with its own time (DESIGN 4).
const STALE_MESSAGE: TimeDelta = TimeDelta::minutes(15);
/// After this long a typed message is tried again that met a database which is away.
const FIRST_RETRY: Duration = Duration::from_secs(1);
/// The longest time between two tries; they double until then.
const LAST_RETRY: Duration = Duration::from_secs(15);
/// How long Discord may take to show a guild's channels while a person waits.
const A_LOOK: Duration = Duration::from_secs(1);
/// No interaction is older than the feature (Discord introduced them in December 2020): an id that says so was not minted by Discord's
/// clock, and tells nothing about age.
const FIRST_INTERACTION_MS: i64 = 1_606_780_800_000;

/// Asks Discord how a guild is set up.
pub trait Look: Send + Sync + 'static {
    /// The guild as Discord shows it now, or why it does not.
    fn look(&self, guild: GuildId) -> Pin<Box<dyn Future<Output = Result<Surroundings, String>> + Send + '_>>;
}

/// Takes invocations in and answers them.
#[derive(Clone)]
pub struct Desk {
    store: Arc<Store>,
    look: Arc<dyn Look>,
    files: Arc<dyn Fetch>,
    /// Told after a commit that may have armed a timer.
    armed: Arc<Notify>,
    /// Told after a commit that may have left something to say.
    said: Arc<Notify>,
}

impl Desk {
    /// A desk on `store`. It wakes `armed` and `said` after each commit.
    pub fn new(
        store: Arc<Store>,
        look: Arc<dyn Look>,
        files: Arc<dyn Fetch>,
        armed: Arc<Notify>,
        said: Arc<Notify>,
    ) -> Self {
        Self { store, look, files, armed, said }
    }

    /// Answers `invocation`. Whatever it changed is on disk when this returns.
    pub async fn answer(&self, invocation: Invocation) -> Answer {
        let Some(guild) = invocation.guild else { return outside_of_guilds(&invocation.call) };
        match invocation.call {
            Call::Complete { ref path, ref options, ref focused } => {
                let typed = options.get(focused).map(said).unwrap_or_default();
                let command = path.first().cloned().unwrap_or_default();
                Answer::Choices(self.complete(&invocation, guild, [command, focused.clone(), typed]).await)
            }
            Call::Typed { .. } => self.act(guild, invocation, None, Outside::default()).await,
            _ => self.interaction(guild, invocation).await,
        }
    }

    /// Whether the answer to this call may have to be a form, so that the adapter must not defer it.
    pub fn may_open_form(call: &Call) -> bool {
        match call {
            Call::Slash { path, options } => {
                dispatch::Command::parse(path, options.clone()).is_ok_and(|command| command.may_open_form())
            }
            Call::Button { custom_id } => [
                "incident.update:",
                "incident.resolve:",
                "incident.reopen:",
                "incident.review:",
                "incident.review-return:",
                "incident.task-drop:",
                "incident.form:",
            ]
            .iter()
            .any(|action| custom_id.contains(action)),
            _ => false,
        }
    }

    async fn interaction(&self, guild: GuildId, invocation: Invocation) -> Answer {
        match dispatch::deed(invocation.call.clone()) {
            Ok(deed) if deed.is_read() => self.read(guild, invocation, deed).await,
            Ok(deed) => {
                if let Err(refusal) = self.in_this_guild(guild, &deed).await {
                    return said_no(&refusal.into());
                }
                let outside = self.outside(guild, &invocation, &deed).await;
                self.act(guild, invocation, Some(deed), outside).await
            }
            Err(error) => said_no(&error),
        }
    }

    /// Asks for what the deed needs from outside. What an administrator alone may do is not begun for anybody else: the handler says no.
    async fn outside(&self, guild: GuildId, invocation: &Invocation, deed: &Deed) -> Outside {
        let mut outside = Outside::default();
        if !deed.looks_around() || stale(invocation).is_some() {
            return outside;
        }
        if !deed.is_read() {
            let settings = self.store.read(move |tx| Box::pin(setup::store::find(tx, guild))).await;
            let roles = settings.ok().flatten().map(|settings| settings.roles).unwrap_or_default();
            if policy::administrator(&invocation.member, &roles).is_err() {
                return outside;
            }
        }
        if let Some((file, most)) = deed.file() {
            // One that is said to be too large is not begun, and one that says less than it is ends at its own word.
            outside.file = Some(match file.size {
                size if size > most => Fetched::Refused(transfer::reply::too_large(size)),
                size => self.files.fetch(&file.url, size).await,
            });
        }
        outside.around = Some(self.look.look(guild).await);
        outside
    }

    /// Discord's clients offer a guild's own channels alone; others might not. Where Discord does not answer, nothing is held against it.
    async fn in_this_guild(&self, guild: GuildId, deed: &Deed) -> Result<(), Refusal> {
        let Deed::Command(command) = deed else { return Ok(()) };
        let Some(channel) = command.channel() else { return Ok(()) };
        match tokio::time::timeout(A_LOOK, self.look.look(guild)).await {
            Ok(Ok(around)) if !around.channels.is_empty() && !around.channels.contains_key(&channel) => {
                Err(setup::reply::not_a_channel_of_this_server(channel))
            }
            _ => Ok(()),
        }
    }

    /// Completions, for whoever types, of a command's option as far as it is typed.
    async fn complete(&self, invocation: &Invocation, guild: GuildId, of: [String; 3]) -> Vec<Choice> {
        let (viewer, now) = (invocation.member.user, invocation.received_at);
        let found = self
            .store
            .read(move |tx| {
                let [command, option, typed] = of.clone();
                Box::pin(async move { dispatch::complete(tx, guild, viewer, [&command, &option, &typed], now).await })
            })
            .await;
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "a completion failed");
            Vec::new()
        })
    }

    /// What changes nothing needs no inbox: asked twice, it is answered twice.
    async fn read(&self, guild: GuildId, invocation: Invocation, deed: Deed) -> Answer {
        if let Some(age) = stale(&invocation) {
            return said_no(&too_late(age).into());
        }
        let outside = self.outside(guild, &invocation, &deed).await;
        let result = self
            .store
            .read(move |tx| {
                let (invocation, deed, outside) = (invocation.clone(), deed.clone(), outside.clone());
                Box::pin(async move {
                    let settings = setup::store::find(tx, guild).await?.unwrap_or_else(|| Guild::fresh(guild));
                    let context = context(tx, settings, &invocation).await?;
                    dispatch::carry_out(tx, &context, deed, &outside).await
                })
            })
            .await;
        result.unwrap_or_else(|error| said_no(&error))
    }

    /// One unit of work: the inbox, the deed, the answer. A typed message has no token that dies, so it is tried again while the database
    /// is away: nobody types a P1 twice. What fails for good is told in the channel, where else nobody would hear of it.
    async fn act(&self, guild: GuildId, invocation: Invocation, deed: Option<Deed>, outside: Outside) -> Answer {
        let give_up = Instant::now() + STALE_MESSAGE.to_std().unwrap_or_default();
        let (mut wait, mut waited) = (FIRST_RETRY, TimeDelta::zero());
        loop {
            let (same, deed, outside) = (invocation.clone(), deed.clone(), outside.clone());
            let result = self
                .store
                .write(move |tx| {
                    let (invocation, deed, outside) = (same.clone(), deed.clone(), outside.clone());
                    Box::pin(async move { once(tx, guild, &invocation, deed, &outside).await })
                })
                .await;
            self.armed.notify_one();
            self.said.notify_one();
            let error = match result {
                Ok(answer) => return answer,
                Err(error) => error,
            };
            let Source::Message(message) = invocation.source else { return said_no(&error) };
            match &error {
                Error::Failed(failure) if failure.may_pass() && Instant::now() + wait < give_up => {
                    tracing::warn!(%failure, "a typed message waits for the database");
                    tokio::time::sleep(wait).await;
                    waited += TimeDelta::from_std(wait).unwrap_or_default();
                    wait = (wait * 2).min(LAST_RETRY);
                }
                _ => {
                    let answer = said_no(&error);
                    let now = invocation.received_at + waited;
                    self.tell_of_failure(guild, invocation.channel, message, now, &answer).await;
                    return answer;
                }
            }
        }
    }

    /// Says in the channel that a typed message failed. Its inbox knows nothing of it, so that the same event may still act.
    async fn tell_of_failure(
        &self,
        guild: GuildId,
        channel: ChannelId,
        message: MessageId,
        now: DateTime<Utc>,
        answer: &Answer,
    ) {
        let Answer::Say(said) = answer else { return };
        let said = said.clone().in_reply_to(message);
        let told = self.store.write(move |tx| {
            let said = said.clone();
            Box::pin(async move {
                let post = Post {
                    guild,
                    lane: Lane::Answer,
                    to: To::Channel(channel),
                    key: outbox::answer_key("failure", message.0),
                    message: &said,
                    otherwise: None,
                };
                outbox::post(tx, now, post).await
            })
        });
        match told.await {
            Ok(()) => self.said.notify_one(),
            Err(error) => tracing::error!(%error, "that a typed message failed could not be told"),
        }
    }
}

async fn once(
    tx: &mut Tx,
    guild: GuildId,
    invocation: &Invocation,
    deed: Option<Deed>,
    outside: &Outside,
) -> Result<Answer, Error> {
    let settings = setup::store::find_or_start(tx, guild, invocation.received_at).await?;
    journal::lock(tx, guild).await?;
    if let Some(answer) = inbox::answered(tx, invocation.source).await? {
        return Ok(answer);
    }
    let context = context(tx, settings, invocation).await?;
    // Who is named and never speaks has a name in reports all the same.
    for (user, name) in &invocation.names {
        journal::know(tx, guild, *user, name).await?;
    }
    let asked = deed.clone();
    tx.mark().await?;
    let attempt = async {
        if let Some(age) = stale(invocation) {
            return Err(too_late(age).into());
        }
        let deed = match (&invocation.call, deed) {
            (Call::Typed { text }, _) => dispatch::typed(tx, &context, text).await?,
            (_, deed) => deed,
        };
        match deed {
            // Only a mention: whoever calls without a word wants to know what can be said.
            None => Ok(super::help::handle(&super::help::Command { command: None })),
            Some(deed) => dispatch::carry_out(tx, &context, deed, outside).await,
        }
    };
    let answer = match attempt.await {
        Ok(answer) => {
            tx.keep().await?;
            answer
        }
        Err(Error::Refused(refusal)) => {
            tx.roll_back().await?;
            metrics::counter!("wardroom_refusals_total", "guard" => refusal.guard).increment(1);
            if refusal.on_record {
                let change = Change::new("guard", Fact::Plain(refusal.guard.to_owned()));
                // Never a record's own entry: what was refused did nothing to the record, and must not stand last in its story.
                journal::append(
                    tx,
                    guild,
                    context.written_at,
                    context.draft("refusal", "refusal", "none", vec![change]),
                )
                .await?;
            }
            let again = match &asked {
                Some(Deed::Submit(id, fields)) if form::keep(tx, &context, &id.extra, fields).await? => {
                    form::again(&id.action, &id.record, &id.extra)
                }
                _ => Vec::new(),
            };
            Answer::Say(Message::say(refusal.sentence).buttons(again))
        }
        // The unit of work takes everything back.
        Err(failed) => return Err(failed),
    };
    if let Source::Message(message) = invocation.source
        && let Some(public) = answer.message().cloned()
    {
        let post = Post {
            guild,
            lane: Lane::Answer,
            to: To::Channel(invocation.channel),
            key: outbox::answer_key(invocation.source.kind(), message.0),
            message: &public.in_reply_to(message),
            otherwise: None,
        };
        outbox::post(tx, context.written_at, post).await?;
    }
    inbox::keep(tx, invocation.source, guild, invocation.received_at, &answer).await?;
    Ok(answer)
}

async fn context(tx: &mut Tx, guild: Guild, invocation: &Invocation) -> Result<Context, Error> {
    let room = outbox::record_of(tx, guild.id, invocation.channel).await?;
    // A typed message does not say what channel holds its thread; for a room of ours it is known.
    let parent = match (invocation.parent, room) {
        (Some(parent), _) => Some(parent),
        (None, Some(record)) => outbox::room(tx, guild.id, record).await?.map(|room| room.channel),
        (None, None) => None,
    };
    let typed = matches!(invocation.call, Call::Typed { .. });
    // A message that comes late runs with its own time, so that what it says happened when it was said.
    let now = match invocation.source {
        Source::Message(id) if plausible(id.0) => invocation.minted_at(id.0).min(invocation.received_at),
        _ => invocation.received_at,
    };
    let member = invocation.member.clone();
    Ok(Context {
        scene: Scene {
            guild,
            actor: Actor::Person(member.user, member.name.clone()),
            origin: format!("{}:{}", invocation.source.kind(), invocation.source.id()),
            card_channel: parent.unwrap_or(invocation.channel),
            room,
            now,
            written_at: invocation.received_at,
            discord_ahead: invocation.discord_ahead,
            typed,
        },
        member,
        channel: invocation.channel,
        bots: invocation.bots.clone(),
        source: invocation.source,
    })
}

/// Whether an id can have been minted by Discord's clock for something that wardroom is sent.
fn plausible(id: u64) -> bool {
    minted_at(id).timestamp_millis() >= FIRST_INTERACTION_MS
}

/// The age of an event that is too old to be acted on.
fn stale(invocation: &Invocation) -> Option<TimeDelta> {
    let source = invocation.source;
    let limit = match source {
        Source::Interaction(_) => STALE_INTERACTION,
        Source::Message(_) => STALE_MESSAGE,
    };
    let age = invocation.received_at - invocation.minted_at(source.id());
    (plausible(source.id()) && age > limit).then_some(age)
}

fn too_late(age: TimeDelta) -> Refusal {
    Refusal::new(
        "command.stale",
        format!("That reached me {} s late, so I did nothing. Please do it again.", age.num_seconds()),
    )
    .on_record()
}

fn outside_of_guilds(call: &Call) -> Answer {
    match call {
        Call::Complete { .. } => Answer::Choices(Vec::new()),
        Call::Typed { .. } => Answer::Nothing,
        _ => Answer::Say(Message::say(
            "wardroom keeps the records of a server, so it works there and not in direct messages. Go to your server and try again.",
        )),
    }
}

/// A refusal is told as it is; a failure is logged with a reference, and the person sees the reference alone.
fn said_no(error: &Error) -> Answer {
    match error {
        Error::Refused(refusal) => {
            metrics::counter!("wardroom_refusals_total", "guard" => refusal.guard).increment(1);
            Answer::Say(Message::say(refusal.sentence.clone()))
        }
        Error::Failed(failure) => {
            let reference = format!("{:08x}", rand::random::<u32>());
            tracing::error!(reference, error = %described(failure), "a command failed");
            metrics::counter!("wardroom_failures_total").increment(1);
            Answer::Say(Message::say(format!(
                "That failed on wardroom's side; nothing was changed. Try again in a minute. If it stays so, tell whoever runs wardroom: `{reference}`."
            )))
        }
    }
}

fn described(failure: &Failure) -> String {
    failure.to_string()
}

/// The text of an option as far as it is typed.
fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
