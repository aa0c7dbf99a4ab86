//! whereis: the programs, sources and manual pages of a name.

use agentfense_support::{Failure, Outcome, stdout};
use agentfense_sys::files;
use std::io::Write;

const HELP: &str = "\
Usage: whereis [OPTION]... [-BMS DIRECTORY... -f] NAME...
Locate the binary, source and manual page files of a command.

  -b              search for binaries only
  -B DIRECTORIES  search binaries there
  -m              search for manual pages only
  -M DIRECTORIES  search manual pages there
  -s              search for sources only
  -S DIRECTORIES  search sources there
  -f              end the list of directories
  -u              tell of names with other than one entry of a kind
  -l              print the directories that are searched";

const BINARIES: &[&str] =
    &["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/etc", "/usr/lib", "/usr/local/bin", "/usr/local/sbin"];
const MANUALS: &[&str] = &["/usr/share/man", "/usr/local/share/man"];
const SOURCES: &[&str] = &["/usr/src"];

/// What is looked for in which directories.
#[derive(Clone)]
struct Kind {
    wanted: bool,
    directories: Vec<Vec<u8>>,
}

fn real(directories: impl IntoIterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut found: Vec<Vec<u8>> = Vec::new();
    for directory in directories {
        // Two names of one directory would list its files twice.
        if let Ok(path) = files::real_path(&directory)
            && !found.contains(&path)
        {
            found.push(path);
        }
    }
    found
}

/// Runs whereis.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    agentfense_support::options::sole_request(&args, HELP.trim_start_matches("Usage: "))?;
    let path = agentfense_sys::var("PATH").unwrap_or_default();
    let path = path.split(|&byte| byte == b':').filter(|part| !part.is_empty()).map(<[u8]>::to_vec);
    let usual = |list: &[&str]| list.iter().map(|directory| directory.as_bytes().to_vec()).collect::<Vec<_>>();
    let manuals = real(usual(MANUALS)).into_iter().flat_map(|directory| {
        let sections = files::read_dir(&directory).unwrap_or_default();
        let mut names: Vec<_> = sections.into_iter().map(|entry| entry.name).collect();
        names.retain(|name| name.starts_with(b"man"));
        names.sort_unstable();
        names.into_iter().map(move |name| [directory.as_slice(), b"/", &name].concat())
    });
    let mut kinds = [
        Kind { wanted: false, directories: real(usual(BINARIES).into_iter().chain(path)) },
        Kind { wanted: false, directories: manuals.collect() },
        Kind { wanted: false, directories: real(usual(SOURCES)) },
    ];
    let mut out = stdout();
    let (mut unusual, mut any, mut named) = (false, false, false);
    let mut arguments = args.into_iter().skip(1).peekable();
    while let Some(argument) = arguments.next() {
        if argument.len() < 2 || argument[0] != b'-' {
            named = true;
            report(&argument, &kinds, any, unusual, &mut out)?;
            continue;
        }
        if named {
            // Options behind a name start anew.
            kinds.iter_mut().for_each(|kind| kind.wanted = false);
            (named, any, unusual) = (false, false, false);
        }
        if argument == b"--help" {
            writeln!(out, "{HELP}")?;
            out.flush()?;
            return Ok(0);
        }
        for &letter in &argument[1..] {
            let index = match letter {
                b'b' | b'B' => 0,
                b'm' | b'M' => 1,
                b's' | b'S' => 2,
                b'u' => {
                    unusual = true;
                    continue;
                }
                b'l' => {
                    for (label, kind) in ["bin", "man", "src"].iter().zip(&kinds) {
                        for directory in &kind.directories {
                            writeln!(out, "{label}: {}", String::from_utf8_lossy(directory))?;
                        }
                    }
                    out.flush()?;
                    return Ok(0);
                }
                b'f' => continue,
                letter => return Err(Failure::usage(format!("invalid option -- '{}'", char::from(letter)))),
            };
            if letter.is_ascii_lowercase() {
                kinds[index].wanted = true;
                any = true;
            } else {
                let mut directories = Vec::new();
                while let Some(directory) = arguments.next_if(|next| !next.starts_with(b"-")) {
                    directories.push(directory);
                }
                kinds[index].directories = real(directories);
            }
        }
    }
    out.flush()?;
    if named || any { Ok(0) } else { Err(Failure::usage("not enough arguments")) }
}

/// Whether a file's name is the wanted one, but for its endings.
fn is_named(file: &[u8], name: &[u8], binary: bool) -> bool {
    match file.strip_prefix(name) {
        Some(b"") => true,
        Some(rest) => !binary && rest.first() == Some(&b'.'),
        None => false,
    }
}

fn report(argument: &[u8], kinds: &[Kind; 3], any: bool, unusual: bool, out: &mut impl Write) -> std::io::Result<()> {
    let name = argument.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let mut found: Vec<Vec<u8>> = Vec::new();
    let mut odd = false;
    for (index, kind) in kinds.iter().enumerate() {
        if any && !kind.wanted {
            continue;
        }
        let before = found.len();
        for directory in &kind.directories {
            let mut names: Vec<Vec<u8>> =
                files::read_dir(directory).unwrap_or_default().into_iter().map(|entry| entry.name).collect();
            names.retain(|file| is_named(file, name, index == 0));
            names.sort_unstable();
            found.extend(names.into_iter().map(|file| [directory.as_slice(), b"/", &file].concat()));
        }
        odd |= found.len() - before != 1;
    }
    if unusual && !odd {
        return Ok(());
    }
    out.write_all(name)?;
    out.write_all(b":")?;
    for file in found {
        out.write_all(b" ")?;
        out.write_all(&file)?;
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::is_named;

    #[test]
    fn endings() {
        assert!(is_named(b"ls", b"ls", true) && is_named(b"ls.1.gz", b"ls", false));
        assert!(!is_named(b"lsof", b"ls", false) && !is_named(b"ls.sh", b"ls", true));
    }
}
