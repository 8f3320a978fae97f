//! `wardroom export`: all records of a server as files.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use secrecy::ExposeSecret;

use super::{EXIT_FOUND, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::{Error, Failure};
use crate::export::{self, Manifest, Order};
use crate::setup;
use crate::snowflake::GuildId;
use crate::store::Store;

#[derive(Args)]
pub(super) struct Options {
    /// The server, by its id; may be left out when there is only one
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// The new folder
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Leave out restricted incidents, and all that belongs to them
    #[arg(long)]
    without_restricted: bool,
}

pub(super) async fn export(config: &Config, options: Options) -> ExitCode {
    let work = async {
        // Beside a bot that runs: nothing is written to the database.
        let store = Store::open_beside(config.database.expose_secret()).await?;
        let made = make(&store, options).await;
        store.close().await;
        made
    };
    match work.await {
        Ok((folder, manifest)) => tell(&folder, &manifest),
        Err(error) => say(&error.to_string(), EXIT_FOUND),
    }
}

async fn make(store: &Store, options: Options) -> Result<(PathBuf, Manifest), Error> {
    let guilds = store.read(|tx| Box::pin(setup::store::all(tx))).await?;
    let guild = choose(&guilds, options.guild.map(GuildId)).map_err(Failure::Other)?;
    let order = Order {
        guild,
        folder: options.to.clone(),
        without_restricted: options.without_restricted,
        now: Clock::system().now(),
    };
    Ok((options.to, export::export(store, order).await?))
}

/// The server that is meant, or a sentence that lists those that there are.
fn choose(guilds: &[GuildId], wanted: Option<GuildId>) -> Result<GuildId, String> {
    let list = || guilds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (wanted, guilds) {
        (_, []) => Err("there is nothing to export: no server has used wardroom yet".to_owned()),
        (None, [one]) => Ok(*one),
        (None, _) => Err(format!("several servers use this wardroom; name one with --guild: {}", list())),
        (Some(wanted), guilds) if guilds.contains(&wanted) => Ok(wanted),
        (Some(wanted), _) => Err(format!("no server {wanted} has used this wardroom; there is {}", list())),
    }
}

fn tell(folder: &std::path::Path, manifest: &Manifest) -> ExitCode {
    let tables = manifest.files.len() / 2;
    let rows: u64 = manifest.files.iter().map(|file| file.rows).sum::<u64>() / 2;
    println!(
        "server {}: {rows} rows in {tables} tables, each as JSON lines and as CSV, in {}",
        manifest.guild,
        folder.display()
    );
    println!("journal: {} entries, head {}", manifest.journal.entries, manifest.journal.head);
    match (manifest.restricted.incidents, manifest.restricted.included) {
        (0, _) => {}
        (count, true) => println!(
            "restricted incidents are in it ({count}): keep it as safe as the database, or leave them out with --without-restricted"
        ),
        (count, false) => {
            println!("restricted incidents are left out ({count}); of their entries only place and head are kept");
        }
    }
    match manifest.journal.first_bad_entry {
        None => ExitCode::SUCCESS,
        Some(seq) => {
            println!("the journal is BAD at entry {seq}; the files hold it as it is, and `wardroom verify` says more");
            ExitCode::from(EXIT_FOUND)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_is_meant_and_several_are_listed() {
        let [one, two] = [GuildId(1), GuildId(2)];
        assert_eq!(choose(&[one], None), Ok(one));
        assert_eq!(choose(&[one, two], Some(two)), Ok(two));
        assert_eq!(
            choose(&[one, two], None).expect_err("two"),
            "several servers use this wardroom; name one with --guild: 1, 2"
        );
        assert_eq!(choose(&[one], Some(two)).expect_err("another"), "no server 2 has used this wardroom; there is 1");
        assert!(choose(&[], None).is_err());
    }
}
