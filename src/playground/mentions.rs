//! Who is mentioned, and who is really pinged, by a message.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::Id;
use super::message::{Message, Pinged, component, walk};
use super::permissions::{MENTION_EVERYONE, VIEW_CHANNEL};
use super::snowflake::id_in;
use super::state::State;

static USER: LazyLock<Regex> = LazyLock::new(|| expression(r"<@!?(\d{1,20})>"));
static ROLE: LazyLock<Regex> = LazyLock::new(|| expression(r"<@&(\d{1,20})>"));
static EVERYONE: LazyLock<Regex> = LazyLock::new(|| expression(r"@(everyone|here)\b"));
static CODE: LazyLock<Regex> = LazyLock::new(|| expression(r"(?s)```.*?```|`[^`\n]*`"));

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("the expression is well formed")
}

/// What a message is allowed to ping.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowed {
    users: Permitted,
    roles: Permitted,
    everyone: bool,
    replied: bool,
}

#[derive(Debug, Clone, Default)]
enum Permitted {
    #[default]
    None,
    All,
    These(BTreeSet<Id>),
}

impl Permitted {
    fn includes(&self, id: Id) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

impl Allowed {
    /// What holds without `allowed_mentions` on an ordinary message: everything pings.
    pub(super) fn everything() -> Self {
        Self { users: Permitted::All, roles: Permitted::All, everyone: true, replied: true }
    }

    /// What holds without it on an answer to an interaction: users only, and never the author of
    /// the message that it hangs on, which is the bot.
    pub(super) fn users_only() -> Self {
        Self { users: Permitted::All, ..Self::default() }
    }

    /// Reads `allowed_mentions`; `default` holds when it is absent.
    pub(super) fn read(body: &Value, default: Self) -> Self {
        let allowed = &body["allowed_mentions"];
        if !allowed.is_object() {
            return default;
        }
        let parses =
            |word: &str| allowed["parse"].as_array().is_some_and(|words| words.iter().any(|known| known == word));
        let kind = |word: &str| {
            if parses(word) {
                return Permitted::All;
            }
            Permitted::These(allowed[word].as_array().into_iter().flatten().filter_map(id_in).collect())
        };
        Self {
            users: kind("users"),
            roles: kind("roles"),
            everyone: parses("everyone"),
            replied: allowed["replied_user"] == true,
        }
    }
}

impl State {
    /// Fills in the mentions of `message` from its words. `may_ping_all` is whether the author
    /// holds `MENTION_EVERYONE` in the channel.
    pub(super) fn find_mentions(&self, message: &mut Message, allowed: &Allowed) {
        let words = pinging_words(message);
        let may_ping_all = self.may(message.channel, message.author, MENTION_EVERYONE);
        let ids = |expression: &Regex| -> BTreeSet<Id> {
            expression.captures_iter(&words).filter_map(|found| found[1].parse().ok()).collect()
        };
        let mut users: BTreeSet<Id> =
            ids(&USER).into_iter().filter(|id| self.users.contains_key(id) && allowed.users.includes(*id)).collect();
        if let Some((channel, original)) = message.reply_to.filter(|_| allowed.replied) {
            users.extend(self.message(channel, original).map(|original| original.author));
        }
        let guild = message.guild.and_then(|guild| self.guilds.get(&guild));
        let roles = ids(&ROLE).into_iter().filter(|id| {
            let role = guild.and_then(|guild| guild.roles.get(id));
            allowed.roles.includes(*id) && role.is_some_and(|role| role.mentionable || may_ping_all)
        });
        message.mention_roles = roles.collect();
        message.mention_everyone = guild.is_some() && allowed.everyone && may_ping_all && EVERYONE.is_match(&words);
        message.mentions = users.into_iter().collect();
    }

    /// Who hears of `message`, given its mentions: people who see the channel, or the one person
    /// who sees the answer. The author never pings itself.
    pub(super) fn who_is_pinged(&self, message: &Message) -> Pinged {
        let hears = |user: &Id| {
            *user != message.author
                && message.only_for.is_none_or(|only| only == *user)
                && self.may(message.channel, *user, VIEW_CHANNEL)
        };
        let mut users: BTreeSet<Id> = message.mentions.iter().copied().filter(hears).collect();
        let guild = message.guild.and_then(|guild| self.guilds.get(&guild));
        for (user, member) in guild.into_iter().flat_map(|guild| &guild.members) {
            let by_role = member.roles.iter().any(|role| message.mention_roles.contains(role));
            if (by_role || message.mention_everyone) && hears(user) {
                users.insert(*user);
            }
        }
        Pinged { users, roles: message.mention_roles.iter().copied().collect(), everyone: message.mention_everyone }
    }
}

/// Content and text displays, without code, in which nothing pings. Embeds never ping.
fn pinging_words(message: &Message) -> String {
    let mut words = message.content.clone();
    walk(&message.components, &mut |part| {
        if part["type"] == component::TEXT_DISPLAY {
            words.push('\n');
            words.push_str(part["content"].as_str().unwrap_or_default());
        }
    });
    CODE.replace_all(&words, " ").into_owned()
}
