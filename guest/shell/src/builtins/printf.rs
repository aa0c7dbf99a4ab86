//! `printf`

mod float;

use bstr::{BString, ByteSlice, ByteVec};

use crate::expand::escapes::{self, Style};
use crate::expand::{quote, text};
use crate::shell::{Flow, Run, Shell};
use crate::vars::{Target, now};

const USAGE: &str = "printf [-v var] format [arguments]";

/// `printf [-v var] format [arguments]`
pub fn printf(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut target = None;
    let mut first = 1;
    while let Some(arg) = args.get(first) {
        if arg == "--" {
            first += 1;
            break;
        }
        let Some(letters) = arg.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else { break };
        if letters[0] != b'v' {
            return Ok(shell.invalid_option(b"printf", letters[0], USAGE));
        }
        let name = if letters.len() > 1 {
            BString::from(&letters[1..])
        } else {
            first += 1;
            match args.get(first) {
                Some(name) => name.clone(),
                None => {
                    shell.error("printf: -v: option requires an argument");
                    shell.write_error(format!("printf: usage: {USAGE}\n").as_bytes());
                    return Ok(2);
                }
            }
        };
        match Target::parse(&name) {
            Some(parsed) => target = Some(parsed),
            None => {
                shell.error([b"printf: `", name.as_slice(), b"': not a valid identifier"].concat());
                return Ok(2);
            }
        }
        first += 1;
    }
    let Some(format) = args.get(first) else {
        shell.write_error(format!("printf: usage: {USAGE}\n").as_bytes());
        return Ok(2);
    };
    let mut run = Printer { shell, args: &args[first + 1..], next: 0, out: Vec::new(), status: 0, stopped: false };
    loop {
        let before = run.next;
        run.pass(format);
        // The format is used again while it consumes arguments.
        if run.stopped || run.next >= run.args.len() || run.next == before {
            break;
        }
    }
    let Printer { out, status, .. } = run;
    match target {
        None => shell.out(&out)?,
        Some(target) => {
            let value = BString::from(out.into_iter().filter(|byte| *byte != 0).collect::<Vec<u8>>());
            match shell.set_target(&target, value) {
                Ok(()) => {}
                Err(Flow::Abort) => return Ok(1),
                Err(flow) => return Err(flow),
            }
        }
    }
    Ok(status)
}

/// The flags of a conversion.
#[derive(Debug, Clone, Copy, Default)]
struct Spec {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternative: bool,
    width: usize,
    precision: Option<usize>,
}

struct Printer<'a> {
    shell: &'a mut Shell,
    args: &'a [BString],
    next: usize,
    out: Vec<u8>,
    status: i32,
    stopped: bool,
}

/// Wider output than this is a mistake, and would only eat memory.
const MAX_WIDTH: i64 = 1 << 27;

impl Printer<'_> {
    fn argument(&mut self) -> Option<BString> {
        let argument = self.args.get(self.next).cloned();
        if argument.is_some() {
            self.next += 1;
        }
        argument
    }

    fn complain(&mut self, message: impl AsRef<[u8]>) {
        self.shell.error([b"printf: ", message.as_ref()].concat());
        self.status = 1;
    }

    /// One pass over the format.
    fn pass(&mut self, format: &[u8]) {
        let mut rest = format;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'%' | b'\\')) {
            self.out.extend_from_slice(&rest[..at]);
            let special = rest[at];
            rest = &rest[at + 1..];
            if special == b'\\' {
                let used = escapes::decode_one(rest, Style::PrintfFormat, &mut self.out).unwrap_or(0);
                // No failure, as in bash.
                match (rest.first(), used) {
                    (Some(b'x'), 1) => self.shell.error("printf: missing hex digit for \\x"),
                    (Some(letter @ (b'u' | b'U')), 1) => {
                        self.shell.error(format!("printf: missing unicode digit for \\{}", char::from(*letter)));
                    }
                    _ => {}
                }
                rest = &rest[used..];
                continue;
            }
            match self.conversion(rest) {
                Some(used) => rest = &rest[used..],
                None => {
                    self.stopped = true;
                    return;
                }
            }
            if self.stopped {
                return;
            }
        }
        self.out.extend_from_slice(rest);
    }

    /// The conversion behind a `%`; its length, absent after an error.
    fn conversion(&mut self, text: &[u8]) -> Option<usize> {
        let mut spec = Spec::default();
        let mut at = 0;
        if text.first() == Some(&b'%') {
            self.out.push(b'%');
            return Some(1);
        }
        while let Some(byte) = text.get(at) {
            match byte {
                b'-' => spec.left = true,
                b'+' => spec.plus = true,
                b' ' => spec.space = true,
                b'0' => spec.zero = true,
                b'#' => spec.alternative = true,
                b'\'' => {}
                _ => break,
            }
            at += 1;
        }
        let width = self.number(text, &mut at).unwrap_or(0);
        spec.left |= width < 0;
        spec.width = width.unsigned_abs().min(MAX_WIDTH as u64) as usize;
        if text.get(at) == Some(&b'.') {
            at += 1;
            let precision = self.number(text, &mut at).unwrap_or(0);
            spec.precision = usize::try_from(precision.min(MAX_WIDTH)).ok();
        }
        while matches!(text.get(at), Some(b'h' | b'l' | b'j' | b'z' | b't' | b'L' | b'q')) {
            // `q` is also a conversion of its own.
            if text[at] == b'q' && !matches!(text.get(at + 1), Some(b'd' | b'i' | b'u' | b'x' | b'X' | b'o')) {
                break;
            }
            if text[at] == b'q' {
                break;
            }
            at += 1;
        }
        let Some(letter) = text.get(at) else {
            let mut message = BString::from("`%");
            message.push_str(text);
            message.push_str("': missing format character");
            self.complain(message);
            return None;
        };
        match letter {
            b's' => {
                let value = self.argument().unwrap_or_default();
                self.string(&value, spec);
            }
            b'c' => {
                let value = self.argument().unwrap_or_default();
                let byte: &[u8] = if value.is_empty() { &[0] } else { &value[..1] };
                self.pad(byte, 1, spec);
            }
            b'b' => {
                let value = self.argument().unwrap_or_default();
                let mut decoded = Vec::new();
                let goes_on = escapes::decode(&value, Style::PrintfArgument, &mut decoded);
                self.string(&decoded, spec);
                self.stopped |= !goes_on;
            }
            b'q' | b'Q' => {
                let mut value = self.argument().unwrap_or_default();
                if *letter == b'Q'
                    && let Some(precision) = spec.precision
                {
                    let end = precision.min(value.len());
                    value.truncate(end);
                    spec.precision = None;
                }
                let quoted = quote::printf_q(&value);
                self.string(&quoted, spec);
            }
            b'd' | b'i' => {
                let value = self.integer(false);
                let digits = value.unsigned_abs().to_string();
                let sign = if value < 0 {
                    "-"
                } else if spec.plus {
                    "+"
                } else if spec.space {
                    " "
                } else {
                    ""
                };
                self.digits(sign, &digits, spec);
            }
            b'u' => {
                let digits = (self.integer(true) as u64).to_string();
                self.digits("", &digits, spec);
            }
            b'o' => {
                let mut digits = format!("{:o}", self.integer(true));
                if spec.alternative && !digits.starts_with('0') {
                    digits.insert(0, '0');
                }
                self.digits("", &digits, spec);
            }
            b'x' | b'X' => {
                let value = self.integer(true);
                let prefix = match (spec.alternative && value != 0, letter) {
                    (false, _) => "",
                    (true, b'x') => "0x",
                    (true, _) => "0X",
                };
                let digits = if *letter == b'x' { format!("{value:x}") } else { format!("{value:X}") };
                self.digits(prefix, &digits, spec);
            }
            b'e' | b'E' | b'f' | b'F' | b'g' | b'G' | b'a' | b'A' => {
                let value = self.float();
                let sign = if value.is_sign_negative() {
                    "-"
                } else if spec.plus {
                    "+"
                } else if spec.space {
                    " "
                } else {
                    ""
                };
                let body = float::format(value.abs(), *letter, spec.precision, spec.alternative);
                let zero = spec.zero && value.is_finite();
                self.digits(sign, &body, Spec { precision: None, zero, ..spec });
            }
            b'n' => {
                // The number of bytes so far goes into the variable named by the argument.
                if let Some(name) = self.argument()
                    && let Some(target) = Target::parse(&name)
                {
                    let count = self.out.len().to_string();
                    if self.shell.set_target(&target, count.into()).is_err() {
                        self.status = 1;
                    }
                }
            }
            b'(' => {
                let Some(end) = text[at..].find(b")T") else {
                    let mut message = BString::from("`");
                    message.push_str(&text[at..]);
                    message.push_str("': missing `)'");
                    self.complain(message);
                    return None;
                };
                let format = &text[at + 1..at + end];
                let format: &[u8] = if format.is_empty() { b"%X" } else { format };
                let seconds = match self.args.get(self.next) {
                    None => now().0,
                    Some(_) => match self.integer(false) {
                        -1 | -2 => now().0,
                        seconds => seconds,
                    },
                };
                let format = format.to_vec();
                let formatted = self.shell.format_time(&format, seconds);
                self.string(&formatted, spec);
                return Some(at + end + 2);
            }
            _ => {
                let mut message = BString::from("`");
                message.push(*letter);
                message.push_str("': invalid format character");
                self.complain(message);
                return None;
            }
        }
        Some(at + 1)
    }

    /// Digits, or `*` for an argument.
    fn number(&mut self, text: &[u8], at: &mut usize) -> Option<i64> {
        if text.get(*at) == Some(&b'*') {
            *at += 1;
            return Some(self.integer(false));
        }
        let digits = text[*at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let number = text[*at..*at + digits]
            .iter()
            .fold(0i64, |value, digit| value.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
        *at += digits;
        (digits > 0).then_some(number)
    }

    fn string(&mut self, value: &[u8], spec: Spec) {
        let value = match spec.precision {
            Some(precision) => &value[..precision.min(value.len())],
            None => value,
        };
        self.pad(value, value.len(), spec);
    }

    fn pad(&mut self, value: &[u8], length: usize, spec: Spec) {
        let missing = spec.width.saturating_sub(length);
        if !spec.left {
            self.out.resize(self.out.len() + missing, b' ');
        }
        self.out.extend_from_slice(value);
        if spec.left {
            self.out.resize(self.out.len() + missing, b' ');
        }
    }

    fn digits(&mut self, prefix: &str, digits: &str, spec: Spec) {
        let mut zeros = spec.precision.map_or(0, |precision| precision.saturating_sub(digits.len()));
        if spec.precision == Some(0) && digits == "0" {
            return self.pad(prefix.as_bytes(), prefix.len(), spec);
        }
        if spec.zero && !spec.left && spec.precision.is_none() {
            zeros = spec.width.saturating_sub(prefix.len() + digits.len());
        }
        let mut whole = Vec::with_capacity(prefix.len() + zeros + digits.len());
        whole.extend_from_slice(prefix.as_bytes());
        whole.resize(whole.len() + zeros, b'0');
        whole.extend_from_slice(digits.as_bytes());
        self.pad(&whole, whole.len(), spec);
    }

    /// The next argument as an integer: as in C, or `'c` for a character's code.
    fn integer(&mut self, unsigned: bool) -> i64 {
        let Some(argument) = self.argument() else { return 0 };
        if let Some(code) = character_code(&argument) {
            return code;
        }
        let text = argument.trim_ascii_start();
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        let (radix, digits) = match digits {
            [b'0', b'x' | b'X', rest @ ..] if rest.first().is_some_and(u8::is_ascii_hexdigit) => (16, rest),
            [b'0', rest @ ..] if rest.first().is_some_and(u8::is_ascii_digit) => (8, rest),
            _ => (10, digits),
        };
        let valid = digits.iter().take_while(|byte| (**byte as char).is_digit(radix)).count();
        let mut value: i128 = 0;
        for digit in &digits[..valid] {
            let digit = (*digit as char).to_digit(radix).unwrap_or(0);
            value = (value * i128::from(radix) + i128::from(digit)).min(1 << 100);
        }
        // C's strtoumax negates within the unsigned range.
        let (low, high) =
            if unsigned { (0, i128::from(u64::MAX)) } else { (i128::from(i64::MIN), i128::from(i64::MAX)) };
        if negative && !unsigned {
            value = -value;
        }
        if valid == 0 || valid < digits.len() {
            if !argument.is_empty() {
                self.complain([argument.as_slice(), b": invalid number"].concat());
            }
        } else if value < low || value > high {
            self.shell.error([b"printf: warning: ", argument.as_slice(), b": Numerical result out of range"].concat());
        }
        let clamped = value.clamp(low, high);
        if negative && unsigned && clamped == value { (clamped as i64).wrapping_neg() } else { clamped as i64 }
    }

    fn float(&mut self) -> f64 {
        let Some(argument) = self.argument() else { return 0.0 };
        if let Some(code) = character_code(&argument) {
            return code as f64;
        }
        match float::parse(&argument) {
            (value, true) => value,
            (value, false) => {
                if !argument.is_empty() {
                    self.complain([argument.as_slice(), b": invalid number"].concat());
                }
                value
            }
        }
    }
}

/// `'c` or `"c`: the character's code.
fn character_code(argument: &[u8]) -> Option<i64> {
    match argument {
        [b'\'' | b'"', rest @ ..] => {
            let (code, _) = text::decode(rest);
            Some(match code {
                _ if rest.is_empty() => 0,
                code if code >= text::INVALID => i64::from(code - text::INVALID),
                code => i64::from(code),
            })
        }
        _ => None,
    }
}
