//! From the description of a world to a state with ids.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Id;
use super::effects::Log;
use super::options::Options;
use super::permissions::{Overwrite, VIEW_CHANNEL};
use super::snowflake::Mint;
use super::state::{Channel, Guild, Member, Role, State, User, kind};
use super::world::{GuildPlan, World};

/// The name of the bot's user and of its own role.
const BOT_NAME: &str = "wardroom";

impl State {
    /// Mints ids for everything in `world`.
    pub(super) fn found(options: Options, world: &World) -> Self {
        let mut mint = Mint::new(options.clock.clone());
        let bot = mint.next();
        let mut state = Self {
            mint,
            application: bot,
            bot,
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            nonces: HashMap::new(),
            commands: BTreeMap::new(),
            interactions: BTreeMap::new(),
            files: BTreeMap::new(),
            url: String::new(),
            effects: Log::new(options.effect_log),
            requests: Log::new(options.request_log),
            serving: None,
            outgoing: VecDeque::new(),
            options,
        };
        state.users.insert(
            bot,
            User { id: bot, name: BOT_NAME.into(), display: BOT_NAME.into(), bot: true, takes_dms: false },
        );
        for plan in &world.guilds {
            state.found_guild(plan);
        }
        state
    }

    /// Adds a server and answers its id.
    pub(super) fn found_guild(&mut self, plan: &GuildPlan) -> Id {
        let id = self.mint.next();
        let now = self.now();
        let mut position = 0;
        let mut role = |id, name: &str, permissions, mentionable, colour, managed| {
            let role = Role { id, name: name.into(), permissions, mentionable, colour, managed, position };
            position += 1;
            (id, role)
        };
        let mut roles = BTreeMap::from([role(id, "@everyone", plan.everyone, false, 0, false)]);
        for planned in &plan.roles {
            let role_id = self.mint.next();
            roles.extend([role(
                role_id,
                &planned.name,
                planned.permissions,
                planned.mentionable,
                planned.colour,
                false,
            )]);
        }
        let bot_role = self.mint.next();
        roles.extend([role(bot_role, BOT_NAME, plan.bot, false, 0, true)]);
        let id_of = |name: &str| {
            let found = roles.values().find(|role| role.name == name);
            found.map_or_else(|| panic!("the world has no role named {name:?}"), |role| role.id)
        };

        let mut members = BTreeMap::from([(self.bot, Member { roles: vec![bot_role], joined: now })]);
        let mut owner = None;
        for person in &plan.people {
            let user = self.user_named(&person.name);
            if person.owner {
                owner = Some(user);
            }
            let roles = person.roles.iter().map(|name| id_of(name)).collect();
            members.insert(user, Member { roles, joined: now });
        }
        for (position, planned) in (0..).zip(&plan.channels) {
            let channel_id = self.mint.next();
            let overwrite = |target, member, allow, deny| Overwrite { target, member, allow, deny };
            let mut overwrites = Vec::new();
            if !planned.only.is_empty() {
                overwrites.push(overwrite(id, false, 0, VIEW_CHANNEL));
                overwrites.push(overwrite(self.bot, true, VIEW_CHANNEL, 0));
                overwrites.extend(planned.only.iter().map(|name| overwrite(id_of(name), false, VIEW_CHANNEL, 0)));
            }
            let channel = Channel {
                topic: planned.topic.clone(),
                position,
                overwrites,
                ..Channel::new(channel_id, Some(id), kind::TEXT, &planned.name)
            };
            self.channels.insert(channel_id, channel);
        }
        // A server always has an owner; one that nobody in this world is keeps the tests honest.
        let owner = owner.unwrap_or_else(|| self.mint.next());
        self.guilds.insert(id, Guild { id, name: plan.name.clone(), owner, roles, members, joined: now });
        id
    }

    fn user_named(&mut self, display: &str) -> Id {
        if let Some(user) = self.users.values().find(|user| user.display == display) {
            return user.id;
        }
        let id = self.mint.next();
        let name = display.to_lowercase().replace(' ', ".");
        self.users.insert(id, User { id, name, display: display.into(), bot: false, takes_dms: true });
        id
    }
}
