//! -printf and -ls.

use super::entry::Entry;
use super::evaluate::TableOfNames;
use agentfense_support::time::local;
use agentfense_support::{Failure, mode};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};

/// A format of -printf.
#[derive(Debug)]
pub struct Format {
    pieces: Vec<Piece>,
    flushes: bool,
}

#[derive(Debug)]
enum Piece {
    Text(Vec<u8>),
    Directive { letter: char, time: Option<char>, layout: Layout },
}

/// Flags and width before a directive's letter.
#[derive(Clone, Copy, Debug, Default)]
struct Layout {
    left: bool,
    zeros: bool,
    plus: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
}

impl Format {
    /// Reads a format.
    pub fn parse(format: &[u8]) -> Result<Format, Failure> {
        let mut result = Format { pieces: Vec::new(), flushes: false };
        let mut text = Vec::new();
        let mut at = 0;
        while at < format.len() {
            match format[at] {
                b'\\' => {
                    let (bytes, next) = escape(format, at + 1);
                    at = next;
                    match bytes {
                        Some(byte) => text.push(byte),
                        // `\c`: flush, and no more.
                        None => {
                            result.flushes = true;
                            break;
                        }
                    }
                }
                b'%' => {
                    at += 1;
                    if format.get(at) == Some(&b'%') {
                        text.push(b'%');
                        at += 1;
                        continue;
                    }
                    let (piece, next) = directive(format, at)?;
                    if !text.is_empty() {
                        result.pieces.push(Piece::Text(std::mem::take(&mut text)));
                    }
                    result.pieces.push(piece);
                    at = next;
                }
                byte => {
                    text.push(byte);
                    at += 1;
                }
            }
        }
        if !text.is_empty() {
            result.pieces.push(Piece::Text(text));
        }
        Ok(result)
    }

    /// Whether the output is flushed after each file.
    pub fn flushes(&self) -> bool {
        self.flushes
    }

    /// What is printed for a file.
    pub fn text(&self, entry: &Entry, names: &TableOfNames) -> Result<Vec<u8>, Errno> {
        let mut result = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => result.extend_from_slice(text),
                Piece::Directive { letter, time, layout } => {
                    let value = value(*letter, *time, entry, names, *layout)?;
                    layout.push(&mut result, &value);
                }
            }
        }
        Ok(result)
    }
}

impl Layout {
    fn push(self, to: &mut Vec<u8>, value: &[u8]) {
        let value = match self.precision {
            Some(precision) if precision < value.len() => &value[..precision],
            _ => value,
        };
        let padding = self.width.saturating_sub(value.len());
        if self.left {
            to.extend_from_slice(value);
            to.resize(to.len() + padding, b' ');
        } else {
            to.resize(to.len() + padding, if self.zeros { b'0' } else { b' ' });
            to.extend_from_slice(value);
        }
    }
}

fn escape(format: &[u8], at: usize) -> (Option<u8>, usize) {
    let Some(&letter) = format.get(at) else { return (Some(b'\\'), at) };
    let byte = match letter {
        b'a' => 7,
        b'b' => 8,
        b'c' => return (None, at + 1),
        b'f' => 12,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'v' => 11,
        b'\\' => b'\\',
        b'0'..=b'7' => {
            let digits = format[at..].iter().take(3).take_while(|b| (b'0'..=b'7').contains(b));
            let count = digits.clone().count();
            let value = digits.fold(0u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            return (Some(value as u8), at + count);
        }
        // An unknown one stays as it is: the backslash now, the letter next.
        _ => return (Some(b'\\'), at),
    };
    (Some(byte), at + 1)
}

fn directive(format: &[u8], mut at: usize) -> Result<(Piece, usize), Failure> {
    let mut layout = Layout::default();
    while let Some(flag) = format.get(at) {
        match flag {
            b'-' => layout.left = true,
            b'0' => layout.zeros = true,
            b'+' => layout.plus = true,
            b'#' => layout.alternate = true,
            b' ' => {}
            _ => break,
        }
        at += 1;
    }
    let number = |at: &mut usize| {
        let mut value: usize = 0;
        while let Some(digit) = format.get(*at).filter(|b| b.is_ascii_digit()) {
            // More than anybody would print, and not enough to fill the memory.
            value = (value * 10 + usize::from(digit - b'0')).min(100_000);
            *at += 1;
        }
        value
    };
    layout.width = number(&mut at);
    if format.get(at) == Some(&b'.') {
        at += 1;
        layout.precision = Some(number(&mut at));
    }
    let Some(&letter) = format.get(at) else {
        return Err(Failure::new("error: % at end of format string"));
    };
    at += 1;
    let mut time = None;
    if matches!(letter, b'A' | b'B' | b'C' | b'T') {
        let Some(&conversion) = format.get(at) else {
            return Err(Failure::new(format!("error: %{} at end of format string", char::from(letter))));
        };
        time = Some(char::from(conversion));
        at += 1;
    }
    if !b"abcdDfFgGhHiklmMnpPsSStuUyYZABCT".contains(&letter) {
        // As GNU: a warning there, and the text itself.
        return Ok((Piece::Text(vec![b'%', letter]), at));
    }
    Ok((Piece::Directive { letter: char::from(letter), time, layout }, at))
}

fn value(
    letter: char,
    conversion: Option<char>,
    entry: &Entry,
    names: &TableOfNames,
    layout: Layout,
) -> Result<Vec<u8>, Errno> {
    let stat = || entry.stat();
    let text = match letter {
        'p' => return Ok(entry.path.clone()),
        'P' => return Ok(entry.below_root().to_vec()),
        'f' => return Ok(entry.name().to_vec()),
        'h' => return Ok(entry.directory().to_vec()),
        'H' => return Ok(entry.path[..entry.root_length].to_vec()),
        'l' => {
            return if entry.kind()? == FileType::Symlink { files::read_link(&entry.path) } else { Ok(Vec::new()) };
        }
        'd' => entry.depth.to_string(),
        's' => stat()?.size.to_string(),
        'k' => stat()?.size.div_ceil(4096).saturating_mul(4).to_string(),
        'b' => stat()?.size.div_ceil(4096).saturating_mul(8).to_string(),
        'S' => {
            let size = stat()?.size;
            if size == 0 { "1".into() } else { format!("{:.5}", size.div_ceil(4096) as f64 * 4096.0 / size as f64) }
        }
        'm' => {
            let mode = stat()?.mode & 0o7777;
            if layout.alternate { format!("0{mode:03o}") } else { format!("{mode:o}") }
        }
        'M' => mode::text(stat()?.kind, stat()?.mode),
        'n' => stat()?.nlink.to_string(),
        'u' => names.users().name_or_number(stat()?.uid),
        'g' => names.groups().name_or_number(stat()?.gid),
        'U' => stat()?.uid.to_string(),
        'G' => stat()?.gid.to_string(),
        'i' => stat()?.ino.to_string(),
        'D' => stat()?.dev.to_string(),
        'F' => files::usage(Some(&entry.path))?.first().map(|mount| mount.kind.clone()).unwrap_or_default(),
        'y' => kind_letter(entry.kind()?).to_string(),
        'Y' => match entry.kind()? {
            FileType::Symlink => match files::stat(&entry.path, true) {
                Ok(target) => kind_letter(target.kind).to_string(),
                Err(Errno::Loop) => "L".into(),
                Err(Errno::Noent | Errno::Notdir) => "N".into(),
                Err(_) => "?".into(),
            },
            kind => kind_letter(kind).to_string(),
        },
        'a' => ctime(stat()?.atime),
        'c' => ctime(stat()?.ctime),
        't' => ctime(stat()?.mtime),
        'A' => clock(stat()?.atime, conversion),
        'C' => clock(stat()?.ctime, conversion),
        'B' | 'T' => clock(stat()?.mtime, conversion),
        _ => String::new(),
    };
    let number = matches!(letter, 'd' | 's' | 'k' | 'b' | 'n' | 'U' | 'G' | 'i' | 'D');
    Ok(if layout.plus && number { format!("+{text}") } else { text }.into_bytes())
}

/// The letter of -type.
fn kind_letter(kind: FileType) -> char {
    match kind {
        FileType::Regular => 'f',
        kind => mode::type_letter(kind),
    }
}

/// As ctime(3), with the fraction that GNU's find shows.
fn ctime(time: i64) -> String {
    let civil = local(time);
    civil.format(&format!("%a %b %e %H:%M:%S.{:09}0 %Y", civil.nanosecond))
}

fn clock(time: i64, conversion: Option<char>) -> String {
    let civil = local(time);
    match conversion {
        Some('@') => format!("{}.{:09}0", civil.seconds, civil.nanosecond),
        Some('+') => civil.format(&format!("%Y-%m-%d+%H:%M:%S.{:09}0", civil.nanosecond)),
        Some('S') => civil.format(&format!("%S.{:09}0", civil.nanosecond)),
        Some('T') => civil.format(&format!("%H:%M:%S.{:09}0", civil.nanosecond)),
        Some('X') => civil.format(&format!("%H:%M:%S.{:09}0", civil.nanosecond)),
        Some(letter) => civil.conversion(letter).unwrap_or_else(|| letter.to_string()),
        None => String::new(),
    }
}

/// The line of -ls: `ls -dils`.
pub fn long_line(entry: &Entry, names: &TableOfNames) -> Result<Vec<u8>, Errno> {
    let stat = entry.stat()?;
    let civil = local(stat.mtime);
    let age = agentfense_support::time::now().saturating_sub(stat.mtime);
    // Half a year, as ls has it.
    let recent = (0..15_778_476_000_000_000).contains(&age);
    let date = civil.format(if recent { "%b %e %H:%M" } else { "%b %e  %Y" });
    let mut line = format!(
        "{:9} {:6} {} {:3} {:<8} {:<8} {:8} {date} ",
        stat.ino,
        stat.size.div_ceil(4096).saturating_mul(4),
        mode::text(stat.kind, stat.mode),
        stat.nlink,
        names.users().name_or_number(stat.uid),
        names.groups().name_or_number(stat.gid),
        stat.size,
    )
    .into_bytes();
    line.extend_from_slice(&entry.path);
    if stat.kind == FileType::Symlink {
        line.extend_from_slice(b" -> ");
        line.extend_from_slice(&files::read_link(&entry.path)?);
    }
    line.push(b'\n');
    Ok(line)
}
