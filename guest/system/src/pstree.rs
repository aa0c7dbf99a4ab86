//! pstree: the processes as a tree.

use crate::process::{Process, all};
use agentfense_support::quote::lossy;
use agentfense_support::{Failure, Item, Long, Options, Outcome, Takes, quote, stdout};
use std::io::Write;

const HELP: &str = "\
{} [OPTION]... [PID]
Show the processes as a tree, below PID or from the roots.

  -a, --arguments     show command lines, one process a line
  -A, --ascii         draw with ASCII characters
  -c, --compact-not   show every process, also those that look the same
  -n, --numeric-sort  sort by number, not by name
  -p, --show-pids     show the numbers
  -U, --unicode       draw with lines (the default)";

const LONGS: &[Long] = &[
    ("arguments", Takes::Nothing, 'a'),
    ("ascii", Takes::Nothing, 'A'),
    ("compact-not", Takes::Nothing, 'c'),
    ("numeric-sort", Takes::Nothing, 'n'),
    ("show-pids", Takes::Nothing, 'p'),
    ("unicode", Takes::Nothing, 'U'),
];

/// Deeper trees are cut: a process can have as many ancestors as there may be processes.
const DEEPEST: usize = 200;

struct Tree {
    processes: Vec<Process>,
    arguments: bool,
    numbers: bool,
    compact: bool,
    by_number: bool,
    /// Of a branch: only child, first of several, a further one, the last, and what passes by.
    lines: [&'static str; 5],
}

/// Runs pstree.
pub fn main(args: Vec<Vec<u8>>) -> Outcome {
    let mut options = Options::new(args, "aAcnpUhlgsu", LONGS, HELP);
    let mut tree = Tree {
        processes: all()?,
        arguments: false,
        numbers: false,
        compact: true,
        by_number: false,
        lines: ["───", "─┬─", " ├─", " └─", " │ "],
    };
    let mut root = None;
    while let Some(item) = options.next_item()? {
        match item {
            Item::Option('a', _) => tree.arguments = true,
            Item::Option('A', _) => tree.lines = ["---", "-+-", " |-", " `-", " | "],
            Item::Option('c', _) => tree.compact = false,
            Item::Option('n', _) => tree.by_number = true,
            Item::Option('p', _) => (tree.numbers, tree.compact) = (true, false),
            Item::Option(..) => {}
            Item::Operand(pid) => {
                let number = std::str::from_utf8(&pid).ok().and_then(|pid| pid.parse::<u32>().ok());
                root = Some(number.ok_or_else(|| Failure::new(format!("No such user name: {}", quote(&pid))))?);
            }
        }
    }
    let known = |pid: u32| tree.processes.iter().any(|process| process.pid == pid);
    let roots: Vec<&Process> = match root {
        Some(pid) => tree.processes.iter().filter(|process| process.pid == pid).collect(),
        None => tree.processes.iter().filter(|process| !known(process.parent)).collect(),
    };
    let mut out = stdout();
    for process in &roots {
        let text = if tree.arguments { tree.listed(process, 0) } else { tree.drawn(process, 0).join("\n") + "\n" };
        out.write_all(text.as_bytes())?;
    }
    out.flush()?;
    Ok(u8::from(roots.is_empty()))
}

impl Tree {
    fn children(&self, parent: &Process) -> Vec<&Process> {
        let mut children: Vec<_> =
            self.processes.iter().filter(|child| child.parent == parent.pid && child.pid != parent.pid).collect();
        if !self.by_number {
            children.sort_by(|a, b| a.name.cmp(&b.name).then(a.pid.cmp(&b.pid)));
        }
        children
    }

    fn label(&self, process: &Process) -> String {
        if self.numbers { format!("{}({})", process.name, process.pid) } else { process.name.clone() }
    }

    /// A process and those below it, as lines without their indentation.
    fn drawn(&self, process: &Process, depth: usize) -> Vec<String> {
        let label = self.label(process);
        if depth == DEEPEST {
            return vec![label];
        }
        let mut branches: Vec<(Vec<String>, usize)> = Vec::new();
        for child in self.children(process) {
            let lines = self.drawn(child, depth + 1);
            match branches.last_mut() {
                Some((last, count)) if self.compact && *last == lines => *count += 1,
                _ => branches.push((lines, 1)),
            }
        }
        if branches.is_empty() {
            return vec![label];
        }
        let width = label.chars().count();
        let [only, first, further, last, passing] = self.lines;
        let several = branches.len() > 1;
        let end = branches.len() - 1;
        let mut drawn = Vec::new();
        for (i, (lines, count)) in branches.into_iter().enumerate() {
            let (open, close) = if count > 1 { (format!("{count}*["), "]") } else { (String::new(), "") };
            let deeper = " ".repeat(open.len());
            let rows = lines.len();
            for (row, line) in lines.into_iter().enumerate() {
                let mark = match (row, i) {
                    (0, 0) if !several => only,
                    (0, 0) => first,
                    (0, i) if i == end => last,
                    (0, _) => further,
                    (_, i) if several && i != end => passing,
                    _ => "   ",
                };
                let before = if row == 0 && i == 0 { label.clone() } else { " ".repeat(width) };
                let start = if row == 0 { &open } else { &deeper };
                let finish = if row + 1 == rows { close } else { "" };
                drawn.push(format!("{before}{mark}{start}{line}{finish}"));
            }
        }
        drawn
    }

    /// A process and those below it, one a line, with their arguments.
    fn listed(&self, process: &Process, depth: usize) -> String {
        let mut text = String::new();
        if depth > 0 {
            text.push_str(&" ".repeat((depth - 1) * 4));
            text.push_str(self.lines[3].trim_end_matches(' '));
        }
        let command = if process.command.is_empty() { process.name.clone() } else { lossy(&process.command) };
        text.push_str(&if self.numbers {
            let (name, rest) = command.split_once(' ').unwrap_or((&command, ""));
            format!("{name},{} {rest}", process.pid).trim_end().to_owned()
        } else {
            command
        });
        text.push('\n');
        if depth < DEEPEST {
            for child in self.children(process) {
                text.push_str(&self.listed(child, depth + 1));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings() {
        let process = |pid, parent, name: &str| Process { pid, parent, name: name.into(), ..Process::default() };
        let tree = Tree {
            processes: vec![
                process(1, 0, "sh"),
                process(2, 1, "a"),
                process(3, 1, "b"),
                process(4, 3, "c"),
                process(5, 1, "a"),
            ],
            arguments: false,
            numbers: false,
            compact: true,
            by_number: false,
            lines: ["---", "-+-", " |-", " `-", " | "],
        };
        assert_eq!(tree.drawn(&tree.processes[0], 0), ["sh-+-2*[a]", "   `-b---c"]);
    }
}
