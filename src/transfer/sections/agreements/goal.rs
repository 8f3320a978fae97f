//! Targets as the file has them: `P1 response 15m in 24x7`.

use serde_json::json;

use super::{NONE, SHOWN};
use crate::chat::text::{clean_line, code, fit};
use crate::incident::Priority;
use crate::level::command::DEFAULT;
use crate::level::{Amount, Metric};
use crate::transfer::plan::{Kind, Planning};
use crate::transfer::reading::Fault;

/// A target as it was read.
pub(super) struct Goal {
    pub line: usize,
    pub priority: Priority,
    pub metric: Metric,
    pub amount: Option<Amount>,
    pub calendar: Option<String>,
}

impl Goal {
    /// Reads `P1 response 15m in 24x7`.
    fn read(line: usize, said: &str) -> Result<Self, String> {
        let unreadable = || {
            format!(
                "{} is no target. Write it like `P1 response 15m in 24x7`, or `P1 response none`.",
                code(said, SHOWN)
            )
        };
        let (what, calendar) = match said.split_once(" in ") {
            Some((what, calendar)) => (what, Some(clean_line(calendar))),
            None => (said, None),
        };
        let mut words = what.split_whitespace();
        let mut word = || words.next().ok_or_else(unreadable);
        let (priority, metric, first) = (word()?, word()?, word()?);
        let amount: String = std::iter::once(first).chain(words).collect();
        let priority = Priority::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(priority));
        Ok(Self {
            line,
            priority: priority.ok_or_else(unreadable)?,
            metric: Metric::named(&metric.to_lowercase()).ok_or_else(unreadable)?,
            amount: if amount.eq_ignore_ascii_case(NONE) { None } else { Some(Amount::parse(&amount)?) },
            calendar,
        })
    }

    fn amount(&self) -> String {
        self.amount.map_or_else(|| NONE.to_owned(), |amount| amount.to_string())
    }

    /// Plans what makes it so; `now` is what it is.
    pub fn step(&self, agreement: &str, about: Option<&str>, now: Option<String>, planning: &mut Planning) {
        let place = self.calendar.as_ref().map_or_else(String::new, |calendar| format!(" in {}", fit(calendar, SHOWN)));
        let head = format!("agreement **{}**: {} {}", fit(agreement, SHOWN), self.priority.name(), self.metric.name());
        let amount = self.amount();
        let (kind, words) = match now {
            Some(now) => (Kind::Changed, format!("{head} {} → {amount}{place}", fit(&now, SHOWN))),
            None => (Kind::Added, format!("{head} {amount}{place}")),
        };
        let mut options = json!({"service": about.unwrap_or(DEFAULT), "priority": self.priority.name(),
            "metric": self.metric.name(), "target": amount, "agreement": agreement});
        if let Some(calendar) = &self.calendar {
            options["calendar"] = calendar.as_str().into();
        }
        planning.step(self.line, kind, words, "sla set", options);
    }
}

/// Reads the targets of an agreement. One that stands twice is a fault.
pub(super) fn goals(said: Vec<(usize, String)>, faults: &mut Vec<Fault>) -> Vec<Goal> {
    let mut goals: Vec<Goal> = Vec::new();
    for (line, text) in said {
        match Goal::read(line, &text) {
            Err(why) => faults.push((line, why)),
            Ok(goal) => match goals.iter().find(|one| one.priority == goal.priority && one.metric == goal.metric) {
                Some(first) => {
                    let what = format!("{} {}", goal.priority.name(), goal.metric.name());
                    faults.push((
                        line,
                        format!("{what} stands twice in `targets`; the first is in line {}.", first.line),
                    ));
                }
                None => goals.push(goal),
            },
        }
    }
    goals
}
