//! The format strings: `8/2 "%04x " "\n"`.

/// What a conversion shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `%_a`: the address, in a base.
    Address(u8),
    /// `%c`: a character.
    Char,
    /// `%_c`: a character, or its escape or octal value.
    Escape,
    /// `%_p`: a printable character, or a period.
    Print,
    /// `%_u`: a character, or its name in US-ASCII.
    Name,
    /// `%d` and `%i`.
    Signed,
    /// `%o`, `%u`, `%x`, `%X`: by the letter.
    Unsigned(u8),
    /// `%e`, `%f`, `%g` and so on: by the letter.
    Float(u8),
    /// `%s`.
    Text,
}

/// A conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    pub kind: Kind,
    /// How many bytes it takes.
    pub bytes: usize,
    pub width: usize,
    pub precision: Option<usize>,
    pub left: bool,
    pub plus: bool,
    pub space: bool,
    pub zero: bool,
    pub alternate: bool,
}

/// A part of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Literal(Vec<u8>),
    Conversion(Conversion),
}

/// A part of a format string: what is between two quotes, and how often.
#[derive(Clone, Debug)]
pub struct Unit {
    pub repeat: usize,
    pub pieces: Vec<Piece>,
    /// The unit without the blank at its end, which its last repetition does not show.
    pub last: Vec<Piece>,
    bytes: usize,
    fixed: bool,
}

/// All format strings.
#[derive(Debug)]
pub struct Dump {
    /// The format strings, each shown for every block.
    pub strings: Vec<Vec<Unit>>,
    /// What is shown at the end: the unit with `%_A`.
    pub end: Option<Unit>,
    /// How many bytes the strings take.
    pub block: usize,
}

/// Blocks are no longer than this.
const MAX_BLOCK: usize = 1 << 20;

impl Dump {
    /// Reads format strings.
    pub fn parse(texts: &[Vec<u8>]) -> Result<Dump, String> {
        let mut dump = Dump { strings: Vec::new(), end: None, block: 0 };
        for text in texts {
            let mut units = Vec::new();
            for (unit, at_end) in parse_string(text)? {
                if at_end {
                    // What follows it is never reached.
                    dump.end = Some(unit);
                    break;
                }
                units.push(unit);
            }
            dump.strings.push(units);
        }
        let size = |units: &[Unit]| units.iter().fold(0, |sum: usize, unit| sum.saturating_add(unit.size()));
        dump.block = dump.strings.iter().map(|units| size(units)).max().unwrap_or(0);
        if dump.block > MAX_BLOCK {
            return Err("the format takes too many bytes at once".into());
        }
        for units in &mut dump.strings {
            let rest = dump.block - size(units);
            if let Some(unit) = units.last_mut()
                && !unit.fixed
                && unit.bytes > 0
            {
                unit.repeat += rest / unit.bytes;
            }
            for unit in units.iter_mut().filter(|unit| unit.repeat > 1) {
                if let Some(Piece::Literal(text)) = unit.last.last_mut()
                    && text.last().is_some_and(u8::is_ascii_whitespace)
                {
                    text.pop();
                }
            }
        }
        Ok(dump)
    }
}

impl Unit {
    fn size(&self) -> usize {
        self.repeat.saturating_mul(self.bytes)
    }
}

fn parse_string(text: &[u8]) -> Result<Vec<(Unit, bool)>, String> {
    let bad = || format!("bad format {{{}}}", String::from_utf8_lossy(text));
    let mut units = Vec::new();
    let mut rest = text.trim_ascii_start();
    while !rest.is_empty() {
        let take = |rest: &mut &[u8]| -> Result<Option<usize>, String> {
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            let number = String::from_utf8_lossy(&rest[..digits]).into_owned();
            *rest = &rest[digits..];
            if digits == 0 { Ok(None) } else { number.parse().map(Some).map_err(|_| bad()) }
        };
        let repeat = take(&mut rest)?;
        rest = rest.trim_ascii_start();
        let mut bytes = None;
        if let Some(after) = rest.strip_prefix(b"/") {
            rest = after.trim_ascii_start();
            bytes = take(&mut rest)?;
            rest = rest.trim_ascii_start();
        }
        rest = rest.strip_prefix(b"\"").ok_or_else(bad)?;
        let end = memchr::memchr(b'"', rest).ok_or_else(bad)?;
        let format = unescape(&rest[..end]);
        rest = rest[end + 1..].trim_ascii_start();
        units.push(parse_unit(&format, repeat, bytes)?);
    }
    Ok(units)
}

fn unescape(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut bytes = text.iter().copied();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'0') => 0,
                Some(b'a') => 7,
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'v') => 11,
                Some(other) => other,
                None => b'\\',
            },
            byte => byte,
        });
    }
    plain
}

/// A unit, and whether it is for the end.
fn parse_unit(format: &[u8], repeat: Option<usize>, bytes: Option<usize>) -> Result<(Unit, bool), String> {
    let (mut pieces, mut literal, mut at_end, mut at) = (Vec::new(), Vec::new(), false, 0);
    while let Some(&byte) = format.get(at) {
        at += 1;
        if byte != b'%' {
            literal.push(byte);
            continue;
        }
        let (conversion, length, last) = parse_conversion(&format[at..], bytes)?;
        at += length;
        at_end |= last;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Conversion(conversion));
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    let taken = pieces.iter().fold(0, |sum: usize, piece| match piece {
        Piece::Conversion(conversion) => sum.saturating_add(conversion.bytes),
        Piece::Literal(_) => sum,
    });
    let takers = pieces.iter().filter(|piece| matches!(piece, Piece::Conversion(c) if c.bytes > 0)).count();
    if bytes.is_some() && takers > 1 {
        return Err("byte count with multiple conversion characters".into());
    }
    let last = pieces.clone();
    Ok((Unit { repeat: repeat.unwrap_or(1), pieces, last, bytes: taken, fixed: repeat.is_some() }, at_end))
}

/// The conversion after a `%`, its length, and whether it is `%_A`.
fn parse_conversion(text: &[u8], bytes: Option<usize>) -> Result<(Conversion, usize, bool), String> {
    let mut conversion = Conversion {
        kind: Kind::Text,
        bytes: 0,
        width: 0,
        precision: None,
        left: false,
        plus: false,
        space: false,
        zero: false,
        alternate: false,
    };
    let mut at = 0;
    while let Some(flag) = text.get(at).filter(|b| b" -0+#".contains(b)) {
        match flag {
            b' ' => conversion.space = true,
            b'-' => conversion.left = true,
            b'0' => conversion.zero = true,
            b'+' => conversion.plus = true,
            _ => conversion.alternate = true,
        }
        at += 1;
    }
    let number = |at: &mut usize| {
        let mut value = 0usize;
        while let Some(digit) = text.get(*at).filter(|b| b.is_ascii_digit()) {
            value = value * 10 + usize::from(digit - b'0');
            if value > MAX_BLOCK {
                return Err("the width of a conversion is too large".to_owned());
            }
            *at += 1;
        }
        Ok(value)
    };
    conversion.width = number(&mut at)?;
    if text.get(at) == Some(&b'.') {
        at += 1;
        conversion.precision = Some(number(&mut at)?);
    }
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let Some(&letter) = text.get(at) else { return Err("bad conversion character %".into()) };
    at += 1;
    let mut at_end = false;
    let counted = |default: usize, allowed: &[usize]| match bytes {
        None | Some(0) => Ok(default),
        Some(bytes) if allowed.contains(&bytes) => Ok(bytes),
        Some(_) => Err(format!("bad byte count for conversion character {}", char::from(letter))),
    };
    match letter {
        b'c' => (conversion.kind, conversion.bytes) = (Kind::Char, counted(1, &[1])?),
        b'd' | b'i' => (conversion.kind, conversion.bytes) = (Kind::Signed, counted(4, &[1, 2, 4, 8])?),
        b'o' | b'u' | b'x' | b'X' => {
            (conversion.kind, conversion.bytes) = (Kind::Unsigned(letter), counted(4, &[1, 2, 4, 8])?);
        }
        b'e' | b'E' | b'f' | b'F' | b'g' | b'G' => {
            (conversion.kind, conversion.bytes) = (Kind::Float(letter), counted(8, &[4, 8])?);
        }
        b's' => {
            let taken = conversion.precision.or(bytes.filter(|&bytes| bytes > 0));
            conversion.bytes = taken.ok_or("%s requires a precision or a byte count")?;
        }
        b'_' => {
            let sort = text.get(at).copied();
            at += 1;
            match sort {
                Some(sort @ (b'a' | b'A')) => {
                    let base = text.get(at).copied().filter(|base| b"dox".contains(base));
                    let base = base.ok_or_else(|| format!("bad conversion character %{}", shown(&text[..at])))?;
                    at += 1;
                    conversion.kind = Kind::Address(base);
                    at_end = sort == b'A';
                }
                Some(b'c') => (conversion.kind, conversion.bytes) = (Kind::Escape, counted(1, &[1])?),
                Some(b'p') => (conversion.kind, conversion.bytes) = (Kind::Print, counted(1, &[1])?),
                Some(b'u') => (conversion.kind, conversion.bytes) = (Kind::Name, counted(1, &[1])?),
                _ => return Err(format!("bad conversion character %{}", shown(&text[..at.min(text.len())]))),
            }
        }
        _ => return Err(format!("bad conversion character %{}", shown(&text[..at]))),
    }
    Ok((conversion, at, at_end))
}
