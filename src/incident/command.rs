//! `/incident`: what each verb takes, and its steps: who, what, change, save, tell.

use serde::{Deserialize, Serialize};

use super::declare::declare;
use super::history::Degree;
use super::listing::{self, Asked};
use super::report::Format;
use super::step::{beside, find};
use super::{
    Audience, CloseAs, Code, Declaration, Escalation, HoldReason, Kind, Level, Mark, Priority, Reassessment, Role,
};
use super::{
    capture, entries, finding, handover, impact, linking, reply, report, review, story, tasks, verbs, waiting,
};
use crate::chat::answer::Answer;
use crate::chat::text::clean;
use crate::command::context::Context;
use crate::error::Error;
use crate::link::Kind as LinkKind;
use crate::outbox;
use crate::service;
use crate::snowflake::{RoleId, UserId};
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
        /// From 1.
        page: Option<i64>,
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
        /// What it stands for.
        mark: Option<Mark>,
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
    /// Offer command to somebody.
    Handover {
        /// To whom.
        member: UserId,
        /// Which.
        incident: Option<String>,
    },
    /// It waits.
    Hold {
        /// For what.
        reason: HoldReason,
        /// In words.
        note: Option<String>,
        /// When it is looked at again.
        until: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// It goes on.
    Resume {
        /// Which.
        incident: Option<String>,
    },
    /// More people are needed.
    Escalate {
        /// Which kind of people.
        to: Escalation,
        /// Who.
        role: Option<RoleId>,
        /// Why.
        reason: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// Somebody has to do something.
    TaskAdd {
        /// What.
        text: String,
        /// Who.
        owner: Option<UserId>,
        /// Until when.
        due: Option<String>,
        /// Whether it is for afterwards.
        follow_up: Option<bool>,
        /// Which.
        incident: Option<String>,
    },
    /// It is done.
    TaskDone {
        /// Which task.
        task: String,
        /// What came of it.
        result: Option<String>,
        /// Which.
        incident: Option<String>,
    },
    /// It is mine.
    TaskTake {
        /// Which task.
        task: String,
        /// Which.
        incident: Option<String>,
    },
    /// It is not needed.
    TaskDrop {
        /// Which task.
        task: String,
        /// Why.
        reason: String,
        /// Which.
        incident: Option<String>,
    },
    /// What is to be done.
    TaskList {
        /// Which.
        incident: Option<String>,
    },
    /// It has to do with another.
    Link {
        /// With which.
        to: String,
        /// What it is to it.
        kind: LinkKind,
        /// Which.
        incident: Option<String>,
    },
    /// It goes on as another.
    Merge {
        /// As which.
        into: String,
        /// Which.
        incident: Option<String>,
    },
    /// When which service was impaired.
    Impact {
        /// Which service.
        service: Option<String>,
        /// How badly.
        degree: Option<Degree>,
        /// From when.
        from: Option<String>,
        /// Until when.
        until: Option<String>,
        /// Which window, to correct it.
        window: Option<i64>,
        /// There was no such impact.
        remove: Option<bool>,
        /// Which.
        incident: Option<String>,
    },
    /// The summary, as files.
    Report {
        /// Which.
        format: Option<Format>,
        /// Which.
        incident: Option<String>,
    },
    /// What is learnt.
    Review {
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
        /// From 1, the newest.
        page: Option<i64>,
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
                | Self::TaskList { .. }
                | Self::Report { .. }
                | Self::Impact { service: None, degree: None, from: None, until: None, window: None, remove: None, .. }
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
            let beside = beside(tx, &incident).await?;
            let links = linking::visible(tx, context, &incident).await?;
            Ok(Answer::Say(reply::show(&incident, room, &beside, &links)))
        }
        Command::List { state, service, priority, mine, page } => {
            let asked = Asked { state, service, priority, mine: mine.unwrap_or(false), page };
            listing::list(tx, context, asked).await
        }
        Command::Find { text, page } => finding::find(tx, context, &text, page).await,
        Command::Ack { incident } => verbs::acknowledge(tx, context, incident).await,
        Command::Update { message, audience, next_update, incident } => {
            verbs::update(tx, context, incident, message, audience, next_update).await
        }
        Command::Note { text, at, mark, incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            entries::note_at(tx, context, incident, &text, at.as_deref(), mark).await
        }
        Command::Handover { member, incident } => handover::offer(tx, context, incident, member).await,
        Command::Hold { reason, note, until, incident } => {
            waiting::hold(tx, context, incident, reason, note, until).await
        }
        Command::Resume { incident } => waiting::resume(tx, context, incident).await,
        Command::Escalate { to, role, reason, incident } => {
            handover::escalate(tx, context, incident, to, role, reason).await
        }
        Command::TaskAdd { text, owner, due, follow_up, incident } => {
            let wanted = tasks::Wanted { text, owner, due, follow_up: follow_up.unwrap_or(false) };
            tasks::add(tx, context, incident.as_deref(), wanted).await
        }
        Command::TaskDone { task, result, incident } => {
            tasks::done(tx, context, incident.as_deref(), &task, result).await
        }
        Command::TaskTake { task, incident } => tasks::take(tx, context, incident.as_deref(), &task).await,
        Command::TaskDrop { task, reason, incident } => {
            tasks::drop_task(tx, context, incident.as_deref(), &task, &reason).await
        }
        Command::TaskList { incident } => tasks::list(tx, context, incident.as_deref()).await,
        Command::Link { to, kind, incident } => linking::link(tx, context, incident, &to, kind).await,
        Command::Merge { into, incident } => linking::merge(tx, context, incident, &into).await,
        Command::Impact { service, degree, from, until, window, remove, incident } => {
            let said = impact::Said { service, degree, from, until, window, remove: remove.unwrap_or(false) };
            impact::impact(tx, context, incident, said).await
        }
        Command::Report { format, incident } => report::report(tx, context, incident.as_deref(), format).await,
        Command::Review { incident } => review::verbs::review(tx, context, incident.as_deref()).await,
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
        Command::Timeline { entry, correct, redact, page, incident } => {
            timeline(tx, context, incident, (entry, correct, redact), page).await
        }
        Command::Undo { incident } => {
            let incident = find(tx, context, incident.as_deref()).await?;
            entries::undo(tx, context, incident, None).await
        }
    }
}

/// The story, one entry of it, or a change of what an entry says.
async fn timeline(
    tx: &mut Tx,
    context: &Context,
    incident: Option<String>,
    about: (Option<i64>, Option<String>, Option<String>),
    page: Option<i64>,
) -> Result<Answer, Error> {
    let incident = find(tx, context, incident.as_deref()).await?;
    match about {
        (None, None, None) => Ok(Answer::Say(story::page(tx, context, &incident, page.unwrap_or(1)).await?)),
        (Some(entry), None, None) => {
            let whole = story::whole(tx, context, &incident, entry, 1).await?;
            // Everyone reads what is typed: the files are for those who ask for them.
            capture::with_files(tx, &incident, entry, whole, !context.typed).await.map(Answer::Say)
        }
        (Some(entry), Some(text), None) => entries::correct(tx, context, incident, entry, &text).await,
        (Some(entry), None, Some(reason)) => entries::redact(tx, context, incident, entry, &reason).await,
        _ => Err(reply::correct_or_redact().into()),
    }
}
