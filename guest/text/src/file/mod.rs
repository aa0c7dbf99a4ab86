//! file: says what is in files.

mod binary;
mod elf;
mod image;
mod text;

use agentfense_support::quote::lossy;
use agentfense_support::{Item, Long, Options, Outcome, Takes, read, stdout};
use agentfense_sys::files::{self, FileType, OpenFile};
use agentfense_sys::{Errno, error_text};
use std::io::{Read, Write};
use unicode_width::UnicodeWidthStr;

const HELP: &str = "\
{} [OPTION]... FILE...
Determine the types of FILEs.

  -b, --brief            do not prepend names to output lines
  -E                     fail on the first file that cannot be read
  -F, --separator=TEXT   use TEXT instead of a colon
  -f, --files-from=FILE  read the names from FILE, one a line
  -i, --mime             print MIME types and encodings
      --mime-type        print MIME types
      --mime-encoding    print MIME encodings
  -L, --dereference      follow symbolic links
  -h, --no-dereference   do not (default)
  -N, --no-pad           do not pad output
  -0, --print0           end names with a NUL byte
  -k, -p, -r, -s         accepted";

const LONGS: &[Long] = &[
    ("brief", Takes::Nothing, 'b'),
    ("dereference", Takes::Nothing, 'L'),
    ("files-from", Takes::Argument, 'f'),
    ("keep-going", Takes::Nothing, 'k'),
    ("mime", Takes::Nothing, 'i'),
    ("mime-encoding", Takes::Nothing, '\u{2}'),
    ("mime-type", Takes::Nothing, '\u{1}'),
    ("no-dereference", Takes::Nothing, 'h'),
    ("no-pad", Takes::Nothing, 'N'),
    ("print0", Takes::Nothing, '0'),
    ("raw", Takes::Nothing, 'r'),
    ("separator", Takes::Argument, 'F'),
    ("special-files", Takes::Nothing, 's'),
];

/// How much of a file is looked at.
const LOOKED_AT: u64 = 1 << 20;

/// What a file was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// In words.
    pub words: String,
    /// As a MIME type.
    pub mime: String,
    /// The encoding of text; `binary` otherwise.
    pub charset: &'static str,
}

impl Kind {
    fn new(words: impl Into<String>, mime: impl Into<String>) -> Kind {
        Kind { words: words.into(), mime: mime.into(), charset: "binary" }
    }
}

#[derive(Clone, Copy, Default)]
struct Shown {
    mime: bool,
    charset: bool,
}

/// Runs file.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "0bEF:f:hikLNprs", LONGS, HELP);
    let (mut brief, mut fail, mut follow, mut pad, mut nul) = (false, false, false, true, false);
    let (mut shown, mut separator, mut names) = (Shown::default(), ":".to_owned(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Operand(name) => names.push(name),
            Item::Option(letter, value) => match letter {
                '0' => nul = true,
                'b' => brief = true,
                'E' => fail = true,
                'F' => separator = lossy(&value),
                'f' => {
                    let list = read::whole(&value).map_err(|errno| {
                        agentfense_support::Failure::new(format!("cannot open `{}' ({errno})", lossy(&value)))
                    })?;
                    names.extend(list.split(|&b| b == b'\n').filter(|name| !name.is_empty()).map(<[u8]>::to_vec));
                }
                'h' => follow = false,
                'i' => shown = Shown { mime: true, charset: true },
                'L' => follow = true,
                'N' => pad = false,
                '\u{1}' => shown.mime = true,
                '\u{2}' => shown.charset = true,
                _ => {}
            },
        }
    }
    if names.is_empty() {
        return Err(agentfense_support::Failure::usage("a file is required"));
    }
    let label = |name: &[u8]| if name == b"-" { "/dev/stdin".to_owned() } else { lossy(name) };
    let widest = names.iter().map(|name| label(name).width()).max().unwrap_or(0);
    let (mut out, mut status) = (stdout(), 0);
    for name in &names {
        let result = describe(name, follow);
        let text = match &result {
            Ok(kind) => match (shown.mime, shown.charset) {
                (false, false) => kind.words.clone(),
                (true, false) => kind.mime.clone(),
                (false, true) => kind.charset.to_owned(),
                (true, true) => format!("{}; charset={}", kind.mime, kind.charset),
            },
            Err(reason) if fail => {
                status = 1;
                format!("ERROR: {}", reason.replacen("cannot open", "cannot stat", 1))
            }
            Err(reason) => reason.clone(),
        };
        if !brief {
            let label = label(name);
            let end = if nul { "\0".to_owned() } else { separator.clone() };
            let blanks = if pad && !(fail && result.is_err()) { widest - label.width() } else { 0 };
            write!(out, "{label}{end}{:blanks$} ", "")?;
        }
        writeln!(out, "{text}")?;
        if fail && result.is_err() {
            break;
        }
    }
    out.flush()?;
    Ok(status)
}

/// What a file is, or in words why that is not known.
fn describe(name: &[u8], follow: bool) -> Result<Kind, String> {
    let cannot = |errno: Errno| format!("cannot open `{}' ({errno})", lossy(name));
    if name == b"-" {
        let stdin = OpenFile::inherited(0).ok_or_else(|| cannot(Errno::Badf))?;
        return contents(stdin).map_err(|error| format!("cannot read ({error})"));
    }
    let stat = files::stat(name, follow).map_err(cannot)?;
    let kind = match stat.kind {
        FileType::Directory => Kind::new("directory", "inode/directory"),
        FileType::Fifo => Kind::new("fifo (named pipe)", "inode/fifo"),
        FileType::Socket => Kind::new("socket", "inode/socket"),
        FileType::Character => Kind::new("character special", "inode/chardevice"),
        FileType::Block => Kind::new("block special", "inode/blockdevice"),
        FileType::Symlink => {
            let target = lossy(files::read_link(name).map_err(cannot)?);
            let broken = if files::stat(name, true).is_err() { "broken " } else { "" };
            Kind::new(format!("{broken}symbolic link to {target}"), "inode/symlink")
        }
        _ => {
            let file = match read::open(name) {
                Ok(file) => file,
                // As for a file that may not be read.
                Err(Errno::Acces) => {
                    return Ok(Kind::new("regular file, no read permission", "application/octet-stream"));
                }
                Err(errno) => return Err(cannot(errno)),
            };
            return contents(file).map_err(|error| format!("cannot read `{}' ({error})", lossy(name)));
        }
    };
    Ok(kind)
}

fn contents(file: OpenFile) -> Result<Kind, String> {
    let size = file.stat().map(|stat| stat.size).unwrap_or(0);
    let mut data = Vec::new();
    Read::take(&file, LOOKED_AT).read_to_end(&mut data).map_err(|error| error_text(&error))?;
    Ok(identify(&data, (data.len() as u64) < size))
}

/// What the data is; `cut` says that there is more of it.
fn identify(data: &[u8], cut: bool) -> Kind {
    if data.is_empty() {
        return Kind::new("empty", "inode/x-empty");
    }
    if let Some(kind) = binary::identify(data) {
        return kind;
    }
    text::identify(data, cut).unwrap_or_else(|| Kind::new("data", "application/octet-stream"))
}

#[cfg(test)]
mod tests {
    use super::identify;

    fn words(data: &[u8]) -> String {
        identify(data, false).words
    }

    #[test]
    fn short_data_is_survived() {
        let starts: [&[u8]; 9] = [
            b"\x7fELF",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"MZ",
            b"SQLite format 3\0",
            b"\x1f\x8b",
            b"PK\x03\x04",
            b"BM",
            b"RIFF",
        ];
        for start in starts {
            for length in 0..80 {
                for filler in [0, 0xff] {
                    let mut data = start.to_vec();
                    data.resize(start.len() + length, filler);
                    assert!(!words(&data).is_empty());
                }
            }
        }
    }

    #[test]
    fn texts() {
        assert_eq!(words(b"hello\n"), "ASCII text");
        assert_eq!(words("é\n".as_bytes()), "Unicode text, UTF-8 text");
        assert_eq!(words(b"a\r\nb\n"), "ASCII text, with CRLF, LF line terminators");
        assert_eq!(words(b"\0\x01"), "data");
    }
}
