//! What Discord's client does before a slash command leaves: finds the definition, gives each
//! option its type, and refuses what the definition does not allow.

use serde_json::{Map, Value, json};

use super::Id;
use super::interaction::Named;
use super::permissions;
use super::snowflake::id_in;
use super::state::State;
use super::validate::bare;
use super::validate::command::{option, type_of};

/// A command as it goes into an interaction.
pub(super) struct Typed {
    /// `incident declare`.
    pub(super) name: String,
    pub(super) data: Value,
    /// For completions: the type of the option being typed.
    pub(super) option_type: u64,
}

/// Who types what, and where.
pub(super) struct Line<'a> {
    pub(super) user: Id,
    pub(super) channel: Id,
    /// `incident declare`, without the slash.
    pub(super) command: &'a str,
    /// Name to value. Users, roles and channels by id, or by name.
    pub(super) options: &'a Map<String, Value>,
    /// The option being typed, for completions; then nothing else has to be complete.
    pub(super) focused: Option<&'a str>,
}

impl State {
    /// Builds the `data` of a chat command; the error is what the client would tell the person.
    pub(super) fn type_command(&mut self, line: &Line) -> Result<Typed, String> {
        let guild = self.channels.get(&line.channel).and_then(|channel| channel.guild);
        let mut words = line.command.trim().trim_start_matches('/').split_whitespace();
        let root = words.next().unwrap_or_default();
        let command = self
            .commands_in(guild)
            .into_iter()
            .find(|command| command["name"] == root && type_of(command) == 1)
            .cloned()
            .ok_or_else(|| format!("No command /{root} is registered here."))?;
        self.check_usable(&command, line, guild)?;

        let mut path = Vec::new();
        let mut node = &command;
        for word in words {
            let found = node["options"].as_array().into_iter().flatten().find(|option| {
                option["name"] == word && matches!(option["type"].as_u64(), Some(option::SUBCOMMAND | option::GROUP))
            });
            node = found.ok_or_else(|| format!("/{} has no part named {word}.", line.command))?;
            path.push(node);
        }
        let definitions: Vec<Value> = node["options"].as_array().cloned().unwrap_or_default();
        let has_parts = |option: &Value| matches!(option["type"].as_u64(), Some(option::SUBCOMMAND | option::GROUP));
        if definitions.iter().any(has_parts) {
            let parts = definitions.iter().filter_map(|option| option["name"].as_str()).collect::<Vec<_>>().join(", ");
            return Err(format!("/{} needs one of: {parts}.", line.command));
        }
        if let Some(unknown) = line.options.keys().find(|name| !definitions.iter().any(|known| known["name"] == **name))
        {
            return Err(format!("/{} has no option named {unknown}.", line.command));
        }
        let mut named = Named { viewer: line.user, ..Named::default() };
        let mut options = Vec::new();
        let mut option_type = option::STRING;
        for definition in &definitions {
            let name = definition["name"].as_str().unwrap_or_default();
            let kind = definition["type"].as_u64().unwrap_or_default();
            let is_focused = line.focused == Some(name);
            let given = line.options.get(name).filter(|value| !value.is_null());
            let Some(given) = given.or(is_focused.then_some(&Value::Null)) else {
                if definition["required"] == true && line.focused.is_none() {
                    return Err(format!("The option {name} is required."));
                }
                continue;
            };
            let mut sent = json!({"name": name, "type": kind});
            if is_focused {
                if definition["autocomplete"] != true {
                    return Err(format!("The option {name} has no completion."));
                }
                option_type = kind;
                // What is being typed goes as text, whatever the option's type.
                sent["value"] = json!(if given.is_null() { String::new() } else { bare(given) });
                sent["focused"] = json!(true);
            } else {
                let value = self.type_value(line, definition, given, &mut named);
                match value {
                    Ok(value) => sent["value"] = value,
                    // While another option is being typed, this one may still be unfinished.
                    Err(_) if line.focused.is_some() => continue,
                    Err(problem) => return Err(format!("{name}: {problem}")),
                }
            }
            options.push(sent);
        }
        if line.focused.is_some_and(|focused| !options.iter().any(|option| option["name"] == focused)) {
            return Err("The option to complete does not exist.".into());
        }
        let mut nested = Value::from(options);
        for part in path.iter().rev() {
            nested = json!([{"name": part["name"], "type": part["type"], "options": nested}]);
        }
        let mut data = json!({"id": command["id"], "name": command["name"], "type": 1, "options": nested});
        if !command["guild_id"].is_null() {
            data["guild_id"] = command["guild_id"].clone();
        }
        let resolved = self.resolve(line.channel, &named);
        if resolved.as_object().is_some_and(|resolved| !resolved.is_empty()) {
            data["resolved"] = resolved;
        }
        let name = [root].into_iter().chain(path.iter().filter_map(|part| part["name"].as_str()));
        Ok(Typed { name: name.collect::<Vec<_>>().join(" "), data, option_type })
    }

    /// Whether the client would show the command to this person here.
    pub(super) fn check_usable(&self, command: &Value, line: &Line, guild: Option<Id>) -> Result<(), String> {
        let contexts = command["contexts"].as_array();
        let context = u64::from(guild.is_none());
        if contexts.is_some_and(|contexts| !contexts.iter().any(|known| known.as_u64() == Some(context))) {
            return Err("This command cannot be used here.".into());
        }
        let Some(guild) = guild else { return Ok(()) };
        let bits = self.permissions(line.channel, line.user);
        if bits & permissions::USE_APPLICATION_COMMANDS == 0 {
            return Err("You may not use commands in this channel.".into());
        }
        let wanted = &command["default_member_permissions"];
        let wanted = wanted.as_u64().or_else(|| wanted.as_str()?.parse().ok());
        let held = self.guild_permissions(guild, line.user);
        match wanted {
            Some(0) if held & permissions::ADMINISTRATOR == 0 => Err("Only administrators see this command.".into()),
            Some(wanted) if held & wanted != wanted => Err("You may not use this command.".into()),
            _ => Ok(()),
        }
    }

    /// One value by its definition; people, roles and channels may be given by name.
    fn type_value(
        &mut self,
        line: &Line,
        definition: &Value,
        given: &Value,
        named: &mut Named,
    ) -> Result<Value, String> {
        let kind = definition["type"].as_u64().unwrap_or_default();
        let value = match kind {
            option::STRING => text_value(definition, given)?,
            option::INTEGER => {
                let number = given.as_i64().or_else(|| given.as_str()?.trim().parse().ok());
                json!(number.ok_or("This is not a whole number.")?)
            }
            option::NUMBER => {
                let number = given.as_f64().or_else(|| given.as_str()?.trim().parse().ok());
                json!(number.ok_or("This is not a number.")?)
            }
            option::BOOLEAN => match bare(given).to_lowercase().as_str() {
                "true" | "yes" => json!(true),
                "false" | "no" => json!(false),
                _ => return Err("This is neither true nor false.".into()),
            },
            option::USER | option::ROLE | option::CHANNEL | option::MENTIONABLE => {
                json!(self.entity(line.channel, kind, given, named)?)
            }
            option::ATTACHMENT => json!(self.upload(line.channel, given, named)?),
            _ => return Err("This kind of option is not known.".into()),
        };
        if kind == option::CHANNEL {
            check_channel_type(self, definition, &value)?;
        }
        check_bounds(definition, &value)?;
        check_choice(definition, value)
    }

    /// The id of a person, role or channel, given by id, mention or name.
    fn entity(&self, channel: Id, kind: u64, given: &Value, named: &mut Named) -> Result<Id, String> {
        let words = bare(given);
        let plain = words.trim_matches(|letter: char| "<@&#!>".contains(letter));
        let guild_id = self.channels.get(&channel).and_then(|channel| channel.guild);
        let guild = guild_id.and_then(|guild| self.guilds.get(&guild));
        let id = plain.parse::<Id>().ok().or_else(|| id_in(given));
        let user = || {
            let candidates =
                self.users.values().filter(|user| guild.is_none_or(|guild| guild.members.contains_key(&user.id)));
            candidates
                .into_iter()
                .find(|user| id == Some(user.id) || is_called(&user.display, plain))
                .map(|user| user.id)
        };
        let role = || {
            let mut roles = guild.into_iter().flat_map(|guild| guild.roles.values());
            roles.find(|role| id == Some(role.id) || role.name.eq_ignore_ascii_case(plain)).map(|role| role.id)
        };
        let place = || {
            let mut places = self.channels.values().filter(|place| place.guild == guild_id);
            places.find(|place| id == Some(place.id) || place.name == plain).map(|place| place.id)
        };
        match kind {
            option::ROLE => role().inspect(|role| named.roles.push(*role)),
            option::CHANNEL => place().inspect(|place| named.channels.push(*place)),
            option::MENTIONABLE => match user() {
                Some(user) => Some(user).inspect(|user| named.users.push(*user)),
                None => role().inspect(|role| named.roles.push(*role)),
            },
            _ => user().inspect(|user| named.users.push(*user)),
        }
        .ok_or_else(|| format!("Nothing here is called {words}."))
    }

    /// Uploads the file of an attachment option: `{"filename": …, "content": …}`.
    fn upload(&mut self, channel: Id, given: &Value, named: &mut Named) -> Result<String, String> {
        let (Some(name), Some(content)) = (given["filename"].as_str(), given["content"].as_str()) else {
            return Err("A file is {\"filename\": …, \"content\": …}.".into());
        };
        let kind = given["content_type"].as_str().unwrap_or("application/octet-stream");
        let attachment = self.keep_file(channel, name, kind, content.as_bytes().to_vec(), &Value::Null);
        let id = attachment["id"].as_str().map_or_else(|| bare(&json!(attachment["id"])), Into::into);
        named.attachments.push(attachment);
        Ok(id)
    }
}

/// Whether a person is meant by `name`: the whole name or the first one, in any case.
pub(super) fn is_called(display: &str, name: &str) -> bool {
    let same = |other: &str| other.to_lowercase() == name.to_lowercase();
    same(display) || display.split_whitespace().next().is_some_and(same)
}

fn text_value(definition: &Value, given: &Value) -> Result<Value, String> {
    let text = bare(given);
    let count = text.chars().count() as u64;
    if count == 0 {
        return Err("This is empty.".into());
    }
    // Strings without a bound of their own take 6000 characters.
    let least = definition["min_length"].as_u64().unwrap_or(0);
    let most = definition["max_length"].as_u64().unwrap_or(6000);
    if count < least || count > most {
        return Err(format!("This has {count} characters; {least} to {most} are allowed."));
    }
    Ok(json!(text))
}

fn check_channel_type(state: &State, definition: &Value, value: &Value) -> Result<(), String> {
    let Some(types) = definition["channel_types"].as_array() else { return Ok(()) };
    let kind = id_in(value).and_then(|id| state.channels.get(&id)).map(|channel| channel.kind);
    let fits = types.is_empty() || types.iter().any(|allowed| allowed.as_u64() == kind);
    if fits { Ok(()) } else { Err("This kind of channel is not allowed here.".into()) }
}

fn check_bounds(definition: &Value, value: &Value) -> Result<(), String> {
    let Some(number) = value.as_f64() else { return Ok(()) };
    if definition["min_value"].as_f64().is_some_and(|least| number < least) {
        return Err(format!("This is less than {}.", definition["min_value"]));
    }
    if definition["max_value"].as_f64().is_some_and(|most| number > most) {
        return Err(format!("This is more than {}.", definition["max_value"]));
    }
    Ok(())
}

/// With choices, only a choice goes; it may be given by its name or its value.
fn check_choice(definition: &Value, value: Value) -> Result<Value, String> {
    let choices = definition["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    if choices.is_empty() {
        return Ok(value);
    }
    let chosen = choices.iter().find(|choice| choice["value"] == value);
    let chosen = chosen.or_else(|| choices.iter().find(|choice| choice["name"] == value));
    let names = choices.iter().filter_map(|choice| choice["name"].as_str()).collect::<Vec<_>>().join(", ");
    chosen.map(|choice| choice["value"].clone()).ok_or_else(|| format!("This is none of the choices: {names}."))
}
