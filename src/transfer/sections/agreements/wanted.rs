//! Agreements as the file has them.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::goal::{Goal, goals};
use super::{ADD, NONE, SHOWN, latest, said, terms_of, written};
use crate::chat::text::{clean_line, fit};
use crate::level::{Agreement, Book, Target};
use crate::service::key;
use crate::transfer::plan::{Kind, Planning};
use crate::transfer::reading::Part;
use crate::transfer::sections::stays_retired;

/// An agreement as the file has it.
pub(super) struct Wanted {
    pub line: usize,
    pub name: String,
    kind: Option<(usize, String)>,
    service: Option<(usize, String)>,
    /// Workload, exceptions, availability, pauses and warnings, as far as they are said, each as the export would write it.
    terms: BTreeMap<&'static str, String>,
    pauses_response: Option<(usize, bool)>,
    goals: Vec<Goal>,
    retired: bool,
}

impl Wanted {
    /// Reads one, and notes its faults.
    pub fn read(mut part: Part, planning: &mut Planning) -> Option<Self> {
        let begin = part.line;
        let name = part.text("name", &mut planning.faults).map(|(line, name)| (line, clean_line(&name)));
        let kind = part.text("kind", &mut planning.faults);
        let service = part.text("service", &mut planning.faults).map(|(line, name)| (line, clean_line(&name)));
        let mut terms = BTreeMap::new();
        for field in ["workload", "exceptions", "availability", "pauses", "warnings"] {
            let said = part.text(field, &mut planning.faults);
            let Some((line, text)) = said.filter(|(_, text)| !text.trim().is_empty()) else { continue };
            if let Some(text) = planning.or_fault(line, written(field, &text))
                && let Some(text) = planning.option(&ADD, field, Some((line, text)))
            {
                terms.insert(field, text);
            }
        }
        let pauses_response = part.flag("pauses-response", &mut planning.faults);
        let goals = goals(part.references("targets", &mut planning.faults), &mut planning.faults);
        let retired = part.flag("retired", &mut planning.faults).is_some_and(|(_, retired)| retired);
        part.finish(&mut planning.faults);
        let line = name.as_ref().map_or(begin, |(line, _)| *line);
        let Some((_, name)) = name.filter(|(_, name)| !name.is_empty()) else {
            planning.fault(line, "this agreement has no `name`.");
            return None;
        };
        Some(Self { line, name, kind, service, terms, pauses_response, goals, retired })
    }

    /// Plans what makes it where there is none of that name.
    pub fn add(self, planning: &mut Planning) {
        let shown = fit(&self.name, SHOWN);
        let Some((_, kind)) = &self.kind else {
            return planning.fault(
                self.line,
                format!("the agreement **{shown}** is new, and has no `kind`: `sla`, `ola` or `supplier`."),
            );
        };
        let about = self.service.as_ref().map(|(_, service)| service.as_str());
        let mut options = json!({"name": self.name, "kind": kind});
        if let Some(service) = about {
            options["service"] = service.into();
        }
        for (field, text) in &self.terms {
            options[*field] = text.as_str().into();
        }
        let on = about.map_or_else(|| "every service".to_owned(), |service| fit(service, SHOWN));
        let words = format!("agreement **{shown}** ({}) about {on}", fit(kind, 20));
        planning.step(self.line, Kind::Added, words, "sla agreement add", options);
        if let Some((line, true)) = self.pauses_response {
            planning.and_then(line, "sla agreement edit", json!({"agreement": self.name, "pauses-response": true}));
        }
        for goal in &self.goals {
            goal.step(&self.name, about, None, planning);
        }
        if self.retired {
            self.retire(planning);
        }
    }

    /// Plans what makes `now`, which is about `about`, so.
    pub fn change(self, book: &Book, now: &Agreement, about: Option<&str>, planning: &mut Planning) {
        let retired = now.retired_at.is_some();
        if retired && !self.retired {
            return planning.fault(self.line, stays_retired("agreement", &now.name));
        }
        self.must_be_about(now, about, planning);
        self.change_terms(now, planning);
        for goal in &self.goals {
            let known = latest(now).into_iter().find(|one| one.priority == goal.priority && one.metric == goal.metric);
            let same_place = |target: &Target| {
                let calendar = book.calendars.get(&target.calendar).map(|calendar| key(&calendar.name));
                goal.amount.is_none() || goal.calendar.as_ref().is_none_or(|wanted| Some(key(wanted)) == calendar)
            };
            match known {
                Some(target) if target.amount == goal.amount && same_place(target) => planning.keep(),
                Some(target) => {
                    let head = format!("{} {} ", target.priority.name(), target.metric.name());
                    let now_so = said(book, target).trim_start_matches(&head).to_owned();
                    goal.step(&now.name, about, Some(now_so), planning);
                }
                None => goal.step(&now.name, about, None, planning),
            }
        }
        if self.retired && !retired {
            self.retire(planning);
        }
    }

    /// Between whom it is, and about what, is what it is: another would be another agreement.
    fn must_be_about(&self, now: &Agreement, about: Option<&str>, planning: &mut Planning) {
        let shown = fit(&now.name, SHOWN);
        if let Some((line, kind)) = &self.kind
            && kind != now.kind.name()
        {
            let why = format!(
                "the agreement **{shown}** is of kind `{}` here, and stays so. Give the other another name.",
                now.kind.name()
            );
            planning.fault(*line, why);
        }
        if let Some((line, service)) = &self.service
            && about.map(key) != Some(key(service))
        {
            let here = about.map_or_else(|| "every service".to_owned(), |about| format!("**{}**", fit(about, SHOWN)));
            planning.fault(
                *line,
                format!("the agreement **{shown}** is about {here} here, and stays so. Give the other another name."),
            );
        }
    }

    fn change_terms(&self, now: &Agreement, planning: &mut Planning) {
        let Some(terms) = now.terms.last() else { return };
        let present: BTreeMap<&str, Option<String>> = terms_of(terms).into_iter().collect();
        let mut options = Map::new();
        let mut told = Vec::new();
        for (field, text) in &self.terms {
            let before = present.get(field).cloned().flatten();
            if before.as_ref() != Some(text) && !(before.is_none() && text == NONE) {
                let before = before.map_or_else(|| "—".to_owned(), |before| fit(&before, SHOWN));
                told.push(format!("{field} {before} → {}", fit(text, SHOWN)));
                options.insert((*field).to_owned(), Value::from(text.as_str()));
            }
        }
        if let Some((_, wanted)) = self.pauses_response
            && wanted != terms.pauses_response
        {
            told.push(format!("pauses-response {} → {wanted}", terms.pauses_response));
            options.insert("pauses-response".to_owned(), wanted.into());
        }
        if options.is_empty() {
            return planning.keep();
        }
        options.insert("agreement".to_owned(), now.name.as_str().into());
        let words = format!("agreement **{}**: {}", fit(&now.name, SHOWN), told.join(", "));
        planning.step(self.line, Kind::Changed, words, "sla agreement edit", Value::Object(options));
    }

    fn retire(&self, planning: &mut Planning) {
        let words = format!("agreement **{}** is retired, as the file says", fit(&self.name, SHOWN));
        planning.step(self.line, Kind::Retired, words, "sla agreement retire", json!({"agreement": self.name}));
    }
}
