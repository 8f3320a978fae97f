//! Whatever is configured: its file, brought into an empty server, gives the same file there, and changes nothing where it came from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use wardroom::chat::invocation::{Member, Source};
use wardroom::command::context::{Context, Scene};
use wardroom::error::Error;
use wardroom::journal::{self, Actor};
use wardroom::level;
use wardroom::setup::{self, ChannelFacts, Guild, Surroundings};
use wardroom::snowflake::{ChannelId, GuildId, InteractionId, RoleId, UserId};
use wardroom::store::{Store, Tx};
use wardroom::transfer::names::Names;
use wardroom::transfer::{plan, write};

use crate::desk::{Database, morning};

/// Servers that are made up for each database.
const CASES: u64 = 16;
const FIRST_ID: u64 = 100_000_000_000_000_000;

fn around() -> Surroundings {
    let channel = |id: u64| {
        let facts = ChannelFacts { name: format!("channel-{id}"), text: true, permissions: u64::MAX };
        (ChannelId(FIRST_ID + id), facts)
    };
    Surroundings {
        name: "Made up".to_owned(),
        channels: (1..=4).map(channel).collect(),
        roles: (11..=14).map(|id| (RoleId(FIRST_ID + id), (format!("Role {id}"), false))).collect(),
    }
}

/// A text that somebody might write, with all that means something to TOML.
fn said() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z0-9 \"'#=\\[\\]{}\\\\.,äß…\n]{0,40}x").expect("a pattern")
}

fn name() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-zA-Z\"'#=\\[\\]\\\\.ä]{1,3}[a-z0-9]{2,6}").expect("a pattern")
}

fn text(value: &str) -> String {
    // What JSON escapes, TOML reads.
    serde_json::to_string(value).expect("a text")
}

fn maybe(key: &'static str, value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    proptest::option::of(value)
        .prop_map(move |value| value.map_or_else(String::new, |value| format!("{key} = {value}\n")))
}

fn retired() -> impl Strategy<Value = String> {
    prop_oneof![3 => Just(String::new()), 1 => Just("retired = true\n".to_owned())]
}

fn general() -> impl Strategy<Value = String> {
    let zone = prop::sample::select(vec!["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"]);
    let channels = prop::collection::btree_map(
        prop::sample::select(vec!["incidents", "changes", "management", "digests", "audit"]),
        1..=4_u64,
        0..4,
    );
    let roles = prop::collection::btree_map(
        prop::sample::select(vec!["responder", "manager", "approver", "service-owner"]),
        prop::collection::btree_set(11..=14_u64, 1..4),
        0..4,
    );
    let habits = (1..=90_i64, 1..=60_i64, 5..=240_i64, prop::sample::select(vec!["off", "21:30-06:15", "00:00-12:00"]));
    (zone, channels, roles, habits).prop_map(|(zone, channels, roles, (close, review, every, quiet))| {
        let channels: BTreeMap<&str, u64> = channels;
        let roles: BTreeMap<&str, BTreeSet<u64>> = roles;
        let mut file = format!("format = 1\n[server]\ntimezone = \"{zone}\"\n[channels]\n");
        for (purpose, id) in channels {
            let _ = writeln!(file, "{purpose} = \"{}\"", FIRST_ID + id);
        }
        file += "[roles]\n";
        for (capability, ids) in roles {
            let ids: Vec<String> = ids.into_iter().map(|id| format!("\"{}\"", FIRST_ID + id)).collect();
            let _ = writeln!(file, "{capability} = [{}]", ids.join(", "));
        }
        file + &format!("[incidents]\nclose-after = {close}\nreview-within = {review}\nnotice-every = {every}\nquiet-hours = \"{quiet}\"\n")
    })
}

/// One table of its kind, of which the name comes apart.
fn service() -> impl Strategy<Value = String> {
    let owner = (21..=25_u64).prop_map(|id| format!("\"{}\"", FIRST_ID + id));
    let words = || said().prop_map(|said| text(&said));
    let hours = prop::sample::select(vec!["24x7", "Mon–Fri 9 - 17", "Office"]).prop_map(text);
    (maybe("owner", owner), 1..=3_i64, maybe("hours", hours), maybe("description", words()), retired()).prop_map(
        |(owner, tier, hours, description, retired)| format!("{owner}tier = {tier}\n{hours}{description}{retired}"),
    )
}

fn calendar() -> impl Strategy<Value = String> {
    let zone =
        prop::sample::select(vec!["\"UTC\"", "\"Asia/Tokyo\"", "\"Australia/Lord_Howe\""]).prop_map(str::to_owned);
    let hours = prop::sample::select(vec![
        "24x7",
        "Mon-Fri 09:00-17:30",
        "Mon-Fri 22:00-06:00, Sat 10-14",
        "Sun 8-9 10-11 23-24",
    ]);
    let how = prop::sample::select(vec!["closed", "closed New \"Year\"", "10-14", "9-10 11-12 Sale, = #1"]);
    let days = prop::collection::btree_map(1..=28_u8, how, 0..5);
    (maybe("timezone", zone), hours, days).prop_map(|(zone, hours, days)| {
        let days: Vec<String> = days.into_iter().map(|(day, how)| text(&format!("2027-02-{day:02} {how}"))).collect();
        format!("{zone}hours = \"{hours}\"\ndays = [{}]\n", days.join(", "))
    })
}

fn agreement() -> impl Strategy<Value = String> {
    let words = || said().prop_map(|said| text(&said));
    let kind = prop::sample::select(vec!["sla", "ola", "supplier"]);
    let of = |values: Vec<&'static str>| prop::sample::select(values).prop_map(text);
    let target = (
        prop::sample::select(vec!["15m", "4h", "1h30m", "3d", "2w", "none"]),
        prop::sample::select(vec!["24x7", "office"]),
    );
    let targets =
        prop::collection::btree_map((1..=5_u8, prop::sample::select(vec!["response", "resolution"])), target, 0..6);
    let terms = (
        maybe("workload", words()),
        maybe("exceptions", words()),
        maybe("availability", of(vec!["99.9", "95 %", "99.9999", "none"])),
        maybe("pauses", of(vec!["none", "customer supplier", "change problem"])),
        maybe("warnings", of(vec!["- - - 100 -", "10 20 30 40 50"])),
        maybe("pauses-response", any::<bool>().prop_map(|flag| flag.to_string())),
    );
    (kind, terms, targets, retired()).prop_map(|(kind, terms, targets, retired)| {
        let said: Vec<String> = targets
            .into_iter()
            .map(|((priority, metric), (amount, calendar))| format!("\"P{priority} {metric} {amount} in {calendar}\""))
            .collect();
        let (workload, exceptions, availability, pauses, warnings, response) = terms;
        format!(
            "kind = \"{kind}\"\n{workload}{exceptions}{availability}{pauses}{warnings}{response}targets = [{}]\n{retired}",
            said.join(", ")
        )
    })
}

fn digest() -> impl Strategy<Value = (u64, &'static str)> {
    (1..=4_u64, prop::sample::select(vec!["daily", "weekly", "monthly"]))
}

/// A whole file.
fn file() -> impl Strategy<Value = String> {
    let tables = |what: &'static str, one: BoxedStrategy<String>| {
        prop::collection::btree_map("[a-m]{4,8}", (name(), one), 0..4).prop_map(move |tables| {
            // Two names that differ in case alone are one, so each has a word of its own before it.
            let all: Vec<(String, String)> = tables
                .into_iter()
                .map(|(word, (name, rest))| {
                    let name = format!("{word} {name}");
                    let table = format!("[[{what}]]\nname = {}\n{rest}", text(&name));
                    (name, table)
                })
                .collect();
            all
        })
    };
    let parts = (
        general(),
        tables("service", service().boxed()),
        tables("calendar", calendar().boxed()),
        tables("agreement", agreement().boxed()),
        any::<prop::sample::Index>(),
        prop::collection::btree_map(digest(), "([01][0-9]|2[0-3]):[0-5][0-9]", 0..4),
    );
    parts.prop_map(|(general, services, calendars, agreements, about, digests)| {
        let mut file = general;
        for ((channel, frequency), time) in digests {
            let zone = if channel % 2 == 0 { "timezone = \"Asia/Tokyo\"\n" } else { "" };
            let _ = write!(
                file,
                "[[digest]]\nchannel = \"#channel-{channel}\"\nfrequency = \"{frequency}\"\ntime = \"{time}\"\n{zone}"
            );
        }
        for (_, table) in services.iter().chain(&calendars) {
            file += table;
        }
        for (place, (_, table)) in agreements.iter().enumerate() {
            file += table;
            // Every other one is about a service, if there is one.
            if place % 2 == 0 && !services.is_empty() {
                let _ = writeln!(file, "service = {}", text(&services[about.index(services.len())].0));
            }
        }
        file
    })
}

async fn context(tx: &mut Tx, guild: GuildId) -> Result<Context, Error> {
    let settings = setup::store::find_or_start(tx, guild, morning()).await?;
    level::ensure_defaults(tx, &settings).await?;
    Ok(context_of(settings))
}

fn context_of(guild: Guild) -> Context {
    const MANAGE_GUILD: u64 = 1 << 5;
    let user = UserId(FIRST_ID + 30);
    Context {
        scene: Scene {
            guild,
            actor: Actor::Person(user, "Dev".to_owned()),
            origin: "test".to_owned(),
            card_channel: ChannelId(FIRST_ID + 1),
            room: None,
            now: morning(),
            written_at: morning(),
            discord_ahead: TimeDelta::zero(),
            typed: false,
        },
        member: Member { user, name: "Dev".to_owned(), roles: Vec::new(), permissions: Some(MANAGE_GUILD) },
        channel: ChannelId(FIRST_ID + 1),
        bots: BTreeSet::new(),
        source: Source::Interaction(InteractionId(FIRST_ID)),
    }
}

/// Imports `text` into `guild`; what the guild exports then, and how many changes it were. Faults are a panic with the file.
async fn imported(store: &Store, guild: GuildId, text: &str) -> (String, usize) {
    let whole = text.to_owned();
    let work = store.write(move |tx| {
        let text = whole.clone();
        Box::pin(async move {
            let context = context(tx, guild).await?;
            let before = journal::whole::end(tx, guild).await?;
            let plan = match plan::plan(tx, &context, &around(), &text).await? {
                Ok(plan) => plan,
                Err(faults) => panic!("{faults:#?}\n{text}"),
            };
            assert_eq!(journal::whole::end(tx, guild).await?, before, "a plan changes nothing");
            plan::apply(tx, &context, &around(), &plan).await?;
            let settings = setup::store::find(tx, guild).await?.expect("it is there");
            Ok((write(tx, &settings, &Names::default()).await?, plan.steps.len()))
        })
    });
    work.await.unwrap_or_else(|error| panic!("{error}\n{text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_comes_back_the_same() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
        let files = file();
        for case in 0..CASES {
            let text = files.new_tree(&mut runner).expect("a file").current();
            let (first, second) = (GuildId(1000 + 2 * case), GuildId(1001 + 2 * case));
            let (exported, changes) = imported(&store, first, &text).await;
            assert!(changes > 0, "{text}");
            let (again, _) = imported(&store, second, &exported).await;
            assert_eq!(again, exported, "{text}");
            // Where it came from, it says nothing new; nor does what was written by hand.
            assert_eq!(imported(&store, first, &exported).await, (exported.clone(), 0), "{text}");
            assert_eq!(imported(&store, first, &text).await, (exported, 0), "{text}");
        }
        store.close().await;
    }
}
