//! The words of digests.

use super::Schedule;
use crate::chat::message::Message;
use crate::chat::text::code;
use crate::error::Refusal;
use crate::number::{Kind, Number};
use crate::report::digest::Told;
use crate::snowflake::ChannelId;

/// A minute of the day as a clock shows it.
pub fn clock(minute: i64) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn number(schedule: &Schedule) -> Number {
    Number { kind: Kind::Digest, value: schedule.id }
}

fn rhythm(schedule: &Schedule) -> String {
    format!("{} at {} in `{}`", schedule.frequency.name(), clock(schedule.minute), schedule.zone_name)
}

fn next(schedule: &Schedule) -> String {
    schedule
        .next_due()
        .zip(schedule.next())
        .map(|(due, period)| format!("next <t:{0}:f> (<t:{0}:R>), of {1}", due.timestamp(), period.name()))
        .unwrap_or_default()
}

/// It is posted from now on.
pub fn added(schedule: &Schedule) -> Message {
    Message::say(format!(
        "**{}** goes to <#{}>, {}: {}. `/sla digest now` shows what it will look like.",
        number(schedule),
        schedule.channel,
        rhythm(schedule),
        next(schedule)
    ))
}

/// All that are posted.
pub fn list(all: &[Schedule]) -> Message {
    if all.is_empty() {
        return Message::say("No digest is posted. `/sla digest add` posts one each day, week or month.");
    }
    let lines: Vec<String> = all
        .iter()
        .map(|one| format!("**{}** <#{}> · {} · {}", number(one), one.channel, rhythm(one), next(one)))
        .collect();
    Message::say(lines.join("\n"))
}

/// It is posted no longer.
pub fn removed(schedule: &Schedule) -> Message {
    Message::say(format!(
        "**{}** to <#{}> is posted no longer. What was published stays.",
        number(schedule),
        schedule.channel
    ))
}

/// A period in a line.
pub fn line(told: &Told) -> String {
    let (met, n) = told.figures.met();
    let sign = match n {
        0 => "⚪",
        _ if met == n => "🟢",
        _ => "🔴",
    };
    format!(
        "{sign} **{}** {met} of {n} targets met · {} opened · {} resolved",
        told.period.name(),
        told.figures.opened,
        told.figures.resolved
    )
}

/// What was missed while wardroom did not run, the oldest first.
pub fn missed(lines: &[String]) -> Message {
    // A message takes 2,000 characters, and a line has about 60.
    let shown = &lines[lines.len().saturating_sub(25)..];
    let mut text = vec!["## 📊 Digests that were missed".to_owned()];
    if shown.len() < lines.len() {
        text.push(format!("-# … and {} before these.", lines.len() - shown.len()));
    }
    text.extend(shown.iter().cloned());
    text.push("-# wardroom was not running then. `/sla digest now period:` shows any of them in full.".to_owned());
    Message::say(text.join("\n"))
}

/// There is no such digest.
pub fn unknown(number: Number) -> Refusal {
    Refusal::new(
        "digest.exists",
        format!("There is no digest {number}. `/sla digest list` shows those that are posted."),
    )
}

/// wardroom cannot post there.
pub fn cannot_post(channel: ChannelId, missing: &[&str]) -> Refusal {
    Refusal::new(
        "digest.channel",
        format!(
            "I cannot post a digest in <#{channel}>: {} is missing there. Give it to me, or choose another channel.",
            missing.join(", ")
        ),
    )
}

/// That is no time of day.
pub fn no_time(text: &str) -> Refusal {
    Refusal::new("digest.time", format!("{} is no time of day. Write it like `08:30`.", code(text, 40)))
}

/// The calendar has no such period.
pub fn no_period() -> Refusal {
    Refusal::new("digest.period", "There is no such period. Write it like `2026-10`, `2026-W45` or `last month`.")
}

/// It is posted there already.
pub fn is_there(schedule: &Schedule) -> Refusal {
    Refusal::new(
        "digest.twice",
        format!(
            "<#{}> gets a {} digest already: **{}**, {}. Remove it first: `/sla digest remove`.",
            schedule.channel,
            schedule.frequency.name(),
            number(schedule),
            rhythm(schedule)
        ),
    )
}

/// There are enough.
pub fn too_many() -> Refusal {
    Refusal::new(
        "digest.many",
        "There are 25 digests already, and that is all that a server has. Remove one first: `/sla digest remove`.",
    )
}
