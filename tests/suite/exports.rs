//! `wardroom export`: what is in the files is what is in the database, and nothing is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wardroom::args;
use wardroom::export::tables::{Kind, LEFT_OUT, TABLES};
use wardroom::export::{Order, export};
use wardroom::journal::format::{Datum, Entry, NO_HEAD, head, hex, text};
use wardroom::snowflake::GuildId;
use wardroom::store::Store;
use wardroom::store::records::Pages;

use crate::desk::{Database, Desk, morning};
use crate::migrations::{columns, columns_sql};

#[tokio::test(flavor = "multi_thread")]
async fn every_table_and_every_column_is_exported_or_left_out_for_a_reason() {
    for database in Database::each().await {
        let store = Store::open(&database.url()).await.expect("it opens");
        let found = columns(&store, columns_sql(&database)).await;
        store.close().await;
        let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(table, _)| *table).collect();
        for (table, columns) in &found {
            let Some(known) = TABLES.iter().find(|known| known.name == table) else {
                assert!(
                    left_out.contains(table.as_str()),
                    "the table {table} is neither exported nor left out for a reason: add a line to src/export/tables.rs"
                );
                continue;
            };
            assert!(!left_out.contains(table.as_str()), "{table} is exported and left out");
            let mut named: Vec<&str> = known.columns().map(|(name, _)| name).chain(known.without()).collect();
            if table != "guild" {
                named.push("guild_id");
            }
            named.sort_unstable();
            assert_eq!(
                &named, columns,
                "the columns of {table}: export them, or leave them out, in src/export/tables.rs"
            );
            for key in known.key() {
                assert!(known.columns().any(|(name, _)| name == key), "{table} is ordered by {key}, which is not read");
            }
        }
        let names: BTreeSet<&str> = TABLES.iter().map(|table| table.name).collect();
        assert_eq!(names.len(), TABLES.len(), "a table stands in src/export/tables.rs twice");
        for table in TABLES.iter().map(|table| table.name).chain(left_out) {
            assert!(found.contains_key(table), "there is no table {table}");
        }
    }
}

#[test]
fn what_a_column_holds_follows_its_name() {
    for table in TABLES {
        for (name, kind) in table.columns() {
            let is_instant = name.ends_with("_at") || name.ends_with("_until");
            assert_eq!(kind == Kind::Instant, is_instant, "{}.{name}", table.name);
            let people = ["_by", "_to"].iter().any(|end| name.ends_with(end));
            let of_discord = [
                "user",
                "owner",
                "reporter",
                "commander",
                "communications",
                "scribe",
                "channel",
                "message",
                "thread",
                "role",
            ];
            let is_id = name.strip_suffix("_id").is_some_and(|what| of_discord.iter().any(|of| what.ends_with(of)));
            assert!(kind == Kind::Id || !(people || is_id), "{}.{name} is an id", table.name);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_sorts_what_is_stored() {
    let database = Database::sqlite();
    let store = Store::open(&database.url()).await.expect("it opens");
    for table in TABLES {
        let columns: Vec<&str> = table.columns().map(|(name, _)| name).collect();
        let key: Vec<&str> = table.key().collect();
        let pages = Pages { table: table.name, columns: &columns, key: &key, along_key: table.along_key, only: "" };
        let sql: &'static str = format!("EXPLAIN QUERY PLAN {}", pages.statement(true)).leak();
        // The guild, the key, and how many: what they are is no matter to the plan.
        let args = vec![wardroom::store::Value::from(1); key.len() + 2];
        let rows: Vec<(i64, i64, i64, String)> = store
            .read(move |tx| {
                let args = args.clone();
                Box::pin(async move { tx.all(sql, args).await })
            })
            .await
            .expect("it is explained");
        let plan = rows.into_iter().map(|(.., step)| step).collect::<Vec<_>>().join("; ");
        assert!(!plan.contains("TEMP B-TREE") && plan.starts_with("SEARCH"), "{}: {plan}", table.name);
    }
    store.close().await;
}

/// A server in which something of everything has happened.
async fn live(desk: &Desk) {
    desk.set_up_and_declared("P2").await;
    for (command, options) in [
        ("incident ack", json!({"incident": "INC-1"})),
        ("incident note", json!({"incident": "INC-1", "text": "=HYPERLINK(\"http://evil.example\")"})),
        ("incident task add", json!({"incident": "INC-1", "text": "-call the supplier", "due": "2h"})),
        (
            "incident update",
            json!({"incident": "INC-1", "message": "half of the hosts are back", "next-update": "30m"}),
        ),
        ("incident declare", json!({"title": "a breach that few may know of", "restricted": true})),
        ("incident declare", json!({"title": "slow reports", "kind": "drill"})),
        ("incident link", json!({"incident": "INC-3", "to": "INC-1", "kind": "related-to"})),
    ] {
        let answer = desk.alice.slash("general", command, options).await;
        assert!(answer.is_answered(), "{command}");
    }
    let note = json!({"incident": "INC-1", "text": "the password is swordfish"});
    let noted = desk.alice.slash("general", "incident note", note).await.text();
    let entry = noted
        .rsplit("entry ")
        .next()
        .and_then(|rest| rest.trim_end_matches(|c: char| !c.is_ascii_digit()).parse::<i64>().ok());
    let redact =
        json!({"incident": "INC-1", "entry": entry.unwrap_or_else(|| panic!("{noted}")), "redact": "a password"});
    let answer = desk.alice.slash("general", "incident timeline", redact).await.finished().await;
    assert!(
        answer.is_answered() && desk.database_holds("journal_text", "body", "a password").await,
        "{}",
        answer.text()
    );
    desk.settle().await;
}

fn run(desk: &Desk, arguments: &[&str]) -> Output {
    let url = desk.database_url();
    Command::new(env!("CARGO_BIN_EXE_wardroom"))
        .arg("export")
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", url)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null())
        .output()
        .expect("it starts")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A folder that goes away.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("wardroom-export-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir(&folder).expect("a folder");
        Self(folder)
    }

    fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn json_lines(folder: &Path, table: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder.join(format!("{table}.jsonl"))).expect("the file");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn csv_rows(folder: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{table}.csv"))).expect("the file");
    reader.deserialize().map(|row| row.expect("a row")).collect()
}

async fn count(desk: &Desk, sql: &'static str) -> u64 {
    let row: Option<(i64,)> =
        desk.store.read(move |tx| Box::pin(async move { tx.optional(sql, args![]).await })).await.expect("it counts");
    u64::try_from(row.expect("a row").0).expect("a count")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_files_is_what_is_in_the_database() {
    Desk::on_each_database(async |desk| {
        live(desk).await;
        let home = Folder::new(desk.kind());
        let folder = home.join("all");
        let output = run(desk, &["--to", &folder.display().to_string()]);
        assert!(output.status.success(), "{}", said(&output));
        assert!(said(&output).contains("restricted incidents are in it (1)"), "{}", said(&output));
        let manifest: Value =
            serde_json::from_slice(&std::fs::read(folder.join("manifest.json")).expect("the manifest")).expect("JSON");
        assert_eq!((&manifest["format"], &manifest["journal"]["sound"]), (&json!(1), &json!(true)));
        for file in manifest["files"].as_array().expect("files") {
            let bytes = std::fs::read(folder.join(file["name"].as_str().expect("a name"))).expect("the file");
            assert_eq!(file["bytes"], json!(bytes.len()));
            assert_eq!(file["sha256"], json!(hex(&Sha256::digest(&bytes))));
        }
        counted(desk, &folder).await;

        let incidents = json_lines(&folder, "incident");
        let first = &incidents[0];
        assert_eq!(first["title"], json!("checkout is down"));
        assert_eq!(first["declared_at"], json!("2026-11-24T10:00:00.000000Z"));
        assert_eq!(first["reporter_id"], json!(desk.alice.id().to_string()));
        assert_eq!((&first["major"], &first["restricted"]), (&json!(false), &json!(false)));
        assert_eq!(first["closed_at"], Value::Null);
        assert_eq!(csv_rows(&folder, "incident_task")[0]["text"], "'-call the supplier");
        assert_eq!(json_lines(&folder, "incident_task")[0]["text"], json!("-call the supplier"));
        a_verifier_is_content(&folder, manifest["journal"]["head"].as_str().expect("a head"));
        let all = std::fs::read_to_string(folder.join("journal.jsonl")).expect("the journal");
        assert!(!all.contains("swordfish") && all.contains("HYPERLINK"), "{all}");

        let again = run(desk, &["--to", &folder.display().to_string()]);
        assert_eq!(again.status.code(), Some(1));
        assert!(said(&again).contains("is there already; name a folder that is not"), "{}", said(&again));
    })
    .await;
}

/// Every table has as many rows in each file as in the database.
async fn counted(desk: &Desk, folder: &Path) {
    for table in TABLES {
        let (json, csv) = (json_lines(folder, table.name), csv_rows(folder, table.name));
        assert_eq!(json.len(), csv.len(), "{}", table.name);
        let names: Vec<&str> = table.columns().map(|(name, _)| name).collect();
        for row in &json {
            let mut keys: Vec<&str> = row.as_object().expect("an object").keys().map(String::as_str).collect();
            let mut names = names.clone();
            keys.sort_unstable();
            names.sort_unstable();
            assert_eq!(keys, names);
        }
    }
    let rows = |table: &str| json_lines(folder, table).len() as u64;
    assert_eq!(rows("incident"), count(desk, "SELECT COUNT(*) FROM incident").await);
    assert_eq!(rows("service"), count(desk, "SELECT COUNT(*) FROM service").await);
    assert_eq!(rows("incident_task"), count(desk, "SELECT COUNT(*) FROM incident_task").await);
    assert_eq!(rows("impact_window"), count(desk, "SELECT COUNT(*) FROM impact_window").await);
    assert_eq!(rows("record_link"), count(desk, "SELECT COUNT(*) FROM record_link").await);
    assert_eq!(rows("room"), count(desk, "SELECT COUNT(*) FROM room").await);
    assert_eq!(rows("journal"), count(desk, "SELECT COUNT(*) FROM journal_entry").await);
    assert!(rows("incident") == 3 && rows("record_link") > 0 && rows("incident_insider") > 0);
}

/// What somebody without wardroom can do with the journal's file: follow the chain, and prove each text that is there.
fn a_verifier_is_content(folder: &Path, end: &str) {
    let unhex = |text: &Value| -> Vec<u8> {
        let text = text.as_str().expect("hexadecimal");
        let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hexadecimal");
        (0..text.len()).step_by(2).map(byte).collect()
    };
    let (mut last, mut proven, mut erased) = (NO_HEAD, 0, 0);
    for line in json_lines(folder, "journal") {
        let bytes = unhex(&line["entry"]);
        last = head(&last, &bytes);
        assert_eq!(line["head"], json!(hex(&last)));
        let entry = Entry::decode(&bytes).expect("an entry");
        for (field, told) in entry.fields.iter().zip(line["fields"].as_array().expect("fields")) {
            assert_eq!(told["name"], json!(field.name));
            let Datum::Text(hash) = &field.after else { continue };
            match told["after"]["text"].as_str() {
                Some(said) => {
                    assert_eq!(&text(&unhex(&told["after"]["salt"]), said), hash);
                    proven += 1;
                }
                None => erased += 1,
            }
        }
    }
    assert_eq!(hex(&last), end);
    assert!(proven > 3 && erased == 1, "{proven} texts proven, {erased} erased");
}

#[tokio::test(flavor = "multi_thread")]
async fn restricted_incidents_can_be_left_out_with_all_that_belongs_to_them() {
    Desk::on_each_database(async |desk| {
        live(desk).await;
        let home = Folder::new(&format!("open-{}", desk.kind()));
        let folder = home.join("open");
        let output = run(desk, &["--without-restricted", "--to", &folder.display().to_string()]);
        assert!(said(&output).contains("restricted incidents are left out (1)"), "{}", said(&output));
        for file in std::fs::read_dir(&folder).expect("the folder") {
            let path = file.expect("a file").path();
            let text = std::fs::read_to_string(&path).expect("text");
            assert!(!text.contains("a breach that few may know of") && !text.contains("INC-2"), "{}", path.display());
        }
        let numbers: Vec<Value> = json_lines(&folder, "incident").iter().map(|row| row["number"].clone()).collect();
        assert_eq!(numbers, [json!(1), json!(3)]);
        assert!(json_lines(&folder, "incident_insider").is_empty());
        // The chain has no hole: of what is withheld there is the place and the head.
        let journal = json_lines(&folder, "journal");
        let places: Vec<u64> = journal.iter().map(|line| line["seq"].as_u64().expect("a place")).collect();
        assert_eq!(places, (1..=journal.len() as u64).collect::<Vec<_>>());
        let withheld: Vec<&Value> = journal.iter().filter(|line| line["withheld"] == json!(true)).collect();
        assert!(!withheld.is_empty());
        assert!(
            withheld.iter().all(|line| line.as_object().expect("an object").len() == 3 && line["head"].is_string())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_named_where_there_are_several_and_pages_leave_no_row_out() {
    Desk::on_each_database(async |desk| {
        desk.set_up().await;
        let guild = desk.playground.guild("").0;
        let many = desk.store.write(move |tx| {
            Box::pin(async move {
                tx.execute(
                    "INSERT INTO guild_setting (guild_id, name, value)
                     WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 2500)
                     SELECT $1, 'extra-' || x, x FROM n",
                    args![GuildId(guild)],
                )
                .await?;
                tx.execute("INSERT INTO guild (guild_id, timezone, joined_at) VALUES (7, 'UTC', 0)", args![]).await
            })
        });
        many.await.expect("they are there");
        let home = Folder::new(&format!("many-{}", desk.kind()));
        let folder = home.join("one");
        let to = folder.display().to_string();
        let which = run(desk, &["--to", &to]);
        assert_eq!(which.status.code(), Some(1));
        assert!(said(&which).contains("name one with --guild: 7, "), "{}", said(&which));
        let none = run(desk, &["--guild", "8", "--to", &to]);
        assert!(said(&none).contains("no server 8 has used this wardroom"), "{}", said(&none));
        assert!(!folder.exists());
        let output = run(desk, &["--guild", &guild.to_string(), "--to", &to]);
        assert!(output.status.success(), "{}", said(&output));
        let names: BTreeSet<String> =
            json_lines(&folder, "guild_setting").iter().map(|row| row["name"].to_string()).collect();
        assert!(names.len() >= 2500, "{}", names.len());
        assert_eq!(json_lines(&folder, "guild").len(), 1);

        // What an interrupted export left stands in the way, and is named.
        std::fs::create_dir(home.join("next.part")).expect("a folder");
        let order =
            Order { guild: GuildId(guild), folder: home.join("next"), without_restricted: false, now: morning() };
        let refused = export(&desk.store, order).await.expect_err("it is in the way").to_string();
        assert!(refused.ends_with("is left of an export that was interrupted; remove it and try again"), "{refused}");
        let gone = desk
            .store
            .write(|tx| Box::pin(async move { tx.execute("DELETE FROM guild WHERE guild_id = 7", args![]).await }));
        gone.await.expect("it is gone");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_tampered_with_is_exported_as_it_is_and_told() {
    let (database, home) = (Database::sqlite(), Folder::new("bad"));
    let store = Store::open(&database.url()).await.expect("it opens");
    crate::journal::three_entries(&store).await;
    let forge = store.write(|tx| {
        Box::pin(async move { tx.execute("UPDATE journal_entry SET head = entry WHERE seq = 2", args![]).await })
    });
    forge.await.expect("a database can be edited");
    store.close().await;
    drop(store);
    let folder = home.join("bad");
    let output = Command::new(env!("CARGO_BIN_EXE_wardroom"))
        .args(["export", "--to", &folder.display().to_string()])
        .env_clear()
        .env("DATABASE_URL", database.url())
        .output()
        .expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("the journal is BAD at entry 2"), "{}", said(&output));
    assert_eq!(json_lines(&folder, "journal").len(), 3);
}
