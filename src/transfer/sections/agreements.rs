//! `[[agreement]]`: what is promised, as it is now: terms, and a target for each priority and metric.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::{Fault, Part};
use super::stays_retired;
use crate::chat::text::{clean, clean_line, code, fit};
use crate::incident::Priority;
use crate::level::command::{DEFAULT, availability, pauses};
use crate::level::reply::percent;
use crate::level::store::book;
use crate::level::{Agreement, Amount, Book, Metric, Terms, Warnings};
use crate::service::{self, key};
use crate::setup::Guild;
use crate::store::{Tx, Work};

/// Characters of a name or a text in a line of the preview.
const SHOWN: usize = 60;
/// Nothing is promised.
const NONE: &str = "none";
const ADD: [&str; 3] = ["sla", "agreement", "add"];

pub struct Agreements;

/// The terms as the file has them.
fn terms_of(terms: &Terms) -> [(&'static str, Option<String>); 5] {
    let reasons: Vec<String> = terms.pauses.iter().map(|reason| reason.name()).collect();
    [
        ("workload", terms.workload.clone()),
        ("exceptions", terms.exceptions.clone()),
        ("availability", terms.availability.map(percent)),
        ("pauses", Some(if reasons.is_empty() { NONE.to_owned() } else { reasons.join(" ") })),
        ("warnings", Some(terms.warnings.to_string())),
    ]
}

impl Section for Agreements {
    fn write<'t>(&'t self, tx: &'t mut Tx, guild: &'t Guild, _: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            let book = book(tx, guild.id).await?;
            let services = service::names(tx, guild.id).await?;
            page.chapter(&[
                "What is promised: sla to customers, ola within the house, supplier by a supplier; one without a service is about every service.",
                "A target is \"P1 response 15m in 24x7\": priority, metric, so much time (service time, or 3d for working days, or none), calendar.",
                "`warnings` are percentages of a target at which card, owner, lead, service owner and management hear of it.",
            ]);
            if book.agreements.is_empty() {
                page.comment("None is written down yet: what wardroom begins with is, as soon as it is needed.");
            }
            for agreement in &book.agreements {
                page.entry("agreement");
                page.text("name", &agreement.name, None);
                page.text("kind", agreement.kind.name(), None);
                if let Some(service) = agreement.service.and_then(|id| services.get(&id)) {
                    page.text("service", service, None);
                }
                if let Some(terms) = agreement.terms.last() {
                    for (field, value) in terms_of(terms) {
                        if let Some(value) = value {
                            page.text(field, &value, None);
                        }
                    }
                    page.flag("pauses-response", terms.pauses_response);
                }
                let targets: Vec<_> = latest(agreement).into_iter().map(|target| (said(&book, target), None)).collect();
                if !targets.is_empty() {
                    page.list("targets", &targets);
                }
                if agreement.retired_at.is_some() {
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
            let book = book(tx, guild.id).await?;
            let services = service::names(tx, guild.id).await?;
            for part in file.tables("agreement", &mut planning.faults) {
                let Some(wanted) = Wanted::read(part, planning) else { continue };
                if !planning.first("agreement", &wanted.name, wanted.line) {
                    continue;
                }
                let known = book.agreements.iter().find(|one| key(&one.name) == key(&wanted.name));
                match known {
                    Some(agreement) => {
                        let about = agreement.service.and_then(|id| services.get(&id)).map(String::as_str);
                        wanted.change(&book, agreement, about, planning);
                    }
                    None => wanted.add(planning),
                }
            }
            Ok(())
        })
    }
}

/// The newest target of each priority and metric.
fn latest(agreement: &Agreement) -> Vec<&crate::level::Target> {
    let pairs = Priority::ALL.into_iter().flat_map(|priority| Metric::ALL.map(|metric| (priority, metric)));
    pairs
        .filter_map(|(priority, metric)| {
            agreement.targets.iter().rev().find(|target| target.priority == priority && target.metric == metric)
        })
        .collect()
}

/// A target as the file has it.
fn said(book: &Book, target: &crate::level::Target) -> String {
    let head = format!("{} {}", target.priority.name(), target.metric.name());
    let calendar = book.calendars.get(&target.calendar).map(|calendar| calendar.name.as_str());
    match (target.amount, calendar) {
        (None, _) => format!("{head} {NONE}"),
        (Some(amount), Some(calendar)) => format!("{head} {amount} in {calendar}"),
        (Some(amount), None) => format!("{head} {amount}"),
    }
}

/// A target as it was read.
struct Goal {
    line: usize,
    priority: Priority,
    metric: Metric,
    amount: Option<Amount>,
    calendar: Option<String>,
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

    fn step(&self, agreement: &str, about: Option<&str>, now: Option<String>, planning: &mut Planning) {
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

/// An agreement as the file has it.
struct Wanted {
    line: usize,
    name: String,
    kind: Option<(usize, String)>,
    service: Option<(usize, String)>,
    /// Workload, exceptions, availability, pauses and warnings, as far as they are said, each as the export would write it.
    terms: BTreeMap<&'static str, String>,
    pauses_response: Option<(usize, bool)>,
    goals: Vec<Goal>,
    retired: bool,
}

impl Wanted {
    fn read(mut part: Part, planning: &mut Planning) -> Option<Self> {
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

    fn add(self, planning: &mut Planning) {
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

    fn change(self, book: &Book, now: &Agreement, about: Option<&str>, planning: &mut Planning) {
        let retired = now.retired_at.is_some();
        if retired && !self.retired {
            return planning.fault(self.line, stays_retired("agreement", &now.name));
        }
        self.must_be_about(now, about, planning);
        self.change_terms(now, planning);
        for goal in &self.goals {
            let known = latest(now).into_iter().find(|one| one.priority == goal.priority && one.metric == goal.metric);
            let same_place = |target: &crate::level::Target| {
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

/// A term as the export writes it, so that two ways of saying the same are one.
fn written(field: &str, text: &str) -> Result<String, String> {
    match field {
        "availability" => {
            let millionths = availability(text).map_err(|refusal| refusal.sentence.into_owned())?;
            Ok(millionths.map_or_else(|| NONE.to_owned(), percent))
        }
        "pauses" => {
            let reasons = pauses(text).map_err(|refusal| refusal.sentence.into_owned())?;
            let words: Vec<String> = reasons.iter().map(|reason| reason.name()).collect();
            Ok(if words.is_empty() { NONE.to_owned() } else { words.join(" ") })
        }
        "warnings" => text.parse::<Warnings>().map(|warnings| warnings.to_string()),
        _ => Ok(clean(text)),
    }
}

fn goals(said: Vec<(usize, String)>, faults: &mut Vec<Fault>) -> Vec<Goal> {
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
