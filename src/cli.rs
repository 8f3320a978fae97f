//! The command line: `run`, `demo`, `check`, `verify`, `backup`, `export`.

mod check;
mod demo;
mod export;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::bot::{self, Ended, Parts};
use crate::clock::Clock;
use crate::config::{BadConfig, Config, Http, LogFormat};
use crate::discord::LOG_PINS;
use crate::error::{Error, Failure};
use crate::incident;
use crate::journal::{self, Verdict, format};
use crate::setup;
use crate::store::Store;
use crate::web;

/// `EX_CONFIG` of sysexits.h: the configuration has to be mended, a restart does not help.
const EXIT_CONFIG: u8 = 78;
/// `EX_TEMPFAIL`: starting again later may help.
const EXIT_LATER: u8 = 75;
/// Something was found that has to be mended.
const EXIT_FOUND: u8 = 1;
/// Between two foldings of what was measured. Without them each single measurement stays in memory until somebody asks for it.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Parser)]
#[command(name = "wardroom", version, about = "ISO/IEC 20000 service management that lives in Discord")]
struct Cli {
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Subcommand)]
enum Verb {
    /// Run the bot (the default)
    Run,
    /// Try wardroom in a local playground: no Discord account, nothing is kept
    Demo(demo::Options),
    /// Look for what is missing: configuration, database, token, and each server's channels, permissions and roles
    Check,
    /// Walk the journal's hash chains and name the first bad entry of each server
    Verify,
    /// Write a complete copy of a SQLite database to FILE while wardroom is stopped
    Backup {
        /// The new file
        file: PathBuf,
    },
    /// Write all records of a server into a new folder, as JSON lines and CSV; the bot may run meanwhile
    Export(export::Options),
}

/// Does what the command line says.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::from_environment() {
        Ok(config) => config,
        Err(error) => return say(&error.to_string(), EXIT_CONFIG),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(workers()).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say(&format!("no runtime could be started: {error}"), 70),
    };
    runtime.block_on(async {
        match cli.command.unwrap_or(Verb::Run) {
            Verb::Run => {
                start_log(&config, &config.log);
                run(config).await
            }
            Verb::Demo(options) => {
                // The terminal of a demo belongs to its words; a filter that was asked for is obeyed.
                let quiet = if config.log == "info" { "error" } else { config.log.as_str() };
                start_log(&config, quiet);
                demo::demo(options).await
            }
            Verb::Check => {
                start_log(&config, "off");
                check::check(&config).await
            }
            Verb::Verify => verify(&config).await,
            Verb::Backup { file } => back_up(&config, file).await,
            Verb::Export(options) => export::export(&config, options).await,
        }
    })
}

/// The bot waits more than it works: a few threads serve it, and each costs memory.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 4)
}

/// Says `sentence` where people read errors, and gives the exit code.
fn say(sentence: &str, code: u8) -> ExitCode {
    eprintln!("wardroom: {sentence}");
    ExitCode::from(code)
}

/// `filter` without what asks for more of a pinned target: a narrower directive, such as `serenity::gateway=trace`, would win over the pin,
/// and tokens would reach the log.
fn without_pinned(filter: &str) -> String {
    let is_free = |directive: &&str| {
        let directive = directive.trim();
        !LOG_PINS.iter().filter_map(|pin| pin.split('=').next()).any(|target| directive.starts_with(target))
    };
    filter.split(',').filter(is_free).collect::<Vec<_>>().join(",")
}

fn start_log(config: &Config, filter: &str) {
    let mut filter = EnvFilter::new(without_pinned(filter));
    for pin in LOG_PINS {
        if let Ok(directive) = pin.parse() {
            filter = filter.add_directive(directive);
        }
    }
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
}

/// The figures of this process; none when another part of it keeps them already.
fn start_metrics() -> Option<PrometheusHandle> {
    let figures = PrometheusBuilder::new().install_recorder().ok()?;
    let kept = figures.clone();
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    });
    Some(figures)
}

async fn open(config: &Config) -> Result<Arc<Store>, Error> {
    Store::open(config.database.expose_secret()).await.map(Arc::new)
}

async fn run(config: Config) -> ExitCode {
    let token = match config.needed_token() {
        Ok(token) => token,
        Err(error) => return say(&error.to_string(), EXIT_CONFIG),
    };
    let http = match listen(&config).await {
        Ok(http) => http,
        Err(error) => return say(&error.clone(), EXIT_CONFIG),
    };
    let store = match open(&config).await {
        Ok(store) => store,
        // A server that does not answer may do so in a minute; everything else has to be mended.
        Err(error @ Error::Failed(Failure::Database(_))) => return say(&error.to_string(), EXIT_LATER),
        Err(error) => return say(&error.to_string(), EXIT_CONFIG),
    };
    let stop = CancellationToken::new();
    tokio::spawn(on_signal(stop.clone()));
    let parts = Parts {
        store: store.clone(),
        clock: Clock::system(),
        discord: config.discord,
        token,
        lease: config.lease,
        http: http.and_then(|listener| Some((listener, start_metrics()?))),
    };
    let ended = bot::run(parts, stop, None).await;
    store.close().await;
    match ended {
        Ended::Stopped => ExitCode::SUCCESS,
        Ended::Failed(why, code) => say(&why, code),
    }
}

/// The listener of health and metrics. The default address is a wish: when it is taken and nobody asked for it, wardroom goes without.
async fn listen(config: &Config) -> Result<Option<TcpListener>, String> {
    match config.http {
        Http::Off => Ok(None),
        Http::Default(address) => match web::bind(address).await {
            Ok(listener) => Ok(Some(listener)),
            Err(error) => {
                tracing::warn!(%address, %error, "health and metrics are not served; set WARDROOM_HTTP to another address, or to off");
                Ok(None)
            }
        },
        Http::At(address) => web::bind(address)
            .await
            .map(Some)
            .map_err(|error| format!("WARDROOM_HTTP is {address}, which cannot be listened on: {error}")),
    }
}

/// SIGTERM and Ctrl-C stop in order; a second one ends at once.
async fn on_signal(stop: CancellationToken) {
    signal().await;
    tracing::info!("stopping; once more ends at once");
    stop.cancel();
    signal().await;
    std::process::exit(130);
}

async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            drop(tokio::signal::ctrl_c().await);
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    }
    #[cfg(not(unix))]
    drop(tokio::signal::ctrl_c().await);
}

async fn verify(config: &Config) -> ExitCode {
    let walk = async {
        let store = Store::open_beside(config.database.expose_secret()).await?;
        let guilds = store.read(|tx| Box::pin(setup::store::all(tx))).await?;
        let mut broken = 0;
        for guild in &guilds {
            match journal::verify(&store, *guild).await? {
                Verdict::Sound { entries, head } => {
                    println!("server {guild}: {entries} entries, sound, head {}", format::hex(&head));
                }
                Verdict::Broken { seq, why } => {
                    broken += 1;
                    println!("server {guild}: entry {seq} is BAD: {why}");
                }
            }
            for (number, field) in incident::audit::differences(&store, *guild).await? {
                broken += 1;
                match field {
                    incident::audit::MISSING => {
                        println!("server {guild}: {number} is BAD: its number was handed out, and it is not there");
                    }
                    incident::audit::UNNUMBERED => {
                        println!("server {guild}: {number} is BAD: its number was never handed out");
                    }
                    field => {
                        println!("server {guild}: the `{field}` of {number} is BAD: it is not what the journal says");
                    }
                }
            }
        }
        if guilds.is_empty() {
            println!("the journal is empty: no server has used wardroom yet");
        }
        store.close().await;
        Ok::<_, Error>(broken)
    };
    match walk.await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(EXIT_FOUND),
        Err(error) => say(&error.to_string(), EXIT_CONFIG),
    }
}

async fn back_up(config: &Config, file: PathBuf) -> ExitCode {
    let copy = async {
        let store = open(config).await?;
        let copied = store.back_up(file.clone()).await;
        store.close().await;
        copied
    };
    match copy.await {
        Ok(()) => {
            println!(
                "{} is a complete copy; start from it with DATABASE_URL=sqlite://{}",
                file.display(),
                file.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => say(&error.to_string(), EXIT_FOUND),
    }
}

impl From<BadConfig> for String {
    fn from(error: BadConfig) -> Self {
        error.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_filter_opens_what_prints_tokens() {
        assert_eq!(
            without_pinned("info,serenity::gateway=trace, tungstenite::protocol=trace,wardroom=debug"),
            "info,wardroom=debug"
        );
        assert_eq!(without_pinned("warn"), "warn");
    }
}
