//! `/setup`: the steps of each verb.

use serde::{Deserialize, Serialize};

use super::check::findings;
use super::{Guild, Habits, Purpose, reply, store};
use crate::chat::answer::Answer;
use crate::chat::invocation::TargetFile;
use crate::chat::phrase;
use crate::command::context::{Context, Scene};
use crate::command::outside::Outside;
use crate::error::Error;
use crate::incident;
use crate::journal::{self, Change, Fact};
use crate::level;
use crate::outbox;
use crate::policy::{self, Capability};
use crate::snowflake::{ChannelId, RoleId};
use crate::store::Tx;
use crate::transfer;

/// A verb of `/setup` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// What is set up.
    Show {},
    /// What is missing.
    Check {},
    /// The channel for a purpose.
    Channel {
        /// What for.
        purpose: Purpose,
        /// Which.
        channel: ChannelId,
    },
    /// Who is trusted with what.
    Role {
        /// With what.
        capability: Capability,
        /// Who.
        role: RoleId,
        /// No longer.
        remove: Option<bool>,
    },
    /// How incidents are run.
    Incidents {
        /// Days from restored to closed.
        close_after: Option<i64>,
        /// Working days to a review.
        review_within: Option<i64>,
        /// `22:00-07:00`, or `off`.
        quiet_hours: Option<String>,
        /// Minutes between notices to management.
        notice_every: Option<i64>,
    },
    /// The zone of times.
    Timezone {
        /// By its IANA name.
        timezone: String,
    },
    /// All that is configured, as a file.
    Export {},
    /// What such a file says.
    Import {
        /// The file.
        file: TargetFile,
    },
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::Show {} | Self::Check {} | Self::Export {})
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command, outside: &Outside) -> Result<Answer, Error> {
    let guild = context.guild.id;
    let roles = &context.guild.roles;
    match command {
        Command::Show {} => Ok(Answer::Say(reply::show(&context.guild))),
        Command::Check {} => {
            policy::administrator(&context.member, roles)?;
            let unsaid = outbox::unsaid(tx, guild, context.written_at).await?;
            Ok(Answer::Say(reply::checked(&findings(&context.guild, outside.around(), &unsaid))))
        }
        Command::Channel { purpose, channel } => {
            let proof = policy::administrator(&context.member, roles)?;
            store::set_channel(tx, guild, purpose, channel).await?;
            let change = Change {
                field: "channel",
                before: Fact::plain(context.guild.channel(purpose)),
                after: Fact::Plain(channel.to_string()),
            };
            record(tx, context, "setup.channel", purpose.name(), proof.basis(), change).await?;
            Ok(Answer::Say(reply::channel_set(purpose, channel)))
        }
        Command::Role { capability, role, remove } => {
            let proof = policy::administrator(&context.member, roles)?;
            // The role that everyone has carries the guild's own id.
            if role.0 == guild.0 {
                return Err(reply::not_everyone(capability).into());
            }
            if remove.unwrap_or(false) {
                if !store::unmap_role(tx, guild, capability, role).await? {
                    return Err(reply::not_mapped(capability, role).into());
                }
                let change = Change { field: "role", before: Fact::Plain(role.to_string()), after: Fact::Nothing };
                record(tx, context, "setup.role", capability.name(), proof.basis(), change).await?;
                return Ok(Answer::Say(reply::role_unmapped(capability, role)));
            }
            if !store::map_role(tx, guild, capability, role).await? {
                return Err(reply::mapped_already(capability, role).into());
            }
            let change = Change::new("role", Fact::Plain(role.to_string()));
            record(tx, context, "setup.role", capability.name(), proof.basis(), change).await?;
            Ok(Answer::Say(reply::role_mapped(capability, role)))
        }
        Command::Incidents { close_after, review_within, quiet_hours, notice_every } => {
            let proof = policy::administrator(&context.member, roles)?;
            let before = context.guild.habits;
            let quiet = quiet_hours.map(|hours| super::quiet_hours(&hours)).transpose()?;
            let after = Habits {
                close_after_days: close_after.unwrap_or(before.close_after_days),
                review_within_days: review_within.unwrap_or(before.review_within_days),
                quiet: quiet.unwrap_or(before.quiet),
                notice_every_minutes: notice_every.unwrap_or(before.notice_every_minutes),
            };
            if after == before {
                return Ok(Answer::Say(reply::habits(&after, false)));
            }
            store::set_habits(tx, guild, after).await?;
            let change = Change {
                field: "habits",
                before: Fact::Plain(before.to_string()),
                after: Fact::Plain(after.to_string()),
            };
            record(tx, context, "setup.incidents", "incidents", proof.basis(), change).await?;
            Ok(Answer::Say(reply::habits(&after, true)))
        }
        Command::Timezone { timezone } => {
            let proof = policy::administrator(&context.member, roles)?;
            let zone = phrase::zone(&timezone).map_err(|why| reply::no_such_zone(&why))?;
            let name = zone.iana_name().unwrap_or(&timezone).to_owned();
            store::set_zone(tx, guild, &name).await?;
            let change = Change {
                field: "timezone",
                before: Fact::Plain(context.guild.zone_name.clone()),
                after: Fact::Plain(name.clone()),
            };
            record(tx, context, "setup.timezone", "guild", proof.basis(), change).await?;
            // The quiet hours are others too.
            let there = Guild { zone: zone.clone(), zone_name: name.clone(), ..context.guild.clone() };
            let scene = Scene { guild: there, ..context.scene.clone() };
            for calendar in level::store::follow_guild(tx, guild, &name, context.now).await? {
                incident::levels::follow_calendar(tx, &scene, calendar).await?;
            }
            let now = jiff::Timestamp::from_microsecond(context.now.timestamp_micros())
                .map(|now| zone.to_datetime(now).strftime("%H:%M on %Y-%m-%d").to_string())
                .unwrap_or_default();
            Ok(Answer::Say(reply::zone_set(&name, &now)))
        }
        Command::Export {} => transfer::command::export(tx, context, outside).await,
        Command::Import { file } => transfer::command::import(tx, context, &file, outside).await,
    }
}

async fn record(
    tx: &mut Tx,
    context: &Context,
    action: &'static str,
    subject: &str,
    basis: &str,
    change: Change,
) -> Result<(), Error> {
    let subject = format!("setup:{subject}");
    journal::append(tx, context.guild.id, context.written_at, context.draft(action, subject, basis, vec![change]))
        .await
        .map(drop)
}
