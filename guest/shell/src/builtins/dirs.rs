//! `pushd`, `popd` and `dirs`: the directory stack.

use std::rc::Rc;

use bstr::BString;

use crate::messages::concat;
use crate::shell::{Run, Shell};

/// `+N` or `-N`: an index into the stack, which the working directory begins.
fn index(argument: &[u8], length: usize) -> Option<Result<usize, ()>> {
    let (sign, digits) = argument.split_first()?;
    if !matches!(sign, b'+' | b'-') || digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: Option<usize> = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
    let place = match (sign, number) {
        (b'+', Some(number)) => Some(number),
        (_, Some(number)) => length.checked_sub(number + 1),
        (_, None) => None,
    };
    Some(place.filter(|place| *place < length).ok_or(()))
}

impl Shell {
    /// The whole stack, the working directory first.
    fn directories(&self) -> Vec<BString> {
        let mut all = vec![self.cwd.clone()];
        all.extend(self.dir_stack.iter().cloned());
        all
    }

    /// A path with the home directory as `~`.
    pub(crate) fn with_tilde(&mut self, path: &[u8]) -> Vec<u8> {
        let home = self.var(b"HOME").unwrap_or_default();
        match path.strip_prefix(home.as_slice()) {
            Some(rest) if home.len() > 1 && (rest.is_empty() || rest[0] == b'/') => concat(&[b"~", rest]),
            _ => path.to_vec(),
        }
    }

    fn print_directories(&mut self) -> Run<i32> {
        let mut line = Vec::new();
        for (position, path) in self.directories().iter().enumerate() {
            if position > 0 {
                line.push(b' ');
            }
            let path = self.with_tilde(path);
            line.extend_from_slice(&path);
        }
        line.push(b'\n');
        self.out(&line)?;
        Ok(0)
    }

    /// Makes the first of `all` the working directory and the rest the stack.
    fn enter_directories(&mut self, builtin: &[u8], all: Vec<BString>, change: bool) -> Run<bool> {
        let mut all = all.into_iter();
        let Some(top) = all.next() else { return Ok(true) };
        if change && let Err(error) = self.change_directory(&top, false) {
            self.builtin_error(builtin, concat(&[&top, b": ", error.message().as_bytes()]));
            return Ok(false);
        }
        self.dir_stack = Rc::new(all.collect());
        Ok(true)
    }

    fn stack_error(&mut self, builtin: &[u8], argument: &[u8]) -> i32 {
        if self.dir_stack.is_empty() {
            self.builtin_error(builtin, "directory stack empty");
        } else {
            self.builtin_error(builtin, concat(&[argument, b": directory stack index out of range"]));
        }
        1
    }

    fn stack_usage(&mut self, builtin: &[u8], argument: &[u8], usage: &str) -> i32 {
        self.builtin_error(builtin, concat(&[argument, b": invalid number"]));
        self.write_error(format!("{}: usage: {usage}\n", String::from_utf8_lossy(builtin)).as_bytes());
        2
    }
}

/// `pushd`
pub fn pushd(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut change = true;
    let mut operands = args.get(1..).unwrap_or_default();
    while let Some((first, rest)) = operands.split_first() {
        match first.as_slice() {
            b"-n" => change = false,
            b"--" => {
                operands = rest;
                break;
            }
            _ => break,
        }
        operands = rest;
    }
    let mut all = shell.directories();
    match operands {
        [] => {
            if all.len() < 2 {
                shell.builtin_error(b"pushd", "no other directory");
                return Ok(1);
            }
            all.swap(0, 1);
            if !shell.enter_directories(b"pushd", all, change)? {
                return Ok(1);
            }
        }
        [argument] => match index(argument, all.len()) {
            Some(Ok(place)) => {
                all.rotate_left(place);
                if !shell.enter_directories(b"pushd", all, change)? {
                    return Ok(1);
                }
            }
            Some(Err(())) => return Ok(shell.stack_error(b"pushd", argument)),
            None if argument.starts_with(b"-") && argument != "-" => {
                return Ok(shell.stack_usage(b"pushd", argument, "pushd [-n] [+N | -N | dir]"));
            }
            None if change => {
                let target = if argument == "-" { shell.var(b"OLDPWD").unwrap_or_default() } else { argument.clone() };
                if let Err(error) = shell.change_directory(&target, false) {
                    shell.builtin_error(b"pushd", concat(&[&target, b": ", error.message().as_bytes()]));
                    return Ok(1);
                }
                shell.dir_stack = Rc::new(all);
            }
            None => Rc::make_mut(&mut shell.dir_stack).insert(0, argument.clone()),
        },
        _ => {
            shell.builtin_error(b"pushd", "too many arguments");
            return Ok(1);
        }
    }
    shell.print_directories()
}

/// `popd`
pub fn popd(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut change = true;
    let mut place = 0;
    let mut all = shell.directories();
    for argument in args.get(1..).unwrap_or_default() {
        match argument.as_slice() {
            b"-n" => change = false,
            b"--" => {}
            _ => match index(argument, all.len()) {
                Some(Ok(found)) if all.len() > 1 => place = found,
                Some(_) => return Ok(shell.stack_error(b"popd", argument)),
                None => {
                    let message: &[u8] =
                        if argument.starts_with(b"-") { b": invalid number" } else { b": invalid argument" };
                    shell.builtin_error(b"popd", concat(&[argument, message]));
                    shell.write_error(b"popd: usage: popd [-n] [+N | -N]\n");
                    return Ok(2);
                }
            },
        }
    }
    if all.len() < 2 {
        shell.builtin_error(b"popd", "directory stack empty");
        return Ok(1);
    }
    if !change && place == 0 {
        place = 1;
    }
    all.remove(place);
    if !shell.enter_directories(b"popd", all, place == 0)? {
        return Ok(1);
    }
    shell.print_directories()
}

/// `dirs`
pub fn dirs(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut long, mut lines, mut numbered) = (false, false, false);
    let all = shell.directories();
    let mut only = None;
    for argument in args.get(1..).unwrap_or_default() {
        match argument.as_slice() {
            b"--" => break,
            b"-c" => {
                shell.dir_stack = Rc::default();
                return Ok(0);
            }
            _ => match index(argument, all.len()) {
                Some(Ok(place)) => only = Some(place),
                Some(Err(())) => return Ok(shell.stack_error(b"dirs", argument)),
                None => {
                    let letters = argument.strip_prefix(b"-").unwrap_or_default();
                    if letters.is_empty() || !letters.iter().all(|letter| b"lpv".contains(letter)) {
                        return Ok(shell.stack_usage(b"dirs", argument, "dirs [-clpv] [+N] [-N]"));
                    }
                    long |= letters.contains(&b'l');
                    numbered |= letters.contains(&b'v');
                    lines |= letters.contains(&b'p') || numbered;
                }
            },
        }
    }
    let mut text = Vec::new();
    for (place, path) in all.iter().enumerate() {
        if only.is_some_and(|only| only != place) {
            continue;
        }
        if !text.is_empty() {
            text.push(if lines { b'\n' } else { b' ' });
        }
        if numbered {
            text.extend_from_slice(format!("{place:2}  ").as_bytes());
        }
        let shown = if long { path.to_vec() } else { shell.with_tilde(path) };
        text.extend_from_slice(&shown);
    }
    text.push(b'\n');
    shell.out(&text)?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_count_from_both_ends() {
        assert_eq!(index(b"+0", 3), Some(Ok(0)));
        assert_eq!(index(b"-0", 3), Some(Ok(2)));
        assert_eq!(index(b"+3", 3), Some(Err(())));
        assert_eq!(index(b"-3", 3), Some(Err(())));
        assert_eq!(index(b"dir", 3), None);
    }
}
