//! The graph: files, what they depend on, and their recipes.

use crate::Location;
use crate::variables::{SetId, Text};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::{Index, IndexMut};
use std::rc::Rc;

/// A file's number.
pub(crate) type FileId = usize;

/// Times of modification, in nanoseconds since the epoch, and what stands for none.
pub(crate) mod time {
    /// Not asked for yet.
    pub const UNKNOWN: i64 = i64::MIN;
    /// There is no such file.
    pub const NONE: i64 = i64::MIN + 1;
    /// Older than everything (`-o`).
    pub const OLD: i64 = i64::MIN + 2;
    /// Newer than everything (`-W`).
    pub const NEW: i64 = i64::MAX;
}

/// A prerequisite.
#[derive(Clone, Debug)]
pub(crate) struct Dep {
    /// As written, or the text to expand a second time.
    pub name: Text,
    /// The file, when it is known.
    pub file: Option<FileId>,
    /// Its time does not count.
    pub order_only: bool,
    /// Whether it was remade or is newer.
    pub changed: bool,
    /// The name is to be expanded again, with the target's automatic variables.
    pub second: bool,
    /// What stands for `%` in it.
    pub stem: Option<Text>,
    /// `.WAIT` stood before it.
    pub wait: bool,
}

impl Dep {
    /// An ordinary prerequisite.
    pub fn new(name: Text) -> Dep {
        Dep { name, file: None, order_only: false, changed: false, second: false, stem: None, wait: false }
    }
}

/// What a line of a recipe asks for with the characters in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LineFlags {
    /// `+`, or the line names `$(MAKE)`: runs with `-n`, too.
    pub recursive: bool,
    /// `@`: not shown.
    pub silent: bool,
    /// `-`: may fail.
    pub ignore: bool,
}

/// A recipe's lines, not expanded, and what each asks for.
pub(crate) type Lines = Rc<[(Vec<u8>, LineFlags)]>;

/// A recipe.
#[derive(Debug)]
pub(crate) struct Recipe {
    /// Where its first line stands; built in when absent.
    pub location: Option<Location>,
    /// Its lines as written, each with a newline.
    pub text: Vec<u8>,
    /// What starts a line of it.
    pub prefix: u8,
    /// The lines, cut when they are needed.
    pub lines: RefCell<Option<Lines>>,
}

impl Recipe {
    /// A recipe of that text.
    pub fn new(location: Option<Location>, text: Vec<u8>, prefix: u8) -> Rc<Recipe> {
        Rc::new(Recipe { location, text, prefix, lines: RefCell::new(None) })
    }

    /// The lines and their flags. With `.ONESHELL` they are all one.
    pub fn lines(&self, one_shell: bool) -> Lines {
        let mut lines = self.lines.borrow_mut();
        let cut = lines.get_or_insert_with(|| {
            let text = self.text.strip_suffix(b"\n").unwrap_or(&self.text);
            let lines = if one_shell { vec![text] } else { cut_lines(text) };
            lines.into_iter().map(|line| (line.to_vec(), line_flags(line).0)).collect()
        });
        Rc::clone(cut)
    }
}

/// Cuts at newlines that no backslash hides.
pub(crate) fn cut_lines(text: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', text) {
        if text[start..at].iter().rev().take_while(|&&byte| byte == b'\\').count() % 2 == 0 {
            lines.push(&text[start..at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}

/// What the characters in front of a line ask for, and where the command starts.
pub(crate) fn line_flags(line: &[u8]) -> (LineFlags, usize) {
    let mut flags = LineFlags::default();
    let mut start = line.len();
    for (at, byte) in line.iter().enumerate() {
        match byte {
            b'@' => flags.silent = true,
            b'-' => flags.ignore = true,
            b'+' => flags.recursive = true,
            b' ' | b'\t' => {}
            _ => {
                start = at;
                break;
            }
        }
    }
    let names_make = |wanted: &[u8]| memchr::memmem::find(&line[start..], wanted).is_some();
    flags.recursive |= names_make(b"$(MAKE)") || names_make(b"${MAKE}");
    (flags, start)
}

/// How far the work on a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    NotStarted,
    DepsRunning,
    Running,
    Finished,
}

/// How the work on a file ended, the better first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    Success,
    /// Nothing was done.
    None,
    /// With `-q`: something has to be done.
    Question,
    Failed,
}

/// A file that is named somewhere, as target or prerequisite.
#[derive(Debug)]
pub(crate) struct File {
    /// Its name; that of `VPATH` once it is known that it is not remade.
    pub name: Text,
    /// Where it was found, if not under its name.
    pub found: Option<Text>,
    pub deps: Vec<Dep>,
    pub recipe: Option<Rc<Recipe>>,
    pub stem: Option<Text>,
    /// Made by the same run of the recipe.
    pub also_make: Vec<FileId>,
    /// All entries of a double-colon target, in the one that the table knows.
    pub entries: Vec<FileId>,
    pub double_colon: bool,
    pub vars: Option<SetId>,
    /// Whether the pattern-specific variables were looked for.
    pub pattern_vars: Option<Option<SetId>>,
    pub parent: Option<FileId>,
    pub modified: i64,
    pub modified_before: i64,
    pub state: State,
    pub status: Status,
    pub considered: u64,
    pub updated: bool,
    pub updating: bool,
    pub is_target: bool,
    /// Named as a prerequisite by a makefile.
    pub mentioned: bool,
    pub phony: bool,
    pub precious: bool,
    pub intermediate: bool,
    pub secondary: bool,
    pub not_intermediate: bool,
    pub tried_implicit: bool,
    /// A missing file is no error (`-include`).
    pub dont_care: bool,
    /// It failed without a message.
    pub silent_failure: bool,
    pub ignore_vpath: bool,
    pub goal: bool,
    /// A suffix rule that is built in.
    pub builtin: bool,
    /// The prerequisites are those of a file, not text to expand.
    pub snapped: bool,
}

impl File {
    fn new(name: Text) -> File {
        File {
            name,
            found: None,
            deps: Vec::new(),
            recipe: None,
            stem: None,
            also_make: Vec::new(),
            entries: Vec::new(),
            double_colon: false,
            vars: None,
            pattern_vars: None,
            parent: None,
            modified: time::UNKNOWN,
            modified_before: time::UNKNOWN,
            state: State::NotStarted,
            status: Status::None,
            considered: 0,
            updated: false,
            updating: false,
            is_target: false,
            mentioned: false,
            phony: false,
            precious: false,
            intermediate: false,
            secondary: false,
            not_intermediate: false,
            tried_implicit: false,
            dont_care: false,
            silent_failure: false,
            ignore_vpath: false,
            goal: false,
            builtin: false,
            snapped: false,
        }
    }

    /// The name under which it is used: where it was found.
    pub fn used_name(&self) -> &Text {
        self.found.as_ref().unwrap_or(&self.name)
    }
}

/// All files.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: Vec<File>,
    by_name: HashMap<Text, FileId>,
}

impl Files {
    /// The file of that name, if it was ever named.
    pub fn find(&self, name: &[u8]) -> Option<FileId> {
        self.by_name.get(name).copied()
    }

    /// The file of that name.
    pub fn enter(&mut self, name: &[u8]) -> FileId {
        if let Some(id) = self.find(name) {
            return id;
        }
        let name = Text::from(name);
        let id = self.files.len();
        self.files.push(File::new(name.clone()));
        self.by_name.insert(name, id);
        id
    }

    /// One more entry of the double-colon target `head`.
    pub fn add_entry(&mut self, head: FileId) -> FileId {
        let id = self.files.len();
        let mut file = File::new(self.files[head].name.clone());
        file.double_colon = true;
        file.phony = self.files[head].phony;
        file.is_target = true;
        self.files.push(file);
        self.files[head].entries.push(id);
        id
    }

    /// All files in the order they were named.
    pub fn iter(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The numbers of all files.
    pub fn ids(&self) -> std::ops::Range<FileId> {
        0..self.files.len()
    }
}

impl Index<FileId> for Files {
    type Output = File;
    fn index(&self, id: FileId) -> &File {
        &self.files[id]
    }
}

impl IndexMut<FileId> for Files {
    fn index_mut(&mut self, id: FileId) -> &mut File {
        &mut self.files[id]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_recipe() {
        let recipe = Recipe::new(None, b"@a \\\nb\n-$(MAKE) x\n".to_vec(), b'\t');
        let lines = recipe.lines(false);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].0, b"@a \\\nb");
        assert!(lines[0].1.silent && !lines[0].1.recursive);
        assert!(lines[1].1.ignore && lines[1].1.recursive);
    }
}
