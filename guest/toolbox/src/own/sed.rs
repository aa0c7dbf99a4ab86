//! sed: the stream editor of `agentfense-sed`, on the kernel's files.

use agentfense_sed::{CannotEdit, Edit, Input, System};
use agentfense_support::{Outcome, fs};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType, OpenFile, OpenFlags, Whence};
use std::io::{self, Read, Write};

/// Runs sed.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    Ok(agentfense_sed::main(&args, &mut Kernel))
}

struct Kernel;

/// An open file; one that is not there fails at each use.
struct Stream {
    file: Option<OpenFile>,
    stop_after: Option<u8>,
}

impl Stream {
    fn file(&self) -> io::Result<&OpenFile> {
        self.file.as_ref().ok_or_else(|| Errno::Badf.into())
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let Some(delimiter) = self.stop_after else { return self.file()?.read(buf) };
        let most = u32::try_from(buf.len()).unwrap_or(u32::MAX);
        let data = self.file()?.read_until(delimiter, most)?;
        let length = data.len().min(buf.len());
        buf[..length].copy_from_slice(&data[..length]);
        Ok(length)
    }
}

impl Write for Stream {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file()?.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Input for Stream {
    fn give_back(&mut self, count: usize) {
        if let (Some(file), Ok(count)) = (&self.file, i64::try_from(count))
            && file.stat().is_ok_and(|stat| stat.kind == FileType::Regular)
        {
            // Where it cannot be done, nobody expects it.
            let _ = file.seek_to(-count, Whence::Current);
        }
    }
}

/// The new content of a file, under another name until it is whole.
struct InPlace {
    file: OpenFile,
    temporary: Option<Vec<u8>>,
    target: Vec<u8>,
}

impl Write for InPlace {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Edit for InPlace {
    fn commit(mut self: Box<Self>, backup: Option<&[u8]>) -> io::Result<()> {
        if let Some(backup) = backup {
            fs::rename(&self.target, backup)?;
        }
        if let Some(temporary) = &self.temporary {
            fs::rename(temporary, &self.target)?;
        }
        self.temporary = None;
        Ok(())
    }
}

impl Drop for InPlace {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // Nothing was committed: the file stays as it was.
            let _ = fs::unlink(temporary);
        }
    }
}

impl System for Kernel {
    fn open(&mut self, name: &[u8], stop_after: Option<u8>) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(Stream { file: Some(files::open(name, OpenFlags::READ, 0)?), stop_after }))
    }

    fn stdin(&mut self, stop_after: Option<u8>) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(Stream { file: OpenFile::inherited(0), stop_after }))
    }

    fn stdout(&mut self) -> Box<dyn Write> {
        Box::new(Stream { file: OpenFile::inherited(1), stop_after: None })
    }

    fn stderr(&mut self) -> Box<dyn Write> {
        Box::new(Stream { file: OpenFile::inherited(2), stop_after: None })
    }

    fn stdout_is_terminal(&self) -> bool {
        OpenFile::inherited(1).is_some_and(|file| file.is_terminal())
    }

    fn create(&mut self, name: &[u8]) -> io::Result<Box<dyn Write>> {
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::TRUNCATE;
        Ok(Box::new(Stream { file: Some(files::open(name, flags, 0o666)?), stop_after: None }))
    }

    fn edit(&mut self, name: &[u8], follow: bool) -> Result<(Box<dyn Input>, Box<dyn Edit>), CannotEdit> {
        let read = |errno: Errno| CannotEdit::Read(errno.into());
        let target = if follow { files::real_path(name).map_err(read)? } else { name.to_vec() };
        let stat = files::stat(&target, true).map_err(read)?;
        if stat.kind != FileType::Regular {
            return Err(CannotEdit::NotRegular);
        }
        let input = files::open(&target, OpenFlags::READ, 0).map_err(read)?;
        let directory = memchr::memrchr(b'/', &target).map_or(&b""[..], |at| &target[..=at]);
        let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUSIVE;
        let mut number = agentfense_sys::processes::get_pid();
        let (file, temporary) = loop {
            let temporary = [directory, format!("sed{number:06}").as_bytes()].concat();
            match files::open(&temporary, flags, 0o600) {
                Ok(file) => break (file, temporary),
                Err(Errno::Exist) => number = number.wrapping_add(1),
                Err(errno) => return Err(CannotEdit::Create(errno.into())),
            }
        };
        let edit = InPlace { file, temporary: Some(temporary.clone()), target };
        // The owner first: changing it may take mode bits away. Only root can give files to others.
        let _ = files::set_owner(&temporary, Some(stat.uid), Some(stat.gid), false);
        edit.file.set_mode(stat.mode).map_err(|errno| CannotEdit::Create(errno.into()))?;
        Ok((Box::new(Stream { file: Some(input), stop_after: None }), Box::new(edit)))
    }

    fn error_text(&self, error: &io::Error) -> String {
        agentfense_sys::error_text(error)
    }

    fn utf8(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| agentfense_sys::var(name).filter(|value| !value.is_empty()));
        !locale.is_some_and(|name| name == b"C" || name == b"POSIX")
    }
}
