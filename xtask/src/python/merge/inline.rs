//! Small functions in the place of their calls.
//!
//! The wheel's C code is compiled file by file, so that what another file has, however small, is called. A call costs
//! more here than elsewhere: each function looks whether the stack has room for it and whether its time is over. A
//! function without a loop and without much else needs neither of its own.

use std::collections::HashMap;

use wasmparser::{BlockType, FunctionBody, Operator, ValType};

use super::library::Library;
use super::malformed;
use crate::Result;

/// The most operators of a function that is put in the place of its calls.
const SMALL: usize = 40;

/// A function that can be.
struct Callee<'a> {
    parameters: Vec<ValType>,
    locals: Vec<ValType>,
    result: BlockType,
    /// Without the last `end`.
    operators: Vec<Operator<'a>>,
}

/// The small functions of a library, by its own numbers.
pub(super) struct Inliner<'a> {
    callees: HashMap<u32, Callee<'a>>,
}

impl<'a> Inliner<'a> {
    /// Looks for them; `stays` says which are to be called, however small.
    pub(super) fn new(library: &Library<'a>, stays: impl Fn(u32) -> bool) -> Result<Inliner<'a>> {
        let mut callees = HashMap::new();
        for (index, body) in (library.imports.len() as u32..).zip(&library.bodies) {
            let ty = library.function_type(index)?;
            let result = match ty.results() {
                [] => BlockType::Empty,
                [result] => BlockType::Type(*result),
                _ => continue,
            };
            if stays(index) {
                continue;
            }
            let mut operators = Vec::new();
            for operator in body.get_operators_reader().map_err(malformed)?.into_iter().take(SMALL + 2) {
                operators.push(operator.map_err(malformed)?);
            }
            operators.pop();
            if operators.len() <= SMALL && operators.iter().all(|operator| fits(operator, index)) {
                let parameters = ty.params().to_vec();
                callees.insert(index, Callee { parameters, locals: locals(body)?, result, operators });
            }
        }
        Ok(Inliner { callees })
    }

    /// A function's operators with small functions in the place of their calls. `locals` are all of its locals, the
    /// parameters first; what is needed besides comes after them.
    pub(super) fn expand(&self, operators: Vec<Operator<'a>>, locals: &mut Vec<ValType>) -> Vec<Operator<'a>> {
        let own = locals.len();
        let mut expanded = Vec::with_capacity(operators.len());
        for operator in operators {
            let callee = match &operator {
                Operator::Call { function_index } => self.callees.get(function_index),
                _ => None,
            };
            match callee {
                Some(callee) => callee.put(&mut expanded, locals, own),
                None => expanded.push(operator),
            }
        }
        expanded
    }
}

impl<'a> Callee<'a> {
    /// Appends what does as a call does.
    fn put(&self, to: &mut Vec<Operator<'a>>, locals: &mut Vec<ValType>, own: usize) {
        let places = self.places(locals, own);
        let (parameters, variables) = places.split_at(self.parameters.len());
        to.extend(parameters.iter().rev().map(|&local_index| Operator::LocalSet { local_index }));
        // The block may be come by again.
        for (&local_index, ty) in variables.iter().zip(&self.locals) {
            to.extend([zero(*ty), Operator::LocalSet { local_index }]);
        }
        to.push(Operator::Block { blockty: self.result });
        let mut depth = 0;
        let place = |local: u32| places.get(local as usize).copied().unwrap_or(local);
        for operator in &self.operators {
            to.push(match operator.clone() {
                Operator::LocalGet { local_index } => Operator::LocalGet { local_index: place(local_index) },
                Operator::LocalSet { local_index } => Operator::LocalSet { local_index: place(local_index) },
                Operator::LocalTee { local_index } => Operator::LocalTee { local_index: place(local_index) },
                Operator::Return => Operator::Br { relative_depth: depth },
                operator => {
                    match operator {
                        Operator::Block { .. } | Operator::If { .. } => depth += 1,
                        Operator::End => depth -= 1,
                        _ => {}
                    }
                    operator
                }
            });
        }
        to.push(Operator::End);
    }

    /// Locals of the caller for its parameters and its own: those that other calls have used before, where there are
    /// some, since what they held is not asked for again.
    fn places(&self, locals: &mut Vec<ValType>, own: usize) -> Vec<u32> {
        let mut next = own;
        let mut taken: Vec<u32> = Vec::new();
        for ty in self.parameters.iter().chain(&self.locals) {
            let is_free = |at: &usize| !taken.contains(&(*at as u32));
            let found = (next..locals.len()).filter(is_free).find(|at| locals[*at] == *ty);
            let place = found.unwrap_or_else(|| {
                locals.push(*ty);
                locals.len() - 1
            });
            taken.push(place as u32);
            while taken.contains(&(next as u32)) {
                next += 1;
            }
        }
        taken
    }
}

/// Whether an operator can be in another function than its own.
fn fits(operator: &Operator<'_>, own: u32) -> bool {
    match operator {
        // The check of the time is a loop's.
        Operator::Loop { .. } | Operator::TryTable { .. } => false,
        Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } => false,
        Operator::Call { function_index } => *function_index != own,
        _ => true,
    }
}

fn zero(ty: ValType) -> Operator<'static> {
    match ty {
        ValType::I64 => Operator::I64Const { value: 0 },
        ValType::F32 => Operator::F32Const { value: 0.0f32.into() },
        ValType::F64 => Operator::F64Const { value: 0.0f64.into() },
        _ => Operator::I32Const { value: 0 },
    }
}

/// A function's locals, without its parameters.
pub(super) fn locals(body: &FunctionBody<'_>) -> Result<Vec<ValType>> {
    /// More than engines take.
    const LIMIT: usize = 50_000;
    let mut locals = Vec::new();
    for group in body.get_locals_reader().map_err(malformed)? {
        let (count, ty) = group.map_err(malformed)?;
        if locals.len() + count as usize > LIMIT {
            return Err(malformed("too many locals"));
        }
        locals.extend(std::iter::repeat_n(ty, count as usize));
    }
    Ok(locals)
}

#[cfg(test)]
mod tests {
    use super::*;

    const I32: ValType = ValType::I32;

    fn get(local_index: u32) -> Operator<'static> {
        Operator::LocalGet { local_index }
    }
    fn set(local_index: u32) -> Operator<'static> {
        Operator::LocalSet { local_index }
    }
    fn number(value: i32) -> Operator<'static> {
        Operator::I32Const { value }
    }
    fn call(function_index: u32) -> Operator<'static> {
        Operator::Call { function_index }
    }
    fn inliner(callee: Callee<'static>) -> Inliner<'static> {
        Inliner { callees: HashMap::from([(7, callee)]) }
    }

    #[test]
    fn a_call_becomes_what_is_called() {
        // (a, b) => { let c; if a { return b } c = 5; c }
        let empty = BlockType::Empty;
        let operators = vec![
            get(0),
            Operator::If { blockty: empty },
            get(1),
            Operator::Return,
            Operator::End,
            number(5),
            set(2),
            get(2),
        ];
        let callee = Callee { parameters: vec![I32, I32], locals: vec![I32], result: BlockType::Type(I32), operators };
        let mut locals = vec![I32, ValType::F64];
        let expanded =
            inliner(callee).expand(vec![get(0), number(3), call(7), set(0), call(8), Operator::End], &mut locals);
        let expected = [
            get(0),
            number(3),
            set(3),
            set(2),
            number(0),
            set(4),
            Operator::Block { blockty: BlockType::Type(I32) },
            get(2),
            Operator::If { blockty: empty },
            get(3),
            Operator::Br { relative_depth: 1 },
            Operator::End,
            number(5),
            set(4),
            get(4),
            Operator::End,
            set(0),
            call(8),
            Operator::End,
        ];
        assert_eq!(expanded, expected);
        assert_eq!(locals, [I32, ValType::F64, I32, I32, I32]);
    }

    #[test]
    fn calls_one_after_another_share_their_locals() {
        let callee = |ty| Callee { parameters: vec![ty], locals: vec![], result: BlockType::Empty, operators: vec![] };
        let inliner = Inliner { callees: HashMap::from([(7, callee(I32)), (8, callee(ValType::I64))]) };
        let mut locals = Vec::new();
        inliner.expand(vec![number(1), call(7), number(1), call(7), zero(ValType::I64), call(8)], &mut locals);
        assert_eq!(locals, [I32, ValType::I64]);
    }

    #[test]
    fn what_could_run_for_long_stays() {
        assert!(!fits(&Operator::Loop { blockty: BlockType::Empty }, 1));
        assert!(!fits(&call(1), 1));
        assert!(fits(&call(2), 1));
    }
}
