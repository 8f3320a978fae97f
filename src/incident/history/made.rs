//! Entries that tests are made of.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::instant;
use crate::journal::{Fact, Told};
use crate::snowflake::UserId;

/// The minute that the others are counted from: 2026-11-24 09:00 UTC.
pub(crate) fn minute(minutes: i64) -> DateTime<Utc> {
    instant(1_795_510_800_000_000) + TimeDelta::minutes(minutes)
}

pub(crate) fn text(text: &str) -> Fact {
    Fact::Text(text.to_owned())
}

pub(crate) fn plain(text: impl ToString) -> Fact {
    Fact::plain(Some(text))
}

pub(crate) fn person(id: u64) -> Fact {
    Fact::Person(UserId(id))
}

pub(crate) fn at(minutes: i64) -> Fact {
    Fact::instant(Some(minute(minutes)))
}

/// Entries about one incident, in the order of their writing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entries {
    pub(crate) list: Vec<Told>,
    values: BTreeMap<String, Fact>,
}

impl Entries {
    /// Writes down at minute `written` that `actor` (0: wardroom) did `action` at minute `happened`. Returns its number.
    pub(crate) fn backdated(
        &mut self,
        (written, happened): (i64, i64),
        actor: u64,
        action: &str,
        facts: &[(&str, Fact)],
    ) -> i64 {
        let seq = self.list.last().map_or(1, |told| told.seq + 1);
        let after: BTreeMap<String, Fact> =
            facts.iter().map(|(field, fact)| ((*field).to_owned(), fact.clone())).collect();
        let before = after
            .keys()
            .map(|field| (field.clone(), self.values.get(field).cloned().unwrap_or(Fact::Nothing)))
            .collect();
        self.values.extend(after.clone());
        self.list.push(Told {
            seq,
            entry_at: minute(written),
            event_at: minute(happened),
            actor: (actor != 0).then_some(UserId(actor)),
            action: action.to_owned(),
            subject: "INC-7".to_owned(),
            after,
            before,
        });
        seq
    }

    /// As [`Self::backdated`], for what is written when it happens.
    pub(crate) fn add(&mut self, minutes: i64, actor: u64, action: &str, facts: &[(&str, Fact)]) -> i64 {
        self.backdated((minutes, minutes), actor, action, facts)
    }

    /// A declaration, with nothing said but the title.
    pub(crate) fn declared(minutes: i64) -> Self {
        let mut entries = Self::default();
        entries.add(
            minutes,
            1,
            "incident.declare",
            &[
                ("state", plain("new")),
                ("title", text("checkout is down")),
                ("impact", plain("medium")),
                ("urgency", plain("medium")),
                ("priority", plain("P3")),
                ("priority-fixed", plain("false")),
                ("major", plain("false")),
                ("restricted", plain("false")),
                ("kind", plain("live")),
                ("reopened", plain("0")),
            ],
        );
        entries
    }

    /// Somebody takes it.
    pub(crate) fn ack(&mut self, minutes: i64, by: u64) -> i64 {
        let facts = [
            ("state", plain("in-progress")),
            ("acknowledged-by", person(by)),
            ("acknowledged-at", at(minutes)),
            ("acknowledged-implied", plain("false")),
        ];
        self.add(minutes, by, "incident.ack", &facts)
    }

    /// Service came back at minute `restored`.
    pub(crate) fn resolve(&mut self, minutes: i64, restored: i64, by: u64) -> i64 {
        let facts = [
            ("state", plain("resolved")),
            ("restored", at(restored)),
            ("code", plain("fixed")),
            ("summary", text("rolled back")),
        ];
        self.add(minutes, by, "incident.resolve", &facts)
    }

    /// It was not over.
    pub(crate) fn reopen(&mut self, minutes: i64, by: u64) -> i64 {
        let facts = [
            ("state", plain("in-progress")),
            ("restored", Fact::Nothing),
            ("code", Fact::Nothing),
            ("summary", Fact::Nothing),
            ("reopened", plain(1)),
            ("reason", text("errors are back")),
        ];
        self.add(minutes, by, "incident.reopen", &facts)
    }

    /// A moment is marked at minute `happened`.
    pub(crate) fn mark(&mut self, (written, happened): (i64, i64), by: u64, mark: &str, words: &str) -> i64 {
        let mut facts = vec![("text", text(words)), ("mark", plain(mark))];
        if ["started", "restored"].contains(&mark) {
            facts.push((mark, at(happened)));
        }
        self.backdated((written, happened), by, "incident.note", &facts)
    }

    /// Entry `seq` is taken back.
    pub(crate) fn undo(&mut self, minutes: i64, by: u64, seq: i64) -> i64 {
        self.add(minutes, by, "incident.undo", &[("entry", plain(seq))])
    }

    /// Entry `seq` happened at minute `happened`.
    pub(crate) fn correct(&mut self, minutes: i64, by: u64, seq: i64, happened: Option<i64>, words: &str) -> i64 {
        let mut facts = vec![("entry", plain(seq)), ("text", text(words))];
        facts.extend(happened.map(|happened| ("at", at(happened))));
        self.add(minutes, by, "incident.correct", &facts)
    }

    /// The words of `seq` are removed, and that is put on record.
    pub(crate) fn redact(&mut self, minutes: i64, by: u64, seq: i64, reason: &str) -> i64 {
        for told in self.list.iter_mut().filter(|told| told.seq == seq) {
            for fact in told.after.values_mut().filter(|fact| matches!(fact, Fact::Text(_))) {
                *fact = Fact::Nothing;
            }
        }
        let facts = [("entry", plain(seq)), ("reason", text(reason)), ("also", Fact::Nothing)];
        self.add(minutes, by, "incident.redact", &facts)
    }
}
