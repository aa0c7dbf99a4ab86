//! The tables of `unzip -l` and `unzip -v`.

use super::entry::Entry;
use agentfense_support::time::Civil;
use std::io::{self, Write};

/// How much smaller the data is, in percent.
pub fn ratio(size: u64, compressed: u64) -> i64 {
    if size == 0 {
        return 0;
    }
    let (size, compressed) = (i128::from(size), i128::from(compressed));
    let tenths = 1000 * (size - compressed) / size;
    ((tenths + if tenths < 0 { -5 } else { 5 }) / 10) as i64
}

fn method(entry: &Entry) -> String {
    match entry.method {
        0 => "Stored".into(),
        8 => format!("Defl:{}", char::from(b"NXFS"[usize::from(entry.flags >> 1 & 3)])),
        12 => "BZip2".into(),
        14 => "LZMA".into(),
        93 => "Zstd".into(),
        95 => "XZ".into(),
        other => format!("Unk:{other:03}"),
    }
}

/// A table of entries.
#[derive(Debug)]
pub struct Table {
    verbose: bool,
    files: u64,
    size: u64,
    compressed: u64,
}

impl Table {
    /// With methods and checksums when `verbose`.
    pub fn new(verbose: bool) -> Table {
        Table { verbose, files: 0, size: 0, compressed: 0 }
    }

    /// The heading.
    pub fn heading(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.verbose {
            b" Length   Method    Size  Cmpr    Date    Time   CRC-32   Name\n\
              --------  ------  ------- ---- ---------- ----- --------  ----\n"
        } else {
            b"  Length      Date    Time    Name\n---------  ---------- -----   ----\n"
        })
    }

    /// One entry's row.
    pub fn row(&mut self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        self.files += 1;
        self.size = self.size.saturating_add(entry.size);
        self.compressed = self.compressed.saturating_add(entry.compressed);
        let time = Civil::from_nanoseconds(entry.mtime).format("%Y-%m-%d %H:%M");
        if self.verbose {
            let ratio = ratio(entry.size, entry.compressed);
            let (size, compressed, method) = (entry.size, entry.compressed, method(entry));
            write!(out, "{size:8}  {method:6} {compressed:8} {ratio:3}% {time} {:08x}  ", entry.crc)?;
        } else {
            write!(out, "{:9}  {time}   ", entry.size)?;
        }
        out.write_all(&entry.name)?;
        out.write_all(b"\n")
    }

    /// The sums.
    pub fn totals(&self, out: &mut dyn Write) -> io::Result<()> {
        let files = format!("{} file{}", self.files, if self.files == 1 { "" } else { "s" });
        if self.verbose {
            let ratio = ratio(self.size, self.compressed);
            writeln!(out, "--------          -------  ---                            -------")?;
            writeln!(out, "{:8}         {:8} {ratio:3}%                            {files}", self.size, self.compressed)
        } else {
            writeln!(out, "---------                     -------")?;
            writeln!(out, "{:9}                     {files}", self.size)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ratio;

    #[test]
    fn ratios() {
        assert_eq!(ratio(8893, 4200), 53);
        assert_eq!(ratio(0, 5), 0);
        assert_eq!(ratio(10, 12), -20);
        assert_eq!(ratio(u64::MAX, 0), 100);
    }
}
