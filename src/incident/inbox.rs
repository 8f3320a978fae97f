//! What of incidents waits for a person.

use super::history::ReviewState;
use super::reply::{self, moment};
use super::{Incident, review, store, tasks};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Button, Look};
use crate::chat::text::fit;
use crate::command::context::Context;
use crate::command::waiting::Waiting;
use crate::error::Error;
use crate::policy;
use crate::store::Tx;

/// Rows of each kind that are looked at.
const LOOKED_AT: i64 = 50;
/// Characters of a person's text in a line.
const EXCERPT: usize = 70;

/// What waits for whoever asks.
pub async fn waiting_for(tx: &mut Tx, context: &Context) -> Result<Vec<Waiting>, Error> {
    let user = context.member.user;
    let responds = policy::responder(&context.member, &context.guild.roles).is_ok();
    let mut found = Vec::new();
    for incident in store::concerning(tx, context.guild.id, user, context.viewer(), LOOKED_AT).await? {
        found.extend(of_incident(&incident, context, responds));
    }
    // What belongs to a restricted incident is told to one pair of eyes only.
    if context.typed {
        return Ok(found);
    }
    for task in tasks::store::waiting(tx, context.guild.id, user, LOOKED_AT).await? {
        let due = task.due_at.map(|due| format!(" · due {}", reply::due(due))).unwrap_or_default();
        let name = format!("{}/{}", task.incident, task.number);
        found.push(Waiting {
            line: format!("☑️ **{name}** {}{due}", fit(&task.text, EXCERPT)),
            urgency: if task.due_at.is_some_and(|due| due <= context.now) { 2 } else { 4 },
            at: task.due_at.unwrap_or(context.now + chrono::TimeDelta::days(365)),
            button: Some(button(&format!("Done {name}"), "incident.task-done", task.incident, task.number)),
        });
    }
    for review in review::store::waiting(tx, context.guild.id, user, LOOKED_AT).await? {
        // What was submitted waits for somebody else, whom the card asks.
        if review.state == ReviewState::InReview {
            continue;
        }
        found.push(Waiting {
            line: format!(
                "🔍 the review of **{}** is yours to write · due {}",
                review.incident,
                reply::due(review.due_at)
            ),
            urgency: if review.due_at <= context.now { 2 } else { 4 },
            at: review.due_at,
            button: Some(button(&format!("Review {}", review.incident), "incident.review", review.incident, "")),
        });
    }
    Ok(found)
}

fn button(label: &str, action: &str, record: crate::number::Number, extra: impl std::fmt::Display) -> Button {
    Button::new(label, CustomId::new(action, record, extra), Look::Secondary)
}

fn of_incident(incident: &Incident, context: &Context, responds: bool) -> Vec<Waiting> {
    let (user, number) = (context.member.user, incident.number);
    let title = || format!("**{number}** · {} · {}", incident.priority.name(), fit(&incident.title, EXCERPT));
    let mut found = Vec::new();
    if let Some(offer) = incident.offer.as_ref().filter(|offer| offer.to == user) {
        found.push(Waiting {
            line: format!("🤝 <@{}> offers you command of {}", offer.by, title()),
            urgency: 0,
            at: offer.at,
            button: Some(button(&format!("Accept {number}"), "incident.accept", number, "")),
        });
    }
    let is_mine = incident.roles.commander == Some(user);
    if incident.acknowledged.is_none() && (is_mine || (responds && incident.priority.pages())) {
        found.push(Waiting {
            line: format!("🔴 nobody has acknowledged {} · declared {}", title(), moment(incident.declared_at)),
            urgency: 0,
            at: incident.declared_at,
            button: Some(button(&format!("Acknowledge {number}"), "incident.ack", number, "")),
        });
    }
    if let Some(promise) = &incident.promise {
        let tells = incident.roles.communications.or(incident.roles.commander).unwrap_or(promise.by);
        if tells == user {
            found.push(Waiting {
                line: format!("📣 an update on {} is promised by {}", title(), moment(promise.due_at)),
                urgency: if promise.due_at <= context.now { 1 } else { 3 },
                at: promise.due_at,
                button: Some(button(&format!("Update {number}"), "incident.update", number, "")),
            });
        }
    }
    if let Some(hold) = incident.hold.as_ref().filter(|hold| is_mine || hold.by == user) {
        let check = hold.until.map(|until| format!(" · looked at again {}", moment(until))).unwrap_or_default();
        found.push(Waiting {
            line: format!("⏸️ {} waits for {}{check}", title(), reply::waits_for(hold.reason)),
            urgency: if hold.until.is_some_and(|until| until <= context.now) { 2 } else { 4 },
            at: hold.until.unwrap_or(hold.at),
            button: Some(button(&format!("Resume {number}"), "incident.resume", number, "")),
        });
    }
    found
}
