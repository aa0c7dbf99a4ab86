//! Sed over the files of the host: to try the crate, and to compare it with another sed.

use agentfense_sed::{CannotEdit, Edit, Input, System};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

struct Host;

struct Source {
    file: Box<dyn Read>,
    stop_after: Option<u8>,
}

impl Read for Source {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.stop_after.is_some() && !buf.is_empty() { self.file.read(&mut buf[..1]) } else { self.file.read(buf) }
    }
}

impl Input for Source {}

struct InPlace {
    file: File,
    temporary: PathBuf,
    target: PathBuf,
}

impl Write for InPlace {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.file.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Edit for InPlace {
    fn commit(self: Box<Self>, backup: Option<&[u8]>) -> io::Result<()> {
        if let Some(backup) = backup {
            fs::rename(&self.target, path(backup))?;
        }
        fs::rename(&self.temporary, &self.target)
    }
}

fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

impl System for Host {
    fn open(&mut self, name: &[u8], stop_after: Option<u8>) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(Source { file: Box::new(File::open(path(name))?), stop_after }))
    }

    fn stdin(&mut self, stop_after: Option<u8>) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(Source { file: Box::new(io::stdin().lock()), stop_after }))
    }

    fn stdout(&mut self) -> Box<dyn Write> {
        match File::options().append(true).open("/dev/stdout") {
            Ok(file) => Box::new(file),
            Err(_) => Box::new(io::stdout()),
        }
    }

    fn stderr(&mut self) -> Box<dyn Write> {
        Box::new(io::stderr())
    }

    fn create(&mut self, name: &[u8]) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(File::create(path(name))?))
    }

    fn edit(&mut self, name: &[u8], follow: bool) -> Result<(Box<dyn Input>, Box<dyn Edit>), CannotEdit> {
        let mut target = path(name).to_owned();
        if follow {
            target = fs::canonicalize(target).map_err(CannotEdit::Read)?;
        }
        let metadata = fs::metadata(&target).map_err(CannotEdit::Read)?;
        if !metadata.is_file() {
            return Err(CannotEdit::NotRegular);
        }
        let input = File::open(&target).map_err(CannotEdit::Read)?;
        let temporary = target.with_file_name(format!("sed{}", std::process::id()));
        let file = File::create(&temporary).map_err(CannotEdit::Create)?;
        file.set_permissions(metadata.permissions()).map_err(CannotEdit::Create)?;
        let source = Source { file: Box::new(input), stop_after: None };
        Ok((Box::new(source), Box::new(InPlace { file, temporary, target })))
    }

    fn error_text(&self, error: &io::Error) -> String {
        let text = error.to_string();
        text.split(" (os error").next().unwrap_or_default().to_owned()
    }
}

fn main() {
    let args: Vec<Vec<u8>> = std::env::args_os().map(|arg| arg.into_encoded_bytes()).collect();
    std::process::exit(i32::from(agentfense_sed::main(&args, &mut Host)));
}
