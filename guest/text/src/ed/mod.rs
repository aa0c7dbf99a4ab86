//! ed: the line editor, for scripts and for terminals.

mod address;
mod buffer;
mod command;
mod cursor;
mod global;
mod substitute;

use crate::input;
use agentfense_regex::{Flags, Regex, Syntax};
use agentfense_support::output::Stdout;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, stdout};
use agentfense_sys::error_text;
use agentfense_sys::files::OpenFile;
use buffer::Buffer;
use cursor::Cursor;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::rc::Rc;
use substitute::Substitution;

const HELP: &str = "\
{} [OPTION]... [FILE]
Edit FILE line by line with commands from standard input.

  -E, --extended-regexp     use extended regular expressions
  -l, --loose-exit-status   exit with 0 status even if a command fails
  -p, --prompt=STRING       use STRING as an interactive prompt
  -q, --quiet, --silent     suppress diagnostics on standard error
  -r, --restricted          accepted: commands of the shell are refused either way
  -s, --script              suppress byte counts
  -v, --verbose             be verbose; equivalent to the 'H' command
      --strip-trailing-cr   strip carriage returns at the end of lines";

const LONGS: &[Long] = &[
    ("extended-regexp", Takes::Nothing, 'E'),
    ("loose-exit-status", Takes::Nothing, 'l'),
    ("prompt", Takes::Argument, 'p'),
    ("quiet", Takes::Nothing, 'q'),
    ("restricted", Takes::Nothing, 'r'),
    ("script", Takes::Nothing, 's'),
    ("silent", Takes::Nothing, 'q'),
    ("strip-trailing-cr", Takes::Nothing, '\u{1}'),
    ("verbose", Takes::Nothing, 'v'),
];

/// Why a command was not carried out.
#[derive(Debug)]
pub enum Problem {
    /// Said as `?`, and in words on demand.
    Message(String),
    /// Standard input or output is of no more use.
    Fatal(Failure),
}

impl Problem {
    fn new(message: &str) -> Problem {
        Problem::Message(message.to_owned())
    }

    fn pattern(error: agentfense_regex::Error) -> Problem {
        Problem::Message(error.to_string())
    }
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Problem::Fatal(error.into())
    }
}

type Result<T> = std::result::Result<T, Problem>;

/// How a line is shown after a command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Suffix {
    print: bool,
    list: bool,
    number: bool,
}

impl Suffix {
    fn add(&mut self, letter: u8) {
        match letter {
            b'l' => self.list = true,
            b'n' => self.number = true,
            _ => self.print = true,
        }
    }
}

/// What a command does to the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Command,
    Quit,
}

struct Editor {
    buffer: Buffer,
    input: BufReader<OpenFile>,
    out: BufWriter<Stdout>,
    /// The commands of `g` that are still to be run, line by line.
    script: Option<VecDeque<Vec<u8>>>,
    file: Vec<u8>,
    last_regex: Option<Rc<Regex>>,
    last_substitution: Option<Substitution>,
    last_global: Vec<u8>,
    cut: Vec<Rc<[u8]>>,
    message: Option<String>,
    /// `q` or `e` was refused once, for what is not written.
    warned: bool,
    window: usize,
    prompt: Vec<u8>,
    prompting: bool,
    extended: bool,
    verbose: bool,
    quiet: bool,
    scripted: bool,
    strip_returns: bool,
}

/// Runs ed.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "EGlp:qrsv", LONGS, HELP);
    let Some(stdin) = OpenFile::inherited(0) else { return Err(Failure::new("standard input is closed")) };
    let mut editor = Editor {
        buffer: Buffer::default(),
        input: BufReader::new(stdin),
        out: stdout(),
        script: None,
        file: Vec::new(),
        last_regex: None,
        last_substitution: None,
        last_global: Vec::new(),
        cut: Vec::new(),
        message: None,
        warned: false,
        window: 22,
        prompt: b"*".to_vec(),
        prompting: false,
        extended: false,
        verbose: false,
        quiet: false,
        scripted: false,
        strip_returns: false,
    };
    let (mut loose, mut file) = (false, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('E', _) => editor.extended = true,
            Item::Option('l', _) => loose = true,
            Item::Option('p', value) => (editor.prompt, editor.prompting) = (value, true),
            Item::Option('q', _) => editor.quiet = true,
            Item::Option('s', _) => editor.scripted = true,
            Item::Option('v', _) => editor.verbose = true,
            Item::Option('\u{1}', _) => editor.strip_returns = true,
            Item::Option(..) => {}
            Item::Operand(name) if name == b"-" => editor.scripted = true,
            Item::Operand(name) => file = Some(name),
        }
    }
    // A script in a file ends at its first mistake; what is typed or piped goes on.
    let stop_at_mistake =
        editor.input.get_ref().stat().is_ok_and(|stat| stat.kind == agentfense_sys::files::FileType::Regular);
    if let Some(file) = file {
        match editor.edit(&file) {
            Ok(()) => {}
            Err(Problem::Fatal(failure)) => return Err(failure),
            Err(Problem::Message(message)) => {
                editor.message = Some(message);
                if stop_at_mistake {
                    return Ok(2);
                }
            }
        }
    }
    let status = editor.run(stop_at_mistake)?;
    editor.out.flush()?;
    Ok(if loose { 0 } else { status })
}

impl Editor {
    fn run(&mut self, stop_at_mistake: bool) -> Outcome {
        let (mut status, mut number) = (0, 0);
        loop {
            if self.prompting {
                self.out.write_all(&self.prompt)?;
            }
            self.out.flush()?;
            let line = match self.read_line() {
                Ok(line) => line,
                Err(Problem::Fatal(failure)) => return Err(failure),
                Err(Problem::Message(message)) => return Err(Failure::new(message)),
            };
            let Some(line) = line else {
                if self.buffer.modified && !self.scripted && !self.warned {
                    self.out.write_all(b"?\n")?;
                    return Ok(2);
                }
                return Ok(status);
            };
            number += 1;
            let warned = self.warned;
            match self.command(&mut Cursor::new(line)) {
                Ok(Next::Command) => {}
                Ok(Next::Quit) => return Ok(status),
                Err(Problem::Fatal(failure)) => return Err(failure),
                Err(Problem::Message(message)) => {
                    self.script = None;
                    status = 1;
                    self.out.write_all(b"?\n")?;
                    if self.verbose && stop_at_mistake {
                        writeln!(self.out, "script, line {number}: {message}")?;
                    } else if self.verbose {
                        writeln!(self.out, "{message}")?;
                    }
                    self.message = Some(message);
                    if stop_at_mistake {
                        return Ok(1);
                    }
                }
            }
            // The warning holds for the very next command.
            self.warned &= !warned;
        }
    }

    /// The next line of input without its newline: of the commands of `g`, or of standard input. A line that the
    /// end of the input cuts off does not count.
    fn read_line(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some(script) = &mut self.script {
            return Ok(script.pop_front());
        }
        let mut line = Vec::new();
        match self.input.read_until(b'\n', &mut line) {
            Ok(_) if line.pop() == Some(b'\n') => Ok(Some(line)),
            Ok(_) => Ok(None),
            Err(error) => Err(Problem::Fatal(Failure::new(format!("error reading input: {}", error_text(&error))))),
        }
    }

    fn in_global(&self) -> bool {
        self.script.is_some()
    }

    /// To be called before the first change of a command: what `u` goes back to.
    fn change(&mut self) {
        if !self.in_global() {
            self.buffer.remember();
        }
    }

    /// Compiles a pattern; an empty one is the last one.
    fn regex(&mut self, pattern: Vec<u8>, ignore_case: bool) -> Result<Rc<Regex>> {
        if pattern.is_empty() {
            return self.last_regex.clone().ok_or_else(|| Problem::new("No previous pattern"));
        }
        let syntax = if self.extended { Syntax::Extended } else { Syntax::Basic };
        let flags = Flags { ignore_case, ..Flags::default() };
        let regex = Regex::new(&pattern, syntax, flags).map_err(|error| match error.to_string() {
            message if message.starts_with("Unmatched [") => Problem::new("Unbalanced brackets ([])"),
            message => Problem::Message(message),
        })?;
        let regex = Rc::new(regex);
        self.last_regex = Some(regex.clone());
        Ok(regex)
    }

    /// Prints the current line as a suffix asks for.
    fn show(&mut self, suffix: Suffix) -> Result<()> {
        if suffix == Suffix::default() {
            return Ok(());
        }
        let current = self.buffer.current;
        self.print(current, current, suffix)
    }

    /// Prints lines; the last of them becomes current.
    fn print(&mut self, first: usize, last: usize, how: Suffix) -> Result<()> {
        if first == 0 {
            return Err(Problem::new("Invalid address"));
        }
        for line in first..=last {
            let text = self.buffer.text(line);
            if how.number {
                write!(self.out, "{line}\t")?;
            }
            if how.list {
                list(&text, &mut self.out)?;
            } else {
                self.out.write_all(&text)?;
            }
            self.out.write_all(b"\n")?;
        }
        self.buffer.current = last;
        Ok(())
    }

    /// The words of a problem with a file, on standard error; the problem for `?`.
    fn file_problem(&mut self, name: &[u8], reason: impl std::fmt::Display, message: &str) -> Problem {
        if !self.quiet {
            // What was printed so far comes first.
            let _ = self.out.flush();
            if let Some(stderr) = OpenFile::inherited(2) {
                // Nobody is left to tell when standard error is gone.
                let _ = stderr.write_bytes(format!("{}: {reason}\n", lossy(name)).as_bytes());
            }
        }
        Problem::new(message)
    }

    /// The text of a file, line by line, and how many bytes it has.
    fn read_file(&mut self, name: &[u8]) -> Result<(Vec<Rc<[u8]>>, usize)> {
        if name.first() == Some(&b'!') {
            return Err(Problem::new("Shell access restricted"));
        }
        let text = match agentfense_support::read::whole(name) {
            Ok(text) => text,
            Err(errno) => return Err(self.file_problem(name, errno, "Cannot open input file")),
        };
        let mut size = text.len();
        let mut lines = Vec::new();
        for line in text.split_inclusive(|&b| b == b'\n') {
            let (mut line, end) = input::split_end(line);
            if end.is_empty() {
                size += 1;
                if !self.scripted {
                    writeln!(self.out, "Newline appended")?;
                }
            }
            if self.strip_returns {
                line = line.strip_suffix(b"\r").unwrap_or(line);
            }
            lines.push(Rc::from(line));
        }
        Ok((lines, size))
    }

    /// Starts to edit a file.
    fn edit(&mut self, name: &[u8]) -> Result<()> {
        self.file = name.to_vec();
        self.buffer = Buffer::default();
        let (lines, size) = self.read_file(name)?;
        self.buffer.insert(0, lines);
        self.buffer.modified = false;
        if !self.scripted {
            writeln!(self.out, "{size}")?;
        }
        Ok(())
    }
}

/// A line as `l` shows it.
fn list(text: &[u8], out: &mut impl Write) -> std::io::Result<()> {
    const WIDTH: usize = 72;
    let mut column = 0;
    for &byte in text {
        let shown = match byte {
            b'\\' => "\\\\".into(),
            b'$' => "\\$".into(),
            0x07 => "\\a".into(),
            0x08 => "\\b".into(),
            0x0c => "\\f".into(),
            b'\n' => "\\n".into(),
            b'\r' => "\\r".into(),
            b'\t' => "\\t".into(),
            0x0b => "\\v".into(),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        if column + shown.len() >= WIDTH {
            out.write_all(b"\\\n")?;
            column = 0;
        }
        column += shown.len();
        out.write_all(shown.as_bytes())?;
    }
    out.write_all(b"$")
}
