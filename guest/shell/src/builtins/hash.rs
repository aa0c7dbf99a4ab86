//! `hash`: the places of commands that PATH lookup remembers.

use std::rc::Rc;

use bstr::BString;

use crate::exec::Found;
use crate::messages::concat;
use crate::options::SetOption;
use crate::shell::{Hashed, Run, Shell};

const USAGE: &str = "hash [-lr] [-p pathname] [-dt] [name ...]";

/// `hash`
pub fn hash(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if !shell.options.get(SetOption::Hashall) {
        shell.builtin_error(b"hash", "hashing disabled");
        return Ok(1);
    }
    let (mut list, mut forget_all, mut forget, mut tell) = (false, false, false, false);
    let mut path = None;
    let mut rest = args.get(1..).unwrap_or_default();
    while let Some((first, after)) = rest.split_first() {
        if first == "--" {
            rest = after;
            break;
        }
        if first.len() < 2 || first[0] != b'-' {
            break;
        }
        rest = after;
        for (position, letter) in first.iter().enumerate().skip(1) {
            match letter {
                b'l' => list = true,
                b'r' => forget_all = true,
                b'd' => forget = true,
                b't' => tell = true,
                b'p' => {
                    let attached = &first[position + 1..];
                    if !attached.is_empty() {
                        path = Some(BString::from(attached));
                    } else if let Some((operand, after)) = rest.split_first() {
                        path = Some(operand.clone());
                        rest = after;
                    } else {
                        shell.builtin_error(b"hash", "-p: option requires an argument");
                        shell.write_error(format!("hash: usage: {USAGE}\n").as_bytes());
                        return Ok(2);
                    }
                    break;
                }
                other => return Ok(shell.invalid_option(b"hash", *other, USAGE)),
            }
        }
    }
    if let Some(path) = path.as_ref().filter(|path| path.contains(&b'/'))
        && shell.refuses(&concat(&[b"hash: ", path]))
    {
        return Ok(1);
    }
    if forget_all {
        Rc::make_mut(&mut shell.hash).entries.clear();
    }
    // Entries belong to a PATH; what is added now belongs to this one.
    let search_path = shell.var(b"PATH").unwrap_or_default();
    if shell.hash.search_path != search_path {
        let hash = Rc::make_mut(&mut shell.hash);
        hash.entries.clear();
        hash.search_path = search_path;
    }
    if rest.is_empty() {
        if !forget_all {
            print_all(shell, list)?;
        }
        return Ok(0);
    }
    let mut status = 0;
    let several = rest.len() > 1;
    for name in rest {
        if tell {
            match shell.hash.entries.get(name).cloned() {
                Some(hashed) if list => shell.out(&reusable(name, &hashed.path))?,
                Some(hashed) if several => shell.out(&concat(&[name, b"\t", &hashed.path, b"\n"]))?,
                Some(hashed) => shell.out(&concat(&[&hashed.path, b"\n"]))?,
                None => {
                    not_found(shell, name);
                    status = 1;
                }
            }
        } else if forget {
            if Rc::make_mut(&mut shell.hash).entries.remove(name).is_none() {
                not_found(shell, name);
                status = 1;
            }
        } else if let Some(path) = &path {
            let hashed = Hashed { path: path.clone(), hits: 0 };
            Rc::make_mut(&mut shell.hash).entries.insert(name.clone(), hashed);
        } else if !name.contains(&b'/') && shell.builtin(name).is_none() && !shell.functions.contains_key(name) {
            Rc::make_mut(&mut shell.hash).entries.remove(name);
            if matches!(shell.find_command(name), Found::Program(_)) {
                if let Some(hashed) = Rc::make_mut(&mut shell.hash).entries.get_mut(name) {
                    hashed.hits = 0;
                }
            } else {
                not_found(shell, name);
                status = 1;
            }
        }
    }
    Ok(status)
}

fn not_found(shell: &mut Shell, name: &[u8]) {
    shell.builtin_error(b"hash", concat(&[name, b": not found"]));
}

fn reusable(name: &[u8], path: &[u8]) -> Vec<u8> {
    concat(&[b"builtin hash -p ", path, b" ", name, b"\n"])
}

fn print_all(shell: &mut Shell, reusable_form: bool) -> Run {
    let mut entries: Vec<_> = shell.hash.entries.iter().map(|(name, hashed)| (name.clone(), hashed.clone())).collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    if entries.is_empty() {
        let silent = reusable_form || shell.options.get(crate::options::SetOption::Posix);
        return if silent { Ok(()) } else { shell.out(b"hash: hash table empty\n") };
    }
    if !reusable_form {
        shell.out(b"hits\tcommand\n")?;
    }
    for (name, hashed) in entries {
        if reusable_form {
            shell.out(&reusable(&name, &hashed.path))?;
        } else {
            shell.out(&concat(&[format!("{:4}\t", hashed.hits).as_bytes(), &hashed.path, b"\n"]))?;
        }
    }
    Ok(())
}
