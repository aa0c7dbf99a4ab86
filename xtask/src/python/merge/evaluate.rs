//! Straight-line code, run while linking: constant expressions, and the functions that apply relocations.

use wasmparser::{Operator, OperatorsReader};

use super::malformed;
use crate::Result;

/// The memory that a program starts with, from an address on.
pub(super) struct Image {
    pub(super) start: u32,
    pub(super) bytes: Vec<u8>,
}

impl Image {
    /// The bytes of a range.
    pub(super) fn range(&mut self, address: u32, len: usize) -> Result<&mut [u8]> {
        let start = address.checked_sub(self.start).map(|start| start as usize);
        start
            .and_then(|start| self.bytes.get_mut(start..start.checked_add(len)?))
            .ok_or_else(|| malformed("data outside its memory"))
    }
}

/// The value of a constant expression; `global` knows the globals.
pub(super) fn constant(operators: OperatorsReader<'_>, global: impl Fn(u32) -> Result<u32>) -> Result<u32> {
    run(operators, global, None)?.pop().ok_or_else(|| malformed("a constant expression without a value"))
}

/// Runs a function without parameters, locals and jumps on the image.
pub(super) fn function(
    operators: OperatorsReader<'_>,
    global: impl Fn(u32) -> Result<u32>,
    image: &mut Image,
) -> Result {
    run(operators, global, Some(image)).map(|_| ())
}

/// Runs to the end; what is left on the stack.
fn run(
    operators: OperatorsReader<'_>,
    global: impl Fn(u32) -> Result<u32>,
    mut image: Option<&mut Image>,
) -> Result<Vec<u32>> {
    let mut stack = Vec::new();
    for operator in operators {
        let operator = operator.map_err(malformed)?;
        let mut pop = || stack.pop().ok_or_else(|| malformed("an empty stack"));
        match (operator, &mut image) {
            (Operator::I32Const { value }, _) => stack.push(value as u32),
            (Operator::GlobalGet { global_index }, _) => stack.push(global(global_index)?),
            (Operator::I32Add, _) => {
                let sum = pop()?.wrapping_add(pop()?);
                stack.push(sum);
            }
            (Operator::I32Store { memarg }, Some(image)) => {
                let (value, address) = (pop()?, pop()?);
                let address = u64::from(address) + memarg.offset;
                let address = u32::try_from(address).map_err(malformed)?;
                image.range(address, 4)?.copy_from_slice(&value.to_le_bytes());
            }
            (Operator::MemoryFill { .. }, Some(image)) => {
                let (len, value, address) = (pop()?, pop()?, pop()?);
                image.range(address, len as usize)?.fill(value as u8);
            }
            (Operator::End, _) => return Ok(stack),
            (operator, _) => return Err(malformed(format_args!("{operator:?} before the program runs"))),
        }
    }
    Ok(stack)
}
