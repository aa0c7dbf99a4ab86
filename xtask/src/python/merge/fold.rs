//! Additions of small constants to an address, moved into the loads and stores that use it.
//!
//! A field of a structure is at `pointer + constant`, which a load has room for. The compiler leaves the addition
//! where the C code is compiled so that pointers may wrap around (`-fno-strict-overflow`, as CPython is), since the
//! load's own addition does not. The difference shows only where a pointer is within [`LIMIT`] of the end of the
//! address space, and then in an access below [`LIMIT`]: the far end of the stack, which nothing is kept in.

use std::collections::HashMap;

use wasmparser::{MemArg, Operator};

/// What is added is less than this.
pub(super) const LIMIT: u64 = 32 << 10;

/// What is known of an operand.
#[derive(Clone, Copy)]
enum Operand {
    Unknown,
    Constant {
        value: u32,
    },
    /// `local.get`: at which operator, and what else the local's value is.
    Local {
        at: usize,
        local: u32,
        sum: Option<Sum>,
    },
    /// `local.tee` of a sum.
    Tee {
        at: usize,
        local: u32,
        sum: Sum,
    },
    /// An addition of a constant; the constant is the operator before.
    Addition {
        at: usize,
        value: u32,
        base: Option<(usize, u32, Option<Sum>)>,
    },
}

/// A local and a constant.
#[derive(Clone, Copy)]
struct Sum {
    local: u32,
    constant: u32,
}

/// That a local holds a sum, from an operator on until its block ends or one of both locals is assigned.
struct Fact {
    sum: Sum,
    depth: usize,
}

/// What an operator becomes.
enum Change {
    Delete,
    Get(u32),
    /// The address is taken from the local, not from what was assigned.
    SetAndGet {
        local: u32,
        base: u32,
    },
}

struct Fold<'a> {
    operators: Vec<Operator<'a>>,
    changes: HashMap<usize, Change>,
    /// For each local, where it is assigned.
    assignments: HashMap<u32, Vec<usize>>,
    /// The operands of the innermost block, as far as they are known.
    stack: Vec<Operand>,
    facts: HashMap<u32, Fact>,
    depth: usize,
}

/// The operators of a function, with what was folded. `arity` knows the operands of calls.
pub(super) fn fold<'a>(
    operators: Vec<Operator<'a>>,
    arity: impl Fn(&Operator<'a>) -> Option<(u32, u32)>,
) -> Vec<Operator<'a>> {
    let mut assignments: HashMap<u32, Vec<usize>> = HashMap::new();
    for (at, operator) in operators.iter().enumerate() {
        if let Operator::LocalSet { local_index } | Operator::LocalTee { local_index } = operator {
            assignments.entry(*local_index).or_default().push(at);
        }
    }
    let ends = ends(&operators);
    let mut fold =
        Fold { operators, changes: HashMap::new(), assignments, stack: Vec::new(), facts: HashMap::new(), depth: 0 };
    for at in 0..fold.operators.len() {
        fold.operator(at, &ends, &arity);
    }
    fold.finish()
}

/// Where each block ends, by where it begins.
fn ends(operators: &[Operator<'_>]) -> HashMap<usize, usize> {
    let (mut open, mut ends) = (Vec::new(), HashMap::new());
    for (at, operator) in operators.iter().enumerate() {
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                open.push(at);
            }
            Operator::End => {
                if let Some(start) = open.pop() {
                    ends.insert(start, at);
                }
            }
            _ => {}
        }
    }
    ends
}

impl<'a> Fold<'a> {
    fn operator(
        &mut self,
        at: usize,
        ends: &HashMap<usize, usize>,
        arity: &impl Fn(&Operator<'a>) -> Option<(u32, u32)>,
    ) {
        match self.operators[at].clone() {
            Operator::I32Const { value } => self.stack.push(Operand::Constant { value: value as u32 }),
            Operator::I32Add => {
                let (right, left) = (self.pop(), self.pop());
                self.stack.push(match right {
                    Operand::Constant { value }
                        if u64::from(value) < LIMIT && matches!(self.operators[at - 1], Operator::I32Const { .. }) =>
                    {
                        let base = match left {
                            Operand::Local { at, local, sum } => Some((at, local, sum)),
                            Operand::Tee { at, local, .. } => Some((at, local, None)),
                            _ => None,
                        };
                        Operand::Addition { at, value, base }
                    }
                    _ => Operand::Unknown,
                });
            }
            Operator::LocalGet { local_index: local } => {
                let sum = self.facts.get(&local).map(|fact| fact.sum);
                self.stack.push(Operand::Local { at, local, sum });
            }
            Operator::LocalSet { local_index } => {
                self.assign(at, local_index);
            }
            Operator::LocalTee { local_index: local } => {
                let sum = self.assign(at, local);
                self.stack.push(match sum {
                    Some(sum) => Operand::Tee { at, local, sum },
                    None => Operand::Local { at, local, sum: None },
                });
            }
            Operator::Loop { .. } => {
                let end = ends.get(&at).copied().unwrap_or(usize::MAX);
                let assignments = &self.assignments;
                let constant = |local: &u32| {
                    let none = Vec::new();
                    let all = assignments.get(local).unwrap_or(&none);
                    all.get(all.partition_point(|assigned| *assigned < at)).is_none_or(|assigned| *assigned > end)
                };
                self.facts.retain(|local, fact| constant(local) && constant(&fact.sum.local));
                self.enter();
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } => self.enter(),
            Operator::Else => {
                self.leave();
                self.enter();
            }
            Operator::End => self.leave(),
            // What it leaves behind may be a block's result, too.
            Operator::BrIf { .. } => self.stack.clear(),
            // What follows is never reached.
            Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable => {
                self.stack.clear();
            }
            _ if memory_argument(&mut self.operators[at]).is_some() => {
                let (operands, results) = arity(&self.operators[at]).unwrap_or((2, 0));
                if operands == 2 {
                    self.pop();
                }
                let address = self.pop();
                self.access(at, address);
                self.stack.extend((0..results).map(|_| Operand::Unknown));
            }
            _ => match arity(&self.operators[at]) {
                Some((operands, results)) => {
                    let rest = self.stack.len().saturating_sub(operands as usize);
                    self.stack.truncate(rest);
                    self.stack.extend((0..results).map(|_| Operand::Unknown));
                }
                None => self.stack.clear(),
            },
        }
    }

    fn pop(&mut self) -> Operand {
        self.stack.pop().unwrap_or(Operand::Unknown)
    }

    fn enter(&mut self) {
        self.depth += 1;
        self.stack.clear();
    }

    /// What became known in the block may not be so after it.
    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        let depth = self.depth;
        self.facts.retain(|_, fact| fact.depth <= depth);
        self.stack.clear();
    }

    /// Assigns the last operand; the sum that the local then is, if it is one.
    fn assign(&mut self, at: usize, local: u32) -> Option<Sum> {
        let value = self.pop();
        self.facts.retain(|of, fact| *of != local && fact.sum.local != local);
        let Operand::Addition { at: added, value: constant, base: Some((got, base, _)) } = value else {
            return None;
        };
        // The base is still what it was when it was read.
        if base == local || added + 1 != at || got + 2 != added {
            return None;
        }
        let sum = Sum { local: base, constant };
        self.facts.insert(local, Fact { sum, depth: self.depth });
        Some(sum)
    }

    /// Folds what the address of a load or store is made of.
    fn access(&mut self, at: usize, address: Operand) {
        let mut offset = match memory_argument(&mut self.operators[at]) {
            Some(argument) => argument.offset,
            None => return,
        };
        let mut add = |constant: u32| {
            let sum = offset + u64::from(constant);
            let fits = sum < LIMIT;
            if fits {
                offset = sum;
            }
            fits
        };
        match address {
            Operand::Addition { at, value, base } => {
                if !add(value) {
                    return;
                }
                self.changes.insert(at, Change::Delete);
                self.changes.insert(at - 1, Change::Delete);
                if let Some((at, _, Some(sum))) = base
                    && add(sum.constant)
                {
                    self.changes.insert(at, Change::Get(sum.local));
                }
            }
            Operand::Local { at, sum: Some(sum), .. } => {
                if !add(sum.constant) {
                    return;
                }
                self.changes.insert(at, Change::Get(sum.local));
            }
            Operand::Tee { at, local, sum } => {
                if !add(sum.constant) {
                    return;
                }
                self.changes.insert(at, Change::SetAndGet { local, base: sum.local });
            }
            Operand::Local { .. } | Operand::Constant { .. } | Operand::Unknown => return,
        }
        if let Some(argument) = memory_argument(&mut self.operators[at]) {
            argument.offset = offset;
        }
    }

    fn finish(mut self) -> Vec<Operator<'a>> {
        let mut operators = Vec::with_capacity(self.operators.len());
        for (at, operator) in self.operators.into_iter().enumerate() {
            match self.changes.remove(&at) {
                None => operators.push(operator),
                Some(Change::Delete) => {}
                Some(Change::Get(local_index)) => operators.push(Operator::LocalGet { local_index }),
                Some(Change::SetAndGet { local, base }) => {
                    operators.push(Operator::LocalSet { local_index: local });
                    operators.push(Operator::LocalGet { local_index: base });
                }
            }
        }
        operators
    }
}

/// The address's constant part of a load or store.
fn memory_argument<'a>(operator: &'a mut Operator<'_>) -> Option<&'a mut MemArg> {
    use Operator::*;
    match operator {
        I32Load { memarg }
        | I64Load { memarg }
        | F32Load { memarg }
        | F64Load { memarg }
        | I32Load8S { memarg }
        | I32Load8U { memarg }
        | I32Load16S { memarg }
        | I32Load16U { memarg }
        | I64Load8S { memarg }
        | I64Load8U { memarg }
        | I64Load16S { memarg }
        | I64Load16U { memarg }
        | I64Load32S { memarg }
        | I64Load32U { memarg }
        | I32Store { memarg }
        | I64Store { memarg }
        | F32Store { memarg }
        | F64Store { memarg }
        | I32Store8 { memarg }
        | I32Store16 { memarg }
        | I64Store8 { memarg }
        | I64Store16 { memarg }
        | I64Store32 { memarg } => Some(memarg),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmparser::BlockType;

    fn get(local_index: u32) -> Operator<'static> {
        Operator::LocalGet { local_index }
    }
    fn set(local_index: u32) -> Operator<'static> {
        Operator::LocalSet { local_index }
    }
    fn tee(local_index: u32) -> Operator<'static> {
        Operator::LocalTee { local_index }
    }
    fn number(value: i32) -> Operator<'static> {
        Operator::I32Const { value }
    }
    fn memarg(offset: u64) -> MemArg {
        MemArg { align: 2, max_align: 2, offset, memory: 0 }
    }
    fn load(offset: u64) -> Operator<'static> {
        Operator::I32Load { memarg: memarg(offset) }
    }
    fn store(offset: u64) -> Operator<'static> {
        Operator::I32Store { memarg: memarg(offset) }
    }
    const ADD: Operator<'static> = Operator::I32Add;
    const END: Operator<'static> = Operator::End;
    const EMPTY: BlockType = BlockType::Empty;

    #[track_caller]
    fn becomes(before: &[Operator<'static>], after: &[Operator<'static>]) {
        let folded = fold(before.to_vec(), |operator| match operator {
            Operator::I32Load { .. } => Some((1, 1)),
            Operator::I32Store { .. } => Some((2, 0)),
            Operator::Call { .. } => Some((0, 0)),
            _ => None,
        });
        assert_eq!(folded, after);
    }

    #[test]
    fn a_field_is_loaded_and_stored_by_its_offset() {
        becomes(&[get(0), number(8), ADD, load(4), END], &[get(0), load(12), END]);
        becomes(
            &[get(0), number(8), ADD, get(1), number(4), ADD, load(0), store(0), END],
            &[get(0), get(1), load(4), store(8), END],
        );
    }

    #[test]
    fn what_may_wrap_around_stays() {
        for constant in [-8, LIMIT as i32, i32::MAX] {
            let code = [get(0), number(constant), ADD, load(0), END];
            becomes(&code, &code);
        }
        let far = [get(0), number(8), ADD, load(LIMIT - 8), END];
        becomes(&far, &far);
    }

    #[test]
    fn an_address_that_is_kept_is_used_by_what_it_is_made_of() {
        becomes(
            &[get(0), number(8), ADD, tee(1), get(1), load(0), number(1), ADD, store(0), END],
            &[get(0), number(8), ADD, set(1), get(0), get(0), load(8), number(1), ADD, store(8), END],
        );
    }

    #[test]
    fn an_assignment_ends_what_is_known() {
        let sum = [get(0), number(8), ADD, set(1)];
        for assigned in [0, 1] {
            let code = [&sum[..], &[number(0), set(assigned), get(1), load(0), END]].concat();
            becomes(&code, &code);
        }
        // The address was read before.
        becomes(
            &[&sum[..], &[get(1), number(0), tee(0), store(0), END]].concat(),
            &[&sum[..], &[get(0), number(0), tee(0), store(8), END]].concat(),
        );
    }

    #[test]
    fn what_one_way_knows_is_not_known_after_it() {
        let code = [
            Operator::Block { blockty: EMPTY },
            get(2),
            Operator::BrIf { relative_depth: 0 },
            get(0),
            number(8),
            ADD,
            set(1),
            END,
            get(1),
            load(0),
            END,
        ];
        becomes(&code, &code);
    }

    #[test]
    fn a_loop_knows_what_it_never_assigns() {
        let around = |assigned: u32, address: Operator<'static>, offset: u64| {
            let start = [get(0), number(8), ADD, set(1), Operator::Loop { blockty: EMPTY }];
            let rest = [address, load(offset), set(assigned), Operator::Br { relative_depth: 0 }, END, END];
            [&start[..], &rest].concat()
        };
        becomes(&around(2, get(1), 0), &around(2, get(0), 8));
        becomes(&around(0, get(1), 0), &around(0, get(1), 0));
    }

    #[test]
    fn a_value_that_a_branch_takes_stays_whole() {
        let code = [
            Operator::Block { blockty: BlockType::Type(wasmparser::ValType::I32) },
            get(0),
            number(8),
            ADD,
            get(1),
            Operator::BrIf { relative_depth: 0 },
            load(0),
            END,
            END,
        ];
        becomes(&code, &code);
    }
}
