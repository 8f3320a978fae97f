//! `wardroom export`: all records of a server, as files that outlive wardroom: JSON lines for programs, CSV for people.
//!
//! Everything is read in one view of the database, page by page, so the files fit together, and memory does not grow with what is stored.
//! Which tables and columns are read stands in [`tables`], where a new table is one line; a test compares that with the migrations.
//! The journal is written decoded, and whole: bytes, heads, salts and the texts that were not erased, so that whoever has the files can
//! verify the chain and the texts in it. What is not written are the keys that tie hashes to people, and the bytes of files.
//!
//! A folder is filled under another name and gets its own at the end: what has a manifest is complete.

mod journal;
mod sheet;
pub mod tables;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::error::{Error, Failure};
use crate::incident;
use crate::snowflake::GuildId;
use crate::store::records::{Pages, Record};
use crate::store::{Store, Tx};
use sheet::{Cell, Sheet, Written};
use tables::{Kind, LEFT_OUT, TABLES, Table};

/// The version of the form of the files.
pub const FORMAT: i64 = 1;
/// Rows that are in memory at once.
const PAGE: u32 = 1000;

/// What is to be exported.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose records.
    pub guild: GuildId,
    /// The folder, which must not be there.
    pub folder: PathBuf,
    /// Whether restricted incidents are left out, with all that belongs to them.
    pub without_restricted: bool,
    /// When.
    pub now: DateTime<Utc>,
}

/// What an export is: it stands in `manifest.json`.
#[derive(Clone, Debug, Serialize)]
pub struct Manifest {
    /// The version of the form of the files.
    pub format: i64,
    /// Who made it.
    pub made_by: String,
    /// When, RFC 3339.
    pub made_at: String,
    /// From which kind of database.
    pub database: String,
    /// The server.
    pub guild: String,
    /// Whether restricted incidents are in it, and how many there are.
    pub restricted: Restricted,
    /// The end of the journal.
    pub journal: Journal,
    /// The files.
    pub files: Vec<Written>,
    /// What is left out, and why.
    pub left_out: Vec<LeftOut>,
}

/// What became of restricted incidents.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Restricted {
    /// Whether they are in the files.
    pub included: bool,
    /// How many there are.
    pub incidents: usize,
}

/// The end of the journal.
#[derive(Clone, Debug, Serialize)]
pub struct Journal {
    /// How many entries there are.
    pub entries: i64,
    /// The head after the last.
    pub head: String,
    /// Whether each entry follows from the one before.
    pub sound: bool,
    /// The first that does not.
    pub first_bad_entry: Option<i64>,
}

/// A table, or a column of one, that is in no file.
#[derive(Clone, Debug, Serialize)]
pub struct LeftOut {
    /// `table`, or `table.column`.
    pub what: String,
    /// Why.
    pub why: &'static str,
}

/// Writes the files, and gives what stands in the manifest.
///
/// # Errors
/// A sentence when the folder is there already, or cannot be written.
pub async fn export(store: &Store, order: Order) -> Result<Manifest, Error> {
    if order.folder.exists() {
        return Err(said(format!("{} is there already; name a folder that is not", order.folder.display())));
    }
    let part = part_of(&order.folder)?;
    if part.exists() {
        return Err(said(format!(
            "{} is left of an export that was interrupted; remove it and try again",
            part.display()
        )));
    }
    make_folder(&part)?;
    let database = store.describe().await?;
    let (work, into) = (order.clone(), part.clone());
    let written = store.read(move |tx| {
        let (order, into, database) = (work.clone(), into.clone(), database.clone());
        Box::pin(async move { all(tx, &order, &into, database).await })
    });
    let finished = match written.await {
        Ok(manifest) => finish(&manifest, &part, &order.folder).map(|()| manifest),
        Err(error) => Err(error),
    };
    if finished.is_err() {
        // Half an export is none. That it cannot be removed changes nothing of what went wrong.
        drop(std::fs::remove_dir_all(&part));
    }
    finished
}

async fn all(tx: &mut Tx, order: &Order, folder: &Path, database: String) -> Result<Manifest, Error> {
    let restricted = incident::store::restricted(tx, order.guild).await?;
    let mut files = Vec::new();
    for table in TABLES {
        files.extend(rows(tx, order, table, folder).await?);
    }
    let withheld = if order.without_restricted { restricted.as_slice() } else { &[] };
    let (walk, journal) = journal::write(tx, order.guild, withheld, folder).await?;
    files.extend(journal);
    let columns = TABLES.iter().flat_map(|table| {
        table.without().map(|column| LeftOut { what: format!("{}.{column}", table.name), why: tables::NOT_WRITTEN })
    });
    Ok(Manifest {
        format: FORMAT,
        made_by: format!("wardroom {}", env!("CARGO_PKG_VERSION")),
        made_at: sheet::instant(order.now),
        database,
        guild: order.guild.to_string(),
        restricted: Restricted { included: !order.without_restricted, incidents: restricted.len() },
        journal: Journal {
            entries: walk.entries,
            head: crate::journal::format::hex(&walk.head),
            sound: walk.broken.is_none(),
            first_bad_entry: walk.broken,
        },
        files,
        left_out: LEFT_OUT
            .iter()
            .map(|(table, why)| LeftOut { what: (*table).to_owned(), why })
            .chain(columns)
            .collect(),
    })
}

/// One table.
async fn rows(tx: &mut Tx, order: &Order, table: &Table, folder: &Path) -> Result<[Written; 2], Error> {
    let columns: Vec<(&'static str, Kind)> = table.columns().collect();
    let names: Vec<&'static str> = columns.iter().map(|(name, _)| *name).collect();
    let key: Vec<&'static str> = table.key().collect();
    let only = if order.without_restricted { table.unrestricted() } else { String::new() };
    let pages = Pages { table: table.name, columns: &names, key: &key, along_key: table.along_key, only: &only };
    let mut sheet = Sheet::create(folder, table.name, &names)?;
    let mut after = None;
    loop {
        let page = pages.read(tx, order.guild, after.take(), PAGE.into()).await?;
        for Record(values) in &page {
            let cells = columns.iter().zip(values).map(|((name, kind), value)| (*name, Cell::of(*kind, value)));
            sheet.row(cells.collect())?;
        }
        match page.last() {
            Some(last) if page.len() >= PAGE as usize => after = Some(pages.key_of(last)),
            _ => return sheet.finish(),
        }
    }
}

fn finish(manifest: &Manifest, part: &Path, folder: &Path) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(manifest)?;
    let settle = || -> std::io::Result<()> {
        let file = part.join("manifest.json");
        std::fs::write(&file, format!("{text}\n"))?;
        std::fs::File::open(file)?.sync_all()?;
        std::fs::rename(part, folder)
    };
    settle().map_err(|error| said(format!("{} could not be written: {error}", folder.display())))
}

/// The name under which a folder is filled.
fn part_of(folder: &Path) -> Result<PathBuf, Error> {
    let name = folder
        .file_name()
        .ok_or_else(|| said(format!("{} is no name of a folder that could be made", folder.display())))?;
    let mut part = name.to_owned();
    part.push(".part");
    Ok(folder.with_file_name(part))
}

/// A folder that nobody else may look into: it will hold all that is known.
fn make_folder(folder: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| {
        said(format!("{} cannot be made: {error}; does the folder around it exist?", folder.display()))
    })
}

fn said(sentence: String) -> Error {
    Failure::Other(sentence).into()
}
