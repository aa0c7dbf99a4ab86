//! `compgen`: the words that a completion makes.

use agentfense_sys::files::{self, AccessMode, FileType};
use bstr::{BString, ByteSlice, ByteVec};

use super::complete::parse;
use super::{TABLE, r#type::KEYWORDS};
use crate::completion::Completion;
use crate::messages::concat;
use crate::options::{SetOption, Shopt};
use crate::pattern::{Flags, Pattern};
use crate::shell::{Run, Shell};
use crate::syntax;
use crate::vars::{Attributes, Indexed, Value, Variable};

const USAGE: &str = "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] \
    [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]";

/// How the patterns of options are read.
const FLAGS: Flags = Flags { extglob: true, ignore_case: false };

/// What a completion's function and command see, unset again when they are done.
const SEEN: &[&[u8]] = &[b"COMP_LINE", b"COMP_POINT", b"COMP_TYPE", b"COMP_KEY", b"COMP_WORDS", b"COMP_CWORD"];

/// `compgen`
pub fn compgen(shell: &mut Shell, args: &[BString]) -> Run<i32> {
    let parsed = match parse(shell, args, USAGE) {
        Ok(parsed) => parsed,
        Err(status) => return Ok(status),
    };
    let word = parsed.operands.first().cloned().unwrap_or_default();
    let completion = parsed.completion;
    let Some(candidates) = shell.completion_words(&completion, &word)? else { return Ok(1) };
    for candidate in &candidates {
        shell.out(&concat(&[candidate, b"\n"]))?;
    }
    Ok(i32::from(candidates.is_empty()))
}

impl Shell {
    /// The words that a completion makes of a word; none after an error in its
    /// word list.
    fn completion_words(&mut self, completion: &Completion, word: &BString) -> Run<Option<Vec<BString>>> {
        let mut made = Vec::new();
        for action in completion.action_names() {
            let mut found = self.action_words(action, word);
            found.retain(|candidate| candidate.starts_with(word));
            made.append(&mut found);
        }
        if let Some(pattern) = &completion.glob {
            let pattern = Pattern::new(pattern, FLAGS);
            made.extend(directory_entries(b"").into_iter().map(|(name, _)| name).filter(|name| pattern.matches(name)));
        }
        if let Some(words) = &completion.words {
            let Some(mut words) = self.word_list(words)? else { return Ok(None) };
            words.retain(|candidate| candidate.starts_with(word));
            made.append(&mut words);
        }
        if let Some(function) = &completion.function {
            made.extend(self.words_of_function(function, word)?);
        }
        if let Some(command) = &completion.command {
            made.extend(self.words_of_command(command, word)?);
        }
        if let Some(filter) = &completion.filter {
            filter_words(&mut made, filter, word, self.options.shopt(Shopt::Extglob));
        }
        if completion.prefix.is_some() || completion.suffix.is_some() {
            let prefix = completion.prefix.clone().unwrap_or_default();
            let suffix = completion.suffix.clone().unwrap_or_default();
            made = made.iter().map(|word| concat(&[&prefix, word, &suffix]).into()).collect();
        }
        let starting = |mut found: Vec<BString>| {
            found.retain(|candidate: &BString| candidate.starts_with(word));
            found
        };
        if made.is_empty() && completion.has_option("dirnames") {
            made = starting(self.action_words("directory", word));
        }
        if completion.has_option("plusdirs") {
            made.extend(starting(self.action_words("directory", word)));
        }
        if made.is_empty() && completion.has_option("default") {
            made = starting(self.action_words("file", word));
        }
        Ok(Some(made))
    }

    /// The words of `-W`: split by IFS outside quotes, then expanded.
    fn word_list(&mut self, list: &[u8]) -> Run<Option<Vec<BString>>> {
        let ifs = self.var(b"IFS").unwrap_or_else(|| " \t\n".into());
        let mut words = Vec::new();
        for piece in split_quoted(list, &ifs) {
            if !piece.iter().any(|byte| matches!(byte, b'$' | b'`' | b'\\' | b'\'' | b'"' | b'~')) {
                words.push(piece.into());
                continue;
            }
            let options = syntax::Options { brace_expansion: false, ..self.syntax_options() };
            let parsed = match syntax::parse_word(&with_quoted_operators(piece), &options) {
                Ok(word) => word,
                Err(error) => {
                    self.error(&error.message);
                    return Ok(None);
                }
            };
            let noglob = self.options.get(SetOption::Noglob);
            self.options.set(SetOption::Noglob, true);
            let fields = self.expand_words(std::slice::from_ref(&parsed));
            self.options.set(SetOption::Noglob, noglob);
            words.extend(fields?);
        }
        Ok(Some(words))
    }

    /// Runs something that makes words with the COMP variables set as outside an editor.
    fn with_completion_variables<T>(&mut self, run: impl FnOnce(&mut Shell) -> Run<T>) -> Run<T> {
        for (name, value) in [("COMP_LINE", ""), ("COMP_POINT", "0"), ("COMP_TYPE", "0"), ("COMP_KEY", "0")] {
            self.vars.insert(name.as_bytes(), Variable::scalar(value, Attributes::NONE));
        }
        let words = Variable { value: Value::Indexed(Indexed::default()), ..Variable::default() };
        self.vars.insert(b"COMP_WORDS", words);
        self.vars.insert(b"COMP_CWORD", Variable::scalar("-1", Attributes::NONE));
        let result = run(self);
        for name in SEEN {
            self.vars.unset(name);
        }
        result
    }

    /// `-F`: what the function leaves in COMPREPLY.
    fn words_of_function(&mut self, name: &BString, word: &BString) -> Run<Vec<BString>> {
        self.builtin_error(b"compgen", "warning: -F option may not work as you expect");
        let Some(function) = self.functions.get(name).cloned() else {
            self.error(concat(&[b"compgen: warning: ", name, b": function not found"]));
            return Ok(Vec::new());
        };
        self.vars.unset(b"COMPREPLY");
        let arguments = vec![name.clone(), BString::from("compgen"), word.clone(), BString::default()];
        // What it prints is in order with what compgen prints.
        self.flush_output()?;
        self.with_completion_variables(|shell| shell.call_function(&function, arguments))?;
        Ok(match self.vars.get(b"COMPREPLY").map(|variable| &variable.value) {
            Some(Value::Indexed(elements)) => elements.values().into_iter().collect(),
            Some(Value::Scalar(value)) => vec![value.clone()],
            _ => Vec::new(),
        })
    }

    /// `-C`: the lines that the command prints.
    fn words_of_command(&mut self, command: &BString, word: &BString) -> Run<Vec<BString>> {
        self.builtin_error(b"compgen", "warning: -C option may not work as you expect");
        let mut text = command.to_vec();
        for argument in [b"compgen".as_slice(), word, b""] {
            text.push(b' ');
            text.push_str(crate::expand::quote::single(argument));
        }
        let options = self.syntax_options();
        let program = match syntax::parse_program(&text, &options) {
            Ok(program) => program,
            Err(error) => {
                self.error(&error.message);
                return Ok(Vec::new());
            }
        };
        self.flush_output()?;
        let substitution = crate::ast::CommandSubstitution { program, backquotes: false, source: None, failed: false };
        let output = self.with_completion_variables(|shell| shell.command_substitution(&substitution))?;
        Ok(output.lines().map(BString::from).collect())
    }

    /// What an action makes, sorted; what does not start with the word is
    /// still among it, but for files, whose directory the word names.
    fn action_words(&mut self, action: &str, word: &BString) -> Vec<BString> {
        let mut found: Vec<BString> = match action {
            "alias" => self.aliases.keys().cloned().collect(),
            "builtin" | "helptopic" => TABLE.iter().map(|builtin| builtin.name.into()).collect(),
            "enabled" => TABLE
                .iter()
                .filter(|builtin| self.builtin(builtin.name.as_bytes()).is_some())
                .map(|builtin| builtin.name.into())
                .collect(),
            "disabled" => self.disabled_builtins.iter().cloned().collect(),
            "function" => self.function_names(),
            "keyword" => KEYWORDS.iter().map(|keyword| (*keyword).into()).collect(),
            "setopt" => SetOption::ALL.iter().map(|option| option.name().into()).collect(),
            "shopt" => Shopt::ALL.iter().map(|option| option.name().into()).collect(),
            "signal" => agentfense_sys::Signal::all()
                .map(|signal| format!("SIG{}", crate::traps::short_name(signal)).into())
                .collect(),
            "user" | "group" => vec!["agent".into(), "root".into()],
            "hostname" => vec!["localhost".into()],
            "job" | "running" | "stopped" => self.jobs.iter().map(|job| job.text.clone()).collect(),
            "export" => self.vars.exported().iter().map(|(name, _)| name.clone()).collect(),
            "variable" | "arrayvar" => {
                let arrays = action == "arrayvar";
                let names = self.vars.names();
                names
                    .into_iter()
                    .filter(|name| !arrays || self.vars.get(name).is_some_and(|variable| variable.is_array()))
                    .map(|name| BString::from(&name[..]))
                    .collect()
            }
            "file" | "directory" => {
                let directory = word.rfind_byte(b'/').map_or(&b""[..], |at| &word[..=at]);
                let place = self.with_home(directory);
                directory_entries(&place)
                    .into_iter()
                    .filter(|(name, kind)| action == "file" || is_directory(&concat(&[&place, name]), *kind))
                    .map(|(name, _)| concat(&[directory, &name]).into())
                    .collect()
            }
            "command" => {
                let mut names = self.function_names();
                names.extend(self.aliases.keys().cloned());
                names.extend(TABLE.iter().map(|builtin| BString::from(builtin.name)));
                names.extend(KEYWORDS.iter().map(|keyword| BString::from(*keyword)));
                let search_path = self.var(b"PATH").unwrap_or_default();
                for directory in search_path.split(|byte| *byte == b':') {
                    let programs = directory_entries(directory).into_iter().map(|(name, _)| name);
                    names.extend(programs.filter(|name| is_program(&concat(&[directory, b"/", name]))));
                }
                names
            }
            _ => Vec::new(),
        };
        found.sort();
        found.dedup();
        found
    }

    /// A directory as it is written, with its tilde expanded.
    fn with_home(&mut self, directory: &[u8]) -> Vec<u8> {
        let Some(rest) = directory.strip_prefix(b"~") else { return directory.to_vec() };
        let end = rest.find_byte(b'/').unwrap_or(rest.len());
        match self.tilde(&rest[..end]) {
            Some(home) => concat(&[&home, &rest[end..]]),
            None => directory.to_vec(),
        }
    }
}

fn is_directory(path: &[u8], kind: FileType) -> bool {
    match kind {
        FileType::Directory => true,
        FileType::Symlink => files::stat(path, true).is_ok_and(|stat| stat.kind == FileType::Directory),
        _ => false,
    }
}

fn is_program(path: &[u8]) -> bool {
    files::stat(path, true).is_ok_and(|stat| stat.kind != FileType::Directory)
        && files::access(path, AccessMode::EXECUTE).is_ok()
}

fn directory_entries(path: &[u8]) -> Vec<(BString, FileType)> {
    let path: &[u8] = if path.is_empty() { b"." } else { path };
    // A directory that cannot be read completes nothing.
    let entries = files::read_dir(path).unwrap_or_default();
    let mut entries: Vec<_> = entries.into_iter().map(|entry| (BString::from(entry.name), entry.kind)).collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries
}

/// `-X`: takes away what the pattern matches, with a `!` before it all else.
/// `&` in it is the word.
fn filter_words(words: &mut Vec<BString>, filter: &[u8], word: &[u8], extglob: bool) {
    let (negated, text) = match filter {
        // `!(...)` is a pattern of its own.
        [b'!', b'(', ..] if extglob => (false, filter),
        [b'!', text @ ..] => (true, text),
        text => (false, text),
    };
    let mut pattern = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match (byte, text.get(at + 1)) {
            (b'\\', Some(b'&')) => {
                pattern.push(b'&');
                at += 1;
            }
            (b'&', _) => pattern.extend_from_slice(word),
            _ => pattern.push(*byte),
        }
        at += 1;
    }
    let pattern = Pattern::new(&pattern, Flags { extglob, ignore_case: false });
    words.retain(|candidate| pattern.matches(candidate) == negated);
}

/// Splits a text at separators that are not quoted; empty pieces go.
fn split_quoted<'t>(text: &'t [u8], separators: &[u8]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\'' => at = after_quote(text, at, b'\''),
            b'"' => at = after_quote(text, at, b'"'),
            b'`' => at = after_quote(text, at, b'`'),
            b'$' if matches!(text.get(at + 1), Some(b'(' | b'{')) => at = after_bracket(text, at + 1),
            byte if separators.contains(byte) => {
                if at > start {
                    pieces.push(&text[start..at]);
                }
                start = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

/// A piece of a word list as one word: the blanks and operators in it, which
/// IFS does not name, are text.
fn with_quoted_operators(piece: &[u8]) -> Vec<u8> {
    let mut word = Vec::with_capacity(piece.len());
    let mut at = 0;
    while let Some(byte) = piece.get(at) {
        let end = match byte {
            b'\\' => at + 1,
            b'\'' | b'"' | b'`' => after_quote(piece, at, *byte),
            b'$' if matches!(piece.get(at + 1), Some(b'(' | b'{')) => after_bracket(piece, at + 1),
            b' ' | b'\t' | b'\n' | b'|' | b'&' | b';' | b'(' | b')' | b'<' | b'>' => {
                word.push(b'\\');
                at
            }
            _ => at,
        };
        let end = (end + 1).min(piece.len());
        word.extend_from_slice(&piece[at..end]);
        at = end;
    }
    word
}

/// Where the quote that opens at `at` closes, or the text ends.
fn after_quote(text: &[u8], at: usize, quote: u8) -> usize {
    let mut at = at + 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' if quote != b'\'' => at += 1,
            byte if *byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Where the bracket that opens at `at` closes, or the text ends.
fn after_bracket(text: &[u8], at: usize) -> usize {
    let (mut level, mut at) = (0u32, at);
    while let Some(byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\'' | b'"' | b'`' => at = after_quote(text, at, *byte),
            b'(' | b'{' => level += 1,
            b')' | b'}' => {
                level = level.saturating_sub(1);
                if level == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_separators_do_not_split() {
        let pieces = split_quoted(b"a:b%c\\:d 'e:f'$(g : h)", b":%");
        assert_eq!(pieces, [b"a".as_slice(), b"b", b"c\\:d 'e:f'$(g : h)"]);
        assert_eq!(with_quoted_operators(b"a b\\:'c d'$(e f)"), b"a\\ b\\:'c d'$(e f)");
        assert_eq!(split_quoted(b"::${", b":"), [b"${".as_slice()]);
        assert!(split_quoted(b"", b" ").is_empty());
    }

    #[test]
    fn filters() {
        let left = |filter: &str| {
            let mut words = vec![BString::from("some"), "else".into()];
            filter_words(&mut words, filter.as_bytes(), b"so", true);
            words
        };
        assert_eq!(left("&*"), ["else"]);
        assert_eq!(left("!&*"), ["some"]);
        assert_eq!(left("!(some)"), ["some"]);
    }
}
