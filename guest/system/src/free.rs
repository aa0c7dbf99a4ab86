//! free: how much memory the sandbox has.

use crate::process::read;
use agentfense_support::options::number;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, duration, quote, stdout};
use agentfense_sys::processes;
use std::io::Write;
use std::time::Duration;

const HELP: &str = "\
{} [OPTION]...
Show how much memory the sandbox may use, and how much of it is used.

  -b, --bytes      show bytes
  -k, --kibi       show units of 1024 bytes (the default)
  -m, --mebi       show units of 1024^2 bytes
  -g, --gibi       show units of 1024^3 bytes
      --kilo, --mega, --giga  the same in powers of 1000
  -h, --human      show the shortest number with its unit
      --si         use powers of 1000, not 1024
  -t, --total      add a line with the total of memory and swap
  -w, --wide       show buffers and cache in columns of their own
  -s, --seconds=N  show it again every N seconds
  -c, --count=N    show it N times, then end";

const LONGS: &[Long] = &[
    ("bytes", Takes::Nothing, 'b'),
    ("kibi", Takes::Nothing, 'k'),
    ("mebi", Takes::Nothing, 'm'),
    ("gibi", Takes::Nothing, 'g'),
    ("kilo", Takes::Nothing, '\u{1}'),
    ("mega", Takes::Nothing, '\u{2}'),
    ("giga", Takes::Nothing, '\u{3}'),
    ("human", Takes::Nothing, 'h'),
    ("si", Takes::Nothing, '\u{4}'),
    ("total", Takes::Nothing, 't'),
    ("wide", Takes::Nothing, 'w'),
    ("lohi", Takes::Nothing, 'l'),
    ("seconds", Takes::Argument, 's'),
    ("count", Takes::Argument, 'c'),
];

/// What `/proc/meminfo` says, in bytes.
pub struct Memory {
    pub total: u64,
    pub free: u64,
    pub available: u64,
    pub shared: u64,
    pub buffers: u64,
    pub cache: u64,
    pub swap: u64,
    pub swap_free: u64,
}

impl Memory {
    /// What it is now.
    pub fn now() -> Memory {
        Memory::parse(&String::from_utf8_lossy(&read(b"/proc/meminfo").unwrap_or_default()))
    }

    fn parse(text: &str) -> Memory {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kib = line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok());
            kib.unwrap_or(0).saturating_mul(1024)
        };
        Memory {
            total: field("MemTotal"),
            free: field("MemFree"),
            available: field("MemAvailable"),
            shared: field("Shmem"),
            buffers: field("Buffers"),
            cache: field("Cached") + field("SReclaimable"),
            swap: field("SwapTotal"),
            swap_free: field("SwapFree"),
        }
    }

    /// What is in use.
    pub fn used(&self) -> u64 {
        self.total.saturating_sub(self.available)
    }
}

/// How bytes are shown.
#[derive(Clone, Copy)]
enum Unit {
    Of(u64),
    Human,
}

fn show(bytes: u64, unit: Unit, si: bool) -> String {
    let base: u64 = if si { 1000 } else { 1024 };
    let scale = match unit {
        Unit::Of(scale) => return (bytes / scale).to_string(),
        Unit::Human => base,
    };
    let end = if si { "" } else { "i" };
    if bytes < scale {
        return format!("{bytes}B");
    }
    let (mut value, mut letters) = (bytes as f64 / scale as f64, "KMGTPE".chars());
    let mut letter = letters.next().unwrap_or('K');
    while value >= base as f64 - 0.5
        && let Some(next) = letters.next()
    {
        value /= base as f64;
        letter = next;
    }
    if value < 9.95 { format!("{value:.1}{letter}{end}") } else { format!("{value:.0}{letter}{end}") }
}

/// Runs free.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "bkmghtwls:c:", LONGS, HELP);
    let (mut power, mut human, mut si, mut total, mut wide) = (1, false, false, false, false);
    let (mut bytes, mut pause, mut count) = (false, None, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('b', _) => bytes = true,
            Item::Option('k', _) => power = 1,
            Item::Option('m', _) => power = 2,
            Item::Option('g', _) => power = 3,
            Item::Option(kilo @ '\u{1}'..='\u{3}', _) => (power, si) = (kilo as u32, true),
            Item::Option('\u{4}', _) => si = true,
            Item::Option('h', _) => human = true,
            Item::Option('t', _) => total = true,
            Item::Option('w', _) => wide = true,
            Item::Option('s', value) => {
                pause = Some(duration::parse(&value).filter(|pause| !pause.is_zero()).ok_or_else(|| {
                    Failure::new(format!("seconds argument {} is not positive number", quote(&value)))
                })?);
            }
            Item::Option('c', value) => count = Some(number::<u64>("count", &value)?),
            Item::Option(..) => {}
            Item::Operand(extra) => return Err(Failure::usage(format!("extra operand {}", quote(&extra)))),
        }
    }
    let unit = match (human, bytes) {
        (true, _) => Unit::Human,
        (_, true) => Unit::Of(1),
        _ => Unit::Of((if si { 1000u64 } else { 1024 }).pow(power)),
    };
    let times = count.unwrap_or(if pause.is_some() { u64::MAX } else { 1 });
    let mut out = stdout();
    for round in 0..times {
        if round > 0 {
            writeln!(out)?;
            out.flush()?;
            processes::sleep(pause.unwrap_or(Duration::from_secs(1)));
        }
        print(&mut out, &Memory::now(), |bytes| show(bytes, unit, si), total, wide)?;
    }
    out.flush()?;
    Ok(0)
}

fn print(
    out: &mut impl Write,
    memory: &Memory,
    show: impl Fn(u64) -> String,
    total: bool,
    wide: bool,
) -> std::io::Result<()> {
    let line = |out: &mut dyn Write, name: &str, numbers: &[u64]| {
        write!(out, "{name:<9}")?;
        let cells: Vec<String> = numbers.iter().map(|&number| format!("{:>11}", show(number))).collect();
        writeln!(out, "{}", cells.join(" "))
    };
    let cache = memory.buffers + memory.cache;
    if wide {
        writeln!(out, "               total        used        free      shared     buffers       cache   available")?;
        let numbers = [memory.total, memory.used(), memory.free, memory.shared, memory.buffers, memory.cache];
        line(out, "Mem:", &[&numbers[..], &[memory.available]].concat())?;
    } else {
        writeln!(out, "               total        used        free      shared  buff/cache   available")?;
        line(out, "Mem:", &[memory.total, memory.used(), memory.free, memory.shared, cache, memory.available])?;
    }
    let swap_used = memory.swap.saturating_sub(memory.swap_free);
    line(out, "Swap:", &[memory.swap, swap_used, memory.swap_free])?;
    if total {
        let sums = [memory.total + memory.swap, memory.used() + swap_used, memory.free + memory.swap_free];
        line(out, "Total:", &sums)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        for (bytes, text) in [(0, "0B"), (8788 * 1024, "8.6Mi"), (24_684_096 * 1024, "24Gi"), (1024, "1.0Ki")] {
            assert_eq!(show(bytes, Unit::Human, false), text);
        }
        assert_eq!(show(2048, Unit::Of(1024), false), "2");
    }

    #[test]
    fn fields() {
        let memory = Memory::parse("MemTotal:  2048 kB\nMemAvailable: 1024 kB\n");
        assert_eq!((memory.total, memory.used(), memory.swap), (2 << 20, 1 << 20, 0));
    }
}
