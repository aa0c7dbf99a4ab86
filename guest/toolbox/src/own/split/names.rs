//! The names of split's pieces.

/// Digits of a suffix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    Letters,
    Decimal,
    Hexadecimal,
}

impl Digits {
    fn alphabet(self) -> &'static [u8] {
        match self {
            Digits::Letters => b"abcdefghijklmnopqrstuvwxyz",
            Digits::Decimal => b"0123456789",
            Digits::Hexadecimal => b"0123456789abcdef",
        }
    }

    /// How many digits it takes to count so many pieces.
    pub fn needed(self, pieces: u64) -> usize {
        let base = self.alphabet().len() as u64;
        let (mut width, mut last) = (1, pieces.saturating_sub(1));
        while last >= base {
            last /= base;
            width += 1;
        }
        width
    }
}

/// Makes the names, one after the other.
#[derive(Debug)]
pub struct Names {
    pub prefix: Vec<u8>,
    pub additional: Vec<u8>,
    pub digits: Digits,
    /// How many digits; absent when they may become more.
    pub width: Option<usize>,
    pub next: u64,
}

impl Names {
    /// The next name; absent when the suffixes are exhausted.
    pub fn next_name(&mut self) -> Option<Vec<u8>> {
        let alphabet = self.digits.alphabet();
        let base = alphabet.len() as u64;
        let last = alphabet[alphabet.len() - 1];
        let mut name = self.prefix.clone();
        let mut number = self.next;
        let width = match self.width {
            Some(width) => width,
            None => {
                // Before the first digit becomes the last one there is, all get longer: yz, zaaa.
                let mut width = 2;
                loop {
                    let here = (base - 1).checked_mul(base.checked_pow(width - 1)?)?;
                    if number < here {
                        break width as usize;
                    }
                    number -= here;
                    name.push(last);
                    width += 1;
                }
            }
        };
        let start = name.len();
        for _ in 0..width {
            name.insert(start, alphabet[(number % base) as usize]);
            number /= base;
        }
        if number > 0 {
            return None;
        }
        self.next = self.next.checked_add(1)?;
        name.extend_from_slice(&self.additional);
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(width: Option<usize>, digits: Digits, next: u64) -> Names {
        Names { prefix: b"x".to_vec(), additional: Vec::new(), digits, width, next }
    }

    #[test]
    fn suffixes() {
        let mut letters = names(None, Digits::Letters, 0);
        assert_eq!(letters.next_name().unwrap(), b"xaa");
        letters.next = 25 * 26 - 1;
        assert_eq!(letters.next_name().unwrap(), b"xyz");
        assert_eq!(letters.next_name().unwrap(), b"xzaaa");
        let mut one = names(Some(1), Digits::Decimal, 9);
        assert_eq!(one.next_name().unwrap(), b"x9");
        assert_eq!(one.next_name(), None);
        assert_eq!(Digits::Letters.needed(26), 1);
        assert_eq!(Digits::Letters.needed(27), 2);
    }
}
