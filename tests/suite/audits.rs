//! Holding records against the journal: what was changed, taken away or added behind wardroom's back is named, and nothing else is.

use serde_json::json;
use wardroom::args;
use wardroom::incident::audit;
use wardroom::setup;
use wardroom::snowflake::GuildId;
use wardroom::store::Store;

use crate::desk::{Database, Desk, morning};

/// What an audit finds after `tampering`, which is taken back by `mending`.
async fn found_after(desk: &Desk, tampering: &'static str, mending: &'static str) -> String {
    let change = async |sql: &'static str| {
        let done = desk.store.write(move |tx| {
            Box::pin(async move {
                for sql in sql.split(';').map(str::trim).filter(|sql| !sql.is_empty()) {
                    tx.execute(sql, Vec::new()).await?;
                }
                Ok(())
            })
        });
        done.await.expect("a database can be edited");
    };
    change(tampering).await;
    let guild = desk.store.read(|tx| Box::pin(wardroom::setup::store::all(tx))).await.expect("guilds")[0];
    let found = audit::differences(&desk.store, guild).await.expect("records can be read");
    change(mending).await;
    found.iter().map(|(number, field)| format!("{number} {field}")).collect::<Vec<_>>().join(", ")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_names_what_was_changed_and_not_what_was_renamed() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for n in 1..=3 {
            let told = json!({"title": format!("fault {n}"), "service": "checkout"});
            desk.alice.slash("general", "incident declare", told).await;
        }
        desk.settle().await;
        let other_words = found_after(
            desk,
            "UPDATE incident SET title = 'another' WHERE number = 3",
            "UPDATE incident SET title = 'fault 3' WHERE number = 3",
        );
        assert_eq!(other_words.await, "INC-3 title");
        let other_clock = found_after(
            desk,
            "UPDATE clock SET state = 'stopped' WHERE number = 2 AND metric = 'resolution'",
            "UPDATE clock SET state = 'running' WHERE number = 2 AND metric = 'resolution'",
        );
        assert_eq!(other_clock.await, "INC-2 clocks");
        // Renaming a service is no change of its incidents.
        desk.dev.slash("general", "service edit", json!({"service": "checkout", "name": "the shop"})).await;
        assert_eq!(found_after(desk, "", "").await, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_walks_to_the_last_number_over_what_was_taken_away() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        let guild = GuildId(42);
        store
            .write(move |tx| {
                Box::pin(async move {
                    setup::store::find_or_start(tx, guild, morning()).await?;
                    tx.execute(
                        "INSERT INTO number_sequence (guild_id, name, last) VALUES ($1, 'INC', 120)",
                        args![guild],
                    )
                    .await?;
                    // More than are read in one view, and far beyond the last.
                    for number in [1_i64, 3, 119, 9_000_000_000] {
                        tx.execute(
                            "INSERT INTO incident (guild_id, number, version, state, kind, title, impact, urgency, priority,
                                                   priority_fixed, major, restricted, reporter_id, declared_at,
                                                   acknowledged_implied, reopened)
                             VALUES ($1, $2, 1, 'new', 'live', 'x', 'high', 'high', 1, 0, 0, 0, 7, 0, 0, 0)",
                            args![guild, number],
                        )
                        .await?;
                    }
                    Ok(())
                })
            })
            .await
            .expect("a database can be edited");
        let found = audit::differences(&store, guild).await.expect("records can be read");
        let named = |wanted: &str| {
            let numbers = found.iter().filter(|(_, field)| *field == wanted).map(|(number, _)| number.value);
            numbers.collect::<Vec<_>>()
        };
        // The journal knows nothing of any of them.
        assert_eq!(named("state"), [1, 3, 119]);
        assert_eq!(named(audit::UNNUMBERED), [9_000_000_000]);
        let missing: Vec<i64> = (1..=120).filter(|number| ![1, 3, 119].contains(number)).collect();
        assert_eq!(named(audit::MISSING), missing);
        store.close().await;
    }
}
