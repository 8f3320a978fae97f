//! What wardroom asks Discord, by name.

use serde_json::Value;
use tokio::time::Instant;

use super::{Call, CallError, Method, PATIENCE, Rest};
use crate::discord::endpoint::Endpoint;
use crate::outbox::effect::Lane;
use crate::snowflake::{ApplicationId, ChannelId, GuildId, MessageId, UserId};

/// The start of sessions that Discord still allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionStarts {
    /// Sessions that may still be started before the reset.
    pub remaining: u64,
    /// Milliseconds until the reset.
    pub reset_after_ms: u64,
}

fn id_of(value: &Value) -> Option<u64> {
    value.as_str().map_or_else(|| value.as_u64(), |text| text.parse().ok())
}

fn without(what: &str) -> CallError {
    CallError::Unknown(format!("Discord's answer has no {what}"))
}

impl Rest {
    async fn get(&self, lane: Lane, endpoint: Endpoint<'_>) -> Result<Value, CallError> {
        let call = Call::new(Method::Get, endpoint, Instant::now() + PATIENCE);
        Ok(self.call(lane, call).await?.body)
    }

    /// The bot's own account.
    pub async fn me(&self) -> Result<UserId, CallError> {
        let me = self.get(Lane::State, Endpoint::Me).await?;
        id_of(&me["id"]).map(UserId).ok_or_else(|| without("id of the bot"))
    }

    /// The bot's application. Its two own addresses are asked first; a bot made since 2016 has the same id as its application.
    pub async fn application(&self) -> Result<ApplicationId, CallError> {
        for endpoint in [Endpoint::Application, Endpoint::ApplicationByOauth] {
            match self.get(Lane::State, endpoint).await {
                Ok(application) => {
                    if let Some(id) = id_of(&application["id"]) {
                        return Ok(ApplicationId(id));
                    }
                }
                Err(CallError::Refused { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        self.me().await.map(|UserId(id)| ApplicationId(id))
    }

    /// The gateway's address.
    pub async fn gateway(&self) -> Result<String, CallError> {
        let gateway = self.get(Lane::State, Endpoint::Gateway).await?;
        gateway["url"].as_str().map(str::to_owned).ok_or_else(|| without("address of the gateway"))
    }

    /// The sessions that may still be started; `None` where the API does not say.
    pub async fn gateway_bot(&self) -> Result<Option<SessionStarts>, CallError> {
        let gateway = match self.get(Lane::State, Endpoint::GatewayBot).await {
            Ok(gateway) => gateway,
            Err(CallError::Refused { .. }) => return Ok(None),
            Err(other) => return Err(other),
        };
        let limit = &gateway["session_start_limit"];
        let starts = limit["remaining"]
            .as_u64()
            .map(|remaining| SessionStarts { remaining, reset_after_ms: limit["reset_after"].as_u64().unwrap_or(0) });
        Ok(starts)
    }

    /// Replaces all global commands of the application.
    pub async fn overwrite_commands(
        &self,
        application: ApplicationId,
        definitions: Vec<Value>,
    ) -> Result<Value, CallError> {
        let deadline = Instant::now() + 3 * PATIENCE;
        let call = Call::new(Method::Put, Endpoint::Commands(application), deadline).body(Value::Array(definitions));
        Ok(self.call(Lane::State, call).await?.body)
    }

    /// The application's global commands, as Discord has them.
    pub async fn commands(&self, application: ApplicationId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::Commands(application)).await
    }

    /// A server.
    pub async fn guild(&self, guild: GuildId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::Guild(guild)).await
    }

    /// The channels of a server.
    pub async fn channels(&self, guild: GuildId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::GuildChannels(guild)).await
    }

    /// The roles of a server.
    pub async fn roles(&self, guild: GuildId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::GuildRoles(guild)).await
    }

    /// A person in a server. A person mostly waits for this, so it goes with the answers.
    pub async fn member(&self, guild: GuildId, user: UserId) -> Result<Value, CallError> {
        self.get(Lane::Answer, Endpoint::GuildMember(guild, user)).await
    }

    /// The threads of a server that are not archived.
    pub async fn active_threads(&self, guild: GuildId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::ActiveThreads(guild)).await
    }

    /// A channel or thread.
    pub async fn channel(&self, channel: ChannelId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::Channel(channel)).await
    }

    /// A message.
    pub async fn message(&self, channel: ChannelId, message: MessageId) -> Result<Value, CallError> {
        self.get(Lane::State, Endpoint::Message(channel, message)).await
    }

    /// Up to 100 messages of a channel that are newer than `after`, the oldest page of them.
    pub async fn messages_after(&self, channel: ChannelId, after: u64) -> Result<Vec<Value>, CallError> {
        let mut call = Call::new(Method::Get, Endpoint::Messages(channel), Instant::now() + PATIENCE);
        call.query = vec![("after", after.to_string()), ("limit", "100".to_owned())];
        match self.call(Lane::State, call).await?.body {
            Value::Array(messages) => Ok(messages),
            _ => Err(without("list of messages")),
        }
    }
}
