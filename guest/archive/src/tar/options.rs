//! tar's command line.

use super::header::Dialect;
use super::names::{Matching, Pattern};
use super::settings::{Compression, Existing, Operand, Operation, Owner, Settings, Sort};
use crate::codec::Format;
use crate::times::from_seconds;
use agentfense_support::mode::ModeChange;
use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::walk::join;
use agentfense_support::{Failure, Item, Long, Options, Takes, options, quote, read, time};
use agentfense_sys::files;

const HELP: &str = "\
{} -A|-c|-d|-r|-t|-u|-x|--delete [OPTION]... [-f ARCHIVE] [FILE]...
Save many files together in an archive, and restore them from it.

 Main operation:
  -c, --create               create a new archive
  -d, --diff, --compare      find differences between archive and file system
  -r, --append               append files to the end of an archive
  -t, --list                 list the contents of an archive
  -u, --update               only append files newer than the copy in the archive
  -x, --extract, --get       extract files from an archive
  -A, --catenate, --concatenate  append archives to an archive
      --delete               delete members from an archive

 Archive:
  -f, --file=ARCHIVE         the archive; - is standard input or output (default)
  -a, --auto-compress        choose the compression by the archive's suffix
  -z, --gzip  -j, --bzip2  -J, --xz  --lzma  --zstd
                             compress; on reading this is found out, too
  -I, --use-compress-program=PROG  filter through PROG (which must accept -d)
  -b, --blocking-factor=N    N x 512 bytes per record
  -i, --ignore-zeros         ignore zeroed blocks (usually the end of the archive)
      --format=FORMAT        gnu (default), oldgnu, ustar, pax (posix), v7

 Selection:
  -C, --directory=DIR        change to directory DIR
  -T, --files-from=FILE      get names from FILE; --null: with a zero after each
  -X, --exclude-from=FILE    exclude patterns listed in FILE
      --exclude=PATTERN      exclude files
      --exclude-vcs, --exclude-backups
      --wildcards, --no-wildcards, --anchored, --no-anchored, --ignore-case
      --no-recursion         do not go into directories
      --strip-components=N   remove N parts of the names on extraction
      --transform=EXPR, --xform=EXPR  change names by sed's s command
  -h, --dereference          store what symbolic links point at
      --hard-dereference     store hard links as files
  -P, --absolute-names       keep leading slashes and ..

 What is stored or restored:
      --owner=NAME, --group=NAME, --mode=CHANGES, --mtime=DATE, --clamp-mtime
      --numeric-owner        numbers for owners, and no names
      --sort=ORDER           none (default), name or inode
  -p, --preserve-permissions, --same-permissions   the umask does not apply
  -m, --touch                do not restore modification times
  -o, --no-same-owner  --same-owner  --no-same-permissions

 Existing files:
  -k, --keep-old-files       they stay, and are errors
      --skip-old-files       they stay
      --keep-newer-files     they stay if they are newer
      --overwrite            they are written over
  -U, --unlink-first         they are removed first
      --remove-files         remove files after adding them
      --one-top-level[=DIR]  extract into DIR

 Output:
  -v, --verbose              list files; -vv or -tv: with everything
  -O, --to-stdout            extract files to standard output
      --full-time            print times to their full resolution
      --show-transformed-names, --totals";

/// Letters that stand for long options without one.
mod long {
    pub const LZMA: char = '\u{100}';
    pub const ZSTD: char = '\u{101}';
    pub const FORMAT: char = '\u{102}';
    pub const NULL: char = '\u{103}';
    pub const EXCLUDE: char = '\u{104}';
    pub const EXCLUDE_VCS: char = '\u{105}';
    pub const EXCLUDE_BACKUPS: char = '\u{106}';
    pub const WILDCARDS: char = '\u{107}';
    pub const NO_WILDCARDS: char = '\u{108}';
    pub const ANCHORED: char = '\u{109}';
    pub const NO_ANCHORED: char = '\u{10a}';
    pub const IGNORE_CASE: char = '\u{10b}';
    pub const NO_RECURSION: char = '\u{10c}';
    pub const STRIP: char = '\u{10d}';
    pub const TRANSFORM: char = '\u{10e}';
    pub const HARD_DEREFERENCE: char = '\u{10f}';
    pub const OWNER: char = '\u{110}';
    pub const GROUP: char = '\u{111}';
    pub const MODE: char = '\u{112}';
    pub const MTIME: char = '\u{113}';
    pub const CLAMP: char = '\u{114}';
    pub const NUMERIC: char = '\u{115}';
    pub const SORT: char = '\u{116}';
    pub const SAME_OWNER: char = '\u{117}';
    pub const NO_SAME_PERMISSIONS: char = '\u{118}';
    pub const SKIP_OLD: char = '\u{119}';
    pub const KEEP_NEWER: char = '\u{11a}';
    pub const OVERWRITE: char = '\u{11b}';
    pub const REMOVE: char = '\u{11c}';
    pub const ONE_TOP: char = '\u{11d}';
    pub const FULL_TIME: char = '\u{11e}';
    pub const SHOW_TRANSFORMED: char = '\u{11f}';
    pub const TOTALS: char = '\u{120}';
    pub const IGNORED: char = '\u{121}';
    pub const IGNORED_VALUE: char = '\u{122}';
    pub const POSIX: char = '\u{123}';
    pub const RECURSION: char = '\u{124}';
    pub const DELETE: char = '\u{125}';
}

const LONGS: &[Long] = &[
    ("create", Takes::Nothing, 'c'),
    ("diff", Takes::Nothing, 'd'),
    ("compare", Takes::Nothing, 'd'),
    ("append", Takes::Nothing, 'r'),
    ("list", Takes::Nothing, 't'),
    ("update", Takes::Nothing, 'u'),
    ("extract", Takes::Nothing, 'x'),
    ("delete", Takes::Nothing, long::DELETE),
    ("catenate", Takes::Nothing, 'A'),
    ("concatenate", Takes::Nothing, 'A'),
    ("get", Takes::Nothing, 'x'),
    ("file", Takes::Argument, 'f'),
    ("auto-compress", Takes::Nothing, 'a'),
    ("gzip", Takes::Nothing, 'z'),
    ("gunzip", Takes::Nothing, 'z'),
    ("ungzip", Takes::Nothing, 'z'),
    ("bzip2", Takes::Nothing, 'j'),
    ("xz", Takes::Nothing, 'J'),
    ("lzma", Takes::Nothing, long::LZMA),
    ("zstd", Takes::Nothing, long::ZSTD),
    ("use-compress-program", Takes::Argument, 'I'),
    ("blocking-factor", Takes::Argument, 'b'),
    ("ignore-zeros", Takes::Nothing, 'i'),
    ("format", Takes::Argument, long::FORMAT),
    ("posix", Takes::Nothing, long::POSIX),
    ("directory", Takes::Argument, 'C'),
    ("files-from", Takes::Argument, 'T'),
    ("null", Takes::Nothing, long::NULL),
    ("exclude-from", Takes::Argument, 'X'),
    ("exclude", Takes::Argument, long::EXCLUDE),
    ("exclude-vcs", Takes::Nothing, long::EXCLUDE_VCS),
    ("exclude-backups", Takes::Nothing, long::EXCLUDE_BACKUPS),
    ("wildcards", Takes::Nothing, long::WILDCARDS),
    ("no-wildcards", Takes::Nothing, long::NO_WILDCARDS),
    ("anchored", Takes::Nothing, long::ANCHORED),
    ("no-anchored", Takes::Nothing, long::NO_ANCHORED),
    ("ignore-case", Takes::Nothing, long::IGNORE_CASE),
    ("wildcards-match-slash", Takes::Nothing, long::IGNORED),
    ("no-recursion", Takes::Nothing, long::NO_RECURSION),
    ("recursion", Takes::Nothing, long::RECURSION),
    ("strip-components", Takes::Argument, long::STRIP),
    ("transform", Takes::Argument, long::TRANSFORM),
    ("xform", Takes::Argument, long::TRANSFORM),
    ("dereference", Takes::Nothing, 'h'),
    ("hard-dereference", Takes::Nothing, long::HARD_DEREFERENCE),
    ("absolute-names", Takes::Nothing, 'P'),
    ("owner", Takes::Argument, long::OWNER),
    ("group", Takes::Argument, long::GROUP),
    ("mode", Takes::Argument, long::MODE),
    ("mtime", Takes::Argument, long::MTIME),
    ("clamp-mtime", Takes::Nothing, long::CLAMP),
    ("numeric-owner", Takes::Nothing, long::NUMERIC),
    ("sort", Takes::Argument, long::SORT),
    ("preserve-permissions", Takes::Nothing, 'p'),
    ("same-permissions", Takes::Nothing, 'p'),
    ("no-same-permissions", Takes::Nothing, long::NO_SAME_PERMISSIONS),
    ("touch", Takes::Nothing, 'm'),
    ("no-same-owner", Takes::Nothing, 'o'),
    ("same-owner", Takes::Nothing, long::SAME_OWNER),
    ("keep-old-files", Takes::Nothing, 'k'),
    ("skip-old-files", Takes::Nothing, long::SKIP_OLD),
    ("keep-newer-files", Takes::Nothing, long::KEEP_NEWER),
    ("overwrite", Takes::Nothing, long::OVERWRITE),
    ("unlink-first", Takes::Nothing, 'U'),
    ("remove-files", Takes::Nothing, long::REMOVE),
    ("one-top-level", Takes::Optional, long::ONE_TOP),
    ("verbose", Takes::Nothing, 'v'),
    ("to-stdout", Takes::Nothing, 'O'),
    ("full-time", Takes::Nothing, long::FULL_TIME),
    ("show-transformed-names", Takes::Nothing, long::SHOW_TRANSFORMED),
    ("show-stored-names", Takes::Nothing, long::SHOW_TRANSFORMED),
    ("totals", Takes::Optional, long::TOTALS),
    ("delay-directory-restore", Takes::Nothing, long::IGNORED),
    ("no-delay-directory-restore", Takes::Nothing, long::IGNORED),
    ("overwrite-dir", Takes::Nothing, long::IGNORED),
    ("no-overwrite-dir", Takes::Nothing, long::IGNORED),
    ("keep-directory-symlink", Takes::Nothing, long::IGNORED),
    ("sparse", Takes::Nothing, 'S'),
    ("no-xattrs", Takes::Nothing, long::IGNORED),
    ("no-acls", Takes::Nothing, long::IGNORED),
    ("no-selinux", Takes::Nothing, long::IGNORED),
    ("force-local", Takes::Nothing, long::IGNORED),
    ("no-ignore-command-error", Takes::Nothing, long::IGNORED),
    ("checkpoint", Takes::Optional, long::IGNORED),
    ("checkpoint-action", Takes::Argument, long::IGNORED_VALUE),
    ("warning", Takes::Argument, long::IGNORED_VALUE),
    ("pax-option", Takes::Argument, long::IGNORED_VALUE),
    ("quoting-style", Takes::Argument, long::IGNORED_VALUE),
    ("no-auto-compress", Takes::Nothing, long::IGNORED),
    ("verbatim-files-from", Takes::Nothing, long::IGNORED),
    ("check-links", Takes::Nothing, 'l'),
];

const SHORTS: &str = "Acdrtuxf:azjJI:b:iC:T:X:hPpmokUvOSlwWBsnH:";

const VCS: &[&str] = &[
    "CVS",
    ".cvsignore",
    "RCS",
    "SCCS",
    ".git",
    ".gitignore",
    ".gitattributes",
    ".gitmodules",
    ".svn",
    ".arch-ids",
    "{arch}",
    "=RELEASE-ID",
    "=meta-update",
    "=update",
    ".bzr",
    ".bzrignore",
    ".bzrtags",
    ".hg",
    ".hgignore",
    ".hgtags",
    "_darcs",
];

const BACKUPS: &[&str] = &[".#*", "*~", "#*#"];

/// A mistake on the command line.
pub fn mistake(message: impl std::fmt::Display) -> Failure {
    Failure::new(format!("{message}\nTry 'tar --help' or 'tar --usage' for more information.")).status(2)
}

/// Reads the letters without a dash that a command line may begin with, each taking its argument from what follows.
fn old_style(args: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Failure> {
    let letters = match args.get(1) {
        Some(first) if !first.is_empty() && first[0] != b'-' => first.clone(),
        _ => return Ok(args),
    };
    let mut rest = args.into_iter();
    let mut changed: Vec<Vec<u8>> = rest.next().into_iter().collect();
    rest.next();
    for letter in letters {
        changed.push(vec![b'-', letter]);
        if SHORTS.contains(&format!("{}:", char::from(letter))) {
            let missing = || mistake(format_args!("Old option '{}' requires an argument.", char::from(letter)));
            changed.push(rest.next().ok_or_else(missing)?);
        }
    }
    changed.extend(rest);
    Ok(changed)
}

/// `NAME`, `NAME:ID`, `:ID`, `ID` or `+ID`.
fn owner(value: &[u8], table: &Names) -> Owner {
    let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
    if let Some(colon) = value.iter().position(|&b| b == b':') {
        let name = Some(value[..colon].to_vec()).filter(|name| !name.is_empty());
        return Owner { name, id: number(&value[colon + 1..]) };
    }
    match number(value) {
        Some(id) => {
            let name = u32::try_from(id).ok().and_then(|id| table.name(id).map(|name| name.as_bytes().to_vec()));
            Owner { name: Some(name.unwrap_or_default()), id: Some(id) }
        }
        None => Owner { name: Some(value.to_vec()), id: table.entry(&lossy(value)).map(|entry| u64::from(entry.id)) },
    }
}

/// Names or patterns in a file, one a line or each with a zero after it.
fn lines(file: &[u8], null: bool) -> Result<Vec<Vec<u8>>, Failure> {
    let data = read::whole(file).map_err(|errno| {
        Failure::new(format!("{}: Cannot open: {errno}\ntar: Error is not recoverable: exiting now", lossy(file)))
            .status(2)
    })?;
    let end = if null { 0 } else { b'\n' };
    Ok(data.split(|&b| b == end).filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
}

/// Reads the command line.
pub fn parse(args: Vec<Vec<u8>>) -> Result<Settings, Failure> {
    let args = old_style(args)?;
    let mut options = Options::new(args, SHORTS, LONGS, HELP);
    let mut settings = Settings::default();
    let mut operation: Option<Operation> = None;
    let mut matching = Matching::default();
    let (mut null, mut one_top, mut from_file) = (false, None, false);
    loop {
        let item = options.next_item().map_err(|failure| match failure.usage {
            true => mistake(failure.message).status(64),
            false => failure,
        })?;
        let Some(item) = item else { break };
        let (letter, value) = match item {
            Item::Operand(name) => {
                settings.wanted.add(&name, matching, &settings.directory);
                settings.operands.push(Operand { directory: settings.directory.clone(), name });
                continue;
            }
            Item::Option(letter, value) => (letter, value),
        };
        let wanted = match letter {
            'c' => Some(Operation::Create),
            'd' => Some(Operation::Compare),
            'r' => Some(Operation::Append),
            't' => Some(Operation::List),
            'u' => Some(Operation::Update),
            'x' => Some(Operation::Extract),
            'A' => Some(Operation::Concatenate),
            long::DELETE => Some(Operation::Delete),
            _ => None,
        };
        if let Some(wanted) = wanted {
            if operation.is_some_and(|operation| operation != wanted) {
                return Err(mistake(
                    "You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option",
                ));
            }
            operation = Some(wanted);
            continue;
        }
        match letter {
            'f' => settings.file = Some(value).filter(|value| value != b"-"),
            'a' => settings.compression = Compression::Suffix,
            'z' => settings.compression = Compression::Known(Format::Gzip),
            'j' => settings.compression = Compression::Known(Format::Bzip2),
            'J' => settings.compression = Compression::Known(Format::Xz),
            long::LZMA => settings.compression = Compression::Known(Format::Lzma),
            long::ZSTD => settings.compression = Compression::Known(Format::Zstd),
            'I' => settings.compression = Compression::Program(value),
            'b' => {
                let blocks = options::size(&value).and_then(|blocks| u32::try_from(blocks).ok());
                let valid = blocks.filter(|blocks| (1..=1 << 20).contains(blocks));
                settings.blocks =
                    valid.ok_or_else(|| mistake(format_args!("{}: Invalid blocking factor", lossy(&value))))?;
            }
            'i' => settings.ignore_zeros = true,
            long::FORMAT => {
                settings.dialect = match value.as_slice() {
                    b"gnu" | b"oldgnu" => Dialect::Gnu,
                    b"ustar" => Dialect::Ustar,
                    b"pax" | b"posix" => Dialect::Pax,
                    b"v7" => Dialect::V7,
                    _ => return Err(mistake(format_args!("{}: Invalid archive format", lossy(&value)))),
                }
            }
            long::POSIX => settings.dialect = Dialect::Pax,
            'C' => {
                settings.directory = match value.as_slice() {
                    [b'/', ..] => value,
                    _ if settings.directory.is_empty() => value,
                    _ => join(&settings.directory, &value),
                };
                settings.directories.push(settings.directory.clone());
            }
            'T' => {
                from_file = true;
                for name in lines(&value, null)? {
                    settings.wanted.add(&name, matching, &settings.directory);
                    settings.operands.push(Operand { directory: settings.directory.clone(), name });
                }
            }
            long::NULL => null = true,
            'X' => {
                settings.excludes.extend(lines(&value, false)?.iter().map(|line| Pattern::exclude(line, matching)));
            }
            long::EXCLUDE => settings.excludes.push(Pattern::exclude(&value, matching)),
            long::EXCLUDE_VCS | long::EXCLUDE_BACKUPS => {
                let patterns = if letter == long::EXCLUDE_VCS { VCS } else { BACKUPS };
                let patterns = patterns.iter().map(|text| Pattern::exclude(text.as_bytes(), Matching::default()));
                settings.excludes.extend(patterns);
            }
            long::WILDCARDS => matching.wildcards = Some(true),
            long::NO_WILDCARDS => matching.wildcards = Some(false),
            long::ANCHORED => matching.anchored = Some(true),
            long::NO_ANCHORED => matching.anchored = Some(false),
            long::IGNORE_CASE => matching.ignore_case = true,
            long::NO_RECURSION => settings.recursion = false,
            long::RECURSION => settings.recursion = true,
            long::STRIP => {
                let count = std::str::from_utf8(&value).ok().and_then(|text| text.parse().ok());
                settings.strip =
                    count.ok_or_else(|| mistake(format_args!("{}: Invalid number of elements", lossy(&value))))?;
            }
            long::TRANSFORM => settings.transform.add(&value).map_err(mistake)?,
            'h' => settings.dereference = true,
            long::HARD_DEREFERENCE => settings.hard_dereference = true,
            'P' => settings.absolute = true,
            long::OWNER => settings.owner = Some(owner(&value, &Names::users())),
            long::GROUP => settings.group = Some(owner(&value, &Names::groups())),
            long::MODE => {
                let change = ModeChange::parse(&lossy(&value));
                settings.mode = Some(change.ok_or_else(|| mistake("Invalid mode given on option"))?);
            }
            long::MTIME => settings.mtime = Some(date(&value)?),
            long::CLAMP => settings.clamp_mtime = true,
            long::NUMERIC => settings.numeric = true,
            long::SORT => {
                settings.sort = match value.as_slice() {
                    b"none" => Sort::None,
                    b"name" => Sort::Name,
                    b"inode" => Sort::Inode,
                    _ => return Err(mistake(format_args!("invalid argument {} for '--sort'", quote(&value)))),
                }
            }
            'p' => settings.same_permissions = true,
            long::NO_SAME_PERMISSIONS => settings.same_permissions = false,
            'm' => settings.touch = true,
            'o' => settings.same_owner = false,
            long::SAME_OWNER => settings.same_owner = true,
            'k' => settings.existing = Existing::Keep,
            long::SKIP_OLD => settings.existing = Existing::Skip,
            long::KEEP_NEWER => settings.existing = Existing::KeepNewer,
            long::OVERWRITE => settings.existing = Existing::Overwrite,
            'U' => settings.existing = Existing::UnlinkFirst,
            long::REMOVE => settings.remove = true,
            long::ONE_TOP => one_top = Some(value),
            'v' => settings.verbose += 1,
            'O' => settings.to_stdout = true,
            long::FULL_TIME => settings.full_time = true,
            long::SHOW_TRANSFORMED => settings.show_transformed = true,
            long::TOTALS => settings.totals = true,
            'w' => return Err(mistake("--interactive is not supported")),
            'W' => return Err(mistake("--verify is not supported")),
            // What is left changes nothing here.
            _ => {}
        }
    }
    settings.operation = operation
        .ok_or_else(|| mistake("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"))?;
    if from_file {
        settings.wanted.only_added();
    }
    if let Some(directory) = one_top {
        let directory = if directory.is_empty() { top_level(settings.file.as_deref())? } else { directory };
        settings.directory = super::below(&settings.directory, &directory);
        settings.wanted.go_below(&directory);
    }
    Ok(settings)
}

/// The archive's name without what says that it is one.
fn top_level(file: Option<&[u8]>) -> Result<Vec<u8>, Failure> {
    let base = file.and_then(|file| file.rsplit(|&b| b == b'/').next()).unwrap_or_default();
    let stem = base.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let at = stem.windows(4).position(|part| part == b".tar").or_else(|| stem.iter().rposition(|&b| b == b'.'));
    match at {
        Some(at) if at > 0 => Ok(stem[..at].to_vec()),
        _ => Err(mistake("Cannot deduce top-level directory name; please set it explicitly with --one-top-level=DIR")),
    }
}

/// A date, or the time of a file that is named by a path.
fn date(value: &[u8]) -> Result<i64, Failure> {
    if matches!(value, [b'/' | b'.', ..]) {
        let stat = files::stat(value, true);
        return Ok(stat.map_err(|errno| mistake(format_args!("{}: Cannot stat: {errno}", lossy(value))))?.mtime);
    }
    let text = lossy(value);
    let seconds = text.strip_prefix('@').and_then(|seconds| seconds.parse().ok()).map(from_seconds);
    seconds.or_else(|| time::parse(&text)).ok_or_else(|| mistake(format_args!("Invalid date format: {}", quote(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(args: &[&str]) -> Result<Settings, String> {
        parse(args.iter().map(|arg| arg.as_bytes().to_vec()).collect()).map_err(|failure| failure.message)
    }

    #[test]
    fn letters_without_a_dash_take_their_arguments_in_order() {
        let settings = read(&["tar", "czfC", "a.tgz", "dir", "x", "y"]).unwrap();
        assert_eq!(settings.operation, Operation::Create);
        assert_eq!(settings.file.as_deref(), Some(&b"a.tgz"[..]));
        let operands = ["x", "y"].map(|name| Operand { directory: b"dir".to_vec(), name: name.into() });
        assert_eq!(settings.operands, operands);
        assert!(read(&["tar", "xf"]).err().unwrap().starts_with("Old option 'f' requires an argument."));
    }

    #[test]
    fn directories_add_up() {
        let settings = read(&["tar", "-c", "-C", "a", "x", "-C", "../b", "y", "-C", "/c", "z"]).unwrap();
        let directories: Vec<_> = settings.operands.iter().map(|operand| lossy(&operand.directory)).collect();
        assert_eq!(directories, ["a", "a/../b", "/c"]);
    }

    #[test]
    fn one_operation() {
        assert!(read(&["tar", "-c", "-t"]).is_err());
        assert!(read(&["tar"]).is_err());
        assert!(read(&["tar", "-tt"]).is_ok());
    }

    #[test]
    fn owners() {
        let none = Names::default();
        assert_eq!(owner(b"me:5", &none), Owner { name: Some(b"me".to_vec()), id: Some(5) });
        assert_eq!(owner(b":7", &none), Owner { name: None, id: Some(7) });
        assert_eq!(owner(b"0", &none), Owner { name: Some(Vec::new()), id: Some(0) });
        assert_eq!(owner(b"me", &none), Owner { name: Some(b"me".to_vec()), id: None });
    }

    #[test]
    fn top_levels() {
        assert_eq!(top_level(Some(b"dir/a-1.0.tar.gz")).unwrap(), b"a-1.0");
        assert_eq!(top_level(Some(b"a.tgz")).unwrap(), b"a");
        assert!(top_level(None).is_err());
    }
}
