//! The first answer to an interaction.

use serde_json::Value;

use super::super::Id;
use super::super::effects::What;
use super::super::interaction::{Live, callback as answer, kind};
use super::super::mentions::Allowed;
use super::super::message::flag;
use super::super::posting::Draft;
use super::super::refusal::{ALREADY_ACKNOWLEDGED, Faulty, Refusal, UNKNOWN_INTERACTION, UNKNOWN_MESSAGE};
use super::super::validate::message::{Before, Form, check};
use super::super::validate::{command, files, modal};
use super::messages::{before, names, names_after};
use super::{Call, Outcome, Reply};

/// Message types of answers: to a slash command, and to a message or user command.
const CHAT_ANSWER: u8 = 20;
const CONTEXT_ANSWER: u8 = 23;
const REPLY: u8 = 19;

pub(super) fn callback(call: &mut Call) -> Outcome {
    let id = call.id(0)?;
    let token = call.text(1).to_owned();
    let live = call.state.interactions.get(&id).filter(|live| live.token == token).ok_or(UNKNOWN_INTERACTION)?;
    if live.answered.is_some() {
        return Err(ALREADY_ACKNOWLEDGED.into());
    }
    if live.opened.elapsed() >= call.state.options.answer_within {
        return Err(UNKNOWN_INTERACTION.into());
    }
    let mut live = live.clone();
    let wanted = call.body["type"].as_u64();
    let wanted = wanted.filter(|wanted| allowed(&live).contains(wanted)).ok_or_else(|| {
        let kinds = allowed(&live).iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        Faulty::one(&["type"], "BASE_TYPE_CHOICES", format!("Value must be one of {{{kinds}}}."))
    })?;
    let data = &call.body["data"];
    match wanted {
        answer::MESSAGE => {
            check(data, Form::Answer, Before::default(), &names(call.files), Some("data"))?;
            files::check(data, call.files, &[], Some("data"))?;
            live.original = Some(post(call, &live, data, 0)?);
        }
        answer::DEFERRED_MESSAGE => {
            refuse_deferral(data)?;
            live.original = Some(post(call, &live, data, flag::LOADING)?);
        }
        answer::DEFERRED_UPDATE => live.original = live.source,
        answer::UPDATE => {
            update(call, &live, data)?;
            live.original = live.source;
        }
        answer::CHOICES => {
            command::check_completion(data, live.option_type)?;
            let choices = data["choices"].as_array().cloned().unwrap_or_default();
            call.state.effect(What::ChoicesOffered { interaction: id, count: choices.len() });
            live.choices = Some(choices);
        }
        _ => {
            modal::check(data)?;
            let custom_id = data["custom_id"].as_str().unwrap_or_default().to_owned();
            call.state.effect(What::FormOpened { interaction: id, custom_id });
            live.form = Some(data.clone());
        }
    }
    live.answered = Some(wanted);
    call.state.effect(What::InteractionAnswered { interaction: id, kind: wanted });
    let response = call.state.callback_response(&live);
    call.state.interactions.insert(id, live);
    if call.query("with_response") == Some("true") { Reply::json(response) } else { Reply::nothing() }
}

/// Callback types for each kind of interaction.
fn allowed(live: &Live) -> &'static [u64] {
    match (live.kind, live.source) {
        (kind::COMPLETION, _) => &[answer::CHOICES],
        (kind::COMPONENT, _) => {
            &[answer::MESSAGE, answer::DEFERRED_MESSAGE, answer::DEFERRED_UPDATE, answer::UPDATE, answer::MODAL]
        }
        (kind::MODAL, Some(_)) => &[answer::MESSAGE, answer::DEFERRED_MESSAGE, answer::DEFERRED_UPDATE, answer::UPDATE],
        (kind::MODAL, None) => &[answer::MESSAGE, answer::DEFERRED_MESSAGE],
        _ => &[answer::MESSAGE, answer::DEFERRED_MESSAGE, answer::MODAL],
    }
}

/// A deferral carries nothing but the wish to be ephemeral.
fn refuse_deferral(data: &Value) -> Result<(), Refusal> {
    let foreign = data["flags"].as_u64().unwrap_or_default() & !flag::EPHEMERAL;
    if foreign == 0 {
        return Ok(());
    }
    let message = format!("Only EPHEMERAL may be set on a deferral: {foreign}");
    Err(Faulty::one(&["data", "flags"], "MESSAGE_FLAGS_INVALID", message))
}

/// Makes the message of an answer or followup.
pub(super) fn post(call: &mut Call, live: &Live, data: &Value, extra: u64) -> Result<Id, Refusal> {
    if !call.state.channels.contains_key(&live.channel) {
        return Err(super::super::refusal::UNKNOWN_CHANNEL.into());
    }
    let mut draft = Draft::new(live.channel, call.bot(), data);
    draft.allowed = Allowed::read(data, Allowed::users_only());
    draft.files = call.files;
    draft.flags |= extra;
    draft.only_for = (draft.flags & flag::EPHEMERAL != 0).then_some(live.user);
    draft.origin = Some(live.origin());
    draft.kind = match (live.kind, live.source) {
        (kind::COMMAND, None) => CHAT_ANSWER,
        (kind::COMMAND, Some(_)) => CONTEXT_ANSWER,
        (_, Some(_)) => REPLY,
        _ => 0,
    };
    draft.reply_to = live.source.filter(|_| live.kind != kind::COMMAND).map(|source| (live.channel, source));
    Ok(call.state.post(draft).id)
}

/// Callback type 7: the clicked message changes in place.
fn update(call: &mut Call, live: &Live, data: &Value) -> Result<(), Refusal> {
    let source = live.source.and_then(|source| call.state.message(live.channel, source)).cloned();
    let source = source.ok_or(UNKNOWN_MESSAGE)?;
    if data.is_null() {
        return Ok(());
    }
    check(data, Form::Update, before(&source), &names_after(&source, data, call.files), Some("data"))?;
    files::check(data, call.files, &source.attachments, Some("data"))?;
    call.state.edit(source.channel, source.id, data, call.files, Allowed::users_only())?;
    Ok(())
}
