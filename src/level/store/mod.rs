//! Tables of service levels.

mod agreements;
mod calendars;
mod clocks;
mod due;

pub use agreements::{agree, insert_agreement, promises_availability, put_target, put_terms, retire_agreement};
pub use calendars::{
    Version, calendars, follow_guild, insert_calendar, latest_version, put_version, retire_calendar, uses, versions,
};
pub use clocks::{Face, clocks, clocks_between, faces, insert, replace, running_in};
pub use due::due_between;

use super::Book;
use crate::error::Error;
use crate::snowflake::GuildId;
use crate::store::Tx;

/// What is asked of the clocks that run in the hours of a calendar, for whoever looks at how the databases carry it out: `$1` is the guild,
/// `$2` the calendar.
pub const STATEMENTS: [(&str, &str); 2] =
    [("running in a calendar", clocks::RUNNING_IN), ("how many run in a calendar", calendars::RUNNING)];

/// All that `guild` has agreed.
pub async fn book(tx: &mut Tx, guild: GuildId) -> Result<Book, Error> {
    Ok(Book { calendars: calendars(tx, guild).await?, agreements: agreements::all(tx, guild).await? })
}
