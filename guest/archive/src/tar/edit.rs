//! Changing an archive without its files: `--delete` and `-A`.

use super::archive::{self, Created};
use super::console::{Console, in_message};
use super::create;
use super::reader::Reader;
use super::settings::{Operation, Settings};
use crate::input::{CHUNK, Input, errno};
use agentfense_support::Failure;
use agentfense_sys::Errno;
use agentfense_sys::files::{self, OpenFile, OpenFlags, Whence};
use std::io::Read;
use std::ops::Range;

/// Takes members out of an archive, or puts whole archives behind it.
pub fn run(settings: &mut Settings, console: &Console) -> Result<(), Failure> {
    if settings.operation == Operation::Delete { delete(settings, console) } else { concatenate(settings, console) }
}

fn delete(settings: &mut Settings, console: &Console) -> Result<(), Failure> {
    let mut wanted = std::mem::replace(&mut settings.wanted, super::names::Wanted::new());
    if wanted.is_everything() {
        wanted.only_added();
    }
    let file = archive::editable(settings, console)?;
    let failed = create::unwritten(settings, console);
    // What stays.
    let mut kept: Vec<Range<u64>> = Vec::new();
    let mut reader = archive::plain_reader(settings, console, &file)?;
    while let Some(member) = reader.next_member()? {
        let span = reader.start()..reader.after();
        if wanted.finds(&member.name).is_some() {
            continue;
        }
        match kept.last_mut() {
            Some(last) if last.end == span.start => last.end = span.end,
            _ => kept.push(span),
        }
    }
    drop(reader);
    let mut end = 0;
    for span in kept {
        if span.start != end {
            move_down(&file, span.clone(), end).map_err(&failed)?;
        }
        end += span.end - span.start;
    }
    file.set_size(end).map_err(&failed)?;
    file.seek_to(i64::try_from(end).map_err(|_| failed(Errno::Overflow))?, Whence::Set).map_err(&failed)?;
    archive::writer_at(file, settings, end).finish().map_err(|error| failed(errno(&error)))?;
    wanted.report(console);
    Ok(())
}

/// Copies a part of the file to an earlier place.
fn move_down(file: &OpenFile, span: Range<u64>, to: u64) -> Result<(), Errno> {
    let seek = |at: u64| file.seek_to(i64::try_from(at).map_err(|_| Errno::Overflow)?, Whence::Set);
    let (mut from, mut to) = (span.start, to);
    while from < span.end {
        seek(from)?;
        let data = file.read_some(u32::try_from(span.end - from).unwrap_or(u32::MAX).min(CHUNK as u32))?;
        if data.is_empty() {
            return Err(Errno::Io);
        }
        seek(to)?;
        file.write_bytes(&data)?;
        from += data.len() as u64;
        to += data.len() as u64;
    }
    Ok(())
}

fn concatenate(settings: &Settings, console: &Console) -> Result<(), Failure> {
    let Created { mut writer, .. } = archive::append(settings, console, |_| {})?;
    let unwritten = create::unwritten(settings, console);
    for operand in &settings.operands {
        let path = super::below(&operand.directory, &operand.name);
        let file = match files::open(&path, OpenFlags::READ, 0) {
            Ok(file) => file,
            Err(errno) => {
                console.error(format_args!("{}: Cannot open: {errno}", in_message(&operand.name)));
                continue;
            }
        };
        let mut reader = Reader::new(console, &operand.name, Input::new(file.duplicate()), None, false);
        while reader.next_member()?.is_some() {}
        let end = reader.position();
        file.seek_to(0, Whence::Set).map_err(&unwritten)?;
        let mut rest = Read::take(file, end);
        let mut buffer = vec![0; CHUNK];
        loop {
            match rest.read(&mut buffer) {
                Ok(0) => break,
                Ok(len) => writer.contents(&buffer[..len]).map_err(|error| unwritten(errno(&error)))?,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(unwritten(errno(&error))),
            }
        }
    }
    writer.finish().map_err(|error| unwritten(errno(&error)))?;
    Ok(())
}
