//! How persons, moments and lengths of time are written in a document.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use regex::{Captures, Regex};
use serde::Serialize;

use crate::chat::text::{clean, clean_line};
use crate::snowflake::UserId;

/// What stands where a text was removed.
pub const REMOVED: &str = "(removed)";
/// What stands where a name was removed.
const NAMELESS: &str = "somebody whose name was removed";

/// A moment, for machines and for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// When, in the zone of the guild, which it names: `24 Nov 2026, 10:05 CET`.
    pub local: String,
    /// The time of day in that zone, to the second: `10:05:12`.
    pub clock: String,
    /// The day in that zone: `24 Nov 2026`.
    pub day: String,
}

impl Moment {
    /// The time of day in hours and minutes: `10:05`.
    pub fn hour(&self) -> &str {
        self.clock.get(.."00:00".len()).unwrap_or(&self.clock)
    }
}

/// What a document is worded with.
#[derive(Debug)]
pub struct Words<'a> {
    zone: &'a TimeZone,
    people: &'a BTreeMap<UserId, String>,
    mention: Regex,
}

impl<'a> Words<'a> {
    /// Words for a guild in `zone`, whose `people` have these names.
    pub fn new(zone: &'a TimeZone, people: &'a BTreeMap<UserId, String>) -> Self {
        let mention = Regex::new(r"<@!?(\d{1,20})>").expect("the pattern is sound");
        Self { zone, people, mention }
    }

    /// The name of a person.
    pub fn name(&self, person: Option<UserId>) -> String {
        let Some(person) = person else { return NAMELESS.to_owned() };
        let name = self.people.get(&person).map(|name| clean_line(name)).filter(|name| !name.is_empty());
        name.unwrap_or_else(|| format!("person {person}"))
    }

    /// The name of a person at the beginning of a sentence. Names are as people write them; what stands for one is ours.
    pub fn subject(&self, person: Option<UserId>) -> String {
        let name = self.name(person);
        let known = person.is_some_and(|person| self.people.contains_key(&person));
        if known { name } else { capital(&name) }
    }

    /// A text of a person, with names where it mentions people. What was removed says so.
    pub fn said(&self, text: Option<&str>) -> String {
        let Some(text) = text else { return REMOVED.to_owned() };
        let named = self.mention.replace_all(text, |found: &Captures<'_>| match found[1].parse() {
            Ok(id) => format!("@{}", self.name(Some(UserId(id)))),
            Err(_) => found[0].to_owned(),
        });
        let named = clean(&named);
        if named.is_empty() { "(no text)".to_owned() } else { named }
    }

    /// A text of a person on one line, between quotation marks.
    pub fn quoted(&self, text: Option<&str>) -> String {
        match text {
            Some(text) => format!("“{}”", clean_line(&self.said(Some(text)))),
            None => REMOVED.to_owned(),
        }
    }

    /// A moment.
    pub fn moment(&self, at: DateTime<Utc>) -> Moment {
        let zoned =
            Timestamp::from_microsecond(at.timestamp_micros()).unwrap_or_default().to_zoned_datetime(self.zone.clone());
        let shown = |format: &str| zoned.strftime(format).to_string();
        Moment { at, local: shown("%-d %b %Y, %H:%M %Z"), clock: shown("%H:%M:%S"), day: shown("%-d %b %Y") }
    }

    /// A moment in a sentence.
    pub fn when(&self, at: DateTime<Utc>) -> String {
        self.moment(at).local
    }

    /// A moment in a sentence that follows one about `other`: the day is named only when it is another.
    pub fn when_beside(&self, at: DateTime<Utc>, other: DateTime<Utc>) -> String {
        let (moment, other) = (self.moment(at), self.moment(other));
        if moment.day == other.day {
            return format!("at {}", moment.hour());
        }
        format!("on {}", moment.local)
    }
}

/// A length of time as people say it, in its two largest units: `3 h 12 min`, `2 d 4 h`, `40 s`.
pub fn spell(length: TimeDelta) -> String {
    let seconds = length.num_seconds().max(0);
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(size, _)| seconds >= *size).unwrap_or(units.len() - 1);
    let mut rest = seconds;
    let mut shown = Vec::new();
    for (place, (size, unit)) in units.iter().enumerate().skip(first).take(2) {
        // Beside hours and days, nobody counts what is small.
        if rest / size > 0 || place == first {
            shown.push(format!("{} {unit}", rest / size));
        }
        rest %= size;
    }
    shown.join(" ")
}

/// `text` with a capital at the beginning, as sentences have.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// `1 window`, `2 windows`.
pub fn count(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::phrase;
    use crate::incident::history::made::minute;

    #[test]
    fn lengths_are_said_in_their_two_largest_units() {
        for (seconds, said) in [
            (-5, "0 s"),
            (0, "0 s"),
            (40, "40 s"),
            (60, "1 min"),
            (75, "1 min 15 s"),
            (11_520, "3 h 12 min"),
            (11_559, "3 h 12 min"),
            (86_400, "1 d"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(spell(TimeDelta::seconds(seconds)), said);
        }
    }

    #[test]
    fn moments_are_told_in_the_zone_of_the_guild() {
        let zone = phrase::zone("Europe/Berlin").expect("it is a zone");
        let people = BTreeMap::from([(UserId(7), "Bea\u{202e}".to_owned())]);
        let words = Words::new(&zone, &people);
        assert_eq!(words.moment(minute(5)).local, "24 Nov 2026, 10:05 CET");
        assert_eq!(words.said(Some("<@7> and <@!8> saw it")), "@Bea and @person 8 saw it");
        assert_eq!((words.name(None).as_str(), words.said(None).as_str()), (NAMELESS, REMOVED));
    }
}
