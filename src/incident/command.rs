//! `/incident`: what each verb takes, and its steps: who, what, change, save, tell.

use serde::{Deserialize, Serialize};

use super::declare::declare;
use super::step::find;
use super::store::{self, Filter};
use super::{Audience, CloseAs, Code, Declaration, Kind, Level, Priority, Reassessment, Role, State};
use super::{capture, entries, reply, timeline, verbs};
use crate::chat::answer::Answer;
use crate::chat::text::clean;
use crate::command::context::Context;
use crate::error::Error;
use crate::journal;
use crate::outbox;
use crate::service;
use crate::snowflake::UserId;
use crate::store::Tx;

/// A verb of `/incident` and its options.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(
    tag = "verb",
    content = "options",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// Something is wrong.
    Declare {
        /// In a few words.
        title: String,
        /// By name.
        service: Option<String>,
        /// How many are affected.
        impact: Option<Level>,
        /// How soon.
        urgency: Option<Level>,
        /// Fixes it.
        priority: Option<Priority>,
        /// What is known.
        description: Option<String>,
        /// When it began.
        started: Option<String>,
        /// Whether it counts.
        kind: Option<Kind>,
        /// Whether it exists only for those who are inside.
        restricted: Option<bool>,
    },
    /// Its state.
    Show {
        /// Which.
        incident: Option<String>,
    },
    /// Several.
    List {
        /// `open`, `all` or a state.
        state: Option<String>,
        /// Of this one.
        service: Option<String>,
        /// Of this one.
        priority: Option<Priority>,
        /// Only mine.
        mine: Option<bool>,
        /// From 1.
        page: Option<i64>,
    },
    /// By words.
    Find {
        /// The words.
        text: String,
    },
    /// I am on it.
    Ack {
        /// Which.
        incident: Option<String>,
    },
    /// How it stands.
    Update {
        /// The words; a form asks for them if left out.
        message: Option<String>,
        /// For whom.
        audience: Option<Audience>,
        /// When the next one comes.
        next_update: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Something for the timeline.
    Note {
        /// The words.
        text: String,
        /// When it happened.
        at: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Give a role.
    Role {
        /// Which role.
        role: Role,
        /// To whom; oneself if left out.
        member: Option<UserId>,
        /// Which.
        incident: Option<String>,
    },
    /// Weigh it anew.
    Priority {
        /// How many.
        impact: Option<Level>,
        /// How soon.
        urgency: Option<Level>,
        /// Fixes it.
        priority: Option<Priority>,
        /// Whether it is a major one.
        major: Option<bool>,
        /// Why.
        reason: Option<String>,
        /// What it really is.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Service is restored.
    Resolve {
        /// What was done.
        summary: String,
        /// When it came back.
        restored: Option<String>,
        /// How.
        code: Option<Code>,
        /// What it was.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// It is not over.
    Reopen {
        /// Why.
        reason: String,
        /// Which.
        incident: Option<String>,
    },
    /// It ends.
    Close {
        /// As what.
        r#as: Option<CloseAs>,
        /// Why.
        reason: Option<String>,
        /// What it was.
        service: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// What happened.
    Timeline {
        /// Which entry.
        entry: Option<i64>,
        /// What it should say.
        correct: Option<String>,
        /// Why its text must go.
        redact: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Take the last step back.
    Undo {
        /// Which.
        incident: Option<String>,
    },
}

impl Command {
    /// Whether it changes nothing.
    pub fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Show { .. }
                | Self::List { .. }
                | Self::Find { .. }
                | Self::Timeline { correct: None, redact: None, .. }
        )
    }
}

/// Carries `command` out.
pub async fn handle(tx: &mut Tx, context: &Context, command: Command) -> Result<Answer, Error> {
    match command {
        Command::Declare { title, service, impact, urgency, priority, description, started, kind, restricted } => {
            let told = Declaration {
                title,
                description: description.map(|text| clean(&text)).filter(|text| !text.is_empty()),
                service: service::maybe_named(tx, context.guild.id, service).await?,
                impact,
                urgency,
                priority,
                started_at: started.map(|at| context.past("started", &at)).transpose()?,
                kind: kind.unwrap_or_default(),
                restricted: restricted.unwrap_or(false),
            };
            declare(tx, context, told, Vec::new()).await
        }
        Command::Show { incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            let room = outbox::room(tx, context.guild.id, incident.number).await?;
            Ok(Answer::Say(reply::show(&incident, room)))
        }
        Command::List { state, service, priority, mine, page } => {
            let service = service::maybe_named(tx, context.guild.id, service).await?.map(|service| service.id);
            list(tx, context, state.as_deref(), service, priority, mine.unwrap_or(false), page.unwrap_or(1)).await
        }
        Command::Find { text } => {
            let found = store::search(tx, context.guild.id, &text, context.viewer()).await?;
            Ok(Answer::Say(reply::found(&found, &text)))
        }
        Command::Ack { incident } => verbs::acknowledge(tx, context, incident).await,
        Command::Update { message, audience, next_update, incident } => {
            verbs::update(tx, context, incident, message, audience, next_update).await
        }
        Command::Note { text, at, incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            entries::note_at(tx, context, incident, &text, at.as_deref()).await
        }
        Command::Role { role, member, incident } => verbs::give_role(tx, context, incident, role, member).await,
        Command::Priority { impact, urgency, priority, major, reason, service, incident } => {
            let service = service::maybe_named(tx, context.guild.id, service).await?;
            let change = Reassessment { impact, urgency, priority, major, service };
            verbs::reassess(tx, context, incident, change, reason).await
        }
        Command::Resolve { summary, restored, code, service, incident } => {
            verbs::resolve(tx, context, incident, &summary, restored, code, service).await
        }
        Command::Reopen { reason, incident } => verbs::reopen(tx, context, incident, &reason).await,
        Command::Close { r#as, reason, service, incident } => {
            verbs::close(tx, context, incident, r#as.unwrap_or_default(), reason, service).await
        }
        Command::Timeline { entry, correct, redact, incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            match (entry, correct, redact) {
                (None, None, None) => {
                    let entries = journal::about(tx, context.guild.id, &incident.number.to_string()).await?;
                    Ok(Answer::Say(timeline::show(&incident, &entries)))
                }
                (Some(entry), None, None) => {
                    let told = entries::entry_of(tx, &incident, entry).await?;
                    let whole = timeline::one(&incident, &told);
                    // Everyone reads what is typed: the files are for those who ask for them.
                    capture::with_files(tx, &incident, entry, whole, !context.typed).await.map(Answer::Say)
                }
                (Some(entry), Some(text), None) => entries::correct(tx, context, incident, entry, &text).await,
                (Some(entry), None, Some(reason)) => entries::redact(tx, context, incident, entry, &reason).await,
                _ => Err(reply::correct_or_redact().into()),
            }
        }
        Command::Undo { incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            entries::undo(tx, context, incident, None).await
        }
    }
}
async fn list(
    tx: &mut Tx,
    context: &Context,
    state: Option<&str>,
    service: Option<i64>,
    priority: Option<Priority>,
    mine: bool,
    page: i64,
) -> Result<Answer, Error> {
    let state = state.unwrap_or("open");
    let filter = Filter {
        state: State::named(state),
        open_only: state == "open",
        service,
        priority,
        of: mine.then_some(context.member.user),
        viewer: context.viewer(),
        page: page.clamp(1, 10_000) - 1,
    };
    let mut incidents = store::list(tx, context.guild.id, &filter).await?;
    let page_size = usize::try_from(store::PAGE).unwrap_or(usize::MAX);
    let more = incidents.len() > page_size;
    incidents.truncate(page_size);
    let what = match state {
        "all" => "recorded here".to_owned(),
        "open" => "open".to_owned(),
        other => State::named(other).map_or_else(|| other.to_owned(), |state| reply::state(state).to_owned()),
    };
    let what = if mine { format!("{what} and yours") } else { what };
    Ok(Answer::Say(reply::list(&incidents, &what, filter.page, more)))
}
