//! `time`.

use std::time::{Duration, Instant};

use agentfense_sys::processes;

use crate::ast::TimeFormat;
use crate::shell::{Run, Shell};

/// What bash prints when TIMEFORMAT is not set.
const DEFAULT_FORMAT: &[u8] = b"\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS";
/// What `time -p` prints.
const POSIX_FORMAT: &[u8] = b"real %2R\nuser %2U\nsys %2S";

impl Shell {
    /// Runs a pipeline and prints how long it took.
    #[inline(never)]
    pub(super) fn run_timed(&mut self, format: TimeFormat, run: impl FnOnce(&mut Shell) -> Run) -> Run {
        let start = Instant::now();
        let before = processes::get_times();
        let result = run(self);
        let real = start.elapsed();
        let after = processes::get_times();
        let used = (after.own + after.children).saturating_sub(before.own + before.children);
        let user = Duration::from_nanos(used);
        let format = match format {
            TimeFormat::Posix => POSIX_FORMAT.to_vec(),
            TimeFormat::Default => self.var(b"TIMEFORMAT").map_or_else(|| DEFAULT_FORMAT.to_vec(), Into::into),
        };
        // The kernel does not tell user and system time apart.
        match render(&format, real, user, Duration::ZERO) {
            Ok(text) if format.is_empty() => drop(text),
            Ok(mut text) => {
                text.push(b'\n');
                self.write_error(&text);
            }
            Err(character) => {
                let message = format!("TIMEFORMAT: `{}': invalid format character", char::from(character));
                self.error(message);
            }
        }
        result
    }
}

/// Fills in a TIMEFORMAT; the offending character when it is not one.
fn render(format: &[u8], real: Duration, user: Duration, system: Duration) -> Result<Vec<u8>, u8> {
    let mut text = Vec::new();
    let mut bytes = format.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            text.push(byte);
            continue;
        }
        if bytes.peek() == Some(&b'%') {
            bytes.next();
            text.push(b'%');
            continue;
        }
        if bytes.peek() == Some(&b'P') {
            bytes.next();
            let percent = if real.is_zero() { 0.0 } else { 100.0 * (user + system).as_secs_f64() / real.as_secs_f64() };
            text.extend_from_slice(format!("{percent:.2}").as_bytes());
            continue;
        }
        let mut precision = 3;
        if let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
            precision = usize::from(digit - b'0').min(3);
        }
        let long = bytes.next_if_eq(&b'l').is_some();
        let time = match bytes.next() {
            Some(b'R') => real,
            Some(b'U') => user,
            Some(b'S') => system,
            Some(other) => return Err(other),
            None => return Err(b'%'),
        };
        text.extend_from_slice(&clock(time, precision, long));
    }
    Ok(text)
}

/// `0.123`, or `0m0.123s` in the long form. Cut off, not rounded, as bash does.
fn clock(time: Duration, precision: usize, long: bool) -> Vec<u8> {
    let seconds = if long { time.as_secs() % 60 } else { time.as_secs() };
    let mut text = String::new();
    if long {
        text.push_str(&format!("{}m", time.as_secs() / 60));
    }
    text.push_str(&seconds.to_string());
    if precision > 0 {
        let fraction = format!("{:03}", time.subsec_millis());
        text.push('.');
        text.push_str(fraction.get(..precision).unwrap_or("000"));
    }
    if long {
        text.push('s');
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_filled_in() {
        let real = Duration::from_millis(61_234);
        let user = Duration::from_millis(5);
        assert_eq!(
            render(DEFAULT_FORMAT, real, user, Duration::ZERO),
            Ok(b"\nreal\t1m1.234s\nuser\t0m0.005s\nsys\t0m0.000s".to_vec())
        );
        assert_eq!(render(b"%0R %2U%%", real, user, Duration::ZERO), Ok(b"61 0.00%".to_vec()));
        assert_eq!(render(b"%x", real, user, Duration::ZERO), Err(b'x'));
    }
}
