//! cp's command line.

use crate::own::target::Backup;
use agentfense_support::{Failure, Item, Long, Options, Takes, quote};

const HELP: &str = "\
{} [OPTION]... [-T] SOURCE DEST
  or:  cp [OPTION]... SOURCE... DIRECTORY
  or:  cp [OPTION]... -t DIRECTORY SOURCE...
Copy SOURCE to DEST, or multiple SOURCE(s) to DIRECTORY.

  -a, --archive            same as -dR --preserve=all
      --attributes-only    do not copy the file data, just the attributes
  -b, --backup[=CONTROL]   make a backup of each existing destination file
      --copy-contents      copy contents of special files when recursive
  -d                       same as --no-dereference --preserve=links
  -f, --force              if an existing destination file cannot be opened, remove it and try again
  -i, --interactive        prompt before overwrite
  -H                       follow command-line symbolic links in SOURCE
  -l, --link               hard link files instead of copying
  -L, --dereference        always follow symbolic links in SOURCE
  -n, --no-clobber         do not overwrite an existing file
  -P, --no-dereference     never follow symbolic links in SOURCE
  -p                       same as --preserve=mode,ownership,timestamps
      --preserve[=LIST]    preserve mode, ownership, timestamps, links, all
      --no-preserve=LIST   do not preserve the specified attributes
      --parents            use full source file name under DIRECTORY
  -R, -r, --recursive      copy directories recursively
      --remove-destination remove each existing destination file before copying to it
      --strip-trailing-slashes  remove any trailing slashes from each SOURCE argument
  -s, --symbolic-link      make symbolic links instead of copying
  -S, --suffix=SUFFIX      override the usual backup suffix
  -t, --target-directory=DIRECTORY  copy all SOURCE arguments into DIRECTORY
  -T, --no-target-directory  treat DEST as a normal file
  -u, --update             copy only when the SOURCE file is newer than the destination file or it is missing
  -v, --verbose            explain what is being done
  -x, --one-file-system    stay on this file system

--reflink and --sparse are accepted and change nothing.";

const LONGS: &[Long] = &[
    ("archive", Takes::Nothing, 'a'),
    ("attributes-only", Takes::Nothing, '\u{1}'),
    ("backup", Takes::Optional, '\u{2}'),
    ("copy-contents", Takes::Nothing, '\u{3}'),
    ("dereference", Takes::Nothing, 'L'),
    ("force", Takes::Nothing, 'f'),
    ("interactive", Takes::Nothing, 'i'),
    ("link", Takes::Nothing, 'l'),
    ("no-clobber", Takes::Nothing, 'n'),
    ("no-dereference", Takes::Nothing, 'P'),
    ("no-preserve", Takes::Argument, '\u{4}'),
    ("no-target-directory", Takes::Nothing, 'T'),
    ("one-file-system", Takes::Nothing, 'x'),
    ("parents", Takes::Nothing, '\u{5}'),
    ("preserve", Takes::Optional, '\u{6}'),
    ("recursive", Takes::Nothing, 'r'),
    ("reflink", Takes::Optional, '\u{7}'),
    ("remove-destination", Takes::Nothing, '\u{8}'),
    ("sparse", Takes::Argument, '\u{7}'),
    ("strip-trailing-slashes", Takes::Nothing, '\u{9}'),
    ("suffix", Takes::Argument, 'S'),
    ("symbolic-link", Takes::Nothing, 's'),
    ("target-directory", Takes::Argument, 't'),
    ("update", Takes::Nothing, 'u'),
    ("verbose", Takes::Nothing, 'v'),
];

/// What becomes of a file that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    Always,
    Ask,
    Never,
}

/// Which symbolic links are followed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Follow {
    Always,
    Operands,
    Never,
}

/// What is made of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum How {
    Copy,
    HardLink,
    SymbolicLink,
    /// The file without its contents.
    Attributes,
}

/// What a copy keeps of its source.
#[derive(Clone, Copy, Default)]
pub struct Preserve {
    pub mode: bool,
    pub ownership: bool,
    pub timestamps: bool,
    pub links: bool,
    /// A new file gets the usual mode, not one like its source's.
    pub no_mode: bool,
}

/// All that cp is told.
pub struct Settings {
    pub how: How,
    pub overwrite: Overwrite,
    pub follow: Follow,
    pub recursive: bool,
    pub copy_contents: bool,
    pub preserve: Preserve,
    pub parents: bool,
    pub force: bool,
    pub remove: bool,
    pub update: bool,
    pub verbose: bool,
    pub one_file_system: bool,
    pub plain: bool,
    pub target: Option<Vec<u8>>,
    pub backup: Option<Backup>,
    pub names: Vec<Vec<u8>>,
}

/// Reads the command line.
pub fn read(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    let mut options = Options::new(args, "abdfHilLnPpRrsS:t:TuvxZ", LONGS, HELP);
    let mut settings = Settings {
        how: How::Copy,
        overwrite: Overwrite::Always,
        follow: Follow::Always,
        recursive: false,
        copy_contents: false,
        preserve: Preserve::default(),
        parents: false,
        force: false,
        remove: false,
        update: false,
        verbose: false,
        one_file_system: false,
        plain: false,
        target: None,
        backup: None,
        names: Vec::new(),
    };
    let (mut follow, mut strip) = (None, false);
    let (mut backup, mut control, mut suffix) = (false, None, None);
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => {
                (settings.recursive, follow) = (true, Some(Follow::Never));
                preserve(&mut settings.preserve, b"all", true)?;
            }
            Item::Option('\u{1}', _) => settings.how = How::Attributes,
            Item::Option('b', _) => backup = true,
            Item::Option('\u{2}', value) => (backup, control) = (true, Some(value)),
            Item::Option('\u{3}', _) => settings.copy_contents = true,
            Item::Option('d', _) => (follow, settings.preserve.links) = (Some(Follow::Never), true),
            Item::Option('f', _) => settings.force = true,
            Item::Option('H', _) => follow = Some(Follow::Operands),
            Item::Option('i', _) => settings.overwrite = Overwrite::Ask,
            Item::Option('l', _) => settings.how = How::HardLink,
            Item::Option('L', _) => follow = Some(Follow::Always),
            Item::Option('n', _) => settings.overwrite = Overwrite::Never,
            Item::Option('P', _) => follow = Some(Follow::Never),
            Item::Option('p', _) => preserve(&mut settings.preserve, b"mode,ownership,timestamps", true)?,
            Item::Option('\u{4}', list) => preserve(&mut settings.preserve, &list, false)?,
            Item::Option('\u{5}', _) => settings.parents = true,
            Item::Option('\u{6}', list) => {
                let list = if list.is_empty() { b"mode,ownership,timestamps".to_vec() } else { list };
                preserve(&mut settings.preserve, &list, true)?;
            }
            Item::Option('r' | 'R', _) => settings.recursive = true,
            Item::Option('\u{8}', _) => settings.remove = true,
            Item::Option('\u{9}', _) => strip = true,
            Item::Option('s', _) => settings.how = How::SymbolicLink,
            Item::Option('S', value) => suffix = Some(value),
            Item::Option('t', value) => settings.target = Some(value),
            Item::Option('T', _) => settings.plain = true,
            Item::Option('u', _) => settings.update = true,
            Item::Option('v', _) => settings.verbose = true,
            Item::Option('x', _) => settings.one_file_system = true,
            Item::Option(..) => {}
            Item::Operand(name) => settings.names.push(name),
        }
    }
    // Links in a tree are copied as links, unless something else is asked for.
    let usual = if settings.recursive && settings.how != How::HardLink { Follow::Never } else { Follow::Always };
    settings.follow = follow.unwrap_or(usual);
    settings.backup = Backup::new(backup, control.as_deref(), suffix)?;
    if strip {
        for name in &mut settings.names {
            let length = crate::own::target::trim(name).len().max(1);
            name.truncate(length);
        }
    }
    Ok(settings)
}

fn preserve(into: &mut Preserve, list: &[u8], on: bool) -> Result<(), Failure> {
    for word in list.split(|&b| b == b',') {
        match word {
            b"mode" => (into.mode, into.no_mode) = (on, !on),
            b"ownership" => into.ownership = on,
            b"timestamps" => into.timestamps = on,
            b"links" => into.links = on,
            // A sandbox's files have neither.
            b"context" | b"xattr" => {}
            b"all" => {
                *into = Preserve { mode: on, ownership: on, timestamps: on, links: on, no_mode: !on };
            }
            _ => {
                let name = if on { "preserve" } else { "no-preserve" };
                return Err(Failure::usage(format!("invalid argument {} for '--{name}'", quote(word))));
            }
        }
    }
    Ok(())
}
