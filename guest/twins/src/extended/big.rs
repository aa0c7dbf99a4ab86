//! Whole numbers of any size, with the few operations that reading and printing a float takes.

/// A number: 32 bits a word, the least first, without zero words at the end.
#[derive(Debug, Clone)]
pub struct Big(Vec<u32>);

impl From<u64> for Big {
    fn from(value: u64) -> Self {
        let mut big = Big(vec![value as u32, (value >> 32) as u32]);
        big.trim();
        big
    }
}

impl Big {
    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bits it has, without zeros in front.
    pub fn bits(&self) -> u32 {
        self.0.last().map_or(0, |last| self.0.len() as u32 * 32 - last.leading_zeros())
    }

    /// The last 64 bits.
    pub fn low(&self) -> u64 {
        let word = |at: usize| u64::from(self.0.get(at).copied().unwrap_or(0));
        word(0) | word(1) << 32
    }

    /// Itself times `factor` plus `more`.
    pub fn multiply_add(&mut self, factor: u32, more: u32) {
        let mut carry = u64::from(more);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    /// Divides itself, which leaves what is returned.
    pub fn divide(&mut self, divisor: u32) -> u32 {
        let mut rest = 0u64;
        for word in self.0.iter_mut().rev() {
            rest = rest << 32 | u64::from(*word);
            *word = (rest / u64::from(divisor)) as u32;
            rest %= u64::from(divisor);
        }
        self.trim();
        rest as u32
    }

    /// Appends zero bits.
    pub fn shift_left(&mut self, bits: u32) {
        if self.is_zero() {
            return;
        }
        self.multiply_add(1 << (bits % 32), 0);
        self.0.splice(0..0, std::iter::repeat_n(0, (bits / 32) as usize));
    }

    /// Drops `bits` bits, at least one: the last one dropped, and whether any before it was set.
    pub fn shift_right(&mut self, bits: u32) -> (bool, bool) {
        let bit = |at: u32| self.0.get((at / 32) as usize).is_some_and(|word| word >> (at % 32) & 1 == 1);
        let half = bit(bits - 1);
        let (words, low) = ((bits - 1) / 32, (bits - 1) % 32);
        let below = self.0.iter().take(words as usize).any(|word| *word != 0)
            || self.0.get(words as usize).is_some_and(|word| word & ((1 << low) - 1) != 0);
        let words = ((bits / 32) as usize).min(self.0.len());
        self.0.drain(..words);
        // What is left is divided; a shift by a word's size is none.
        if !bits.is_multiple_of(32) {
            let mut carry = 0u64;
            for word in self.0.iter_mut().rev() {
                carry = carry << 32 | u64::from(*word);
                *word = (carry >> (bits % 32)) as u32;
                carry &= (1 << (bits % 32)) - 1;
            }
        }
        self.trim();
        (half, below)
    }

    /// The decimal digits.
    pub fn into_digits(mut self) -> Vec<u8> {
        let mut digits = Vec::with_capacity(self.0.len() * 10 + 1);
        while !self.is_zero() {
            let mut chunk = self.divide(1_000_000_000);
            for _ in 0..9 {
                digits.push(b'0' + (chunk % 10) as u8);
                chunk /= 10;
            }
        }
        while digits.last() == Some(&b'0') {
            digits.pop();
        }
        if digits.is_empty() {
            digits.push(b'0');
        }
        digits.reverse();
        digits
    }
}
