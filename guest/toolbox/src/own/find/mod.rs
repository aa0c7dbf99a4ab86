//! find: searches a tree of files.

mod entry;
mod evaluate;
mod expression;
mod format;
mod parse;
mod run;

use agentfense_support::{Failure, Outcome, complain};
use agentfense_sys::Errno;
use agentfense_sys::files::{self, FileType};
use entry::Entry;
use evaluate::{Evaluator, Verdict};
use std::rc::Rc;

/// Runs find.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let command = parse::command(args)?;
    let mut evaluator = Evaluator::new(&command)?;
    let mut walk = Walk { command: &command, failed: false, device: None };
    let mut result = Ok(());
    for root in &command.roots {
        match walk.tree(root, &mut evaluator) {
            Ok(true) => {}
            Ok(false) => break,
            Err(failure) => {
                result = Err(failure);
                break;
            }
        }
    }
    let finished = evaluator.finish();
    result.and(finished)?;
    Ok(u8::from(walk.failed || evaluator.failed()))
}

struct Walk<'a> {
    command: &'a parse::Command,
    failed: bool,
    /// The root's device, for -xdev.
    device: Option<u64>,
}

/// What the walk has still to do.
enum Step {
    /// Look at a file and, if it is a directory, into it.
    Visit(Rc<Entry>),
    /// Evaluate a directory after what it holds.
    Leave(Rc<Entry>),
}

impl Walk<'_> {
    /// Searches one tree; false when the search is over.
    fn tree(&mut self, root: &[u8], evaluator: &mut Evaluator<'_>) -> Result<bool, Failure> {
        let options = &self.command.options;
        let root = Rc::new(Entry::root(root.to_vec(), options.follow));
        match root.stat() {
            Ok(stat) => self.device = Some(stat.dev),
            Err(errno) => {
                self.complain(&root.path, errno);
                return Ok(true);
            }
        }
        let mut steps = vec![Step::Visit(root)];
        while let Some(step) = steps.pop() {
            let (entry, leaving) = match step {
                Step::Visit(entry) => (entry, false),
                Step::Leave(entry) => (entry, true),
            };
            let counts = entry.depth >= options.min_depth;
            if leaving {
                if counts && evaluator.evaluate(&entry)? == Verdict::Quit {
                    return Ok(false);
                }
                continue;
            }
            let mut directory = self.is_directory(&entry);
            if directory && options.same_device && self.device != entry.stat().ok().map(|s| s.dev) {
                directory = false;
            }
            if directory && entry.depth < options.max_depth && self.is_loop(&entry) {
                self.failed = true;
                complain(
                    "find",
                    format_args!(
                        "File system loop detected; '{}' is part of the same file system loop",
                        String::from_utf8_lossy(&entry.path)
                    ),
                );
                continue;
            }
            let after = options.depth_first && directory && entry.depth < options.max_depth;
            if counts && !after {
                match evaluator.evaluate(&entry)? {
                    Verdict::Quit => return Ok(false),
                    Verdict::Prune if !options.depth_first => directory = false,
                    Verdict::Prune | Verdict::Continue => {}
                }
            }
            if after {
                steps.push(Step::Leave(Rc::clone(&entry)));
            }
            if !directory || entry.depth >= options.max_depth {
                continue;
            }
            match files::read_dir(&entry.path) {
                Ok(mut children) => {
                    // Taken from the end: in the order of the directory, as GNU find does.
                    children.reverse();
                    for child in children {
                        let child = Entry::below(&entry, &child.name, child.kind, options.follow);
                        steps.push(Step::Visit(Rc::new(child)));
                    }
                }
                Err(errno) => self.complain(&entry.path, errno),
            }
        }
        Ok(true)
    }

    fn is_directory(&mut self, entry: &Entry) -> bool {
        match entry.kind() {
            Ok(kind) => kind == FileType::Directory,
            Err(errno) => {
                self.complain(&entry.path, errno);
                false
            }
        }
    }

    /// Whether a directory is one of those above it, which only following links can do.
    fn is_loop(&self, entry: &Entry) -> bool {
        if !self.command.options.follow.always() {
            return false;
        }
        let Ok(own) = entry.stat() else { return false };
        let mut above = entry.parent.as_deref();
        while let Some(parent) = above {
            if parent.stat().is_ok_and(|stat| (stat.dev, stat.ino) == (own.dev, own.ino)) {
                return true;
            }
            above = parent.parent.as_deref();
        }
        false
    }

    fn complain(&mut self, path: &[u8], errno: Errno) {
        self.failed = true;
        complain("find", format_args!("{}: {errno}", agentfense_support::quote(path)));
    }
}
