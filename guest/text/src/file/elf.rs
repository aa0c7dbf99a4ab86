//! Programs and libraries in the format ELF.

use super::Kind;

/// What is read of the headers.
struct Elf<'a> {
    data: &'a [u8],
    wide: bool,
    little: bool,
}

impl Elf<'_> {
    /// A number of `size` bytes.
    fn number(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.data.get(at..at.checked_add(size)?)?;
        let add = |value: u64, byte: &u8| value << 8 | u64::from(*byte);
        Some(if self.little { bytes.iter().rev().fold(0, add) } else { bytes.iter().fold(0, add) })
    }

    /// A number that is an address: at one place in 32-bit files and at another in 64-bit ones.
    fn word(&self, narrow: usize, wide: usize) -> Option<usize> {
        let value = if self.wide { self.number(wide, 8) } else { self.number(narrow, 4) };
        usize::try_from(value?).ok()
    }

    /// The type, the place and the length of each program header, or section with `sections`.
    fn parts(&self, sections: bool) -> Vec<(u64, usize, usize)> {
        let place = if sections { self.word(32, 40) } else { self.word(28, 32) };
        let counts = match (self.wide, sections) {
            (true, false) => 54,
            (true, true) => 58,
            (false, false) => 42,
            (false, true) => 46,
        };
        let (Some(place), Some(size), Some(count)) = (place, self.number(counts, 2), self.number(counts + 2, 2)) else {
            return Vec::new();
        };
        let part = |index: u64| {
            let at = place.checked_add(usize::try_from(index * size).ok()?)?;
            let (kind, offset, length) = match sections {
                true => (self.number(at + 4, 4)?, self.word(at + 16, at + 24)?, self.word(at + 20, at + 32)?),
                false => (self.number(at, 4)?, self.word(at + 4, at + 8)?, self.word(at + 16, at + 32)?),
            };
            Some((kind, offset, length))
        };
        (0..count).map_while(part).collect()
    }
}

/// Describes a file that starts as ELF does.
pub fn identify(data: &[u8]) -> Kind {
    let elf = Elf { data, wide: data.get(4) == Some(&2), little: data.get(5) != Some(&2) };
    let programs = elf.parts(false);
    let interpreter = programs.iter().find(|(kind, ..)| *kind == 3).and_then(|&(_, at, length)| {
        let text = data.get(at..at.checked_add(length)?)?;
        Some(String::from_utf8_lossy(text.strip_suffix(b"\0").unwrap_or(text)).into_owned())
    });
    let dynamic = programs.iter().any(|(kind, ..)| *kind == 2);
    let (kind, mime) = match elf.number(16, 2) {
        Some(1) => ("relocatable", "application/x-object"),
        Some(2) => ("executable", "application/x-executable"),
        Some(3) if interpreter.is_some() => ("pie executable", "application/x-pie-executable"),
        Some(3) => ("shared object", "application/x-sharedlib"),
        Some(4) => ("core file", "application/x-coredump"),
        _ => ("unknown type", "application/octet-stream"),
    };
    let machine = match elf.number(18, 2) {
        Some(3) => "Intel 80386",
        Some(8) => "MIPS",
        Some(20) => "PowerPC or cisco 4500",
        Some(21) => "64-bit PowerPC or cisco 7500",
        Some(22) => "IBM S/390",
        Some(40) => "ARM, EABI5",
        Some(62) => "x86-64",
        Some(183) => "ARM aarch64",
        Some(243) => "UCB RISC-V",
        Some(247) => "eBPF",
        _ => "unknown arch",
    };
    let system = match data.get(7) {
        Some(0) => "SYSV",
        Some(3) => "GNU/Linux",
        Some(9) => "FreeBSD",
        _ => "unknown",
    };
    let mut words = format!(
        "ELF {}-bit {} {kind}, {machine}, version 1 ({system})",
        if elf.wide { 64 } else { 32 },
        if elf.little { "LSB" } else { "MSB" }
    );
    if matches!(elf.number(16, 2), Some(2 | 3)) {
        words.push_str(if dynamic { ", dynamically linked" } else { ", statically linked" });
    }
    if let Some(interpreter) = interpreter {
        words.push_str(&format!(", interpreter {interpreter}"));
    }
    for &(_, at, length) in programs.iter().filter(|(kind, ..)| *kind == 4) {
        notes(&elf, at, length, &mut words);
    }
    let sections = elf.parts(true);
    if !sections.is_empty() {
        words.push_str(if sections.iter().any(|(kind, ..)| *kind == 2) { ", not stripped" } else { ", stripped" });
    }
    Kind::new(words, mime)
}

/// The notes that tell of the build and of the system.
fn notes(elf: &Elf<'_>, start: usize, length: usize, words: &mut String) {
    let end = start.saturating_add(length).min(elf.data.len());
    let mut at = start;
    while let (true, Some(name), Some(size), Some(kind)) =
        (at < end, elf.number(at, 4), elf.number(at + 4, 4), elf.number(at + 8, 4))
    {
        // Both are at most 32 bits wide.
        let (name, size) = (name as usize, size as usize);
        let Some(body) = at.checked_add(12).and_then(|at| at.checked_add(name.checked_next_multiple_of(4)?)) else {
            return;
        };
        let (Some(owner), Some(text)) =
            (elf.data.get(at + 12..at + 12 + name), body.checked_add(size).and_then(|end| elf.data.get(body..end)))
        else {
            return;
        };
        match (owner, kind) {
            (b"GNU\0", 3) if text.len() == 20 => {
                let id: String = text.iter().map(|byte| format!("{byte:02x}")).collect();
                words.push_str(&format!(", BuildID[sha1]={id}"));
            }
            (b"GNU\0", 1) if text.len() >= 16 => {
                let part = |index: usize| elf.number(body + 4 * index, 4).unwrap_or(0);
                let system = if part(0) == 0 { "GNU/Linux" } else { "unknown" };
                words.push_str(&format!(", for {system} {}.{}.{}", part(1), part(2), part(3)));
            }
            _ => {}
        }
        let Some(next) = size.checked_next_multiple_of(4).and_then(|size| body.checked_add(size)) else { return };
        at = next;
    }
}
