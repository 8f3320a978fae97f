use proptest::prelude::*;

use super::*;
use crate::business_time::Calendar;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

#[test]
fn a_review_is_due_at_the_end_of_a_working_day() {
    let office = |zone: &str, days: &str| {
        let week = "Mon-Fri 09:00-17:00".parse().expect("hours");
        Timetable::of(&Calendar::new(zone, week, days.parse().expect("days")).expect("a calendar"))
    };
    let berlin = office("Europe/Berlin", "");
    // Friday, 2026-11-20; Monday is the first working day after it.
    assert_eq!(due(at("2026-11-20T10:00:00Z"), 1, &berlin), at("2026-11-23T16:00:00Z"));
    assert_eq!(due(at("2026-11-20T10:00:00Z"), 5, &berlin), at("2026-11-27T16:00:00Z"));
    let holiday = office("Europe/Berlin", "2026-11-23 closed");
    assert_eq!(due(at("2026-11-20T10:00:00Z"), 1, &holiday), at("2026-11-24T16:00:00Z"));
    // Late in the evening of New York it is still Thursday there.
    assert_eq!(due(at("2026-11-20T03:00:00Z"), 1, &office("America/New_York", "")), at("2026-11-20T22:00:00Z"));
}

fn texts(one: Option<&str>, other: Option<&str>) -> Texts {
    Texts { factors: one.map(str::to_owned), well: other.map(str::to_owned), ..Texts::default() }
}

#[test]
fn two_who_write_different_passages_both_win() {
    let base = texts(Some("a"), None);
    let theirs = texts(Some("a"), Some("calm"));
    let mine = texts(Some("b"), None);
    assert_eq!(theirs.merge(&base, &mine), Ok(texts(Some("b"), Some("calm"))));
}

#[test]
fn two_who_write_the_same_passage_otherwise_conflict() {
    let base = texts(Some("a"), None);
    assert_eq!(texts(Some("b"), None).merge(&base, &texts(Some("c"), None)), Err(vec![Passage::Factors]));
    assert_eq!(texts(Some("b"), None).merge(&base, &texts(Some("b"), None)), Ok(texts(Some("b"), None)));
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![Just(None), Just(Some("a".to_owned())), Just(Some("b".to_owned())), Just(Some("c".to_owned()))]
}

fn any_texts() -> impl Strategy<Value = Texts> {
    (any_text(), any_text(), any_text(), any_text()).prop_map(|(factors, well, badly, lessons)| Texts {
        factors,
        well,
        badly,
        lessons,
    })
}

proptest! {
    /// Nobody's change is lost in silence: each passage of a merge is what somebody wrote last on purpose.
    #[test]
    fn a_merge_keeps_every_change_or_says_that_it_cannot(base in any_texts(), theirs in any_texts(), mine in any_texts()) {
        match theirs.merge(&base, &mine) {
            Ok(merged) => for passage in Passage::ALL {
                let (base, theirs, mine) = (base.get(passage), theirs.get(passage), mine.get(passage));
                if mine != base { prop_assert_eq!(merged.get(passage), mine); }
                if theirs != base { prop_assert_eq!(merged.get(passage), theirs); }
            },
            Err(conflicts) => for passage in conflicts {
                prop_assert_ne!(mine.get(passage), theirs.get(passage));
            },
        }
    }
}
