//! `type`, and how `command -v` describes a command.

use std::rc::Rc;

use agentfense_sys::files::{self, AccessMode, FileType};
use bstr::BString;

use super::letters;
use crate::exec::Found;
use crate::messages::concat;
use crate::shell::{Run, Shell};

/// The reserved words.
pub(super) const KEYWORDS: &[&str] = &[
    "if", "then", "else", "elif", "fi", "case", "esac", "for", "select", "while", "until", "do", "done", "in",
    "function", "time", "{", "}", "!", "[[", "]]", "coproc",
];

/// `type`
pub fn type_(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let (mut all, mut no_functions, mut path, mut force, mut word) = (false, false, false, false, false);
    let first = match letters(args, |letter| {
        match letter {
            b'a' => all = true,
            b'f' => no_functions = true,
            b'p' => path = true,
            b'P' => force = true,
            b't' => word = true,
            _ => return false,
        }
        true
    }) {
        Ok(first) => first,
        Err(letter) => return Ok(shell.invalid_option(b"type", letter, "type [-afptP] name [name ...]")),
    };
    let mut status = 0;
    for name in args.get(first..).unwrap_or_default() {
        let mut found = false;
        if !force {
            for (kind, text) in shell.shell_commands(name, no_functions) {
                found = true;
                if word {
                    shell.out(&concat(&[kind.as_bytes(), b"\n"]))?;
                } else if !path {
                    shell.out(&text)?;
                }
                if !all {
                    break;
                }
            }
        }
        if !found || all {
            // What `-P` finds in the table of paths is all there is, as in bash.
            let known = force && shell.is_hashed(name);
            for file in shell.files_of_command(name, all && !known) {
                found = true;
                if path || force {
                    shell.out(&concat(&[&file.path, b"\n"]))?;
                } else if word {
                    shell.out(b"file\n")?;
                } else if file.hashed {
                    shell.out(&concat(&[name, b" is hashed (", &file.path, b")\n"]))?;
                } else {
                    shell.out(&concat(&[name, b" is ", &file.path, b"\n"]))?;
                }
                if !all {
                    break;
                }
            }
        }
        if !found {
            status = 1;
            if !word && !path && !force {
                shell.builtin_error(b"type", concat(&[name, b": not found"]));
            }
        }
    }
    Ok(status)
}

struct File {
    path: BString,
    hashed: bool,
}

impl Shell {
    /// What a name is to the shell itself, in the order in which it would be
    /// found: the word of `type -t` and the text of `type`.
    fn shell_commands(&mut self, name: &BString, no_functions: bool) -> Vec<(&'static str, Vec<u8>)> {
        let mut found = Vec::new();
        if let Some(value) = self.aliases.get(name)
            && self.aliases_expand()
        {
            found.push(("alias", concat(&[name, b" is aliased to `", value, b"'\n"])));
        }
        if KEYWORDS.iter().any(|keyword| name == keyword) {
            found.push(("keyword", concat(&[name, b" is a shell keyword\n"])));
        }
        let function = |shell: &Shell| {
            let function = shell.functions.get(name)?;
            let text = crate::syntax::print::function(function);
            Some(("function", concat(&[name, b" is a function\n", &text, b"\n"])))
        };
        let builtin = self.builtin(name).map(|builtin| {
            let special = builtin.special && self.options.get(crate::options::SetOption::Posix);
            let kind: &[u8] = if special { b" is a special shell builtin\n" } else { b" is a shell builtin\n" };
            (special, ("builtin", concat(&[name, kind])))
        });
        if let Some((true, text)) = &builtin {
            found.push(text.clone());
        }
        if !no_functions {
            found.extend(function(self));
        }
        if let Some((false, text)) = builtin {
            found.push(text);
        }
        found
    }

    fn is_hashed(&mut self, name: &BString) -> bool {
        let search_path = self.var(b"PATH").unwrap_or_default();
        self.hash.search_path == search_path && self.hash.entries.contains_key(name)
    }

    /// The files that a command name could run.
    fn files_of_command(&mut self, name: &BString, all: bool) -> Vec<File> {
        if name.contains(&b'/') {
            return if is_executable(name) { vec![File { path: name.clone(), hashed: false }] } else { Vec::new() };
        }
        let search_path = self.var(b"PATH").unwrap_or_default();
        if !all {
            if self.hash.search_path == search_path
                && let Some(hashed) = self.hash.entries.get(name)
            {
                return vec![File { path: hashed.path.clone(), hashed: true }];
            }
            return match crate::exec::search(&search_path, name) {
                // bash names a file that could be run if only its mode were right.
                Found::Program(path) | Found::Unusable(path) => vec![File { path, hashed: false }],
                Found::Nothing => Vec::new(),
            };
        }
        search_path
            .split(|byte| *byte == b':')
            .map(|directory| {
                let directory: &[u8] = if directory.is_empty() { b"." } else { directory };
                concat(&[directory, b"/", name]).into()
            })
            .filter(|path: &BString| is_executable(path))
            .map(|path| File { path, hashed: false })
            .collect()
    }

    /// `command -v` and `command -V`: prints what a name is; whether it is anything.
    pub(super) fn describe_command(&mut self, name: &BString, verbose: bool, no_functions: bool) -> Run<bool> {
        if let Some((kind, text)) = self.shell_commands(name, no_functions).into_iter().next() {
            if verbose {
                self.out(&text)?;
            } else if kind == "alias" {
                let value = self.aliases.get(name).cloned().unwrap_or_default();
                let quoted = crate::expand::quote::single(&value);
                self.out(&concat(&[b"alias ", name, b"=", &quoted, b"\n"]))?;
            } else {
                self.out(&concat(&[name, b"\n"]))?;
            }
            return Ok(true);
        }
        let Some(file) = self.files_of_command(name, false).into_iter().next() else { return Ok(false) };
        if !verbose {
            self.out(&concat(&[&file.path, b"\n"]))?;
        } else if file.hashed {
            self.out(&concat(&[name, b" is hashed (", &file.path, b")\n"]))?;
        } else {
            self.out(&concat(&[name, b" is ", &file.path, b"\n"]))?;
        }
        Ok(true)
    }

    /// The names of functions, sorted.
    pub(crate) fn function_names(&self) -> Vec<BString> {
        let mut names: Vec<BString> = Rc::clone(&self.functions).keys().cloned().collect();
        names.sort();
        names
    }
}

fn is_executable(path: &[u8]) -> bool {
    files::stat(path, true).is_ok_and(|stat| stat.kind != FileType::Directory)
        && files::access(path, AccessMode::EXECUTE).is_ok()
}
