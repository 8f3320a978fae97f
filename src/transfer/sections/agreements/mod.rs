//! `[[agreement]]`: what is promised, as it is now: terms, and a target for each priority and metric.

mod goal;
mod wanted;

use super::super::Section;
use super::super::names::Names;
use super::super::page::Page;
use super::super::plan::Planning;
use super::super::reading::Part;
use crate::chat::text::clean;
use crate::incident::Priority;
use crate::level::command::{availability, pauses};
use crate::level::reply::percent;
use crate::level::store::book;
use crate::level::{Agreement, Book, Metric, Target, Terms, Warnings};
use crate::service::{self, key};
use crate::setup::Guild;
use crate::store::{Tx, Work};
use wanted::Wanted;

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
fn latest(agreement: &Agreement) -> Vec<&Target> {
    let pairs = Priority::ALL.into_iter().flat_map(|priority| Metric::ALL.map(|metric| (priority, metric)));
    pairs
        .filter_map(|(priority, metric)| {
            agreement.targets.iter().rev().find(|target| target.priority == priority && target.metric == metric)
        })
        .collect()
}

/// A target as the file has it.
fn said(book: &Book, target: &Target) -> String {
    let head = format!("{} {}", target.priority.name(), target.metric.name());
    let calendar = book.calendars.get(&target.calendar).map(|calendar| calendar.name.as_str());
    match (target.amount, calendar) {
        (None, _) => format!("{head} {NONE}"),
        (Some(amount), Some(calendar)) => format!("{head} {amount} in {calendar}"),
        (Some(amount), None) => format!("{head} {amount}"),
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
