//! People: what tests and the page do in the name of a member.

use serde_json::{Map, Value, json};

use super::answer::{Answer, Form, Outcome};
use super::interaction::{Act, Named, kind};
use super::message::{Message, component};
use super::permissions::VIEW_CHANNEL;
use super::state::State;
use super::typing::{Line, is_called};
use super::validate::command::type_of;
use super::{Id, Playground};

/// Where something happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A channel or thread by id.
    Id(Id),
    /// A channel or thread by name, in the person's server.
    Name(String),
    /// The direct channel between the person and the bot.
    Direct,
}

impl From<Id> for Place {
    fn from(id: Id) -> Self {
        Self::Id(id)
    }
}

impl From<&str> for Place {
    fn from(name: &str) -> Self {
        Self::Name(name.trim_start_matches('#').into())
    }
}

impl From<&String> for Place {
    fn from(name: &String) -> Self {
        name.as_str().into()
    }
}

/// A member who acts. Clones are the same person.
#[derive(Clone)]
pub struct Person {
    pub(super) playground: Playground,
    pub(super) user: Id,
    pub(super) guild: Id,
}

impl State {
    /// The channel that `place` means for someone in `guild`.
    pub(super) fn find_place(&mut self, guild: Id, user: Id, place: &Place) -> Option<Id> {
        match place {
            Place::Id(id) => self.channels.contains_key(id).then_some(*id),
            Place::Name(name) => {
                let mut named =
                    self.channels.values().filter(|channel| channel.guild == Some(guild) && channel.name == *name);
                named.next().map(|channel| channel.id)
            }
            Place::Direct => Some(self.direct_channel(user)),
        }
    }
}

impl Person {
    /// The user's id.
    #[must_use]
    pub fn id(&self) -> Id {
        self.user
    }

    /// The server in which the person acts.
    #[must_use]
    pub fn guild(&self) -> Id {
        self.guild
    }

    /// The name that others see.
    #[must_use]
    pub fn name(&self) -> String {
        self.playground.shared.state().users.get(&self.user).map(|user| user.display.clone()).unwrap_or_default()
    }

    /// `<@id>`.
    #[must_use]
    pub fn mention(&self) -> String {
        format!("<@{}>", self.user)
    }

    /// The same person in another server.
    ///
    /// # Panics
    /// When there is no such server, or the person is not in it.
    #[must_use]
    pub fn in_guild(&self, name: &str) -> Self {
        let guild = self.playground.guild(name);
        let member = self.playground.shared.state().guilds[&guild].members.contains_key(&self.user);
        assert!(member, "{} is not a member of {name}", self.name());
        Self { guild, ..self.clone() }
    }

    /// Types a slash command and waits for the bot's answer. `options` maps names to values; users,
    /// roles and channels may be given by name. What Discord's client would not send is not sent.
    pub async fn slash(&self, place: impl Into<Place>, command: &str, options: Value) -> Answer {
        let act = self.in_place(&place.into(), |state, channel| {
            let options = as_map(&options)?;
            let line = Line { user: self.user, channel, command, options: &options, focused: None };
            let typed = state.type_command(&line)?;
            Ok(self.act(kind::COMMAND, channel, typed.data, Some(typed.name)))
        });
        self.perform(act).await
    }

    /// Asks for completions of the option `focused`, whose text so far is in `options`.
    /// Answers name and value of each choice; nothing when the bot did not answer.
    pub async fn complete(
        &self,
        place: impl Into<Place>,
        command: &str,
        options: Value,
        focused: &str,
    ) -> Vec<(String, Value)> {
        self.completion(place, command, options, focused).await.choices()
    }

    /// As [`Self::complete`], with how it went.
    pub async fn completion(&self, place: impl Into<Place>, command: &str, options: Value, focused: &str) -> Answer {
        let act = self.in_place(&place.into(), |state, channel| {
            let options = as_map(&options)?;
            let line = Line { user: self.user, channel, command, options: &options, focused: Some(focused) };
            let typed = state.type_command(&line)?;
            let act = self.act(kind::COMPLETION, channel, typed.data, Some(typed.name));
            Ok(Act { option_type: typed.option_type, ..act })
        });
        self.perform(act).await
    }

    /// Uses a message command, from the menu of a message.
    pub async fn message_command(&self, name: &str, place: impl Into<Place>, message: Id) -> Answer {
        let act = self.in_place(&place.into(), |state, channel| {
            let guild = state.channels.get(&channel).and_then(|channel| channel.guild);
            let command = state
                .commands_in(guild)
                .into_iter()
                .find(|command| command["name"] == name && type_of(command) == 3)
                .cloned()
                .ok_or_else(|| format!("No message command named {name} is registered here."))?;
            let options = Map::new();
            let line = Line { user: self.user, channel, command: name, options: &options, focused: None };
            state.check_usable(&command, &line, guild)?;
            let target = state.message(channel, message).filter(|message| self.sees(message));
            let target = target.ok_or("There is no such message here.")?;
            let named = Named { viewer: self.user, messages: vec![target.id], ..Named::default() };
            let data = json!({
                "id": command["id"], "name": name, "type": 3, "target_id": message,
                "resolved": state.resolve(channel, &named),
            });
            Ok(self.act(kind::COMMAND, channel, data, Some(name.into())))
        });
        self.perform(act).await
    }

    /// Clicks the button with this label or custom id.
    pub async fn click(&self, message: &Message, button: &str) -> Answer {
        let act = self.at_message(message, |current| {
            let button = current.button(button).ok_or_else(|| format!("The message has no button {button}."))?;
            if button.disabled {
                return Err(format!("The button {} is disabled.", button.label));
            }
            let custom_id = button.custom_id.ok_or("The button is a link.")?;
            Ok(json!({"component_type": component::BUTTON, "custom_id": custom_id}))
        });
        self.perform(act).await
    }

    /// Chooses in a select, named by custom id or placeholder. Values may be labels.
    pub async fn choose(&self, message: &Message, select: &str, values: &[&str]) -> Answer {
        let mut named = Named { viewer: self.user, ..Named::default() };
        let act = self.at_message(message, |current| {
            let select = current.select(select).ok_or_else(|| format!("The message has no select {select}."))?;
            if select.disabled {
                return Err("The select is disabled.".into());
            }
            let count = values.len() as u64;
            if count < select.min_values || count > select.max_values {
                return Err(format!("Choose {} to {}.", select.min_values, select.max_values));
            }
            let mut chosen = Vec::new();
            for value in values {
                if select.kind == component::STRING_SELECT {
                    let option = select.options.iter().find(|(label, known)| label == value || known == value);
                    chosen.push(option.ok_or_else(|| format!("There is no option {value}."))?.1.clone());
                } else {
                    let id: Id = value.parse().map_err(|_| format!("{value} is no id."))?;
                    match select.kind {
                        component::ROLE_SELECT => named.roles.push(id),
                        component::CHANNEL_SELECT => named.channels.push(id),
                        _ => named.users.push(id),
                    }
                    chosen.push(id.to_string());
                }
            }
            Ok(json!({"component_type": select.kind, "custom_id": select.custom_id, "values": chosen}))
        });
        let act = act.map(|mut act| {
            let resolved = self.playground.shared.state().resolve(message.channel, &named);
            if resolved.as_object().is_some_and(|resolved| !resolved.is_empty()) {
                act.data["resolved"] = resolved;
            }
            act
        });
        self.perform(act).await
    }

    /// Submits a form. `values` maps custom ids or labels to texts; fields left out keep what stands in them.
    pub async fn submit(&self, form: &Form, values: Value) -> Answer {
        let act = form.filled(&values).map(|data| {
            let act = self.act(kind::MODAL, form.channel, data, None);
            Act { source: form.source, ..act }
        });
        self.perform(act).await
    }

    /// Sends an application command as it is, unchecked: a hostile client.
    pub async fn slash_raw(&self, place: impl Into<Place>, data: Value) -> Answer {
        let name = data["name"].as_str().map(Into::into);
        let act = self.in_place(&place.into(), |_, channel| Ok(self.act(kind::COMMAND, channel, data, name)));
        self.perform(act).await
    }

    /// Sends a click, choice or form as it is, unchecked; `kind` is 3 for components, 5 for forms.
    pub async fn send_raw(&self, kind: u8, place: impl Into<Place>, message: Option<Id>, data: Value) -> Answer {
        let act = self
            .in_place(&place.into(), |_, channel| Ok(Act { source: message, ..self.act(kind, channel, data, None) }));
        self.perform(act).await
    }

    /// What the person reads in a channel, oldest first, with their own ephemeral answers.
    #[must_use]
    pub fn reads(&self, place: impl Into<Place>) -> Vec<Message> {
        let place = place.into();
        let found = self.in_place(&place, |state, channel| {
            let messages = state.messages.get(&channel).into_iter().flat_map(|messages| messages.values());
            Ok(messages.filter(|message| self.sees(message)).cloned().collect())
        });
        found.unwrap_or_default()
    }

    fn sees(&self, message: &Message) -> bool {
        message.only_for.is_none_or(|only| only == self.user)
    }

    fn act(&self, kind: u8, channel: Id, data: Value, name: Option<String>) -> Act {
        Act { kind, user: self.user, channel, data, name, source: None, option_type: 0 }
    }

    /// Runs `act` in a place that the person sees.
    pub(super) fn in_place<T>(
        &self,
        place: &Place,
        act: impl FnOnce(&mut State, Id) -> Result<T, String>,
    ) -> Result<T, String> {
        self.playground.shared.change(|state| {
            let channel = state.find_place(self.guild, self.user, place);
            let channel = channel.ok_or_else(|| format!("There is no channel {place:?}."))?;
            if !state.may(channel, self.user, VIEW_CHANNEL) {
                return Err("You do not see this channel.".into());
            }
            act(state, channel)
        })
    }

    /// Prepares a click on the message as it stands now.
    fn at_message(
        &self,
        message: &Message,
        data: impl FnOnce(&Message) -> Result<Value, String>,
    ) -> Result<Act, String> {
        self.in_place(&message.channel.into(), |state, channel| {
            let current = state.message(channel, message.id).filter(|current| self.sees(current));
            let data = data(current.ok_or("The message is gone.")?)?;
            Ok(Act { source: Some(message.id), ..self.act(kind::COMPONENT, channel, data, None) })
        })
    }

    async fn perform(&self, act: Result<Act, String>) -> Answer {
        let act = match act {
            Ok(act) => act,
            Err(reason) => return Answer::new(self.playground.clone(), None, Outcome::NotSent(reason)),
        };
        let patience = self.playground.shared.options.answer_within;
        let id = self.playground.shared.change(|state| state.interact(act));
        let answered = |playground: &Playground| {
            playground.shared.state().interactions.get(&id).is_some_and(|live| live.answered.is_some())
        };
        let in_time = self.playground.wait_until(patience, answered).await;
        let outcome = if in_time { Outcome::Answered } else { Outcome::TimedOut };
        Answer::new(self.playground.clone(), Some(id), outcome)
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("name", &self.name()).field("id", &self.user).finish_non_exhaustive()
    }
}

fn as_map(options: &Value) -> Result<Map<String, Value>, String> {
    match options {
        Value::Null => Ok(Map::new()),
        Value::Object(options) => Ok(options.clone()),
        _ => Err("Options are a map of name to value.".into()),
    }
}

impl State {
    /// The member of `guild` called `name` (first or whole name, in any case).
    pub(super) fn member_called(&self, guild: Id, name: &str) -> Option<Id> {
        let members = self.guilds.get(&guild)?.members.keys();
        members.filter_map(|id| self.users.get(id)).find(|user| is_called(&user.display, name)).map(|user| user.id)
    }
}
