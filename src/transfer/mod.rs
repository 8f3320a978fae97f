//! All that a guild has configured, as one file that people can read, keep beside their other configuration, and bring into another
//! server: `/setup export` and `/setup import`.
//!
//! The file is TOML ([`page`] writes it, [`reading`] reads it with the line of everything). It is made of [`Section`]s, each of which
//! writes its part, and reads it as the commands that would bring it about: the very commands that people type. So an import can do
//! nothing that a person could not do by hand, is checked by the same rules in the same words, and is journaled entry by entry.
//!
//! An import is planned and rehearsed in one transaction ([`plan`]): every command is carried out, one after another, and all of it is
//! taken back. What was refused is told, with its line, all at once. Only a file without a fault gets an `Apply` button, which is bound to
//! what was shown and to the state that it was computed on.
//!
//! Nothing is removed by an import, and nothing retired unless the file says so: what the file does not name stays as it is.
//!
//! # To add a section
//!
//! A file in `sections/` that implements [`Section`], and a line in [`SECTIONS`], in an order in which later ones may name what earlier
//! ones make. The round trip of `tests/suite/transfer_stories.rs` then covers it.

pub mod command;
pub mod names;
pub mod page;
pub mod plan;
pub mod reading;
pub mod reply;
mod sections;

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::journal::format::hex;
use crate::setup::Guild;
use crate::store::{Tx, Work};
use names::Names;
use page::Page;
use plan::Planning;
use reading::Part;

/// The largest file that is imported: 1 `MiB`, which is more than a thousand services whose descriptions are as long as they may be.
pub const FILE: u64 = 1024 * 1024;
/// The most changes that one import makes: they are one transaction, and others wait for it.
pub const CHANGES: usize = 500;
/// The version of the file's form. A wardroom reads its own and no other.
pub const FORMAT: i64 = 1;
/// The action of the button that applies an import.
pub const APPLY: &str = "setup.apply";
/// The action of the button that drops one.
pub const CANCEL: &str = "setup.cancel";

/// A part of the file.
pub trait Section: Sync {
    /// Writes what the guild has configured.
    fn write<'t>(&'t self, tx: &'t mut Tx, guild: &'t Guild, names: &'t Names, page: &'t mut Page) -> Work<'t, ()>;

    /// Takes its part from `file`, plans the commands that bring it about, and notes its faults.
    fn plan<'t>(
        &'t self,
        tx: &'t mut Tx,
        guild: &'t Guild,
        file: &'t mut Part,
        planning: &'t mut Planning,
    ) -> Work<'t, ()>;
}

/// The parts, in the order of the file, of the preview and of what is done.
pub const SECTIONS: [&dyn Section; 8] = [
    &sections::general::General,
    &sections::channels::Channels,
    &sections::roles::Roles,
    &sections::incidents::Incidents,
    &sections::calendars::Calendars,
    &sections::services::Services,
    &sections::agreements::Agreements,
    &sections::digests::Digests,
];

/// All that `guild` has configured. Without names it depends on nothing but the configuration, so it can be compared.
pub async fn write(tx: &mut Tx, guild: &Guild, names: &Names) -> Result<String, Error> {
    let mut page = Page::default();
    page.number("format", FORMAT, None);
    for section in SECTIONS {
        section.write(tx, guild, names, &mut page).await?;
    }
    Ok(page.into_text())
}

/// What the configuration of `guild` is known by: it is another when anything in it is.
pub async fn state(tx: &mut Tx, guild: &Guild) -> Result<String, Error> {
    Ok(digest(&[&write(tx, guild, &Names::default()).await?]))
}

/// The SHA-256 of `texts`, apart from each other, in hexadecimal.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hex(&hash.finalize())
}
