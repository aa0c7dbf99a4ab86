//! rg: searches trees of files, as ripgrep does, with ripgrep's own libraries.

mod options;

use agentfense_support::output::Stdout;
use agentfense_support::{Failure, Outcome, complain, fs, stdout};
use agentfense_sys::files::{FileType, OpenFile};
use agentfense_sys::{error_text, escape};
use grep::printer::{ColorSpecs, Standard, StandardBuilder, Stats, Summary, SummaryBuilder, SummaryKind};
use grep::regex::{RegexMatcher, RegexMatcherBuilder};
use grep::searcher::{BinaryDetection, Searcher, SearcherBuilder};
use ignore::overrides::OverrideBuilder;
use ignore::types::TypesBuilder;
use ignore::{Walk, WalkBuilder};
use options::{Case, Output, Settings};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::Instant;
use termcolor::{Ansi, NoColor, WriteColor};

/// Runs rg.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let args = args.into_iter().map(|arg| match arg.as_slice() {
        b"-h" => b"--help".to_vec(),
        b"-V" => b"--version".to_vec(),
        _ => arg,
    });
    let settings = options::read(args.collect())?;
    if settings.output == Output::Types {
        return list_types(&settings);
    }
    if settings.color { run(&settings, Ansi::new(stdout())) } else { run(&settings, NoColor::new(stdout())) }
}

fn trouble(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string()).status(2)
}

fn types(settings: &Settings) -> Result<TypesBuilder, Failure> {
    let mut builder = TypesBuilder::new();
    builder.add_defaults();
    for definition in &settings.type_definitions {
        builder.add_def(definition).map_err(trouble)?;
    }
    for (name, wanted) in &settings.types {
        if *wanted {
            builder.select(name)
        } else {
            builder.negate(name)
        };
    }
    Ok(builder)
}

fn list_types(settings: &Settings) -> Outcome {
    let mut out = stdout();
    for definition in types(settings)?.definitions() {
        writeln!(out, "{}: {}", definition.name(), definition.globs().join(", "))?;
    }
    out.flush()?;
    Ok(0)
}

fn matcher(settings: &Settings) -> Result<RegexMatcher, Failure> {
    let mut builder = RegexMatcherBuilder::new();
    builder
        .multi_line(true)
        .unicode(settings.unicode)
        .octal(false)
        .fixed_strings(settings.fixed)
        .case_insensitive(settings.case == Case::Ignore)
        .case_smart(settings.case == Case::Smart)
        .whole_line(settings.whole_line)
        .crlf(settings.crlf);
    if !settings.whole_line {
        builder.word(settings.word);
    }
    if settings.multiline {
        builder.dot_matches_new_line(settings.dotall);
    } else {
        builder.line_terminator(Some(b'\n')).dot_matches_new_line(false);
        if settings.crlf {
            builder.crlf(true);
        }
    }
    if !settings.text && !settings.multiline {
        // A pattern with a NUL could only match in binary data.
        builder.ban_byte(Some(0));
    }
    builder.build_many(&settings.patterns).map_err(trouble)
}

fn walk(settings: &Settings) -> Result<Walk, Failure> {
    let mut builder = match settings.paths.split_first() {
        None => WalkBuilder::new("./"),
        Some((first, rest)) => {
            let mut builder = WalkBuilder::new(fs::path(first));
            for path in rest {
                builder.add(fs::path(path));
            }
            builder
        }
    };
    let mut overrides = OverrideBuilder::new(".");
    for (glob, ignore_case) in &settings.globs {
        overrides.case_insensitive(*ignore_case).map_err(trouble)?;
        overrides.add(glob).map_err(trouble)?;
    }
    for file in &settings.ignore_files {
        if let Some(error) = builder.add_ignore(fs::path(file))
            && settings.messages
        {
            complain("rg", error);
        }
    }
    if settings.ignore_dot {
        builder.add_custom_ignore_filename(".rgignore");
    }
    builder
        .hidden(!settings.hidden)
        .ignore(settings.ignore_dot)
        .parents(settings.ignore_parents)
        .git_ignore(settings.ignore_vcs)
        .git_exclude(settings.ignore_vcs)
        .git_global(settings.ignore_vcs)
        .require_git(settings.require_git)
        .follow_links(settings.follow)
        .max_depth(settings.max_depth)
        .max_filesize(settings.max_size)
        .overrides(overrides.build().map_err(trouble)?)
        .types(types(settings)?.build().map_err(trouble)?)
        .sort_by_file_name(Ord::cmp);
    Ok(builder.build())
}

/// Where matches go.
enum Printer<W> {
    Lines(Standard<W>),
    Summary(Summary<W>),
}

fn printer<W: WriteColor>(settings: &Settings, out: W, names: bool) -> Printer<W> {
    let colors = ColorSpecs::default_with_color();
    // Between files: a blank line under headings, or what is between groups of context.
    let separator = match (settings.heading, settings.before > 0 || settings.after > 0) {
        (true, _) => Some(Vec::new()),
        (false, true) => settings.separator.clone(),
        (false, false) => None,
    };
    let terminator = settings.null.then_some(0);
    let kind = match settings.output {
        Output::Count if settings.only_matching => SummaryKind::CountMatches,
        Output::Count => SummaryKind::Count,
        Output::CountMatches => SummaryKind::CountMatches,
        Output::With => SummaryKind::PathWithMatch,
        Output::Without => SummaryKind::PathWithoutMatch,
        Output::Quiet => SummaryKind::QuietWithMatch,
        _ => {
            let builder = StandardBuilder::new()
                .color_specs(colors)
                .stats(settings.stats)
                .heading(settings.heading)
                .path(names)
                .only_matching(settings.only_matching)
                .per_match(settings.vimgrep)
                .per_match_one_line(true)
                .replacement(settings.replace.clone())
                .max_columns(settings.max_columns)
                .column(settings.column)
                .byte_offset(settings.byte_offset)
                .trim_ascii(settings.trim)
                .separator_search(separator)
                .separator_context(settings.separator.clone())
                .path_terminator(terminator)
                .clone();
            return Printer::Lines(builder.build(out));
        }
    };
    let builder = SummaryBuilder::new()
        .kind(kind)
        .color_specs(colors)
        .stats(settings.stats)
        .path(names)
        .exclude_zero(!settings.include_zero)
        .path_terminator(terminator)
        .clone();
    Printer::Summary(builder.build(out))
}

fn searcher(settings: &Settings) -> Searcher {
    SearcherBuilder::new()
        .invert_match(settings.invert)
        .line_number(settings.line_number)
        .multi_line(settings.multiline)
        .before_context(settings.before)
        .after_context(settings.after)
        .passthru(settings.passthru)
        .max_matches(settings.max_count)
        .build()
}

struct Run<'a, W> {
    settings: &'a Settings,
    searcher: Searcher,
    matcher: RegexMatcher,
    printer: Printer<W>,
    found: bool,
    failed: bool,
    stats: Stats,
}

/// What the output is at the bottom, for flushing.
trait Flush: WriteColor {
    fn finish(self) -> io::Result<()>;
}

impl Flush for NoColor<BufWriter<Stdout>> {
    fn finish(self) -> io::Result<()> {
        self.into_inner().flush()
    }
}

impl Flush for Ansi<BufWriter<Stdout>> {
    fn finish(self) -> io::Result<()> {
        self.into_inner().flush()
    }
}

fn run<W: Flush>(settings: &Settings, out: W) -> Outcome {
    let start = Instant::now();
    let stdin = if settings.paths.is_empty() && settings.output != Output::Files { piped() } else { None };
    let one = match settings.paths.as_slice() {
        [path] => {
            path == b"-" || agentfense_sys::files::stat(path, true).is_ok_and(|stat| stat.kind != FileType::Directory)
        }
        paths => paths.is_empty() && stdin.is_some(),
    };
    let names = settings.with_name.unwrap_or(!one);
    let mut run = Run {
        settings,
        searcher: searcher(settings),
        matcher: matcher(settings)?,
        printer: printer(settings, out, names),
        found: false,
        failed: false,
        stats: Stats::new(),
    };
    match stdin {
        Some(input) => run.stdin(input)?,
        None => run.tree(walk(settings)?)?,
    }
    if settings.stats {
        run.print_stats(start)?;
    }
    match run.printer {
        Printer::Lines(printer) => printer.into_inner().finish()?,
        Printer::Summary(printer) => printer.into_inner().finish()?,
    }
    let quiet = settings.output == Output::Quiet;
    Ok(if run.failed && !(quiet && run.found) { 2 } else { u8::from(!run.found) })
}

/// Standard input, if it is a pipe or a file with something in it: that is what is meant without a path. A command that
/// is given no input has an empty pipe, and means the working directory.
fn piped() -> Option<impl io::Read> {
    let stdin = OpenFile::inherited(0)?;
    let kind = stdin.stat().ok()?.kind;
    if !matches!(kind, FileType::Regular | FileType::Fifo | FileType::Socket) {
        return None;
    }
    let start = stdin.read_some(64 * 1024).unwrap_or_default();
    (!start.is_empty()).then(|| io::Read::chain(io::Cursor::new(start), stdin))
}

impl<W: WriteColor> Run<'_, W> {
    fn out(&mut self) -> &mut W {
        match &mut self.printer {
            Printer::Lines(printer) => printer.get_mut(),
            Printer::Summary(printer) => printer.get_mut(),
        }
    }

    fn complain(&mut self, message: impl std::fmt::Display) {
        self.failed = true;
        if self.settings.messages {
            // What was found so far comes first; if it cannot be written, that shows at the end.
            let _ = self.out().flush();
            complain("rg", message);
        }
    }

    fn tree(&mut self, walk: Walk) -> Result<(), Failure> {
        for entry in walk {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.walk_error(&error);
                    continue;
                }
            };
            if let Some(error) = entry.error() {
                self.walk_error(&error.clone());
            }
            if entry.is_stdin() {
                if let Some(stdin) = OpenFile::inherited(0) {
                    self.stdin(stdin)?;
                }
                continue;
            }
            // A named file is searched whatever it is; in a tree only plain ones are.
            let kind = entry.file_type();
            let plain = kind.is_some_and(|kind| kind.is_file());
            let directory = kind.is_some_and(|kind| kind.is_dir()) || (entry.depth() == 0 && entry.path().is_dir());
            if directory || (entry.depth() > 0 && !plain) {
                continue;
            }
            let path = entry.path().strip_prefix("./").unwrap_or(entry.path());
            if self.settings.output == Output::Files {
                self.found = true;
                let end = if self.settings.null { 0 } else { b'\n' };
                let name = escape::from_os(path.as_os_str());
                self.out().write_all(&[name.as_slice(), &[end]].concat())?;
                continue;
            }
            // What is named is searched even if it is binary.
            let binary = if self.settings.text {
                BinaryDetection::none()
            } else if entry.depth() == 0 || self.settings.binary {
                BinaryDetection::convert(0)
            } else {
                BinaryDetection::quit(0)
            };
            self.searcher.set_binary_detection(binary);
            if let Err(error) = self.file(path) {
                if error.kind() == io::ErrorKind::BrokenPipe {
                    return Err(error.into());
                }
                self.complain(format_args!("{}: {}", path.display(), error_text(&error)));
            }
            if self.found && self.settings.output == Output::Quiet && !self.settings.stats {
                break;
            }
        }
        Ok(())
    }

    fn walk_error(&mut self, error: &ignore::Error) {
        match (path_of(error), error.io_error()) {
            (Some(path), Some(io)) => {
                // The walk's own words come before the system's.
                let text = error_text(io);
                let reason = text.rsplit(": ").next().unwrap_or(&text);
                self.complain(format_args!("{}: {reason}", path.display()));
            }
            _ => self.complain(error),
        }
    }

    fn file(&mut self, path: &Path) -> io::Result<()> {
        let file = std::fs::File::open(path)?;
        self.search(path, file)
    }

    fn stdin(&mut self, input: impl io::Read) -> Result<(), Failure> {
        let binary = if self.settings.text { BinaryDetection::none() } else { BinaryDetection::convert(0) };
        self.searcher.set_binary_detection(binary);
        Ok(self.search(Path::new("<stdin>"), input)?)
    }

    fn search(&mut self, path: &Path, input: impl io::Read) -> io::Result<()> {
        match &mut self.printer {
            Printer::Lines(printer) => {
                let mut sink = printer.sink_with_path(&self.matcher, path);
                self.searcher.search_reader(&self.matcher, input, &mut sink)?;
                let found = sink.has_match();
                if let Some(stats) = sink.stats() {
                    self.stats += stats;
                }
                self.found |= found;
            }
            Printer::Summary(printer) => {
                let mut sink = printer.sink_with_path(&self.matcher, path);
                self.searcher.search_reader(&self.matcher, input, &mut sink)?;
                let found = sink.has_match();
                if let Some(stats) = sink.stats() {
                    self.stats += stats;
                }
                self.found |= found;
            }
        }
        Ok(())
    }

    fn print_stats(&mut self, start: Instant) -> io::Result<()> {
        let stats = self.stats.clone();
        let total = start.elapsed().as_secs_f64();
        writeln!(
            self.out(),
            "\n{} matches\n{} matched lines\n{} files contained matches\n{} files searched\n{} bytes printed\n\
             {} bytes searched\n{:.6} seconds spent searching\n{total:.6} seconds total",
            stats.matches(),
            stats.matched_lines(),
            stats.searches_with_match(),
            stats.searches(),
            stats.bytes_printed(),
            stats.bytes_searched(),
            stats.elapsed().as_secs_f64(),
        )
    }
}

/// The path that an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => path_of(err),
        ignore::Error::Loop { child, .. } => Some(child),
        _ => None,
    }
}
