//! Registering application commands.

use serde_json::{Value, json};

use super::super::Id;
use super::super::effects::What;
use super::super::refusal::{MISSING_ACCESS, Refusal, TOO_MANY_COMMANDS, UNKNOWN_APPLICATION, UNKNOWN_COMMAND};
use super::super::validate::command::{check, check_all, type_of};
use super::{Call, Outcome, Reply};

/// Chat commands of one scope.
const CHAT_COMMANDS: usize = 100;

fn own_application(call: &Call) -> Result<(), Refusal> {
    if call.id(0)? == call.state.application { Ok(()) } else { Err(UNKNOWN_APPLICATION.into()) }
}

/// The guild of the path; 50001 where the bot is not.
fn scope(call: &Call) -> Result<Option<Id>, Refusal> {
    own_application(call)?;
    let guild = call.id(1)?;
    if call.state.guilds.contains_key(&guild) { Ok(Some(guild)) } else { Err(MISSING_ACCESS.into()) }
}

/// The definition as Discord keeps and answers it.
fn kept(call: &mut Call, scope: Option<Id>, definition: &Value) -> Value {
    let same = |known: &&Value| known["name"] == definition["name"] && type_of(known) == type_of(definition);
    // A name that exists keeps its id.
    let known = call.state.commands.get(&scope).into_iter().flatten().find(same).map(|known| known["id"].clone());
    let id = known.unwrap_or_else(|| json!(call.state.mint.next()));
    let mut command = definition.clone();
    command["id"] = id;
    command["application_id"] = json!(call.state.application);
    command["version"] = json!(call.state.mint.next());
    command["type"] = json!(type_of(definition));
    for (key, default) in [
        ("description", json!("")),
        ("default_member_permissions", Value::Null),
        ("dm_permission", json!(true)),
        ("contexts", Value::Null),
        ("integration_types", json!([0])),
        ("nsfw", json!(false)),
    ] {
        if command.get(key).is_none() {
            command[key] = default;
        }
    }
    if let Some(guild) = scope {
        command["guild_id"] = json!(guild);
    }
    command
}

fn all(call: &Call, scope: Option<Id>) -> Outcome {
    Reply::json(Value::from(call.state.commands.get(&scope).cloned().unwrap_or_default()))
}

fn overwrite_scope(call: &mut Call, scope: Option<Id>) -> Outcome {
    let definitions = check_all(call.body)?.to_vec();
    let commands: Vec<Value> = definitions.iter().map(|definition| kept(call, scope, definition)).collect();
    let names = commands.iter().filter_map(|command| command["name"].as_str().map(Into::into)).collect();
    call.state.commands.insert(scope, commands);
    call.state.effect(What::CommandsRegistered { guild: scope, names });
    all(call, scope)
}

fn upsert_scope(call: &mut Call, scope: Option<Id>) -> Outcome {
    check(call.body)?;
    let body = call.body.clone();
    let command = kept(call, scope, &body);
    let commands = call.state.commands.entry(scope).or_default();
    let known = commands.iter().position(|known| known["id"] == command["id"]);
    match known {
        Some(index) => commands[index] = command.clone(),
        None if commands.iter().filter(|known| type_of(known) == 1).count() >= CHAT_COMMANDS => {
            return Err(TOO_MANY_COMMANDS.into());
        }
        None => commands.push(command.clone()),
    }
    let names = command["name"].as_str().map(Into::into).into_iter().collect();
    call.state.effect(What::CommandsRegistered { guild: scope, names });
    if known.is_some() { Reply::json(command) } else { Reply::created(command) }
}

pub(super) fn list(call: &mut Call) -> Outcome {
    own_application(call)?;
    all(call, None)
}

pub(super) fn overwrite(call: &mut Call) -> Outcome {
    own_application(call)?;
    overwrite_scope(call, None)
}

pub(super) fn upsert(call: &mut Call) -> Outcome {
    own_application(call)?;
    upsert_scope(call, None)
}

pub(super) fn list_in_guild(call: &mut Call) -> Outcome {
    let scope = scope(call)?;
    all(call, scope)
}

pub(super) fn overwrite_in_guild(call: &mut Call) -> Outcome {
    let scope = scope(call)?;
    overwrite_scope(call, scope)
}

pub(super) fn upsert_in_guild(call: &mut Call) -> Outcome {
    let scope = scope(call)?;
    upsert_scope(call, scope)
}

pub(super) fn get(call: &mut Call) -> Outcome {
    own_application(call)?;
    let id = json!(call.id(1)?);
    let command = call.state.commands.get(&None).into_iter().flatten().find(|command| command["id"] == id);
    Reply::json(command.ok_or(UNKNOWN_COMMAND)?.clone())
}

pub(super) fn delete(call: &mut Call) -> Outcome {
    own_application(call)?;
    let id = json!(call.id(1)?);
    let commands = call.state.commands.entry(None).or_default();
    let index = commands.iter().position(|command| command["id"] == id).ok_or(UNKNOWN_COMMAND)?;
    commands.remove(index);
    let names = commands.iter().filter_map(|command| command["name"].as_str().map(Into::into)).collect();
    call.state.effect(What::CommandsRegistered { guild: None, names });
    Reply::nothing()
}
