//! `/service`: the steps of each verb.

use serde::{Deserialize, Serialize};

use super::{Edit, Service, reply, store};
use crate::availability::promise;
use crate::chat::answer::Answer;
use crate::chat::text::{clean, clean_line};
use crate::command::context::Context;
use crate::error::Error;
use crate::incident::{
    self,
    listing::{Filter, From},
};
use crate::journal::{self, Change, Fact};
use crate::level;
use crate::number;
use crate::policy;
use crate::snowflake::UserId;
use crate::store::Tx;

/// A verb of `/service` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// A new one.
    Add {
        /// What people call it.
        name: String,
        /// Who answers for it.
        owner: Option<UserId>,
        /// 1 to 3.
        tier: Option<i64>,
        /// When it is promised.
        hours: Option<String>,
        /// What it is for.
        description: Option<String>,
    },
    /// Other than it was.
    Edit {
        /// Which.
        service: String,
        /// A new name.
        name: Option<String>,
        /// A new owner.
        owner: Option<UserId>,
        /// A new tier.
        tier: Option<i64>,
        /// Other hours.
        hours: Option<String>,
        /// Another description.
        description: Option<String>,
    },
    /// All.
    List {
        /// With those that are retired.
        retired: Option<bool>,
        /// From 1.
        page: Option<i64>,
    },
    /// One.
    Show {
        /// Which.
        service: String,
    },
    /// No longer.
    Retire {
        /// Which.
        service: String,
    },
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(self, Self::List { .. } | Self::Show { .. })
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command) -> Result<Answer, Error> {
    let guild = context.guild.id;
    match command {
        Command::Add { name, owner, tier, hours, description } => {
            let proof = policy::service_owner(&context.member, &context.guild.roles)?;
            let name = clean_line(&name);
            if name.is_empty() {
                return Err(reply::no_name().into());
            }
            if let Some(before) = store::find(tx, guild, &super::key(&name)).await? {
                return Err(reply::exists_already(&before.name).into());
            }
            let hours = readable(tx, context, hours).await?;
            let service = Service {
                guild,
                id: number::next_in_sequence(tx, guild, "service").await?,
                name,
                owner,
                tier: tier.unwrap_or(2),
                hours: hours.filter(|text| !text.is_empty()),
                description: description.map(|text| clean(&text)).filter(|text| !text.is_empty()),
                retired_at: None,
                version: 1,
            };
            store::insert(tx, &service).await?;
            record(tx, context, "service.add", proof.basis(), None, &service).await?;
            Ok(Answer::Say(reply::added(&service)))
        }
        Command::Edit { service, name, owner, tier, hours, description } => {
            let proof = policy::service_owner(&context.member, &context.guild.roles)?;
            let before = super::find(tx, guild, &service).await?;
            let name = name.map(|name| clean_line(&name)).filter(|name| !name.is_empty());
            if let Some(name) = &name
                && let Some(other) = store::find(tx, guild, &super::key(name)).await?
                && other.id != before.id
            {
                return Err(reply::exists_already(&other.name).into());
            }
            let hours = readable(tx, context, hours).await?;
            let edit = Edit { name, owner, tier, hours, description: description.map(|text| clean(&text)) };
            let after = before.clone().edit(&proof, edit)?;
            store::save(tx, &after).await?;
            record(tx, context, "service.edit", proof.basis(), Some(&before), &after).await?;
            Ok(Answer::Say(reply::edited(&after)))
        }
        Command::List { retired, page } => {
            let mut services = store::all(tx, guild).await?;
            services.retain(|service| retired.unwrap_or(false) || service.retired_at.is_none());
            Ok(Answer::Say(reply::list(&services, page.unwrap_or(1))))
        }
        Command::Show { service } => {
            let service = super::find(tx, guild, &service).await?;
            let filter = Filter { service: Some(service.id), viewer: context.viewer(), ..Filter::default() };
            let more = i64::try_from(reply::OPEN_SHOWN).unwrap_or(i64::MAX) + 1;
            let open = incident::listing::store::page(tx, guild, &filter, From::Top(0), more).await?;
            Ok(Answer::Say(reply::show(&service, &open)))
        }
        Command::Retire { service } => {
            let proof = policy::service_owner(&context.member, &context.guild.roles)?;
            let before = super::find(tx, guild, &service).await?;
            let after = before.clone().retire(&proof, context.now)?;
            store::save(tx, &after).await?;
            record(tx, context, "service.retire", proof.basis(), Some(&before), &after).await?;
            Ok(Answer::Say(reply::retired(&after)))
        }
    }
}

/// Hours that availability can count: the name of a calendar, or hours of the week. An empty text takes them away.
async fn readable(tx: &mut Tx, context: &Context, hours: Option<String>) -> Result<Option<String>, Error> {
    let Some(hours) = hours.map(|hours| clean_line(&hours)) else { return Ok(None) };
    if !hours.is_empty() {
        let book = level::store::book(tx, context.guild.id).await?;
        promise::hours(&book, &context.guild, &hours).map_err(|why| reply::no_hours(&hours, &why))?;
    }
    Ok(Some(hours))
}

async fn record(
    tx: &mut Tx,
    context: &Context,
    action: &'static str,
    basis: &str,
    before: Option<&Service>,
    after: &Service,
) -> Result<(), Error> {
    let facts = |service: &Service| {
        [
            ("name", Fact::Plain(service.name.clone())),
            ("owner", Fact::person(service.owner)),
            ("tier", Fact::Plain(service.tier.to_string())),
            ("hours", Fact::plain(service.hours.as_deref())),
            ("description", Fact::text(service.description.as_deref())),
            ("retired", Fact::instant(service.retired_at)),
        ]
    };
    let was = before.map(facts);
    let changes = facts(after)
        .into_iter()
        .enumerate()
        .map(|(index, (field, after))| Change {
            field,
            before: was.as_ref().map_or(Fact::Nothing, |was| was[index].1.clone()),
            after,
        })
        .filter(|change| change.before != change.after)
        .collect();
    let subject = format!("service:{}", after.id);
    journal::append(tx, context.guild.id, context.written_at, context.draft(action, subject, basis, changes))
        .await
        .map(drop)
}
