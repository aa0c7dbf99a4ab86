//! The command line of jq, which is not getopt's: an option may take two of the words after it.

use crate::value::{Layout, Object, Style, Value, single};
use agentfense_support::{Failure, read};
use agentfense_sys::files::OpenFile;
use std::path::PathBuf;
use std::rc::Rc;

/// What the command line says.
pub struct Options {
    /// The program's text, or the file that holds it.
    pub program: Option<String>,
    pub files: Vec<Vec<u8>>,
    pub null_input: bool,
    pub raw_input: bool,
    pub slurp: bool,
    pub stream: bool,
    pub sequence: bool,
    pub raw_output: bool,
    /// What follows each output.
    pub end: &'static [u8],
    pub exit_status: bool,
    pub unbuffered: bool,
    pub layout: Layout,
    pub modules: Vec<PathBuf>,
    /// Names with their `$`, and their values.
    pub variables: Vec<(String, Value)>,
}

const HINT: &str = "Use jq --help for help with command-line options,\nor see the jq manpage";

fn wrong(message: String) -> Failure {
    Failure::new(format!("{message}\n{HINT}")).status(2)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What the words after the options are.
#[derive(Clone, Copy, PartialEq)]
enum Words {
    Files,
    Strings,
    Json,
}

impl Options {
    /// Reads the words after the command's name. `--help` and `--version` are quiet failures.
    pub fn parse(args: Vec<Vec<u8>>, colors: bool) -> Result<Options, Failure> {
        let mut options = Options {
            program: None,
            files: Vec::new(),
            null_input: false,
            raw_input: false,
            slurp: false,
            stream: false,
            sequence: false,
            raw_output: false,
            end: b"\n",
            exit_status: false,
            unbuffered: false,
            layout: Layout { indent: Some("  ".into()), ..Layout::default() },
            modules: Vec::new(),
            variables: Vec::new(),
        };
        let mut state = Reading {
            words: args.into_iter().skip(1),
            kind: Words::Files,
            named: Object::new(),
            positional: Vec::new(),
            from_file: false,
            color: colors,
        };
        let mut only_operands = false;
        while let Some(word) = state.words.next() {
            if only_operands || word.len() < 2 || word[0] != b'-' {
                options.operand(word, &mut state)?;
            } else if word == b"--" {
                only_operands = true;
            } else if let Some(name) = word.strip_prefix(b"--") {
                options.long(&text(name), &mut state)?;
            } else {
                for &letter in &word[1..] {
                    options.short(char::from(letter), &mut state)?;
                }
            }
        }
        if state.from_file
            && let Some(name) = options.program.take()
        {
            let program = read::whole(name.as_bytes())
                .map_err(|errno| Failure::new(format!("error: Could not open {name}: {errno}")).status(2))?;
            options.program = Some(text(&program));
        }
        let named = Value::Object(Rc::new(state.named));
        let positional = Value::from_iter(state.positional);
        options.variables.push(("$ARGS".into(), Value::object([("positional", positional), ("named", named)])));
        options.variables.push(("$ENV".into(), crate::filters::environment()));
        if state.color {
            let colors = agentfense_sys::var("JQ_COLORS").map(|colors| text(&colors));
            options.layout.style = Some(colors.and_then(|colors| Style::parse(&colors)).unwrap_or_default());
        }
        Ok(options)
    }

    fn operand(&mut self, word: Vec<u8>, state: &mut Reading) -> Result<(), Failure> {
        if self.program.is_none() {
            self.program = Some(text(&word));
            return Ok(());
        }
        match state.kind {
            Words::Files => self.files.push(word),
            Words::Strings => state.positional.push(Value::from(text(&word))),
            Words::Json => match single(&word) {
                Ok(value) => state.positional.push(value),
                Err(_) => return Err(wrong("invalid JSON text passed to --jsonargs".into())),
            },
        }
        Ok(())
    }

    fn short(&mut self, letter: char, state: &mut Reading) -> Result<(), Failure> {
        let name = match letter {
            'n' => "null-input",
            'R' => "raw-input",
            's' => "slurp",
            'r' => "raw-output",
            'j' => "join-output",
            'a' => "ascii-output",
            'c' => "compact-output",
            'C' => "color-output",
            'M' => "monochrome-output",
            'S' => "sort-keys",
            'e' => "exit-status",
            'f' => "from-file",
            'L' => "library-path",
            'h' => "help",
            'V' => "version",
            _ => return Err(wrong(format!("Unknown option -{letter}"))),
        };
        self.long(name, state)
    }

    fn long(&mut self, name: &str, state: &mut Reading) -> Result<(), Failure> {
        match name {
            "null-input" => self.null_input = true,
            "raw-input" => self.raw_input = true,
            "slurp" => self.slurp = true,
            "stream" => self.stream = true,
            "seq" => self.sequence = true,
            "raw-output" => self.raw_output = true,
            "join-output" => (self.raw_output, self.end) = (true, b""),
            "raw-output0" => (self.raw_output, self.end) = (true, b"\0"),
            "ascii-output" => self.layout.ascii = true,
            "compact-output" => self.layout.indent = None,
            "sort-keys" => self.layout.sort = true,
            "color-output" => state.color = true,
            "monochrome-output" => state.color = false,
            "tab" => self.layout.indent = Some("\t".into()),
            "indent" => {
                let words = state.take("--indent takes one parameter", 1)?;
                let Ok(width) = text(&words[0]).parse::<i64>() else {
                    return Err(wrong("--indent takes a number".into()));
                };
                let width = usize::try_from(width).map_err(|_| wrong("Cannot indent less than zero".into()))?;
                if width > 7 {
                    return Err(wrong("Cannot indent more than 7 characters".into()));
                }
                self.layout.indent = (width > 0).then(|| " ".repeat(width));
            }
            "unbuffered" => self.unbuffered = true,
            "exit-status" => self.exit_status = true,
            "from-file" => state.from_file = true,
            "library-path" => {
                let words = state.take("-L takes a parameter: (e.g. -L /search/path or -L/search/path)", 1)?;
                self.modules.push(PathBuf::from(text(&words[0])));
            }
            "arg" => {
                let words = state.take("--arg takes two parameters (e.g. --arg varname value)", 2)?;
                self.variable(state, &words[0], Value::from(text(&words[1])));
            }
            "argjson" => {
                let words = state.take("--argjson takes two parameters (e.g. --argjson varname text)", 2)?;
                let value = single(&words[1]).map_err(|_| wrong("invalid JSON text passed to --argjson".into()))?;
                self.variable(state, &words[0], value);
            }
            "slurpfile" | "rawfile" => {
                let words =
                    state.take(&format!("--{name} takes two parameters (e.g. --{name} varname filename)"), 2)?;
                let shown = text(&words[1]);
                let bad = |why: String| wrong(format!("Bad JSON in --{name} {} {shown}: {why}", text(&words[0])));
                let data = read::whole(&words[1]).map_err(|errno| bad(format!("Could not open {shown}: {errno}")))?;
                let value = if name == "rawfile" {
                    Value::from(text(&data))
                } else {
                    super::input::all(&data).map_err(|fault| bad(fault.0))?.into_iter().collect()
                };
                self.variable(state, &words[0], value);
            }
            "args" => state.kind = Words::Strings,
            "jsonargs" => state.kind = Words::Json,
            "help" => return Err(super::print(super::HELP)),
            "version" => return Err(super::print(concat!("jq-1.7 (agentfense ", env!("CARGO_PKG_VERSION"), ")\n"))),
            other => return Err(wrong(format!("Unknown option --{other}"))),
        }
        Ok(())
    }

    fn variable(&mut self, state: &mut Reading, name: &[u8], value: Value) {
        let name = text(name);
        // The first of two with one name holds.
        if !state.named.contains_key(name.as_str()) {
            state.named.insert(name.as_str().into(), value.clone());
            self.variables.push((format!("${name}"), value));
        }
    }
}

/// Where reading is.
struct Reading {
    words: std::iter::Skip<std::vec::IntoIter<Vec<u8>>>,
    kind: Words,
    named: Object,
    positional: Vec<Value>,
    from_file: bool,
    color: bool,
}

impl Reading {
    /// The next words, as many as an option takes.
    fn take(&mut self, complaint: &str, count: usize) -> Result<Vec<Vec<u8>>, Failure> {
        let words: Vec<_> = self.words.by_ref().take(count).collect();
        if words.len() == count { Ok(words) } else { Err(wrong(complaint.to_owned())) }
    }
}

/// Whether colors are wanted when no option says.
pub fn wants_color() -> bool {
    let terminal = OpenFile::inherited(1).is_some_and(|out| out.is_terminal());
    terminal && agentfense_sys::var("NO_COLOR").is_none_or(|value| value.is_empty())
}
