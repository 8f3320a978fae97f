//! What can be done with an interaction's token after the first answer.

use super::super::Id;
use super::super::interaction::{Live, callback};
use super::super::mentions::Allowed;
use super::super::refusal::{INVALID_WEBHOOK_TOKEN, Refusal, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK};
use super::super::validate::files;
use super::super::validate::message::{Before, Form, check};
use super::messages::{before, names, names_after};
use super::{Call, Outcome, Reply};

/// The interaction of the path's token, if it lives.
fn live(call: &Call) -> Result<Live, Refusal> {
    let token = call.text(1);
    let found = Live::id_of(token).and_then(|id| call.state.interactions.get(&id)).filter(|live| live.token == token);
    let live = found.filter(|_| call.id(0).is_ok_and(|id| id == call.state.application)).ok_or(UNKNOWN_WEBHOOK)?;
    if live.opened.elapsed() >= call.state.options.token_lifetime {
        return Err(INVALID_WEBHOOK_TOKEN.into());
    }
    // Until the first answer there is no webhook.
    let answered = live.answered.is_some_and(|kind| kind != callback::CHOICES);
    if answered { Ok(live.clone()) } else { Err(UNKNOWN_WEBHOOK.into()) }
}

/// The message of the path: `@original`, or one that this token made.
fn message(call: &Call, live: &Live) -> Result<Id, Refusal> {
    let id = if call.text(2) == "@original" {
        live.original.ok_or(UNKNOWN_MESSAGE)?
    } else {
        let id = call.text(2).parse().map_err(|_| UNKNOWN_MESSAGE)?;
        let own = live.original == Some(id) || live.followups.contains(&id);
        if own { id } else { return Err(UNKNOWN_MESSAGE.into()) }
    };
    call.state.message(live.channel, id).map(|message| message.id).ok_or_else(|| UNKNOWN_MESSAGE.into())
}

pub(super) fn get(call: &mut Call) -> Outcome {
    let live = live(call)?;
    let id = message(call, &live)?;
    let message = call.state.message(live.channel, id).ok_or(UNKNOWN_MESSAGE)?;
    Reply::json(call.state.message_json(message))
}

pub(super) fn edit(call: &mut Call) -> Outcome {
    let live = live(call)?;
    let id = message(call, &live)?;
    edit_message(call, &live, id)
}

fn edit_message(call: &mut Call, live: &Live, id: Id) -> Outcome {
    let message = call.state.message(live.channel, id).cloned().ok_or(UNKNOWN_MESSAGE)?;
    if !message.is_ephemeral() {
        call.refuse_archived(message.channel)?;
    }
    let names = names_after(&message, call.body, call.files);
    check(call.body, Form::Edit, before(&message), &names, None)?;
    files::check(call.body, call.files, &message.attachments, None)?;
    let message = call.state.edit(live.channel, id, call.body, call.files, Allowed::users_only())?;
    Reply::json(call.state.message_json(&message))
}

pub(super) fn delete(call: &mut Call) -> Outcome {
    let live = live(call)?;
    let id = message(call, &live)?;
    call.state.delete(live.channel, id)?;
    Reply::nothing()
}

pub(super) fn follow_up(call: &mut Call) -> Outcome {
    let live = live(call)?;
    // Straight after a deferral a followup fills it in (deprecated, but so it is).
    let original = live.original.and_then(|id| call.state.message(live.channel, id));
    if let Some(id) = original.filter(|original| original.is_loading()).map(|original| original.id) {
        return edit_message(call, &live, id);
    }
    check(call.body, Form::Answer, Before::default(), &names(call.files), None)?;
    files::check(call.body, call.files, &[], None)?;
    let id = super::interactions::post(call, &live, call.body, 0)?;
    if let Some(live) = call.state.interactions.get_mut(&live.id) {
        live.followups.push(id);
    }
    let message = call.state.message(live.channel, id).ok_or(UNKNOWN_MESSAGE)?;
    Reply::json(call.state.message_json(message))
}
