use super::*;
use crate::chat::limits;
use crate::clock::instant;
use crate::incident::ServiceRef;
use crate::number::{Kind, Number};
use crate::snowflake::UserId;

fn longest(text: &str) -> Listed {
    Listed {
        number: Number { kind: Kind::Incident, value: 9_999_999_999_999 },
        state: State::InProgress,
        priority: Priority::P1,
        title: text.repeat(200 / text.chars().count()),
        service: Some(ServiceRef { id: 1, name: text.repeat(100 / text.chars().count()) }),
        commander: Some(UserId(i64::MAX as u64)),
        declared_at: instant(253_402_300_799_000_000),
    }
}

#[test]
fn a_full_page_of_the_longest_lines_fits_into_a_message() {
    let view = View {
        page: 99_999_999,
        edge: Some(From::Behind(i64::MAX / 10)),
        ..View::read("all", "s1.p1.m.n2").expect("ours")
    };
    for text in ["W", "*", "\\", "`", "[x](", "🙂", "👨‍👩‍👧‍👦", "<@1>", "https://a.b/_*", "~~|", "@here ", "é\u{301}\u{302}"]
    {
        let page: Vec<Listed> = (0..PAGE).map(|_| longest(text)).collect();
        for everyone in [false, true] {
            let message = reply::page(&view, &page, true, Some(5000), everyone);
            let payload = message.private_payload();
            let content = payload["content"].as_str().expect("text");
            assert!(content.chars().count() <= limits::CONTENT, "{text}: {}", content.chars().count());
            assert!(content.ends_with(if everyone { "`" } else { "page 99999999" }), "{text}: {content}");
        }
    }
}

#[test]
fn a_button_leads_where_it_says() {
    let view = View {
        states: States::One(State::OnHold),
        service: Some(i64::MAX / 20),
        priority: Some(Priority::P5),
        mine: true,
        page: i64::MAX / 20,
        edge: Some(From::Before(i64::MAX / 20)),
    };
    let (states, rest) = view.written();
    assert_eq!(View::read(&states, &rest), Some(view));
    let id = crate::chat::custom_id::CustomId::new("incident.page", states, rest).to_string();
    assert!(id.len() <= limits::CUSTOM_ID, "{id}");
}

#[test]
fn what_is_no_page_is_nobodys() {
    for (states, rest) in
        [("", "n1"), ("nowhere", "n1"), ("open", "x"), ("open", "p9"), ("all", "b-1"), ("all", "é"), ("all", "n")]
    {
        assert_eq!(View::read(states, rest), None, "{states} {rest}");
    }
}
