//! The bot as a child process: started, killed, stopped. Only the process that was started here is ever signalled, by its id.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use wardroom::playground::Playground;

use crate::records::Database;

/// How often a process is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Starts bots on one database in one playground.
pub struct Yard {
    environment: Vec<(&'static str, String)>,
    folder: PathBuf,
    log: PathBuf,
}

/// A bot that runs. It is killed when dropped.
pub struct Bot {
    child: Child,
    pub started: Instant,
    /// The READYs before it.
    pub before: u64,
}

impl Yard {
    pub fn new(database: &Database, playground: &Playground) -> Self {
        let log = database.folder().join("bot.log");
        let environment = vec![
            ("DISCORD_TOKEN", playground.token().to_owned()),
            ("DATABASE_URL", database.url().to_owned()),
            ("WARDROOM_DISCORD_API", playground.url()),
            ("WARDROOM_HTTP", "off".to_owned()),
            ("WARDROOM_LEASE", "2s".to_owned()),
            ("WARDROOM_LOG", "info".to_owned()),
            ("RUST_BACKTRACE", "0".to_owned()),
        ];
        Self { environment, folder: database.folder().to_owned(), log }
    }

    /// Where the bot writes its log.
    pub fn log(&self) -> &Path {
        &self.log
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
        // In a folder of its own, so that no `.env` of the developer's is read.
        command.arg(verb).envs(self.environment.iter().cloned()).current_dir(&self.folder).stdin(Stdio::null());
        command
    }

    fn append(&self) -> File {
        OpenOptions::new().create(true).append(true).open(&self.log).expect("the log can be written")
    }

    /// Starts a bot.
    pub fn start(&self, playground: &Playground) -> Bot {
        let before = playground.gateway().identified();
        let child = self
            .command("run")
            .stdout(self.append())
            .stderr(self.append())
            .spawn()
            .expect("the binary under test starts");
        Bot { child, started: Instant::now(), before }
    }

    /// What `wardroom verify` answers: its status and its words.
    pub fn verify(&self) -> (ExitStatus, String) {
        let output = self.command("verify").output().expect("the binary under test starts");
        let words = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        (output.status, words.join(" "))
    }

    /// What the log complains of, each kind of complaint once, with its count.
    pub fn complaints(&self) -> Vec<(usize, String)> {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let mut complaints: Vec<(usize, String)> = Vec::new();
        for line in log.lines() {
            let words = line.split_once(" ERROR ").map(|(_, words)| format!("ERROR {words}"));
            let words = words.or_else(|| line.split_once(" WARN ").map(|(_, words)| format!("WARN {words}")));
            let words = words.or_else(|| line.contains("panicked").then(|| line.to_owned()));
            let Some(words) = words else { continue };
            let kind: String = words.chars().filter(|letter| !letter.is_ascii_digit()).take(160).collect();
            match complaints.iter_mut().find(|(_, known)| *known == kind) {
                Some((count, _)) => *count += 1,
                None => complaints.push((1, kind)),
            }
        }
        complaints
    }
}

impl Bot {
    /// Whether it ended by itself, which it never should.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked")
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        // One that has ended already is found by `ended`.
        drop(self.child.kill());
        drop(self.child.wait());
    }

    /// Waits for its READY; how long that took from its start.
    pub async fn ready(&mut self, playground: &Playground, within: Duration) -> Result<Duration, String> {
        loop {
            if playground.gateway().identified() > self.before {
                return Ok(self.started.elapsed());
            }
            if let Some(status) = self.ended() {
                return Err(format!("the bot ended by itself before it was ready: {status}"));
            }
            if self.started.elapsed() > within {
                return Err(format!("the bot was not ready within {within:?} of its start"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// SIGTERM; how long it took to end with 0.
    pub async fn stop(&mut self, within: Duration) -> Result<Duration, String> {
        if let Some(status) = self.ended() {
            return Err(format!("the bot had ended by itself before it was to stop: {status}"));
        }
        let asked = Instant::now();
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM cannot be sent to the bot");
        loop {
            if let Some(status) = self.ended() {
                return if status.success() {
                    Ok(asked.elapsed())
                } else {
                    Err(format!("after SIGTERM the bot ended with {status}, and not with 0"))
                };
            }
            if asked.elapsed() > within {
                return Err(format!("the bot had not ended {within:?} after SIGTERM"));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        self.kill();
    }
}
