//! Files of a request: how large they may be, and that what the body says of them is there.

use serde_json::Value;

use super::super::Id;
use super::super::posting::Upload;
use super::super::refusal::{Faulty, Refusal, TOO_LARGE};
use super::super::snowflake::id_in;

/// Largest file where nobody pays for more (Discord's reference, "Uploading Files").
pub(in super::super) const LARGEST: usize = 10 * 1024 * 1024;

/// Checks `files` and what `body` says of them. `there` are attachments that the message has already; `under` is where the body lies.
pub(in super::super) fn check(
    body: &Value,
    files: &[Upload],
    there: &[Value],
    under: Option<&str>,
) -> Result<(), Refusal> {
    if files.iter().any(|file| file.bytes.len() > LARGEST) {
        return Err(TOO_LARGE.into());
    }
    let mut faulty = Faulty::default();
    let listed = body["attachments"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_there = |id: Id| {
        files.iter().any(|file| Id(file.number) == id) || there.iter().any(|known| id_in(&known["id"]) == Some(id))
    };
    let missing = |faulty: &mut Faulty| {
        faulty.at("attachments", |faulty| {
            for (index, attachment) in listed.iter().enumerate() {
                if id_in(&attachment["id"]).is_none_or(|id| !is_there(id)) {
                    faulty.refuse_at(index, "ATTACHMENT_NOT_FOUND", "Attachment data not found");
                }
            }
        });
    };
    match under {
        Some(key) => faulty.at(key, missing),
        None => missing(&mut faulty),
    }
    faulty.verdict()
}
