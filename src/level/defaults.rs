//! What holds in a server that has agreed on nothing (`itsm-iso20000` 5.2): P1 and P2 around the clock, P3 and P4 in office hours, nothing
//! for P5. All of it can be changed with `/sla`.

use chrono::{DateTime, Utc};

use super::store::{self, Version};
use super::{Agreement, Amount, Book, Kind, Metric, Target, Terms};
use crate::args;
use crate::business_time::{Exceptions, Week};
use crate::error::{Error, Failure};
use crate::incident::Priority;
use crate::number;
use crate::setup::Guild;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// The agreement of every service that has none of its own.
pub const AGREEMENT: i64 = 1;
/// Around the clock.
const ALWAYS: i64 = 1;
/// When an office is open.
pub const OFFICE: i64 = 2;

/// Response and resolution of each priority, and in which hours.
const TARGETS: [(Priority, Amount, Amount, i64); 4] = [
    (Priority::P1, Amount::Service(15 * 60), Amount::Service(4 * 3600), ALWAYS),
    (Priority::P2, Amount::Service(30 * 60), Amount::Service(8 * 3600), ALWAYS),
    (Priority::P3, Amount::Service(4 * 3600), Amount::Days(3), OFFICE),
    (Priority::P4, Amount::Days(1), Amount::Days(10), OFFICE),
];

/// Writes the defaults down for a guild that has none yet. They hold since ever, so that what is told late is judged by them too.
pub async fn ensure(tx: &mut Tx, guild: &Guild) -> Result<(), Error> {
    let known: Option<(i64,)> = tx
        .optional(
            "SELECT agreement_id FROM agreement WHERE guild_id = $1 AND agreement_id = $2",
            args![guild.id, AGREEMENT],
        )
        .await?;
    if known.is_some() { Ok(()) } else { write(tx, guild).await }
}

/// All that `guild` has agreed, with the defaults, as [`ensure`] writes them down.
pub async fn agreed(tx: &mut Tx, guild: &Guild) -> Result<Book, Error> {
    let book = store::book(tx, guild.id).await?;
    if book.agreement(AGREEMENT).is_some() {
        return Ok(book);
    }
    write(tx, guild).await?;
    store::book(tx, guild.id).await
}

async fn write(tx: &mut Tx, guild: &Guild) -> Result<(), Error> {
    let ever = DateTime::<Utc>::UNIX_EPOCH;
    for (id, name, hours) in [(ALWAYS, "24x7", "24x7"), (OFFICE, "office", "Mon-Fri 09:00-17:00")] {
        take(tx, guild.id, "calendar", id).await?;
        let hours: Week = hours.parse().map_err(|_| Failure::Other("the default hours cannot be read".to_owned()))?;
        let version = Version { from: ever, timezone: guild.zone_name.clone(), hours, days: Exceptions::default() };
        store::insert_calendar(tx, guild.id, id, name, true, &version).await?;
    }
    take(tx, guild.id, "agreement", AGREEMENT).await?;
    let targets = TARGETS
        .iter()
        .flat_map(|(priority, response, resolution, calendar)| {
            [(Metric::Response, *response), (Metric::Resolution, *resolution)].map(|(metric, amount)| Target {
                priority: *priority,
                metric,
                from: ever,
                amount: Some(amount),
                calendar: *calendar,
            })
        })
        .collect();
    let agreement = Agreement {
        id: AGREEMENT,
        kind: Kind::Sla,
        name: "Default".to_owned(),
        service: None,
        from: ever,
        retired_at: None,
        terms: vec![Terms::usual(ever)],
        targets,
    };
    store::agree(tx, guild.id, &agreement).await
}

/// Takes `id` from the guild's sequence, which nothing was taken from before.
async fn take(tx: &mut Tx, guild: GuildId, sequence: &str, id: i64) -> Result<(), Error> {
    let taken = number::next_in_sequence(tx, guild, sequence).await?;
    if taken == id {
        Ok(())
    } else {
        Err(Failure::inconsistent("number_sequence", format!("{sequence} gave {taken}")).into())
    }
}
