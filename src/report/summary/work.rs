//! What was decided, done and told: decisions, tasks, ties to other records, updates, and what became of what was sent.

use chrono::{DateTime, Utc};

use super::deed::tie;
use super::model::{DeliveryRow, Gap, Recorded, RelatedRow, Said, TaskRow, UpdateRow};
use super::words::Words;
use super::{Delivered, Story};
use crate::incident::history::{History, Link, Stage, Task, TaskState};

/// What was decided.
pub fn decisions(words: &Words<'_>, history: &History) -> Recorded<Vec<Said>> {
    let said = history.decisions.iter().map(|word| Said {
        at: words.moment(word.at),
        who: words.name(word.by),
        text: words.said(word.text.as_deref()),
        entries: word.entries.clone(),
    });
    Recorded::unless_empty(said.collect(), || {
        Gap::filled_by("Whoever decided something can say so", "/incident note text:… mark:decision at:…")
    })
}

/// The tasks of a stage.
pub fn tasks(words: &Words<'_>, history: &History, stage: Stage, now: DateTime<Utc>) -> Recorded<Vec<TaskRow>> {
    let of_stage = history.tasks.iter().filter(|task| task.stage == stage);
    Recorded::unless_empty(of_stage.map(|task| row(words, task, now)).collect(), || match stage {
        Stage::Response => Gap::filled_by("Whoever works on it can say what is done", "/incident task add text:…"),
        Stage::FollowUp => Gap::filled_by(
            "Whoever reviews it can say what must follow",
            "/incident task add text:… follow-up:true owner:… due:…",
        ),
    })
}

fn row(words: &Words<'_>, task: &Task, now: DateTime<Utc>) -> TaskRow {
    let is_open = task.state == TaskState::Open;
    TaskRow {
        number: task.number,
        text: words.said(task.text.as_deref()),
        owner: Recorded::or(task.owner.map(|owner| words.name(Some(owner))), || {
            if is_open {
                Gap::filled_by("Whoever takes it can say so", &format!("/incident task take task:{}", task.number))
            } else {
                Gap::open("Nobody was named")
            }
        }),
        due: Recorded::or(task.due.map(|due| words.moment(due)), || Gap::open("No date was set")),
        state: task.state,
        overdue: is_open && task.due.is_some_and(|due| due < now),
        outcome: task.outcome.as_deref().map(|outcome| words.said(Some(outcome))),
        entries: task.entries.clone(),
    }
}

/// Other records.
pub fn related(words: &Words<'_>, history: &History) -> Recorded<Vec<RelatedRow>> {
    let rows = history.links.iter().map(|link| RelatedRow {
        record: words.said(Some(&link.record)),
        tie: read_from_here(link),
        at: words.moment(link.at),
        by: if link.by.is_none() && link.kind == "absorbed" { "wardroom".to_owned() } else { words.name(link.by) },
        entries: link.entries.clone(),
    });
    Recorded::unless_empty(rows.collect(), || {
        Gap::filled_by("Whoever knows of a related record can link it", "/incident link to:… kind:…")
    })
}

/// A tie, read from this record: the other end of `caused by` is `causes`.
fn read_from_here(link: &Link) -> String {
    if link.outgoing {
        return match link.kind.as_str() {
            "absorbed" => "duplicate, merged into this".to_owned(),
            "merged-into" => "this was merged into it".to_owned(),
            "joined" => "its reporter joined it instead".to_owned(),
            kind => tie(kind),
        };
    }
    match link.kind.as_str() {
        "caused-by" => "causes".to_owned(),
        "causes" => "caused by".to_owned(),
        "duplicate-of" => "duplicate of this".to_owned(),
        "recurrence-of" => "recurrence of this".to_owned(),
        kind => tie(kind),
    }
}

/// What the others were told.
pub fn updates(words: &Words<'_>, story: &Story<'_>, history: &History) -> Recorded<Vec<UpdateRow>> {
    let rows = history.updates.iter().map(|update| {
        let parts = [
            ("Actions", &update.actions),
            ("Needs", &update.needs),
            ("Impact", &update.impact),
            ("Next steps", &update.next_steps),
        ];
        UpdateRow {
            at: words.moment(update.at),
            audience: update.audience.name(),
            who: words.name(update.by),
            text: words.said(update.text.as_deref()),
            parts: parts
                .into_iter()
                .filter_map(|(name, text)| Some((name, words.said(Some(text.as_deref()?)))))
                .collect(),
            promised: update.promised.map(|at| words.moment(at)),
            entries: update.entries.clone(),
        }
    });
    Recorded::unless_empty(rows.collect(), || {
        if story.incident.state.is_final() {
            Gap::open("Nobody gave an update while it was open")
        } else {
            Gap::filled_by("Whoever handles communications can say how it stands", "/incident update")
        }
    })
}

/// What was sent, and what became of it.
pub fn deliveries(words: &Words<'_>, story: &Story<'_>) -> Recorded<Vec<DeliveryRow>> {
    let mut sent: Vec<_> = story.deliveries.iter().collect();
    sent.sort_by_key(|delivery| delivery.at);
    let rows = sent.into_iter().map(|delivery| DeliveryRow {
        at: words.moment(delivery.at),
        what: words.said(Some(&delivery.what)),
        channel: words.said(Some(&delivery.channel)),
        outcome: match &delivery.outcome {
            Delivered::Yes => "delivered".to_owned(),
            Delivered::Waiting => "waiting".to_owned(),
            Delivered::Failed(reason) => format!("failed: {}", words.said(Some(reason))),
        },
        entries: delivery.entry.into_iter().collect(),
    });
    Recorded::unless_empty(rows.collect(), || Gap::open("wardroom keeps this itself, and has sent nothing for it"))
}
