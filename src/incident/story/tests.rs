use std::collections::BTreeMap;

use super::*;
use crate::clock::instant;
use crate::journal::Fact;
use crate::snowflake::UserId;

fn kept(seq: i64, text: &str) -> Told {
    let after = [
        ("text", text.to_owned()),
        ("author", text.chars().take(32).collect()),
        ("link", format!("https://discord.com/channels/{0}/{0}/{0}", u64::MAX)),
    ];
    Told {
        seq,
        entry_at: instant(253_402_300_799_000_000),
        event_at: instant(253_402_300_000_000_000),
        actor: Some(UserId(u64::MAX >> 1)),
        action: "incident.note".to_owned(),
        subject: "INC-1".to_owned(),
        after: after.into_iter().map(|(field, text)| (field.to_owned(), Fact::Text(text))).collect(),
        before: BTreeMap::new(),
    }
}

#[test]
fn a_page_fits_into_a_message_whatever_was_written() {
    for text in ["W", "*", "🙂", "`", "<@1> ", "https://a.b/_*_ ", "~~"] {
        let entries: Vec<Told> = (0..PAGE).map(|n| kept(9_999_999_999 + n, &text.repeat(4000 / text.len()))).collect();
        let undone = entries.iter().map(|told| told.seq).collect();
        let lines = lines(entries, &undone);
        assert_eq!(lines.len(), usize::try_from(PAGE).expect("small"));
        assert!(lines.join("\n").chars().count() <= LINES, "{text}");
    }
}

#[test]
fn a_long_text_takes_the_room_that_short_ones_leave() {
    let entries = vec![kept(1, "short"), kept(2, &"long ".repeat(55))];
    let lines = lines(entries, &BTreeSet::new());
    assert!(lines[1].contains(&"long ".repeat(54)), "{}", lines[1]);
    assert_eq!(share(&[10, 10, 100], 60), 40);
    assert_eq!(share(&[10, 10, 30], 60), usize::MAX);
}

#[test]
fn an_entry_is_told_whole_in_as_many_parts_as_it_needs() {
    for text in ["word ", "W", "\\", "*", "🙂"] {
        let text = text.repeat(4000 / text.chars().count());
        let escaped = timeline::deed(&kept(1, &text), usize::MAX);
        let parts = apart(&escaped, WHOLE);
        assert!(parts.len() > 1 && parts.iter().all(|part| part.chars().count() <= WHOLE), "{}", parts.len());
        let blank = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(blank(&parts.concat()), blank(&escaped));
        // A backslash stays with what it shields.
        let shields = |part: &&str| part.chars().rev().take_while(|c| *c == '\\').count() % 2 == 0;
        assert!(parts[..parts.len() - 1].iter().all(shields) || text.starts_with('\\'));
    }
    assert_eq!(apart("", 10), [""]);
}
