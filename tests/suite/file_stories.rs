//! Files: those that wardroom gives, and those of messages that were kept.

use chrono::{DateTime, TimeDelta, Utc};
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::chat::changed::Edited;
use wardroom::chat::file::File;
use wardroom::chat::message::Message;
use wardroom::incident::capture::follow;
use wardroom::number::{Kind, Number};
use wardroom::outbox::effect::Lane;
use wardroom::outbox::{self, Post, To};
use wardroom::playground::{Answer, Fault, FaultPlan, Id, Message as Seen, Person};
use wardroom::snowflake::{ChannelId, GuildId, MessageId};
use wardroom::{args, document};

use crate::desk::{Desk, morning};

const POST: (&str, &str) = ("POST", "/channels/{channel}/messages");

fn guild(desk: &Desk) -> GuildId {
    GuildId(desk.playground.guild("").0)
}

/// Plans a post with a file, as a report of INC-1 would.
async fn post_a_report(desk: &Desk, key: &'static str, bytes: &'static [u8]) {
    let (guild, channel) = (guild(desk), ChannelId(desk.playground.channel("management").0));
    let work = desk.store.write(move |tx| {
        Box::pin(async move {
            let about = Number { kind: Kind::Incident, value: 1 };
            let file = File::new("INC-1 report.html", "text/html", bytes).described("The report").about(about);
            let message = Message::say("The report of INC-1").file(file);
            let (to, key) = (To::Channel(channel), key.to_owned());
            let post = Post { guild, lane: Lane::State, to, key, message: &message, otherwise: None };
            outbox::post(tx, morning(), post).await
        })
    });
    work.await.expect("it is planned");
}

/// The number in "as entry 8.".
fn entry_of(answer: &str) -> i64 {
    let number: String =
        answer.rsplit("entry ").next().unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    number.parse().unwrap_or_else(|_| panic!("no entry is named in {answer:?}"))
}

/// Name, size and whether there are bytes, of each document.
async fn documents(desk: &Desk) -> Vec<(String, i64, i64)> {
    let sql = "SELECT name, size, CAST(CASE WHEN bytes IS NULL THEN 0 ELSE 1 END AS BIGINT) FROM document ORDER BY document_id";
    let work = desk.store.read(move |tx| Box::pin(async move { tx.all(sql, args![]).await }));
    work.await.expect("documents can be read")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_with_a_file_is_made_once_and_a_correction_keeps_the_file() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        // The first attempt is carried out and its answer lost: with the nonce the second gives back the same message.
        desk.playground.faults().next(POST.0, POST.1, Fault::ErrorAfter);
        post_a_report(desk, "report", b"<p>all is well</p>").await;
        post_a_report(desk, "report", b"<p>the same once more</p>").await;
        desk.settle().await;
        let [message] = desk.playground.messages("management").try_into().expect("one message");
        assert_eq!(desk.playground.file(&message, "INC-1_report.html").expect("the file"), b"<p>all is well</p>");
        let attachment = &message.attachments[0];
        assert_eq!(
            (&attachment["content_type"], &attachment["description"]),
            (&json!("text/html"), &json!("The report"))
        );

        let guild = guild(desk);
        let corrected = desk.store.write(move |tx| {
            Box::pin(async move {
                outbox::correct(tx, morning(), guild, "report", &Message::say("A report of INC-1")).await
            })
        });
        corrected.await.expect("it is corrected");
        desk.settle().await;
        let [message] = desk.playground.messages("management").try_into().expect("one message");
        assert_eq!((message.text().as_str(), message.attachments.len()), ("A report of INC-1", 1));
        assert_eq!(documents(desk).await, [("INC-1_report.html".to_owned(), 18, 1)]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn long_after_a_lost_answer_a_post_with_a_file_is_found_and_not_made_again() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.playground.faults().next_times(3, POST.0, POST.1, &Fault::ErrorAfter);
        post_a_report(desk, "report", b"x").await;
        desk.clock.advance(TimeDelta::minutes(1));
        desk.clock.advance(TimeDelta::minutes(5));
        desk.settle().await;
        assert_eq!(desk.playground.messages("management").len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_outlives_its_post_and_loses_its_bytes_when_a_text_is_removed() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        let note = json!({"text": "the password is swordfish", "incident": "INC-1"});
        let noted = desk.alice.slash("general", "incident note", note).await;
        post_a_report(desk, "report", b"the password is swordfish").await;
        desk.settle().await;
        let pruned = desk.store.write(|tx| Box::pin(outbox::prune(tx, morning() + TimeDelta::days(30))));
        assert!(pruned.await.expect("it is pruned") > 0);
        assert_eq!(documents(desk).await, [("INC-1_report.html".to_owned(), 25, 1)]);

        let entry = entry_of(&desk.text(&noted));
        let redact = json!({"incident": "INC-1", "entry": entry, "redact": "a password"});
        desk.alice.slash("general", "incident timeline", redact).await;
        assert_eq!(documents(desk).await, [("INC-1_report.html".to_owned(), 25, 0)]);
        let guild = guild(desk);
        let found = desk.store.read(move |tx| Box::pin(async move { document::find(tx, guild, 1).await }));
        assert!(found.await.expect("it can be read").is_none());
    })
    .await;
}

const FILE: &str = "/attachments/{channel}/{id}/{name}";

/// An incident with a room.
async fn declared(desk: &Desk) {
    desk.set_up().await;
    desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
    desk.settle().await;
}

/// `person` keeps a message that was written in the room of INC-1; the entry.
async fn kept(desk: &Desk, person: &Person, message: Id) -> i64 {
    let answer = person.message_command("Add to timeline", desk.room("INC-1"), message).await;
    let entry = entry_of(&desk.text(&answer));
    desk.settle().await;
    entry
}

/// What `/incident timeline` shows of one entry.
async fn shown(desk: &Desk, entry: i64) -> Answer {
    desk.bob.slash("general", "incident timeline", json!({"incident": "INC-1", "entry": entry})).await.finished().await
}

/// The lines about files.
fn about_files(desk: &Desk, answer: &Answer) -> String {
    let text = desk.text(answer);
    text.lines().filter(|line| line.starts_with('📎')).collect::<Vec<_>>().join("\n")
}

fn handed_out(answer: &Answer) -> Seen {
    answer.message().expect("an answer")
}

/// State and size of bytes of each file.
async fn files(desk: &Desk) -> Vec<(String, i64)> {
    let sql = "SELECT state, CAST(COALESCE(LENGTH(bytes), -1) AS BIGINT) FROM capture_file ORDER BY file_id";
    let work = desk.store.read(move |tx| Box::pin(async move { tx.all(sql, args![]).await }));
    work.await.expect("files can be read")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_kept_with_its_files_and_they_are_handed_out_again() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let large = vec![7; 9 * 1024 * 1024];
        let attached =
            [("graph.png", "image/png", b"\x89PNG".as_slice()), ("heap dump.bin", "application/x-dump", &large)];
        let said = desk.bob.says_with_files(desk.room("INC-1"), "it began at 09:58", &attached).await;
        let entry = kept(desk, &desk.alice, said).await;
        let answer = shown(desk, entry).await;
        assert!(answer.is_ephemeral());
        let text = desk.text(&answer);
        assert!(
            text.contains("📌 @alice kept a message of Bob Okafor: it began at 09:58\nFiles: graph.png, heap_dump.bin"),
            "{text}"
        );
        assert_snapshot!(about_files(desk, &answer), @"
        📎 graph.png · 4 bytes · kept
        📎 heap_dump.bin · 9 MiB · not kept: it is larger than 8 MiB
        ");
        let message = handed_out(&answer);
        assert_eq!(message.attachments.len(), 1);
        assert_eq!(desk.playground.file(&message, "graph.png").expect("the file"), b"\x89PNG");
        // What was typed is read by everyone, and gives no files.
        let typed = desk
            .typed(&desk.bob, "general", &format!("@wardroom incident timeline entry:{entry} incident:INC-1"))
            .await;
        assert!(
            typed.attachments.is_empty() && typed.text().contains("graph.png · 4 bytes · kept"),
            "{}",
            typed.text()
        );
        // The same message is kept once.
        let again = desk.alice.message_command("Add to timeline", desk.room("INC-1"), said).await;
        assert_snapshot!(desk.text(&again), @"That message is on the timeline of **INC-1** already, as entry 8.");
        // Nothing noisy came of it: one line in the room.
        let lines = desk.seen_in(desk.room("INC-1"));
        assert_eq!(lines.matches("graph.png").count(), 1, "{lines}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_much_in_it_comes_after_a_deferral() {
    Desk::on_sqlite(async |desk| {
        declared(desk).await;
        let photo = vec![7; 3 * 1024 * 1024];
        let said = desk.bob.says_with_files(desk.room("INC-1"), "", &[("rack.jpg", "image/jpeg", &photo)]).await;
        let entry = kept(desk, &desk.alice, said).await;
        let answer = shown(desk, entry).await;
        assert!(answer.was_deferred());
        assert_eq!(desk.playground.file(&handed_out(&answer), "rack.jpg").expect("the file"), photo);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_one_incident_have_a_limit_together() {
    Desk::on_sqlite(async |desk| {
        declared(desk).await;
        let photo = vec![7; 8 * 1024 * 1024];
        let photos = [("rack.jpg", "image/jpeg", photo.as_slice()); 9];
        let said = desk.bob.says_with_files(desk.room("INC-1"), "", &photos).await;
        let entry = kept(desk, &desk.alice, said).await;
        let text = about_files(desk, &shown(desk, entry).await);
        assert_eq!(text.matches("8 MiB · kept").count(), 8, "{text}");
        assert!(text.ends_with("not kept: the files of this incident have 64 MiB already"), "{text}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_fetched_from_elsewhere_whatever_an_event_says() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let room = desk.playground.thread(desk.room("INC-1")).expect("a room").id;
        let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let trap_address = trap.local_addr().expect("an address");
        let file = |number: usize, url: String| {
            json!({"id": number.to_string(), "filename": format!("{number}.txt"), "size": 10, "content_type": "text/plain", "url": url})
        };
        let own = desk.playground.url();
        let files: Vec<Value> = [
            format!("http://{trap_address}/attachments/1/2/a.txt"),
            format!("http://127.0.0.1@{trap_address}/attachments/1/2/a.txt"),
            "http://169.254.169.254/attachments/latest/meta-data".to_owned(),
            "file:///etc/passwd".to_owned(),
            format!("{own}/api/v10/gateway"),
            format!("{own}/attachments/../page/world"),
        ]
        .into_iter()
        .enumerate()
        .map(|(number, url)| file(number, url))
        .collect();
        let command = desk.playground.commands().into_iter().find(|command| command["name"] == "Add to timeline");
        let data = json!({
            "id": command.expect("the command")["id"], "name": "Add to timeline", "type": 3, "target_id": "77",
            "resolved": {"messages": {"77": {
                "id": "77", "channel_id": room, "content": "see", "author": {"id": desk.bob.id(), "username": "bob"},
                "attachments": files,
            }}},
        });
        let answer = desk.alice.slash_raw(room, data).await;
        let entry = entry_of(&desk.text(&answer));
        desk.settle().await;
        let text = about_files(desk, &shown(desk, entry).await);
        assert_eq!(text.matches("not kept: its address is none of Discord's").count(), 6, "{text}");
        let knock = tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await;
        assert!(knock.is_err(), "somebody came to the trap");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_refused_and_what_fails_is_tried_again() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let trap = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let elsewhere = format!("http://{}/attachments/1/2/a.txt", trap.local_addr().expect("an address"));
        let say = async || desk.bob.says_with_files(desk.room("INC-1"), "", &[("a.txt", "text/plain", b"text")]).await;
        desk.playground.faults().next("GET", FILE, Fault::Redirected(elsewhere));
        let entry = kept(desk, &desk.alice, say().await).await;
        assert_snapshot!(about_files(desk, &shown(desk, entry).await), @"📎 a.txt · 4 bytes · not kept: its address leads elsewhere");
        assert!(tokio::time::timeout(std::time::Duration::ZERO, trap.accept()).await.is_err());

        desk.playground.faults().next_times(3, "GET", FILE, &Fault::ErrorBefore);
        let entry = kept(desk, &desk.alice, say().await).await;
        assert_eq!(desk.playground.faults().pending(), 0);
        assert_snapshot!(about_files(desk, &shown(desk, entry).await), @"📎 a.txt · 4 bytes · kept");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_commit_and_the_fetch_loses_nothing_and_fetches_nothing_twice() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        // Discord gives nothing, so the file is still to be fetched when the bot goes.
        desk.playground.faults().next_times(50, "GET", FILE, &Fault::ErrorBefore);
        let said = desk.bob.says_with_files(desk.room("INC-1"), "", &[("a.txt", "text/plain", b"text")]).await;
        let answer = desk.alice.message_command("Add to timeline", desk.room("INC-1"), said).await;
        let entry = entry_of(&desk.text(&answer));
        desk.restart(async {
            assert_eq!(files(desk).await, [("pending".to_owned(), -1)]);
            // A process that died in the middle leaves its lease behind.
            let died = "UPDATE capture_file SET state = 'fetching', lease_until = 1, lease_epoch = lease_epoch + 1";
            desk.store.write(move |tx| Box::pin(tx.execute(died, args![]))).await.expect("it is left behind");
            desk.playground.faults().none();
        })
        .await;
        desk.settle().await;
        assert_eq!(files(desk).await, [("kept".to_owned(), 4)]);
        // What is kept needs Discord no more.
        desk.bob.deletes(desk.room("INC-1"), said).await;
        desk.restart(async {}).await;
        desk.settle().await;
        let answer = shown(desk, entry).await;
        assert_eq!(desk.playground.file(&handed_out(&answer), "a.txt").expect("the file"), b"text");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_text_takes_its_files_along_and_an_undone_capture_never_was() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let room = desk.room("INC-1");
        let said =
            desk.bob.says_with_files(room.clone(), "@wardroom note: keys", &[("keys.txt", "text/plain", b"key")]).await;
        desk.settle().await;
        let entry = kept(desk, &desk.alice, said).await;
        assert_eq!(files(desk).await, [("kept".to_owned(), 3)]);
        let redact = json!({"incident": "INC-1", "entry": entry, "redact": "keys"});
        desk.alice.slash("general", "incident timeline", redact).await;
        assert_eq!(files(desk).await, [("removed".to_owned(), -1)]);
        let answer = shown(desk, entry).await;
        assert_snapshot!(about_files(desk, &answer), @"📎 *(file removed)*");
        assert!(handed_out(&answer).attachments.is_empty());
        // An edit would bring the words back.
        desk.pass(TimeDelta::minutes(1)).await;
        desk.bob.edits(room.clone(), said, "@wardroom note: the keys").await;
        let second = desk.bob.says_with_files(room.clone(), "see", &[("b.txt", "text/plain", b"b")]).await;
        kept(desk, &desk.alice, second).await;
        assert!(!desk.seen_in(room.clone()).contains("edited the message"));

        desk.alice.slash(room.clone(), "incident undo", json!({})).await;
        assert_eq!(files(desk).await.len(), 1);
        kept(desk, &desk.alice, second).await;
        assert_eq!(files(desk).await[1], ("kept".to_owned(), 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_and_the_end_of_a_kept_message_are_written_down_once() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let room = desk.room("INC-1");
        desk.typed(&desk.bob, room.clone(), "@wardroom note: the disk is full").await;
        let said = desk.playground.messages(room.clone()).first().expect("what was typed").id;
        kept(desk, &desk.alice, said).await;
        // Discord may tell everything twice.
        desk.playground.faults().plan(FaultPlan { duplicate_event: 1.0, ..FaultPlan::default() });
        desk.clock.advance(TimeDelta::minutes(2));
        desk.bob.edits(room.clone(), said, "@wardroom note: the disk is nearly full").await;
        let in_room = |text: &'static str| {
            let room = room.clone();
            async move {
                let written = move |message: &Seen| message.text().contains(text);
                desk.playground.wait_for(room, written, std::time::Duration::from_secs(10)).await;
                desk.settle().await;
            }
        };
        in_room("edited the message").await;
        // The same edit once more, or an older one that comes late, is no news; nor is one of a message that nobody kept.
        let at = desk.playground.message(room.clone(), said).and_then(|message| message.edited).expect("an edit");
        let told = async |message: u64, at: DateTime<Utc>| {
            let (guild, message, content) = (guild(desk), MessageId(message), "told again".to_owned());
            let edit = Edited { guild, message, author: None, content, at };
            follow::edited(&desk.store, edit, desk.clock.now(), TimeDelta::zero()).await.expect("it can be looked up")
        };
        assert!(!told(said.0, at).await && !told(said.0, at - TimeDelta::seconds(1)).await);
        assert!(!told(said.0 + 1, at + TimeDelta::seconds(1)).await);
        // Without a mention the bot may not read it: what it says now is unknown.
        desk.clock.advance(TimeDelta::minutes(2));
        desk.bob.edits(room.clone(), said, "never mind").await;
        desk.clock.advance(TimeDelta::minutes(2));
        desk.bob.deletes(room.clone(), said).await;
        in_room("was deleted in chat").await;
        desk.playground.faults().none();
        let timeline = desk.carla.slash(room.clone(), "incident timeline", json!({})).await;
        // A mention in a person's words is shown and calls nobody.
        let mention = regex::Regex::new(r"\\<@.\d+>").expect("a pattern");
        let text = desk.text(&timeline);
        let afterwards: Vec<&str> = text.lines().skip(4).collect();
        assert_snapshot!(mention.replace_all(&afterwards.join("\n"), "(mention)"), @"
        `10` ⟨10:02⟩ ✏️ @bob edited the message of entry 9: (mention) note: the disk is nearly full
        `11` ⟨10:06⟩ 🗑️ The message of entry 9 was deleted in chat
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clean_up_that_takes_a_kept_message_is_written_down_and_other_messages_leave_no_trace() {
    Desk::on_each_database(async |desk| {
        declared(desk).await;
        let room = desk.room("INC-1");
        let first = desk.bob.says(room.clone(), "the certificate ran out").await;
        let chatter = desk.bob.says(room.clone(), "@wardroom").await;
        desk.settle().await;
        let entry = kept(desk, &desk.alice, first).await;
        desk.bob.edits(room.clone(), chatter, "@wardroom help").await;
        desk.playground.delete_messages(room.clone(), &[chatter, first]);
        let told =
            move |message: &Seen| message.text() == format!("🗑️ The message of entry {entry} was deleted in chat");
        desk.playground.wait_for(room.clone(), told, std::time::Duration::from_secs(10)).await;
        desk.settle().await;
        let sql = "SELECT COUNT(*) FROM journal_entry WHERE action LIKE 'incident.message-%'";
        let count = desk.store.read(move |tx| Box::pin(async move { tx.optional::<(i64,)>(sql, args![]).await }));
        assert_eq!(count.await.expect("entries can be counted"), Some((1,)));
    })
    .await;
}
