//! How grep prints a line.

use super::options::Settings;
use agentfense_regex::{Error, Regex};
use agentfense_support::output::Stdout;
use std::io::{self, BufWriter, Write};
use std::ops::Range;

const NAME: &str = "35";
const NUMBER: &str = "32";
const SEPARATOR: &str = "36";
const MATCH: &str = "01;31";

/// The lines that grep prints.
pub struct Output<'a> {
    settings: &'a Settings,
    out: BufWriter<Stdout>,
    /// How wide the numbers of lines and bytes are at least, so that -T lines them up.
    number_width: usize,
}

impl<'a> Output<'a> {
    pub fn new(settings: &'a Settings) -> Output<'a> {
        Output { settings, out: agentfense_support::stdout(), number_width: 0 }
    }

    /// Told before a file's lines are printed: no number in it is longer than its size.
    pub fn begin(&mut self, size: Option<u64>) {
        let digits = |size: u64| size.to_string().len();
        self.number_width = size.filter(|_| self.settings.initial_tab).map_or(0, digits);
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn colored(&mut self, color: &str, text: &[u8]) -> io::Result<()> {
        if self.settings.color && !text.is_empty() {
            write!(self.out, "\x1b[{color}m\x1b[K")?;
            self.out.write_all(text)?;
            self.out.write_all(b"\x1b[m\x1b[K")
        } else {
            self.out.write_all(text)
        }
    }

    /// A name on its own, for -l and -L.
    pub fn name(&mut self, name: &[u8]) -> io::Result<()> {
        self.colored(NAME, name)?;
        self.out.write_all(if self.settings.nul_after_name { b"\0" } else { b"\n" })
    }

    /// How many lines were selected.
    pub fn count(&mut self, name: &[u8], count: u64) -> io::Result<()> {
        if self.settings.with_name {
            self.colored(NAME, name)?;
            if self.settings.nul_after_name {
                self.out.write_all(b"\0")?;
            } else {
                self.colored(SEPARATOR, b":")?;
            }
        }
        writeln!(self.out, "{count}")
    }

    /// What stands for the lines of a file that is no text.
    pub fn binary(&mut self, name: &[u8]) -> io::Result<()> {
        self.out.flush()?;
        let name = String::from_utf8_lossy(name);
        agentfense_support::complain("grep", format_args!("{name}: binary file matches"));
        Ok(())
    }

    /// The line between groups of lines that do not touch.
    pub fn separator(&mut self) -> io::Result<()> {
        if let Some(separator) = &self.settings.separator {
            let separator = separator.clone();
            self.colored(SEPARATOR, &separator)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    fn prefix(&mut self, name: &[u8], number: u64, offset: u64, mark: u8) -> io::Result<()> {
        let settings = self.settings;
        if settings.with_name {
            self.colored(NAME, name)?;
            if settings.nul_after_name {
                self.out.write_all(b"\0")?;
            } else {
                self.colored(SEPARATOR, &[mark])?;
            }
        }
        let width = self.number_width;
        if settings.line_number {
            self.colored(NUMBER, format!("{number:width$}").as_bytes())?;
            self.colored(SEPARATOR, &[mark])?;
        }
        if settings.byte_offset {
            self.colored(NUMBER, format!("{offset:width$}").as_bytes())?;
            self.colored(SEPARATOR, &[mark])?;
        }
        if settings.initial_tab && (settings.with_name || settings.line_number || settings.byte_offset) {
            self.out.write_all(b"\t")?;
        }
        Ok(())
    }

    /// A line without its end. `matches` are the parts that match, for color.
    pub fn line(
        &mut self,
        name: &[u8],
        number: u64,
        offset: u64,
        mark: u8,
        line: &[u8],
        matches: &[Range<usize>],
    ) -> io::Result<()> {
        self.prefix(name, number, offset, mark)?;
        let mut at = 0;
        for found in matches {
            self.out.write_all(&line[at..found.start])?;
            self.colored(MATCH, &line[found.clone()])?;
            at = found.end;
        }
        self.out.write_all(&line[at..])?;
        self.end_line()
    }

    /// A part of a line, for -o.
    pub fn part(&mut self, name: &[u8], number: u64, offset: u64, part: &[u8]) -> io::Result<()> {
        self.prefix(name, number, offset, b':')?;
        self.colored(MATCH, part)?;
        self.end_line()
    }

    fn end_line(&mut self) -> io::Result<()> {
        self.out.write_all(&[self.settings.line_end])?;
        if self.settings.line_buffered { self.out.flush() } else { Ok(()) }
    }
}

/// The parts of a line that match and are not empty.
pub fn matches(regex: &Regex, line: &[u8]) -> Result<Vec<Range<usize>>, Error> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at <= line.len() {
        let Some(range) = regex.find_at(line, at)? else { break };
        if range.is_empty() {
            // Not inside of a character.
            at = range.end + 1;
            while line.get(at).is_some_and(|byte| byte & 0xC0 == 0x80) {
                at += 1;
            }
            continue;
        }
        at = range.end;
        found.push(range);
    }
    Ok(found)
}
