//! `[incidents]`: how incidents are run.

use serde_json::{Map, Value};

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use crate::setup::{Guild, Habits, quiet_hours};
use crate::store::{Tx, Work};

pub struct Incidents;

/// `22:00-07:00`, or `off`.
fn quiet(habits: &Habits) -> String {
    habits.quiet_hours().unwrap_or_else(|| "off".to_owned())
}

impl Section for Incidents {
    fn write<'t>(&'t self, _: &'t mut Tx, guild: &'t Guild, _: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            let habits = &guild.habits;
            page.table("incidents", &["How incidents are run"]);
            page.number("close-after", habits.close_after_days, Some("days from restored to closed by itself"));
            page.number("review-within", habits.review_within_days, Some("working days from resolved to a review"));
            page.text("quiet-hours", &quiet(habits), Some("when reminders of P3 to P5 wait, or off"));
            page.number(
                "notice-every",
                habits.notice_every_minutes,
                Some("minutes between notices of a major incident"),
            );
            Ok(())
        })
    }

    fn plan<'t>(
        &'t self,
        _: &'t mut Tx,
        guild: &'t Guild,
        file: &'t mut Part,
        planning: &'t mut Planning,
    ) -> Work<'t, ()> {
        Box::pin(async move {
            let Some(mut part) = file.table("incidents", &mut planning.faults) else { return Ok(()) };
            let habits = &guild.habits;
            let change = |planning: &mut Planning, line: usize, key: &str, now: String, said: Value, shown: String| {
                if now == shown {
                    return planning.keep();
                }
                let options = Map::from_iter([(key.to_owned(), said)]);
                let words = format!("incidents: `{key}` {now} → {shown}");
                planning.step(line, Kind::Changed, words, "setup incidents", Value::Object(options));
            };
            for (key, now) in [
                ("close-after", habits.close_after_days),
                ("review-within", habits.review_within_days),
                ("notice-every", habits.notice_every_minutes),
            ] {
                if let Some((line, said)) = part.number(key, &mut planning.faults) {
                    change(planning, line, key, now.to_string(), said.into(), said.to_string());
                }
            }
            if let Some((line, said)) = part.text("quiet-hours", &mut planning.faults) {
                match quiet_hours(&said) {
                    Ok(hours) => {
                        let hours = quiet(&Habits { quiet: hours, ..*habits });
                        change(planning, line, "quiet-hours", quiet(habits), hours.clone().into(), hours);
                    }
                    Err(refusal) => planning.fault(line, refusal.sentence),
                }
            }
            part.finish(&mut planning.faults);
            Ok(())
        })
    }
}
