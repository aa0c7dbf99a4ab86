//! Prompts: the backslash escapes of PS1 and its kin, and `${x@P}`.

use bstr::{BString, ByteSlice};

use crate::options::Shopt;
use crate::shell::Shell;
use crate::start::base_name;
use crate::syntax;

/// The version as `\v` and `\V` show it.
const VERSION: &[u8] = b"5.2";
const RELEASE: &[u8] = b"5.2.15";

impl Shell {
    /// Expands a prompt: backslash escapes if asked for, then parameters,
    /// substitutions and arithmetic as in double quotes. `$?` is kept. A text
    /// that cannot be expanded comes back as it is.
    pub fn expand_prompt_text(&mut self, text: &[u8], escapes: bool) -> BString {
        let decoded = if escapes { self.decode_prompt(text) } else { text.into() };
        if escapes && !self.options.shopt(Shopt::Promptvars) {
            return decoded;
        }
        if !decoded.iter().any(|byte| matches!(byte, b'$' | b'`' | b'\\')) {
            return decoded;
        }
        let Ok(word) = syntax::parse_quoted(&decoded, &self.syntax_options()) else { return decoded };
        let status = self.status;
        let expanded = self.expand_string(&word);
        self.status = status;
        expanded.unwrap_or(decoded)
    }

    /// The backslash escapes.
    fn decode_prompt(&mut self, text: &[u8]) -> BString {
        let mut out = Vec::new();
        let mut rest = text;
        while let Some((byte, after)) = rest.split_first() {
            rest = after;
            if *byte != b'\\' {
                out.push(*byte);
                continue;
            }
            let Some((letter, after)) = rest.split_first() else {
                out.push(b'\\');
                break;
            };
            rest = after;
            match letter {
                b'a' => out.push(7),
                b'e' => out.push(0x1b),
                b'n' => out.push(b'\n'),
                b'r' => out.push(b'\r'),
                b'\\' => out.push(b'\\'),
                // Where a terminal's line editor must not count columns.
                b'[' | b']' => {}
                b'h' | b'H' => {
                    let host = self.var(b"HOSTNAME").unwrap_or_default();
                    let end = if *letter == b'h' { host.find_byte(b'.') } else { None };
                    out.extend_from_slice(host.get(..end.unwrap_or(host.len())).unwrap_or_default());
                }
                b'j' => out.extend_from_slice(self.jobs.len().to_string().as_bytes()),
                b'l' => out.extend_from_slice(b"tty"),
                b's' => out.extend_from_slice(base_name(&self.name)),
                b'u' => {
                    let user = self.var(b"USER").filter(|user| !user.is_empty());
                    out.extend_from_slice(&user.unwrap_or_else(|| "agent".into()));
                }
                b'v' => out.extend_from_slice(VERSION),
                b'V' => out.extend_from_slice(RELEASE),
                b'w' => {
                    let path = self.cwd.clone();
                    push_literally(&mut out, &self.with_tilde(&path));
                }
                b'W' => {
                    let path = self.cwd.clone();
                    let path = self.with_tilde(&path);
                    let last = if path == b"/" { &path[..] } else { path.rsplit_str("/").next().unwrap_or_default() };
                    push_literally(&mut out, last);
                }
                b'$' if self.var(b"EUID").is_some_and(|id| id == "0") => out.push(b'#'),
                // Quoted, since the expansion that follows would take it for its own.
                b'$' if self.options.shopt(Shopt::Promptvars) => out.extend_from_slice(b"\\$"),
                b'$' => out.push(b'$'),
                b'#' if !self.interactive => out.push(b'0'),
                b'!' | b'#' => out.extend_from_slice((self.history.len() + 1).to_string().as_bytes()),
                b'd' => out.extend_from_slice(&self.now(b"%a %b %d")),
                b't' => out.extend_from_slice(&self.now(b"%H:%M:%S")),
                b'T' => out.extend_from_slice(&self.now(b"%I:%M:%S")),
                b'@' => out.extend_from_slice(&self.now(b"%I:%M %p")),
                b'A' => out.extend_from_slice(&self.now(b"%H:%M")),
                b'D' if rest.first() == Some(&b'{') => {
                    let inner = rest.get(1..).unwrap_or_default();
                    let end = inner.find_byte(b'}').unwrap_or(inner.len());
                    let format = inner.get(..end).unwrap_or_default();
                    out.extend_from_slice(&self.now(if format.is_empty() { b"%X" } else { format }));
                    rest = inner.get(end + 1..).unwrap_or_default();
                }
                b'0'..=b'7' => {
                    let more = rest.iter().take(2).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
                    let (digits, after) = rest.split_at(more);
                    let start = u32::from(letter - b'0');
                    out.push(digits.iter().fold(start, |value, digit| value * 8 + u32::from(digit - b'0')) as u8);
                    rest = after;
                }
                other => out.extend_from_slice(&[b'\\', *other]),
            }
        }
        out.into()
    }
}

/// Adds text that the expansion that follows must leave as it is.
fn push_literally(out: &mut Vec<u8>, text: &[u8]) {
    for byte in text {
        if matches!(byte, b'$' | b'`' | b'\\' | b'"') {
            out.push(b'\\');
        }
        out.push(*byte);
    }
}

impl Shell {
    /// The time now in a format of strftime(3).
    fn now(&mut self, format: &[u8]) -> Vec<u8> {
        self.format_time(format, crate::vars::now().0)
    }
}
