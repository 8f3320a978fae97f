//! The life of a clock (`sla-semantics` 3), with its numbers.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::*;
use crate::business_time::{Calendar, Timetable};
use crate::level::{Agreement, Amount, Kind, Target, Terms, Verdict};

const HOUR: i64 = 3600;
const OFFICE: i64 = 2;

/// June 2026 in New York: `at(8, 9, 0)` is Monday the 8th, 09:00.
fn at(day: i8, hour: i8, minute: i8) -> Instant {
    let local = jiff::civil::date(2026, 6, day).at(hour, minute, 0, 0).in_tz("America/New_York").expect("a zone");
    Instant::of(local.timestamp().as_second())
}

/// An agreement with these targets of resolution, in office hours.
fn agreement(id: i64, service: Option<i64>, targets: &[(Priority, &str)]) -> Agreement {
    let ever = DateTime::<Utc>::UNIX_EPOCH;
    let targets = targets
        .iter()
        .flat_map(|(priority, amount)| {
            Metric::ALL.map(|metric| Target {
                priority: *priority,
                metric,
                from: ever,
                amount: Amount::parse(amount).ok(),
                calendar: OFFICE,
            })
        })
        .collect();
    Agreement {
        id,
        kind: Kind::Sla,
        name: format!("Agreement {id}"),
        service,
        from: ever,
        retired_at: None,
        terms: vec![Terms::usual(ever)],
        targets,
    }
}

fn book(agreements: Vec<Agreement>) -> Book {
    let week = "Mon-Fri 09:00-17:00".parse().expect("hours");
    let office = Calendar::new("America/New_York", week, "".parse().expect("no days")).expect("a calendar");
    let named = |id: i64, timetable| {
        (
            id,
            Named {
                id,
                name: "office".to_owned(),
                follows_guild: false,
                retired_at: None,
                timetable: Arc::new(timetable),
            },
        )
    };
    Book { agreements, calendars: [named(1, Timetable::always()), named(OFFICE, Timetable::of(&office))].into() }
}

fn usual() -> Book {
    book(vec![agreement(
        1,
        None,
        &[(Priority::P1, "4h"), (Priority::P2, "8h"), (Priority::P3, "16h"), (Priority::P4, "3d")],
    )])
}

fn rated(at: Instant, priority: Priority) -> Rating {
    Rating { entry: 0, at: at.into(), priority, service: None }
}

/// Of resolution.
fn told(entry: i64, generation: i64, percent: i64, at: Instant) -> Told {
    Told { entry, at, metric: Metric::Resolution, generation, percent }
}

fn declared(at: Instant, priority: Priority) -> Course {
    Course { declared: Some(at), ratings: vec![rated(at, priority)], ..Course::default() }
}

fn resolution(book: &Book, course: &Course) -> Clock {
    run(book, course, Metric::Resolution).expect("something is promised")
}

fn office(book: &Book) -> &Named {
    &book.calendars[&OFFICE]
}

#[test]
fn it_starts_at_the_declaration_and_stops_when_service_is_back() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P2);
    let clock = resolution(&book, &course);
    assert_eq!((clock.state, clock.due(office(&book))), (State::Running, Some(at(8, 17, 0))));
    assert_eq!(clock.verdict(office(&book), at(8, 17, 0)), Verdict::Open, "the very second is in time");
    assert_eq!(clock.verdict(office(&book), at(8, 17, 0) + 1), Verdict::Breached(at(8, 17, 0)));
    course.stops = vec![Stop { at: at(8, 17, 0), until: None }];
    let clock = resolution(&book, &course);
    assert_eq!((clock.state, clock.verdict(office(&book), at(9, 9, 0))), (State::Stopped, Verdict::Met));
    course.stops = vec![Stop { at: at(8, 18, 0), until: None }];
    // After hours it has still used eight hours alone, and is late all the same.
    let clock = resolution(&book, &course);
    assert_eq!(clock.elapsed(office(&book), at(9, 9, 0)), 8 * HOUR);
    assert_eq!(clock.verdict(office(&book), at(9, 9, 0)), Verdict::Breached(at(8, 17, 0)));
}

#[test]
fn waiting_for_the_customer_is_a_pause_and_waiting_for_a_supplier_is_not() {
    let book = usual();
    let mut course = declared(at(8, 10, 0), Priority::P2);
    let hold = |reason| Hold { from: at(8, 12, 0), until: Some(at(9, 11, 0)), reason: Some(reason) };
    course.holds = vec![hold(HoldReason::Customer)];
    let clock = resolution(&book, &course);
    assert_eq!(clock.due(office(&book)), Some(at(9, 17, 0)));
    assert_eq!(clock.reaches(office(&book), 75), Some(at(9, 15, 0)));
    let reasons: Vec<(Reason, bool)> = clock.segments.iter().map(|one| (one.reason, one.counted)).collect();
    let expected = [(Reason::Declared, true), (Reason::Hold(HoldReason::Customer), false), (Reason::Resumed, true)];
    assert_eq!(reasons, expected);
    course.holds = vec![hold(HoldReason::Supplier)];
    assert_eq!(resolution(&book, &course).due(office(&book)), Some(at(9, 10, 0)));
    // Response waits for nobody unless that was agreed.
    course.holds = vec![hold(HoldReason::Customer)];
    let response = run(&book, &course, Metric::Response).expect("promised");
    assert_eq!(response.due(office(&book)), Some(at(9, 10, 0)));
}

#[test]
fn while_it_waits_nobody_knows_when_it_is_due_unless_it_was_before() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P1);
    course.holds = vec![Hold { from: at(8, 11, 0), until: None, reason: Some(HoldReason::Customer) }];
    let clock = resolution(&book, &course);
    assert_eq!((clock.state, clock.due(office(&book))), (State::Paused, None));
    assert_eq!(clock.untold(office(&book), at(8, 16, 0)), [(50, at(8, 11, 0))]);
    course.holds[0].from = at(8, 14, 0);
    let clock = resolution(&book, &course);
    assert_eq!(clock.verdict(office(&book), at(8, 16, 0)), Verdict::Breached(at(8, 13, 0)));
}

#[test]
fn another_priority_applies_to_the_same_start() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P3);
    course.ratings.push(rated(at(8, 12, 0), Priority::P1));
    let clock = resolution(&book, &course);
    assert_eq!((clock.generation, clock.due(office(&book))), (2, Some(at(8, 13, 0))));
    assert_eq!(clock.elapsed(office(&book), at(8, 12, 0)), 3 * HOUR);
    // What is used up already is broken when it is promised, and not before.
    course.ratings[1].at = at(9, 10, 0).into();
    let clock = resolution(&book, &course);
    assert_eq!(clock.verdict(office(&book), at(9, 10, 1)), Verdict::Breached(at(9, 10, 0)));
    assert_eq!(clock.untold(office(&book), at(9, 10, 1)).len(), 5);
    assert!(clock.untold(office(&book), at(9, 10, 0)).is_empty(), "nobody is warned of what is broken a second later");
    // Back to where it was, it is another promise, and a breach that was told stays told of the one before.
    course.ratings.push(rated(at(9, 11, 0), Priority::P3));
    course.told = vec![told(3, 2, 100, at(9, 10, 0))];
    let clock = resolution(&book, &course);
    assert_eq!((clock.generation, clock.due(office(&book))), (3, Some(at(9, 17, 0))));
    assert!(clock.told.is_empty());
}

#[test]
fn where_nothing_was_promised_before_the_first_promise_comes_later() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P5);
    assert_eq!(run(&book, &course, Metric::Resolution), None);
    course.ratings.push(rated(at(8, 15, 0), Priority::P1));
    let clock = resolution(&book, &course);
    assert_eq!(clock.verdict(office(&book), at(8, 16, 0)), Verdict::Breached(at(8, 15, 0)));
    let reasons: Vec<Reason> = clock.segments.iter().map(|one| one.reason).collect();
    assert_eq!(
        reasons,
        [Reason::Declared, Reason::Retargeted(Priority::P1)],
        "so that people see why it is broken then"
    );
    assert!(clock.is_given_later() && !resolution(&book, &declared(at(8, 9, 0), Priority::P1)).is_given_later());
}

#[test]
fn what_changes_after_the_end_changes_nothing() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P3);
    course.acknowledged = Some(at(8, 9, 30));
    course.stops = vec![Stop { at: at(8, 15, 0), until: None }];
    course.ratings.push(rated(at(8, 16, 0), Priority::P1));
    assert_eq!(resolution(&book, &course).verdict(office(&book), at(9, 9, 0)), Verdict::Met);
    // Opened again, it has to keep the new promise.
    course.stops[0].until = Some(at(9, 10, 0));
    let clock = resolution(&book, &course);
    assert_eq!(clock.priority, Priority::P1);
    let response = run(&book, &course, Metric::Response).expect("promised");
    assert_eq!((response.priority, response.state), (Priority::P3, State::Stopped));
}

#[test]
fn a_reopening_gives_back_the_time_in_between() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P2);
    course.stops = vec![Stop { at: at(8, 13, 0), until: Some(at(9, 10, 0)) }];
    let clock = resolution(&book, &course);
    assert_eq!((clock.state, clock.due(office(&book))), (State::Running, Some(at(9, 14, 0))));
}

#[test]
fn a_breach_that_was_told_and_turned_out_to_be_none_is_met_by_correction() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P1);
    course.told = vec![told(2, 1, 100, at(8, 13, 0))];
    course.stops = vec![Stop { at: at(8, 12, 0), until: None }];
    assert_eq!(resolution(&book, &course).verdict(office(&book), at(9, 9, 0)), Verdict::MetByCorrection);
    course.void = true;
    assert_eq!(resolution(&book, &course).verdict(office(&book), at(9, 9, 0)), Verdict::Void);
}

#[test]
fn what_was_told_of_a_promise_that_was_taken_back_is_not_told_of_the_next() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P3);
    course.ratings[0].entry = 1;
    // Entry 2 made it a P1, whose breach was told, and was taken back: no rating is left of it. Entry 6 made it a P2.
    course.told = vec![told(3, 2, 100, at(8, 13, 30)), told(4, 2, 150, at(8, 15, 0))];
    course.ratings.push(Rating { entry: 6, ..rated(at(8, 15, 30), Priority::P2) });
    let clock = resolution(&book, &course);
    assert_eq!((clock.generation, clock.due(office(&book))), (2, Some(at(8, 17, 0))));
    assert_eq!(clock.next_step(office(&book)), Some(at(8, 15, 30)), "half and three quarters are used up");
    course.stops = vec![Stop { at: at(8, 16, 0), until: None }];
    assert_eq!(resolution(&book, &course).verdict(office(&book), at(9, 9, 0)), Verdict::Met);
}

#[test]
fn what_was_told_too_early_is_told_again_when_it_is_so() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P1);
    // It waited from 12:00 on, was taken up by mistake at 14:00, was broken at 15:00, and then that resumption was taken back.
    course.told = vec![
        told(2, 1, 50, at(8, 11, 0)),
        told(3, 1, 75, at(8, 12, 0)),
        told(4, 1, 90, at(8, 14, 36)),
        told(5, 1, 100, at(8, 15, 0)),
    ];
    course.holds = vec![Hold { from: at(8, 12, 0), until: None, reason: Some(HoldReason::Customer) }];
    assert_eq!(resolution(&book, &course).told, [50, 75].into());
    course.holds[0].until = Some(at(9, 10, 0));
    let clock = resolution(&book, &course);
    assert_eq!(clock.untold(office(&book), at(9, 11, 0) + 1), [(90, at(9, 10, 36)), (100, at(9, 11, 0) + 1)]);
    // That a breach had been told stays on record, though.
    course.stops = vec![Stop { at: at(9, 10, 30), until: None }];
    assert_eq!(resolution(&book, &course).verdict(office(&book), at(9, 12, 0)), Verdict::MetByCorrection);
}

#[test]
fn each_step_is_told_once_and_a_breach_when_its_second_is_over() {
    let book = usual();
    let mut course = declared(at(8, 9, 0), Priority::P1);
    let clock = resolution(&book, &course);
    assert_eq!(clock.next_step(office(&book)), Some(at(8, 11, 0)));
    let steps = [(50, at(8, 11, 0)), (75, at(8, 12, 0)), (90, at(8, 12, 36)), (100, at(8, 13, 0) + 1)];
    assert_eq!(clock.untold(office(&book), at(8, 13, 0) + 1), steps);
    course.told = vec![told(2, 1, 90, at(8, 12, 36))];
    let clock = resolution(&book, &course);
    assert_eq!(clock.next_step(office(&book)), Some(at(8, 13, 0) + 1));
    assert!(clock.untold(office(&book), at(8, 13, 0)).is_empty());
}

#[test]
fn working_days_are_service_time_by_then() {
    let book = usual();
    let clock = resolution(&book, &declared(at(8, 16, 59), Priority::P4));
    assert_eq!(clock.due(office(&book)), Some(at(11, 17, 0)), "the day of the start is none of the three");
    assert_eq!(clock.promise.seconds, 24 * HOUR + 60);
}

#[test]
fn the_services_own_goes_before_the_default_and_the_strictest_of_several_holds() {
    let service = Some(5);
    let question = |service, priority| crate::level::Question {
        metric: Metric::Resolution,
        priority,
        service,
        start: at(8, 9, 0),
        at: at(8, 9, 0).into(),
    };
    let mut book = usual();
    book.agreements.push(agreement(2, service, &[(Priority::P1, "2h")]));
    book.agreements.push(agreement(3, service, &[(Priority::P1, "1h"), (Priority::P2, "none")]));
    let chosen = book.promise(question(service, Priority::P1)).expect("promised");
    assert_eq!((chosen.winner.promise.agreement, chosen.is_default), (3, false));
    assert_eq!(chosen.others.iter().map(|other| other.promise.agreement).collect::<Vec<_>>(), [2]);
    assert!(book.promise(question(service, Priority::P2)).is_none(), "that nothing is promised is said too");
    assert!(book.promise(question(service, Priority::P3)).expect("promised").is_default);
    assert_eq!(book.promise(question(Some(9), Priority::P1)).expect("promised").winner.promise.agreement, 1);
    assert!(book.promise(question(None, Priority::P5)).is_none());
    book.agreements[2].retired_at = Some(at(8, 8, 0).into());
    assert_eq!(book.promise(question(service, Priority::P1)).expect("promised").winner.promise.agreement, 2);
}
