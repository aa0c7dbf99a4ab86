//! `cd` and `pwd`.

use agentfense_sys::files::{self, FileType};
use agentfense_sys::{Errno, processes};
use bstr::{BString, ByteSlice};

use super::letters;
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::shell::{Run, Shell};

/// `cd`
pub fn cd(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if shell.refuses(b"cd") {
        return Ok(1);
    }
    let mut physical = shell.options.get(SetOption::Physical);
    let first = match letters(args, |letter| {
        match letter {
            b'P' => physical = true,
            b'L' => physical = false,
            b'e' | b'@' => {}
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"cd", letter, "cd [-L|[-P [-e]] [-@]] [dir]")),
    };
    let operands = args.get(first..).unwrap_or_default();
    let mut print = false;
    let target = match operands {
        [] => match shell.var(b"HOME") {
            Some(home) => home,
            None => {
                shell.builtin_error(b"cd", "HOME not set");
                return Ok(1);
            }
        },
        [dash] if dash == "-" => match shell.var(b"OLDPWD") {
            Some(old) => {
                print = true;
                old
            }
            None => {
                shell.builtin_error(b"cd", "OLDPWD not set");
                return Ok(1);
            }
        },
        [target] => target.clone(),
        _ => {
            shell.builtin_error(b"cd", "too many arguments");
            return Ok(1);
        }
    };
    // CDPATH is for names that do not say where they start.
    let explicit = target.starts_with(b"/") || matches!(target.split_str("/").next(), Some(b"." | b".."));
    if !explicit
        && !target.is_empty()
        && let Some(search) = shell.var(b"CDPATH")
    {
        for directory in search.split(|byte| *byte == b':') {
            let candidate = if directory.is_empty() { target.to_vec() } else { concat(&[directory, b"/", &target]) };
            if is_directory(&candidate) && shell.change_directory(&candidate, physical).is_ok() {
                if !directory.is_empty() {
                    print = true;
                }
                return finish(shell, print);
            }
        }
    }
    match shell.change_directory(&target, physical) {
        Ok(()) => finish(shell, print),
        Err(error) => {
            if operands.len() == 1
                && shell.options.shopt(Shopt::CdableVars)
                && let Some(value) = shell.var(&target)
                && shell.change_directory(&value, physical).is_ok()
            {
                return finish(shell, true);
            }
            shell.builtin_error(b"cd", concat(&[&target, b": ", error.message().as_bytes()]));
            Ok(1)
        }
    }
}

fn finish(shell: &mut Shell, print: bool) -> Run<i32> {
    if print {
        let line = concat(&[&shell.cwd.clone(), b"\n"]);
        shell.out(&line)?;
    }
    Ok(0)
}

fn is_directory(path: &[u8]) -> bool {
    files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory)
}

impl Shell {
    /// Changes the working directory, PWD and OLDPWD. Unless `physical`, `..`
    /// takes back the part of the path as it was named, not where a symbolic
    /// link led.
    pub(crate) fn change_directory(&mut self, target: &[u8], physical: bool) -> Result<(), Errno> {
        if target.is_empty() {
            // bash stays where it is.
            return Ok(());
        }
        let path = if physical {
            processes::change_dir(target)?;
            processes::current_dir()
        } else {
            let absolute = if target.starts_with(b"/") {
                target.to_vec()
            } else if self.cwd.ends_with(b"/") {
                concat(&[&self.cwd, target])
            } else {
                concat(&[&self.cwd, b"/", target])
            };
            match resolve(&absolute) {
                Some(logical) => {
                    processes::change_dir(&logical)?;
                    logical
                }
                // The name of where we are may be out of date; the directory is not.
                None => {
                    processes::change_dir(target)?;
                    processes::current_dir()
                }
            }
        };
        let old = std::mem::take(&mut self.cwd);
        // Both names can be readonly; the shell has moved all the same.
        let _ = self.set_scalar(b"OLDPWD", old);
        self.set_cwd(path.into());
        Ok(())
    }
}

/// Takes `.` and `..` out of an absolute path by its names. What stands before
/// a `..` must be a directory.
fn resolve(path: &[u8]) -> Option<Vec<u8>> {
    let mut out: Vec<u8> = Vec::with_capacity(path.len());
    for part in path.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                if !out.is_empty() && !is_directory(&out) {
                    return None;
                }
                let end = out.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(end);
            }
            _ => {
                out.push(b'/');
                out.extend_from_slice(part);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    // POSIX: exactly two slashes at the start may mean something, and stay.
    if path.starts_with(b"//") && !path.starts_with(b"///") {
        out.insert(0, b'/');
    }
    if out == b"///" {
        out.truncate(2);
    }
    Some(out)
}

/// `pwd`
pub fn pwd(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut physical = shell.options.get(SetOption::Physical);
    if let Err(letter) = letters(args, |letter| {
        match letter {
            b'P' => physical = true,
            b'L' => physical = false,
            _ => return false,
        }
        true
    }) {
        return Ok(shell.invalid_option(b"pwd", letter, "pwd [-LP]"));
    }
    let path = if physical { processes::current_dir() } else { shell.cwd.to_vec() };
    shell.out(&concat(&[&path, b"\n"]))?;
    Ok(0)
}
