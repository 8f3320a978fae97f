//! The description of a world: which servers, people, roles and channels there are at the start.
//!
//! A [`World`] has names only. Ids are minted, from the clock, when a playground starts with it.

use super::permissions;

/// What exists when a playground starts.
///
/// ```ignore
/// let world = World::guild("Test")
///     .role("Responders", 0)
///     .owner("Dev Patel", &[])
///     .person("Alice Chen", &["Responders"])
///     .channel("incidents");
/// ```
#[derive(Debug, Clone)]
pub struct World {
    pub(super) guilds: Vec<GuildPlan>,
}

#[derive(Debug, Clone)]
pub(super) struct GuildPlan {
    pub(super) name: String,
    pub(super) everyone: u64,
    pub(super) bot: u64,
    pub(super) roles: Vec<RolePlan>,
    pub(super) people: Vec<PersonPlan>,
    pub(super) channels: Vec<ChannelPlan>,
}

#[derive(Debug, Clone)]
pub(super) struct RolePlan {
    pub(super) name: String,
    pub(super) permissions: u64,
    pub(super) mentionable: bool,
    pub(super) colour: u32,
}

#[derive(Debug, Clone)]
pub(super) struct PersonPlan {
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) owner: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ChannelPlan {
    pub(super) name: String,
    pub(super) topic: Option<String>,
    /// Role names that alone see the channel; empty means everyone does.
    pub(super) only: Vec<String>,
}

/// Colours that roles take in turn, so that people can be told apart on the page.
const ROLE_COLOURS: [u32; 5] = [0x2e_8b_c0, 0xb8_6b_1f, 0x8a_5c_d1, 0x2f_9e_62, 0xc0_4a_6a];

impl World {
    /// A world with one server of this name, to which the methods below add.
    #[must_use]
    pub fn guild(name: &str) -> Self {
        Self { guilds: Vec::new() }.and_guild(name)
    }

    /// Another server of the same bot; the methods below now add to this one.
    /// A person of the same name is the same user in both.
    #[must_use]
    pub fn and_guild(mut self, name: &str) -> Self {
        self.guilds.push(GuildPlan {
            name: name.into(),
            everyone: permissions::EVERYONE,
            bot: permissions::BOT,
            roles: Vec::new(),
            people: Vec::new(),
            channels: Vec::new(),
        });
        self
    }

    /// A mentionable role with these permission bits beside those of `@everyone`.
    #[must_use]
    pub fn role(self, name: &str, permissions: u64) -> Self {
        self.with_role(name, permissions, true)
    }

    /// A role that only holders of `MENTION_EVERYONE` can ping.
    #[must_use]
    pub fn quiet_role(self, name: &str, permissions: u64) -> Self {
        self.with_role(name, permissions, false)
    }

    fn with_role(mut self, name: &str, permissions: u64, mentionable: bool) -> Self {
        let guild = self.last();
        let colour = ROLE_COLOURS[guild.roles.len() % ROLE_COLOURS.len()];
        guild.roles.push(RolePlan { name: name.into(), permissions, mentionable, colour });
        self
    }

    /// A member with the named roles, which must have been added before.
    #[must_use]
    pub fn person(mut self, name: &str, roles: &[&str]) -> Self {
        self.last().people.push(PersonPlan {
            name: name.into(),
            roles: roles.iter().map(ToString::to_string).collect(),
            owner: false,
        });
        self
    }

    /// The member who owns the server and so may do everything. Without one, nobody in the
    /// world owns it.
    #[must_use]
    pub fn owner(mut self, name: &str, roles: &[&str]) -> Self {
        self = self.person(name, roles);
        if let Some(person) = self.last().people.last_mut() {
            person.owner = true;
        }
        self
    }

    /// A text channel.
    #[must_use]
    pub fn channel(self, name: &str) -> Self {
        self.with_channel(name, None, &[])
    }

    /// A text channel with a topic.
    #[must_use]
    pub fn channel_about(self, name: &str, topic: &str) -> Self {
        self.with_channel(name, Some(topic), &[])
    }

    /// A text channel that only the named roles (and the bot) see.
    #[must_use]
    pub fn private_channel(self, name: &str, only: &[&str]) -> Self {
        self.with_channel(name, None, only)
    }

    fn with_channel(mut self, name: &str, topic: Option<&str>, only: &[&str]) -> Self {
        self.last().channels.push(ChannelPlan {
            name: name.into(),
            topic: topic.map(Into::into),
            only: only.iter().map(ToString::to_string).collect(),
        });
        self
    }

    /// The permission bits of the bot's own role, instead of those of the install link.
    #[must_use]
    pub fn bot_permissions(mut self, bits: u64) -> Self {
        self.last().bot = bits;
        self
    }

    /// The permission bits of `@everyone`.
    #[must_use]
    pub fn everyone_permissions(mut self, bits: u64) -> Self {
        self.last().everyone = bits;
        self
    }

    fn last(&mut self) -> &mut GuildPlan {
        self.guilds.last_mut().expect("World::guild makes the first server")
    }
}
