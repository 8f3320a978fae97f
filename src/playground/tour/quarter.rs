//! A quarter: the months before a tour, in a form that is short to write. A line is an incident; it becomes the commands of the people
//! who ran it, in the order of time, and is played as any tour.
//!
//! ```json
//! {
//!   "title": "A quarter of a payment company",
//!   "zone": "Europe/London",
//!   "acts": [{"at": "8 Tue 10:00", "who": "Dev Patel", "in": "operations", "slash": "…", "options": {"start": "{8 Sat 22:00}"}}],
//!   "incidents": [{"at": "7 Wed 09:50", "who": "…", "by": "…", "service": "…", "priority": "P1", "title": "…", "ack": "4m", "back": "1h", "fix": "…"}]
//! }
//! ```
//!
//! `at` is a local time: Wednesday of the seventh week before that of the tour. So a weekday is a weekday whenever it is played. The same in
//! braces is what an option of an act says as a date. `ack`, `back` and the times of `waits` and of `again` count from the declaration,
//! or from the end before. Incidents get their numbers in the order of time, so no act may declare one.

use chrono::{DateTime, TimeDelta, Utc};
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::Tour;
use super::calendar::{Calendar, When, zone};
use super::script::{Act, Deed, duration};

/// The quarter before [`Tour::checkout_outage`].
const OF_A_PAYMENT_COMPANY: &str = include_str!("../../../tours/quarter.json");
/// Where those who work on an incident say so.
const DESK: &str = "incidents";
/// From the end of an incident to its review: the next morning, about.
const REVIEWED_AFTER: TimeDelta = TimeDelta::hours(20);

/// What happened before a tour.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarter {
    /// What it is about, in a few words.
    pub title: String,
    #[serde(deserialize_with = "zone")]
    zone: TimeZone,
    acts: Vec<Dated>,
    incidents: Vec<Trouble>,
}

#[derive(Clone, Debug)]
struct Dated(When, Act);

/// An incident, from the declaration to the end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trouble {
    at: When,
    /// Who declares it.
    who: String,
    /// Who works on it.
    by: String,
    service: String,
    priority: String,
    title: String,
    /// Until somebody has seen it.
    #[serde(deserialize_with = "duration")]
    ack: TimeDelta,
    /// Until service is back.
    #[serde(deserialize_with = "duration")]
    back: TimeDelta,
    fix: String,
    #[serde(default = "fixed")]
    code: String,
    /// Whether the service was there all the same, only worse.
    #[serde(default)]
    degraded: bool,
    #[serde(default)]
    waits: Vec<Wait>,
    again: Option<Again>,
    /// What the review says, if it is written.
    learnt: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wait {
    r#for: String,
    #[serde(deserialize_with = "duration")]
    from: TimeDelta,
    #[serde(deserialize_with = "duration")]
    until: TimeDelta,
}

/// It was not over.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    #[serde(deserialize_with = "duration")]
    after: TimeDelta,
    why: String,
    #[serde(deserialize_with = "duration")]
    back: TimeDelta,
    fix: String,
}

fn fixed() -> String {
    "fixed".to_owned()
}

impl Quarter {
    /// The quarter of `wardroom demo --tour`.
    ///
    /// # Panics
    /// When the file that was compiled in is no quarter; a test reads it.
    #[must_use]
    pub fn of_a_payment_company() -> Self {
        Self::parse(OF_A_PAYMENT_COMPANY).expect("the quarter that comes along can be read")
    }

    /// Reads a quarter.
    ///
    /// # Errors
    /// When the text is not such a file; the message names line and field.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// How many incidents it has: the tour behind it goes on counting.
    #[must_use]
    pub fn incidents(&self) -> usize {
        self.incidents.len()
    }

    /// The quarter before a `tour` that begins at `morning`, as a story, and when that begins. What `tour` sets up is set up first.
    #[must_use]
    pub fn before(&self, tour: &Tour, morning: DateTime<Utc>) -> (DateTime<Utc>, Tour) {
        let calendar = Calendar::before(morning, &self.zone);
        let mut steps: Vec<(DateTime<Utc>, Act)> =
            self.acts.iter().map(|Dated(when, act)| (calendar.at(*when), dated(&calendar, act.clone()))).collect();
        let mut incidents: Vec<&Trouble> = self.incidents.iter().collect();
        incidents.sort_by_key(|incident| calendar.at(incident.at));
        for (number, incident) in (1..).zip(incidents) {
            let at = calendar.at(incident.at);
            steps.extend(incident.steps(number).into_iter().map(|(after, act)| (at + after, act)));
        }
        steps.sort_by_key(|(at, _)| *at);
        let begin = steps.first().map_or(morning, |(at, _)| *at);
        let mut acts = tour.opening().to_vec();
        let mut before = begin;
        for (at, mut act) in steps {
            act.after = at - before;
            before = at;
            acts.push(act);
        }
        (begin, Tour { title: self.title.clone(), acts })
    }
}

impl Trouble {
    /// What people do about it as incident `number`, and how long after the declaration.
    fn steps(&self, number: usize) -> Vec<(TimeDelta, Act)> {
        let named = format!("INC-{number}");
        let by_hand = |after: TimeDelta, command: &str, mut options: Value, hears: &str| {
            options["incident"] = json!(named);
            (after, slash(&self.by, DESK, command, options, hears))
        };
        let about = json!({"title": self.title, "service": self.service, "priority": self.priority});
        let mut steps = vec![
            (TimeDelta::zero(), slash(&self.who, "general", "incident declare", about, &format!("**{named}**"))),
            by_hand(self.ack, "incident ack", json!({}), "acknowledged"),
        ];
        if self.is_urgent() {
            steps.push(by_hand(
                self.ack,
                "incident role",
                json!({"role": "commander", "member": self.by}),
                "commander",
            ));
        }
        // Each beginning opens a window of impact.
        let impact = |at, window: usize| {
            by_hand(at, "incident impact", json!({"window": window, "degree": "degraded"}), "degradation")
        };
        if self.degraded {
            steps.push(impact(self.ack, 1));
        }
        for wait in &self.waits {
            steps.push(by_hand(wait.from, "incident hold", json!({"reason": wait.r#for}), &named));
            steps.push(by_hand(wait.until, "incident resume", json!({}), &named));
        }
        let resolve = |at, fix: &String, code: &String| {
            by_hand(at, "incident resolve", json!({"summary": fix, "code": code}), "is resolved")
        };
        steps.push(resolve(self.back, &self.fix, &self.code));
        let mut end = self.back;
        if let Some(again) = &self.again {
            steps.push(by_hand(end + again.after, "incident reopen", json!({"reason": again.why}), "open again"));
            if self.degraded {
                steps.push(impact(end + again.after, 2));
            }
            end = end + again.after + again.back;
            steps.push(resolve(end, &again.fix, &self.code));
        }
        if let Some(learnt) = &self.learnt {
            let said = json!({"What made it possible?": learnt});
            steps.push(by_hand(end + REVIEWED_AFTER, "incident review", json!({}), &format!("Review of {named}")));
            let next = |deed, who: &str, hears: &str| {
                let act = Act {
                    after: TimeDelta::zero(),
                    who: who.to_owned(),
                    place: DESK.to_owned(),
                    hears: hears.to_owned(),
                    deed,
                };
                (end + REVIEWED_AFTER, act)
            };
            steps.push(next(Deed::Submits(said), &self.by, "is kept"));
            steps.push(next(Deed::Clicks("Submit".to_owned()), &self.by, &named));
            steps.push(next(Deed::Clicks("Approve".to_owned()), "Carla Diaz", &named));
        }
        steps
    }

    /// Whether it calls people, and so has somebody who commands.
    fn is_urgent(&self) -> bool {
        matches!(self.priority.as_str(), "P1" | "P2")
    }
}

fn slash(who: &str, place: &str, command: &str, options: Value, hears: &str) -> Act {
    let deed = Deed::Slash { command: command.to_owned(), options };
    Act { after: TimeDelta::zero(), who: who.to_owned(), place: place.to_owned(), hears: hears.to_owned(), deed }
}

/// `act`, with the dates that its options name.
fn dated(calendar: &Calendar, mut act: Act) -> Act {
    if let Deed::Slash { options: Value::Object(options), .. } = &mut act.deed {
        for value in options.values_mut() {
            let within = value.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
            if let Some(when) = within.and_then(When::parse) {
                *value = json!(calendar.written(when));
            }
        }
    }
    act
}

impl<'de> Deserialize<'de> for Dated {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let mut fields: Map<String, Value> = Map::deserialize(reader)?;
        let at = fields.remove("at").ok_or_else(|| D::Error::missing_field("at"))?;
        let when = serde_json::from_value(at).map_err(D::Error::custom)?;
        if fields.contains_key("after") {
            return Err(D::Error::custom("an act that has at needs no after"));
        }
        Ok(Self(when, serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect(text)
    }

    #[test]
    fn the_quarter_is_over_before_the_tour_begins() {
        let (tour, quarter) = (Tour::checkout_outage(), Quarter::of_a_payment_company());
        // Tuesdays before, between and behind the changes of the clocks.
        for morning in ["2026-11-24T09:00:00Z", "2027-02-02T09:00:00Z", "2026-05-05T09:00:00Z"].map(at) {
            let (begin, story) = quarter.before(&tour, morning);
            assert!(begin + story.length() < morning, "{morning}");
            assert!((morning - begin).num_days() >= 90, "{morning}");
        }
        assert!((40..=50).contains(&quarter.incidents()));
    }

    #[test]
    fn a_line_becomes_what_people_do_in_the_order_of_time() {
        let text = r#"{"title": "t", "zone": "Europe/London",
            "acts": [{"at": "1 Mon 10:01", "who": "Dev", "in": "x", "slash": "y", "options": {"start": "{4 Sat 22:00}"}}],
            "incidents": [
                {"at": "1 Wed 10:00", "who": "A", "by": "B", "service": "s", "priority": "P3", "title": "second", "ack": "5m", "back": "1h", "fix": "f"},
                {"at": "1 Mon 10:00", "who": "A", "by": "B", "service": "s", "priority": "P2", "title": "first", "ack": "5m", "back": "1h", "fix": "f",
                 "waits": [{"for": "supplier", "from": "10m", "until": "20m"}], "again": {"after": "1d", "why": "w", "back": "10m", "fix": "f"}}]}"#;
        let quarter = Quarter::parse(text).expect(text);
        let (begin, story) =
            quarter.before(&Tour { title: String::new(), acts: Vec::new() }, at("2026-11-24T09:00:00Z"));
        assert_eq!(begin, at("2026-11-16T10:00:00Z"));
        let told: Vec<String> = story
            .acts
            .iter()
            .map(|act| {
                let options = if let Deed::Slash { options, .. } = &act.deed { options } else { &Value::Null };
                let which = options["incident"].as_str().or(options["start"].as_str()).unwrap_or_default();
                format!("{} {} {which}", act.after.num_minutes(), act.named()).trim_end().to_owned()
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r"
        0 A /incident declare
        1 Dev /y 2026-10-31 22:00
        4 B /incident ack INC-1
        0 B /incident role INC-1
        5 B /incident hold INC-1
        10 B /incident resume INC-1
        40 B /incident resolve INC-1
        1440 B /incident reopen INC-1
        10 B /incident resolve INC-1
        1370 A /incident declare
        5 B /incident ack INC-2
        55 B /incident resolve INC-2
        ");
    }

    #[test]
    fn what_is_misspelt_is_no_quarter() {
        let dated = |text: &str| serde_json::from_str::<Dated>(text).map(|_| ()).map_err(|why| why.to_string());
        assert_eq!(dated(r#"{"at": "1 Mon 10:00", "who": "bob", "in": "x", "clicks": "Close"}"#), Ok(()));
        for wrong in [
            r#"{"who": "bob", "in": "x", "clicks": "Close"}"#,
            r#"{"at": "1 Mon 10:00", "after": "1m", "who": "bob", "in": "x", "clicks": "Close"}"#,
            r#"{"at": "1 Mon 10:00", "who": "bob", "in": "x", "clicks": "Close", "heers": "x"}"#,
        ] {
            assert!(dated(wrong).is_err(), "{wrong}");
        }
    }
}
