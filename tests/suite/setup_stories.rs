//! Setting up a server, its services, and help.

use insta::assert_snapshot;
use serde_json::json;
use wardroom::playground::permissions;

use crate::desk::Desk;

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_sets_the_server_up_and_sees_what_is_missing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let answer = desk.dev.slash("general", "setup show", json!({})).await;
        assert_snapshot!(desk.text(&answer), @"
        **Set-up of this server**
        Times are read in `UTC`.
        `incidents` #incidents
        `changes` —
        `problems` —
        `management` #management
        `digests` —
        `operations` —
        `audit` —
        **Capabilities**
        `responder` @&Responders
        `incident-manager` nobody
        `problem-manager` nobody
        `change-manager` nobody
        `approver` nobody
        `service-owner` nobody
        `manager` nobody
        `auditor` nobody
        `administrator` members with Manage Server
        **Incidents**
        A resolved one closes after 7 days · a review is due within 5 working days · reminders of P3 to P5 rest `22:00-07:00` · management hears of a major one every 30 min
        `/setup check` tells what is missing.
        ");
        let answer = desk.dev.slash("general", "setup check", json!({})).await;
        assert_snapshot!(desk.text(&answer.finished().await), @"
        **All is well.**
        ✅ #incidents for `incidents`.
        ✅ #management for `management`.
        ✅ @&Responders is `responder`.
        ✅ Times are read in `UTC`. If your people write another: `/setup timezone`.
        ➖ No channel for `changes`: cards go to the channel of the command. To choose one: `/setup channel purpose:changes`.
        ➖ No channel for `problems`: cards go to the channel of the command. To choose one: `/setup channel purpose:problems`.
        ➖ No channel for `digests`: nothing is posted there. To choose one: `/setup channel purpose:digests`.
        ➖ No channel for `operations`: nothing is posted there. To choose one: `/setup channel purpose:operations`.
        ➖ No channel for `audit`: nothing is posted there. To choose one: `/setup channel purpose:audit`.
        ➖ `incident-manager` is mapped to no role: nobody has it. `/setup role capability:incident-manager`
        ➖ `problem-manager` is mapped to no role: nobody has it. `/setup role capability:problem-manager`
        ➖ `change-manager` is mapped to no role: nobody has it. `/setup role capability:change-manager`
        ➖ `approver` is mapped to no role: nobody has it. `/setup role capability:approver`
        ➖ `service-owner` is mapped to no role: nobody has it. `/setup role capability:service-owner`
        ➖ `manager` is mapped to no role: nobody has it. `/setup role capability:manager`
        ➖ `auditor` is mapped to no role: nobody has it. `/setup role capability:auditor`
        ➖ `administrator` is mapped to no role: members with Manage Server administrate.
        ");
        desk.playground.set_bot_permissions("incidents", permissions::BOT & !permissions::CREATE_PUBLIC_THREADS);
        let answer = desk.dev.slash("general", "setup check", json!({})).await;
        assert_snapshot!(desk.text(&answer.finished().await).lines().take(2).collect::<Vec<_>>().join("\n"), @"
        **One thing to mend:**
        ❌ #incidents for `incidents` lacks **Create Public Threads** for wardroom. Channel settings → Permissions → wardroom.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn times_are_read_in_the_zone_of_the_server() {
    Desk::on_each_database(async |desk| {
        let answer = desk.dev.slash("general", "setup timezone", json!({"timezone": "europe/berlin"})).await;
        assert_snapshot!(desk.text(&answer), @"Times are read in `Europe/Berlin` now, where it is 11:00 on 2026-11-24.");
        let choices = desk.dev.complete("general", "setup timezone", json!({"timezone": "berl"}), "timezone").await;
        assert_eq!(choices.into_iter().map(|(name, _)| name).collect::<Vec<_>>(), ["Europe/Berlin"]);
        let answer = desk.dev.slash("general", "setup timezone", json!({"timezone": "Berlin"})).await;
        assert_snapshot!(desk.text(&answer), @"`Berlin` is not a time zone. Did you mean `Europe/Berlin`?");
        // 10:50 in Berlin is 09:50 UTC.
        let answer = desk.alice.slash("general", "incident declare", json!({"title": "x y", "started": "10:50"})).await;
        assert!(desk.text(&answer).contains("Began ⟨09:50⟩"), "{}", desk.text(&answer));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_lives_from_its_naming_to_its_retirement() {
    Desk::on_each_database(async |desk| {
        let mut said = Vec::new();
        let owner = desk.carla.id().to_string();
        for (command, options) in [
            ("service list", json!({})),
            ("service add", json!({"name": "Checkout", "owner": owner, "tier": 1, "hours": "Mon-Fri 08:00-20:00", "description": "The till"})),
            ("service add", json!({"name": "  checkout "})),
            ("service add", json!({"name": "payments"})),
            ("service edit", json!({"service": "checkout", "name": "Till", "tier": 2})),
            ("service edit", json!({"service": "till", "tier": 2})),
            ("service edit", json!({"service": "till", "name": "Payments"})),
            ("service show", json!({"service": "till"})),
            ("service retire", json!({"service": "payments"})),
            ("service retire", json!({"service": "payments"})),
            ("incident declare", json!({"title": "cannot pay", "service": "payments"})),
            ("service list", json!({})),
            ("service list", json!({"retired": true})),
        ] {
            said.push(desk.text(&desk.dev.slash("general", command, options).await));
        }
        assert_snapshot!(said.join("\n---\n"), @r"
        There are no services yet. Add the first: `/service add`.
        ---
        Added: **Checkout** · tier 1 · owner @carla · Mon-Fri 08\:00-20:00
        ---
        There is a service **Checkout** already. Change it with `/service edit`.
        ---
        Added: **payments** · tier 2
        ---
        Changed: **Till** · tier 2 · owner @carla · Mon-Fri 08\:00-20:00
        ---
        Nothing changes on **Till**: give a name, owner, tier, hours or description that differs.
        ---
        There is a service **payments** already. Change it with `/service edit`.
        ---
        **Till** · tier 2 · owner @carla · Mon-Fri 08\:00-20:00
        > The till
        No incident is open on it.
        ---
        **payments** is retired. Records that name it stay as they are.
        ---
        **payments** is retired. Choose another, or add it anew under another name.
        ---
        **payments** is retired. Choose another, or add it anew under another name.
        ---
        **Till** · tier 2 · owner @carla · Mon-Fri 08\:00-20:00
        ---
        **payments** · tier 2 · retired ⟨10:00⟩
        **Till** · tier 2 · owner @carla · Mon-Fri 08\:00-20:00
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_given_and_taken_and_everyone_is_nobody_to_trust() {
    Desk::on_each_database(async |desk| {
        let role = desk.playground.role("Responders").to_string();
        let everyone = desk.playground.guild("").to_string();
        let mut said = Vec::new();
        for options in [
            json!({"capability": "responder", "role": role}),
            json!({"capability": "responder", "role": role}),
            json!({"capability": "approver", "role": everyone}),
            json!({"capability": "responder", "role": role, "remove": true}),
            json!({"capability": "responder", "role": role, "remove": true}),
        ] {
            said.push(desk.text(&desk.dev.slash("general", "setup role", options).await));
        }
        assert_snapshot!(said.join("\n"), @"
        @&Responders has `responder` now.
        @&Responders has `responder` already.
        `@everyone` cannot have `approver`: it would be no trust at all. Choose a role that people are given.
        @&Responders has `responder` no longer.
        @&Responders does not have `responder`. `/setup show` tells who has it.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn help_comes_from_the_catalogue() {
    Desk::on_sqlite(async |desk| {
        let answer = desk.carla.slash("general", "help", json!({})).await;
        assert_snapshot!(desk.text(&answer), @"
        **wardroom runs incidents here.** Something is wrong? `/incident declare`, or type `@wardroom p1 checkout is down`.
        **/incident** declare and run incidents: `declare` `show` `list` `find` `ack` `update` `note` `role` `priority` `resolve` `reopen` `close` `timeline` `handover` `hold` `resume` `escalate` `task` `link` `merge` `impact` `report` `review` `undo`
        **/service** the catalogue of services: `add` `edit` `list` `show` `retire`
        **/availability** whether service was there when it was promised: `report` `maintenance`
        **/setup** set wardroom up in this server: `show` `check` `channel` `role` `incidents` `timezone` `export` `import`
        **/sla** service levels: what is promised, and how it stands: `set` `show` `report` `why` `agreement` `calendar` `digest`
        **/help** what wardroom can do
        **/inbox** what waits for you, with the means to settle it
        On a message: **Apps → Declare incident**, **Apps → Add to timeline**.
        In the room of an incident its number is implied. More on one: `/help command:incident resolve`.
        ");
        let answer = desk.carla.slash("general", "help", json!({"command": "incident note"})).await;
        assert_snapshot!(desk.text(&answer), @"
        `/incident note text:… [at] [mark] [incident]`
        Put something on the timeline.
        • **text**: what happened
        • at: when it happened, if not now: 10:05, -20m
        • mark: what it stands for: `decision` `started` `detected` `identified` `mitigated` `restored`
        • incident: which; its room implies it
        ");
        let answer = desk.carla.slash("general", "help", json!({"command": "incident resolv"})).await;
        assert_snapshot!(desk.text(&answer), @"There is no command `incident resolv`. Did you mean `/incident resolve`?");
    })
    .await;
}
