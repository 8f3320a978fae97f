//! The command line, as its user meets it: the real program, its words and its exit codes.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use wardroom::playground::{Options, Playground, World};

use crate::desk::Database;

fn wardroom(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command.args(arguments).env_clear().current_dir(std::env::temp_dir()).stdin(Stdio::null());
    command.envs(variables.iter().copied());
    command
}

fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    wardroom(arguments, variables).output().expect("it starts")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A process that ends with the test.
struct Running(Child);

impl Running {
    fn terminate(&self) {
        let killed = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
    }

    fn ended_within(&mut self, time: Duration) -> Option<i32> {
        let give_up = Instant::now() + time;
        while Instant::now() < give_up {
            if let Some(status) = self.0.try_wait().expect("it can be asked") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn a_bad_configuration_is_one_sentence_and_its_own_exit_code() {
    for (variables, sentence) in [
        (vec![], "DISCORD_TOKEN is not set"),
        (vec![("WARDROOM_LOG_FORMAT", "xml")], "WARDROOM_LOG_FORMAT is `xml`"),
        (vec![("DATABASE_URL", "oracle://scott:tiger@x")], "DATABASE_URL names no database"),
        (vec![("DISCORD_TOKEN", "a b"), ("WARDROOM_HTTP", "off")], "DISCORD_TOKEN holds spaces"),
    ] {
        let output = run(&["run"], &variables);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(78), "{said}");
        assert!(said.contains(sentence) && said.lines().count() == 1 && !said.contains("tiger"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_discord_refuses_ends_it_with_the_way_to_mend_it() {
    let playground = Playground::start(Options::default(), World::sample()).await.expect("it starts");
    let database = Database::sqlite();
    let output = tokio::task::spawn_blocking(move || {
        run(
            &[],
            &[
                ("DISCORD_TOKEN", "wrong"),
                ("WARDROOM_DISCORD_API", &playground.url()),
                ("DATABASE_URL", &database.url()),
                ("WARDROOM_HTTP", "off"),
                ("WARDROOM_LOG", "off"),
            ],
        )
    })
    .await
    .expect("it ran");
    assert_eq!(output.status.code(), Some(78));
    assert!(said(&output).contains("Discord refuses the bot's token"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_tells_its_health_stops_in_order_and_can_be_checked_verified_and_backed_up() {
    for database in Database::each().await {
        let playground = Playground::start(Options::default(), World::sample()).await.expect("it starts");
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let http = format!("127.0.0.1:{port}");
        let (url, api, token) = (database.url(), playground.url(), playground.token().to_owned());
        let variables = [
            ("DISCORD_TOKEN", token.as_str()),
            ("WARDROOM_DISCORD_API", api.as_str()),
            ("DATABASE_URL", url.as_str()),
            ("WARDROOM_HTTP", http.as_str()),
            ("WARDROOM_LOG", "off"),
        ];
        let mut bot = Running(wardroom(&["run"], &variables).spawn().expect("it starts"));
        playground.wait_ready().await;
        assert!(playground.wait_commands().await);
        let answer =
            playground.person("alice").slash("general", "incident declare", json!({"title": "slow reports"})).await;
        assert!(answer.text().starts_with("**INC-1**"), "{}", answer.text());

        let client = reqwest::Client::new();
        let get = async |path: &str| {
            let response = client.get(format!("http://{http}{path}")).send().await.expect("it answers");
            (response.status().as_u16(), response.text().await.expect("text"))
        };
        assert_eq!(get("/live").await, (200, "live\n".to_owned()));
        assert_eq!(get("/ready").await, (200, "ready\n".to_owned()));
        let metrics = get("/metrics").await.1;
        assert!(metrics.contains("wardroom_gateway_up 1"), "{metrics}");
        assert!(!metrics.contains(&token));

        if matches!(database, Database::Sqlite(_)) {
            let second = run(&["run"], &[variables[0], variables[1], variables[2], ("WARDROOM_HTTP", "off")]);
            assert_eq!(second.status.code(), Some(78));
            assert!(said(&second).contains("in use by another wardroom"), "{}", said(&second));
            // Looking does not need the file for itself.
            let beside = run(&["verify"], &variables);
            assert!(beside.status.success() && said(&beside).contains("1 entries, sound"), "{}", said(&beside));
            let beside = run(&["check"], &variables);
            assert!(beside.status.success() && said(&beside).contains("Harbour Payments: "), "{}", said(&beside));
        }
        assert!(
            playground
                .wait_until(Duration::from_secs(10), |playground| !playground.threads("general").is_empty())
                .await
        );
        bot.terminate();
        assert_eq!(bot.ended_within(Duration::from_secs(25)), Some(0), "it stops in order");

        let verified = run(&["verify"], &variables);
        assert_eq!(verified.status.code(), Some(0));
        assert!(said(&verified).contains("1 entries, sound, head "), "{}", said(&verified));
        let checked = run(&["check"], &variables);
        let lines = said(&checked);
        assert_eq!(checked.status.code(), Some(0), "{lines}");
        assert!(lines.contains("token: Discord knows the bot") && lines.contains("Harbour Payments: "), "{lines}");
        assert!(lines.contains("bundled tzdata 2026f") || lines.contains("bundled tzdata 2027"), "{lines}");
        backed_up(&database, &variables);
        forge_a_title(&url).await;
        let verified = run(&["verify"], &variables);
        assert_eq!(verified.status.code(), Some(1));
        assert!(said(&verified).contains("the `title` of INC-1 is BAD"), "{}", said(&verified));
        playground.stop().await;
    }
}

async fn forge_a_title(url: &str) {
    let store = wardroom::store::Store::open(url).await.expect("it opens");
    let forge = store
        .write(|tx| Box::pin(async move { tx.execute("UPDATE incident SET title = 'all is well'", Vec::new()).await }));
    forge.await.expect("a database can be edited");
    store.close().await;
}

fn backed_up(database: &Database, variables: &[(&str, &str)]) {
    match database {
        Database::Sqlite(folder) => {
            let copy = folder.join("copy.db").display().to_string();
            // What an interrupted backup left.
            std::fs::write(folder.join("copy.db.part"), "half a copy").expect("it can be written");
            let output = run(&["backup", &copy], variables);
            assert_eq!(output.status.code(), Some(0), "{}", said(&output));
            let verified = run(&["verify"], &[("DATABASE_URL", &format!("sqlite://{copy}"))]);
            assert!(said(&verified).contains("1 entries, sound"), "{}", said(&verified));
        }
        Database::Postgres(_) => {
            let output = run(&["backup", "copy.db"], variables);
            assert_eq!(output.status.code(), Some(1));
            assert!(said(&output).contains("pg_dump"), "{}", said(&output));
        }
    }
}

#[test]
fn looking_makes_no_database() {
    let Database::Sqlite(folder) = &Database::sqlite() else { unreachable!("it is one of SQLite") };
    let url = format!("sqlite://{}", folder.join("mistyped.db").display());
    for verb in ["verify", "check"] {
        let output = run(&[verb], &[("DATABASE_URL", &url)]);
        assert!(!output.status.success());
        assert!(said(&output).contains("there is no database at "), "{}", said(&output));
    }
    assert_eq!(std::fs::read_dir(folder).expect("the folder can be read").count(), 0);
}

#[test]
fn a_line_of_the_env_file_that_cannot_be_read_stops_the_start() {
    let Database::Sqlite(folder) = &Database::sqlite() else { unreachable!("it is one of SQLite") };
    std::fs::write(folder.join(".env"), "WARDROOM_LOG=off\nDISCORD_TOKEN abc\n").expect("it can be written");
    let output = wardroom(&["run"], &[]).current_dir(folder).output().expect("it starts");
    assert_eq!(output.status.code(), Some(78), "{}", said(&output));
    assert!(said(&output).contains("line 2 cannot be read") && !said(&output).contains("abc"), "{}", said(&output));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_tampered_with_is_told_by_its_first_bad_entry() {
    let database = Database::sqlite();
    let store = wardroom::store::Store::open(&database.url()).await.expect("it opens");
    crate::journal::three_entries(&store).await;
    store
        .write(|tx| {
            Box::pin(
                async move { tx.execute("UPDATE journal_text SET body = 'harmless' WHERE seq = 2", Vec::new()).await },
            )
        })
        .await
        .expect("a database can be edited");
    store.close().await;
    drop(store);
    let output = run(&["verify"], &[("DATABASE_URL", &database.url())]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("entry 2 is BAD: the text of `text` is not what was written"), "{}", said(&output));
}

#[test]
fn the_demo_prints_its_address_and_ends_on_a_signal() {
    let mut demo = Running(wardroom(&["demo"], &[]).stdout(Stdio::piped()).spawn().expect("it starts"));
    let lines = BufReader::new(demo.0.stdout.take().expect("its words")).lines();
    let words: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.starts_with("Ctrl-C")).collect();
    assert!(words.iter().any(|line| line.trim().starts_with("http://127.0.0.1:")), "{words:?}");
    demo.terminate();
    assert_eq!(demo.ended_within(Duration::from_secs(25)), Some(0));
}
