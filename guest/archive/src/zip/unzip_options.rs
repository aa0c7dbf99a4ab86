//! unzip's command line.

use crate::compress::say;
use agentfense_support::Failure;

/// What `--help` prints.
pub const HELP: &str = "\
Usage: unzip [-opts] file[.zip] [list] [-x xlist] [-d exdir]
List, test or extract the files of a ZIP archive; by default, extract those in list, except those in xlist.

  -p  extract files to pipe, no messages     -l  list files (short format)
  -f  freshen existing files, create none    -t  test compressed archive data
  -u  update files, create if necessary      -z  display archive comment only
  -v  list verbosely                         -Z1 list the names only
  -c  extract files to pipe, with messages   -x  exclude files that follow (in xlist)
  -d  extract files into exdir
  -n  never overwrite existing files         -q  quiet mode (-qq => quieter)
  -o  overwrite files WITHOUT prompting      -j  junk paths (do not make directories)
  -C  match names case-insensitively         -L  make names lowercase
  -D  do not restore timestamps              -K, -X, -a, -b, -B, -U  accepted, without effect
";

const BAD_CALL: u8 = 10;

/// What to do with an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// Unpack.
    #[default]
    Extract,
    /// To standard output, with messages or without.
    Print {
        /// With messages.
        messages: bool,
    },
    /// Show a table.
    List {
        /// With methods and checksums.
        verbose: bool,
    },
    /// Show the names.
    Names,
    /// Read everything, and write nothing.
    Test,
    /// Show the remark about the archive.
    Comment,
}

/// What becomes of a file that is where an entry goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    /// Someone is asked.
    #[default]
    Ask,
    /// It goes away.
    Replace,
    /// It stays.
    Keep,
}

/// Everything that a command line says.
#[derive(Default)]
pub struct Settings {
    /// What to do.
    pub action: Action,
    /// What becomes of what is there.
    pub existing: Existing,
    /// Only what is newer than what is there.
    pub update: bool,
    /// Only what is there.
    pub freshen: bool,
    /// How often `-q` was there.
    pub quiet: u32,
    /// Directories of names do not count.
    pub junk: bool,
    /// Case does not count in patterns.
    pub ignore_case: bool,
    /// Names become lower case.
    pub lowercase: bool,
    /// Times are restored.
    pub keep_times: bool,
    /// Where to; empty for the working directory.
    pub directory: Vec<u8>,
    /// The archive.
    pub archive: Option<Vec<u8>>,
    /// Patterns of what is meant; everything without any.
    pub wanted: Vec<Vec<u8>>,
    /// Patterns of what is left out.
    pub excluded: Vec<Vec<u8>>,
}

/// A wrong call.
pub fn bad_call(message: &str) -> Failure {
    say(format!("unzip:  {message}\n"));
    Failure::quiet(BAD_CALL)
}

/// Reads the command line; absent when help is wanted.
pub fn parse(args: impl Iterator<Item = Vec<u8>>) -> Result<Option<Settings>, Failure> {
    let mut settings = Settings { keep_times: true, ..Settings::default() };
    let mut args = args.peekable();
    if args.peek().is_none() {
        return Ok(None);
    }
    let (mut excluding, mut options) = (false, true);
    while let Some(arg) = args.next() {
        let letters = match arg.strip_prefix(b"-") {
            Some(letters) if options && !letters.is_empty() => letters,
            _ => {
                match &settings.archive {
                    None => settings.archive = Some(arg),
                    Some(_) if excluding => settings.excluded.push(arg),
                    Some(_) => settings.wanted.push(arg),
                }
                continue;
            }
        };
        if letters == b"-" {
            options = false;
            continue;
        }
        if letters == b"-help" {
            return Ok(None);
        }
        let mut letters = letters.iter();
        while let Some(&letter) = letters.next() {
            match letter {
                b'p' => settings.action = Action::Print { messages: false },
                b'c' => settings.action = Action::Print { messages: true },
                b'l' if settings.action == (Action::List { verbose: true }) => {}
                b'l' => settings.action = Action::List { verbose: false },
                b'v' => settings.action = Action::List { verbose: true },
                b't' => settings.action = Action::Test,
                b'z' => settings.action = Action::Comment,
                b'Z' if letters.as_slice() == b"1" => {}
                b'Z' => return Err(bad_call("of the ZipInfo mode, only -Z1 is supported")),
                b'1' => settings.action = Action::Names,
                b'f' => (settings.update, settings.freshen) = (true, true),
                b'u' => settings.update = true,
                b'n' => settings.existing = Existing::Keep,
                b'o' => settings.existing = Existing::Replace,
                b'q' => settings.quiet += 1,
                b'j' => settings.junk = true,
                b'C' => settings.ignore_case = true,
                b'L' => settings.lowercase = true,
                b'D' => settings.keep_times = false,
                b'x' => excluding = true,
                b'd' => {
                    let attached: Vec<u8> = letters.by_ref().copied().collect();
                    let value = if attached.is_empty() { args.next() } else { Some(attached) };
                    let missing = || bad_call("must specify directory to which to extract with -d option");
                    settings.directory = value.filter(|value| !value.is_empty()).ok_or_else(missing)?;
                    excluding = false;
                }
                b'K' | b'X' | b'a' | b'b' | b'B' | b'U' | b'^' | b':' | b'T' | b'W' => {}
                b'h' => return Ok(None),
                other => return Err(bad_call(&format!("invalid option -{}", char::from(other)))),
            }
        }
    }
    Ok(Some(settings))
}
