//! which: where a command would be found.

use agentfense_support::{Item, Long, Options, Outcome, Takes, stdout};
use agentfense_sys::files::{self, AccessMode, FileType};
use agentfense_sys::process::candidates;
use std::io::Write;

const HELP: &str = "\
{} [-a] NAME...
Print the path of the file that would be run for each NAME.

  -a, --all      print all matching files in PATH
  -s, --silent   print nothing";

/// Runs which.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let longs: &[Long] = &[("all", Takes::Nothing, 'a'), ("silent", Takes::Nothing, 's')];
    let mut options = Options::new(args, "as", longs, HELP);
    let (mut all, mut silent, mut names) = (false, false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => all = true,
            Item::Option(..) => silent = true,
            Item::Operand(name) => names.push(name),
        }
    }
    let path = agentfense_sys::var("PATH").unwrap_or_default();
    let mut out = stdout();
    let mut status = u8::from(names.is_empty());
    for name in &names {
        let mut found = false;
        let places: Vec<_> = if name.contains(&b'/') { vec![name.clone()] } else { candidates(&path, name).collect() };
        for file in places.iter().filter(|file| runs(file)) {
            found = true;
            if !silent {
                out.write_all(file)?;
                out.write_all(b"\n")?;
            }
            if !all {
                break;
            }
        }
        if !found {
            status = 1;
        }
    }
    out.flush()?;
    Ok(status)
}

fn runs(file: &[u8]) -> bool {
    files::stat(file, true).is_ok_and(|stat| stat.kind == FileType::Regular)
        && files::access(file, AccessMode::EXECUTE).is_ok()
}
