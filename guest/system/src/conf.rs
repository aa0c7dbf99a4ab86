//! getconf: the limits and sizes of the system.

use crate::free::Memory;
use crate::process::read;
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Options, Outcome, stdout};
use agentfense_sys::processes::{self, ResourceKind};
use std::io::Write;

const HELP: &str = "\
{} VARIABLE [PATH]
  or:  getconf -a [PATH]
Print the value of a configuration variable, or of all that are known.";

/// Bytes in a page, as `/proc` counts memory.
const PAGE: u64 = 4096;

/// What there is that does not change.
const FIXED: &[(&str, &str)] = &[
    ("ARG_MAX", "2097152"),
    ("BC_BASE_MAX", "99"),
    ("BC_LINE_LENGTH", "2048"),
    ("CHAR_BIT", "8"),
    ("CHAR_MAX", "127"),
    ("CHAR_MIN", "-128"),
    ("CLK_TCK", "100"),
    ("HOST_NAME_MAX", "64"),
    ("INT_MAX", "2147483647"),
    ("INT_MIN", "-2147483648"),
    ("IOV_MAX", "1024"),
    ("LINE_MAX", "2048"),
    ("LINK_MAX", "127"),
    ("LOGIN_NAME_MAX", "256"),
    // The programs are 32-bit WebAssembly.
    ("LONG_BIT", "32"),
    ("NAME_MAX", "255"),
    ("NGROUPS_MAX", "65536"),
    ("PAGESIZE", "4096"),
    ("PAGE_SIZE", "4096"),
    ("PATH", "/bin:/usr/bin"),
    ("PATH_MAX", "4096"),
    ("PIPE_BUF", "4096"),
    ("SHRT_MAX", "32767"),
    ("SSIZE_MAX", "2147483647"),
    ("SYMLOOP_MAX", "40"),
    ("UINT_MAX", "4294967295"),
    ("WORD_BIT", "32"),
    ("_POSIX2_VERSION", "200809"),
    ("_POSIX_ARG_MAX", "2097152"),
    ("_POSIX_VERSION", "200809"),
];

/// What is asked for each time.
const LIVE: &[&str] =
    &["CHILD_MAX", "OPEN_MAX", "_AVPHYS_PAGES", "_NPROCESSORS_CONF", "_NPROCESSORS_ONLN", "_PHYS_PAGES"];

fn limit(kind: ResourceKind) -> String {
    processes::get_limit(kind).0.map_or_else(|| "undefined".to_owned(), |limit| limit.to_string())
}

fn value(name: &str) -> Option<String> {
    if let Some((_, value)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
        return Some((*value).to_owned());
    }
    Some(match name {
        "CHILD_MAX" => limit(ResourceKind::Processes),
        "OPEN_MAX" => limit(ResourceKind::OpenFiles),
        "_PHYS_PAGES" => (Memory::now().total / PAGE).to_string(),
        "_AVPHYS_PAGES" => (Memory::now().available / PAGE).to_string(),
        "_NPROCESSORS_CONF" | "_NPROCESSORS_ONLN" => {
            let info = String::from_utf8_lossy(&read(b"/proc/cpuinfo").unwrap_or_default()).into_owned();
            info.lines().filter(|line| line.starts_with("processor")).count().max(1).to_string()
        }
        _ => return None,
    })
}

/// Runs getconf.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "+av:", &[], HELP);
    let (mut all, mut names) = (false, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => all = true,
            Item::Option(..) => {}
            Item::Operand(name) => names.push(lossy(&name)),
        }
    }
    let mut out = stdout();
    if all {
        let mut known: Vec<&str> = FIXED.iter().map(|(name, _)| *name).chain(LIVE.iter().copied()).collect();
        known.sort_unstable();
        for name in known {
            writeln!(out, "{name:<34} {}", value(name).unwrap_or_default())?;
        }
        out.flush()?;
        return Ok(0);
    }
    let Some(name) = names.first() else { return Err(Failure::usage("missing variable")) };
    let Some(value) = value(name) else {
        return Err(Failure::new(format!("Unrecognized variable `{name}'")).status(2));
    };
    writeln!(out, "{value}")?;
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::FIXED;

    #[test]
    fn names_are_in_order() {
        assert!(FIXED.is_sorted());
    }
}
