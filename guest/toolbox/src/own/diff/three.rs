//! diff3: compares three files line by line, and merges them.

use super::script::{Ignore, changes, lines};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, read, stdout};
use std::io::{self, Write};
use std::ops::Range;

const HELP: &str = "\
{} [OPTION]... MYFILE OLDFILE YOURFILE
Compare three files line by line.

  -A, --show-all           with -m, show all changes, conflicts in brackets (the default of -m)
  -e, --ed                 output an ed script with the changes from OLDFILE to YOURFILE
  -E, --show-overlap       with -m, like -e, with brackets around conflicts
  -3, --easy-only          like -e, only changes that do not overlap
  -x, --overlap-only       like -e, only overlapping changes
  -X                       with -m, like -x
  -m, --merge              output the merged file instead of an ed script
  -i                       append 'w' and 'q' to ed scripts
  -T, --initial-tab        make tabs line up by prepending a tab
  -a, --text               accepted: all files are text
      --strip-trailing-cr  strip trailing carriage return on input
  -L, --label=LABEL        use LABEL instead of a file name; up to three times";

const LONGS: &[Long] = &[
    ("show-all", Takes::Nothing, 'A'),
    ("ed", Takes::Nothing, 'e'),
    ("show-overlap", Takes::Nothing, 'E'),
    ("easy-only", Takes::Nothing, '3'),
    ("overlap-only", Takes::Nothing, 'x'),
    ("merge", Takes::Nothing, 'm'),
    ("initial-tab", Takes::Nothing, 'T'),
    ("text", Takes::Nothing, 'a'),
    ("strip-trailing-cr", Takes::Nothing, '\u{1}'),
    ("label", Takes::Argument, 'L'),
];

const MINE: usize = 0;
const OLD: usize = 1;
const YOURS: usize = 2;

/// Which file differs from the other two.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Odd {
    File(usize),
    /// All three differ.
    All,
}

/// Lines of the three files at one place.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    odd: Odd,
    at: [Range<usize>; 3],
}

/// Brings the changes from the old file to either of the others together.
fn blocks(files: [&[&[u8]]; 3], ignore: Ignore) -> Vec<Block> {
    let compared = [MINE, YOURS].map(|file| changes(files[OLD], files[file], ignore, None));
    let mut next = [0, 0];
    // How far a file is ahead of the old one, behind the changes that were taken.
    let mut ahead = [0isize; 2];
    let mut blocks = Vec::new();
    loop {
        let first = match [0, 1].map(|side: usize| compared[side].get(next[side])) {
            [None, None] => return blocks,
            [Some(mine), Some(yours)] if yours.old.start < mine.old.start => yours,
            [Some(mine), _] => mine,
            [None, Some(yours)] => yours,
        };
        let mut old = first.old.clone();
        let (before, mut taken) = (ahead, [false; 2]);
        // Changes that touch are one place.
        while let Some((side, change)) = [0, 1].into_iter().find_map(|side: usize| {
            let change = compared[side].get(next[side]).filter(|change| change.old.start <= old.end)?;
            Some((side, change))
        }) {
            old.end = old.end.max(change.old.end);
            ahead[side] += change.new.len() as isize - change.old.len() as isize;
            taken[side] = true;
            next[side] += 1;
        }
        let shifted = |side: usize| {
            let place = |at: usize, by: isize| at.saturating_add_signed(by);
            place(old.start, before[side])..place(old.end, ahead[side])
        };
        let at = [shifted(0), old.clone(), shifted(1)];
        let text = |file: usize| files[file].get(at[file].clone()).unwrap_or_default();
        let odd = match taken {
            [true, false] => Odd::File(MINE),
            [false, true] => Odd::File(YOURS),
            _ if text(MINE) == text(YOURS) => Odd::File(OLD),
            _ => Odd::All,
        };
        blocks.push(Block { odd, at });
    }
}

/// Which changes are merged, and how conflicts are shown.
#[derive(Clone, Copy, Default)]
struct Merge {
    /// Only changes that overlap, or only those that do not.
    overlapping: bool,
    simple: bool,
    /// Brackets around conflicts.
    brackets: bool,
    /// The old lines, too.
    old: bool,
}

struct Diff3<'a> {
    files: [&'a [&'a [u8]]; 3],
    names: [Vec<u8>; 3],
    initial_tab: bool,
}

impl Diff3<'_> {
    fn text(&self, file: usize, range: &Range<usize>) -> &[&[u8]] {
        self.files[file].get(range.clone()).unwrap_or_default()
    }

    fn put(&self, out: &mut impl Write, file: usize, range: &Range<usize>) -> io::Result<()> {
        self.text(file, range).iter().try_for_each(|line| out.write_all(line))
    }

    fn print(&self, blocks: &[Block], out: &mut impl Write) -> io::Result<()> {
        for block in blocks {
            match block.odd {
                Odd::All => out.write_all(b"====\n")?,
                Odd::File(file) => writeln!(out, "===={}", file + 1)?,
            }
            // Of two that are the same the second is shown.
            let (order, silent) = match block.odd {
                Odd::All => ([MINE, OLD, YOURS], None),
                Odd::File(MINE) => ([MINE, OLD, YOURS], Some(OLD)),
                Odd::File(OLD) => ([MINE, YOURS, OLD], Some(MINE)),
                Odd::File(_) => ([MINE, OLD, YOURS], Some(MINE)),
            };
            for file in order {
                let range = &block.at[file];
                match range.len() {
                    0 => writeln!(out, "{}:{}a", file + 1, range.start)?,
                    1 => writeln!(out, "{}:{}c", file + 1, range.end)?,
                    _ => writeln!(out, "{}:{},{}c", file + 1, range.start + 1, range.end)?,
                }
                if silent == Some(file) {
                    continue;
                }
                for line in self.text(file, range) {
                    out.write_all(if self.initial_tab { b"\t" } else { b"  " })?;
                    out.write_all(line)?;
                    if !line.ends_with(b"\n") {
                        out.write_all(b"\n\\ No newline at end of file\n")?;
                    }
                }
            }
        }
        Ok(())
    }

    /// What is done about a block: nothing, its lines of YOURFILE put in, or a conflict shown.
    fn action(merge: Merge, odd: Odd) -> Option<bool> {
        match odd {
            Odd::File(MINE) => None,
            Odd::File(OLD) => merge.old.then_some(true),
            Odd::File(_) => (!merge.overlapping).then_some(false),
            Odd::All => (!merge.simple).then_some(merge.brackets),
        }
    }

    /// Prints the merged file; whether there were conflicts.
    fn merge(&self, blocks: &[Block], merge: Merge, out: &mut impl Write) -> io::Result<bool> {
        let (mut at, mut conflicts) = (0, false);
        let bracket = |out: &mut dyn Write, mark: &str, file: usize| {
            write!(out, "{mark} ")?;
            out.write_all(&self.names[file])?;
            out.write_all(b"\n")
        };
        for block in blocks {
            let Some(conflict) = Diff3::action(merge, block.odd) else { continue };
            self.put(out, MINE, &(at..block.at[MINE].start))?;
            at = block.at[MINE].end;
            if conflict {
                conflicts = true;
                let all = block.odd == Odd::All;
                if all {
                    bracket(out, "<<<<<<<", MINE)?;
                    self.put(out, MINE, &block.at[MINE])?;
                }
                if merge.old {
                    bracket(out, if all { "|||||||" } else { "<<<<<<<" }, OLD)?;
                    self.put(out, OLD, &block.at[OLD])?;
                }
                out.write_all(b"=======\n")?;
            }
            self.put(out, YOURS, &block.at[YOURS])?;
            if conflict {
                bracket(out, ">>>>>>>", YOURS)?;
            }
        }
        self.put(out, MINE, &(at..self.files[MINE].len()))?;
        Ok(conflicts)
    }

    /// Prints the changes for ed, the last one first.
    fn script(&self, blocks: &[Block], merge: Merge, out: &mut impl Write) -> io::Result<()> {
        for block in blocks.iter().rev().filter(|block| Diff3::action(merge, block.odd).is_some()) {
            let mine = &block.at[MINE];
            let letter = match (mine.is_empty(), block.at[YOURS].is_empty()) {
                (true, _) => 'a',
                (_, true) => 'd',
                _ => 'c',
            };
            match mine.len() {
                0 => writeln!(out, "{}{letter}", mine.start)?,
                1 => writeln!(out, "{}{letter}", mine.end)?,
                _ => writeln!(out, "{},{}{letter}", mine.start + 1, mine.end)?,
            }
            if letter == 'd' {
                continue;
            }
            // A line of a period would end the text: it has two, of which one goes away again.
            let mut dotted = Vec::new();
            for (index, line) in self.text(YOURS, &block.at[YOURS]).iter().enumerate() {
                if line.starts_with(b".") {
                    out.write_all(b".")?;
                    dotted.push(index);
                }
                out.write_all(line)?;
            }
            out.write_all(b".\n")?;
            if let (Some(_), length) = (dotted.first(), block.at[YOURS].len()) {
                let first = mine.start + 1;
                match length {
                    1 => writeln!(out, "{first}s/^\\.//")?,
                    _ => writeln!(out, "{first},{}s/^\\.//", first + length - 1)?,
                }
            }
        }
        Ok(())
    }
}

fn incompatible() -> Failure {
    Failure::usage("incompatible options")
}

/// Runs diff3.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "AeE3xXmiTaL:", LONGS, HELP);
    let (mut how, mut merged, mut finish, mut initial_tab) = (None, false, false, false);
    let (mut ignore, mut labels, mut names) = (Ignore::default(), Vec::new(), Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter @ ('A' | 'e' | 'E' | '3' | 'x' | 'X'), _) => {
                if how.replace(letter).is_some_and(|other| other != letter) {
                    return Err(incompatible());
                }
            }
            Item::Option('m', _) => merged = true,
            Item::Option('i', _) => finish = true,
            Item::Option('T', _) => initial_tab = true,
            Item::Option('\u{1}', _) => ignore.trailing_cr = true,
            Item::Option('L', value) => labels.push(value),
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if labels.len() > 3 {
        return Err(Failure::usage("too many file label options"));
    }
    let names = <[Vec<u8>; 3]>::try_from(names).map_err(|names| match names.get(3) {
        Some(extra) => Failure::usage(format!("extra operand {}", quote(extra))),
        None => match names.last() {
            Some(last) => Failure::usage(format!("missing operand after {}", quote(last))),
            None => Failure::usage("missing operand after 'diff3'"),
        },
    })?;
    let mut texts = [Vec::new(), Vec::new(), Vec::new()];
    for (name, text) in names.iter().zip(&mut texts) {
        *text = read::whole(name).map_err(|errno| Failure::new(format!("{}: {errno}", lossy(name))).status(2))?;
    }
    let split = texts.each_ref().map(|text| lines(text));
    let files = split.each_ref().map(Vec::as_slice);
    let shown = std::array::from_fn(|file| labels.get(file).unwrap_or(&names[file]).clone());
    let diff3 = Diff3 { files, names: shown, initial_tab };
    let blocks = blocks(files, ignore);
    let merge = match how {
        None | Some('A') => Merge { brackets: true, old: true, ..Merge::default() },
        Some('E') => Merge { brackets: true, ..Merge::default() },
        // GNU's -X has no brackets either when it merges.
        Some('x' | 'X') => Merge { overlapping: true, ..Merge::default() },
        Some('3') => Merge { simple: true, ..Merge::default() },
        Some(_) => Merge::default(),
    };
    let mut out = stdout();
    let mut conflicts = false;
    match (merged, how) {
        (true, _) => conflicts = diff3.merge(&blocks, merge, &mut out)?,
        (false, None) => diff3.print(&blocks, &mut out)?,
        (false, Some('A' | 'E' | 'X')) => {
            return Err(Failure::usage("brackets around conflicts are there with -m only"));
        }
        (false, Some(_)) => {
            diff3.script(&blocks, merge, &mut out)?;
            if finish {
                out.write_all(b"w\nq\n")?;
            }
        }
    }
    out.flush()?;
    Ok(u8::from(conflicts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(mine: &str, old: &str, yours: &str) -> Vec<Block> {
        let split = [mine, old, yours].map(|text| lines(text.as_bytes()));
        blocks(split.each_ref().map(Vec::as_slice), Ignore::default())
    }

    #[test]
    fn places() {
        let all = Block { odd: Odd::All, at: [1..2, 1..2, 1..2] };
        assert_eq!(found("a\nX\nc\n", "a\nb\nc\n", "a\nY\nc\n"), [all]);
        let same = Block { odd: Odd::File(OLD), at: [1..2, 1..2, 1..2] };
        assert_eq!(found("a\nX\nc\n", "a\nb\nc\n", "a\nX\nc\n"), [same]);
        let apart = found("0\na\nb\nc\nd\n", "a\nb\nc\nd\n", "a\nb\nc\n");
        assert_eq!(
            apart,
            [
                Block { odd: Odd::File(MINE), at: [0..1, 0..0, 0..0] },
                Block { odd: Odd::File(YOURS), at: [4..5, 3..4, 3..3] }
            ]
        );
        assert_eq!(found("a\n", "a\n", "a\n"), []);
    }

    #[test]
    fn merges() {
        let texts = ["a\nX\nc\nd\n", "a\nb\nc\nd\n", "a\nY\nc\nd\ne\n"];
        let split = texts.map(|text| lines(text.as_bytes()));
        let files = split.each_ref().map(Vec::as_slice);
        let names = ["m", "o", "y"].map(|name| name.as_bytes().to_vec());
        let diff3 = Diff3 { files, names, initial_tab: false };
        let mut out = Vec::new();
        let merge = Merge { brackets: true, old: true, ..Merge::default() };
        assert!(diff3.merge(&blocks(files, Ignore::default()), merge, &mut out).unwrap());
        let wanted = "a\n<<<<<<< m\nX\n||||||| o\nb\n=======\nY\n>>>>>>> y\nc\nd\ne\n";
        assert_eq!(String::from_utf8(out).unwrap(), wanted);
    }
}
