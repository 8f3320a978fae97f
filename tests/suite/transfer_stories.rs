//! `/setup export` and `/setup import`.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::args;
use wardroom::playground::{Answer, Fault, Person, World, permissions};
use wardroom::setup::{self, Guild};
use wardroom::snowflake::GuildId;
use wardroom::transfer;

use crate::desk::{Database, Desk};

/// What `/setup export` gives to `person`.
async fn exported(desk: &Desk, person: &Person) -> String {
    let answer = person.slash("general", "setup export", json!({})).await.finished().await;
    let message = answer.message().expect("an answer");
    assert!(answer.is_ephemeral());
    let bytes = desk.playground.file(&message, "wardroom-setup.toml").unwrap_or_else(|| panic!("{}", answer.text()));
    String::from_utf8(bytes).expect("text")
}

/// A file as an option.
fn attached(text: &str) -> Value {
    json!({"file": {"filename": "wardroom-setup.toml", "content": text, "content_type": "application/toml"}})
}

async fn imported(person: &Person, text: &str) -> Answer {
    person.slash("general", "setup import", attached(text)).await.finished().await
}

async fn pressed(person: &Person, preview: &Answer, button: &str) -> Answer {
    let message = preview.message().expect("a preview");
    person.click(&message, button).await.finished().await
}

/// A file of so many services.
fn services(count: usize) -> String {
    let one = |number: usize| format!("[[service]]\nname = \"service number {number}\"\n");
    std::iter::once("format = 1\n".to_owned()).chain((0..count).map(one)).collect()
}

/// A text with ids as the names of what they stand for.
fn named(desk: &Desk, text: &str) -> String {
    let mut text = desk.tidy(text);
    for channel in ["general", "incidents", "changes", "management", "operations"] {
        text = text.replace(&desk.playground.channel(channel).to_string(), &format!("⟨{channel}⟩"));
    }
    for role in ["Responders", "Managers", "Change approvers"] {
        text = text.replace(&format!("<@&{}>", desk.playground.role(role)), &format!("@&{role}"));
        text = text.replace(&desk.playground.role(role).to_string(), &format!("⟨{role}⟩"));
    }
    let text = text.replace(&desk.alice.id().to_string(), "⟨alice⟩").replace(&desk.bob.id().to_string(), "⟨bob⟩");
    text.replace(&desk.playground.guild("").to_string(), "⟨server⟩")
}

/// What the journal says was done, oldest first.
async fn deeds(desk: &Desk) -> Vec<String> {
    let sql = "SELECT action || ' ' || subject FROM journal_entry ORDER BY seq";
    let rows: Vec<(String,)> =
        desk.store.read(move |tx| Box::pin(async move { tx.all(sql, args![]).await })).await.expect("it can be read");
    rows.into_iter().map(|(deed,)| deed).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_up_is_one_file_that_people_can_read() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let owner = json!({"service": "checkout", "owner": desk.alice.id().to_string(), "tier": 1,
            "hours": "Mon-Fri 09:00-17:30", "description": "What \"customers\" pay with\nand where"});
        desk.alice.slash("general", "incident declare", json!({"title": "so that Alice is known"})).await;
        desk.dev.slash("general", "service edit", owner).await;
        desk.dev.slash("general", "service retire", json!({"service": "reporting"})).await;
        assert_snapshot!(named(desk, &exported(desk, &desk.dev).await), @r##"
        # What wardroom is set up to do in Harbour Payments (server ⟨server⟩), as of 2026-11-24 10:00 UTC.
        # /setup import brings it in: you see first what would change. What is not named here stays as it is.
        # Where an id of a channel or role stands, its name will do: "#incidents", "@Responders".

        format = 1

        # The zone in which times are typed and shown in documents, by its IANA name
        [server]
        timezone = "UTC"

        # Where wardroom posts, by purpose
        [channels]
        incidents = "⟨incidents⟩"  # #incidents
        # changes is not set
        # problems is not set
        management = "⟨management⟩"  # #management
        # digests is not set
        # operations is not set
        # audit is not set

        # The roles that are trusted with each capability; an import adds roles and takes none away
        [roles]
        responder = [
            "⟨Responders⟩",  # @Responders
        ]
        # incident-manager is mapped to no role
        # problem-manager is mapped to no role
        # change-manager is mapped to no role
        # approver is mapped to no role
        # service-owner is mapped to no role
        # manager is mapped to no role
        # auditor is mapped to no role
        # administrator is mapped to no role

        # How incidents are run
        [incidents]
        close-after = 7  # days from restored to closed by itself
        review-within = 5  # working days from resolved to a review
        quiet-hours = "22:00-07:00"  # when reminders of P3 to P5 wait, or off
        notice-every = 30  # minutes between notices of a major incident

        # The hours in which service is promised. One without a timezone goes by the server's.
        # `days` are those that are not as the others: "2026-12-25 closed Christmas Day", "2026-12-28 10:00-14:00 Sale".

        [[calendar]]
        name = "24x7"
        hours = "24x7"

        [[calendar]]
        name = "office"
        hours = "Mon-Fri 09:00-17:00"

        # The catalogue of services, each under [[service]] of its own. A service whose name is new is added;
        # one that is there becomes as its lines say, and what is left out stays. `retired = true` retires it for good.

        [[service]]
        name = "checkout"
        owner = "⟨alice⟩"  # Alice Chen
        tier = 1
        hours = "Mon-Fri 09:00-17:30"
        description = """
        What "customers" pay with
        and where"""

        [[service]]
        name = "payments"
        tier = 2

        [[service]]
        name = "reporting"
        tier = 2
        retired = true

        # What is promised: sla to customers, ola within the house, supplier by a supplier; one without a service is about every service.
        # A target is "P1 response 15m in 24x7": priority, metric, so much time (service time, or 3d for working days, or none), calendar.
        # `warnings` are percentages of a target at which card, owner, lead, service owner and management hear of it.

        [[agreement]]
        name = "Default"
        kind = "sla"
        pauses = "customer"
        warnings = "50 75 90 100 150"
        pauses-response = false
        targets = [
            "P1 response 15m in 24x7",
            "P1 resolution 4h in 24x7",
            "P2 response 30m in 24x7",
            "P2 resolution 8h in 24x7",
            "P3 response 4h in office",
            "P3 resolution 3d in office",
            "P4 response 1d in office",
            "P4 resolution 10d in office",
        ]

        # Digests of service levels: daily, weekly or monthly, at a local time
        # None is posted
        "##);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_shows_what_would_change_and_does_it_once() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let before = exported(desk, &desk.dev).await;
        let quiet = desk.text(&imported(&desk.dev, &before).await);
        assert_snapshot!(quiet, @"`wardroom-setup.toml` says nothing new: the 11 things that it names are so already.");
        // By now what holds where nothing was agreed is written down.
        let before = exported(desk, &desk.dev).await;
        let file = before
            .replace("timezone = \"UTC\"", "timezone = \"europe/berlin\"")
            .replace("# changes is not set", "changes = \"#changes\"")
            .replace("# manager is mapped to no role", "manager = [\"@Managers\", \"Change approvers\"]")
            .replace("close-after = 7", "close-after = 14")
            .replace("name = \"payments\"", "name = \"Payments\"\nowner = \"@owner\"\nhours = \"24x7\"")
            .replace("@owner", &desk.bob.id().to_string())
            + "\n[[service]]\nname = \"ledger\"\ntier = 3\n\n[[service]]\nname = \"old ledger\"\nretired = true\n";
        let entries = deeds(desk).await.len();
        let preview = imported(&desk.dev, &file).await;
        assert_snapshot!(named(desk, &preview.text()), @"
        **What `wardroom-setup.toml` would change:** 5 added, 3 changed, 1 retired, 19 kept.
        ✏ time zone: `UTC` → `Europe/Berlin`
        ➕ channel for `changes`: #room
        ➕ `manager` for @&Managers
        ➕ `manager` for @&Change approvers
        ✏ incidents: `close-after` 7 → 14
        ✏ service **payments**: hours → 24x7, name → **Payments**, owner nobody → @bob
        ➕ service **ledger**
        ➕ service **old ledger**
        🗄 service **old ledger** is retired at once, as the file says
        -# Nothing is removed. What the file does not name stays as it is. Until you apply it, nothing is changed.
        ");
        assert_eq!(deeds(desk).await.len(), entries, "a preview changes nothing");
        assert_eq!(exported(desk, &desk.dev).await, before);

        // Whoever did not ask for it cannot apply it, and nobody can who may not.
        let message = preview.message().expect("a preview");
        let custom_id = message.buttons()[0].custom_id.clone().expect("it does something");
        let data = json!({"custom_id": custom_id, "component_type": 2});
        let alice = desk.alice.send_raw(3, "general", Some(message.id), data).await;
        assert!(desk.text(&alice).starts_with("This needs the `administrator` capability"), "{}", alice.text());

        let applied = pressed(&desk.dev, &preview, "Apply").await;
        assert_snapshot!(desk.text(&applied), @"**Imported.** 9 changes were made, each with its own entry in the journal. `/setup check` tells what is missing.");
        assert_snapshot!(deeds(desk).await.split_off(entries).join("\n"), @"
        refusal refusal
        setup.import setup:import
        setup.timezone setup:guild
        setup.channel setup:changes
        setup.role setup:manager
        setup.role setup:manager
        setup.incidents setup:incidents
        service.edit service:2
        service.add service:4
        service.add service:5
        service.retire service:5
        ");
        let after = exported(desk, &desk.dev).await;
        assert!(after.contains("timezone = \"Europe/Berlin\"") && after.contains("name = \"Payments\""), "{after}");
        let again = imported(&desk.dev, &after).await;
        assert!(desk.text(&again).contains("says nothing new"), "{}", again.text());
        // The button is gone with the preview; whoever kept it gets a sentence.
        let kept =
            desk.dev.send_raw(3, "general", Some(message.id), json!({"custom_id": custom_id, "component_type": 2}));
        assert_snapshot!(desk.text(&kept.await), @"That preview is not open any more: it was applied or cancelled, a newer one took its place, or it is somebody else's. `/setup import` makes a new one.");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_bound_to_what_it_showed() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let file = exported(desk, &desk.dev).await.replace("close-after = 7", "close-after = 14");
        let preview = imported(&desk.dev, &file).await;
        desk.dev.slash("general", "service add", json!({"name": "ledger"})).await;
        let refused = pressed(&desk.dev, &preview, "Apply").await;
        assert_snapshot!(desk.text(&refused), @"The set-up changed after this preview was made, so what you saw is not what would happen. Nothing was changed. Import the file again to see what it would change now.");
        // A newer preview takes the place of the older.
        let newer = imported(&desk.dev, &file).await;
        let older = pressed(&desk.dev, &preview, "Apply").await;
        assert!(desk.text(&older).starts_with("That preview is not open any more"), "{}", older.text());
        // A digest that is not the preview's opens nothing.
        let message = newer.message().expect("a preview");
        let extra = message.buttons()[0].custom_id.clone().expect("it does something");
        let forged = format!("{}0000", &extra[..extra.len() - 4]);
        let data = json!({"custom_id": forged, "component_type": 2});
        let answer = desk.dev.send_raw(3, "general", Some(message.id), data).await;
        assert!(desk.text(&answer).starts_with("That preview is not open any more"), "{}", answer.text());
        let cancelled = pressed(&desk.dev, &newer, "Cancel").await;
        assert_eq!(desk.text(&cancelled), "The import is cancelled. Nothing was changed.");
        assert!(cancelled.buttons().is_empty());
        let late = desk.dev.send_raw(3, "general", Some(message.id), json!({"custom_id": extra, "component_type": 2}));
        assert!(desk.text(&late.await).starts_with("That preview is not open any more"));
        assert!(exported(desk, &desk.dev).await.contains("close-after = 7"));
        desk.pass(TimeDelta::seconds(1)).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_of_a_file_is_told_at_once() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        desk.dev.slash("general", "service retire", json!({"service": "reporting"})).await;
        let file = format!(
            "format = 1\nchanels = 1\n\n[server]\ntimezone = \"Europe/Berln\"\n\n[channels]\nincidents = \"#incidnets\"\n\
             changes = 123456789012345678\nmanagement = true\n\n[roles]\nmanager = [\"@Managers\", \"managers\"]\n\
             approver = \"{server}\"\nresponder = [\"@Nobody\"]\nboss = \"x\"\n\n[incidents]\nclose-after = 0\nquiet-hours = \"late\"\nnotice-every = \"5\"\n\n\
             [[service]]\nname = \"checkout\"\ntier = 7\nowner = \"Alice\"\n\n[[service]]\nname = \"Checkout \"\n\n\
             [[service]]\ntier = 1\n\n[[service]]\nname = \"reporting\"\n\n[[service]]\nname = \"{long}\"\n",
            server = desk.playground.guild(""),
            long = "x".repeat(101),
        );
        let entries = deeds(desk).await.len();
        let answer = imported(&desk.dev, &file).await;
        assert_snapshot!(named(desk, &answer.text()), @"
        **`wardroom-setup.toml` cannot be imported: 18 things to mend.** Nothing was changed.
        • line 2: the file has no `chanels`. Did you mean `channels`?
        • line 5: `Europe/Berln` is not a time zone. Did you mean `Europe/Berlin`?
        • line 8: this server has no channel `#incidnets`. Did you mean `#incidents`?
        • line 9: this server has no channel with the id `123456789012345678`, or wardroom cannot see it. Write another id, or a name such as `#…`.
        • line 10: `management` is an id or a name in quotes, and here it is true or false.
        • line 13: @&Managers stands twice in `manager`; it stands in line 13 already.
        • line 14: `@everyone` cannot have `approver`: it would be no trust at all. Choose a role that people are given.
        • line 15: this server has no role `@Nobody`. Write its name as this server has it, or its id.
        • line 16: `[roles]` has no `boss`. It takes `responder`, `incident-manager`, `problem-manager`, `change-manager`, `approver`, `service-owner`, `manager`, `auditor`, `administrator`.
        • line 19: `close-after` is a whole number from 1 to 90.
        • line 20: `late` are no quiet hours. Write them like `22:00-07:00`, or `off`.
        • line 21: `notice-every` is a whole number, and here it is a text.
        • line 25: `7` is no `tier`. It is one of `1`, `2`, `3`.
        • line 26: `Alice` is no person: write an id (right-click somebody → Copy User ID).
        • line 29: the service **Checkout** stands in the file twice; the first is in line 24.
        • line 31: this service has no `name`.
        … and 2 more: all of them are in the file below.
        -# Mend the file and import it again.
        ");
        assert!(answer.buttons().is_empty());
        assert_eq!(deeds(desk).await.len(), entries);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_none_is_refused_with_the_way_to_mend_it() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let mut said = Vec::new();
        let huge = "# \n".repeat(400_000);
        for text in [
            "",
            "format = 2\nwhatever = 1\n",
            "format = 1\n[server\ntimezone = \nformat = 2\n",
            "format = \"1\"\n",
            &huge,
        ] {
            said.push(desk.text(&imported(&desk.dev, text).await));
        }
        // A service for each line would be more than one transaction should hold.
        said.push(desk.text(&imported(&desk.dev, &services(501)).await));
        said.push(desk.text(&imported(&desk.alice, "format = 1\n").await));
        said.push(desk.text(&desk.alice.slash("general", "setup export", json!({})).await));
        assert_snapshot!(said.join("\n---\n"), @"
        **`wardroom-setup.toml` cannot be imported: one thing to mend.** Nothing was changed.
        • line 1: the file does not say its format. Write `format = 1` on its first line, or begin from a file of `/setup export`.
        -# Mend the file and import it again.
        ---
        **`wardroom-setup.toml` cannot be imported: one thing to mend.** Nothing was changed.
        • line 1: the file is of format 2, and this wardroom reads format 1. Export it anew with this version, or import it with the one that wrote it.
        -# Mend the file and import it again.
        ---
        **`wardroom-setup.toml` cannot be imported: 2 things to mend.** Nothing was changed.
        • line 2: this cannot be read as TOML: unclosed table, expected `]`.
        • line 4: this cannot be read as TOML: duplicate key.
        -# Mend the file and import it again.
        ---
        **`wardroom-setup.toml` cannot be imported: one thing to mend.** Nothing was changed.
        • line 1: `format` is a whole number, and here it is a text.
        -# Mend the file and import it again.
        ---
        `wardroom-setup.toml` was not read: it has 1.2 MiB, and an import takes 1 MiB at most. Attach another file.
        ---
        **`wardroom-setup.toml` cannot be imported: one thing to mend.** Nothing was changed.
        • line 1: these are 501 changes, and one import makes 500 at most. Split the file.
        -# Mend the file and import it again.
        ---
        This needs the `administrator` capability: the Manage Server permission, or a role mapped with `/setup role`. A typed message does not carry the permission; use the slash command.
        ---
        This needs the `administrator` capability: the Manage Server permission, or a role mapped with `/setup role`. A typed message does not carry the permission; use the slash command.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_discord_does_not_give_is_told_and_nothing_is_changed() {
    const FILE: &str = "/attachments/{channel}/{id}/{name}";
    const CHANNELS: &str = "/guilds/{guild}/channels";
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let mut said = Vec::new();
        let faults = desk.playground.faults();
        let hidden = Fault::Refused { status: 403, code: 50001, message: "Missing Access".to_owned() };
        faults.next("GET", FILE, Fault::ErrorBefore);
        said.push(desk.text(&imported(&desk.dev, "format = 1\n").await));
        faults.next("GET", CHANNELS, hidden.clone());
        said.push(desk.text(&imported(&desk.dev, "format = 1\n").await));
        faults.next("GET", CHANNELS, hidden.clone());
        let answer = desk.dev.slash("general", "setup export", json!({})).await.finished().await;
        said.push(desk.text(&answer));
        let elsewhere = json!({"id": "5", "filename": "a.toml", "size": 3, "url": format!("{}/elsewhere/a", desk.playground.url())});
        let options = json!([{"type": 11, "name": "file", "value": "5"}]);
        let data = json!({"type": 1, "name": "setup", "resolved": {"attachments": {"5": elsewhere}},
            "options": [{"type": 1, "name": "import", "options": options}]});
        said.push(desk.text(&desk.dev.slash_raw("general", data).await));
        said.push(desk.text(&imported(&desk.dev, "format = 1\n").await));
        assert_snapshot!(said.join("\n---\n"), @"
        `wardroom-setup.toml` was not read: Discord answered 500. Import it again in a minute.
        ---
        Discord did not tell which channels and roles this server has (`Discord refused with status 403, code 50001: Missing Access`), so the file could not be checked. Nothing was changed. Try again in a minute.
        ---
        All that is set up here, in one file. Change it, or take it to another server: `/setup import` shows first what would change.
        Discord did not tell how channels and roles are called (`Discord refused with status 403, code 50001: Missing Access`), so their ids stand alone.
        ---
        `a.toml` was not read: its address is none of Discord's. Attach another file.
        ---
        `wardroom-setup.toml` names nothing that could be set up. `/setup export` gives a file that does.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_preview_stands_whole_in_a_file() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        let preview = imported(&desk.dev, &services(300)).await;
        let message = preview.message().expect("a preview");
        let whole = desk.playground.file(&message, "import-preview.md").expect("the whole");
        let whole = String::from_utf8(whole).expect("text");
        assert_eq!(whole.lines().filter(|line| line.starts_with("➕ service")).count(), 300);
        assert!(preview.text().contains("more: all of them are in the file below"), "{}", preview.text());
        let applied = pressed(&desk.dev, &preview, "Apply").await;
        assert!(desk.text(&applied).contains("300 changes were made"), "{}", applied.text());
    })
    .await;
}

/// Calendars and agreements of every kind, in and out of use.
async fn agreed(desk: &Desk, by: &Person) {
    for (command, options) in [
        (
            "sla calendar add",
            json!({"name": "plant", "timezone": "Asia/Tokyo", "hours": "Mon-Fri 22:00-06:00, Sat 10-14"}),
        ),
        ("sla calendar holiday", json!({"calendar": "plant", "date": "2026-12-25", "name": "Christmas \"Day\""})),
        (
            "sla calendar holiday",
            json!({"calendar": "plant", "date": "2026-12-28", "hours": "10-14 16-18", "name": "Sale"}),
        ),
        ("sla calendar holiday", json!({"calendar": "office", "date": "2026-12-31"})),
        ("sla calendar add", json!({"name": "old", "timezone": "UTC", "hours": "24x7"})),
        ("sla calendar retire", json!({"calendar": "old"})),
        ("sla set", json!({"service": "default", "priority": "P4", "metric": "response", "target": "none"})),
        (
            "sla agreement add",
            json!({"name": "gold", "kind": "sla", "service": "checkout", "availability": "99.95",
            "workload": "2,000 orders\na day", "exceptions": "sales", "pauses": "customer supplier", "warnings": "- 60 80 100 120"}),
        ),
        ("sla agreement edit", json!({"agreement": "gold", "pauses-response": true})),
        (
            "sla set",
            json!({"service": "checkout", "priority": "P1", "metric": "resolution", "target": "1h30m", "calendar": "plant"}),
        ),
        ("sla set", json!({"service": "checkout", "priority": "P5", "metric": "response", "target": "none"})),
        ("sla agreement add", json!({"name": "hosting", "kind": "supplier", "pauses": "none"})),
        (
            "sla set",
            json!({"service": "default", "priority": "P2", "metric": "resolution", "target": "2d", "calendar": "office", "agreement": "hosting"}),
        ),
        ("sla agreement add", json!({"name": "of reporting", "kind": "ola", "service": "payments"})),
        ("sla agreement add", json!({"name": "silver", "kind": "sla", "service": "payments"})),
        ("sla agreement retire", json!({"agreement": "silver"})),
        ("service retire", json!({"service": "payments"})),
    ] {
        let answer = by.slash("general", command, options).await.finished().await;
        let text = desk.text(&answer);
        let refused =
            ["This needs", "There is no", "Nothing changes", "is no", "That failed"].iter().any(|no| text.contains(no));
        assert!(!refused, "{command}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "the file is shown whole")]
async fn calendars_and_agreements_stand_in_the_file() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        agreed(desk, &desk.dev).await;
        let file = exported(desk, &desk.dev).await;
        let from = file.find("# The hours in which").expect("calendars");
        assert_snapshot!(&file[from..], @r#"
        # The hours in which service is promised. One without a timezone goes by the server's.
        # `days` are those that are not as the others: "2026-12-25 closed Christmas Day", "2026-12-28 10:00-14:00 Sale".

        [[calendar]]
        name = "24x7"
        hours = "24x7"

        [[calendar]]
        name = "office"
        hours = "Mon-Fri 09:00-17:00"
        days = [
            "2026-12-31 closed",
        ]

        [[calendar]]
        name = "plant"
        timezone = "Asia/Tokyo"
        hours = "Mon-Fri 22:00-06:00, Sat 10:00-14:00"
        days = [
            '2026-12-25 closed Christmas "Day"',
            "2026-12-28 10:00-14:00 16:00-18:00 Sale",
        ]

        [[calendar]]
        name = "old"
        timezone = "UTC"
        hours = "24x7"
        retired = true

        # The catalogue of services, each under [[service]] of its own. A service whose name is new is added;
        # one that is there becomes as its lines say, and what is left out stays. `retired = true` retires it for good.

        [[service]]
        name = "checkout"
        tier = 2

        [[service]]
        name = "payments"
        tier = 2
        retired = true

        [[service]]
        name = "reporting"
        tier = 2

        # What is promised: sla to customers, ola within the house, supplier by a supplier; one without a service is about every service.
        # A target is "P1 response 15m in 24x7": priority, metric, so much time (service time, or 3d for working days, or none), calendar.
        # `warnings` are percentages of a target at which card, owner, lead, service owner and management hear of it.

        [[agreement]]
        name = "Default"
        kind = "sla"
        pauses = "customer"
        warnings = "50 75 90 100 150"
        pauses-response = false
        targets = [
            "P1 response 15m in 24x7",
            "P1 resolution 4h in 24x7",
            "P2 response 30m in 24x7",
            "P2 resolution 8h in 24x7",
            "P3 response 4h in office",
            "P3 resolution 3d in office",
            "P4 response none",
            "P4 resolution 10d in office",
        ]

        [[agreement]]
        name = "gold"
        kind = "sla"
        service = "checkout"
        workload = """
        2,000 orders
        a day"""
        exceptions = "sales"
        availability = "99.95 %"
        pauses = "customer supplier"
        warnings = "- 60 80 100 120"
        pauses-response = true
        targets = [
            "P1 resolution 1h30m in plant",
            "P5 response none",
        ]

        [[agreement]]
        name = "hosting"
        kind = "supplier"
        pauses = "none"
        warnings = "50 75 90 100 150"
        pauses-response = false
        targets = [
            "P2 resolution 2d in office",
        ]

        [[agreement]]
        name = "of reporting"
        kind = "ola"
        service = "payments"
        pauses = "customer"
        warnings = "50 75 90 100 150"
        pauses-response = false

        [[agreement]]
        name = "silver"
        kind = "sla"
        service = "payments"
        pauses = "customer"
        warnings = "50 75 90 100 150"
        pauses-response = false
        retired = true

        # Digests of service levels: daily, weekly or monthly, at a local time
        # None is posted
        "#);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calendars_and_agreements_change_by_an_import() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        agreed(desk, &desk.dev).await;
        let file = exported(desk, &desk.dev).await
            .replace("[server]\ntimezone = \"UTC\"", "[server]\ntimezone = \"Europe/Berlin\"")
            .replace("Mon-Fri 09:00-17:00", "Mon-Thu 09:00-17:00")
            .replace("2026-12-25 closed", "2026-12-25 11:00-12:00")
            .replace("\"2026-12-31 closed\",", "\"2026-12-31 closed\",\n    \"2027-01-01 closed New Year\",")
            .replace("P1 response 15m in 24x7", "p1 response 10 m in 24x7")
            .replace("P1 resolution 1h30m in plant", "P1 resolution 1h30m in 24X7")
            .replace("99.95 %", "99.9")
            .replace("pauses = \"customer supplier\"", "pauses = \"supplier\"")
            + "\n[[agreement]]\nname = \"network\"\nkind = \"ola\"\npauses-response = true\ntargets = [\"P1 response 5m in 24x7\"]\n";
        let preview = imported(&desk.dev, &file).await;
        assert_snapshot!(named(desk, &preview.text()), @r#"
        **What `wardroom-setup.toml` would change:** 3 added, 6 changed, 28 kept.
        ✏ time zone: `UTC` → `Europe/Berlin`
        ✏ calendar **office**: `Mon-Fri 09:00-17:00` → `Mon-Thu 09:00-17:00`
        ➕ calendar **office**: 2027-01-01 `closed New Year`
        ✏ calendar **plant**: 2026-12-25 `closed Christmas "Day"` → `11:00-12:00 Christmas "Day"`
        ✏ agreement **Default**: P1 response 15m in 24x7 → 10m in 24x7
        ✏ agreement **gold**: availability 99.95 % → 99.9 %, pauses customer supplier → supplier
        ✏ agreement **gold**: P1 resolution 1h30m in plant → 1h30m in 24X7
        ➕ agreement **network** (ola) about every service
        ➕ agreement **network**: P1 response 5m in 24x7
        -# Nothing is removed or retired. What the file does not name stays as it is. Until you apply it, nothing is changed.
        "#);
        let applied = pressed(&desk.dev, &preview, "Apply").await;
        assert!(desk.text(&applied).starts_with("**Imported.**"), "{}", applied.text());
        let again = imported(&desk.dev, &file).await;
        assert!(desk.text(&again).contains("says nothing new"), "{}", again.text());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn digests_are_taken_over_and_never_moved_in_passing() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let weekly = json!({"channel": desk.playground.channel("management").to_string(), "frequency": "weekly", "time": "8:30"});
        desk.dev.slash("general", "sla digest add", weekly).await.finished().await;
        let file = exported(desk, &desk.dev).await;
        let from = file.find("# Digests of").expect("digests");
        assert_snapshot!(named(desk, &file[from..]), @r#"
        # Digests of service levels: daily, weekly or monthly, at a local time

        [[digest]]
        channel = "⟨management⟩"  # #management
        frequency = "weekly"
        time = "08:30"
        timezone = "UTC"
        "#);
        let more = format!("{file}\n[[digest]]\nchannel = \"#operations\"\nfrequency = \"monthly\"\ntime = \"07:00\"\n");
        let preview = imported(&desk.dev, &more).await;
        assert_snapshot!(named(desk, &preview.text()), @"
        **What `wardroom-setup.toml` would change:** 1 added, 23 kept.
        ➕ monthly digest in #operations at 07:00 `UTC`
        -# Nothing is removed or retired. What the file does not name stays as it is. Until you apply it, nothing is changed.
        ");
        let applied = pressed(&desk.dev, &preview, "Apply").await;
        assert!(desk.text(&applied).starts_with("**Imported.**"), "{}", applied.text());
        desk.playground.set_bot_permissions("general", permissions::BOT & !permissions::SEND_MESSAGES);
        let amiss = more.replace("08:30", "09:30").replace("monthly", "hourly").replace("#operations", "#general")
            + "\n[[digest]]\nchannel = \"general\"\nfrequency = \"daily\"\ntime = \"25:00\"\n\n\
               [[digest]]\nchannel = \"general\"\nfrequency = \"monthly\"\ntime = \"9:00\"\n\n[[digest]]\ntime = \"07:00\"\n";
        assert_snapshot!(named(desk, &imported(&desk.dev, &amiss).await.text()), @"
        **`wardroom-setup.toml` cannot be imported: 6 things to mend.** Nothing was changed.
        • line 92: the weekly digest in #management is posted at 08:30 `UTC` here, and no import changes when. Remove it with `/sla digest remove digest:DIG-1`, then import the file again.
        • line 99: `hourly` is no `frequency`. It is one of `daily`, `weekly`, `monthly`.
        • line 103: `25:00` is no time of day. Write it like `08:30`.
        • line 108: I cannot post a digest in #general: Send Messages is missing there. Give it to me, or choose another channel.
        • line 112: this digest has no `channel` that could be read.
        • line 112: this digest has no `frequency` that could be read.
        -# Mend the file and import it again.
        ");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_of_calendars_and_agreements_are_told_at_once() {
    Desk::on_sqlite(async |desk| {
        desk.set_up().await;
        agreed(desk, &desk.dev).await;
        let file = r#"format = 1
[[calendar]]
name = "night"
hours = "Mon-Fri 18:00-09:00, Tue 08:00-10:00"
[[calendar]]
name = "plant"
timezone = "Tokio"
days = ["2026-12-32 closed", "2026-12-30 closed", "2026-12-30 closed Twice"]
[[calendar]]
name = "office"
retired = true
[[calendar]]
name = "old"
[[agreement]]
name = "gold"
kind = "ola"
service = "payments"
availability = "three nines"
pauses = "holidays"
warnings = "1 2"
targets = ["P1 response soon in plant", "P9 response 1h", "P2 response 1h in nowhere", "P2 response 2h", "P3 response 0m"]
[[agreement]]
name = "silver"
[[agreement]]
name = "bronze"
[[agreement]]
kind = "sla"
[[agreement]]
name = "new"
kind = "slo"
[[agreement]]
name = "Default"
service = "checkout"
retired = true
"#;
        let answer = imported(&desk.dev, file).await;
        let message = answer.message().expect("an answer");
        let whole = desk.playground.file(&message, "import-faults.md").map(|bytes| String::from_utf8(bytes).expect("text"));
        assert_snapshot!(whole.unwrap_or_else(|| answer.text()), @"
        **`wardroom-setup.toml` cannot be imported: 23 things to mend.** Nothing was changed.

        • line 3: the calendar **night** is new, and has no `hours` that could be read.
        • line 4: `Tue 00:00-09:00` and `Tue 08:00-10:00` overlap. Give each minute once.
        • line 7: `Tokio` is not a time zone. Did you mean `Asia/Tokyo`?
        • line 8: 2026-12-30 stands twice in `days`; the first is in line 8.
        • line 8: `2026-12-32 closed` does not begin with a date such as `2026-12-25`.
        • line 10: Calendar **office** cannot be retired: targets of **Default**, **hosting** are in its hours. Give them others with `/sla set … calendar:`.
        • line 13: the calendar **old** is retired, and no import brings it back. Write `retired = true`, or add it under another name.
        • line 16: the agreement **gold** is of kind `sla` here, and stays so. Give the other another name.
        • line 17: the agreement **gold** is about **checkout** here, and stays so. Give the other another name.
        • line 18: `three nines` is no availability. Write a percentage above 0 and up to 100 with at most four decimals, such as `99.9`, or `none`.
        • line 19: `holidays` is no reason of waiting. They are `customer`, `supplier`, `change` and `problem`; `none` lets waiting always count.
        • line 20: `1 2` are no warnings. Write five percentages that rise, for card, owner, lead, service owner and management, `-` for nobody: `50 75 90 100 150`.
        • line 21: P2 response stands twice in `targets`; the first is in line 21.
        • line 21: There is no calendar **nowhere**. `/sla calendar list` shows those that exist.
        • line 21: `0m` is no time at all: nobody can keep that. To promise nothing, write `none`.
        • line 21: `P9 response 1h` is no target. Write it like `P1 response 15m in 24x7`, or `P1 response none`.
        • line 21: `soon` is no target. Write service time such as `15m` or `4h`, or working days such as `3d`.
        • line 23: the agreement **silver** is retired, and no import brings it back. Write `retired = true`, or add it under another name.
        • line 25: the agreement **bronze** is new, and has no `kind`: `sla`, `ola` or `supplier`.
        • line 26: this agreement has no `name`.
        • line 29: `slo` is no `kind`. It is one of `sla`, `ola`, `supplier`.
        • line 32: Agreement 1 is what every service has that has nothing of its own; it stays. `/sla set service:default target:none` promises nothing.
        • line 33: the agreement **Default** is about every service here, and stays so. Give the other another name.
        ");
    })
    .await;
}

/// What a guild has configured, without names.
async fn configuration(desk: &Desk) -> String {
    let id = GuildId(desk.playground.guild("").0);
    let read = desk.store.read(move |tx| {
        Box::pin(async move {
            let guild = setup::store::find(tx, id).await?.unwrap_or_else(|| Guild::fresh(id));
            transfer::write(tx, &guild, &transfer::names::Names::default()).await
        })
    });
    read.await.expect("it can be read")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_brought_into_an_empty_server_exports_the_same() {
    for (from, to) in Database::each().await.into_iter().zip(Database::each().await) {
        let first = Desk::open(from, World::sample()).await;
        first.set_up().await;
        first.dev.slash("general", "setup timezone", json!({"timezone": "America/New_York"})).await;
        let habits = json!({"close-after": 30, "quiet-hours": "off", "notice-every": 15, "review-within": 9});
        first.dev.slash("general", "setup incidents", habits).await;
        let nasty = json!({"service": "payments", "description": "a \"b\" 'c' '''d''' \\ # [[x]]\n= \"\"\"", "hours": "Mon–Fri 9-17"});
        first.dev.slash("general", "service edit", nasty).await;
        first
            .dev
            .slash("general", "service edit", json!({"service": "checkout", "owner": first.carla.id().to_string()}))
            .await;
        first.dev.slash("general", "service retire", json!({"service": "reporting"})).await;
        agreed(&first, &first.dev).await;
        let file = exported(&first, &first.dev).await;
        let configured = configuration(&first).await;
        first.close().await;

        // The sample server is the same each time, down to its ids.
        let second = Desk::open(to, World::sample()).await;
        let preview = imported(&second.dev, &file).await;
        let applied = pressed(&second.dev, &preview, "Apply").await;
        assert!(second.text(&applied).starts_with("**Imported.**"), "{}\n{}", preview.text(), applied.text());
        assert_eq!(configuration(&second).await, configured);
        second.close().await;
    }
}
