//! tput, clear and reset: what terminals understand, without a database of them.

use agentfense_support::options::base_name;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use agentfense_sys::files::{OpenFile, WindowSize};
use std::io::{Read, Write};

const HELP: &str = "\
{} [-T TERM] [-S] CAPABILITY [PARAMETER]...
Print what makes the terminal do something, or tell what it can.

  -S         read capabilities from standard input, one a line
  -T TERM    the terminal; else $TERM tells it
  -x         clear: leave the lines that were scrolled away";

/// What a terminal of the xterm family understands, as terminfo writes it.
const STRINGS: &[(&str, &str)] = &[
    ("E3", "\x1b[3J"),
    ("acsc", "``aaffggiijjkkllmmnnooppqqrrssttuuvvwwxxyyzz{{||}}~~"),
    ("bel", "\x07"),
    ("blink", "\x1b[5m"),
    ("bold", "\x1b[1m"),
    ("civis", "\x1b[?25l"),
    ("clear", "\x1b[H\x1b[2J"),
    ("cnorm", "\x1b[?12l\x1b[?25h"),
    ("cr", "\r"),
    ("csr", "\x1b[%i%p1%d;%p2%dr"),
    ("cub", "\x1b[%p1%dD"),
    ("cub1", "\x08"),
    ("cud", "\x1b[%p1%dB"),
    ("cud1", "\n"),
    ("cuf", "\x1b[%p1%dC"),
    ("cuf1", "\x1b[C"),
    ("cup", "\x1b[%i%p1%d;%p2%dH"),
    ("cuu", "\x1b[%p1%dA"),
    ("cuu1", "\x1b[A"),
    ("cvvis", "\x1b[?12;25h"),
    ("dch", "\x1b[%p1%dP"),
    ("dch1", "\x1b[P"),
    ("dim", "\x1b[2m"),
    ("dl", "\x1b[%p1%dM"),
    ("dl1", "\x1b[M"),
    ("ech", "\x1b[%p1%dX"),
    ("ed", "\x1b[J"),
    ("el", "\x1b[K"),
    ("el1", "\x1b[1K"),
    ("flash", "\x1b[?5h\x1b[?5l"),
    ("home", "\x1b[H"),
    ("hpa", "\x1b[%i%p1%dG"),
    ("ht", "\t"),
    ("ich", "\x1b[%p1%d@"),
    ("il", "\x1b[%p1%dL"),
    ("il1", "\x1b[L"),
    ("ind", "\n"),
    ("invis", "\x1b[8m"),
    ("is2", "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>"),
    ("kbs", "\x7f"),
    ("kcub1", "\x1bOD"),
    ("kcud1", "\x1bOB"),
    ("kcuf1", "\x1bOC"),
    ("kcuu1", "\x1bOA"),
    ("kend", "\x1bOF"),
    ("khome", "\x1bOH"),
    ("op", "\x1b[39;49m"),
    ("rc", "\x1b8"),
    ("rev", "\x1b[7m"),
    ("ri", "\x1bM"),
    ("ritm", "\x1b[23m"),
    ("rmacs", "\x1b(B"),
    ("rmcup", "\x1b[?1049l\x1b[23;0;0t"),
    ("rmkx", "\x1b[?1l\x1b>"),
    ("rmso", "\x1b[27m"),
    ("rmul", "\x1b[24m"),
    ("rs1", "\x1bc"),
    ("rs2", "\x1b[!p\x1b[?3;4l\x1b[4l\x1b>"),
    ("sc", "\x1b7"),
    ("sgr0", "\x1b(B\x1b[m"),
    ("sitm", "\x1b[3m"),
    ("smacs", "\x1b(0"),
    ("smcup", "\x1b[?1049h\x1b[22;0;0t"),
    ("smkx", "\x1b[?1h\x1b="),
    ("smso", "\x1b[7m"),
    ("smul", "\x1b[4m"),
    ("vpa", "\x1b[%i%p1%dd"),
];

/// Colours with eight of them, and with 256.
const COLOURS: [(&str, &str, &str); 2] = [
    ("setab", "\x1b[4%p1%dm", "\x1b[%?%p1%{8}%<%t4%p1%d%e%p1%{16}%<%t10%p1%{8}%-%d%e48;5;%p1%d%;m"),
    ("setaf", "\x1b[3%p1%dm", "\x1b[%?%p1%{8}%<%t3%p1%d%e%p1%{16}%<%t9%p1%{8}%-%d%e38;5;%p1%d%;m"),
];

/// What an xterm is, and what terminals may be that it is not.
const FLAGS: [(&str, bool); 14] = [
    ("am", true),
    ("bce", true),
    ("bw", false),
    ("ccc", false),
    ("da", false),
    ("hs", false),
    ("km", true),
    ("mc5i", true),
    ("mir", true),
    ("msgr", true),
    ("npc", true),
    ("os", false),
    ("ul", false),
    ("xenl", true),
];

/// A kind of terminal.
#[derive(Clone, Copy, PartialEq)]
enum Terminal {
    Dumb,
    /// With that many colours.
    Xterm(u32),
}

/// What is known of a capability.
enum Capability {
    Text(&'static str),
    Number(i64),
    Flag(bool),
    /// The terminal does not have it.
    Absent,
}

impl Terminal {
    fn named(name: &str) -> Option<Terminal> {
        let family = name.split('-').next().unwrap_or_default();
        match family {
            "dumb" if name == "dumb" => Some(Terminal::Dumb),
            "xterm" | "screen" | "tmux" | "linux" | "rxvt" | "vt220" | "ansi" | "alacritty" | "kitty" => {
                Some(Terminal::Xterm(if name.contains("256") || family == "alacritty" || family == "kitty" {
                    256
                } else {
                    8
                }))
            }
            _ => None,
        }
    }

    fn capability(self, name: &str) -> Option<Capability> {
        // The environment goes before the window, as in ncurses(3).
        let size = |variable: &str, of: fn(WindowSize) -> u16, usual: i64| {
            let value = agentfense_sys::var(variable).and_then(|value| std::str::from_utf8(&value).ok()?.parse().ok());
            let window = || {
                let windows = [1, 2, 0].into_iter().filter_map(OpenFile::inherited);
                windows.filter_map(|file| file.window_size().ok()).map(|size| of(size).into()).next()
            };
            let value = value.filter(|&size| size > 0).or_else(|| window().filter(|&size| size > 0));
            Capability::Number(value.unwrap_or(usual))
        };
        match (name, self) {
            ("cols", _) => return Some(size("COLUMNS", |window| window.columns, 80)),
            ("lines", _) => return Some(size("LINES", |window| window.rows, 24)),
            ("it", Terminal::Xterm(_)) => return Some(Capability::Number(8)),
            ("it", Terminal::Dumb) => return Some(Capability::Number(-1)),
            ("colors", Terminal::Xterm(colours)) => return Some(Capability::Number(colours.into())),
            ("colors", Terminal::Dumb) => return Some(Capability::Number(-1)),
            ("pairs", Terminal::Xterm(colours)) => {
                return Some(Capability::Number(if colours == 8 { 64 } else { 65536 }));
            }
            ("pairs", Terminal::Dumb) => return Some(Capability::Number(-1)),
            ("longname", Terminal::Dumb) => return Some(Capability::Text("80-column dumb tty")),
            ("longname", Terminal::Xterm(8)) => {
                return Some(Capability::Text("xterm terminal emulator (X Window System)"));
            }
            ("longname", Terminal::Xterm(_)) => return Some(Capability::Text("xterm with 256 colors")),
            _ => {}
        }
        if let Some((_, is)) = FLAGS.iter().find(|(flag, _)| *flag == name) {
            return Some(Capability::Flag(if self == Terminal::Dumb { name == "am" } else { *is }));
        }
        let colours = COLOURS.iter().find(|(known, ..)| *known == name);
        let text = match (colours, self) {
            (Some((_, _, many)), Terminal::Xterm(256)) => Some(*many),
            (Some((_, few, _)), _) => Some(*few),
            (None, _) => STRINGS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text),
        };
        let text = text?;
        let dumb = matches!(name, "bel" | "cr" | "cud1" | "ind");
        Some(match self {
            // E3 is an extension that only an xterm's entry has.
            Terminal::Dumb if name == "E3" => return None,
            Terminal::Dumb if !dumb => Capability::Absent,
            _ => Capability::Text(text),
        })
    }
}

/// Puts parameters into a capability's text, as terminfo(5) says.
fn fill(text: &str, parameters: &[i64]) -> Vec<u8> {
    let mut parameters: Vec<i64> = parameters.iter().copied().chain([0; 9]).take(9).collect();
    let mut out = Vec::new();
    let mut stack: Vec<i64> = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut two = || {
            let right = stack.pop().unwrap_or(0);
            (stack.pop().unwrap_or(0), right)
        };
        match bytes.next() {
            Some(b'i') => {
                parameters[0] = parameters[0].saturating_add(1);
                parameters[1] = parameters[1].saturating_add(1);
            }
            Some(b'p') => {
                let index = usize::from(bytes.next().unwrap_or(b'1').wrapping_sub(b'1'));
                stack.push(parameters.get(index).copied().unwrap_or(0));
            }
            Some(b'{') => {
                let digits: Vec<u8> = bytes.by_ref().take_while(|&byte| byte != b'}').collect();
                stack.push(std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(0));
            }
            Some(b'd') => out.extend(stack.pop().unwrap_or(0).to_string().bytes()),
            Some(b'-') => {
                let (left, right) = two();
                stack.push(left.saturating_sub(right));
            }
            Some(b'<') => {
                let (left, right) = two();
                stack.push(i64::from(left < right));
            }
            // A condition that does not hold: on to its else or its end.
            Some(b't') if stack.pop().unwrap_or(0) == 0 => skip(&mut bytes, true),
            // A branch that was taken ends at the next else: on to the end.
            Some(b'e') => skip(&mut bytes, false),
            Some(b'?' | b';' | b't') | None => {}
            Some(other) => out.push(other),
        }
    }
    out
}

fn skip(bytes: &mut std::str::Bytes<'_>, stop_at_else: bool) {
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            match bytes.next() {
                Some(b';') => return,
                Some(b'e') if stop_at_else => return,
                _ => {}
            }
        }
    }
}

fn terminal(name: Option<Vec<u8>>) -> Result<Terminal, Failure> {
    let name = name.or_else(|| agentfense_sys::var("TERM")).filter(|name| !name.is_empty());
    let Some(name) = name else {
        return Err(Failure::new("No value for $TERM and no -T specified").status(2));
    };
    let name = String::from_utf8_lossy(&name).into_owned();
    Terminal::named(&name).ok_or_else(|| Failure::new(format!("unknown terminal \"{name}\"")).status(3))
}

/// Runs tput, clear and reset.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let command = args.first().map(|name| base_name(name)).unwrap_or_default();
    let longs: &[Long] = &[("type", Takes::Argument, 'T')];
    let mut options = Options::new(args, "+ST:x", longs, HELP);
    let (mut name, mut from_stdin, mut keep, mut words) = (None, false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('T', value) => name = Some(value),
            Item::Option('S', _) => from_stdin = true,
            Item::Option(..) => keep = true,
            Item::Operand(word) => words.push(String::from_utf8_lossy(&word).into_owned()),
        }
    }
    let terminal = terminal(name)?;
    let mut out = stdout();
    let status = match command.as_str() {
        "clear" => show(terminal, &["clear".into()], keep, &mut out)?,
        "reset" => show(terminal, &["reset".into()], keep, &mut out)?,
        _ if from_stdin => {
            let mut text = String::new();
            if let Some(mut file) = OpenFile::inherited(0) {
                file.read_to_string(&mut text)?;
            }
            let mut status = 0;
            for line in text.lines() {
                let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
                if !words.is_empty() {
                    status = status.max(show(terminal, &words, keep, &mut out)?);
                }
            }
            status
        }
        _ if words.is_empty() => return Err(Failure::usage("missing capability").status(2)),
        _ => show(terminal, &words, keep, &mut out)?,
    };
    out.flush()?;
    Ok(status)
}

fn show(terminal: Terminal, words: &[String], keep: bool, out: &mut impl Write) -> Outcome {
    let Some((name, parameters)) = words.split_first() else { return Ok(0) };
    let several: &[&str] = match name.as_str() {
        "init" => &["is2"],
        "reset" => &["rs1", "rs2"],
        _ => &[],
    };
    if !several.is_empty() {
        for part in several {
            if let Some(Capability::Text(text)) = terminal.capability(part) {
                out.write_all(text.as_bytes())?;
            }
        }
        return Ok(0);
    }
    match terminal.capability(name) {
        None => Err(Failure::new(format!("unknown terminfo capability {}", quote(name))).status(4)),
        Some(Capability::Absent) => Ok(if name == "clear" { 2 } else { 1 }),
        Some(Capability::Flag(is)) => Ok(u8::from(!is)),
        Some(Capability::Number(number)) => {
            writeln!(out, "{number}")?;
            Ok(0)
        }
        Some(Capability::Text(text)) => {
            let numbers: Vec<i64> = parameters.iter().map(|word| word.parse().unwrap_or(0)).collect();
            out.write_all(&if numbers.is_empty() { text.as_bytes().to_vec() } else { fill(text, &numbers) })?;
            if name == "clear"
                && !keep
                && let Some(Capability::Text(text)) = terminal.capability("E3")
            {
                out.write_all(text.as_bytes())?;
            }
            if name == "longname" {
                out.write_all(b"\n")?;
            }
            Ok(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        assert_eq!(fill("\x1b[%i%p1%d;%p2%dH", &[3, 4]), b"\x1b[4;5H");
        for (colour, wanted) in [(1, "\x1b[31m"), (9, "\x1b[91m"), (200, "\x1b[38;5;200m")] {
            assert_eq!(fill(COLOURS[1].2, &[colour]), wanted.as_bytes());
        }
    }

    #[test]
    fn tables_are_sorted() {
        assert!(STRINGS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
