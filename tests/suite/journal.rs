//! The journal on each database: every kind of tampering is found, and named by its first bad entry; erasure is no tampering.

use wardroom::journal::{self, Actor, Change, Draft, Fact, Verdict, verify};
use wardroom::setup;
use wardroom::snowflake::{GuildId, UserId};
use wardroom::store::Store;

use crate::desk::{Database, morning};

const GUILD: GuildId = GuildId(42);

/// A chain of three entries by one person, each with a text.
pub async fn three_entries(store: &Store) {
    store
        .write(|tx| {
            Box::pin(async move {
                setup::store::find_or_start(tx, GUILD, morning()).await?;
                for text in ["the disk is full", "the password is hunter2", "more disk"] {
                    let draft = Draft {
                        actor: Actor::Person(UserId(7), "Ada".to_owned()),
                        authority: "responder: by role".to_owned(),
                        source: "interaction:1".to_owned(),
                        action: "incident.note",
                        subject: "INC-1".to_owned(),
                        event_at: morning(),
                        changes: vec![
                            Change::new("text", Fact::Text(text.to_owned())),
                            Change::new("commander", Fact::Person(UserId(8))),
                        ],
                    };
                    journal::append(tx, GUILD, morning(), draft).await?;
                }
                Ok(())
            })
        })
        .await
        .expect("entries can be written");
}

/// What verification says after `tampering`.
async fn after(tampering: &'static str) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        three_entries(&store).await;
        store
            .write(move |tx| {
                Box::pin(async move {
                    for statement in tampering.split(';').map(str::trim).filter(|statement| !statement.is_empty()) {
                        tx.execute(statement, Vec::new()).await?;
                    }
                    Ok(())
                })
            })
            .await
            .expect("a database can be edited");
        verdicts.push(verify(&store, GUILD).await.expect("it can be read"));
        store.close().await;
    }
    verdicts
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_chain_is_sound() {
    for verdict in after("").await {
        assert!(matches!(verdict, Verdict::Sound { entries: 3, .. }), "{verdict:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_tampering_is_named_by_its_first_bad_entry() {
    for (tampering, bad) in [
        ("UPDATE journal_entry SET subject = 'INC-2' WHERE seq = 2", 2),
        ("UPDATE journal_entry SET event_at = event_at - 1 WHERE seq = 3", 3),
        ("UPDATE journal_entry SET entry = (SELECT entry FROM journal_entry WHERE seq = 1) WHERE seq = 2", 2),
        ("UPDATE journal_entry SET head = (SELECT head FROM journal_entry WHERE seq = 1) WHERE seq = 3", 3),
        ("UPDATE journal_text SET body = 'harmless' WHERE seq = 2", 2),
        ("UPDATE journal_identity SET user_id = 9 WHERE seq = 3 AND field = 'actor'", 3),
        ("UPDATE journal_identity SET user_id = 9 WHERE seq = 1 AND field = 'commander'", 1),
        (
            "DELETE FROM journal_text WHERE seq = 2; DELETE FROM journal_identity WHERE seq = 2; DELETE FROM journal_entry WHERE seq = 2",
            2,
        ),
        (
            "DELETE FROM journal_text WHERE seq = 3; DELETE FROM journal_identity WHERE seq = 3; DELETE FROM journal_entry WHERE seq = 3",
            3,
        ),
        ("DELETE FROM journal_text WHERE seq = 2", 2),
        ("DELETE FROM journal_person WHERE user_id = 7", 1),
        ("UPDATE journal_head SET seq = 2", 3),
        ("UPDATE journal_head SET head = (SELECT head FROM journal_entry WHERE seq = 1)", 3),
        ("DELETE FROM journal_head", 3),
    ] {
        for verdict in after(tampering).await {
            assert!(matches!(&verdict, Verdict::Broken { seq, .. } if *seq == bad), "{tampering}: {verdict:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_leaves_a_chain_that_verifies() {
    for erasure in ["DELETE FROM journal_identity WHERE user_id = 7; DELETE FROM journal_person WHERE user_id = 7"] {
        for verdict in after(erasure).await {
            assert!(matches!(verdict, Verdict::Sound { entries: 3, .. }), "{erasure}: {verdict:?}");
        }
    }
}
