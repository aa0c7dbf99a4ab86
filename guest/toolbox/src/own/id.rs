//! id, whoami, groups, logname: who runs this.

use agentfense_support::names::{GID, Names, UID};
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, complain, quote, stdout};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [USER]...
Print user and group information for each USER, or for this process.

  -g, --group    print only the effective group ID
  -G, --groups   print all group IDs
  -n, --name     print a name instead of a number, for -ugG
  -r, --real     print the real ID instead of the effective ID, with -ugG
  -u, --user     print only the effective user ID
  -z, --zero     delimit entries with NUL characters, not whitespace";

const LONGS: &[Long] = &[
    ("context", Takes::Nothing, 'Z'),
    ("group", Takes::Nothing, 'g'),
    ("groups", Takes::Nothing, 'G'),
    ("name", Takes::Nothing, 'n'),
    ("real", Takes::Nothing, 'r'),
    ("user", Takes::Nothing, 'u'),
    ("zero", Takes::Nothing, 'z'),
];

/// Who a name or a number stands for: (user, group).
fn look_up(name: &[u8], users: &Names) -> Option<(u32, u32)> {
    let name = std::str::from_utf8(name).ok()?;
    let by_number = || users.name(name.parse().ok()?).and_then(|name| users.entry(name));
    let entry = users.entry(name).or_else(by_number)?;
    let group = entry.rest.first().and_then(|group| group.parse().ok()).unwrap_or(entry.id);
    Some((entry.id, group))
}

/// Runs id.
pub fn id(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "agGnruzZ", LONGS, HELP);
    let (mut what, mut by_name, mut real, mut zero) = (None, false, false, false);
    let mut names = Vec::new();
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option(letter @ ('u' | 'g' | 'G'), _) => {
                if what.is_some_and(|other| other != letter) {
                    return Err(Failure::new("cannot print \"only\" of more than one choice"));
                }
                what = Some(letter);
            }
            Item::Option('n', _) => by_name = true,
            Item::Option('r', _) => real = true,
            Item::Option('z', _) => zero = true,
            Item::Option('Z', _) => {
                return Err(Failure::new("--context (-Z) works only on an SELinux-enabled kernel"));
            }
            Item::Option(..) => {}
            Item::Operand(name) => names.push(name),
        }
    }
    if what.is_none() && (by_name || real) {
        return Err(Failure::new("printing only names or real IDs requires -u, -g, or -G"));
    }
    if what.is_none() && zero {
        return Err(Failure::new("option --zero not permitted in default format"));
    }
    let (users, groups) = (Names::users(), Names::groups());
    let mut status = 0;
    let mut identities = Vec::new();
    for name in &names {
        match look_up(name, &users) {
            Some(identity) => identities.push(identity),
            None => {
                complain("id", format_args!("{}: no such user", quote(name)));
                status = 1;
            }
        }
    }
    if names.is_empty() {
        identities.push((UID, GID));
    }
    let mut out = stdout();
    let end = if zero { "\0" } else { "\n" };
    for (user, group) in identities {
        let shown = |table: &Names, id: u32| {
            if by_name { table.name_or_number(id) } else { id.to_string() }
        };
        match what {
            Some('u') => write!(out, "{}{end}", shown(&users, user))?,
            Some(_) => write!(out, "{}{end}", shown(&groups, group))?,
            None => {
                let named = |table: &Names, id: u32| match table.name(id) {
                    Some(name) => format!("{id}({name})"),
                    None => id.to_string(),
                };
                let group = named(&groups, group);
                write!(out, "uid={} gid={group} groups={group}{end}", named(&users, user))?;
            }
        }
    }
    out.flush()?;
    Ok(status)
}

/// Runs whoami.
pub fn whoami(args: Vec<Vec<u8>>) -> Outcome {
    own_name(args, "{}\nPrint the user name of the current user.")
}

/// Runs logname.
pub fn logname(args: Vec<Vec<u8>>) -> Outcome {
    own_name(args, "{}\nPrint the name of the current user.")
}

fn own_name(args: Vec<Vec<u8>>, help: &'static str) -> Outcome {
    let mut options = Options::new(args, "", &[], help);
    if let Some(Item::Operand(extra)) = options.next_item()? {
        return Err(Failure::usage(format!("extra operand {}", quote(extra))));
    }
    let users = Names::users();
    let name = users.name(UID).ok_or_else(|| Failure::new(format!("cannot find name for user ID {UID}")))?;
    let mut out = stdout();
    writeln!(out, "{name}")?;
    out.flush()?;
    Ok(0)
}

/// Runs groups.
pub fn groups(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "", &[], "{} [USER]...\nPrint the groups of each USER.");
    let (users, groups) = (Names::users(), Names::groups());
    let mut out = stdout();
    let (mut status, mut any) = (0, false);
    while let Some(Item::Operand(name)) = options.next_item()? {
        any = true;
        match look_up(&name, &users) {
            Some((_, group)) => {
                writeln!(out, "{} : {}", String::from_utf8_lossy(&name), groups.name_or_number(group))?;
            }
            None => {
                complain("groups", format_args!("{}: no such user", quote(&name)));
                status = 1;
            }
        }
    }
    if !any {
        writeln!(out, "{}", groups.name_or_number(GID))?;
    }
    out.flush()?;
    Ok(status)
}
