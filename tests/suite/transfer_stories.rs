//! `/setup export` and `/setup import`.

use chrono::TimeDelta;
use insta::assert_snapshot;
use serde_json::{Value, json};
use wardroom::args;
use wardroom::playground::{Answer, Fault, Person, World};
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
        **What `wardroom-setup.toml` would change:** 5 added, 3 changed, 1 retired, 8 kept.
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
        let nasty = json!({"service": "payments", "description": "a \"b\" 'c' '''d''' \\ # [[x]]\n= \"\"\"", "hours": "Mo–Fr, 9 to 5"});
        first.dev.slash("general", "service edit", nasty).await;
        first
            .dev
            .slash("general", "service edit", json!({"service": "checkout", "owner": first.carla.id().to_string()}))
            .await;
        first.dev.slash("general", "service retire", json!({"service": "reporting"})).await;
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
