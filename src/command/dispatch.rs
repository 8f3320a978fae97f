//! Every command, in one match.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::catalogue::CATALOGUE;
use super::context::Context;
use super::outside::Outside;
use super::{help, unknown_press, waiting};
use crate::chat::answer::{Answer, Choice};
use crate::chat::custom_id::CustomId;
use crate::chat::invocation::{Call, TargetFile, TargetMessage};
use crate::chat::phrase::{self, Lean};
use crate::chat::typed::{self, Here, Short, Typed};
use crate::error::{Error, Failure, Refusal};
use crate::number::{self, Number};
use crate::snowflake::{ChannelId, GuildId, UserId};
use crate::store::{Tx, Work};
use crate::{availability, incident, level, service, setup, transfer};

/// A command of some process.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `/incident`.
    Incident(incident::command::Command),
    /// `/service`.
    Service(service::command::Command),
    /// `/availability`.
    Availability(availability::command::Command),
    /// `/setup`.
    Setup(setup::command::Command),
    /// `/sla`.
    Sla(level::command::Command),
    /// `/inbox`.
    Inbox,
    /// `/help`.
    Help(help::Command),
}

impl Command {
    /// The command at `path` with `options`, which are checked first.
    pub fn parse(path: &[String], options: Map<String, Value>) -> Result<Self, Error> {
        let options = CATALOGUE.check(path, options)?;
        let verb = path.get(1..).unwrap_or_default().join("-");
        let tagged = || json!({"verb": verb, "options": options});
        // After the check only the shapes of single values can be wrong, which the definition and the enum must agree on: a test walks both.
        let odd = |error: serde_json::Error| Error::from(Failure::Other(format!("/{}: {error}", path.join(" "))));
        Ok(match path.first().map(String::as_str) {
            Some("incident") => Self::Incident(serde_json::from_value(tagged()).map_err(odd)?),
            Some("service") => Self::Service(serde_json::from_value(tagged()).map_err(odd)?),
            Some("availability") => Self::Availability(serde_json::from_value(tagged()).map_err(odd)?),
            Some("setup") => Self::Setup(serde_json::from_value(tagged()).map_err(odd)?),
            Some("sla") => Self::Sla(serde_json::from_value(tagged()).map_err(odd)?),
            Some("inbox") => Self::Inbox,
            Some("help") => Self::Help(serde_json::from_value(Value::Object(options)).map_err(odd)?),
            _ => {
                return Err(Failure::Other(format!("/{} is in the catalogue and in no process", path.join(" "))).into());
            }
        })
    }

    /// Whether it changes nothing, and can be answered beside the writers.
    pub fn is_read(&self) -> bool {
        match self {
            Self::Incident(command) => command.is_read(),
            Self::Service(command) => command.is_read(),
            Self::Availability(command) => command.is_read(),
            Self::Setup(command) => command.is_read(),
            Self::Sla(command) => command.is_read(),
            Self::Inbox | Self::Help(_) => true,
        }
    }

    /// Whether Discord has to be asked how the guild is set up before it can be answered.
    pub fn looks_around(&self) -> bool {
        use setup::command::Command as Setup;
        match self {
            Self::Setup(command) => matches!(command, Setup::Check {} | Setup::Export {} | Setup::Import { .. }),
            Self::Sla(command) => matches!(command, level::command::Command::DigestAdd(_)),
            _ => false,
        }
    }

    /// The file that has to be fetched before it can be answered, and the most bytes that it may have.
    pub fn file(&self) -> Option<(&TargetFile, u64)> {
        match self {
            Self::Setup(setup::command::Command::Import { file }) => Some((file, transfer::FILE)),
            _ => None,
        }
    }

    /// The channel that it would set up, if it does.
    pub fn channel(&self) -> Option<ChannelId> {
        match self {
            Self::Setup(setup::command::Command::Channel { channel, .. }) => Some(*channel),
            Self::Sla(level::command::Command::DigestAdd(add)) => Some(add.channel),
            _ => None,
        }
    }

    /// Whether its answer may be a form, which can only be the first answer: then it is never deferred.
    pub fn may_open_form(&self) -> bool {
        use incident::command::Command as Incident;
        matches!(self, Self::Incident(Incident::Update { message: None, .. } | Incident::Review { .. }))
    }
}

/// What is to be done, once it is clear that it can be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// A command.
    Command(Command),
    /// A message command.
    OnMessage(String, TargetMessage),
    /// A button.
    Press(CustomId),
    /// A choice from a select.
    Choose(CustomId, String),
    /// A form that was sent.
    Submit(CustomId, std::collections::BTreeMap<String, String>),
}

impl Deed {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        match self {
            Self::Command(command) => command.is_read(),
            Self::Press(id) => incident::controls::is_read(&id.action),
            Self::OnMessage(..) | Self::Choose(..) | Self::Submit(..) => false,
        }
    }

    /// Whether Discord has to be asked how the guild is set up before it can be done.
    pub fn looks_around(&self) -> bool {
        match self {
            Self::Command(command) => command.looks_around(),
            Self::Press(id) => id.action == transfer::APPLY,
            Self::OnMessage(..) | Self::Choose(..) | Self::Submit(..) => false,
        }
    }

    /// The file that has to be fetched before it can be done, and the most bytes that it may have.
    pub fn file(&self) -> Option<(&TargetFile, u64)> {
        if let Self::Command(command) = self { command.file() } else { None }
    }
}

/// What a call other than a typed one asks for.
pub fn deed(call: Call) -> Result<Deed, Error> {
    let known = |custom_id: &str| CustomId::parse(custom_id).ok_or_else(unknown_press);
    Ok(match call {
        Call::Slash { path, options } => Deed::Command(Command::parse(&path, options)?),
        Call::OnMessage { name, target } => Deed::OnMessage(name, target),
        Call::Button { custom_id } => Deed::Press(known(&custom_id)?),
        Call::Select { custom_id, values } => {
            Deed::Choose(known(&custom_id)?, values.into_iter().next().unwrap_or_default())
        }
        Call::Form { custom_id, fields } => Deed::Submit(known(&custom_id)?, fields),
        Call::Typed { .. } | Call::Complete { .. } => {
            return Err(Failure::Other("it is read elsewhere".to_owned()).into());
        }
    })
}

/// What a typed message asks for; none when it only mentions wardroom in passing.
pub async fn typed(tx: &mut Tx, context: &Context, text: &str) -> Result<Option<Deed>, Error> {
    let services: Vec<String> =
        service::choices(tx, context.guild.id).await?.into_iter().map(|(_, name)| service::key(&name)).collect();
    let here = Here {
        vocabulary: &*CATALOGUE,
        is_service: &|name| services.contains(&service::key(name)),
        is_instant: &|text| phrase::instant(text, context.now, &context.guild.zone, Lean::Past).is_ok(),
    };
    let (path, options) = match typed::parse(text, &here) {
        Typed::Nothing => return Ok(None),
        Typed::Unclear(sentence) => return Err(Refusal::new("typed.unclear", sentence).into()),
        Typed::Command { path, options } => (path, options),
        Typed::Short(short) => in_full(short),
    };
    if path.first().is_some_and(|name| name == "setup") {
        return Err(Refusal::new(
            "typed.setup",
            "`/setup` is a slash command only: a typed message does not show whether you may. Type `/setup` and choose it from the list.",
        )
        .into());
    }
    if options.contains_key("restricted") {
        return Err(Refusal::new(
            "typed.restricted",
            "`restricted` is for the slash command only: what you typed here has been read by everyone. Type `/incident declare`.",
        )
        .into());
    }
    Command::parse(&path, options).map(|command| Some(Deed::Command(command)))
}

/// A short form as the command that it stands for.
fn in_full(short: Short) -> (Vec<String>, Map<String, Value>) {
    let mut full = Map::new();
    let verb = match short {
        Short::Declare { priority, title, service, started } => {
            full.insert("title".to_owned(), title.into());
            let named =
                [("priority", priority.map(|rank| format!("P{rank}"))), ("service", service), ("started", started)];
            full.extend(named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))));
            "declare"
        }
        Short::Verb { record, verb, text, options } => {
            full.extend(options);
            full.extend(record.map(|record| ("incident".to_owned(), record.into())));
            let takes_text = match verb {
                "note" | "task add" => Some("text"),
                "hold" => Some("note"),
                "update" => Some("message"),
                "resolve" => Some("summary"),
                "reopen" | "close" | "priority" => Some("reason"),
                _ => None,
            };
            if let Some(option) = takes_text.filter(|_| !text.is_empty()) {
                full.insert(option.to_owned(), text.into());
            }
            verb
        }
    };
    (["incident"].into_iter().chain(verb.split(' ')).map(str::to_owned).collect(), full)
}

/// Does it.
pub async fn carry_out(tx: &mut Tx, context: &Context, deed: Deed, outside: &Outside) -> Result<Answer, Error> {
    match deed {
        Deed::Command(command) => perform(tx, context, command, outside).await,
        Deed::OnMessage(name, target) => match name.as_str() {
            "Declare incident" => incident::declare::declare_from(tx, context, &target).await,
            "Add to timeline" => incident::entries::add_to_timeline(tx, context, &target).await,
            "Make a task" => incident::entries::make_a_task(tx, context, &target).await,
            _ => Err(unknown_press()),
        },
        Deed::Press(CustomId { action, record, extra }) => match action.split_once('.') {
            Some(("incident", verb)) => incident::controls::press(tx, context, verb, &record, &extra).await,
            Some(("setup", verb)) => transfer::command::press(tx, context, verb, &extra, outside).await,
            _ => Err(unknown_press()),
        },
        Deed::Choose(CustomId { action, record, extra }, chosen) => match action.split_once('.') {
            Some(("incident", verb)) => incident::controls::choose(tx, context, verb, &record, &extra, &chosen).await,
            _ => Err(unknown_press()),
        },
        Deed::Submit(CustomId { action, extra, .. }, fields) => match action.split_once('.') {
            Some(("incident", verb)) => {
                incident::controls::submit(tx, context, verb, &extra, |name| fields.get(name).cloned()).await
            }
            _ => Err(unknown_press()),
        },
    }
}

/// Carries `command` out. An import carries out commands in turn, so this is where the types of their futures end.
pub fn perform<'t>(tx: &'t mut Tx, context: &'t Context, command: Command, outside: &'t Outside) -> Work<'t, Answer> {
    Box::pin(async move {
        match command {
            Command::Incident(command) => incident::command::handle(tx, context, command).await,
            Command::Service(command) => service::command::handle(tx, context, command).await,
            Command::Availability(command) => availability::command::handle(tx, context, command).await,
            Command::Setup(command) => setup::command::handle(tx, context, command, outside).await,
            Command::Sla(command) => level::command::handle(tx, context, command, outside).await,
            Command::Inbox => waiting::inbox(tx, context).await,
            Command::Help(command) => Ok(help::handle(&command)),
        }
    })
}

/// Whether nothing more will happen to `record`, so that it needs no card and no room.
pub async fn is_over(tx: &mut Tx, guild: GuildId, record: Number) -> Result<bool, Error> {
    Ok(match record.kind {
        number::Kind::Incident => {
            let over = [incident::State::Closed, incident::State::Cancelled, incident::State::Merged];
            incident::store::find(tx, guild, record).await?.is_none_or(|incident| over.contains(&incident.state))
        }
        // A review that is approved is done.
        number::Kind::Review => {
            let incident = Number { kind: number::Kind::Incident, ..record };
            incident::review::store::is_approved(tx, guild, incident).await?
        }
        number::Kind::Problem | number::Kind::Change | number::Kind::Digest => false,
    })
}

/// Completions of `option` as far as it is typed, among what `viewer` may know of.
pub async fn complete(
    tx: &mut Tx,
    guild: GuildId,
    viewer: UserId,
    [command, option, typed]: [&str; 3],
    now: DateTime<Utc>,
) -> Result<Vec<Choice>, Error> {
    match option {
        "service" if command == "sla" => level::command::complete_service(tx, guild, typed).await,
        "agreement" => level::command::complete_agreement(tx, guild, typed).await,
        "calendar" => level::command::complete_calendar(tx, guild, typed).await,
        "incident" | "to" | "into" => incident::complete(tx, guild, viewer, typed).await,
        "task" => incident::tasks::complete(tx, guild, viewer, typed).await,
        "service" => service::complete(tx, guild, typed).await,
        "window" => availability::complete(tx, guild, typed, now).await,
        "timezone" => Ok(setup::complete_zone(typed)),
        "command" => Ok(help::complete(typed)),
        _ => Ok(Vec::new()),
    }
}
