//! `/sla`: the steps of each verb.

mod agreements;
mod calendars;

pub use agreements::{availability, pauses};

use serde::{Deserialize, Serialize};

use super::{Amount, Book, Metric, Target, backing, defaults, reply, store};
use crate::chat::answer::{Answer, Choice};
use crate::chat::text::label;
use crate::chat::{limits, nearest};
use crate::command::context::Context;
use crate::command::outside::Outside;
use crate::digest;
use crate::error::{Error, Refusal};
use crate::incident::{self, Priority, ServiceRef};
use crate::journal::{self, Change, Fact};
use crate::policy;
use crate::service;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// What the guild's agreement for every service is called in commands.
pub const DEFAULT: &str = "default";
/// Nothing is promised.
const NONE: &str = "none";

/// A verb of `/sla` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// What is promised from now on.
    Set {
        /// Of which service, or `default`.
        service: String,
        /// Of which priority.
        priority: Priority,
        /// For what.
        metric: Metric,
        /// How much, or `none`.
        target: String,
        /// In whose hours.
        calendar: Option<String>,
        /// In which agreement.
        agreement: Option<String>,
    },
    /// What is promised.
    Show {
        /// Of which service.
        service: Option<String>,
    },
    /// The arithmetic of an incident's clocks.
    Why {
        /// Which.
        incident: Option<String>,
    },
    /// What was agreed.
    AgreementAdd(agreements::Add),
    /// Other terms.
    AgreementEdit(agreements::Edit),
    /// All.
    AgreementList {
        /// With those that are retired.
        retired: Option<bool>,
    },
    /// It holds no longer.
    AgreementRetire {
        /// Which.
        agreement: String,
    },
    /// Hours.
    CalendarAdd(calendars::Add),
    /// A day that is not as the others.
    CalendarHoliday(calendars::Holiday),
    /// All.
    CalendarList {},
    /// It is offered no longer.
    CalendarRetire {
        /// Which.
        calendar: String,
    },
    /// How it stood in a period, of all services or of one.
    Report {
        /// Which; this month if left out.
        period: Option<String>,
        /// Of which service.
        service: Option<String>,
    },
    /// A digest is posted again and again.
    DigestAdd(digest::command::Add),
    /// All that are posted.
    DigestList {},
    /// It is posted no longer.
    DigestRemove {
        /// Which.
        digest: String,
    },
    /// The digest of any period, for whoever asks.
    DigestNow {
        /// Which; this month if left out.
        period: Option<String>,
    },
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Show { .. }
                | Self::Why { .. }
                | Self::AgreementList { .. }
                | Self::CalendarList {}
                | Self::Report { .. }
                | Self::DigestList {}
                | Self::DigestNow { .. }
        )
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command, outside: &Outside) -> Result<Answer, Error> {
    defaults::ensure(tx, &context.guild).await?;
    match command {
        Command::Set { service, priority, metric, target, calendar, agreement } => {
            set(tx, context, Set { service, priority, metric, target, calendar, agreement }).await
        }
        Command::Show { service } => show(tx, context, service).await,
        Command::Why { incident } => incident::levels::why(tx, context, incident).await,
        Command::AgreementAdd(add) => agreements::add(tx, context, add).await,
        Command::AgreementEdit(edit) => agreements::edit(tx, context, edit).await,
        Command::AgreementList { retired } => agreements::list(tx, context, retired.unwrap_or(false)).await,
        Command::AgreementRetire { agreement } => agreements::retire(tx, context, &agreement).await,
        Command::CalendarAdd(add) => calendars::add(tx, context, add).await,
        Command::CalendarHoliday(holiday) => calendars::holiday(tx, context, holiday).await,
        Command::CalendarList {} => calendars::list(tx, context).await,
        Command::CalendarRetire { calendar } => calendars::retire(tx, context, &calendar).await,
        Command::Report { period, service } => digest::command::now(tx, context, period, service).await,
        Command::DigestAdd(add) => digest::command::add(tx, context, add, outside).await,
        Command::DigestList {} => digest::command::list(tx, context).await,
        Command::DigestRemove { digest } => digest::command::remove(tx, context, &digest).await,
        Command::DigestNow { period } => digest::command::now(tx, context, period, None).await,
    }
}

struct Set {
    service: String,
    priority: Priority,
    metric: Metric,
    target: String,
    calendar: Option<String>,
    agreement: Option<String>,
}

/// A target from now on. What is under way keeps what it was promised.
async fn set(tx: &mut Tx, context: &Context, said: Set) -> Result<Answer, Error> {
    let proof = policy::service_owner(&context.member, &context.guild.roles)?;
    let guild = context.guild.id;
    let amount = match said.target.trim() {
        none if none.eq_ignore_ascii_case(NONE) => None,
        text => Some(Amount::parse(text).map_err(|why| Refusal::new("sla.target", why))?),
    };
    let service = service_or_default(tx, guild, &said.service).await?;
    let book = store::book(tx, guild).await?;
    // In an agreement of its own, nothing is something: without it, what holds for every service would hold.
    let is_own = said.agreement.is_some() || service.is_some();
    let agreement = match said.agreement {
        Some(named) => agreements::of_service(&book, &named, service.as_ref())?,
        None => agreements::only_one(tx, context, &book, service.as_ref(), proof.basis()).await?,
    };
    let before = agreement.target(said.priority, said.metric, context.now);
    let calendar = match (&said.calendar, before) {
        (Some(named), _) => calendars::in_use(&book, named)?.id,
        (None, Some(before)) => before.calendar,
        (None, None) => usual_calendar(&book, said.priority, said.metric, context),
    };
    let target = Target { priority: said.priority, metric: said.metric, from: context.now, amount, calendar };
    if before.is_some_and(|before| before.amount == amount && before.calendar == calendar)
        || before.is_none() && amount.is_none() && !is_own
    {
        return Err(reply::nothing_changes().into());
    }
    if let (Some(amount), Some(calendar)) = (amount, book.calendars.get(&calendar)) {
        // While nothing was promised, the hours that it was promised in may have been retired.
        if calendar.retired_at.is_some() {
            return Err(reply::calendar_is_retired(calendar).into());
        }
        if amount.seconds(calendar, context.now.into()).is_none() {
            return Err(reply::never(amount, calendar).into());
        }
    }
    store::put_target(tx, guild, agreement.id, &target).await?;
    let said_of = |target: &Target| Fact::Plain(reply::target_in_words(&book, target));
    let changes = vec![
        Change::new("priority", Fact::Plain(said.priority.name())),
        Change::new("metric", Fact::Plain(said.metric.name().to_owned())),
        Change { field: "target", before: before.map_or(Fact::Nothing, said_of), after: said_of(&target) },
    ];
    record(tx, context, "sla.set", &format!("agreement:{}", agreement.id), proof.basis(), changes).await?;
    let after = store::book(tx, guild).await?;
    let gaps = backing::gaps(&after, context.now);
    Ok(Answer::Say(reply::set(&after, &agreement, service.as_ref(), &target, before, &gaps)))
}

/// The hours of the same target in the default agreement, else those around the clock.
fn usual_calendar(book: &Book, priority: Priority, metric: Metric, context: &Context) -> i64 {
    book.agreement(defaults::AGREEMENT)
        .and_then(|agreement| agreement.target(priority, metric, context.now))
        .map(|target| target.calendar)
        .or_else(|| book.calendars.keys().next().copied())
        .unwrap_or_default()
}

async fn show(tx: &mut Tx, context: &Context, service: Option<String>) -> Result<Answer, Error> {
    let guild = context.guild.id;
    let service = match service {
        Some(named) => service_or_default(tx, guild, &named).await?,
        None => None,
    };
    let book = store::book(tx, guild).await?;
    Ok(Answer::Say(reply::show(&book, service.as_ref(), context.now)))
}

/// The service of that name; none for `default`.
async fn service_or_default(tx: &mut Tx, guild: GuildId, named: &str) -> Result<Option<ServiceRef>, Error> {
    if named.trim().eq_ignore_ascii_case(DEFAULT) {
        return Ok(None);
    }
    service::named(tx, guild, named).await.map(Some)
}

/// Writes down what was changed.
async fn record(
    tx: &mut Tx,
    context: &Context,
    action: &'static str,
    subject: &str,
    basis: &str,
    changes: Vec<Change>,
) -> Result<(), Error> {
    journal::append(tx, context.guild.id, context.written_at, context.draft(action, subject, basis, changes))
        .await
        .map(drop)
}

/// Completions of a service's name, or `default`.
pub async fn complete_service(tx: &mut Tx, guild: GuildId, typed: &str) -> Result<Vec<Choice>, Error> {
    let mut choices = service::complete(tx, guild, typed).await?;
    if DEFAULT.starts_with(&typed.trim().to_lowercase()) {
        choices.truncate(limits::CHOICES - 1);
        choices.push(Choice { name: "default: every service without its own".to_owned(), value: DEFAULT.to_owned() });
    }
    Ok(choices)
}

/// Completions of the name of an agreement that holds.
pub async fn complete_agreement(tx: &mut Tx, guild: GuildId, typed: &str) -> Result<Vec<Choice>, Error> {
    let book = store::book(tx, guild).await?;
    Ok(choices(book.agreements.iter().filter(|one| one.retired_at.is_none()).map(|one| one.name.as_str()), typed))
}

/// Completions of the name of a calendar in use.
pub async fn complete_calendar(tx: &mut Tx, guild: GuildId, typed: &str) -> Result<Vec<Choice>, Error> {
    let book = store::book(tx, guild).await?;
    Ok(choices(book.calendars.values().filter(|one| one.retired_at.is_none()).map(|one| one.name.as_str()), typed))
}

fn choices<'n>(names: impl Iterator<Item = &'n str>, typed: &str) -> Vec<Choice> {
    let typed = service::key(typed);
    let mut found: Vec<(bool, &str)> = names
        .filter(|name| service::key(name).contains(&typed))
        .map(|name| (!service::key(name).starts_with(&typed), name))
        .collect();
    found.sort_unstable();
    found
        .into_iter()
        .take(limits::CHOICES)
        .map(|(_, name)| Choice { name: label(name, limits::CHOICE), value: label(name, limits::CHOICE) })
        .collect()
}

/// The one of that name, or the refusal `unknown` with the nearest name.
fn by_name<'b, T>(
    all: impl Iterator<Item = &'b T> + Clone,
    name: impl Fn(&'b T) -> &'b str + Copy,
    wanted: &str,
    unknown: impl Fn(&str, Option<&str>) -> Refusal,
) -> Result<&'b T, Refusal> {
    let key = service::key(wanted);
    if let Some(found) = all.clone().find(|one| service::key(name(one)) == key) {
        return Ok(found);
    }
    let near = nearest::nearest(&key, all.map(name));
    Err(unknown(wanted, near))
}
