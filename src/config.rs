//! Configuration: the environment (or a file `.env`) becomes a [`Config`]. This is the only reader of environment variables.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

/// Every variable, with what it means: `.env.example` says the same, and a test compares them.
pub const VARIABLES: [(&str, &str, &str); 7] = [
    ("DISCORD_TOKEN", "", "the bot's token, from the developer portal"),
    ("DATABASE_URL", "sqlite://wardroom.db", "sqlite://FILE, or postgres://USER@HOST/NAME for several replicas"),
    ("WARDROOM_DISCORD_API", "https://discord.com", "base URL of Discord's API"),
    ("WARDROOM_HTTP", "127.0.0.1:8080", "listen address of /live, /ready and /metrics; `off` turns it off"),
    ("WARDROOM_LOG", "info", "filter of the log, such as `warn,wardroom=debug`"),
    ("WARDROOM_LOG_FORMAT", "text", "`text` or `json`"),
    ("WARDROOM_LEASE", "30s", "how long a replica keeps a delivery to itself; shorter frees it sooner after a crash"),
];

/// Discord's own API.
pub const DISCORD: &str = "https://discord.com";

/// How wardroom is to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bot's token.
    pub token: Option<SecretString>,
    /// Where the records are.
    pub database: SecretString,
    /// Where Discord's API is.
    pub discord: String,
    /// Where health and metrics are served.
    pub http: Http,
    /// What is logged.
    pub log: String,
    /// How it is written.
    pub log_format: LogFormat,
    /// How long a delivery is leased.
    pub lease: Duration,
}

/// Where health and metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Http {
    /// Nowhere.
    Off,
    /// At the default address, if it is free: nobody asked for it.
    Default(SocketAddr),
    /// At this address, or wardroom does not start.
    At(SocketAddr),
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

/// A variable whose value cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable} {why}")]
pub struct BadConfig {
    variable: &'static str,
    why: String,
}

impl Config {
    /// Reads the environment, and behind it a file `.env` in the working directory or in one above it.
    ///
    /// # Errors
    /// A sentence that names the variable, or the line of `.env` that cannot be read.
    pub fn from_environment() -> Result<Self, BadConfig> {
        let file = std::env::current_dir().map_or_else(|_| Ok(Vec::new()), |here| env_file(&here))?;
        Self::read(|name| {
            environment(name).or_else(|| file.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()))
        })
    }

    /// Reads variables through `get`. An empty value counts as absent.
    ///
    /// # Errors
    /// A sentence that names the variable.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, BadConfig> {
        let value =
            |name: &'static str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let or_default = |name: &'static str| {
            let default =
                VARIABLES.iter().find(|(variable, ..)| *variable == name).map_or("", |(_, default, _)| *default);
            value(name).unwrap_or_else(|| default.to_owned())
        };
        let bad = |variable, why: String| BadConfig { variable, why };

        let database = or_default("DATABASE_URL");
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| database.starts_with(scheme)) {
            // The value is not shown: it may hold a password.
            return Err(bad(
                "DATABASE_URL",
                "names no database that wardroom knows; write sqlite://wardroom.db or postgres://user@host/name"
                    .to_owned(),
            ));
        }
        let discord = or_default("WARDROOM_DISCORD_API").trim_end_matches('/').to_owned();
        if !(discord.starts_with("https://") || discord.starts_with("http://")) {
            return Err(bad(
                "WARDROOM_DISCORD_API",
                format!("is `{discord}`, which is no URL; write https://discord.com"),
            ));
        }
        let listen = or_default("WARDROOM_HTTP");
        let http = if listen.eq_ignore_ascii_case("off") {
            Http::Off
        } else {
            let address = listen.parse().map_err(|_| {
                bad("WARDROOM_HTTP", format!("is `{listen}`, which is no address; write 127.0.0.1:8080, or off"))
            })?;
            if value("WARDROOM_HTTP").is_some() { Http::At(address) } else { Http::Default(address) }
        };
        let log = or_default("WARDROOM_LOG");
        if log.parse::<tracing_subscriber::filter::Targets>().is_err()
            && tracing_subscriber::EnvFilter::try_new(&log).is_err()
        {
            return Err(bad(
                "WARDROOM_LOG",
                format!("is `{log}`, which is no filter; write info, or warn,wardroom=debug"),
            ));
        }
        let log_format = match or_default("WARDROOM_LOG_FORMAT").as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => return Err(bad("WARDROOM_LOG_FORMAT", format!("is `{other}`; write text or json"))),
        };
        let lease_text = or_default("WARDROOM_LEASE");
        let lease = crate::chat::phrase::duration(&lease_text)
            .ok()
            .and_then(|lease| lease.to_std().ok())
            .filter(|lease| (1..=600).contains(&lease.as_secs()))
            .ok_or_else(|| {
                bad("WARDROOM_LEASE", format!("is `{lease_text}`; write a duration from 1s to 10m, such as 30s"))
            })?;
        Ok(Self {
            token: value("DISCORD_TOKEN").map(SecretString::from),
            database: database.into(),
            discord,
            http,
            log,
            log_format,
            lease,
        })
    }

    /// The token, without which nothing can run.
    pub fn needed_token(&self) -> Result<SecretString, BadConfig> {
        let token = self.token.clone().ok_or_else(|| BadConfig {
            variable: "DISCORD_TOKEN",
            why: "is not set: take the bot's token from the developer portal, or see wardroom work without one: wardroom demo".to_owned(),
        })?;
        if token.expose_secret().chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(BadConfig {
                variable: "DISCORD_TOKEN",
                why: "holds spaces or line breaks, which no token has; copy it again".to_owned(),
            });
        }
        Ok(token)
    }
}

/// The variables of the nearest `.env` at or above `here`. Without one there are none.
fn env_file(here: &Path) -> Result<Vec<(String, String)>, BadConfig> {
    let bad = |why: String| BadConfig { variable: ".env", why };
    let Some(path) = here.ancestors().map(|folder| folder.join(".env")).find(|path| path.is_file()) else {
        return Ok(Vec::new());
    };
    let text =
        std::fs::read_to_string(&path).map_err(|error| bad(format!("({}) cannot be read: {error}", path.display())))?;
    dotenvy::from_read_iter(text.as_bytes())
        .map(|line| {
            line.map_err(|error| {
                // The line itself is not shown: it may hold the token.
                let place = match &error {
                    dotenvy::Error::LineParse(bad, _) => line_number(&text, bad),
                    _ => None,
                };
                let place = place.map_or_else(|| "a line".to_owned(), |number| format!("line {number}"));
                bad(format!("({}): {place} cannot be read; write NAME=value, with quotes around a value that holds spaces, and # before a remark", path.display()))
            })
        })
        .collect()
}

/// Which line of `text` begins as `bad`, counted from one.
fn line_number(text: &str, bad: &str) -> Option<usize> {
    let first = bad.lines().next().unwrap_or_default().trim();
    text.lines().position(|line| line.trim() == first).map(|index| index + 1)
}

#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Config, BadConfig> {
        Config::read(|name| pairs.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn nothing_set_is_a_sound_configuration_without_a_token() {
        let config = with(&[]).expect("defaults are sound");
        assert_eq!(config.database.expose_secret(), "sqlite://wardroom.db");
        assert_eq!(config.discord, DISCORD);
        assert!(matches!(config.http, Http::Default(_)));
        let missing = config.needed_token().expect_err("no token").to_string();
        assert!(missing.starts_with("DISCORD_TOKEN is not set"), "{missing}");
    }

    #[test]
    fn a_bad_value_is_told_by_the_variables_name() {
        for (variable, value) in [
            ("DATABASE_URL", "mysql://root:secret@db/x"),
            ("WARDROOM_DISCORD_API", "discord.com"),
            ("WARDROOM_HTTP", "8080"),
            ("WARDROOM_LOG", "wardroom=loud=x"),
            ("WARDROOM_LOG_FORMAT", "xml"),
            ("WARDROOM_LEASE", "soon"),
            ("WARDROOM_LEASE", "1d"),
        ] {
            let error = with(&[(variable, value)]).expect_err(variable).to_string();
            assert!(error.starts_with(variable), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_line_of_the_file_that_cannot_be_read_is_named_and_not_shown() {
        let folder = std::env::temp_dir().join(format!("wardroom-env-{}", std::process::id()));
        let below = folder.join("below");
        std::fs::create_dir_all(&below).expect("a folder");
        let write = |text: &str| std::fs::write(folder.join(".env"), text).expect("a file");
        write("# a remark\nWARDROOM_LOG=warn\n\nWARDROOM_HTTP='off'\n");
        let read = env_file(&below).expect("a sound file");
        assert_eq!(read.len(), 2, "{read:?}");
        write("WARDROOM_LOG=warn\n\nDISCORD_TOKEN: s3cret with spaces\n");
        let error = env_file(&folder).expect_err("a line without a sign of equality").to_string();
        assert!(
            error.starts_with(".env (") && error.contains("line 3 cannot be read") && !error.contains("s3cret"),
            "{error}"
        );
        write("WARDROOM_LOG=\"warn\n");
        assert!(env_file(&folder).is_err(), "a quote that never ends");
        std::fs::remove_dir_all(folder).expect("it can go");
    }

    #[test]
    fn the_example_file_names_every_variable_with_its_default() {
        let example = include_str!("../.env.example");
        for (name, default, _) in VARIABLES {
            let line = example.lines().find(|line| line.trim_start_matches("# ").starts_with(&format!("{name}=")));
            let line = line.unwrap_or_else(|| panic!(".env.example does not name {name}"));
            assert!(line.ends_with(&format!("={default}")), "{line} should end in {default}");
        }
    }
}
