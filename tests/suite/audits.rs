//! Holding records against the journal: what was changed, taken away or added behind wardroom's back is named, and nothing else is.

use serde_json::json;
use wardroom::incident::audit;

use crate::desk::Desk;

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
async fn an_audit_walks_to_the_last_number_and_names_what_is_wrong() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        for n in 1..=3 {
            let told = json!({"title": format!("fault {n}"), "service": "checkout"});
            desk.alice.slash("general", "incident declare", told).await;
        }
        desk.settle().await;
        let elsewhere = found_after(
            desk,
            "DELETE FROM incident_insider WHERE number = 2; UPDATE incident SET number = 900 WHERE number = 2",
            "UPDATE incident SET number = 2 WHERE number = 900",
        );
        assert_eq!(elsewhere.await, "INC-2 record, INC-900 number");
        let other_words = found_after(
            desk,
            "UPDATE incident SET title = 'another' WHERE number = 3",
            "UPDATE incident SET title = 'fault 3' WHERE number = 3",
        );
        assert_eq!(other_words.await, "INC-3 title");
        // More than are read in one view.
        let taken_away = found_after(
            desk,
            "UPDATE number_sequence SET last = 120 WHERE name = 'INC'",
            "UPDATE number_sequence SET last = 3 WHERE name = 'INC'",
        );
        let taken_away = taken_away.await;
        assert_eq!(taken_away.split(", ").count(), 117, "{taken_away}");
        assert!(taken_away.ends_with("INC-120 record"), "{taken_away}");
        // Renaming a service is no change of its incidents.
        desk.dev.slash("general", "service edit", json!({"service": "checkout", "name": "the shop"})).await;
        assert_eq!(found_after(desk, "", "").await, "");
    })
    .await;
}
