//! What curl sends: data, forms, files.

use crate::url::encode;
use agentfense_support::{Failure, read};

/// curl's status and message for a file that cannot be read.
pub fn unreadable(file: &[u8]) -> Failure {
    Failure::new(format!("(26) Failed to open {}", String::from_utf8_lossy(file))).status(26)
}

fn whole(file: &[u8]) -> Result<Vec<u8>, Failure> {
    read::whole(file).map_err(|_| unreadable(file))
}

/// `--data`: `@FILE` without its newlines.
pub fn ascii(value: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match value.strip_prefix(b"@") {
        Some(file) => Ok(whole(file)?.into_iter().filter(|b| !matches!(b, b'\r' | b'\n' | 0)).collect()),
        None => Ok(value),
    }
}

/// `--data-binary`: `@FILE` as it is.
pub fn binary(value: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match value.strip_prefix(b"@") {
        Some(file) => whole(file),
        None => Ok(value),
    }
}

/// `--data-urlencode`: `CONTENT`, `=CONTENT`, `NAME=CONTENT`, `@FILE`, `NAME@FILE`.
pub fn urlencoded(value: &[u8]) -> Result<Vec<u8>, Failure> {
    let Some(at) = value.iter().position(|b| matches!(b, b'=' | b'@')) else { return Ok(encode(value).into()) };
    let (name, content) = (&value[..at], &value[at + 1..]);
    let content = if value[at] == b'@' { encode(&whole(content)?) } else { encode(content) };
    let mut out = name.to_vec();
    if !name.is_empty() {
        out.push(b'=');
    }
    out.extend_from_slice(content.as_bytes());
    Ok(out)
}

/// A field of a form.
#[derive(Debug)]
pub struct Part {
    name: String,
    content: Vec<u8>,
    file: Option<String>,
    kind: Option<String>,
}

/// `--form NAME=VALUE`, `NAME=@FILE`, `NAME=<FILE`, with `;type=` and `;filename=`; with `literal` the value as it is.
pub fn part(value: &[u8], literal: bool) -> Result<Part, Failure> {
    let at = value.iter().position(|&b| b == b'=');
    let at = at.ok_or_else(|| Failure::usage("option -F: is badly used here").status(2))?;
    let name = String::from_utf8_lossy(&value[..at]).into_owned();
    let content = &value[at + 1..];
    if literal {
        return Ok(Part { name, content: content.to_vec(), file: None, kind: None });
    }
    let mut pieces = content.split(|&b| b == b';');
    let first = pieces.next().unwrap_or_default();
    let mut part = Part { name, content: Vec::new(), file: None, kind: None };
    for piece in pieces {
        let piece = String::from_utf8_lossy(piece).into_owned();
        match piece.trim().split_once('=') {
            Some(("type", kind)) => part.kind = Some(kind.to_owned()),
            Some(("filename", file)) => part.file = Some(file.trim_matches('"').to_owned()),
            _ => {}
        }
    }
    match first {
        [b'@', path @ ..] => {
            part.content = whole(path)?;
            let name = path.rsplit(|&b| b == b'/').next().unwrap_or_default();
            part.file.get_or_insert_with(|| String::from_utf8_lossy(name).into_owned());
            part.kind.get_or_insert_with(|| kind_of(name).to_owned());
        }
        [b'<', path @ ..] => part.content = whole(path)?,
        value => part.content = value.to_vec(),
    }
    Ok(part)
}

/// The media type of a file, by its name.
fn kind_of(name: &[u8]) -> &'static str {
    match name.rsplit(|&b| b == b'.').next().unwrap_or_default() {
        b"txt" => "text/plain",
        b"html" | b"htm" => "text/html",
        b"json" => "application/json",
        b"xml" => "application/xml",
        b"png" => "image/png",
        b"jpg" | b"jpeg" => "image/jpeg",
        b"gif" => "image/gif",
        b"svg" => "image/svg+xml",
        b"pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

/// The form as a body, and its boundary.
pub fn multipart(parts: &[Part]) -> (Vec<u8>, String) {
    let contains = |boundary: &str| {
        parts.iter().any(|part| part.content.windows(boundary.len()).any(|window| window == boundary.as_bytes()))
    };
    // A number that no content has.
    let mut number = 0x00a9_e41f_u64;
    let boundary = loop {
        let boundary = format!("------------------------{number:016x}");
        if !contains(&boundary) {
            break boundary;
        }
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    };
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut out = Vec::new();
    for part in parts {
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"", quoted(&part.name));
        if let Some(file) = &part.file {
            head.push_str(&format!("; filename=\"{}\"", quoted(file)));
        }
        if let Some(kind) = &part.kind {
            head.push_str(&format!("\r\nContent-Type: {kind}"));
        }
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(b"\r\n\r\n");
        out.extend_from_slice(&part.content);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (out, boundary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_data() {
        let text = |value: &[u8]| String::from_utf8(urlencoded(value).unwrap()).unwrap();
        assert_eq!(text(b"a b"), "a%20b");
        assert_eq!(text(b"=a=b"), "a%3Db");
        assert_eq!(text(b"n=a&b"), "n=a%26b");
    }

    #[test]
    fn forms() {
        let parts =
            [part(b"a=1", false).unwrap(), part(b"b=x;type=text/plain", false).unwrap(), part(b"c=@y", true).unwrap()];
        let (body, boundary) = multipart(&parts);
        let text = String::from_utf8(body).unwrap();
        assert!(text.starts_with(&format!("--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n")));
        assert!(text.contains("name=\"b\"\r\nContent-Type: text/plain\r\n\r\nx\r\n"));
        assert!(text.contains("name=\"c\"\r\n\r\n@y\r\n"));
        assert!(text.ends_with(&format!("--{boundary}--\r\n")));
        assert!(part(b"a", false).is_err());
    }
}
