//! A bot in a process of its own, and the playground that it talks to.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use wardroom::clock::Clock;
use wardroom::playground::{Options, Person, Playground, World};

use super::bare;

/// Which bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The release binary.
    Wardroom,
    /// See [`bare`].
    Bare,
}

/// A process that ends with this value.
pub struct Process(Child);

impl Process {
    /// Starts the bot against `playground`, on the database of that name in `folder`.
    pub fn start(which: Which, playground: &Playground, folder: &Path, database: &str) -> Self {
        let database = format!("sqlite://{}", folder.join(database).display());
        let mut command = match which {
            Which::Wardroom => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
                // As it runs at work: with metrics, and with its log on.
                command.env_clear().env("DISCORD_TOKEN", playground.token()).env("DATABASE_URL", database);
                command.env("WARDROOM_DISCORD_API", playground.url()).env("WARDROOM_HTTP", "127.0.0.1:0");
                command
            }
            Which::Bare => {
                let mut command = Command::new(std::env::current_exe().expect("this program's own file"));
                command.args([bare::ARGUMENT, &playground.url(), playground.token(), &database]);
                command
            }
        };
        let log = File::create(folder.join(format!("{which:?}.log"))).expect("a file for the log");
        let child = command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn();
        Self(child.expect("the bot starts"))
    }

    /// Its resident memory in MB (of 1024²).
    pub fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse().unwrap_or(f64::NAN);
        kilobytes / 1024.0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which the figures show.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// A playground that keeps out of the way of what is measured: no request is refused for a limit, and the logs are short.
/// With `told_limits` the headers tell of Discord's limits, to which wardroom keeps; bare serenity without its limiter does not.
pub async fn playground(told_limits: bool) -> Playground {
    let options = Options {
        clock: Clock::system().reading(),
        rate_limits: false,
        limit_headers: told_limits,
        request_log: 0,
        effect_log: 16_384,
        // Interactions that are kept longer make each new one slower.
        token_lifetime: Duration::from_secs(10),
        ..Options::default()
    };
    Playground::start(options, World::sample()).await.expect("the playground starts")
}

/// A bot that is ready for commands.
pub struct Bot {
    /// Which it is.
    pub which: Which,
    /// Where it is.
    pub playground: Playground,
    /// A responder.
    pub alice: Person,
    /// Its process.
    pub process: Process,
}

impl Bot {
    /// Starts it, and sets it up as an administrator would.
    pub async fn start(which: Which, folder: &Path, told_limits: bool) -> Self {
        let playground = playground(told_limits).await;
        let process = Process::start(which, &playground, folder, &format!("{which:?}.db"));
        assert!(playground.wait_commands().await, "{which:?} did not start; its log is in {}", folder.display());
        let bot = Self { which, alice: playground.person("alice"), playground, process };
        bot.set_up().await;
        bot
    }

    async fn set_up(&self) {
        let dev = self.playground.person("dev");
        let incidents = Value::from(self.playground.channel("incidents").to_string());
        let responders = Value::from(self.playground.role("Responders").to_string());
        for (command, options) in [
            ("setup channel", json!({"purpose": "incidents", "channel": incidents})),
            ("setup role", json!({"capability": "responder", "role": responders})),
        ] {
            let answer = dev.slash("general", command, options).await;
            assert!(answer.is_answered(), "{:?} does not answer `{command}`: {:?}", self.which, answer.outcome);
        }
    }
}
