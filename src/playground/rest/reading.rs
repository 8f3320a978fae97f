//! Reading bodies.

use axum::http::HeaderMap;
use serde_json::Value;

use super::super::posting::Upload;
use super::super::refusal::{INVALID_JSON, Refusal};
use super::multipart;

/// A body: JSON (null when there is none) and uploaded files.
pub(in super::super) struct Body {
    pub(in super::super) json: Value,
    pub(in super::super) files: Vec<Upload>,
}

/// Reads JSON, or multipart with `payload_json` and `files[n]`.
pub(in super::super) fn body(headers: &HeaderMap, bytes: &[u8]) -> Result<Body, Refusal> {
    if bytes.is_empty() {
        return Ok(Body { json: Value::Null, files: Vec::new() });
    }
    let kind = super::header_text(headers, "content-type").unwrap_or_default();
    if let Some(boundary) = multipart::boundary(&kind) {
        return form(bytes, &boundary);
    }
    let json = serde_json::from_slice(bytes).map_err(|_| INVALID_JSON)?;
    Ok(Body { json, files: Vec::new() })
}

fn form(bytes: &[u8], boundary: &str) -> Result<Body, Refusal> {
    let mut json = Value::Object(serde_json::Map::new());
    let mut files = Vec::new();
    for part in multipart::parts(bytes, boundary).ok_or(INVALID_JSON)? {
        match (part.name.as_str(), part.file) {
            ("payload_json", _) => json = serde_json::from_slice(part.bytes).map_err(|_| INVALID_JSON)?,
            (name, Some(file)) => {
                let number = name.strip_prefix("files[").and_then(|rest| rest.strip_suffix(']'));
                files.push(Upload {
                    number: number.and_then(|number| number.parse().ok()).unwrap_or(files.len() as u64),
                    name: file,
                    kind: part.kind.unwrap_or_else(|| "application/octet-stream".into()),
                    bytes: part.bytes.to_vec(),
                });
            }
            (name, None) => json[name] = Value::from(String::from_utf8_lossy(part.bytes).into_owned()),
        }
    }
    Ok(Body { json, files })
}
