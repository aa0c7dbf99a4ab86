//! bc: a calculator with a language.

use crate::compile::{Unit, next};
use crate::console::{Console, Printer, Standard};
use crate::lexer::{Lexer, Source};
use crate::machine::{Machine, Stop};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, read};
use std::collections::HashMap;
use std::io;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Calculate with numbers of any length: the language of POSIX with GNU's additions.

  -i, --interactive  accepted, as results are shown at once in any case
  -l, --mathlib      know s, c, a, l, e and j; a scale of 20
  -q, --quiet        accepted: there is no banner
  -s, --standard     accepted
  -w, --warn         accepted
  -h, --help         show this help";

const LONGS: &[Long] = &[
    ("interactive", Takes::Nothing, 'i'),
    ("mathlib", Takes::Nothing, 'l'),
    ("quiet", Takes::Nothing, 'q'),
    ("standard", Takes::Nothing, 's'),
    ("warn", Takes::Nothing, 'w'),
];

/// Runs the sources on a console.
pub fn calculate(
    console: &mut dyn Console,
    sources: Vec<Source>,
    stdin: bool,
    library: bool,
    printer: Printer,
) -> io::Result<()> {
    let mut lexer = Lexer::new(sources, stdin);
    let mut names = HashMap::new();
    let mut machine = Machine::new(library, printer);
    loop {
        let unit = next(&mut lexer, console, &mut names);
        machine.know(&names);
        let stop = match unit {
            Unit::End => return Ok(()),
            Unit::Define(name, function) => {
                machine.define(name, function);
                continue;
            }
            Unit::Code(code) => machine.run(console, code),
        };
        match stop {
            Ok(()) | Err(Stop::Failed) => {}
            Err(Stop::Halt) => return Ok(()),
            Err(Stop::Output(error)) => return Err(error),
        }
    }
}

/// Runs bc.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "hilqsvw", LONGS, HELP);
    let (mut library, mut sources) = (false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('l', _) => library = true,
            Item::Option(letter @ ('h' | 'v'), _) => {
                let long: &[u8] = if letter == 'h' { b"--help" } else { b"--version" };
                Options::new(vec![b"bc".to_vec(), long.to_vec()], "", LONGS, HELP).next_item()?;
            }
            Item::Option(..) => {}
            Item::Operand(name) => {
                let shown = String::from_utf8_lossy(&name).into_owned();
                match read::whole(&name) {
                    Ok(content) => sources.push((shown, content)),
                    Err(_) => return Err(Failure::new(format!("File {shown} is unavailable."))),
                }
            }
        }
    }
    let mut console = Standard::new("bc");
    calculate(&mut console, sources, true, library, Printer::new(agentfense_sys::var("BC_LINE_LENGTH"), 1))?;
    console.finish()?;
    Ok(0)
}
