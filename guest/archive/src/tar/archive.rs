//! Opening archives, compressed or not.

use super::Opened;
use super::console::{Console, in_message};
use super::header::{self, BLOCK};
use super::reader::Reader;
use super::settings::{Compression, Settings};
use super::writer::{Plain, Writer};
use crate::codec::{Encoder, Format};
use crate::input::{Input, errno};
use agentfense_support::Failure;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use agentfense_sys::process::{Child, Command, ExitStatus, Stdio};

/// What messages call the archive.
fn name(settings: &Settings) -> &[u8] {
    settings.file.as_deref().unwrap_or(b"-")
}

/// The archive as a file.
fn file(settings: &Settings, console: &Console, flags: OpenFlags) -> Result<OpenFile, Failure> {
    let write = flags & OpenFlags::WRITE == OpenFlags::WRITE;
    let opened = match &settings.file {
        Some(file) => files::open(file, flags, 0o666),
        None => OpenFile::inherited(if write { 1 } else { 0 }).ok_or(Errno::Badf),
    };
    let opened =
        opened.map_err(|errno| console.fatal(format_args!("{}: Cannot open: {errno}", in_message(name(settings)))))?;
    if settings.file.is_none() && opened.is_terminal() {
        let what = if write { "write archive contents to" } else { "read archive contents from" };
        return Err(console.fatal(format_args!("Refusing to {what} terminal (missing -f option?)")));
    }
    Ok(opened)
}

/// The program's words.
fn words(program: &[u8]) -> Vec<Vec<u8>> {
    program.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(<[u8]>::to_vec).collect()
}

fn start(console: &Console, program: &[u8], more: &[&str], stdin: Stdio, stdout: Stdio) -> Result<Child, Failure> {
    let words = words(program);
    let mut command = Command::new(words.first().map_or(&b""[..], |word| word));
    command.args(words.get(1..).unwrap_or_default()).args(more).stdin(stdin).stdout(stdout);
    let child = command.spawn();
    child.map_err(|errno| console.fatal(format_args!("{}: Cannot exec: {errno}", in_message(program))))
}

/// Opens the archive for reading.
pub fn open<'a>(settings: &Settings, console: &'a Console) -> Result<Opened<'a>, Failure> {
    let file = file(settings, console, OpenFlags::READ)?;
    let mut child = None;
    let (input, format) = match &settings.compression {
        Compression::Program(program) => {
            let mut started = start(console, program, &["-d"], Stdio::File(file), Stdio::Piped)?;
            let stdout = started.stdout.take().ok_or_else(|| console.fatal("Cannot read from child"))?;
            child = Some(started);
            (Input::new(stdout), None)
        }
        Compression::Known(format) => (Input::new(format.decoder(Input::new(file))), Some(*format)),
        Compression::Unsaid | Compression::Suffix => {
            let mut input = Input::new(file);
            let start = input.peek(BLOCK).map_err(|error| {
                console.fatal(format_args!("{}: Cannot read: {}", in_message(name(settings)), errno(&error)))
            })?;
            // A header may begin as a compressed stream does.
            let plain = start.try_into().is_ok_and(|block| header::parse(block).is_some());
            match Format::detect(start).filter(|_| !plain) {
                Some(format) => (Input::new(format.decoder(input)), Some(format)),
                None => (input, None),
            }
        }
    };
    let reader = Reader::new(console, name(settings), input, format, settings.ignore_zeros);
    Ok(Opened { reader, child })
}

/// Waits for the program that an archive went through.
pub fn wait(mut child: Child, console: &Console) -> Result<(), Failure> {
    match child.wait() {
        Ok(ExitStatus::Exited(0)) => Ok(()),
        Ok(ExitStatus::Exited(status)) => Err(console.fatal(format_args!("Child returned status {status}"))),
        Ok(ExitStatus::Signaled(signal)) => {
            Err(console.fatal(format_args!("Child died with signal {}", signal.number())))
        }
        Err(errno) => Err(console.fatal(format_args!("Child: {errno}"))),
    }
}

/// A new archive, the file that it is if it is one, and the program that compresses it.
pub struct Created {
    /// What writes it.
    pub writer: Writer,
    /// The file, so that it is not stored in itself.
    pub file: Option<OpenFile>,
    /// To be waited for after the writer has finished.
    pub child: Option<Child>,
}

/// Opens the archive for writing it anew.
pub fn create(settings: &Settings, console: &Console) -> Result<Created, Failure> {
    let file = file(settings, console, OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE)?;
    let known = file.duplicate();
    let format = match &settings.compression {
        Compression::Known(format) => Some(*format),
        Compression::Suffix => settings.file.as_deref().and_then(Format::of_name),
        Compression::Unsaid | Compression::Program(_) => None,
    };
    let mut child = None;
    let out: Box<dyn Encoder> = match (format, &settings.compression) {
        (Some(format), _) => {
            let encoder = format.encoder(format.default_level(), Box::new(file));
            encoder.map_err(|error| {
                console.fatal(format_args!("{}: Cannot write: {}", in_message(name(settings)), errno(&error)))
            })?
        }
        (None, Compression::Program(program)) => {
            let mut started = start(console, program, &[], Stdio::Piped, Stdio::File(file))?;
            let stdin = started.stdin.take().ok_or_else(|| console.fatal("Cannot write to child"))?;
            child = Some(started);
            Box::new(Plain(stdin))
        }
        _ => Box::new(Plain(file)),
    };
    let writer = Writer::new(out, settings.dialect, settings.blocks, 0);
    Ok(Created { writer, file: Some(known), child })
}

/// Opens an archive that is to be changed in its place.
pub fn editable(settings: &Settings, console: &Console) -> Result<OpenFile, Failure> {
    if settings.file.is_none() {
        return Err(super::options::mistake("Options '-Aru' are incompatible with '-f -'"));
    }
    if settings.compression != Compression::Unsaid {
        return Err(super::options::mistake("Cannot update compressed archives"));
    }
    file(settings, console, OpenFlags::READ | OpenFlags::WRITE)
}

/// A reader of an archive that is open and must not be compressed.
pub fn plain_reader<'a>(settings: &Settings, console: &'a Console, file: &OpenFile) -> Result<Reader<'a>, Failure> {
    let mut input = Input::new(file.duplicate());
    let start = input.peek(BLOCK).unwrap_or_default();
    if Format::detect(start).is_some() && !start.try_into().is_ok_and(|block| header::parse(block).is_some()) {
        return Err(super::options::mistake("Cannot update compressed archives"));
    }
    Ok(Reader::new(console, name(settings), input, None, false))
}

/// Writes on at the end of what an open archive holds.
pub fn writer_at(file: OpenFile, settings: &Settings, end: u64) -> Writer {
    Writer::new(Box::new(Plain(file)), settings.dialect, settings.blocks, end)
}

/// Opens the archive for adding to it, and tells `have` of every member that is there.
pub fn append(
    settings: &Settings,
    console: &Console,
    mut have: impl FnMut(&header::Member),
) -> Result<Created, Failure> {
    if settings.file.is_none() {
        return Err(super::options::mistake("Options '-Aru' are incompatible with '-f -'"));
    }
    if settings.compression != Compression::Unsaid {
        return Err(super::options::mistake("Cannot update compressed archives"));
    }
    let file = file(settings, console, OpenFlags::READ | OpenFlags::WRITE | OpenFlags::CREATE)?;
    let failed = |errno| console.fatal(format_args!("{}: Cannot write: {errno}", in_message(name(settings))));
    let mut end = 0;
    if file.stat().map_err(failed)?.size > 0 {
        let mut reader = plain_reader(settings, console, &file)?;
        while let Some(member) = reader.next_member()? {
            have(&member);
        }
        end = reader.position();
    }
    let offset = i64::try_from(end).map_err(|_| failed(Errno::Overflow))?;
    file.seek_to(offset, files::Whence::Set).map_err(failed)?;
    file.set_size(end).map_err(failed)?;
    let known = file.duplicate();
    let writer = writer_at(file, settings, end);
    Ok(Created { writer, file: Some(known), child: None })
}
