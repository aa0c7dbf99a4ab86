//! `compgen`, and `complete`, `compopt` and `bind`, which concern an editor
//! that the sandbox does not have: they are accepted, for scripts that call them.

use agentfense_sys::files::{self, FileType};
use bstr::{BString, ByteSlice};

use super::{TABLE, r#type::KEYWORDS};
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::pattern::{Flags, Pattern};
use crate::shell::{Run, Shell};

/// What `compgen` is asked to make.
#[derive(Default)]
struct Request {
    actions: Vec<BString>,
    words: Option<BString>,
    function: Option<BString>,
    glob: Option<BString>,
    filter: Option<BString>,
    prefix: BString,
    suffix: BString,
    word: BString,
}

/// The action that an option letter stands for.
fn action_of(letter: u8) -> Option<&'static str> {
    Some(match letter {
        b'a' => "alias",
        b'b' => "builtin",
        b'c' => "command",
        b'd' => "directory",
        b'e' => "export",
        b'f' => "file",
        b'g' => "group",
        b'j' => "job",
        b'k' => "keyword",
        b's' => "service",
        b'u' => "user",
        b'v' => "variable",
        _ => return None,
    })
}

/// How the patterns of options are read.
const FLAGS: Flags = Flags { extglob: true, ignore_case: false };

/// Every action of `-A`.
const ACTIONS: &[&str] = &[
    "alias",
    "arrayvar",
    "binding",
    "builtin",
    "command",
    "directory",
    "disabled",
    "enabled",
    "export",
    "file",
    "function",
    "group",
    "helptopic",
    "hostname",
    "job",
    "keyword",
    "running",
    "service",
    "setopt",
    "shopt",
    "signal",
    "stopped",
    "user",
    "variable",
];

/// `compgen`
pub fn compgen(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let mut request = Request::default();
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
        let mut letters = first.get(1..).unwrap_or_default();
        while let Some((letter, more)) = letters.split_first() {
            letters = more;
            if let Some(action) = action_of(*letter) {
                request.actions.push(action.into());
                continue;
            }
            let operand = if !more.is_empty() {
                letters = b"";
                Some(BString::from(more))
            } else {
                rest.split_first().map(|(operand, after)| {
                    rest = after;
                    operand.clone()
                })
            };
            let Some(operand) = operand else {
                let option = [b"-".as_slice(), &[*letter]].concat();
                shell.builtin_error(b"compgen", concat(&[&option, b": option requires an argument"]));
                return Ok(2);
            };
            match letter {
                b'A' if ACTIONS.iter().any(|action| operand == *action) => request.actions.push(operand),
                b'A' => {
                    shell.builtin_error(b"compgen", concat(&[&operand, b": invalid action name"]));
                    return Ok(2);
                }
                b'W' => request.words = Some(operand),
                b'F' => request.function = Some(operand),
                b'G' => request.glob = Some(operand),
                b'X' => request.filter = Some(operand),
                b'P' => request.prefix = operand,
                b'S' => request.suffix = operand,
                b'o' | b'C' => {}
                other => return Ok(shell.invalid_option(b"compgen", *other, "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]")),
            }
        }
    }
    request.word = rest.first().cloned().unwrap_or_default();
    let mut candidates = Vec::new();
    for action in &request.actions {
        shell.candidates(action, &request.word, &mut candidates);
    }
    if let Some(words) = &request.words {
        let text = shell.expand_prompt_text(words, false);
        let ifs = shell.vars.ifs();
        let mut at = text.as_slice();
        while !at.is_empty() {
            let length = ifs.field_len(at);
            if length > 0 {
                candidates.push(BString::from(&at[..length]));
            }
            at = at.get(length + 1..).unwrap_or_default();
        }
    }
    if let Some(pattern) = &request.glob {
        candidates.extend(
            directory_entries(b"")
                .into_iter()
                .filter(|(name, _)| Pattern::new(pattern, FLAGS).matches(name))
                .map(|(name, _)| name),
        );
    }
    if let Some(name) = &request.function
        && let Some(function) = shell.functions.get(name).cloned()
    {
        shell.vars.unset(b"COMPREPLY");
        shell.call_function(&function, vec![name.clone(), BString::default(), request.word.clone()])?;
        if let Some(variable) = shell.vars.get(b"COMPREPLY") {
            match &variable.value {
                crate::vars::Value::Indexed(elements) => candidates.extend(elements.values()),
                crate::vars::Value::Scalar(value) => candidates.push(value.clone()),
                crate::vars::Value::Associative(_) => {}
            }
        }
    }
    let from_function = request.function.is_some();
    candidates.retain(|candidate| from_function || candidate.starts_with(request.word.as_slice()));
    if let Some(filter) = &request.filter {
        let (negated, text) = match filter.strip_prefix(b"!") {
            Some(text) => (true, text),
            None => (false, filter.as_slice()),
        };
        let pattern = Pattern::new(text, FLAGS);
        candidates.retain(|candidate| pattern.matches(candidate) == negated);
    }
    for candidate in &candidates {
        shell.out(&concat(&[&request.prefix, candidate, &request.suffix, b"\n"]))?;
    }
    Ok(i32::from(candidates.is_empty()))
}

impl Shell {
    /// Adds what an action makes of a word, sorted.
    fn candidates(&mut self, action: &[u8], word: &BString, out: &mut Vec<BString>) {
        let mut found: Vec<BString> = match action {
            b"alias" => self.aliases.keys().cloned().collect(),
            b"builtin" | b"helptopic" => TABLE.iter().map(|builtin| builtin.name.into()).collect(),
            b"enabled" => TABLE
                .iter()
                .filter(|builtin| self.builtin(builtin.name.as_bytes()).is_some())
                .map(|builtin| builtin.name.into())
                .collect(),
            b"disabled" => self.disabled_builtins.iter().cloned().collect(),
            b"function" => self.function_names(),
            b"keyword" => KEYWORDS.iter().map(|keyword| (*keyword).into()).collect(),
            b"setopt" => SetOption::ALL.iter().map(|option| option.name().into()).collect(),
            b"shopt" => Shopt::ALL.iter().map(|option| option.name().into()).collect(),
            b"signal" => agentfense_sys::Signal::all()
                .map(|signal| format!("SIG{}", crate::traps::short_name(signal)).into())
                .collect(),
            b"user" => vec!["agent".into(), "root".into()],
            b"group" => vec!["agent".into(), "root".into()],
            b"hostname" => vec!["localhost".into()],
            b"job" | b"running" | b"stopped" => self.jobs.iter().map(|job| job.text.clone()).collect(),
            b"export" => self.vars.exported().iter().map(|(name, _)| name.clone()).collect(),
            b"variable" | b"arrayvar" => {
                let arrays = action == b"arrayvar";
                let names = self.vars.names();
                names
                    .into_iter()
                    .filter(|name| !arrays || self.vars.get(name).is_some_and(|variable| variable.is_array()))
                    .map(|name| BString::from(&name[..]))
                    .collect()
            }
            b"file" | b"directory" => {
                let directory = word.rfind_byte(b'/').map_or(&b""[..], |at| &word[..=at]);
                directory_entries(directory)
                    .into_iter()
                    .filter(|(_, kind)| action == b"file" || *kind == FileType::Directory)
                    .map(|(name, _)| concat(&[directory, &name]).into())
                    .collect()
            }
            b"command" => {
                let mut names = self.function_names();
                names.extend(self.aliases.keys().cloned());
                names.extend(TABLE.iter().map(|builtin| BString::from(builtin.name)));
                names.extend(KEYWORDS.iter().map(|keyword| BString::from(*keyword)));
                let search_path = self.var(b"PATH").unwrap_or_default();
                for directory in search_path.split(|byte| *byte == b':') {
                    names.extend(directory_entries(directory).into_iter().map(|(name, _)| name));
                }
                names
            }
            _ => Vec::new(),
        };
        found.sort();
        found.dedup();
        out.extend(found);
    }
}

fn directory_entries(path: &[u8]) -> Vec<(BString, FileType)> {
    let path: &[u8] = if path.is_empty() { b"." } else { path };
    // A directory that cannot be read completes nothing.
    let entries = files::read_dir(path).unwrap_or_default();
    let mut entries: Vec<_> = entries.into_iter().map(|entry| (BString::from(entry.name), entry.kind)).collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries
}

/// `complete`
pub fn complete(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    // Asked for one that was never defined.
    if args.get(1).is_some_and(|first| first == "-p")
        && let Some(name) = args.get(2)
    {
        shell.builtin_error(b"complete", concat(&[name, b": no completion specification"]));
        return Ok(1);
    }
    Ok(0)
}

/// `compopt`
pub fn compopt(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    if args.iter().skip(1).any(|argument| !argument.starts_with(b"-") && !argument.starts_with(b"+")) {
        return Ok(0);
    }
    shell.builtin_error(b"compopt", "not currently executing completion function");
    Ok(1)
}

/// `bind`
pub fn bind(shell: &mut Shell, _: &[BString]) -> Run<i32> {
    shell.builtin_error(b"bind", "warning: line editing not enabled");
    Ok(0)
}
