//! The words of the set-up.

use super::check::Finding;
use super::{Guild, Habits, Purpose};
use crate::chat::message::Message;
use crate::chat::text::code;
use crate::error::Refusal;
use crate::policy::Capability;
use crate::snowflake::{ChannelId, RoleId};

/// What is set up.
pub fn show(guild: &Guild) -> Message {
    let mut lines = vec!["**Set-up of this server**".to_owned(), format!("Times are read in `{}`.", guild.zone_name)];
    for purpose in Purpose::ALL {
        let channel = guild.channel(purpose).map_or_else(|| "—".to_owned(), |channel| format!("<#{channel}>"));
        lines.push(format!("`{}` {channel}", purpose.name()));
    }
    lines.push("**Capabilities**".to_owned());
    for capability in Capability::ALL {
        let roles: Vec<String> = guild.roles.roles(capability).iter().map(|role| format!("<@&{role}>")).collect();
        let held = match (roles.is_empty(), capability) {
            (false, _) => roles.join(" "),
            (true, Capability::Responder) => "everyone".to_owned(),
            (true, Capability::Administrator) => "members with Manage Server".to_owned(),
            (true, _) => "nobody".to_owned(),
        };
        lines.push(format!("`{}` {held}", capability.name()));
    }
    lines.push("**Incidents**".to_owned());
    lines.push(manner(&guild.habits));
    lines.push("`/setup check` tells what is missing.".to_owned());
    Message::say(lines.join("\n"))
}

/// What a check found: what is amiss first.
pub fn checked(findings: &[Finding]) -> Message {
    let amiss: Vec<&Finding> = findings.iter().filter(|finding| !finding.well).collect();
    let mut lines = vec![match amiss.len() {
        0 => "**All is well.**".to_owned(),
        1 => "**One thing to mend:**".to_owned(),
        count => format!("**{count} things to mend:**"),
    }];
    lines.extend(amiss.iter().map(|finding| format!("❌ {}", finding.sentence)));
    lines.extend(
        findings.iter().filter(|finding| finding.well && finding.set).map(|finding| format!("✅ {}", finding.sentence)),
    );
    lines.extend(findings.iter().filter(|finding| !finding.set).map(|finding| format!("➖ {}", finding.sentence)));
    Message::say(lines.join("\n"))
}

/// A channel was chosen.
pub fn channel_set(purpose: Purpose, channel: ChannelId) -> Message {
    let what = match purpose {
        Purpose::Incidents => "Cards of new incidents go to",
        Purpose::Changes => "Cards of changes go to",
        Purpose::Problems => "Cards of problems go to",
        Purpose::Management => "Updates for management go to",
        Purpose::Digests => "Digests go to",
        Purpose::Operations => "Notices about wardroom itself go to",
        Purpose::Audit => "Heads of the journal go to",
    };
    Message::say(format!("{what} <#{channel}>. `/setup check` tells whether wardroom may post there."))
}

/// A role was mapped.
pub fn role_mapped(capability: Capability, role: RoleId) -> Message {
    Message::say(format!("<@&{role}> has `{}` now.", capability.name()))
}

/// A role was unmapped.
pub fn role_unmapped(capability: Capability, role: RoleId) -> Message {
    Message::say(format!("<@&{role}> has `{}` no longer.", capability.name()))
}

/// It had it already.
pub fn mapped_already(capability: Capability, role: RoleId) -> Refusal {
    Refusal::new("setup.role", format!("<@&{role}> has `{}` already.", capability.name()))
}

/// It did not have it.
pub fn not_mapped(capability: Capability, role: RoleId) -> Refusal {
    Refusal::new(
        "setup.role",
        format!("<@&{role}> does not have `{}`. `/setup show` tells who has it.", capability.name()),
    )
}

/// Everyone holds that role.
pub fn not_everyone(capability: Capability) -> Refusal {
    Refusal::new(
        "setup.everyone",
        format!(
            "`@everyone` cannot have `{}`: it would be no trust at all. Choose a role that people are given.",
            capability.name()
        ),
    )
}

/// The zone was set.
pub fn zone_set(guild: &str, now: &str) -> Message {
    Message::say(format!("Times are read in `{guild}` now, where it is {now}."))
}

/// There is no such zone.
pub fn no_such_zone(why: &str) -> Refusal {
    Refusal::new("setup.timezone", why.to_owned())
}

/// Something could not be said in a channel; told in another.
pub fn undeliverable(channel: ChannelId, error: u64, why: &str) -> String {
    format!(
        "⚠️ Discord refuses what I do in <#{channel}> ({error}: {}). Nothing is lost of any record; `/setup check` tells what to mend.",
        code(why, 120)
    )
}

/// A channel of another server, a thread, or one that wardroom cannot see.
pub fn not_a_channel_of_this_server(channel: ChannelId) -> Refusal {
    Refusal::new(
        "setup.channel",
        format!(
            "<#{channel}> is no channel of this server that wardroom can see. Choose a text channel, and let wardroom view it."
        ),
    )
}

/// How incidents are run, and whether that is new.
pub fn habits(habits: &Habits, changed: bool) -> Message {
    let head = if changed { "**Incidents are run like this now**" } else { "**Incidents are run like this**" };
    Message::say(format!("{head}\n{}", manner(habits)))
}

fn manner(habits: &Habits) -> String {
    let quiet = habits.quiet_hours().map_or_else(
        || "reminders come at any hour".to_owned(),
        |hours| format!("reminders of P3 to P5 rest `{hours}`"),
    );
    format!(
        "A resolved one closes after {} · a review is due within {} · {quiet} · management hears of a major one every {} min",
        days(habits.close_after_days, ""),
        days(habits.review_within_days, "working "),
        habits.notice_every_minutes
    )
}

fn days(count: i64, kind: &str) -> String {
    if count == 1 { format!("1 {kind}day") } else { format!("{count} {kind}days") }
}

/// Those are no hours.
pub fn no_quiet_hours(text: &str) -> Refusal {
    Refusal::new(
        "setup.quiet-hours",
        format!("{} are no quiet hours. Write them like `22:00-07:00`, or `off`.", code(text, 40)),
    )
}
