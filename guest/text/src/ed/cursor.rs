//! Reading a command line piece by piece.

/// A command line and how far it was read.
#[derive(Debug)]
pub struct Cursor {
    line: Vec<u8>,
    at: usize,
}

impl Cursor {
    /// At the start of a line.
    pub fn new(line: Vec<u8>) -> Cursor {
        Cursor { line, at: 0 }
    }

    /// The next byte, without taking it.
    pub fn peek(&self) -> Option<u8> {
        self.line.get(self.at).copied()
    }

    /// Takes the next byte.
    pub fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes blanks.
    pub fn blanks(&mut self) {
        while self.peek().is_some_and(|b| b == b' ' || b == b'\t') {
            self.at += 1;
        }
    }

    /// Takes a number; one that is too large is the largest.
    pub fn number(&mut self) -> Option<usize> {
        let mut value = None;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            self.at += 1;
            value = Some(value.unwrap_or(0usize).saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        }
        value
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> Vec<u8> {
        let rest = self.line[self.at..].to_vec();
        self.at = self.line.len();
        rest
    }

    /// Whether the line ends in a backslash that no other one takes.
    pub fn continues(&self) -> bool {
        self.line[self.at..].iter().rev().take_while(|&&b| b == b'\\').count() % 2 == 1
    }

    /// Adds the line that follows.
    pub fn join(&mut self, next: &[u8]) {
        self.line.push(b'\n');
        self.line.extend_from_slice(next);
    }

    /// Takes a pattern up to its delimiter, which is taken, too, or to the end of the line. The second is whether
    /// the delimiter was there. An escaped delimiter stands for itself; in brackets there is none.
    pub fn pattern(&mut self, delimiter: u8) -> (Vec<u8>, bool) {
        let mut pattern = Vec::new();
        while let Some(byte) = self.next() {
            match byte {
                _ if byte == delimiter => return (pattern, true),
                b'\\' => match self.next() {
                    Some(escaped) if escaped == delimiter && !b".*[]^$+?(){}|".contains(&delimiter) => {
                        pattern.push(escaped)
                    }
                    Some(escaped) => pattern.extend([b'\\', escaped]),
                    None => pattern.push(b'\\'),
                },
                b'[' => {
                    pattern.push(byte);
                    self.brackets(&mut pattern);
                }
                _ => pattern.push(byte),
            }
        }
        (pattern, false)
    }

    /// The rest of a bracket expression, if it is one.
    fn brackets(&mut self, pattern: &mut Vec<u8>) {
        let rest = &self.line[self.at..];
        let mut end = usize::from(rest.first() == Some(&b'^'));
        end += usize::from(rest.get(end) == Some(&b']'));
        while let Some(&byte) = rest.get(end) {
            match (byte, rest.get(end + 1)) {
                (b']', _) => {
                    pattern.extend_from_slice(&rest[..=end]);
                    self.at += end + 1;
                    return;
                }
                (b'[', Some(&kind)) if b".:=".contains(&kind) => {
                    let close = [kind, b']'];
                    end += match rest[end + 2..].windows(2).position(|pair| pair == close) {
                        Some(length) => length + 4,
                        None => 1,
                    };
                }
                _ => end += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn patterns_end_at_their_delimiter() {
        let pattern = |line: &str| {
            let mut cursor = Cursor::new(line.as_bytes().to_vec());
            let (pattern, closed) = cursor.pattern(b'/');
            (
                String::from_utf8_lossy(&pattern).into_owned(),
                closed,
                String::from_utf8_lossy(&cursor.rest()).into_owned(),
            )
        };
        assert_eq!(pattern("a\\/b/p"), ("a/b".into(), true, "p".into()));
        assert_eq!(pattern("[/]x/"), ("[/]x".into(), true, String::new()));
        assert_eq!(pattern("[]/[:alpha:]/]/g"), ("[]/[:alpha:]/]".into(), true, "g".into()));
        assert_eq!(pattern("[/x"), ("[".into(), true, "x".into()));
        assert_eq!(pattern("abc"), ("abc".into(), false, String::new()));
    }
}
