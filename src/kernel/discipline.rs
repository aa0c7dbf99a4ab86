//! A terminal's line discipline: what becomes of typed bytes and of printed
//! ones. The rules are those of termios(3), the numbers Linux's.

use bytes::{Bytes, BytesMut};

use super::signal::{SIGINT, SIGQUIT, SIGTSTP, Signal};

/// `c_iflag`.
pub(crate) const ISTRIP: u32 = 0x20;
pub(crate) const INLCR: u32 = 0x40;
pub(crate) const IGNCR: u32 = 0x80;
pub(crate) const ICRNL: u32 = 0x100;
pub(crate) const IUTF8: u32 = 0x4000;

/// `c_oflag`.
pub(crate) const OPOST: u32 = 1;
pub(crate) const ONLCR: u32 = 4;
pub(crate) const OCRNL: u32 = 8;

/// `c_cflag`: 38400 baud (B38400), eight bits (CS8), a receiver (CREAD). Kept, and of no effect.
const LINE: u32 = 0xf | 0x30 | 0x80;

/// `c_lflag`.
pub(crate) const ISIG: u32 = 1;
pub(crate) const ICANON: u32 = 2;
pub(crate) const ECHO: u32 = 8;
pub(crate) const ECHOE: u32 = 0x10;
pub(crate) const ECHOK: u32 = 0x20;
pub(crate) const ECHONL: u32 = 0x40;
pub(crate) const NOFLSH: u32 = 0x80;
pub(crate) const ECHOCTL: u32 = 0x200;
pub(crate) const ECHOKE: u32 = 0x800;
pub(crate) const IEXTEN: u32 = 0x8000;

/// Places in `c_cc`. A character of 0 is switched off.
const VINTR: usize = 0;
const VQUIT: usize = 1;
const VERASE: usize = 2;
const VKILL: usize = 3;
const VEOF: usize = 4;
const VTIME: usize = 5;
const VMIN: usize = 6;
const VSUSP: usize = 10;
const VEOL: usize = 11;
const VREPRINT: usize = 12;
const VWERASE: usize = 14;
const VLNEXT: usize = 15;
const VEOL2: usize = 16;
/// How many there are.
pub(crate) const CHARACTERS: usize = 19;

/// How a terminal treats its input and output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) input: u32,
    pub(crate) output: u32,
    pub(crate) control: u32,
    pub(crate) local: u32,
    pub(crate) characters: [u8; CHARACTERS],
}

impl Default for Mode {
    /// What Linux starts a terminal with, and what `stty sane` gives, but for
    /// flow control (IXON), which nobody expects of a sandbox.
    fn default() -> Self {
        Mode {
            input: ICRNL | IUTF8,
            output: OPOST | ONLCR,
            control: LINE,
            local: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
            characters: [0x03, 0x1c, 0x7f, 0x15, 0x04, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0x0f, 0x17, 0x16, 0, 0, 0],
        }
    }
}

impl Mode {
    fn local(&self, flag: u32) -> bool {
        self.local & flag != 0
    }

    pub(crate) fn is_canonical(&self) -> bool {
        self.local(ICANON)
    }

    /// Whether the byte is that control character.
    fn is(&self, place: usize, byte: u8) -> bool {
        byte != 0 && self.characters[place] == byte
    }

    /// How long a read of typed bytes waits for the first one: `None` for
    /// ever, otherwise tenths of a second (0: not at all).
    pub(crate) fn patience(&self) -> Option<u8> {
        (!self.is_canonical() && self.characters[VMIN] == 0).then_some(self.characters[VTIME])
    }
}

/// What typed bytes led to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// What was typed and not read is forgotten first.
    pub(crate) flush: bool,
    /// What can be read now; an empty piece is an end of the file.
    pub(crate) pieces: Vec<Bytes>,
    /// What the terminal shows of it.
    pub(crate) echo: Vec<u8>,
    /// For the foreground group.
    pub(crate) signals: Vec<Signal>,
}

/// The mode, and the line that is being typed.
#[derive(Debug, Default)]
pub(crate) struct Discipline {
    mode: Mode,
    line: Vec<u8>,
    /// The next byte is taken as it is.
    literal: bool,
}

impl Discipline {
    pub(crate) fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Changes the mode. What was typed of a line can be read at once when
    /// lines end to matter.
    pub(crate) fn set_mode(&mut self, mode: Mode) -> Option<Bytes> {
        let leaves = self.mode.is_canonical() && !mode.is_canonical();
        self.mode = mode;
        (leaves && !self.line.is_empty()).then(|| std::mem::take(&mut self.line).into())
    }

    /// The line that is being typed, which is then a new one.
    pub(crate) fn take_line(&mut self) -> Bytes {
        self.literal = false;
        std::mem::take(&mut self.line).into()
    }

    /// Takes typed bytes.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Effects {
        let mut effects = Effects::default();
        for &byte in bytes {
            self.take_byte(byte, &mut effects);
        }
        if !self.mode.is_canonical() && !self.line.is_empty() {
            effects.pieces.push(std::mem::take(&mut self.line).into());
        }
        effects
    }

    fn take_byte(&mut self, byte: u8, effects: &mut Effects) {
        let mode = &self.mode;
        if std::mem::take(&mut self.literal) {
            self.append(byte, effects);
            return;
        }
        let byte = if mode.input & ISTRIP != 0 { byte & 0x7f } else { byte };
        let byte = match byte {
            b'\r' if mode.input & IGNCR != 0 => return,
            b'\r' if mode.input & ICRNL != 0 => b'\n',
            b'\n' if mode.input & INLCR != 0 => b'\r',
            byte => byte,
        };
        if mode.local(ISIG) {
            let signal = [(VINTR, SIGINT), (VQUIT, SIGQUIT), (VSUSP, SIGTSTP)]
                .into_iter()
                .find_map(|(place, signal)| mode.is(place, byte).then_some(signal));
            if let Some(signal) = signal {
                if !mode.local(NOFLSH) {
                    self.line.clear();
                    effects.pieces.clear();
                    effects.flush = true;
                }
                self.echo(byte, effects);
                effects.signals.push(signal);
                return;
            }
        }
        if !mode.is_canonical() {
            self.append(byte, effects);
            return;
        }
        let extended = mode.local(IEXTEN);
        if extended && mode.is(VLNEXT, byte) {
            self.literal = true;
            if mode.local(ECHO) && mode.local(ECHOCTL) {
                effects.echo.extend_from_slice(b"^\x08");
            }
        } else if mode.is(VERASE, byte) {
            self.erase(byte, effects);
        } else if extended && mode.is(VWERASE, byte) {
            self.erase_word(effects);
        } else if mode.is(VKILL, byte) {
            self.kill(byte, effects);
        } else if extended && mode.is(VREPRINT, byte) {
            self.reprint(byte, effects);
        } else if mode.is(VEOF, byte) {
            effects.pieces.push(std::mem::take(&mut self.line).into());
        } else if byte == b'\n' || mode.is(VEOL, byte) || (extended && mode.is(VEOL2, byte)) {
            if byte == b'\n' && mode.local(ECHONL) && !mode.local(ECHO) {
                effects.echo.push(b'\n');
            }
            self.append(byte, effects);
            effects.pieces.push(std::mem::take(&mut self.line).into());
        } else {
            self.append(byte, effects);
        }
    }

    fn append(&mut self, byte: u8, effects: &mut Effects) {
        self.line.push(byte);
        self.echo(byte, effects);
    }

    /// Shows a byte: control characters as `^X`.
    fn echo(&self, byte: u8, effects: &mut Effects) {
        if !self.mode.local(ECHO) {
            return;
        }
        if self.mode.local(ECHOCTL) && is_shown_as_two(byte) {
            effects.echo.extend_from_slice(&[b'^', byte ^ 0x40]);
        } else {
            effects.echo.push(byte);
        }
    }

    /// The last character's bytes, off the line.
    fn pop(&mut self) -> Option<u8> {
        let mut last = self.line.pop()?;
        if self.mode.input & IUTF8 != 0 {
            while last & 0xc0 == 0x80 {
                let Some(byte) = self.line.pop() else { break };
                last = byte;
            }
        }
        Some(last)
    }

    /// Wipes a character off the terminal.
    fn wipe(&self, first: u8, effects: &mut Effects) {
        let columns = if self.mode.local(ECHOCTL) && is_shown_as_two(first) { 2 } else { 1 };
        for _ in 0..columns {
            effects.echo.extend_from_slice(b"\x08 \x08");
        }
    }

    fn erase(&mut self, key: u8, effects: &mut Effects) {
        let Some(first) = self.pop() else { return };
        match (self.mode.local(ECHO), self.mode.local(ECHOE)) {
            (true, true) => self.wipe(first, effects),
            (true, false) => self.echo(key, effects),
            _ => {}
        }
    }

    fn erase_word(&mut self, effects: &mut Effects) {
        let mut in_word = false;
        while let Some(&last) = self.line.last() {
            let blank = last == b' ' || last == b'\t';
            if in_word && blank {
                break;
            }
            in_word |= !blank;
            if let Some(first) = self.pop()
                && self.mode.local(ECHO)
            {
                self.wipe(first, effects);
            }
        }
    }

    fn kill(&mut self, key: u8, effects: &mut Effects) {
        let (shown, wiped) = (self.mode.local(ECHO), self.mode.local(ECHOKE) && self.mode.local(ECHOE));
        while let Some(first) = self.pop() {
            if shown && wiped {
                self.wipe(first, effects);
            }
        }
        if shown && !wiped {
            self.echo(key, effects);
            if self.mode.local(ECHOK) {
                effects.echo.push(b'\n');
            }
        }
    }

    fn reprint(&mut self, key: u8, effects: &mut Effects) {
        self.echo(key, effects);
        if self.mode.local(ECHO) {
            effects.echo.push(b'\n');
        }
        for &byte in &self.line {
            self.echo(byte, effects);
        }
    }

    /// What the terminal is sent when these bytes are printed.
    pub(crate) fn print(&self, data: &Bytes) -> Bytes {
        let Mode { output, .. } = self.mode;
        let both = |from: u8, flag: u32| output & flag != 0 && data.contains(&from);
        if output & OPOST == 0 || !(both(b'\n', ONLCR) || both(b'\r', OCRNL)) {
            return data.clone();
        }
        let mut out = BytesMut::with_capacity(data.len() + 64);
        for &byte in data {
            match byte {
                b'\n' if output & ONLCR != 0 => out.extend_from_slice(b"\r\n"),
                b'\r' if output & OCRNL != 0 => out.extend_from_slice(b"\n"),
                byte => out.extend_from_slice(&[byte]),
            }
        }
        out.freeze()
    }
}

/// Whether the echo of it is `^` and a letter.
fn is_shown_as_two(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t' && byte != b'\n') || byte == 0x7f
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(discipline: &mut Discipline, bytes: &[u8]) -> (Vec<String>, String) {
        let effects = discipline.take(bytes);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (effects.pieces.iter().map(|piece| text(piece)).collect(), text(&effects.echo))
    }

    fn with(change: impl FnOnce(&mut Mode)) -> Discipline {
        let mut mode = Mode::default();
        change(&mut mode);
        let mut discipline = Discipline::default();
        discipline.set_mode(mode);
        discipline
    }

    #[test]
    fn a_line_can_be_edited_until_it_ends() {
        let mut line = Discipline::default();
        assert_eq!(typed(&mut line, b"helo\x7flo"), (vec![], "helo\x08 \x08lo".into()));
        assert_eq!(typed(&mut line, b"\r"), (vec!["hello\n".into()], "\n".into()));
        assert_eq!(typed(&mut line, "né\x7fe\n".as_bytes()).0, ["ne\n"]);
        assert_eq!(typed(&mut line, b"one two  \x17three\n").0, ["one three\n"]);
        assert_eq!(typed(&mut line, b"gone\x15kept\n").0, ["kept\n"]);
        assert_eq!(typed(&mut line, b"\x7f\x15\x17\n").0, ["\n"]);
        assert_eq!(typed(&mut line, b"\x16\x03\n"), (vec!["\x03\n".into()], "^\x08^C\n".into()));
        assert_eq!(typed(&mut line, b"ab\x12").1, "ab^R\nab");
    }

    #[test]
    fn an_end_of_the_file_ends_a_line_or_the_input() {
        let mut line = Discipline::default();
        assert_eq!(typed(&mut line, b"ab\x04").0, ["ab"]);
        assert_eq!(typed(&mut line, b"\x04").0, [""]);
    }

    #[test]
    fn keys_send_signals_and_drop_what_was_typed() {
        let mut line = Discipline::default();
        let effects = line.take(b"one\ntwo\x03three\n\x1a\x1c");
        assert_eq!(effects.signals, [SIGINT, SIGTSTP, SIGQUIT]);
        assert!(effects.flush);
        assert!(effects.pieces.is_empty(), "the last key dropped the line before it");
        let mut kept = with(|mode| mode.local |= NOFLSH);
        let effects = kept.take(b"one\n\x03");
        assert_eq!((effects.flush, effects.pieces.len()), (false, 1));
        let mut deaf = with(|mode| mode.local &= !ISIG);
        assert!(deaf.take(b"\x03\n").signals.is_empty());
    }

    #[test]
    fn without_lines_every_byte_counts_at_once() {
        let mut raw = with(|mode| mode.local &= !(ICANON | ECHO));
        assert_eq!(typed(&mut raw, b"a\x7f\x04\r"), (vec!["a\x7f\x04\n".into()], String::new()));
        assert_eq!(raw.mode().patience(), None);
        let polled = with(|mode| {
            mode.local &= !ICANON;
            mode.characters[VMIN] = 0;
            mode.characters[VTIME] = 5;
        });
        assert_eq!(polled.mode().patience(), Some(5));
    }

    #[test]
    fn a_started_line_is_not_lost_to_a_change_of_mode() {
        let mut line = Discipline::default();
        assert_eq!(typed(&mut line, b"abc").0, [""; 0]);
        let raw = Mode { local: 0, ..Mode::default() };
        assert_eq!(line.set_mode(raw).as_deref(), Some(&b"abc"[..]));
    }

    #[test]
    fn a_password_is_not_shown_but_its_end_may_be() {
        let mut silent = with(|mode| mode.local = mode.local & !ECHO | ECHONL);
        assert_eq!(typed(&mut silent, b"secret\x7f\n"), (vec!["secre\n".into()], "\n".into()));
    }

    #[test]
    fn printed_lines_end_as_terminals_want_it() {
        let print = |mode: &Discipline, text: &'static [u8]| mode.print(&Bytes::from_static(text)).to_vec();
        assert_eq!(print(&Discipline::default(), b"a\nb\r\n"), b"a\r\nb\r\r\n");
        assert_eq!(print(&with(|mode| mode.output = 0), b"a\n"), b"a\n");
        assert_eq!(print(&with(|mode| mode.output = OPOST | OCRNL), b"a\r\n"), b"a\n\n");
    }

    /// Whatever is typed in whatever mode, nothing panics and no signal is invented.
    #[test]
    fn any_bytes_in_any_mode() {
        let mut seed = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        for _ in 0..2000 {
            let mut line = with(|mode| {
                (mode.input, mode.output, mode.local) = (random() as u32, random() as u32, random() as u32);
                mode.characters = std::array::from_fn(|_| random() as u8);
            });
            let bytes: Vec<u8> = (0..64).map(|_| random() as u8).collect();
            let effects = line.take(&bytes);
            assert!(effects.signals.len() <= bytes.len());
            line.print(&Bytes::from(bytes));
        }
    }
}
