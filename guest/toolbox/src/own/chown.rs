//! chown and chgrp. A sandbox has one user, who may give files to nobody else; the kernel decides.

use agentfense_support::names::Names;
use agentfense_support::quote::lossy;
use agentfense_support::walk::walk;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use agentfense_sys::Errno;
use agentfense_sys::files;
use std::io::Write;

const CHOWN_HELP: &str = "\
{} [OPTION]... [OWNER][:[GROUP]] FILE...
  or:  chown [OPTION]... --reference=RFILE FILE...
Change the owner and/or group of each FILE.

  -c, --changes          like verbose but report only when a change is made
  -f, --silent, --quiet  suppress most error messages
  -v, --verbose          output a diagnostic for every file processed
  -h, --no-dereference   affect symbolic links instead of any referenced file
      --reference=RFILE  use RFILE's owner and group
  -R, --recursive        operate on files and directories recursively
  -H, -L, -P             accepted; links below a directory are not followed";

const CHGRP_HELP: &str = "\
{} [OPTION]... GROUP FILE...
  or:  chgrp [OPTION]... --reference=RFILE FILE...
Change the group of each FILE to GROUP. The options are those of chown.";

const LONGS: &[Long] = &[
    ("changes", Takes::Nothing, 'c'),
    ("silent", Takes::Nothing, 'f'),
    ("quiet", Takes::Nothing, 'f'),
    ("verbose", Takes::Nothing, 'v'),
    ("dereference", Takes::Nothing, '\u{2}'),
    ("no-dereference", Takes::Nothing, 'h'),
    ("reference", Takes::Argument, '\u{1}'),
    ("from", Takes::Argument, '\u{3}'),
    ("preserve-root", Takes::Nothing, '\u{4}'),
    ("no-preserve-root", Takes::Nothing, '\u{4}'),
    ("recursive", Takes::Nothing, 'R'),
];

/// Runs chown.
pub fn chown(args: Vec<Vec<u8>>) -> Outcome {
    run(args, CHOWN_HELP, false)
}

/// Runs chgrp.
pub fn chgrp(args: Vec<Vec<u8>>) -> Outcome {
    run(args, CHGRP_HELP, true)
}

type Owner = (Option<u32>, Option<u32>);

fn owner(text: &str, group_only: bool) -> Result<Owner, Failure> {
    let group = |name: &str| {
        let id = Names::groups().id(name);
        id.map(Some).ok_or_else(|| Failure::new(format!("invalid group: {}", quote(text))))
    };
    if group_only {
        return Ok((None, group(text)?));
    }
    let (user, rest) = match text.split_once(':') {
        Some((user, rest)) => (user, Some(rest)),
        None => (text, None),
    };
    let users = Names::users();
    let uid = match user {
        "" => None,
        name => Some(users.id(name).ok_or_else(|| Failure::new(format!("invalid user: {}", quote(text))))?),
    };
    let gid = match rest {
        None => None,
        // `user:` means the user's own group.
        Some("") if uid.is_some() => users.entry(user).and_then(|entry| entry.rest.first()?.parse().ok()).or(uid),
        Some("") => None,
        Some(name) => group(name)?,
    };
    Ok((uid, gid))
}

fn run(args: Vec<Vec<u8>>, help: &'static str, group_only: bool) -> Outcome {
    let mut options = Options::new(args, "cfvhRHLP", LONGS, help);
    let command = options.command().to_owned();
    let (mut changes, mut silent, mut verbose, mut follow, mut recursive) = (false, false, false, true, false);
    let (mut reference, mut operands) = (None, Vec::new());
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('c', _) => changes = true,
            Item::Option('f', _) => silent = true,
            Item::Option('v', _) => verbose = true,
            Item::Option('h', _) => follow = false,
            Item::Option('\u{2}', _) => follow = true,
            Item::Option('R', _) => recursive = true,
            Item::Option('\u{1}', value) => reference = Some(value),
            Item::Option(..) => {}
            Item::Operand(value) => operands.push(value),
        }
    }
    let owner = match reference {
        Some(reference) => {
            let stat = files::stat(&reference, true)
                .map_err(|errno| Failure::new(format!("failed to get attributes of {}: {errno}", quote(&reference))))?;
            (if group_only { None } else { Some(stat.uid) }, Some(stat.gid))
        }
        None if operands.is_empty() => return Err(Failure::usage("missing operand")),
        None => {
            let text = lossy(operands.remove(0));
            if operands.is_empty() {
                return Err(Failure::usage(format!("missing operand after {}", quote(&text))));
            }
            owner(&text, group_only)?
        }
    };
    if operands.is_empty() {
        return Err(Failure::usage("missing operand"));
    }
    let mut out = stdout();
    let mut status = 0;
    let mut change = |path: &[u8], stat: Result<files::Stat, Errno>, follow: bool| {
        let result = stat.and_then(|stat| {
            files::set_owner(path, owner.0, owner.1, follow)?;
            Ok(owner.0.is_some_and(|id| id != stat.uid) || owner.1.is_some_and(|id| id != stat.gid))
        });
        match result {
            Err(errno) => {
                status = 1;
                if !silent {
                    let what = match errno {
                        Errno::Noent => "cannot access",
                        _ if group_only => "changing group of",
                        _ => "changing ownership of",
                    };
                    complain(&command, format_args!("{what} {}: {errno}", quote(path)));
                }
                Ok(())
            }
            Ok(changed) if verbose || (changes && changed) => {
                let what = if group_only { "group" } else { "ownership" };
                let how = if changed { "changed" } else { "retained" };
                writeln!(out, "{what} of {} {how}", quote(path))
            }
            Ok(_) => Ok(()),
        }
    };
    let mut written = Ok(());
    for name in &operands {
        if recursive {
            walk(name, false, |path, stat| {
                let result = change(path, stat, false);
                if written.is_ok() {
                    written = result;
                }
            });
        } else {
            written = change(name, files::stat(name, follow), follow);
        }
        written.as_ref().map_err(|_| Failure::new("write error"))?;
    }
    out.flush()?;
    Ok(status)
}
