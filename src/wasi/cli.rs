//! `wasi:cli`: what a program is given, and its exit.

use std::sync::Arc;

use wasmtime::component::Resource;

use super::io::{InputStream, OutputStream, Position};
use crate::kernel::{Ending, Guest, OpenFile};
use crate::wit::guest::wasi::cli::{
    environment, exit, stderr, stdin, stdout, terminal_input, terminal_output, terminal_stderr, terminal_stdin,
    terminal_stdout,
};

/// A terminal, as a token that it is one.
pub struct TerminalHandle;

impl Guest {
    fn stream(&self, fd: u32) -> Arc<OpenFile> {
        // A closed standard stream reads as empty and refuses writes.
        self.process.fd(fd).unwrap_or_else(OpenFile::empty)
    }

    fn output(&mut self, fd: u32) -> wasmtime::Result<Resource<OutputStream>> {
        let file = self.stream(fd);
        Ok(self.table.push(OutputStream { file, position: Position::Shared })?)
    }

    fn terminal(&mut self, fd: u32) -> wasmtime::Result<Option<Resource<TerminalHandle>>> {
        let terminal = self.process.fd(fd).is_some_and(|file| file.is_terminal());
        Ok(if terminal { Some(self.table.push(TerminalHandle)?) } else { None })
    }
}

impl environment::Host for Guest {
    fn get_environment(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        Ok(self.process.env.clone())
    }

    fn get_arguments(&mut self) -> wasmtime::Result<Vec<String>> {
        Ok(self.process.argv.clone())
    }

    fn initial_cwd(&mut self) -> wasmtime::Result<Option<String>> {
        Ok(Some(self.process.cwd().path()))
    }
}

impl exit::Host for Guest {
    fn exit(&mut self, status: Result<(), ()>) -> wasmtime::Result<()> {
        Err(Ending::Exited(u8::from(status.is_err())).into())
    }
}

impl stdin::Host for Guest {
    fn get_stdin(&mut self) -> wasmtime::Result<Resource<InputStream>> {
        let file = self.stream(0);
        Ok(self.table.push(InputStream { file, offset: None })?)
    }
}

impl stdout::Host for Guest {
    fn get_stdout(&mut self) -> wasmtime::Result<Resource<OutputStream>> {
        self.output(1)
    }
}

impl stderr::Host for Guest {
    fn get_stderr(&mut self) -> wasmtime::Result<Resource<OutputStream>> {
        self.output(2)
    }
}

impl terminal_input::Host for Guest {}

impl terminal_input::HostTerminalInput for Guest {
    fn drop(&mut self, terminal: Resource<TerminalHandle>) -> wasmtime::Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_output::Host for Guest {}

impl terminal_output::HostTerminalOutput for Guest {
    fn drop(&mut self, terminal: Resource<TerminalHandle>) -> wasmtime::Result<()> {
        self.table.delete(terminal)?;
        Ok(())
    }
}

impl terminal_stdin::Host for Guest {
    fn get_terminal_stdin(&mut self) -> wasmtime::Result<Option<Resource<TerminalHandle>>> {
        self.terminal(0)
    }
}

impl terminal_stdout::Host for Guest {
    fn get_terminal_stdout(&mut self) -> wasmtime::Result<Option<Resource<TerminalHandle>>> {
        self.terminal(1)
    }
}

impl terminal_stderr::Host for Guest {
    fn get_terminal_stderr(&mut self) -> wasmtime::Result<Option<Resource<TerminalHandle>>> {
        self.terminal(2)
    }
}
