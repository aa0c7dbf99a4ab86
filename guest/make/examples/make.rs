//! make on the host, to compare it with another make: `cargo run -p agentfense-make --example make -- ARGUMENTS`.

use agentfense_make::System;
use agentfense_make::system::{FileStat, Output, Program, Stream, Token};
use agentfense_sys::process::ExitStatus;
use agentfense_sys::{Errno, Signal};
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read, Seek, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

#[derive(Default)]
struct Host {
    children: Vec<Child>,
    captures: std::collections::HashMap<u32, fs::File>,
    files: u32,
}

fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

fn errno(error: io::Error) -> Errno {
    Errno::of(&error).unwrap_or(Errno::Io)
}

fn status(status: std::process::ExitStatus) -> ExitStatus {
    match status.code() {
        Some(code) => ExitStatus::Exited(code as u8),
        None => ExitStatus::Signaled(Signal::new(status.signal().unwrap_or(9) as u8).unwrap_or(Signal::SIGKILL)),
    }
}

fn command(argv: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> Command {
    let mut command = Command::new(OsStr::from_bytes(&argv[0]));
    command.args(argv[1..].iter().map(|word| OsStr::from_bytes(word)));
    command.env_clear().envs(env.iter().map(|(name, value)| (OsStr::from_bytes(name), OsStr::from_bytes(value))));
    command
}

impl System for Host {
    fn stat(&self, name: &[u8], follow: bool) -> Result<FileStat, Errno> {
        let data = if follow { fs::metadata(path(name)) } else { fs::symlink_metadata(path(name)) }.map_err(errno)?;
        Ok(FileStat { modified: data.mtime() * 1_000_000_000 + data.mtime_nsec(), directory: data.is_dir() })
    }

    fn read(&self, name: &[u8]) -> Result<Vec<u8>, Errno> {
        fs::read(path(name)).map_err(errno)
    }

    fn read_stdin(&self) -> Result<Vec<u8>, Errno> {
        let mut text = Vec::new();
        io::stdin().read_to_end(&mut text).map_err(errno)?;
        Ok(text)
    }

    fn write(&self, name: &[u8], data: &[u8], append: bool) -> Result<(), Errno> {
        let mut options = fs::OpenOptions::new();
        options.create(true).append(append).write(true).truncate(!append);
        options.open(path(name)).and_then(|mut file| file.write_all(data)).map_err(errno)
    }

    fn list(&self, name: &[u8]) -> Result<Vec<Vec<u8>>, Errno> {
        let entries = fs::read_dir(path(name)).map_err(errno)?;
        Ok(entries.filter_map(|entry| Some(entry.ok()?.file_name().into_vec())).collect())
    }

    fn real_path(&self, name: &[u8]) -> Result<Vec<u8>, Errno> {
        fs::canonicalize(path(name)).map(|path| path.into_os_string().into_vec()).map_err(errno)
    }

    fn read_link(&self, name: &[u8]) -> Result<Vec<u8>, Errno> {
        fs::read_link(path(name)).map(|path| path.into_os_string().into_vec()).map_err(errno)
    }

    fn unlink(&self, name: &[u8]) -> Result<(), Errno> {
        fs::remove_file(path(name)).map_err(errno)
    }

    fn touch(&self, name: &[u8]) -> Result<(), Errno> {
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(path(name)).map_err(errno)?;
        file.set_modified(std::time::SystemTime::now()).map_err(errno)
    }

    fn current_dir(&self) -> Vec<u8> {
        std::env::current_dir().map(|path| path.into_os_string().into_vec()).unwrap_or_default()
    }

    fn change_dir(&mut self, name: &[u8]) -> Result<(), Errno> {
        std::env::set_current_dir(path(name)).map_err(errno)
    }

    fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        since.as_nanos() as i64
    }

    fn print(&mut self, stream: Stream, text: &[u8]) -> Result<(), Errno> {
        match stream {
            Stream::Out => io::stdout().write_all(text).and_then(|()| io::stdout().flush()),
            Stream::Error => io::stderr().write_all(text),
        }
        .map_err(errno)
    }

    fn spawn(&mut self, program: &Program<'_>) -> Result<u32, Errno> {
        let mut command = command(program.argv, program.env);
        if !program.stdin {
            command.stdin(Stdio::null());
        }
        let mut capture = None;
        if program.output == Output::Capture {
            self.files += 1;
            let name = std::env::temp_dir().join(format!("make-{}-{}", std::process::id(), self.files));
            let file = fs::OpenOptions::new().create_new(true).append(true).read(true).open(&name).map_err(errno)?;
            fs::remove_file(&name).map_err(errno)?;
            command.stdout(file.try_clone().map_err(errno)?).stderr(file.try_clone().map_err(errno)?);
            capture = Some(file);
        }
        let child = command.spawn().map_err(errno)?;
        let number = child.id();
        self.captures.extend(capture.map(|file| (number, file)));
        self.children.push(child);
        Ok(number)
    }

    fn wait(&mut self, block: bool) -> Result<Option<(u32, ExitStatus)>, Errno> {
        loop {
            for index in 0..self.children.len() {
                if let Ok(Some(ended)) = self.children[index].try_wait() {
                    let number = self.children[index].id();
                    drop(self.children.remove(index));
                    return Ok(Some((number, status(ended))));
                }
            }
            if self.children.is_empty() {
                return Err(Errno::Child);
            }
            if !block {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn output(&mut self, argv: &[Vec<u8>], env: &[(Vec<u8>, Vec<u8>)]) -> Result<(ExitStatus, Vec<u8>), Errno> {
        let output = command(argv, env).stdin(Stdio::inherit()).stderr(Stdio::inherit()).output().map_err(errno)?;
        Ok((status(output.status), output.stdout))
    }

    fn take_output(&mut self, child: u32) -> Vec<u8> {
        let mut text = Vec::new();
        if let Some(mut file) = self.captures.remove(&child) {
            let _ = file.seek(io::SeekFrom::Start(0)).and_then(|_| file.read_to_end(&mut text));
        }
        text
    }

    fn interrupted(&mut self) -> Option<u8> {
        None
    }

    fn kill(&mut self, _: u32, _: u8) {}

    fn serve_jobs(&mut self, _: usize) -> Result<Vec<u8>, Errno> {
        Err(Errno::Notsup)
    }

    fn join_jobs(&mut self, _: &[u8]) -> Result<(), Errno> {
        Err(Errno::Notsup)
    }

    fn try_token(&mut self) -> Option<Token> {
        None
    }

    fn wait_token(&mut self) {}

    fn return_token(&mut self, _: Token) {}

    fn end_jobs(&mut self) {}
}

fn main() {
    let mut arguments: Vec<Vec<u8>> = std::env::args_os().map(OsStringExt::into_vec).collect();
    if let Some(name) = arguments.first_mut() {
        *name = b"make".to_vec();
    }
    let env: Vec<_> = std::env::vars_os().map(|(name, value)| (name.into_vec(), value.into_vec())).collect();
    let status = agentfense_make::run(&mut Host::default(), &arguments, &env).unwrap_or_else(|signal| 128 + signal);
    std::process::exit(status.into());
}
