//! What channels, roles and people are called, and what is meant by what a file calls them.

use std::collections::BTreeMap;

use crate::chat::nearest::nearest;
use crate::chat::text::code;
use crate::setup::{ChannelFacts, Surroundings};
use crate::snowflake::{ChannelId, RoleId, UserId};

/// Characters of what was said that are said back.
const SAID: usize = 60;

/// The names that are known. Without any, ids stand alone.
#[derive(Clone, Debug, Default)]
pub struct Names {
    channels: BTreeMap<ChannelId, ChannelFacts>,
    roles: BTreeMap<RoleId, String>,
    people: BTreeMap<UserId, String>,
}

impl Names {
    /// The names that Discord tells.
    pub fn of(around: &Surroundings) -> Self {
        Self {
            channels: around.channels.clone(),
            roles: around.roles.iter().map(|(id, (name, _))| (*id, name.clone())).collect(),
            people: BTreeMap::new(),
        }
    }

    /// Remembers what a person is called.
    pub fn know(&mut self, user: UserId, name: String) {
        self.people.insert(user, name);
    }

    /// `#incidents`, for a comment.
    pub fn channel(&self, id: ChannelId) -> Option<String> {
        self.channels.get(&id).map(|facts| format!("#{}", facts.name))
    }

    /// `@Responders`, for a comment.
    pub fn role(&self, id: RoleId) -> Option<String> {
        self.roles.get(&id).map(|name| format!("@{}", name.trim_start_matches('@')))
    }

    /// `Ada`, for a comment.
    pub fn person(&self, id: UserId) -> Option<String> {
        self.people.get(&id).cloned()
    }

    /// The text channel that a file means by an id, a mention or a name, or a sentence that says why there is none.
    pub fn find_channel(&self, said: &str) -> Result<ChannelId, String> {
        let known = self.channels.iter().map(|(id, facts)| (id.0, facts.name.as_str()));
        let id = ChannelId(find("channel", said, '#', known)?);
        if self.channels.get(&id).is_some_and(|facts| !facts.text) {
            return Err(format!("{} is no text channel, so nothing can be posted there.", code(said, SAID)));
        }
        Ok(id)
    }

    /// The role that a file means by an id, a mention or a name, or a sentence that says why there is none.
    pub fn find_role(&self, said: &str) -> Result<RoleId, String> {
        find("role", said, '@', self.roles.iter().map(|(id, name)| (id.0, name.as_str()))).map(RoleId)
    }
}

/// The person that a file means by an id or a mention. Discord gives no list of people to look a name up in.
pub fn find_person(said: &str) -> Result<UserId, String> {
    id_in(said)
        .map(UserId)
        .ok_or_else(|| format!("{} is no person: write an id (right-click somebody → Copy User ID).", code(said, SAID)))
}

fn find<'n>(
    what: &str,
    said: &str,
    mark: char,
    known: impl Iterator<Item = (u64, &'n str)> + Clone,
) -> Result<u64, String> {
    if let Some(id) = id_in(said) {
        let exists = known.clone().any(|(known, _)| known == id);
        return exists.then_some(id).ok_or_else(|| {
            format!("this server has no {what} with the id {}, or wardroom cannot see it. Write another id, or a name such as `{mark}…`.", code(said, SAID))
        });
    }
    let bare = |name: &str| name.trim().trim_start_matches(mark).to_lowercase();
    let wanted = bare(said);
    let named: Vec<u64> = known.clone().filter(|(_, name)| bare(name) == wanted).map(|(id, _)| id).collect();
    match named.as_slice() {
        [id] => Ok(*id),
        [] => {
            let hint = nearest(&wanted, known.map(|(_, name)| name)).map_or_else(
                || "Write its name as this server has it, or its id.".to_owned(),
                |near| format!("Did you mean {}?", code(&format!("{mark}{}", near.trim_start_matches(mark)), SAID)),
            );
            Err(format!("this server has no {what} {}. {hint}", code(said, SAID)))
        }
        several => Err(format!(
            "this server has {} {what}s called {}. Write the id of the one that is meant.",
            several.len(),
            code(said, SAID)
        )),
    }
}

/// The id in a mention, or a bare one. Ids have had 17 digits or more from the first; a name may be a shorter number.
fn id_in(said: &str) -> Option<u64> {
    let said = said.trim();
    let bare = said
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'))
        .map_or(said, |inside| inside.trim_start_matches(['#', '@', '&', '!']));
    let is_id = (15..=20).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit());
    bare.parse().ok().filter(|_| is_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let channel = |name: &str, text| ChannelFacts { name: name.to_owned(), text, permissions: 0 };
        Names {
            channels: BTreeMap::from([
                (ChannelId(100_000_000_000_000_001), channel("incidents", true)),
                (ChannelId(100_000_000_000_000_002), channel("Lounge", false)),
                (ChannelId(100_000_000_000_000_003), channel("twice", true)),
                (ChannelId(100_000_000_000_000_004), channel("twice", true)),
            ]),
            roles: BTreeMap::from([(RoleId(100_000_000_000_000_005), "On call".to_owned())]),
            people: BTreeMap::new(),
        }
    }

    #[test]
    fn ids_mentions_and_names_are_found() {
        for said in ["100000000000000001", "<#100000000000000001>", "#incidents", "Incidents", " incidents "] {
            assert_eq!(names().find_channel(said), Ok(ChannelId(100_000_000_000_000_001)), "{said}");
        }
        for said in ["100000000000000005", "<@&100000000000000005>", "@On call", "on call"] {
            assert_eq!(names().find_role(said), Ok(RoleId(100_000_000_000_000_005)), "{said}");
        }
        assert_eq!(find_person("<@100000000000000006>"), Ok(UserId(100_000_000_000_000_006)));
    }

    #[test]
    fn what_is_not_found_is_told_with_the_way_to_mend_it() {
        let no = |said: &str| names().find_channel(said).expect_err("it is not there");
        assert_eq!(no("#incidnets"), "this server has no channel `#incidnets`. Did you mean `#incidents`?");
        assert_eq!(no("#lounge"), "`#lounge` is no text channel, so nothing can be posted there.");
        assert_eq!(no("twice"), "this server has 2 channels called `twice`. Write the id of the one that is meant.");
        assert!(no("100000000000000009").starts_with("this server has no channel with the id `100000000000000009`"));
        assert!(find_person("Ada").expect_err("no id").starts_with("`Ada` is no person: write an id"));
    }
}
