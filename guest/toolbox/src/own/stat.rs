//! stat: shows what the kernel knows of a file.

use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::time::local;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, mode, quote, stdout};
use agentfense_sys::files::{self, FileType, OpenFile, Stat};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... FILE...
Display file or file system status.

  -L, --dereference     follow links
  -f, --file-system     display file system status instead of file status
  -c, --format=FORMAT   use FORMAT, with a newline after each use
      --printf=FORMAT   like --format, but interpret backslash escapes and add no newline
  -t, --terse           print the information in terse form

Format sequences for files:
  %a %A %b %B %C %d %D %f %F %g %G %h %i %m %n %N %o %r %R %s %t %T %u %U
  %w %W %x %X %y %Y %z %Z
Format sequences for file systems:
  %a %b %c %d %f %i %l %n %s %S %t %T";

const LONGS: &[Long] = &[
    ("dereference", Takes::Nothing, 'L'),
    ("file-system", Takes::Nothing, 'f'),
    ("format", Takes::Argument, 'c'),
    ("printf", Takes::Argument, '\u{1}'),
    ("terse", Takes::Nothing, 't'),
    ("cached", Takes::Argument, '\u{2}'),
];

const TERSE: &str = "%n %s %b %f %u %g %D %i %h %t %T %X %Y %Z %W %o";
const TERSE_SYSTEM: &str = "%n %i %l %t %s %S %b %f %a %c %d";

/// Runs stat.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "Lfc:t", LONGS, HELP);
    let (mut follow, mut system, mut terse, mut escapes) = (false, false, false, false);
    let (mut format, mut names) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('L', _) => follow = true,
            Item::Option('f', _) => system = true,
            Item::Option('t', _) => terse = true,
            Item::Option('c', value) => (format, escapes) = (Some(value), false),
            Item::Option('\u{1}', value) => (format, escapes) = (Some(value), true),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let users = (Names::users(), Names::groups());
    let mut out = stdout();
    let mut status = 0;
    for name in &names {
        let result = if system {
            describe_system(name, format.as_deref(), terse, escapes)
        } else {
            describe(name, follow, format.as_deref(), terse, escapes, &users)
        };
        match result {
            Ok(text) => out.write_all(&text)?,
            Err(message) => {
                out.flush()?;
                complain("stat", message);
                status = 1;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

fn describe(
    name: &[u8],
    follow: bool,
    format: Option<&[u8]>,
    terse: bool,
    escapes: bool,
    names: &(Names, Names),
) -> Result<Vec<u8>, String> {
    let stat = if name == b"-" {
        OpenFile::inherited(0)
            .ok_or(agentfense_sys::Errno::Badf)
            .and_then(|file| file.stat())
            .map_err(|errno| format!("cannot stat standard input: {errno}"))?
    } else {
        files::stat(name, follow).map_err(|errno| format!("cannot statx {}: {errno}", quote(name)))?
    };
    let default = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n\
                   Device: %Hd,%Ld\tInode: %-11i Links: %h\n\
                   Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n\
                   Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
    let special = "  File: %N\n  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n\
                   Device: %Hd,%Ld\tInode: %-11i Links: %-5h Device type: %t,%T\n\
                   Access: (%04a/%10.10A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n\
                   Access: %x\nModify: %y\nChange: %z\n Birth: %w\n";
    let device = matches!(stat.kind, FileType::Character | FileType::Block);
    let bare = format.is_none();
    let (format, newline) = match format {
        Some(format) => (format, !escapes),
        None if terse => (TERSE.as_bytes(), true),
        None if device => (special.as_bytes(), false),
        None => (default.as_bytes(), false),
    };
    expand(format, escapes, newline, |letter, prefix| value(letter, prefix, name, &stat, names, bare))
}

/// Replaces the sequences of a format.
fn expand(
    format: &[u8],
    escapes: bool,
    newline: bool,
    mut value: impl FnMut(char, Option<char>) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, String> {
    let mut result = Vec::with_capacity(format.len() * 2);
    let mut bytes = format.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && escapes {
            match bytes.next() {
                Some(b'n') => result.push(b'\n'),
                Some(b't') => result.push(b'\t'),
                Some(b'r') => result.push(b'\r'),
                Some(b'a') => result.push(7),
                Some(b'b') => result.push(8),
                Some(b'f') => result.push(12),
                Some(b'v') => result.push(11),
                Some(b'e') => result.push(0x1b),
                Some(b'"') => result.push(b'"'),
                Some(b'\\') | None => result.push(b'\\'),
                Some(digit @ b'0'..=b'7') => {
                    let mut number = u32::from(digit - b'0');
                    for _ in 0..2 {
                        if let Some(digit) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) {
                            number = number * 8 + u32::from(digit - b'0');
                        }
                    }
                    result.push(number as u8);
                }
                Some(other) => result.extend([b'\\', other]),
            }
            continue;
        }
        if byte != b'%' {
            result.push(byte);
            continue;
        }
        let (mut left, mut zeros, mut plus, mut alternate) = (false, false, false, false);
        while let Some(flag) = bytes.next_if(|b| b"-0+# '".contains(b)) {
            left |= flag == b'-';
            zeros |= flag == b'0';
            plus |= flag == b'+';
            alternate |= flag == b'#';
        }
        let width = digits(&mut bytes).unwrap_or(0);
        let mut precision = None;
        if bytes.next_if_eq(&b'.').is_some() {
            precision = Some(digits(&mut bytes).unwrap_or(0));
        }
        let prefix = bytes.next_if(|b| matches!(b, b'H' | b'L')).map(char::from);
        let Some(letter) = bytes.next() else {
            result.push(b'%');
            break;
        };
        if letter == b'%' {
            result.push(b'%');
            continue;
        }
        let Some(mut text) = value(char::from(letter), prefix) else {
            result.push(b'?');
            continue;
        };
        match precision {
            // A fraction of the seconds for times, characters for the rest.
            Some(precision) if b"XYZW".contains(&letter) => {
                text.truncate(text.iter().position(|&b| b == b'.').unwrap_or(text.len()));
                if precision > 0
                    && let Some(fraction) = value(char::from(letter.to_ascii_lowercase()), None)
                    && let Some(at) = fraction.iter().position(|&b| b == b'.')
                {
                    let mut digits = fraction[at + 1..].to_vec();
                    digits.truncate(9);
                    digits.resize(precision, b'0');
                    text.push(b'.');
                    text.extend(digits);
                }
            }
            Some(precision) => text.truncate(precision),
            None => {}
        }
        if alternate && letter == b'a' && !text.starts_with(b"0") {
            text.insert(0, b'0');
        }
        if plus && text.first().is_some_and(u8::is_ascii_digit) {
            text.insert(0, b'+');
        }
        let padding = width.saturating_sub(text.len());
        if left {
            result.extend_from_slice(&text);
            result.resize(result.len() + padding, b' ');
        } else {
            let pad = if zeros && text.first().is_some_and(u8::is_ascii_digit) { b'0' } else { b' ' };
            result.resize(result.len() + padding, pad);
            result.extend_from_slice(&text);
        }
    }
    if newline {
        result.push(b'\n');
    }
    Ok(result)
}

fn digits(bytes: &mut std::iter::Peekable<impl Iterator<Item = u8>>) -> Option<usize> {
    let mut value: Option<usize> = None;
    while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
        // More than anybody would print, and not enough to fill the memory.
        value = Some((value.unwrap_or(0) * 10 + usize::from(digit - b'0')).min(100_000));
    }
    value
}

/// A quoted name as stat prints it, and where a link leads.
fn quoted_name(name: &[u8], stat: &Stat, bare: bool) -> Vec<u8> {
    // The default format shows a plain name as it is.
    let plain = |name: &[u8]| {
        let bare =
            bare && !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"-_./+,:@%=".contains(b));
        if bare { lossy(name) } else { quote(name) }
    };
    let mut text = plain(name);
    if stat.kind == FileType::Symlink
        && let Ok(target) = files::read_link(name)
    {
        text.push_str(" -> ");
        text.push_str(&plain(&target));
    }
    text.into_bytes()
}

fn value(
    letter: char,
    prefix: Option<char>,
    name: &[u8],
    stat: &Stat,
    names: &(Names, Names),
    bare: bool,
) -> Option<Vec<u8>> {
    let full_mode = mode::type_bits(stat.kind) | stat.mode & 0o7777;
    let device = |number: u64| match prefix {
        // As makedev(3) packs it.
        Some('H') => number >> 8 & 0xfff,
        Some('L') => number & 0xff | number >> 12 & 0xfff00,
        _ => number,
    };
    let seconds = |time: i64| local(time).seconds.to_string();
    let text = match letter {
        'a' => format!("{:o}", stat.mode & 0o7777),
        'A' => mode::text(stat.kind, stat.mode),
        'b' => stat.size.div_ceil(4096).saturating_mul(8).to_string(),
        'B' => "512".into(),
        'C' => "?".into(),
        'd' => device(stat.dev).to_string(),
        'D' => format!("{:x}", stat.dev),
        'f' => format!("{full_mode:x}"),
        'F' => kind(stat).into(),
        'g' => stat.gid.to_string(),
        'G' => names.1.name(stat.gid).unwrap_or("UNKNOWN").into(),
        'h' => stat.nlink.to_string(),
        'i' => stat.ino.to_string(),
        'm' => {
            let mounts = files::usage(Some(name)).ok()?;
            return Some(mounts.first()?.mount_point.clone());
        }
        'n' => return Some(name.to_vec()),
        'N' => return Some(quoted_name(name, stat, bare)),
        'o' => "4096".into(),
        'r' | 'R' | 't' | 'T' => "0".into(),
        's' => stat.size.to_string(),
        'u' => stat.uid.to_string(),
        'U' => names.0.name(stat.uid).unwrap_or("UNKNOWN").into(),
        'w' => "-".into(),
        'W' => "0".into(),
        'x' => local(stat.atime).full_iso(),
        'X' => seconds(stat.atime),
        'y' => local(stat.mtime).full_iso(),
        'Y' => seconds(stat.mtime),
        'z' => local(stat.ctime).full_iso(),
        'Z' => seconds(stat.ctime),
        _ => return None,
    };
    Some(text.into_bytes())
}

fn kind(stat: &Stat) -> &'static str {
    match stat.kind {
        FileType::Regular if stat.size == 0 => "regular empty file",
        FileType::Regular => "regular file",
        FileType::Directory => "directory",
        FileType::Symlink => "symbolic link",
        FileType::Fifo => "fifo",
        FileType::Character => "character special file",
        FileType::Block => "block special file",
        FileType::Socket => "socket",
    }
}

fn describe_system(name: &[u8], format: Option<&[u8]>, terse: bool, escapes: bool) -> Result<Vec<u8>, String> {
    let cannot = |errno| format!("cannot read file system information for {}: {errno}", quote(name));
    let mounts = files::usage(Some(name)).map_err(cannot)?;
    let mount = mounts.first().ok_or_else(|| cannot(agentfense_sys::Errno::Nosys))?;
    let default = "  File: \"%n\"\n    ID: %-8i Namelen: %-7l Type: %T\n\
                   Block size: %-10s Fundamental block size: %S\n\
                   Blocks: Total: %-10b Free: %-10f Available: %a\n\
                   Inodes: Total: %-10c Free: %d\n";
    let (format, newline) = match format {
        Some(format) => (format, !escapes),
        None if terse => (TERSE_SYSTEM.as_bytes(), true),
        None => (default.as_bytes(), false),
    };
    expand(format, escapes, newline, |letter, _| {
        let text = match letter {
            'a' | 'f' => mount.blocks_free.to_string(),
            'b' => mount.blocks.to_string(),
            'c' => mount.files.to_string(),
            'd' => mount.files_free.to_string(),
            'i' | 't' => "0".into(),
            'l' => "255".into(),
            'n' => return Some(name.to_vec()),
            's' | 'S' => mount.block_size.to_string(),
            'T' => mount.kind.clone(),
            _ => return None,
        };
        Some(text.into_bytes())
    })
}
