//! The words of reviews: the card, the form, the answers.

use std::fmt::Write as _;

use super::{Passage, Review, Texts};
use crate::chat::custom_id::CustomId;
use crate::chat::message::{Block, Button, Card, Field, Form, Look, Message, Row};
use crate::chat::text::{esc, fit, thread_name};
use crate::incident::Incident;
use crate::incident::history::{ReviewState, Stage, TaskState};
use crate::incident::reply;
use crate::incident::tasks::{self, Task};
use crate::number::Number;

/// Characters of a passage on the card; the whole is in the report.
const EXCERPT: usize = 450;
/// Follow-ups that the card shows.
const SHOWN: usize = 8;

fn heading(passage: Passage) -> &'static str {
    match passage {
        Passage::Factors => "Contributing factors",
        Passage::Well => "What went well",
        Passage::Badly => "What went badly",
        Passage::Lessons => "Lessons",
    }
}

fn badge(review: &Review) -> String {
    match (review.state, review.approved) {
        (ReviewState::None | ReviewState::Draft, _) => {
            let owner = review
                .owner
                .map_or_else(|| "nobody writes it yet".to_owned(), |owner| format!("written by <@{owner}>"));
            format!("✍️ Draft, {owner} · due {}", reply::due(review.due_at))
        }
        (ReviewState::InReview, _) => "👀 In review: somebody else approves it".to_owned(),
        (ReviewState::Approved, Some((by, at))) => format!("✅ Approved by <@{by}> {}", reply::moment(at)),
        (ReviewState::Approved, None) => "✅ Approved".to_owned(),
    }
}

/// The card of the review.
pub fn card(incident: &Incident, review: &Review, tasks: &[Task]) -> Message {
    let mut blocks = vec![Block::Text(format!(
        "### Review of {} · {}\n**{}**",
        incident.number,
        esc(&incident.title),
        badge(review)
    ))];
    for passage in Passage::ALL {
        if let Some(text) = review.texts.get(passage) {
            let quoted: Vec<String> = fit(text, EXCERPT).lines().map(|line| format!("> {line}")).collect();
            blocks.push(Block::Text(format!("**{}**\n{}", heading(passage), quoted.join("\n"))));
        }
    }
    let follow_ups: Vec<&Task> = tasks
        .iter()
        .filter(|task| {
            task.state != TaskState::Dropped && (task.stage == Stage::FollowUp || task.state == TaskState::Open)
        })
        .collect();
    if !follow_ups.is_empty() {
        let mut lines = vec!["**Follow-ups**".to_owned()];
        lines.extend(follow_ups.iter().take(SHOWN).map(|task| tasks::listed(task)));
        if follow_ups.len() > SHOWN {
            lines.push(format!("… and {} more: `/incident task list`", follow_ups.len() - SHOWN));
        }
        blocks.push(Block::Text(lines.join("\n")));
    }
    let button = |label: &str, action: &str, look| Button::new(label, CustomId::new(action, incident.number, ""), look);
    let mut row = Vec::new();
    match review.state {
        ReviewState::None | ReviewState::Draft => {
            row.push(button("Write", "incident.review", Look::Primary));
            row.push(button("Submit", "incident.review-submit", Look::Secondary));
        }
        ReviewState::InReview => {
            row.push(button("Approve", "incident.review-approve", Look::Success));
            row.push(button("Send back", "incident.review-return", Look::Secondary));
            row.push(button("Write", "incident.review", Look::Secondary));
        }
        ReviewState::Approved => {}
    }
    row.push(button("Report", "incident.report", Look::Secondary));
    blocks.push(Block::Row(Row::Buttons(row)));
    let colour = if review.state == ReviewState::Approved { 0x12_B7_6A } else { 0x7A_5A_F8 };
    Message::card(Card { colour, blocks })
}

/// The name of the review's thread.
pub fn room_name(incident: &Incident) -> String {
    thread_name(&format!("Review of {} {}", incident.number, incident.title))
}

/// The form of the review. `actions` is what was typed into it before.
pub fn form(incident: &Incident, id: i64, texts: &Texts, actions: &str) -> Form {
    let field = |name: &str, label: &str, placeholder: &str, value: &str, longest: usize| Field {
        name: name.to_owned(),
        label: label.to_owned(),
        placeholder: placeholder.to_owned(),
        value: value.to_owned(),
        long: true,
        required: false,
        longest,
    };
    let text = |passage| texts.get(passage).unwrap_or_default();
    Form {
        custom_id: CustomId::new("incident.review-form", incident.number, id).into(),
        title: format!("Review of {}", incident.number),
        fields: vec![
            field(
                "factors",
                "What made it possible?",
                "Causes are several: name them all, and what shows them",
                text(Passage::Factors),
                1500,
            ),
            field("well", "What went well?", "Found by our own alert within a minute", text(Passage::Well), 1000),
            field("badly", "What went badly?", "Nobody knew who may roll back", text(Passage::Badly), 1000),
            field(
                "lessons",
                "What do we learn? Where were we lucky?",
                "It was Sunday: on a Monday it had hit payroll",
                text(Passage::Lessons),
                1000,
            ),
            field("actions", "New follow-ups, one a line", "Alert on the queue's age by 2w", actions, 1500),
        ],
    }
}

/// A passage that somebody else changed too.
pub fn conflict(passage: Passage, theirs: &Texts) -> String {
    let now =
        theirs.get(passage).map_or_else(|| "empty by now".to_owned(), |text| format!("by now: {}", fit(text, 150)));
    format!("• {}, {now}", heading(passage))
}

/// The form changed nothing.
pub fn nothing_new(number: Number) -> Message {
    Message::say(format!("Nothing is new in the review of **{number}**, so it stays as it is."))
}

/// It was written.
pub fn written(incident: &Incident, actions: usize, meanwhile: &[Passage]) -> Message {
    let mut words = format!("The review of **{}** is kept.", incident.number);
    match actions {
        0 => {}
        1 => words.push_str(" One follow-up is new; somebody has to take it."),
        count => {
            let _ = write!(words, " {count} follow-ups are new; somebody has to take them.");
        }
    }
    if !meanwhile.is_empty() {
        let names: Vec<&str> = meanwhile.iter().map(|passage| heading(*passage)).collect();
        let _ = write!(words, " Written by others meanwhile, and kept: {}.", names.join(", "));
    }
    words.push_str(" When it is ready: `Submit` on its card.");
    Message::say(words)
}

/// It was submitted.
pub fn submitted(incident: &Incident) -> Message {
    Message::say(format!("The review of **{}** waits for somebody else to approve it.", incident.number))
}

/// It was approved.
pub fn approved(incident: &Incident) -> Message {
    Message::say(format!("The review of **{}** is approved.", incident.number))
}

/// It was sent back.
pub fn sent_back(incident: &Incident) -> Message {
    Message::say(format!("The review of **{}** is a draft again; its writers read why.", incident.number))
}

/// It is due.
pub fn reminder(incident: &Incident, review: &Review, late: bool) -> String {
    let late = if late { " This reminder is late: wardroom was not running." } else { "" };
    let what = if review.state == ReviewState::InReview { "waits for approval" } else { "is to be written" };
    format!("the review of **{}** {what}, due {}. `/incident review`{late}", incident.number, reply::due(review.due_at))
}
