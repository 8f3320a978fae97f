//! The summary as JSON, for machines. The module above describes the format.

use sha2::{Digest, Sha256};

use super::Summary;
use crate::journal::format::hex;

/// The file.
pub fn render(summary: &Summary) -> String {
    let mut file = serde_json::to_string_pretty(summary).expect("a summary holds texts, numbers and lists");
    file.push('\n');
    file
}

/// The hash of a summary that has none yet, in hexadecimal.
pub(super) fn hash(summary: &Summary) -> String {
    debug_assert!(summary.hash.is_empty(), "the hash is computed over a file without one");
    hex(&Sha256::digest(render(summary).as_bytes()))
}
