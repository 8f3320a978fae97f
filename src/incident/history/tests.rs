//! The fold, by example and by property.

use chrono::{DateTime, Utc};
use proptest::prelude::*;

use super::made::{Entries, at, minute, person, plain, text};
use super::*;
use crate::incident::State;
use crate::journal::Fact;
use crate::snowflake::UserId;

fn spans(history: &History) -> Vec<(i64, DateTime<Utc>, Option<DateTime<Utc>>)> {
    history.windows.iter().map(|window| (window.number, window.from, window.until)).collect()
}

fn moment(milestone: Option<&Milestone>) -> Option<(DateTime<Utc>, Vec<i64>)> {
    milestone.map(|milestone| (milestone.at, milestone.entries.clone()))
}

#[test]
fn an_open_incident_has_one_window_from_its_declaration() {
    let entries = Entries::declared(10);
    let history = History::of(&entries.list);
    assert_eq!(spans(&history), [(1, minute(10), None)]);
    assert_eq!((history.windows[0].degree, &history.windows[0].service), (Degree::Outage, &None));
    assert_eq!((history.windows[0].given, history.next_window), (false, 2));
    assert_eq!(moment(history.milestones.declared.as_ref()), Some((minute(10), vec![1])));
    assert_eq!(history.milestones.started, None);
}

#[test]
fn a_reopening_leaves_the_old_end_and_opens_the_next_window() {
    let mut entries = Entries::declared(0);
    entries.mark((5, -10), 1, "started", "since the release");
    entries.resolve(60, 55, 1);
    entries.reopen(90, 2);
    let open = History::of(&entries.list);
    assert_eq!(spans(&open), [(1, minute(-10), Some(minute(55))), (2, minute(90), None)]);
    assert_eq!((&open.milestones.restored, &open.milestones.resolved), (&None, &None));
    entries.resolve(120, 118, 1);
    let history = History::of(&entries.list);
    assert_eq!(spans(&history), [(1, minute(-10), Some(minute(55))), (2, minute(90), Some(minute(118)))]);
    assert_eq!(history.windows[1].entries, [4, 5]);
    assert_eq!(moment(history.milestones.restored.as_ref()), Some((minute(118), vec![5])));
    assert_eq!(history.reopenings[0].text.as_deref(), Some("errors are back"));
}

#[test]
fn a_correction_of_the_time_moves_what_was_told_as_happening_then() {
    let mut entries = Entries::declared(0);
    let started = entries.mark((5, -10), 1, "started", "since the release");
    let resolved = entries.resolve(60, 60, 1);
    entries.correct(70, 1, started, Some(-30), "since the cache was cleared");
    entries.correct(71, 1, resolved, Some(50), "rolled back");
    let history = History::of(&entries.list);
    assert_eq!(spans(&history), [(1, minute(-30), Some(minute(50)))]);
    assert_eq!(history.windows[0].entries, [2, 3, 4, 5]);
    assert_eq!(moment(history.milestones.started.as_ref()), Some((minute(-30), vec![2, 4])));
    // A resolution that names another time for the restoration keeps it.
    let mut entries = Entries::declared(0);
    let resolved = entries.resolve(60, 40, 1);
    entries.correct(70, 1, resolved, Some(50), "rolled back");
    let history = History::of(&entries.list);
    assert_eq!(spans(&history), [(1, minute(0), Some(minute(40)))]);
    assert_eq!(history.milestones.resolved.map(|milestone| milestone.at), Some(minute(50)));
}

#[test]
fn a_given_window_is_as_it_was_given_and_void_removes_it() {
    let mut entries = Entries::declared(0);
    entries.add(1, 1, "incident.priority", &[("service", plain("checkout")), ("service-id", plain(4))]);
    let facts = [("window", plain(1)), ("degree", plain("degraded")), ("from", at(-5)), ("until", Fact::Nothing)];
    entries.add(10, 1, "incident.impact", &facts);
    let other = [("window", plain(2)), ("service", plain("search")), ("service-id", plain(9)), ("from", at(3))];
    entries.add(11, 1, "incident.impact", &other);
    entries.resolve(30, 30, 1);
    let history = History::of(&entries.list);
    // Nobody said until when, so both end when service came back.
    assert_eq!(spans(&history), [(1, minute(-5), Some(minute(30))), (2, minute(3), Some(minute(30)))]);
    let services: Vec<_> = history.windows.iter().map(|window| window.service.clone()).collect();
    let named = |id, name: &str| Some(Affected { id: Some(id), name: name.to_owned() });
    assert_eq!(services, [named(4, "checkout"), named(9, "search")]);
    assert_eq!((history.windows[0].degree, history.windows[1].degree), (Degree::Degraded, Degree::Outage));
    entries.add(40, 1, "incident.impact", &[("window", plain(1)), ("void", plain(true))]);
    entries.reopen(50, 1);
    let history = History::of(&entries.list);
    // The number of the window that was removed is not given again.
    assert_eq!(spans(&history), [(2, minute(3), Some(minute(30))), (3, minute(50), None)]);
    assert_eq!(history.next_window, 4);
}

#[test]
fn what_was_no_incident_has_no_windows_and_what_is_over_no_open_ones() {
    let mut cancelled = Entries::declared(0);
    cancelled.add(5, 1, "incident.close", &[("state", plain("cancelled")), ("closed-as", plain("not-an-incident"))]);
    assert_eq!(spans(&History::of(&cancelled.list)), []);
    let mut merged = Entries::declared(0);
    merged.add(2, 1, "incident.impact", &[("window", plain(2)), ("from", at(1))]);
    merged.add(5, 1, "incident.merge", &[("state", plain("merged")), ("into", plain("INC-3"))]);
    let history = History::of(&merged.list);
    assert_eq!(spans(&history), [(1, minute(0), Some(minute(5))), (2, minute(1), Some(minute(5)))]);
    assert_eq!(history.milestones.closed.map(|end| end.state), Some(State::Merged));
    assert_eq!(history.links[0].record, "INC-3");
}

#[test]
fn the_undo_of_a_declaration_cancels_the_record() {
    let mut entries = Entries::declared(0);
    let facts = [("entry", plain(1)), ("state", plain("cancelled")), ("closed-as", plain("not-an-incident"))];
    entries.add(3, 1, "incident.undo", &facts);
    let history = History::of(&entries.list);
    assert_eq!(moment(history.milestones.declared.as_ref()), Some((minute(0), vec![1])));
    assert_eq!(history.milestones.closed.map(|end| end.state), Some(State::Cancelled));
    assert_eq!(history.windows, []);
}

#[test]
fn an_acknowledgement_that_follows_from_the_resolution_is_marked() {
    let mut entries = Entries::declared(0);
    let facts = [
        ("state", plain("resolved")),
        ("restored", at(9)),
        ("acknowledged-by", person(1)),
        ("acknowledged-at", at(10)),
        ("acknowledged-implied", plain(true)),
    ];
    entries.add(10, 1, "incident.resolve", &facts);
    let acknowledged = History::of(&entries.list).milestones.acknowledged.expect("it follows");
    assert_eq!((acknowledged.by, acknowledged.implied), (Some(UserId(1)), true));
}

#[test]
fn holds_end_with_whatever_ends_them() {
    let mut entries = Entries::declared(0);
    let hold = [("state", plain("on-hold")), ("hold-reason", plain("supplier")), ("hold-note", text("ticket 5"))];
    entries.add(10, 1, "incident.hold", &hold);
    entries.add(25, 1, "incident.resume", &[("state", plain("in-progress")), ("hold-reason", Fact::Nothing)]);
    entries.add(30, 1, "incident.hold", &hold);
    entries.resolve(45, 45, 1);
    let holds = History::of(&entries.list).holds;
    let spans: Vec<_> = holds.iter().map(|hold| (hold.from, hold.until, hold.reason.as_deref())).collect();
    assert_eq!(
        spans,
        [(minute(10), Some(minute(25)), Some("supplier")), (minute(30), Some(minute(45)), Some("supplier"))]
    );
}

#[test]
fn command_passes_by_offer_and_acceptance() {
    let mut entries = Entries::declared(0);
    entries.add(1, 1, "incident.role", &[("commander", person(1))]);
    let offer = |to| [("offered-to", person(to)), ("offered-by", person(1))];
    entries.add(10, 1, "incident.offer", &offer(2));
    entries.add(11, 2, "incident.decline", &[("offered-to", Fact::Nothing), ("reason", text("off shift"))]);
    entries.add(12, 1, "incident.offer", &offer(3));
    entries.add(13, 1, "incident.offer", &offer(4));
    entries.add(14, 4, "incident.accept", &[("commander", person(4)), ("offered-to", Fact::Nothing)]);
    let history = History::of(&entries.list);
    let outcomes: Vec<_> = history.handovers.iter().map(|offer| offer.outcome).collect();
    assert_eq!(outcomes, [Outcome::Declined, Outcome::Lapsed, Outcome::Accepted]);
    assert_eq!(history.handovers[0].reason.as_deref(), Some("off shift"));
    let held: Vec<_> = history.roles.iter().map(|held| (held.person, held.from, held.until)).collect();
    assert_eq!(held, [(Some(UserId(1)), minute(1), Some(minute(14))), (Some(UserId(4)), minute(14), None)]);
}

#[test]
fn tasks_go_through_their_states() {
    let mut entries = Entries::declared(0);
    let task = |n: i64, stage: &str| [("task", plain(n)), ("text", text("do it")), ("stage", plain(stage))];
    entries.add(1, 1, "incident.task-add", &task(1, "response"));
    entries.add(2, 1, "incident.task-add", &task(2, "follow-up"));
    entries.add(3, 1, "incident.task-take", &[("task", plain(2)), ("owner", person(5))]);
    entries.add(4, 1, "incident.task-done", &[("task", plain(1)), ("result", text("done so"))]);
    entries.add(5, 0, "incident.reminder", &[("about", plain("task")), ("task", plain(2))]);
    let history = History::of(&entries.list);
    let task = history.task(1).expect("it is there");
    assert_eq!((task.state, task.outcome.as_deref(), &task.entries), (TaskState::Done, Some("done so"), &vec![2, 5]));
    let task = history.task(2).expect("it is there");
    assert_eq!((task.state, task.stage, task.owner), (TaskState::Open, Stage::FollowUp, Some(UserId(5))));
    assert_eq!(task.entries, [3, 4]);
}

#[test]
fn words_are_those_of_the_newest_correction_and_removed_ones_do_not_come_back() {
    let mut entries = Entries::declared(0);
    let facts = [("text", text("we fail over")), ("mark", plain("decision"))];
    let decision = entries.add(5, 1, "incident.note", &facts);
    let correction = entries.correct(6, 1, decision, None, "we fail over to Dublin");
    let history = History::of(&entries.list);
    assert_eq!(history.decisions[0].text.as_deref(), Some("we fail over to Dublin"));
    assert_eq!(history.decisions[0].entries, [decision, correction]);
    entries.redact(7, 1, correction, "a customer's name");
    assert_eq!(History::of(&entries.list).decisions[0].text, None);
}

#[test]
fn a_review_goes_its_way() {
    let mut entries = Entries::declared(0);
    entries.add(1, 1, "incident.review-open", &[("owner", person(2)), ("due", at(1440))]);
    entries.add(2, 2, "incident.review-edit", &[("factors", text("no canary"))]);
    entries.add(3, 2, "incident.review-submit", &[]);
    assert_eq!(History::of(&entries.list).review.state, ReviewState::InReview);
    entries.add(4, 3, "incident.review-return", &[("reason", text("say why"))]);
    assert_eq!(History::of(&entries.list).review.state, ReviewState::Draft);
    entries.add(5, 2, "incident.review-submit", &[]);
    entries.add(6, 3, "incident.review-approve", &[]);
    let review = History::of(&entries.list).review;
    assert_eq!((review.state, review.owner, review.due), (ReviewState::Approved, Some(UserId(2)), Some(minute(1440))));
    assert_eq!(review.approved.and_then(|moved| moved.by), Some(UserId(3)));
    assert_eq!(review.factors.and_then(|passage| passage.text).as_deref(), Some("no canary"));
}

/// Adds one of the things that can happen, at `now`, at `other` where it names another time. Returns its number.
fn something(entries: &mut Entries, what: u8, now: i64, other: i64) -> i64 {
    let last = entries.list.last().map_or(0, |told| told.seq);
    match what {
        0 => entries.ack(now, 1),
        1 => entries.resolve(now, other, 1),
        2 => entries.reopen(now, 2),
        3 => entries.mark((now, other), 1, "started", "then"),
        4 => entries.mark((now, other), 1, "detected", "then"),
        5 => entries.mark((now, other), 1, "restored", "then"),
        6 => entries.add(
            now,
            1,
            "incident.impact",
            &[("window", plain(other.rem_euclid(4) + 1)), ("from", at(other)), ("until", at(now))],
        ),
        7 => entries.add(now, 1, "incident.hold", &[("state", plain("on-hold")), ("hold-note", text("waits"))]),
        8 => entries.add(now, 1, "incident.resume", &[("state", plain("in-progress"))]),
        9 => entries.add(now, 1, "incident.role", &[("commander", person(3))]),
        10 => entries.correct(now, 1, other.rem_euclid(last.max(1)) + 1, Some(other), "otherwise"),
        11 => entries.add(now, 1, "incident.task-add", &[("task", plain(last)), ("text", text("do"))]),
        12 => entries.add(now, 1, "incident.close", &[("state", plain("closed")), ("close-reason", text("done"))]),
        13 => entries.redact(now, 1, other.rem_euclid(last.max(1)) + 1, "private"),
        14 => {
            entries.add(now, 1, "incident.impact", &[("window", plain(other.rem_euclid(4) + 1)), ("void", plain(true))])
        }
        _ => entries.add(now, 1, "incident.merge", &[("state", plain("merged")), ("into", plain("INC-1"))]),
    }
}

fn story() -> impl Strategy<Value = Vec<(u8, i64, i64)>> {
    proptest::collection::vec((0_u8..16, 0_i64..90, -300_i64..900), 0..24)
}

fn told(story: &[(u8, i64, i64)]) -> Entries {
    let mut entries = Entries::declared(0);
    let mut now = 0;
    for (what, later, other) in story {
        now += later;
        something(&mut entries, *what, now, *other);
    }
    entries
}

proptest! {
    #[test]
    fn windows_that_follow_the_record_never_overlap_and_none_ends_before_it_begins(story in story()) {
        let entries = told(&story);
        let history = History::of(&entries.list);
        for window in &history.windows {
            prop_assert!(window.until.is_none_or(|until| until >= window.from));
            prop_assert!(window.number < history.next_window);
            prop_assert!(window.entries.iter().all(|entry| entries.list.iter().any(|told| told.seq == *entry)));
            prop_assert!(!window.entries.is_empty());
        }
        let following: Vec<&Window> = history.windows.iter().filter(|window| !window.given).collect();
        for pair in following.windows(2) {
            let [one, next] = pair else { unreachable!("windows of two") };
            prop_assert!(one.until.is_some_and(|until| until <= next.from), "{one:?} overlaps {next:?}");
        }
        let numbers: Vec<i64> = history.windows.iter().map(|window| window.number).collect();
        prop_assert!(numbers.is_sorted_by(|one, next| one < next));
        if history.milestones.closed.is_some() {
            prop_assert!(history.windows.iter().all(|window| window.until.is_some()));
        }
    }

    #[test]
    fn what_was_taken_back_is_as_if_it_had_never_been(before in story(), what in 0_u8..16, other in -300_i64..900, after in story()) {
        let now = 5000;
        let mut without = told(&before);
        let mut with = without.clone();
        // A removal is not taken back: the words are gone.
        prop_assume!(what != 13);
        let undone = something(&mut with, what, now, other);
        with.undo(now, 1, undone);
        prop_assert_eq!(History::of(&with.list), History::of(&without.list));
        // What comes later has the same numbers in both.
        let next = with.list.last().map_or(0, |told| told.seq);
        for (what, later, _) in after.iter().filter(|(what, ..)| ![6, 10, 11, 13, 14].contains(what)) {
            for entries in [&mut with, &mut without] {
                something(entries, *what, now + later, now);
                let place = entries.list.len() - 1;
                entries.list[place].seq = next + i64::from(*what) + 1;
            }
        }
        prop_assert_eq!(History::of(&with.list), History::of(&without.list));
    }

    #[test]
    fn a_corrected_mark_is_where_the_correction_puts_it(story in story(), other in -300_i64..900, right in -300_i64..900) {
        let mut entries = told(&story);
        let mark = entries.mark((2000, other), 1, "mitigated", "then");
        let started = entries.mark((2001, other), 1, "started", "then");
        let one = entries.correct(2002, 1, mark, Some(right), "then");
        let two = entries.correct(2003, 1, started, Some(right), "then");
        let milestones = History::of(&entries.list).milestones;
        prop_assert_eq!(moment(milestones.mitigated.as_ref()), Some((minute(right), vec![mark, one])));
        prop_assert_eq!(moment(milestones.started.as_ref()), Some((minute(right), vec![started, two])));
    }

    #[test]
    fn erased_words_and_persons_change_no_time(story in story(), erased in any::<u64>()) {
        let entries = told(&story);
        let mut after = entries.clone();
        for (place, told) in after.list.iter_mut().enumerate() {
            if erased >> (place % 64) & 1 == 1 {
                told.actor = None;
                for fact in told.after.values_mut().filter(|fact| matches!(fact, Fact::Text(_) | Fact::Person(_))) {
                    *fact = Fact::Nothing;
                }
            }
        }
        let (one, two) = (History::of(&entries.list), History::of(&after.list));
        prop_assert_eq!(spans(&one), spans(&two));
        let times = |history: &History| {
            let milestones = &history.milestones;
            [&milestones.declared, &milestones.started, &milestones.detected, &milestones.restored]
                .map(|milestone| milestone.as_ref().map(|milestone| milestone.at))
        };
        prop_assert_eq!(times(&one), times(&two));
        prop_assert_eq!(one.holds.len(), two.holds.len());
        prop_assert_eq!(one.roles.len(), two.roles.len());
    }

    #[test]
    fn whatever_stands_in_the_fields_is_read_without_a_panic(story in story(), words in "\\PC{0,12}", place in 0_usize..24) {
        let mut entries = told(&story);
        let place = place % entries.list.len();
        for fact in entries.list[place].after.values_mut() {
            *fact = plain(&words);
        }
        let history = History::of(&entries.list);
        prop_assert!(history.windows.iter().all(|window| window.until.is_none_or(|until| until >= window.from)));
    }
}
