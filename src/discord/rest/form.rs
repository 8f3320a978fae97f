//! Requests with files: `multipart/form-data` (RFC 7578) with the JSON as `payload_json` and each file as `files[n]` (Discord docs,
//! reference, "Uploading Files").

use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use serde_json::Value;

use crate::chat::file::File;

/// Makes `request` carry `payload` and `files`.
pub(super) fn put(request: &mut reqwest::Request, payload: Option<&Value>, files: &[File]) {
    let boundary = boundary();
    let body = body(&boundary, payload, files);
    let headers = request.headers_mut();
    headers.insert(CONTENT_LENGTH, body.len().into());
    if let Ok(kind) = HeaderValue::from_str(&format!("multipart/form-data; boundary={boundary}")) {
        headers.insert(CONTENT_TYPE, kind);
    }
    *request.body_mut() = Some(body.into());
}

/// A line that stands in no file: 128 bits of chance.
fn boundary() -> String {
    format!("wardroom-{:032x}", rand::random::<u128>())
}

/// The parts. Names and media types of files were made safe when the files were made, so nothing in them ends a header.
fn body(boundary: &str, payload: Option<&Value>, files: &[File]) -> Vec<u8> {
    let mut body = Vec::with_capacity(files.iter().map(|file| file.bytes.len() + 300).sum::<usize>() + 8 * 1024);
    if let Some(payload) = payload {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(payload.to_string().into_bytes());
        body.extend(b"\r\n");
    }
    for (number, file) in files.iter().enumerate() {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"files[{number}]\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            file.name, file.media_type
        );
        body.extend(head.into_bytes());
        body.extend_from_slice(&file.bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    body
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_json_goes_first_and_each_file_as_it_is() {
        let files = [File::new("a.csv", "text/csv", *b"1\r\n2\r\n"), File::new("b.bin", "x/y", [0, 255])];
        let written = body("B", Some(&json!({"content": "x"})), &files);
        let wanted = [
            b"--B\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n{\"content\":\"x\"}\r\n".as_slice(),
            b"--B\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n1\r\n2\r\n\r\n",
            b"--B\r\nContent-Disposition: form-data; name=\"files[1]\"; filename=\"b.bin\"\r\nContent-Type: x/y\r\n\r\n\x00\xff\r\n",
            b"--B--\r\n",
        ]
        .concat();
        assert_eq!(written, wanted);
        assert_ne!(boundary(), boundary());
    }
}
