//! `[[service]]`: the catalogue of services.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::super::Section;
use super::super::names::{Names, find_person};
use super::super::page::Page;
use super::super::plan::{Kind, Planning};
use super::super::reading::Part;
use super::stays_retired;
use crate::chat::text::{clean, clean_line, fit};
use crate::service::{self, Service};
use crate::setup::Guild;
use crate::store::{Tx, Work};

/// The command that knows what a service may be.
const ADD: [&str; 2] = ["service", "add"];
/// Characters of a name in a line of the preview.
const SHOWN: usize = 60;

pub struct Services;

/// An absent text and an empty one are the same.
fn some(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

impl Section for Services {
    fn write<'t>(&'t self, tx: &'t mut Tx, guild: &'t Guild, names: &'t Names, page: &'t mut Page) -> Work<'t, ()> {
        Box::pin(async move {
            let services = service::store::all(tx, guild.id).await?;
            page.chapter(&["The catalogue of services, each under [[service]] of its own. A service whose name is new is added;",
                "one that is there becomes as its lines say, and what is left out stays. `retired = true` retires it for good."]);
            for service in &services {
                page.entry("service");
                page.text("name", &service.name, None);
                if let Some(owner) = service.owner {
                    page.text("owner", &owner.to_string(), names.person(owner).as_deref());
                }
                page.number("tier", service.tier, None);
                if let Some(hours) = some(service.hours.as_ref()) {
                    page.text("hours", hours, None);
                }
                if let Some(description) = some(service.description.as_ref()) {
                    page.text("description", description, None);
                }
                if service.retired_at.is_some() {
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
            let known: BTreeMap<String, Service> = service::store::all(tx, guild.id)
                .await?
                .into_iter()
                .map(|service| (service::key(&service.name), service))
                .collect();
            for part in file.tables("service", &mut planning.faults) {
                let Some(wanted) = Wanted::read(part, planning) else { continue };
                if !planning.first("service", &wanted.name, wanted.line) {
                    continue;
                }
                match known.get(&service::key(&wanted.name)) {
                    Some(service) => wanted.change(service, planning),
                    None => wanted.add(planning),
                }
            }
            Ok(())
        })
    }
}

/// A service as the file has it.
struct Wanted {
    line: usize,
    name: String,
    owner: Option<String>,
    tier: Option<i64>,
    hours: Option<String>,
    description: Option<String>,
    retired: bool,
}

impl Wanted {
    fn read(mut part: Part, planning: &mut Planning) -> Option<Self> {
        let begin = part.line;
        let name = part.text("name", &mut planning.faults);
        let owner = part
            .reference("owner", &mut planning.faults)
            .and_then(|(line, said)| planning.or_fault(line, find_person(&said)))
            .map(|owner| owner.to_string());
        let tier = part.number("tier", &mut planning.faults);
        let hours = part.text("hours", &mut planning.faults).map(|(line, hours)| (line, clean_line(&hours)));
        let description = part.text("description", &mut planning.faults).map(|(line, text)| (line, clean(&text)));
        let retired = part.flag("retired", &mut planning.faults).is_some_and(|(_, retired)| retired);
        let line = name.as_ref().map_or(begin, |(line, _)| *line);
        let wanted = Self {
            line,
            owner,
            tier: planning.option(&ADD, "tier", tier),
            hours: planning.option(&ADD, "hours", hours),
            description: planning.option(&ADD, "description", description),
            retired,
            name: name.map(|(_, name)| clean_line(&name)).unwrap_or_default(),
        };
        part.finish(&mut planning.faults);
        if wanted.name.is_empty() {
            planning.fault(wanted.line, "this service has no `name`.");
            return None;
        }
        Some(wanted)
    }

    /// What is said about it, as options of a command.
    fn options(&self) -> Map<String, Value> {
        let told = [
            ("owner", self.owner.clone().map(Value::from)),
            ("tier", self.tier.map(Value::from)),
            ("hours", some(self.hours.as_ref()).map(Value::from)),
            ("description", some(self.description.as_ref()).map(Value::from)),
        ];
        told.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }

    fn add(self, planning: &mut Planning) {
        let mut options = self.options();
        options.insert("name".to_owned(), self.name.clone().into());
        let shown = fit(&self.name, SHOWN);
        planning.step(self.line, Kind::Added, format!("service **{shown}**"), "service add", Value::Object(options));
        if self.retired {
            let words = format!("service **{shown}** is retired at once, as the file says");
            planning.step(self.line, Kind::Retired, words, "service retire", json!({"service": self.name}));
        }
    }

    fn change(self, now: &Service, planning: &mut Planning) {
        let shown = fit(&now.name, SHOWN);
        let retired = now.retired_at.is_some();
        if retired && !self.retired {
            return planning.fault(self.line, stays_retired("service", &now.name));
        }
        let owner = now.owner.map(|owner| owner.to_string());
        let tier = now.tier.to_string();
        let hours = some(now.hours.as_ref()).unwrap_or_default();
        let description = some(now.description.as_ref()).unwrap_or_default();
        let mut options = self.options();
        let is = |key: &str| match key {
            "owner" => owner.as_deref(),
            "tier" => Some(tier.as_str()),
            "hours" => Some(hours),
            _ => Some(description),
        };
        options.retain(|key, value| {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            is(key) != Some(said.as_str())
        });
        if self.name != now.name {
            options.insert("name".to_owned(), self.name.clone().into());
        }
        if options.is_empty() && self.retired == retired {
            return planning.keep();
        }
        if !options.is_empty() {
            let told: Vec<String> = options.iter().map(|(key, value)| told(key, value, is(key))).collect();
            let words = format!("service **{shown}**: {}", told.join(", "));
            options.insert("service".to_owned(), now.name.clone().into());
            planning.step(self.line, Kind::Changed, words, "service edit", Value::Object(options));
        }
        if self.retired && !retired {
            let words = format!("service **{shown}** is retired, as the file says");
            planning.step(self.line, Kind::Retired, words, "service retire", json!({"service": self.name}));
        }
    }
}

/// One field that becomes other, in words.
fn told(key: &str, value: &Value, now: Option<&str>) -> String {
    let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match key {
        "owner" => format!("owner {} → <@{said}>", now.map_or_else(|| "nobody".to_owned(), |now| format!("<@{now}>"))),
        "tier" => format!("tier {} → {said}", now.unwrap_or_default()),
        "name" => format!("name → **{}**", fit(&said, SHOWN)),
        key => format!("{key} → {}", fit(&said.replace('\n', " "), SHOWN)),
    }
}
