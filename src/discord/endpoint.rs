//! The places of Discord's API that wardroom uses, and serenity's route for each.

use std::borrow::Cow;

use serenity::all as discord;
use serenity::http::Route;

use crate::snowflake::{ApplicationId, ChannelId, GuildId, InteractionId, MessageId, UserId};

/// A place of the API. It has no `Debug`, because two of them hold an interaction's token.
#[derive(Clone, Copy)]
pub enum Endpoint<'a> {
    /// Where the gateway is; needs no token.
    Gateway,
    /// Where the gateway is, and how many sessions may still be started.
    GatewayBot,
    /// The bot's account.
    Me,
    /// The bot's application.
    Application,
    /// The bot's application, by its older address.
    ApplicationByOauth,
    /// The application's global commands.
    Commands(ApplicationId),
    /// A server.
    Guild(GuildId),
    /// The channels of a server, without threads.
    GuildChannels(GuildId),
    /// The roles of a server.
    GuildRoles(GuildId),
    /// A person in a server.
    GuildMember(GuildId, UserId),
    /// The threads of a server that are not archived.
    ActiveThreads(GuildId),
    /// A channel or thread.
    Channel(ChannelId),
    /// The messages of a channel.
    Messages(ChannelId),
    /// A message.
    Message(ChannelId, MessageId),
    /// The thread of a message.
    MessageThread(ChannelId, MessageId),
    /// The threads of a channel that stand on no message.
    Threads(ChannelId),
    /// A person in a thread.
    ThreadMember(ChannelId, UserId),
    /// The first answer to an interaction.
    Callback(InteractionId, &'a str),
    /// The answer to an interaction, once it was given.
    Original(ApplicationId, &'a str),
}

/// serenity's ids panic at zero, which Discord never gives out: a 1 is refused by Discord as unknown just the same.
fn safe(id: u64) -> u64 {
    id.max(1)
}

fn channel_of(id: ChannelId) -> discord::ChannelId {
    discord::ChannelId::new(safe(id.0))
}

fn guild_of(id: GuildId) -> discord::GuildId {
    discord::GuildId::new(safe(id.0))
}

fn user_of(id: UserId) -> discord::UserId {
    discord::UserId::new(safe(id.0))
}

fn message_of(id: MessageId) -> discord::MessageId {
    discord::MessageId::new(safe(id.0))
}

fn application_of(id: ApplicationId) -> discord::ApplicationId {
    discord::ApplicationId::new(safe(id.0))
}

impl<'a> Endpoint<'a> {
    /// serenity's route; there is none for `GET /applications/@me`.
    pub(super) fn route(self) -> Option<Route<'a>> {
        Some(match self {
            Self::Gateway => Route::Gateway,
            Self::GatewayBot => Route::GatewayBot,
            Self::Me => Route::UserMe,
            Self::Application => return None,
            Self::ApplicationByOauth => Route::Oauth2ApplicationCurrent,
            Self::Commands(application) => Route::Commands { application_id: application_of(application) },
            Self::Guild(guild) => Route::Guild { guild_id: guild_of(guild) },
            Self::GuildChannels(guild) => Route::GuildChannels { guild_id: guild_of(guild) },
            Self::GuildRoles(guild) => Route::GuildRoles { guild_id: guild_of(guild) },
            Self::GuildMember(guild, user) => Route::GuildMember { guild_id: guild_of(guild), user_id: user_of(user) },
            Self::ActiveThreads(guild) => Route::GuildThreadsActive { guild_id: guild_of(guild) },
            Self::Channel(channel) => Route::Channel { channel_id: channel_of(channel) },
            Self::Messages(channel) => Route::ChannelMessages { channel_id: channel_of(channel) },
            Self::Message(channel, message) => {
                Route::ChannelMessage { channel_id: channel_of(channel), message_id: message_of(message) }
            }
            Self::MessageThread(channel, message) => {
                Route::ChannelMessageThreads { channel_id: channel_of(channel), message_id: message_of(message) }
            }
            Self::Threads(channel) => Route::ChannelThreads { channel_id: channel_of(channel) },
            Self::ThreadMember(thread, user) => {
                Route::ChannelThreadMember { channel_id: channel_of(thread), user_id: user_of(user) }
            }
            Self::Callback(interaction, token) => {
                Route::InteractionResponse { interaction_id: discord::InteractionId::new(safe(interaction.0)), token }
            }
            Self::Original(application, token) => {
                Route::WebhookOriginalInteractionResponse { application_id: application_of(application), token }
            }
        })
    }

    /// The path below the API's base, for what serenity has no route for.
    pub(super) fn path(self) -> Cow<'static, str> {
        match self.route() {
            Some(route) => route.path(),
            None => "https://discord.com/api/v10/applications/@me".into(),
        }
    }

    /// The path with its ids left out: the name of the place in logs, metrics and rate limits.
    pub fn template(self) -> &'static str {
        match self {
            Self::Gateway => "/gateway",
            Self::GatewayBot => "/gateway/bot",
            Self::Me => "/users/@me",
            Self::Application => "/applications/@me",
            Self::ApplicationByOauth => "/oauth2/applications/@me",
            Self::Commands(_) => "/applications/{application}/commands",
            Self::Guild(_) => "/guilds/{guild}",
            Self::GuildChannels(_) => "/guilds/{guild}/channels",
            Self::GuildRoles(_) => "/guilds/{guild}/roles",
            Self::GuildMember(..) => "/guilds/{guild}/members/{user}",
            Self::ActiveThreads(_) => "/guilds/{guild}/threads/active",
            Self::Channel(_) => "/channels/{channel}",
            Self::Messages(_) => "/channels/{channel}/messages",
            Self::Message(..) => "/channels/{channel}/messages/{message}",
            Self::MessageThread(..) => "/channels/{channel}/messages/{message}/threads",
            Self::Threads(_) => "/channels/{channel}/threads",
            Self::ThreadMember(..) => "/channels/{channel}/thread-members/{user}",
            Self::Callback(..) => "/interactions/{interaction}/{token}/callback",
            Self::Original(..) => "/webhooks/{application}/{token}/messages/@original",
        }
    }

    /// The id that Discord counts a rate limit by, beside the bucket (0 where there is none).
    pub(super) fn major(self) -> u64 {
        match self {
            Self::Gateway | Self::GatewayBot | Self::Me | Self::Application | Self::ApplicationByOauth => 0,
            Self::Commands(application) | Self::Original(application, _) => application.0,
            Self::Guild(guild)
            | Self::GuildChannels(guild)
            | Self::GuildRoles(guild)
            | Self::GuildMember(guild, _)
            | Self::ActiveThreads(guild) => guild.0,
            Self::Channel(channel)
            | Self::Messages(channel)
            | Self::Message(channel, _)
            | Self::MessageThread(channel, _)
            | Self::Threads(channel)
            | Self::ThreadMember(channel, _) => channel.0,
            Self::Callback(interaction, _) => interaction.0,
        }
    }

    /// Whether this is an answer to an interaction. Those are outside Discord's global limit, carry a right of their own in
    /// their token, and are never asked for twice with the same id, so no bucket is kept for them.
    pub(super) fn answers_an_interaction(self) -> bool {
        matches!(self, Self::Callback(..) | Self::Original(..))
    }
}
