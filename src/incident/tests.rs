//! The rules, without chat, database or clock.

use proptest::prelude::*;

use super::rules::Words;
use super::*;
use crate::chat::invocation::Member;
use crate::clock::instant;
use crate::error::Refusal;
use crate::number::Kind as Record;
use crate::policy::{self, Responder, RoleMap};

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

fn words(text: &str) -> Words {
    Words { audience: Audience::Technical, text: text.to_owned(), second: None, third: None }
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
    assert_eq!(incident.gaps(false), [Gap::Resolution, Gap::Service]);
    let refusal = incident.close(&responder(1), CloseAs::Done, None, false, now()).expect_err("not yet");
    assert!(refusal.sentence.contains("not resolved") && refusal.sentence.contains("service"), "{refusal}");
}

#[test]
fn what_was_no_incident_is_cancelled_with_a_reason() {
    let close = |reason| declared(declaration()).close(&responder(1), CloseAs::NotAnIncident, reason, false, now());
    assert_eq!(close(None).expect_err("no reason").guard, "incident.reason");
    assert_eq!(close(Some("the monitor was wrong")).expect("a reason").state, State::Cancelled);
}

#[test]
fn a_closed_incident_is_final() {
    let closed = declared(Declaration { service: Some(service()), ..declaration() })
        .resolve(&responder(1), now(), Code::Fixed, "restarted", now())
        .and_then(|incident| incident.close(&responder(1), CloseAs::Done, None, false, now()))
        .expect("it is complete");
    assert_eq!(closed.state, State::Closed);
    assert_eq!(closed.clone().reopen(&responder(1), 7, now()).expect_err("final").guard, "incident.over");
    assert_eq!(closed.clone().acknowledge(&responder(1), now()).expect_err("final").guard, "incident.over");
    assert_eq!(closed.tell(&responder(1), words("x"), None, now()).expect_err("final").guard, "incident.over");
}

#[test]
fn an_update_keeps_the_promise_before_it_and_may_make_one() {
    let soon = now() + TimeDelta::minutes(30);
    let incident =
        declared(declaration()).tell(&responder(1), words("looking"), Some(soon), now()).expect("it is open");
    assert_eq!(incident.promise.as_ref().map(|promise| promise.due_at), Some(soon));
    let incident = incident.tell(&responder(1), words("found it"), None, now()).expect("it is open");
    assert_eq!(incident.promise, None);
    assert_eq!(
        incident.tell(&responder(1), words("x"), Some(now()), now()).expect_err("now").guard,
        "incident.promise"
    );
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
    Major(bool),
    Hold(i64),
    Resume,
    Offer(u64),
    Accept,
    Decline,
    PassOn,
    Raise,
    Merge,
    Resolve(i64),
    Reopen,
    Close(CloseAs),
    CloseByTime,
    Snooze,
    Mark(Mark),
    Undo,
    Note,
}

fn attempt() -> impl Strategy<Value = Try> {
    prop_oneof![
        Just(Try::Acknowledge),
        any::<bool>().prop_map(Try::Tell),
        Just(Try::Role),
        prop_oneof![Just(Level::High), Just(Level::Low)].prop_map(Try::Reassess),
        any::<bool>().prop_map(Try::Major),
        (-5_i64..100).prop_map(Try::Hold),
        Just(Try::Resume),
        (1_u64..4).prop_map(Try::Offer),
        Just(Try::Accept),
        Just(Try::Decline),
        Just(Try::PassOn),
        Just(Try::Raise),
        (-100_i64..100).prop_map(Try::Resolve),
        Just(Try::Reopen),
        prop_oneof![Just(CloseAs::Done), Just(CloseAs::Duplicate)].prop_map(Try::Close),
        Just(Try::CloseByTime),
        Just(Try::Snooze),
        prop_oneof![Just(Mark::Started), Just(Mark::Restored), Just(Mark::Mitigated)].prop_map(Try::Mark),
        Just(Try::Undo),
        Just(Try::Note),
    ]
}

fn other() -> Incident {
    let number = Number { kind: Record::Incident, value: 2 };
    Incident::declare(GuildId(1), number, &policy::participant(&member(1)), declaration(), now()).expect("it is sound")
}

fn go(incident: Incident, what: Try, by: &Responder, at: DateTime<Utc>) -> Result<Incident, Refusal> {
    let participant = policy::participant(&member(by.user().0));
    match what {
        Try::Acknowledge => incident.acknowledge(by, at),
        Try::Tell(promise) => incident.tell(by, words("so it stands"), promise.then(|| at + TimeDelta::minutes(5)), at),
        Try::Role => incident.give_role(by, Role::Commander, by.user()),
        Try::Reassess(impact) => incident
            .reassess(by, Reassessment { impact: Some(impact), service: Some(service()), ..Reassessment::default() }),
        Try::Major(major) => incident.reassess(by, Reassessment { major: Some(major), ..Reassessment::default() }),
        Try::Hold(minutes) => {
            incident.hold(by, HoldReason::Supplier, Some("a part"), Some(at + TimeDelta::minutes(minutes)), at)
        }
        Try::Resume => incident.resume(by),
        Try::Offer(to) => incident.offer(by, UserId(to), at),
        Try::Accept => incident.accept(&participant),
        Try::Decline => incident.decline(&participant),
        Try::PassOn => incident.pass_to(by, RoleId(by.user().0)),
        Try::Raise => incident.raise(by),
        Try::Merge => incident.merge_into(by, &other()),
        Try::Resolve(minutes) => incident.resolve(by, at + TimeDelta::minutes(minutes), Code::Fixed, "mended", at),
        Try::Reopen => incident.reopen(by, 7, at),
        Try::Close(closed_as) => incident.close(by, closed_as, Some("because"), true, at),
        Try::CloseByTime => incident
            .close_by_time(true, at)
            .ok_or_else(|| Refusal::new("incident.time", "It is not yet time for that.")),
        Try::Snooze => incident.snooze(by, at + TimeDelta::minutes(15)),
        Try::Mark(mark) => incident.mark(Some(mark), at),
        Try::Undo => incident.undo(),
        Try::Note => Ok(incident.noted()),
    }
}

/// An incident in each state, with a service, ready for anything that the state allows.
fn in_state(state: State) -> Incident {
    let by = responder(2);
    let new = declared(Declaration { service: Some(service()), ..declaration() });
    let at = now() + TimeDelta::minutes(1);
    let steps: &[Try] = match state {
        State::New => &[],
        State::Assigned => &[Try::Role],
        State::InProgress => &[Try::Acknowledge],
        State::OnHold => &[Try::Acknowledge, Try::Hold(5)],
        State::Resolved => &[Try::Resolve(0)],
        State::Closed => &[Try::Resolve(0), Try::Close(CloseAs::Done)],
        State::Cancelled => &[Try::Close(CloseAs::Duplicate)],
        State::Merged => &[Try::Merge],
    };
    let made = steps.iter().fold(new, |incident, step| go(incident, *step, &by, at).expect("the way there is allowed"));
    assert_eq!(made.state, state);
    made
}

/// The table of `itsm-iso20000` 4, with what the command contract adds: each move, and where it leads from each state. What is not
/// named is refused.
#[test]
fn every_cell_of_the_state_table_is_as_the_standard_has_it() {
    use State::{Assigned, Cancelled, Closed, InProgress, Merged, New, OnHold, Resolved};
    let open = [New, Assigned, InProgress, OnHold];
    let table: Vec<(Try, Vec<(State, State)>)> = vec![
        (Try::Acknowledge, vec![(New, InProgress), (Assigned, InProgress)]),
        (Try::Role, vec![(New, Assigned), (InProgress, InProgress), (OnHold, OnHold)]),
        (Try::Hold(5), vec![(InProgress, OnHold)]),
        (Try::Resume, vec![(OnHold, InProgress)]),
        (Try::Offer(9), open.map(|state| (state, state)).to_vec()),
        (Try::PassOn, open.map(|state| (state, state)).to_vec()),
        (Try::Raise, open.map(|state| (state, state)).to_vec()),
        (Try::Resolve(0), open.map(|state| (state, Resolved)).to_vec()),
        (Try::Reopen, vec![(Resolved, InProgress)]),
        (Try::Close(CloseAs::Done), vec![(Resolved, Closed)]),
        (Try::CloseByTime, vec![(Resolved, Closed)]),
        (
            Try::Close(CloseAs::Duplicate),
            open.map(|state| (state, Cancelled)).into_iter().chain([(Resolved, Closed)]).collect(),
        ),
        (Try::Merge, open.map(|state| (state, Merged)).to_vec()),
        (Try::Tell(false), open.into_iter().chain([Resolved]).map(|state| (state, state)).collect()),
        (Try::Tell(true), open.map(|state| (state, state)).to_vec()),
        (Try::Mark(Mark::Restored), vec![(Resolved, Resolved), (Closed, Closed)]),
        (Try::Note, State::ALL.map(|state| (state, state)).to_vec()),
    ];
    for (what, cells) in table {
        for from in State::ALL {
            let result = go(in_state(from), what, &responder(2), now() + TimeDelta::minutes(2));
            let expected = cells.iter().find(|(cell, _)| *cell == from).map(|(_, to)| *to);
            match (result, expected) {
                (Ok(next), Some(to)) => assert_eq!(next.state, to, "{what:?} from {from:?}"),
                (Err(refusal), None) => {
                    assert!(refusal.sentence.contains("INC-1") || refusal.guard == "incident.time", "{refusal}");
                }
                (Ok(next), None) => panic!("{what:?} from {from:?} led to {:?}", next.state),
                (Err(refusal), Some(_)) => panic!("{what:?} from {from:?}: {refusal}"),
            }
        }
    }
}

#[test]
fn a_major_incident_has_one_responsible_person_and_is_closed_after_its_review() {
    let major = go(in_state(State::New), Try::Major(true), &responder(3), now()).expect("anyone may say so");
    assert_eq!((major.roles.commander, major.state), (Some(UserId(3)), State::Assigned));
    let resolved = go(major, Try::Resolve(0), &responder(3), now()).expect("it is open");
    assert_eq!(resolved.gaps(false), [Gap::Review]);
    assert!(resolved.clone().close_by_time(false, now()).is_none());
    assert!(resolved.close_by_time(true, now()).is_some());
}

#[test]
fn a_handover_holds_when_it_is_accepted_and_not_before() {
    let offered = go(in_state(State::Assigned), Try::Offer(3), &responder(2), now()).expect("it is open");
    assert_eq!(offered.roles.commander, Some(UserId(2)));
    assert_eq!(go(offered.clone(), Try::Accept, &responder(1), now()).expect_err("not asked").guard, "incident.offer");
    let accepted = go(offered.clone(), Try::Accept, &responder(3), now()).expect("asked");
    assert_eq!((accepted.roles.commander, accepted.offer), (Some(UserId(3)), None));
    // Whoever is given command outright makes an offer that waits pointless.
    let taken = go(offered, Try::Role, &responder(1), now()).expect("it is open");
    assert_eq!((taken.roles.commander, taken.offer), (Some(UserId(1)), None));
}

#[test]
fn what_was_resolved_a_week_ago_opens_no_more() {
    let resolved = in_state(State::Resolved);
    let settles = resolved.settles_at(7).expect("it is resolved");
    assert!(resolved.clone().reopen(&responder(1), 7, settles).is_ok());
    let late = resolved.reopen(&responder(1), 7, settles + TimeDelta::seconds(1)).expect_err("too late");
    assert_eq!(late.guard, "incident.reopen-window");
}

#[test]
fn a_merged_incident_hands_its_earlier_start_to_the_other() {
    let early = declared(Declaration { started_at: Some(now() - TimeDelta::hours(2)), ..declaration() });
    let parent = other().absorb(&early);
    assert_eq!(parent.started_at, early.started_at);
    assert_eq!(other().absorb(&declared(declaration())).started_at, None, "neither began before it was declared");
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
                    let harmless = matches!(what, Try::Undo | Try::Note | Try::Mark(_));
                    prop_assert!(!incident.state.is_final() || harmless, "{what:?} changed what was final");
                    incident = next;
                }
                Err(refusal) => {
                    prop_assert!(refusal.guard.starts_with("incident."));
                    prop_assert!(refusal.sentence.len() > 20, "{refusal}");
                }
            }
            prop_assert_eq!(incident.resolution.is_some(), matches!(incident.state, State::Resolved | State::Closed));
            prop_assert_eq!(incident.closure.is_some(), matches!(incident.state, State::Closed | State::Cancelled));
            prop_assert_eq!(incident.hold.is_some(), incident.state == State::OnHold);
            prop_assert!(incident.promise.is_none() || incident.state.is_open());
            prop_assert!(incident.offer.is_none() || incident.state.is_open());
            prop_assert!(incident.state != State::InProgress || incident.acknowledged.is_some());
            prop_assert!(!(incident.major && incident.state == State::New), "a major incident has somebody");
            if let Some(resolution) = &incident.resolution {
                prop_assert!(resolution.restored_at <= resolution.at.max(at));
                prop_assert!(incident.acknowledged.is_some());
            }
        }
    }
}
