//! The table of `gzip -l`.

use super::{Trouble, reading};
use crate::codec::Damage;
use crate::codec::gzip::Reader;
use crate::input::{CopyError, Input, copy};
use crate::times::from_seconds;
use agentfense_support::stdout;
use agentfense_support::time::Civil;
use agentfense_sys::files::OpenFile;
use std::io::{self, Write};

/// How much smaller the data became, as gzip shows it. `overhead` is the part of `small` that is no data.
pub fn ratio(small: u64, large: u64, overhead: u64) -> String {
    let saved = large as f64 - small.saturating_sub(overhead) as f64;
    let percent = if large == 0 { 0.0 } else { 100.0 * saved / large as f64 };
    format!("{percent:5.1}%")
}

/// The rows so far.
pub struct Listing {
    verbose: bool,
    quiet: bool,
    rows: Vec<u8>,
    count: u32,
    small: u64,
    large: u64,
    overhead: u64,
}

impl Listing {
    /// A table without rows. A quiet one has no heading.
    pub fn new(verbose: bool, quiet: bool) -> Listing {
        Listing { verbose, quiet, rows: Vec::new(), count: 0, small: 0, large: 0, overhead: 0 }
    }

    /// Reads a file whole, since only that tells its true length, and adds its row.
    pub fn member(
        &mut self,
        name: Option<&[u8]>,
        file: OpenFile,
        strip: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Trouble> {
        let mtime = file.stat().map_err(Trouble::Open)?.mtime;
        let mut input = Input::new(file);
        let count = input.count();
        input.peek(1).map_err(|error| reading(&error, None))?;
        let mut reader = Reader::new(input);
        let header = reader.header().map_err(|error| reading(&error, None))?.clone();
        let large = match copy(&mut reader, &mut io::sink()) {
            Ok(len) => len,
            Err(CopyError::Read(error) | CopyError::Write(error)) => match Damage::of(&error) {
                Some(damage) if damage.is_harmless() => 0,
                _ => return Err(reading(&error, None)),
            },
        };
        let small = count.get();
        self.overhead = header.overhead();
        if self.verbose {
            let time = if header.mtime == 0 { mtime } else { from_seconds(i64::from(header.mtime)) };
            let time = Civil::from_nanoseconds(time).format("%b %e %H:%M");
            self.rows.extend(format!("defla {:08x} {time} ", reader.checksum()).into_bytes());
        }
        let original = name.map_or_else(|| b"stdout".to_vec(), |name| strip(name).unwrap_or_else(|| name.to_vec()));
        self.rows.extend(format!("{small:19} {large:19} {} ", ratio(small, large, self.overhead)).into_bytes());
        self.rows.extend_from_slice(&original);
        self.rows.push(b'\n');
        self.count += 1;
        self.small += small;
        self.large += large;
        Ok(())
    }

    /// Prints the table.
    pub fn finish(self) -> io::Result<()> {
        let mut out = stdout();
        if !self.quiet && self.count > 0 {
            let heading = if self.verbose { "method  crc     date  time  " } else { "" };
            writeln!(out, "{heading}         compressed        uncompressed  ratio uncompressed_name")?;
        }
        out.write_all(&self.rows)?;
        if self.count > 1 && !self.quiet {
            let indent = if self.verbose { 28 } else { 0 };
            let ratio = ratio(self.small, self.large, self.overhead);
            writeln!(out, "{:indent$}{:19} {:19} {ratio} (totals)", "", self.small, self.large)?;
        }
        out.flush()
    }
}
