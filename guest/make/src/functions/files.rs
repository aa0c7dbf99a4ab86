//! Functions that look at files or run a program.

use super::argument;
use super::words::push;
use crate::text::{bytes, trim, words};
use crate::variables::{GLOBAL, Origin};
use crate::{Make, Result};

pub(super) fn wildcard(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut first = true;
    for pattern in words(argument(args, 0)) {
        for name in make.glob(pattern) {
            push(out, &mut first, &name);
        }
    }
    Ok(())
}

/// The absolute name without `.`, `..` and doubled slashes; no file is looked at.
pub(crate) fn absolute(current_dir: &[u8], name: &[u8]) -> Vec<u8> {
    let full = if name.starts_with(b"/") { name.to_vec() } else { bytes!(current_dir, "/", name) };
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in full.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let mut path = Vec::new();
    for part in parts {
        path.push(b'/');
        path.extend_from_slice(part);
    }
    if path.is_empty() { b"/".to_vec() } else { path }
}

pub(super) fn abspath(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let current_dir = make.system.current_dir();
    let mut first = true;
    for name in words(argument(args, 0)) {
        push(out, &mut first, &absolute(&current_dir, name));
    }
    Ok(())
}

pub(super) fn realpath(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let mut first = true;
    for name in words(argument(args, 0)) {
        if let Ok(path) = make.system.real_path(name) {
            push(out, &mut first, &path);
        }
    }
    Ok(())
}

/// Without the newlines at the end, the others as spaces.
fn as_words(mut text: Vec<u8>) -> Vec<u8> {
    while text.last() == Some(&b'\n') {
        text.pop();
        if text.last() == Some(&b'\r') {
            text.pop();
        }
    }
    for byte in &mut text {
        if *byte == b'\n' {
            *byte = b' ';
        }
    }
    text
}

pub(super) fn shell(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    out.extend(make.run_shell(argument(args, 0))?);
    Ok(())
}

impl Make<'_> {
    /// What a shell command writes, as words.
    pub(crate) fn run_shell(&mut self, command: &[u8]) -> Result<Vec<u8>> {
        self.exporting_to_shell += 1;
        let started = self.command_line(command, false).and_then(|line| Ok((line, self.environment(None)?)));
        self.exporting_to_shell -= 1;
        let (line, env) = started?;
        let (status, text) = match line {
            None => (0, Vec::new()),
            Some((argv, _)) => match self.system.output(&argv, &env) {
                Ok((status, text)) => (status.shell_status(), text),
                Err(errno) => {
                    let program = argv.first().map_or(&b""[..], Vec::as_slice);
                    self.say_cannot_run(program, errno);
                    (127, Vec::new())
                }
            },
        };
        self.dirs.changed();
        let status = status.to_string();
        self.vars.define(GLOBAL, b".SHELLSTATUS", status.as_bytes(), Origin::Override, false, None);
        Ok(as_words(text))
    }
}

pub(super) fn file(make: &mut Make<'_>, args: &[Vec<u8>], out: &mut Vec<u8>) -> Result {
    let what = trim(argument(args, 0));
    let (operator, name) = if let Some(name) = what.strip_prefix(b">>") {
        (">>", name)
    } else if let Some(name) = what.strip_prefix(b">") {
        (">", name)
    } else if let Some(name) = what.strip_prefix(b"<") {
        ("<", name)
    } else {
        return Err(make.fatal(bytes!("file: invalid file operation: ", what)));
    };
    let name = trim(name);
    if name.is_empty() {
        return Err(make.fatal("file: missing filename"));
    }
    if operator == "<" {
        if args.len() > 1 {
            return Err(make.fatal("file: too many arguments"));
        }
        match make.system.read(name) {
            Ok(mut text) => {
                if text.last() == Some(&b'\n') {
                    text.pop();
                }
                out.extend(text);
            }
            // A file that is not there is an empty one.
            Err(agentfense_sys::Errno::Noent) => {}
            Err(errno) => return Err(make.fatal(bytes!("open: ", name, ": ", errno.message()))),
        }
        return Ok(());
    }
    let mut text = argument(args, 1).to_vec();
    if args.len() > 1 && text.last() != Some(&b'\n') {
        text.push(b'\n');
    }
    make.dirs.changed();
    make.system
        .write(name, &text, operator == ">>")
        .map_err(|errno| make.fatal(bytes!("open: ", name, ": ", errno.message())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_names() {
        assert_eq!(absolute(b"/w", b"a/./b/../c"), b"/w/a/c");
        assert_eq!(absolute(b"/w", b"../../.."), b"/");
        assert_eq!(absolute(b"/w", b"//x//y/"), b"/x/y");
    }

    #[test]
    fn output_as_words() {
        assert_eq!(as_words(b"a\nb\n\n".to_vec()), b"a b");
    }
}
