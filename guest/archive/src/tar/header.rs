//! The blocks that describe members: reading and writing one header.

use crate::times::{from_seconds, split};

/// The unit of an archive.
pub const BLOCK: usize = 512;

/// One block.
pub type Block = [u8; BLOCK];

/// What a member is, by its type flag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A file with contents.
    #[default]
    File,
    /// Another name of an earlier member.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A character device.
    Character,
    /// A block device.
    BlockDevice,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A file of which only the parts that are not zero are stored.
    Sparse,
    /// Something that is about the next member, or of another program.
    Other(u8),
}

impl Kind {
    fn of_flag(flag: u8) -> Kind {
        match flag {
            b'0' | 0 | b'7' => Kind::File,
            b'1' => Kind::HardLink,
            b'2' => Kind::Symlink,
            b'3' => Kind::Character,
            b'4' => Kind::BlockDevice,
            b'5' => Kind::Directory,
            b'6' => Kind::Fifo,
            b'S' => Kind::Sparse,
            other => Kind::Other(other),
        }
    }

    fn flag(self) -> u8 {
        match self {
            Kind::File => b'0',
            Kind::HardLink => b'1',
            Kind::Symlink => b'2',
            Kind::Character => b'3',
            Kind::BlockDevice => b'4',
            Kind::Directory => b'5',
            Kind::Fifo => b'6',
            Kind::Sparse => b'S',
            Kind::Other(flag) => flag,
        }
    }

    /// Whether the size field tells of contents. Links keep the size of what they point at in it.
    pub fn has_contents(self) -> bool {
        !matches!(
            self,
            Kind::HardLink | Kind::Symlink | Kind::Character | Kind::BlockDevice | Kind::Directory | Kind::Fifo
        )
    }
}

/// The parts of a sparse file that are stored, as (offset, length), and how long it is with its holes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sparse {
    /// With the holes.
    pub size: u64,
    /// What is stored, in order.
    pub parts: Vec<(u64, u64)>,
}

/// What an archive tells of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub name: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// The owner's number.
    pub uid: u64,
    /// The group's number.
    pub gid: u64,
    /// The owner's name, where known.
    pub user: Vec<u8>,
    /// The group's name, where known.
    pub group: Vec<u8>,
    /// Bytes of contents that follow.
    pub size: u64,
    /// Nanoseconds since the epoch.
    pub mtime: i64,
    /// What a link points at.
    pub link: Vec<u8>,
    /// A device's numbers.
    pub device: (u32, u32),
    /// Where its contents go, if it has holes.
    pub sparse: Option<Sparse>,
}

impl Member {
    /// How long the file is.
    pub fn real_size(&self) -> u64 {
        self.sparse.as_ref().map_or(self.size, |sparse| sparse.size)
    }
}

/// The dialects that archives are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// GNU's: long names in members of their own, large numbers in binary.
    #[default]
    Gnu,
    /// POSIX 1988: what does not fit cannot be stored.
    Ustar,
    /// POSIX 2001: ustar, with what does not fit in extended headers.
    Pax,
    /// Unix 7: before there was a magic.
    V7,
}

/// A header that cannot be written in its dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The name is too long.
    Name,
    /// What a link points at is too long.
    Link,
    /// A number is too large.
    Number,
}

fn field(block: &Block, at: usize, len: usize) -> &[u8] {
    let field = &block[at..at + len];
    &field[..field.iter().position(|&b| b == 0).unwrap_or(len)]
}

/// A number: octal digits, or binary when the first bit is set.
fn number(block: &Block, at: usize, len: usize) -> Option<i64> {
    let raw = &block[at..at + len];
    match raw[0] {
        0x80 | 0xff => {
            let start = if raw[0] == 0xff { -1i64 } else { 0 };
            raw[1..].iter().try_fold(start, |value, &b| value.checked_mul(256)?.checked_add(i64::from(b)))
        }
        _ => {
            let digits = field(block, at, len).trim_ascii();
            digits.iter().try_fold(0i64, |value, &b| match b {
                b'0'..=b'7' => value.checked_mul(8)?.checked_add(i64::from(b - b'0')),
                _ => None,
            })
        }
    }
}

/// The sum of a block's bytes with its own field as spaces; also as some old programs took it, of signed bytes.
fn checksums(block: &Block) -> (i64, i64) {
    let bytes = block.iter().enumerate().map(|(at, &b)| if (148..156).contains(&at) { b' ' } else { b });
    bytes.fold((0, 0), |(unsigned, signed), b| (unsigned + i64::from(b), signed + i64::from(b as i8)))
}

/// Whether a block ends an archive.
pub fn is_zero(block: &Block) -> bool {
    block.iter().all(|&b| b == 0)
}

/// Reads a header; absent when it is none.
pub fn parse(block: &Block) -> Option<Member> {
    let stored = number(block, 148, 8)?;
    let (unsigned, signed) = checksums(block);
    if stored != unsigned && stored != signed {
        return None;
    }
    let kind = Kind::of_flag(block[156]);
    let posix = &block[257..263] == b"ustar\0";
    let named = posix || &block[257..262] == b"ustar";
    let mut name = field(block, 0, 100).to_vec();
    if posix && block[345] != 0 {
        name = [field(block, 345, 155), b"/", &name].concat();
    }
    let positive = |at, len| number(block, at, len).and_then(|value| u64::try_from(value).ok());
    let text = |at| if named { field(block, at, 32).to_vec() } else { Vec::new() };
    let device = |at| positive(at, 8).and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
    Some(Member {
        kind,
        mode: (positive(100, 8).unwrap_or(0) & 0o7777) as u32,
        uid: positive(108, 8).unwrap_or(0),
        gid: positive(116, 8).unwrap_or(0),
        user: text(265),
        group: text(297),
        size: if kind.has_contents() { positive(124, 12)? } else { 0 },
        mtime: from_seconds(number(block, 136, 12).unwrap_or(0)),
        link: field(block, 157, 100).to_vec(),
        device: (device(329), device(337)),
        sparse: None,
        name,
    })
}

/// The parts that an old GNU header of a sparse file lists, and whether a block with more follows.
pub fn sparse_parts(block: &Block) -> Option<(Sparse, bool)> {
    let size = u64::try_from(number(block, 483, 12)?).ok()?;
    let mut sparse = Sparse { size, parts: Vec::new() };
    parts(block, 386, 4, &mut sparse)?;
    Some((sparse, block[482] != 0))
}

/// Adds the parts of a block that continues the list; whether another follows.
pub fn more_parts(block: &Block, sparse: &mut Sparse) -> Option<bool> {
    parts(block, 0, 21, sparse)?;
    Some(block[504] != 0)
}

fn parts(block: &Block, at: usize, count: usize, sparse: &mut Sparse) -> Option<()> {
    for entry in (at..).step_by(24).take(count) {
        if block[entry] == 0 {
            break;
        }
        let offset = u64::try_from(number(block, entry, 12)?).ok()?;
        sparse.parts.push((offset, u64::try_from(number(block, entry + 12, 12)?).ok()?));
    }
    Some(())
}

/// Writes octal digits and a zero; binary where GNU's dialect has to.
fn put(block: &mut Block, at: usize, len: usize, value: i64, dialect: Dialect) -> Result<(), Misfit> {
    let digits = len - 1;
    if value >= 0 && (digits >= 21 || value < 1 << (3 * digits)) {
        let text = format!("{value:0digits$o}");
        block[at..at + digits].copy_from_slice(text.as_bytes());
        return Ok(());
    }
    if dialect != Dialect::Gnu {
        return Err(Misfit::Number);
    }
    let bytes = value.to_be_bytes();
    let fill = if value < 0 { 0xff } else { 0 };
    block[at..at + len].fill(fill);
    let tail = bytes.len().min(len - 1);
    block[at + len - tail..at + len].copy_from_slice(&bytes[bytes.len() - tail..]);
    block[at] = if value < 0 { 0xff } else { 0x80 };
    Ok(())
}

fn put_text(block: &mut Block, at: usize, len: usize, text: &[u8]) {
    let len = text.len().min(len);
    block[at..at + len].copy_from_slice(&text[..len]);
}

/// Where ustar cuts a name in two: the part for its prefix ends before a slash.
fn cut(name: &[u8]) -> Option<usize> {
    let latest = name.len().min(156);
    (1..latest).rev().find(|&at| name[at] == b'/' && at + 1 < name.len() && name.len() - at - 1 <= 100)
}

/// Writes a header. What does not fit a name's field is cut off in the dialects that have another place for it.
pub fn build(member: &Member, dialect: Dialect) -> Result<Block, Misfit> {
    let mut block = [0; BLOCK];
    let elsewhere = matches!(dialect, Dialect::Gnu | Dialect::Pax);
    let longest = if dialect == Dialect::V7 { 99 } else { 100 };
    let mut name = member.name.as_slice();
    if name.len() > longest && !elsewhere {
        let at = cut(name).filter(|_| dialect == Dialect::Ustar).ok_or(Misfit::Name)?;
        put_text(&mut block, 345, 155, &name[..at]);
        name = &name[at + 1..];
    }
    put_text(&mut block, 0, 100, name);
    if member.link.len() > 100 && !elsewhere {
        return Err(Misfit::Link);
    }
    put_text(&mut block, 157, 100, &member.link);
    put(&mut block, 100, 8, i64::from(member.mode), dialect)?;
    let wide = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    // Those who read pax take large numbers from the extended header.
    let fits =
        |value: u64, digits: u32| if dialect == Dialect::Pax && value >> (3 * digits) != 0 { 0 } else { wide(value) };
    put(&mut block, 108, 8, fits(member.uid, 7), dialect)?;
    put(&mut block, 116, 8, fits(member.gid, 7), dialect)?;
    put(&mut block, 124, 12, fits(member.size, 11), dialect)?;
    let mtime = split(member.mtime).0;
    put(&mut block, 136, 12, if dialect == Dialect::Gnu { mtime } else { mtime.max(0) }, dialect)?;
    block[156] = member.kind.flag();
    match dialect {
        Dialect::V7 => {}
        Dialect::Gnu => block[257..265].copy_from_slice(b"ustar  \0"),
        Dialect::Ustar | Dialect::Pax => block[257..265].copy_from_slice(b"ustar\x0000"),
    }
    if dialect != Dialect::V7 {
        put_text(&mut block, 265, 31, &member.user);
        put_text(&mut block, 297, 31, &member.group);
        if dialect != Dialect::Gnu || matches!(member.kind, Kind::Character | Kind::BlockDevice) {
            put(&mut block, 329, 8, i64::from(member.device.0), dialect)?;
            put(&mut block, 337, 8, i64::from(member.device.1), dialect)?;
        }
    }
    let sum = format!("{:06o}\0 ", checksums(&block).0);
    block[148..156].copy_from_slice(sum.as_bytes());
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member() -> Member {
        Member {
            name: b"dir/file".to_vec(),
            mode: 0o644,
            uid: 1000,
            gid: 1000,
            user: b"agent".to_vec(),
            group: b"agent".to_vec(),
            size: 5,
            mtime: from_seconds(1_600_000_000),
            ..Member::default()
        }
    }

    #[test]
    fn there_and_back() {
        for dialect in [Dialect::Gnu, Dialect::Ustar, Dialect::Pax] {
            assert_eq!(parse(&build(&member(), dialect).unwrap()), Some(member()), "{dialect:?}");
        }
    }

    #[test]
    fn numbers_that_do_not_fit() {
        let large = Member { size: 1 << 40, uid: 5_000_000, mtime: from_seconds(-5), ..member() };
        assert_eq!(parse(&build(&large, Dialect::Gnu).unwrap()), Some(large.clone()));
        assert_eq!(build(&large, Dialect::Ustar), Err(Misfit::Number));
    }

    #[test]
    fn long_names_are_cut_at_a_slash() {
        let long = Member { name: [b"d".repeat(120), b"/".to_vec(), b"f".repeat(90)].concat(), ..member() };
        assert_eq!(parse(&build(&long, Dialect::Ustar).unwrap()), Some(long));
        let uncut = Member { name: b"f".repeat(120), ..member() };
        assert_eq!(build(&uncut, Dialect::Ustar), Err(Misfit::Name));
    }

    #[test]
    fn what_is_no_header() {
        let mut block = build(&member(), Dialect::Gnu).unwrap();
        block[0] ^= 1;
        assert_eq!(parse(&block), None);
        assert_eq!(parse(&[0xff; BLOCK]), None);
        // A size that is negative is none.
        let mut block = build(&member(), Dialect::Gnu).unwrap();
        block[124..136].fill(0xff);
        let sum = format!("{:06o}\0 ", checksums(&block).0);
        block[148..156].copy_from_slice(sum.as_bytes());
        assert_eq!(parse(&block), None);
    }
}
