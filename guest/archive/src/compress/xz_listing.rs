//! What `xz --list` tells: read from the indexes at the ends of the streams, without decompressing.

use super::Trouble;
use super::xz::nice;
use crate::codec::Damage;
use agentfense_sys::Errno;
use agentfense_sys::files::{OpenFile, Whence};
use std::fmt::Write;

/// The header and the footer of a stream have this many bytes.
const ENDS: u64 = 12;
/// No index of a file that is any use is longer.
const LONGEST_INDEX: u64 = 16 << 20;

/// Sums over streams.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Totals {
    streams: u64,
    blocks: u64,
    small: u64,
    large: u64,
    padding: u64,
    /// A bit for each kind of check.
    checks: u16,
}

/// Lists files, and their sum in the end.
#[derive(Debug, Default)]
pub struct XzListing {
    robot: bool,
    sum: Totals,
    files: u64,
    rows: String,
}

fn damaged() -> Trouble {
    Trouble::Damaged(Damage::Corrupt, None)
}

/// Reads exactly that much from a place.
fn read_at(file: &OpenFile, at: u64, len: u64) -> Result<Vec<u8>, Trouble> {
    file.seek_to(i64::try_from(at).map_err(|_| damaged())?, Whence::Set).map_err(Trouble::Read)?;
    let mut data = Vec::new();
    while (data.len() as u64) < len {
        let want = u32::try_from(len - data.len() as u64).unwrap_or(u32::MAX);
        match file.read_some(want) {
            Ok(more) if more.is_empty() => return Err(damaged()),
            Ok(more) => data.extend(more),
            Err(Errno::Intr) => {}
            Err(errno) => return Err(Trouble::Read(errno)),
        }
    }
    Ok(data)
}

/// A number in seven bits a byte, the least first.
fn number(data: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (&byte, rest) = data.split_first()?;
        *data = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The blocks of an index: how many, their length with padding, and what they come to.
fn index(mut data: &[u8]) -> Option<(u64, u64, u64)> {
    let data = &mut data;
    if number(data)? != 0 {
        return None;
    }
    let count = number(data)?;
    let (mut small, mut large) = (0u64, 0u64);
    for _ in 0..count {
        small = small.checked_add(number(data)?.checked_next_multiple_of(4)?)?;
        large = large.checked_add(number(data)?)?;
    }
    Some((count, small, large))
}

/// What the streams of a file come to; read from its end.
fn totals(file: &OpenFile) -> Result<Totals, Trouble> {
    let size = file.seek_to(0, Whence::End).map_err(Trouble::Read)?;
    let mut totals = Totals { small: size, ..Totals::default() };
    let mut end = size;
    while end > 0 {
        if end < 2 * ENDS {
            return Err(if totals.streams == 0 { Trouble::Damaged(Damage::Format, None) } else { damaged() });
        }
        let footer = read_at(file, end - ENDS, ENDS)?;
        if footer[8..] == [0; 4] && totals.padding < size {
            totals.padding += 4;
            end -= 4;
            continue;
        }
        if footer[10..] != *b"YZ" {
            return Err(if totals.streams == 0 { Trouble::Damaged(Damage::Format, None) } else { damaged() });
        }
        let length = (u64::from(u32::from_le_bytes([footer[4], footer[5], footer[6], footer[7]])) + 1) * 4;
        if length > LONGEST_INDEX || length + 2 * ENDS > end {
            return Err(damaged());
        }
        let (blocks, small, large) = index(&read_at(file, end - ENDS - length, length)?).ok_or_else(damaged)?;
        let stream = small.checked_add(length + 2 * ENDS).filter(|stream| *stream <= end).ok_or_else(damaged)?;
        totals.streams += 1;
        totals.blocks = totals.blocks.saturating_add(blocks);
        totals.large = totals.large.saturating_add(large);
        totals.checks |= 1 << (footer[9] & 0xf);
        end -= stream;
    }
    Ok(totals)
}

impl Totals {
    fn ratio(&self) -> String {
        let ratio = self.small as f64 / self.large as f64;
        if self.large == 0 || ratio > 9.999 { "---".into() } else { format!("{ratio:.3}") }
    }

    fn checks(&self, separator: &str) -> String {
        let name = |bit: u16| match bit {
            0 => "None".into(),
            1 => "CRC32".into(),
            4 => "CRC64".into(),
            10 => "SHA-256".into(),
            other => format!("Unknown-{other}"),
        };
        (0..16).filter(|bit| self.checks >> bit & 1 == 1).map(name).collect::<Vec<_>>().join(separator)
    }

    fn row(&self, name: &str) -> String {
        let Totals { streams, blocks, .. } = self;
        let (small, large, ratio) = (nice(self.small), nice(self.large), self.ratio());
        format!("{streams:>5} {blocks:>7}  {small:>11}  {large:>11}  {ratio:>5}  {:<7} {name}\n", self.checks(","))
    }

    fn fields(&self) -> String {
        let Totals { streams, blocks, small, large, padding, .. } = self;
        format!("{streams}\t{blocks}\t{small}\t{large}\t{}\t{}\t{padding}", self.ratio(), self.checks(","))
    }
}

impl XzListing {
    /// An empty list; for programs if `robot`.
    pub fn new(robot: bool) -> XzListing {
        XzListing { robot, ..XzListing::default() }
    }

    /// Adds a file.
    pub fn add(&mut self, name: &str, file: &OpenFile) -> Result<(), Trouble> {
        let found = totals(file)?;
        self.files += 1;
        // A String takes everything.
        let _ = match self.robot {
            true => write!(self.rows, "name\t{name}\nfile\t{}\n", found.fields()),
            false => write!(self.rows, "{}", found.row(name)),
        };
        let sum = &mut self.sum;
        sum.streams += found.streams;
        sum.blocks = sum.blocks.saturating_add(found.blocks);
        sum.small = sum.small.saturating_add(found.small);
        sum.large = sum.large.saturating_add(found.large);
        sum.padding += found.padding;
        sum.checks |= found.checks;
        Ok(())
    }

    /// All of it.
    pub fn text(&self) -> String {
        if self.robot {
            return format!("{}totals\t{}\t{}\n", self.rows, self.sum.fields(), self.files);
        }
        let header = "Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n";
        match self.files {
            0 => String::new(),
            1 => format!("{header}{}", self.rows),
            files => {
                format!("{header}{}{}\n{}", self.rows, "-".repeat(79), self.sum.row(&format!("{files} files")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes() {
        assert_eq!(index(&[0, 2, 0x1d, 3, 0x80, 1, 5, 0]), Some((2, 32 + 128, 8)));
        assert_eq!(index(&[0, 1, 0x80]), None);
        assert_eq!(index(&[1]), None);
        assert_eq!(number(&mut &[0xff; 20][..]), None);
    }
}
