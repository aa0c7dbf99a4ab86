//! test and `[`: check file types and compare values.

use agentfense_support::{Failure, Outcome, quote};
use agentfense_sys::files::{self, OpenFile, Stat};
use agentfense_twins::Dialect;
use agentfense_twins::test::{self, System};
use std::convert::Infallible;

/// Runs test.
pub fn test(args: Vec<Vec<u8>>) -> Outcome {
    evaluate(args.get(1..).unwrap_or_default())
}

/// Runs `[`.
pub fn bracket(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} EXPRESSION ]\nExit with the status determined by EXPRESSION, as test does.";
    agentfense_support::options::sole_request(&args, help)?;
    match args.get(1..).and_then(<[_]>::split_last) {
        Some((last, words)) if last == b"]" => evaluate(words),
        _ => Err(Failure::new("missing ']'").status(2)),
    }
}

/// This process.
struct Process;

impl System for Process {
    const DIALECT: Dialect = Dialect::Gnu;
    type Stop = Infallible;

    fn stat(&self, path: &[u8], follow: bool) -> Option<Stat> {
        files::stat(path, follow).ok()
    }

    fn is_terminal(&self, fd: u32) -> bool {
        OpenFile::inherited(fd).is_some_and(|file| file.is_terminal())
    }

    fn of_the_shell(&mut self, _: u8, _: &[u8]) -> Result<bool, Infallible> {
        Ok(false)
    }
}

fn evaluate(words: &[Vec<u8>]) -> Outcome {
    use test::Failure as Fault;
    let message = match test::evaluate(&mut Process, words) {
        Ok(truth) => return Ok(u8::from(!truth)),
        Err(Fault::NotUnary(word)) => format!("{}: unary operator expected", quote(word)),
        Err(Fault::NotBinary(word)) => format!("{}: binary operator expected", quote(word)),
        Err(Fault::NotInteger(word)) => format!("invalid integer {}", quote(word)),
        Err(Fault::Extra(word)) => format!("extra argument {}", quote(word)),
        Err(Fault::MissingAfter(word)) => format!("missing argument after {}", quote(word)),
        Err(Fault::Unclosed(None)) => "')' expected".into(),
        Err(Fault::Unclosed(Some(word))) => format!("')' expected, found {}", quote(word)),
        Err(Fault::TooDeep) => "the expression is nested too deeply".into(),
        Err(Fault::Stop(never)) => match never {},
    };
    Err(Failure::new(message).status(2))
}
