//! Messages that were kept on a timeline: their files, and what becomes of them in chat afterwards.
//!
//! The row of a capture and those of its files are written in the transaction of its entry. The bytes come later: a [`runner`] fetches
//! each file after the commit, once, and a crash in between only delays it. What the message says later and that it is deleted is
//! [`follow`]ed as entries of their own, so that what was kept stays as it was.
//!
//! When the text of the entry is removed, the files go too, and later edits are no longer written down: they would bring the words back.

pub mod follow;
pub mod runner;
mod store;

use chrono::{DateTime, TimeDelta, Utc};

use super::Incident;
use crate::chat::file::{File, size};
use crate::chat::invocation::{TargetFile, TargetMessage};
use crate::chat::limits;
use crate::chat::message::Message;
use crate::chat::text::{clean_line, clip, fit};
use crate::error::Error;
use crate::snowflake::MessageId;
use crate::store::Tx;

pub use runner::Runner;

/// The largest file that is kept: 8 `MiB`, so that any can be handed out again within Discord's 10.
pub const FILE: u64 = 8 * 1024 * 1024;
/// All files of one incident together: 64 `MiB`, eight of the largest.
pub const ALL_FILES: u64 = 64 * 1024 * 1024;
/// The address of a file is signed for about a day (`discord-platform` 6.10); after that there is nothing to be fetched.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::hours(24);
/// Characters of a file's name that are kept, and that are shown.
const NAME: usize = 200;
const SHOWN_NAME: usize = 60;

/// The entry by which this message was kept on the timeline of `number`, if it was.
pub(super) async fn entry_of(tx: &mut Tx, incident: &Incident, message: MessageId) -> Result<Option<i64>, Error> {
    store::entry_of(tx, incident.guild, incident.number, message).await
}

/// Writes down that entry `seq` keeps `target`, and which files are to be fetched. Those that are too large are not.
pub(super) async fn keep(
    tx: &mut Tx,
    now: DateTime<Utc>,
    incident: &Incident,
    target: &TargetMessage,
    seq: i64,
) -> Result<(), Error> {
    store::insert(tx, incident.guild, incident.number, target, seq).await?;
    let mut all = store::size_of_all(tx, incident.guild, incident.number).await?;
    for (file, position) in target.attachments.iter().take(limits::FILES).zip(0..) {
        let refused = obstacle(file, all);
        if refused.is_none() {
            all += file.size;
        }
        let file = TargetFile { name: clip(&clean_line(&file.name), NAME), ..file.clone() };
        let key = store::Key { guild: incident.guild, number: incident.number, message: target.id };
        store::insert_file(tx, key, position, &file, refused, now, now + GIVE_UP_AFTER).await?;
    }
    Ok(())
}

/// Why a file is not even fetched; `all` bytes are kept for the incident already.
fn obstacle(file: &TargetFile, all: u64) -> Option<String> {
    if file.size > FILE {
        Some(too_large())
    } else if all.saturating_add(file.size) > ALL_FILES {
        Some(format!("the files of this incident have {} already", bytes(ALL_FILES)))
    } else {
        None
    }
}

fn too_large() -> String {
    format!("it is larger than {}", bytes(FILE))
}

fn bytes(count: u64) -> String {
    size(usize::try_from(count).unwrap_or(usize::MAX))
}

/// `message` about entry `seq`, which says what became of the entry's files. With `hand_out` those that are kept go along.
pub(super) async fn with_files(
    tx: &mut Tx,
    incident: &Incident,
    seq: i64,
    mut message: Message,
    hand_out: bool,
) -> Result<Message, Error> {
    let mut room = limits::FILES_SIZE as u64;
    for file in store::files_of(tx, incident.guild, incident.number, seq).await? {
        message.append_text(&line(&file));
        if !hand_out || file.state != "kept" {
            continue;
        }
        if file.size > room {
            message.append_text("-# It does not fit into this answer.");
            continue;
        }
        room -= file.size;
        if let Some(bytes) = store::bytes_of(tx, file.id).await? {
            message = message.file(File::new(&file.name, &file.media_type, bytes).about(incident.number));
        }
    }
    Ok(message)
}

fn line(file: &store::Kept) -> String {
    let name = fit(&file.name, SHOWN_NAME);
    let reason = file.reason.as_deref().unwrap_or("Discord did not give it");
    match file.state.as_str() {
        "kept" => format!("📎 {name} · {} · kept", bytes(file.size)),
        "pending" | "fetching" => format!("📎 {name} · {} · is being fetched", bytes(file.size)),
        "removed" => "📎 *(file removed)*".to_owned(),
        _ => format!("📎 {name} · {} · not kept: {reason}", bytes(file.size)),
    }
}

/// The text of entry `seq` was removed: its files go, and nothing of what the message says later is written down.
pub(super) async fn forget(tx: &mut Tx, now: DateTime<Utc>, incident: &Incident, seq: i64) -> Result<(), Error> {
    store::forget(tx, now, incident.guild, incident.number, seq).await
}

/// Entry `seq` was taken back: as if the message had never been kept.
pub(super) async fn withdraw(tx: &mut Tx, incident: &Incident, seq: i64) -> Result<(), Error> {
    store::withdraw(tx, incident.guild, incident.number, seq).await
}
