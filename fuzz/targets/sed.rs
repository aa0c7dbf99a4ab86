//! Any bytes as a script of sed, without the commands that loop.
#![no_main]

use agentfense_sed::{CannotEdit, Editing, Input, System};
use libfuzzer_sys::fuzz_target;
use std::io::{self, Cursor, ErrorKind, Read, Write};

/// No files; one text as standard input; output goes nowhere.
struct Nothing;

struct Text(Cursor<&'static [u8]>);

impl Read for Text {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.0.read(buf)
    }
}

impl Input for Text {}

impl System for Nothing {
    fn open(&mut self, _: &[u8], _: Option<u8>) -> io::Result<Box<dyn Input>> {
        Err(ErrorKind::NotFound.into())
    }
    fn stdin(&mut self, _: Option<u8>) -> io::Result<Box<dyn Input>> {
        Ok(Box::new(Text(Cursor::new(b"one\ntwo words\n\n\xff\xc3\xa9 4\nno newline"))))
    }
    fn stdout(&mut self) -> Box<dyn Write> {
        Box::new(io::sink())
    }
    fn stderr(&mut self) -> Box<dyn Write> {
        Box::new(io::sink())
    }
    fn create(&mut self, _: &[u8]) -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::sink()))
    }
    fn edit(&mut self, _: &[u8], _: bool) -> Result<Editing, CannotEdit> {
        Err(CannotEdit::NotRegular)
    }
}

fuzz_target!(|script: &[u8]| {
    // A loop is what its author asked for.
    if script.len() > 128 || script.iter().any(|byte| b"btTD".contains(byte)) {
        return;
    }
    for options in [&b"-n"[..], b"-E", b"-s", b"-z", b"--posix"] {
        let args = [b"sed".to_vec(), options.to_vec(), b"-e".to_vec(), script.to_vec()];
        agentfense_sed::main(&args, &mut Nothing);
    }
});
