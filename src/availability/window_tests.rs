//! What an announced window excuses, and how it may end.

use super::*;
use crate::chat::invocation::Member;
use crate::policy::{self, RoleMap};

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(&format!("2026-11-{text}:00Z")).unwrap().to_utc()
}

/// The night from the 28th to the 29th, announced on the 24th.
fn night() -> Window {
    Window {
        guild: GuildId(1),
        id: 3,
        kind: Kind::Maintenance,
        name: "database upgrade".to_owned(),
        reason: None,
        service: Some(1),
        from: utc("28T22:00"),
        until: utc("29T02:00"),
        announced_at: utc("24T10:00"),
        announced_by: UserId(7),
        ended_at: None,
        cancelled_at: None,
    }
}

fn planner() -> Planner {
    let member = Member { user: UserId(7), name: "Ada".to_owned(), roles: Vec::new(), permissions: Some(1 << 5) };
    policy::planner(&member, &RoleMap::default()).expect("Manage Server")
}

fn guard(refused: Result<Window, Refusal>) -> &'static str {
    refused.expect_err("it is refused").guard
}

#[test]
fn only_what_was_announced_before_it_began_excuses() {
    let window = night();
    assert_eq!(window.excused(), Some((window.from, window.until)));
    // To the instant: what is announced as it begins is too late.
    assert_eq!(Window { announced_at: window.from, ..window.clone() }.excused(), None);
    assert_eq!(Window { cancelled_at: Some(utc("25T10:00")), ..window.clone() }.excused(), None);
    assert!(window.covers(1) && !window.covers(2));
    assert!(Window { service: None, ..window }.covers(2));
}

#[test]
fn what_ends_early_excuses_less_and_what_ends_late_is_downtime_from_its_announced_end_on() {
    let early = night().end(&planner(), utc("29T01:00"), utc("29T01:05")).expect("it ends");
    assert_eq!((early.excused(), early.overrun()), (Some((early.from, utc("29T01:00"))), None));
    let late = night().end(&planner(), utc("29T03:30"), utc("29T03:30")).expect("it ends");
    assert_eq!((late.excused(), late.overrun()), (Some((late.from, late.until)), Some((late.until, utc("29T03:30")))));
    // One that was announced too late excuses nothing, but runs over like any other.
    let unplanned = Window { announced_at: utc("28T23:00"), ..late };
    assert_eq!((unplanned.excused(), unplanned.overrun().is_some()), (None, true));
    let at_once = night().end(&planner(), utc("28T22:00"), utc("28T22:10")).expect("it ends");
    assert_eq!(at_once.excused(), None);
}

#[test]
fn a_window_ends_once_and_not_before_it_begins() {
    let by = planner();
    assert_eq!(guard(night().end(&by, utc("28T21:00"), utc("28T21:00"))), "maintenance.begun");
    assert_eq!(guard(night().end(&by, utc("28T21:00"), utc("28T23:00"))), "maintenance.order");
    assert_eq!(guard(night().end(&by, utc("29T01:00"), utc("28T23:00"))), "maintenance.future");
    let ended = night().end(&by, utc("29T01:00"), utc("29T01:00")).expect("it ends");
    assert_eq!(guard(ended.end(&by, utc("29T01:30"), utc("29T02:00"))), "maintenance.ended");
    let cancelled = night().cancel(&by, utc("25T10:00")).expect("it is called off");
    assert_eq!(guard(cancelled.end(&by, utc("29T01:00"), utc("29T02:00"))), "maintenance.cancelled");
    let far = night().until + LONGEST + TimeDelta::seconds(1);
    assert_eq!(guard(night().end(&by, far, far)), "maintenance.length");
}

#[test]
fn a_window_is_called_off_only_before_it_begins() {
    let by = planner();
    assert!(night().cancel(&by, utc("28T21:59")).is_ok());
    assert_eq!(guard(night().cancel(&by, utc("28T22:00"))), "maintenance.begun");
    assert_eq!(guard(night().cancel(&by, utc("29T02:00"))), "maintenance.over");
    let cancelled = night().cancel(&by, utc("25T10:00")).expect("it is called off");
    assert_eq!(guard(cancelled.cancel(&by, utc("25T11:00"))), "maintenance.cancelled");
    // It excuses nothing, so nothing is rewritten.
    let unplanned = Window { announced_at: utc("28T23:00"), ..night() };
    assert!(unplanned.cancel(&by, utc("30T10:00")).is_ok());
}

#[test]
fn what_can_be_no_window_is_refused() {
    let now = utc("24T10:00");
    let guard = |from: DateTime<Utc>, until| Window::check(from, until, now).err().map(|refusal| refusal.guard);
    assert_eq!(guard(utc("28T22:00"), utc("29T02:00")), None);
    assert_eq!(guard(utc("24T09:00"), utc("24T11:00")), None, "it has begun, and is recorded");
    assert_eq!(guard(utc("28T22:00"), utc("28T22:00")), Some("maintenance.order"));
    assert_eq!(guard(utc("28T22:00"), utc("28T21:00")), Some("maintenance.order"));
    assert_eq!(guard(utc("23T22:00"), utc("24T10:00")), Some("maintenance.over"));
    assert_eq!(guard(now, now + LONGEST), None);
    assert_eq!(guard(now, now + LONGEST + TimeDelta::seconds(1)), Some("maintenance.length"));
    let far = now + TimeDelta::days(733);
    assert_eq!(guard(far, far + TimeDelta::hours(1)), Some("maintenance.far"));
}

#[test]
fn a_phase_is_told_by_the_clock() {
    let window = night();
    for (at, phase) in [
        (utc("28T21:59"), Phase::Coming),
        (utc("28T22:00"), Phase::Running),
        (utc("29T01:59"), Phase::Running),
        (utc("29T02:00"), Phase::Over),
    ] {
        assert_eq!(window.phase(at), phase, "{at}");
    }
    assert_eq!(Window { ended_at: Some(utc("29T01:00")), ..window.clone() }.phase(utc("29T01:30")), Phase::Over);
    for kind in [Kind::Maintenance, Kind::Hard, Kind::Soft] {
        assert_eq!(Kind::named(kind.name()), Some(kind));
    }
}
