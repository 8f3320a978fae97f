//! `[[digest]]`: who is told how service levels stood, and when.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use crate::chat::phrase;
use crate::chat::text::{code, fit};
use crate::digest::reply::clock;
use crate::digest::{Frequency, Schedule, store};
use crate::number;
use crate::setup::Guild;
use crate::snowflake::ChannelId;
use crate::store::{Tx, Work};

const ADD: [&str; 3] = ["sla", "digest", "add"];

pub struct Digests;

impl Section for Digests {
    fn write<'t>(&'t self, tx: &'t mut Tx, guild: &'t Guild, names: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            let schedules = store::all(tx, guild.id).await?;
            page.chapter(&["Digests of service levels: daily, weekly or monthly, at a local time"]);
            if schedules.is_empty() {
                page.comment("None is posted");
            }
            for schedule in &schedules {
                page.entry("digest");
                page.text("channel", &schedule.channel.to_string(), names.channel(schedule.channel).as_deref());
                page.text("frequency", schedule.frequency.name(), None);
                page.text("time", &clock(schedule.minute), None);
                page.text("timezone", &schedule.zone_name, None);
            }
            Ok(())
        })
    }

    fn plan<'t>(
        &'t self,
        tx: &'t mut Tx,
        guild: &'t Guild,
        file: &'t mut Part,
        planning: &'t mut Planning,
    ) -> Work<'t, ()> {
        Box::pin(async move {
            let known = store::all(tx, guild.id).await?;
            let mut seen: BTreeMap<(ChannelId, &str), usize> = BTreeMap::new();
            for part in file.tables("digest", &mut planning.faults) {
                let Some(wanted) = Wanted::read(part, guild, planning) else { continue };
                let is = (wanted.channel, wanted.frequency.name());
                if let Some(first) = seen.get(&is) {
                    let (channel, frequency) = is;
                    let why = format!(
                        "the {frequency} digest in <#{channel}> stands in the file twice; the first is in line {first}."
                    );
                    planning.fault(wanted.line, why);
                    continue;
                }
                seen.insert(is, wanted.line);
                match known.iter().find(|one| (one.channel, one.frequency.name()) == is) {
                    Some(schedule) => wanted.must_be(schedule, planning),
                    None => wanted.add(planning),
                }
            }
            Ok(())
        })
    }
}

/// A digest as the file has it.
struct Wanted {
    line: usize,
    channel: ChannelId,
    frequency: Frequency,
    /// As the command reads it.
    time: String,
    timezone: String,
}

impl Wanted {
    fn read(mut part: Part, guild: &Guild, planning: &mut Planning) -> Option<Self> {
        let begin = part.line;
        let channel = part.reference("channel", &mut planning.faults);
        let frequency = part.text("frequency", &mut planning.faults);
        let time = part.text("time", &mut planning.faults);
        let zone = part.text("timezone", &mut planning.faults);
        part.finish(&mut planning.faults);
        let line = channel.as_ref().map_or(begin, |(line, _)| *line);
        for (key, is_there) in
            [("channel", channel.is_some()), ("frequency", frequency.is_some()), ("time", time.is_some())]
        {
            if !is_there {
                planning.fault(line, format!("this digest has no `{key}` that could be read."));
            }
        }
        let timezone = match zone {
            Some((line, said)) => {
                let zone = planning.or_fault(line, phrase::zone(&said))?;
                zone.iana_name().unwrap_or(&said).to_owned()
            }
            None => planning.zone(guild),
        };
        let channel = channel.and_then(|(line, said)| {
            let found = planning.names.find_channel(&said);
            planning.or_fault(line, found)
        });
        let frequency = planning.option(&ADD, "frequency", frequency).and_then(|name| Frequency::named(&name));
        let time = planning.option(&ADD, "time", time);
        Some(Self { line, channel: channel?, frequency: frequency?, time: time?, timezone })
    }

    fn add(self, planning: &mut Planning) {
        let (channel, frequency) = (self.channel, self.frequency.name());
        let words = format!("{frequency} digest in <#{channel}> at {} `{}`", fit(&self.time, 10), self.timezone);
        let options = json!({"channel": channel.to_string(), "frequency": frequency, "time": self.time, "timezone": self.timezone});
        planning.step(self.line, Kind::Added, words, "sla digest add", options);
    }

    /// A digest that is taken away and added anew may pass a period by, so no import does that in passing.
    fn must_be(self, now: &Schedule, planning: &mut Planning) {
        let same_time = clock(now.minute) == format!("{:0>5}", self.time.trim());
        if same_time && self.timezone == now.zone_name {
            return planning.keep();
        }
        let number = number::Number { kind: number::Kind::Digest, value: now.id };
        let why = format!(
            "the {} digest in <#{}> is posted at {} {} here, and no import changes when. Remove it with {}, then import the file again.",
            now.frequency.name(),
            now.channel,
            clock(now.minute),
            code(&now.zone_name, 40),
            code(&format!("/sla digest remove digest:{number}"), 60),
        );
        planning.fault(self.line, why);
    }
}
