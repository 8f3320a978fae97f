//! One table as two files: JSON lines and CSV. Both are hashed while they are written.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::said;
use super::tables::Kind;
use crate::error::Error;
use crate::journal::format::hex;
use crate::report::table::harmless;
use crate::store::Value;

/// A file that was written.
#[derive(Clone, Debug, Serialize)]
pub struct Written {
    /// Its name in the folder.
    pub name: String,
    /// Its rows, without the heading of a CSV.
    pub rows: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// A value in both forms.
pub(super) struct Cell {
    pub json: Json,
    pub csv: String,
}

impl Cell {
    /// A value of a column of that kind.
    pub fn of(kind: Kind, value: &Value) -> Self {
        match (kind, value) {
            (_, Value::Integer(None) | Value::Text(None) | Value::Bytes(None)) => Self::nothing(),
            (Kind::Instant, Value::Integer(Some(micros))) => Self::word(instant(crate::clock::instant(*micros))),
            // Ids are unsigned, and the databases' integers are not.
            (Kind::Id, Value::Integer(Some(id))) => Self::word(id.cast_unsigned().to_string()),
            (Kind::Flag, Value::Integer(Some(flag))) => {
                Self { json: (*flag != 0).into(), csv: (*flag != 0).to_string() }
            }
            (_, Value::Integer(Some(number))) => Self { json: (*number).into(), csv: number.to_string() },
            (_, Value::Text(Some(text))) => Self::text(text),
            (_, Value::Bytes(Some(bytes))) => Self::word(hex(bytes)),
        }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self { json: Json::Null, csv: String::new() }
    }

    /// A word of ours.
    pub fn word(word: String) -> Self {
        Self { csv: word.clone(), json: word.into() }
    }

    /// A text that somebody may have written.
    pub fn text(text: &str) -> Self {
        Self { json: text.into(), csv: harmless(text) }
    }
}

/// An instant as RFC 3339 writes it, to the microsecond.
pub(super) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// A table that is being written.
pub(super) struct Sheet {
    name: &'static str,
    json: Hashed,
    csv: csv::Writer<Hashed>,
    rows: u64,
}

impl Sheet {
    /// Begins the files of `name`. Where its CSV has other columns than its JSON, `headings` are the CSV's.
    pub fn create(folder: &Path, name: &'static str, headings: &[&str]) -> Result<Self, Error> {
        let json = Hashed::create(folder.join(format!("{name}.jsonl")))?;
        let csv = Hashed::create(folder.join(format!("{name}.csv")))?;
        let mut sheet = Self { name, json, csv: csv::Writer::from_writer(csv), rows: 0 };
        sheet.csv.write_record(headings).map_err(|error| sheet.broken(&error))?;
        Ok(sheet)
    }

    /// Writes a row of both.
    pub fn row(&mut self, cells: Vec<(&'static str, Cell)>) -> Result<(), Error> {
        let line: Vec<String> = cells.iter().map(|(_, cell)| cell.csv.clone()).collect();
        let json: Map<String, Json> = cells.into_iter().map(|(name, cell)| (name.to_owned(), cell.json)).collect();
        self.both(&Json::Object(json), &line)
    }

    /// Writes a row that reads otherwise in each.
    pub fn both(&mut self, json: &Json, csv: &[String]) -> Result<(), Error> {
        self.rows += 1;
        writeln!(self.json, "{json}").map_err(|error| self.broken(&error))?;
        self.csv.write_record(csv).map_err(|error| self.broken(&error))
    }

    /// Ends both.
    pub fn finish(self) -> Result<[Written; 2], Error> {
        let Self { name, json, csv, rows } = self;
        let csv = csv.into_inner().map_err(|error| said(format!("{name}.csv could not be written: {error}")))?;
        Ok([json.finish(rows)?, csv.finish(rows)?])
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> Error {
        said(format!("the files of {} could not be written: {error}", self.name))
    }
}

/// A new file, hashed and counted while it is written.
struct Hashed {
    path: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    bytes: u64,
}

impl Hashed {
    fn create(path: PathBuf) -> Result<Self, Error> {
        let file =
            File::create_new(&path).map_err(|error| said(format!("{} cannot be made: {error}", path.display())))?;
        Ok(Self { path, file: BufWriter::new(file), hash: Sha256::new(), bytes: 0 })
    }

    fn finish(mut self, rows: u64) -> Result<Written, Error> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synced.map_err(|error| said(format!("{name} could not be written: {error}")))?;
        Ok(Written { name, rows, bytes: self.bytes, sha256: hex(&self.hash.finalize()) })
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hash.update(&bytes[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_no_formula_and_a_number_stays_one() {
        assert_eq!(Cell::text("=1+1").csv, "'=1+1");
        assert_eq!(Cell::of(Kind::Plain, &Value::from(-5)).csv, "-5");
    }
}
