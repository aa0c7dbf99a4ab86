//! df: how full the filesystems are.

use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::files::{self, Usage};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [FILE]...
Show the file systems on which each FILE resides, or all of them.

  -a, --all             include pseudo file systems (all are shown anyway)
  -B, --block-size=SIZE scale sizes by SIZE before printing them
  -h, --human-readable  print sizes in powers of 1024
  -H, --si              print sizes in powers of 1000
  -i, --inodes          list inode information instead of block usage
  -k                    like --block-size=1K
  -m                    like --block-size=1M
  -P, --portability     use the POSIX output format
  -T, --print-type      print file system type
  -t, --type=TYPE       limit listing to file systems of type TYPE
      --total           add a line with the total";

const LONGS: &[Long] = &[
    ("all", Takes::Nothing, 'a'),
    ("block-size", Takes::Argument, 'B'),
    ("human-readable", Takes::Nothing, 'h'),
    ("si", Takes::Nothing, 'H'),
    ("inodes", Takes::Nothing, 'i'),
    ("local", Takes::Nothing, 'l'),
    ("portability", Takes::Nothing, 'P'),
    ("print-type", Takes::Nothing, 'T'),
    ("type", Takes::Argument, 't'),
    ("exclude-type", Takes::Argument, 'x'),
    ("total", Takes::Nothing, '\u{1}'),
];

/// How a number of bytes is shown.
#[derive(Clone, Copy)]
pub enum Unit {
    /// In blocks of that many bytes, rounded up.
    Blocks(u64),
    /// Likewise, with the letter of that size behind the number.
    Lettered(u64, &'static str),
    /// With a letter, in powers of 1024 or 1000.
    Human(u64),
}

impl Unit {
    /// What `--block-size` takes: a size, or a letter for one that is then printed.
    pub fn parse(value: &[u8]) -> Result<Unit, Failure> {
        match value {
            b"human-readable" => return Ok(Unit::Human(1024)),
            b"si" => return Ok(Unit::Human(1000)),
            _ => {}
        }
        let invalid = || Failure::new(format!("invalid --block-size argument {}", quote(value)));
        let size = agentfense_support::options::size(value).filter(|&size| size > 0).ok_or_else(invalid)?;
        const LETTERS: [(&str, &str, &str); 6] = [
            ("K", "KiB", "kB"),
            ("M", "MiB", "MB"),
            ("G", "GiB", "GB"),
            ("T", "TiB", "TB"),
            ("P", "PiB", "PB"),
            ("E", "EiB", "EB"),
        ];
        let text = lossy(value);
        Ok(
            match LETTERS
                .iter()
                .find(|(letter, ..)| text.starts_with(letter) || text.starts_with(&letter.to_lowercase()))
            {
                None => Unit::Blocks(size),
                Some(&(letter, two, decimal)) => Unit::Lettered(
                    size,
                    match text.len() {
                        1 => letter,
                        3 => two,
                        _ => decimal,
                    },
                ),
            },
        )
    }

    /// A number of bytes as du, df and ls show it.
    pub fn show(self, bytes: u64) -> String {
        let base = match self {
            Unit::Blocks(size) => return bytes.div_ceil(size.max(1)).to_string(),
            Unit::Lettered(size, letter) => return format!("{}{letter}", bytes.div_ceil(size.max(1))),
            Unit::Human(base) => base,
        };
        if bytes < base {
            return bytes.to_string();
        }
        let letters = if base == 1000 { ["k", "M", "G", "T", "P", "E"] } else { ["K", "M", "G", "T", "P", "E"] };
        let (mut scale, mut letter) = (base, 0);
        while letter < 5 && bytes.div_ceil(scale) >= base {
            scale = scale.saturating_mul(base);
            letter += 1;
        }
        // One decimal below ten, rounded up as GNU does.
        let tenths = (u128::from(bytes) * 10).div_ceil(u128::from(scale));
        if tenths < 100 {
            format!("{}.{}{}", tenths / 10, tenths % 10, letters[letter])
        } else {
            format!("{}{}", bytes.div_ceil(scale), letters[letter])
        }
    }
}

/// Runs df.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "aB:hHiklmPTt:x:v", LONGS, HELP);
    let (mut unit, mut header) = (Unit::Blocks(1024), "1K-blocks".to_owned());
    let (mut inodes, mut portable, mut show_type, mut total) = (false, false, false, false);
    let (mut types, mut excluded, mut names) = (Vec::new(), Vec::new(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('B', value) => {
                let size = agentfense_support::options::size(&value).filter(|&size| size > 0);
                let size =
                    size.ok_or_else(|| Failure::new(format!("invalid --block-size argument {}", quote(&value))))?;
                (unit, header) = (Unit::Blocks(size), format!("{}-blocks", lossy(&value)));
            }
            Item::Option('h', _) => (unit, header) = (Unit::Human(1024), "Size".into()),
            Item::Option('H', _) => (unit, header) = (Unit::Human(1000), "Size".into()),
            Item::Option('k', _) => (unit, header) = (Unit::Blocks(1024), "1K-blocks".into()),
            Item::Option('m', _) => (unit, header) = (Unit::Blocks(1 << 20), "1M-blocks".into()),
            Item::Option('i', _) => inodes = true,
            Item::Option('P', _) => portable = true,
            Item::Option('T', _) => show_type = true,
            Item::Option('t', value) => types.push(lossy(value)),
            Item::Option('x', value) => excluded.push(lossy(value)),
            Item::Option('\u{1}', _) => total = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    let mut status = 0;
    let mut mounts: Vec<Usage> = Vec::new();
    if names.is_empty() {
        mounts = files::usage(None)?;
    }
    for name in &names {
        match files::usage(Some(name)) {
            Ok(found) => mounts.extend(found),
            Err(errno) => {
                complain("df", format_args!("{}: {errno}", lossy(name)));
                status = 1;
            }
        }
    }
    mounts.retain(|mount| (types.is_empty() || types.contains(&mount.kind)) && !excluded.contains(&mount.kind));
    if mounts.is_empty() {
        if status == 0 {
            return Err(Failure::new("no file systems processed"));
        }
        return Ok(status);
    }
    if portable && matches!(unit, Unit::Blocks(1024)) {
        header = "1024-blocks".into();
    }
    let human = matches!(unit, Unit::Human(_));
    let mut rows: Vec<Vec<String>> = vec![if inodes {
        ["Filesystem", "Type", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"].map(str::to_owned).to_vec()
    } else {
        let available = if human { "Avail" } else { "Available" };
        let capacity = if portable { "Capacity" } else { "Use%" };
        ["Filesystem", "Type", &header, "Used", available, capacity, "Mounted on"].map(str::to_owned).to_vec()
    }];
    let (mut all, mut all_free) = (0u64, 0u64);
    let percent = |used: u64, size: u64| {
        if size == 0 { "-".into() } else { format!("{}%", (u128::from(used) * 100).div_ceil(u128::from(size))) }
    };
    let row = |source: &str, kind: &str, size: u64, free: u64, place: &str| {
        let used = size.saturating_sub(free);
        let show = |amount: u64| if inodes { amount.to_string() } else { unit.show(amount) };
        vec![
            source.to_owned(),
            kind.to_owned(),
            show(size),
            show(used),
            show(free),
            percent(used, size),
            place.to_owned(),
        ]
    };
    for mount in &mounts {
        let (size, free) = if inodes {
            (mount.files, mount.files_free)
        } else {
            (mount.blocks.saturating_mul(mount.block_size), mount.blocks_free.saturating_mul(mount.block_size))
        };
        all = all.saturating_add(size);
        all_free = all_free.saturating_add(free);
        rows.push(row(&mount.source, &mount.kind, size, free, &lossy(&mount.mount_point)));
    }
    if total {
        rows.push(row("total", "-", all, all_free, "-"));
    }
    if !show_type {
        for row in &mut rows {
            row.remove(1);
        }
    }
    let columns = rows[0].len();
    let widths: Vec<usize> =
        (0..columns).map(|i| rows.iter().map(|row| row[i].chars().count()).max().unwrap_or(0)).collect();
    let mut out = stdout();
    for row in &rows {
        for (i, cell) in row.iter().enumerate() {
            let last = i + 1 == columns;
            // Names to the left, numbers to the right.
            if last {
                writeln!(out, "{cell}")?;
            } else if i == 0 || (show_type && i == 1) {
                let width = if i == 0 { widths[i].max(14) } else { widths[i] };
                write!(out, "{cell:<width$} ")?;
            } else {
                write!(out, "{cell:>width$} ", width = widths[i])?;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

#[cfg(test)]
mod tests {
    use super::Unit;

    #[test]
    fn sizes() {
        for (bytes, text) in [
            (0, "0"),
            (1023, "1023"),
            (1024, "1.0K"),
            (1025, "1.1K"),
            (10240, "10K"),
            (10241, "11K"),
            (1 << 20, "1.0M"),
            ((1 << 20) - 1, "1.0M"),
            (u64::MAX, "16E"),
        ] {
            assert_eq!(Unit::Human(1024).show(bytes), text);
        }
        assert_eq!(Unit::Human(1000).show(1500), "1.5k");
        assert_eq!(Unit::Blocks(1024).show(1025), "2");
    }
}
