//! From a recipe's line to a program and its arguments.
//!
//! As in GNU make, a command that needs nothing of a shell is started without one.

use crate::text::{is_blank, words};
use crate::{Make, Result};

/// What only a shell understands.
const SPECIAL: &[u8] = b"#;\"*?[]&|<>(){}$`^~!";

/// What only a shell can do.
const BUILTINS: &[&[u8]] = &[
    b".",
    b":",
    b"alias",
    b"bg",
    b"break",
    b"case",
    b"cd",
    b"command",
    b"continue",
    b"eval",
    b"exec",
    b"exit",
    b"export",
    b"fc",
    b"fg",
    b"for",
    b"getopts",
    b"hash",
    b"if",
    b"jobs",
    b"login",
    b"logout",
    b"read",
    b"readonly",
    b"return",
    b"set",
    b"shift",
    b"test",
    b"times",
    b"trap",
    b"type",
    b"ulimit",
    b"umask",
    b"unalias",
    b"unset",
    b"wait",
    b"while",
];

/// The words of a command that needs no shell.
pub(crate) fn direct(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut argv: Vec<Vec<u8>> = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut bytes = line.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match bytes.next()? {
                        b'\'' => break,
                        // A newline in quotes: the shell decides.
                        b'\n' => return None,
                        byte => word.push(byte),
                    }
                }
            }
            b'\\' => match bytes.next() {
                Some(b'\n') => {
                    // The line goes on behind the blanks.
                    while bytes.peek().is_some_and(|&byte| is_blank(byte)) {
                        bytes.next();
                    }
                    argv.extend(word.take());
                }
                Some(byte) => word.get_or_insert_default().push(byte),
                None => return None,
            },
            b'\n' => return None,
            byte if is_blank(byte) => argv.extend(word.take()),
            b'=' if argv.is_empty() => return None,
            byte if SPECIAL.contains(&byte) => return None,
            byte => word.get_or_insert_default().push(byte),
        }
        if argv.len() == 1 && BUILTINS.contains(&argv[0].as_slice()) {
            return None;
        }
    }
    argv.extend(word);
    if argv.first().is_some_and(|name| BUILTINS.contains(&name.as_slice())) { None } else { Some(argv) }
}

/// A command and whether it runs without a shell.
pub(crate) type CommandLine = (Vec<Vec<u8>>, bool);

impl Make<'_> {
    /// The program for a line; nothing when the line is empty. The variables that say how count as they are now.
    pub(crate) fn command_line(&mut self, line: &[u8], one_shell: bool) -> Result<Option<CommandLine>> {
        let start = line.iter().position(|&byte| !is_blank(byte)).unwrap_or(line.len());
        let line = &line[start..];
        if line.is_empty() {
            return Ok(None);
        }
        let shell = self.value(b"SHELL")?;
        let flags = self.value(b".SHELLFLAGS")?;
        let usual = matches!(crate::text::trim(&shell), b"/bin/sh" | b"sh" | b"");
        let usual_flags = matches!(crate::text::trim(&flags), b"" | b"-c" | b"-ec");
        if usual
            && usual_flags
            && !one_shell
            && let Some(argv) = direct(line)
        {
            return Ok(if argv.is_empty() { None } else { Some((argv, true)) });
        }
        let mut argv: Vec<Vec<u8>> = words(&shell).map(<[u8]>::to_vec).collect();
        if argv.is_empty() {
            argv.push(b"/bin/sh".to_vec());
        }
        argv.extend(words(&flags).map(<[u8]>::to_vec));
        argv.push(line.to_vec());
        Ok(Some((argv, false)))
    }
}

/// Takes the recipe prefix off the lines that a backslash continues. Inside a reference the lines are folded, and, as
/// GNU make has it, inside a `$$(` for the shell, too.
pub(crate) fn unindent(line: &[u8], prefix: u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    let mut reference_end = 0;
    while at < line.len() {
        let byte = line[at];
        if byte == b'$' && at >= reference_end && matches!(line.get(at + 1), Some(b'(' | b'{')) {
            reference_end = crate::text::skip_reference(line, at);
        }
        if byte == b'\n' && line[..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 1 {
            if at < reference_end {
                out.pop();
                while out.last().is_some_and(|&byte| is_blank(byte)) {
                    out.pop();
                }
                out.push(b' ');
                at += 1;
                while line.get(at).is_some_and(|&byte| is_blank(byte)) {
                    at += 1;
                }
                continue;
            }
            out.push(byte);
            at += 1 + usize::from(line.get(at + 1) == Some(&prefix));
            continue;
        }
        out.push(byte);
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_needs_no_shell() {
        let argv = |line: &str| {
            direct(line.as_bytes())
                .map(|argv| argv.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect::<Vec<_>>())
        };
        assert_eq!(argv("echo a 'b c' d\\ e").unwrap(), ["echo", "a", "b c", "d e"]);
        assert_eq!(argv("a \\\n\t b").unwrap(), ["a", "b"]);
        assert_eq!(argv("echo 'a' ''").unwrap(), ["echo", "a", ""]);
        for line in ["echo \"x\"", "a | b", "cd x", "X=1 y", "a 'b", "a\nb", "exit"] {
            assert_eq!(argv(line), None, "{line}");
        }
    }

    #[test]
    fn continued_lines() {
        assert_eq!(unindent(b"a \\\n\t\tb", b'\t'), b"a \\\n\tb");
        assert_eq!(unindent(b"x $(f a \\\n\t b) \\\n\tc", b'\t'), b"x $(f a b) \\\nc");
    }
}
