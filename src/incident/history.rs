//! What happened to an incident, computed from its entries in the journal: the milestones, the windows of impact, who held which role,
//! what was done. Nothing else is needed, and nothing is stored, so a correction or an undo is all it takes to change the story.
//!
//! The rules:
//!
//! * Entries are taken in the order of their writing. What an `incident.undo` took back counts as if it had never been, and so does the
//!   undo; only a declaration cannot be made to never have been: its undo is what cancelled the record.
//! * An `incident.correct` with an `at` moves the entry that it names, and whatever that entry told as happening at its own time. The
//!   words of the newest correction are the words of the entry. Words that were removed are absent, and the ones that stood before a
//!   removed correction do not come back.
//! * The first window of impact begins at the start, else at the declaration, and ends when service came back. A reopening leaves that
//!   end and opens the next, at the event time of the reopening. Windows that follow the record so never overlap. A window that
//!   `incident.impact` gave is as it was given. Windows have the service of the record when they name none. A cancelled record has no
//!   windows, and those that are open when a record ends, end with it.
//! * Everything names the entries that it rests on.

mod course;
mod measured;
mod milestones;
mod people;
pub mod reading;
mod review;
mod windows;
mod work;

pub use course::{Hold, Rating};
pub use measured::{Measured, Relapse, Standing};
pub use milestones::{Acknowledged, Ended, Milestone, Milestones};
pub use people::{Handover, Held, Outcome};
pub use review::{Moved, Passage, Review, ReviewState};
pub use windows::{Affected, Degree, Window};
pub use work::{Link, Notice, Stage, Task, TaskState, Update, Word};

use crate::journal::Told;
use people::People;
use windows::Windows;

/// What happened to an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// The moments that figures are measured between.
    pub milestones: Milestones,
    /// When which service was affected, in the order of their numbers.
    pub windows: Vec<Window>,
    /// The number that the next window of impact gets.
    pub next_window: i64,
    /// When it waited, in order.
    pub holds: Vec<Hold>,
    /// Who held which role when, in the order of the giving.
    pub roles: Vec<Held>,
    /// Offers of command, in order.
    pub handovers: Vec<Handover>,
    /// What was to be done, in the order of the numbers.
    pub tasks: Vec<Task>,
    /// Ties to other records, in order.
    pub links: Vec<Link>,
    /// What the others were told, in order.
    pub updates: Vec<Update>,
    /// What wardroom told management, in order.
    pub notices: Vec<Notice>,
    /// What was decided, in order.
    pub decisions: Vec<Word>,
    /// When and why it was opened again, in order.
    pub reopenings: Vec<Word>,
    /// How it was rated, from the declaration on.
    pub ratings: Vec<Rating>,
    /// The review.
    pub review: Review,
    /// What service-level clocks are computed from.
    pub measured: Measured,
}

impl History {
    /// The history that `entries` tell: all entries about one incident, in the order of their writing ([`crate::journal::about`]).
    pub fn of(entries: &[Told]) -> Self {
        let mut history = Self::default();
        let mut windows = Windows::default();
        let mut people = People::default();
        for reading in &reading::read(entries) {
            history.measured.take(&history.milestones, reading);
            history.milestones.take(reading);
            windows.take(reading);
            people.take(reading);
            work::take_task(&mut history.tasks, reading);
            course::take_hold(&mut history.holds, reading);
            course::take_rating(&mut history.ratings, reading);
            history.review.take(reading);
            history.links.extend(work::link(reading));
            match reading.action() {
                "incident.update" => history.updates.push(work::update(reading)),
                "incident.notice" => history.notices.push(work::notice(reading)),
                "incident.reopen" => history.reopenings.push(work::word(reading, "reason")),
                "incident.note" if reading.told.text("mark") == Some("decision") => {
                    history.decisions.push(work::word(reading, "text"));
                }
                _ => {}
            }
            if history.milestones.closed.as_ref().is_some_and(|end| end.milestone.entries.contains(&reading.told.seq)) {
                people.end(reading);
            }
        }
        history.tasks.sort_by_key(|task| task.number);
        history.next_window = windows.next_number();
        history.windows = windows.finish();
        (history.roles, history.handovers) = (people.roles, people.handovers);
        history
    }

    /// The window of that number.
    pub fn window(&self, number: i64) -> Option<&Window> {
        self.windows.iter().find(|window| window.number == number)
    }

    /// The task of that number.
    pub fn task(&self, number: i64) -> Option<&Task> {
        self.tasks.iter().find(|task| task.number == number)
    }
}

#[cfg(test)]
pub(crate) mod made;
#[cfg(test)]
mod tests;
