//! `multipart/form-data` (RFC 7578), as far as uploads to Discord need it.

/// One part of a form.
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) file: Option<String>,
    pub(super) kind: Option<String>,
    pub(super) bytes: &'a [u8],
}

/// The boundary that a `Content-Type` names, if it is a form.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let parameters = content_type.strip_prefix("multipart/form-data")?;
    let boundary = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"').to_owned())
}

/// The parts of a form; none when it is malformed.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let delimiter = format!("--{boundary}").into_bytes();
    let mut rest = &body[find(body, &delimiter)? + delimiter.len()..];
    // Later delimiters begin on a line of their own; the break belongs to them.
    let delimiter = [b"\r\n", delimiter.as_slice()].concat();
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        rest = rest.strip_prefix(b"\r\n")?;
        let end = find(rest, &delimiter)?;
        parts.push(part(&rest[..end])?);
        rest = &rest[end + delimiter.len()..];
    }
    Some(parts)
}

fn part(bytes: &[u8]) -> Option<Part<'_>> {
    let end = find(bytes, b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).ok()?;
    let header = |wanted: &str| {
        head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().to_owned())
        })
    };
    let disposition = header("content-disposition")?;
    Some(Part {
        name: parameter(&disposition, "name")?,
        file: parameter(&disposition, "filename"),
        kind: header("content-type"),
        bytes: &bytes[end + 4..],
    })
}

/// A parameter of a header's value. Inside quotes a semicolon is only a letter, and browsers write a quote as `%22`.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut inside = false;
    let parameters = value.split(|letter| {
        inside ^= letter == '"';
        letter == ';' && !inside
    });
    parameters.into_iter().find_map(|parameter| {
        let value = parameter.trim().strip_prefix(wanted)?.strip_prefix('=')?;
        Some(value.trim_matches('"').replace("%22", "\""))
    })
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_taken_apart_and_line_breaks_in_files_stay() {
        let body = b"--x\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n{}\r\n--x\r\n\
            Content-Disposition: form-data; name=\"files[0]\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n1\r\n2\r\n\r\n--x--\r\n";
        let parts = parts(body, "x").unwrap();
        assert_eq!((parts[0].name.as_str(), parts[0].bytes), ("payload_json", &b"{}"[..]));
        assert_eq!((parts[1].file.as_deref(), parts[1].bytes), (Some("a.csv"), &b"1\r\n2\r\n"[..]));
    }

    #[test]
    fn a_name_may_hold_what_parts_parameters() {
        let value = "form-data; name=\"files[0]\"; filename=\"a;b %22c%22.csv\"";
        assert_eq!(parameter(value, "filename").as_deref(), Some("a;b \"c\".csv"));
        assert_eq!(parameter(value, "name").as_deref(), Some("files[0]"));
    }

    #[test]
    fn a_form_without_its_end_is_refused() {
        assert!(parts(b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb", "x").is_none());
    }
}
