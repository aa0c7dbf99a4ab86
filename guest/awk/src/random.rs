//! `rand`: the generator of BSD's random(3); a seed gives the same numbers on every system.

const DEGREE: usize = 63;
const SEPARATION: usize = 1;

/// A generator of random numbers.
#[derive(Debug)]
pub struct Random {
    state: [i32; DEGREE],
    front: usize,
    rear: usize,
}

impl Random {
    /// Seeded.
    pub fn new(seed: u32) -> Random {
        let mut state = [0i32; DEGREE];
        state[0] = seed as i32;
        for index in 1..DEGREE {
            state[index] = next_seed(state[index - 1]);
        }
        let mut random = Random { state, front: SEPARATION, rear: 0 };
        for _ in 0..10 * DEGREE {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u32 {
        let sum = self.state[self.front].wrapping_add(self.state[self.rear]);
        self.state[self.front] = sum;
        self.front = (self.front + 1) % DEGREE;
        self.rear = (self.rear + 1) % DEGREE;
        (sum as u32) >> 1
    }

    /// A number from 0 up to but not including 1.
    pub fn fraction(&mut self) -> f64 {
        const DIVISOR: f64 = 2147483648.0;
        loop {
            // Two draws fill the mantissa; the half takes away what it cannot hold.
            let low = f64::from(self.next()) / DIVISOR;
            let number = 0.5 + (low + f64::from(self.next())) / DIVISOR;
            let number = number - 0.5;
            if number != 1.0 {
                return number;
            }
        }
    }
}

/// Park and Miller's minimal standard generator.
fn next_seed(seed: i32) -> i32 {
    let seed = if seed == 0 { 123_459_876 } else { i64::from(seed) };
    let next = 16807 * (seed % 127_773) - 2836 * (seed / 127_773);
    (if next < 0 { next + 0x7fff_ffff } else { next }) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_its_numbers_again() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..1000).map(|_| random.fraction()).collect::<Vec<_>>()
        };
        let numbers = draw(1);
        assert_eq!(numbers, draw(1));
        assert_ne!(numbers, draw(2));
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
