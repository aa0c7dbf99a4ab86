//! The shell: SQL and dot commands from arguments and standard input.

mod dot;

use crate::database::{Database, Fault, Statement};
use crate::import::Reader;
use crate::output::{Cell, Layout, Mode, Rows, identifier};
use crate::vfs;
use agentfense_support::output::Stdout;
use agentfense_support::{Failure, Outcome, read, stdout};
use agentfense_sys::files::{self, OpenFile, OpenFlags};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::rc::Rc;

const HELP: &str = "\
Usage: sqlite3 [OPTIONS] [FILENAME [SQL...]]
FILENAME is the name of a database; a new one is made if it does not exist,
and one in memory without a name.

  -bail                stop after an error
  -batch               accepted
  -ascii, -box, -column, -csv, -html, -json, -line, -list, -markdown,
  -quote, -table, -tabs
                       set the output mode
  -cmd COMMAND         run COMMAND before reading standard input
  -echo                print inputs before running them
  -header, -noheader   turn names of columns on or off
  -init FILE           read FILE first
  -interactive         accepted
  -newline SEP         what ends rows
  -nullvalue TEXT      what stands for NULL
  -readonly            open the database for reading only
  -separator SEP       what stands between columns
  -version             show the version
";

const DOT_HELP: &str = "\
.bail on|off             Stop after an error
.databases               List the databases
.dump ?TABLE?            The content as SQL
.echo on|off             Print inputs before running them
.exit ?CODE?             End with a status
.headers on|off          Names of columns
.help                    This list
.import FILE TABLE       Rows from a file: --csv, --ascii, --skip N
.indexes ?TABLE?         List the indexes
.mode MODE ?TABLE?       ascii box column csv html insert json line list markdown quote table tabs
.nullvalue STRING        What stands for NULL
.once FILE               The next result goes to a file
.open FILE               Close the database and open another
.output ?FILE?           Results go to a file
.print STRING...         Print strings
.quit                    End
.read FILE               Run a file
.schema ?PATTERN?        The statements that made the tables
.separator COL ?ROW?     What stands between columns and after rows
.show                    The settings
.tables ?PATTERN?        List the tables
.timeout MS              Wait that long for a lock
.width NUM1 NUM2 ...     Widths of columns
";

/// How input ended.
enum End {
    Continue,
    Exit(u8),
}

/// Where results go.
enum Sink {
    Standard(BufWriter<Stdout>),
    File(BufWriter<OpenFile>),
}

impl Sink {
    fn writer(&mut self) -> &mut dyn Write {
        match self {
            Sink::Standard(out) => out,
            Sink::File(out) => out,
        }
    }
}

struct Shell {
    name: String,
    database: Rc<Database>,
    read_only: bool,
    layout: Layout,
    out: Sink,
    /// The next result only goes there.
    once: bool,
    bail: bool,
    echo: bool,
    /// Errors were shown.
    failed: bool,
    depth: usize,
}

/// Where SQL comes from: what its errors say.
#[derive(Clone, Copy)]
enum Source {
    Argument,
    Line(usize),
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn say(message: &str) {
    if let Some(stderr) = OpenFile::inherited(2) {
        // Nobody is left to tell when standard error is gone.
        let _ = stderr.write_bytes(format!("{message}\n").as_bytes());
    }
}

fn open(name: &str, read_only: bool) -> Result<Rc<Database>, Failure> {
    let shown = if name.is_empty() { ":memory:" } else { name };
    Database::open(shown, vfs::NAME, read_only)
        .map(Rc::new)
        .map_err(|fault| Failure::new(format!("Error: unable to open database \"{name}\": {}", fault.message)))
}

/// Runs sqlite3.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    match run(args) {
        // The messages stand without the command's name.
        Err(failure) if failure.message.starts_with("Error: ") => {
            say(&failure.message);
            Ok(failure.status.unwrap_or(1))
        }
        other => other,
    }
}

fn print(text: &str) -> Outcome {
    let mut out = stdout();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(0)
}

fn run(args: Vec<Vec<u8>>) -> Outcome {
    if !vfs::register() {
        return Err(Failure::new("Error: the file system could not be set up"));
    }
    let mut layout = Layout::new();
    let (mut name, mut sql, mut commands) = (None, Vec::new(), Vec::new());
    let (mut bail, mut echo, mut read_only, mut init) = (false, false, false, None);
    let mut words = args.into_iter().skip(1).map(|word| text(&word));
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix('-').filter(|option| !option.is_empty() && sql.is_empty()) else {
            if name.is_none() {
                name = Some(word)
            } else {
                sql.push(word)
            }
            continue;
        };
        let option = option.strip_prefix('-').unwrap_or(option);
        let mut value = || words.next().ok_or_else(|| Failure::new(format!("Error: missing argument to -{option}")));
        match option {
            "bail" => bail = true,
            "batch" | "interactive" | "stats" | "safe" | "nofollow" => {}
            "echo" => echo = true,
            "header" | "headers" => layout.headers = Some(true),
            "noheader" => layout.headers = Some(false),
            "readonly" => read_only = true,
            "cmd" => commands.push(value()?),
            "init" => init = Some(value()?),
            "separator" => layout.separator = unescaped(&value()?),
            "newline" => layout.row_separator = unescaped(&value()?),
            "nullvalue" => layout.null = value()?,
            "version" => return print(&format!("{}\n", Database::version())),
            "help" => return print(HELP),
            other => match Mode::parse(other).filter(|mode| mode.name() == other) {
                Some(mode) => {
                    layout.set_mode(mode);
                    if mode == Mode::Csv {
                        // As from a file, where `.mode csv` has another end of rows.
                        layout.row_separator = "\n".into();
                    }
                }
                None => {
                    return Err(Failure::new(format!(
                        "Error: unknown option: {word}\nUse -help for a list of options."
                    )));
                }
            },
        }
    }
    let name = name.unwrap_or_default();
    let database = open(&name, read_only)?;
    let out = Sink::Standard(stdout());
    let mut shell = Shell { name, database, read_only, layout, out, once: false, bail, echo, failed: false, depth: 0 };
    if let Some(file) = init
        && let End::Exit(status) = shell.file(&file)?
    {
        return shell.finish(status);
    }
    for command in commands {
        if let End::Exit(status) = shell.argument(&command)? {
            return shell.finish(status);
        }
    }
    if sql.is_empty() {
        let stdin = OpenFile::inherited(0).ok_or_else(|| Failure::new("Error: no standard input"))?;
        let end = shell.input(&mut BufReader::new(stdin))?;
        let status = match end {
            End::Exit(status) => status,
            End::Continue => u8::from(shell.failed),
        };
        return shell.finish(status);
    }
    for part in sql {
        if let End::Exit(status) = shell.argument(&part)? {
            return shell.finish(status);
        }
    }
    shell.finish(0)
}

/// A separator with its escapes.
fn unescaped(text: &str) -> String {
    text.replace("\\t", "\t").replace("\\n", "\n").replace("\\r", "\r").replace("\\\\", "\\")
}

/// The words of a dot command: in quotes they may have spaces, in double ones escapes, too.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    loop {
        while letters.next_if(|c| c.is_whitespace()).is_some() {}
        let Some(&first) = letters.peek() else { return words };
        let mut word = String::new();
        if first == '\'' || first == '"' {
            letters.next();
            while let Some(c) = letters.next() {
                match c {
                    c if c == first => break,
                    '\\' if first == '"' => match letters.next() {
                        Some('n') => word.push('\n'),
                        Some('t') => word.push('\t'),
                        Some('r') => word.push('\r'),
                        Some(c) => word.push(c),
                        None => word.push('\\'),
                    },
                    c => word.push(c),
                }
            }
        } else {
            while let Some(c) = letters.next_if(|c| !c.is_whitespace()) {
                word.push(c);
            }
        }
        words.push(word);
    }
}

fn is_on(word: Option<&String>) -> bool {
    word.is_some_and(|word| matches!(word.to_ascii_lowercase().as_str(), "on" | "yes" | "true" | "1"))
}

/// The deepest `.read` of `.read`.
const DEEPEST: usize = 25;

impl Shell {
    fn finish(mut self, status: u8) -> Outcome {
        self.out.writer().flush()?;
        Ok(status)
    }

    /// One argument: SQL or a dot command; an error ends it all.
    fn argument(&mut self, part: &str) -> Result<End, Failure> {
        if part.starts_with('.') {
            self.failed = false;
            let end = self.dot(part)?;
            return Ok(if self.failed && matches!(end, End::Continue) { End::Exit(1) } else { end });
        }
        match self.sql(part, Source::Argument)? {
            0 => Ok(End::Continue),
            status => Ok(End::Exit(status)),
        }
    }

    fn file(&mut self, name: &str) -> Result<End, Failure> {
        match files::open(name.as_bytes(), OpenFlags::READ, 0) {
            Ok(file) => self.input(&mut BufReader::new(file)),
            Err(_) => {
                self.error(&format!("Error: cannot open \"{name}\""));
                Ok(End::Continue)
            }
        }
    }

    fn error(&mut self, message: &str) {
        // What was printed before is seen before; its own errors show at the next write.
        let _ = self.out.writer().flush();
        say(message);
        self.failed = true;
    }

    /// Reads lines until they are whole statements, and runs these.
    fn input(&mut self, input: &mut dyn BufRead) -> Result<End, Failure> {
        if self.depth >= DEEPEST {
            self.error("Error: input nesting limit reached");
            return Ok(End::Continue);
        }
        self.depth += 1;
        let end = self.lines(input);
        self.depth -= 1;
        end
    }

    fn lines(&mut self, input: &mut dyn BufRead) -> Result<End, Failure> {
        let (mut pending, mut number, mut start) = (String::new(), 0, 1);
        loop {
            self.out.writer().flush()?;
            let mut line = Vec::new();
            if input.read_until(b'\n', &mut line).map_err(|error| Failure::new(format!("Error: {error}")))? == 0 {
                break;
            }
            number += 1;
            let line = text(&line);
            if pending.is_empty() {
                if line.starts_with('.') {
                    if self.echo {
                        self.out.writer().write_all(line.as_bytes())?;
                    }
                    let end = self.dot(line.trim_end())?;
                    if matches!(end, End::Exit(_)) {
                        return Ok(end);
                    }
                    if self.failed && self.bail {
                        return Ok(End::Exit(1));
                    }
                    continue;
                }
                if line.trim().is_empty() {
                    continue;
                }
                start = number;
            }
            pending.push_str(&line);
            if line.contains(';') && Database::is_complete(&pending) {
                let sql = std::mem::take(&mut pending);
                if self.sql(&sql, Source::Line(start))? != 0 && self.bail {
                    return Ok(End::Exit(1));
                }
            }
        }
        if !pending.trim().is_empty() {
            self.sql(&pending, Source::Line(start))?;
        }
        Ok(End::Continue)
    }

    /// Runs statements; the status of the first that failed.
    fn sql(&mut self, sql: &str, source: Source) -> Result<u8, Failure> {
        if self.echo {
            writeln!(self.out.writer(), "{}", sql.trim_end())?;
        }
        let database = self.database.clone();
        let mut rest = sql;
        let mut status = 0;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            let (statement, used) = match database.prepare(rest.as_bytes()) {
                Ok(prepared) => prepared,
                Err(fault) => {
                    let message = prepare_message(&fault, rest, source);
                    self.error(&message);
                    status = u8::try_from(fault.code).unwrap_or(1);
                    break;
                }
            };
            let Some(mut statement) = statement else { break };
            let shown = show(&mut statement, &self.layout, self.out.writer())?;
            drop(statement);
            if let Err(fault) = shown {
                let message = match source {
                    Source::Argument => format!("Error: stepping, {} ({})", fault.message, fault.code),
                    Source::Line(line) => {
                        format!("Runtime error near line {line}: {} ({})", fault.message, fault.code)
                    }
                };
                self.error(&message);
                status = u8::try_from(fault.code).unwrap_or(1);
                break;
            }
            // The library ends a statement between characters.
            rest = rest.get(used..).unwrap_or_default();
        }
        // Arguments are one result, as sqlite3 has it.
        if matches!(source, Source::Line(_)) && std::mem::take(&mut self.once) {
            self.out.writer().flush()?;
            self.out = Sink::Standard(stdout());
        }
        Ok(status)
    }

    /// Rows of a query of ours; an error is shown.
    fn query(&mut self, sql: &str, parameters: &[&str]) -> Vec<Vec<Cell>> {
        match self.database.query(sql, parameters) {
            Ok(rows) => rows,
            Err(fault) => {
                self.error(&format!("Error: {}", fault.message));
                Vec::new()
            }
        }
    }
}

fn prepare_message(fault: &Fault, sql: &str, source: Source) -> String {
    let code = if fault.code > 1 { format!(" ({})", fault.code) } else { String::new() };
    let mut message = match source {
        Source::Argument => format!("Error: in prepare, {}{code}", fault.message),
        Source::Line(line) => format!("Parse error near line {line}: {}{code}", fault.message),
    };
    let Some(offset) = fault.offset.filter(|&offset| offset < sql.len()) else { return message };
    // A window of the statement around the mistake.
    let (mut start, mut marker) = (0, offset);
    while marker > 50 {
        marker -= 1;
        start += 1;
        while !sql.is_char_boundary(start) {
            marker = marker.saturating_sub(1);
            start += 1;
        }
    }
    let line: String = sql[start..].chars().take(78).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let arrow = if marker < 25 {
        format!("{}^--- error here", " ".repeat(marker))
    } else {
        format!("{}error here ---^", " ".repeat(marker - 14))
    };
    message.push_str(&format!("\n  {}\n  {arrow}", line.trim_end()));
    message
}

/// Shows all rows of a statement. The outer error is of the output, the inner of the statement.
fn show(statement: &mut Statement<'_>, layout: &Layout, out: &mut dyn Write) -> io::Result<Result<(), Fault>> {
    let mut rows = Rows::new(layout, statement.names());
    let result = loop {
        match statement.step() {
            Ok(true) => rows.row(out, &statement.row())?,
            Ok(false) => break Ok(()),
            Err(fault) => break Err(fault),
        }
    };
    rows.finish(out)?;
    Ok(result)
}
