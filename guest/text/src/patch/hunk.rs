//! A patch as it was read, whichever form of diff it came in.

/// What a line of a hunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// In the old and the new file.
    Context,
    /// In the old file only.
    Old,
    /// In the new file only.
    New,
}

/// A change and the lines around it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hunk {
    /// The line where it starts in the old file; the one before which lines are added if it has none there.
    pub old_start: usize,
    /// Likewise in the new file.
    pub new_start: usize,
    /// The lines with their newlines.
    pub lines: Vec<(Tag, Vec<u8>)>,
    /// What stood after the second `@@`.
    pub section: Vec<u8>,
}

impl Hunk {
    /// The lines of the old file.
    pub fn old_lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(|(tag, _)| *tag != Tag::New).map(|(_, line)| line.as_slice())
    }

    /// The lines of the new file.
    pub fn new_lines(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().filter(|(tag, _)| *tag != Tag::Old).map(|(_, line)| line.as_slice())
    }

    /// How many lines of context it starts with, and how many it ends with.
    pub fn context(&self) -> (usize, usize) {
        let context = |(tag, _): &&(Tag, Vec<u8>)| *tag == Tag::Context;
        let before = self.lines.iter().take_while(context).count();
        (before, self.lines.iter().rev().take_while(context).count().min(self.lines.len() - before))
    }

    /// The hunk that takes the change back.
    pub fn reversed(&self) -> Hunk {
        let mut reversed = Hunk {
            old_start: self.new_start,
            new_start: self.old_start,
            lines: Vec::new(),
            section: self.section.clone(),
        };
        let mut added = Vec::new();
        for (tag, line) in &self.lines {
            match tag {
                Tag::Old => added.push((Tag::New, line.clone())),
                Tag::New => reversed.lines.push((Tag::Old, line.clone())),
                Tag::Context => {
                    reversed.lines.append(&mut added);
                    reversed.lines.push((Tag::Context, line.clone()));
                }
            }
        }
        reversed.lines.append(&mut added);
        reversed
    }
}

/// The form of diff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Unified,
    Context,
    Normal,
}

/// A file in the header of a patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Name {
    /// As it is written.
    pub path: Vec<u8>,
    /// What follows it: a tab and the time.
    pub time: Vec<u8>,
    /// The header says that there is no such file: it is `/dev/null`, or its time is the epoch.
    pub absent: bool,
}

/// What the extended header of git says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Git {
    pub rename_from: Option<Vec<u8>>,
    pub rename_to: Option<Vec<u8>>,
    pub copy_from: Option<Vec<u8>>,
    pub copy_to: Option<Vec<u8>>,
    pub new_mode: Option<u32>,
    pub created: bool,
    pub deleted: bool,
}

/// The changes of one file.
#[derive(Clone, Debug)]
pub struct Patch {
    pub form: Form,
    pub old: Option<Name>,
    pub new: Option<Name>,
    /// The name after `Index:`.
    pub index: Option<Name>,
    pub git: Option<Git>,
    pub hunks: Vec<Hunk>,
    /// The text before the hunks, and the number of its last line.
    pub lead: Vec<Vec<u8>>,
    pub lead_end: usize,
}

impl Patch {
    /// The patch that takes the changes back.
    pub fn reversed(mut self) -> Patch {
        std::mem::swap(&mut self.old, &mut self.new);
        for hunk in &mut self.hunks {
            *hunk = hunk.reversed();
        }
        if let Some(git) = &mut self.git {
            std::mem::swap(&mut git.rename_from, &mut git.rename_to);
            std::mem::swap(&mut git.created, &mut git.deleted);
        }
        self
    }
}
