//! Matching by trying, for patterns with back-references.

use crate::class::Class;
use crate::parse::{Look, Node, Unit};
use crate::{Captures, Error, Flags};

/// A pattern as instructions.
#[derive(Debug)]
pub(crate) struct Program {
    code: Vec<Instruction>,
    /// Two for each group, then one for each loop.
    slots: usize,
    groups: usize,
    flags: Flags,
}

#[derive(Clone, Debug)]
enum Instruction {
    Unit(Unit),
    Any,
    Class(Class),
    Look(Look),
    /// Notes the position in a slot.
    Save(usize),
    /// What a group matched, once more.
    BackReference(usize),
    /// Goes on at the first; later, if that fails, at the second.
    Split(usize, usize),
    Jump(usize),
    /// Leaves the loop when nothing was consumed since the slot was set: it would not end.
    Progress(usize, usize),
    Match,
}

/// What a program may take, and how long a search may try.
const MAX_CODE: usize = 200_000;
const MAX_STEPS: usize = 20_000_000;
const MAX_STACK: usize = 4_000_000;

impl Program {
    pub fn new(node: &Node, groups: usize, flags: Flags) -> Result<Program, Error> {
        let mut compiler = Compiler { code: Vec::new(), slots: 2 * (groups + 1), flags };
        compiler.emit(Instruction::Save(0))?;
        compiler.node(node)?;
        compiler.emit(Instruction::Save(1))?;
        compiler.emit(Instruction::Match)?;
        Ok(Program { code: compiler.code, slots: compiler.slots, groups, flags })
    }

    /// The leftmost longest match from `start` on.
    pub fn captures_at(&self, text: &[u8], start: usize) -> Result<Option<Captures>, Error> {
        let mut slots = vec![None; self.slots];
        let mut steps = 0;
        for from in start..=text.len() {
            if let Some(found) = self.longest_from(text, from, &mut slots, &mut steps)? {
                let groups = (0..=self.groups).map(|group| Some(found[2 * group]?..found[2 * group + 1]?));
                return Ok(Some(Captures(groups.collect())));
            }
        }
        Ok(None)
    }

    fn longest_from(
        &self,
        text: &[u8],
        from: usize,
        slots: &mut [Option<usize>],
        steps: &mut usize,
    ) -> Result<Option<Vec<Option<usize>>>, Error> {
        /// What to do when a try has failed.
        enum Undo {
            Go(usize, usize),
            Restore(usize, Option<usize>),
        }
        slots.fill(None);
        let mut stack = vec![Undo::Go(0, from)];
        let mut best: Option<Vec<Option<usize>>> = None;
        while let Some(undo) = stack.pop() {
            let (mut pc, mut at) = match undo {
                Undo::Go(pc, at) => (pc, at),
                Undo::Restore(slot, value) => {
                    slots[slot] = value;
                    continue;
                }
            };
            loop {
                *steps += 1;
                if *steps > MAX_STEPS || stack.len() > MAX_STACK {
                    return match best {
                        Some(_) => Ok(best),
                        None => Err(Error::new("matching takes too long: too many back-references")),
                    };
                }
                match &self.code[pc] {
                    Instruction::Match => {
                        let longer = best.as_ref().and_then(|best| best[1]).is_none_or(|end| at > end);
                        if longer {
                            best = Some(slots.to_vec());
                        }
                        if at == text.len() {
                            // Nothing can be longer.
                            return Ok(best);
                        }
                        break;
                    }
                    Instruction::Save(slot) => {
                        stack.push(Undo::Restore(*slot, slots[*slot]));
                        slots[*slot] = Some(at);
                        pc += 1;
                    }
                    Instruction::Progress(slot, exit) => {
                        pc = if slots[*slot] == Some(at) { *exit } else { pc + 1 };
                    }
                    Instruction::Split(first, second) => {
                        stack.push(Undo::Go(*second, at));
                        pc = *first;
                    }
                    Instruction::Jump(to) => pc = *to,
                    Instruction::Look(look) => {
                        if !self.is_place(*look, text, at) {
                            break;
                        }
                        pc += 1;
                    }
                    Instruction::BackReference(group) => {
                        let (Some(start), Some(end)) = (slots[2 * group], slots[2 * group + 1]) else {
                            break;
                        };
                        let Some(length) = self.same(&text[start..end], &text[at..]) else { break };
                        at += length;
                        pc += 1;
                    }
                    consuming => {
                        let Some((unit, length)) = self.unit(text, at) else { break };
                        let fits = match consuming {
                            Instruction::Unit(wanted) => self.equal(*wanted, unit),
                            Instruction::Any => {
                                !(self.flags.lines && unit == Unit::Char('\n'))
                                    && (self.flags.bytes || matches!(unit, Unit::Char(_)))
                            }
                            Instruction::Class(class) => class.contains(unit),
                            _ => false,
                        };
                        if !fits {
                            break;
                        }
                        at += length;
                        pc += 1;
                    }
                }
            }
        }
        Ok(best)
    }

    /// The character or byte at a place, and its length.
    fn unit(&self, text: &[u8], at: usize) -> Option<(Unit, usize)> {
        let first = *text.get(at)?;
        if first.is_ascii() {
            return Some((Unit::Char(char::from(first)), 1));
        }
        if !self.flags.bytes {
            let end = text.len().min(at + 4);
            let chunk = text[at..end].utf8_chunks().next();
            if let Some(c) = chunk.and_then(|chunk| chunk.valid().chars().next()) {
                return Some((Unit::Char(c), c.len_utf8()));
            }
        }
        Some((Unit::Byte(first), 1))
    }

    fn equal(&self, a: Unit, b: Unit) -> bool {
        match (a, b) {
            (Unit::Char(a), Unit::Char(b)) if self.flags.ignore_case => {
                a == b || a.to_lowercase().eq(b.to_lowercase()) || a.to_uppercase().eq(b.to_uppercase())
            }
            _ => a == b,
        }
    }

    /// The length of what `text` starts with, if that is the same as `group`.
    fn same(&self, group: &[u8], text: &[u8]) -> Option<usize> {
        if !self.flags.ignore_case {
            return text.starts_with(group).then_some(group.len());
        }
        let (mut i, mut j) = (0, 0);
        while i < group.len() {
            let ((a, a_len), (b, b_len)) = (self.unit(group, i)?, self.unit(text, j)?);
            if !self.equal(a, b) {
                return None;
            }
            i += a_len;
            j += b_len;
        }
        Some(j)
    }

    fn is_place(&self, look: Look, text: &[u8], at: usize) -> bool {
        let line_edge = |byte: Option<&u8>| self.flags.lines && byte == Some(&b'\n');
        let before = || at > 0 && self.word_ends(&text[..at]);
        let after = || self.word_at(text, at);
        match look {
            Look::TextStart => at == 0,
            Look::TextEnd => at == text.len(),
            Look::LineStart => at == 0 || line_edge(text.get(at - 1)),
            Look::LineEnd => at == text.len() || line_edge(text.get(at)),
            Look::WordStart => !before() && after(),
            Look::WordEnd => before() && !after(),
            Look::WordEdge => before() != after(),
            Look::NoWordEdge => before() == after(),
            Look::NoWordBefore => !before(),
            Look::NoWordAfter => !after(),
        }
    }

    fn word_at(&self, text: &[u8], at: usize) -> bool {
        matches!(self.unit(text, at), Some((Unit::Char(c), _)) if c.is_alphanumeric() || c == '_')
    }

    fn word_ends(&self, text: &[u8]) -> bool {
        let mut start = text.len() - 1;
        while start > 0 && text.len() - start < 4 && text[start] & 0xC0 == 0x80 {
            start -= 1;
        }
        self.word_at(text, start)
    }
}

struct Compiler {
    code: Vec<Instruction>,
    slots: usize,
    flags: Flags,
}

impl Compiler {
    fn emit(&mut self, instruction: Instruction) -> Result<usize, Error> {
        if self.code.len() >= MAX_CODE {
            return Err(Error::new("Regular expression too big"));
        }
        self.code.push(instruction);
        Ok(self.code.len() - 1)
    }

    fn node(&mut self, node: &Node) -> Result<(), Error> {
        match node {
            Node::Empty => {}
            Node::Unit(unit) => {
                self.emit(Instruction::Unit(*unit))?;
            }
            Node::Any => {
                self.emit(Instruction::Any)?;
            }
            Node::Class(class) => {
                self.emit(Instruction::Class(class.clone()))?;
            }
            Node::Look(look) => {
                let look = match look {
                    Look::LineStart if !self.flags.lines => Look::TextStart,
                    Look::LineEnd if !self.flags.lines => Look::TextEnd,
                    look => *look,
                };
                self.emit(Instruction::Look(look))?;
            }
            Node::Group(index, node) => {
                self.emit(Instruction::Save(2 * index))?;
                self.node(node)?;
                self.emit(Instruction::Save(2 * index + 1))?;
            }
            Node::BackReference(index) => {
                self.emit(Instruction::BackReference(*index))?;
            }
            Node::Concat(nodes) => {
                for node in nodes {
                    self.node(node)?;
                }
            }
            Node::Alternate(nodes) => self.alternatives(nodes)?,
            Node::Repeat { node, min, max } => {
                for _ in 0..*min {
                    self.node(node)?;
                }
                match max {
                    None => self.star(node)?,
                    Some(max) => {
                        let mut splits = Vec::new();
                        for _ in *min..*max {
                            splits.push(self.emit(Instruction::Split(0, 0))?);
                            self.node(node)?;
                        }
                        let end = self.code.len();
                        for split in splits {
                            self.code[split] = Instruction::Split(split + 1, end);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn alternatives(&mut self, nodes: &[Node]) -> Result<(), Error> {
        let mut jumps = Vec::new();
        for (i, node) in nodes.iter().enumerate() {
            if i + 1 == nodes.len() {
                self.node(node)?;
                break;
            }
            let split = self.emit(Instruction::Split(0, 0))?;
            self.node(node)?;
            jumps.push(self.emit(Instruction::Jump(0))?);
            self.code[split] = Instruction::Split(split + 1, self.code.len());
        }
        let end = self.code.len();
        for jump in jumps {
            self.code[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn star(&mut self, node: &Node) -> Result<(), Error> {
        let slot = self.slots;
        self.slots += 1;
        let split = self.emit(Instruction::Split(0, 0))?;
        self.emit(Instruction::Save(slot))?;
        self.node(node)?;
        let exit = self.code.len() + 2;
        self.emit(Instruction::Progress(slot, exit))?;
        self.emit(Instruction::Jump(split))?;
        self.code[split] = Instruction::Split(split + 1, self.code.len());
        Ok(())
    }
}
