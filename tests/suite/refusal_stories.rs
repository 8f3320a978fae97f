//! What is refused: each gets its sentence, nothing changes, nobody is pinged, and what matters is in the journal.

use std::time::Duration;

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::journal;
use wardroom::playground::{FaultPlan, Place, World};
use wardroom::snowflake::GuildId;

use crate::desk::{Database, Desk};

/// What there is of incidents and of the journal: it must be the same before and after a refusal.
async fn records(desk: &Desk) -> (i64, i64) {
    desk.store
        .read(|tx| {
            Box::pin(async move {
                let incidents: Option<(i64,)> =
                    tx.optional("SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) FROM incident", Vec::new()).await?;
                let entries: Option<(i64,)> =
                    tx.optional("SELECT COUNT(*) FROM journal_entry WHERE action <> 'refusal'", Vec::new()).await?;
                Ok((incidents.unwrap_or_default().0, entries.unwrap_or_default().0))
            })
        })
        .await
        .expect("records can be counted")
}

/// The space without width that keeps a mention from being one, made visible.
fn visible(text: &str) -> String {
    text.replace('\u{200b}', "␣")
}

async fn refusals(desk: &Desk) -> Vec<String> {
    let guild = GuildId(desk.playground.guild("").0);
    desk.store
        .read(move |tx| {
            Box::pin(async move {
                let told = journal::about(tx, guild, "refusal").await?;
                Ok(told.iter().filter_map(|told| told.text("guard").map(str::to_owned)).collect())
            })
        })
        .await
        .expect("the journal can be read")
}

/// Everything that was ever posted pinged nobody.
fn nobody_was_pinged(desk: &Desk, places: &[&str]) {
    for place in places {
        for message in desk.playground.messages(*place) {
            assert!(message.pinged.nobody(), "pinged: {}", message.text());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_input_gets_its_sentence_and_changes_nothing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let before = records(desk).await;
        let mut said = Vec::new();
        let long = format!("@everyone <@{}> \u{202e}```{}", desk.bob.id(), "x".repeat(5000));
        for (command, options) in [
            ("incident show", json!({"incident": "INC-99"})),
            ("incident show", json!({"incident": "PRB-1"})),
            ("incident show", json!({"incident": "<@1> *x*"})),
            ("incident ack", json!({})),
            ("incident note", json!({"incident": "INC-1", "text": "x", "at": "tomorrow 10:00"})),
            ("incident note", json!({"incident": "INC-1", "text": "x", "at": "soonish"})),
            ("incident update", json!({"incident": "INC-1", "message": "x", "next-update": "yesterday 10:00"})),
            ("incident resolve", json!({"incident": "INC-1", "summary": "x", "restored": "in 30m"})),
            ("incident resolve", json!({"incident": "INC-1", "summary": "x", "restored": "23:59"})),
            ("incident declare", json!({"title": "x", "started": "in 5m"})),
            ("incident declare", json!({"title": "x", "service": "chekout"})),
            ("incident declare", json!({"title": "x", "service": "\u{1f4a3}"})),
            ("incident reopen", json!({"incident": "INC-1", "reason": "x"})),
            ("incident close", json!({"incident": "INC-1", "as": "duplicate"})),
            ("incident priority", json!({"incident": "INC-1"})),
            ("service show", json!({"service": "nothing like it"})),
        ] {
            let answer = desk.alice.slash("general", command, options).await;
            assert!(answer.is_ephemeral(), "{command}");
            said.push(desk.text(&answer));
        }
        assert_snapshot!(said.join("\n"), @"
        There is no **INC-99** here. `/incident list` shows those that are open.
        `PRB-1` is not an incident number. Write it like `INC-42`.
        `<@1> *x*` is not an incident number. Write it like `INC-42`.
        Which incident? Name it with `incident:INC-7`, or use the command in its room.
        `at` lies in the future. When did it happen? Write it like `10:05` or `-20m`.
        `at`: `soonish` is not a time I can read; write it like `10:05`, `yesterday 18:00`, `-20m` or `2026-11-22 10:05`.
        `next-update` lies in the past. When will you tell more? Write it like `30m` or `14:00`.
        `restored` lies in the future. Service is restored when it is: leave it out for now, or give a time that has passed, like `-10m`.
        `restored` lies in the future. Service is restored when it is: leave it out for now, or give a time that has passed, like `-10m`.
        `started` lies in the future. When did it begin? Write it like `10:05` or `-20m`.
        There is no service **chekout**. Did you mean **checkout**?
        There is no service **💣**. `/service list` shows those that exist.
        **INC-1** is new: it is open already.
        **INC-1** closed as a duplicate needs a reason, for those who read it later: `reason:same as INC-3`.
        Nothing changes on **INC-1**: give an `impact`, `urgency`, `priority`, `major` or `service` that differs.
        There is no service **nothing like it**. `/service list` shows those that exist.
        ");
        // Hostile clients: what no client of Discord's would send.
        let raw = |name: &str, value: Value| {
            json!({"id": "1", "name": "incident", "type": 1, "options": [
                {"type": 1, "name": "declare", "options": [{"type": 3, "name": name, "value": value}]}]})
        };
        let mut said = Vec::new();
        for data in [
            raw("title", long.clone().into()),
            raw("title", "\u{202e}\u{200b}".into()),
            raw("colour", "red".into()),
            raw("title", 7.into()),
            json!({"id": "1", "name": "incident", "type": 1, "options": [{"type": 1, "name": "explode", "options": []}]}),
            json!({"id": "1", "name": "incident", "type": 1}),
        ] {
            let answer = desk.alice.slash_raw("general", data).await;
            said.push(desk.text(&answer));
        }
        assert_snapshot!(said.join("\n"), @"
        `title` takes at most 200 characters; yours has 5037. Say it shorter, the rest fits into `/incident note`.
        The title has no letters. What is wrong, in a few words?
        `/incident declare` has no option `colour`. It takes `title`, `service`, `impact`, `urgency`, `priority`, `description`, `started`, `kind`, `restricted`.
        `7` cannot be `title`, which is text.
        There is no command `/incident explode`. `/help` shows those that exist.
        There is no command `/incident`. `/help` shows those that exist.
        ");
        assert_eq!(records(desk).await, before);
        nobody_was_pinged(desk, &["general", "incidents"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_text_shows_as_text_everywhere_and_pings_nobody() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let hostile = format!("# @everyone <@{}> [bank](https://evil.example) \u{202e}gnp.exe ```x", desk.bob.id());
        let told = json!({"title": hostile, "description": format!("> {hostile}\n-# x"), "priority": "P3"});
        desk.alice.slash("general", "incident declare", told).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.alice.slash(room.clone(), "incident note", json!({"text": hostile})).await;
        desk.alice.slash(room.clone(), "incident update", json!({"message": hostile})).await;
        desk.typed(&desk.alice, "general", &format!("@wardroom p3 {hostile}")).await;
        desk.settle().await;
        assert_snapshot!(visible(&desk.tidy(&desk.card("INC-1").text())), @r"
        ### INC-1 · P3 · \# @␣everyone \<@␣1574726270976000009> \[bank]\(<https://evil.example>) gnp.exe \`\`\`x
        **🔴 New, nobody is on it** · service unknown
        P3 as given · declared ⟨10:00⟩ by @alice
        ✅ Response in time · 🟢 Resolution due ⟨17:00⟩
        **Last update** ⟨10:00⟩
        > \# @␣everyone \<@␣1574726270976000009> \[bank]\(<https://evil.example>) gnp.exe \`\`\`x
        -# Room: #room
        ");
        assert_snapshot!(visible(&desk.seen_in(room.clone())), @r"
        📝 @alice: \# @␣everyone \<@␣1574726270976000009> \[bank]\(<https://evil.example>) gnp.exe \`\`\`x
        ---
        📣 @alice, update: \# @␣everyone \<@␣1574726270976000009> \[bank]\(<https://evil.example>) gnp.exe \`\`\`x
        ");
        nobody_was_pinged(desk, &["incidents"]);
        for message in desk.playground.messages(room) {
            assert!(message.pinged.nobody(), "pinged: {}", message.text());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_card_tells_how_things_are() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports", "service": "reporting"})).await;
        desk.settle().await;
        let stale = desk.card("INC-1");
        desk.bob.click(&stale, "Acknowledge").await;
        let second = desk.alice.click(&stale, "w1:incident.ack:INC-1").await;
        assert_snapshot!(desk.text(&second), @"**INC-1** was acknowledged by @bob ⟨10:00⟩. Nothing to do; help in its room.");
        desk.bob.slash("general", "incident resolve", json!({"incident": "INC-1", "summary": "restarted"})).await;
        let third = desk
            .alice
            .send_raw(
                3,
                "incidents",
                Some(stale.id),
                json!({"component_type": 2, "custom_id": "w1:incident.resolve:INC-1"}),
            )
            .await;
        assert_snapshot!(desk.text(&third), @"**INC-1** was resolved by @bob ⟨10:00⟩. It can be closed (`/incident close`) or reopened (`/incident reopen`).");
        let unknown = desk
            .alice
            .send_raw(3, "incidents", Some(stale.id), json!({"component_type": 2, "custom_id": "w0:explode"}))
            .await;
        assert_snapshot!(desk.text(&unknown), @"That button is from another time: this version of wardroom does not know it. Use the command instead; `/help` shows them.");
        let forged = desk
            .alice
            .send_raw(
                3,
                "incidents",
                Some(stale.id),
                json!({"component_type": 2, "custom_id": "w1:incident.ack:INC-77"}),
            )
            .await;
        assert_snapshot!(desk.text(&forged), @"There is no **INC-77** here. `/incident list` shows those that are open.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lacks_the_capability_is_told_who_has_it_and_the_journal_knows() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports"})).await;
        desk.settle().await;
        let before = records(desk).await;
        let mut said = Vec::new();
        let answer = desk.carla.click(&desk.card("INC-1"), "Acknowledge").await;
        said.push(desk.text(&answer));
        let resolve = json!({"incident": "INC-1", "summary": "x"});
        said.push(desk.text(&desk.carla.slash("general", "incident resolve", resolve).await));
        said.push(desk.text(&desk.alice.slash("general", "service add", json!({"name": "x"})).await));
        let zone = json!({"timezone": "Europe/Berlin"});
        said.push(desk.text(&desk.alice.slash("general", "setup timezone", zone).await));
        let typed = desk.typed(&desk.carla, "general", "@wardroom INC-1 resolved: x").await;
        said.push(desk.tidy(&typed.text()));
        assert_snapshot!(said.join("\n"), @"
        This needs the `responder` capability. It is held by @&Responders. Ask one of them.
        This needs the `responder` capability. It is held by @&Responders. Ask one of them.
        This needs the `service-owner` capability, and no role has it yet. Ask an administrator to map one: `/setup role capability:service-owner`.
        This needs the `administrator` capability: the Manage Server permission, or a role mapped with `/setup role`. A typed message does not carry the permission; use the slash command.
        This needs the `responder` capability. It is held by @&Responders. Ask one of them.
        ");
        assert_eq!(records(desk).await, before);
        assert_eq!(refusals(desk).await, ["policy.capability"; 5]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_refused_cannot_undo_what_another_did() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.alice.slash("general", "incident declare", json!({"title": "slow reports", "service": "reporting"})).await;
        desk.settle().await;
        let room = desk.room("INC-1");
        desk.bob.slash(room.clone(), "incident resolve", json!({"summary": "restarted"})).await;
        desk.carla.slash(room.clone(), "incident priority", json!({"priority": "P1"})).await;
        let before = records(desk).await;
        let undo = desk.carla.slash(room.clone(), "incident undo", json!({})).await;
        assert!(desk.text(&undo).contains("the last step is not yours"), "{}", desk.text(&undo));
        assert_eq!(records(desk).await, before);
        let undo = desk.bob.slash(room, "incident undo", json!({})).await;
        assert!(desk.text(&undo).starts_with("Taken back"), "{}", desk.text(&undo));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_too_late_is_not_done() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let before = records(desk).await;
        // Every interaction is on its way for a while, and meanwhile four seconds pass.
        let late = FaultPlan { late_interaction: 1.0, late_by: Duration::from_millis(100), ..FaultPlan::default() };
        desk.playground.faults().plan(late);
        let (answer, ()) =
            tokio::join!(desk.alice.slash("general", "incident declare", json!({"title": "late"})), async {
                desk.clock.advance(TimeDelta::seconds(4));
            },);
        assert_snapshot!(desk.text(&answer), @"That reached me 4 s late, so I did nothing. Please do it again.");
        assert_eq!(records(desk).await, before);
        assert_eq!(refusals(desk).await, ["command.stale"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_direct_message_it_says_where_it_works() {
    Desk::on_sqlite(async |desk| {
        let answer = desk.alice.slash_raw(Place::Direct, json!({"id": "1", "name": "help", "type": 1})).await;
        assert_snapshot!(desk.text(&answer), @"wardroom keeps the records of a server, so it works there and not in direct messages. Go to your server and try again.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_never_see_each_other() {
    for database in Database::each().await {
        let world = World::sample();
        let desk = Desk::open(database, world).await;
        desk.set_up().await;
        let rival = desk.playground.add_guilds(
            &World::guild("Rival Bank")
                .role("Ops", 0)
                .person("Eve Adler", &["Ops"])
                .owner("Olga Ott", &["Ops"])
                .channel("vault"),
        );
        assert_eq!(rival.len(), 1);
        let (eve, olga) = (desk.playground.person("eve"), desk.playground.person("olga"));
        let ours = json!({"title": "harbour secret", "service": "checkout", "priority": "P1"});
        desk.alice.slash("general", "incident declare", ours).await;
        desk.alice.slash("general", "incident declare", json!({"title": "harbour second"})).await;
        let theirs = eve.slash("vault", "incident declare", json!({"title": "rival vault"})).await;
        assert!(theirs.text().contains("**INC-1**"), "each server counts for itself: {}", theirs.text());
        desk.settle().await;
        let foreign_button = desk.card("INC-1").button("Acknowledge").expect("a button").custom_id;
        let mut said = Vec::new();
        for (command, options) in [
            ("incident show", json!({"incident": "INC-2"})),
            ("incident ack", json!({"incident": "INC-2"})),
            ("incident note", json!({"incident": "INC-2", "text": "x"})),
            ("incident timeline", json!({"incident": "INC-2"})),
            ("incident resolve", json!({"incident": "INC-2", "summary": "x"})),
            ("incident list", json!({"state": "all"})),
            ("incident find", json!({"text": "secret"})),
            ("incident declare", json!({"title": "x", "service": "checkout"})),
            ("service list", json!({})),
            ("service show", json!({"service": "checkout"})),
            ("setup show", json!({})),
        ] {
            said.push(olga.slash("vault", command, options).await.text());
        }
        // The same custom id means the own record here.
        said.push(
            olga.send_raw(3, "vault", None, json!({"component_type": 2, "custom_id": foreign_button})).await.text(),
        );
        for (option, typed) in [("incident", ""), ("incident", "harbour"), ("service", "")] {
            let command = if option == "service" { "incident declare" } else { "incident show" };
            let choices = olga.complete("vault", command, json!({option: typed}), option).await;
            said.extend(choices.into_iter().map(|(name, _)| name));
        }
        let all = said.join("\n");
        assert!(!all.contains("harbour") && !all.contains("tier"), "{all}");
        assert!(desk.card("INC-1").text().contains("New, nobody is on it"));
        desk.close().await;
    }
}
