//! What is missing for wardroom to work in a guild, as a list in which each line says how to mend it.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::{Guild, Purpose};
use crate::chat::text::code;
use crate::policy::Capability;
use crate::snowflake::{ChannelId, RoleId};

/// Discord's permission bits that wardroom needs where it posts, with their names in Discord's own words.
const NEEDED: [(u64, &str); 8] = [
    (1 << 10, "View Channel"),
    (1 << 11, "Send Messages"),
    (1 << 16, "Read Message History"),
    (1 << 35, "Create Public Threads"),
    (1 << 36, "Create Private Threads"),
    (1 << 38, "Send Messages in Threads"),
    (1 << 14, "Embed Links"),
    (1 << 15, "Attach Files"),
];

/// What the install link asks for: all that is needed, and nothing more.
pub const PERMISSIONS: u64 = {
    let (mut sum, mut index) = (0, 0);
    while index < NEEDED.len() {
        sum |= NEEDED[index].0;
        index += 1;
    }
    sum
};

const ADMINISTRATOR: u64 = 1 << 3;
/// A role that is not mentionable is pinged only with this one.
const MENTION_EVERYONE: u64 = 1 << 17;

/// What Discord says about a guild, at this moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The guild's name.
    pub name: String,
    /// Its channels.
    pub channels: BTreeMap<ChannelId, ChannelFacts>,
    /// Its roles: name, and whether anyone may mention it.
    pub roles: BTreeMap<RoleId, (String, bool)>,
}

/// What Discord says about a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelFacts {
    /// Its name.
    pub name: String,
    /// Whether it is a text channel, which can hold cards.
    pub text: bool,
    /// wardroom's own permission bits in it.
    pub permissions: u64,
}

/// One line of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether all is well.
    pub well: bool,
    /// Whether it is about something that was set up, and not about what could be.
    pub set: bool,
    /// What is so and, where it is not well, how to mend it. Markdown.
    pub sentence: String,
}

impl Finding {
    fn well(sentence: impl Into<String>) -> Self {
        Self { well: true, set: true, sentence: sentence.into() }
    }

    /// Nothing is set up here, and that is well too.
    fn open(sentence: impl Into<String>) -> Self {
        Self { well: true, set: false, sentence: sentence.into() }
    }

    fn amiss(sentence: impl Into<String>) -> Self {
        Self { well: false, set: true, sentence: sentence.into() }
    }
}

/// What was to be said and is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsaid {
    /// What Discord refused, in words, and why.
    pub refused: Vec<(String, String)>,
    /// What waits for a room that is not open.
    pub waiting: Vec<Waiting>,
}

/// What waits for a room that is not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The number of its record.
    pub room: String,
    /// How many things wait.
    pub count: i64,
    /// How long the oldest of them has waited.
    pub waited: TimeDelta,
}

/// Holds the guild's set-up against what Discord says, or tells why it says nothing; and what is not said although it should be.
pub fn findings(guild: &Guild, around: Result<&Surroundings, &str>, unsaid: &Unsaid) -> Vec<Finding> {
    let mut found: Vec<Finding> = match around {
        Ok(around) => {
            let channels = Purpose::ALL.iter().map(|purpose| of_channel(guild, around, *purpose));
            let roles = Capability::ALL.iter().flat_map(|capability| of_capability(guild, around, *capability));
            channels.chain(roles).collect()
        }
        Err(why) => vec![Finding::amiss(format!(
            "Discord did not tell how this server is set up ({}), so channels and roles were not looked at. What wardroom knows by itself follows. Try again in a minute.",
            code(why, 80)
        ))],
    };
    found.push(if guild.zone_name == "UTC" {
        Finding::well("Times are read in `UTC`. If your people write another: `/setup timezone`.")
    } else {
        Finding::well(format!("Times are read in `{}`.", guild.zone_name))
    });
    if let Some((what, why)) = unsaid.refused.first() {
        let more = and_more(unsaid.refused.len());
        found.push(Finding::amiss(format!(
            "Discord refused {what}{more} ({why}). Mend the permissions of its channel; the next change of the record tries again."
        )));
    }
    if let Some(Waiting { room, count, waited }) = unsaid.waiting.first() {
        let more = and_more(unsaid.waiting.len());
        let things = if *count == 1 { "One thing waits".to_owned() } else { format!("{count} things wait") };
        found.push(Finding::amiss(format!(
            "{things} for the room of {room}{more}, for {} now. It opens when wardroom may post and open threads in the channel of its card; what waits for more than a day is given up.",
            roughly(*waited)
        )));
    }
    found
}

fn and_more(all: usize) -> String {
    if all < 2 { String::new() } else { format!(", and {} more", all - 1) }
}

fn roughly(time: TimeDelta) -> String {
    let minutes = time.num_minutes();
    if minutes < 120 { format!("{minutes} min") } else { format!("{} h", minutes / 60) }
}

fn of_channel(guild: &Guild, around: &Surroundings, purpose: Purpose) -> Finding {
    let name = purpose.name();
    let Some(channel) = guild.channel(purpose) else {
        return match purpose {
            Purpose::Incidents | Purpose::Changes | Purpose::Problems => Finding::open(format!(
                "No channel for `{name}`: cards go to the channel of the command. To choose one: `/setup channel purpose:{name}`."
            )),
            Purpose::Management | Purpose::Digests | Purpose::Operations | Purpose::Audit => Finding::open(format!(
                "No channel for `{name}`: nothing is posted there. To choose one: `/setup channel purpose:{name}`."
            )),
        };
    };
    let Some(facts) = around.channels.get(&channel) else {
        return Finding::amiss(format!(
            "The channel for `{name}` (id {channel}) is gone, or hidden from wardroom. Choose another: `/setup channel purpose:{name}`."
        ));
    };
    if !facts.text {
        return Finding::amiss(format!(
            "<#{channel}> for `{name}` is no text channel, so it cannot hold cards. Choose one: `/setup channel purpose:{name}`."
        ));
    }
    let missing = lacking(facts, &NEEDED);
    if missing.is_empty() {
        Finding::well(format!("<#{channel}> for `{name}`."))
    } else {
        Finding::amiss(format!(
            "<#{channel}> for `{name}` lacks **{}** for wardroom. Channel settings → Permissions → wardroom.",
            missing.join(", ")
        ))
    }
}

/// Those of `needed` that wardroom has not in a channel.
fn lacking(facts: &ChannelFacts, needed: &[(u64, &'static str)]) -> Vec<&'static str> {
    needed
        .iter()
        .filter(|(bit, _)| facts.permissions & (bit | ADMINISTRATOR) == 0)
        .map(|(_, permission)| *permission)
        .collect()
}

/// What wardroom lacks in a channel to post messages with files there.
pub fn missing_for_posts(facts: &ChannelFacts) -> Vec<&'static str> {
    let needed: Vec<(u64, &'static str)> = NEEDED
        .into_iter()
        .filter(|(_, name)| ["View Channel", "Send Messages", "Attach Files"].contains(name))
        .collect();
    lacking(facts, &needed)
}

fn of_capability(guild: &Guild, around: &Surroundings, capability: Capability) -> Vec<Finding> {
    let name = capability.name();
    let roles = guild.roles.roles(capability);
    if roles.is_empty() {
        return match capability {
            Capability::Responder => {
                vec![Finding::well("`responder` is mapped to no role: anyone may run incidents, nobody is pinged.")]
            }
            Capability::Administrator => {
                vec![Finding::open("`administrator` is mapped to no role: members with Manage Server administrate.")]
            }
            // Nothing mapped is said (DESIGN 4, "Who sees what").
            _ => vec![Finding::open(format!(
                "`{name}` is mapped to no role: nobody has it. `/setup role capability:{name}`"
            ))],
        };
    }
    let may_mention_all =
        around.channels.values().any(|channel| channel.permissions & (MENTION_EVERYONE | ADMINISTRATOR) != 0);
    roles
        .iter()
        .map(|role| match around.roles.get(role) {
            None => Finding::amiss(format!(
                "The role of `{name}` (id {role}) is gone. Remove it: `/setup role capability:{name} role: … remove:True`, or map another."
            )),
            Some((_, mentionable)) if capability == Capability::Responder && !mentionable && !may_mention_all => {
                Finding::amiss(format!(
                    "<@&{role}> is `{name}`, but wardroom cannot ping it. Role settings → Allow anyone to @mention this role."
                ))
            }
            Some(_) => Finding::well(format!("<@&{role}> is `{name}`.")),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::RoleMap;
    use crate::snowflake::GuildId;

    const ALL: u64 = (1 << 10) | (1 << 11) | (1 << 14) | (1 << 15) | (1 << 16) | (1 << 35) | (1 << 36) | (1 << 38);

    fn guild() -> Guild {
        let mut guild = Guild::fresh(GuildId(1));
        guild.channels.insert(Purpose::Incidents, ChannelId(2));
        guild.roles = RoleMap::of([(Capability::Responder, RoleId(3))]);
        guild
    }

    fn around(permissions: u64, mentionable: bool) -> Surroundings {
        Surroundings {
            name: "Harbour".to_owned(),
            channels: BTreeMap::from([(
                ChannelId(2),
                ChannelFacts { name: "incidents".to_owned(), text: true, permissions },
            )]),
            roles: BTreeMap::from([(RoleId(3), ("Responders".to_owned(), mentionable))]),
        }
    }

    fn amiss(found: Vec<Finding>) -> Vec<String> {
        found.into_iter().filter(|finding| !finding.well).map(|finding| finding.sentence).collect()
    }

    #[test]
    fn a_guild_that_has_all_it_needs_has_nothing_to_mend() {
        assert_eq!(amiss(findings(&guild(), Ok(&around(ALL, true)), &Unsaid::default())), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_named_as_discord_names_it() {
        assert_eq!(
            amiss(findings(&guild(), Ok(&around(ALL & !(1 << 35), true)), &Unsaid::default())),
            [
                "<#2> for `incidents` lacks **Create Public Threads** for wardroom. Channel settings → Permissions → wardroom."
            ]
        );
    }

    #[test]
    fn a_channel_or_role_that_is_gone_is_told_with_the_way_to_mend_it() {
        let gone = amiss(findings(&guild(), Ok(&Surroundings::default()), &Unsaid::default()));
        assert_eq!(gone.len(), 2);
        assert!(gone[0].contains("is gone, or hidden"), "{}", gone[0]);
        assert!(gone[1].contains("The role of `responder` (id 3) is gone"), "{}", gone[1]);
    }

    #[test]
    fn a_role_that_cannot_be_pinged_is_told() {
        assert!(amiss(findings(&guild(), Ok(&around(ALL, false)), &Unsaid::default()))[0].contains("cannot ping it"));
    }

    #[test]
    fn what_wardroom_knows_by_itself_is_told_without_discord() {
        let waiting = Waiting { room: "INC-2".to_owned(), count: 3, waited: TimeDelta::minutes(150) };
        let refused = vec![("the card of INC-1".to_owned(), "50013: Missing Permissions".to_owned())];
        let amiss =
            amiss(findings(&guild(), Err("no answer"), &Unsaid { refused, waiting: vec![waiting.clone(), waiting] }));
        assert!(amiss[0].starts_with("Discord did not tell how this server is set up (`no answer`)"), "{}", amiss[0]);
        assert!(amiss[1].starts_with("Discord refused the card of INC-1 ("), "{}", amiss[1]);
        assert!(amiss[2].starts_with("3 things wait for the room of INC-2, and 1 more, for 2 h now."), "{}", amiss[2]);
    }
}
