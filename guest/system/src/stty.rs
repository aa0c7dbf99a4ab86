//! stty.

use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::files::{self, OpenFile, OpenFlags, TerminalMode, WindowSize};
use std::io::Write;

/// Which word of the mode a flag is in.
#[derive(Clone, Copy)]
enum Word {
    Control,
    Input,
    Output,
    Local,
}

/// A flag by its name, its bits (Linux's) and whether `sane` sets it.
type Flag = (&'static str, Word, u32, bool);

/// In the order in which GNU's stty lists them.
const FLAGS: &[Flag] = &[
    ("parenb", Word::Control, 0x100, false),
    ("parodd", Word::Control, 0x200, false),
    ("cmspar", Word::Control, 0x4000_0000, false),
    ("hupcl", Word::Control, 0x400, false),
    ("cstopb", Word::Control, 0x40, false),
    ("cread", Word::Control, 0x80, true),
    ("clocal", Word::Control, 0x800, false),
    ("crtscts", Word::Control, 0x8000_0000, false),
    ("ignbrk", Word::Input, 0x1, false),
    ("brkint", Word::Input, 0x2, false),
    ("ignpar", Word::Input, 0x4, false),
    ("parmrk", Word::Input, 0x8, false),
    ("inpck", Word::Input, 0x10, false),
    ("istrip", Word::Input, 0x20, false),
    ("inlcr", Word::Input, 0x40, false),
    ("igncr", Word::Input, 0x80, false),
    ("icrnl", Word::Input, 0x100, true),
    ("ixon", Word::Input, 0x400, false),
    ("ixoff", Word::Input, 0x1000, false),
    ("iuclc", Word::Input, 0x200, false),
    ("ixany", Word::Input, 0x800, false),
    ("imaxbel", Word::Input, 0x2000, false),
    ("iutf8", Word::Input, 0x4000, true),
    ("opost", Word::Output, 0x1, true),
    ("olcuc", Word::Output, 0x2, false),
    ("ocrnl", Word::Output, 0x8, false),
    ("onlcr", Word::Output, 0x4, true),
    ("onocr", Word::Output, 0x10, false),
    ("onlret", Word::Output, 0x20, false),
    ("ofill", Word::Output, 0x40, false),
    ("ofdel", Word::Output, 0x80, false),
    ("isig", Word::Local, 0x1, true),
    ("icanon", Word::Local, 0x2, true),
    ("iexten", Word::Local, 0x8000, true),
    ("echo", Word::Local, 0x8, true),
    ("echoe", Word::Local, 0x10, true),
    ("echok", Word::Local, 0x20, true),
    ("echonl", Word::Local, 0x40, false),
    ("noflsh", Word::Local, 0x80, false),
    ("xcase", Word::Local, 0x4, false),
    ("tostop", Word::Local, 0x100, false),
    ("echoprt", Word::Local, 0x400, false),
    ("echoctl", Word::Local, 0x200, true),
    ("echoke", Word::Local, 0x800, true),
];

/// Other names of some.
const ALIASES: &[(&str, &str)] = &[
    ("hup", "hupcl"),
    ("tandem", "ixoff"),
    ("crterase", "echoe"),
    ("crtkill", "echoke"),
    ("ctlecho", "echoctl"),
    ("prterase", "echoprt"),
];

/// Control characters: name, place in `c_cc`, and what `sane` makes of it.
const CHARACTERS: &[(&str, usize, u8)] = &[
    ("intr", 0, 0x03),
    ("quit", 1, 0x1c),
    ("erase", 2, 0x7f),
    ("kill", 3, 0x15),
    ("eof", 4, 0x04),
    ("eol", 11, 0),
    ("eol2", 16, 0),
    ("swtch", 7, 0),
    ("start", 8, 0x11),
    ("stop", 9, 0x13),
    ("susp", 10, 0x1a),
    ("rprnt", 12, 0x12),
    ("werase", 14, 0x17),
    ("lnext", 15, 0x16),
    ("discard", 13, 0x0f),
];

/// The places of `min` and `time`.
const VMIN: usize = 6;
const VTIME: usize = 5;

/// Eight bits of data (CS8), and the mask of the size.
const CS8: u32 = 0x30;

const HELP: &str = "\
{} [-F DEVICE] [-a|-g|SETTING...]
Print or change how the terminal treats what is typed and printed.
  -a, --all       print all settings
  -g, --save      print all settings in a form that can be given back
  -F DEVICE       use that terminal instead of standard input
Settings: a flag's name sets it, with a - before it clears it; intr, quit, erase, kill, eof,
susp ... followed by a character; min N, time N; rows N, columns N; size; speed; sane, raw, cooked,
cbreak, evenp, nl, ek.";

/// A terminal that is looked at or changed.
struct Stty {
    file: OpenFile,
    /// As messages name it.
    name: String,
    mode: TerminalMode,
    changed: bool,
}

/// Runs stty.
pub fn stty(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("all", Takes::Nothing, 'a'), ("save", Takes::Nothing, 'g'), ("file", Takes::Argument, 'F')];
    let (args, settings) = split(args);
    let mut options = Options::new(args, "agF:", longs, HELP);
    let (mut all, mut save, mut device) = (false, false, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => all = true,
            Item::Option('g', _) => save = true,
            Item::Option(_, value) => device = Some(value),
            Item::Operand(extra) => return Err(Failure::usage(format!("invalid argument {}", quote(extra)))),
        }
    }
    if all && save {
        return Err(Failure::new("the options for verbose and stty-readable output styles are\nmutually exclusive"));
    }
    if (all || save) && !settings.is_empty() {
        return Err(Failure::new("when specifying an output style, modes may not be set"));
    }
    let mut terminal = Stty::open(device)?;
    let mut out = stdout();
    if save {
        terminal.print_saved(&mut out)?;
    } else if all || settings.is_empty() {
        terminal.print(&mut out, all)?;
    } else {
        let mut words = settings.iter();
        while let Some(word) = words.next() {
            terminal.apply(word, &mut words, &mut out)?;
        }
        terminal.finish()?;
    }
    out.flush()?;
    Ok(0)
}

/// Options, and settings: `-echo` looks like options and is none.
fn split(args: Vec<Vec<u8>>) -> (Vec<Vec<u8>>, Vec<String>) {
    let mut options = Vec::new();
    let mut settings = Vec::new();
    let mut args = args.into_iter();
    options.extend(args.next());
    while let Some(arg) = args.next() {
        match arg.as_slice() {
            b"-F" | b"--file" => {
                options.push(arg);
                options.extend(args.next());
            }
            b"-a" | b"-g" | b"-ag" | b"-ga" => options.push(arg),
            word if word.starts_with(b"--") || word.starts_with(b"-F") => options.push(arg),
            word => settings.push(String::from_utf8_lossy(word).into_owned()),
        }
    }
    (options, settings)
}

impl Stty {
    fn open(device: Option<Vec<u8>>) -> Result<Stty, Failure> {
        let (file, name) = match device {
            Some(path) => {
                let name = String::from_utf8_lossy(&path).into_owned();
                let flags = OpenFlags::READ | OpenFlags::NONBLOCK;
                let file = files::open(&path, flags, 0)
                    .map_err(|errno| Failure::new(format!("{}: {}", quote(&path), errno.message())))?;
                (file, name)
            }
            None => {
                let file =
                    OpenFile::inherited(0).ok_or_else(|| Failure::new("'standard input': Bad file descriptor"))?;
                (file, "standard input".to_owned())
            }
        };
        match file.terminal_mode() {
            Ok(mode) => Ok(Stty { file, name, mode, changed: false }),
            Err(errno) => Err(Failure::new(format!("'{name}': {}", errno.message()))),
        }
    }

    fn failed(&self, errno: agentfense_sys::Errno) -> Failure {
        Failure::new(format!("'{}': {}", self.name, errno.message()))
    }

    fn word(&self, word: Word) -> u32 {
        match word {
            Word::Control => self.mode.control,
            Word::Input => self.mode.input,
            Word::Output => self.mode.output,
            Word::Local => self.mode.local,
        }
    }

    fn set(&mut self, word: Word, bits: u32, on: bool) {
        let value = match word {
            Word::Control => &mut self.mode.control,
            Word::Input => &mut self.mode.input,
            Word::Output => &mut self.mode.output,
            Word::Local => &mut self.mode.local,
        };
        *value = if on { *value | bits } else { *value & !bits };
        self.changed = true;
    }

    fn set_named(&mut self, names: &[&str], on: bool) {
        for (_, word, bits, _) in FLAGS.iter().filter(|flag| names.contains(&flag.0)) {
            self.set(*word, *bits, on);
        }
    }

    fn character(&self, place: usize) -> u8 {
        self.mode.characters.get(place).copied().unwrap_or(0)
    }

    fn set_character(&mut self, place: usize, value: u8) {
        if let Some(character) = self.mode.characters.get_mut(place) {
            *character = value;
            self.changed = true;
        }
    }

    fn sane(&mut self) {
        for &(_, word, bits, sane) in FLAGS {
            self.set(word, bits, sane);
        }
        for &(_, place, value) in CHARACTERS {
            self.set_character(place, value);
        }
        self.set_character(VMIN, 1);
        self.set_character(VTIME, 0);
    }

    fn raw(&mut self, on: bool) {
        let input = ["ignbrk", "brkint", "ignpar", "parmrk", "inpck", "istrip", "inlcr", "igncr", "icrnl", "ixon"];
        if on {
            self.set_named(&input, false);
            self.set_named(&["ixoff", "iuclc", "ixany", "imaxbel", "opost", "isig", "icanon", "xcase"], false);
            self.set_character(VMIN, 1);
            self.set_character(VTIME, 0);
        } else {
            self.set_named(&["brkint", "ignpar", "istrip", "icrnl", "opost", "isig", "icanon"], true);
            self.set_character(4, 0x04);
            self.set_character(11, 0);
        }
    }

    fn size(&self) -> Result<WindowSize, Failure> {
        self.file.window_size().map_err(|errno| self.failed(errno))
    }

    fn apply(
        &mut self,
        word: &str,
        rest: &mut std::slice::Iter<'_, String>,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let invalid = || Failure::usage(format!("invalid argument '{word}'"));
        let mut value = || rest.next().ok_or_else(|| Failure::usage(format!("missing argument to '{word}'")));
        if let Some(&(_, place, _)) = CHARACTERS.iter().find(|(name, ..)| *name == word) {
            let byte = key(value()?)?;
            self.set_character(place, byte);
            return Ok(());
        }
        match word {
            "size" => {
                let WindowSize { rows, columns } = self.size()?;
                writeln!(out, "{rows} {columns}")?;
            }
            "speed" => writeln!(out, "38400")?,
            "rows" | "cols" | "columns" => {
                let number = number(value()?)?;
                let mut size = self.size()?;
                *(if word == "rows" { &mut size.rows } else { &mut size.columns }) = number;
                self.file.set_window_size(size).map_err(|errno| self.failed(errno))?;
            }
            "min" | "time" => {
                let number = number(value()?)?.try_into().map_err(|_| invalid())?;
                self.set_character(if word == "min" { VMIN } else { VTIME }, number);
            }
            // A sandbox's terminal has no line whose speed could be another.
            "ispeed" | "ospeed" | "line" => drop(number(value()?)?),
            "sane" => self.sane(),
            "raw" | "-cooked" => self.raw(true),
            "-raw" | "cooked" => self.raw(false),
            "cbreak" => self.set_named(&["icanon"], false),
            "-cbreak" => self.set_named(&["icanon"], true),
            "ek" => {
                self.set_character(2, 0x7f);
                self.set_character(3, 0x15);
            }
            "nl" => self.set_named(&["icrnl", "onlcr"], false),
            "-nl" => self.set_named(&["icrnl", "onlcr"], true),
            "crt" => self.set_named(&["echoe", "echoctl", "echoke"], true),
            "pass8" | "-parity" | "-evenp" | "-oddp" => self.set(Word::Control, CS8, true),
            "cs5" | "cs6" | "cs7" | "cs8" => {
                let bits = u32::from(word.as_bytes()[2] - b'5') << 4;
                self.set(Word::Control, CS8, false);
                self.set(Word::Control, bits, true);
            }
            saved if saved.contains(':') => self.restore(saved).ok_or_else(invalid)?,
            speed if speed.bytes().all(|byte| byte.is_ascii_digit()) => {}
            flag => {
                let (name, on) = flag.strip_prefix('-').map_or((flag, true), |name| (name, false));
                let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
                if !FLAGS.iter().any(|flag| flag.0 == name) {
                    return Err(invalid());
                }
                self.set_named(&[name], on);
            }
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), Failure> {
        if self.changed {
            self.file.set_terminal_mode(&self.mode, false).map_err(|errno| self.failed(errno))?;
        }
        Ok(())
    }

    fn print_saved(&self, out: &mut impl Write) -> std::io::Result<()> {
        let TerminalMode { input, output, control, local, characters } = &self.mode;
        write!(out, "{input:x}:{output:x}:{control:x}:{local:x}")?;
        for character in characters {
            write!(out, ":{character:x}")?;
        }
        writeln!(out)
    }

    fn restore(&mut self, saved: &str) -> Option<()> {
        let mut words = saved.split(':').map(|word| u32::from_str_radix(word, 16).ok());
        let mut next = || words.next().flatten();
        let (input, output, control, local) = (next()?, next()?, next()?, next()?);
        let characters: Option<Vec<u8>> = words.map(|word| word?.try_into().ok()).collect();
        let characters = characters.filter(|list| list.len() == self.mode.characters.len())?;
        self.mode = TerminalMode { input, output, control, local, characters };
        self.changed = true;
        Some(())
    }

    fn print(&self, out: &mut impl Write, all: bool) -> Result<(), Failure> {
        let mut line = Line::default();
        if all {
            let WindowSize { rows, columns } = self.size()?;
            writeln!(out, "speed 38400 baud; rows {rows}; columns {columns}; line = 0;")?;
        } else {
            writeln!(out, "speed 38400 baud; line = 0;")?;
        }
        for &(name, place, sane) in CHARACTERS {
            let value = self.character(place);
            if all || value != sane {
                line.add(out, format!("{name} = {};", shown(value)))?;
            }
        }
        let canonical = self.mode.local & 2 != 0;
        if all || !canonical {
            line.add(out, format!("min = {}; time = {};", self.character(VMIN), self.character(VTIME)))?;
        }
        line.end(out)?;
        for kind in [Word::Control, Word::Input, Word::Output, Word::Local] {
            for &(name, word, bits, sane) in FLAGS.iter().filter(|flag| flag.1 as u8 == kind as u8) {
                let on = self.word(word) & bits != 0;
                if all || on != sane {
                    line.add(out, if on { name.to_owned() } else { format!("-{name}") })?;
                }
                if all && name == "parodd" {
                    line.add(out, format!("cs{}", 5 + (self.mode.control >> 4 & 3)))?;
                }
            }
            line.end(out)?;
        }
        Ok(())
    }
}

/// Words in lines of at most 80 columns.
#[derive(Default)]
struct Line(usize);

impl Line {
    fn add(&mut self, out: &mut impl Write, word: String) -> std::io::Result<()> {
        if self.0 > 0 && self.0 + 1 + word.len() > 80 {
            self.end(out)?;
        }
        if self.0 > 0 {
            write!(out, " ")?;
            self.0 += 1;
        }
        self.0 += word.len();
        write!(out, "{word}")
    }

    fn end(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        if std::mem::take(&mut self.0) > 0 {
            writeln!(out)?;
        }
        Ok(())
    }
}

/// A control character as it is listed: `^C`, `<undef>`.
fn shown(byte: u8) -> String {
    match byte {
        0 => "<undef>".into(),
        0x7f => "^?".into(),
        1..0x20 => format!("^{}", char::from(byte ^ 0x40)),
        0x80.. => format!("M-{}", shown(byte & 0x7f)),
        byte => char::from(byte).into(),
    }
}

/// A control character as it is given: itself, `^C`, a number, `undef`.
fn key(text: &str) -> Result<u8, Failure> {
    let invalid = || Failure::usage(format!("invalid integer argument: '{text}'"));
    match text.as_bytes() {
        b"^-" | b"undef" => Ok(0),
        b"^?" => Ok(0x7f),
        [b'^', letter] => Ok(letter & 0x1f),
        [byte] => Ok(*byte),
        _ => match text.strip_prefix("0x") {
            Some(hexadecimal) => u8::from_str_radix(hexadecimal, 16).map_err(|_| invalid()),
            None if text.starts_with('0') => u8::from_str_radix(text, 8).map_err(|_| invalid()),
            None => text.parse().map_err(|_| invalid()),
        },
    }
}

fn number(text: &str) -> Result<u16, Failure> {
    text.parse().map_err(|_| Failure::usage(format!("invalid integer argument: '{text}'")))
}
