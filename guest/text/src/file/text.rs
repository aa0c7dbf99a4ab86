//! Text: its encoding, its lines, and what language it is in.

use super::Kind;

/// Lines longer than this are worth a word.
const LONG_LINE: usize = 300;

/// What a text is; absent if the data is no text.
pub fn identify(data: &[u8], cut: bool) -> Option<Kind> {
    let (encoding, charset) = encoding(data, cut)?;
    let plain = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    if charset.starts_with("utf-16") {
        return Some(Kind { words: format!("{encoding} text"), mime: "text/plain".into(), charset });
    }
    let language = language(plain);
    let (prefix, suffix, mime) = match &language {
        // These say it all.
        Some(Language { words, mime, form: Form::Alone }) => {
            return Some(Kind { words: words.clone(), mime: (*mime).into(), charset });
        }
        Some(Language { words, mime, form }) => {
            (format!("{words}, "), if *form == Form::Executable { " executable" } else { "" }, *mime)
        }
        None => (String::new(), "", "text/plain"),
    };
    let words = format!("{prefix}{encoding} text{suffix}{}", lines(plain));
    Some(Kind { words, mime: mime.into(), charset })
}

/// Whether a byte is of text, in US-ASCII.
fn is_text(byte: u8) -> bool {
    matches!(byte, 7..=10 | 12 | 13 | 27 | b' '..=b'~')
}

fn encoding(data: &[u8], cut: bool) -> Option<(&'static str, &'static str)> {
    if data.iter().all(|&b| is_text(b)) {
        return Some(("ASCII", "us-ascii"));
    }
    if data.iter().all(|&b| is_text(b) || b >= 0x80) {
        let valid = match std::str::from_utf8(data) {
            Ok(_) => true,
            // The end may be cut inside a character.
            Err(error) => cut && error.error_len().is_none(),
        };
        if valid {
            let marked = data.starts_with(b"\xef\xbb\xbf");
            return Some((if marked { "Unicode text, UTF-8 (with BOM)" } else { "Unicode text, UTF-8" }, "utf-8"));
        }
        let iso = data.iter().all(|&b| is_text(b) || b >= 0xa0 || b == 0x85);
        return Some(if iso { ("ISO-8859", "iso-8859-1") } else { ("Non-ISO extended-ASCII", "unknown-8bit") });
    }
    let little = data.starts_with(b"\xff\xfe");
    if little || data.starts_with(b"\xfe\xff") {
        let unit = if little { u16::from_le_bytes } else { u16::from_be_bytes };
        let (pairs, _) = data.as_chunks::<2>();
        let text = pairs.iter().map(|pair| unit(*pair)).all(|c| c >= 0x80 || is_text(c as u8));
        return text.then_some(if little {
            ("Unicode text, UTF-16, little-endian", "utf-16le")
        } else {
            ("Unicode text, UTF-16, big-endian", "utf-16be")
        });
    }
    None
}

/// What is to be said of the lines.
fn lines(data: &[u8]) -> String {
    let (mut crlf, mut cr, mut lf) = (0usize, 0usize, 0usize);
    let (mut longest, mut start) = (0, 0);
    for (at, &byte) in data.iter().enumerate() {
        match byte {
            b'\n' if at > 0 && data[at - 1] == b'\r' => {
                crlf += 1;
                cr -= 1;
            }
            b'\n' => lf += 1,
            b'\r' => cr += 1,
            _ => continue,
        }
        longest = longest.max(at - start);
        start = at + 1;
    }
    longest = longest.max(data.len() - start);
    let mut words = String::new();
    if longest > LONG_LINE {
        words.push_str(&format!(", with very long lines ({longest})"));
    }
    let ends = [(crlf, "CRLF"), (cr, "CR"), (lf, "LF")];
    let present: Vec<&str> = ends.iter().filter(|(count, _)| *count > 0).map(|(_, name)| *name).collect();
    match present.as_slice() {
        [] => words.push_str(", with no line terminators"),
        ["LF"] => {}
        present => words.push_str(&format!(", with {} line terminators", present.join(", "))),
    }
    if data.contains(&27) {
        words.push_str(", with escape sequences");
    }
    if data.contains(&8) {
        words.push_str(", with overstriking");
    }
    words
}

/// How the words about a language are followed by those about the text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Not at all.
    Alone,
    Text,
    Executable,
}

struct Language {
    words: String,
    mime: &'static str,
    form: Form,
}

fn known(words: impl Into<String>, mime: &'static str, form: Form) -> Option<Language> {
    Some(Language { words: words.into(), mime, form })
}

fn language(data: &[u8]) -> Option<Language> {
    if let Some(line) = data.strip_prefix(b"#!") {
        return script(line);
    }
    let trimmed = data.trim_ascii_start();
    let lower = trimmed[..trimmed.len().min(512)].to_ascii_lowercase();
    let starts = |prefix: &str| data.starts_with(prefix.as_bytes());
    if let Some(kind) = json(data) {
        return Some(kind);
    }
    if starts("<?xml version=\"") || starts("<?xml version='") {
        if memchr::memmem::find(&lower, b"<svg").is_some() {
            return known("SVG Scalable Vector Graphics image", "image/svg+xml", Form::Alone);
        }
        let version = String::from_utf8_lossy(data[15..].split(|b| b"\"'".contains(b)).next().unwrap_or_default());
        return known(format!("XML {version} document"), "text/xml", Form::Text);
    }
    if lower.starts_with(b"<svg") {
        return known("SVG Scalable Vector Graphics image", "image/svg+xml", Form::Alone);
    }
    if [&b"<!doctype html"[..], b"<html", b"<head", b"<title", b"<body"].iter().any(|tag| lower.starts_with(tag)) {
        return known("HTML document", "text/html", Form::Text);
    }
    if lower.starts_with(b"<?php") {
        return known("PHP script", "text/x-php", Form::Text);
    }
    let pem = [
        ("-----BEGIN CERTIFICATE-----", "PEM certificate"),
        ("-----BEGIN CERTIFICATE REQ", "PEM certificate request"),
        ("-----BEGIN RSA PRIVATE", "PEM RSA private key"),
        ("-----BEGIN EC PRIVATE", "PEM EC private key"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "OpenSSH private key"),
    ];
    if let Some((_, words)) = pem.iter().find(|(prefix, _)| starts(prefix)) {
        return known(*words, "text/plain", Form::Alone);
    }
    if let Some(rest) = data.strip_prefix(b"%!PS-Adobe-") {
        let level = String::from_utf8_lossy(rest.split(u8::is_ascii_whitespace).next().unwrap_or_default());
        return known(
            format!("PostScript document text conforming DSC level {level}"),
            "application/postscript",
            Form::Alone,
        );
    }
    if starts("diff --git ") || (starts("--- ") && memchr::memmem::find(data, b"\n+++ ").is_some()) {
        return known("unified diff output", "text/x-diff", Form::Text);
    }
    if starts("*** ") && memchr::memmem::find(data, b"\n--- ").is_some() {
        return known("context diff output", "text/x-diff", Form::Text);
    }
    if starts("diff ") {
        return known("diff output", "text/x-diff", Form::Text);
    }
    let mut lines = data[..data.len().min(8192)].split(|&b| b == b'\n');
    if lines.clone().any(|line| line.starts_with(b"#include")) {
        let cpp = lines.any(|line| {
            line.starts_with(b"class ") || line.starts_with(b"namespace ") || line.starts_with(b"template")
        });
        return if cpp {
            known("C++ source", "text/x-c++", Form::Text)
        } else {
            known("C source", "text/x-c", Form::Text)
        };
    }
    if starts("\\documentclass") {
        return known("LaTeX 2e document", "text/x-tex", Form::Text);
    }
    if lines.clone().any(python) {
        return known("Python script", "text/x-script.python", Form::Executable);
    }
    if lines.any(|line| {
        [&b"all:"[..], b".PHONY", b"CFLAGS", b"LDFLAGS", b"VPATH"].iter().any(|word| line.starts_with(word))
    }) {
        return known("makefile script", "text/x-makefile", Form::Text);
    }
    csv(data).then(|| Language { words: "CSV text".into(), mime: "text/csv", form: Form::Alone })
}

/// Whether a line could only be Python's.
fn python(line: &[u8]) -> bool {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    let name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || "_.".contains(c)) && !text.is_empty();
    let words: Vec<&str> = text.split(' ').collect();
    match words.as_slice() {
        ["import", module] => name(module),
        ["import", module, "as", alias] => name(module) && name(alias),
        ["from", module, "import", ..] => name(module),
        ["def", ..] => text.ends_with(':') && text.contains('('),
        ["class", ..] => text.ends_with(':') && !text.contains('{'),
        _ => false,
    }
}

/// What a first line `#!...` runs.
fn script(line: &[u8]) -> Option<Language> {
    let line = line.split(|&b| b == b'\n').next().unwrap_or_default().trim_ascii();
    let line = String::from_utf8_lossy(line).into_owned();
    let rest =
        line.strip_prefix("/usr/bin/env").or_else(|| line.strip_prefix("/bin/env")).map_or(line.as_str(), str::trim);
    let program = rest.split_whitespace().next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let (words, mime) = match name {
        "sh" => ("POSIX shell script", "text/x-shellscript"),
        "bash" => ("Bourne-Again shell script", "text/x-shellscript"),
        "zsh" => ("Paul Falstad's zsh script", "text/x-shellscript"),
        "ksh" => ("Korn shell script", "text/x-shellscript"),
        "csh" => ("C shell script", "text/x-shellscript"),
        "tcsh" => ("Tenex C shell script", "text/x-shellscript"),
        "python" => ("Python script", "text/x-script.python"),
        "perl" => return known("Perl script text executable", "text/x-perl", Form::Alone),
        "node" => return known("Node.js script executable", "application/javascript", Form::Text),
        "ruby" => ("Ruby script", "text/x-ruby"),
        "awk" => ("awk script", "text/x-awk"),
        "gawk" => ("GNU awk script", "text/x-gawk"),
        "lua" => ("Lua script", "text/x-lua"),
        "php" => ("PHP script", "text/x-php"),
        "make" => ("makefile script", "text/x-makefile"),
        "tclsh" | "wish" => ("Tcl/Tk script", "text/x-tcl"),
        _ => return known(format!("a {rest} script"), "text/plain", Form::Executable),
    };
    known(words, mime, Form::Executable)
}

fn json(data: &[u8]) -> Option<Language> {
    let text = data.trim_ascii();
    if !matches!(text.first(), Some(b'{' | b'[')) {
        return None;
    }
    let mut json = Json { text, at: 0 };
    if !json.value(0) {
        return None;
    }
    json.blanks();
    if json.at == text.len() {
        return known("JSON text data", "application/json", Form::Alone);
    }
    // More values follow, one a line.
    while json.at < text.len() {
        if !json.value(0) {
            return None;
        }
        json.blanks();
    }
    known("New Line Delimited JSON text data", "application/x-ndjson", Form::Alone)
}

/// Checks that a text is JSON.
struct Json<'a> {
    text: &'a [u8],
    at: usize,
}

impl Json<'_> {
    /// Deeper than this is taken for no JSON.
    const DEEPEST: usize = 500;

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b" \t\r\n".contains(&b)) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> bool {
        self.blanks();
        match self.peek() {
            _ if depth > Json::DEEPEST => false,
            Some(b'{') => self.members(b'}', |json| json.string() && json.eat(b':') && json.value(depth + 1)),
            Some(b'[') => self.members(b']', |json| json.value(depth + 1)),
            Some(b'"') => self.string(),
            Some(b'-' | b'0'..=b'9') => {
                while self.peek().is_some_and(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) {
                    self.at += 1;
                }
                true
            }
            _ => [&b"true"[..], b"false", b"null"].iter().any(|word| {
                let found = self.text[self.at..].starts_with(word);
                self.at += if found { word.len() } else { 0 };
                found
            }),
        }
    }

    fn members(&mut self, end: u8, mut member: impl FnMut(&mut Self) -> bool) -> bool {
        self.at += 1;
        if self.eat(end) {
            return true;
        }
        loop {
            if !member(self) {
                return false;
            }
            if self.eat(end) {
                return true;
            }
            if !self.eat(b',') {
                return false;
            }
        }
    }

    fn string(&mut self) -> bool {
        if !self.eat(b'"') {
            return false;
        }
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => return true,
                b'\\' => self.at += 1,
                0..b' ' => return false,
                _ => {}
            }
        }
        false
    }
}

/// Whether the first lines have the same number of fields, more than one.
fn csv(data: &[u8]) -> bool {
    let mut fields = None;
    let mut count = 0;
    for line in data.split_inclusive(|&b| b == b'\n').take(10) {
        // The last line may be cut.
        let Some(line) = line.strip_suffix(b"\n") else { break };
        let (mut quoted, mut commas) = (false, 0);
        for &byte in line {
            match byte {
                b'"' => quoted = !quoted,
                b',' if !quoted => commas += 1,
                _ => {}
            }
        }
        if commas == 0 || *fields.get_or_insert(commas) != commas {
            return false;
        }
        count += 1;
    }
    count > 1
}
