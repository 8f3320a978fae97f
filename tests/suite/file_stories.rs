//! Files: those that wardroom gives, and those of messages that were kept.

use chrono::TimeDelta;
use serde_json::json;
use wardroom::chat::file::File;
use wardroom::chat::message::Message;
use wardroom::number::{Kind, Number};
use wardroom::outbox::effect::Lane;
use wardroom::outbox::{self, Post, To};
use wardroom::playground::Fault;
use wardroom::snowflake::{ChannelId, GuildId};
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
