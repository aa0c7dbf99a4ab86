//! The functions of the language: those written in it are in `defs.jq`, the others in the modules here.

mod collections;
mod dates;
mod formats;
mod math;
mod regex;
mod strings;

use crate::value::{Events, Result, Value, error};
use jaq_core::compile::Undefined;
use jaq_core::load::{self, Arena, File, Loader, lex};
use jaq_core::native::{Fun, bome, run, v};
use jaq_core::{Bind, Compiler, Ctx, DataT, Exn, Lut, RunPtr, Vars, data};
use std::path::PathBuf;

/// What a running filter can ask of the command that runs it.
pub trait Host {
    /// The next input.
    fn input(&self) -> Option<Value>;
    /// The name of the file that the last input came from.
    fn input_filename(&self) -> Value;
    /// How many lines were read of it.
    fn input_line_number(&self) -> usize;
    /// Writes to standard error.
    fn complain(&self, text: &str);
}

/// The kind of data that filters of jaq work on: ours.
pub struct Kind;

impl DataT for Kind {
    type V<'a> = Value;
    type Data<'a> = Data<'a>;
}

/// What every filter can reach while it runs.
#[derive(Clone, Copy)]
pub struct Data<'a> {
    lut: &'a Lut<Kind>,
    host: &'a dyn Host,
}

impl<'a> data::HasLut<'a, Kind> for Data<'a> {
    fn lut(&self) -> &'a Lut<Kind> {
        self.lut
    }
}

/// A compiled program.
pub struct Filter(jaq_core::Filter<Kind>);

/// How a run ended early.
pub enum Stop {
    /// An error that nothing caught.
    Error(Value),
    /// `halt`, with its status.
    Halt(i32),
}

type Native = (&'static str, Box<[Bind]>, RunPtr<Kind>);

/// A function of the input alone.
macro_rules! of_input {
    ($name:literal, $function:expr) => {
        ($name, v(0), |cv| bome($function(cv.1)))
    };
}

/// A function of the input and one argument.
macro_rules! of_one {
    ($name:literal, $function:expr) => {
        ($name, v(1), |mut cv| {
            let argument = cv.0.pop_var();
            bome($function(cv.1, argument))
        })
    };
}

/// A function of the input and two arguments.
macro_rules! of_two {
    ($name:literal, $function:expr) => {
        ($name, v(2), |mut cv| {
            let second = cv.0.pop_var();
            let first = cv.0.pop_var();
            bome($function(cv.1, first, second))
        })
    };
}
use {of_input, of_one, of_two};

/// Functions that ask the host.
fn host() -> Vec<Native> {
    vec![
        ("input", v(0), |cv| bome(cv.0.data().host.input().ok_or_else(|| error("No more inputs")))),
        ("inputs", v(0), |cv| Box::new(std::iter::from_fn(move || cv.0.data().host.input().map(Ok)))),
        ("input_filename", v(0), |cv| bome(Ok(cv.0.data().host.input_filename()))),
        ("input_line_number", v(0), |cv| bome(Ok(Value::from(cv.0.data().host.input_line_number())))),
        ("debug", v(0), |cv| {
            cv.0.data().host.complain(&format!("[\"DEBUG:\",{}]\n", cv.1));
            bome(Ok(cv.1))
        }),
        ("stderr", v(0), |cv| {
            cv.0.data().host.complain(&cv.1.to_text());
            bome(Ok(cv.1))
        }),
        ("halt", v(0), |_| Box::new(std::iter::once(Err(Exn::halt(0))))),
        ("halt_error", v(1), |mut cv| {
            let status = cv.0.pop_var();
            let Some(status) = status.as_f64() else {
                return bome(Err(error("halt_error/1: number required")));
            };
            match &cv.1 {
                Value::Null => {}
                Value::String(text) => cv.0.data().host.complain(text),
                other => cv.0.data().host.complain(&format!("{other}\n")),
            }
            Box::new(std::iter::once(Err(Exn::halt(status as i32))))
        }),
        ("tostream", v(0), |cv| Box::new(Events::new(cv.1).map(Ok))),
        ("env", v(0), |_| bome(Ok(environment()))),
    ]
}

/// The environment as an object.
pub fn environment() -> Value {
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let members = agentfense_sys::env().into_iter().map(|(name, value)| (text(name).into(), Value::from(text(value))));
    Value::Object(std::rc::Rc::new(members.collect()))
}

fn natives() -> impl Iterator<Item = Fun<Kind>> {
    let ours = [
        host(),
        collections::natives(),
        strings::natives(),
        formats::natives(),
        regex::natives(),
        dates::natives(),
        math::natives(),
    ];
    ours.into_iter().flatten().map(run::<Kind>).chain(jaq_core::funs::<Kind>())
}

/// Definitions of jaq for which jq has other rules; ours are in `defs.jq` or native.
const REPLACED: &[(&str, usize)] = &[
    ("delpaths", 1),
    ("walk", 1),
    ("del", 1),
    ("join", 1),
    ("to_entries", 0),
    ("from_entries", 0),
    ("with_entries", 1),
    ("paths", 1),
    ("recurse", 2),
];

/// Compiles a program. `variables` are the names of the values that [`Filter::run`] gets, with their `$`.
///
/// The error is the message, in lines.
pub fn compile(program: &str, variables: &[String], modules: &[PathBuf]) -> Result<Filter, String> {
    let base = jaq_core::defs().filter(|def| !REPLACED.contains(&(def.name, def.args.len())));
    let ours = load::parse(include_str!("defs.jq"), |p| p.defs()).unwrap_or_default();
    let joined = join_surrogates(program);
    let program = joined.as_str();
    let arena = Arena::default();
    let loader = Loader::new(base.chain(ours)).with_std_read(modules);
    let file = File { code: program, path: PathBuf::new() };
    let loaded = loader.load(&arena, file).map_err(|errors| messages(program, errors, describe_load))?;
    load::import(&loaded, |_| Err("data files cannot be imported".into()))
        .map_err(|errors| messages(program, errors, describe_load))?;
    let compiler = Compiler::default().with_funs(natives()).with_global_vars(variables.iter().map(String::as_str));
    compiler.compile(loaded).map(Filter).map_err(|errors| messages(program, errors, describe_compile))
}

/// The program with pairs of surrogates, which jq reads as one character, in the place of their escapes.
fn join_surrogates(program: &str) -> String {
    let unit = |at: usize| {
        let escape = program.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut joined = String::with_capacity(program.len());
    let mut at = 0;
    while let Some(c) = program[at..].chars().next() {
        let pair = unit(at).zip(unit(at + 6)).filter(|_| c == '\\');
        let character = pair.and_then(|(high, low)| char::decode_utf16([high, low]).next()?.ok());
        if let Some(character) = character.filter(|&character| character > '\u{ffff}') {
            joined.push(character);
            at += 12;
        } else {
            // What a backslash escapes is not looked at.
            let length =
                if c == '\\' { 1 + program[at + 1..].chars().next().map_or(0, char::len_utf8) } else { c.len_utf8() };
            joined.push_str(&program[at..at + length]);
            at += length;
        }
    }
    joined
}

/// What is wrong with a program, in jq's form: each fault with the program's text below.
fn messages<E>(
    program: &str,
    errors: Vec<(File<&str, PathBuf>, E)>,
    describe: fn(&str, E) -> Vec<(String, usize)>,
) -> String {
    let mut lines = Vec::new();
    for (file, fault) in errors {
        let place =
            if file.path.as_os_str().is_empty() { "<top-level>".into() } else { file.path.display().to_string() };
        for (text, line) in describe(file.code, fault) {
            lines.push(format!("jq: error: {text} at {place}, line {line}:"));
            if file.path.as_os_str().is_empty() {
                lines.push(program.to_owned());
            }
        }
    }
    let count = lines.iter().filter(|line| line.starts_with("jq: error: ")).count();
    lines.push(format!("jq: {count} compile error{}", if count == 1 { "" } else { "s" }));
    lines.join("\n")
}

/// The line of a program that a part of it is on.
fn line_of(code: &str, part: &str) -> usize {
    let start = (part.as_ptr() as usize).saturating_sub(code.as_ptr() as usize).min(code.len());
    1 + code.as_bytes()[..start].iter().filter(|&&b| b == b'\n').count()
}

fn describe_load(code: &str, fault: load::Error<&str>) -> Vec<(String, usize)> {
    let unexpected = |found: &str| match found.chars().next() {
        None => "syntax error, unexpected end of file".to_owned(),
        Some(_) => {
            let word: String = found.lines().next().unwrap_or_default().chars().take(20).collect();
            format!("syntax error, unexpected '{word}'")
        }
    };
    match fault {
        load::Error::Io(faults) => faults
            .into_iter()
            .map(|(path, text)| (format!("module not found: {path}: {text}"), line_of(code, path)))
            .collect(),
        load::Error::Lex(faults) => {
            let text = |expected: lex::Expect<&str>, found: &str| {
                format!("{}, expecting {}", unexpected(found), expected.as_str())
            };
            faults.into_iter().map(|(expected, found)| (text(expected, found), line_of(code, found))).collect()
        }
        load::Error::Parse(faults) => {
            let text = |expected: load::parse::Expect<&str>, found: &str| {
                format!("{}, expecting {}", unexpected(found), expected.as_str())
            };
            faults.into_iter().map(|(expected, found)| (text(expected, found), line_of(code, found))).collect()
        }
    }
}

fn describe_compile(code: &str, faults: Vec<jaq_core::compile::Error<&str>>) -> Vec<(String, usize)> {
    let text = |name: &str, what: Undefined| match what {
        Undefined::Filter(arity) => format!("{name}/{arity} is not defined"),
        Undefined::Label => format!("$*label-{} is not defined", name.trim_start_matches('$')),
        _ => format!("{name} is not defined"),
    };
    faults.into_iter().map(|(name, what)| (text(name, what), line_of(code, name))).collect()
}

impl Filter {
    /// Runs it on one input and gives each output to `each`, until that gives an error.
    pub fn run<E>(
        &self,
        host: &dyn Host,
        variables: &[Value],
        input: Value,
        mut each: impl FnMut(Value) -> Result<(), E>,
    ) -> Result<Option<Stop>, E> {
        let data = Data { lut: &self.0.lut, host };
        let ctx = Ctx::<Kind>::new(data, Vars::new(variables.iter().cloned()));
        for output in self.0.id.run((ctx, input)) {
            match output {
                Ok(value) => each(value)?,
                Err(exn) => {
                    return Ok(Some(match exn.get_err() {
                        Ok(error) => Stop::Error(error.into_val()),
                        // Nothing but an error and a halt leaves a whole program.
                        Err(exn) => Stop::Halt(exn.get_halt().unwrap_or(5)),
                    }));
                }
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
