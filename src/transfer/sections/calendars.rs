//! `[[calendar]]`: the hours in which service is promised, as they are now.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use super::stays_retired;
use crate::business_time::{Exceptions, Week};
use crate::chat::phrase;
use crate::chat::text::{clean_line, code, fit};
use crate::level::store::{Version, book, latest_version};
use crate::level::{Book, Named};
use crate::service::key;
use crate::setup::Guild;
use crate::store::{Tx, Work};

/// Characters of a name in a line of the preview, and of hours.
const SHOWN: usize = 60;
const ADD: [&str; 3] = ["sla", "calendar", "add"];

pub struct Calendars;

impl Section for Calendars {
    fn write<'t>(&'t self, tx: &'t mut Tx, guild: &'t Guild, _: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            let Book { calendars, .. } = book(tx, guild.id).await?;
            page.chapter(&[
                "The hours in which service is promised. One without a timezone goes by the server's.",
                "`days` are those that are not as the others: \"2026-12-25 closed Christmas Day\", \"2026-12-28 10:00-14:00 Sale\".",
            ]);
            if calendars.is_empty() {
                page.comment("None is written down yet: what wardroom begins with is, as soon as it is needed.");
            }
            for calendar in calendars.values() {
                let latest = latest_version(tx, guild.id, calendar.id).await?;
                page.entry("calendar");
                page.text("name", &calendar.name, None);
                if !calendar.follows_guild {
                    page.text("timezone", &latest.timezone, None);
                }
                page.text("hours", &latest.hours.to_string(), None);
                if !latest.days.is_empty() {
                    let days: Vec<_> = latest.days.iter().map(|(date, how)| (format!("{date} {how}"), None)).collect();
                    page.list("days", &days);
                }
                if calendar.retired_at.is_some() {
                    page.flag("retired", true);
                }
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
            let Book { calendars, .. } = book(tx, guild.id).await?;
            let known: BTreeMap<String, Named> = calendars.into_values().map(|one| (key(&one.name), one)).collect();
            for part in file.tables("calendar", &mut planning.faults) {
                let Some(wanted) = Wanted::read(part, planning) else { continue };
                if !planning.first("calendar", &wanted.name, wanted.line) {
                    continue;
                }
                match known.get(&key(&wanted.name)) {
                    Some(calendar) => {
                        let latest = latest_version(tx, guild.id, calendar.id).await?;
                        wanted.change(calendar, &latest, guild, planning);
                    }
                    None => wanted.add(guild, planning),
                }
            }
            Ok(())
        })
    }
}

/// A day as the file has it: its line, and what stands on it.
struct Day {
    line: usize,
    date: Date,
    how: String,
}

/// A calendar as the file has it.
struct Wanted {
    line: usize,
    name: String,
    timezone: Option<String>,
    hours: Option<String>,
    days: Vec<Day>,
    retired: bool,
}

impl Wanted {
    fn read(mut part: Part, planning: &mut Planning) -> Option<Self> {
        let begin = part.line;
        let name = part.text("name", &mut planning.faults).map(|(line, name)| (line, clean_line(&name)));
        let timezone = part.text("timezone", &mut planning.faults).and_then(|(line, said)| {
            let zone = planning.or_fault(line, phrase::zone(&said))?;
            Some(zone.iana_name().unwrap_or(&said).to_owned())
        });
        let hours = part.text("hours", &mut planning.faults).and_then(|(line, said)| {
            let week = said.parse::<Week>().map_err(|why| why.to_string());
            planning.or_fault(line, week).map(|week| (line, week.to_string()))
        });
        let mut days: Vec<Day> = Vec::new();
        for (line, said) in part.references("days", &mut planning.faults) {
            let Some(day) = planning.or_fault(line, day(line, &said)) else { continue };
            if let Some(first) = days.iter().find(|first| first.date == day.date) {
                planning
                    .fault(line, format!("{} stands twice in `days`; the first is in line {}.", day.date, first.line));
            } else {
                days.push(day);
            }
        }
        let retired = part.flag("retired", &mut planning.faults).is_some_and(|(_, retired)| retired);
        part.finish(&mut planning.faults);
        let line = name.as_ref().map_or(begin, |(line, _)| *line);
        let Some((_, name)) = name.filter(|(_, name)| !name.is_empty()) else {
            planning.fault(line, "this calendar has no `name`.");
            return None;
        };
        Some(Self { line, name, timezone, hours: planning.option(&ADD, "hours", hours), days, retired })
    }

    fn add(self, guild: &Guild, planning: &mut Planning) {
        let shown = fit(&self.name, SHOWN);
        let Some(hours) = self.hours else {
            return planning
                .fault(self.line, format!("the calendar **{shown}** is new, and has no `hours` that could be read."));
        };
        let zone = self.timezone.unwrap_or_else(|| planning.zone(guild));
        let words = format!("calendar **{shown}**: {} · `{zone}`", code(&hours, SHOWN));
        let options = json!({"name": self.name, "timezone": zone, "hours": hours});
        planning.step(self.line, Kind::Added, words, "sla calendar add", options);
        for day in &self.days {
            day.add(&self.name, planning);
        }
        if self.retired {
            retire(self.line, &self.name, planning);
        }
    }

    fn change(self, now: &Named, latest: &Version, guild: &Guild, planning: &mut Planning) {
        let shown = fit(&now.name, SHOWN);
        let retired = now.retired_at.is_some();
        if retired && !self.retired {
            return planning.fault(self.line, stays_retired("calendar", &now.name));
        }
        // One that follows the server has the zone that the server will have by then.
        let present = if now.follows_guild { planning.zone(guild) } else { latest.timezone.clone() };
        let zone = self.timezone.unwrap_or_else(|| present.clone());
        let before = latest.hours.to_string();
        let hours = self.hours.unwrap_or_else(|| before.clone());
        let mut told = Vec::new();
        if hours != before {
            told.push(format!("{} → {}", code(&before, SHOWN), code(&hours, SHOWN)));
        }
        if zone != present {
            told.push(format!("`{present}` → `{zone}`"));
        }
        if told.is_empty() {
            planning.keep();
        } else {
            let options = json!({"name": now.name, "timezone": zone, "hours": hours});
            let words = format!("calendar **{shown}**: {}", told.join(", "));
            planning.step(self.line, Kind::Changed, words, "sla calendar add", options);
        }
        for day in &self.days {
            match latest.days.on(day.date) {
                Some(how) if how == day.how => planning.keep(),
                Some(how) => day.change(&now.name, &how, planning),
                None => day.add(&now.name, planning),
            }
        }
        if self.retired && !retired {
            retire(self.line, &now.name, planning);
        }
    }
}

fn retire(line: usize, name: &str, planning: &mut Planning) {
    let words = format!("calendar **{}** is retired, as the file says", fit(name, SHOWN));
    planning.step(line, Kind::Retired, words, "sla calendar retire", json!({"calendar": name}));
}

/// A day as it is written: a date, `closed` or hours, and a name.
fn day(line: usize, said: &str) -> Result<Day, String> {
    let days: Exceptions = clean_line(said).parse().map_err(|why: crate::business_time::DaysFault| why.to_string())?;
    let found = days.iter().next().map(|(date, how)| Day { line, date, how });
    found.ok_or_else(|| format!("{} is no day. Write it like `2026-12-25 closed Christmas Day`.", code(said, SHOWN)))
}

impl Day {
    fn add(&self, calendar: &str, planning: &mut Planning) {
        let words = format!("calendar **{}**: {} {}", fit(calendar, SHOWN), self.date, code(&self.how, SHOWN));
        planning.step(self.line, Kind::Added, words, "sla calendar holiday", self.options(calendar));
    }

    /// A day that stands there otherwise is taken away first: nobody overwrites one by a slip.
    fn change(&self, calendar: &str, now: &str, planning: &mut Planning) {
        let shown = fit(calendar, SHOWN);
        let gone = format!("calendar **{shown}**: {} {} → {}", self.date, code(now, SHOWN), code(&self.how, SHOWN));
        let options = json!({"calendar": calendar, "date": self.date.to_string(), "remove": true});
        planning.step(self.line, Kind::Changed, gone, "sla calendar holiday", options);
        planning.and_then(self.line, "sla calendar holiday", self.options(calendar));
    }

    fn options(&self, calendar: &str) -> Value {
        let is_hours = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('-');
        let words: Vec<&str> = self.how.split(' ').collect();
        let hours: Vec<&str> = words.iter().copied().take_while(is_hours).collect();
        // Without hours the first word is `closed`.
        let name = words.get(hours.len().max(1)..).unwrap_or_default().join(" ");
        let mut options = json!({"calendar": calendar, "date": self.date.to_string()});
        if !hours.is_empty() {
            options["hours"] = hours.join(" ").into();
        }
        if !name.is_empty() {
            options["name"] = name.into();
        }
        options
    }
}
