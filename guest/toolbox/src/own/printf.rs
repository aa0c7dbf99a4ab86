//! printf: format and print data.

use agentfense_support::options::sole_request;
use agentfense_support::quote::{lossy, when_needed};
use agentfense_support::{Failure, Outcome, complain, quote, stdout};
use agentfense_twins::Dialect;
use agentfense_twins::printf::{Complaint, System, printf};
use std::io::Write;

/// Runs printf.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let help = "{} FORMAT [ARGUMENT]...\nPrint ARGUMENTs by FORMAT, as C's printf does; %b is a string with escapes,\n\
                %q one quoted for a shell.";
    sole_request(&args, help)?;
    let mut words = args.get(1..).unwrap_or_default();
    if words.first().is_some_and(|word| word == b"--") {
        words = &words[1..];
    }
    let Some((format, arguments)) = words.split_first() else { return Err(Failure::usage("missing operand")) };
    let printed = printf(&mut Process, format, arguments);
    let mut out = stdout();
    out.write_all(&printed.text)?;
    out.flush()?;
    Ok(printed.status)
}

/// This process.
struct Process;

impl System for Process {
    const DIALECT: Dialect = Dialect::Gnu;

    fn complain(&mut self, complaint: Complaint<'_>) {
        let message = match complaint {
            Complaint::NoDigits(_) => "missing hexadecimal number in escape".into(),
            Complaint::NoCharacter(letter, code) => {
                let width = if letter == b'u' { 4 } else { 8 };
                format!("invalid universal character name \\{}{code:0width$x}", char::from(letter))
            }
            Complaint::NoLetter(conversion)
            | Complaint::Letter(_, conversion)
            | Complaint::NoParenthesis(conversion) => {
                format!("%{}: invalid conversion specification", lossy(conversion))
            }
            Complaint::NoNumber(word) => format!("{}: expected a numeric value", quote(word)),
            Complaint::NotAllNumber(word) => format!("{}: value not completely converted", quote(word)),
            Complaint::OutOfRange(word) => format!("{}: Numerical result out of range", quote(word)),
            Complaint::Width(word) => format!("invalid field width: {}", quote(word)),
            Complaint::Ignored(rest) => {
                format!("warning: {}: character(s) following character constant have been ignored", lossy(rest))
            }
            Complaint::Excess(word) => format!("warning: ignoring excess arguments, starting with {}", quote(word)),
        };
        complain("printf", message);
    }

    fn character(&self, text: &[u8]) -> (i64, usize) {
        match text.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(character) => (i64::from(u32::from(character)), character.len_utf8()),
            None => (text.first().copied().map_or(0, i64::from), 1),
        }
    }

    fn quoted(&self, value: &[u8]) -> Vec<u8> {
        when_needed(value)
    }

    fn time(&mut self, _: &[u8], _: Option<i64>) -> Vec<u8> {
        Vec::new()
    }

    fn store(&mut self, _: &[u8], _: usize) -> bool {
        false
    }
}
