//! Runs a program by walking its tree.

mod builtin;
mod expr;
mod input;
mod order;
mod replace;
mod settings;
mod stmt;

use crate::ast::*;
use crate::fields::Record;
use crate::host::Host;
use crate::pattern::Pattern;
use crate::random::Random;
use crate::stream::Streams;
use crate::text::Text;
use crate::value::Value;
use hashbrown::HashMap;
use input::MainInput;
use settings::Settings;
use std::io;
use std::rc::Rc;

/// Calls nested deeper than that are refused, before the stack is used up.
const MAX_CALLS: usize = 1000;

/// How many dynamic regular expressions are kept compiled.
const MAX_PATTERNS: usize = 500;

/// Why evaluation does not go on to the next thing.
#[derive(Debug)]
pub enum Stop {
    /// `break`.
    Break,
    /// `continue`.
    Continue,
    /// `next`.
    Next,
    /// `nextfile`.
    NextFile,
    /// `exit`.
    Exit,
    /// `return`; the value is in the interpreter.
    Return,
    /// An error that ends the program.
    Fatal(Box<str>),
    /// Nobody reads standard output any more.
    Hangup,
}

impl From<String> for Stop {
    fn from(message: String) -> Self {
        Stop::Fatal(message.into())
    }
}

type Run<T> = Result<T, Stop>;

fn fatal<T>(message: impl Into<String>) -> Run<T> {
    Err(Stop::Fatal(message.into().into()))
}

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub struct End {
    /// The exit status.
    pub status: u8,
    /// What went wrong, and in which line.
    pub error: Option<(u32, String)>,
}

/// A running program.
pub struct Interp<'p> {
    program: &'p Program,
    host: &'p mut dyn Host,
    globals: Vec<Value>,
    stack: Vec<Value>,
    base: usize,
    calls: usize,
    record: Record,
    nr: f64,
    fnr: f64,
    settings: Settings,
    patterns: HashMap<Vec<u8>, Rc<Pattern>>,
    streams: Streams,
    main: MainInput,
    ranges: Vec<bool>,
    random: Random,
    seed: f64,
    returned: Value,
    status: u8,
    /// Of the statement that runs.
    line: u32,
    /// Characters are bytes.
    bytes: bool,
    /// Space for strings that live for a moment.
    scratch: Vec<u8>,
}

impl<'p> Interp<'p> {
    /// Ready to run. `args` is `ARGV`, the program's name first.
    pub fn new(program: &'p Program, host: &'p mut dyn Host, args: Vec<Vec<u8>>, bytes: bool) -> Interp<'p> {
        let streams = Streams::new(host);
        let mut interp = Interp {
            program,
            globals: vec![Value::Unset; program.globals.len()],
            stack: Vec::new(),
            base: 0,
            calls: 0,
            record: Record::new(bytes),
            nr: 0.0,
            fnr: 0.0,
            settings: Settings::default(),
            patterns: HashMap::new(),
            streams,
            main: MainInput::default(),
            ranges: vec![false; program.ranges],
            random: Random::new(1),
            seed: 0.0,
            returned: Value::Unset,
            status: 0,
            line: 0,
            bytes,
            scratch: Vec::new(),
            host,
        };
        interp.set_up(args);
        interp
    }

    fn set_up(&mut self, args: Vec<Vec<u8>>) {
        let text = |text: &str| Value::Str(Text::from(text));
        for (slot, value) in [
            (slot::FS, text(" ")),
            (slot::OFS, text(" ")),
            (slot::ORS, text("\n")),
            (slot::RS, text("\n")),
            (slot::SUBSEP, text("\x1c")),
            (slot::CONVFMT, text("%.6g")),
            (slot::OFMT, text("%.6g")),
            (slot::IGNORECASE, Value::Num(0.0)),
            (slot::FPAT, text("[^[:space:]]+")),
            (slot::RSTART, Value::Num(0.0)),
            (slot::RLENGTH, Value::Num(-1.0)),
            (slot::ARGC, Value::Num(args.len() as f64)),
            (slot::FILENAME, text("")),
            (slot::ERRNO, text("")),
            (slot::RT, text("")),
        ] {
            self.globals[slot] = value;
        }
        let table =
            |pairs: Vec<(Text, Value)>| Value::Array(Rc::new(std::cell::RefCell::new(pairs.into_iter().collect())));
        let environment = self.host.environment();
        let environment =
            environment.into_iter().map(|(name, value)| (Text::from(name), Value::Input(Text::from(value))));
        self.globals[slot::ENVIRON] = table(environment.collect());
        let mut numbered = Vec::with_capacity(args.len());
        for (index, arg) in args.into_iter().enumerate() {
            numbered.push((Text::from(index.to_string().as_str()), Value::Input(Text::from(arg))));
        }
        self.globals[slot::ARGV] = table(numbered);
        let (pid, parent) = self.host.process_ids();
        let info = [("version", text("5.2.1")), ("platform", text("posix")), ("FS", text("FS"))];
        let mut info: Vec<_> = info.into_iter().map(|(name, value)| (Text::from(name), value)).collect();
        info.push((Text::from("pid"), Value::Num(f64::from(pid))));
        info.push((Text::from("ppid"), Value::Num(f64::from(parent))));
        self.globals[slot::PROCINFO] = table(info);
    }

    /// Sets a variable by name, as `-v` and operands do. One that the program does not mention
    /// would never be seen.
    pub fn assign(&mut self, name: &[u8], value: &[u8]) -> Result<(), String> {
        let name = String::from_utf8_lossy(name);
        if self.program.functions.iter().any(|function| function.name == name) {
            return Err(format!("cannot use function `{name}' as variable name"));
        }
        let Some(slot) = self.program.globals.iter().position(|global| *global == name) else { return Ok(()) };
        if matches!(self.globals[slot], Value::Array(_)) {
            return Err(format!("cannot use array `{name}' in a scalar context"));
        }
        let value = Value::Input(Text::from(crate::lexer::unescape(value)));
        match self.set_global(slot, value) {
            Err(Stop::Fatal(message)) => Err(message.into()),
            _ => Ok(()),
        }
    }

    /// Runs the program to its end.
    pub fn run(mut self) -> End {
        let mut error = None;
        let mut hangup = false;
        let outcome = self.run_parts();
        if let Err(stop) = outcome {
            self.note(stop, &mut error, &mut hangup);
        }
        if let Err(problem) = self.streams.close_all()
            && problem.kind() != io::ErrorKind::BrokenPipe
            && error.is_none()
        {
            error = Some((self.line, format!("error writing output: {}", self.host.error_text(&problem))));
        }
        if error.is_some() || hangup {
            self.status = 2;
        }
        End { status: self.status, error }
    }

    fn note(&self, stop: Stop, error: &mut Option<(u32, String)>, hangup: &mut bool) {
        match stop {
            Stop::Fatal(message) => {
                let place = if self.nr > 0.0 {
                    let name = self.globals[slot::FILENAME].clone().into_text(b"%.6g");
                    let name = if name.is_empty() { "-".into() } else { String::from_utf8_lossy(&name) };
                    format!("(FILENAME={name} FNR={}) ", self.fnr)
                } else {
                    String::new()
                };
                *error = Some((self.line, format!("{place}fatal: {message}")));
            }
            Stop::Hangup => *hangup = true,
            _ => {}
        }
    }

    fn run_parts(&mut self) -> Run<()> {
        let program = self.program;
        let mut exiting = false;
        for block in &program.begin {
            exiting |= self.top_level(block)?;
            if exiting {
                break;
            }
        }
        let reads = !(program.rules.is_empty()
            && program.end.is_empty()
            && program.begin_file.is_empty()
            && program.end_file.is_empty());
        if !exiting && reads {
            self.records()?;
        }
        for block in &program.end {
            // `exit` in a rule or in BEGIN still runs END; in END it ends at once.
            if self.top_level(block)? {
                break;
            }
        }
        Ok(())
    }

    /// Runs a block that no record is chosen for; whether it exits.
    fn top_level(&mut self, block: &'p Block) -> Run<bool> {
        match self.block(block) {
            Ok(()) => Ok(false),
            Err(Stop::Exit) => Ok(true),
            Err(Stop::Next) => fatal("`next' used in BEGIN, END, BEGINFILE or ENDFILE action"),
            Err(Stop::NextFile) => fatal("`nextfile' used in BEGIN or END action"),
            Err(stop) => Err(stop),
        }
    }

    /// Runs the rules on every record; whether one exits.
    fn records(&mut self) -> Run<bool> {
        loop {
            match self.next_record() {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Stop::Exit) => return Ok(true),
                Err(stop) => return Err(stop),
            }
            match self.rules() {
                Ok(()) | Err(Stop::Next) => {}
                Err(Stop::NextFile) => match self.skip_file() {
                    Err(Stop::Exit) => return Ok(true),
                    result => result?,
                },
                Err(Stop::Exit) => return Ok(true),
                Err(stop) => return Err(stop),
            }
        }
    }

    fn rules(&mut self) -> Run<()> {
        let program = self.program;
        for rule in &program.rules {
            self.line = rule.line;
            let chosen = match &rule.selector {
                Selector::Always => true,
                Selector::When(condition) => self.truth(condition)?,
                Selector::Range(from, to, index) => {
                    let mut inside = self.ranges[*index];
                    if !inside {
                        inside = self.truth(from)?;
                    }
                    if inside {
                        let over = self.truth(to)?;
                        self.ranges[*index] = !over;
                    }
                    inside
                }
            };
            if !chosen {
                continue;
            }
            match &rule.action {
                Some(block) => self.block(block)?,
                None => self.print_record()?,
            }
        }
        Ok(())
    }

    /// The compiled form of a pattern known only now.
    fn pattern(&mut self, source: &[u8]) -> Run<Rc<Pattern>> {
        if let Some(pattern) = self.patterns.get(source) {
            return Ok(pattern.clone());
        }
        let pattern = Rc::new(Pattern::new(source, self.settings.ignore_case, self.bytes)?);
        if self.patterns.len() >= MAX_PATTERNS {
            self.patterns.clear();
        }
        self.patterns.insert(source.to_vec(), pattern.clone());
        Ok(pattern)
    }

    fn write_failed<T>(&self, error: &io::Error) -> Run<T> {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Err(Stop::Hangup);
        }
        fatal(format!("error writing output: {}", self.host.error_text(error)))
    }
}
