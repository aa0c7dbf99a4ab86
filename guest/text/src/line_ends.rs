//! dos2unix and unix2dos: change how lines end.

use crate::input;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, read, stdout};
use agentfense_sys::files::{self, FileType, OpenFlags};
use agentfense_sys::{Errno, error_text};
use std::io::{BufRead, Write};

const HELP: &str = "\
{} [OPTION]... [FILE]... [-n INFILE OUTFILE]...
Convert the line ends of each FILE in place; with no FILE, of standard input to standard output.

  -n, --newfile       the following names are pairs of an input and an output file
  -o, --oldfile       the following files are converted in place (default)
  -k, --keepdate      the output file has the input file's time
  -l, --newline       add an additional line end
  -c, --convmode=MODE ascii (default), or mac: line ends are single carriage returns
  -f, --force         convert binary files, too
  -s, --safe          skip binary files (default)
  -b, --keep-bom      keep the byte order mark
  -m, --add-bom       add a byte order mark
  -r, --remove-bom    remove the byte order mark
  -i, --info          count the line ends of each FILE: DOS, Unix, Mac
  -q, --quiet         print no messages";

const LONGS: &[Long] = &[
    ("add-bom", Takes::Nothing, 'm'),
    ("convmode", Takes::Argument, 'c'),
    ("force", Takes::Nothing, 'f'),
    ("info", Takes::Optional, 'i'),
    ("keep-bom", Takes::Nothing, 'b'),
    ("keepdate", Takes::Nothing, 'k'),
    ("newfile", Takes::Nothing, 'n'),
    ("newline", Takes::Nothing, 'l'),
    ("oldfile", Takes::Nothing, 'o'),
    ("quiet", Takes::Nothing, 'q'),
    ("remove-bom", Takes::Nothing, 'r'),
    ("safe", Takes::Nothing, 's'),
];

const MARK: &[u8] = b"\xef\xbb\xbf";

/// Runs dos2unix.
pub fn dos2unix(args: Vec<Vec<u8>>) -> Outcome {
    run(args, false)
}

/// Runs unix2dos.
pub fn unix2dos(args: Vec<Vec<u8>>) -> Outcome {
    run(args, true)
}

struct Settings {
    command: &'static str,
    to_dos: bool,
    mac: bool,
    extra: bool,
    force: bool,
    keep_date: bool,
    quiet: bool,
    /// Whether the output has a byte order mark: always, never, or as the input.
    mark: Option<bool>,
}

fn run(args: Vec<Vec<u8>>, to_dos: bool) -> Outcome {
    let mut options = Options::new(args, "bc:fi::klmnoqrs", LONGS, HELP);
    let mut settings = Settings {
        command: if to_dos { "unix2dos" } else { "dos2unix" },
        to_dos,
        mac: false,
        extra: false,
        force: false,
        keep_date: false,
        quiet: false,
        mark: if to_dos { None } else { Some(false) },
    };
    let (mut pairs, mut info, mut any, mut source, mut status) = (false, false, false, None::<Vec<u8>>, 0);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter, value) => match letter {
                'b' => settings.mark = None,
                'c' => match value.as_slice() {
                    b"ascii" => settings.mac = false,
                    b"mac" => settings.mac = true,
                    _ => return Err(Failure::new(format!("invalid {} conversion mode specified", lossy(&value)))),
                },
                'f' => settings.force = true,
                'i' => info = true,
                'k' => settings.keep_date = true,
                'l' => settings.extra = true,
                'm' => settings.mark = Some(true),
                'n' => pairs = true,
                'o' => pairs = false,
                'q' => settings.quiet = true,
                'r' => settings.mark = Some(false),
                _ => settings.force = false,
            },
            Item::Operand(name) => {
                any = true;
                if info {
                    status = status.max(settings.info(&name)?);
                } else if !pairs {
                    status = status.max(settings.file(&name, None));
                } else if let Some(source) = source.take() {
                    status = status.max(settings.file(&source, Some(&name)));
                } else {
                    source = Some(name);
                }
            }
        }
    }
    if let Some(source) = source {
        return Err(Failure::new(format!("target of file {} not specified in new-file mode", lossy(&source))));
    }
    if !any { settings.filter() } else { Ok(status) }
}

impl Settings {
    fn say(&self, message: impl std::fmt::Display) {
        if !self.quiet {
            complain(self.command, message);
        }
    }

    /// Converts standard input to standard output.
    fn filter(&self) -> Outcome {
        let (mut out, mut status) = (stdout(), 0);
        let Some(mut input) = input::open(self.command, b"-", &mut status) else { return Ok(status) };
        let mut converter = Converter::new(self);
        let mut converted = Vec::new();
        loop {
            let data = input.fill_buf().map_err(|error| Failure::new(error_text(&error)))?;
            if data.is_empty() {
                break;
            }
            let length = data.len();
            converter.feed(data, &mut converted);
            input.consume(length);
            out.write_all(&converted)?;
            converted.clear();
        }
        converter.end(&mut converted);
        out.write_all(&converted)?;
        out.flush()?;
        Ok(status)
    }

    /// Converts a file, in place where no other is named; the status.
    fn file(&self, from: &[u8], to: Option<&[u8]>) -> u8 {
        match self.convert(from, to) {
            Ok(status) => status,
            Err((name, errno)) => {
                self.say(format_args!("{}: {errno}", lossy(name)));
                2
            }
        }
    }

    fn convert<'a>(&self, from: &'a [u8], to: Option<&'a [u8]>) -> Result<u8, (&'a [u8], Errno)> {
        let stat = files::stat(from, true);
        match &stat {
            Ok(stat) if stat.kind == FileType::Regular => {}
            other => {
                if let Err(errno) = other {
                    self.say(format_args!("{}: {errno}", lossy(from)));
                }
                self.say(format_args!("Skipping {}, not a regular file.", lossy(from)));
                return Ok(if other.is_err() { 2 } else { 0 });
            }
        }
        let text = read::whole(from).map_err(|errno| (from, errno))?;
        let (text, utf16) = match from_utf16(&text) {
            Some((text, name)) => (text, format!("{name} ")),
            None => (text, String::new()),
        };
        if !self.force
            && let Some(at) = text.iter().position(|b| *b < b' ' && !b"\n\r\t\x0c".contains(b))
        {
            let line = 1 + memchr::memchr_iter(b'\n', &text[..at]).count();
            self.say(format_args!("Binary symbol 0x{:02X} found at line {line}", text[at]));
            self.say(format_args!("Skipping binary file {}", lossy(from)));
            return Ok(0);
        }
        let mut converted = Vec::with_capacity(text.len());
        let mut converter = Converter::new(self);
        converter.feed(&text, &mut converted);
        converter.end(&mut converted);
        let format = if self.to_dos { "DOS" } else { "Unix" };
        let format = if self.mac && self.to_dos { "Mac" } else { format };
        match to {
            Some(to) => self.say(format_args!(
                "converting {utf16}file {} to {}file {} in {format} format...",
                lossy(from),
                if utf16.is_empty() { "" } else { "UTF-8 " },
                lossy(to)
            )),
            None => self.say(format_args!(
                "converting {utf16}file {} to {}{format} format...",
                lossy(from),
                if utf16.is_empty() { "" } else { "UTF-8 " }
            )),
        }
        let name = to.unwrap_or(from);
        let mode = stat.as_ref().map_or(0o666, |stat| stat.mode & 0o777);
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        let file = files::open(name, flags, mode).map_err(|errno| (name, errno))?;
        file.write_bytes(&converted).map_err(|errno| (name, errno))?;
        if self.keep_date
            && let Ok(stat) = stat
        {
            file.set_times(Some(stat.atime), Some(stat.mtime)).map_err(|errno| (name, errno))?;
        }
        Ok(0)
    }

    /// Prints how many line ends of each kind a file has.
    fn info(&self, name: &[u8]) -> Outcome {
        let text = match read::whole(name) {
            Ok(text) => text,
            Err(errno) => {
                self.say(format_args!("{}: {errno}", lossy(name)));
                return Ok(2);
            }
        };
        let dos = memchr::memmem::find_iter(&text, b"\r\n").count();
        let unix = memchr::memchr_iter(b'\n', &text).count() - dos;
        let mac = memchr::memchr_iter(b'\r', &text).count() - dos;
        let mark = if text.starts_with(MARK) { "UTF-8" } else { "no_bom" };
        let kind = if text.iter().any(|b| *b < b' ' && !b"\n\r\t\x0c".contains(b)) { "binary" } else { "text" };
        let mut out = stdout();
        writeln!(out, "{dos:8}{unix:8}{mac:8}  {mark:8}  {kind:6}  {}", lossy(name))?;
        out.flush()?;
        Ok(0)
    }
}

/// The text of a file that starts with the mark of UTF-16, with the mark of UTF-8, and the name of its encoding.
fn from_utf16(text: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let (unit, name): (fn([u8; 2]) -> u16, _) = match text {
        [0xff, 0xfe, ..] => (u16::from_le_bytes, "UTF-16LE"),
        [0xfe, 0xff, ..] => (u16::from_be_bytes, "UTF-16BE"),
        _ => return None,
    };
    let (pairs, _) = text.as_chunks::<2>();
    let characters = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)));
    let text: String = characters.map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Some((text.into_bytes(), name))
}

/// Converts text that comes in pieces.
struct Converter<'a> {
    settings: &'a Settings,
    /// The start of the text, until it is known whether it is a byte order mark.
    start: Option<Vec<u8>>,
    /// The last byte was a carriage return; for Unix line ends it was not put out yet.
    after_return: bool,
}

impl<'a> Converter<'a> {
    fn new(settings: &'a Settings) -> Converter<'a> {
        Converter { settings, start: Some(Vec::new()), after_return: false }
    }

    fn feed(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let mut data = data;
        if let Some(start) = &mut self.start {
            let taken = data.len().min(MARK.len() - start.len());
            start.extend_from_slice(&data[..taken]);
            data = &data[taken..];
            if start.len() == MARK.len() {
                self.begin(out);
            }
        }
        self.convert(data, out);
    }

    fn begin(&mut self, out: &mut Vec<u8>) {
        let start = self.start.take().unwrap_or_default();
        let marked = start == MARK;
        if self.settings.mark.unwrap_or(marked) {
            out.extend_from_slice(MARK);
        }
        if !marked {
            self.convert(&start, out);
        }
    }

    fn convert(&mut self, data: &[u8], out: &mut Vec<u8>) {
        let Settings { to_dos, mac, extra, .. } = *self.settings;
        let end: &[u8] = match (to_dos, mac) {
            (true, false) => b"\r\n",
            (true, true) => b"\r",
            (false, _) => b"\n",
        };
        for &byte in data {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            // A carriage return waits for what follows where it may be part of a line end.
            match (byte, to_dos) {
                (b'\n', true) if !after_return => {
                    for _ in 0..=usize::from(extra) {
                        out.extend_from_slice(end);
                    }
                }
                (b'\n', true) => {
                    out.push(byte);
                    if extra && !mac {
                        out.extend_from_slice(end);
                    }
                }
                (_, true) => out.push(byte),
                (b'\n', false) => {
                    if after_return && mac {
                        out.push(b'\r');
                    }
                    for _ in 0..=usize::from(extra && (after_return || !mac)) {
                        out.push(byte);
                    }
                }
                (_, false) => {
                    if after_return {
                        self.lone_return(out);
                    }
                    if byte != b'\r' {
                        out.push(byte);
                    }
                }
            }
        }
    }

    fn lone_return(&self, out: &mut Vec<u8>) {
        if !self.settings.mac {
            out.push(b'\r');
            return;
        }
        for _ in 0..=usize::from(self.settings.extra) {
            out.push(b'\n');
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        if self.start.is_some() {
            self.begin(out);
        }
        if std::mem::take(&mut self.after_return) && !self.settings.to_dos {
            self.lone_return(out);
        }
    }
}
