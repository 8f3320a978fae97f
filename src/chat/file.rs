//! Files that wardroom gives: a report to read elsewhere, what was kept of a message.

use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

use super::limits;
use super::text::{clip, esc};
use crate::number::Number;

/// Characters of a file's name, its ending among them. Discord takes more; a longer one only hides the ending from people.
const NAME: usize = 100;
/// What a file is of which nothing is known (RFC 2046, 4.5.1).
pub const UNKNOWN_MEDIA: &str = "application/octet-stream";

/// A file that goes along with a message. A clone shares the bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: letters, digits, `.`, `_` and `-`.
    pub name: String,
    /// What it is, such as `text/html`.
    pub media_type: String,
    /// What is in it.
    pub bytes: Arc<[u8]>,
    /// What it shows, for those who cannot see it.
    pub description: Option<String>,
    /// The record that it tells of: when a text is removed from that record, the stored bytes go too.
    pub about: Option<Number>,
}

impl File {
    /// A file. Characters that an address would have to escape become `_`, as Discord itself would make them.
    pub fn new(name: &str, media_type: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            name: safe_name(name),
            media_type: safe_media_type(media_type),
            bytes: bytes.into(),
            description: None,
            about: None,
        }
    }

    /// The same file with a description.
    #[must_use]
    pub fn described(mut self, description: &str) -> Self {
        self.description = Some(clip(description, limits::FILE_DESCRIPTION)).filter(|text| !text.is_empty());
        self
    }

    /// The same file, as one that tells of `record`.
    #[must_use]
    pub fn about(mut self, record: Number) -> Self {
        self.about = Some(record);
        self
    }
}

impl fmt::Debug for File {
    /// Without the bytes, which are many.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("name", &self.name).field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}

/// What is said of the files in the body of a message: the n-th is the part `files[n]` of the same request.
pub fn attachments(files: &[File]) -> Value {
    let one = |(number, file): (usize, &File)| {
        let mut attachment = json!({"id": number.to_string(), "filename": file.name});
        if let Some(description) = &file.description {
            attachment["description"] = description.as_str().into();
        }
        attachment
    };
    files.iter().enumerate().map(one).collect()
}

/// Why `file` cannot go along with `others`, as a sentence; none when it can.
pub(super) fn obstacle(others: &[File], file: &File) -> Option<String> {
    let total: usize = others.iter().map(|other| other.bytes.len()).sum();
    let (name, size) = (esc(&file.name), size(file.bytes.len()));
    if file.bytes.len() > limits::FILE_SIZE {
        let most = self::size(limits::FILE_SIZE);
        Some(format!("{name} is left out: it has {size}, and Discord takes files of {most} at most."))
    } else if others.len() >= limits::FILES {
        Some(format!("{name} is left out: Discord takes {} files with a message.", limits::FILES))
    } else if total + file.bytes.len() > limits::FILES_SIZE {
        Some(format!("{name} is left out: with its {size} the files would be too large together for Discord."))
    } else {
        None
    }
}

/// A name that none of `others` has, so that `attachment://` means one file.
pub(super) fn distinct(others: &[File], file: File) -> File {
    let taken = |name: &str| others.iter().any(|other| other.name == name);
    if !taken(&file.name) {
        return file;
    }
    let name = (2..=others.len() + 2)
        .map(|count| format!("{count}-{}", file.name))
        .find(|name| !taken(name))
        .unwrap_or_default();
    File { name, ..file }
}

/// A size as people read it, rounded up.
pub fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        _ if bytes < KIB * KIB => format!("{} KiB", bytes.div_ceil(KIB)),
        _ => {
            let tenths = (bytes * 10).div_ceil(KIB * KIB);
            if tenths.is_multiple_of(10) {
                format!("{} MiB", tenths / 10)
            } else {
                format!("{}.{} MiB", tenths / 10, tenths % 10)
            }
        }
    }
}

/// A name that needs no escape in an address, a header or `attachment://`. Of a long one the end stays, which tells what it is.
fn safe_name(name: &str) -> String {
    let safe = |letter: char| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' };
    let name: Vec<char> = name.trim().chars().map(safe).collect();
    let name: String = name[name.len().saturating_sub(NAME)..].iter().collect();
    let name = name.trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// A media type as it may stand in a header, else the one that says nothing.
fn safe_media_type(media_type: &str) -> String {
    let is_fine = !media_type.is_empty()
        && media_type.len() <= 100
        && media_type.contains('/')
        && media_type.chars().all(|letter| letter.is_ascii_alphanumeric() || " !#$&-^_.+/;=".contains(letter));
    if is_fine { media_type.to_owned() } else { UNKNOWN_MEDIA.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_no_escape_and_keeps_its_ending() {
        let name = |name: &str| File::new(name, "text/plain", Vec::new()).name;
        assert_eq!(name("INC-7 report.html"), "INC-7_report.html");
        assert_eq!(name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(name("a\"\r\nb.png"), "a___b.png");
        assert_eq!(name(""), "file");
        assert_eq!(name(&format!("{}.csv", "x".repeat(200))), format!("{}.csv", "x".repeat(NAME - 4)));
    }

    #[test]
    fn a_media_type_cannot_end_a_header() {
        let kind = |kind: &str| File::new("a", kind, Vec::new()).media_type;
        assert_eq!(kind("text/html; charset=utf-8"), "text/html; charset=utf-8");
        assert_eq!(kind("text/html\r\nX: y"), UNKNOWN_MEDIA);
        assert_eq!(kind("html"), UNKNOWN_MEDIA);
    }

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(1025), "2 KiB");
        assert_eq!(size(10 * 1024 * 1024), "10 MiB");
        assert_eq!(size(10 * 1024 * 1024 + 1), "10.1 MiB");
    }
}
