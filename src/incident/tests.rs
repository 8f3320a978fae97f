//! The rules, without chat, database or clock.

use proptest::prelude::*;

use super::*;
use crate::chat::invocation::Member;
use crate::clock::instant;
use crate::number::Kind as Record;
use crate::policy::{self, RoleMap};

fn now() -> DateTime<Utc> {
    instant(1_800_000_000_000_000)
}

fn member(id: u64) -> Member {
    Member { user: UserId(id), name: format!("person {id}"), roles: Vec::new(), permissions: None }
}

fn responder(id: u64) -> Responder {
    policy::responder(&member(id), &RoleMap::default()).expect("nothing is mapped")
}

fn declaration() -> Declaration {
    Declaration {
        title: "checkout is down".to_owned(),
        description: None,
        service: None,
        impact: None,
        urgency: None,
        priority: None,
        started_at: None,
        kind: Kind::Live,
        restricted: false,
    }
}

fn declared(told: Declaration) -> Incident {
    let number = Number { kind: Record::Incident, value: 1 };
    Incident::declare(GuildId(1), number, &policy::participant(&member(1)), told, now()).expect("it is sound")
}

fn service() -> ServiceRef {
    ServiceRef { id: 1, name: "checkout".to_owned() }
}

#[test]
fn nothing_said_is_medium_by_medium_and_p3() {
    let incident = declared(declaration());
    assert_eq!((incident.impact, incident.urgency, incident.priority), (Level::Medium, Level::Medium, Priority::P3));
    assert!(!incident.priority_fixed);
}

#[test]
fn the_matrix_is_monotone_in_both_axes() {
    let levels = [Level::High, Level::Medium, Level::Low];
    for (index, one) in levels.into_iter().enumerate() {
        for less in &levels[index..] {
            for other in levels {
                assert!(Priority::of(one, other) <= Priority::of(*less, other));
                assert!(Priority::of(other, one) <= Priority::of(other, *less));
            }
        }
    }
}

#[test]
fn a_priority_given_alone_is_fixed_until_impact_or_urgency_is_said() {
    let incident = declared(Declaration { priority: Some(Priority::P1), ..declaration() });
    assert_eq!((incident.priority, incident.priority_fixed), (Priority::P1, true));
    let change = Reassessment { impact: Some(Level::Low), ..Reassessment::default() };
    let incident = incident.reassess(&responder(1), change).expect("it changes");
    assert_eq!((incident.priority, incident.priority_fixed), (Priority::P4, false));
}

#[test]
fn it_cannot_begin_in_the_future() {
    let told = Declaration { started_at: Some(now() + TimeDelta::seconds(1)), ..declaration() };
    let number = Number { kind: Record::Incident, value: 1 };
    let refusal = Incident::declare(GuildId(1), number, &policy::participant(&member(1)), told, now());
    assert_eq!(refusal.expect_err("the future").guard, "incident.started");
}

#[test]
fn a_second_acknowledgement_names_the_first() {
    let incident = declared(declaration()).acknowledge(&responder(2), now()).expect("it is new");
    let refusal = incident.acknowledge(&responder(3), now()).expect_err("it was acknowledged");
    assert!(refusal.sentence.contains("<@2>"), "{refusal}");
}

#[test]
fn the_reporter_may_acknowledge() {
    assert!(declared(declaration()).acknowledge(&responder(1), now()).is_ok());
}

#[test]
fn resolving_what_nobody_took_acknowledges_it_and_says_so() {
    let incident =
        declared(declaration()).resolve(&responder(2), now(), Code::Fixed, "restarted", now()).expect("it is open");
    let acknowledged = incident.acknowledged.expect("implied");
    assert!(acknowledged.implied);
    assert_eq!(acknowledged.by, UserId(2));
}

#[test]
fn service_is_restored_in_the_past_or_now_but_never_later() {
    let resolve = |at| declared(declaration()).resolve(&responder(2), at, Code::Fixed, "restarted", now());
    assert!(resolve(now() - TimeDelta::hours(2)).is_ok());
    assert!(resolve(now()).is_ok());
    assert_eq!(resolve(now() + TimeDelta::microseconds(1)).expect_err("the future").guard, "incident.restored");
    let begun = declared(Declaration { started_at: Some(now() - TimeDelta::hours(1)), ..declaration() });
    let before = begun.resolve(&responder(2), now() - TimeDelta::hours(2), Code::Fixed, "restarted", now());
    assert_eq!(before.expect_err("before it began").guard, "incident.restored");
}

#[test]
fn a_close_names_all_that_is_missing() {
    let incident = declared(declaration());
    assert_eq!(incident.gaps(), [Gap::Resolution, Gap::Service]);
    let refusal = incident.close(&responder(1), CloseAs::Done, None, now()).expect_err("not yet");
    assert!(refusal.sentence.contains("not resolved") && refusal.sentence.contains("service"), "{refusal}");
}

#[test]
fn what_was_no_incident_is_cancelled_with_a_reason() {
    let close = |reason| declared(declaration()).close(&responder(1), CloseAs::NotAnIncident, reason, now());
    assert_eq!(close(None).expect_err("no reason").guard, "incident.reason");
    assert_eq!(close(Some("the monitor was wrong")).expect("a reason").state, State::Cancelled);
}

#[test]
fn a_closed_incident_is_final() {
    let closed = declared(Declaration { service: Some(service()), ..declaration() })
        .resolve(&responder(1), now(), Code::Fixed, "restarted", now())
        .and_then(|incident| incident.close(&responder(1), CloseAs::Done, None, now()))
        .expect("it is complete");
    assert_eq!(closed.state, State::Closed);
    assert_eq!(closed.clone().reopen(&responder(1)).expect_err("final").guard, "incident.over");
    assert_eq!(closed.clone().acknowledge(&responder(1), now()).expect_err("final").guard, "incident.over");
    assert_eq!(closed.tell(&responder(1), "x", None, now()).expect_err("final").guard, "incident.over");
}

#[test]
fn an_update_keeps_the_promise_before_it_and_may_make_one() {
    let soon = now() + TimeDelta::minutes(30);
    let incident = declared(declaration()).tell(&responder(1), "looking", Some(soon), now()).expect("it is open");
    assert_eq!(incident.promise.as_ref().map(|promise| promise.due_at), Some(soon));
    let incident = incident.tell(&responder(1), "found it", None, now()).expect("it is open");
    assert_eq!(incident.promise, None);
    assert_eq!(incident.tell(&responder(1), "x", Some(now()), now()).expect_err("now").guard, "incident.promise");
}

#[test]
fn an_undone_step_leaves_the_incident_as_it_was_in_a_newer_version() {
    let before = declared(declaration());
    let after = before.clone().acknowledge(&responder(1), now()).and_then(Incident::undo).expect("it can be undone");
    assert_eq!(after, Incident { version: before.version + 2, ..before });
    assert_eq!(after.undo().expect_err("undone already").guard, "incident.undo");
}

/// One thing that somebody tries.
#[derive(Clone, Copy, Debug)]
enum Try {
    Acknowledge,
    Tell(bool),
    Role,
    Reassess(Level),
    Resolve(i64),
    Reopen,
    Close(CloseAs),
    Undo,
    Note,
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        Just(Try::Acknowledge),
        any::<bool>().prop_map(Try::Tell),
        Just(Try::Role),
        prop_oneof![Just(Level::High), Just(Level::Low)].prop_map(Try::Reassess),
        (-100_i64..100).prop_map(Try::Resolve),
        Just(Try::Reopen),
        prop_oneof![Just(CloseAs::Done), Just(CloseAs::Duplicate)].prop_map(Try::Close),
        Just(Try::Undo),
        Just(Try::Note),
    ]
}

fn go(incident: Incident, what: Try, by: &Responder, at: DateTime<Utc>) -> Result<Incident, Refusal> {
    match what {
        Try::Acknowledge => incident.acknowledge(by, at),
        Try::Tell(promise) => incident.tell(by, "so it stands", promise.then(|| at + TimeDelta::minutes(5)), at),
        Try::Role => incident.give_role(by, Role::Commander, by.user()),
        Try::Reassess(impact) => incident
            .reassess(by, Reassessment { impact: Some(impact), service: Some(service()), ..Reassessment::default() }),
        Try::Resolve(minutes) => incident.resolve(by, at + TimeDelta::minutes(minutes), Code::Fixed, "mended", at),
        Try::Reopen => incident.reopen(by),
        Try::Close(closed_as) => incident.close(by, closed_as, Some("because"), at),
        Try::Undo => incident.undo(),
        Try::Note => Ok(incident.noted()),
    }
}

proptest! {
    #[test]
    fn any_sequence_of_tries_leaves_a_sound_incident_or_a_refusal(
        tries in proptest::collection::vec((attempt(), 1_u64..4, 0_i64..600), 1..40)
    ) {
        let mut incident = declared(declaration());
        let mut at = now();
        for (what, who, seconds) in tries {
            at += TimeDelta::seconds(seconds);
            match go(incident.clone(), what, &responder(who), at) {
                Ok(next) => {
                    prop_assert_eq!(next.version, incident.version + 1);
                    prop_assert!(!incident.state.is_final() || matches!(what, Try::Undo | Try::Note), "{what:?} changed what was final");
                    incident = next;
                }
                Err(refusal) => {
                    prop_assert!(refusal.guard.starts_with("incident."));
                    prop_assert!(refusal.sentence.len() > 20, "{refusal}");
                }
            }
            prop_assert_eq!(incident.resolution.is_some(), matches!(incident.state, State::Resolved | State::Closed));
            prop_assert_eq!(incident.closure.is_some(), incident.state.is_final());
            prop_assert!(incident.promise.is_none() || incident.state.is_open());
            prop_assert!(incident.state != State::InProgress || incident.acknowledged.is_some());
            if let Some(resolution) = &incident.resolution {
                prop_assert!(resolution.restored_at <= resolution.at);
                prop_assert!(incident.acknowledged.is_some());
            }
        }
    }
}
