//! What tests see and set from outside: finding things, waiting for things, changing the world.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::message::Message;
use super::people::{Person, Place};
use super::state::{Channel, kind};
use super::world::World;
use super::{Id, Playground};

/// How long [`Playground::wait_ready`] waits.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// A thread as it stands now.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "they are Discord's own")]
pub struct Thread {
    /// Its id, which is that of the message it hangs on, if any.
    pub id: Id,
    /// The channel it is in.
    pub parent: Id,
    /// Its name.
    pub name: String,
    /// Whether only members see it.
    pub private: bool,
    /// Whether members may add others, in a private one.
    pub invitable: bool,
    /// Whether it is archived.
    pub archived: bool,
    /// Whether only holders of `MANAGE_THREADS` write in it.
    pub locked: bool,
    /// Who is in it.
    pub members: Vec<Id>,
}

impl Thread {
    fn of(channel: &Channel) -> Option<Self> {
        let thread = channel.thread.as_ref()?;
        Some(Self {
            id: channel.id,
            parent: channel.parent?,
            name: channel.name.clone(),
            private: channel.kind == kind::PRIVATE_THREAD,
            invitable: thread.invitable,
            archived: thread.archived,
            locked: thread.locked,
            members: thread.members.keys().copied().collect(),
        })
    }
}

impl From<&Thread> for Place {
    fn from(thread: &Thread) -> Self {
        Self::Id(thread.id)
    }
}

impl Playground {
    /// The member of the first server called `name`: first or whole name, in any case.
    ///
    /// # Panics
    /// When there is no such person.
    #[must_use]
    pub fn person(&self, name: &str) -> Person {
        let state = self.shared.state();
        let found = state.guilds.keys().find_map(|guild| Some((*guild, state.member_called(*guild, name)?)));
        drop(state);
        let (guild, user) = found.unwrap_or_else(|| panic!("nobody is called {name}"));
        Person { playground: self.clone(), user, guild }
    }

    /// The server called `name`; the empty name means the first one.
    ///
    /// # Panics
    /// When there is no such server.
    #[must_use]
    pub fn guild(&self, name: &str) -> Id {
        let state = self.shared.state();
        let found = state.guilds.values().find(|guild| name.is_empty() || guild.name == name).map(|guild| guild.id);
        drop(state);
        found.unwrap_or_else(|| panic!("no server is called {name}"))
    }

    /// The channel or thread of the first server called `name`.
    ///
    /// # Panics
    /// When there is no such channel.
    #[must_use]
    pub fn channel(&self, name: &str) -> Id {
        self.find(&name.into()).unwrap_or_else(|| panic!("no channel is called {name}"))
    }

    /// The role of the first server called `name`.
    ///
    /// # Panics
    /// When there is no such role.
    #[must_use]
    pub fn role(&self, name: &str) -> Id {
        let guild = self.guild("");
        let state = self.shared.state();
        let found = state.guilds[&guild].roles.values().find(|role| role.name == name).map(|role| role.id);
        drop(state);
        found.unwrap_or_else(|| panic!("no role is called {name}"))
    }

    pub(super) fn find(&self, place: &Place) -> Option<Id> {
        let mut state = self.shared.state();
        let guild = state.guilds.keys().next().copied()?;
        let bot = state.bot;
        match place {
            Place::Direct => None,
            place => state.find_place(guild, bot, place),
        }
    }

    /// The messages of a channel or thread that everyone there sees, oldest first.
    #[must_use]
    pub fn messages(&self, place: impl Into<Place>) -> Vec<Message> {
        let channel = self.find(&place.into());
        let state = self.shared.state();
        let messages = channel.and_then(|channel| state.messages.get(&channel));
        let messages = messages.into_iter().flat_map(|messages| messages.values());
        messages.filter(|message| !message.is_ephemeral()).cloned().collect()
    }

    /// A message as it stands now.
    #[must_use]
    pub fn message(&self, place: impl Into<Place>, message: Id) -> Option<Message> {
        let channel = self.find(&place.into())?;
        self.shared.state().message(channel, message).cloned()
    }

    /// The messages of the direct channel with a person, oldest first.
    #[must_use]
    pub fn direct_messages(&self, person: &Person) -> Vec<Message> {
        let state = self.shared.state();
        let channel = state.channels.values().find(|channel| channel.recipient == Some(person.id()));
        let messages = channel.and_then(|channel| state.messages.get(&channel.id));
        messages.into_iter().flat_map(|messages| messages.values().cloned()).collect()
    }

    /// A thread by id or name.
    #[must_use]
    pub fn thread(&self, place: impl Into<Place>) -> Option<Thread> {
        let channel = self.find(&place.into())?;
        self.shared.state().channels.get(&channel).and_then(Thread::of)
    }

    /// The threads of a channel, oldest first.
    #[must_use]
    pub fn threads(&self, place: impl Into<Place>) -> Vec<Thread> {
        let parent = self.find(&place.into());
        let state = self.shared.state();
        let threads = state.channels.values().filter(|channel| channel.parent.is_some() && channel.parent == parent);
        threads.filter_map(Thread::of).collect()
    }

    /// The bytes of an attachment of a message, by file name.
    #[must_use]
    pub fn file(&self, message: &Message, name: &str) -> Option<Vec<u8>> {
        let attachment = message.attachments.iter().find(|attachment| attachment["filename"] == name)?;
        let id = super::snowflake::id_in(&attachment["id"])?;
        self.shared.state().files.get(&id).map(|file| file.bytes.clone())
    }

    /// The registered commands that the first server has, as Discord would answer them.
    #[must_use]
    pub fn commands(&self) -> Vec<serde_json::Value> {
        let guild = self.guild("");
        self.shared.state().commands_in(Some(guild)).into_iter().cloned().collect()
    }

    /// Waits for `condition`, looking again after every change. Answers whether it came true in time.
    pub async fn wait_until(&self, within: Duration, condition: impl Fn(&Self) -> bool) -> bool {
        let deadline = Instant::now() + within;
        let mut changes = self.shared.changes.subscribe();
        loop {
            // Marked as seen before looking, so that no change falls between the two.
            changes.mark_unchanged();
            if condition(self) {
                return true;
            }
            if !matches!(timeout_at(deadline, changes.changed()).await, Ok(Ok(()))) {
                return condition(self);
            }
        }
    }

    /// Waits for a message in a channel or thread.
    ///
    /// # Panics
    /// When none comes in time; the panic tells what was there instead.
    pub async fn wait_for(
        &self,
        place: impl Into<Place>,
        wanted: impl Fn(&Message) -> bool,
        within: Duration,
    ) -> Message {
        let place = place.into();
        let found = |playground: &Self| playground.messages_at(&place).into_iter().find(|message| wanted(message));
        self.wait_until(within, |playground| found(playground).is_some()).await;
        found(self).unwrap_or_else(|| {
            let texts: Vec<String> = self.messages_at(&place).iter().map(Message::text).collect();
            panic!("the message did not come to {place:?} within {within:?}; there are {texts:#?}")
        })
    }

    fn messages_at(&self, place: &Place) -> Vec<Message> {
        self.find(place).map(|channel| self.messages(channel)).unwrap_or_default()
    }

    /// Waits until a bot has identified; answers whether it did so in half a minute.
    pub async fn wait_ready(&self) -> bool {
        self.wait_until(READY_WITHIN, |playground| playground.gateway().sessions() > 0).await
    }

    /// Waits until a bot has identified and registered commands; answers whether it did so in half a minute.
    pub async fn wait_commands(&self) -> bool {
        let has_commands = |playground: &Self| !playground.commands().is_empty();
        self.wait_until(READY_WITHIN, |playground| playground.gateway().sessions() > 0 && has_commands(playground))
            .await
    }

    /// Deletes a message, as a moderator would. Answers whether it was there.
    #[must_use]
    pub fn delete_message(&self, place: impl Into<Place>, message: Id) -> bool {
        let Some(channel) = self.find(&place.into()) else { return false };
        self.shared.change(|state| state.delete(channel, message).is_ok())
    }

    /// Deletes a channel or thread.
    pub fn delete_channel(&self, place: impl Into<Place>) {
        if let Some(channel) = self.find(&place.into()) {
            self.shared.change(|state| state.delete_channel(channel));
        }
    }

    /// Archives or wakes a thread, locked or not, as a moderator would.
    pub fn set_archived(&self, place: impl Into<Place>, archived: bool, locked: bool) {
        let Some(id) = self.find(&place.into()) else { return };
        self.shared.change(|state| {
            let now = state.now();
            let Some(channel) = state.channels.get_mut(&id) else { return };
            if let Some(thread) = &mut channel.thread {
                thread.archived = archived;
                thread.locked = locked;
                thread.archive_changed = now;
            }
            let channel = channel.clone();
            state.send_channel(super::events::Change::Edited, &channel);
        });
    }

    /// Gives the bot exactly these permission bits in a channel.
    pub fn set_bot_permissions(&self, place: impl Into<Place>, bits: u64) {
        if let Some(channel) = self.find(&place.into()) {
            self.shared.change(|state| state.set_bot_permissions(channel, bits));
        }
    }

    /// Gives a person exactly the named roles in their server.
    ///
    /// # Panics
    /// When there is no such role.
    pub fn set_roles(&self, person: &Person, roles: &[&str]) {
        self.shared.change(|state| {
            let known = &state.guilds[&person.guild].roles;
            let id = |name: &&str| {
                let role = known.values().find(|role| role.name == *name);
                role.unwrap_or_else(|| panic!("no role is called {name}")).id
            };
            let roles = roles.iter().map(id).collect();
            state.set_roles(person.guild, person.user, roles);
        });
    }

    /// Whether a person takes direct messages of the bot's from now on.
    pub fn set_takes_direct_messages(&self, person: &Person, takes: bool) {
        self.shared.change(|state| {
            if let Some(user) = state.users.get_mut(&person.user) {
                user.takes_dms = takes;
            }
        });
    }

    /// Adds the servers of `world`; the bot is told by `GUILD_CREATE`. Answers their ids.
    #[must_use]
    pub fn add_guilds(&self, world: &World) -> Vec<Id> {
        self.shared.change(|state| {
            let ids: Vec<Id> = world.guilds.iter().map(|plan| state.found_guild(plan)).collect();
            for id in &ids {
                let data = state.guild_create(&state.guilds[id]);
                state.send("GUILD_CREATE", super::gateway::intent::GUILDS, data);
            }
            ids
        })
    }

    /// Removes the bot from a server, which is gone for it with everything in it.
    pub fn remove_guild(&self, guild: Id) {
        self.shared.change(|state| state.remove_guild(guild));
    }
}
