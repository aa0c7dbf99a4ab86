//! cat: concatenates files.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Concatenate FILE(s) to standard output. With no FILE, or when FILE is -, read standard input.

  -A, --show-all           equivalent to -vET
  -b, --number-nonblank    number nonempty output lines, overrides -n
  -e                       equivalent to -vE
  -E, --show-ends          display $ at end of each line
  -n, --number             number all output lines
  -s, --squeeze-blank      suppress repeated empty output lines
  -t                       equivalent to -vT
  -T, --show-tabs          display TAB characters as ^I
  -u                       (ignored)
  -v, --show-nonprinting   use ^ and M- notation, except for LFD and TAB";

const LONGS: &[Long] = &[
    ("show-all", Takes::Nothing, 'A'),
    ("number-nonblank", Takes::Nothing, 'b'),
    ("show-ends", Takes::Nothing, 'E'),
    ("number", Takes::Nothing, 'n'),
    ("squeeze-blank", Takes::Nothing, 's'),
    ("show-tabs", Takes::Nothing, 'T'),
    ("show-nonprinting", Takes::Nothing, 'v'),
];

const CHUNK: u32 = 128 * 1024;

#[derive(Default)]
struct Settings {
    number: bool,
    number_nonblank: bool,
    squeeze: bool,
    ends: bool,
    tabs: bool,
    nonprinting: bool,
}

/// Where the output stands, over all files.
struct Place {
    line: u64,
    at_start: bool,
    blank_before: bool,
    /// A carriage return that `-E` shows only if a newline follows.
    return_waits: bool,
}

/// Runs cat.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "AbeEnstTuv", LONGS, HELP);
    let (mut settings, mut names) = (Settings::default(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('A', _) => (settings.nonprinting, settings.ends, settings.tabs) = (true, true, true),
            Item::Option('b', _) => settings.number_nonblank = true,
            Item::Option('e', _) => (settings.nonprinting, settings.ends) = (true, true),
            Item::Option('E', _) => settings.ends = true,
            Item::Option('n', _) => settings.number = true,
            Item::Option('s', _) => settings.squeeze = true,
            Item::Option('t', _) => (settings.nonprinting, settings.tabs) = (true, true),
            Item::Option('T', _) => settings.tabs = true,
            Item::Option('v', _) => settings.nonprinting = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if names.is_empty() {
        names.push(b"-".to_vec());
    }
    let output = OpenFile::inherited(1).ok_or_else(|| Failure::new(format!("standard output: {}", Errno::Badf)))?;
    let target = output.stat().ok().filter(|stat| stat.kind == FileType::Regular);
    let plain = !(settings.number
        || settings.number_nonblank
        || settings.squeeze
        || settings.ends
        || settings.tabs
        || settings.nonprinting);
    let mut place = Place { line: 0, at_start: true, blank_before: false, return_waits: false };
    let mut out = stdout();
    let mut status = 0;
    for name in &names {
        let file = if name == b"-" {
            OpenFile::inherited(0).ok_or(Errno::Badf)
        } else {
            files::open(name, OpenFlags::READ, 0)
        };
        let result = file.map(|file| {
            // Reading what is being written would not end.
            if let (Some(target), Ok(source)) = (&target, file.stat())
                && (target.dev, target.ino) == (source.dev, source.ino)
                && source.size > 0
            {
                complain("cat", format_args!("{}: input file is output file", lossy(name)));
                status = 1;
                return None;
            }
            Some(file)
        });
        let copied = match result {
            Ok(Some(file)) if plain => copy(&file, &output),
            Ok(Some(file)) => convert(&file, &mut out, &settings, &mut place),
            Ok(None) => Ok(()),
            Err(errno) => Err(CatError::Read(errno)),
        };
        match copied {
            Ok(()) => {}
            Err(CatError::Read(errno)) => {
                complain("cat", format_args!("{}: {errno}", lossy(name)));
                status = 1;
            }
            Err(CatError::Write(error)) => return Err(error.into()),
        }
    }
    out.flush()?;
    Ok(status)
}

enum CatError {
    Read(Errno),
    Write(std::io::Error),
}

fn read(file: &OpenFile) -> Result<Vec<u8>, CatError> {
    loop {
        match file.read_some(CHUNK) {
            Err(Errno::Intr) => {}
            result => return result.map_err(CatError::Read),
        }
    }
}

fn copy(file: &OpenFile, output: &OpenFile) -> Result<(), CatError> {
    loop {
        let data = read(file)?;
        if data.is_empty() {
            return Ok(());
        }
        output.write_bytes(&data).map_err(|errno| CatError::Write(errno.into()))?;
    }
}

fn convert(file: &OpenFile, out: &mut impl Write, settings: &Settings, place: &mut Place) -> Result<(), CatError> {
    loop {
        let data = read(file)?;
        if data.is_empty() {
            return out.flush().map_err(CatError::Write);
        }
        let mut text = Vec::with_capacity(data.len() + data.len() / 4);
        for byte in data {
            show(byte, &mut text, settings, place);
        }
        out.write_all(&text).map_err(CatError::Write)?;
    }
}

fn show(byte: u8, text: &mut Vec<u8>, settings: &Settings, place: &mut Place) {
    if std::mem::take(&mut place.return_waits) {
        text.extend_from_slice(if byte == b'\n' { b"^M" } else { b"\r" });
    }
    if place.at_start {
        let blank = byte == b'\n';
        if blank && place.blank_before && settings.squeeze {
            return;
        }
        place.blank_before = blank;
        if if settings.number_nonblank { !blank } else { settings.number } {
            place.line += 1;
            text.extend_from_slice(format!("{:6}\t", place.line).as_bytes());
        }
    }
    place.at_start = byte == b'\n';
    match byte {
        b'\n' => {
            if settings.ends {
                text.push(b'$');
            }
            text.push(b'\n');
        }
        b'\t' if settings.tabs => text.extend_from_slice(b"^I"),
        b'\t' => text.push(b'\t'),
        b'\r' if settings.ends && !settings.nonprinting => place.return_waits = true,
        byte if settings.nonprinting => {
            let low = byte & 0x7f;
            if byte >= 0x80 {
                text.extend_from_slice(b"M-");
            }
            match low {
                0..=31 => text.extend([b'^', low + 64]),
                127 => text.extend_from_slice(b"^?"),
                low => text.push(low),
            }
        }
        byte => text.push(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(settings: &Settings, input: &[u8]) -> String {
        let mut place = Place { line: 0, at_start: true, blank_before: false, return_waits: false };
        let mut text = Vec::new();
        input.iter().for_each(|&byte| show(byte, &mut text, settings, &mut place));
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn conversions() {
        let all = Settings { nonprinting: true, ends: true, tabs: true, ..Settings::default() };
        assert_eq!(shown(&all, b"a\tb\x01\x80\xff\x7f\n"), "a^Ib^AM-^@M-^?^?$\n");
        let number = Settings { number_nonblank: true, squeeze: true, ..Settings::default() };
        assert_eq!(shown(&number, b"a\n\n\n\nb\n"), "     1\ta\n\n     2\tb\n");
        let ends = Settings { ends: true, ..Settings::default() };
        assert_eq!(shown(&ends, b"a\r\nb\rc\n"), "a^M$\nb\rc$\n");
    }
}
