//! Where records live in chat: one card and one room each, and what wardroom itself says there.

use std::collections::BTreeSet;

use wardroom::journal::Told;
use wardroom::playground::{Id, Message, Thread};

use super::Oracle;

impl<'a> Oracle<'a> {
    /// One card and one room for each incident and for each review, and numbers without gaps.
    pub(super) fn cards(&mut self) {
        let records = self.records;
        let numbers: Vec<i64> = records.incidents.iter().map(|incident| incident.number.value).collect();
        let gapless: Vec<i64> = (1..).take(numbers.len()).collect();
        self.must(numbers == gapless, || format!("the numbers have gaps: {numbers:?}"));
        let threads = self.playground.threads("incidents");
        let mut reviews = 0;
        for incident in &records.incidents {
            let number = incident.number.value;
            self.home(
                &format!("INC-{number}"),
                &format!("INC-{number} · "),
                &threads,
                &format!("INC-{number} "),
                incident.restricted,
            );
            let begun = self.entries(number).iter().filter(|told| told.action == "incident.review-open").count();
            self.must(begun <= 1, || format!("the review of INC-{number} began {begun} times"));
            let known = records.rooms.contains_key(&format!("REV-{number}"));
            self.must(known == (begun == 1), || {
                format!("the review of INC-{number} began {begun} times, and has a home: {known}")
            });
            if begun > 0 {
                reviews += 1;
                let heading = format!("### Review of INC-{number} · ");
                let room = format!("Review of INC-{number} ");
                self.home(&format!("REV-{number}"), &heading, &threads, &room, incident.restricted);
            }
        }
        self.must(threads.len() == numbers.len() + reviews, || {
            format!("there are {} rooms of {} incidents and {reviews} reviews", threads.len(), numbers.len())
        });
    }

    /// The card and the room of `record`: of a restricted one both are in one private thread, of any other the thread is on the card.
    fn home(&mut self, record: &str, heading: &str, threads: &[Thread], room: &str, restricted: bool) {
        let rooms: Vec<&Thread> = threads.iter().filter(|thread| thread.name.starts_with(room)).collect();
        let shows = |said: &&Message| {
            let text = said.text();
            let first = text.lines().next().unwrap_or_default();
            said.is_v2() && first.contains(heading) && (heading.starts_with('#') || !first.contains("Review of "))
        };
        let cards: Vec<(Id, Id)> =
            self.chat.values().flatten().filter(shows).map(|card| (card.channel, card.id)).collect();
        self.must(cards.len() == 1 && rooms.len() == 1, || {
            format!("{record} has {} cards and {} rooms", cards.len(), rooms.len())
        });
        let ([(channel, card)], [room]) = (cards.as_slice(), rooms.as_slice()) else { return };
        let fits = if restricted {
            room.private && *channel == room.id
        } else {
            !room.private && room.id == *card && *channel == self.playground.channel("incidents")
        };
        self.must(fits, || format!("{record} has its card {card} in {channel}, and this room: {room:?}"));
        let known = self.records.rooms.get(record).copied().unwrap_or_default();
        self.must(known == (Some(card.0), Some(room.id.0)), || {
            format!("{record} looks for its card and room at {known:?}, they are {card} and {}", room.id)
        });
    }

    /// What wardroom says because of an entry stands once, in its place: a report with its three files in the thread of the review, a
    /// notice before management.
    pub(super) fn consequences(&mut self) -> String {
        let (mut reports, mut notices) = (0, 0);
        let records = self.records;
        let management = Some(self.playground.channel("management").0);
        let mut wanted = BTreeSet::new();
        for (number, told) in
            records.by_incident.iter().flat_map(|(number, of)| of.iter().map(move |told| (number, told)))
        {
            let (kind, place) = match told.action.as_str() {
                "incident.report" => {
                    reports += 1;
                    ("report", records.rooms.get(&format!("REV-{number}")).and_then(|(_, thread)| *thread))
                }
                "incident.notice" => {
                    notices += 1;
                    ("management", management)
                }
                _ => continue,
            };
            let rows: Vec<_> = records.said.iter().filter(|row| is_for(&row.key, kind, told)).collect();
            let said: Vec<Message> = rows.iter().filter_map(|row| self.message(Id(row.message?)).cloned()).collect();
            wanted.extend(rows.iter().map(|row| row.key.as_str()));
            let fits = said.len() == 1 && said.iter().all(|said| Some(said.channel.0) == place);
            self.must(fits, || {
                format!("INC-{number}: the {kind} of entry {} stands {} times where it belongs", told.seq, rows.len())
            });
            let files: Vec<usize> = said.iter().map(|said| said.attachments.len()).collect();
            self.must(kind != "report" || files == [3], || {
                format!("INC-{number}: the report of entry {} has {files:?} files", told.seq)
            });
        }
        for row in records.said.iter().filter(|row| row.key.starts_with("report:")) {
            self.must(wanted.contains(row.key.as_str()), || format!("{} is the report of no entry", row.key));
        }
        format!("reviews reported: {reports}; notices to management: {notices}")
    }

    fn message(&self, id: Id) -> Option<&Message> {
        self.chat.values().flatten().find(|said| said.id == id)
    }

    pub(super) fn entries(&self, number: i64) -> &'a [Told] {
        self.records.by_incident.get(&number).map_or(&[], Vec::as_slice)
    }
}

/// Whether `key` is that of the post of this kind that `told` caused: `report:<server>:<entry>`.
fn is_for(key: &str, kind: &str, told: &Told) -> bool {
    let mut parts = key.split(':');
    parts.next() == Some(kind) && parts.nth(1).and_then(|seq| seq.parse().ok()) == Some(told.seq)
}
