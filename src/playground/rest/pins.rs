//! Pins, by the paths of 2025 and by the old ones.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::Id;
use super::super::effects::What;
use super::super::permissions::{PIN_MESSAGES, READ_MESSAGE_HISTORY};
use super::super::refusal::{Faulty, Refusal, TOO_MANY_PINS};
use super::{Call, Outcome, Reply};

/// Pins of a channel.
const PINS: usize = 250;
/// Pins on a page.
const PAGE: usize = 50;

fn pinned(call: &Call) -> Result<Vec<(Id, DateTime<Utc>)>, Refusal> {
    let channel = call.channel()?;
    // As with messages: without history the list is empty.
    let readable = call.state.may(channel.id, call.bot(), READ_MESSAGE_HISTORY);
    Ok(if readable { channel.pins.clone() } else { Vec::new() })
}

fn rendered(call: &Call, message: Id) -> Result<Value, Refusal> {
    let channel = call.channel()?.id;
    Ok(call.state.message(channel, message).map(|message| call.state.message_for_bot(message)).unwrap_or_default())
}

pub(super) fn list(call: &mut Call) -> Outcome {
    let limit = call.query("limit").map_or(Some(PAGE), |limit| limit.parse().ok());
    let Some(limit) = limit.filter(|limit| (1..=PAGE).contains(limit)) else {
        return Err(Faulty::one(&["limit"], "NUMBER_TYPE_MAX", format!("int value should be between 1 and {PAGE}.")));
    };
    let before = call.query("before").and_then(|before| DateTime::parse_from_rfc3339(before).ok());
    let mut pins = pinned(call)?;
    pins.retain(|(_, at)| before.is_none_or(|before| *at < before));
    let has_more = pins.len() > limit;
    let items = pins.into_iter().take(limit).map(|(message, at)| {
        Ok(json!({"pinned_at": super::super::render::instant(at), "message": rendered(call, message)?}))
    });
    let items = items.collect::<Result<Vec<_>, Refusal>>()?;
    Reply::json(json!({"items": items, "has_more": has_more}))
}

pub(super) fn list_old(call: &mut Call) -> Outcome {
    let pins = pinned(call)?.into_iter().take(PAGE).map(|(message, _)| rendered(call, message));
    Reply::json(Value::from(pins.collect::<Result<Vec<_>, Refusal>>()?))
}

pub(super) fn pin(call: &mut Call) -> Outcome {
    let message = call.message(1)?.clone();
    let channel = message.channel;
    call.require(channel, PIN_MESSAGES)?;
    call.refuse_archived(channel)?;
    if message.pinned {
        return Reply::nothing();
    }
    if call.channel()?.pins.len() >= PINS {
        return Err(TOO_MANY_PINS.into());
    }
    let now = call.state.now();
    if let Some(channel) = call.state.channels.get_mut(&channel) {
        channel.pins.insert(0, (message.id, now));
    }
    set_pinned(call, channel, message.id, true);
    call.state.effect(What::MessagePinned { channel, message: message.id });
    Reply::nothing()
}

pub(super) fn unpin(call: &mut Call) -> Outcome {
    let message = call.message(1)?.clone();
    let channel = message.channel;
    call.require(channel, PIN_MESSAGES)?;
    call.refuse_archived(channel)?;
    if !message.pinned {
        return Reply::nothing();
    }
    if let Some(channel) = call.state.channels.get_mut(&channel) {
        channel.pins.retain(|(pinned, _)| *pinned != message.id);
    }
    set_pinned(call, channel, message.id, false);
    call.state.effect(What::MessageUnpinned { channel, message: message.id });
    Reply::nothing()
}

fn set_pinned(call: &mut Call, channel: Id, message: Id, pinned: bool) {
    if let Some(message) = call.state.message_mut(channel, message) {
        message.pinned = pinned;
    }
    if let Some(channel) = call.state.channels.get(&channel).cloned() {
        call.state.send_pins(&channel);
    }
    if let Some(message) = call.state.message(channel, message).cloned() {
        call.state.send_message("MESSAGE_UPDATE", &message);
    }
}
