//! jq: a filter for JSON.

mod input;
mod options;

use crate::filters::{Filter, Host, Stop, compile};
use crate::value::Value;
use agentfense_support::output::Stdout;
use agentfense_support::{Failure, Outcome, stdout};
use agentfense_sys::files::OpenFile;
pub use input::all;
use input::{Fault, Inputs};
use options::Options;
use std::cell::{Cell, RefCell};
use std::io::{BufWriter, Write};

const HELP: &str = "\
Usage:	jq [OPTIONS] FILTER [FILES...]
	jq [OPTIONS] -f FILE [FILES...]
	jq [OPTIONS] --args FILTER [STRINGS...]
	jq [OPTIONS] --jsonargs FILTER [JSON_TEXTS...]

jq applies the given filter to its JSON text inputs and writes the results as
JSON on standard output.

  -n, --null-input          use null as the single input value;
  -R, --raw-input           read each line as string instead of JSON;
  -s, --slurp               read all inputs into an array;
  -c, --compact-output      compact instead of pretty-printed output;
  -r, --raw-output          output strings without escapes and quotes;
      --raw-output0         as -r, and output NUL after each output;
  -j, --join-output         as -r, without a newline after each output;
  -a, --ascii-output        output strings by only ASCII characters;
  -S, --sort-keys           sort keys of each object on output;
  -C, --color-output        colorize JSON output;
  -M, --monochrome-output   disable colored output;
      --tab                 use tabs for indentation;
      --indent n            use n spaces for indentation (at most 7);
      --unbuffered          flush output after each output;
      --stream              give the inputs in streaming form;
      --seq                 use the format of JSON text sequences;
  -f, --from-file           the filter is in the file that is named first;
  -L, --library-path dir    search modules in the directory;
  -e, --exit-status         set the exit status by the last output;
      --arg name value      set $name to the string value;
      --argjson name value  set $name to the JSON value;
      --slurpfile name file set $name to an array of the file's JSON values;
      --rawfile name file   set $name to the file's contents;
      --args                the words that follow are strings: $ARGS.positional;
      --jsonargs            the words that follow are JSON: $ARGS.positional;
  -h, --help                show this help;
  -V, --version             show the version;
";

/// Prints a text in place of running; the end of the command.
pub fn print(text: &str) -> Failure {
    let mut out = stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Failure::quiet(0),
        Err(error) => error.into(),
    }
}

/// Writes to standard error.
pub fn complain(text: &str) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(text.as_bytes());
    }
}

thread_local! {
    /// Standard output; what it holds is shown before more input is waited for.
    static OUT: RefCell<BufWriter<Stdout>> = RefCell::new(stdout());
}

fn show() {
    OUT.with_borrow_mut(|out| {
        // An error of it shows at the next write.
        let _ = out.flush();
    });
}

struct Running {
    inputs: RefCell<Inputs>,
    status: Cell<u8>,
    over: Cell<bool>,
}

impl Running {
    /// The next input for the main loop or for `input`; faults are reported here.
    fn next(&self) -> Option<Value> {
        loop {
            if self.over.get() {
                return None;
            }
            let next = self.inputs.borrow_mut().next();
            match next? {
                Ok(value) => return Some(value),
                Err(Fault::File(text)) => {
                    complain(&format!("jq: error: {text}\n"));
                    self.status.set(2);
                }
                Err(Fault::Parse(text)) => {
                    complain(&format!("jq: parse error: {text}\n"));
                    self.status.set(5);
                    self.over.set(true);
                }
            }
        }
    }
}

impl Host for Running {
    fn input(&self) -> Option<Value> {
        self.next()
    }

    fn input_filename(&self) -> Value {
        self.inputs.borrow().filename().map_or(Value::Null, Value::string)
    }

    fn input_line_number(&self) -> usize {
        self.inputs.borrow().line_number()
    }

    fn complain(&self, text: &str) {
        complain(text);
    }
}

/// Runs jq.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::parse(args, options::wants_color())?;
    let Some(program) = options.program.take().or_else(default_program) else {
        complain(HELP);
        return Ok(2);
    };
    let (names, values): (Vec<_>, Vec<_>) = options.variables.iter().cloned().unzip();
    let filter = match compile(&program, &names, &options.modules) {
        Ok(filter) => filter,
        Err(message) => {
            complain(&format!("{message}\n"));
            return Ok(3);
        }
    };
    let running =
        Running { inputs: RefCell::new(Inputs::new(&options, show)), status: Cell::new(0), over: Cell::new(false) };
    let last = run(&options, &filter, &values, &running)?;
    OUT.with_borrow_mut(|out| out.flush())?;
    Ok(match (running.status.get(), last) {
        (0, Last::Halted(status)) => status as u8,
        (0, Last::Nothing) if options.exit_status => 4,
        (0, Last::False) if options.exit_status => 1,
        (status, _) => status,
    })
}

/// Without a program jq shows its input, unless it talks to a person.
fn default_program() -> Option<String> {
    let terminal = |fd| OpenFile::inherited(fd).is_some_and(|file| file.is_terminal());
    (!terminal(0) || !terminal(1)).then(|| ".".to_owned())
}

/// What the last output was.
#[derive(Clone, Copy)]
enum Last {
    Nothing,
    False,
    True,
    Halted(i32),
}

fn run(options: &Options, filter: &Filter, values: &[Value], running: &Running) -> Result<Last, Failure> {
    let mut last = Last::Nothing;
    let mut first = options.null_input;
    loop {
        let input = match std::mem::take(&mut first) {
            true => Value::Null,
            false if options.null_input => return Ok(last),
            false => match running.next() {
                Some(value) => value,
                None => return Ok(last),
            },
        };
        let stop = filter.run(running, values, input, |value| {
            last = if value.is_true() { Last::True } else { Last::False };
            OUT.with_borrow_mut(|out| output(options, out, &value))
        })?;
        match stop {
            None => {}
            Some(Stop::Halt(status)) => return Ok(Last::Halted(status)),
            Some(Stop::Error(value)) => {
                let place = running.inputs.borrow().position();
                complain(&match value.as_str() {
                    Some(text) => format!("jq: error (at {place}): {text}\n"),
                    None => format!("jq: error (at {place}) (not a string): {value}\n"),
                });
                running.status.set(5);
            }
        }
    }
}

fn output(options: &Options, out: &mut BufWriter<Stdout>, value: &Value) -> Result<(), Failure> {
    if options.sequence {
        out.write_all(b"\x1e")?;
    }
    match value {
        Value::String(text) if options.raw_output => {
            if options.end == b"\0" && text.contains('\0') {
                return Err(
                    Failure::new("error: Cannot dump a string containing NUL with --raw-output0 option").status(5)
                );
            }
            if options.layout.ascii {
                let mut quoted = Vec::new();
                options.layout.write(&mut quoted, value)?;
                out.write_all(&quoted[1..quoted.len() - 1])?;
            } else {
                out.write_all(text.as_bytes())?;
            }
        }
        value => options.layout.write(out, value)?,
    }
    out.write_all(options.end)?;
    if options.unbuffered {
        out.flush()?;
    }
    Ok(())
}
