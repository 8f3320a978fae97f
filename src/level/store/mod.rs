//! Tables of service levels.

mod agreements;
mod calendars;
mod clocks;

pub use agreements::{agree, insert_agreement, promises_availability, put_target, put_terms, retire_agreement};
pub use calendars::{
    Version, calendars, follow_guild, insert_calendar, latest_version, put_version, retire_calendar, uses, versions,
};
pub use clocks::{Face, clocks, delete, faces, put, running_in};

use super::Book;
use crate::error::Error;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// All that `guild` has agreed.
pub async fn book(tx: &mut Tx, guild: GuildId) -> Result<Book, Error> {
    Ok(Book { calendars: calendars(tx, guild).await?, agreements: agreements::all(tx, guild).await? })
}
