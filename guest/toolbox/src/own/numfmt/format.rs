//! `--format`: what stands around a number, its width and precision.

use agentfense_support::{Failure, quote};

/// Wider output than this is a mistake, and would only eat memory.
const MAX_WIDTH: usize = 1 << 20;

/// A format of printf with one `%f`.
#[derive(Debug, Default)]
pub struct Format {
    /// In front of the number.
    pub prefix: Vec<u8>,
    /// Behind it.
    pub suffix: Vec<u8>,
    /// Digits behind the point.
    pub precision: Option<usize>,
    /// Digits in groups, of which the locale has none.
    pub grouped: bool,
    width: usize,
    left: bool,
    /// Filled up with zeros.
    pub zeros: usize,
}

impl Format {
    /// Reads a format.
    pub fn parse(text: &[u8]) -> Result<Format, Failure> {
        let wrong = |what: &str| Failure::new(format!("format {} {what}", quote(text)));
        let invalid =
            || Failure::new(format!("invalid format {}, directive must be %[0]['][-][N][.][N]f", quote(text)));
        let mut format = Format::default();
        let mut rest = text;
        let at = loop {
            match rest.iter().position(|byte| *byte == b'%') {
                Some(at) if rest.get(at + 1) == Some(&b'%') => {
                    format.prefix.extend_from_slice(&rest[..=at]);
                    rest = &rest[at + 2..];
                }
                Some(at) => break at,
                None => return Err(wrong("has no % directive")),
            }
        };
        format.prefix.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let mut zero = false;
        while let Some((flag @ (b'0' | b'-' | b'\'' | b' '), more)) = rest.split_first() {
            zero |= *flag == b'0';
            format.left |= *flag == b'-';
            format.grouped |= *flag == b'\'';
            rest = more;
        }
        let number = |rest: &mut &[u8]| {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (number, more) = rest.split_at(digits);
            *rest = more;
            let fold = |value: usize, digit: &u8| value.saturating_mul(10).saturating_add(usize::from(digit - b'0'));
            number.iter().fold(0, fold)
        };
        format.width = number(&mut rest);
        if let Some(more) = rest.strip_prefix(b".") {
            rest = more;
            format.precision = Some(number(&mut rest));
        }
        if format.width > MAX_WIDTH || format.precision.is_some_and(|precision| precision > MAX_WIDTH) {
            return Err(Failure::new(format!("invalid format {} (width overflow)", quote(text))));
        }
        rest = match rest.split_first() {
            Some((b'f', more)) => more,
            Some(_) => return Err(invalid()),
            None => return Err(wrong("ends in %")),
        };
        if zero && !format.left {
            format.zeros = std::mem::take(&mut format.width);
        }
        while let Some(at) = rest.iter().position(|byte| *byte == b'%') {
            if rest.get(at + 1) != Some(&b'%') {
                return Err(wrong("has too many % directives"));
            }
            format.suffix.extend_from_slice(&rest[..=at]);
            rest = &rest[at + 2..];
        }
        format.suffix.extend_from_slice(rest);
        Ok(format)
    }

    /// The width, negative for what stands on the left.
    pub fn padding(&self) -> i64 {
        let width = self.width as i64;
        if self.left { -width } else { width }
    }

    /// Whether it says how wide the number is.
    pub fn has_width(&self) -> bool {
        self.width > 0
    }
}
