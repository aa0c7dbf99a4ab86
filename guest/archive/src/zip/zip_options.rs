//! zip's command line.

use crate::input::errno;
use agentfense_support::glob::Glob;
use agentfense_support::{Failure, Item, Long, Options, Takes};
use agentfense_sys::Errno;
use agentfense_sys::files::OpenFile;
use std::io::{BufRead, BufReader};

const HELP: &str = "\
{} [-options] [zipfile list] [-xi list]
Add files to a ZIP archive, or replace those that are in it. - is standard input or output.

  -f   freshen: only changed files            -u   update: only changed or new files
  -d   delete entries in zipfile              -m   move into zipfile (delete OS files)
  -r   recurse into directories               -j   junk (don't record) directory names
  -0   store only                             -1 .. -9  compress faster .. better
  -q   quiet operation                        -v   verbose operation
  -D   do not add directory entries           -@   read names from stdin
  -x   exclude the following names            -i   include only the following names
  -y   store symbolic links as the link       -T   test zipfile integrity
  -X   eXclude eXtra file attributes          -g   accepted, without effect";

const LONGS: &[Long] = &[
    ("freshen", Takes::Nothing, 'f'),
    ("update", Takes::Nothing, 'u'),
    ("delete", Takes::Nothing, 'd'),
    ("move", Takes::Nothing, 'm'),
    ("recurse-paths", Takes::Nothing, 'r'),
    ("junk-paths", Takes::Nothing, 'j'),
    ("quiet", Takes::Nothing, 'q'),
    ("verbose", Takes::Nothing, 'v'),
    ("no-dir-entries", Takes::Nothing, 'D'),
    ("names-stdin", Takes::Nothing, '@'),
    ("exclude", Takes::Nothing, 'x'),
    ("include", Takes::Nothing, 'i'),
    ("symlinks", Takes::Nothing, 'y'),
    ("test", Takes::Nothing, 'T'),
    ("no-extra", Takes::Nothing, 'X'),
    ("strip-extra", Takes::Nothing, 'X'),
];

/// What to do with files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Store them.
    #[default]
    Add,
    /// Store those that are newer or new.
    Update,
    /// Store those that are newer.
    Freshen,
    /// Delete their entries.
    Delete,
}

/// The options.
#[derive(Default)]
pub struct Settings {
    /// What to do.
    pub action: Action,
    /// Files go away once they are stored.
    pub moves: bool,
    /// Go into directories.
    pub recursive: bool,
    /// Directories of names are not stored.
    pub junk: bool,
    /// How hard to compress, from 0 to 9.
    pub level: u32,
    /// Say nothing of what is done.
    pub quiet: bool,
    /// Say more of it.
    pub verbose: bool,
    /// Directories have no entries.
    pub no_directories: bool,
    /// Symbolic links are stored as such.
    pub symlinks: bool,
    /// Read the archive once it is there.
    pub test: bool,
    /// No extra fields.
    pub no_extra: bool,
    /// What is left out.
    pub excluded: Vec<Glob>,
    /// What is meant; everything without any.
    pub included: Vec<Glob>,
}

/// What a list that an option begins is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Files,
    Exclude,
    Include,
}

/// A call of zip.
pub struct Call {
    /// The options.
    pub settings: Settings,
    /// The archive; `-` for standard output.
    pub archive: Vec<u8>,
    /// The files.
    pub names: Vec<Vec<u8>>,
}

/// Reads the command line, and the names on standard input that it may ask for.
pub fn parse(args: Vec<Vec<u8>>) -> Result<Call, Failure> {
    let mut args = args;
    if args.len() < 2 {
        args.push(b"--help".to_vec());
    }
    let mut options = Options::new(args, "fudmrjqvDxiyTXg@0123456789", LONGS, HELP);
    let mut settings = Settings { level: 6, ..Settings::default() };
    let (mut list, mut names, mut archive, mut from_stdin) = (List::Files, Vec::new(), None, false);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Operand(name) if name == b"@" && list != List::Files => list = List::Files,
            Item::Operand(name) => match (list, &archive) {
                (List::Files, None) => archive = Some(name),
                (List::Files, Some(_)) => names.push(name),
                (List::Exclude, _) => settings.excluded.push(Glob::new(&name, false)),
                (List::Include, _) => settings.included.push(Glob::new(&name, false)),
            },
            Item::Option(letter, _) => {
                list = match letter {
                    'x' => List::Exclude,
                    'i' => List::Include,
                    _ => List::Files,
                };
                match letter {
                    'f' => settings.action = Action::Freshen,
                    'u' => settings.action = Action::Update,
                    'd' => settings.action = Action::Delete,
                    'm' => settings.moves = true,
                    'r' => settings.recursive = true,
                    'j' => settings.junk = true,
                    'q' => settings.quiet = true,
                    'v' => settings.verbose = true,
                    'D' => settings.no_directories = true,
                    'y' => settings.symlinks = true,
                    'T' => settings.test = true,
                    'X' => settings.no_extra = true,
                    '@' => from_stdin = true,
                    digit @ '0'..='9' => settings.level = digit.to_digit(10).unwrap_or(6),
                    _ => {}
                }
            }
        }
    }
    let archive = archive.unwrap_or_else(|| b"-".to_vec());
    if from_stdin {
        let stdin = OpenFile::inherited(0).ok_or_else(|| Failure::from(Errno::Badf))?;
        for line in BufReader::new(stdin).split(b'\n') {
            let line = line.map_err(|error| Failure::from(errno(&error)))?;
            if !line.is_empty() {
                names.push(line);
            }
        }
    }
    let has_suffix = archive.rsplit(|&b| b == b'/').next().is_some_and(|base| base.contains(&b'.'));
    let archive = if archive == b"-" || has_suffix { archive } else { [&archive[..], b".zip"].concat() };
    Ok(Call { settings, archive, names })
}
