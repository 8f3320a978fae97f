//! `wardroom demo`: the playground and the bot in one process, with a sample server, until Ctrl-C. Nothing is kept.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{on_signal, say};
use crate::bot::{self, Ended, Parts};
use crate::clock::Clock;
use crate::playground::{self, Playground, World};
use crate::store::Store;

#[derive(Args)]
pub(super) struct Options {
    /// The port of the page; a free one if left out
    #[arg(long, default_value_t = 0)]
    port: u16,
}

/// How long the bot may take to connect to a playground on the same machine.
const CONNECTS_WITHIN: Duration = Duration::from_secs(20);

pub(super) async fn demo(options: Options) -> ExitCode {
    let clock = Clock::system();
    let settings = playground::Options { port: options.port, clock: clock.reading(), ..playground::Options::default() };
    let playground = match Playground::start(settings, World::sample()).await {
        Ok(playground) => playground,
        Err(error) => return say(&format!("the playground could not be started: {error}; is the port taken?"), 1),
    };
    let folder = Folder::new();
    let store = match Store::open(&format!("sqlite://{}", folder.0.join("demo.db").display())).await {
        Ok(store) => Arc::new(store),
        Err(error) => return say(&error.to_string(), 1),
    };
    let stop = CancellationToken::new();
    tokio::spawn(on_signal(stop.clone()));
    let (connected, mut is_connected) = watch::channel(false);
    let parts = Parts {
        store: store.clone(),
        clock,
        discord: playground.url(),
        token: SecretString::from(playground.token().to_owned()),
        lease: Duration::from_secs(30),
        http: None,
    };
    let bot = tokio::spawn(bot::run(parts, stop.clone(), Some(connected)));
    let up = tokio::time::timeout(CONNECTS_WITHIN, is_connected.wait_for(|up| *up)).await;
    if matches!(up, Ok(Ok(_))) {
        set_up(&playground).await;
        println!("wardroom is running in a playground. Open it and be several people:\n\n    {}\n", playground.url());
        println!("Try  /incident declare title:checkout is down  or type  @wardroom p1 checkout is down on payments");
        println!("Ctrl-C ends it; nothing is kept.");
    } else if !stop.is_cancelled() {
        eprintln!("wardroom: the bot did not connect to the playground; WARDROOM_LOG=debug shows why");
        stop.cancel();
    }
    let ended = bot.await.unwrap_or_else(|error| Ended::Failed(error.to_string(), 70));
    store.close().await;
    playground.stop().await;
    match ended {
        Ended::Stopped => ExitCode::SUCCESS,
        Ended::Failed(why, code) => say(&why, code),
    }
}

/// The administrator of the sample server sets wardroom up, as on any server: by commands.
async fn set_up(playground: &Playground) {
    playground.wait_commands().await;
    let dev = playground.person("dev");
    let id = |id: playground::Id| Value::from(id.to_string());
    let mut steps: Vec<(&str, Value)> = ["incidents", "changes", "problems", "management", "operations"]
        .into_iter()
        .map(|purpose| ("setup channel", json!({"purpose": purpose, "channel": id(playground.channel(purpose))})))
        .collect();
    for (capability, role) in [("responder", "Responders"), ("manager", "Managers"), ("approver", "Change approvers")] {
        steps.push(("setup role", json!({"capability": capability, "role": id(playground.role(role))})));
    }
    for (name, tier, description) in [
        ("checkout", 1, "The shop's till: carts, prices, orders"),
        ("payments", 1, "Cards and invoices, through two suppliers"),
        ("reporting", 3, "Figures of yesterday for the office"),
    ] {
        steps.push((
            "service add",
            json!({"name": name, "tier": tier, "description": description, "owner": id(dev.id())}),
        ));
    }
    for (command, options) in steps {
        let answer = dev.slash("operations", command, options).await;
        if !answer.is_answered() {
            tracing::warn!(command, "the sample server could not be set up");
        }
    }
}

/// A folder of this demo alone, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("wardroom-demo-{}", std::process::id()));
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tracing::warn!(%error, "a folder for the demo could not be made");
        }
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
