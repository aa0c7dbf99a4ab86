//! make: the language and the behaviour of GNU make 4.4.
//!
//! - reading: [`source`](mod@source) (lines) → [`reader`](mod@reader) (directives, rules) with `conditional`,
//!   `assignment`; what it makes are `variables`, `files` (the graph) and `rules` (implicit ones).
//! - expansion: `expand`, `functions/`, `pattern`, `text`, `scope` (what counts for one target).
//! - making: `remake` (the walk over the graph), `implicit` (the search for a rule), `jobs` (recipes that run),
//!   `shell_command`, `vpath`, `archive`.
//! - around it: `options`, `run` (from the command line to the status), `system` (what it needs of a system).

mod archive;
mod assignment;
mod conditional;
mod database;
mod expand;
mod files;
mod functions;
mod implicit;
mod jobs;
mod names;
mod options;
mod pattern;
mod reader;
mod remake;
mod rules;
mod run;
mod scope;
mod shell_command;
mod source;
pub mod system;
mod text;
mod variables;
mod vpath;

pub use run::run;
pub use system::{Stream, System};

use options::{Options, OutputSync};
use std::collections::HashSet;
use std::rc::Rc;
use text::bytes;
use variables::Text;

/// A line of a makefile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    file: Text,
    line: u32,
}

/// Why make ends before everything is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// With a message, and status 2.
    Fatal(Option<Location>, Vec<u8>),
    /// With a status; what there was to say was said.
    Exit(u8),
    /// A signal asked for it.
    Signal(u8),
}

pub(crate) type Result<T = ()> = std::result::Result<T, Stop>;

/// One make: everything it knows.
pub(crate) struct Make<'s> {
    system: &'s mut dyn System,
    /// As it is called in messages.
    program: Vec<u8>,
    /// How many makes are above.
    level: u32,
    options: Options,
    /// The environment that it was started with.
    started_with: Vec<(Vec<u8>, Vec<u8>)>,

    vars: variables::Variables,
    /// The variables whose values are being expanded.
    expanding: Vec<expand::Expanding>,
    depth: usize,
    /// How many arguments the calls around have.
    call_arguments: usize,
    exporting_to_shell: usize,

    /// The line that is read or run.
    location: Option<Location>,
    recipe_prefix: u8,
    includes: usize,
    makefiles: Vec<reader::Makefile>,
    reading_builtins: bool,
    /// Whether all makefiles are read.
    files_read: bool,

    files: files::Files,
    pattern_rules: Vec<rules::PatternRule>,
    pattern_vars: Vec<rules::PatternVariable>,
    vpath: vpath::SearchPaths,
    dirs: names::Directories,
    /// Names that no implicit rule can make.
    impossible: HashSet<Vec<u8>>,

    posix: bool,
    second_expansion: bool,
    one_shell: bool,
    export_all: bool,
    delete_on_error: bool,
    not_parallel: bool,
    all_secondary: bool,
    no_intermediates: bool,
    ignoring: HashSet<files::FileId>,
    silent: HashSet<files::FileId>,
    serial: HashSet<files::FileId>,
    default_recipe: Option<Rc<files::Recipe>>,

    jobs: jobs::Jobs,
    has_job_server: bool,
    /// Walks over the graph so far.
    round: u64,
    /// Lines of recipes started so far.
    started: u64,
    remaking_makefiles: bool,
    /// The makefile that is brought up to date.
    makefile_goal: Option<files::FileId>,
    clock_skew: Vec<files::FileId>,

    /// Whether "Entering directory" is wanted, and was said.
    tell_directory: bool,
    directory_told: bool,
    write_failed: bool,
}

impl<'s> Make<'s> {
    fn new(system: &'s mut dyn System, program: Vec<u8>, level: u32, env: Vec<(Vec<u8>, Vec<u8>)>) -> Make<'s> {
        Make {
            system,
            program,
            level,
            options: Options::default(),
            started_with: env,
            vars: variables::Variables::default(),
            expanding: Vec::new(),
            depth: 0,
            call_arguments: 0,
            exporting_to_shell: 0,
            location: None,
            recipe_prefix: b'\t',
            includes: 0,
            makefiles: Vec::new(),
            reading_builtins: false,
            files_read: false,
            files: files::Files::default(),
            pattern_rules: Vec::new(),
            pattern_vars: Vec::new(),
            vpath: vpath::SearchPaths::default(),
            dirs: names::Directories::default(),
            impossible: HashSet::new(),
            posix: false,
            second_expansion: false,
            one_shell: false,
            export_all: false,
            delete_on_error: false,
            not_parallel: false,
            all_secondary: false,
            no_intermediates: false,
            ignoring: HashSet::new(),
            silent: HashSet::new(),
            serial: HashSet::new(),
            default_recipe: None,
            jobs: jobs::Jobs::default(),
            has_job_server: false,
            round: 0,
            started: 0,
            remaking_makefiles: false,
            makefile_goal: None,
            clock_skew: Vec::new(),
            tell_directory: false,
            directory_told: false,
            write_failed: false,
        }
    }

    /// `make: ` or `make[1]: `.
    fn prefix(&self) -> Vec<u8> {
        match self.level {
            0 => bytes!(self.program, ": "),
            level => bytes!(self.program, "[", level.to_string(), "]: "),
        }
    }

    /// Says "Entering directory" before the first output, where that is wanted.
    fn enter_directory(&mut self) {
        if self.tell_directory && !std::mem::replace(&mut self.directory_told, true) {
            self.tell("Entering");
        }
    }

    fn tell(&mut self, what: &str) {
        let directory = self.system.current_dir();
        let text = bytes!(self.prefix(), what, " directory '", directory, "'\n");
        self.print(Stream::Out, &text);
    }

    /// Writes to one of make's own streams.
    fn print(&mut self, stream: Stream, text: &[u8]) {
        self.enter_directory();
        if self.system.print(stream, text).is_err() && stream == Stream::Out {
            self.write_failed = true;
        }
    }

    /// What `--debug` tells, as far in as the file is down in the graph.
    fn debug(&mut self, depth: usize, text: &[u8]) {
        if self.options.debug.iter().any(|flag| matches!(flag, b'a' | b'b' | b'v')) {
            let text = bytes!(b" ".repeat(depth), text, "\n");
            self.print(Stream::Out, &text);
        }
    }

    /// A message on standard output.
    fn say(&mut self, text: &[u8]) {
        let text = bytes!(self.prefix(), text, "\n");
        self.print(Stream::Out, &text);
    }

    /// A message on standard error, with the place it is about.
    fn complain(&mut self, location: Option<Location>, text: &[u8]) {
        let text = match location {
            Some(location) => bytes!(location.file, ":", location.line.to_string(), ": ", text, "\n"),
            None => bytes!(self.prefix(), text, "\n"),
        };
        self.print(Stream::Error, &text);
    }
}
