//! What is passed on of each event, and the handler that passes it on.

use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};
use serenity::client::{Context, RawEventHandler};
use serenity::model::event::Event;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;
use tracing::warn;

use super::connection::Report;
use super::{EventKind, Incoming, bot_of};
use crate::snowflake::{ApplicationId, UserId};

/// Passes events on. It never waits, so that the order of events stays and the socket is read.
pub(super) struct Handler {
    pub(super) events: mpsc::Sender<Incoming>,
    pub(super) reports: mpsc::UnboundedSender<Report>,
    /// Who the bot is, by READY: RESUMED does not say it again.
    pub(super) bot: Mutex<Option<(UserId, ApplicationId)>>,
}

#[serenity::async_trait]
impl RawEventHandler for Handler {
    async fn raw_event(&self, _: Context, event: Event) {
        let received = Instant::now();
        let Some((kind, data)) = passed_on(event) else { return };
        metrics::counter!("wardroom_gateway_events_total", "kind" => format!("{kind:?}")).increment(1);
        self.report(kind, &data);
        match self.events.try_send(Incoming { kind, data, received }) {
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                metrics::counter!("wardroom_gateway_events_dropped_total").increment(1);
                warn!(?kind, "more events came than wardroom could take; this one is dropped");
            }
        }
    }
}

impl Handler {
    fn report(&self, kind: EventKind, data: &Value) {
        let mut bot = self.bot.lock().unwrap_or_else(PoisonError::into_inner);
        // The supervisor may be gone while the process ends; nobody needs the report then.
        match kind {
            EventKind::Ready => {
                let Some(known) = bot_of(data) else { return };
                *bot = Some(known);
                let _ = self.reports.send(Report::Ready { bot: known.0, application: known.1 });
            }
            EventKind::Resumed => {
                if let Some((bot, application)) = *bot {
                    let _ = self.reports.send(Report::Resumed { bot, application });
                }
            }
            EventKind::Guild
            | EventKind::GuildGone
            | EventKind::Interaction
            | EventKind::Message
            | EventKind::Edited
            | EventKind::Deleted => {}
        }
    }
}

/// What wardroom needs of `event`. serenity hands over what it cannot type as `Unknown`, with its JSON untouched; the rest is
/// turned back into JSON here, so that there is one reader. Lost on that way are only permission bits that serenity does not know.
pub(super) fn passed_on(event: Event) -> Option<(EventKind, Value)> {
    match event {
        Event::InteractionCreate(event) => {
            // serenity writes an interaction without the `type` that it read.
            let number = u8::from(event.interaction.kind());
            let (kind, mut data) = json_of(EventKind::Interaction, &event.interaction)?;
            data["type"] = number.into();
            Some((kind, data))
        }
        Event::MessageCreate(event) if may_be_command(&event.message.content) => {
            json_of(EventKind::Message, &event.message)
        }
        Event::MessageUpdate(event) => {
            let data = json!({
                "id": event.id.to_string(), "guild_id": event.guild_id.map(|id| id.to_string()),
                "content": event.content, "edited_timestamp": event.edited_timestamp.and_then(|at| at.to_rfc3339()),
                "author": event.author, "member": event.member,
            });
            shows_an_edit(&data).then_some((EventKind::Edited, data))
        }
        Event::MessageDelete(event) => {
            let data = json!({"id": event.message_id.to_string(), "guild_id": event.guild_id.map(|id| id.to_string())});
            Some((EventKind::Deleted, data))
        }
        Event::MessageDeleteBulk(event) => {
            let ids: Vec<String> = event.ids.iter().map(ToString::to_string).collect();
            let data = json!({"ids": ids, "guild_id": event.guild_id.map(|id| id.to_string())});
            Some((EventKind::Deleted, data))
        }
        Event::GuildCreate(event) => {
            let data = json!({"id": event.guild.id.to_string(), "name": event.guild.name});
            Some((EventKind::Guild, data))
        }
        Event::GuildDelete(event) => {
            let data = json!({"id": event.guild.id.to_string(), "unavailable": event.guild.unavailable});
            Some((EventKind::GuildGone, data))
        }
        Event::Ready(event) => {
            let ready = event.ready;
            let guilds: Vec<Value> = ready.guilds.iter().map(|guild| json!({"id": guild.id.to_string()})).collect();
            let data = json!({
                "user": {"id": ready.user.id.to_string()},
                "application": {"id": ready.application.id.to_string()},
                "guilds": guilds,
            });
            Some((EventKind::Ready, data))
        }
        Event::Resumed(_) => Some((EventKind::Resumed, Value::Null)),
        Event::Unknown(event) => {
            metrics::counter!("wardroom_gateway_untyped_total").increment(1);
            match event.kind.as_str() {
                "INTERACTION_CREATE" => Some((EventKind::Interaction, event.value)),
                "READY" => Some((EventKind::Ready, event.value)),
                "MESSAGE_CREATE" if may_be_command(event.value["content"].as_str().unwrap_or_default()) => {
                    Some((EventKind::Message, event.value))
                }
                "MESSAGE_UPDATE" if shows_an_edit(&event.value) => Some((EventKind::Edited, event.value)),
                "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK" => Some((EventKind::Deleted, event.value)),
                "GUILD_CREATE" => {
                    let data = json!({"id": event.value["id"], "name": event.value["name"]});
                    Some((EventKind::Guild, data))
                }
                "GUILD_DELETE" => {
                    let data = json!({"id": event.value["id"], "unavailable": event.value["unavailable"]});
                    Some((EventKind::GuildGone, data))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// Commands begin with a mention. All other talk is left where it is.
fn may_be_command(content: &str) -> bool {
    content.trim_start().starts_with("<@")
}

/// Most updates are of cards, previews and messages that the bot may not read: they do not take a place in the queue.
fn shows_an_edit(data: &Value) -> bool {
    !data["edited_timestamp"].is_null() && data["content"].as_str().is_some_and(|content| !content.is_empty())
}

fn json_of(kind: EventKind, event: &impl serde::Serialize) -> Option<(EventKind, Value)> {
    let data = serde_json::to_value(event).ok();
    if data.is_none() {
        // Its error is not shown: it could quote the event, and with it a token.
        warn!(?kind, "an event could not be turned back into JSON");
    }
    data.map(|data| (kind, data))
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
