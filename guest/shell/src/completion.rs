//! What `complete` defines: how the arguments of a command are completed.

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::expand::quote;

/// The options of `-o`, in the order in which they are printed.
pub const OPTIONS: &[&str] =
    &["bashdefault", "default", "dirnames", "filenames", "noquote", "nosort", "nospace", "plusdirs"];

/// The actions of `-A`, with the letter that stands for some of them.
pub const ACTIONS: &[(&str, Option<u8>)] = &[
    ("alias", Some(b'a')),
    ("builtin", Some(b'b')),
    ("command", Some(b'c')),
    ("directory", Some(b'd')),
    ("export", Some(b'e')),
    ("file", Some(b'f')),
    ("group", Some(b'g')),
    ("job", Some(b'j')),
    ("keyword", Some(b'k')),
    ("service", Some(b's')),
    ("user", Some(b'u')),
    ("variable", Some(b'v')),
    ("arrayvar", None),
    ("binding", None),
    ("disabled", None),
    ("enabled", None),
    ("function", None),
    ("helptopic", None),
    ("hostname", None),
    ("running", None),
    ("setopt", None),
    ("shopt", None),
    ("signal", None),
    ("stopped", None),
];

/// The names under which the completions of `-D`, `-E` and `-I` are kept: no
/// command has a name with a slash at its end.
pub const SPECIAL: &[(u8, &str)] = &[(b'D', "D/"), (b'E', "E/"), (b'I', "I/")];

/// How words are made for one command.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// `-o`: places in `OPTIONS`, as bits.
    pub options: u16,
    /// `-A` and the letters: places in `ACTIONS`, as bits.
    pub actions: u32,
    /// `-G`
    pub glob: Option<BString>,
    /// `-W`
    pub words: Option<BString>,
    /// `-P`
    pub prefix: Option<BString>,
    /// `-S`
    pub suffix: Option<BString>,
    /// `-X`
    pub filter: Option<BString>,
    /// `-C`
    pub command: Option<BString>,
    /// `-F`
    pub function: Option<BString>,
}

impl Completion {
    /// Whether an option of `-o` is on.
    pub fn has_option(&self, name: &str) -> bool {
        OPTIONS.iter().position(|option| *option == name).is_some_and(|place| self.options & (1 << place) != 0)
    }

    /// Switches an option of `-o`; false when there is none of that name.
    pub fn set_option(&mut self, name: &[u8], on: bool) -> bool {
        let Some(place) = OPTIONS.iter().position(|option| option.as_bytes() == name) else { return false };
        if on {
            self.options |= 1 << place;
        } else {
            self.options &= !(1 << place);
        }
        true
    }

    /// Adds an action by name; false when there is none of that name.
    pub fn add_action(&mut self, name: &[u8]) -> bool {
        let Some(place) = ACTIONS.iter().position(|(action, _)| action.as_bytes() == name) else { return false };
        self.actions |= 1 << place;
        true
    }

    /// The names of its actions, in the order in which their words are made:
    /// what the shell knows comes before what the system knows.
    pub fn action_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        const LAST: [&str; 7] = ["variable", "command", "file", "user", "group", "service", "directory"];
        let actions = self.actions;
        let chosen = move |name: &&'static str| {
            ACTIONS.iter().position(|(action, _)| action == name).is_some_and(|place| actions & (1 << place) != 0)
        };
        let first = ACTIONS.iter().map(|(name, _)| *name).filter(|name| !LAST.contains(name));
        first.chain(LAST).filter(chosen)
    }

    /// The command that defines it for `name`, as `complete -p` prints it.
    pub fn line(&self, name: &[u8]) -> Vec<u8> {
        let mut line = b"complete".to_vec();
        for option in OPTIONS {
            if self.has_option(option) {
                line.extend_from_slice(format!(" -o {option}").as_bytes());
            }
        }
        for (place, (action, letter)) in ACTIONS.iter().enumerate() {
            if self.actions & (1 << place) == 0 {
                continue;
            }
            match letter {
                Some(letter) => line.extend_from_slice(&[b' ', b'-', *letter]),
                None => line.extend_from_slice(format!(" -A {action}").as_bytes()),
            }
        }
        for (option, value) in [
            ("-G", &self.glob),
            ("-W", &self.words),
            ("-P", &self.prefix),
            ("-S", &self.suffix),
            ("-X", &self.filter),
            ("-C", &self.command),
        ] {
            if let Some(value) = value {
                line.extend_from_slice(format!(" {option} ").as_bytes());
                line.extend_from_slice(&quote::single(value));
            }
        }
        if let Some(function) = &self.function {
            line.extend_from_slice(b" -F ");
            line.extend_from_slice(&quote::when_needed(function));
        }
        line.push(b' ');
        match SPECIAL.iter().find(|(_, special)| special.as_bytes() == name) {
            Some((letter, _)) => line.extend_from_slice(&[b'-', *letter]),
            None => line.extend_from_slice(&quote::when_needed(name)),
        }
        line.push(b'\n');
        line
    }
}

/// The completions of all commands, in the order in which they were defined.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Completions(Vec<(BString, Completion)>);

impl Completions {
    /// The completion of a command.
    pub fn get(&self, name: &[u8]) -> Option<&Completion> {
        self.0.iter().find(|(own, _)| own.as_bytes() == name).map(|(_, completion)| completion)
    }

    /// The same, to change it.
    pub fn get_mut(&mut self, name: &[u8]) -> Option<&mut Completion> {
        self.0.iter_mut().find(|(own, _)| own.as_bytes() == name).map(|(_, completion)| completion)
    }

    /// Defines a command's completion.
    pub fn set(&mut self, name: &[u8], completion: Completion) {
        match self.get_mut(name) {
            Some(own) => *own = completion,
            None => self.0.push((name.into(), completion)),
        }
    }

    /// Forgets a command's completion.
    pub fn remove(&mut self, name: &[u8]) {
        self.0.retain(|(own, _)| own.as_bytes() != name);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// All, with the commands' names.
    pub fn iter(&self) -> impl Iterator<Item = (&BString, &Completion)> {
        self.0.iter().map(|(name, completion)| (name, completion))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_printed_as_bash_does() {
        let mut completion = Completion { words: Some("a b".into()), ..Completion::default() };
        assert!(completion.set_option(b"nospace", true));
        assert!(!completion.set_option(b"nonsense", true));
        assert!(completion.add_action(b"file") && completion.add_action(b"signal"));
        assert_eq!(completion.line(b"cmd").as_bstr(), "complete -o nospace -f -A signal -W 'a b' cmd\n");
        let function = Completion { function: Some("f".into()), ..Completion::default() };
        assert_eq!(function.line(b"D/").as_bstr(), "complete -F f -D\n");
    }
}
