//! What time does: whatever was due has happened, once; what was kept or taken back in time has not.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use wardroom::incident::State;
use wardroom::incident::history::TaskState;
use wardroom::journal::Told;
use wardroom::playground::{Id, Message, What as Happened};

use super::Oracle;
use crate::figures::Durations;

/// Minutes after a promised instant at which it is reminded of, whatever the priority.
const STEPS: [i64; 9] = [0, 10, 20, 40, 60, 80, 160, 240, 24 * 60];

/// What an incident promised to look at or to tell by a time.
struct Deadline {
    /// The field that holds the time.
    field: &'static str,
    /// What the reminders of it are about.
    about: &'static str,
    /// The kind of its timer.
    kind: &'static str,
}

const PROMISE: Deadline = Deadline { field: "promise-due", about: "update", kind: "promised-update" };
const HOLD: Deadline = Deadline { field: "hold-until", about: "hold", kind: "hold" };

/// The course of one such field of an incident.
#[derive(Default)]
struct Course<'a> {
    /// How often a time was set.
    set: usize,
    /// How often it was kept or replaced before it was reminded of.
    kept: usize,
    /// The reminders, by the time that was set.
    reminded: BTreeMap<DateTime<Utc>, Vec<&'a Told>>,
}

/// What was found about reminders.
#[derive(Default)]
pub struct Reminded {
    pub told: Vec<String>,
    /// From the due instant to the reminder's row.
    pub fired: Durations,
    /// From the promised instant to the message, where the room was open at that instant.
    pub posted: Durations,
    /// The same where the room was still to be opened: the limit of the channel of cards decides.
    pub waited: Durations,
}

impl<'a> Oracle<'a> {
    /// What was due has fired, and what fired is on record once and said once.
    pub(super) fn timers(&mut self) -> Reminded {
        let records = self.records;
        for timer in &records.timers {
            let overdue = timer.state == "armed" && timer.due_at <= self.settled;
            self.must(!overdue, || {
                format!("{} of {} was due {}, and did not fire", timer.kind, timer.subject, timer.due_at)
            });
        }
        let mut found = Reminded::default();
        let (mut promises, mut holds, mut tasks, mut nudges) = ([0; 3], [0; 3], 0, 0);
        for number in records.by_incident.keys().copied() {
            let by_promise = self.course(number, &PROMISE, &mut found.fired);
            self.promises_in_chat(number, &by_promise, &mut found);
            let held = self.course(number, &HOLD, &mut found.fired);
            for (counts, course) in [(&mut promises, &by_promise), (&mut holds, &held)] {
                counts[0] += course.set;
                counts[1] += course.reminded.values().map(Vec::len).sum::<usize>();
                counts[2] += course.kept;
            }
            tasks += self.tasks(number);
            nudges += self.nudges(number);
        }
        let told = |what: &str, [set, due, kept]: [usize; 3]| {
            format!("{what}: {set}; stayed due and reminded of: {due}; kept or replaced before: {kept}")
        };
        found.told = vec![
            told("promises recorded", promises),
            told("holds with a next check", holds),
            format!("reminders of tasks: {tasks}; rooms asked for a commander: {nudges}"),
        ];
        found
    }

    /// A time that stayed due is reminded of once; one that was kept, or set anew, in time is not.
    fn course(&mut self, number: i64, of: &Deadline, fired: &mut Durations) -> Course<'a> {
        let mut course = Course::default();
        let mut standing: Option<DateTime<Utc>> = None;
        for told in self.entries(number) {
            if is_reminder(told, of.about) {
                fired.0.push((told.entry_at - told.event_at).to_std().unwrap_or(Duration::ZERO));
                let planned = standing
                    .filter(|at| STEPS.iter().any(|minutes| told.event_at - *at == TimeDelta::minutes(*minutes)));
                match planned {
                    Some(at) => course.reminded.entry(at).or_default().push(told),
                    None => self.wrong.push(format!(
                        "INC-{number}: entry {} reminds of {} at {}, and {standing:?} stands",
                        told.seq, of.field, told.event_at
                    )),
                }
            } else if told.after.contains_key(of.field) {
                course.kept += usize::from(standing.is_some_and(|at| !course.reminded.contains_key(&at)));
                standing = instant_of(told, of.field);
                course.set += usize::from(standing.is_some());
            }
        }
        if let Some(at) = standing.filter(|at| *at <= self.settled) {
            self.must(course.reminded.contains_key(&at), || {
                format!("INC-{number}: {} of {at} stayed due and was not reminded of", of.field)
            });
        }
        for (at, reminders) in &course.reminded {
            self.once_each(number, &format!("{} of {at}", of.field), reminders);
        }
        self.said(&format!("INC-{number}"), of.kind, course.reminded.values().map(Vec::len).sum());
        course
    }

    /// No two of these reminders are for the same instant.
    fn once_each(&mut self, number: i64, what: &str, reminders: &[&Told]) {
        let instants: BTreeSet<DateTime<Utc>> = reminders.iter().map(|told| told.event_at).collect();
        self.must(instants.len() == reminders.len(), || {
            format!("INC-{number}: {what} was reminded of {} times, of {instants:?}", reminders.len())
        });
    }

    /// As many reminders of `kind` about `subject` are to be said as are on record; that each is said once is seen with the other posts.
    fn said(&mut self, subject: &str, kind: &str, recorded: usize) {
        let of_it = |key: &str| {
            let mut parts = key.split(':');
            parts.next() == Some("timer") && parts.nth(1) == Some(kind) && parts.next() == Some(subject)
        };
        let rows = self.records.said.iter().filter(|row| of_it(&row.key)).count();
        self.must(rows == recorded, || {
            format!("{subject}: {rows} reminders of {kind} were to be said, {recorded} are on record")
        });
    }

    /// Each reminder of a promise stands in the room, in its words.
    fn promises_in_chat(&mut self, number: i64, promised: &Course<'_>, found: &mut Reminded) {
        let thread = self.records.rooms.get(&format!("INC-{number}")).and_then(|(_, thread)| *thread);
        let room = thread.map(Id).unwrap_or_default();
        let said: Vec<Message> = self.chat.get(&room).cloned().unwrap_or_default();
        let reminders: Vec<&Message> =
            said.iter().filter(|said| said.content.contains(" was promised for <t:")).collect();
        let recorded: usize = promised.reminded.values().map(Vec::len).sum();
        self.must(reminders.len() == recorded, || {
            format!("INC-{number}: {} reminders stand in the room, {recorded} are recorded", reminders.len())
        });
        let opened = self.opened(room);
        for (at, of_it) in &promised.reminded {
            let words = format!(" was promised for <t:{}:", at.timestamp());
            let mut of_second = reminders.iter().filter(|said| said.content.contains(&words));
            let Some(first) = of_second.next() else {
                self.wrong.push(format!(
                    "INC-{number}: no reminder of {at} stands in the room, {} are recorded",
                    of_it.len()
                ));
                continue;
            };
            let late = (first.timestamp - *at).to_std().unwrap_or(Duration::ZERO);
            if opened.is_some_and(|opened| opened <= *at) {
                found.posted.0.push(late);
            } else {
                found.waited.0.push(late);
            }
        }
    }

    fn opened(&self, room: Id) -> Option<DateTime<Utc>> {
        self.playground.effects().into_iter().find_map(|effect| match effect.what {
            Happened::ThreadCreated { thread, .. } if thread == room => Some(effect.at),
            _ => None,
        })
    }

    /// A task that is due and still to be done was reminded of once; how many reminders there are.
    fn tasks(&mut self, number: i64) -> usize {
        let records = self.records;
        let over = records.incidents.iter().any(|incident| {
            incident.number.value == number && matches!(incident.state, State::Cancelled | State::Merged)
        });
        let mut by_task: BTreeMap<i64, Vec<&Told>> = BTreeMap::new();
        for told in self.entries(number).iter().filter(|told| is_reminder(told, "task")) {
            let task = told.text("task").and_then(|task| task.parse().ok()).unwrap_or_default();
            by_task.entry(task).or_default().push(told);
        }
        for task in records.tasks.iter().filter(|task| task.incident.value == number) {
            let times = by_task.get(&task.number).map_or(0, Vec::len);
            let due = task.due_at.is_some_and(|due| due <= self.settled);
            let wanted = due && task.state == TaskState::Open && !over;
            self.must(!wanted || times == 1, || {
                format!("INC-{number}/{} stayed due and was reminded of {times} times", task.number)
            });
        }
        for (task, reminders) in &by_task {
            self.once_each(number, &format!("task {task}"), reminders);
            let planned = reminders.iter().all(|told| {
                let due = self
                    .entries(number)
                    .iter()
                    .filter(|added| added.action == "incident.task-add" && added.text("task") == told.text("task"));
                due.filter_map(|added| instant_of(added, "due")).any(|due| due == told.event_at)
            });
            self.must(planned, || {
                format!("INC-{number}/{task} was reminded of at another time than it was due: {reminders:?}")
            });
            self.said(&format!("INC-{number}/{task}"), "task", reminders.len());
        }
        by_task.values().map(Vec::len).sum()
    }

    /// The room is asked at most once for a commander; how often it was.
    fn nudges(&mut self, number: i64) -> usize {
        let nudges = self.entries(number).iter().filter(|told| is_reminder(told, "roles")).count();
        self.must(nudges <= 1, || format!("INC-{number}: the room was asked for a commander {nudges} times"));
        self.said(&format!("INC-{number}"), "unclaimed", nudges);
        nudges
    }
}

fn is_reminder(told: &Told, about: &str) -> bool {
    told.action == "incident.reminder" && told.text("about") == Some(about)
}

fn instant_of(told: &Told, field: &str) -> Option<DateTime<Utc>> {
    let micros = told.text(field)?.parse().expect("an instant");
    Some(DateTime::from_timestamp_micros(micros).expect("an instant"))
}
