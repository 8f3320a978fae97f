//! Looking at a guild as Discord shows it: its channels with our permissions in them, its roles.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use serde_json::Value;

use super::rest::Rest;
use crate::command::Look;
use crate::setup::{ChannelFacts, Surroundings};
use crate::snowflake::{ChannelId, GuildId, RoleId, UserId};

const ADMINISTRATOR: u64 = 1 << 3;
const VIEW_CHANNEL: u64 = 1 << 10;
/// Discord's kinds of channels that hold cards: text and announcement (Discord docs, channel types).
const TEXT: [u64; 2] = [0, 5];

impl Look for Rest {
    fn look(&self, guild: GuildId) -> Pin<Box<dyn Future<Output = Result<Surroundings, String>> + Send + '_>> {
        Box::pin(async move {
            let ask = async {
                let me = self.me().await?;
                Ok::<_, super::rest::CallError>((
                    me,
                    self.guild(guild).await?,
                    self.roles(guild).await?,
                    self.member(guild, me).await?,
                    self.channels(guild).await?,
                ))
            };
            let (me, guild_json, roles, member, channels) = ask.await.map_err(|error| error.to_string())?;
            Ok(surroundings(guild, me, &guild_json, &roles, &member, &channels))
        })
    }
}

fn bits(value: &Value) -> u64 {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64()).unwrap_or(0)
}

fn id(value: &Value) -> u64 {
    bits(value)
}

fn surroundings(
    guild: GuildId,
    me: UserId,
    guild_json: &Value,
    roles: &Value,
    member: &Value,
    channels: &Value,
) -> Surroundings {
    let mine: Vec<u64> = member["roles"].as_array().into_iter().flatten().map(id).collect();
    let roles: Vec<&Value> = roles.as_array().into_iter().flatten().collect();
    let base = if id(&guild_json["owner_id"]) == me.0 {
        u64::MAX
    } else {
        roles
            .iter()
            .filter(|role| id(&role["id"]) == guild.0 || mine.contains(&id(&role["id"])))
            .fold(0, |all, role| all | bits(&role["permissions"]))
    };
    Surroundings {
        name: guild_json["name"].as_str().unwrap_or_default().to_owned(),
        channels: channels
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|channel| {
                let facts = ChannelFacts {
                    name: channel["name"].as_str().unwrap_or_default().to_owned(),
                    text: channel["type"].as_u64().is_some_and(|kind| TEXT.contains(&kind)),
                    permissions: in_channel(base, guild, me, &mine, &channel["permission_overwrites"]),
                };
                // Discord lists hidden channels too; one that cannot be seen is as good as gone.
                (facts.permissions & VIEW_CHANNEL != 0).then_some((ChannelId(id(&channel["id"])), facts))
            })
            .collect(),
        roles: roles
            .iter()
            .map(|role| {
                let name = role["name"].as_str().unwrap_or_default().to_owned();
                (RoleId(id(&role["id"])), (name, role["mentionable"].as_bool().unwrap_or(false)))
            })
            .collect::<BTreeMap<_, _>>(),
    }
}

/// Discord's order: everyone's overwrite, then those of the roles together, then the member's own; deny before allow.
fn in_channel(base: u64, guild: GuildId, me: UserId, mine: &[u64], overwrites: &Value) -> u64 {
    if base & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let overwrites: Vec<(u64, u64, u64)> = overwrites
        .as_array()
        .into_iter()
        .flatten()
        .map(|overwrite| (id(&overwrite["id"]), bits(&overwrite["deny"]), bits(&overwrite["allow"])))
        .collect();
    let apply = |permissions: u64, concerns: &dyn Fn(u64) -> bool| {
        let (deny, allow) = overwrites
            .iter()
            .filter(|(id, ..)| concerns(*id))
            .fold((0, 0), |(deny, allow), overwrite| (deny | overwrite.1, allow | overwrite.2));
        permissions & !deny | allow
    };
    let everyone = apply(base, &|id| id == guild.0);
    let roles = apply(everyone, &|id| mine.contains(&id));
    apply(roles, &|id| id == me.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn overwrites_apply_in_discords_order() {
        let channels = json!([
            {"id": "10", "type": 0, "name": "incidents", "permission_overwrites": [
                {"id": "1", "type": 0, "deny": "3072", "allow": "0"},
                {"id": "5", "type": 0, "deny": "0", "allow": "1024"},
                {"id": "9", "type": 1, "deny": "0", "allow": "2048"},
            ]},
            {"id": "11", "type": 0, "name": "hidden", "permission_overwrites": [{"id": "1", "type": 0, "deny": "1024", "allow": "0"}]},
        ]);
        let roles = json!([
            {"id": "1", "name": "@everyone", "permissions": "3072"},
            {"id": "5", "name": "wardroom", "permissions": "0", "mentionable": false},
        ]);
        let around = surroundings(
            GuildId(1),
            UserId(9),
            &json!({"name": "G", "owner_id": "2"}),
            &roles,
            &json!({"roles": ["5"]}),
            &channels,
        );
        assert_eq!(around.channels.len(), 1);
        assert_eq!(around.channels[&ChannelId(10)].permissions & 0xC00, 0xC00);
    }
}
