//! Who held which role when, how command passed on, and the review.

use super::Story;
use super::model::{Gap, HandoverRow, Passage, Recorded, ReviewPart, RoleRow, Statement};
use super::words::Words;
use crate::incident::history::{self, History, Moved, Outcome, ReviewState};

/// Who held which role when.
pub fn roles(words: &Words<'_>, story: &Story<'_>, history: &History) -> Recorded<Vec<RoleRow>> {
    let rows = history.roles.iter().map(|held| RoleRow {
        role: held.role.name(),
        person: words.name(held.person),
        from: words.moment(held.from),
        until: held.until.map(|until| words.moment(until)),
        entries: vec![held.entry],
    });
    Recorded::unless_empty(rows.collect(), || {
        if story.incident.state.is_open() {
            Gap::filled_by("Whoever runs it can say who commands", "/incident role role:commander member:…")
        } else {
            Gap::open("Nobody was given a role while it was open")
        }
    })
}

/// How command was offered and taken.
pub fn handovers(words: &Words<'_>, history: &History) -> Vec<HandoverRow> {
    let row = |offer: &history::Handover| {
        let settled = offer.settled_at.map(|at| format!(" {}", words.when_beside(at, offer.offered_at)));
        let settled = settled.unwrap_or_default();
        let reason = offer.reason.as_deref().map(|reason| format!(": {}", words.quoted(Some(reason))));
        let (by, to) = (words.subject(offer.by), words.name(offer.to));
        let offered = format!("{by} offered command to {to}");
        let text = match offer.outcome {
            Outcome::Accepted => format!("{offered}, who accepted{settled}."),
            Outcome::Declined => format!("{offered}, who declined{settled}{}.", reason.unwrap_or_default()),
            Outcome::Lapsed => format!("{offered}. The offer lapsed{settled}."),
            Outcome::Open => format!("{offered}. The offer stands."),
        };
        HandoverRow { at: words.moment(offer.offered_at), text, outcome: offer.outcome, entries: offer.entries.clone() }
    };
    history.handovers.iter().map(row).collect()
}

/// A text of the review.
pub fn passage(words: &Words<'_>, history: &History, passage: Option<&history::Passage>) -> Recorded<Passage> {
    let written = passage.map(|passage| Passage {
        text: words.said(passage.text.as_deref()),
        by: words.name(passage.by),
        entries: passage.entries.clone(),
    });
    Recorded::or(written, || unwritten(history))
}

fn unwritten(history: &History) -> Gap {
    match history.review.state {
        ReviewState::Approved => Gap::open("The review was approved without it"),
        _ => Gap::filled_by("Whoever writes the review can say so", "/incident review"),
    }
}

/// The review.
pub fn review(words: &Words<'_>, history: &History) -> ReviewPart {
    let review = &history.review;
    let opens = || Gap::filled_by("Whoever reviews it can begin", "/incident review");
    let status = match review.state {
        ReviewState::None => None,
        ReviewState::Draft => Some("The review is being written."),
        ReviewState::InReview => Some("The review waits for approval."),
        ReviewState::Approved => Some("The review is approved."),
    };
    let latest = || {
        let moves = [&review.submitted, &review.returned, &review.approved];
        moves.into_iter().flatten().max_by_key(|moved| moved.entries.last().copied()).map(|moved| moved.entries.clone())
    };
    let evidence = || latest().unwrap_or_else(|| review.entries.clone());
    let moved = |what: &str, moved: &Moved| {
        let reason = moved.reason.as_deref().map(|reason| format!(": {}", words.quoted(Some(reason))));
        let (who, when) = (words.subject(moved.by), words.when(moved.at));
        Statement::new(format!("{who} {what} on {when}{}.", reason.unwrap_or_default()), moved.entries.clone())
    };
    let steps = [("handed it in", &review.submitted), ("sent it back", &review.returned)];
    let mut steps: Vec<Statement> =
        steps.into_iter().filter_map(|(what, step)| Some(moved(what, step.as_ref()?))).collect();
    steps.sort_by_key(|step| step.entries.first().copied());
    ReviewPart {
        state: review.state,
        status: Recorded::or(status.map(|text| Statement::new(text, evidence())), opens),
        owner: Recorded::or(
            review.owner.map(|owner| Statement::new(words.name(Some(owner)), review.entries.clone())),
            opens,
        ),
        due: Recorded::or(review.due.map(|due| words.moment(due)), opens),
        steps,
        approval: Recorded::or(review.approved.as_ref().map(|approved| moved("approved it", approved)), || {
            Gap::filled_by("Whoever answers for the service can approve it", "/incident review")
        }),
    }
}
